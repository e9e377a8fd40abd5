/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-channel.h"

#include <getdns/getdns_extra.h>
#include <string.h>

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
    gchar *problem;
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

static void on_log(void *user_data, uint64_t system, getdns_loglevel_type level, const char *format,
                   va_list args) G_GNUC_PRINTF(4, 0);

/* "ADDR : Verify failed : TLS - *Failure* - (62) "Hostname mismatch"" is what getdns tells here
 * alone; the callback of a question gets a status without a meaning. */
static void
on_log(void *user_data, uint64_t system G_GNUC_UNUSED, getdns_loglevel_type level,
       const char *format, va_list args)
{
    GetdnsChannel *channel = user_data;
    g_autofree gchar *text = g_strdup_vprintf(format, args);
    g_debug("getdns: %s", g_strchomp(text));
    const gchar *reason = strrchr(text, '"') == NULL ? NULL : strstr(text, ") \"");
    if (level > GETDNS_LOG_ERR || strstr(text, "Verify failed") == NULL)
        return;
    g_free(channel->problem);
    channel->problem = g_strdup_printf("the name server's certificate is not accepted: %s",
                                       reason == NULL ? "it has none" : reason + 2);
}

/* getdns validates with what it is given here whatever the name server sends. What comes from one
 * name server is looked at before (getdns-chain.h), so that its own validation is not to find
 * anything to do. */
static const gchar *const vain_anchors[] = {
    "anchor.invalid. IN DS 1 13 2 "
    "0000000000000000000000000000000000000000000000000000000000000000",
    NULL,
};

static getdns_list *
parse_anchors(const gchar *const *anchors, GError **error)
{
    g_autoptr(getdns_list) list = getdns_list_create();
    gsize n_anchors = 0;
    for (; anchors[n_anchors] != NULL; n_anchors++) {
        g_autoptr(getdns_dict) record = NULL;
        if (getdns_str2rr_dict(anchors[n_anchors], &record, NULL, 3600) != GETDNS_RETURN_GOOD ||
            getdns_list_set_dict(list, n_anchors, record) != GETDNS_RETURN_GOOD) {
            g_set_error(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR,
                        "trust anchor %" G_GSIZE_FORMAT " can't be used", n_anchors + 1);
            return NULL;
        }
    }
    /* With an empty list getdns would look for anchors by itself. */
    if (n_anchors == 0) {
        g_set_error_literal(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR, "no trust anchor");
        return NULL;
    }
    return g_steal_pointer(&list);
}

static gboolean
set_anchors(getdns_context *context, const gchar *const *anchors, GError **error)
{
    g_autoptr(getdns_list) good = parse_anchors(anchors, error);
    g_autoptr(getdns_list) vain = parse_anchors(vain_anchors, NULL);
    return good != NULL &&
           check(getdns_context_set_dnssec_trust_anchors(context, vain), "trust anchors", error) &&
           check(getdns_context_set_appdata_dir(context, "/nonexistent/"), "appdata", error) &&
           check(getdns_context_set_trust_anchors_verify_CA(context, ""), "verify CA", error);
}

static gboolean
set_bindata(getdns_dict *dict, const gchar *name, gchar *text, GError **error)
{
    getdns_bindata data = {strlen(text), (guint8 *)text};
    return check(getdns_dict_set_bindata(dict, name, &data), name, error);
}

static gboolean
set_server(getdns_context *context, const ResolverServer *server, ResolverTransport transport,
           GError **error)
{
    if (transport == RESOLVER_TRANSPORT_TLS && server->name == NULL) {
        g_set_error_literal(error, DNS_ERROR, DNS_ERROR_SERVER,
                            "TLS needs to know the server's name: ADDRESS#NAME");
        return FALSE;
    }
    g_autofree gchar *address = resolver_server_get_address(server);
    g_autoptr(getdns_dict) upstream = NULL;
    g_autoptr(getdns_list) list = getdns_list_create();
    guint16 port = resolver_server_get_port(server, transport);
    return check(getdns_str2dict(address, &upstream), "address", error) &&
           check(getdns_dict_set_int(upstream, "port", port), "port", error) &&
           check(getdns_dict_set_int(upstream, "tls_port", port), "TLS port", error) &&
           (transport != RESOLVER_TRANSPORT_TLS ||
            set_bindata(upstream, "tls_auth_name", server->name, error)) &&
           check(getdns_list_set_dict(list, 0, upstream), "server list", error) &&
           check(getdns_context_set_upstream_recursive_servers(context, list), "server", error);
}

/* getdns 1.6.0 has "authentication required" come to nothing if another transport than TLS stands
 * in the list. */
static gboolean
set_transport(getdns_context *context, ResolverTransport transport, GError **error)
{
    static getdns_transport_list_t list[RESOLVER_N_TRANSPORTS] = {
        [RESOLVER_TRANSPORT_TCP] = GETDNS_TRANSPORT_TCP,
        [RESOLVER_TRANSPORT_UDP] = GETDNS_TRANSPORT_UDP,
        [RESOLVER_TRANSPORT_TLS] = GETDNS_TRANSPORT_TLS,
        [RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC] = GETDNS_TRANSPORT_TLS,
    };
    return check(getdns_context_set_dns_transport_list(context, 1, &list[transport]), "transports",
                 error) &&
           check(getdns_context_set_idle_timeout(context, IDLE_TIMEOUT_MS), "idle timeout",
                 error) &&
           check(getdns_context_set_tls_backoff_time(context, BACKOFF_SECONDS), "backoff", error);
}

static gboolean
set_tls(getdns_context *context, const ResolverConfig *config, ResolverTransport transport,
        GError **error)
{
    gboolean strict = transport == RESOLVER_TRANSPORT_TLS;
    return check(getdns_context_set_tls_authentication(
                     context, strict ? GETDNS_AUTHENTICATION_REQUIRED : GETDNS_AUTHENTICATION_NONE),
                 "TLS authentication", error) &&
           (config->tls_ca_file == NULL ||
            check(getdns_context_set_tls_ca_file(context, config->tls_ca_file), "authorities",
                  error));
}

static gboolean
configure_stub(getdns_context *context, const ResolverConfig *config, const ResolverServer *server,
               ResolverTransport transport, GError **error)
{
    return check(getdns_context_set_resolution_type(context, GETDNS_RESOLUTION_STUB), "stub",
                 error) &&
           set_server(context, server, transport, error) &&
           set_transport(context, transport, error) && set_tls(context, config, transport, error);
}

static gboolean
configure(GetdnsChannel *channel, const ResolverConfig *config, const ResolverServer *server,
          ResolverTransport transport, const gchar *const *anchors, GError **error)
{
    getdns_context *context = channel->context;
    if (!check(getdns_context_set_eventloop(context, getdns_glib_loop_get_eventloop(channel->loop)),
               "event loop", error) ||
        !check(getdns_context_set_logfunc(context, channel, GETDNS_LOG_UPSTREAM_STATS,
                                          GETDNS_LOG_DEBUG, on_log),
               "log", error) ||
        !set_anchors(context, anchors, error) ||
        !check(getdns_context_set_timeout(context, NO_TIMEOUT_MS), "timeout", error))
        return FALSE;
    return configure_stub(context, config, server, transport, error);
}

static void
channel_destroy(GetdnsChannel *channel)
{
    getdns_context_destroy(channel->context);
    getdns_glib_loop_free(channel->loop);
    g_free(channel->problem);
    g_free(channel);
}

GetdnsChannel *
getdns_channel_new(const ResolverConfig *config, const ResolverServer *server,
                   ResolverTransport transport, const gchar *const *anchors, GError **error)
{
    getdns_context *context = NULL;
    if (!check(getdns_context_create(&context, 0), "context", error))
        return NULL;
    GetdnsChannel *channel = g_new0(GetdnsChannel, 1);
    g_atomic_ref_count_init(&channel->ref_count);
    channel->context = context;
    channel->loop = getdns_glib_loop_new(NULL);
    getdns_glib_loop_set_reads_tls(channel->loop,
                                   transport == RESOLVER_TRANSPORT_TLS ||
                                       transport == RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC);
    if (configure(channel, config, server, transport, anchors, error))
        return channel;
    channel_destroy(channel);
    return NULL;
}

getdns_context *
getdns_channel_get_context(GetdnsChannel *channel)
{
    return channel->context;
}

const gchar *
getdns_channel_get_problem(const GetdnsChannel *channel)
{
    return channel->problem;
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
