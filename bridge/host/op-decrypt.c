/* SPDX-License-Identifier: MPL-2.0 */

#include "compose.h"
#include "key-choice.h"
#include "message-input.h"
#include "ops.h"
#include "params.h"
#include "verdict-json.h"

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
    OctetSource *message = bare ? octet_source_ref(opened->payload)
                                : compose_open(input->tree, opened->payload, error);
    if (message == NULL)
        return FALSE;
    reply->result = g_steal_pointer(&result);
    op_reply_take_body(reply, message);
    return TRUE;
}
