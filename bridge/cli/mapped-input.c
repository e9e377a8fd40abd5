/* SPDX-License-Identifier: MPL-2.0 */

#include "mapped-input.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "body-file.h"
#include "cli.h"
#include "octet-spool.h"

#define MAX_INPUTS 16
#define NAME_SIZE  512

/* A file whose octets are mapped. Looked through by the handler: filled before @n_octets is set. */
typedef struct {
    const guint8 *octets;
    gsize n_octets;
    gint descriptor;
    struct stat facts; /* when it was mapped */
    gchar name[NAME_SIZE];
} MappedInput;

static MappedInput inputs[MAX_INPUTS];
static guint n_inputs;

void
mapped_input_add(GBytes *octets, gint descriptor, const gchar *name)
{
    gsize n_octets = 0;
    const guint8 *start = g_bytes_get_data(octets, &n_octets);
    if (n_inputs == MAX_INPUTS || !octets_are_mapped(start))
        return;
    MappedInput *input = &inputs[n_inputs++];
    input->octets = start;
    input->descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    fstat(descriptor, &input->facts);
    g_strlcpy(input->name, name, sizeof input->name);
    input->n_octets = n_octets;
}

static gboolean
is_same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* The time of the last status change can't be set by anybody; but it changes as well when the file
 * loses its name, as it does when the output takes its place. */
static gboolean
is_same(const struct stat *now, const struct stat *then)
{
    return now->st_size == then->st_size && is_same_time(&now->st_mtim, &then->st_mtim) &&
           (now->st_nlink != then->st_nlink || is_same_time(&now->st_ctim, &then->st_ctim));
}

gboolean
mapped_input_is_unchanged(GError **error)
{
    for (guint i = 0; i < n_inputs; i++) {
        struct stat now;
        if (fstat(inputs[i].descriptor, &now) == 0 && is_same(&now, &inputs[i].facts))
            continue;
        g_set_error(error, OCTET_ERROR, OCTET_ERROR_FAILED,
                    "%s was changed while it was being read", inputs[i].name);
        return FALSE;
    }
    return TRUE;
}

static gpointer
open_guarded(gconstpointer origin, GError **error)
{
    return octet_source_open(origin, error);
}

static gboolean
next_guarded(gpointer pass, OctetPiece *out_piece, GError **error)
{
    return octet_reader_next(pass, out_piece, error) &&
           (out_piece->n_octets > 0 || mapped_input_is_unchanged(error));
}

static void
close_guarded(gpointer pass)
{
    octet_reader_close(pass);
}

static const OctetSourceType guarded_type = {
    .open = open_guarded,
    .next = next_guarded,
    .close = close_guarded,
    .free_origin = (GDestroyNotify)octet_source_unref,
};

OctetSource *
mapped_input_guard(const OctetSource *octets)
{
    return octet_source_new(&guarded_type, octet_source_ref((OctetSource *)octets),
                            octet_source_get_size(octets));
}

static const gchar *
find_name(const guint8 *address)
{
    for (guint i = 0; i < n_inputs; i++)
        if (address >= inputs[i].octets && address < inputs[i].octets + inputs[i].n_octets)
            return inputs[i].name;
    return "a file";
}

static void
say(const gchar *text)
{
    /* There is nothing to be done about a failure. */
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        return;
}

static void
on_bus_error(int number, siginfo_t *facts, void *context G_GNUC_UNUSED)
{
    if (!octets_are_mapped(facts->si_addr)) {
        /* Somebody else's fault; the instruction meets it again. */
        signal(number, SIG_DFL);
        return;
    }
    say("dane-smime: ");
    say(find_name(facts->si_addr));
    say(" became shorter while it was being read\n");
    body_file_remove_unfinished();
    _exit(EXIT_UNKNOWN);
}

void
mapped_input_install_handler(void)
{
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
}
