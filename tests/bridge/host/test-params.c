/* SPDX-License-Identifier: MPL-2.0 */

#include "params.h"

#include <string.h>

#include "host-test.h"
#include "op.h"

static JsonObject *
object_of(const gchar *text)
{
    g_autoptr(JsonNode) node = json_from_string(text, NULL);
    g_assert_nonnull(node);
    return json_object_ref(json_node_get_object(node));
}

/* Reads the parameter "x" as a kind of value; TRUE if it is taken. */
typedef gboolean (*ReadFunc)(JsonObject *params, GError **error);

static gboolean
read_string(JsonObject *params, GError **error)
{
    const gchar *value = NULL;
    return params_get_string(params, "x", &value, error);
}

static gboolean
read_boolean(JsonObject *params, GError **error)
{
    gboolean value = FALSE;
    return params_get_boolean(params, "x", FALSE, &value, error);
}

static gboolean
read_one_to_ten(JsonObject *params, GError **error)
{
    gint64 value = 0;
    return params_get_integer(params, "x", 1, 10, 0, &value, error);
}

static gboolean
read_two_strings(JsonObject *params, GError **error)
{
    g_autoptr(GPtrArray) values = NULL;
    return params_get_strings(params, "x", 2, &values, error);
}

static gboolean
read_octets(JsonObject *params, GError **error)
{
    g_autoptr(GBytes) octets = NULL;
    return params_get_octets(params, "x", &octets, error);
}

static gboolean
read_octets_list(JsonObject *params, GError **error)
{
    g_autoptr(GPtrArray) list = NULL;
    return params_get_octets_list(params, "x", 2, &list, error);
}

static gboolean
read_objects(JsonObject *params, GError **error)
{
    g_autoptr(GPtrArray) list = NULL;
    return params_get_objects(params, "x", 2, &list, error);
}

typedef struct {
    const gchar *name;
    ReadFunc read;
    const gchar *text;
    gboolean taken;
} TypeCase;

static const TypeCase type_cases[] = {
    {"string", read_string, "{\"x\": \"a\"}", TRUE},
    {"string-absent", read_string, "{}", TRUE},
    {"string-null", read_string, "{\"x\": null}", TRUE},
    {"string-number", read_string, "{\"x\": 1}", FALSE},
    {"string-array", read_string, "{\"x\": [\"a\"]}", FALSE},
    {"string-half-surrogate", read_string, "{\"x\": \"\\ud800x\"}", FALSE},
    {"string-surrogate-pair", read_string, "{\"x\": \"\\ud83d\\ude00\"}", TRUE},
    {"boolean", read_boolean, "{\"x\": true}", TRUE},
    {"boolean-number", read_boolean, "{\"x\": 1}", FALSE},
    {"boolean-string", read_boolean, "{\"x\": \"true\"}", FALSE},
    {"integer-least", read_one_to_ten, "{\"x\": 1}", TRUE},
    {"integer-most", read_one_to_ten, "{\"x\": 10}", TRUE},
    {"integer-too-small", read_one_to_ten, "{\"x\": 0}", FALSE},
    {"integer-too-large", read_one_to_ten, "{\"x\": 11}", FALSE},
    {"integer-fraction", read_one_to_ten, "{\"x\": 1.0}", FALSE},
    {"integer-string", read_one_to_ten, "{\"x\": \"1\"}", FALSE},
    {"integer-true", read_one_to_ten, "{\"x\": true}", FALSE},
    {"strings", read_two_strings, "{\"x\": [\"a\", \"b\"]}", TRUE},
    {"strings-empty", read_two_strings, "{\"x\": []}", TRUE},
    {"strings-too-many", read_two_strings, "{\"x\": [\"a\", \"b\", \"c\"]}", FALSE},
    {"strings-null-inside", read_two_strings, "{\"x\": [null]}", FALSE},
    {"strings-no-array", read_two_strings, "{\"x\": \"a\"}", FALSE},
    {"octets", read_octets, "{\"x\": \"YWI=\"}", TRUE},
    {"octets-not-base64", read_octets, "{\"x\": \"YWI\"}", FALSE},
    {"octets-list", read_octets_list, "{\"x\": [\"YWI=\", \"\"]}", TRUE},
    {"octets-list-not-base64", read_octets_list, "{\"x\": [\"YWI=\", \"-\"]}", FALSE},
    {"objects", read_objects, "{\"x\": [{}, {}]}", TRUE},
    {"objects-string", read_objects, "{\"x\": [{}, \"\"]}", FALSE},
    {"objects-too-many", read_objects, "{\"x\": [{}, {}, {}]}", FALSE},
};

static void
test_type(gconstpointer data)
{
    const TypeCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonObject) params = object_of(test->text);
    gboolean taken = test->read(params, &error);
    g_assert_cmpint(taken, ==, test->taken);
    if (!taken)
        g_assert_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED);
}

static void
test_defaults(void)
{
    g_autoptr(JsonObject) params = object_of("{\"null\": null}");
    static const gchar *const names[] = {"absent", "null"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        gboolean boolean = FALSE;
        gint64 integer = 0;
        const gchar *string = "";
        g_autoptr(GPtrArray) strings = NULL;
        GBytes *octets = (GBytes *)&boolean;
        g_assert_true(params_get_boolean(params, names[i], TRUE, &boolean, NULL));
        g_assert_true(boolean);
        /* The default may lie out of range: it says that nothing was given. */
        g_assert_true(params_get_integer(params, names[i], 1, 2, -1, &integer, NULL));
        g_assert_cmpint(integer, ==, -1);
        g_assert_true(params_get_string(params, names[i], &string, NULL));
        g_assert_null(string);
        g_assert_true(params_get_strings(params, names[i], 1, &strings, NULL));
        g_assert_cmpuint(strings->len, ==, 0);
        g_assert_true(params_get_octets(params, names[i], &octets, NULL));
        g_assert_null(octets);
    }
}

typedef struct {
    const gchar *name;
    const gchar *base64;
    const gchar *octets; /* NULL: refused */
} Base64Case;

/* RFC 4648 §10, §3.2, §3.3 */
static const Base64Case base64_cases[] = {
    {"empty", "", ""},
    {"f", "Zg==", "f"},
    {"fo", "Zm8=", "fo"},
    {"foo", "Zm9v", "foo"},
    {"foob", "Zm9vYg==", "foob"},
    {"no-padding", "Zg", NULL},
    {"short-padding", "Zg=", NULL},
    {"padding-alone", "====", NULL},
    {"three-paddings", "Z===", NULL},
    {"padding-inside", "Zg==Zg==", NULL},
    {"line-break", "Zm9v\nYg=", NULL},
    {"space", "Zm9 ", NULL},
    {"url-safe", "-_-_", NULL},
};

static void
test_base64(gconstpointer data)
{
    const Base64Case *test = data;
    g_autoptr(GBytes) octets = octets_from_base64(test->base64);
    if (test->octets == NULL) {
        g_assert_null(octets);
        return;
    }
    g_assert_nonnull(octets);
    assert_same_octets(g_bytes_get_data(octets, NULL), g_bytes_get_size(octets), test->octets,
                       strlen(test->octets));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(type_cases); i++) {
        g_autofree gchar *path = g_strconcat("/params/type/", type_cases[i].name, NULL);
        g_test_add_data_func(path, &type_cases[i], test_type);
    }
    g_test_add_func("/params/defaults", test_defaults);
    for (gsize i = 0; i < G_N_ELEMENTS(base64_cases); i++) {
        g_autofree gchar *path = g_strconcat("/params/base64/", base64_cases[i].name, NULL);
        g_test_add_data_func(path, &base64_cases[i], test_base64);
    }
    return g_test_run();
}
