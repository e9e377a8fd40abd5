/* SPDX-License-Identifier: MPL-2.0 */

#include "json-facts.h"
#include "message-header.h"
#include "ops.h"
#include "params.h"
#include "signing.h"

gboolean
op_sign(const OpCall *call, OpReply *reply, GError **error)
{
    gboolean opaque = FALSE;
    g_auto(HeaderParams) choices = {0};
    if (!params_get_boolean(call->params, "opaque", FALSE, &opaque, error) ||
        !header_params_read(call, &choices, error))
        return FALSE;
    g_autoptr(MessageInput) input = message_input_new(call->body, FALSE, error);
    if (input == NULL)
        return FALSE;
    g_auto(Signing) signing = {0};
    g_auto(MessageHeader) header = {0};
    if (!signing_prepare(call, input, &signing, error) ||
        !message_header_make(&choices, input->tree, HP_INTENT_CLEAR, FALSE, &header, error))
        return FALSE;

    /* Inside of base64 any octet is safe. Where a detached signature would not hold on every way
     * (RFC 8551 §3.1.3: header fields of an attached message, what somebody else has signed), it is
     * not made. */
    gboolean travels = FALSE;
    g_autoptr(OctetSource) payload = message_header_get_payload(&header, !opaque, &travels, error);
    if (payload == NULL)
        return FALSE;
    opaque = opaque || !travels;
    signing.options.detached = !opaque;
    op_report_progress(call, "sign", 0, 0);
    const gchar *micalg = NULL;
    g_autoptr(OctetSource) signature = signing_sign(&signing, payload, &micalg, error);
    if (signature == NULL)
        return FALSE;
    reply->result = json_object_new();
    signing_describe(&signing, reply->result);
    json_set_string(reply->result, "micalg", micalg);
    json_object_set_boolean_member(reply->result, "opaque", opaque);
    message_header_describe(&header, reply->result);
    const EntityTree *outer = message_header_get_outer(&header);
    op_reply_take_body(reply, opaque ? compose_pkcs7_mime(outer, signature, "signed-data")
                                     : compose_multipart_signed(outer, payload, signature, micalg));
    return TRUE;
}
