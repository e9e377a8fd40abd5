/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-limits.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static struct rlimit
read_limit(__rlimit_resource_t resource)
{
    struct rlimit limit;
    g_assert_cmpint(getrlimit(resource, &limit), ==, 0);
    return limit;
}

static void
test_init(void)
{
    if (g_test_subprocess()) {
        int signal_number = 0;
        resolver_limits_init();
        g_assert_cmpint(prctl(PR_GET_PDEATHSIG, &signal_number), ==, 0);
        g_assert_cmpint(signal_number, ==, SIGKILL);
        g_assert_cmpint(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), ==, 1);
        g_assert_cmpuint(read_limit(RLIMIT_CORE).rlim_max, ==, 0);
        g_assert_cmpuint(read_limit(RLIMIT_FSIZE).rlim_max, ==, 0);
        g_assert_cmpuint(read_limit(RLIMIT_CPU).rlim_cur, <=, RESOLVER_LIMITS_CPU_SECONDS + 2);
        g_assert_cmpuint(read_limit(RLIMIT_CPU).rlim_max, ==, RLIM_INFINITY);
        struct rlimit files = read_limit(RLIMIT_NOFILE);
        g_assert_true(files.rlim_cur >= 1024 || files.rlim_cur == files.rlim_max);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
}

static void
test_no_file_is_written(void)
{
    if (g_test_subprocess()) {
        gchar name[] = "/tmp/dns-limits-XXXXXX";
        int fd = g_mkstemp(name);
        g_assert_cmpint(fd, >=, 0);
        unlink(name);
        resolver_limits_init();
        g_assert_cmpint(write(fd, "x", 1), ==, -1);
        close(fd);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
}

static guint64
used_cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (guint64)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec);
}

/* A process that computes on and on is ended by the kernel. */
static void
test_cpu(void)
{
    if (g_test_subprocess()) {
        resolver_limits_init();
        resolver_limits_renew_cpu();
        while (used_cpu_seconds() < 4 * RESOLVER_LIMITS_CPU_SECONDS)
            continue;
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/resolver-limits/init", test_init);
    g_test_add_func("/resolver-limits/no-file-is-written", test_no_file_is_written);
    g_test_add_func("/resolver-limits/cpu", test_cpu);
    return g_test_run();
}
