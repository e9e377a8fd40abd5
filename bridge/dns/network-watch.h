/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>

/* Notices that the machine's network has changed: its addresses and routes, or what a manager of
 * networks tells (GNetworkMonitor). Connections of before may be dead although no timer has run
 * out.
 *
 * The monitor is the process's, on a thread of its own that begins with the first watch and stays:
 * it tells its news where it was first asked for, which may be gone by then, and waits for D-Bus
 * when it begins. */
typedef struct _NetworkWatch NetworkWatch;

/* Changes come in bursts: what is told once is all of these milliseconds. */
#define NETWORK_WATCH_SETTLE_MS 200u

/* @changed: called in the thread-default context of whoever calls this */
typedef void (*NetworkChangedFunc)(gpointer user_data);
NetworkWatch *network_watch_new(NetworkChangedFunc changed, gpointer user_data);
/* In that context; @changed is not called any more. */
void network_watch_free(NetworkWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(NetworkWatch, network_watch_free)
