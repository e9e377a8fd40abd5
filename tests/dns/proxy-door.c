/* SPDX-License-Identifier: MPL-2.0 */
#include "proxy-door-private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proxy-net.h"
#include "proxy-wire.h"

#define N_TYPES       (G_MAXUINT16 + 1)
#define SEED          8162 /* the same losses each time */
#define PORT_ATTEMPTS 50

int
proxy_bind(int net, int type, struct sockaddr_in *address, GError **error)
{
    const int yes = 1;
    socklen_t length = sizeof *address;
    int fd = proxy_net_socket(net, type | SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (type == SOCK_STREAM)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (fd >= 0 && bind(fd, (const struct sockaddr *)address, sizeof *address) == 0 &&
        getsockname(fd, (struct sockaddr *)address, &length) == 0)
        return fd;
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s@%u: %s",
                inet_ntoa(address->sin_addr), ntohs(address->sin_port), g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static void
gate_free(gpointer data)
{
    ProxyGate *gate = data;
    proxy_gate_close_udp(gate);
    proxy_gate_close_tcp(gate);
    g_free(gate);
}

/* UDP and TCP have to be on one port: if the kernel's choice for the one is taken for the other,
 * another is tried. */
static ProxyGate *
gate_new(ProxyDoor *door, const ProxyGateAddresses *addresses, GError **error)
{
    for (guint i = 0; i < PORT_ATTEMPTS; i++) {
        ProxyGate *gate = g_new0(ProxyGate, 1);
        gate->door = door;
        gate->index = door->gates->len;
        gate->upstream = addresses->upstream;
        gate->udp = gate->stray = gate->tcp = gate->onwards = -1;
        g_clear_error(error);
        if (proxy_gate_open_udp(gate, addresses, error) && proxy_gate_open_tcp(gate, error))
            return gate;
        gate_free(gate);
        if (addresses->listen.sin_port != 0)
            break;
    }
    return NULL;
}

ProxyDoor *
proxy_door_new(int net, const ProxyGateAddresses *gates, guint n_gates, GError **error)
{
    g_autoptr(GError) failure = NULL;
    ProxyDoor *door = g_new0(ProxyDoor, 1);
    g_atomic_ref_count_init(&door->ref_count);
    door->net = net;
    door->gates = g_ptr_array_new_with_free_func(gate_free);
    door->rules = g_ptr_array_new_with_free_func((GDestroyNotify)proxy_rule_free);
    door->log = g_ptr_array_new_with_free_func(g_free);
    door->random = g_rand_new_with_seed(SEED);
    door->by_type = g_new0(guint, N_TYPES);
    for (guint i = 0; i < n_gates; i++) {
        ProxyGate *gate = gate_new(door, &gates[i], &failure);
        if (gate == NULL) {
            g_propagate_error(error, g_steal_pointer(&failure));
            proxy_door_free(door);
            return NULL;
        }
        g_ptr_array_add(door->gates, gate);
    }
    return door;
}

ProxyDoor *
proxy_door_ref(ProxyDoor *door)
{
    g_atomic_ref_count_inc(&door->ref_count);
    return door;
}

void
proxy_door_unref(ProxyDoor *door)
{
    if (!g_atomic_ref_count_dec(&door->ref_count))
        return;
    g_ptr_array_unref(door->rules);
    g_ptr_array_unref(door->gates);
    g_ptr_array_unref(door->log);
    if (door->net >= 0)
        close(door->net);
    g_rand_free(door->random);
    g_free(door->by_type);
    g_free(door);
}

void
proxy_door_free(ProxyDoor *door)
{
    door->closed = TRUE;
    g_ptr_array_set_size(door->gates, 0);
    proxy_door_unref(door);
}

gchar *
proxy_door_get_address(const ProxyDoor *door, guint gate_index)
{
    const ProxyGate *gate = g_ptr_array_index(door->gates, gate_index);
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    if (getsockname(gate->tcp, (struct sockaddr *)&address, &length) != 0)
        return g_strdup("?");
    return g_strdup_printf("%s@%u", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
}

int
proxy_door_get_net(const ProxyDoor *door)
{
    return door->net;
}

void
proxy_door_add_rule(ProxyDoor *door, ProxyRule *rule)
{
    if (rule == NULL)
        g_ptr_array_set_size(door->rules, 0);
    else
        g_ptr_array_add(door->rules, rule);
}

void
proxy_door_set_round_trip(ProxyDoor *door, gint64 microseconds)
{
    door->round_trip_us = microseconds;
}

static void
count_query(ProxyDoor *door, const ProxyMessage *message)
{
    WireQuestion question;
    guint *counter = message->is_tcp ? &door->n_tcp : &door->n_udp;
    (*counter)++;
    if (!wire_read_question(message->octets, &question))
        return;
    door->by_type[question.type]++;
    if (door->log->len < PROXY_LOG_MAX)
        g_ptr_array_add(door->log, g_strdup_printf("%s/%u/%s", message->is_tcp ? "tcp" : "udp",
                                                   question.type, question.name));
}

void
proxy_door_pass_query(ProxyDoor *door, ProxyMessage *message)
{
    count_query(door, message);
    proxy_rules_apply(door->rules, door->random, message);
    door->n_dropped += message->fate == FATE_DROP;
    if (message->fate != FATE_PASS)
        message->delay_us += door->round_trip_us;
}

void
proxy_door_pass_answer(ProxyDoor *door, ProxyMessage *message)
{
    proxy_rules_apply(door->rules, door->random, message);
    door->n_dropped += message->fate == FATE_DROP;
    message->delay_us += door->round_trip_us;
}

gchar *
proxy_door_describe_counts(const ProxyDoor *door)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "udp=%u tcp=%u connections=%u dropped=%u applied=%u", door->n_udp,
                           door->n_tcp, door->n_connections, door->n_dropped,
                           proxy_rules_count_applied(door->rules));
    for (guint type = 0; type < N_TYPES; type++)
        if (door->by_type[type] > 0)
            g_string_append_printf(text, " type%u=%u", type, door->by_type[type]);
    return g_string_free(text, FALSE);
}

gchar *
proxy_door_describe_questions(const ProxyDoor *door)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < door->log->len; i++)
        g_string_append_printf(text, "%s%s", i == 0 ? "" : " ",
                               (const gchar *)g_ptr_array_index(door->log, i));
    return g_string_free(text, FALSE);
}

void
proxy_door_reset_counts(ProxyDoor *door)
{
    door->n_udp = door->n_tcp = door->n_connections = door->n_dropped = 0;
    memset(door->by_type, 0, N_TYPES * sizeof *door->by_type);
    g_ptr_array_set_size(door->log, 0);
}
