/* SPDX-License-Identifier: MPL-2.0 */

#include "recipient-info.h"

#include "cms-error.h"
#include "core-limits.h"
#include "pbkdf2.h"

/* What the members of the CHOICE RecipientInfo begin with. */
#define KEY_TRANSPORT BER_SEQUENCE
#define KEY_AGREEMENT BER_CONTEXT_CONSTRUCTED(1)
#define PASSWORD      BER_CONTEXT_CONSTRUCTED(3)

typedef struct {
    const EnvelopeKeys *keys;
    GPtrArray *recipients;
    RecipientCounts counts;
    guint64 n_rounds;    /* of all password recipients so far */
    guint n_comparisons; /* of names, that may still be made */
} Collection;

void
recipient_free(Recipient *recipient)
{
    if (recipient == NULL)
        return;
    g_clear_pointer(&recipient->encrypted_key, g_bytes_unref);
    g_clear_pointer(&recipient->ukm, g_bytes_unref);
    g_free(recipient);
}

static gboolean
count_recipient(Collection *collection, GError **error)
{
    if (collection->counts.n_recipients >= LIMIT_RECIPIENT_INFOS) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "more than %u recipients",
                    LIMIT_RECIPIENT_INFOS);
        return FALSE;
    }
    collection->counts.n_recipients++;
    return TRUE;
}

static void
add_recipient(Collection *collection, const Recipient *recipient)
{
    Recipient *own = g_new(Recipient, 1);
    *own = *recipient;
    own->encrypted_key = g_bytes_ref(recipient->encrypted_key);
    own->ukm = recipient->ukm != NULL ? g_bytes_ref(recipient->ukm) : NULL;
    g_ptr_array_add(collection->recipients, own);
}

/* One copy of @recipient for each key that @id names (RFC 8551 §2.6: all with the same key
 * identifier). */
static void
collect(Collection *collection, const SignerId *id, const Recipient *recipient)
{
    for (guint i = 0; i < collection->keys->pairs->len; i++) {
        if (collection->recipients->len >= RECIPIENTS_TRIED_MAX)
            return;
        KeyPair *pair = g_ptr_array_index(collection->keys->pairs, i);
        if (!signer_id_matches(id, key_pair_get_certificate(pair), &collection->n_comparisons))
            continue;
        Recipient named = *recipient;
        named.pair = pair;
        add_recipient(collection, &named);
    }
}

static gboolean
read_key_transport(Collection *collection, BerReader *set, GError **error)
{
    Recipient recipient = {.kind = RECIPIENT_KEY_TRANSPORT};
    BerReader fields;
    SignerId id;
    guint version = 0;
    if (!count_recipient(collection, error) ||
        !ber_enter(set, KEY_TRANSPORT, "KeyTransRecipientInfo", &fields, error) ||
        !ber_read_small(&fields, "KeyTransRecipientInfo version", &version, error) ||
        !signer_id_read(&fields, "RecipientIdentifier", &id, error) ||
        !cms_algorithm_read(&fields, "keyEncryptionAlgorithm", &recipient.algorithm, error))
        return FALSE;
    g_autoptr(GBytes) key = ber_read_octets(&fields, BER_OCTET_STRING, "encryptedKey", error);
    if (key == NULL || !ber_leave(set, &fields, "KeyTransRecipientInfo", error))
        return FALSE;
    recipient.encrypted_key = key;
    collect(collection, &id, &recipient);
    return TRUE;
}

/* OriginatorIdentifierOrKey; of the three only a public key is used, the others would need its
 * owner's certificate. */
static gboolean
read_originator(Recipient *recipient, BerReader *fields, GError **error)
{
    static const gchar what[] = "originator";
    BerReader choice, key;
    if (!ber_enter(fields, BER_CONTEXT_CONSTRUCTED(0), what, &choice, error))
        return FALSE;
    if (ber_peek(&choice) != BER_CONTEXT_CONSTRUCTED(1))
        return ber_skip(&choice, what, NULL, error) && ber_leave(fields, &choice, what, error);
    return ber_enter(&choice, BER_CONTEXT_CONSTRUCTED(1), what, &key, error) &&
           cms_algorithm_read(&key, what, &recipient->originator_algorithm, error) &&
           ber_read_bit_string(&key, what, &recipient->originator_point, error) &&
           ber_leave(&choice, &key, what, error) && ber_leave(fields, &choice, what, error);
}

static gboolean
read_ukm(BerReader *fields, GBytes **out_ukm, GError **error)
{
    BerReader wrapped;
    if (ber_peek(fields) != BER_CONTEXT_CONSTRUCTED(1))
        return TRUE;
    if (!ber_enter(fields, BER_CONTEXT_CONSTRUCTED(1), "ukm", &wrapped, error))
        return FALSE;
    *out_ukm = ber_read_octets(&wrapped, BER_OCTET_STRING, "ukm", error);
    return *out_ukm != NULL && ber_leave(fields, &wrapped, "ukm", error);
}

/* KeyAgreeRecipientIdentifier: as elsewhere, but the key identifier is in a SEQUENCE with a date
 * and more. */
static gboolean
read_agreement_id(BerReader *fields, SignerId *out_id, GError **error)
{
    static const gchar what[] = "RecipientKeyIdentifier";
    BerReader inner;
    if (ber_peek(fields) != BER_CONTEXT_CONSTRUCTED(0))
        return signer_id_read_issuer_and_serial(fields, "KeyAgreeRecipientIdentifier", out_id,
                                                error);
    *out_id = (SignerId){0};
    if (!ber_enter(fields, BER_CONTEXT_CONSTRUCTED(0), what, &inner, error) ||
        !ber_read(&inner, BER_OCTET_STRING, what, &out_id->key_identifier, error))
        return FALSE;
    while (!ber_at_end(&inner))
        if (!ber_skip(&inner, what, NULL, error))
            return FALSE;
    return ber_leave(fields, &inner, what, error);
}

static gboolean
read_encrypted_key(Collection *collection, BerReader *keys, Recipient *recipient, GError **error)
{
    BerReader fields;
    SignerId id;
    if (!count_recipient(collection, error) ||
        !ber_enter(keys, BER_SEQUENCE, "RecipientEncryptedKey", &fields, error) ||
        !read_agreement_id(&fields, &id, error))
        return FALSE;
    g_autoptr(GBytes) key = ber_read_octets(&fields, BER_OCTET_STRING, "encryptedKey", error);
    if (key == NULL || !ber_leave(keys, &fields, "RecipientEncryptedKey", error))
        return FALSE;
    recipient->encrypted_key = key;
    collect(collection, &id, recipient);
    recipient->encrypted_key = NULL;
    return TRUE;
}

static gboolean
read_key_agreement(Collection *collection, BerReader *set, GError **error)
{
    g_autoptr(GBytes) ukm = NULL;
    Recipient recipient = {.kind = RECIPIENT_KEY_AGREEMENT};
    BerReader fields, keys;
    guint version = 0;
    if (!ber_enter(set, KEY_AGREEMENT, "KeyAgreeRecipientInfo", &fields, error) ||
        !ber_read_small(&fields, "KeyAgreeRecipientInfo version", &version, error) ||
        !read_originator(&recipient, &fields, error) || !read_ukm(&fields, &ukm, error) ||
        !cms_algorithm_read(&fields, "keyEncryptionAlgorithm", &recipient.algorithm, error) ||
        !ber_enter(&fields, BER_SEQUENCE, "recipientEncryptedKeys", &keys, error))
        return FALSE;
    recipient.ukm = ukm;
    while (!ber_at_end(&keys))
        if (!read_encrypted_key(collection, &keys, &recipient, error))
            return FALSE;
    return ber_leave(&fields, &keys, "recipientEncryptedKeys", error) &&
           ber_leave(set, &fields, "KeyAgreeRecipientInfo", error);
}

/* Of parameters that can't be read none count: they are not tried either. */
static guint64
count_rounds(GBytes *owner, const CmsAlgorithm *derivation)
{
    Pbkdf2Parameters parameters;
    return derivation->id == OID_PBKDF2 &&
                   pbkdf2_parameters_parse(owner, derivation->parameters, &parameters)
               ? parameters.n_rounds
               : 0;
}

static gboolean
read_password(Collection *collection, BerReader *set, GError **error)
{
    const EnvelopeKeys *keys = collection->keys;
    Recipient recipient = {
        .kind = RECIPIENT_PASSWORD,
        .password = keys->password,
        .n_rounds_max = keys->n_rounds_max != 0 ? keys->n_rounds_max : LIMIT_PASSWORD_ROUNDS,
    };
    BerReader fields;
    guint version = 0;
    if (!count_recipient(collection, error) ||
        !ber_enter(set, PASSWORD, "PasswordRecipientInfo", &fields, error) ||
        !ber_read_small(&fields, "PasswordRecipientInfo version", &version, error))
        return FALSE;
    if (ber_peek(&fields) == BER_CONTEXT_CONSTRUCTED(0) &&
        !cms_algorithm_read_tagged(&fields, BER_CONTEXT_CONSTRUCTED(0), "keyDerivationAlgorithm",
                                   &recipient.derivation, error))
        return FALSE;
    if (!cms_algorithm_read(&fields, "keyEncryptionAlgorithm", &recipient.algorithm, error))
        return FALSE;
    g_autoptr(GBytes) key = ber_read_octets(&fields, BER_OCTET_STRING, "encryptedKey", error);
    if (key == NULL || !ber_leave(set, &fields, "PasswordRecipientInfo", error))
        return FALSE;
    collection->counts.n_passwords++;
    if (recipient.password == NULL || collection->recipients->len >= RECIPIENTS_TRIED_MAX)
        return TRUE;
    collection->n_rounds += count_rounds(set->owner, &recipient.derivation);
    recipient.n_rounds = collection->n_rounds;
    recipient.encrypted_key = key;
    add_recipient(collection, &recipient);
    return TRUE;
}

static gboolean
read_recipient_info(Collection *collection, BerReader *set, GError **error)
{
    switch (ber_peek(set)) {
    case KEY_TRANSPORT:
        return read_key_transport(collection, set, error);
    case KEY_AGREEMENT:
        return read_key_agreement(collection, set, error);
    case PASSWORD:
        return read_password(collection, set, error);
    default:
        return count_recipient(collection, error) && ber_skip(set, "RecipientInfo", NULL, error);
    }
}

gboolean
recipient_infos_read(BerReader *fields, const EnvelopeKeys *keys, GPtrArray *out_recipients,
                     RecipientCounts *out_counts, GError **error)
{
    Collection collection = {.keys = keys,
                             .recipients = out_recipients,
                             .n_comparisons = LIMIT_NAME_COMPARISONS,
                             .n_rounds = keys->n_rounds_before};
    BerReader set;
    gboolean good = ber_enter(fields, BER_SET, "recipientInfos", &set, error);
    while (good && !ber_at_end(&set))
        good = read_recipient_info(&collection, &set, error);
    collection.counts.n_rounds = collection.n_rounds;
    *out_counts = collection.counts;
    return good && ber_leave(fields, &set, "recipientInfos", error);
}
