/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "bridge.h"
#include "out-queue.h"
#include "request.h"

/* Requests under way: collects their bodies, runs their operations on worker threads, and puts what
 * comes of them into the queue. Belongs to the default main context. */
typedef struct _Dispatcher Dispatcher;

/* Called when something was put into the queue, and when the last request under way has ended. */
typedef void (*DispatcherWake)(gpointer user_data);

Dispatcher *dispatcher_new(Bridge *bridge, OutQueue *queue, DispatcherWake wake,
                           gpointer user_data);
/* Waits for the worker threads; cancel first. */
void dispatcher_free(Dispatcher *dispatcher);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Dispatcher, dispatcher_free)

/* The text of one frame. Every fault is answered, none ends anything. */
void dispatcher_handle(Dispatcher *dispatcher, GBytes *text);
/* A fault that belongs to no request (REQUEST_NO_ID). */
void dispatcher_push_fault(Dispatcher *dispatcher, gint64 id, const GError *error,
                           JsonObject *details);

/* Requests whose operations run. Those that still wait for pieces of their body don't count. */
guint dispatcher_get_n_running(const Dispatcher *dispatcher);
void dispatcher_cancel_all(Dispatcher *dispatcher);
