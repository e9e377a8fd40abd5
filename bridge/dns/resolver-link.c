/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-link.h"

#include "source.h"

#include <sys/socket.h>

struct _ResolverLink {
    gatomicrefcount ref_count;
    GSocket *socket;
    ResolverWireReader *reader;
    GByteArray *unsent;
    GSource *in_source;
    GSource *out_source;
    ResolverLinkMessage message;
    ResolverLinkClosed closed;
    gpointer user_data;
};

static void
link_unref(ResolverLink *link)
{
    if (!g_atomic_ref_count_dec(&link->ref_count))
        return;
    resolver_wire_reader_free(link->reader);
    g_byte_array_unref(link->unsent);
    g_object_unref(link->socket);
    g_free(link);
}

static gboolean
link_is_open(const ResolverLink *link)
{
    return link->in_source != NULL;
}

static void
link_stop(ResolverLink *link)
{
    source_drop(&link->in_source);
    source_drop(&link->out_source);
    g_socket_close(link->socket, NULL);
}

static void
link_close(ResolverLink *link, const gchar *reason)
{
    if (!link_is_open(link))
        return;
    link_stop(link);
    link->closed(reason, link->user_data);
}

static void
deliver_messages(ResolverLink *link)
{
    while (link_is_open(link)) {
        g_autoptr(GBytes) body = NULL;
        g_autoptr(GError) error = NULL;
        if (!resolver_wire_reader_pop(link->reader, &body, &error)) {
            link_close(link, error->message);
            return;
        }
        if (body == NULL)
            return;
        g_autoptr(ResolverWireMessage) message = resolver_wire_parse(body, &error);
        if (message == NULL) {
            link_close(link, error->message);
            return;
        }
        link->message(message, link->user_data);
    }
}

static gboolean
on_readable(GSocket *socket, GIOCondition condition G_GNUC_UNUSED, gpointer user_data)
{
    ResolverLink *link = user_data;
    guint8 octets[16384];
    g_autoptr(GError) error = NULL;
    gssize n =
        g_socket_receive_with_blocking(socket, (gchar *)octets, sizeof octets, FALSE, NULL, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return G_SOURCE_CONTINUE;
    /* A callback may free the link. */
    g_atomic_ref_count_inc(&link->ref_count);
    if (n > 0) {
        resolver_wire_reader_push(link->reader, octets, (gsize)n);
        deliver_messages(link);
    } else {
        link_close(link, n == 0 ? "the other end has gone" : error->message);
    }
    gboolean open = link_is_open(link);
    link_unref(link);
    return open ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static GSource *
attach(ResolverLink *link, GIOCondition condition, GSocketSourceFunc function)
{
    GSource *source = g_socket_create_source(link->socket, condition, NULL);
    g_source_set_callback(source, G_SOURCE_FUNC(function), link, NULL);
    g_source_attach(source, g_main_context_get_thread_default());
    return source;
}

/* An error is left to the reading side, which sees the same end of the socket. */
static void
send_what_goes(ResolverLink *link)
{
    while (link->unsent->len > 0) {
        gssize n = g_socket_send_with_blocking(link->socket, (const gchar *)link->unsent->data,
                                               link->unsent->len, FALSE, NULL, NULL);
        if (n <= 0)
            return;
        g_byte_array_remove_range(link->unsent, 0, (guint)n);
    }
}

static gboolean
on_writable(GSocket *socket G_GNUC_UNUSED, GIOCondition condition, gpointer user_data)
{
    ResolverLink *link = user_data;
    send_what_goes(link);
    if (link->unsent->len > 0 && (condition & (G_IO_HUP | G_IO_ERR)) == 0)
        return G_SOURCE_CONTINUE;
    g_clear_pointer(&link->out_source, g_source_unref);
    return G_SOURCE_REMOVE;
}

ResolverLink *
resolver_link_new(GSocket *socket, ResolverLinkMessage message, ResolverLinkClosed closed,
                  gpointer user_data)
{
    ResolverLink *link = g_new0(ResolverLink, 1);
    g_atomic_ref_count_init(&link->ref_count);
    link->socket = g_object_ref(socket);
    link->reader = resolver_wire_reader_new(RESOLVER_WIRE_MAX_OCTETS);
    link->unsent = g_byte_array_new();
    link->message = message;
    link->closed = closed;
    link->user_data = user_data;
    link->in_source = attach(link, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable);
    return link;
}

void
resolver_link_send(ResolverLink *link, GBytes *message)
{
    g_autoptr(GBytes) owned = message;
    if (!link_is_open(link))
        return;
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(owned, &n_octets);
    g_byte_array_append(link->unsent, octets, (guint)n_octets);
    if (link->out_source != NULL)
        return;
    send_what_goes(link);
    if (link->unsent->len > 0)
        link->out_source = attach(link, G_IO_OUT, on_writable);
}

void
resolver_link_free(ResolverLink *link)
{
    if (link == NULL)
        return;
    link_stop(link);
    link_unref(link);
}
