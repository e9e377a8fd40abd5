/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "core-limits.h"
#include "smimea.h"

#define HASH  "9003e374bc726550c2c289447fd0533160f875709386dfa377bfd41c"
#define OWNER HASH "._smimecert.example.org."

#define OCTETS(literal) literal, sizeof literal - 1

#define ANY_32 "0123456789abcdef0123456789abcdef"
#define ANY_64 ANY_32 ANY_32

typedef struct {
    const gchar *name;
    const gchar *rdata;
    gsize n_octets;
    RecordUsability usability;
} WireCase;

static const WireCase wire_cases[] = {
    {"dane-ee-cert-full", OCTETS("\3\0\0\x30\0"), RECORD_USABLE},
    {"pkix-ta-spki-sha256", OCTETS("\0\1\1" ANY_32), RECORD_USABLE},
    {"pkix-ee-cert-sha512", OCTETS("\1\0\2" ANY_64), RECORD_USABLE},
    {"dane-ta-spki-full", OCTETS("\2\1\0\x30"), RECORD_USABLE},
    /* RFC 6698 §4.1: parameters that are not known make a record unusable, not malformed */
    {"usage-4", OCTETS("\4\0\0\x30"), RECORD_UNUSABLE_USAGE},
    {"usage-private", OCTETS("\377\0\0\x30"), RECORD_UNUSABLE_USAGE},
    {"selector-2", OCTETS("\3\2\0\x30"), RECORD_UNUSABLE_SELECTOR},
    {"matching-type-3", OCTETS("\3\0\3\x30"), RECORD_UNUSABLE_MATCHING_TYPE},
    {"sha256-31",
     OCTETS("\3\0\1"
            "0123456789abcdef0123456789abcde"),
     RECORD_UNUSABLE_DIGEST_LENGTH},
    {"sha256-33", OCTETS("\3\0\1" ANY_32 "x"), RECORD_UNUSABLE_DIGEST_LENGTH},
    {"sha512-32", OCTETS("\3\0\2" ANY_32), RECORD_UNUSABLE_DIGEST_LENGTH},
    {"no-data-full", OCTETS("\3\0\0"), RECORD_UNUSABLE_MALFORMED},
    {"no-data-sha256", OCTETS("\3\0\1"), RECORD_UNUSABLE_MALFORMED},
};

static void
check_presentation(const SmimeaRecord *record, const gchar *text, GBytes *rdata)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SmimeaRecord) again = smimea_record_parse_presentation(text, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) serialized = smimea_record_serialize(again);
    g_assert_true(g_bytes_equal(serialized, rdata));
    g_assert_cmpuint(again->usage, ==, record->usage);
}

/* Wire form to every form and back. */
static void
test_wire(gconstpointer data)
{
    const WireCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) rdata = g_bytes_new(test->rdata, test->n_octets);
    g_autoptr(SmimeaRecord) record = smimea_record_parse(rdata, &error);
    g_assert_no_error(error);
    g_assert_cmpint(smimea_record_get_usability(record), ==, test->usability);
    g_autoptr(GBytes) serialized = smimea_record_serialize(record);
    g_assert_true(g_bytes_equal(serialized, rdata));

    g_autofree gchar *presentation = smimea_record_to_presentation(record);
    check_presentation(record, presentation, rdata);
    g_autofree gchar *generic = smimea_record_to_generic(record);
    check_presentation(record, generic, rdata);
    g_autofree gchar *line = smimea_record_to_zone_line(record, "a.b", SMIMEA_RR_TYPE, 60, FALSE);
    check_presentation(record, line, rdata);
}

typedef struct {
    const gchar *name;
    gsize n_octets;
    gint code; /* -1: accepted */
} LengthCase;

static const LengthCase length_cases[] = {
    {"0", 0, SMIMEA_ERROR_TRUNCATED},
    {"2", 2, SMIMEA_ERROR_TRUNCATED},
    {"3", 3, -1},
    {"65535", 65535, -1},
    {"65536", 65536, SMIMEA_ERROR_TOO_LONG},
};

static void
test_wire_length(gconstpointer data)
{
    const LengthCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) rdata = g_bytes_new_take(g_malloc0(test->n_octets), test->n_octets);
    g_autoptr(SmimeaRecord) record = smimea_record_parse(rdata, &error);
    if (test->code >= 0) {
        g_assert_error(error, SMIMEA_ERROR, test->code);
        g_assert_null(record);
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(record->association_data), ==, test->n_octets - 3);
}

typedef struct {
    const gchar *name;
    const gchar *text;
    const gchar *presentation;
} TextCase;

static const TextCase text_cases[] = {
    {"rdata", "3 1 0 3082", "3 1 0 3082"},
    {"hex-upper-case", "3 0 0 30AbCdEF", "3 0 0 30abcdef"},
    {"hex-in-pieces", "3 0 0 3 0a bcd\tef", "3 0 0 30abcdef"},
    {"no-data", "3 0 0", "3 0 0"},
    {"leading-zeros", "003 0 0 30", "3 0 0 30"},
    {"parameters-255", "255 255 255 30", "255 255 255 30"},
    {"parentheses", "3 0 0 (\n 3082 ; a comment with ) and 00\n 0011 )\n", "3 0 0 30820011"},
    {"parentheses-without-spaces", "3 0 0(3082)", "3 0 0 3082"},
    {"cr-lf", "3 0 0 (30\r\n82)\r\n", "3 0 0 3082"},
    {"comment-and-blank-lines-around", "\n; c\xc3\xa4\n\n3 0 0 30 ; x\n\n ; y\n", "3 0 0 30"},
    /* RFC 7218 §2 */
    {"acronyms", "DANE-EE SPKI Full 30", "3 1 0 30"},
    {"acronyms-any-case", "pkix-ta cert sha2-256 30", "0 0 1 30"},
    {"acronyms-others", "PKIX-EE PrivSel SHA2-512 30", "1 255 2 30"},
    {"acronyms-private", "PrivCert SPKI PrivMatch 30", "255 1 255 30"},
    {"acronym-dane-ta", "DANE-TA 0 FULL 30", "2 0 0 30"},
    /* RFC 3597 §5 */
    {"generic", "\\# 5 03 01 00 3082", "3 1 0 3082"},
    {"generic-parentheses", "\\# 5 03 00 01 ( 3082 )", "3 0 1 3082"},
    {"generic-no-data", "\\# 3 030000", "3 0 0"},
    {"line-owner-class", OWNER " IN SMIMEA 3 0 0 30", "3 0 0 30"},
    {"line-owner", OWNER " SMIMEA 3 0 0 30", "3 0 0 30"},
    {"line-ttl-class", OWNER " 3600 IN SMIMEA 3 0 0 30", "3 0 0 30"},
    {"line-class-ttl", OWNER " in 1h30m smimea 3 0 0 30", "3 0 0 30"},
    {"line-class-in-numbers", OWNER " CLASS1 SMIMEA 3 0 0 30", "3 0 0 30"},
    {"line-without-owner", "\tIN SMIMEA 3 0 0 30", "3 0 0 30"},
    {"line-type-only", "SMIMEA 3 0 0 30", "3 0 0 30"},
    {"line-owner-of-digits", "123 3600 IN SMIMEA 3 0 0 30", "3 0 0 30"},
    {"line-owner-with-escapes", "a\\(b\\;c\\\\ IN SMIMEA 3 0 0 30", "3 0 0 30"},
    {"line-owner-at", "@ SMIMEA 3 0 0 30", "3 0 0 30"},
    {"line-type53-plain", OWNER " IN TYPE53 3 0 0 30", "3 0 0 30"},
    {"line-type53-generic", OWNER " IN TYPE53 \\# 4 03000030", "3 0 0 30"},
    {"line-private-first", "a TYPE65280 \\# 4 03000030", "3 0 0 30"},
    {"line-private-last", "a TYPE65534 \\# 4 03000030", "3 0 0 30"},
    {"line-wholly-in-parentheses", "(\n" OWNER " IN\n SMIMEA 3 0 0 30 )", "3 0 0 30"},
    /* As guides of the drafts' time print it. */
    {"guide-parenthesis-before-numbers",
     OWNER " SMIMEA (3 1 0\n30820122300d06092a864886f70d0101010500\n0382010f00 )",
     "3 1 0 30820122300d06092a864886f70d01010105000382010f00"},
    {"guide-generic", OWNER " TYPE65444 \\# 5 (03 01 00\n3082)", "3 1 0 3082"},
};

static void
test_text(gconstpointer data)
{
    const TextCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(SmimeaRecord) record = smimea_record_parse_presentation(test->text, &error);
    g_assert_no_error(error);
    g_autofree gchar *presentation = smimea_record_to_presentation(record);
    g_assert_cmpstr(presentation, ==, test->presentation);
}

typedef struct {
    const gchar *name;
    const gchar *text;
    SmimeaError code;
    const gchar *message; /* NULL: any */
} RefuseCase;

static const RefuseCase refuse_cases[] = {
    {"empty", "", SMIMEA_ERROR_SYNTAX, "expected a certificate usage (0-255) at character 1"},
    {"blank", " \n ; x\n", SMIMEA_ERROR_SYNTAX, NULL},
    {"usage-256", "256 0 0 30", SMIMEA_ERROR_SYNTAX,
     "expected a certificate usage (0-255) at character 1"},
    {"usage-huge", "99999999999999999999999999 0 0 30", SMIMEA_ERROR_SYNTAX, NULL},
    {"usage-negative", "-1 0 0 30", SMIMEA_ERROR_SYNTAX, NULL},
    {"usage-hex", "0x3 0 0 30", SMIMEA_ERROR_SYNTAX, NULL},
    {"usage-unknown-acronym", "DANE-XX 0 0 30", SMIMEA_ERROR_SYNTAX, NULL},
    {"selector-missing", "3", SMIMEA_ERROR_SYNTAX, "expected a selector (0-255) at character 2"},
    {"selector-acronym-of-usage", "3 DANE-EE 0 30", SMIMEA_ERROR_SYNTAX,
     "expected a selector (0-255) at character 3"},
    {"matching-type-missing", "3 0", SMIMEA_ERROR_SYNTAX, NULL},
    {"matching-type-is-hex", "3 0 3082", SMIMEA_ERROR_SYNTAX,
     "expected a matching type (0-255) at character 5"},
    {"hex-odd", "3 0 0 308", SMIMEA_ERROR_SYNTAX,
     "expected one more hexadecimal digit at character 10"},
    {"hex-not", "3 0 0 30 8g", SMIMEA_ERROR_SYNTAX, "expected a hexadecimal digit at character 11"},
    {"hex-base64", "3 0 0 MIIB", SMIMEA_ERROR_SYNTAX, NULL},
    {"hex-quoted", "3 0 0 \"3082\"", SMIMEA_ERROR_SYNTAX, "quotation mark at character 7"},
    {"characters-not-octets", "; \xc3\xa4\xe2\x82\xac\n3 0 0 x", SMIMEA_ERROR_SYNTAX,
     "expected a hexadecimal digit at character 12"},
    {"parenthesis-open", "3 0 0 ( 30", SMIMEA_ERROR_SYNTAX,
     "parenthesis without its end at character 11"},
    {"parenthesis-in-a-comment", "3 0 0 ( 30 ; )", SMIMEA_ERROR_SYNTAX, NULL},
    {"parenthesis-close", "3 0 0 30 )", SMIMEA_ERROR_SYNTAX,
     "closing parenthesis without its opening at character 10"},
    {"parenthesis-nested", "3 0 0 ((30))", SMIMEA_ERROR_SYNTAX, NULL},
    {"second-line", "3 0 0 30\n82", SMIMEA_ERROR_SYNTAX,
     "text after the end of the record at character 10"},
    {"two-records", "a SMIMEA 3 0 0 30\na SMIMEA 3 0 0 31\n", SMIMEA_ERROR_SYNTAX, NULL},
    {"line-break-before-rdata", "a SMIMEA\n3 0 0 30", SMIMEA_ERROR_SYNTAX, NULL},
    {"generic-length-short", "\\# 4 03000030 82", SMIMEA_ERROR_SYNTAX,
     "length that is not that of the data at character 4"},
    {"generic-length-long", "\\# 6 03000030 82", SMIMEA_ERROR_SYNTAX, NULL},
    {"generic-length-65536", "\\# 65536 03", SMIMEA_ERROR_SYNTAX, NULL},
    {"generic-no-length", "\\#", SMIMEA_ERROR_SYNTAX, NULL},
    {"generic-two-octets", "\\# 2 0300", SMIMEA_ERROR_TRUNCATED, NULL},
    {"generic-nothing", "\\# 0", SMIMEA_ERROR_TRUNCATED, NULL},
    {"line-other-type", "a IN TLSA 3 0 0 30", SMIMEA_ERROR_SYNTAX, NULL},
    {"line-type-52", "a IN TYPE52 \\# 4 03000030", SMIMEA_ERROR_SYNTAX, NULL},
    {"line-type-65279", "a TYPE65279 \\# 4 03000030", SMIMEA_ERROR_SYNTAX, NULL},
    {"line-type-65535", "a TYPE65535 \\# 4 03000030", SMIMEA_ERROR_SYNTAX, NULL},
    {"line-two-classes", "a IN CH SMIMEA 3 0 0 30", SMIMEA_ERROR_SYNTAX,
     "expected a TTL or a class at character 3"},
    {"line-two-owners", "a b SMIMEA 3 0 0 30", SMIMEA_ERROR_SYNTAX, NULL},
    {"line-type-only", "a IN SMIMEA", SMIMEA_ERROR_SYNTAX, NULL},
    {"line-ends-in-backslash", "a\\", SMIMEA_ERROR_SYNTAX, NULL},
};

static void
test_refuse(gconstpointer data)
{
    const RefuseCase *test = data;
    g_autoptr(GError) error = NULL;
    g_assert_null(smimea_record_parse_presentation(test->text, &error));
    g_assert_error(error, SMIMEA_ERROR, (gint)test->code);
    if (test->message != NULL)
        g_assert_cmpstr(error->message, ==, test->message);
}

/* "3 0 0" and @n_data octets. */
static gchar *
make_text(gsize n_data, const gchar *padding)
{
    g_autofree gchar *hex = g_strnfill(2 * n_data, 'a');
    return g_strconcat("3 0 0 ", hex, padding, NULL);
}

static void
test_text_limits(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *most = make_text(LIMIT_RDATA_OCTETS - 3, "");
    g_autoptr(SmimeaRecord) record = smimea_record_parse_presentation(most, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(record->association_data), ==, LIMIT_RDATA_OCTETS - 3);

    g_autofree gchar *past = make_text(LIMIT_RDATA_OCTETS - 2, "");
    g_assert_null(smimea_record_parse_presentation(past, &error));
    g_assert_error(error, SMIMEA_ERROR, SMIMEA_ERROR_TOO_LONG);
    g_clear_error(&error);

    g_autofree gchar *spaces = g_strnfill(LIMIT_PRESENTATION_OCTETS - 8, ' ');
    g_autofree gchar *padded = make_text(1, spaces);
    g_autoptr(SmimeaRecord) long_line = smimea_record_parse_presentation(padded, &error);
    g_assert_no_error(error);
    g_assert_nonnull(long_line);

    g_autofree gchar *line = g_strconcat(padded, " ", NULL);
    g_assert_null(smimea_record_parse_presentation(line, &error));
    g_assert_error(error, SMIMEA_ERROR, SMIMEA_ERROR_TOO_LONG);
}

static void
test_zone_line(void)
{
    g_autoptr(SmimeaRecord) record = smimea_record_parse_presentation("3 1 0 30AB", NULL);
    g_autofree gchar *plain = smimea_record_to_zone_line(record, "a.b", SMIMEA_RR_TYPE, 0, FALSE);
    g_assert_cmpstr(plain, ==, "a.b. IN SMIMEA 3 1 0 30ab");
    g_autofree gchar *generic = smimea_record_to_zone_line(record, "a.b", SMIMEA_RR_TYPE, 0, TRUE);
    g_assert_cmpstr(generic, ==, "a.b. IN TYPE53 \\# 5 03010030ab");
    g_autofree gchar *private_type = smimea_record_to_zone_line(record, "a.b", 65444, 3600, FALSE);
    g_assert_cmpstr(private_type, ==, "a.b. 3600 IN TYPE65444 \\# 5 03010030ab");
}

/* The record keeps the octets that it was read from. */
static void
test_shares_memory(void)
{
    GBytes *rdata = g_bytes_new("\3\0\0abc", 6);
    const gchar *octets = g_bytes_get_data(rdata, NULL);
    g_autoptr(SmimeaRecord) record = smimea_record_parse(rdata, NULL);
    g_bytes_unref(rdata);
    g_assert_true(g_bytes_get_data(record->association_data, NULL) == octets + 3);
    smimea_record_free(NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(wire_cases); i++) {
        g_autofree gchar *path = g_strconcat("/smimea/wire/", wire_cases[i].name, NULL);
        g_test_add_data_func(path, &wire_cases[i], test_wire);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(length_cases); i++) {
        g_autofree gchar *path = g_strconcat("/smimea/wire-length/", length_cases[i].name, NULL);
        g_test_add_data_func(path, &length_cases[i], test_wire_length);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(text_cases); i++) {
        g_autofree gchar *path = g_strconcat("/smimea/text/", text_cases[i].name, NULL);
        g_test_add_data_func(path, &text_cases[i], test_text);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(refuse_cases); i++) {
        g_autofree gchar *path = g_strconcat("/smimea/refuse/", refuse_cases[i].name, NULL);
        g_test_add_data_func(path, &refuse_cases[i], test_refuse);
    }
    g_test_add_func("/smimea/text-limits", test_text_limits);
    g_test_add_func("/smimea/zone-line", test_zone_line);
    g_test_add_func("/smimea/shares-memory", test_shares_memory);
    return g_test_run();
}
