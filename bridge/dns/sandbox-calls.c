/* SPDX-License-Identifier: MPL-2.0 */

/* seccomp: the kernel refuses with EPERM all system calls but those that stand here. They are what
 * GLib, getdns, libunbound, OpenSSL and the C library use once they are loaded and set up, and the
 * like of it that another version may use instead; nothing here starts a program, changes a file or
 * reaches another process. */

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "resolver-sandbox.h"

#define TYPE_MASK 0xfu /* of socket(2)'s type: without SOCK_CLOEXEC and SOCK_NONBLOCK */

/* Whatever their arguments are. */
static const int plain_calls[] = {
    /* descriptors that are open */
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(lseek),
    SCMP_SYS(_llseek),
    SCMP_SYS(close),
    SCMP_SYS(dup),
    SCMP_SYS(dup2),
    SCMP_SYS(dup3),
    SCMP_SYS(fcntl),
    SCMP_SYS(fcntl64),
    SCMP_SYS(pipe),
    SCMP_SYS(pipe2),
    SCMP_SYS(eventfd2),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(ppoll_time64),
    SCMP_SYS(select),
    SCMP_SYS(_newselect),
    SCMP_SYS(pselect6),
    SCMP_SYS(pselect6_time64),
    SCMP_SYS(epoll_create),
    SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),
    SCMP_SYS(epoll_pwait2),
    SCMP_SYS(timerfd_create),
    SCMP_SYS(timerfd_settime),
    SCMP_SYS(timerfd_settime64),
    SCMP_SYS(timerfd_gettime),
    SCMP_SYS(timerfd_gettime64),
    /* looking at files: Landlock decides which can be opened */
    SCMP_SYS(fstat),
    SCMP_SYS(fstat64),
    SCMP_SYS(stat),
    SCMP_SYS(stat64),
    SCMP_SYS(lstat),
    SCMP_SYS(lstat64),
    SCMP_SYS(newfstatat),
    SCMP_SYS(fstatat64),
    SCMP_SYS(statx),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getdents64),
    SCMP_SYS(getcwd),
    SCMP_SYS(fadvise64),
    /* the network, through sockets that may be made: see below */
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(send),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(recv),
    SCMP_SYS(recvfrom),
    SCMP_SYS(recvmsg),
    SCMP_SYS(recvmmsg),
    SCMP_SYS(recvmmsg_time64),
    SCMP_SYS(shutdown),
    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername),
    SCMP_SYS(getsockopt),
    SCMP_SYS(setsockopt),
    /* memory */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    /* threads and signals of this process */
    SCMP_SYS(futex),
    SCMP_SYS(futex_time64),
    SCMP_SYS(futex_waitv),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(membarrier),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_getattr),
    SCMP_SYS(sched_setattr),
    SCMP_SYS(getcpu),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigpending),
    SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    /* time, chance, and what the process is */
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_gettime64),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_getres_time64),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(clock_nanosleep_time64),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(times),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrusage),
    SCMP_SYS(getrlimit),
    SCMP_SYS(ugetrlimit),
    SCMP_SYS(setrlimit),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(getuid32),
    SCMP_SYS(geteuid),
    SCMP_SYS(geteuid32),
    SCMP_SYS(getgid),
    SCMP_SYS(getgid32),
    SCMP_SYS(getegid),
    SCMP_SYS(getegid32),
#if RESOLVER_SANDBOX_SANITIZER
    SCMP_SYS(ptrace),
    SCMP_SYS(wait4),
    SCMP_SYS(kill),
    SCMP_SYS(getdents),
    SCMP_SYS(prctl),
    SCMP_SYS(mmap),
    SCMP_SYS(mmap2),
    SCMP_SYS(mprotect),
    SCMP_SYS(personality),
#endif
};

/* A call that is let through if the bits @mask of its argument number @argument are @value. */
typedef struct {
    int call;
    guint argument;
    guint64 mask;
    guint64 value;
} ArgumentRule;

#define WHOLE     G_MAXUINT32
#define OPEN_MASK ((guint64)(O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY)))

static const ArgumentRule argument_rules[] = {
    /* for reading; without Landlock that is all there is against writing */
    {SCMP_SYS(open), 1, OPEN_MASK, O_RDONLY},
    {SCMP_SYS(openat), 2, OPEN_MASK, O_RDONLY},
    /* threads; no processes */
    {SCMP_SYS(clone), 0, CLONE_THREAD, CLONE_THREAD},
#if RESOLVER_SANDBOX_SANITIZER
    {SCMP_SYS(clone), 0, CLONE_VM | CLONE_VFORK, CLONE_VM},
#else
    /* no code but what is loaded */
    {SCMP_SYS(mmap), 2, PROT_EXEC, 0},
    {SCMP_SYS(mmap2), 2, PROT_EXEC, 0},
    {SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
    {SCMP_SYS(prctl), 0, WHOLE, PR_SET_NAME},
    {SCMP_SYS(prctl), 0, WHOLE, PR_GET_NAME},
#endif
    {SCMP_SYS(ioctl), 1, WHOLE, FIONBIO},
    {SCMP_SYS(ioctl), 1, WHOLE, FIONREAD},
    {SCMP_SYS(ioctl), 1, WHOLE, TCGETS},
    {SCMP_SYS(ioctl), 1, WHOLE, TIOCGWINSZ},
    {SCMP_SYS(ioctl), 1, WHOLE, SIOCGIFINDEX},
    {SCMP_SYS(ioctl), 1, WHOLE, SIOCGIFNAME},
    /* its own limits */
    {SCMP_SYS(prlimit64), 0, WHOLE, 0},
};

/* A socket that may be made: of @call, @family and @type; @protocol: -1 for any. */
typedef struct {
    int call;
    guint family;
    guint type;
    gint protocol;
} SocketRule;

static const SocketRule socket_rules[] = {
    {SCMP_SYS(socket), AF_INET, SOCK_STREAM, -1},
    {SCMP_SYS(socket), AF_INET, SOCK_DGRAM, -1},
    {SCMP_SYS(socket), AF_INET6, SOCK_STREAM, -1},
    {SCMP_SYS(socket), AF_INET6, SOCK_DGRAM, -1},
    /* which addresses the machine has */
    {SCMP_SYS(socket), AF_NETLINK, SOCK_RAW, NETLINK_ROUTE},
    {SCMP_SYS(socket), AF_NETLINK, SOCK_DGRAM, NETLINK_ROUTE},
    /* between threads; datagram sockets could be sent to anyone from */
    {SCMP_SYS(socketpair), AF_UNIX, SOCK_STREAM, -1},
};

static gboolean
add_plain_calls(scmp_filter_ctx filter)
{
    for (gsize i = 0; i < G_N_ELEMENTS(plain_calls); i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, plain_calls[i], 0) != 0)
            return FALSE;
    return TRUE;
}

static gboolean
add_argument_rules(scmp_filter_ctx filter)
{
    for (gsize i = 0; i < G_N_ELEMENTS(argument_rules); i++) {
        const ArgumentRule *rule = &argument_rules[i];
        if (seccomp_rule_add(
                filter, SCMP_ACT_ALLOW, rule->call, 1,
                SCMP_CMP(rule->argument, SCMP_CMP_MASKED_EQ, rule->mask, rule->value)) != 0)
            return FALSE;
    }
    /* abort() */
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                            SCMP_A0(SCMP_CMP_MASKED_EQ, WHOLE, (guint64)getpid())) == 0;
}

static gboolean
add_socket_rules(scmp_filter_ctx filter)
{
    for (gsize i = 0; i < G_N_ELEMENTS(socket_rules); i++) {
        const SocketRule *rule = &socket_rules[i];
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, rule->call, 3,
                             SCMP_A0(SCMP_CMP_MASKED_EQ, WHOLE, rule->family),
                             SCMP_A1(SCMP_CMP_MASKED_EQ, TYPE_MASK, rule->type),
                             SCMP_A2(SCMP_CMP_MASKED_EQ, rule->protocol < 0 ? 0 : WHOLE,
                                     rule->protocol < 0 ? 0 : (guint64)rule->protocol)) != 0)
            return FALSE;
    }
    return TRUE;
}

gboolean
resolver_sandbox_close_calls(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL)
        return FALSE;
    gboolean closed =
        /* All threads; a search tree instead of a row of comparisons. */
        seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
        seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 &&
        /* Its flags stand in memory, where a filter can't look: the C library uses clone() then. */
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 &&
        add_plain_calls(filter) && add_argument_rules(filter) && add_socket_rules(filter) &&
        seccomp_load(filter) == 0;
    seccomp_release(filter);
    return closed;
}
