/* SPDX-License-Identifier: MPL-2.0 */
#include "unbound-channel.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <unbound.h>
#include <unistd.h>

#include "source.h"
#include "unbound-answer.h"

#define RRCLASS_IN 1

/* How long a context is used after it has seen a failure: libunbound would repeat that for up to
 * 900 s. The cache above repeats it for as long as this (resolver-cache.h). */
#define FAILURE_SECONDS 5

struct _UnboundChannel {
    gatomicrefcount ref_count;
    struct ub_ctx *context;
    GSource *readable;
    GQueue answered;         /* of UnboundQuery */
    gint64 last_answer_time; /* monotonic, as all times here */
    gint64 stale_time;
};

struct _UnboundQuery {
    UnboundChannel *channel;
    gchar *owner_name;
    guint16 rr_type;
    int id;
    gboolean called_back; /* libunbound knows of it no more */
    guint timeout_ms;
    gint64 began;
    UnboundQueryResult result;
    ResolverAnswer *answer;
    GSource *source; /* the time limit */
    UnboundQueryDone done;
    gpointer user_data;
};

typedef struct {
    const gchar *name;
    const gchar *value;
} Option;

static const Option common_options[] = {
    {"module-config:", "validator iterator"},
    /* RFC 8145 §5: a question that nobody here has asked for */
    {"trust-anchor-signaling:", "no"},
    {"root-key-sentinel:", "no"},
    {"do-not-query-localhost:", "no"},
    {"harden-glue:", "yes"},
    {"harden-dnssec-stripped:", "yes"},
    {"harden-algo-downgrade:", "no"},
    {"qname-minimisation:", "yes"},
    {"edns-buffer-size:", "1232"},
    /* Of its few connections libunbound would close one for the next while they are in use; from
     * the root, where each level has its own servers, that comes to SERVFAIL. */
    {"outgoing-num-tcp:", "32"},
    /* Signatures hold from inception to expiration, as in the other engine. */
    {"val-sig-skew-min:", "0"},
    {"val-sig-skew-max:", "0"},
    {"val-bogus-ttl:", "5"},
    {"infra-keep-probing:", "yes"},
    {"aggressive-nsec:", "no"},
    {"prefetch:", "no"},
    {"use-syslog:", "no"},
};

static gboolean
check(int result, const gchar *what, GError **error)
{
    if (result == 0)
        return TRUE;
    g_set_error(error, DNS_ERROR, DNS_ERROR_PROGRAM, "libunbound: %s: %s", what,
                ub_strerror(result));
    return FALSE;
}

static gboolean
set_options(struct ub_ctx *context, ResolverTransport transport, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(common_options); i++)
        if (!check(ub_ctx_set_option(context, common_options[i].name, common_options[i].value),
                   common_options[i].name, error))
            return FALSE;
    return transport != RESOLVER_TRANSPORT_TCP ||
           check(ub_ctx_set_option(context, "tcp-upstream:", "yes"), "tcp-upstream", error);
}

/* "fe80::1%2@53" where there is a scope (RFC 4007 §11). */
static gchar *
server_to_string(GInetSocketAddress *server)
{
    GInetAddress *address = g_inet_socket_address_get_address(server);
    g_autofree gchar *text = g_inet_address_to_string(address);
    guint port = g_inet_socket_address_get_port(server);
    if (g_inet_address_get_family(address) != G_SOCKET_FAMILY_IPV6 ||
        g_inet_socket_address_get_scope_id(server) == 0)
        return g_strdup_printf("%s@%u", text, port);
    return g_strdup_printf("%s%%%u@%u", text, g_inet_socket_address_get_scope_id(server), port);
}

/* What has no function and no option is read from a file alone; this program may write none, so it
 * is the end of a pipe, which takes more octets than @text has. */
static gboolean
read_configuration(struct ub_ctx *context, const gchar *text, GError **error)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0) {
        g_set_error(error, DNS_ERROR, DNS_ERROR_PROGRAM, "libunbound: pipe: %s", g_strerror(errno));
        return FALSE;
    }
    g_autofree gchar *path = g_strdup_printf("/dev/fd/%d", fds[0]);
    gssize n_written = write(fds[1], text, strlen(text));
    close(fds[1]);
    int result = n_written == (gssize)strlen(text) ? ub_ctx_config(context, path) : UB_READFILE;
    close(fds[0]);
    return check(result, "configuration", error);
}

/* Answers are not remembered here but by the cache above, which forgets them when it is told to;
 * the keys of zones are. */
static gboolean
set_server(struct ub_ctx *context, GInetSocketAddress *server, GError **error)
{
    g_autofree gchar *address = server_to_string(server);
    g_autofree gchar *text = g_strdup_printf("forward-zone:\n"
                                             "  name: \".\"\n"
                                             "  forward-addr: %s\n"
                                             "  forward-no-cache: yes\n",
                                             address);
    return read_configuration(context, text, error);
}

/* RFC 8109: the root's servers are asked for the whole list of them first. */
static gboolean
set_root_servers(struct ub_ctx *context, gchar **addresses, GError **error)
{
    for (guint i = 0; addresses != NULL && addresses[i] != NULL; i++)
        if (!check(ub_ctx_set_stub(context, ".", addresses[i], TRUE), "root server", error))
            return FALSE;
    return TRUE;
}

static gboolean
add_anchors(struct ub_ctx *context, const gchar *const *anchors, GError **error)
{
    if (anchors[0] == NULL) {
        g_set_error_literal(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR, "no trust anchor");
        return FALSE;
    }
    for (guint i = 0; anchors[i] != NULL; i++)
        if (!check(ub_ctx_add_ta(context, anchors[i]), "trust anchor", error))
            return FALSE;
    return TRUE;
}

/* Names that libunbound would answer by itself, without proof; the root has one. The first call
 * makes libunbound read what it was given, of which the anchors alone can be wrong. */
static gboolean
remove_local_zones(struct ub_ctx *context, GError **error)
{
    static const gchar *const zones[] = {"invalid.", "test.", "home.arpa."};
    if (ub_ctx_zone_remove(context, zones[0]) != 0) {
        g_set_error_literal(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR,
                            "libunbound can't use the trust anchors");
        return FALSE;
    }
    for (gsize i = 1; i < G_N_ELEMENTS(zones); i++)
        if (!check(ub_ctx_zone_remove(context, zones[i]), zones[i], error))
            return FALSE;
    return TRUE;
}

static gboolean
configure(struct ub_ctx *context, const ResolverConfig *config, GInetSocketAddress *server,
          ResolverTransport transport, const gchar *const *anchors, GError **error)
{
    ub_ctx_debugout(context, NULL);
    return check(ub_ctx_async(context, TRUE), "thread", error) &&
           set_options(context, transport, error) &&
           (server == NULL ? set_root_servers(context, config->root_servers, error)
                           : set_server(context, server, error)) &&
           add_anchors(context, anchors, error) && remove_local_zones(context, error);
}

static void
query_free(UnboundQuery *query)
{
    source_drop(&query->source);
    resolver_answer_free(query->answer);
    unbound_channel_unref(query->channel);
    g_free(query->owner_name);
    g_free(query);
}

static gboolean
on_readable(gint fd G_GNUC_UNUSED, GIOCondition condition G_GNUC_UNUSED, gpointer user_data)
{
    g_autoptr(UnboundChannel) channel = unbound_channel_ref(user_data);
    ub_process(channel->context);
    UnboundQuery *query;
    while ((query = g_queue_pop_head(&channel->answered)) != NULL) {
        UnboundQueryDone done = query->done;
        gpointer done_data = query->user_data;
        UnboundQueryResult result = query->result;
        ResolverAnswer *answer = g_steal_pointer(&query->answer);
        query_free(query);
        done(result, answer, done_data);
    }
    return G_SOURCE_CONTINUE;
}

UnboundChannel *
unbound_channel_new(const ResolverConfig *config, GInetSocketAddress *server,
                    ResolverTransport transport, const gchar *const *anchors, GError **error)
{
    struct ub_ctx *context = ub_ctx_create();
    if (context == NULL) {
        g_set_error_literal(error, DNS_ERROR, DNS_ERROR_PROGRAM, "libunbound: no context");
        return NULL;
    }
    if (!configure(context, config, server, transport, anchors, error)) {
        ub_ctx_delete(context);
        return NULL;
    }
    UnboundChannel *channel = g_new0(UnboundChannel, 1);
    g_atomic_ref_count_init(&channel->ref_count);
    channel->context = context;
    channel->stale_time = G_MAXINT64;
    g_queue_init(&channel->answered);
    channel->readable = g_unix_fd_source_new(ub_fd(context), G_IO_IN);
    g_source_set_callback(channel->readable, G_SOURCE_FUNC(on_readable), channel, NULL);
    g_source_attach(channel->readable, g_main_context_get_thread_default());
    return channel;
}

UnboundChannel *
unbound_channel_ref(UnboundChannel *channel)
{
    g_atomic_ref_count_inc(&channel->ref_count);
    return channel;
}

void
unbound_channel_unref(UnboundChannel *channel)
{
    if (channel == NULL || !g_atomic_ref_count_dec(&channel->ref_count))
        return;
    source_drop(&channel->readable);
    ub_ctx_delete(channel->context);
    g_free(channel);
}

gboolean
unbound_channel_is_stale(const UnboundChannel *channel)
{
    return g_get_monotonic_time() >= channel->stale_time;
}

/* Whether the server has answered anything since the query began. */
static gboolean
server_is_there(const UnboundQuery *query)
{
    return query->channel->last_answer_time >= query->began;
}

/* What libunbound remembers of a server that is not there is of no use to the next attempt. */
static void
take_failure(UnboundQuery *query, gboolean server_failed)
{
    gint64 now = g_get_monotonic_time();
    gint64 until = server_failed ? now : now + FAILURE_SECONDS * G_TIME_SPAN_SECOND;
    query->channel->stale_time = MIN(query->channel->stale_time, until);
}

/* Inside libunbound, which does not bear to be ended here: the news waits for on_readable(). */
static void
on_result(void *user_data, int error, struct ub_result *result)
{
    UnboundQuery *query = user_data;
    query->called_back = TRUE;
    query->answer = unbound_answer_new(query->owner_name, query->rr_type, error, result);
    ub_resolve_free(result);
    query->result = UNBOUND_QUERY_ANSWERED;
    if (query->answer->outcome == DNS_OUTCOME_UNREACHABLE && !server_is_there(query)) {
        query->result = UNBOUND_QUERY_SILENT;
        take_failure(query, TRUE);
    } else if (query->answer->outcome == DNS_OUTCOME_UNREACHABLE ||
               query->answer->outcome == DNS_OUTCOME_BOGUS) {
        take_failure(query, FALSE);
    } else {
        query->channel->last_answer_time = g_get_monotonic_time();
    }
    g_queue_push_tail(&query->channel->answered, query);
}

static gboolean
on_timeout(gpointer user_data)
{
    UnboundQuery *query = user_data;
    UnboundQueryDone done = query->done;
    gpointer done_data = query->user_data;
    ResolverAnswer *answer = resolver_answer_new_unreachable(
        query->owner_name, query->rr_type, "no answer within %g s", query->timeout_ms / 1000.0);
    take_failure(query, !server_is_there(query));
    unbound_query_cancel(query);
    done(UNBOUND_QUERY_SILENT, answer, done_data);
    return G_SOURCE_REMOVE;
}

UnboundQuery *
unbound_query_new(UnboundChannel *channel, const gchar *owner_name, guint16 rr_type,
                  guint timeout_ms, UnboundQueryDone done, gpointer user_data)
{
    UnboundQuery *query = g_new0(UnboundQuery, 1);
    query->channel = unbound_channel_ref(channel);
    query->owner_name = g_strdup(owner_name);
    query->rr_type = rr_type;
    query->timeout_ms = timeout_ms;
    query->began = g_get_monotonic_time();
    query->done = done;
    query->user_data = user_data;
    query->source = g_timeout_source_new(timeout_ms);
    g_source_set_callback(query->source, on_timeout, query, NULL);
    g_source_attach(query->source, g_main_context_get_thread_default());

    g_autofree gchar *absolute = g_strconcat(owner_name, ".", NULL);
    int result = ub_resolve_async(channel->context, absolute, rr_type, RRCLASS_IN, query, on_result,
                                  &query->id);
    /* Else the time limit tells. */
    query->called_back = result != 0;
    return query;
}

void
unbound_query_cancel(UnboundQuery *query)
{
    if (query->called_back)
        g_queue_remove(&query->channel->answered, query);
    else
        ub_cancel(query->channel->context, query->id);
    query_free(query);
}
