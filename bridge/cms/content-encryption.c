/* SPDX-License-Identifier: MPL-2.0 */

#include "content-encryption.h"

#include <string.h>

#include "cms-error.h"
#include "nss-scoped.h"

/* RFC 5084 §3.2 recommends this many octets for the nonce. */
#define GCM_NONCE_OCTETS 12
#define GCM_TAG_MIN      12
#define GCM_TAG_DEFAULT  12

typedef struct {
    gsize n_octets;
    guint8 octets[];
} Plaintext;

static void
plaintext_free(gpointer data)
{
    Plaintext *plaintext = data;
    explicit_bzero(plaintext->octets, plaintext->n_octets);
    g_free(plaintext);
}

static Plaintext *
plaintext_new(gsize n_octets)
{
    Plaintext *plaintext = g_malloc(sizeof *plaintext + n_octets);
    plaintext->n_octets = n_octets;
    return plaintext;
}

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

/* RFC 5084 §3.2. */
static gboolean
parse_gcm(BerReader *parameters, ContentCipher *cipher, GError **error)
{
    BerReader fields;
    BerSlice nonce;
    guint n_tag = GCM_TAG_DEFAULT;
    if (!ber_enter(parameters, BER_SEQUENCE, "GCMParameters", &fields, error) ||
        !ber_read(&fields, BER_OCTET_STRING, "aes-nonce", &nonce, error))
        return FALSE;
    if (!ber_at_end(&fields) && !ber_read_small(&fields, "aes-ICVlen", &n_tag, error))
        return FALSE;
    if (n_tag < GCM_TAG_MIN || n_tag > CONTENT_TAG_MAX)
        return fail(error, "aes-ICVlen is not from 12 to 16");
    cipher->n_tag = n_tag;
    return set_nonce(cipher, nonce, error) &&
           ber_leave(parameters, &fields, "GCMParameters", error);
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
    const CmsCipherInfo *info = cms_cipher_get_info(cipher.cipher);
    if (info->aead                            ? !parse_gcm(&parameters, &cipher, error)
        : cipher.cipher == CMS_CIPHER_RC2_CBC ? !parse_rc2(&parameters, &cipher, error)
                                              : !parse_iv(&parameters, &cipher, error))
        return FALSE;
    if (!info->aead && cipher.n_nonce != info->n_block_octets)
        return fail(error, "initialization vector is not as long as a block");
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
    DerNode *parameters = info->aead ? der_add(algorithm, BER_SEQUENCE) : algorithm;
    der_add_octets(parameters, BER_OCTET_STRING, cipher->nonce, cipher->n_nonce);
    if (info->aead)
        der_add_small(parameters, (guint)cipher->n_tag);
}

static PK11Context *
open_context(const ContentCipher *cipher, PK11SymKey *key, CK_ATTRIBUTE_TYPE operation)
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

static gboolean
run_cbc(PK11Context *context, guint8 *out, const guint8 *in, gsize n_octets)
{
    int n_written = 0;
    return PK11_CipherOp(context, out, &n_written, (int)n_octets, in, (int)n_octets) ==
               SECSuccess &&
           (gsize)n_written == n_octets;
}

/* RFC 5652 §6.3: one to a block of octets are added, each the number of them. */
static GBytes *
encrypt_cbc(const ContentCipher *cipher, PK11Context *context, GBytes *plaintext)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(plaintext, &n_octets);
    gsize n_block = cms_cipher_get_info(cipher->cipher)->n_block_octets;
    gsize n_last = n_octets % n_block;
    gsize n_whole = n_octets - n_last;
    guint8 last[CMS_CIPHER_MAX_BLOCK_OCTETS];
    g_autofree guint8 *ciphertext = g_malloc(n_whole + n_block);
    memset(last, (gint)(n_block - n_last), n_block);
    if (n_last > 0)
        memcpy(last, octets + n_whole, n_last);
    gboolean good = (n_whole == 0 || run_cbc(context, ciphertext, octets, n_whole)) &&
                    run_cbc(context, ciphertext + n_whole, last, n_block);
    explicit_bzero(last, sizeof last);
    return good ? g_bytes_new_take(g_steal_pointer(&ciphertext), n_whole + n_block) : NULL;
}

static GBytes *
encrypt_gcm(const ContentCipher *cipher, PK11Context *context, GBytes *plaintext,
            GBytes *additional, guint8 out_tag[CONTENT_TAG_MAX])
{
    gsize n_octets = 0, n_additional = 0;
    const guint8 *aad = additional != NULL ? g_bytes_get_data(additional, &n_additional) : NULL;
    int n_written = 0;
    const guint8 *octets = g_bytes_get_data(plaintext, &n_octets);
    guint8 nonce[CONTENT_NONCE_MAX];
    memcpy(nonce, cipher->nonce, sizeof nonce);
    g_autofree guint8 *ciphertext = g_malloc(MAX(n_octets, 1));
    if (PK11_AEADOp(context, CKG_NO_GENERATE, 0, nonce, (int)cipher->n_nonce, aad,
                    (int)n_additional, ciphertext, &n_written, (int)n_octets, out_tag,
                    (int)cipher->n_tag, octets, (int)n_octets) != SECSuccess)
        return NULL;
    return g_bytes_new_take(g_steal_pointer(&ciphertext), n_octets);
}

OctetSource *
content_cipher_encrypt(const ContentCipher *cipher, PK11SymKey *key, OctetSource *content,
                       GBytes *additional, guint8 out_tag[CONTENT_TAG_MAX], GError **error)
{
    g_autoptr(GBytes) plaintext = octet_source_to_bytes(content, error);
    if (plaintext == NULL)
        return NULL;
    PORT_SetError(0);
    g_autoptr(PK11Context) context = open_context(cipher, key, CKA_ENCRYPT);
    g_autoptr(GBytes) ciphertext = NULL;
    if (context != NULL)
        ciphertext = cms_cipher_is_aead(cipher->cipher)
                         ? encrypt_gcm(cipher, context, plaintext, additional, out_tag)
                         : encrypt_cbc(cipher, context, plaintext);
    if (ciphertext != NULL)
        return octet_source_new_bytes(ciphertext);
    cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot encrypt the content");
    return NULL;
}

/* All of the padding is looked at, and always a whole block of it, whatever it says: neither what
 * is accepted nor the time tells more than whether it is right. */
static gboolean
padding_is_right(const guint8 *octets, gsize n_octets, gsize n_block, gsize *out_n_padding)
{
    guint n_padding = octets[n_octets - 1];
    guint wrong = (guint)(n_padding == 0) | (guint)(n_padding > n_block);
    for (guint i = 0; i < n_block; i++) {
        guint counts = (guint)(i < n_padding);
        wrong |= counts & (guint)(octets[n_octets - 1 - i] != n_padding);
    }
    *out_n_padding = n_padding;
    return wrong == 0;
}

static gboolean
decrypt_cbc(const ContentCipher *cipher, PK11Context *context, GBytes *ciphertext,
            Plaintext *plaintext, gsize *out_n_octets)
{
    gsize n_octets = 0, n_padding = 0;
    const guint8 *octets = g_bytes_get_data(ciphertext, &n_octets);
    gsize n_block = cms_cipher_get_info(cipher->cipher)->n_block_octets;
    if (n_octets == 0 || n_octets % n_block != 0 ||
        !run_cbc(context, plaintext->octets, octets, n_octets) ||
        !padding_is_right(plaintext->octets, n_octets, n_block, &n_padding))
        return FALSE;
    *out_n_octets = n_octets - n_padding;
    return TRUE;
}

static gboolean
decrypt_gcm(const ContentCipher *cipher, PK11Context *context, GBytes *ciphertext,
            GBytes *additional, GBytes *tag, Plaintext *plaintext, gsize *out_n_octets)
{
    gsize n_octets = 0, n_additional = 0, n_tag = 0;
    int n_written = 0;
    const guint8 *octets = g_bytes_get_data(ciphertext, &n_octets);
    const guint8 *aad = additional != NULL ? g_bytes_get_data(additional, &n_additional) : NULL;
    const guint8 *tag_octets = tag != NULL ? g_bytes_get_data(tag, &n_tag) : NULL;
    guint8 nonce[CONTENT_NONCE_MAX], tag_copy[CONTENT_TAG_MAX];
    if (n_tag != cipher->n_tag)
        return FALSE;
    memcpy(nonce, cipher->nonce, sizeof nonce);
    memcpy(tag_copy, tag_octets, n_tag);
    if (PK11_AEADOp(context, CKG_NO_GENERATE, 0, nonce, (int)cipher->n_nonce, aad,
                    (int)n_additional, plaintext->octets, &n_written, (int)n_octets, tag_copy,
                    (int)n_tag, octets, (int)n_octets) != SECSuccess)
        return FALSE;
    *out_n_octets = n_octets;
    return TRUE;
}

OctetSource *
content_cipher_decrypt(const ContentCipher *cipher, PK11SymKey *key, OctetSource *encrypted,
                       GBytes *additional, GBytes *tag)
{
    gsize n_octets = 0;
    g_autoptr(GBytes) ciphertext = octet_source_to_bytes(encrypted, NULL);
    if (ciphertext == NULL)
        return NULL;
    g_autoptr(PK11Context) context = open_context(cipher, key, CKA_DECRYPT);
    if (context == NULL)
        return NULL;
    Plaintext *plaintext = plaintext_new(MAX(g_bytes_get_size(ciphertext), 1));
    gboolean good =
        cms_cipher_is_aead(cipher->cipher)
            ? decrypt_gcm(cipher, context, ciphertext, additional, tag, plaintext, &n_octets)
            : decrypt_cbc(cipher, context, ciphertext, plaintext, &n_octets);
    if (!good) {
        plaintext_free(plaintext);
        return NULL;
    }
    g_autoptr(GBytes) result =
        g_bytes_new_with_free_func(plaintext->octets, n_octets, plaintext_free, plaintext);
    return octet_source_new_bytes(result);
}
