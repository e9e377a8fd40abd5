/* SPDX-License-Identifier: MPL-2.0 */

#include <locale.h>
#include <signal.h>

#include "cli.h"
#include "cms-init.h"
#include "host-config.h"
#include "input.h"
#include "options.h"
#include "report.h"

static CliExit
run_verb(Cli *cli, gint argc, gchar **argv)
{
    if (cli->options.version) {
        report_line("dane-smime %s", HOST_VERSION);
        return EXIT_HOLDS;
    }
    if (argc < 2) {
        report_error("a verb is missing; \"dane-smime --help\" lists them");
        return EXIT_USAGE;
    }
    const CliVerb *verb = cli_find_verb(argv[1]);
    if (verb == NULL) {
        report_error("there is no verb \"%s\"; \"dane-smime --help\" lists them", argv[1]);
        return EXIT_USAGE;
    }
    return verb->run(cli, argc - 1, argv + 1);
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    signal(SIGPIPE, SIG_IGN);
    g_set_prgname("dane-smime");
    Cli cli = {0};
    g_autoptr(GError) error = NULL;
    CliExit status = EXIT_USAGE;
    if (options_parse_global(&cli.options, &argc, &argv, &error))
        status = run_verb(&cli, argc, argv);
    else
        report_error("%s", error->message);
    if (!report_finish())
        status = EXIT_UNKNOWN;
    gboolean used = cli.bridge != NULL;
    g_clear_pointer(&cli.bridge, bridge_free);
    if (used && !cms_shutdown(&error))
        g_debug("%s", error->message);
    options_clear(&cli.options);
    return (int)status;
}
