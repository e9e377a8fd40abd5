/* SPDX-License-Identifier: MPL-2.0 */

#include <glib.h>

#include "fuzz.h"
#include "smimea.h"

static void
check_same(GBytes *rdata, gchar *text)
{
    g_autofree gchar *taken = text;
    g_autoptr(SmimeaRecord) record = smimea_record_parse_presentation(taken, NULL);
    g_assert_nonnull(record);
    g_autoptr(GBytes) serialized = smimea_record_serialize(record);
    g_assert_true(g_bytes_equal(serialized, rdata));
}

static void
check_record(const SmimeaRecord *record)
{
    g_autoptr(GBytes) rdata = smimea_record_serialize(record);
    g_assert_cmpint(smimea_record_get_usability(record), <, RECORD_N_USABILITIES);
    check_same(rdata, smimea_record_to_presentation(record));
    check_same(rdata, smimea_record_to_generic(record));
    check_same(rdata, smimea_record_to_zone_line(record, "a", SMIMEA_RR_TYPE, 1, FALSE));
    check_same(rdata, smimea_record_to_zone_line(record, "a", 65444, 0, FALSE));
}

/* The input is read twice: as RDATA, and as zone-file text. */
int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    g_autoptr(GBytes) rdata = g_bytes_new(octets, n_octets);
    g_autoptr(SmimeaRecord) from_wire = smimea_record_parse(rdata, NULL);
    if (from_wire != NULL) {
        g_autoptr(GBytes) serialized = smimea_record_serialize(from_wire);
        g_assert_true(g_bytes_equal(serialized, rdata));
        check_record(from_wire);
    }
    g_autofree gchar *text =
        n_octets == 0 ? g_strdup("") : g_strndup((const gchar *)octets, n_octets);
    g_autoptr(GError) error = NULL;
    g_autoptr(SmimeaRecord) from_text = smimea_record_parse_presentation(text, &error);
    if (from_text != NULL)
        check_record(from_text);
    else
        g_assert_true(error->domain == SMIMEA_ERROR && g_utf8_validate(error->message, -1, NULL));
    return 0;
}
