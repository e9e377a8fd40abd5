/* SPDX-License-Identifier: MPL-2.0 */

#include "crl-file.h"
#include "crl-folder.h"
#include "drs-json.h"
#include "drs-local.h"
#include "drs-mail.h"
#include "json-facts.h"
#include "key-choice.h"
#include "ops.h"
#include "params.h"
#include "trust-params.h"

/* What a request of this operation asks for, and what is found on the way. */
typedef struct {
    gchar *sender; /* of the parameter, or of From */
    const gchar *recipient;
    gboolean framed;
    gboolean mail;
    gboolean pinned;
    gboolean learn; /* from responses, too */
    DrsLocal local;
    GPtrArray *authorities;
    DrsAuthority *authority;
    DrsMapEntry *entry; /* of the sender; with pinned */
    EnvelopeKeys *keys;
    DrsExpectation expectation;
} Unprotecting;

static void
unprotecting_clear(Unprotecting *unprotecting)
{
    g_free(unprotecting->sender);
    drs_local_clear(&unprotecting->local);
    g_clear_pointer(&unprotecting->authorities, g_ptr_array_unref);
    g_clear_pointer(&unprotecting->authority, drs_authority_free);
    g_clear_pointer(&unprotecting->entry, drs_map_entry_free);
    g_clear_pointer(&unprotecting->keys, envelope_keys_free);
    g_clear_pointer(&unprotecting->expectation.crls, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Unprotecting, unprotecting_clear)

static gboolean
refuse(GError **error, const gchar *text)
{
    g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED, text);
    return FALSE;
}

static gboolean
read_params(const OpCall *call, Unprotecting *u, GError **error)
{
    const gchar *sender = NULL;
    JsonObject *params = call->params;
    if (!drs_params_get_type(params, &u->expectation.type, error) ||
        !drs_params_get_legacy(params, &u->expectation.legacy, error) ||
        !drs_params_get_form(params, &u->framed, &u->mail, error) ||
        !drs_params_get_address(params, "sender", &sender, error) ||
        !drs_params_get_address(params, "recipient", &u->recipient, error) ||
        !params_get_boolean(params, "pinned", FALSE, &u->pinned, error) ||
        !params_get_boolean(params, "learn", FALSE, &u->learn, error) ||
        !trust_params_get_files(call, "authorities", certificates_parse_file, &u->authorities,
                                error))
        return FALSE;
    u->sender = g_strdup(sender);
    if (u->pinned == (u->authorities != NULL))
        return refuse(error, "either \"authorities\" or \"pinned\" has to say what the sender's "
                             "certificate is judged by");
    if (u->pinned && json_object_has_member(params, "crls"))
        return refuse(error, "\"crls\" goes with \"authorities\" alone: with \"pinned\" nobody is "
                             "known who could have signed such a list");
    if (u->sender == NULL && !u->mail)
        return refuse(error, "parameter \"sender\" is missing: only mail says who sent it");
    return TRUE;
}

/* §3.3.5.1: the local controller's, unless the request names one. */
static gboolean
check_recipient(const Unprotecting *u, const DrsMail *mail, GError **error)
{
    if (u->recipient != NULL)
        return TRUE;
    g_autoptr(DrsMapEntry) own = drs_map_find(&u->local.map, mail->recipient, NULL);
    if (own != NULL && own->origin == DRS_ORIGIN_OWN)
        return TRUE;
    g_set_error(error, DRS_ERROR, DRS_ERROR_MAIL,
                "To is %s, which no key here belongs to, and no other address was named",
                mail->recipient);
    return FALSE;
}

static GBytes *
open_envelope(Unprotecting *u, GBytes *body, JsonObject *result, GError **error)
{
    json_object_set_null_member(result, "mail");
    if (!u->mail)
        return g_bytes_ref(body);
    g_autoptr(DrsMail) mail = drs_mail_parse(body, u->recipient, error);
    if (mail == NULL || !check_recipient(u, mail, error))
        return NULL;
    if (u->sender != NULL && !drs_address_equal(u->sender, mail->sender)) {
        g_set_error(error, DRS_ERROR, DRS_ERROR_MAIL, "From is %s, not %s", mail->sender,
                    u->sender);
        return NULL;
    }
    g_free(u->sender);
    u->sender = g_strdup(mail->sender);
    JsonObject *facts = json_object_new();
    json_set_string(facts, "from", mail->sender);
    json_set_string(facts, "to", mail->recipient);
    json_set_string(facts, "commentary", mail->commentary);
    json_object_set_object_member(result, "mail", facts);
    return g_bytes_ref(mail->frame);
}

static GBytes *
open_frame(const Unprotecting *u, GBytes *octets, JsonObject *result, GError **error)
{
    json_object_set_null_member(result, "frame");
    if (!u->framed)
        return g_bytes_ref(octets);
    g_autoptr(DrsFrame) frame = drs_frame_parse(octets, error);
    if (frame == NULL) {
        json_set_string(result, "check", drs_frame_check_to_string(drs_frame_check(octets)));
        return NULL;
    }
    json_object_set_object_member(result, "frame", json_from_drs_frame(frame));
    if (frame->type == u->expectation.type)
        return g_bytes_ref(frame->payload);
    json_set_string(result, "check", drs_frame_check_to_string(DRS_CHECK_MESSAGE_TYPE));
    g_set_error(error, DRS_ERROR, DRS_ERROR_FRAME, "%s: by its frame the message is a %s, not a %s",
                drs_frame_check_to_string(DRS_CHECK_MESSAGE_TYPE),
                drs_message_type_to_string(frame->type),
                drs_message_type_to_string(u->expectation.type));
    return NULL;
}

/* Whom the message may come from, and the keys that may open it. */
static gboolean
expect(const OpCall *call, Unprotecting *u, GError **error)
{
    DrsExpectation *expectation = &u->expectation;
    expectation->now = bridge_get_now(call->bridge);
    if (u->pinned) {
        u->entry = drs_map_find(&u->local.map, u->sender, error);
        if (u->entry == NULL)
            return FALSE;
        expectation->pinned = u->entry->certificate;
    } else {
        u->authority = drs_authority_new(u->authorities, error);
        if (u->authority == NULL ||
            !trust_params_get_files(call, "crls", crls_parse_file, &expectation->crls, error))
            return FALSE;
        expectation->authority = u->authority;
        crl_folder_add_to(bridge_get_profile(call->bridge), &expectation->crls);
    }
    if (expectation->type != DRS_RESPONSE)
        return TRUE;
    u->keys = key_give_for_decryption((gpointer)call, error);
    expectation->keys = u->keys;
    return u->keys != NULL;
}

static void
describe_sender(const Unprotecting *u, const DrsMessageFacts *facts, JsonObject *result)
{
    g_autoptr(DrsCertificateFacts) controller = drs_certificate_examine(facts->sender);
    json_object_set_object_member(result, "signer", json_from_certificate(facts->sender));
    json_set_string(result, "trust",
                    !facts->is_verified ? NULL
                    : u->pinned         ? "pinned"
                                        : "authority");
    json_set_string(result, "kind", drs_certificate_kind_to_string(controller->kind));
    json_set_string(result, "guid", controller->guid);
    json_set_strings(result, "dns_names", (const gchar *const *)controller->dns_names);
}

static void
describe(const Unprotecting *u, const DrsMessageFacts *facts, JsonObject *result)
{
    json_set_string(result, "type", drs_message_type_to_string(u->expectation.type));
    json_set_string(result, "sender", u->sender);
    json_set_string(result, "digest",
                    facts->digest == CMS_DIGEST_UNKNOWN ? NULL
                                                        : cms_digest_to_string(facts->digest));
    json_set_time(result, "signing_time", facts->signing_time);
    json_set_string(result, "cipher", facts->cipher);
    json_object_set_null_member(result, "recipient");
    if (facts->recipient != NULL)
        json_object_set_object_member(result, "recipient", json_from_certificate(facts->recipient));
    if (facts->sender != NULL)
        describe_sender(u, facts, result);
}

/* The data have been found right; that they can't be remembered by is told, and no more. */
static void
learn(const OpCall *call, const Unprotecting *u, const DrsMessageFacts *facts, JsonObject *result)
{
    gboolean learned = FALSE;
    g_autoptr(GError) problem = NULL;
    if (bridge_is_learning(call->bridge))
        drs_map_learn(&u->local.map, u->expectation.type, u->learn, u->sender, facts->sender,
                      &learned, &problem);
    json_object_set_boolean_member(result, "learned", learned);
    json_set_string(result, "learning_problem", problem != NULL ? problem->message : NULL);
}

static OctetSource *
unprotect(const OpCall *call, Unprotecting *u, GBytes *message, JsonObject *result, GError **error)
{
    g_auto(DrsMessageFacts) facts = {0};
    OctetSource *data = drs_message_unprotect(message, &u->expectation, &facts, error);
    if (data == NULL && !u->framed && drs_frame_check(message) == DRS_CHECK_NONE)
        g_prefix_error(error, "there is a frame round the message, which was not expected: ");
    describe(u, &facts, result);
    if (data != NULL)
        learn(call, u, &facts, result);
    return data;
}

gboolean
op_drs_unprotect(const OpCall *call, OpReply *reply, GError **error)
{
    g_auto(Unprotecting) unprotecting = {0};
    if (!read_params(call, &unprotecting, error) ||
        !drs_local_open(call, FALSE, &unprotecting.local, error))
        return FALSE;
    reply->result = json_object_new();
    g_autoptr(GBytes) octets = open_envelope(&unprotecting, call->body, reply->result, error);
    g_autoptr(GBytes) message =
        octets != NULL ? open_frame(&unprotecting, octets, reply->result, error) : NULL;
    if (message == NULL || !expect(call, &unprotecting, error))
        return FALSE;
    op_report_progress(call, "verify", 0, 0);
    OctetSource *data = unprotect(call, &unprotecting, message, reply->result, error);
    if (data == NULL)
        return FALSE;
    op_reply_take_body(reply, data);
    return TRUE;
}
