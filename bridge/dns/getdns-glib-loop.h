/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <getdns/getdns.h>
#include <getdns/getdns_extra.h>
#include <glib.h>

/* getdns's event-loop extension over a GMainContext.
 *
 * The caller owns the loop; it must outlive getdns_context_destroy(): getdns 1.6.0 calls its
 * cleanup() before libunbound, which still clears events, is done. Every TCP socket that comes by
 * gets TCP_NODELAY and TCP_QUICKACK: without them one lookup waits 40 ms for the delayed
 * acknowledgement (RFC 1122 §4.2.3.2). */

typedef struct _GetdnsGlibLoop GetdnsGlibLoop;

/* @context: NULL for the thread-default one */
GetdnsGlibLoop *getdns_glib_loop_new(GMainContext *context);

/* For loops whose stream sockets carry TLS: all that a record held is read before the socket is
 * waited for again. */
void getdns_glib_loop_set_reads_tls(GetdnsGlibLoop *loop, gboolean reads_tls);

/* For getdns_context_set_eventloop(). */
getdns_eventloop *getdns_glib_loop_get_eventloop(GetdnsGlibLoop *loop);

/* Events that are scheduled now. */
guint getdns_glib_loop_get_n_events(const GetdnsGlibLoop *loop);

/* Drops events that getdns has forgotten. */
void getdns_glib_loop_free(GetdnsGlibLoop *loop);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GetdnsGlibLoop, getdns_glib_loop_free)
