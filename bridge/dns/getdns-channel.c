/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-channel.h"

#include <getdns/getdns_extra.h>

#include "getdns-glib-loop.h"
#include "resolver.h"

/* Longer than any deadline: our own timers come first. */
#define NO_TIMEOUT_MS 3600000u
/* How long a TCP connection is kept for the next lookup. */
#define IDLE_TIMEOUT_MS 10000u
/* getdns avoids a server after failed connections, by default for an hour; which server is asked,
 * and when again, is decided above. */
#define BACKOFF_SECONDS 1u

struct _GetdnsChannel {
    gatomicrefcount ref_count;
    GetdnsGlibLoop *loop;
    getdns_context *context;
};

static gboolean
check(getdns_return_t result, const gchar *what, GError **error)
{
    if (result == GETDNS_RETURN_GOOD)
        return TRUE;
    g_set_error(error, DNS_ERROR, DNS_ERROR_PROGRAM, "getdns: %s: %s", what,
                getdns_get_errorstr_by_id(result));
    return FALSE;
}

static gboolean
set_anchors(getdns_context *context, const gchar *const *anchors, GError **error)
{
    g_autoptr(getdns_list) list = getdns_list_create();
    gsize n_anchors = 0;
    for (; anchors[n_anchors] != NULL; n_anchors++) {
        g_autoptr(getdns_dict) record = NULL;
        if (getdns_str2rr_dict(anchors[n_anchors], &record, NULL, 3600) != GETDNS_RETURN_GOOD ||
            getdns_list_set_dict(list, n_anchors, record) != GETDNS_RETURN_GOOD) {
            g_set_error(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR,
                        "trust anchor %" G_GSIZE_FORMAT " can't be used", n_anchors + 1);
            return FALSE;
        }
    }
    /* With an empty list getdns would look for anchors by itself. */
    if (n_anchors == 0) {
        g_set_error_literal(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR, "no trust anchor");
        return FALSE;
    }
    return check(getdns_context_set_dnssec_trust_anchors(context, list), "trust anchors", error) &&
           check(getdns_context_set_appdata_dir(context, "/nonexistent/"), "appdata", error) &&
           check(getdns_context_set_trust_anchors_verify_CA(context, ""), "verify CA", error);
}

/* "fe80::1%2" where there is a scope (RFC 4007 §11). */
static gchar *
server_to_string(GInetSocketAddress *server)
{
    GInetAddress *address = g_inet_socket_address_get_address(server);
    g_autofree gchar *text = g_inet_address_to_string(address);
    if (g_inet_address_get_family(address) != G_SOCKET_FAMILY_IPV6 ||
        g_inet_socket_address_get_scope_id(server) == 0)
        return g_steal_pointer(&text);
    return g_strdup_printf("%s%%%u", text, g_inet_socket_address_get_scope_id(server));
}

static gboolean
set_server(getdns_context *context, GInetSocketAddress *server, GError **error)
{
    g_autofree gchar *address = server_to_string(server);
    g_autoptr(getdns_dict) upstream = NULL;
    g_autoptr(getdns_list) list = getdns_list_create();
    return check(getdns_str2dict(address, &upstream), "address", error) &&
           check(getdns_dict_set_int(upstream, "port", g_inet_socket_address_get_port(server)),
                 "port", error) &&
           check(getdns_list_set_dict(list, 0, upstream), "server list", error) &&
           check(getdns_context_set_upstream_recursive_servers(context, list), "server", error);
}

static gboolean
set_transport(getdns_context *context, ResolverTransport transport, GError **error)
{
    static getdns_transport_list_t udp_first[] = {GETDNS_TRANSPORT_UDP, GETDNS_TRANSPORT_TCP};
    static getdns_transport_list_t tcp_only[] = {GETDNS_TRANSPORT_TCP};
    gboolean tcp = transport == RESOLVER_TRANSPORT_TCP;
    return check(getdns_context_set_dns_transport_list(context, tcp ? 1 : 2,
                                                       tcp ? tcp_only : udp_first),
                 "transports", error) &&
           check(getdns_context_set_idle_timeout(context, IDLE_TIMEOUT_MS), "idle timeout", error);
}

static gboolean
configure(GetdnsChannel *channel, GInetSocketAddress *server, ResolverTransport transport,
          const gchar *const *anchors, GError **error)
{
    getdns_context *context = channel->context;
    getdns_resolution_t type =
        server == NULL ? GETDNS_RESOLUTION_RECURSING : GETDNS_RESOLUTION_STUB;
    return check(
               getdns_context_set_eventloop(context, getdns_glib_loop_get_eventloop(channel->loop)),
               "event loop", error) &&
           check(getdns_context_set_resolution_type(context, type), "resolution type", error) &&
           set_anchors(context, anchors, error) &&
           check(getdns_context_set_timeout(context, NO_TIMEOUT_MS), "timeout", error) &&
           (server == NULL ||
            (set_server(context, server, error) && set_transport(context, transport, error) &&
             check(getdns_context_set_tls_backoff_time(context, BACKOFF_SECONDS), "backoff",
                   error)));
}

static void
channel_destroy(GetdnsChannel *channel)
{
    getdns_context_destroy(channel->context);
    getdns_glib_loop_free(channel->loop);
    g_free(channel);
}

GetdnsChannel *
getdns_channel_new(GInetSocketAddress *server, ResolverTransport transport,
                   const gchar *const *anchors, GError **error)
{
    getdns_context *context = NULL;
    if (!check(getdns_context_create(&context, 0), "context", error))
        return NULL;
    GetdnsChannel *channel = g_new0(GetdnsChannel, 1);
    g_atomic_ref_count_init(&channel->ref_count);
    channel->context = context;
    channel->loop = getdns_glib_loop_new(NULL);
    if (configure(channel, server, transport, anchors, error))
        return channel;
    channel_destroy(channel);
    return NULL;
}

getdns_context *
getdns_channel_get_context(GetdnsChannel *channel)
{
    return channel->context;
}

GetdnsChannel *
getdns_channel_ref(GetdnsChannel *channel)
{
    g_atomic_ref_count_inc(&channel->ref_count);
    return channel;
}

static gboolean
on_idle_destroy(gpointer user_data)
{
    channel_destroy(user_data);
    return G_SOURCE_REMOVE;
}

void
getdns_channel_unref(GetdnsChannel *channel)
{
    if (channel == NULL || !g_atomic_ref_count_dec(&channel->ref_count))
        return;
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_callback(source, on_idle_destroy, channel, NULL);
    g_source_attach(source, g_main_context_get_thread_default());
}
