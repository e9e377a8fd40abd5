/* SPDX-License-Identifier: MPL-2.0 */

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

#include "cli.h"
#include "cms-init.h"
#include "host-config.h"
#include "mapped-input.h"
#include "options.h"
#include "report.h"

static CliExit
show_version(void)
{
    report_line("dane-smime %s", HOST_VERSION);
    return EXIT_HOLDS;
}

static CliExit
run_verb(Cli *cli, gint argc, gchar **argv)
{
    if (cli->options.help) {
        g_autofree gchar *text = options_get_help();
        report_text(text);
        return EXIT_HOLDS;
    }
    if (cli->options.version)
        return show_version();
    if (argc < 2) {
        report_error("a verb is missing; \"dane-smime --help\" lists them");
        return EXIT_USAGE;
    }
    const CliVerb *verb = cli_find_verb(argv[1]);
    if (verb == NULL) {
        report_error("there is no verb \"%s\"; \"dane-smime --help\" lists them", argv[1]);
        return EXIT_USAGE;
    }
    CliExit status = verb->run(cli, argc - 1, argv + 1);
    if (cli->options.version && !cli->options.help)
        return show_version();
    return cli->options.help ? EXIT_HOLDS : status;
}

/* A descriptor that is closed would go to the first file or socket that is opened, and texts for
 * the user with it. These fail at being used, as the closed one would. */
static void
occupy_standard_descriptors(void)
{
    for (gint fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            _exit(EXIT_UNKNOWN);
}

/* What complains before or after an operation knows no code of its own. */
static const gchar *
code_for_exit(CliExit status)
{
    if (status == EXIT_USAGE)
        return "request-malformed";
    return status == EXIT_DOES_NOT_HOLD ? "key-not-found" : "file-refused";
}

int
main(int argc, char **argv)
{
    /* How names and texts of the system are encoded and spoken; the others, of which each is a
     * file, are for numbers and dates that are not written here. */
    setlocale(LC_CTYPE, "");
    setlocale(LC_MESSAGES, "");
    occupy_standard_descriptors();
    signal(SIGPIPE, SIG_IGN);
    /* A file that may not grow further is an error of the write. */
    signal(SIGXFSZ, SIG_IGN);
    mapped_input_install_handler();
    g_set_prgname("dane-smime");
    Cli cli = {0};
    g_autoptr(GError) error = NULL;
    CliExit status = EXIT_USAGE;
    /* Options that can't be parsed are not taken over, and this one among them. */
    gboolean json = g_strv_contains((const gchar *const *)argv, "--json");
    if (options_parse_global(&cli.options, &argc, &argv, &error))
        status = run_verb(&cli, argc, argv);
    else
        report_error("%s", error->message);
    if (status != EXIT_HOLDS && (json || cli.options.json))
        report_json_complaint(code_for_exit(status));
    if (!report_finish())
        status = EXIT_UNKNOWN;
    gboolean used = cli.bridge != NULL;
    g_clear_pointer(&cli.bridge, bridge_free);
    if (used && !cms_shutdown(&error))
        g_debug("%s", error->message);
    options_clear(&cli.options);
    return (int)status;
}
