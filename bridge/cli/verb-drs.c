/* SPDX-License-Identifier: MPL-2.0 */

#include "cli.h"
#include "options.h"
#include "report.h"

const CliVerb cli_drs_verbs[] = {
    {"drs frame", "[FILE]", "Show or make the frame round a message of directory replication",
     "Shows the fields of a MAIL_REP_MSG_V1 or MAIL_REP_MSG_V2 ([MS-SRPL] §2.2) once it has "
     "passed\n"
     "the checks of §3.3.5.6; with --payload writes what it holds instead. With --build FILE is\n"
     "the payload, and the frame round it is written.",
     verb_drs_frame},
    {"drs map", "list [ADDRESS] | add ADDRESS FILE | import DIR | remove ADDRESS…",
     "The certificates of domain controllers by their addresses",
     "A response is encrypted to what the map has for its recipient. Certificates come into it by\n"
     "\"add\" and \"import\", and with verified requests, each of which replaces what was there.\n"
     "\"import\" takes the files *.cer, *.crt, *.der and *.pem of DIR: the name of each is the\n"
     "address, or else the certificate names one. Addresses of the key store's keys come first; "
     "to\n"
     "say which address a key of it has, add its certificate.",
     verb_drs_map},
    {NULL, NULL, NULL, NULL, NULL},
};

CliExit
verb_drs(Cli *cli, gint argc, gchar **argv)
{
    g_autofree gchar *name = argc > 1 ? g_strconcat("drs ", argv[1], NULL) : NULL;
    const CliVerb *verb = name == NULL ? NULL : cli_find_verb(name);
    if (verb != NULL)
        return verb->run(cli, argc - 1, argv + 1);
    /* --help is answered there. */
    g_auto(GStrv) words = options_parse_verb(cli, "drs", NULL, 1, G_MAXUINT, argc, argv);
    if (words != NULL)
        report_error("drs: there is no \"%s\"; \"dane-smime drs --help\" lists what there is",
                     words[0]);
    return EXIT_USAGE;
}
