/* SPDX-License-Identifier: MPL-2.0 */

#include "crl-fetch.h"
#include "crl-file.h"
#include "crl-folder.h"
#include "distribution-point.h"
#include "json-facts.h"
#include "ops.h"
#include "params.h"
#include "trust-params.h"

/* Addresses of one request. */
#define MAX_URLS 50u

/* One of those that are asked for. */
typedef struct {
    gchar *url;
    HttpReach reach;
} Wanted;

static void
wanted_free(gpointer data)
{
    Wanted *wanted = data;
    g_free(wanted->url);
    g_free(wanted);
}

/* Takes @url. */
static void
add_wanted(GPtrArray *all, gchar *url, HttpReach reach)
{
    Wanted *wanted = g_new0(Wanted, 1);
    *wanted = (Wanted){url, reach};
    g_ptr_array_add(all, wanted);
}

static gboolean
fetch_and_keep(const OpCall *call, const Wanted *wanted, guint *out_n_new, GError **error)
{
    if (bridge_is_offline(call->bridge)) {
        g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_FILE,
                            "lookups are switched off (--offline)");
        return FALSE;
    }
    g_autoptr(GBytes) octets = crl_fetch(wanted->url, wanted->reach, call->cancellable, error);
    g_autoptr(GPtrArray) lists = octets == NULL ? NULL : crls_parse_file(octets, error);
    return lists != NULL && crl_folder_add(bridge_get_profile(call->bridge), lists,
                                           bridge_get_now(call->bridge), out_n_new, error);
}

static JsonObject *
fetch_to_json(const OpCall *call, const Wanted *wanted)
{
    g_autoptr(GError) problem = NULL;
    JsonObject *object = json_object_new();
    guint n_new = 0;
    gboolean fetched = fetch_and_keep(call, wanted, &n_new, &problem);
    json_set_string(object, "url", wanted->url);
    json_object_set_int_member(object, "new", n_new);
    json_set_string(object, "problem", fetched ? NULL : problem->message);
    return object;
}

static void
add_urls_of(GPtrArray *wanted, Certificate *certificate, HttpReach reach)
{
    g_autoptr(GPtrArray) urls = distribution_points_get_urls(certificate);
    for (guint i = 0; i < urls->len; i++)
        add_wanted(wanted, g_strdup(g_ptr_array_index(urls, i)), reach);
}

/* What is named by whoever asks is asked wherever it is; what certificates name, only if it is
 * public, or that is allowed. */
static GPtrArray *
collect_urls(const OpCall *call, GError **error)
{
    gboolean fetch_private = FALSE;
    g_autoptr(GPtrArray) named = NULL, certificates = NULL;
    if (!params_get_boolean(call->params, "fetch_private", FALSE, &fetch_private, error) ||
        !params_get_strings(call->params, "urls", MAX_URLS, &named, error) ||
        !trust_params_get_files(call, "certificates", certificates_parse_file, &certificates,
                                error))
        return NULL;
    GPtrArray *wanted = g_ptr_array_new_with_free_func(wanted_free);
    for (guint i = 0; i < named->len; i++)
        add_wanted(wanted, g_strdup(g_ptr_array_index(named, i)),
                   fetch_private ? HTTP_REACH_ANY : HTTP_REACH_NAMED);
    for (guint i = 0; certificates != NULL && i < certificates->len; i++)
        add_urls_of(wanted, g_ptr_array_index(certificates, i),
                    fetch_private ? HTTP_REACH_ANY : HTTP_REACH_PUBLIC);
    return wanted;
}

gboolean
op_crl_fetch(const OpCall *call, OpReply *reply, GError **error)
{
    g_autoptr(GPtrArray) wanted = collect_urls(call, error);
    if (wanted == NULL)
        return FALSE;
    JsonArray *fetched = json_array_new();
    reply->result = json_object_new();
    json_object_set_array_member(reply->result, "fetched", fetched);
    for (guint i = 0; i < MIN(wanted->len, MAX_URLS); i++) {
        op_report_progress(call, "fetch", i, wanted->len);
        json_array_add_object_element(fetched, fetch_to_json(call, g_ptr_array_index(wanted, i)));
        if (g_cancellable_set_error_if_cancelled(call->cancellable, error))
            return FALSE;
    }
    return TRUE;
}
