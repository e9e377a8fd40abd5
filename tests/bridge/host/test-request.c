/* SPDX-License-Identifier: MPL-2.0 */

#include "request.h"

#include <string.h>

#include "host-test.h"
#include "op.h"

static Request *
parse(const gchar *text, gint64 *out_id, GError **error)
{
    g_autoptr(GBytes) octets = g_bytes_new_static(text, strlen(text));
    return request_parse(octets, out_id, error);
}

static Request *
parse_good(const gchar *text)
{
    g_autoptr(GError) error = NULL;
    gint64 id = 0;
    Request *request = parse(text, &id, &error);
    g_assert_no_error(error);
    g_assert_cmpint(request->id, ==, id);
    return request;
}

typedef struct {
    const gchar *name;
    const gchar *text;
    gint64 id; /* that the fault is told for */
} RefusedCase;

static const RefusedCase refused_cases[] = {
    {"empty", "", REQUEST_NO_ID},
    {"blank", " ", REQUEST_NO_ID},
    {"not-json", "hello", REQUEST_NO_ID},
    {"cut-short", "{\"id\": 1, \"op\": \"hel", REQUEST_NO_ID},
    {"two-texts", "{\"id\": 1, \"op\": \"hello\"} {}", REQUEST_NO_ID},
    {"array", "[1]", REQUEST_NO_ID},
    {"string", "\"id\"", REQUEST_NO_ID},
    {"not-utf8", "{\"id\": 1, \"op\": \"h\xff\"}", REQUEST_NO_ID},
    /* json-glib reads these; JSON has none of them (RFC 8259 §2) */
    {"comment", "{\"id\": 1, /* \" */ \"op\": \"hello\"}", REQUEST_NO_ID},
    {"line-comment", "{\"id\": 1, // \"\n \"op\": \"hello\"}", REQUEST_NO_ID},
    {"single-quotes", "{'id': 1, 'op': 'hello'}", REQUEST_NO_ID},
    {"nul-in-string", "{\"id\": 1, \"op\": \"hello\\u0000x\"}", REQUEST_NO_ID},
    {"nul-in-name", "{\"id\": 1, \"op\\u0000x\": \"hello\"}", REQUEST_NO_ID},
    {"no-hex-in-string", "{\"id\": 1, \"op\": \"hello\\u00zz\"}", REQUEST_NO_ID},
    {"escape-cut-short", "{\"id\": 1, \"op\": \"\\u00", REQUEST_NO_ID},
    {"ends-with-backslash", "{\"id\": 1, \"op\": \"\\", REQUEST_NO_ID},
    {"brackets-before", "]{\"id\": 1, \"op\": \"hello\"}", REQUEST_NO_ID},
    {"no-id", "{\"op\": \"hello\"}", REQUEST_NO_ID},
    {"null-id", "{\"id\": null, \"op\": \"hello\"}", REQUEST_NO_ID},
    {"string-id", "{\"id\": \"1\", \"op\": \"hello\"}", REQUEST_NO_ID},
    {"negative-id", "{\"id\": -1, \"op\": \"hello\"}", REQUEST_NO_ID},
    {"fractional-id", "{\"id\": 1.5, \"op\": \"hello\"}", REQUEST_NO_ID},
    {"id-too-large", "{\"id\": 2147483648, \"op\": \"hello\"}", REQUEST_NO_ID},
    {"neither-op-nor-chunk", "{\"id\": 7}", 7},
    {"op-not-string", "{\"id\": 7, \"op\": 1}", 7},
    {"op-half-surrogate", "{\"id\": 7, \"op\": \"\\ud800x\"}", 7},
    {"params-array", "{\"id\": 7, \"op\": \"x\", \"params\": []}", 7},
    {"body-string", "{\"id\": 7, \"op\": \"x\", \"body\": \"eA==\"}", 7},
    {"body-empty", "{\"id\": 7, \"op\": \"x\", \"body\": {}}", 7},
    {"body-two-sources",
     "{\"id\": 7, \"op\": \"x\", \"body\": {\"inline\": \"\", \"file\": \"/x\"}}", 7},
    {"body-chunks-false", "{\"id\": 7, \"op\": \"x\", \"body\": {\"chunks\": false}}", 7},
    {"body-not-base64", "{\"id\": 7, \"op\": \"x\", \"body\": {\"inline\": \"a\"}}", 7},
    {"output-not-strings", "{\"id\": 7, \"op\": \"x\", \"output\": {\"files\": [1]}}", 7},
    {"output-not-array", "{\"id\": 7, \"op\": \"x\", \"output\": {\"files\": \"/x\"}}", 7},
    {"chunk-not-base64", "{\"id\": 7, \"chunk\": \"====\"}", 7},
    {"chunk-last-not-boolean", "{\"id\": 7, \"chunk\": \"\", \"last\": 1}", 7},
};

static void
test_refused(gconstpointer data)
{
    const RefusedCase *test = data;
    g_autoptr(GError) error = NULL;
    gint64 id = 99;
    g_autoptr(Request) request = parse(test->text, &id, &error);
    g_assert_null(request);
    g_assert_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED);
    g_assert_cmpint(id, ==, test->id);
}

/* @n_deep arrays and objects, the outermost object included. */
static gchar *
nested_text(guint n_deep, const gchar *before)
{
    GString *text = g_string_new("{\"id\": 3, \"op\": \"x\", \"params\": ");
    g_string_append(text, before);
    for (guint i = 1; i < n_deep; i++)
        g_string_append(text, i == 1 ? "{\"a\": " : "[");
    g_string_append(text, "1");
    for (guint i = n_deep - 1; i > 0; i--)
        g_string_append(text, i == 1 ? "}" : "]");
    g_string_append(text, "}");
    return g_string_free(text, FALSE);
}

static void
test_depth(void)
{
    g_autofree gchar *deepest = nested_text(REQUEST_MAX_DEPTH, "");
    g_autoptr(Request) request = parse_good(deepest);
    g_assert_nonnull(request);

    static const gchar *const hides[] = {"", "/* \" */", "'\"'"};
    for (gsize i = 0; i < G_N_ELEMENTS(hides); i++) {
        g_autoptr(GError) error = NULL;
        gint64 id = 0;
        g_autofree gchar *deeper = nested_text(REQUEST_MAX_DEPTH + 1, hides[i]);
        g_assert_null(parse(deeper, &id, &error));
        g_assert_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED);
        g_autofree gchar *abyss = nested_text(1000000, hides[i]);
        g_assert_null(parse(abyss, &id, NULL));
    }
    /* Brackets in strings are no depth, whatever stands before their quotes. */
    g_autoptr(Request) quoted =
        parse_good("{\"id\": 1, \"op\": \"[[[[[[[[[[[[[[[[[[\\\"{{{{{{{{{{{{{{{{{{\\\\\"}");
    g_assert_cmpstr(quoted->op, ==, "[[[[[[[[[[[[[[[[[[\"{{{{{{{{{{{{{{{{{{\\");
}

static void
test_operation(void)
{
    g_autoptr(Request) bare = parse_good("{\"id\": 0, \"op\": \"keys\"}");
    g_assert_cmpstr(bare->op, ==, "keys");
    g_assert_cmpint(bare->source, ==, BODY_NONE);
    g_assert_cmpuint(json_object_get_size(bare->params), ==, 0);
    g_assert_cmpuint(bare->outputs->len, ==, 0);

    g_autoptr(Request) nulls = parse_good("{\"id\": 2147483647, \"op\": \"keys\", \"params\": null,"
                                          " \"body\": null, \"output\": null}");
    g_assert_cmpint(nulls->id, ==, G_MAXINT32);
    g_assert_cmpint(nulls->source, ==, BODY_NONE);

    g_autoptr(Request) file =
        parse_good("{\"id\": 1, \"op\": \"sign\", \"params\": {\"opaque\": true},"
                   " \"body\": {\"file\": \"/tmp/a\"}, \"output\": {\"files\": [\"/b\", \"/c\"]}}");
    g_assert_cmpint(file->source, ==, BODY_FILE);
    g_assert_cmpstr(file->file, ==, "/tmp/a");
    g_assert_cmpuint(file->outputs->len, ==, 2);
    g_assert_cmpstr(g_ptr_array_index(file->outputs, 1), ==, "/c");
    g_assert_true(json_object_get_boolean_member(file->params, "opaque"));

    g_autoptr(Request) chunks =
        parse_good("{\"id\": 1, \"op\": \"read\", \"body\": {\"chunks\": true}}");
    g_assert_cmpint(chunks->source, ==, BODY_CHUNKS);
}

static void
assert_octets(GBytes *actual, const gchar *expected)
{
    assert_same_octets(g_bytes_get_data(actual, NULL), g_bytes_get_size(actual), expected,
                       strlen(expected));
}

static void
test_octets(void)
{
    g_autoptr(Request) inlined =
        parse_good("{\"id\": 1, \"op\": \"read\", \"body\": {\"inline\": \"aGVsbG8=\"}}");
    g_assert_cmpint(inlined->source, ==, BODY_INLINE);
    assert_octets(inlined->octets, "hello");
    g_autoptr(Request) empty =
        parse_good("{\"id\": 1, \"op\": \"read\", \"body\": {\"inline\": \"\"}}");
    g_assert_cmpint(empty->source, ==, BODY_INLINE);
    assert_octets(empty->octets, "");

    g_autoptr(Request) piece = parse_good("{\"id\": 1, \"chunk\": \"aGVsbG8=\"}");
    g_assert_null(piece->op);
    g_assert_false(piece->last);
    assert_octets(piece->octets, "hello");
    g_autoptr(Request) last = parse_good("{\"id\": 1, \"chunk\": \"\", \"last\": true}");
    g_assert_true(last->last);
    assert_octets(last->octets, "");
}

/* Freed with the request; the node is held here to look at it afterwards. */
static void
test_passwords_are_wiped(void)
{
    g_autoptr(Request) request = parse_good(
        "{\"id\": 1, \"op\": \"x\", \"params\": {\"password\": \"secret\", \"address\": \"a\","
        " \"message_password\": \"of a message\","
        " \"key_files\": [{\"password\": \"hidden\", \"octets\": \"YQ==\"}]}}");
    g_autoptr(JsonObject) params = json_object_ref(request->params);
    g_clear_pointer(&request, request_free);
    g_assert_cmpstr(json_object_get_string_member(params, "password"), ==, "");
    g_assert_cmpstr(json_object_get_string_member(params, "message_password"), ==, "");
    g_assert_cmpstr(json_object_get_string_member(params, "address"), ==, "a");
    JsonArray *files = json_object_get_array_member(params, "key_files");
    JsonObject *file = json_array_get_object_element(files, 0);
    g_assert_cmpstr(json_object_get_string_member(file, "password"), ==, "");
    g_assert_cmpstr(json_object_get_string_member(file, "octets"), ==, "YQ==");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(refused_cases); i++) {
        g_autofree gchar *path = g_strconcat("/request/refused/", refused_cases[i].name, NULL);
        g_test_add_data_func(path, &refused_cases[i], test_refused);
    }
    g_test_add_func("/request/depth", test_depth);
    g_test_add_func("/request/operation", test_operation);
    g_test_add_func("/request/octets", test_octets);
    g_test_add_func("/request/passwords-are-wiped", test_passwords_are_wiped);
    return g_test_run();
}
