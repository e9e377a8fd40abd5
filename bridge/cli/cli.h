/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <json-glib/json-glib.h>

#include "dns-options.h"
#include "op.h"

/* The command line: each verb reads its options, runs an operation of the host, and shows the
 * result in words or as JSON. */

typedef enum {
    EXIT_HOLDS = 0,
    EXIT_DOES_NOT_HOLD = 1, /* it was found out: bad signature, no record, not for us */
    EXIT_USAGE = 2,
    EXIT_UNKNOWN = 3 /* it could not be found out: no network, locked key, unreadable input */
} CliExit;

/* The options before or after the verb. */
typedef struct {
    gchar *profile;
    gchar *password_file;
    gchar **dns_servers;
    gboolean dns_recursive;
    gboolean dns_udp;
    DnsOptions dns;
    gchar *trust_anchor;
    gchar *time;
    gchar *output;
    gboolean offline;
    gboolean no_learning;
    gboolean no_cache;
    gboolean json;
    gboolean verbose;
    gboolean version;
    gboolean help; /* before the verb, or without one; after it, once it is answered */
} CliOptions;

typedef struct {
    CliOptions options;
    Bridge *bridge;  /* made with the first operation */
    gchar *password; /* of the key store, if a file or the terminal gave it */
} Cli;

/* What a verb is, for the list of them and for its own --help. */
typedef struct {
    const gchar *name;
    const gchar *arguments; /* "ADDRESS…" */
    const gchar *summary;   /* one line */
    const gchar *text;      /* paragraphs; may be NULL */
    CliExit (*run)(Cli *cli, gint argc, gchar **argv);
} CliVerb;

extern const CliVerb cli_verbs[]; /* the last has the name NULL */
/* Those of the verb "drs", with its name before theirs: "drs frame". */
extern const CliVerb cli_drs_verbs[];
const CliVerb *cli_find_verb(const gchar *name);

/* Handlers, each in verb-NAME.c or where NAME's kin is. */
CliExit verb_addresses(Cli *cli, gint argc, gchar **argv);
CliExit verb_cache(Cli *cli, gint argc, gchar **argv);
CliExit verb_cert(Cli *cli, gint argc, gchar **argv);
CliExit verb_classify(Cli *cli, gint argc, gchar **argv);
CliExit verb_crl(Cli *cli, gint argc, gchar **argv);
CliExit verb_decrypt(Cli *cli, gint argc, gchar **argv);
CliExit verb_delete(Cli *cli, gint argc, gchar **argv);
CliExit verb_doctor(Cli *cli, gint argc, gchar **argv);
CliExit verb_drs(Cli *cli, gint argc, gchar **argv);
CliExit verb_drs_frame(Cli *cli, gint argc, gchar **argv);
CliExit verb_drs_map(Cli *cli, gint argc, gchar **argv);
CliExit verb_drs_protect(Cli *cli, gint argc, gchar **argv);
CliExit verb_drs_unprotect(Cli *cli, gint argc, gchar **argv);
CliExit verb_encrypt(Cli *cli, gint argc, gchar **argv);
CliExit verb_export(Cli *cli, gint argc, gchar **argv);
CliExit verb_import(Cli *cli, gint argc, gchar **argv);
CliExit verb_keygen(Cli *cli, gint argc, gchar **argv);
CliExit verb_keys(Cli *cli, gint argc, gchar **argv);
CliExit verb_lookup(Cli *cli, gint argc, gchar **argv);
CliExit verb_owner_name(Cli *cli, gint argc, gchar **argv);
CliExit verb_password(Cli *cli, gint argc, gchar **argv);
CliExit verb_peers(Cli *cli, gint argc, gchar **argv);
CliExit verb_read(Cli *cli, gint argc, gchar **argv);
CliExit verb_record(Cli *cli, gint argc, gchar **argv);
CliExit verb_seen(Cli *cli, gint argc, gchar **argv);
CliExit verb_sign(Cli *cli, gint argc, gchar **argv);
CliExit verb_verify(Cli *cli, gint argc, gchar **argv);
