/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-limits.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* getdns 1.6.0 crashes when there are none left. */
#define DESCRIPTORS 4096u

static void
set_soft_limit(__rlimit_resource_t resource, rlim_t value)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) < 0)
        return;
    limit.rlim_cur = MIN(value, limit.rlim_max);
    setrlimit(resource, &limit);
}

static void
raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < DESCRIPTORS)
        set_soft_limit(RLIMIT_NOFILE, DESCRIPTORS);
}

void
resolver_limits_init(void)
{
    static const struct rlimit none = {0, 0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    setrlimit(RLIMIT_CORE, &none);
    /* Standard error may be a file: its writes then fail instead of ending the process. */
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &none);
    raise_descriptors();
    resolver_limits_renew_cpu();
}

gboolean
resolver_limits_close_memory(void)
{
    /* A sanitizer's shadow memory has no bounds. */
    if (RESOLVER_SANDBOX_SANITIZER)
        return FALSE;
    static const struct rlimit limit = {RESOLVER_LIMITS_MEMORY_OCTETS,
                                        RESOLVER_LIMITS_MEMORY_OCTETS};
    return setrlimit(RLIMIT_DATA, &limit) == 0;
}

void
resolver_limits_renew_cpu(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) < 0)
        return;
    /* The kernel counts whole seconds. */
    time_t used = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + 1;
    set_soft_limit(RLIMIT_CPU, (rlim_t)(used + RESOLVER_LIMITS_CPU_SECONDS));
}
