/* SPDX-License-Identifier: MPL-2.0 */

#include "cli.h"
#include "input.h"
#include "options.h"
#include "report.h"
#include "run.h"

static void
show_certificate(JsonObject *certificate)
{
    g_autofree gchar *addresses = json_joined(certificate, "addresses");
    g_autofree gchar *usages = json_joined(certificate, "key_usage");
    g_autofree gchar *purposes = json_joined(certificate, "extended_key_usage");
    gboolean may_sign = json_object_get_boolean_member(certificate, "may_sign");
    gboolean may_encrypt = json_object_get_boolean_member(certificate, "may_encrypt");
    report_line("%s", json_text(certificate, "subject"));
    report_field("issuer", json_text(certificate, "issuer"));
    report_field("serial", json_text(certificate, "serial"));
    g_autofree gchar *reads = json_joined(certificate, "capabilities");
    report_field("addresses", addresses == NULL ? "none" : addresses);
    report_line("  %-13s %s to %s (%s)", "valid", json_text(certificate, "not_before"),
                json_text(certificate, "not_after"), json_text(certificate, "time"));
    report_field("key", json_text(certificate, "key"));
    report_field("key usage", usages == NULL ? "any" : usages);
    report_field("purposes", purposes == NULL ? "any" : purposes);
    report_field("for S/MIME", may_sign && may_encrypt ? "signs and encrypts"
                               : may_sign              ? "signs"
                               : may_encrypt           ? "encrypts"
                                                       : "neither signs nor encrypts");
    report_field("reads", reads);
    report_field("SHA-256", json_text(certificate, "sha256"));
    JsonObject *data = json_object(certificate, "association_data");
    report_field("3 0 1", json_text(data, "0 1"));
    report_field("3 1 1", json_text(data, "1 1"));
}

CliExit
verb_cert(Cli *cli, gint argc, gchar **argv)
{
    g_auto(GStrv) files = options_parse_verb(cli, "cert", NULL, 1, 1, argc, argv);
    if (files == NULL)
        return EXIT_USAGE;
    g_autoptr(JsonObject) params = json_object_new();
    if (!input_add_file(params, "certificate", files[0]))
        return EXIT_UNKNOWN;
    g_auto(OpReply) reply = {0};
    CliExit status = cli_run_on_file(cli, "cert", g_steal_pointer(&params), files[0], &reply);
    if (status != EXIT_HOLDS)
        return status;
    JsonArray *certificates = json_array(reply.result, "certificates");
    if (cli->options.json)
        cli_show_json(&reply);
    for (guint i = 0; !cli->options.json && i < json_array_get_length(certificates); i++)
        show_certificate(json_array_get_object_element(certificates, i));
    return status;
}

CliExit
verb_doctor(Cli *cli, gint argc, gchar **argv)
{
    g_auto(GStrv) words = options_parse_verb(cli, "doctor", NULL, 0, 0, argc, argv);
    if (words == NULL)
        return EXIT_USAGE;
    g_auto(OpReply) reply = {0};
    CliExit status = cli_run(cli, "doctor", json_object_new(), NULL, &reply);
    if (status != EXIT_HOLDS)
        return status;
    JsonArray *checks = json_array(reply.result, "checks");
    if (cli->options.json)
        cli_show_json(&reply);
    for (guint i = 0; i < json_array_get_length(checks); i++) {
        JsonObject *check = json_array_get_object_element(checks, i);
        gboolean works = json_object_get_boolean_member(check, "works");
        gboolean needed = json_object_get_boolean_member(check, "needed");
        if (!works && needed)
            status = EXIT_DOES_NOT_HOLD;
        if (cli->options.json)
            continue;
        report_line("%-4s %-18s %s",
                    works    ? "ok"
                    : needed ? "no"
                             : "--",
                    json_text(check, "check"), json_text(check, "detail"));
        if (!works)
            report_line("%-23s → %s", "", json_text(check, "remedy"));
    }
    return status;
}
