/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-sandbox.h"

/* What the resolver program may use. A small set of keys and signatures, made for it, can cost
 * getdns a minute of computing in one call (CVE-2023-50387); nothing in the process can end that
 * but the kernel. */

/* Computing time between two answers. 200 honest lookups need a quarter of a second, with a
 * sanitizer ten times that. */
#if RESOLVER_SANDBOX_SANITIZER
#define RESOLVER_LIMITS_CPU_SECONDS 4
#else
#define RESOLVER_LIMITS_CPU_SECONDS 2
#endif

/* Data and stacks. 200 lookups at once need some 20 MiB, each thread 8 MiB of address space. */
#define RESOLVER_LIMITS_MEMORY_OCTETS (512u * 1024 * 1024)

/* At the start: dies with its parent, gains no privileges, dumps no core, writes no file; enough
 * descriptors. */
void resolver_limits_init(void);

/* Beyond RESOLVER_LIMITS_MEMORY_OCTETS memory is refused, and the process ends itself. FALSE in a
 * build with a sanitizer. */
gboolean resolver_limits_close_memory(void);

/* RESOLVER_LIMITS_CPU_SECONDS from now on; then the kernel ends the process. */
void resolver_limits_renew_cpu(void);
