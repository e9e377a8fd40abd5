/* SPDX-License-Identifier: MPL-2.0 */
#include "entity.h"

#include <time.h>

#include "mail-test.h"

static void
describe(const Entity *entity, GString *out)
{
    g_autoptr(GBytes) octets = entity_get_octets(entity);
    g_autofree gchar *text = octets_to_text(octets);
    g_autofree gchar *escaped = g_strescape(text, NULL);
    guint n_children = entity_get_n_children(entity);
    if (n_children == 0) {
        g_string_append_printf(out, "[%s]", escaped);
        return;
    }
    g_string_append_printf(out, "%s(", entity_get_media_type(entity));
    for (guint i = 0; i < n_children; i++)
        describe(entity_get_child(entity, i), out);
    g_string_append_c(out, ')');
}

/* Rows: a message, and its leaves as they stand between the types of what holds them. */
typedef struct {
    const gchar *name;
    const gchar *message;
    const gchar *expected;
} SliceCase;

#define MIXED    "Content-Type: multipart/mixed; boundary=b\n\n"
#define MIXED_CR "Content-Type: multipart/mixed; boundary=b\r\n\r\n"

static const SliceCase slice_cases[] = {
    {"leaf", "A: b\n\nbody", "[A: b\\n\\nbody]"},
    {"no-fields", "\nbody", "[\\nbody]"},
    {"no-body", "A: b\n\n", "[A: b\\n\\n]"},
    {"mbox-separator", "From a@b Mon\nA: b\n\nbody", "[A: b\\n\\nbody]"},
    {"escaped-mbox-separator", ">From a@b Mon\nA: b\n\nbody", "[A: b\\n\\nbody]"},
    {"two-parts-lf", MIXED "--b\n\n1\n--b\n\n2\n--b--\n", "multipart/mixed([\\n1][\\n2])"},
    {"two-parts-crlf", MIXED_CR "--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b--\r\n",
     "multipart/mixed([\\r\\n1][\\r\\n2])"},
    /* RFC 2046 §5.1.1: only the line end right before the delimiter is the delimiter's */
    {"blank-lines-at-end", MIXED_CR "--b\r\n\r\n1\r\n\r\n\r\n--b--",
     "multipart/mixed([\\r\\n1\\r\\n\\r\\n])"},
    {"preamble-and-epilogue", MIXED "pre\n--b\n\n1\n--b--\nepi\n--b\n\n2\n--b--",
     "multipart/mixed([\\n1])"},
    {"no-last-delimiter", MIXED "--b\n\n1\n", "multipart/mixed([\\n1\\n])"},
    {"no-delimiter", MIXED "1\n", "[Content-Type: multipart/mixed; boundary=b\\n\\n1\\n]"},
    {"no-boundary", "Content-Type: multipart/mixed\n\n--\n\n1\n",
     "[Content-Type: multipart/mixed\\n\\n--\\n\\n1\\n]"},
    {"empty-boundary", "Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\n1\n----\n",
     "[Content-Type: multipart/mixed; boundary=\\\"\\\"\\n\\n--\\n\\n1\\n----\\n]"},
    {"empty-parts", MIXED "--b\n--b\n\n--b\n\n\n--b--", "multipart/mixed([][][\\n])"},
    {"part-of-header-only", MIXED "--b\nC: d\n--b--", "multipart/mixed([C: d])"},
    {"part-of-header-and-empty-line", MIXED "--b\nC: d\n\n--b--", "multipart/mixed([C: d\\n])"},
    {"padding-after-boundary", MIXED "--b \t\n\n1\n--b-- \n", "multipart/mixed([\\n1])"},
    {"quoted-boundary", "Content-Type: multipart/mixed; boundary=\"b c\"\n\n--b c\n\n1\n--b c--",
     "multipart/mixed([\\n1])"},
    {"comment-in-type",
     "Content-Type: multipart/mixed (x; boundary=a) ; boundary=b (y)\n\n--a\n--b\n\n1\n--b--",
     "multipart/mixed([\\n1])"},
    {"rfc2231-boundary",
     "Content-Type: multipart/mixed; boundary*0=b; boundary*1=c\n\n--bc\n\n1\n--bc--",
     "multipart/mixed([\\n1])"},
    {"folded-type", "Content-Type: multipart/mixed;\n boundary=b\n\n--b\n\n1\n--b--",
     "multipart/mixed([\\n1])"},
    {"two-types",
     MIXED_CR "--b\r\nContent-Type: text/html\r\nContent-Type: multipart/mixed;"
              " boundary=c\r\n\r\n--c\r\n--b--",
     "multipart/mixed([Content-Type: text/html\\r\\nContent-Type: multipart/mixed;"
     " boundary=c\\r\\n\\r\\n--c])"},
    {"nested",
     MIXED "--b\nContent-Type: multipart/related; boundary=bc\n\n--bc\n\n1\n--bc--\n"
           "--b\n\n2\n--b--",
     "multipart/mixed(multipart/related([\\n1])[\\n2])"},
    {"outer-boundary-ends-inner",
     MIXED "--b\nContent-Type: multipart/related; boundary=c\n\n--c\n\n1\n--b\n\n2\n--c\n--b--",
     "multipart/mixed(multipart/related([\\n1])[\\n2\\n--c])"},
    {"inner-boundary-is-prefix-of-outer",
     "Content-Type: multipart/mixed; boundary=bb\n\n--bb\n"
     "Content-Type: multipart/related; boundary=b\n\n--b\n\n1\n--b--\n--bb\n\n2\n--bb--",
     "multipart/mixed(multipart/related([\\n1])[\\n2])"},
    {"same-boundary-twice",
     MIXED "--b\nContent-Type: multipart/related; boundary=b\n\n--b\n\n1\n--b--\n",
     "multipart/mixed([Content-Type: multipart/related; boundary=b\\n][\\n1])"},
    {"attached-message", MIXED "--b\nContent-Type: message/rfc822\n\nA: b\n\n1\n--b--",
     "multipart/mixed(message/rfc822([A: b\\n\\n1]))"},
    {"attached-message-with-separator",
     MIXED "--b\nContent-Type: message/rfc822\n\nFrom x y\nA: b\n\n1\n--b--",
     "multipart/mixed(message/rfc822([A: b\\n\\n1]))"},
    {"attached-message-is-empty", MIXED "--b\nContent-Type: message/rfc822\n\n--b--",
     "multipart/mixed(message/rfc822([]))"},
    {"digest", "Content-Type: multipart/digest; boundary=b\n\n--b\n\nA: b\n\n1\n--b--",
     "multipart/digest(message/rfc822([A: b\\n\\n1]))"},
    {"delimiter-in-header", MIXED "--b\nC: d\n --b\n\n1\n--b--",
     "multipart/mixed([C: d\\n --b\\n\\n1])"},
    {"line-without-colon", "A: b\nhello\nC: d\n\nbody", "[A: b\\nhello\\nC: d\\n\\nbody]"},
    {"lone-cr", "A: b\n\n1\r--b\r2", "[A: b\\n\\n1\\r--b\\r2]"},
    {"boundary-in-middle-of-line", MIXED "--b\n\n1 --b\n--b--", "multipart/mixed([\\n1 --b])"},
};

static void
test_slice(gconstpointer data)
{
    const SliceCase *c = data;
    g_autoptr(EntityTree) tree = parse_text(c->message);
    g_autoptr(GString) text = g_string_new(NULL);
    describe(entity_tree_get_root(tree), text);
    g_assert_cmpstr(text->str, ==, c->expected);
}

typedef struct {
    const gchar *name;
    const gchar *message;
    MailError code;
} ErrorCase;

static const ErrorCase error_cases[] = {
    {"empty", "", MAIL_ERROR_EMPTY},
    {"fields-only", "A: b\nC: d\n", MAIL_ERROR_NO_HEADER_END},
    {"field-without-line-end", "A: b", MAIL_ERROR_NO_HEADER_END},
    {"text-only", "hello", MAIL_ERROR_NO_HEADER_END},
    {"text-and-empty-line", "hello\n\nyou\n", MAIL_ERROR_NO_HEADER_END},
    {"cr-is-no-empty-line", "A: b\r\rbody", MAIL_ERROR_NO_HEADER_END},
};

static void
test_error(gconstpointer data)
{
    const ErrorCase *c = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = g_bytes_new(c->message, strlen(c->message));
    g_assert_null(entity_tree_parse(octets, NULL, &error));
    g_assert_error(error, MAIL_ERROR, (gint)c->code);
}

static void
test_questions(void)
{
    g_autoptr(EntityTree) tree =
        parse_text("Subject: a\r\n b\r\nX: 1\r\nx: 2\r\n"
                   "Content-Type: Text/HTML; charset=\"utf-8\"\r\n"
                   "Content-Disposition: attachment; filename*=utf-8''%C3%A4\r\n\r\nbody");
    const Entity *root = entity_tree_get_root(tree);
    g_assert_cmpuint(entity_get_n_fields(root), ==, 5);
    g_assert_cmpstr(entity_get_field_name(root, 0), ==, "Subject");
    g_assert_cmpstr(entity_get_field_value(root, 0), ==, "a b");
    g_autoptr(GBytes) field = entity_get_field_octets(root, 0);
    assert_octets(field, OCTETS("Subject: a\r\n b\r\n"));
    g_assert_cmpstr(entity_find_field(root, "X"), ==, "1");
    g_assert_cmpuint(entity_count_fields(root, "X"), ==, 2);
    g_assert_null(entity_find_field(root, "Y"));
    g_assert_cmpstr(entity_get_media_type(root), ==, "text/html");
    g_assert_true(entity_is_media_type(root, "Text/Html"));
    g_assert_cmpstr(entity_get_parameter(root, "CHARSET"), ==, "utf-8");
    g_assert_cmpstr(entity_get_disposition_parameter(root, "filename"), ==, "\303\244");
    g_assert_null(entity_get_disposition_parameter(root, "size"));
    g_autoptr(GBytes) body = entity_get_body(root);
    assert_octets(body, OCTETS("body"));
}

static void
test_unreadable_type(void)
{
    const gchar *messages[] = {"Content-Type: html\n\nx", "Content-Type: ;\n\nx",
                               "Content-Type: a/b/c\n\nx", "Content-Type:\n\nx"};
    for (gsize i = 0; i < G_N_ELEMENTS(messages); i++) {
        g_autoptr(EntityTree) tree = parse_text(messages[i]);
        g_assert_cmpstr(entity_get_media_type(entity_tree_get_root(tree)), ==, "text/plain");
    }
}

static void
test_decode_body(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EntityTree) tree = parse_text("Content-Transfer-Encoding: base64\n\nZm9v!\n");
    g_autoptr(GBytes) lenient = entity_decode_body(entity_tree_get_root(tree), FALSE, &error);
    assert_octets(lenient, OCTETS("foo"));
    g_assert_null(entity_decode_body(entity_tree_get_root(tree), TRUE, &error));
    g_assert_error(error, MAIL_ERROR, MAIL_ERROR_ENCODING);
}

static void
test_nul_is_kept(void)
{
    g_autoptr(GBytes) octets = g_bytes_new_static(OCTETS("A: b\n\n1\0002\n"));
    g_autoptr(EntityTree) tree = entity_tree_parse(octets, NULL, NULL);
    g_autoptr(GBytes) canonical = take_octets(entity_get_canonical(entity_tree_get_root(tree)));
    assert_octets(canonical, OCTETS("A: b\r\n\r\n1\0002\r\n"));
}

static void
test_crlf(void)
{
    static const struct {
        const gchar *in;
        const gchar *out;
    } rows[] = {{"", ""},
                {"a", "a"},
                {"\n", "\r\n"},
                {"a\nb", "a\r\nb"},
                {"\r\n", "\r\n"},
                {"a\rb\r", "a\rb\r"},
                {"\r", "\r"},
                {"\n\n", "\r\n\r\n"},
                {"a\r\nb\nc", "a\r\nb\r\nc"},
                {"\r\r\n", "\r\r\n"}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GBytes) in = g_bytes_new_static(rows[i].in, strlen(rows[i].in));
        g_autoptr(GBytes) out = take_octets(octets_to_crlf(in));
        assert_octets(out, rows[i].out, strlen(rows[i].out));
        g_autoptr(GBytes) again = take_octets(octets_to_crlf(out));
        g_assert_true(again == out);
    }
}

/* @n multiparts, each inside the one before; the boundary of each is the beginning of the next
 * one's. */
static GBytes *
make_nested(guint n)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < n; i++)
        g_string_append_printf(text,
                               "Content-Type: multipart/mixed; boundary=\"b%0*u\"\n\n--b%0*u\n",
                               (int)(i % 60) + 1, i, (int)(i % 60) + 1, i);
    g_string_append(text, "\nleaf\n");
    return g_string_free_to_bytes(text);
}

static gboolean
parses(GBytes *octets, const EntityLimits *limits)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EntityTree) tree = entity_tree_parse(octets, limits, &error);
    if (tree == NULL)
        g_assert_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT);
    return tree != NULL;
}

static void
test_limits(void)
{
    g_autoptr(GBytes) deep = make_nested(LIMIT_ENTITY_DEPTH);
    g_autoptr(GBytes) deeper = make_nested(LIMIT_ENTITY_DEPTH + 1);
    g_assert_true(parses(deep, NULL));
    g_assert_false(parses(deeper, NULL));

    g_autoptr(GBytes) three = g_bytes_new_static(OCTETS(MIXED "--b\n\n1\n--b\n\n2\n--b--"));
    g_assert_true(parses(three, &(EntityLimits){1000, 10, 5, 3, 1000, 100}));
    g_assert_false(parses(three, &(EntityLimits){1000, 10, 5, 2, 1000, 100}));

    /* The empty line does not count. */
    g_autoptr(GBytes) header = g_bytes_new_static(OCTETS("A: 1\nB: 2\n\nbody that is longer"));
    g_assert_true(parses(header, &(EntityLimits){11, 2, 5, 3, 11, 2}));
    g_assert_false(parses(header, &(EntityLimits){9, 2, 5, 3, 1000, 100}));
    g_assert_false(parses(header, &(EntityLimits){11, 1, 5, 3, 1000, 100}));
    g_assert_false(parses(header, &(EntityLimits){11, 2, 5, 3, 9, 2}));
    g_assert_false(parses(header, &(EntityLimits){11, 2, 5, 3, 11, 1}));
}

/* Parts of which each is within the limits of one. */
static GBytes *
make_parts(guint n_parts, const gchar *header, guint n_times)
{
    GString *text = g_string_new(MIXED);
    for (guint i = 0; i < n_parts; i++) {
        g_string_append(text, "--b\n");
        for (guint j = 0; j < n_times; j++)
            g_string_append(text, header);
        g_string_append(text, "\nbody\n");
    }
    return g_string_free_to_bytes(text);
}

static void
test_limits_in_all(void)
{
    /* the message itself has one field */
    g_autoptr(GBytes) fields = make_parts(31, "A: b\n", LIMIT_ALL_HEADER_FIELDS / 31);
    g_autoptr(GBytes) more_fields = make_parts(31, "A: b\n", LIMIT_ALL_HEADER_FIELDS / 31 + 1);
    g_assert_true(parses(fields, NULL));
    g_assert_false(parses(more_fields, NULL));

    g_autofree gchar *value = g_strnfill(LIMIT_HEADER_OCTETS / 2 - 4, 'x');
    g_autofree gchar *field = g_strconcat("A: ", value, "\n", NULL);
    guint n_parts = LIMIT_ALL_HEADER_OCTETS / (LIMIT_HEADER_OCTETS / 2);
    g_autoptr(GBytes) octets = make_parts(n_parts - 1, field, 1);
    g_autoptr(GBytes) more_octets = make_parts(n_parts, field, 1);
    g_assert_true(parses(octets, NULL));
    g_assert_false(parses(more_octets, NULL));
}

static void
test_huge_header(void)
{
    gsize n_octets = 100u * 1024 * 1024;
    gchar *text = g_malloc(n_octets);
    memset(text, 'x', n_octets);
    memcpy(text, "A: ", 3);
    g_autoptr(GBytes) one_line = g_bytes_new_take(text, n_octets);
    g_assert_false(parses(one_line, NULL));
}

/* Ten thousand open multiparts, and as many lines that look like delimiters of them: work that
 * grows with the product would not end. */
static void
test_linear(void)
{
    EntityLimits limits = {
        LIMIT_HEADER_OCTETS, LIMIT_HEADER_FIELDS, 20000, 100000, G_MAXSIZE, G_MAXUINT};
    g_autoptr(GBytes) nested = make_nested(10000);
    GString *text = g_string_new(NULL);
    gsize n_nested = 0;
    const gchar *data = g_bytes_get_data(nested, &n_nested);
    g_string_append_len(text, data, (gssize)n_nested);
    for (guint i = 0; i < 200000; i++)
        g_string_append(text, "--b00000000000000000000000000000000000x\n");
    g_autoptr(GBytes) octets = g_string_free_to_bytes(text);
    clock_t start = clock();
    g_autoptr(EntityTree) tree = entity_tree_parse(octets, &limits, NULL);
    g_assert_nonnull(tree);
    g_assert_cmpint(clock() - start, <, 20 * CLOCKS_PER_SEC);
    guint depth = 0;
    for (const Entity *e = entity_tree_get_root(tree); entity_get_n_children(e) > 0;
         e = entity_get_child(e, 0))
        depth++;
    g_assert_cmpuint(depth, ==, 10000);
}

static void
test_many_siblings(void)
{
    EntityLimits limits = {
        LIMIT_HEADER_OCTETS, LIMIT_HEADER_FIELDS, 5, 20000, G_MAXSIZE, G_MAXUINT};
    GString *text = g_string_new(MIXED);
    for (guint i = 0; i < 10000; i++)
        g_string_append(text, "--b\n\n1\n");
    g_autoptr(GBytes) octets = g_string_free_to_bytes(text);
    g_autoptr(EntityTree) tree = entity_tree_parse(octets, &limits, NULL);
    g_assert_cmpuint(entity_get_n_children(entity_tree_get_root(tree)), ==, 10000);
    g_assert_false(parses(octets, NULL));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/entity/slice/", slice_cases, test_slice)
    ADD_ROWS("/entity/error/", error_cases, test_error)
    g_test_add_func("/entity/questions", test_questions);
    g_test_add_func("/entity/unreadable-type", test_unreadable_type);
    g_test_add_func("/entity/decode-body", test_decode_body);
    g_test_add_func("/entity/nul-is-kept", test_nul_is_kept);
    g_test_add_func("/entity/crlf", test_crlf);
    g_test_add_func("/entity/limits", test_limits);
    g_test_add_func("/entity/limits-in-all", test_limits_in_all);
    g_test_add_func("/entity/huge-header", test_huge_header);
    g_test_add_func("/entity/linear", test_linear);
    g_test_add_func("/entity/many-siblings", test_many_siblings);
    return g_test_run();
}
