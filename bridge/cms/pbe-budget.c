/* SPDX-License-Identifier: MPL-2.0 */

#include "pbe-budget.h"

#include "cms-error.h"

gboolean
pbe_budget_take(PbeBudget *budget, guint64 n_rounds, guint64 cost, GError **error)
{
    if (n_rounds > budget->n_left / cost) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT,
                    "too many rounds of key derivation (%" G_GUINT64_FORMAT ")", n_rounds);
        return FALSE;
    }
    budget->n_left -= n_rounds * cost;
    return TRUE;
}

static guint64
get_hmac_cost(CmsDigest digest)
{
    switch ((gint)digest) {
    case CMS_DIGEST_SHA1:
        return 3;
    case CMS_DIGEST_SHA224:
    case CMS_DIGEST_SHA256:
        return 2;
    default:
        return 11;
    }
}

guint64
pbe_cost_of_pbkdf2(const Pbkdf2Parameters *parameters)
{
    gsize n_digest = cms_digest_get_info(parameters->prf)->n_octets;
    gsize n_key = MAX(parameters->n_key_octets, CMS_CIPHER_MAX_KEY_OCTETS);
    return (n_key + n_digest - 1) / n_digest * get_hmac_cost(parameters->prf);
}

guint64
pbe_cost_of_mac(SECOidTag digest)
{
    return digest == SEC_OID_SHA1 || digest == SEC_OID_SHA224 || digest == SEC_OID_SHA256 ? 1 : 3;
}

/* NSS derives once for the key, of one or two digests, and again for the IV. */
guint64
pbe_cost_of_scheme(SECOidTag scheme)
{
    switch ((gint)scheme) {
    case SEC_OID_PKCS12_V2_PBE_WITH_SHA1_AND_128_BIT_RC4:
    case SEC_OID_PKCS12_V2_PBE_WITH_SHA1_AND_40_BIT_RC4:
    case SEC_OID_PKCS12_V2_PBE_WITH_SHA1_AND_3KEY_TRIPLE_DES_CBC:
    case SEC_OID_PKCS12_V2_PBE_WITH_SHA1_AND_2KEY_TRIPLE_DES_CBC:
    case SEC_OID_PKCS12_V2_PBE_WITH_SHA1_AND_128_BIT_RC2_CBC:
    case SEC_OID_PKCS12_V2_PBE_WITH_SHA1_AND_40_BIT_RC2_CBC:
        return 5;
    case SEC_OID_PKCS5_PBE_WITH_MD5_AND_DES_CBC:
    case SEC_OID_PKCS5_PBE_WITH_SHA1_AND_DES_CBC:
        return 2;
    default: /* MD2, and what else NSS may know */
        return 70;
    }
}
