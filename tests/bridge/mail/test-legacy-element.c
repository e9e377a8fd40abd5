/* SPDX-License-Identifier: MPL-2.0 */
#include "legacy-element.h"

#include <time.h>

#include "core-limits.h"
#include "html-tag.h"
#include "mail-test.h"

#define DIV "<div class=\"header-protection-legacy-display\">"

static GHashTable *
make_names(void)
{
    GHashTable *names = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_add(names, (gpointer) "subject");
    g_hash_table_add(names, (gpointer) "to");
    return names;
}

typedef struct {
    const gchar *name;
    const gchar *text;
    const gchar *rest; /* NULL: nothing is found */
} ElementCase;

static const ElementCase plain_cases[] = {
    {"rfc9788-e-1", "Subject: Dinner plans\r\n\r\nLet's meet", "Let's meet"},
    {"two-lf", "Subject: a\nTo: b\n\nrest\n\nmore", "rest\n\nmore"},
    {"nothing-after", "Subject: a\n\n", ""},
    {"case-of-name", "SUBJECT: a\n\nrest", "rest"},
    {"no-value", "Subject:\n\nrest", "rest"},
    {"fold", "Subject: a\n b\n\nrest", "rest"},
    {"eight-bit", "Subject: \303\251\n\nrest", "rest"},
    {"no-empty-line", "Subject: a\nrest\n", NULL},
    {"no-line-end", "Subject: a", NULL},
    {"empty-line-first", "\nSubject: a\n\nrest", NULL},
    {"fold-first", " Subject: a\n\nrest", NULL},
    {"another-field", "Subject: a\nPay: now\n\nrest", NULL},
    {"text-between", "Subject: a\npay now\n\nrest", NULL},
    {"no-blank-after-colon", "Subject:a\n\nrest", NULL},
    {"blank-in-name", "Subject : a\n\nrest", NULL},
    {"nothing", "", NULL},
};

static void
test_plain(gconstpointer data)
{
    const ElementCase *row = data;
    g_autoptr(GHashTable) names = make_names();
    gsize n_octets = strlen(row->text);
    gsize end = legacy_element_find_plain((const guint8 *)row->text, n_octets, names);
    if (row->rest == NULL)
        g_assert_cmpuint(end, ==, 0);
    else
        g_assert_cmpstr(row->text + end, ==, row->rest);
}

/* Any name will do where nobody knows which fields are protected. */
static void
test_any_name(void)
{
    g_assert_cmpuint(legacy_element_find_plain((const guint8 *)OCTETS("Pay: now\n\nrest"), NULL),
                     ==, 10);
}

/* @rest: the text without what was found. */
static const ElementCase html_cases[] = {
    {"rfc9788-e-2", "<body>\n" DIV "\n<pre>Subject: Dinner</pre>\n</div>\n<p>x</p>",
     "<body>\n\n<p>x</p>"},
    {"several", DIV "Subject: a</div>x" DIV "To: b</div>", "x"},
    {"classes", "<div id=1 CLASS='x header-protection-legacy-display y'>To: a</div>x", "x"},
    {"unquoted", "<div class=header-protection-legacy-display>To: a</div>x", "x"},
    {"breaks", DIV "Subject: a<br>To: b<br/></div>x", "x"},
    {"divs", DIV "<div>Subject: a</div><div>To: b</div></div>x", "x"},
    {"bold", DIV "<b>Subject</b>: a</div>x", "x"},
    {"escaped", DIV "<pre>Subject: &lt;/pre&gt;&lt;/div&gt;</pre></div>x", "x"},
    {"comment-in-it", DIV "<!-- </div> -->To: a</div>x", "x"},
    {"quoted-end", DIV "<b title='</div>'>To: a</b></div>x", "x"},
    {"class-differs", "<div class=\"header-protection-legacy-display2\">To: a</div>", NULL},
    {"second-class", "<div class=a class=header-protection-legacy-display>To: a</div>", NULL},
    {"no-div", "<p class=\"header-protection-legacy-display\">To: a</p>", NULL},
    {"in-comment", "<!--" DIV "To: a</div>-->", NULL},
    {"in-style", "<style>" DIV "To: a</div></style>", NULL},
    {"in-attribute", "<a href='" DIV "To: a</div>'>", NULL},
    {"open", DIV "To: a", NULL},
    {"open-then-one", DIV "pay</div>" DIV "To: a</div>x", DIV "pay</div>x"},
    {"empty", DIV " \n </div>", NULL},
    {"text", DIV "<pre>To: a\npay</pre></div>", NULL},
    {"text-after", DIV "<pre>To: a</pre>pay</div>", NULL},
    {"picture", DIV "To: a<img src=x></div>", NULL},
    {"script", DIV "To: a<script>x</script></div>", NULL},
    {"lone-bracket", DIV "To: a < b</div>", NULL},
};

static void
test_html(gconstpointer data)
{
    const ElementCase *row = data;
    g_autoptr(GHashTable) names = make_names();
    g_autoptr(GArray) found =
        legacy_element_find_html((const guint8 *)row->text, strlen(row->text), names);
    g_autoptr(GString) rest = g_string_new(NULL);
    gsize at = 0;
    for (guint i = 0; i < found->len; i++) {
        const OctetRange *range = &g_array_index(found, OctetRange, i);
        g_string_append_len(rest, row->text + at, (gssize)(range->start - at));
        at = range->end;
    }
    g_string_append(rest, row->text + at);
    g_assert_cmpstr(rest->str, ==, row->rest == NULL ? row->text : row->rest);
}

/* "<" and NUL is text to whoever shows it: nothing may be hidden in it. */
static void
test_html_nul(void)
{
    static const gchar text[] = DIV "To: a<\0 pay at once ></div>x";
    g_autoptr(GHashTable) names = make_names();
    g_autoptr(GArray) found =
        legacy_element_find_html((const guint8 *)text, sizeof text - 1, names);
    g_assert_cmpuint(found->len, ==, 0);
}

/* What never ends is looked at some times, and no further than an element may be long. */
static void
test_html_time(void)
{
    static const gchar *const pieces[] = {DIV, DIV "To: a\n", "<div ",   "<a \"",       "<!--",
                                          "<", "</",          "<style>", "<div class='"};
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        while (text->len < LIMIT_LEGACY_SEARCH_OCTETS)
            g_string_append(text, pieces[i]);
        clock_t start = clock();
        g_autoptr(GArray) found =
            legacy_element_find_html((const guint8 *)text->str, text->len, NULL);
        g_assert_cmpuint(found->len, ==, 0);
        g_assert_cmpint(clock() - start, <, 5 * CLOCKS_PER_SEC);
    }
}

typedef struct {
    const gchar *name;
    const gchar *text;
    HtmlTokenType type;
    const gchar *tag;
    const gchar *rest;
} TokenCase;

static const TokenCase token_cases[] = {
    {"tag", "<DIV>x", HTML_START_TAG, "div", "x"},
    {"end-tag", "</p >x", HTML_END_TAG, "p", "x"},
    {"quotes", "<a b='>' c=\">\" d>x", HTML_START_TAG, "a", "x"},
    {"quote-in-name", "<a b'>x", HTML_START_TAG, "a", "x"},
    {"equals-first", "<a =b>x", HTML_START_TAG, "a", "x"},
    {"comment", "<!-- > -->x", HTML_COMMENT, "", "x"},
    {"comment-at-once", "<!-->x", HTML_COMMENT, "", "x"},
    {"comment-bang", "<!--a--!>x", HTML_COMMENT, "", "x"},
    {"doctype", "<!doctype html>x", HTML_COMMENT, "", "x"},
    {"no-name", "</>x", HTML_COMMENT, "", "x"},
    {"text", "< b>x", HTML_TEXT, "", " b>x"},
    {"raw", "<title></b></titlex></Title>x", HTML_START_TAG, "title", "</Title>x"},
    {"long-name", "<abcdefghijklmnopqrstuvwxyz>x", HTML_START_TAG, "", "x"},
    {"no-end", "<a b", HTML_START_TAG, "a", ""},
    {"alone", "<", HTML_TEXT, "", ""},
};

static void
test_token(gconstpointer data)
{
    const TokenCase *row = data;
    HtmlToken token;
    html_token_read((const guint8 *)row->text, strlen(row->text), 0, &token);
    g_assert_cmpint(token.type, ==, row->type);
    g_assert_cmpstr(token.name, ==, row->tag);
    g_assert_cmpstr(row->text + token.end, ==, row->rest);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/legacy-element/plain/", plain_cases, test_plain);
    g_test_add_func("/legacy-element/any-name", test_any_name);
    ADD_ROWS("/legacy-element/html/", html_cases, test_html);
    g_test_add_func("/legacy-element/html-nul", test_html_nul);
    g_test_add_func("/legacy-element/html-time", test_html_time);
    ADD_ROWS("/html-tag/", token_cases, test_token);
    return g_test_run();
}
