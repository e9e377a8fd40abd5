/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-json.h"
#include "drs-local.h"
#include "drs-mail.h"
#include "json-facts.h"
#include "ops.h"
#include "params.h"

/* What a request of this operation asks for. */
typedef struct {
    const gchar *sender;
    const gchar *recipient; /* NULL: not named */
    const gchar *commentary;
    gboolean framed;
    gboolean mail;
    DrsFrameSettings frame;
    DrsProtection protection; /* signer and recipient are owned */
} Protecting;

static void
protecting_clear(Protecting *protecting)
{
    drs_frame_settings_clear(&protecting->frame);
    g_clear_pointer(&protecting->protection.signer, key_pair_unref);
    g_clear_pointer(&protecting->protection.recipient, certificate_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Protecting, protecting_clear)

static gboolean
read_params(const OpCall *call, Protecting *protecting, GError **error)
{
    JsonObject *params = call->params;
    gboolean is_response;
    if (!drs_params_get_type(params, &protecting->protection.type, error) ||
        !drs_params_get_legacy(params, &protecting->protection.legacy, error) ||
        !drs_params_get_form(params, &protecting->framed, &protecting->mail, error) ||
        !drs_params_get_frame(params, &protecting->frame, error) ||
        !drs_params_get_address(params, "sender", &protecting->sender, error) ||
        !drs_params_get_address(params, "recipient", &protecting->recipient, error) ||
        !params_get_string(params, "commentary", &protecting->commentary, error))
        return FALSE;
    is_response = protecting->protection.type == DRS_RESPONSE;
    if (protecting->recipient != NULL || !(is_response || protecting->mail))
        return TRUE;
    g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                "parameter \"recipient\" is missing: %s",
                is_response ? "a response is encrypted for it" : "mail is addressed to it");
    return FALSE;
}

/* Local-DC-Certificate and Send-Recipient-Certificate. */
static gboolean
find_certificates(const OpCall *call, Protecting *protecting, JsonObject *result, GError **error)
{
    g_auto(DrsLocal) local = {0};
    DrsProtection *protection = &protecting->protection;
    protection->now = bridge_get_now(call->bridge);
    if (!drs_local_open(call, TRUE, &local, error))
        return FALSE;
    protection->signer = drs_map_find_key(&local.map, protecting->sender, error);
    if (protection->signer == NULL)
        return FALSE;
    json_object_set_object_member(
        result, "signer", json_from_certificate(key_pair_get_certificate(protection->signer)));
    json_object_set_null_member(result, "recipient");
    if (protection->type != DRS_RESPONSE)
        return TRUE;
    g_autoptr(DrsMapEntry) entry = drs_map_find(&local.map, protecting->recipient, error);
    if (entry == NULL)
        return FALSE;
    protection->recipient = certificate_ref(entry->certificate);
    json_object_set_object_member(result, "recipient", json_from_certificate(entry->certificate));
    return TRUE;
}

/* The frame round what has been protected, if one is wanted. */
static OctetSource *
put_frame(Protecting *protecting, guint64 n_data, OctetSource *message, JsonObject *result,
          GError **error)
{
    json_object_set_null_member(result, "frame");
    if (!protecting->framed)
        return octet_source_ref(message);
    if (n_data > G_MAXUINT32) {
        g_set_error_literal(error, DRS_ERROR, DRS_ERROR_SETTINGS,
                            "the data are too long for a frame");
        return NULL;
    }
    protecting->frame.type = protecting->protection.type;
    protecting->frame.unsigned_size = (guint32)n_data;
    g_autoptr(GBytes) payload = octet_source_to_bytes(message, error);
    g_autoptr(GBytes) octets =
        payload != NULL ? drs_frame_build(&protecting->frame, payload, error) : NULL;
    g_autoptr(DrsFrame) frame = octets != NULL ? drs_frame_parse(octets, error) : NULL;
    if (frame == NULL)
        return NULL;
    json_object_set_object_member(result, "frame", json_from_drs_frame(frame));
    return octet_source_new_bytes(octets);
}

static OctetSource *
put_envelope(const Protecting *protecting, OctetSource *frame, GError **error)
{
    const DrsMailSettings settings = {protecting->sender, protecting->recipient,
                                      protecting->commentary, protecting->protection.now};
    return protecting->mail ? drs_mail_build(&settings, frame, error) : octet_source_ref(frame);
}

static void
describe(const Protecting *protecting, JsonObject *result)
{
    const DrsProtection *protection = &protecting->protection;
    gboolean is_response = protection->type == DRS_RESPONSE;
    gboolean rc4 = (protection->legacy & DRS_LEGACY_RC4) != 0;
    gboolean md5 = (protection->legacy & DRS_LEGACY_MD5) != 0;
    json_set_string(result, "type", drs_message_type_to_string(protection->type));
    json_set_string(result, "digest",
                    cms_digest_to_string(md5 ? CMS_DIGEST_MD5 : CMS_DIGEST_SHA256));
    json_set_string(result, "cipher", !is_response ? NULL : rc4 ? "rc4" : "aes-128-cbc");
}

gboolean
op_drs_protect(const OpCall *call, OpReply *reply, GError **error)
{
    g_auto(Protecting) protecting = {0};
    g_autoptr(JsonObject) result = json_object_new();
    if (!read_params(call, &protecting, error) ||
        !find_certificates(call, &protecting, result, error))
        return FALSE;
    op_report_progress(call, "sign", 0, 0);
    g_autoptr(OctetSource) data = octet_source_new_bytes(call->body);
    g_autoptr(OctetSource) message = drs_message_protect(data, &protecting.protection, error);
    g_autoptr(OctetSource) frame =
        message == NULL
            ? NULL
            : put_frame(&protecting, octet_source_get_size(data), message, result, error);
    OctetSource *body = frame != NULL ? put_envelope(&protecting, frame, error) : NULL;
    if (body == NULL)
        return FALSE;
    describe(&protecting, result);
    reply->result = g_steal_pointer(&result);
    op_reply_take_body(reply, body);
    return TRUE;
}
