/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "authenticated-attributes.h"
#include "ber-string.h"
#include "cms-error.h"
#include "content-encryption.h"
#include "content-info-private.h"
#include "core-limits.h"
#include "enveloped-data.h"
#include "key-management.h"
#include "nss-scoped.h"

typedef struct {
    gboolean authenticated;
    GPtrArray *recipients; /* (element-type Recipient): those with a key */
    RecipientCounts counts;
    BerSlice content_type;
    ContentCipher cipher;
    OctetSource *ciphertext;
    GBytes *additional; /* DER of authAttrs, or NULL */
    GBytes *tag;
} Envelope;

void
envelope_facts_clear(EnvelopeFacts *facts)
{
    g_clear_pointer(&facts->key_management, g_free);
    g_clear_pointer(&facts->recipient, certificate_unref);
}

EnvelopeKeys *
envelope_keys_new(GPtrArray *pairs, const gchar *password)
{
    EnvelopeKeys *keys = g_new0(EnvelopeKeys, 1);
    keys->pairs = pairs;
    keys->password = g_strdup(password);
    return keys;
}

void
envelope_keys_free(EnvelopeKeys *keys)
{
    g_clear_pointer(&keys->pairs, g_ptr_array_unref);
    if (keys->password != NULL)
        explicit_bzero(keys->password, strlen(keys->password));
    g_free(keys->password);
    g_free(keys);
}

static void
envelope_clear(Envelope *envelope)
{
    g_clear_pointer(&envelope->recipients, g_ptr_array_unref);
    g_clear_pointer(&envelope->ciphertext, octet_source_unref);
    g_clear_pointer(&envelope->additional, g_bytes_unref);
    g_clear_pointer(&envelope->tag, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Envelope, envelope_clear)

static gboolean
skip_optional(BerReader *fields, guint8 tag, const gchar *what, GError **error)
{
    return ber_peek(fields) != tag || ber_skip(fields, what, NULL, error);
}

static gboolean
read_encrypted_content(Envelope *envelope, BerReader *fields, GError **error)
{
    BerReader info;
    CmsAlgorithm algorithm;
    if (!ber_enter(fields, BER_SEQUENCE, "EncryptedContentInfo", &info, error) ||
        !ber_read(&info, BER_OID, "contentType", &envelope->content_type, error) ||
        !cms_algorithm_read(&info, "contentEncryptionAlgorithm", &algorithm, error) ||
        !content_cipher_parse(info.owner, &algorithm, &envelope->cipher, error))
        return FALSE;
    /* RFC 8551 §2.4.3. */
    if (oid_find(envelope->content_type) != OID_DATA) {
        g_autofree gchar *oid = oid_to_dotted(envelope->content_type);
        g_set_error(error, CMS_ERROR, CMS_ERROR_CONTENT_TYPE, "encrypted content is %s, not data",
                    oid);
        return FALSE;
    }
    envelope->ciphertext = ber_string_read(&info, BER_CONTEXT(0), "encryptedContent", error);
    return envelope->ciphertext != NULL && ber_leave(fields, &info, "EncryptedContentInfo", error);
}

static gboolean
read_authentication(Envelope *envelope, BerReader *fields, GError **error)
{
    if (!authenticated_attributes_read(fields, envelope->content_type, &envelope->additional,
                                       error))
        return FALSE;
    envelope->tag = ber_read_octets(fields, BER_OCTET_STRING, "mac", error);
    if (envelope->tag == NULL)
        return FALSE;
    if (g_bytes_get_size(envelope->tag) != envelope->cipher.n_tag) {
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_MALFORMED,
                            "mac is not as long as aes-ICVlen states");
        return FALSE;
    }
    return skip_optional(fields, BER_CONTEXT_CONSTRUCTED(2), "unauthAttrs", error);
}

/* GCM in EnvelopedData would have no place for its tag, CBC in AuthEnvelopedData authenticates
 * nothing. */
static gboolean
check_cipher(const Envelope *envelope, GError **error)
{
    if (cms_cipher_is_aead(envelope->cipher.cipher) == envelope->authenticated)
        return TRUE;
    g_set_error(error, CMS_ERROR, CMS_ERROR_MALFORMED, "cipher %s in %s",
                cms_cipher_to_string(envelope->cipher.cipher),
                envelope->authenticated ? "AuthEnvelopedData" : "EnvelopedData");
    return FALSE;
}

static gboolean
read_envelope(Envelope *envelope, BerReader *outer, const EnvelopeKeys *keys, GError **error)
{
    BerReader fields;
    guint version = 0;
    if (!ber_enter(outer, BER_SEQUENCE, "EnvelopedData", &fields, error) ||
        !ber_read_small(&fields, "EnvelopedData version", &version, error) ||
        !skip_optional(&fields, BER_CONTEXT_CONSTRUCTED(0), "originatorInfo", error) ||
        !recipient_infos_read(&fields, keys, envelope->recipients, &envelope->counts, error) ||
        !read_encrypted_content(envelope, &fields, error) || !check_cipher(envelope, error))
        return FALSE;
    if (envelope->authenticated
            ? !read_authentication(envelope, &fields, error)
            : !skip_optional(&fields, BER_CONTEXT_CONSTRUCTED(1), "unprotectedAttrs", error))
        return FALSE;
    return ber_leave(outer, &fields, "EnvelopedData", error);
}

static gboolean
parse_envelope(GBytes *ber, const EnvelopeKeys *keys, Envelope *envelope, GError **error)
{
    BerReader all;
    ContentInfoReader info;
    ber_reader_init(&all, ber);
    if (!content_info_enter(&all, &info, error))
        return FALSE;
    envelope->authenticated = info.type == CMS_CONTENT_AUTH_ENVELOPED_DATA;
    if (!envelope->authenticated && info.type != CMS_CONTENT_ENVELOPED_DATA) {
        content_info_set_type_error(error, info.type, "enveloped-data");
        return FALSE;
    }
    return read_envelope(envelope, &info.content, keys, error) &&
           content_info_leave(&all, &info, error);
}

static void
note_recipient(EnvelopeFacts *facts, const Recipient *recipient)
{
    envelope_facts_clear(facts);
    facts->key_management = key_management_dup_name(recipient);
    if (recipient->pair != NULL)
        facts->recipient = certificate_ref(key_pair_get_certificate(recipient->pair));
}

static OctetSource *
open_with(const Envelope *envelope, GBytes *ber, const Recipient *recipient, GError **error)
{
    gboolean genuine = FALSE;
    g_autoptr(PK11SymKey) key =
        key_management_unwrap(recipient, ber, envelope->cipher.cipher, &genuine, error);
    if (key == NULL)
        return NULL;
    g_autoptr(OctetSource) plaintext = content_cipher_decrypt(
        &envelope->cipher, key, envelope->ciphertext, envelope->additional, envelope->tag);
    if (plaintext != NULL && genuine)
        return g_steal_pointer(&plaintext);
    g_set_error_literal(error, CMS_ERROR, CMS_ERROR_DECRYPT, "decryption failed");
    return NULL;
}

/* Of several failures the one that helps most: a password may be missing, a limit was passed, else
 * it is the decryption, else the algorithm. */
static gint
rank_of(const GError *error)
{
    static const gint codes[] = {CMS_ERROR_DECRYPT, CMS_ERROR_LIMIT, CMS_ERROR_KEY_LOCKED};
    for (gint i = 0; i < (gint)G_N_ELEMENTS(codes); i++)
        if (error != NULL && error->code == codes[i])
            return i + 1;
    return 0;
}

static OctetSource *
try_recipients(const Envelope *envelope, GBytes *ber, EnvelopeFacts *facts, GError **error)
{
    g_autoptr(GError) best = NULL;
    for (guint i = 0; i < envelope->recipients->len; i++) {
        const Recipient *recipient = g_ptr_array_index(envelope->recipients, i);
        g_autoptr(GError) local = NULL;
        OctetSource *plaintext = open_with(envelope, ber, recipient, &local);
        if (plaintext != NULL || best == NULL)
            note_recipient(facts, recipient);
        if (plaintext != NULL)
            return plaintext;
        if (best == NULL || rank_of(local) > rank_of(best)) {
            g_clear_error(&best);
            best = g_steal_pointer(&local);
        }
    }
    if (best != NULL)
        g_propagate_error(error, g_steal_pointer(&best));
    else
        g_set_error(error, CMS_ERROR, CMS_ERROR_NOT_FOR_US, "none of the %u recipients is known%s",
                    envelope->counts.n_recipients,
                    envelope->counts.n_passwords > 0 ? " (one has a password)" : "");
    return NULL;
}

static OctetSource *
decrypt(GBytes *ber, const EnvelopeKeys *keys, EnvelopeFacts *facts, GError **error)
{
    g_auto(Envelope)
        envelope = {.recipients = g_ptr_array_new_with_free_func((GDestroyNotify)recipient_free)};
    gboolean parsed = parse_envelope(ber, keys, &envelope, error);
    facts->authenticated = envelope.authenticated;
    facts->cipher = envelope.cipher.cipher;
    facts->n_recipients = envelope.counts.n_recipients;
    facts->n_rounds = envelope.counts.n_rounds;
    return parsed ? try_recipients(&envelope, ber, facts, error) : NULL;
}

OctetSource *
enveloped_data_decrypt(GBytes *ber, const EnvelopeKeys *keys, EnvelopeFacts *out_facts,
                       GError **error)
{
    EnvelopeFacts facts = {0};
    OctetSource *plaintext = decrypt(ber, keys, &facts, error);
    if (out_facts != NULL)
        *out_facts = facts;
    else
        envelope_facts_clear(&facts);
    return plaintext;
}
