/* SPDX-License-Identifier: MPL-2.0 */
#include "header-field.h"

#include "mail-error.h"
#include "mail-test.h"

typedef struct {
    const gchar *name;
    const gchar *section;
    gsize n_octets;
    const gchar *fields; /* "name=value|" each */
} FieldsCase;

static const FieldsCase fields_cases[] = {
    {"none", OCTETS(""), ""},
    {"crlf", OCTETS("A: b\r\nC:d\r\n"), "A=b|C=d|"},
    {"lf", OCTETS("A: b\nC:d\n"), "A=b|C=d|"},
    {"no-last-line-end", OCTETS("A: b"), "A=b|"},
    {"empty-value", OCTETS("A:\r\n"), "A=|"},
    {"folded", OCTETS("A: b\r\n c\r\n\td\r\n"), "A=b c\td|"},
    {"folded-at-once", OCTETS("A:\r\n b\r\n"), "A=b|"},
    {"fold-of-white-space", OCTETS("A: b\r\n \r\n c\r\n"), "A=b  c|"},
    {"rfc5322-4.5-space-before-colon", OCTETS("A \t: b\r\n"), "A=b|"},
    {"colon-in-value", OCTETS("A: b:c\r\n"), "A=b:c|"},
    {"line-without-colon", OCTETS("A: b\r\nhello you\r\nC: d\r\n"), "A=b|C=d|"},
    {"fold-of-line-without-colon", OCTETS("hello\r\n X: y\r\nC: d\r\n"), "C=d|"},
    {"fold-of-nothing", OCTETS(" X: y\r\nC: d\r\n"), "C=d|"},
    {"no-name", OCTETS(": b\r\nC: d\r\n"), "C=d|"},
    {"space-in-name", OCTETS("A b: c\r\nC: d\r\n"), "C=d|"},
    {"8-bit-name", OCTETS("\303\244: c\r\nC: d\r\n"), "C=d|"},
    {"nul-in-name", OCTETS("A\0B: c\r\nC: d\r\n"), "C=d|"},
    {"nul-in-value", OCTETS("A: b\0c\r\n"), "A=b\357\277\275c|"},
    {"lone-cr-in-value", OCTETS("A: b\rC: d\r\n"), "A=b\rC: d|"},
    {"8-bit-value", OCTETS("A: \377\r\n"), "A=\377|"},
};

static void
test_fields(gconstpointer data)
{
    const FieldsCase *c = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) fields =
        header_fields_parse((const guint8 *)c->section, c->n_octets, 10, &error);
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    gsize at = 0;
    for (guint i = 0; i < fields->len; i++) {
        const HeaderField *field = &g_array_index(fields, HeaderField, i);
        g_string_append_printf(text, "%s=%s|", field->name, field->value);
        g_assert_cmpuint(field->start, >=, at);
        g_assert_cmpuint(field->end, >, field->start);
        at = field->end;
    }
    g_assert_cmpuint(at, <=, c->n_octets);
    g_assert_cmpstr(text->str, ==, c->fields);
}

static void
test_limit(void)
{
    const gchar *section = "A: 1\r\nB: 2\r\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) fields =
        header_fields_parse((const guint8 *)section, strlen(section), 2, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(fields->len, ==, 2);
    g_assert_null(header_fields_parse((const guint8 *)section, strlen(section), 1, &error));
    g_assert_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT);
}

typedef struct {
    const gchar *name;
    const gchar *line;
    gboolean expected;
} SeparatorCase;

static const SeparatorCase separator_cases[] = {
    {"mbox", "From a@b.example Mon Jan  1 00:00:00 2024\n", TRUE},
    {"escaped", ">From a@b.example Mon Jan  1 00:00:00 2024\n", TRUE},
    {"field", "From: a@b.example\n", FALSE},
    {"obsolete-field", "From : a@b.example\n", FALSE},
    {"other-field", "Fromage: a\n", FALSE},
    {"nothing-after", "From ", FALSE},
};

static void
test_separator(gconstpointer data)
{
    const SeparatorCase *c = data;
    g_assert_cmpint(line_is_mbox_separator((const guint8 *)c->line, strlen(c->line)), ==,
                    c->expected);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/header-field/parse/", fields_cases, test_fields)
    ADD_ROWS("/header-field/mbox-separator/", separator_cases, test_separator)
    g_test_add_func("/header-field/limit", test_limit);
    return g_test_run();
}
