/* SPDX-License-Identifier: MPL-2.0 */

#include "recipient-ciphers.h"

#include "json-facts.h"
#include "learning.h"
#include "peer-capabilities.h"

/* The digest of RSAES-OAEP that is written. */
#define OAEP_DIGEST CMS_DIGEST_SHA256

static gboolean
read_extension(const Certificate *certificate, SmimeCapabilities *out_capabilities)
{
    g_autoptr(GBytes) der = certificate_dup_capabilities(certificate);
    return der != NULL && smime_capabilities_parse(der, out_capabilities, NULL);
}

/* NULL if it can't be read: then nothing has been learned. */
static GPtrArray *
load_peers(const OpCall *call)
{
    g_autoptr(GError) problem = NULL;
    GPtrArray *peers = peer_capabilities_load(bridge_get_profile(call->bridge),
                                              learning_get_latest_time(), &problem);
    if (peers == NULL)
        g_warning("%s", problem->message);
    return peers;
}

/* Of those keys that are the recipient's, what was said last. */
static const PeerCapabilities *
find_learned(const Recipient *recipient, GPtrArray *peers)
{
    g_autoptr(GPtrArray) published =
        recipient->dane == NULL ? NULL : dane_answer_get_certificates(recipient->dane);
    const PeerCapabilities *latest = peer_capabilities_find(peers, recipient->choice.certificate);
    for (guint i = 0; published != NULL && i < published->len; i++) {
        const PeerCapabilities *other =
            peer_capabilities_find(peers, g_ptr_array_index(published, i));
        if (other != NULL && (latest == NULL || other->signing_time > latest->signing_time))
            latest = other;
    }
    return latest;
}

static void
find_capabilities(Recipient *recipient, GPtrArray *peers)
{
    const PeerCapabilities *learned = NULL;
    if (read_extension(recipient->choice.certificate, &recipient->capabilities))
        recipient->capabilities_source = CAPABILITIES_CERTIFICATE;
    if (peers != NULL && recipient->role != RECIPIENT_SELF)
        learned = find_learned(recipient, peers);
    if (learned == NULL ||
        (recipient->capabilities_source == CAPABILITIES_CERTIFICATE &&
         learned->signing_time < certificate_get_not_before(recipient->choice.certificate)))
        return;
    if (smime_capabilities_parse(learned->capabilities, &recipient->capabilities, NULL))
        recipient->capabilities_source = CAPABILITIES_LEARNED;
}

/* Without key transport: the other programs of the user need not know OAEP. */
static void
set_own_capabilities(Recipient *self)
{
    g_autoptr(DerNode) list = smime_capabilities_new_own();
    g_autoptr(GBytes) der = der_node_serialize(list);
    if (!smime_capabilities_parse(der, &self->capabilities, NULL))
        g_assert_not_reached();
    self->capabilities.oaep_digests = 0;
    self->capabilities_source = CAPABILITIES_OWN;
}

static void
find_all_capabilities(const OpCall *call, GPtrArray *recipients)
{
    g_autoptr(GPtrArray) peers = load_peers(call);
    for (guint i = 0; i < recipients->len; i++) {
        Recipient *recipient = g_ptr_array_index(recipients, i);
        if (recipient->choice.certificate == NULL)
            continue;
        find_capabilities(recipient, peers);
        if (recipient->capabilities_source == CAPABILITIES_NONE &&
            recipient->role == RECIPIENT_SELF && recipients->len > 1)
            set_own_capabilities(recipient);
    }
}

static CipherReader
make_reader(const Recipient *recipient)
{
    return (CipherReader){recipient->address, recipient->capabilities_source == CAPABILITIES_NONE
                                                  ? NULL
                                                  : &recipient->capabilities};
}

static CipherChoice
choose(const CipherReader *readers, gsize n_readers, CmsCipher asked_for)
{
    if (asked_for != CMS_CIPHER_UNKNOWN)
        return (CipherChoice){.cipher = asked_for, .reason = CIPHER_REASON_ASKED_FOR};
    return cipher_choose(readers, n_readers);
}

CipherChoice
recipients_choose_ciphers(const OpCall *call, GPtrArray *recipients, CmsCipher asked_for,
                          gboolean separate_bcc)
{
    g_autoptr(GArray) together = g_array_new(FALSE, FALSE, sizeof(CipherReader));
    find_all_capabilities(call, recipients);
    for (guint i = 0; i < recipients->len; i++) {
        Recipient *recipient = g_ptr_array_index(recipients, i);
        CipherReader reader = make_reader(recipient);
        if (separate_bcc && recipient->role == RECIPIENT_BCC)
            recipient->cipher = choose(&reader, 1, asked_for).cipher;
        else
            g_array_append_val(together, reader);
    }
    CipherChoice choice =
        choose((const CipherReader *)(gpointer)together->data, together->len, asked_for);
    for (guint i = 0; i < recipients->len; i++) {
        Recipient *recipient = g_ptr_array_index(recipients, i);
        if (recipient->cipher == CMS_CIPHER_UNKNOWN)
            recipient->cipher = choice.cipher;
    }
    return choice;
}

GHashTable *
recipients_get_oaep_readers(GPtrArray *recipients)
{
    GHashTable *readers = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < recipients->len; i++) {
        const Recipient *recipient = g_ptr_array_index(recipients, i);
        if (recipient->capabilities_source != CAPABILITIES_NONE &&
            smime_capabilities_read_oaep(&recipient->capabilities, OAEP_DIGEST))
            g_hash_table_add(readers, recipient->choice.certificate);
    }
    return readers;
}

void
json_set_cipher_choice(JsonObject *object, const CipherChoice *choice)
{
    g_autofree gchar *detail = cipher_choice_describe(choice);
    json_set_string(object, "cipher", cms_cipher_to_string(choice->cipher));
    json_set_string(object, "cipher_reason", cipher_reason_to_string(choice->reason));
    json_set_string(object, "cipher_detail", detail);
}
