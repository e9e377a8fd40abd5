/* SPDX-License-Identifier: MPL-2.0 */

#include "op.h"

#include "ops.h"

G_DEFINE_QUARK(protocol_error_quark, protocol_error)

#define NAMES(...) ((const gchar *const[]){__VA_ARGS__, NULL})

#define TRUST_CHOICES  "authorities", "system_authorities", "crls", "require_crl"
#define HEADER_CHOICES "header_protection", "legacy_display", "responds_to"
#define ENCRYPT_CHOICES                                                                            \
    "author", "recipients", "certificates", "cipher", "key_transport", "self", "self_only",        \
        "bcc_copies", "keep_bcc", HEADER_CHOICES, TRUST_CHOICES
#define FRAME_CHOICES  "frame_version", "compression", "uncompressed_size", "extensions"
#define LOOKUP_CHOICES "draft", "type"
#define VERDICT_CHOICES                                                                            \
    "author", "pins", "key_files", "content", "fetch_crls", "fetch_private", TRUST_CHOICES

static const OpRow op_rows[] = {
    {"addresses", op_addresses, NAMES(NULL), TRUE},
    {"cache", op_cache, NAMES("list", "clear"), FALSE},
    {"cert", op_cert, NAMES("!certificate"), FALSE},
    {"classify", op_classify, NAMES(NULL), TRUE},
    {"configure", op_configure,
     NAMES("dns_servers", "dns_recursive", "dns_engine", "dns_transport", "dns_roadblock_avoidance",
           "dns_deadline", "dns_cache", "learn"),
     FALSE},
    {"crl-add", op_crl_add, NAMES("!crls"), FALSE},
    {"crl-fetch", op_crl_fetch, NAMES("urls", "certificates", "fetch_private"), FALSE},
    {"crl-list", op_crl_list, NAMES(NULL), FALSE},
    {"crl-remove", op_crl_remove, NAMES("sha256"), FALSE},
    {"decrypt", op_decrypt, NAMES("key_files", "message_password", "raw"), TRUE},
    {"delete", op_delete, NAMES("!sha256"), FALSE},
    {"doctor", op_doctor, NAMES(NULL), FALSE},
    {"drs-frame", op_drs_frame, NAMES("build", "type", "unsigned_size", FRAME_CHOICES), TRUE},
    {"drs-map", op_drs_map, NAMES("address", "add", "remove"), FALSE},
    {"drs-protect", op_drs_protect,
     NAMES("!type", "!sender", "recipient", "legacy", "framed", "mail", "commentary",
           FRAME_CHOICES),
     TRUE},
    {"drs-unprotect", op_drs_unprotect,
     NAMES("!type", "sender", "recipient", "legacy", "framed", "mail", "pinned", "authorities",
           "crls", "key_files", "learn"),
     TRUE},
    {"encrypt", op_encrypt, NAMES(ENCRYPT_CHOICES), TRUE},
    {"export", op_export, NAMES("address", "sha256", "password", "certificate_only"), FALSE},
    {"flush", op_flush, NAMES(NULL), FALSE},
    {"hello", op_hello, NAMES(NULL), FALSE},
    {"import", op_import, NAMES("!octets", "password"), FALSE},
    {"keygen", op_keygen, NAMES("!address", "name", "algorithm", "days"), FALSE},
    {"keys", op_keys, NAMES("address"), FALSE},
    {"lock", op_lock, NAMES(NULL), FALSE},
    {"lookup", op_lookup,
     NAMES("!addresses", "try_case", "fresh", "retry", LOOKUP_CHOICES, TRUST_CHOICES), FALSE},
    {"owner-name", op_owner_name, NAMES("addresses", "names", "draft"), FALSE},
    {"password", op_password, NAMES("password"), FALSE},
    {"peers", op_peers, NAMES("address", "forget"), FALSE},
    {"read", op_read, NAMES(VERDICT_CHOICES, "message_password", "entity"), TRUE},
    {"record", op_record,
     NAMES("address", "certificate", "usage", "selector", "matching_type", "generic", "ttl",
           "rdata", "check", LOOKUP_CHOICES),
     FALSE},
    {"seen", op_seen, NAMES("address", "add", "forget"), FALSE},
    {"sign", op_sign, NAMES("author", "opaque", "certificate", "digest", HEADER_CHOICES), TRUE},
    {"sign-encrypt", op_sign_encrypt, NAMES("digest", ENCRYPT_CHOICES), TRUE},
    {"unlock", op_unlock, NAMES("!password"), FALSE},
    {"verify", op_verify, NAMES(VERDICT_CHOICES), TRUE},
    {NULL, NULL, NULL, FALSE},
};

const OpRow *
op_get_table(void)
{
    return op_rows;
}

const OpRow *
op_find(const gchar *name)
{
    for (const OpRow *row = op_rows; row->name != NULL; row++)
        if (g_str_equal(row->name, name))
            return row;
    return NULL;
}

static gboolean
is_known_param(const OpRow *row, const gchar *name)
{
    for (const gchar *const *known = row->params; *known != NULL; known++)
        if (g_str_equal(**known == '!' ? *known + 1 : *known, name))
            return TRUE;
    return FALSE;
}

/* null is as good as nothing. */
static gboolean
is_absent(JsonObject *params, const gchar *name)
{
    return !json_object_has_member(params, name) || json_object_get_null_member(params, name);
}

static gboolean
check_params(const OpRow *row, JsonObject *params, GError **error)
{
    g_autoptr(GList) names = json_object_get_members(params);
    for (GList *l = names; l != NULL; l = l->next)
        if (!is_known_param(row, l->data)) {
            g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                        "\"%s\" has no parameter \"%.100s\"", row->name, (const gchar *)l->data);
            return FALSE;
        }
    for (const gchar *const *known = row->params; *known != NULL; known++)
        if (**known == '!' && is_absent(params, *known + 1)) {
            g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                        "parameter \"%s\" is missing", *known + 1);
            return FALSE;
        }
    return TRUE;
}

gboolean
op_run(const OpRow *row, const OpCall *call, OpReply *reply, GError **error)
{
    if (!check_params(row, call->params, error))
        return FALSE;
    if (row->wants_body && call->body == NULL) {
        g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED, "\"%s\" needs a body",
                    row->name);
        return FALSE;
    }
    if (g_cancellable_set_error_if_cancelled(call->cancellable, error))
        return FALSE;
    return row->handler(call, reply, error);
}

void
op_report_progress(const OpCall *call, const gchar *phase, guint n_done, guint n_total)
{
    if (call->progress != NULL)
        call->progress(phase, n_done, n_total, call->progress_data);
}

void
op_reply_take_body(OpReply *reply, OctetSource *body)
{
    if (reply->bodies == NULL)
        reply->bodies = g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    g_ptr_array_add(reply->bodies, body);
}

void
op_reply_clear(OpReply *reply)
{
    g_clear_pointer(&reply->result, json_object_unref);
    g_clear_pointer(&reply->bodies, g_ptr_array_unref);
}
