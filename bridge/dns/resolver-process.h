/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-link.h"

/* The child process of a resolver client: started with one end of a socket pair at RESOLVER_WIRE_FD
 * and no other descriptor but standard error; killed when this is freed (it keeps nothing that
 * could be lost). */

typedef struct _ResolverProcess ResolverProcess;

/* The child has died, or its end of the socket is of no use any more. @from_outside: somebody ended
 * it with SIGKILL, SIGTERM, SIGINT or SIGHUP, as an administrator or the kernel short of memory
 * may; else it ended by itself, over what it was asked. @reason: English. */
typedef void (*ResolverProcessDied)(gboolean from_outside, const gchar *reason, gpointer user_data);

/* Both callbacks may free the process. @error: DNS_ERROR_PROGRAM */
ResolverProcess *resolver_process_new(const gchar *program, ResolverLinkMessage message,
                                      ResolverProcessDied died, gpointer user_data,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Consumes @message. */
void resolver_process_send(ResolverProcess *process, GBytes *message);

/* 0 when the child has been reaped. */
GPid resolver_process_get_pid(ResolverProcess *process);

void resolver_process_free(ResolverProcess *process);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResolverProcess, resolver_process_free)
