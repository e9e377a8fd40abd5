/* SPDX-License-Identifier: MPL-2.0 */

#include "crl-file.h"
#include "crl-folder.h"
#include "json-facts.h"
#include "ops.h"
#include "params.h"
#include "trust-params.h"

static JsonObject *
list_to_json(const FolderCrl *list, gint64 now)
{
    JsonObject *object = json_object_new();
    gboolean ends = list->next_update != G_MAXINT64;
    json_set_string(object, "sha256", list->sha256);
    json_set_string(object, "issuer", list->issuer);
    json_set_time(object, "this_update", list->this_update);
    json_set_time(object, "next_update", ends ? list->next_update : G_MININT64);
    json_object_set_boolean_member(object, "current",
                                   list->this_update <= now && now <= list->next_update);
    json_object_set_boolean_member(object, "delta", list->is_delta);
    json_object_set_int_member(object, "octets", (gint64)g_bytes_get_size(list->der));
    json_set_string(object, "file", list->path);
    return object;
}

gboolean
op_crl_list(const OpCall *call, OpReply *reply, G_GNUC_UNUSED GError **error)
{
    g_autoptr(GPtrArray) lists = crl_folder_load(bridge_get_profile(call->bridge));
    JsonArray *array = json_array_new();
    for (guint i = 0; i < lists->len; i++)
        json_array_add_object_element(
            array, list_to_json(g_ptr_array_index(lists, i), bridge_get_now(call->bridge)));
    reply->result = json_object_new();
    json_object_set_array_member(reply->result, "crls", array);
    return TRUE;
}

gboolean
op_crl_add(const OpCall *call, OpReply *reply, GError **error)
{
    g_autoptr(GPtrArray) lists = NULL;
    guint n_new = 0;
    if (!trust_params_get_files(call, "crls", crls_parse_file, &lists, error))
        return FALSE;
    if (lists == NULL)
        lists = g_ptr_array_new();
    if (!crl_folder_add(bridge_get_profile(call->bridge), lists, bridge_get_now(call->bridge),
                        &n_new, error))
        return FALSE;
    reply->result = json_object_new();
    json_object_set_int_member(reply->result, "crls", lists->len);
    json_object_set_int_member(reply->result, "new", n_new);
    return TRUE;
}

gboolean
op_crl_remove(const OpCall *call, OpReply *reply, GError **error)
{
    const gchar *sha256 = NULL;
    guint n_removed = 0;
    if (!params_get_string(call->params, "sha256", &sha256, error) ||
        !crl_folder_remove(bridge_get_profile(call->bridge), sha256, &n_removed, error))
        return FALSE;
    reply->result = json_object_new();
    json_object_set_int_member(reply->result, "removed", n_removed);
    return TRUE;
}
