/* SPDX-License-Identifier: MPL-2.0 */

#include "mapped-input.h"

#include <signal.h>
#include <string.h>
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
    gchar name[NAME_SIZE];
} MappedInput;

static MappedInput inputs[MAX_INPUTS];
static guint n_inputs;

void
mapped_input_add(GBytes *octets, const gchar *name)
{
    gsize n_octets = 0;
    const guint8 *start = g_bytes_get_data(octets, &n_octets);
    if (n_inputs == MAX_INPUTS || !octets_are_mapped(start))
        return;
    MappedInput *input = &inputs[n_inputs++];
    input->octets = start;
    g_strlcpy(input->name, name, sizeof input->name);
    input->n_octets = n_octets;
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
