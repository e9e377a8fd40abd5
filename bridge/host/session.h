/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "bridge.h"

/* One conversation over two streams: reads frames, runs requests on worker threads, writes answers.
 * Nothing else in the host writes to its standard output. */
typedef struct _Session Session;

/* For the default main context. */
Session *session_new(Bridge *bridge, GInputStream *input, GOutputStream *output);
void session_free(Session *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)

/**
 * session_run:
 *
 * Until the input ends: requests under way get SESSION_GRACE_MS to end, then are cancelled. A frame
 * that can't be read is answered with a fault, and the session goes on. Returns: %FALSE if a stream
 * failed
 */
#define SESSION_GRACE_MS 2000
gboolean session_run(Session *session);
