/* SPDX-License-Identifier: MPL-2.0 */

#include "params.h"

#include "op.h"
#include "wiped-octets.h"

static gboolean
fail(GError **error, const gchar *name, const gchar *wanted)
{
    g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED, "parameter \"%s\": %s is wanted",
                name, wanted);
    return FALSE;
}

/* The member, or NULL if it is not there or null. */
static JsonNode *
find_member(JsonObject *params, const gchar *name)
{
    JsonNode *node = json_object_get_member(params, name);
    return node == NULL || JSON_NODE_HOLDS_NULL(node) ? NULL : node;
}

/* Half a surrogate pair ("\ud800") is a string to json-glib, but not to anybody else. */
static gboolean
node_is_string(JsonNode *node)
{
    return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING;
}

static const gchar *
node_get_string(JsonNode *node)
{
    if (!node_is_string(node))
        return NULL;
    const gchar *text = json_node_get_string(node);
    return g_utf8_validate(text, -1, NULL) ? text : NULL;
}

gboolean
params_get_string(JsonObject *params, const gchar *name, const gchar **out_value, GError **error)
{
    JsonNode *node = find_member(params, name);
    const gchar *text = node == NULL ? NULL : node_get_string(node);
    if (node != NULL && text == NULL)
        return fail(error, name, node_is_string(node) ? "text in UTF-8" : "a string");
    *out_value = text;
    return TRUE;
}

gboolean
params_get_boolean(JsonObject *params, const gchar *name, gboolean fallback, gboolean *out_value,
                   GError **error)
{
    JsonNode *node = find_member(params, name);
    if (node != NULL &&
        (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_BOOLEAN))
        return fail(error, name, "true or false");
    *out_value = node == NULL ? fallback : json_node_get_boolean(node);
    return TRUE;
}

gboolean
params_get_integer(JsonObject *params, const gchar *name, gint64 minimum, gint64 maximum,
                   gint64 fallback, gint64 *out_value, GError **error)
{
    JsonNode *node = find_member(params, name);
    if (node != NULL &&
        (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64))
        return fail(error, name, "a whole number");
    gint64 value = node == NULL ? fallback : json_node_get_int(node);
    if (node != NULL && (value < minimum || value > maximum)) {
        g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                    "parameter \"%s\": a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                    " is wanted, not %" G_GINT64_FORMAT,
                    name, minimum, maximum, value);
        return FALSE;
    }
    *out_value = value;
    return TRUE;
}

/* *out_array is NULL if it is not there. */
static gboolean
get_array(JsonObject *params, const gchar *name, guint max_items, JsonArray **out_array,
          GError **error)
{
    JsonNode *node = find_member(params, name);
    *out_array = NULL;
    if (node == NULL)
        return TRUE;
    if (!JSON_NODE_HOLDS_ARRAY(node))
        return fail(error, name, "an array");
    JsonArray *array = json_node_get_array(node);
    if (json_array_get_length(array) > max_items) {
        g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                    "parameter \"%s\": %u items (at most %u)", name, json_array_get_length(array),
                    max_items);
        return FALSE;
    }
    *out_array = array;
    return TRUE;
}

gboolean
params_get_strings(JsonObject *params, const gchar *name, guint max_strings, GPtrArray **out_values,
                   GError **error)
{
    JsonArray *array = NULL;
    if (!get_array(params, name, max_strings, &array, error))
        return FALSE;
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
        const gchar *text = node_get_string(json_array_get_element(array, i));
        if (text == NULL)
            return fail(error, name,
                        node_is_string(json_array_get_element(array, i)) ? "text in UTF-8"
                                                                         : "an array of strings");
        g_ptr_array_add(values, (gpointer)text);
    }
    *out_values = g_steal_pointer(&values);
    return TRUE;
}

GBytes *
octets_from_base64(const gchar *text)
{
    gsize length = strlen(text);
    gsize n_digits =
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    gsize n_padding = strspn(text + n_digits, "=");
    if (length % 4 != 0 || n_digits + n_padding != length || n_padding > 2)
        return NULL;
    gsize n_octets = 0;
    guchar *octets = g_base64_decode(text, &n_octets);
    /* Keys and plaintext come so, too. */
    return wiped_octets_to_bytes(octets, n_octets);
}

gboolean
params_get_octets(JsonObject *params, const gchar *name, GBytes **out_octets, GError **error)
{
    const gchar *text = NULL;
    if (!params_get_string(params, name, &text, error))
        return FALSE;
    g_autoptr(GBytes) octets = text == NULL ? NULL : octets_from_base64(text);
    if (text != NULL && octets == NULL)
        return fail(error, name, "base64");
    *out_octets = g_steal_pointer(&octets);
    return TRUE;
}

gboolean
params_get_octets_list(JsonObject *params, const gchar *name, guint max_items, GPtrArray **out_list,
                       GError **error)
{
    g_autoptr(GPtrArray) texts = NULL;
    if (!params_get_strings(params, name, max_items, &texts, error))
        return FALSE;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; i < texts->len; i++) {
        GBytes *octets = octets_from_base64(g_ptr_array_index(texts, i));
        if (octets == NULL)
            return fail(error, name, "an array of base64 strings");
        g_ptr_array_add(list, octets);
    }
    *out_list = g_steal_pointer(&list);
    return TRUE;
}

gboolean
params_get_objects(JsonObject *params, const gchar *name, guint max_items, GPtrArray **out_list,
                   GError **error)
{
    JsonArray *array = NULL;
    if (!get_array(params, name, max_items, &array, error))
        return FALSE;
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
        JsonNode *node = json_array_get_element(array, i);
        if (!JSON_NODE_HOLDS_OBJECT(node))
            return fail(error, name, "an array of objects");
        g_ptr_array_add(list, json_node_get_object(node));
    }
    *out_list = g_steal_pointer(&list);
    return TRUE;
}
