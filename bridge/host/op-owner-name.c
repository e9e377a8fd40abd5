/* SPDX-License-Identifier: MPL-2.0 */

#include "addr-spec.h"
#include "core-limits.h"
#include "dane-lookup.h"
#include "json-facts.h"
#include "ops.h"
#include "owner-name.h"
#include "params.h"

static JsonObject *
describe_address(const gchar *address, gboolean draft, GError **error)
{
    g_autoptr(AddrSpec) spec = addr_spec_parse(address, -1, error);
    g_autofree gchar *owner_name = spec == NULL ? NULL : dane_owner_name(address, draft, error);
    if (owner_name == NULL) {
        g_prefix_error(error, "address \"%.200s\": ", address);
        return NULL;
    }
    JsonObject *object = json_object_new();
    json_set_string(object, "address", address);
    json_set_string(object, "local_part", spec->local_part);
    json_set_string(object, "domain", spec->domain);
    json_set_string(object, "owner_name", owner_name);
    return object;
}

/* For names, not addresses: have they the form of RFC 8162? */
static JsonObject *
describe_name(const gchar *name)
{
    JsonObject *object = json_object_new();
    json_set_string(object, "owner_name", name);
    json_object_set_boolean_member(object, "valid", owner_name_is_valid(name));
    return object;
}

gboolean
op_owner_name(const OpCall *call, OpReply *reply, GError **error)
{
    g_autoptr(GPtrArray) addresses = NULL;
    g_autoptr(GPtrArray) names = NULL;
    gboolean draft = FALSE;
    if (!params_get_strings(call->params, "addresses", LIMIT_ADDRESSES, &addresses, error) ||
        !params_get_strings(call->params, "names", LIMIT_ADDRESSES, &names, error) ||
        !params_get_boolean(call->params, "draft", FALSE, &draft, error))
        return FALSE;
    g_autoptr(JsonArray) results = json_array_new();
    for (guint i = 0; i < addresses->len; i++) {
        JsonObject *object = describe_address(g_ptr_array_index(addresses, i), draft, error);
        if (object == NULL)
            return FALSE;
        json_array_add_object_element(results, object);
    }
    for (guint i = 0; i < names->len; i++)
        json_array_add_object_element(results, describe_name(g_ptr_array_index(names, i)));
    reply->result = json_object_new();
    json_object_set_array_member(reply->result, "results", g_steal_pointer(&results));
    return TRUE;
}
