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
    {"drs protect", "--type TYPE --sender ADDRESS [--recipient ADDRESS] [FILE]",
     "Sign, and encrypt if it is a response, the data of a message",
     "FILE has the compressed data ([MS-SRPL] §3.2.4.2); what is written is PKCS #7 in DER, with "
     "the\n"
     "signer's certificate: the key is that of the key store for the sender's address. A request "
     "is\n"
     "never encrypted, a response always, to the map's certificate of the recipient (\"drs "
     "map\").\n"
     "AES-128 and SHA-256, or with --legacy RC4 and MD5, which are broken: only for servers that\n"
     "know nothing else. With --framed the frame stands round it, with --mail a mail round "
     "that.",
     verb_drs_protect},
    {"drs unprotect", "--type TYPE --sender ADDRESS (--ca FILE | --pinned) [FILE]",
     "Verify, and decrypt if it is a response, such a message",
     "Writes the compressed data if the signature holds, the sender's certificate is a domain\n"
     "controller's of the common authority (--ca), or with --pinned the one that the map has for "
     "the\n"
     "sender's address, and the message is as its type wants it. The certificate of a request "
     "then\n"
     "replaces what the map had for that address, that of a response only with --learn. Whether "
     "it\n"
     "belongs to that address, and to a controller that is in service, the directory alone "
     "knows.",
     verb_drs_unprotect},
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
