/* SPDX-License-Identifier: MPL-2.0 */
#include "content-type-edit.h"

#include "content-type.h"
#include "mail-test.h"

typedef struct {
    const gchar *name;
    const gchar *value;
    const gchar *expected; /* behind "Content-Type: " */
} EditCase;

#define HP "; hp=\"cipher\"\r\n"

static const EditCase edit_cases[] = {
    {"nothing-there", "text/plain", "text/plain" HP},
    {"others-stay", "text/plain; charset=\"utf-8\" ; format=flowed",
     "text/plain; charset=\"utf-8\"; format=flowed" HP},
    {"replaced", "text/plain; hp=clear; charset=x", "text/plain; charset=x" HP},
    {"replaced-in-any-case", "text/plain; HP = \"clear\"; x=y", "text/plain; x=y" HP},
    {"replaced-twice", "text/plain; hp=clear; hp=cipher", "text/plain" HP},
    {"replaced-rfc-2231", "text/plain; hp*=utf-8''clear; hp*0=c; hp*1*=l", "text/plain" HP},
    {"replaced-behind-comment", "text/plain; (a) hp=clear; x=y", "text/plain; x=y" HP},
    {"longer-name-stays", "text/plain; hpx=clear", "text/plain; hpx=clear" HP},
    {"semicolon-at-the-end", "text/plain;", "text/plain" HP},
    {"semicolon-in-quotes", "text/plain; name=\"a; hp=clear\"",
     "text/plain; name=\"a; hp=clear\"" HP},
    {"semicolon-in-comment", "text/plain (a; hp=clear); x=y", "text/plain (a; hp=clear); x=y" HP},
    {"folded-between-parameters",
     "multipart/mixed; boundary=\"-----------------------------------a-boundary\"",
     "multipart/mixed;\r\n boundary=\"-----------------------------------a-boundary\"" HP},
    /* What would swallow the new parameter. */
    {"quote-without-end", "multipart/mixed; boundary=b; name=\"x",
     "multipart/mixed; boundary=\"b\"; name=\"x\"" HP},
    {"comment-without-end", "text/plain; charset=utf-8 (x", "text/plain; charset=\"utf-8\"" HP},
    {"backslash-at-the-end", "text/plain; charset=\"utf-8\\",
     "text/plain; charset=\"utf-8\\\\\"" HP},
};

static void
test_edit(gconstpointer data)
{
    static const gchar *const names[] = {"hp", NULL};
    static const gchar *const added[] = {"hp=\"cipher\"", NULL};
    const EditCase *row = data;
    g_autofree gchar *line = content_type_edit(row->value, names, added);
    g_assert_true(g_str_has_prefix(line, "Content-Type: "));
    const gchar *value = line + strlen("Content-Type: ");
    g_assert_cmpstr(value, ==, row->expected);
    g_autoptr(ParameterizedValue) parsed = parameterized_value_parse(value);
    g_assert_cmpstr(parameterized_value_get(parsed, "hp"), ==, "cipher");
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/content-type-edit/", edit_cases, test_edit);
    return g_test_run();
}
