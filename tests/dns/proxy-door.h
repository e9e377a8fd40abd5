/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>
#include <netinet/in.h>

#include "proxy-rule.h"

/* A door: addresses at which the proxy listens, each for one name server behind it, with rules for
 * what passes, and counts of it. */

typedef struct _ProxyDoor ProxyDoor;

/* Where it listens. */
typedef struct {
    struct sockaddr_in listen;   /* port 0: one that the kernel chooses */
    struct sockaddr_in stray;    /* whence answers from the wrong address come; port as above */
    struct sockaddr_in upstream; /* the name server */
} ProxyGateAddresses;

/* @net: the network namespace where it listens (proxy-net.h), or -1; taken
 * @error: of GIO */
ProxyDoor *proxy_door_new(int net, const ProxyGateAddresses *gates, guint n_gates, GError **error);
/* Connections are closed; what is still on its way is lost. */
void proxy_door_free(ProxyDoor *door);

/* ADDR@PORT of a gate. */
gchar *proxy_door_get_address(const ProxyDoor *door, guint gate);

/* The network namespace, or -1. */
int proxy_door_get_net(const ProxyDoor *door);

/* Takes @rule; NULL removes all. */
void proxy_door_add_rule(ProxyDoor *door, ProxyRule *rule);

/* How long a packet takes to a client and back. TCP takes it once more to connect. */
void proxy_door_set_round_trip(ProxyDoor *door, gint64 microseconds);

/* "udp=N tcp=N connections=N dropped=N applied=N type53=N …": queries that came in, by transport
 * and by type, messages that were lost, connections, and how often the present rules were applied.
 */
gchar *proxy_door_describe_counts(const ProxyDoor *door);
/* The questions in their order, "udp/53/NAME tcp/48/NAME …"; the first PROXY_LOG_MAX only. */
gchar *proxy_door_describe_questions(const ProxyDoor *door);
void proxy_door_reset_counts(ProxyDoor *door);

#define PROXY_LOG_MAX 20000
