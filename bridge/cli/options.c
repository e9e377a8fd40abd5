/* SPDX-License-Identifier: MPL-2.0 */

#include "options.h"

#include "report.h"

#define N_GLOBAL_ENTRIES 15

/* Into @options, and alive as long. */
static void
fill_entries(CliOptions *options, GOptionEntry entries[N_GLOBAL_ENTRIES])
{
    const GOptionEntry rows[N_GLOBAL_ENTRIES] = {
        {"profile", 0, 0, G_OPTION_ARG_FILENAME, &options->profile,
         "Folder of the key store (default $XDG_DATA_HOME/dane-smime)", "DIR"},
        {"password-file", 0, 0, G_OPTION_ARG_FILENAME, &options->password_file,
         "File with the key store's password in its first line", "FILE"},
        {"dns-server", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->dns_servers,
         "Name server to ask; may be repeated", "ADDR[@PORT][#NAME]"},
        {"dns-recursive", 0, 0, G_OPTION_ARG_NONE, &options->dns_recursive,
         "Resolve from the root (with libunbound) instead of asking a name server", NULL},
        {"dns-udp", 0, 0, G_OPTION_ARG_NONE, &options->dns_udp, "The same as --dns-transport udp",
         NULL},
        {"trust-anchor", 0, 0, G_OPTION_ARG_FILENAME, &options->trust_anchor,
         "DNSSEC trust anchor of the root, as in a zone file", "FILE"},
        {"offline", 0, 0, G_OPTION_ARG_NONE, &options->offline, "Look nothing up", NULL},
        {"no-learn", 0, 0, G_OPTION_ARG_NONE, &options->no_learning,
         "Don't record what correspondents can read (see \"peers\")", NULL},
        {"no-cache", 0, 0, G_OPTION_ARG_NONE, &options->no_cache,
         "Neither use nor keep answers of the DNS on disk (see \"cache\")", NULL},
        {"time", 0, 0, G_OPTION_ARG_STRING, &options->time,
         "Moment at which certificates are judged (default now)", "RFC3339"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output,
         "Write the message to this file instead of standard output", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options->json, "Write one JSON object instead of text",
         NULL},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &options->verbose,
         "Say more: details of DNS answers and of certification paths", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version and exit", NULL},
        END_OF_ENTRIES,
    };
    memcpy(entries, rows, sizeof rows);
}

gboolean
options_parse_global(CliOptions *options, gint *argc, gchar ***argv, GError **error)
{
    GOptionEntry entries[N_GLOBAL_ENTRIES];
    GOptionEntry dns_entries[DNS_OPTIONS_N_ENTRIES];
    fill_entries(options, entries);
    dns_options_fill_entries(&options->dns, dns_entries);
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_strict_posix(context, TRUE);
    g_option_context_set_help_enabled(context, FALSE);
    const GOptionEntry help_entry[] = {
        {"help", 'h', 0, G_OPTION_ARG_NONE, &options->help, NULL, NULL},
        END_OF_ENTRIES,
    };
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, dns_entries, NULL);
    g_option_context_add_main_entries(context, help_entry, NULL);
    return g_option_context_parse(context, argc, argv, error);
}

gchar *
options_get_help(void)
{
    CliOptions unused = {0};
    GOptionEntry entries[N_GLOBAL_ENTRIES];
    GOptionEntry dns_entries[DNS_OPTIONS_N_ENTRIES];
    fill_entries(&unused, entries);
    dns_options_fill_entries(&unused.dns, dns_entries);
    g_autoptr(GString) verbs = g_string_new("Verbs:\n");
    for (const CliVerb *verb = cli_verbs; verb->name != NULL; verb++)
        g_string_append_printf(verbs, "  %-11s %s\n", verb->name, verb->summary);
    g_string_append(
        verbs, "\nExit status: 0 it holds; 1 it was found out and does not hold; 2 wrong usage; "
               "3 it could not\nbe found out.\n\n\"dane-smime VERB --help\" tells more of each.");
    g_autoptr(GOptionContext) context = g_option_context_new("VERB [OPTION…] [FILE]");
    g_option_context_set_summary(context,
                                 "S/MIME with certificates from DNSSEC-signed DNS (RFC 8162).");
    g_option_context_set_description(context, verbs->str);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, dns_entries, NULL);
    return g_option_context_get_help(context, TRUE, NULL);
}

/* What is asked for after a verb. GLib's own help ends the program at once, whether what it printed
 * could be written or not. */
typedef struct {
    gboolean help;
    gboolean all;
    gboolean global;
} HelpWish;

static gboolean
show_help(GOptionContext *context, GOptionGroup *global, const HelpWish *wish)
{
    if (!wish->help && !wish->all && !wish->global)
        return FALSE;
    g_autofree gchar *text = g_option_context_get_help(context, !wish->all && !wish->global,
                                                       wish->global ? global : NULL);
    report_text(text);
    return TRUE;
}

static void
take_string(gchar **into, gchar **from)
{
    if (*from == NULL)
        return;
    g_free(*into);
    *into = g_steal_pointer(from);
}

static void
take_strings(gchar ***into, gchar ***from)
{
    g_autoptr(GStrvBuilder) all = g_strv_builder_new();
    if (*from == NULL)
        return;
    if (*into != NULL)
        g_strv_builder_addv(all, (const gchar **)*into);
    g_strv_builder_addv(all, (const gchar **)*from);
    g_strfreev(*into);
    *into = g_strv_builder_end(all);
}

/* Those after the verb win. */
static void
merge_options(CliOptions *into, CliOptions *from)
{
    take_string(&into->profile, &from->profile);
    take_string(&into->password_file, &from->password_file);
    take_strings(&into->dns_servers, &from->dns_servers);
    take_string(&into->trust_anchor, &from->trust_anchor);
    take_string(&into->time, &from->time);
    take_string(&into->output, &from->output);
    into->dns_recursive |= from->dns_recursive;
    into->dns_udp |= from->dns_udp;
    dns_options_merge(&into->dns, &from->dns);
    into->offline |= from->offline;
    into->no_learning |= from->no_learning;
    into->no_cache |= from->no_cache;
    into->json |= from->json;
    into->verbose |= from->verbose;
    into->version |= from->version;
}

void
options_clear(CliOptions *options)
{
    g_free(options->profile);
    g_free(options->password_file);
    g_strfreev(options->dns_servers);
    g_free(options->trust_anchor);
    g_free(options->time);
    g_free(options->output);
    dns_options_clear(&options->dns);
}

static GOptionContext *
make_context(const CliVerb *verb, const GOptionEntry *entries, const GOptionEntry *global,
             const GOptionEntry *dns, GOptionGroup **out_group)
{
    /* The usage line begins with it. */
    g_autofree gchar *program = g_strdup_printf("dane-smime %s", verb->name);
    g_set_prgname(program);
    GOptionContext *context = g_option_context_new(verb->arguments);
    g_option_context_set_summary(context, verb->summary);
    if (verb->text != NULL)
        g_option_context_set_description(context, verb->text);
    if (entries != NULL)
        g_option_context_add_main_entries(context, entries, NULL);
    GOptionGroup *group = g_option_group_new(
        "global", "Options of all verbs:", "Show the options of all verbs", NULL, NULL);
    g_option_group_add_entries(group, global);
    g_option_group_add_entries(group, dns);
    g_option_context_add_group(context, group);
    g_option_context_set_help_enabled(context, FALSE);
    *out_group = group;
    return context;
}

gchar **
options_parse_verb(Cli *cli, const gchar *name, const GOptionEntry *entries, guint min_arguments,
                   guint max_arguments, gint argc, gchar **argv)
{
    const CliVerb *verb = cli_find_verb(name);
    CliOptions after = {0};
    GOptionEntry global[N_GLOBAL_ENTRIES];
    GOptionEntry dns[DNS_OPTIONS_N_ENTRIES];
    gchar **rest = NULL;
    GOptionGroup *group = NULL;
    HelpWish wish = {FALSE, FALSE, FALSE};
    const GOptionEntry rest_entry[] = {
        {"help", 'h', 0, G_OPTION_ARG_NONE, &wish.help, "Show this", NULL},
        {"help-all", 0, 0, G_OPTION_ARG_NONE, &wish.all, "Show all options", NULL},
        {"help-global", 0, 0, G_OPTION_ARG_NONE, &wish.global, "Show the options of all verbs",
         NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, NULL},
        END_OF_ENTRIES,
    };
    fill_entries(&after, global);
    dns_options_fill_entries(&after.dns, dns);
    g_autoptr(GOptionContext) context = make_context(verb, entries, global, dns, &group);
    g_option_context_add_main_entries(context, rest_entry, NULL);
    g_autoptr(GError) error = NULL;
    gboolean parsed = g_option_context_parse(context, &argc, &argv, &error);
    merge_options(&cli->options, &after);
    options_clear(&after);
    /* Standard output is taken. */
    if (cli->options.json && g_strcmp0(cli->options.output, "-") == 0)
        g_clear_pointer(&cli->options.output, g_free);
    if (rest == NULL)
        rest = g_new0(gchar *, 1);
    guint n = g_strv_length(rest);
    cli->options.help = parsed && show_help(context, group, &wish);
    if (cli->options.help || (parsed && cli->options.version)) {
        g_strfreev(rest);
        return NULL;
    }
    if (parsed && n >= min_arguments && n <= max_arguments)
        return rest;
    if (!parsed)
        report_error("%s", error->domain == G_CONVERT_ERROR
                               ? "the value of an option is not text in the character set in use"
                               : error->message);
    else
        report_error("%s: %s; usage: dane-smime %s %s", name,
                     n < min_arguments ? "an argument is missing" : "there is an argument too many",
                     name, verb->arguments);
    g_strfreev(rest);
    return NULL;
}
