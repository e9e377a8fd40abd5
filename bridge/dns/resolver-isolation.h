/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* What holds the resolver program back, which reads what the network sends: told by the program
 * itself once all that the kernel gives is in force, and before it asks anything. */
typedef enum {
    /* Computing time, no file written, no core file, ends with its parent (setrlimit, prctl). */
    RESOLVER_ISOLATION_LIMITS = 1 << 0,
    RESOLVER_ISOLATION_MEMORY = 1 << 1,       /* a limit of memory (setrlimit) */
    RESOLVER_ISOLATION_CAPABILITIES = 1 << 2, /* no rights beyond its user's */
    RESOLVER_ISOLATION_FILES = 1 << 3,        /* reads what it needs, nothing else (Landlock) */
    RESOLVER_ISOLATION_CALLS = 1 << 4,        /* needed system calls alone (seccomp) */
    /* Not a protection: the build has a sanitizer, for which the rest has holes. */
    RESOLVER_ISOLATION_SANITIZER = 1 << 5
} ResolverIsolation;

#define RESOLVER_ISOLATION_ALL                                                                     \
    (RESOLVER_ISOLATION_LIMITS | RESOLVER_ISOLATION_MEMORY | RESOLVER_ISOLATION_CAPABILITIES |     \
     RESOLVER_ISOLATION_FILES | RESOLVER_ISOLATION_CALLS)
#define RESOLVER_ISOLATION_KNOWN (RESOLVER_ISOLATION_ALL | RESOLVER_ISOLATION_SANITIZER)

/* English: what is in force, and what is not. 0 is said to be not known. */
gchar *resolver_isolation_describe(guint isolation);
