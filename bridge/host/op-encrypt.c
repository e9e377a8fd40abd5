/* SPDX-License-Identifier: MPL-2.0 */

#include "compose.h"
#include "enveloped-data.h"
#include "json-facts.h"
#include "ops.h"
#include "params.h"
#include "recipients.h"
#include "signing.h"

/* The strongest that today's mail programs all read (RFC 8551 §2.7.1.2 would have AES-GCM where
 * nothing is known of the recipient; most could not open it). */
#define DEFAULT_CIPHER CMS_CIPHER_AES_256_CBC

typedef struct {
    const OpCall *call;
    MessageInput *input;
    GPtrArray *recipients;
    EnvelopeOptions options;
    gboolean self_only;
    gboolean bcc_copies;
    gboolean keep_bcc; /* in the main message */
    Signing signing;   /* .pair is NULL when it is not to be signed */
    GBytes *payload;   /* what goes into the envelopes */
} Encrypting;

static void
encrypting_clear(Encrypting *encrypting)
{
    g_clear_pointer(&encrypting->input, message_input_free);
    g_clear_pointer(&encrypting->recipients, g_ptr_array_unref);
    signing_clear(&encrypting->signing);
    g_clear_pointer(&encrypting->payload, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Encrypting, encrypting_clear)

static gboolean
read_choices(Encrypting *encrypting, GError **error)
{
    JsonObject *params = encrypting->call->params;
    const gchar *cipher = NULL, *transport = NULL;
    encrypting->options.cipher = DEFAULT_CIPHER;
    if (!params_get_string(params, "cipher", &cipher, error) ||
        !params_get_string(params, "key_transport", &transport, error) ||
        !params_get_boolean(params, "self_only", FALSE, &encrypting->self_only, error) ||
        !params_get_boolean(params, "bcc_copies", TRUE, &encrypting->bcc_copies, error) ||
        !params_get_boolean(params, "keep_bcc", FALSE, &encrypting->keep_bcc, error))
        return FALSE;
    /* Nobody gets a copy, and all header fields stay. */
    encrypting->bcc_copies = encrypting->bcc_copies && !encrypting->self_only;
    if (transport != NULL &&
        !cms_key_transport_from_string(transport, &encrypting->options.key_transport)) {
        g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                    "key transport \"%.50s\" is not one of pkcs1, oaep", transport);
        return FALSE;
    }
    if (cipher == NULL || cms_cipher_from_string(cipher, &encrypting->options.cipher))
        return TRUE;
    g_set_error(
        error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
        "cipher \"%.50s\" is not one of aes-128-cbc, aes-192-cbc, aes-256-cbc, aes-128-gcm, "
        "aes-192-gcm, aes-256-gcm",
        cipher);
    return FALSE;
}

static gboolean
make_payload(Encrypting *encrypting, GError **error)
{
    gboolean sign = encrypting->signing.pair != NULL;
    g_autoptr(GBytes) plain = compose_get_payload(encrypting->input->tree, sign, error);
    if (plain == NULL)
        return FALSE;
    if (!sign) {
        encrypting->payload = g_steal_pointer(&plain);
        return TRUE;
    }
    const gchar *micalg = NULL;
    op_report_progress(encrypting->call, "sign", 0, 0);
    g_autoptr(GBytes) signature = signing_sign(&encrypting->signing, plain, &micalg, error);
    if (signature == NULL)
        return FALSE;
    encrypting->payload = compose_multipart_signed_entity(plain, signature, micalg);
    return TRUE;
}

/* Takes the message's header fields from @tree. */
static GBytes *
encrypt_for(const Encrypting *encrypting, const EntityTree *tree, GPtrArray *certificates,
            GError **error)
{
    g_autoptr(OctetSource) payload = octet_source_new_bytes(encrypting->payload);
    g_autoptr(OctetSource) envelope =
        enveloped_data_encrypt(payload, certificates, &encrypting->options, error);
    g_autoptr(GBytes) cms = envelope != NULL ? octet_source_to_bytes(envelope, error) : NULL;
    if (cms == NULL)
        return NULL;
    return compose_pkcs7_mime(tree, cms,
                              cms_cipher_is_aead(encrypting->options.cipher) ? "authEnveloped-data"
                                                                             : "enveloped-data");
}

static GPtrArray *
certificates_of(const Encrypting *encrypting, gboolean with_bcc)
{
    GPtrArray *certificates = g_ptr_array_new();
    for (guint i = 0; i < encrypting->recipients->len; i++) {
        const Recipient *recipient = g_ptr_array_index(encrypting->recipients, i);
        if (recipient->role != RECIPIENT_BCC || with_bcc)
            g_ptr_array_add(certificates, recipient->certificate);
    }
    return certificates;
}

/* A blind recipient's certificate in the common envelope would tell everybody of them; each gets an
 * envelope alone. */
static gboolean
make_bcc_copies(const Encrypting *encrypting, const EntityTree *tree, OpReply *reply,
                JsonArray *copies, GError **error)
{
    for (guint i = 0; i < encrypting->recipients->len; i++) {
        const Recipient *recipient = g_ptr_array_index(encrypting->recipients, i);
        if (recipient->role != RECIPIENT_BCC)
            continue;
        g_autoptr(GPtrArray) certificate = g_ptr_array_new();
        g_ptr_array_add(certificate, recipient->certificate);
        GBytes *copy = encrypt_for(encrypting, tree, certificate, error);
        if (copy == NULL)
            return FALSE;
        op_reply_take_body(reply, copy);
        json_array_add_string_element(copies, recipient->address);
    }
    return TRUE;
}

/* No Bcc field in a message that goes out; the author's own record of the main one may keep it. */
static gboolean
make_separate_messages(const Encrypting *encrypting, GPtrArray *certificates, OpReply *reply,
                       JsonArray *copies, GError **error)
{
    static const gchar *const bcc_fields[] = {"Bcc", "Resent-Bcc", NULL};
    g_autoptr(GBytes) open = compose_without_fields(encrypting->input->tree, bcc_fields);
    g_autoptr(EntityTree) tree = entity_tree_parse(open, NULL, error);
    if (tree == NULL)
        return FALSE;
    GBytes *main_copy = encrypt_for(
        encrypting, encrypting->keep_bcc ? encrypting->input->tree : tree, certificates, error);
    if (main_copy == NULL)
        return FALSE;
    op_reply_take_body(reply, main_copy);
    return make_bcc_copies(encrypting, tree, reply, copies, error);
}

static gboolean
make_messages(const Encrypting *encrypting, OpReply *reply, GError **error)
{
    g_autoptr(GPtrArray) certificates = certificates_of(encrypting, !encrypting->bcc_copies);
    g_autoptr(JsonArray) copies = json_array_new();
    if (certificates->len == 0) {
        g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_NO_RECIPIENTS,
                            "nobody but blind recipients, and no certificate of the author's own");
        return FALSE;
    }
    op_report_progress(encrypting->call, "encrypt", 0, 0);
    if (encrypting->bcc_copies) {
        if (!make_separate_messages(encrypting, certificates, reply, copies, error))
            return FALSE;
    } else {
        GBytes *message = encrypt_for(encrypting, encrypting->input->tree, certificates, error);
        if (message == NULL)
            return FALSE;
        op_reply_take_body(reply, message);
    }
    json_object_set_array_member(reply->result, "bcc_copies", g_steal_pointer(&copies));
    return TRUE;
}

static gboolean
encrypt(const OpCall *call, gboolean sign, OpReply *reply, GError **error)
{
    g_auto(Encrypting) encrypting = {.call = call};
    if (!read_choices(&encrypting, error))
        return FALSE;
    encrypting.input = message_input_new(call->body, FALSE, error);
    if (encrypting.input == NULL)
        return FALSE;
    if (sign && !signing_prepare(call, encrypting.input, &encrypting.signing, error))
        return FALSE;
    encrypting.recipients = encrypting.self_only
                                ? recipients_find_self(call, encrypting.input, error)
                                : recipients_find(call, encrypting.input, error);
    if (encrypting.recipients == NULL)
        return FALSE;

    reply->result = json_object_new();
    if (sign)
        signing_describe(&encrypting.signing, reply->result);
    json_set_string(reply->result, "cipher", cms_cipher_to_string(encrypting.options.cipher));
    json_object_set_array_member(reply->result, "recipients",
                                 recipients_to_json(encrypting.recipients));
    return recipients_check(encrypting.recipients, error) && make_payload(&encrypting, error) &&
           make_messages(&encrypting, reply, error);
}

gboolean
op_encrypt(const OpCall *call, OpReply *reply, GError **error)
{
    return encrypt(call, FALSE, reply, error);
}

gboolean
op_sign_encrypt(const OpCall *call, OpReply *reply, GError **error)
{
    return encrypt(call, TRUE, reply, error);
}
