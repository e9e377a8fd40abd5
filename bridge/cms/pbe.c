/* SPDX-License-Identifier: MPL-2.0 */

#include "pbe.h"

#include <string.h>

#include "algorithm.h"
#include "cms-error.h"
#include "wiped-octets.h"

typedef struct {
    SECItem salt;
    SECItem n_rounds;
} RoundsParameters;

/* PBEParameter of RFC 8018 §A.3, pkcs-12PbeParams of RFC 7292 §C, and the head of PBKDF2-params. */
static const SEC_ASN1Template rounds_template[] = {
    {SEC_ASN1_SEQUENCE, 0, NULL, sizeof(RoundsParameters)},
    {SEC_ASN1_ANY, offsetof(RoundsParameters, salt), NULL, 0},
    {SEC_ASN1_INTEGER, offsetof(RoundsParameters, n_rounds), NULL, 0},
    {SEC_ASN1_SKIP_REST, 0, NULL, 0},
    {0, 0, NULL, 0},
};

typedef struct {
    SECAlgorithmID derivation;
    SECAlgorithmID encryption;
} Pbes2Parameters;

static const SEC_ASN1Template pbes2_template[] = {
    {SEC_ASN1_SEQUENCE, 0, NULL, sizeof(Pbes2Parameters)},
    {SEC_ASN1_INLINE, offsetof(Pbes2Parameters, derivation), SECOID_AlgorithmIDTemplate, 0},
    {SEC_ASN1_INLINE, offsetof(Pbes2Parameters, encryption), SECOID_AlgorithmIDTemplate, 0},
    {0, 0, NULL, 0},
};

gboolean
pbe_budget_take(PbeBudget *budget, guint64 n_rounds, GError **error)
{
    if (n_rounds > budget->n_rounds_left) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT,
                    "too many rounds of key derivation (%" G_GUINT64_FORMAT ")", n_rounds);
        return FALSE;
    }
    budget->n_rounds_left -= n_rounds;
    return TRUE;
}

gboolean
pbe_password_to_bmp(PLArenaPool *arena, const gchar *password, SECItem *out_password,
                    GError **error)
{
    size_t n_password = strlen(password);
    unsigned int n_max = (unsigned int)(2 * n_password);
    unsigned int n = 0;

    out_password->type = siBuffer;
    out_password->data = PORT_ArenaZAlloc(arena, n_max + 2);
    if (n_password > 0 &&
        !PORT_UCS2_UTF8Conversion(PR_TRUE, (unsigned char *)password, (unsigned int)n_password,
                                  out_password->data, n_max, &n)) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_PASSWORD,
                    "PKCS#12 has no form for this password (not UTF-8, or beyond U+FFFF)");
        return FALSE;
    }
    out_password->len = n + 2;
    return TRUE;
}

static gboolean
is_pkcs12_scheme(SECOidTag tag)
{
    switch ((gint)tag) {
    case SEC_OID_PKCS12_V2_PBE_WITH_SHA1_AND_128_BIT_RC4:
    case SEC_OID_PKCS12_V2_PBE_WITH_SHA1_AND_40_BIT_RC4:
    case SEC_OID_PKCS12_V2_PBE_WITH_SHA1_AND_3KEY_TRIPLE_DES_CBC:
    case SEC_OID_PKCS12_V2_PBE_WITH_SHA1_AND_2KEY_TRIPLE_DES_CBC:
    case SEC_OID_PKCS12_V2_PBE_WITH_SHA1_AND_128_BIT_RC2_CBC:
    case SEC_OID_PKCS12_V2_PBE_WITH_SHA1_AND_40_BIT_RC2_CBC:
        return TRUE;
    default:
        return FALSE;
    }
}

static gboolean
take_rounds(PLArenaPool *arena, const SECAlgorithmID *algorithm, PbeBudget *budget, GError **error)
{
    const SECAlgorithmID *derivation = algorithm;
    Pbes2Parameters pbes2 = {0};
    RoundsParameters rounds = {0};

    PORT_SetError(0);
    if (SECOID_GetAlgorithmTag(algorithm) == SEC_OID_PKCS5_PBES2) {
        if (SEC_QuickDERDecodeItem(arena, &pbes2, pbes2_template, &algorithm->parameters) !=
            SECSuccess)
            return cms_set_nss_error(error, CMS_ERROR_UNSUPPORTED,
                                     "parameters of PBES2 can't be read");
        if (SECOID_GetAlgorithmTag(&pbes2.derivation) != SEC_OID_PKCS5_PBKDF2) {
            g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                        "key derivation other than PBKDF2 is not supported");
            return FALSE;
        }
        derivation = &pbes2.derivation;
    }
    if (SEC_QuickDERDecodeItem(arena, &rounds, rounds_template, &derivation->parameters) !=
            SECSuccess ||
        rounds.n_rounds.len == 0 || rounds.n_rounds.len > 5)
        return cms_set_nss_error(error, CMS_ERROR_UNSUPPORTED,
                                 "rounds of the key derivation can't be read");

    guint64 n_rounds = 0;
    for (guint i = 0; i < rounds.n_rounds.len; i++)
        n_rounds = n_rounds << 8 | rounds.n_rounds.data[i];
    /* NSS derives once for the key and, in the schemes of PKCS#12, again for the IV. */
    return pbe_budget_take(budget, n_rounds * 2, error);
}

/* The cipher that the octets are in, its key and its parameters. */
static PK11SymKey *
derive_key(SECAlgorithmID *algorithm, SECItem *password, CK_MECHANISM_TYPE *out_mechanism,
           SECItem **out_parameters, GError **error)
{
    g_autoptr(PK11SlotInfo) slot = PK11_GetInternalSlot();

    PORT_SetError(0);
    g_autoptr(PK11SymKey) key = PK11_PBEKeyGen(slot, algorithm, password, PR_FALSE, NULL);
    if (key == NULL) {
        cms_set_nss_error(error, CMS_ERROR_UNSUPPORTED, "no key for password-based encryption");
        return NULL;
    }
    CK_MECHANISM_TYPE mechanism = PK11_GetPBECryptoMechanism(algorithm, out_parameters, password);
    if (mechanism == CKM_INVALID_MECHANISM) {
        cms_set_nss_error(error, CMS_ERROR_UNSUPPORTED,
                          "cipher of the password-based encryption is not supported");
        return NULL;
    }
    *out_mechanism = PK11_GetPadMechanism(mechanism);
    return g_steal_pointer(&key);
}

GBytes *
pbe_decrypt(SECAlgorithmID *algorithm, const SECItem *octets, const gchar *password,
            PbeBudget *budget, GError **error)
{
    g_autoptr(WipedArena) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    SECItem key_password = {siBuffer, (unsigned char *)password, (unsigned int)strlen(password)};
    CK_MECHANISM_TYPE mechanism;
    g_autoptr(SECItem) parameters = NULL;

    if (!take_rounds(arena, algorithm, budget, error))
        return NULL;
    if (is_pkcs12_scheme(SECOID_GetAlgorithmTag(algorithm)) &&
        !pbe_password_to_bmp(arena, password, &key_password, error))
        return NULL;
    g_autoptr(PK11SymKey) key =
        derive_key(algorithm, &key_password, &mechanism, &parameters, error);
    if (key == NULL)
        return NULL;

    guint8 *plain = g_malloc(octets->len + 1u);
    unsigned int n_plain = 0;
    SECStatus status = PK11_Decrypt(key, mechanism, parameters, plain, &n_plain, octets->len,
                                    octets->data, octets->len);
    g_autoptr(GBytes) result = wiped_octets_to_bytes(plain, n_plain);
    if (status != SECSuccess) {
        cms_set_nss_error(error, CMS_ERROR_PASSWORD, "wrong password");
        return NULL;
    }
    return g_steal_pointer(&result);
}

GBytes *
pbe_encrypt(SECAlgorithmID *algorithm, GBytes *octets, const gchar *password, GError **error)
{
    SECItem key_password = {siBuffer, (unsigned char *)password, (unsigned int)strlen(password)};
    SECItem plain = nss_borrow_bytes(octets);
    CK_MECHANISM_TYPE mechanism;
    g_autoptr(SECItem) parameters = NULL;

    g_autoptr(PK11SymKey) key =
        derive_key(algorithm, &key_password, &mechanism, &parameters, error);
    if (key == NULL)
        return NULL;
    unsigned int n_sealed = plain.len + CMS_CIPHER_MAX_BLOCK_OCTETS;
    g_autofree guint8 *sealed = g_malloc(n_sealed);
    if (PK11_Encrypt(key, mechanism, parameters, sealed, &n_sealed, n_sealed, plain.data,
                     plain.len) != SECSuccess) {
        cms_set_nss_error(error, CMS_ERROR_FAILED, "private key can't be encrypted");
        return NULL;
    }
    return g_bytes_new(sealed, n_sealed);
}

static CK_MECHANISM_TYPE
mac_key_mechanism(SECOidTag digest, CK_MECHANISM_TYPE *out_hmac)
{
    switch ((gint)digest) {
    case SEC_OID_SHA1:
        *out_hmac = CKM_SHA_1_HMAC;
        return CKM_NSS_PBE_SHA1_HMAC_KEY_GEN;
    case SEC_OID_SHA224:
        *out_hmac = CKM_SHA224_HMAC;
        return CKM_NSS_PKCS12_PBE_SHA224_HMAC_KEY_GEN;
    case SEC_OID_SHA256:
        *out_hmac = CKM_SHA256_HMAC;
        return CKM_NSS_PKCS12_PBE_SHA256_HMAC_KEY_GEN;
    case SEC_OID_SHA384:
        *out_hmac = CKM_SHA384_HMAC;
        return CKM_NSS_PKCS12_PBE_SHA384_HMAC_KEY_GEN;
    case SEC_OID_SHA512:
        *out_hmac = CKM_SHA512_HMAC;
        return CKM_NSS_PKCS12_PBE_SHA512_HMAC_KEY_GEN;
    default:
        return CKM_INVALID_MECHANISM;
    }
}

gboolean
pbe_pkcs12_mac(SECOidTag digest, const SECItem *salt, guint n_rounds, const SECItem *bmp_password,
               const SECItem *content, guint8 *out_mac, guint *out_n_mac, GError **error)
{
    CK_MECHANISM_TYPE hmac = CKM_INVALID_MECHANISM;
    CK_MECHANISM_TYPE generation = mac_key_mechanism(digest, &hmac);
    if (generation == CKM_INVALID_MECHANISM) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                    "digest of the PKCS#12 file's MAC is not supported");
        return FALSE;
    }

    g_autoptr(PK11SlotInfo) slot = PK11_GetInternalSlot();
    PORT_SetError(0);
    SECItem *parameters = PK11_CreatePBEParams((SECItem *)salt, (SECItem *)bmp_password, n_rounds);
    g_autoptr(PK11SymKey) key = PK11_KeyGen(slot, generation, parameters, 0, NULL);
    PK11_DestroyPBEParams(parameters);
    if (key == NULL)
        return cms_set_nss_error(error, CMS_ERROR_UNSUPPORTED, "no key for the PKCS#12 file's MAC");

    SECItem none = {siBuffer, NULL, 0};
    g_autoptr(PK11Context) context = PK11_CreateContextBySymKey(hmac, CKA_SIGN, key, &none);
    if (context == NULL || PK11_DigestBegin(context) != SECSuccess ||
        PK11_DigestOp(context, content->data, content->len) != SECSuccess ||
        PK11_DigestFinal(context, out_mac, out_n_mac, HASH_LENGTH_MAX) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot compute the PKCS#12 file's MAC");
    return TRUE;
}
