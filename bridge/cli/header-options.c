/* SPDX-License-Identifier: MPL-2.0 */

#include "header-options.h"

#include "report.h"
#include "run.h"

void
header_options_clear(HeaderOptions *options)
{
    g_clear_pointer(&options->policy, g_free);
    g_clear_pointer(&options->answered, g_strfreev);
}

void
header_options_add_entries(HeaderOptions *options, GArray *into)
{
    const GOptionEntry entries[] = {
        {"header-protection", 0, 0, G_OPTION_ARG_STRING, &options->policy,
         "What servers see of an encrypted message's fields: baseline (default: no Subject, "
         "Comments, Keywords), shy (nor display names, nor the time zone) or none (everything)",
         "POLICY"},
        {"no-legacy-display", 0, 0, G_OPTION_ARG_NONE, &options->no_legacy_display,
         "Don't repeat hidden fields at the top of an encrypted text for programs that know no "
         "protected fields",
         NULL},
        {"responds-to", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->answered,
         "Hide what this message, which is answered or forwarded, hid; may be repeated", "FILE"},
    };
    g_array_append_vals(into, entries, G_N_ELEMENTS(entries));
}

/* The fields of one message, as "read" finds them: none if it protects none. */
static CliExit
add_answered(Cli *cli, JsonArray *responds_to, const gchar *path)
{
    g_auto(OpReply) reply = {0};
    CliExit status = cli_run_on_message(cli, "read", json_object_new(), path, &reply);
    if (status != EXIT_HOLDS)
        return status;
    JsonObject *header = json_object(reply.result, "header");
    JsonArray *fields = header == NULL ? NULL : json_array(header, "fields");
    if (fields != NULL)
        json_array_add_array_element(responds_to, json_array_ref(fields));
    return EXIT_HOLDS;
}

CliExit
header_options_add_params(Cli *cli, JsonObject *params, const HeaderOptions *options)
{
    if (options->policy != NULL)
        json_object_set_string_member(params, "header_protection", options->policy);
    if (options->no_legacy_display)
        json_object_set_boolean_member(params, "legacy_display", FALSE);
    if (options->answered == NULL)
        return EXIT_HOLDS;
    g_autoptr(JsonArray) responds_to = json_array_new();
    for (gchar **path = options->answered; *path != NULL; path++) {
        CliExit status = add_answered(cli, responds_to, *path);
        if (status != EXIT_HOLDS)
            return status;
    }
    json_object_set_array_member(params, "responds_to", g_steal_pointer(&responds_to));
    return EXIT_HOLDS;
}
