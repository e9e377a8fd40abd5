/* SPDX-License-Identifier: MPL-2.0 */

#include "dns-options.h"
#include "json-facts.h"
#include "ops.h"
#include "params.h"
#include "resolver-wire.h"

void
op_describe_resolver(const OpCall *call, JsonObject *result)
{
    static const gchar *const none[] = {NULL};
    g_autoptr(ResolverConfig) config = bridge_dup_resolver_config(call->bridge);
    json_set_strings(result, "dns_servers",
                     config->servers == NULL ? none : (const gchar *const *)config->servers);
    json_object_set_boolean_member(result, "dns_recursive", config->recursive);
    json_set_string(result, "dns_transport", resolver_transport_to_string(config->transport));
    json_object_set_boolean_member(result, "dns_roadblock_avoidance",
                                   resolver_config_avoids_roadblocks(config));
    json_object_set_int_member(result, "dns_deadline", config->total_deadline_ms / 1000);
    json_object_set_boolean_member(result, "dns_cache", bridge_is_caching(call->bridge));
    json_set_string(result, "dns_engine", resolver_engine_to_string(config->engine));
    json_object_set_boolean_member(result, "offline", bridge_is_offline(call->bridge));
}

/* @named is empty: those of the start. */
static void
set_servers(ResolverConfig *config, GPtrArray *named)
{
    if (named->len == 0)
        return;
    g_strfreev(config->servers);
    config->servers = g_new0(gchar *, named->len + 1);
    for (guint i = 0; i < named->len; i++)
        config->servers[i] = g_strdup(g_ptr_array_index(named, i));
}

/* What is absent stays as it is in @config. */
static gboolean
read_transport(JsonObject *params, ResolverConfig *config, GError **error)
{
    const gchar *transport = NULL;
    gint64 deadline = 0;
    gboolean avoid = resolver_config_avoids_roadblocks(config);
    if (!params_get_string(params, "dns_transport", &transport, error) ||
        !params_get_boolean(params, "dns_roadblock_avoidance", avoid, &avoid, error) ||
        !params_get_integer(params, "dns_deadline", 1, DNS_OPTIONS_MAX_DEADLINE,
                            config->total_deadline_ms / 1000, &deadline, error))
        return FALSE;
    if (transport != NULL && !resolver_transport_from_string(transport, &config->transport)) {
        g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                    "\"dns_transport\" is not \"tcp\", \"udp\", \"tls\" or "
                    "\"tls-opportunistic\"");
        return FALSE;
    }
    if (json_object_has_member(params, "dns_roadblock_avoidance") &&
        !json_object_get_null_member(params, "dns_roadblock_avoidance"))
        config->avoidance = avoid ? RESOLVER_AVOIDANCE_ON : RESOLVER_AVOIDANCE_OFF;
    config->total_deadline_ms = (guint)deadline * 1000;
    return TRUE;
}

/* @name: NULL: that of the start */
static gboolean
set_engine(ResolverConfig *config, const gchar *name, GError **error)
{
    if (name == NULL || resolver_engine_from_string(name, &config->engine))
        return TRUE;
    g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                "dns_engine: \"%s\" is neither \"getdns\" nor \"unbound\"", name);
    return FALSE;
}

gboolean
op_configure(const OpCall *call, OpReply *reply, GError **error)
{
    g_autoptr(ResolverConfig) config =
        resolver_config_copy(bridge_get_initial_resolver_config(call->bridge));
    g_autoptr(GPtrArray) servers = NULL;
    gboolean cache = TRUE;
    const gchar *engine = NULL;
    gboolean learn = TRUE;
    if (!params_get_strings(call->params, "dns_servers", RESOLVER_WIRE_MAX_SERVERS, &servers,
                            error) ||
        !params_get_boolean(call->params, "dns_recursive", config->recursive, &config->recursive,
                            error) ||
        !read_transport(call->params, config, error) ||
        !params_get_boolean(call->params, "dns_cache", bridge_is_caching_initially(call->bridge),
                            &cache, error) ||
        !params_get_string(call->params, "dns_engine", &engine, error) ||
        !set_engine(config, engine, error) ||
        !params_get_boolean(call->params, "learn", bridge_is_learning_initially(call->bridge),
                            &learn, error))
        return FALSE;
    set_servers(config, servers);
    if (!bridge_set_resolver_config(call->bridge, config, error))
        return FALSE;
    bridge_set_caching(call->bridge, cache);
    bridge_set_learning(call->bridge, learn);
    reply->result = json_object_new();
    op_describe_resolver(call, reply->result);
    json_object_set_boolean_member(reply->result, "learn", learn);
    return TRUE;
}
