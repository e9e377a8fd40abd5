/* SPDX-License-Identifier: MPL-2.0 */

#include "json-facts.h"
#include "ops.h"
#include "params.h"
#include "resolver-store.h"

/* Answers of one result, which is one message to Thunderbird. */
#define LISTED_MAX 2000u

static JsonObject *
answer_to_json(const ResolverAnswer *answer, gboolean on_disk)
{
    JsonObject *object = json_object_new();
    json_set_string(object, "owner_name", answer->owner_name);
    json_object_set_int_member(object, "type", answer->rr_type);
    json_set_string(object, "dns", dns_outcome_to_string(answer->outcome));
    json_object_set_int_member(object, "ttl", answer->ttl);
    json_object_set_int_member(object, "records", answer->records->len);
    json_object_set_boolean_member(object, "on_disk", on_disk);
    return object;
}

static void
list_answers(JsonArray *list, GPtrArray *answers, gboolean on_disk)
{
    for (guint i = 0; i < answers->len && json_array_get_length(list) < LISTED_MAX; i++)
        json_array_add_object_element(list, answer_to_json(g_ptr_array_index(answers, i), on_disk));
}

/* Those of @memory that are on disk too leave it. */
static void
remove_known(GPtrArray *memory, GPtrArray *disk)
{
    g_autoptr(GHashTable) known =
        g_hash_table_new_full(resolver_key_hash, resolver_key_equal, g_free, NULL);
    for (guint i = 0; i < disk->len; i++) {
        const ResolverAnswer *answer = g_ptr_array_index(disk, i);
        const ResolverKey key = {answer->owner_name, answer->rr_type};
        g_hash_table_add(known, g_memdup2(&key, sizeof key));
    }
    for (guint i = memory->len; i > 0; i--) {
        const ResolverAnswer *answer = g_ptr_array_index(memory, i - 1);
        if (g_hash_table_contains(known, &(ResolverKey){answer->owner_name, answer->rr_type}))
            g_ptr_array_remove_index(memory, i - 1);
    }
}

static gboolean
describe_cache(const OpCall *call, gboolean list, JsonObject *result, GError **error)
{
    const gchar *file = bridge_get_cache_file(call->bridge);
    guint64 n_octets = 0;
    g_autoptr(GPtrArray) memory = bridge_list_memory(call->bridge);
    g_autoptr(GPtrArray) disk = resolver_store_list(file, resolver_moment_now(), &n_octets, error);
    if (disk == NULL)
        return FALSE;
    remove_known(memory, disk);
    json_object_set_int_member(result, "count", disk->len + memory->len);
    json_object_set_int_member(result, "octets", (gint64)n_octets);
    if (!list) {
        json_object_set_null_member(result, "answers");
        return TRUE;
    }
    JsonArray *answers = json_array_new();
    list_answers(answers, memory, FALSE);
    list_answers(answers, disk, TRUE);
    json_object_set_array_member(result, "answers", answers);
    return TRUE;
}

gboolean
op_cache(const OpCall *call, OpReply *reply, GError **error)
{
    gboolean list = FALSE;
    gboolean clear = FALSE;
    guint n_cleared = 0;
    if (!params_get_boolean(call->params, "list", FALSE, &list, error) ||
        !params_get_boolean(call->params, "clear", FALSE, &clear, error) ||
        (clear && !bridge_clear_cache(call->bridge, &n_cleared, error)))
        return FALSE;
    g_autoptr(JsonObject) result = json_object_new();
    json_set_string(result, "file", bridge_get_cache_file(call->bridge));
    json_object_set_boolean_member(result, "dns_cache", bridge_is_caching(call->bridge));
    if (!describe_cache(call, list, result, error))
        return FALSE;
    json_object_set_int_member(result, "cleared", n_cleared);
    reply->result = g_steal_pointer(&result);
    return TRUE;
}

gboolean
op_flush(const OpCall *call, OpReply *reply, GError **error)
{
    guint n_cleared = 0;
    if (!bridge_clear_cache(call->bridge, &n_cleared, error))
        return FALSE;
    reply->result = json_object_new();
    return TRUE;
}
