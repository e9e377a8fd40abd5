/* SPDX-License-Identifier: MPL-2.0 */
#include "legacy-display.h"

#include "mail-test.h"

typedef struct {
    const gchar *name;
    const gchar *message;
    const gchar *expected; /* bodies of the parts, with "|" between them */
} PartsCase;

#define PLAIN(body)      "Content-Type: text/plain\r\n\r\n" body "\r\n"
#define HTML(body)       "Content-Type: text/html\r\n\r\n" body "\r\n"
#define MULTI(type, cut) "Content-Type: multipart/" type "; boundary=" cut "\r\n\r\n"

/* RFC 9788 §5.2.4 */
static const PartsCase parts_cases[] = {
    {"text", PLAIN("a"), "a\r\n"},
    {"no-type", "X: y\r\n\r\na", "a"},
    {"other-text", "Content-Type: text/calendar\r\n\r\na", ""},
    {"attachment", "Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\na", ""},
    {"inline", "Content-Type: text/plain\r\nContent-Disposition: inline; filename=x\r\n\r\na", "a"},
    {"mixed-first", MULTI("mixed", "c") "--c\r\n" PLAIN("a") "--c\r\n" PLAIN("b") "--c--", "a"},
    {"mixed-first-is-image",
     MULTI("mixed", "c") "--c\r\nContent-Type: image/png\r\n\r\n\r\n--c\r\n" PLAIN("b") "--c--",
     ""},
    {"alternative", MULTI("alternative", "c") "--c\r\n" PLAIN("a") "--c\r\n" HTML("b") "--c--",
     "a|b"},
    {"alternative-with-related",
     MULTI("mixed", "m") "--m\r\n" MULTI("alternative", "c") "--c\r\n" PLAIN("a") "--c\r\n" MULTI(
         "related", "r") "--r\r\n" HTML("b") "--r\r\n" HTML("x") "--r--\r\n--c--\r\n--m--",
     "a|b"},
    {"below-a-signature", MULTI("signed", "c") "--c\r\n" PLAIN("a") "--c--", ""},
    {"forwarded", "Content-Type: message/rfc822\r\n\r\n" PLAIN("a"), ""},
    {"digest", MULTI("digest", "c") "--c\r\n\r\n" PLAIN("a") "--c--", ""},
};

static void
test_parts(gconstpointer data)
{
    const PartsCase *row = data;
    g_autoptr(EntityTree) tree = parse_text(row->message);
    g_autoptr(GPtrArray) parts = legacy_display_find_parts(entity_tree_get_root(tree));
    g_autoptr(GString) bodies = g_string_new(NULL);
    for (guint i = 0; i < parts->len; i++) {
        g_autoptr(GBytes) body = entity_get_body(g_ptr_array_index(parts, i));
        g_autofree gchar *text = octets_to_text(body);
        g_string_append_printf(bodies, "%s%s", i == 0 ? "" : "|", text);
    }
    g_assert_cmpstr(bodies->str, ==, row->expected);
}

typedef struct {
    const gchar *name;
    const gchar *type;
    const gchar *content;
    gsize n_content;
    const gchar *line;
    const gchar *element; /* NULL: none */
    const gchar *converted;
} ElementCase;

#define DIV(text) "<div class=\"header-protection-legacy-display\"><pre>" text "</pre></div>"

static const ElementCase element_cases[] = {
    {"ascii", "text/plain", OCTETS("hi"), "Subject: a", "Subject: a\r\n\r\n", NULL},
    {"utf-8", "text/plain; charset=utf-8", OCTETS("hi"), "Subject: \303\244",
     "Subject: \303\244\r\n\r\n", NULL},
    {"latin-1-holds-it", "text/plain; charset=iso-8859-1", OCTETS("h\344"), "Subject: \303\244",
     "Subject: \344\r\n\r\n", NULL},
    /* RFC 9788 §10.3 */
    {"latin-1-lacks-it", "text/plain; charset=iso-8859-1", OCTETS("h\344"), "Subject: \342\202\254",
     "Subject: \342\202\254\r\n\r\n", "h\303\244"},
    {"us-ascii-lacks-it", "text/plain; charset=us-ascii", OCTETS("hi"), "Subject: \303\244",
     "Subject: \303\244\r\n\r\n", "hi"},
    {"no-charset-lacks-it", "text/plain", OCTETS("hi"), "Subject: \303\244",
     "Subject: \303\244\r\n\r\n", "hi"},
    {"not-even-utf-8", "text/plain", OCTETS("h\377"), "Subject: \303\244", "Subject: ?\r\n\r\n",
     NULL},
    {"wide", "text/plain; charset=utf-16le", OCTETS("h\0i\0"), "Subject: a", "Subject: a\r\n\r\n",
     "hi"},
    {"unknown-charset", "text/plain; charset=x-none", OCTETS("hi"), "Subject: a", NULL, NULL},
    {"empty", "text/plain", OCTETS(""), "Subject: a", "Subject: a\r\n\r\n", NULL},
    {"html", "text/html", OCTETS("<p>"), "Subject: a", DIV("Subject: a"), NULL},
    /* RFC 9788 §5.2.3 */
    {"html-escapes", "text/html", OCTETS("<p>"), "Subject: </pre></div>'&\"",
     DIV("Subject: &lt;/pre&gt;&lt;/div&gt;&apos;&amp;&quot;"), NULL},
    {"html-references", "text/html; charset=iso-8859-1", OCTETS("<p>"), "Subject: \342\202\254",
     DIV("Subject: &#8364;"), NULL},
    {"html-utf-8", "text/html; charset=UTF-8", OCTETS("<p>"), "Subject: \342\202\254",
     DIV("Subject: \342\202\254"), NULL},
    {"html-wide", "text/html; charset=utf-16le", OCTETS("h\0"), "Subject: a", DIV("Subject: a"),
     "h"},
};

static void
test_element(gconstpointer data)
{
    const ElementCase *row = data;
    g_autofree gchar *text = g_strdup_printf("Content-Type: %s\r\n\r\nx", row->type);
    g_autoptr(EntityTree) tree = parse_text(text);
    g_autoptr(GBytes) content = g_bytes_new_static(row->content, row->n_content);
    g_autoptr(GPtrArray) lines = g_ptr_array_new();
    g_ptr_array_add(lines, (gpointer)row->line);
    g_auto(LegacyElement) element = {0};
    gboolean is_made = legacy_element_make(entity_tree_get_root(tree), content, lines, &element);
    g_assert_cmpint(is_made, ==, row->element != NULL);
    if (row->element == NULL)
        return;
    g_assert_cmpuint(element.at, ==, 0);
    assert_octets(element.element, row->element, strlen(row->element));
    g_assert_cmpint(element.converted != NULL, ==, row->converted != NULL);
    if (row->converted != NULL)
        assert_octets(element.converted, row->converted, strlen(row->converted));
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/legacy-display/parts/", parts_cases, test_parts);
    ADD_ROWS("/legacy-display/element/", element_cases, test_element);
    return g_test_run();
}
