/* SPDX-License-Identifier: MPL-2.0 */

#include "pbkdf2.h"

#include <string.h>

#include "core-limits.h"
#include "nss-scoped.h"

static const struct {
    Oid oid;
    CmsDigest digest;
    SECOidTag nss;
} functions[] = {
    {OID_HMAC_SHA1, CMS_DIGEST_SHA1, SEC_OID_HMAC_SHA1},
    {OID_HMAC_SHA224, CMS_DIGEST_SHA224, SEC_OID_HMAC_SHA224},
    {OID_HMAC_SHA256, CMS_DIGEST_SHA256, SEC_OID_HMAC_SHA256},
    {OID_HMAC_SHA384, CMS_DIGEST_SHA384, SEC_OID_HMAC_SHA384},
    {OID_HMAC_SHA512, CMS_DIGEST_SHA512, SEC_OID_HMAC_SHA512},
};

static gboolean
read_function(BerReader *fields, CmsDigest *out_digest)
{
    CmsAlgorithm algorithm;
    if (!cms_algorithm_read(fields, "prf", &algorithm, NULL) ||
        !cms_algorithm_has_no_parameters(&algorithm))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(functions); i++) {
        if (functions[i].oid != algorithm.id)
            continue;
        *out_digest = functions[i].digest;
        return TRUE;
    }
    return FALSE;
}

gboolean
pbkdf2_parameters_parse(GBytes *owner, BerSlice element, Pbkdf2Parameters *out_parameters)
{
    Pbkdf2Parameters parameters = {.prf = CMS_DIGEST_SHA1};
    BerReader all, fields;
    if (element.octets == NULL)
        return FALSE;
    ber_reader_init_slice(&all, owner, element);
    if (!ber_enter(&all, BER_SEQUENCE, "PBKDF2-params", &fields, NULL) ||
        !ber_read(&fields, BER_OCTET_STRING, "salt", &parameters.salt, NULL) ||
        parameters.salt.n_octets > LIMIT_PASSWORD_SALT_OCTETS ||
        !ber_read_small(&fields, "iterationCount", &parameters.n_rounds, NULL) ||
        parameters.n_rounds == 0)
        return FALSE;
    if (ber_peek(&fields) == BER_INTEGER &&
        (!ber_read_small(&fields, "keyLength", &parameters.n_key_octets, NULL) ||
         parameters.n_key_octets == 0))
        return FALSE;
    if (!ber_at_end(&fields) && !read_function(&fields, &parameters.prf))
        return FALSE;
    *out_parameters = parameters;
    return ber_leave(&all, &fields, "PBKDF2-params", NULL);
}

static SECOidTag
nss_function(CmsDigest digest)
{
    for (gsize i = 0; i < G_N_ELEMENTS(functions); i++)
        if (functions[i].digest == digest)
            return functions[i].nss;
    g_assert_not_reached();
}

/* By way of an AlgorithmIdentifier: what the mechanism itself takes changed its layout between
 * versions of NSS. */
PK11SymKey *
pbkdf2_derive(const Pbkdf2Parameters *parameters, const gchar *password, gsize n_octets,
              CK_MECHANISM_TYPE mechanism, CK_ATTRIBUTE_TYPE operation)
{
    SECItem salt = {siBuffer, (guint8 *)parameters->salt.octets,
                    (unsigned)parameters->salt.n_octets};
    SECItem secret = {siBuffer, (guint8 *)password, (unsigned)strlen(password)};
    SECOidTag function = nss_function(parameters->prf);
    g_autoptr(SECAlgorithmID) algorithm =
        PK11_CreatePBEV2AlgorithmID(SEC_OID_PKCS5_PBKDF2, SEC_OID_AES_256_CBC, function,
                                    (int)n_octets, (int)parameters->n_rounds, &salt);
    g_autoptr(PK11SlotInfo) slot = PK11_GetInternalSlot();
    g_autoptr(PK11SymKey) derived =
        algorithm != NULL ? PK11_PBEKeyGen(slot, algorithm, &secret, PR_FALSE, NULL) : NULL;
    if (derived == NULL || PK11_ExtractKeyValue(derived) != SECSuccess ||
        PK11_GetKeyData(derived)->len != n_octets)
        return NULL;
    /* A key for one cipher is made out of the octets: that way is the same for all ciphers. */
    return PK11_ImportSymKey(slot, mechanism, PK11_OriginDerive, operation,
                             PK11_GetKeyData(derived), NULL);
}
