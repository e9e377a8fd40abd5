/* SPDX-License-Identifier: MPL-2.0 */

#include "record-report.h"

#include "report.h"

void
report_detail(JsonObject *answer)
{
    const gchar *detail = json_text(answer, "detail");
    if (g_strcmp0(detail, "NXDOMAIN") == 0)
        detail = "NXDOMAIN: the name does not exist";
    else if (g_strcmp0(detail, "no data") == 0)
        detail = "no data: the name exists, and has no records of this type";
    report_field("detail", detail);
}

static gboolean
needs_not_before(JsonObject *answer)
{
    return g_strcmp0(json_text(answer, "recipient"), "certificate-not-yet-valid") == 0;
}

static void
report_certificate(JsonObject *answer, const gchar *numbers, JsonObject *certificate)
{
    gboolean from = needs_not_before(answer);
    report_line("  %-13s %s, %s, %s,%s%s until %s", "record", numbers,
                json_text(certificate, "subject"), json_text(certificate, "key"),
                from ? " from " : "", from ? json_text(certificate, "not_before") : "",
                json_text(certificate, "not_after"));
}

static void
report_record(JsonObject *answer, JsonObject *record)
{
    JsonObject *certificate = json_object(record, "certificate");
    const gchar *reason = json_text(record, "reason");
    const gchar *digest = json_text(record, "digest");
    if (!json_object_has_member(record, "usage")) {
        report_line("  %-13s malformed", "record");
        report_field("", json_text(record, "advice"));
        return;
    }
    g_autofree gchar *numbers = g_strdup_printf(
        "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
        json_object_get_int_member(record, "usage"), json_object_get_int_member(record, "selector"),
        json_object_get_int_member(record, "matching_type"));
    if (reason != NULL)
        report_line("  %-13s %s, unusable: %s", "record", numbers, reason);
    else if (certificate != NULL)
        report_certificate(answer, numbers, certificate);
    else if (digest != NULL)
        report_line("  %-13s %s, the digest %s", "record", numbers, digest);
    else
        report_line("  %-13s %s, a public key, its SHA-256 %s", "record", numbers,
                    json_text(record, "association_data_sha256"));
    report_field("", json_text(record, "advice"));
}

void
report_records(JsonObject *answer)
{
    const gchar *canonical_name = json_text(answer, "canonical_name");
    JsonArray *records = json_array(answer, "records");
    if (canonical_name != NULL &&
        g_ascii_strcasecmp(canonical_name, json_text(answer, "owner_name")) != 0)
        report_field("stands at", canonical_name);
    for (guint i = 0; i < json_array_get_length(records); i++)
        report_record(answer, json_array_get_object_element(records, i));
}
