/* SPDX-License-Identifier: MPL-2.0 */
#include "content-type.h"

#include "mail-test.h"

typedef struct {
    const gchar *name;
    const gchar *text;
    const gchar *word;
    const gchar *parameter;
    const gchar *value; /* NULL: absent */
} ParseCase;

static const ParseCase parse_cases[] = {
    {"simple", "text/plain", "text/plain", "charset", NULL},
    {"rfc2045-5.1", "text/plain; charset=us-ascii (Plain text)", "text/plain", "charset",
     "us-ascii"},
    {"rfc2045-5.1-quoted", "text/plain; charset=\"us-ascii\"", "text/plain", "charset", "us-ascii"},
    {"case", "TEXT/Plain; CharSet=X", "text/plain", "charset", "X"},
    {"spaces", " text / plain ; charset = x ", "text/plain", "charset", "x"},
    {"comments", "(a)text(b)/(c)plain(d);(e)charset(f)=(g)x(h)", "text/plain", "charset", "x"},
    {"nested-comment", "text/plain (a (b) \\) c); charset=x", "text/plain", "charset", "x"},
    {"no-semicolon-between", "a/b; c=d\te=f", "a/b", "e", "f"},
    {"semicolons", "a/b ;;;;; = ;; c=\"d\"", "a/b", "c", "d"},
    {"quoted-pair", "a/b; c=\"d\\\"e\\\\\"", "a/b", "c", "d\"e\\"},
    {"semicolon-in-quotes", "a/b; c=\"d;e=f\"", "a/b", "c", "d;e=f"},
    {"quotes-without-end", "a/b; c=\"d ", "a/b", "c", "d "},
    {"equals-in-value", "a/b; c==d=", "a/b", "c", "=d="},
    {"name-only", "a/b; c", "a/b", "c", NULL},
    {"first-counts", "a/b; c=1; c=2", "a/b", "c", "1"},
    {"empty", "", "", "c", NULL},
    {"no-subtype", "text", "text", "c", NULL},
    {"disposition", "attachment; filename=x.p7m", "attachment", "filename", "x.p7m"},
    /* RFC 2231 §3, §4, §4.1 */
    {"rfc2231-3", "message/external-body; URL*0=\"ftp://\"; URL*1=\"cs.utk.edu/pub\"",
     "message/external-body", "url", "ftp://cs.utk.edu/pub"},
    {"rfc2231-4", "application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A",
     "application/x-stuff", "title", "This is ***fun***"},
    {"rfc2231-4.1",
     "application/x-stuff; title*0*=us-ascii'en'This%20is%20even%20more%20;"
     " title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"",
     "application/x-stuff", "title", "This is even more ***fun*** isn't it!"},
    {"segments-out-of-order", "a/b; c*1=y; c*0=x", "a/b", "c", "xy"},
    {"segment-missing", "a/b; c*0=x; c*2=z", "a/b", "c", "x"},
    {"first-segment-missing", "a/b; c*1=x", "a/b", "c", NULL},
    {"segment-twice", "a/b; c*0=x; c*0=y; c*1=z", "a/b", "c", "xz"},
    {"segment-number-too-big", "a/b; c*99999999999999999999=x", "a/b", "c", NULL},
    {"extended-before-plain", "a/b; c=1; c*=utf-8''2", "a/b", "c", "2"},
    {"latin-1", "a/b; c*=iso-8859-1''Fr%F6sche", "a/b", "c", "Fr\303\266sche"},
    {"bad-percent", "a/b; c*=utf-8''%zz%4", "a/b", "c", "%zz%4"},
    {"encoded-nul-and-line-end", "a/b; c*=utf-8''x%0D%0Ay%00z", "a/b", "c", "x  y\357\277\275z"},
    {"encoded-word-in-name", "a/b; name=\"=?utf-8?q?=C3=A4?=.p7m\"", "a/b", "name", "\303\244.p7m"},
    /* What separates the parts must not depend on decoding. */
    {"encoded-word-in-boundary", "a/b; boundary=\"=?utf-8?q?x?=\"", "a/b", "boundary",
     "=?utf-8?q?x?="},
};

static void
test_parse(gconstpointer data)
{
    const ParseCase *c = data;
    g_autoptr(ParameterizedValue) value = parameterized_value_parse(c->text);
    g_assert_cmpstr(parameterized_value_get_word(value), ==, c->word);
    g_assert_cmpstr(parameterized_value_get(value, c->parameter), ==, c->value);
}

static void
test_is_media_type(void)
{
    static const struct {
        const gchar *text;
        gboolean expected;
    } rows[] = {{"a/b", TRUE}, {"a", FALSE}, {"/b", FALSE},   {"a/", FALSE},
                {"", FALSE},   {"/", FALSE}, {"a/b/c", FALSE}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(ParameterizedValue) value = parameterized_value_parse(rows[i].text);
        g_assert_cmpint(parameterized_value_is_media_type(value), ==, rows[i].expected);
    }
}

/* The 500th parameter is read, the 501st is not. */
static void
test_many_parameters(void)
{
    g_autoptr(GString) text = g_string_new("a/b");
    for (guint i = 1; i <= 501; i++)
        g_string_append_printf(text, "; p%u=%u", i, i);
    g_autoptr(ParameterizedValue) value = parameterized_value_parse(text->str);
    g_assert_cmpstr(parameterized_value_get(value, "P500"), ==, "500");
    g_assert_null(parameterized_value_get(value, "p501"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/content-type/parse/", parse_cases, test_parse)
    g_test_add_func("/content-type/is-media-type", test_is_media_type);
    g_test_add_func("/content-type/many-parameters", test_many_parameters);
    return g_test_run();
}
