/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-process.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

struct _ResolverProcess {
    GSubprocess *subprocess;
    ResolverLink *link;
    GCancellable *gone; /* cancelled when the process is freed */
    gboolean closed;
    ResolverLinkMessage message;
    ResolverProcessDied died;
    gpointer user_data;
};

static gchar *
describe_death(GSubprocess *subprocess)
{
    if (g_subprocess_get_if_signaled(subprocess))
        return g_strdup_printf("the resolver program was ended by signal %d (%s)",
                               g_subprocess_get_term_sig(subprocess),
                               g_strsignal(g_subprocess_get_term_sig(subprocess)));
    return g_strdup_printf("the resolver program ended with status %d",
                           g_subprocess_get_exit_status(subprocess));
}

static gboolean
was_ended_from_outside(GSubprocess *subprocess)
{
    if (!g_subprocess_get_if_signaled(subprocess))
        return FALSE;
    switch (g_subprocess_get_term_sig(subprocess)) {
    case SIGKILL:
    case SIGTERM:
    case SIGINT:
    case SIGHUP:
        return TRUE;
    default:
        return FALSE;
    }
}

/* Only now is it known how the child ended; the end of the socket comes earlier. */
static void
on_reaped(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_subprocess_wait_finish(G_SUBPROCESS(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    ResolverProcess *process = user_data;
    g_autofree gchar *reason = describe_death(process->subprocess);
    process->died(was_ended_from_outside(process->subprocess), reason, process->user_data);
}

/* A child without its socket is of no use: it ends by itself or is ended, and on_reaped() tells. */
static void
on_link_closed(const gchar *reason, gpointer user_data)
{
    ResolverProcess *process = user_data;
    g_debug("resolver program: %s", reason);
    process->closed = TRUE;
    g_subprocess_force_exit(process->subprocess);
}

static void
on_link_message(const ResolverWireMessage *message, gpointer user_data)
{
    ResolverProcess *process = user_data;
    process->message(message, process->user_data);
}

static gboolean
make_socket_pair(GSocket **out_ours, int *out_theirs, GError **error)
{
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
        g_set_error(error, DNS_ERROR, DNS_ERROR_PROGRAM, "cannot make a socket pair: %s",
                    g_strerror(errno));
        return FALSE;
    }
    GSocket *ours = g_socket_new_from_fd(fds[0], error);
    if (ours == NULL) {
        close(fds[0]);
        close(fds[1]);
        return FALSE;
    }
    g_socket_set_blocking(ours, FALSE);
    *out_ours = ours;
    *out_theirs = fds[1];
    return TRUE;
}

/* Standard input and output of the host belong to Thunderbird. */
static GSubprocess *
spawn(const gchar *program, int fd, GError **error)
{
    const gchar *const argv[] = {program, NULL};
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    g_subprocess_launcher_take_fd(launcher, fd, RESOLVER_WIRE_FD);
    g_autoptr(GError) cause = NULL;
    GSubprocess *subprocess = g_subprocess_launcher_spawnv(launcher, argv, &cause);
    if (subprocess == NULL)
        g_set_error(error, DNS_ERROR, DNS_ERROR_PROGRAM, "cannot start %s: %s", program,
                    cause->message);
    return subprocess;
}

ResolverProcess *
resolver_process_new(const gchar *program, ResolverLinkMessage message, ResolverProcessDied died,
                     gpointer user_data, GError **error)
{
    g_autoptr(GSocket) ours = NULL;
    int theirs = -1;
    if (!make_socket_pair(&ours, &theirs, error))
        return NULL;
    GSubprocess *subprocess = spawn(program, theirs, error);
    if (subprocess == NULL)
        return NULL;
    ResolverProcess *process = g_new0(ResolverProcess, 1);
    process->subprocess = subprocess;
    process->message = message;
    process->died = died;
    process->user_data = user_data;
    process->gone = g_cancellable_new();
    process->link = resolver_link_new(ours, on_link_message, on_link_closed, process);
    g_subprocess_wait_async(subprocess, process->gone, on_reaped, process);
    return process;
}

void
resolver_process_send(ResolverProcess *process, GBytes *message)
{
    resolver_link_send(process->link, message);
}

GPid
resolver_process_get_pid(ResolverProcess *process)
{
    const gchar *identifier = g_subprocess_get_identifier(process->subprocess);
    return identifier == NULL ? 0 : (GPid)g_ascii_strtoll(identifier, NULL, 10);
}

void
resolver_process_free(ResolverProcess *process)
{
    if (process == NULL)
        return;
    g_cancellable_cancel(process->gone);
    resolver_link_free(process->link);
    g_subprocess_force_exit(process->subprocess);
    g_object_unref(process->subprocess);
    g_object_unref(process->gone);
    g_free(process);
}
