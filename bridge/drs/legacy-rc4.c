/* SPDX-License-Identifier: MPL-2.0 */

#include "legacy-rc4.h"

#include <string.h>

#include "ber-string.h"
#include "cms-error.h"
#include "content-info-private.h"
#include "core-limits.h"
#include "key-management-private.h"
#include "nss-scoped.h"
#include "wiped-octets.h"

#define KEY_OCTETS 16
/* 40 bits, which exported software had, up to what is written here. */
#define KEY_OCTETS_MIN 5
/* One call of NSS. */
#define PIECE_OCTETS (1u << 20)

typedef struct {
    GPtrArray *recipients; /* (element-type Recipient): those with a key */
    RecipientCounts counts;
    CmsAlgorithm algorithm;
    OctetSource *ciphertext;
} Rc4Envelope;

static void
rc4_envelope_clear(Rc4Envelope *envelope)
{
    g_clear_pointer(&envelope->recipients, g_ptr_array_unref);
    g_clear_pointer(&envelope->ciphertext, octet_source_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Rc4Envelope, rc4_envelope_clear)

static GBytes *
read_content(OctetSource *content, GError **error)
{
    if (octet_source_get_size(content) <= LIMIT_BUFFERED_OCTETS)
        return octet_source_to_bytes(content, error);
    g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "content of more than %u octets",
                LIMIT_BUFFERED_OCTETS);
    return NULL;
}

/* Encryption and decryption are the same. @out has room for all of @octets. */
static gboolean
apply_key(PK11SymKey *key, CK_ATTRIBUTE_TYPE operation, GBytes *octets, guint8 *out, GError **error)
{
    gsize n_octets = 0;
    const guint8 *in = g_bytes_get_data(octets, &n_octets);
    SECItem none = {siBuffer, NULL, 0};
    PORT_SetError(0);
    g_autoptr(PK11Context) context = PK11_CreateContextBySymKey(CKM_RC4, operation, key, &none);
    if (context == NULL)
        return cms_set_nss_error(error, CMS_ERROR_UNSUPPORTED, "RC4 is not available");
    for (gsize at = 0; at < n_octets;) {
        int n_piece = (int)MIN(n_octets - at, PIECE_OCTETS);
        int n_done = 0;
        if (PK11_CipherOp(context, out + at, &n_done, n_piece, in + at, n_piece) != SECSuccess ||
            n_done != n_piece)
            return cms_set_nss_error(error, CMS_ERROR_FAILED, "RC4 failed");
        at += (gsize)n_piece;
    }
    return TRUE;
}

static GBytes *
apply_key_to(PK11SymKey *key, CK_ATTRIBUTE_TYPE operation, GBytes *octets, GError **error)
{
    gsize n_octets = g_bytes_get_size(octets);
    g_autoptr(GBytes) result = wiped_octets_to_bytes(g_malloc0(n_octets + 1), n_octets + 1);
    guint8 *out = (guint8 *)g_bytes_get_data(result, NULL);
    return apply_key(key, operation, octets, out, error)
               ? g_bytes_new_from_bytes(result, 0, n_octets)
               : NULL;
}

static PK11SymKey *
make_key(GError **error)
{
    PORT_SetError(0);
    g_autoptr(PK11SlotInfo) slot = PK11_GetBestSlot(CKM_RC4, NULL);
    PK11SymKey *key =
        slot != NULL ? PK11_KeyGen(slot, CKM_RC4_KEY_GEN, NULL, KEY_OCTETS, NULL) : NULL;
    if (key == NULL)
        cms_set_nss_error(error, CMS_ERROR_UNSUPPORTED, "RC4 is not available");
    return key;
}

static gboolean
add_recipient(DerNode *data, const Certificate *recipient, PK11SymKey *key, GError **error)
{
    if (certificate_get_key_type(recipient) != KEY_TYPE_RSA) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED, "cannot encrypt with RC4 to key %s",
                    certificate_get_key_name(recipient));
        return FALSE;
    }
    g_autoptr(SECKEYPublicKey) public_key = certificate_extract_public_key(recipient, error);
    return public_key != NULL && key_transport_add(der_add(data, BER_SET), recipient, public_key,
                                                   key, CMS_KEY_TRANSPORT_PKCS1, error);
}

GBytes *
legacy_rc4_encrypt(OctetSource *content, const Certificate *recipient, GError **error)
{
    g_autoptr(GBytes) plaintext = read_content(content, error);
    g_autoptr(PK11SymKey) key = plaintext != NULL ? make_key(error) : NULL;
    if (key == NULL)
        return NULL;
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_oid(root, OID_ENVELOPED_DATA);
    DerNode *data = der_add(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
    der_add_small(data, 0);
    if (!add_recipient(data, recipient, key, error))
        return NULL;
    g_autoptr(GBytes) ciphertext = apply_key_to(key, CKA_ENCRYPT, plaintext, error);
    if (ciphertext == NULL)
        return NULL;
    DerNode *info = der_add(data, BER_SEQUENCE);
    der_add_oid(info, OID_DATA);
    /* openssl refuses NULL here. */
    der_add_algorithm(info, OID_RC4, FALSE);
    der_add_bytes(info, BER_CONTEXT(0), ciphertext);
    return der_node_serialize(root);
}

static gboolean
read_encrypted_content(BerReader *fields, Rc4Envelope *envelope, GError **error)
{
    BerReader info;
    BerSlice type;
    if (!ber_enter(fields, BER_SEQUENCE, "EncryptedContentInfo", &info, error) ||
        !ber_read(&info, BER_OID, "contentType", &type, error) ||
        !cms_algorithm_read(&info, "contentEncryptionAlgorithm", &envelope->algorithm, error))
        return FALSE;
    if (envelope->algorithm.id != OID_RC4) {
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED, "content is not in RC4");
        return FALSE;
    }
    if (oid_find(type) != OID_DATA) {
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_CONTENT_TYPE,
                            "encrypted content is not data");
        return FALSE;
    }
    envelope->ciphertext = ber_string_read(&info, BER_CONTEXT(0), "encryptedContent", error);
    return envelope->ciphertext != NULL && ber_leave(fields, &info, "EncryptedContentInfo", error);
}

/* There are none, but senders differ in how they say so: nothing, NULL, or as openssl has it no
 * octets of an initialization vector. Octets there would be a salt of the key's. */
static gboolean
check_parameters(const CmsAlgorithm *algorithm, GError **error)
{
    static const guint8 empty[] = {BER_OCTET_STRING, 0};
    if (cms_algorithm_has_no_parameters(algorithm) ||
        ber_slice_equal(algorithm->parameters, (BerSlice){empty, sizeof empty}))
        return TRUE;
    g_set_error_literal(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                        "RC4 with parameters is not supported");
    return FALSE;
}

/* RFC 2315 §10.1: nothing stands before the recipients, or behind the content. */
static gboolean
parse(GBytes *ber, const EnvelopeKeys *keys, Rc4Envelope *envelope, GError **error)
{
    BerReader all, fields;
    ContentInfoReader info;
    guint version = 0;
    ber_reader_init(&all, ber);
    if (!content_info_enter(&all, &info, error))
        return FALSE;
    if (info.type != CMS_CONTENT_ENVELOPED_DATA) {
        content_info_set_type_error(error, info.type, "enveloped-data");
        return FALSE;
    }
    return ber_enter(&info.content, BER_SEQUENCE, "EnvelopedData", &fields, error) &&
           ber_read_small(&fields, "EnvelopedData version", &version, error) &&
           recipient_infos_read(&fields, keys, envelope->recipients, &envelope->counts, error) &&
           read_encrypted_content(&fields, envelope, error) &&
           ber_leave(&info.content, &fields, "EnvelopedData", error) &&
           content_info_leave(&all, &info, error);
}

gboolean
legacy_rc4_is_named(GBytes *ber)
{
    g_autoptr(GPtrArray) pairs = g_ptr_array_new();
    const EnvelopeKeys none = {.pairs = pairs};
    g_auto(Rc4Envelope) envelope = {.recipients = g_ptr_array_new()};
    return parse(ber, &none, &envelope, NULL);
}

static PK11SymKey *
import_key(guint8 *octets, unsigned n_octets)
{
    SECItem item = {siBuffer, octets, n_octets};
    g_autoptr(PK11SlotInfo) slot = PK11_GetBestSlot(CKM_RC4, NULL);
    return slot != NULL
               ? PK11_ImportSymKey(slot, CKM_RC4, PK11_OriginUnwrap, CKA_DECRYPT, &item, NULL)
               : NULL;
}

/* The first recipient whose key is transported: RC4 does not tell which of several is right. */
static const Recipient *
choose_recipient(const Rc4Envelope *envelope, GError **error)
{
    for (guint i = 0; i < envelope->recipients->len; i++) {
        const Recipient *recipient = g_ptr_array_index(envelope->recipients, i);
        if (recipient->kind == RECIPIENT_KEY_TRANSPORT)
            return recipient;
    }
    g_set_error(error, CMS_ERROR, CMS_ERROR_NOT_FOR_US, "none of the %u recipients is known",
                envelope->counts.n_recipients);
    return NULL;
}

static PK11SymKey *
unwrap_key(const Recipient *recipient, GBytes *ber, GError **error)
{
    guint8 octets[KEY_TRANSPORT_MAX_OCTETS] = {0};
    unsigned n_octets = 0;
    const gchar *objection = NULL;
    const gchar *subject = certificate_get_subject(key_pair_get_certificate(recipient->pair));
    KeyUnwrap unwrap = KEY_UNWRAP_LOCKED;
    PK11SymKey *key = NULL;
    if (key_pair_get_private_key(recipient->pair) != NULL)
        unwrap = key_transport_unwrap(recipient, ber, octets, &n_octets, &objection);
    if (unwrap == KEY_UNWRAP_DONE && n_octets >= KEY_OCTETS_MIN && n_octets <= KEY_OCTETS)
        key = import_key(octets, n_octets);
    explicit_bzero(octets, sizeof octets);
    if (key != NULL)
        return key;
    if (objection != NULL)
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED, "cannot decrypt with %s: %s", subject,
                    objection);
    else if (unwrap == KEY_UNWRAP_LOCKED)
        g_set_error(error, CMS_ERROR, CMS_ERROR_KEY_LOCKED, "the private key of %s is locked",
                    subject);
    else
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_DECRYPT, "decryption failed");
    return NULL;
}

GBytes *
legacy_rc4_decrypt(GBytes *ber, const EnvelopeKeys *keys, Certificate **out_recipient,
                   GError **error)
{
    g_auto(Rc4Envelope)
        envelope = {.recipients = g_ptr_array_new_with_free_func((GDestroyNotify)recipient_free)};
    const EnvelopeKeys without_password = {.pairs = keys->pairs};
    if (!parse(ber, &without_password, &envelope, error) ||
        !check_parameters(&envelope.algorithm, error))
        return NULL;
    const Recipient *recipient = choose_recipient(&envelope, error);
    g_autoptr(PK11SymKey) key = recipient != NULL ? unwrap_key(recipient, ber, error) : NULL;
    g_autoptr(GBytes) ciphertext = key != NULL ? read_content(envelope.ciphertext, error) : NULL;
    GBytes *plaintext =
        ciphertext != NULL ? apply_key_to(key, CKA_DECRYPT, ciphertext, error) : NULL;
    if (plaintext != NULL && out_recipient != NULL)
        *out_recipient = certificate_ref(key_pair_get_certificate(recipient->pair));
    return plaintext;
}
