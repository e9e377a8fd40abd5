/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "cms-error.h"
#include "core-limits.h"
#include "key-file-private.h"
#include "key-pair-private.h"
#include "nss-capability.h"
#include "oid.h"
#include "pem.h"
#include "wiped-octets.h"
#include "x25519.h"

typedef struct {
    SECItem version;
    SECItem private_key;
    SECItem parameters; /* [0] EXPLICIT */
} EcPrivateKeyHead;

/* ECPrivateKey of RFC 5915 §3. */
static const SEC_ASN1Template ec_private_key_template[] = {
    {SEC_ASN1_SEQUENCE, 0, NULL, sizeof(EcPrivateKeyHead)},
    {SEC_ASN1_INTEGER, offsetof(EcPrivateKeyHead, version), NULL, 0},
    {SEC_ASN1_OCTET_STRING, offsetof(EcPrivateKeyHead, private_key), NULL, 0},
    {SEC_ASN1_EXPLICIT | SEC_ASN1_CONSTRUCTED | SEC_ASN1_CONTEXT_SPECIFIC | 0,
     offsetof(EcPrivateKeyHead, parameters), SEC_AnyTemplate, 0},
    {SEC_ASN1_SKIP_REST, 0, NULL, 0},
    {0, 0, NULL, 0},
};

/* PrivateKeyInfo of RFC 5208 §5, and what came after it: OneAsymmetricKey of RFC 5958 §2 has the
 * public key behind the attributes, which NSS refuses. */
static const SEC_ASN1Template private_key_info_template[] = {
    {SEC_ASN1_SEQUENCE, 0, NULL, sizeof(SECKEYPrivateKeyInfo)},
    {SEC_ASN1_INTEGER, offsetof(SECKEYPrivateKeyInfo, version), NULL, 0},
    {SEC_ASN1_INLINE, offsetof(SECKEYPrivateKeyInfo, algorithm), SECOID_AlgorithmIDTemplate, 0},
    {SEC_ASN1_OCTET_STRING, offsetof(SECKEYPrivateKeyInfo, privateKey), NULL, 0},
    {SEC_ASN1_SKIP_REST, 0, NULL, 0},
    {0, 0, NULL, 0},
};

static KeyFileParts *
key_file_parts_new(void)
{
    KeyFileParts *parts = g_new0(KeyFileParts, 1);
    parts->keys = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    parts->certificates = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    return parts;
}

void
key_file_parts_free(KeyFileParts *parts)
{
    g_ptr_array_unref(parts->keys);
    g_ptr_array_unref(parts->certificates);
    g_free(parts);
}

gboolean
key_file_parts_add_key(KeyFileParts *parts, GBytes *pkcs8, GError **error)
{
    if (parts->keys->len >= LIMIT_FILE_KEYS) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "more than %u private keys",
                    LIMIT_FILE_KEYS);
        return FALSE;
    }
    g_ptr_array_add(parts->keys, g_bytes_ref(pkcs8));
    return TRUE;
}

gboolean
key_file_parts_add_certificate(KeyFileParts *parts, GBytes *der, GError **error)
{
    g_autoptr(GError) reason = NULL;

    if (parts->certificates->len >= LIMIT_CERTIFICATES) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "more than %u certificates",
                    LIMIT_CERTIFICATES);
        return FALSE;
    }
    g_autoptr(Certificate) certificate = certificate_new(der, &reason);
    if (certificate == NULL)
        g_debug("key file: certificate left out: %s", reason->message);
    else
        g_ptr_array_add(parts->certificates, g_steal_pointer(&certificate));
    return TRUE;
}

gboolean
key_file_decode_ber(PLArenaPool *arena, gpointer out, const SEC_ASN1Template *template,
                    const SECItem *octets, GError **error)
{
    PORT_SetError(0);
    SEC_ASN1DecoderContext *context = SEC_ASN1DecoderStart(arena, out, template);
    if (context == NULL)
        return cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot start the decoder");
    /* Else a length of 2 GB in the first octets is believed, and allocated. */
    SEC_ASN1DecoderSetMaximumElementSize(context, octets->len);
    SECStatus update = SEC_ASN1DecoderUpdate(context, (const char *)octets->data, octets->len);
    SECStatus finish = SEC_ASN1DecoderFinish(context);
    if (update != SECSuccess || finish != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_MALFORMED, "key file is malformed");
    return TRUE;
}

/* Wraps the key of an older form into PrivateKeyInfo. */
static GBytes *
wrap_key(SECOidTag algorithm, SECItem *parameters, const SECItem *key, GError **error)
{
    g_autoptr(WipedArena) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    SECKEYPrivateKeyInfo info = {0};
    SECItem der = {siBuffer, NULL, 0};

    info.privateKey = *key;
    if (SEC_ASN1EncodeInteger(arena, &info.version, 0) == NULL ||
        SECOID_SetAlgorithmID(arena, &info.algorithm, algorithm, parameters) != SECSuccess ||
        SEC_ASN1EncodeItem(arena, &der, &info, SEC_ASN1_GET(SECKEY_PrivateKeyInfoTemplate)) ==
            NULL) {
        cms_set_nss_error(error, CMS_ERROR_KEY, "private key can't be read");
        return NULL;
    }
    return wiped_octets_to_bytes(g_memdup2(der.data, der.len), der.len);
}

static GBytes *
wrap_ec_key(const SECItem *key, GError **error)
{
    g_autoptr(WipedArena) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    EcPrivateKeyHead head = {0};

    PORT_SetError(0);
    if (SEC_QuickDERDecodeItem(arena, &head, ec_private_key_template, key) != SECSuccess) {
        cms_set_nss_error(error, CMS_ERROR_KEY, "private key can't be read");
        return NULL;
    }
    return wrap_key(SEC_OID_ANSIX962_EC_PUBLIC_KEY, &head.parameters, key, error);
}

static GBytes *
decrypt_pkcs8(const SECItem *der, const gchar *password, PbeBudget *budget, GError **error)
{
    g_autoptr(PLArenaPool) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    SECKEYEncryptedPrivateKeyInfo info = {0};

    if (!key_file_decode_ber(arena, &info, SEC_ASN1_GET(SECKEY_EncryptedPrivateKeyInfoTemplate),
                             der, error))
        return NULL;
    if (password == NULL) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_PASSWORD, "the file wants a password");
        return NULL;
    }
    g_autoptr(GBytes) key =
        pbe_decrypt(&info.algorithm, &info.encryptedData, password, budget, error);
    /* One wrong password of 256 leaves padding that looks right. */
    if (key != NULL &&
        (g_bytes_get_size(key) == 0 || *(const guint8 *)g_bytes_get_data(key, NULL) != 0x30)) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_PASSWORD, "wrong password");
        return NULL;
    }
    return g_steal_pointer(&key);
}

static gboolean
is_pkcs8(const SECItem *der)
{
    g_autoptr(WipedArena) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    SECKEYPrivateKeyInfo info = {0};
    return SEC_QuickDERDecodeItem(arena, &info, private_key_info_template, der) == SECSuccess;
}

static GBytes *
key_of_block(const PemBlock *block, const gchar *password, PbeBudget *budget, GError **error)
{
    SECItem octets = nss_borrow_bytes(block->octets);

    if (strstr(block->headers, "ENCRYPTED") != NULL) {
        g_set_error(
            error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
            "\"%s\" is encrypted in OpenSSL's old form (\"openssl pkcs8 -topk8\" converts it)",
            block->label);
        return NULL;
    }
    if (g_str_equal(block->label, "ENCRYPTED PRIVATE KEY"))
        return decrypt_pkcs8(&octets, password, budget, error);
    if (g_str_equal(block->label, "RSA PRIVATE KEY"))
        return wrap_key(SEC_OID_PKCS1_RSA_ENCRYPTION, NULL, &octets, error);
    if (g_str_equal(block->label, "EC PRIVATE KEY"))
        return wrap_ec_key(&octets, error);
    /* Some write an RSA key of the older form under the newer name; OpenSSL reads that too. */
    if (g_str_equal(block->label, "PRIVATE KEY") && !is_pkcs8(&octets))
        return wrap_key(SEC_OID_PKCS1_RSA_ENCRYPTION, NULL, &octets, error);
    if (g_str_equal(block->label, "PRIVATE KEY"))
        return g_bytes_ref(block->octets);
    g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED, "\"%s\" is not supported", block->label);
    return NULL;
}

static gboolean
read_block(KeyFileParts *parts, const PemBlock *block, const gchar *password, PbeBudget *budget,
           GError **error)
{
    if (g_str_has_suffix(block->label, "PRIVATE KEY")) {
        g_autoptr(GBytes) key = key_of_block(block, password, budget, error);
        return key != NULL && key_file_parts_add_key(parts, key, error);
    }
    if (g_str_equal(block->label, "CERTIFICATE") || g_str_equal(block->label, "X509 CERTIFICATE"))
        return key_file_parts_add_certificate(parts, block->octets, error);
    return TRUE; /* "EC PARAMETERS" and whatever else lies about */
}

static gboolean
read_pem(KeyFileParts *parts, GBytes *octets, const gchar *password, PbeBudget *budget,
         GError **error)
{
    g_autoptr(GPtrArray) blocks = pem_parse(octets, 2 * LIMIT_CERTIFICATES, error);

    for (guint i = 0; blocks != NULL && i < blocks->len; i++) {
        if (!read_block(parts, g_ptr_array_index(blocks, i), password, budget, error))
            return FALSE;
    }
    return blocks != NULL;
}

KeyFileParts *
key_file_read(GBytes *octets, const gchar *password, guint64 n_rounds_max, GError **error)
{
    g_autoptr(KeyFileParts) parts = key_file_parts_new();
    PbeBudget budget = {n_rounds_max};

    if (g_bytes_get_size(octets) > LIMIT_KEY_FILE_OCTETS) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT,
                    "key file too large (%" G_GSIZE_FORMAT " octets of at most %u)",
                    g_bytes_get_size(octets), LIMIT_KEY_FILE_OCTETS);
        return NULL;
    }
    if (pem_is_likely(octets)) {
        if (!read_pem(parts, octets, password, &budget, error))
            return NULL;
    } else {
        Certificate *certificate = certificate_new(octets, NULL);
        if (certificate != NULL)
            g_ptr_array_add(parts->certificates, certificate);
        else if (!pkcs12_read(parts, octets, password, &budget, error))
            return NULL;
    }
    if (parts->keys->len == 0 && parts->certificates->len == 0) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_MALFORMED,
                    "neither key nor certificate in the file");
        return NULL;
    }
    return g_steal_pointer(&parts);
}

/* RFC 5480 §2.1.1 forbids curves that are spelled out, and NSS does not know them. */
static gboolean
has_named_curve(const SECAlgorithmID *algorithm)
{
    return algorithm->parameters.len > 0 && algorithm->parameters.data[0] == SEC_ASN1_OBJECT_ID;
}

static gboolean
is_ed25519(const SECAlgorithmID *algorithm)
{
    BerSlice name = {algorithm->algorithm.data, algorithm->algorithm.len};
    return oid_find(name) == OID_ED25519;
}

/* A PrivateKeyInfo that NSS takes: of the types that certificate_extract_public_key() takes too. */
static GBytes *
prepare_key(GBytes *pkcs8, GError **error)
{
    g_autoptr(WipedArena) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    SECItem der = nss_borrow_bytes(pkcs8);
    SECKEYPrivateKeyInfo info = {0};

    PORT_SetError(0);
    if (SEC_QuickDERDecodeItem(arena, &info, private_key_info_template, &der) != SECSuccess) {
        cms_set_nss_error(error, CMS_ERROR_KEY, "private key is malformed");
        return NULL;
    }
    SECOidTag tag = SECOID_GetAlgorithmTag(&info.algorithm);
    /* NSS has no import for those of PSS and OAEP; that the key is for these alone, the certificate
     * says. */
    if (tag == SEC_OID_PKCS1_RSA_ENCRYPTION || tag == SEC_OID_PKCS1_RSA_PSS_SIGNATURE ||
        tag == SEC_OID_PKCS1_RSA_OAEP_ENCRYPTION)
        return wrap_key(SEC_OID_PKCS1_RSA_ENCRYPTION, NULL, &info.privateKey, error);
    if (x25519_is_named(&info.algorithm.algorithm))
        return x25519_prepare_key(&info.privateKey, error);
    if (tag == SEC_OID_ANSIX962_EC_PUBLIC_KEY && has_named_curve(&info.algorithm))
        return wrap_key(tag, &info.algorithm.parameters, &info.privateKey, error);
    if (is_ed25519(&info.algorithm))
        return nss_capability_require(NSS_CAPABILITY_ED25519, error)
                   ? wrap_key(tag, NULL, &info.privateKey, error)
                   : NULL;
    g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                "private keys other than RSA, EC (with a named curve), Ed25519 and X25519 are not "
                "supported");
    return NULL;
}

SECKEYPrivateKey *
key_file_import_key(PK11SlotInfo *slot, GBytes *pkcs8, gboolean permanent, GError **error)
{
    g_autoptr(GBytes) prepared = prepare_key(pkcs8, error);
    SECKEYPrivateKey *key = NULL;

    if (prepared == NULL)
        return NULL;
    SECItem der = nss_borrow_bytes(prepared);
    PORT_SetError(0);
    if (PK11_ImportDERPrivateKeyInfoAndReturnKey(slot, &der, NULL, NULL, permanent, PR_TRUE, KU_ALL,
                                                 &key, NULL) != SECSuccess) {
        cms_set_nss_error(error, permanent ? CMS_ERROR_STORE : CMS_ERROR_KEY,
                          "private key was not taken");
        return NULL;
    }
    return key;
}

static void
key_file_match_free(gpointer data)
{
    KeyFileMatch *match = data;
    certificate_unref(match->certificate);
    g_bytes_unref(match->pkcs8);
    g_clear_pointer(&match->private_key, SECKEY_DestroyPrivateKey);
    g_free(match);
}

/* Adds a match for each certificate of the key: it may have been certified again. */
static gboolean
add_matches(GPtrArray *matches, GBytes *pkcs8, GPtrArray *certificates, GError **error)
{
    g_autoptr(PK11SlotInfo) slot = PK11_GetInternalSlot();
    g_autoptr(SECKEYPrivateKey) first = key_file_import_key(slot, pkcs8, FALSE, error);
    SECKEYPrivateKey *key = first;

    for (guint i = 0; key != NULL && i < certificates->len; i++) {
        Certificate *certificate = g_ptr_array_index(certificates, i);
        if (!key_pair_check(certificate, key, NULL))
            continue;
        /* To import one takes NSS about as long as a third of a signature. */
        SECKEYPrivateKey *own = first != NULL ? g_steal_pointer(&first)
                                              : key_file_import_key(slot, pkcs8, FALSE, error);
        if (own == NULL)
            return FALSE;
        KeyFileMatch *match = g_new0(KeyFileMatch, 1);
        match->certificate = certificate_ref(certificate);
        match->pkcs8 = g_bytes_ref(pkcs8);
        match->private_key = own;
        g_ptr_array_add(matches, match);
    }
    return key != NULL;
}

GPtrArray *
key_file_match(const KeyFileParts *parts, GError **error)
{
    g_autoptr(GPtrArray) matches = g_ptr_array_new_with_free_func(key_file_match_free);
    g_autoptr(GError) reason = NULL;

    for (guint i = 0; i < parts->keys->len; i++) {
        g_autoptr(GError) fault = NULL;
        if (!add_matches(matches, g_ptr_array_index(parts->keys, i), parts->certificates, &fault) &&
            reason == NULL)
            reason = g_steal_pointer(&fault);
    }
    /* One key of several that can't be used here must not keep the others out. */
    if (matches->len > 0 || parts->keys->len == 0)
        return g_steal_pointer(&matches);
    if (reason == NULL)
        g_set_error(&reason, CMS_ERROR, CMS_ERROR_KEY,
                    "no certificate in the file belongs to its key");
    g_propagate_error(error, g_steal_pointer(&reason));
    return NULL;
}

static KeyFile *
key_file_of_parts(const KeyFileParts *parts, GError **error)
{
    g_autoptr(GPtrArray) matches = key_file_match(parts, error);
    if (matches == NULL)
        return NULL;

    g_autoptr(GHashTable) used = g_hash_table_new(NULL, NULL);
    KeyFile *file = g_new0(KeyFile, 1);
    file->pairs = g_ptr_array_new_with_free_func((GDestroyNotify)key_pair_unref);
    file->certificates = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    file->private_keys = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; i < matches->len; i++) {
        KeyFileMatch *match = g_ptr_array_index(matches, i);
        SECKEYPrivateKey *key = g_steal_pointer(&match->private_key);
        g_ptr_array_add(file->pairs, key_pair_new_owned(match->certificate, key, NULL, NULL));
        g_ptr_array_add(file->private_keys, g_bytes_ref(match->pkcs8));
        g_hash_table_add(used, match->certificate);
    }
    for (guint i = 0; i < parts->certificates->len; i++) {
        Certificate *certificate = g_ptr_array_index(parts->certificates, i);
        if (!g_hash_table_contains(used, certificate))
            g_ptr_array_add(file->certificates, certificate_ref(certificate));
    }
    return file;
}

KeyFile *
key_file_parse(GBytes *octets, const gchar *password, GError **error)
{
    g_return_val_if_fail(octets != NULL, NULL);
    g_autoptr(KeyFileParts) parts = key_file_read(octets, password, PBE_ROUNDS_MAX, error);
    return parts != NULL ? key_file_of_parts(parts, error) : NULL;
}

void
key_file_free(KeyFile *file)
{
    g_clear_pointer(&file->pairs, g_ptr_array_unref);
    g_clear_pointer(&file->certificates, g_ptr_array_unref);
    g_clear_pointer(&file->private_keys, g_ptr_array_unref);
    g_free(file);
}
