/* SPDX-License-Identifier: MPL-2.0 */

#include "content-encryption.h"

#include <string.h>

#include "cms-error.h"
#include "content-encryption-private.h"
#include "nss-capability.h"

/* RFC 5084 §3.2 recommends this many octets for the nonce. */
#define GCM_NONCE_OCTETS 12
#define GCM_TAG_MIN      12
#define GCM_TAG_DEFAULT  12
/* RFC 5084 §3.1. Its shorter tags, which let one of four thousand million forgeries pass, are not
 * taken. */
#define CCM_NONCE_MIN 7
#define CCM_NONCE_MAX 13
#define CCM_TAG_MIN   8
/* RFC 8103 §3. */
#define CHACHA20_NONCE_OCTETS 12
#define POLY1305_TAG_OCTETS   16

static gboolean
fail(GError **error, const gchar *text)
{
    g_set_error_literal(error, CMS_ERROR, CMS_ERROR_MALFORMED, text);
    return FALSE;
}

static gboolean
set_nonce(ContentCipher *cipher, BerSlice nonce, GError **error)
{
    if (nonce.n_octets == 0 || nonce.n_octets > CONTENT_NONCE_MAX)
        return fail(error, "nonce or initialization vector is empty or too long");
    memcpy(cipher->nonce, nonce.octets, nonce.n_octets);
    cipher->n_nonce = nonce.n_octets;
    return TRUE;
}

static gboolean
tag_fits(const ContentCipher *cipher, guint n_tag)
{
    if (cms_cipher_get_info(cipher->cipher)->mechanism == CKM_AES_CCM)
        return n_tag >= CCM_TAG_MIN && n_tag <= CONTENT_TAG_MAX && n_tag % 2 == 0;
    return n_tag >= GCM_TAG_MIN && n_tag <= CONTENT_TAG_MAX;
}

static gboolean
nonce_fits(const ContentCipher *cipher, BerSlice nonce)
{
    return cms_cipher_get_info(cipher->cipher)->mechanism != CKM_AES_CCM ||
           (nonce.n_octets >= CCM_NONCE_MIN && nonce.n_octets <= CCM_NONCE_MAX);
}

/* RFC 5084 §3.1, §3.2: the same structure for both modes. */
static gboolean
parse_aes_aead(BerReader *parameters, ContentCipher *cipher, GError **error)
{
    BerReader fields;
    BerSlice nonce;
    guint n_tag = GCM_TAG_DEFAULT;
    if (!ber_enter(parameters, BER_SEQUENCE, "GCMParameters", &fields, error) ||
        !ber_read(&fields, BER_OCTET_STRING, "aes-nonce", &nonce, error))
        return FALSE;
    if (!ber_at_end(&fields) && !ber_read_small(&fields, "aes-ICVlen", &n_tag, error))
        return FALSE;
    if (!tag_fits(cipher, n_tag) || !nonce_fits(cipher, nonce))
        return fail(error, "aes-ICVlen or aes-nonce is too short or too long");
    cipher->n_tag = n_tag;
    return set_nonce(cipher, nonce, error) &&
           ber_leave(parameters, &fields, "GCMParameters", error);
}

static gboolean
parse_chacha20_poly1305(BerReader *parameters, ContentCipher *cipher, GError **error)
{
    BerSlice nonce;
    cipher->n_tag = POLY1305_TAG_OCTETS;
    if (!ber_read(parameters, BER_OCTET_STRING, "AEADChaCha20Poly1305Nonce", &nonce, error))
        return FALSE;
    if (nonce.n_octets != CHACHA20_NONCE_OCTETS)
        return fail(error, "nonce is not of 12 octets");
    return set_nonce(cipher, nonce, error);
}

/* RFC 3370 §5.2: the version stands for the number of effective key bits. */
static gboolean
parse_rc2(BerReader *parameters, ContentCipher *cipher, GError **error)
{
    BerReader fields;
    BerSlice iv;
    guint version = 0;
    if (!ber_enter(parameters, BER_SEQUENCE, "RC2CBCParameter", &fields, error) ||
        !ber_read_small(&fields, "rc2ParameterVersion", &version, error) ||
        !ber_read(&fields, BER_OCTET_STRING, "iv", &iv, error))
        return FALSE;
    switch (version) {
    case 160:
        cipher->rc2_effective_bits = 40;
        break;
    case 120:
        cipher->rc2_effective_bits = 64;
        break;
    case 58:
        cipher->rc2_effective_bits = 128;
        break;
    default:
        if (version < 256 || version > 1024)
            return fail(error, "rc2ParameterVersion is not known");
        cipher->rc2_effective_bits = version;
    }
    return set_nonce(cipher, iv, error) && ber_leave(parameters, &fields, "RC2CBCParameter", error);
}

static gboolean
parse_iv(BerReader *parameters, ContentCipher *cipher, GError **error)
{
    BerSlice iv;
    return ber_read(parameters, BER_OCTET_STRING, "initialization vector", &iv, error) &&
           set_nonce(cipher, iv, error);
}

static NssCapability
find_capability(CmsCipher cipher)
{
    switch (cms_cipher_get_info(cipher)->mechanism) {
    case CKM_AES_GCM:
        return NSS_CAPABILITY_AES_GCM;
    case CKM_AES_CCM:
        return NSS_CAPABILITY_AES_CCM;
    case CKM_CHACHA20_POLY1305:
        return NSS_CAPABILITY_CHACHA20_POLY1305;
    case CKM_DES3_CBC:
        return NSS_CAPABILITY_3DES;
    case CKM_RC2_CBC:
        return NSS_CAPABILITY_RC2;
    case CKM_DES_CBC:
        return NSS_CAPABILITY_DES;
    default:
        return NSS_CAPABILITY_AES_CBC;
    }
}

static gboolean
parse_parameters(BerReader *parameters, ContentCipher *cipher, GError **error)
{
    const CmsCipherInfo *info = cms_cipher_get_info(cipher->cipher);
    if (info->mechanism == CKM_CHACHA20_POLY1305)
        return parse_chacha20_poly1305(parameters, cipher, error);
    if (info->aead)
        return parse_aes_aead(parameters, cipher, error);
    if (cipher->cipher == CMS_CIPHER_RC2_CBC ? !parse_rc2(parameters, cipher, error)
                                             : !parse_iv(parameters, cipher, error))
        return FALSE;
    return cipher->n_nonce == info->n_block_octets ||
           fail(error, "initialization vector is not as long as a block");
}

gboolean
content_cipher_parse(GBytes *owner, const CmsAlgorithm *algorithm, ContentCipher *out_cipher,
                     GError **error)
{
    ContentCipher cipher = {.cipher = cms_cipher_find(algorithm->id)};
    BerReader parameters;
    if (cipher.cipher == CMS_CIPHER_UNKNOWN) {
        g_autofree gchar *oid = oid_to_dotted(algorithm->oid);
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                    "content encryption %s is not supported", oid);
        return FALSE;
    }
    if (algorithm->parameters.octets == NULL)
        return fail(error, "content encryption without parameters");
    ber_reader_init_slice(&parameters, owner, algorithm->parameters);
    if (!parse_parameters(&parameters, &cipher, error))
        return FALSE;
    if (!nss_capability_require(find_capability(cipher.cipher), error))
        return FALSE;
    *out_cipher = cipher;
    return TRUE;
}

gboolean
content_cipher_init(CmsCipher cipher, ContentCipher *out_cipher, GError **error)
{
    const CmsCipherInfo *info = cms_cipher_get_info(cipher);
    ContentCipher fresh = {.cipher = cipher, .n_tag = info->aead ? CONTENT_TAG_MAX : 0};
    fresh.n_nonce = info->aead ? GCM_NONCE_OCTETS : info->n_block_octets;
    if (PK11_GenerateRandom(fresh.nonce, (int)fresh.n_nonce) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_FAILED, "no random numbers");
    *out_cipher = fresh;
    return TRUE;
}

void
content_cipher_add(DerNode *parent, const ContentCipher *cipher)
{
    const CmsCipherInfo *info = cms_cipher_get_info(cipher->cipher);
    DerNode *algorithm = der_add(parent, BER_SEQUENCE);
    der_add_oid(algorithm, info->oid);
    gboolean is_sequence = info->aead && info->mechanism != CKM_CHACHA20_POLY1305;
    DerNode *parameters = is_sequence ? der_add(algorithm, BER_SEQUENCE) : algorithm;
    der_add_octets(parameters, BER_OCTET_STRING, cipher->nonce, cipher->n_nonce);
    if (is_sequence)
        der_add_small(parameters, (guint)cipher->n_tag);
}

PK11Context *
content_cipher_open(const ContentCipher *cipher, PK11SymKey *key, CK_ATTRIBUTE_TYPE operation)
{
    const CmsCipherInfo *info = cms_cipher_get_info(cipher->cipher);
    CK_RC2_CBC_PARAMS rc2 = {.ulEffectiveBits = cipher->rc2_effective_bits};
    SECItem parameters = {siBuffer, (guint8 *)cipher->nonce, (unsigned)cipher->n_nonce};
    if (cipher->cipher == CMS_CIPHER_RC2_CBC) {
        memcpy(rc2.iv, cipher->nonce, sizeof rc2.iv);
        parameters = (SECItem){siBuffer, (guint8 *)&rc2, sizeof rc2};
    } else if (info->aead) {
        parameters = (SECItem){siBuffer, NULL, 0};
        operation |= CKA_NSS_MESSAGE;
    }
    return PK11_CreateContextBySymKey(info->mechanism, operation, key, &parameters);
}

OctetSource *
content_cipher_encrypt(const ContentCipher *cipher, PK11SymKey *key, OctetSource *plaintext,
                       GBytes *additional, guint8 out_tag[CONTENT_TAG_MAX], GError **error)
{
    return cms_cipher_is_aead(cipher->cipher)
               ? content_aead_encrypt(cipher, key, plaintext, additional, out_tag, error)
               : content_cbc_encrypt(cipher, key, plaintext);
}

OctetSource *
content_cipher_decrypt(const ContentCipher *cipher, PK11SymKey *key, OctetSource *ciphertext,
                       GBytes *additional, GBytes *tag)
{
    return cms_cipher_is_aead(cipher->cipher)
               ? content_aead_decrypt(cipher, key, ciphertext, additional, tag)
               : content_cbc_decrypt(cipher, key, ciphertext);
}
