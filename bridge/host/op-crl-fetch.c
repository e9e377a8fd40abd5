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

static gboolean
fetch_and_keep(const OpCall *call, const gchar *url, guint *out_n_new, GError **error)
{
    if (bridge_is_offline(call->bridge)) {
        g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_FILE,
                            "lookups are switched off (--offline)");
        return FALSE;
    }
    g_autoptr(GBytes) octets = crl_fetch(url, call->cancellable, error);
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
