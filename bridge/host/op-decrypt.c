/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-init.h"
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
    g_autofree gchar *sha256 = cms_sha256_hex(opened->payload);
    reply->result = json_object_new();
    json_set_encryption(reply->result, opened);
    json_object_set_string_member(reply->result, "content_sha256", sha256);
    gboolean bare = raw || input->is_cms;
    op_reply_take_body(reply, bare ? g_bytes_ref(opened->payload)
                                   : compose_open(input->tree, opened->payload));
    return TRUE;
}
