/* SPDX-License-Identifier: MPL-2.0 */
#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy-door-private.h"
#include "proxy-wire.h"

/* A query that the name server has not answered yet. */
typedef struct {
    struct sockaddr_in client;
    guint16 id; /* the client's */
} Pending;

/* A datagram on its way to a client. */
typedef struct {
    ProxyDoor *door;
    ProxyGate *gate;
    struct sockaddr_in client;
    gboolean is_stray;
    GByteArray *octets;
} Datagram;

#define SOCKET_BUFFER (4 * 1024 * 1024) /* bursts are not ours to lose */

static void
datagram_send(gpointer data)
{
    g_autofree Datagram *datagram = data;
    if (!datagram->door->closed) {
        int fd = datagram->is_stray ? datagram->gate->stray : datagram->gate->udp;
        if (sendto(fd, datagram->octets->data, datagram->octets->len, MSG_DONTWAIT,
                   (const struct sockaddr *)&datagram->client, sizeof datagram->client) < 0)
            g_debug("a datagram got lost: %s", g_strerror(errno));
    }
    g_byte_array_unref(datagram->octets);
    proxy_door_unref(datagram->door);
}

static void
send_to_client(ProxyGate *gate, const Pending *asker, ProxyMessage *message)
{
    for (guint i = 0; message->before != NULL && i < message->before->len; i++)
        send_to_client(gate, asker, g_ptr_array_index(message->before, i));
    if (message->octets->len < WIRE_HEADER_OCTETS)
        return;
    Datagram *datagram = g_new(Datagram, 1);
    *datagram = (Datagram){.door = proxy_door_ref(gate->door),
                           .gate = gate,
                           .client = asker->client,
                           .is_stray = message->is_stray,
                           .octets = g_byte_array_ref(message->octets)};
    if (message->delay_us == 0)
        datagram_send(datagram);
    else
        later_add(g_get_monotonic_time() + message->delay_us, datagram_send, datagram);
}

/* Many clients share one socket towards the name server, so each query gets an id of ours. */
static void
send_onwards(ProxyGate *gate, const Pending *asker, GByteArray *query)
{
    guint16 id = gate->next_id++;
    g_hash_table_insert(gate->pending, GUINT_TO_POINTER(id), g_memdup2(asker, sizeof *asker));
    wire_set_uint16(query, 0, id);
    if (send(gate->onwards, query->data, query->len, 0) < 0)
        g_debug("the name server does not listen: %s", g_strerror(errno));
}

static gboolean
on_query(gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer user_data)
{
    ProxyGate *gate = user_data;
    static guint8 octets[WIRE_MAX_OCTETS];
    Pending asker;
    socklen_t length = sizeof asker.client;
    ssize_t n_octets =
        recvfrom(fd, octets, sizeof octets, 0, (struct sockaddr *)&asker.client, &length);
    if (n_octets < WIRE_HEADER_OCTETS)
        return G_SOURCE_CONTINUE;
    GByteArray *query = g_byte_array_append(g_byte_array_new(), octets, (guint)n_octets);
    g_autoptr(ProxyMessage) message = proxy_message_new(FALSE, FALSE, gate->index, query);
    asker.id = wire_get_uint16(query, 0);
    proxy_door_pass_query(gate->door, message);
    if (message->fate == FATE_REPLY)
        send_to_client(gate, &asker, message);
    else if (message->fate == FATE_PASS)
        send_onwards(gate, &asker, query);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_answer(gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer user_data)
{
    ProxyGate *gate = user_data;
    static guint8 octets[WIRE_MAX_OCTETS];
    ssize_t n_octets = recv(fd, octets, sizeof octets, 0);
    if (n_octets < WIRE_HEADER_OCTETS)
        return G_SOURCE_CONTINUE;
    GByteArray *answer = g_byte_array_append(g_byte_array_new(), octets, (guint)n_octets);
    g_autoptr(ProxyMessage) message = proxy_message_new(TRUE, FALSE, gate->index, answer);
    gpointer id = GUINT_TO_POINTER(wire_get_uint16(answer, 0));
    Pending *asker = g_hash_table_lookup(gate->pending, id);
    if (asker == NULL)
        return G_SOURCE_CONTINUE;
    wire_set_uint16(answer, 0, asker->id);
    proxy_door_pass_answer(gate->door, message);
    if (message->fate == FATE_PASS)
        send_to_client(gate, asker, message);
    g_hash_table_remove(gate->pending, id);
    return G_SOURCE_CONTINUE;
}

static void
set_buffers(int fd)
{
    const int size = SOCKET_BUFFER;
    /* As root past the system's limit. */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

gboolean
proxy_gate_open_udp(ProxyGate *gate, const ProxyGateAddresses *addresses, GError **error)
{
    struct sockaddr_in listen = addresses->listen;
    struct sockaddr_in stray = addresses->stray;
    struct sockaddr_in any = {.sin_family = AF_INET};
    gate->pending = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    gate->udp = proxy_bind(gate->door->net, SOCK_DGRAM, &listen, error);
    gate->stray = gate->udp < 0 ? -1 : proxy_bind(gate->door->net, SOCK_DGRAM, &stray, error);
    gate->onwards = gate->stray < 0 ? -1 : proxy_bind(-1, SOCK_DGRAM, &any, error);
    if (gate->onwards < 0)
        return FALSE;
    if (connect(gate->onwards, (const struct sockaddr *)&gate->upstream, sizeof gate->upstream)) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "no way to the server: %s",
                    g_strerror(errno));
        return FALSE;
    }
    set_buffers(gate->udp);
    set_buffers(gate->onwards);
    gate->sources[0] = g_unix_fd_add(gate->udp, G_IO_IN, on_query, gate);
    gate->sources[1] = g_unix_fd_add(gate->onwards, G_IO_IN, on_answer, gate);
    return TRUE;
}

void
proxy_gate_close_udp(ProxyGate *gate)
{
    for (guint i = 0; i < 2; i++)
        if (gate->sources[i] != 0)
            g_source_remove(gate->sources[i]);
    for (guint i = 0; i < 3; i++) {
        int fd = i == 0 ? gate->udp : i == 1 ? gate->stray : gate->onwards;
        if (fd >= 0)
            close(fd);
    }
    g_clear_pointer(&gate->pending, g_hash_table_unref);
}
