/* SPDX-License-Identifier: MPL-2.0 */

#include "compose.h"
#include "key-choice.h"
#include "legacy-hide.h"
#include "message-input.h"
#include "ops.h"
#include "params.h"
#include "protected-header.h"
#include "verdict-json.h"

/* The message with what the envelope held. Where that has its own header fields, and is not signed
 * besides, it is the message; nothing binds its From. */
static OctetSource *
open_whole(const MessageInput *input, const OpenedMessage *opened, GError **error)
{
    const Entity *outer = entity_tree_get_root(input->tree);
    g_autoptr(ProtectedHeader) header = protected_header_read(outer, opened->payload, TRUE, error);
    if (header == NULL)
        return NULL;
    if (!protected_header_is_declared(header) ||
        crypto_layer_of(protected_header_get_root(header)) != LAYER_NONE)
        return compose_open(input->tree, opened->payload, error);
    g_auto(FromPair) from = {0};
    gboolean is_shortened = FALSE;
    protected_header_get_from(header, &from);
    g_autoptr(OctetSource) content = legacy_display_hide(header, &is_shortened, error);
    return content == NULL ? NULL
                           : protected_header_compose(header, content, from.is_mismatch, error);
}

gboolean
op_decrypt(const OpCall *call, OpReply *reply, GError **error)
{
    gboolean raw = FALSE;
    if (!params_get_boolean(call->params, "raw", FALSE, &raw, error))
        return FALSE;
    g_autoptr(MessageInput) input = message_input_new(call->body, TRUE, error);
    if (input == NULL)
        return FALSE;
    op_report_progress(call, "decrypt", 0, 0);
    g_autoptr(OpenedMessage) opened = opened_message_decrypt(
        input->octets, input->is_cms, key_give_for_decryption, (gpointer)call, error);
    if (opened == NULL)
        return FALSE;
    g_autoptr(JsonObject) result = json_object_new();
    json_set_encryption(result, opened);
    if (!json_set_sha256(result, "content_sha256", call->in_words ? NULL : opened->payload, error))
        return FALSE;
    gboolean bare = raw || input->is_cms;
    OctetSource *message =
        bare ? octet_source_ref(opened->payload) : open_whole(input, opened, error);
    if (message == NULL)
        return FALSE;
    reply->result = g_steal_pointer(&result);
    op_reply_take_body(reply, message);
    return TRUE;
}
