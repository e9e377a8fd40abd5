/* SPDX-License-Identifier: MPL-2.0 */

#include "enveloped-data.h"
#include "json-facts.h"
#include "message-header.h"
#include "ops.h"
#include "params.h"
#include "recipient-ciphers.h"
#include "signing.h"

typedef struct {
    const OpCall *call;
    MessageInput *input;
    GPtrArray *recipients;
    EnvelopeOptions options; /* the cipher: of the main message */
    HeaderParams header_params;
    MessageHeader header;
    gboolean self_only;
    gboolean bcc_copies;
    gboolean keep_bcc;    /* in the main message */
    Signing signing;      /* .pair is NULL when it is not to be signed */
    OctetSource *payload; /* what goes into the envelopes */
} Encrypting;

static void
encrypting_clear(Encrypting *encrypting)
{
    g_clear_pointer(&encrypting->input, message_input_free);
    g_clear_pointer(&encrypting->recipients, g_ptr_array_unref);
    g_clear_pointer(&encrypting->options.oaep_readers, g_hash_table_unref);
    header_params_clear(&encrypting->header_params);
    message_header_clear(&encrypting->header);
    signing_clear(&encrypting->signing);
    g_clear_pointer(&encrypting->payload, octet_source_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Encrypting, encrypting_clear)

/* Leaves @out_cipher as it is where nobody asks for one. */
static gboolean
read_cipher(JsonObject *params, CmsCipher *out_cipher, GError **error)
{
    const gchar *name = NULL;
    if (!params_get_string(params, "cipher", &name, error))
        return FALSE;
    if (name == NULL || g_str_equal(name, "auto") || cms_cipher_from_string(name, out_cipher))
        return TRUE;
    g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                "cipher \"%.50s\" is not one of auto, aes-128-cbc, aes-192-cbc, aes-256-cbc, "
                "aes-128-gcm, aes-192-gcm, aes-256-gcm",
                name);
    return FALSE;
}

static gboolean
read_choices(Encrypting *encrypting, GError **error)
{
    JsonObject *params = encrypting->call->params;
    const gchar *transport = NULL;
    if (!read_cipher(params, &encrypting->options.cipher, error) ||
        !params_get_string(params, "key_transport", &transport, error) ||
        !header_params_read(encrypting->call, &encrypting->header_params, error) ||
        !params_get_boolean(params, "self_only", FALSE, &encrypting->self_only, error) ||
        !params_get_boolean(params, "bcc_copies", TRUE, &encrypting->bcc_copies, error) ||
        !params_get_boolean(params, "keep_bcc", FALSE, &encrypting->keep_bcc, error))
        return FALSE;
    /* Nobody gets a copy, and all header fields stay. */
    encrypting->bcc_copies = encrypting->bcc_copies && !encrypting->self_only;
    if (transport == NULL ||
        cms_key_transport_from_string(transport, &encrypting->options.key_transport))
        return TRUE;
    g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                "key transport \"%.50s\" is not one of pkcs1, oaep", transport);
    return FALSE;
}

/* For all envelopes, and says so in the result. */
static void
choose_ciphers(Encrypting *encrypting, JsonObject *result)
{
    GPtrArray *recipients = encrypting->recipients;
    CipherChoice choice = recipients_choose_ciphers(
        encrypting->call, recipients, encrypting->options.cipher, encrypting->bcc_copies);
    encrypting->options.cipher = choice.cipher;
    encrypting->options.oaep_readers = recipients_get_oaep_readers(recipients);
    json_set_cipher_choice(result, &choice);
    json_object_set_array_member(result, "recipients", recipients_to_json(recipients));
}

static gboolean
make_payload(Encrypting *encrypting, GError **error)
{
    gboolean sign = encrypting->signing.pair != NULL;
    g_autoptr(OctetSource) plain =
        message_header_get_payload(&encrypting->header, sign, NULL, error);
    if (plain == NULL)
        return FALSE;
    if (!sign) {
        encrypting->payload = g_steal_pointer(&plain);
        return TRUE;
    }
    const gchar *micalg = NULL;
    op_report_progress(encrypting->call, "sign", 0, 0);
    g_autoptr(OctetSource) signature = signing_sign(&encrypting->signing, plain, &micalg, error);
    if (signature == NULL)
        return FALSE;
    encrypting->payload = compose_multipart_signed_entity(plain, signature, micalg);
    return TRUE;
}

/* Takes the message's header fields from @tree. */
static OctetSource *
encrypt_for(const Encrypting *encrypting, const EntityTree *tree, GPtrArray *certificates,
            CmsCipher cipher, GError **error)
{
    EnvelopeOptions options = encrypting->options;
    options.cipher = cipher;
    g_autoptr(OctetSource) cms =
        enveloped_data_encrypt(encrypting->payload, certificates, &options, error);
    if (cms == NULL)
        return NULL;
    return compose_pkcs7_mime(tree, cms,
                              cms_cipher_is_aead(cipher) ? "authEnveloped-data" : "enveloped-data");
}

static GPtrArray *
certificates_of(const Encrypting *encrypting, gboolean with_bcc)
{
    GPtrArray *certificates = g_ptr_array_new();
    for (guint i = 0; i < encrypting->recipients->len; i++) {
        const Recipient *recipient = g_ptr_array_index(encrypting->recipients, i);
        if (recipient->role != RECIPIENT_BCC || with_bcc)
            g_ptr_array_add(certificates, recipient->choice.certificate);
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
        g_ptr_array_add(certificate, recipient->choice.certificate);
        OctetSource *copy = encrypt_for(encrypting, tree, certificate, recipient->cipher, error);
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
    const EntityTree *outer = message_header_get_outer(&encrypting->header);
    g_autoptr(GBytes) header = compose_header_without_fields(outer, bcc_fields);
    g_autoptr(EntityTree) tree = entity_tree_parse(header, NULL, error);
    if (tree == NULL)
        return FALSE;
    OctetSource *main_copy = encrypt_for(encrypting, encrypting->keep_bcc ? outer : tree,
                                         certificates, encrypting->options.cipher, error);
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
        OctetSource *message =
            encrypt_for(encrypting, message_header_get_outer(&encrypting->header), certificates,
                        encrypting->options.cipher, error);
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
    if (encrypting.recipients == NULL ||
        !message_header_make(&encrypting.header_params, encrypting.input->tree, HP_INTENT_CIPHER,
                             encrypting.self_only, &encrypting.header, error))
        return FALSE;

    reply->result = json_object_new();
    if (sign)
        signing_describe(&encrypting.signing, reply->result);
    message_header_describe(&encrypting.header, reply->result);
    choose_ciphers(&encrypting, reply->result);
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
