/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-isolation.h"

/* Takes from the resolver program, for good, all that an engine does not need once it is set up:
 * what a server's answer makes of the process can then neither read the user's files nor write,
 * start a program, look into another process or speak to other programs of the machine than name
 * servers. Kernels and containers differ in what they have; what can't be had is left out, and
 * told. */

/* The program is built with AddressSanitizer or a sanitizer like it: those map what they like, stop
 * their own threads by clone() and ptrace() to look for leaks, and read /proc. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RESOLVER_SANDBOX_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(leak_sanitizer)
#define RESOLVER_SANDBOX_SANITIZER 1
#endif
#endif
#ifndef RESOLVER_SANDBOX_SANITIZER
#define RESOLVER_SANDBOX_SANITIZER 0
#endif

/**
 * resolver_sandbox_enter:
 * @readable: files and folders that stay readable, besides those that the libraries need and all
 *   that is open; may be %NULL
 *
 * To be called with one thread, after resolver_limits_init(); threads begun later are bound too.
 *
 * Returns: of ResolverIsolation, what is in force now
 */
guint resolver_sandbox_enter(const gchar *const *readable);

/* The parts of it. FALSE if the kernel does not have it, or refuses. */
gboolean resolver_sandbox_drop_capabilities(void);
gboolean resolver_sandbox_close_files(const gchar *const *readable);
gboolean resolver_sandbox_close_calls(void);
