/* SPDX-License-Identifier: MPL-2.0 */

/* dane-smime-fetch [--named|--private] URL: writes what is there to standard output. A program of
 * its own, since it reads what anybody may send: it has no keys, writes no files, starts nothing,
 * and ends when its time is over. Started only when a person says "crl fetch" or --fetch-crls. What
 * the options are: http-reach.h. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core-limits.h"
#include "http-get.h"

#define EXIT_USAGE      2
#define TIMEOUT_SECONDS 15u
#define WHOLE_SECONDS   60u

static void
limit_rights(void)
{
    static const struct rlimit none = {0, 0};
    static const struct rlimit cpu = {10, 10};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    setrlimit(RLIMIT_CORE, &none);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &none);
    setrlimit(RLIMIT_CPU, &cpu);
    alarm(WHOLE_SECONDS);
}

static gboolean
write_all(GBytes *octets)
{
    gsize n_left = 0;
    const guint8 *next = g_bytes_get_data(octets, &n_left);
    while (n_left > 0) {
        gssize n = write(STDOUT_FILENO, next, n_left);
        if (n < 0)
            return FALSE;
        next += n;
        n_left -= (gsize)n;
    }
    return TRUE;
}

static gboolean
read_words(int argc, char **argv, HttpReach *out_reach)
{
    const gchar *option = argc == 3 ? argv[1] : "";
    *out_reach = g_str_equal(option, HTTP_REACH_OPTION_ANY)     ? HTTP_REACH_ANY
                 : g_str_equal(option, HTTP_REACH_OPTION_NAMED) ? HTTP_REACH_NAMED
                                                                : HTTP_REACH_PUBLIC;
    return (argc == 2 || (argc == 3 && *out_reach != HTTP_REACH_PUBLIC)) && *argv[argc - 1] != '-';
}

int
main(int argc, char **argv)
{
    HttpReach reach;
    g_autoptr(GError) error = NULL;
    limit_rights();
    if (!read_words(argc, argv, &reach)) {
        fputs("usage: dane-smime-fetch [" HTTP_REACH_OPTION_NAMED "|" HTTP_REACH_OPTION_ANY
              "] URL\n",
              stderr);
        return EXIT_USAGE;
    }
    g_autoptr(GBytes) content =
        http_get(argv[argc - 1], reach, LIMIT_CRL_OCTETS, TIMEOUT_SECONDS, &error);
    if (content != NULL && write_all(content))
        return EXIT_SUCCESS;
    /* Not g_printerr(): whoever started this reads UTF-8, in whatever locale. */
    fprintf(stderr, "%s\n", error == NULL ? "can't be written" : error->message);
    return EXIT_FAILURE;
}
