/* SPDX-License-Identifier: MPL-2.0 */

#include "run.h"

#include <unistd.h>

#include "addr-spec.h"
#include "cms-error.h"
#include "core-limits.h"
#include "drs-error.h"
#include "fault.h"
#include "input.h"
#include "json-facts.h"
#include "mail-error.h"
#include "mapped-input.h"
#include "owner-name.h"
#include "policy.h"
#include "report.h"
#include "resolver.h"
#include "smimea.h"

/* Work that takes longer than this shows its progress on a terminal. */
#define PROGRESS_AFTER_US G_USEC_PER_SEC

/* What is wrong with a message of directory replication was found out, but for what can't be read.
 */
static CliExit
exit_for_drs_error(gint code)
{
    switch (code) {
    case DRS_ERROR_SETTINGS:
    case DRS_ERROR_AUTHORITY:
        return EXIT_USAGE;
    case DRS_ERROR_MALFORMED:
    case DRS_ERROR_ALGORITHM:
    case DRS_ERROR_MAP:
    case DRS_ERROR_MAP_FULL:
        return EXIT_UNKNOWN;
    default:
        return EXIT_DOES_NOT_HOLD;
    }
}

static CliExit
exit_for_error(const GError *error)
{
    if (error->domain == DRS_ERROR)
        return exit_for_drs_error(error->code);
    /* Legal addresses, but none that a record could be published for. */
    if (g_error_matches(error, ADDR_SPEC_ERROR, ADDR_SPEC_ERROR_LITERAL) ||
        g_error_matches(error, OWNER_NAME_ERROR, OWNER_NAME_ERROR_TOO_LONG))
        return EXIT_DOES_NOT_HOLD;
    if (error->domain == ADDR_SPEC_ERROR || error->domain == OWNER_NAME_ERROR ||
        error->domain == SMIMEA_ERROR || g_error_matches(error, DNS_ERROR, DNS_ERROR_SERVER) ||
        g_error_matches(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED))
        return EXIT_USAGE;
    if (g_error_matches(error, CMS_ERROR, CMS_ERROR_NOT_FOR_US) ||
        g_error_matches(error, CMS_ERROR, CMS_ERROR_DECRYPT) ||
        g_error_matches(error, CMS_ERROR, CMS_ERROR_KEY_NOT_FOUND) ||
        g_error_matches(error, CMS_ERROR, CMS_ERROR_STORE_MISSING) ||
        g_error_matches(error, PROTOCOL_ERROR, PROTOCOL_ERROR_RECIPIENTS) ||
        g_error_matches(error, PROTOCOL_ERROR, PROTOCOL_ERROR_NO_RECIPIENTS) ||
        g_error_matches(error, PROTOCOL_ERROR, PROTOCOL_ERROR_NO_AUTHOR) ||
        g_error_matches(error, PROTOCOL_ERROR, PROTOCOL_ERROR_NOT_PROTECTED))
        return EXIT_DOES_NOT_HOLD;
    return EXIT_UNKNOWN;
}

CliExit
exit_for_reason(const gchar *name)
{
    VerdictReason reason = REASON_NONE;
    if (verdict_reason_from_string(name, &reason) && policy_reason_is_temporary(reason))
        return EXIT_UNKNOWN;
    return EXIT_DOES_NOT_HOLD;
}

static gchar *
ask_password(gboolean again, gpointer data)
{
    Cli *cli = data;
    if (cli->options.password_file != NULL)
        return again ? NULL : input_read_password(cli->options.password_file);
    return terminal_ask_password(again ? "Wrong. Password of the key store: "
                                       : "Password of the key store: ");
}

static gboolean
set_time(BridgeSettings *settings, const gchar *text)
{
    if (text == NULL)
        return TRUE;
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    g_autoptr(GDateTime) moment = g_date_time_new_from_iso8601(text, utc);
    if (moment == NULL) {
        report_error("--time: \"%s\" is not a moment like 2026-01-31T12:00:00Z", text);
        return FALSE;
    }
    settings->now = g_date_time_to_unix(moment);
    return TRUE;
}

/* A store that this run makes gets the password of --password-file. */
static gboolean
set_initial_password(BridgeSettings *settings, const gchar *file)
{
    if (file == NULL)
        return TRUE;
    settings->initial_password = input_read_protecting_password(file);
    return settings->initial_password != NULL;
}

static void
show_failure(Cli *cli, const GError *error, const OpReply *reply)
{
    report_error("%s", error->message);
    if (!cli->options.json)
        return;
    g_autoptr(JsonObject) object =
        reply != NULL && reply->result != NULL ? json_object_ref(reply->result) : json_object_new();
    report_json_error(object, fault_find(error)->name, error->message);
}

static CliExit
make_bridge(Cli *cli)
{
    const CliOptions *options = &cli->options;
    g_autoptr(BridgeSettings) settings = bridge_settings_new();
    if (options->profile != NULL)
        settings->profile = g_canonicalize_filename(options->profile, NULL);
    settings->offline = options->offline;
    settings->no_learning = options->no_learning;
    settings->no_cache = options->no_cache;
    settings->resolver->servers = g_strdupv(options->dns_servers);
    settings->resolver->recursive = options->dns_recursive;
    settings->resolver->trust_anchor_file = g_strdup(options->trust_anchor);
    settings->resolver->transport =
        options->dns_udp ? RESOLVER_TRANSPORT_UDP : RESOLVER_TRANSPORT_TCP;
    settings->ask_password = ask_password;
    settings->ask_password_data = cli;
    if (!set_time(settings, options->time))
        return EXIT_USAGE;
    /* A variable without a value would make the folder at hand a key store. */
    if (g_strcmp0(options->profile, "") == 0) {
        report_error("--profile: the name of a folder is wanted");
        return EXIT_USAGE;
    }
    if (!set_initial_password(settings, options->password_file))
        return EXIT_UNKNOWN;
    g_autoptr(GError) error = NULL;
    if (dns_options_apply(&options->dns, settings->resolver, &error))
        cli->bridge = bridge_new(g_steal_pointer(&settings), &error);
    if (cli->bridge != NULL)
        return EXIT_HOLDS;
    show_failure(cli, error, NULL);
    return exit_for_error(error);
}

typedef struct {
    gint64 start;
    gint shown;
} ProgressLine;

static void
show_progress(const gchar *phase, guint n_done, guint n_total, gpointer data)
{
    ProgressLine *line = data;
    if (g_get_monotonic_time() - line->start < PROGRESS_AFTER_US)
        return;
    g_atomic_int_set(&line->shown, TRUE);
    if (n_total > 0)
        g_printerr("\r%s: %u of %u\033[K", phase, n_done, n_total);
    else
        g_printerr("\r%s\033[K", phase);
}

/* Addresses that are no argument stand in the message. */
static gboolean
names_addresses(JsonObject *params)
{
    return json_object_has_member(params, "author") || json_object_has_member(params, "address") ||
           json_object_has_member(params, "addresses") ||
           json_object_has_member(params, "recipients");
}

/* Whether what is wrong is in the octets that were read, and not in the store, the DNS or the
 * options. */
static gboolean
is_about_input(const GError *error, JsonObject *params)
{
    if (error->domain == ADDR_SPEC_ERROR || error->domain == OWNER_NAME_ERROR)
        return !names_addresses(params);
    if (error->domain == CMS_ERROR)
        return error->code != CMS_ERROR_FAILED && error->code != CMS_ERROR_STORE &&
               error->code != CMS_ERROR_STORE_MISSING && error->code != CMS_ERROR_KEY_LOCKED &&
               error->code != CMS_ERROR_KEY_NOT_FOUND && error->code != CMS_ERROR_EXISTS &&
               error->code != CMS_ERROR_AUTHORITIES;
    if (error->domain == DRS_ERROR)
        return error->code == DRS_ERROR_FRAME || error->code == DRS_ERROR_MALFORMED ||
               error->code == DRS_ERROR_MAIL || error->code == DRS_ERROR_ALGORITHM;
    return error->domain == MAIL_ERROR ||
           g_error_matches(error, PROTOCOL_ERROR, PROTOCOL_ERROR_NO_AUTHOR) ||
           g_error_matches(error, PROTOCOL_ERROR, PROTOCOL_ERROR_NO_RECIPIENTS) ||
           g_error_matches(error, PROTOCOL_ERROR, PROTOCOL_ERROR_NOT_PROTECTED);
}

/* Errors about a --key begin with its name already. */
static gboolean
is_about_key_file(const GError *error, JsonObject *params)
{
    JsonArray *files = json_array(params, "key_files");
    for (guint i = 0; files != NULL && i < json_array_get_length(files); i++) {
        const gchar *name = json_text(json_array_get_object_element(files, i), "name");
        if (g_str_has_prefix(error->message, name))
            return TRUE;
    }
    return FALSE;
}

/* Says what went wrong. @source: name of what was read, or NULL. */
static CliExit
fail(Cli *cli, GError *error, JsonObject *params, const gchar *source, OpReply *reply)
{
    gboolean about_input = source != NULL && is_about_input(error, params);
    CliExit status = exit_for_error(error);
    /* Nobody has used the program wrongly if a message is broken. */
    if (about_input && status == EXIT_USAGE)
        status = EXIT_UNKNOWN;
    if (about_input && !is_about_key_file(error, params))
        g_prefix_error(&error, "%s: ", source);
    show_failure(cli, error, reply);
    op_reply_clear(reply);
    g_error_free(error);
    return status;
}

static CliExit
run_on(Cli *cli, const gchar *op, JsonObject *params, GBytes *body, const gchar *source,
       OpReply *reply)
{
    g_autoptr(JsonObject) owned = params;
    GError *error = NULL;
    CliExit made = cli->bridge != NULL ? EXIT_HOLDS : make_bridge(cli);
    if (made != EXIT_HOLDS)
        return made;
    ProgressLine line = {g_get_monotonic_time(), FALSE};
    OpCall call = {
        .bridge = cli->bridge,
        .params = owned,
        .body = body,
        .progress = isatty(STDERR_FILENO) ? show_progress : NULL,
        .progress_data = &line,
        .in_words = !cli->options.json,
    };
    gboolean done = op_run(op_find(op), &call, reply, &error) && mapped_input_is_unchanged(&error);
    if (g_atomic_int_get(&line.shown))
        g_printerr("\r\033[K");
    return done ? EXIT_HOLDS : fail(cli, error, owned, source, reply);
}

CliExit
cli_run(Cli *cli, const gchar *op, JsonObject *params, GBytes *body, OpReply *reply)
{
    return run_on(cli, op, params, body, NULL, reply);
}

CliExit
cli_run_on_file(Cli *cli, const gchar *op, JsonObject *params, const gchar *path, OpReply *reply)
{
    return run_on(cli, op, params, NULL, path == NULL ? NULL : input_name(path), reply);
}

CliExit
cli_run_on_message(Cli *cli, const gchar *op, JsonObject *params, const gchar *path, OpReply *reply)
{
    g_autoptr(JsonObject) owned = params;
    g_autoptr(GBytes) message = input_read(path, LIMIT_MESSAGE_OCTETS);
    if (message == NULL)
        return EXIT_UNKNOWN;
    return run_on(cli, op, g_steal_pointer(&owned), message, input_name(path), reply);
}

/* One is read once: it may be a pipe. */
static CliExit
add_certificate(Cli *cli, JsonArray *files, const gchar *path)
{
    g_autoptr(GBytes) octets = input_read(path, LIMIT_KEY_FILE_OCTETS);
    if (octets == NULL)
        return EXIT_UNKNOWN;
    JsonObject *params = json_object_new();
    json_set_base64(params, "certificate", octets);
    g_autofree gchar *text = g_strdup(json_text(params, "certificate"));
    g_auto(OpReply) reply = {0};
    CliExit status = cli_run_on_file(cli, "cert", params, path, &reply);
    if (status == EXIT_HOLDS)
        json_array_add_string_element(files, text);
    return status;
}

CliExit
cli_add_certificates(Cli *cli, JsonObject *params, const gchar *name, gchar **paths)
{
    if (paths == NULL)
        return EXIT_HOLDS;
    g_autoptr(JsonArray) files = json_array_new();
    for (; *paths != NULL; paths++) {
        CliExit status = add_certificate(cli, files, *paths);
        if (status != EXIT_HOLDS)
            return status;
    }
    json_object_set_array_member(params, name, g_steal_pointer(&files));
    return EXIT_HOLDS;
}

void
cli_show_json(OpReply *reply)
{
    report_json(reply->result);
}
