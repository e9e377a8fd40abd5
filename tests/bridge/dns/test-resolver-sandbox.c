/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "resolver-limits.h"

/* Each case runs in a process of its own, which has entered the sandbox, and returns 0 or more if
 * what it tries was done, -1 with errno if not. */

static int
read_file(const gchar *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    gchar octet;
    gssize n = fd < 0 ? -1 : read(fd, &octet, 1);
    if (fd >= 0)
        close(fd);
    return n < 0 ? -1 : 0;
}

static int
try_read_passwords(void)
{
    return read_file("/etc/passwd");
}

static int
try_read_parent_environment(void)
{
    g_autofree gchar *path = g_strdup_printf("/proc/%d/environ", (int)getppid());
    return read_file(path);
}

static int
try_read_home(void)
{
    return open(g_get_home_dir(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int
try_read_anchor(void)
{
    return read_file("/usr/share/dns/root.key");
}

static int
try_read_authorities(void)
{
    return open("/etc/ssl/certs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Named by the case's process: see run_case(). */
static gchar *named_file;

static int
try_read_named_file(void)
{
    return read_file(named_file);
}

static int
try_write_named_file(void)
{
    return open(named_file, O_WRONLY | O_CLOEXEC);
}

static int
try_create_file(void)
{
    g_autofree gchar *path = g_strconcat(named_file, ".new", NULL);
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

static int
try_remove_file(void)
{
    return unlink(named_file);
}

static int
try_make_folder(void)
{
    g_autofree gchar *path = g_strconcat(named_file, ".folder", NULL);
    return mkdir(path, 0700);
}

static int
try_start_program(void)
{
    return execl("/bin/true", "true", NULL);
}

static int
try_start_process(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return pid;
}

static int
try_trace_parent(void)
{
    return (int)ptrace(PTRACE_SEIZE, getppid(), NULL, NULL);
}

static int
try_read_parent_memory(void)
{
    gchar octet;
    struct iovec local = {&octet, 1};
    struct iovec remote = {&named_file, 1};
    return (int)process_vm_readv(getppid(), &local, 1, &remote, 1, 0);
}

static int
try_signal_parent(void)
{
    return kill(getppid(), SIGCONT);
}

static int
try_key_ring(void)
{
    static const long get_keyring_id = 0, user_keyring = -4;
    return (int)syscall(SYS_keyctl, get_keyring_id, user_keyring, 1);
}

static int
try_other_programs(void)
{
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int
try_unconnected_pair(void)
{
    int fds[2];
    return socketpair(AF_UNIX, SOCK_DGRAM, 0, fds);
}

static int
try_raw_packets(void)
{
    return socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
}

static int
try_listen(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(fd, >=, 0);
    return listen(fd, 1);
}

static int
try_new_code(void)
{
    void *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? -1 : 0;
}

static int
try_much_memory(void)
{
    gsize n_octets = 2 * (gsize)RESOLVER_LIMITS_MEMORY_OCTETS;
    void *octets = mmap(NULL, n_octets, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return octets == MAP_FAILED ? -1 : 0;
}

static int
try_become_other_user(void)
{
    /* without the C library, which would call on all threads */
    return (int)syscall(SYS_setresuid, 65534, 65534, 65534);
}

static int
try_datagram(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n_octets = sizeof own;
    gchar octet = 'x';
    return fd < 0 || bind(fd, (struct sockaddr *)&own, n_octets) < 0 ||
                   getsockname(fd, (struct sockaddr *)&own, &n_octets) < 0 ||
                   sendto(fd, &octet, 1, 0, (struct sockaddr *)&own, n_octets) < 1 ||
                   recv(fd, &octet, 1, 0) < 1
               ? -1
               : 0;
}

static int
try_stream(void)
{
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd < 0 && errno == EAFNOSUPPORT ? 0 : fd;
}

static int
try_own_addresses(void)
{
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

static void *
run_thread(void *data)
{
    *(int *)data = read_file("/etc/passwd") < 0 ? 1 : 0;
    return NULL;
}

/* A thread can be started, and is bound as well. */
static int
try_thread(void)
{
    pthread_t thread;
    int is_bound = 0;
    errno = pthread_create(&thread, NULL, run_thread, &is_bound);
    if (errno != 0)
        return -1;
    pthread_join(thread, NULL);
    return is_bound ? 0 : -1;
}

static int
try_renew_limits(void)
{
    resolver_limits_renew_cpu();
    return 0;
}

typedef struct {
    const gchar *label;
    int (*attempt)(void);
    gboolean possible;
    guint needs; /* what forbids it, each alone; 0: always so */
} SandboxCase;

#define FILES RESOLVER_ISOLATION_FILES
#define CALLS RESOLVER_ISOLATION_CALLS

static const SandboxCase cases[] = {
    {"read-passwords", try_read_passwords, FALSE, FILES},
    {"read-parent-environment", try_read_parent_environment, FALSE, FILES},
    {"read-home", try_read_home, FALSE, FILES},
    {"write-named-file", try_write_named_file, FALSE, FILES | CALLS},
    {"create-file", try_create_file, FALSE, FILES | CALLS},
    {"remove-file", try_remove_file, FALSE, FILES | CALLS},
    {"make-folder", try_make_folder, FALSE, FILES | CALLS},
    {"start-program", try_start_program, FALSE, FILES | CALLS},
    {"start-process", try_start_process, FALSE, CALLS},
    {"trace-parent", try_trace_parent, FALSE, FILES | CALLS},
    {"read-parent-memory", try_read_parent_memory, FALSE, CALLS},
#if !RESOLVER_SANDBOX_SANITIZER
    {"signal-parent", try_signal_parent, FALSE, CALLS},
    {"new-code", try_new_code, FALSE, CALLS},
    {"much-memory", try_much_memory, FALSE, RESOLVER_ISOLATION_MEMORY},
#endif
    {"key-ring", try_key_ring, FALSE, CALLS},
    {"other-programs", try_other_programs, FALSE, CALLS},
    {"unconnected-pair", try_unconnected_pair, FALSE, CALLS},
    {"raw-packets", try_raw_packets, FALSE, CALLS | RESOLVER_ISOLATION_CAPABILITIES},
    {"listen", try_listen, FALSE, CALLS},
    {"become-other-user", try_become_other_user, FALSE, CALLS | RESOLVER_ISOLATION_CAPABILITIES},
    /* what engines need */
    {"read-anchor", try_read_anchor, TRUE, 0},
    {"read-authorities", try_read_authorities, TRUE, 0},
    {"read-named-file", try_read_named_file, TRUE, 0},
    {"datagram", try_datagram, TRUE, 0},
    {"stream", try_stream, TRUE, 0},
    {"own-addresses", try_own_addresses, TRUE, 0},
    {"thread", try_thread, TRUE, FILES},
    {"renew-limits", try_renew_limits, TRUE, 0},
};

static guint
enter(void)
{
    const gchar *const readable[] = {named_file, "/nonexistent/file", NULL};
    resolver_limits_init();
    return resolver_sandbox_enter(readable);
}

static void
run_case(const SandboxCase *sandbox_case)
{
    named_file = g_strdup(g_getenv("NAMED_FILE"));
    guint isolation = enter();
    if (sandbox_case->needs != 0 && (isolation & sandbox_case->needs) == 0) {
        g_test_message("this kernel has nothing for it");
        g_free(named_file);
        return;
    }
    int result = sandbox_case->attempt();
    int code = result < 0 ? errno : 0;
    g_test_message("%s", result < 0 ? g_strerror(code) : "done");
    g_assert_cmpint(result >= 0, ==, sandbox_case->possible);
    if (!sandbox_case->possible)
        g_assert_true(code == EPERM || code == EACCES || code == ENOMEM);
    g_free(named_file);
}

static void
test_case(gconstpointer data)
{
    if (g_test_subprocess()) {
        run_case(data);
        return;
    }
    g_autofree gchar *file = NULL;
    int fd = g_file_open_tmp("dns-sandbox-XXXXXX", &file, NULL);
    g_assert_cmpint(write(fd, "x", 1), ==, 1);
    close(fd);
    g_setenv("NAMED_FILE", file, TRUE);
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    unlink(file);
    g_test_trap_assert_passed();
}

/* An abort stays one: the client tells what ended the program. */
static void
test_abort(void)
{
    if (g_test_subprocess()) {
        enter();
        signal(SIGABRT, SIG_DFL);
        abort();
    }
    g_autofree gchar *self = g_file_read_link("/proc/self/exe", NULL);
    const gchar *const argv[] = {self, "-p", "/resolver-sandbox/abort", "--GTestSubprocess", NULL};
    gint status = 0;
    g_autoptr(GError) error = NULL;
    g_spawn_sync(NULL, (gchar **)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                 &status, &error);
    g_assert_no_error(error);
    g_assert_true(WIFSIGNALED(status));
    g_assert_cmpint(WTERMSIG(status), ==, SIGABRT);
}

/* What this kernel has, and what it costs at each start. */
static void
test_in_force(void)
{
    if (g_test_subprocess()) {
        gint64 began = g_get_monotonic_time();
        guint isolation = enter();
        g_autofree gchar *text = resolver_isolation_describe(isolation);
        g_printerr("# %s: %.2f ms\n", text, (double)(g_get_monotonic_time() - began) / 1000.0);
        g_assert_true((isolation & RESOLVER_ISOLATION_LIMITS) != 0);
        g_assert_cmpint((isolation & RESOLVER_ISOLATION_MEMORY) == 0, ==,
                        RESOLVER_SANDBOX_SANITIZER);
        g_assert_cmpint((isolation & RESOLVER_ISOLATION_SANITIZER) != 0, ==,
                        RESOLVER_SANDBOX_SANITIZER);
        g_assert_true((isolation & RESOLVER_ISOLATION_CAPABILITIES) != 0);
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed();
}

static void
test_describe(void)
{
    g_autofree gchar *unknown = resolver_isolation_describe(0);
    g_assert_nonnull(strstr(unknown, "not known"));
    g_autofree gchar *all = resolver_isolation_describe(RESOLVER_ISOLATION_ALL);
    g_assert_null(strstr(all, "not in force"));
    g_assert_nonnull(strstr(all, "seccomp"));
    g_autofree gchar *some =
        resolver_isolation_describe(RESOLVER_ISOLATION_ALL & ~(guint)RESOLVER_ISOLATION_FILES);
    g_assert_nonnull(strstr(some, "; not in force: only needed files can be read (Landlock)"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/resolver-sandbox/describe", test_describe);
    g_test_add_func("/resolver-sandbox/in-force", test_in_force);
    g_test_add_func("/resolver-sandbox/abort", test_abort);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *path = g_strconcat("/resolver-sandbox/", cases[i].label, NULL);
        g_test_add_data_func(path, &cases[i], test_case);
    }
    return g_test_run();
}
