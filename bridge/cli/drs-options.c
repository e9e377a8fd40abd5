/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-options.h"

#include "input.h"
#include "json-facts.h"
#include "report.h"
#include "run.h"

void
drs_frame_options_add_entries(DrsFrameOptions *options, GArray *entries)
{
    const GOptionEntry rows[] = {
        {"frame-version", 0, 0, G_OPTION_ARG_INT, &options->version,
         "1 for MAIL_REP_MSG_V1, 2 for MAIL_REP_MSG_V2 (default 2)", "N"},
        {"compression", 0, 0, G_OPTION_ARG_STRING, &options->compression,
         "What the data are compressed with: none (default), mszip, win2k3", "NAME"},
        {"uncompressed-size", 0, 0, G_OPTION_ARG_INT64, &options->uncompressed_size,
         "Octets before compression", "N"},
        {"extensions", 0, 0, G_OPTION_ARG_STRING, &options->extensions,
         "DRS_EXTENSIONS_INT of a frame of version 2 (default: one that claims nothing)", "HEX"},
    };
    g_array_append_vals(entries, rows, G_N_ELEMENTS(rows));
}

/* NULL for what is no hexadecimal. */
static GBytes *
octets_from_hex(const gchar *text)
{
    g_autoptr(GByteArray) octets = g_byte_array_new();
    for (; *text != '\0'; text += 2) {
        gint high = g_ascii_xdigit_value(text[0]);
        gint low = high < 0 ? -1 : g_ascii_xdigit_value(text[1]);
        if (low < 0)
            return NULL;
        guint8 octet = (guint8)(high * 16 + low);
        g_byte_array_append(octets, &octet, 1);
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&octets));
}

gboolean
drs_frame_options_add_params(const DrsFrameOptions *options, JsonObject *params)
{
    if (options->version != DRS_VERSION_NOT_GIVEN)
        json_object_set_int_member(params, "frame_version", options->version);
    if (options->compression != NULL)
        json_object_set_string_member(params, "compression", options->compression);
    if (options->uncompressed_size != DRS_SIZE_NOT_GIVEN)
        json_object_set_int_member(params, "uncompressed_size", options->uncompressed_size);
    if (options->extensions == NULL)
        return TRUE;
    g_autoptr(GBytes) extensions = octets_from_hex(options->extensions);
    if (extensions == NULL) {
        report_error("--extensions: hexadecimal digits are wanted, two for each octet");
        return FALSE;
    }
    json_set_base64(params, "extensions", extensions);
    return TRUE;
}

gboolean
drs_frame_options_are_given(const DrsFrameOptions *options)
{
    return options->version != DRS_VERSION_NOT_GIVEN || options->compression != NULL ||
           options->uncompressed_size != DRS_SIZE_NOT_GIVEN || options->extensions != NULL;
}

void
drs_frame_options_clear(DrsFrameOptions *options)
{
    g_free(options->compression);
    g_free(options->extensions);
}

static void
report_number(JsonObject *frame, const gchar *member, const gchar *name)
{
    report_line("  %-24s %" G_GINT64_FORMAT, name, json_object_get_int_member(frame, member));
}

void
drs_report_frame(JsonObject *frame)
{
    gint64 version = json_object_get_int_member(frame, "version");
    report_line("MAIL_REP_MSG_V%" G_GINT64_FORMAT ", %s%s%s%s", version, json_text(frame, "type"),
                json_object_get_boolean_member(frame, "signed") ? ", signed" : "",
                json_object_get_boolean_member(frame, "sealed") ? ", sealed" : "",
                json_object_get_boolean_member(frame, "compressed") ? ", compressed" : "");
    report_line("  %-24s %s", "CompressionVersionCaller", json_text(frame, "compression"));
    report_number(frame, "protocol_version", "ProtocolVersionCaller");
    report_number(frame, "data_offset", "cbDataOffset");
    report_number(frame, "data_size", "cbDataSize");
    report_number(frame, "uncompressed_size", "cbUncompressedDataSize");
    report_number(frame, "unsigned_size", "cbUnsignedDataSize");
    report_line("  %-24s 0x%08x", "dwMsgType", (guint32)json_object_get_int_member(frame, "flags"));
    report_number(frame, "message_version", "dwMsgVersion");
    if (version == 2) {
        report_line("  %-24s 0x%08x", "dwExtFlags",
                    (guint32)json_object_get_int_member(frame, "extension_flags"));
        report_number(frame, "extension_offset", "cbExtOffset");
        report_line("  %-24s %s", "DRS_EXTENSIONS_INT", json_text(frame, "extensions"));
    }
    if (json_object_get_int_member(frame, "trailing") > 0)
        report_number(frame, "trailing", "octets behind the payload");
}

void
drs_add_legacy(JsonObject *params, const gchar *words)
{
    if (words == NULL)
        return;
    g_auto(GStrv) names = g_strsplit(words, ",", -1);
    json_set_strings(params, "legacy", (const gchar *const *)names);
}

CliExit
drs_write_octets(Cli *cli, OpReply *reply)
{
    const OctetSource *octets = g_ptr_array_index(reply->bodies, 0);
    if (cli->options.json)
        cli_show_json(reply);
    if (cli->options.json && cli->options.output == NULL)
        return EXIT_HOLDS;
    return output_write(cli, octets) ? EXIT_HOLDS : EXIT_UNKNOWN;
}
