/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "proxy-door.h"
#include "proxy-later.h"

/* One address of a door. */
typedef struct {
    ProxyDoor *door;
    guint index;
    struct sockaddr_in upstream;
    int udp;     /* where clients ask */
    int stray;   /* the wrong address */
    int tcp;     /* listens */
    int onwards; /* UDP, connected with the name server */
    guint sources[3];
    GHashTable *pending; /* id of ours → Pending */
    guint16 next_id;
    GPtrArray *streams; /* (element-type ProxyStream) */
} ProxyGate;

struct _ProxyDoor {
    gatomicrefcount ref_count; /* of the owner and of each message on its way */
    gboolean closed;
    int net;
    GPtrArray *gates;
    GPtrArray *rules;
    GRand *random;
    gint64 round_trip_us;
    guint n_udp, n_tcp, n_connections, n_dropped;
    guint *by_type; /* 65536 */
    GPtrArray *log; /* of texts */
};

ProxyDoor *proxy_door_ref(ProxyDoor *door);
void proxy_door_unref(ProxyDoor *door);

/* Counts a query and has the rules change it. */
void proxy_door_pass_query(ProxyDoor *door, ProxyMessage *message);
/* Has the rules change an answer; the round trip is in its delay afterwards. */
void proxy_door_pass_answer(ProxyDoor *door, ProxyMessage *message);

/* proxy-udp.c: the gate's datagrams. */
gboolean proxy_gate_open_udp(ProxyGate *gate, const ProxyGateAddresses *addresses, GError **error);
void proxy_gate_close_udp(ProxyGate *gate);

/* proxy-stream.c: the gate's connections. */
gboolean proxy_gate_open_tcp(ProxyGate *gate, GError **error);
void proxy_gate_close_tcp(ProxyGate *gate);

/* A socket bound to @address, which gets its port; -1 with an error. */
int proxy_bind(int net, int type, struct sockaddr_in *address, GError **error);
