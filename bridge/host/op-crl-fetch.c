/* SPDX-License-Identifier: MPL-2.0 */

#include "core-limits.h"
#include "crl-file.h"
#include "crl-folder.h"
#include "distribution-point.h"
#include "json-facts.h"
#include "ops.h"
#include "params.h"
#include "trust-params.h"

/* Addresses of one request. */
#define MAX_URLS 50u
/* What dane-smime-fetch may say of a failure. */
#define MAX_MESSAGE_OCTETS 1000u

/* Up to @max_octets; NULL for more, or after an error. */
static GBytes *
read_limited(GInputStream *input, gsize max_octets, GCancellable *cancellable)
{
    guint8 piece[16384];
    g_autoptr(GByteArray) all = g_byte_array_new();
    gssize n = 0;
    while ((n = g_input_stream_read(input, piece, sizeof piece, cancellable, NULL)) > 0) {
        if (all->len + (gsize)n > max_octets)
            return NULL;
        g_byte_array_append(all, piece, (guint)n);
    }
    return n < 0 ? NULL : g_byte_array_free_to_bytes(g_steal_pointer(&all));
}

/* What the program says is for people; it can't say what is not text. */
static gchar *
dup_message(GSubprocess *process, GCancellable *cancellable)
{
    g_autoptr(GBytes) said =
        read_limited(g_subprocess_get_stderr_pipe(process), MAX_MESSAGE_OCTETS, cancellable);
    gsize n_octets = 0;
    const gchar *octets = said == NULL ? NULL : g_bytes_get_data(said, &n_octets);
    if (n_octets == 0)
        return g_strdup("no answer in time");
    g_autofree gchar *text = g_utf8_make_valid(octets, (gssize)n_octets);
    return g_strdup(g_strstrip(text));
}

static GBytes *
fetch(const OpCall *call, const gchar *url, GError **error)
{
    g_autofree gchar *program = bridge_dup_fetch_program();
    g_autoptr(GSubprocess) process = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, error, program, url, NULL);
    if (process == NULL)
        return NULL;
    g_autoptr(GBytes) octets =
        read_limited(g_subprocess_get_stdout_pipe(process), LIMIT_CRL_OCTETS, call->cancellable);
    if (octets == NULL)
        g_subprocess_force_exit(process);
    g_autofree gchar *message = dup_message(process, call->cancellable);
    gboolean ended = g_subprocess_wait(process, NULL, NULL);
    if (octets != NULL && ended && g_subprocess_get_if_exited(process) &&
        g_subprocess_get_exit_status(process) == 0)
        return g_steal_pointer(&octets);
    g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_FILE, message);
    return NULL;
}

static gboolean
fetch_and_keep(const OpCall *call, const gchar *url, guint *out_n_new, GError **error)
{
    g_autoptr(GBytes) octets = fetch(call, url, error);
    g_autoptr(GPtrArray) lists = octets == NULL ? NULL : crls_parse_file(octets, error);
    return lists != NULL && crl_folder_add(bridge_get_profile(call->bridge), lists,
                                           bridge_get_now(call->bridge), out_n_new, error);
}

static JsonObject *
fetch_to_json(const OpCall *call, const gchar *url)
{
    g_autoptr(GError) problem = NULL;
    JsonObject *object = json_object_new();
    guint n_new = 0;
    gboolean fetched = fetch_and_keep(call, url, &n_new, &problem);
    json_set_string(object, "url", url);
    json_object_set_int_member(object, "new", n_new);
    json_set_string(object, "problem", fetched ? NULL : problem->message);
    return object;
}

static GPtrArray *
collect_urls(const OpCall *call, GError **error)
{
    g_autoptr(GPtrArray) named = NULL, certificates = NULL;
    if (!params_get_strings(call->params, "urls", MAX_URLS, &named, error) ||
        !trust_params_get_files(call, "certificates", certificates_parse_file, &certificates,
                                error))
        return NULL;
    GPtrArray *urls = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < named->len; i++)
        g_ptr_array_add(urls, g_strdup(g_ptr_array_index(named, i)));
    for (guint i = 0; certificates != NULL && i < certificates->len; i++)
        g_ptr_array_extend_and_steal(
            urls, distribution_points_get_urls(g_ptr_array_index(certificates, i)));
    return urls;
}

gboolean
op_crl_fetch(const OpCall *call, OpReply *reply, GError **error)
{
    g_autoptr(GPtrArray) urls = collect_urls(call, error);
    if (urls == NULL)
        return FALSE;
    JsonArray *fetched = json_array_new();
    reply->result = json_object_new();
    json_object_set_array_member(reply->result, "fetched", fetched);
    for (guint i = 0; i < MIN(urls->len, MAX_URLS); i++) {
        op_report_progress(call, "fetch", i, urls->len);
        json_array_add_object_element(fetched, fetch_to_json(call, g_ptr_array_index(urls, i)));
        if (g_cancellable_set_error_if_cancelled(call->cancellable, error))
            return FALSE;
    }
    return TRUE;
}
