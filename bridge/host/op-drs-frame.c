/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-json.h"
#include "ops.h"
#include "params.h"

static gboolean
build_frame(const OpCall *call, OpReply *reply, GError **error)
{
    g_auto(DrsFrameSettings) settings = {0};
    gint64 unsigned_size = 0;
    if (!drs_params_get_type(call->params, &settings.type, error) ||
        !params_get_integer(call->params, "unsigned_size", 0, G_MAXUINT32, 0, &unsigned_size,
                            error) ||
        !drs_params_get_frame(call->params, &settings, error))
        return FALSE;
    settings.unsigned_size = (guint32)unsigned_size;
    g_autoptr(GBytes) octets = drs_frame_build(&settings, call->body, error);
    g_autoptr(DrsFrame) frame = octets == NULL ? NULL : drs_frame_parse(octets, error);
    if (frame == NULL)
        return FALSE;
    reply->result = json_from_drs_frame(frame);
    op_reply_take_body(reply, octet_source_new_bytes(octets));
    return TRUE;
}

gboolean
op_drs_frame(const OpCall *call, OpReply *reply, GError **error)
{
    gboolean build = FALSE;
    if (!params_get_boolean(call->params, "build", FALSE, &build, error))
        return FALSE;
    if (build)
        return build_frame(call, reply, error);
    g_autoptr(DrsFrame) frame = drs_frame_parse(call->body, error);
    if (frame == NULL) {
        reply->result = json_object_new();
        json_object_set_string_member(reply->result, "check",
                                      drs_frame_check_to_string(drs_frame_check(call->body)));
        return FALSE;
    }
    reply->result = json_from_drs_frame(frame);
    op_reply_take_body(reply, octet_source_new_bytes(frame->payload));
    return TRUE;
}
