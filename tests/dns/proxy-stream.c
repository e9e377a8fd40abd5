/* SPDX-License-Identifier: MPL-2.0 */
#include <errno.h>
#include <glib-unix.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy-door-private.h"
#include "proxy-wire.h"

/* A client's connection, and one of ours to the name server for it. Messages to the client keep
 * their order: one that is late holds back all behind it, as in TCP. */
typedef struct {
    gatomicrefcount ref_count; /* of the gate, and of what is on its way */
    ProxyGate *gate;
    int client, server; /* -1 when closed */
    guint client_source, server_source;
    GByteArray *from_client, *from_server; /* of messages that are not whole yet */
    gint64 ready_us;                       /* when the client has got what has been sent so far */
} ProxyStream;

/* Octets on their way to the client; none: the end. */
typedef struct {
    ProxyStream *stream;
    GByteArray *octets;
    gboolean is_reset;
} Piece;

#define LENGTH_OCTETS 2
#define BACKLOG       1024
#define READ_OCTETS   65536

static void
stream_unref(gpointer data)
{
    ProxyStream *stream = data;
    if (!g_atomic_ref_count_dec(&stream->ref_count))
        return;
    g_byte_array_unref(stream->from_client);
    g_byte_array_unref(stream->from_server);
    g_free(stream);
}

static void
stream_close(ProxyStream *stream, gboolean reset)
{
    if (stream->client < 0)
        return;
    if (reset) {
        const struct linger none = {.l_onoff = 1, .l_linger = 0};
        setsockopt(stream->client, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    }
    g_source_remove(stream->client_source);
    if (stream->server_source != 0)
        g_source_remove(stream->server_source);
    close(stream->client);
    close(stream->server);
    stream->client = stream->server = -1;
    g_ptr_array_remove_fast(stream->gate->streams, stream);
}

static void
piece_send(gpointer data)
{
    g_autofree Piece *piece = data;
    ProxyStream *stream = piece->stream;
    /* A client that does not read until the buffer is full has gone. */
    if (stream->client >= 0 &&
        (piece->octets == NULL || send(stream->client, piece->octets->data, piece->octets->len,
                                       MSG_NOSIGNAL) != (ssize_t)piece->octets->len))
        stream_close(stream, piece->is_reset);
    g_clear_pointer(&piece->octets, g_byte_array_unref);
    stream_unref(stream);
}

/* Takes @octets. */
static void
send_piece(ProxyStream *stream, GByteArray *octets, gboolean is_reset, gint64 due_us)
{
    Piece *piece = g_new(Piece, 1);
    *piece = (Piece){.stream = stream, .octets = octets, .is_reset = is_reset};
    g_atomic_ref_count_inc(&stream->ref_count);
    stream->ready_us = MAX(stream->ready_us, due_us);
    if (stream->ready_us <= g_get_monotonic_time())
        piece_send(piece);
    else
        later_add(stream->ready_us, piece_send, piece);
}

static void
drip(ProxyStream *stream, const GByteArray *octets, gint64 pause_us, gint64 due_us)
{
    for (guint i = 0; i < octets->len; i++)
        send_piece(stream, g_byte_array_append(g_byte_array_new(), octets->data + i, 1), FALSE,
                   due_us + i * pause_us);
}

static void
send_to_client(ProxyStream *stream, const ProxyMessage *message)
{
    for (guint i = 0; message->before != NULL && i < message->before->len; i++)
        send_to_client(stream, g_ptr_array_index(message->before, i));
    gint64 due_us = g_get_monotonic_time() + message->delay_us;
    if (message->fate == FATE_CLOSE || message->fate == FATE_RESET) {
        send_piece(stream, NULL, message->fate == FATE_RESET, due_us);
        return;
    }
    gsize announced = message->announced > 0 ? message->announced : message->octets->len;
    const guint8 length[LENGTH_OCTETS] = {(guint8)(announced >> 8), (guint8)announced};
    g_autoptr(GByteArray) framed = g_byte_array_append(g_byte_array_new(), length, sizeof length);
    g_byte_array_append(framed, message->octets->data, message->octets->len);
    if (message->drip_us > 0)
        drip(stream, framed, message->drip_us, due_us);
    else
        send_piece(stream, g_steal_pointer(&framed), FALSE, due_us);
    if (message->is_cut)
        send_piece(stream, NULL, FALSE, due_us);
}

static void
pass_query(ProxyStream *stream, GByteArray *octets)
{
    ProxyGate *gate = stream->gate;
    g_autoptr(ProxyMessage) message = proxy_message_new(FALSE, TRUE, gate->index, octets);
    proxy_door_pass_query(gate->door, message);
    const guint8 length[LENGTH_OCTETS] = {(guint8)(octets->len >> 8), (guint8)octets->len};
    if (message->fate == FATE_PASS) {
        g_byte_array_prepend(octets, length, sizeof length);
        if (send(stream->server, octets->data, octets->len, MSG_NOSIGNAL) < 0)
            g_debug("the name server has closed: %s", g_strerror(errno));
    } else if (message->fate != FATE_DROP) {
        send_to_client(stream, message);
    }
}

static void
pass_answer(ProxyStream *stream, GByteArray *octets)
{
    ProxyGate *gate = stream->gate;
    g_autoptr(ProxyMessage) message = proxy_message_new(TRUE, TRUE, gate->index, octets);
    proxy_door_pass_answer(gate->door, message);
    if (message->fate != FATE_DROP)
        send_to_client(stream, message);
}

/* The next whole message of a stream, without its length; NULL if there is none yet. */
static GByteArray *
take_message(GByteArray *buffer)
{
    if (buffer->len < LENGTH_OCTETS)
        return NULL;
    guint length = wire_get_uint16(buffer, 0);
    if (buffer->len < LENGTH_OCTETS + length)
        return NULL;
    GByteArray *message =
        g_byte_array_append(g_byte_array_new(), buffer->data + LENGTH_OCTETS, length);
    g_byte_array_remove_range(buffer, 0, LENGTH_OCTETS + length);
    return message;
}

/* A sender that waits for the acknowledgement of what it sent before (RFC 896) would wait for the
 * kernel's 40 ms. The option lasts until the next read. */
static void
acknowledge_at_once(int fd)
{
    const int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
}

static gboolean
read_into(int fd, GByteArray *buffer)
{
    static guint8 octets[READ_OCTETS];
    ssize_t n_octets = recv(fd, octets, sizeof octets, MSG_DONTWAIT);
    acknowledge_at_once(fd);
    if (n_octets < 0)
        return errno == EAGAIN || errno == EINTR;
    g_byte_array_append(buffer, octets, (guint)n_octets);
    return n_octets > 0;
}

static gboolean
on_client(gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer user_data)
{
    ProxyStream *stream = user_data;
    GByteArray *message;
    if (!read_into(fd, stream->from_client)) {
        stream_close(stream, FALSE);
        return G_SOURCE_CONTINUE;
    }
    g_atomic_ref_count_inc(&stream->ref_count);
    while (stream->client >= 0 && (message = take_message(stream->from_client)) != NULL)
        if (message->len >= WIRE_HEADER_OCTETS)
            pass_query(stream, message);
        else
            g_byte_array_unref(message);
    stream_unref(stream);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_server(gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer user_data)
{
    ProxyStream *stream = user_data;
    GByteArray *message;
    g_atomic_ref_count_inc(&stream->ref_count);
    gboolean goes_on = stream->client >= 0 && read_into(fd, stream->from_server);
    while (stream->client >= 0 && (message = take_message(stream->from_server)) != NULL)
        if (message->len >= WIRE_HEADER_OCTETS)
            pass_answer(stream, message);
        else
            g_byte_array_unref(message);
    if (!goes_on) {
        /* What is on its way still arrives. */
        stream->server_source = 0;
        send_piece(stream, NULL, FALSE, 0);
    }
    stream_unref(stream);
    return goes_on ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* A real connection takes a round trip before the first query can go out. Here it stands at once,
 * so the first answer comes later by that. */
static void
stream_start(ProxyGate *gate, int client, int server)
{
    const int yes = 1;
    ProxyStream *stream = g_new0(ProxyStream, 1);
    g_atomic_ref_count_init(&stream->ref_count);
    stream->gate = gate;
    stream->client = client;
    stream->server = server;
    stream->from_client = g_byte_array_new();
    stream->from_server = g_byte_array_new();
    if (gate->door->round_trip_us > 0)
        stream->ready_us = g_get_monotonic_time() + 2 * gate->door->round_trip_us;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    acknowledge_at_once(client);
    acknowledge_at_once(server);
    stream->client_source = g_unix_fd_add(client, G_IO_IN, on_client, stream);
    stream->server_source = g_unix_fd_add(server, G_IO_IN, on_server, stream);
    g_ptr_array_add(gate->streams, stream);
    gate->door->n_connections++;
}

static gboolean
on_connection(gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer user_data)
{
    ProxyGate *gate = user_data;
    int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0)
        return G_SOURCE_CONTINUE;
    int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server >= 0 &&
        connect(server, (const struct sockaddr *)&gate->upstream, sizeof gate->upstream) == 0) {
        stream_start(gate, client, server);
        return G_SOURCE_CONTINUE;
    }
    if (server >= 0)
        close(server);
    close(client);
    return G_SOURCE_CONTINUE;
}

gboolean
proxy_gate_open_tcp(ProxyGate *gate, GError **error)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    gate->streams = g_ptr_array_new_with_free_func(stream_unref);
    if (getsockname(gate->udp, (struct sockaddr *)&address, &length) != 0)
        return FALSE;
    gate->tcp = proxy_bind(gate->door->net, SOCK_STREAM, &address, error);
    if (gate->tcp < 0 || listen(gate->tcp, BACKLOG) != 0)
        return FALSE;
    gate->sources[2] = g_unix_fd_add(gate->tcp, G_IO_IN, on_connection, gate);
    return TRUE;
}

void
proxy_gate_close_tcp(ProxyGate *gate)
{
    if (gate->sources[2] != 0)
        g_source_remove(gate->sources[2]);
    if (gate->tcp >= 0)
        close(gate->tcp);
    while (gate->streams != NULL && gate->streams->len > 0)
        stream_close(g_ptr_array_index(gate->streams, 0), TRUE);
    g_clear_pointer(&gate->streams, g_ptr_array_unref);
}
