/* SPDX-License-Identifier: MPL-2.0 */

#include "request.h"

#include "op.h"
#include "params.h"

/* As many as an answer can have bodies worth naming: one, and one for each blind recipient. */
#define MAX_OUTPUTS 1000

static Request *
fail(GError **error, const gchar *why)
{
    g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED, why);
    return NULL;
}

static void wipe_member(JsonObject *object, const gchar *name, JsonNode *node, gpointer data);

static void
wipe_element(G_GNUC_UNUSED JsonArray *array, G_GNUC_UNUSED guint index, JsonNode *element,
             G_GNUC_UNUSED gpointer data)
{
    if (JSON_NODE_HOLDS_OBJECT(element))
        json_object_foreach_member(json_node_get_object(element), wipe_member, NULL);
}

static gboolean
is_password(const gchar *name)
{
    return g_str_equal(name, "password") || g_str_equal(name, "message_password");
}

/* Those of the parameters themselves, and of the files in a list such as "key_files". */
static void
wipe_member(G_GNUC_UNUSED JsonObject *object, const gchar *name, JsonNode *node,
            G_GNUC_UNUSED gpointer data)
{
    if (JSON_NODE_HOLDS_ARRAY(node))
        json_array_foreach_element(json_node_get_array(node), wipe_element, NULL);
    if (!is_password(name) || !JSON_NODE_HOLDS_VALUE(node) ||
        json_node_get_value_type(node) != G_TYPE_STRING)
        return;
    /* The string goes with its node, right after this. */
    gchar *text = (gchar *)json_node_get_string(node);
    explicit_bzero(text, strlen(text));
}

void
request_free(Request *request)
{
    if (request == NULL)
        return;
    g_free(request->op);
    if (request->params != NULL)
        json_object_foreach_member(request->params, wipe_member, NULL);
    g_clear_pointer(&request->params, json_object_unref);
    g_clear_pointer(&request->octets, g_bytes_unref);
    g_free(request->file);
    g_clear_pointer(&request->outputs, g_ptr_array_unref);
    g_free(request);
}

/* "\u0000" can't be held by a C string, and what comes after it would vanish without a word; for
 * json-glib "\u00zz" is the same. */
static gboolean
is_good_escape(const gchar *text, gsize n_octets)
{
    if (n_octets < 2 || text[1] != 'u')
        return TRUE;
    guint value = 0;
    for (gsize i = 2; i < 6; i++) {
        if (i >= n_octets || !g_ascii_isxdigit(text[i]))
            return FALSE;
        value = value * 16 + (guint)g_ascii_xdigit_value(text[i]);
    }
    return value != 0;
}

/* The index of the quote that ends the string; @n_octets if there is none, or a bad escape before
 * it. */
static gsize
find_string_end(const gchar *text, gsize n_octets, gsize start)
{
    for (gsize i = start; i < n_octets; i++) {
        if (text[i] == '"')
            return i;
        if (text[i] != '\\')
            continue;
        if (!is_good_escape(text + i, n_octets - i))
            return n_octets;
        i++;
    }
    return n_octets;
}

/* json-glib's parser recurses, and reads more than JSON: comments and strings in single quotes, in
 * which brackets could hide, and what follows a complete text it drops. Why the parser must not see
 * the text; NULL if it may. */
static const gchar *
find_danger(const gchar *text, gsize n_octets)
{
    static const gchar no_json[] = "the request is not JSON";
    guint depth = 0;
    gboolean complete = FALSE;
    if (n_octets == 0)
        return no_json;
    for (gsize i = 0; i < n_octets; i++) {
        gboolean opens = text[i] == '[' || text[i] == '{';
        if (complete && !g_ascii_isspace(text[i]))
            return no_json;
        if (opens && ++depth > REQUEST_MAX_DEPTH)
            return "the request is nested too deep";
        if (text[i] == ']' || text[i] == '}')
            complete = depth <= 1 || --depth == 0;
        else if (text[i] == '"')
            i = find_string_end(text, n_octets, i + 1);
        else if (!opens && !g_ascii_isalnum(text[i]) && strchr(" \t\r\n:,+-.", text[i]) == NULL)
            return no_json;
        if (i >= n_octets)
            return "a string of the request does not end, or holds an escape that is none";
    }
    return NULL;
}

static JsonObject *
parse_object(GBytes *text, GError **error)
{
    gsize n_octets = 0;
    const gchar *data = g_bytes_get_data(text, &n_octets);
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    g_autoptr(GError) problem = NULL;
    const gchar *why = g_utf8_validate_len(data, n_octets, NULL) ? find_danger(data, n_octets)
                                                                 : "the request is not UTF-8";
    if (why == NULL && !json_parser_load_from_data(parser, data, (gssize)n_octets, &problem))
        why = "the request is not JSON";
    else if (why == NULL && (json_parser_get_root(parser) == NULL ||
                             !JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser))))
        why = "the request is not a JSON object";
    if (why == NULL)
        return json_object_ref(json_node_get_object(json_parser_get_root(parser)));
    if (problem != NULL)
        g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED, "%s: %s", why,
                    problem->message);
    else
        fail(error, why);
    return NULL;
}

static JsonObject *
find_object(JsonObject *object, const gchar *name, gboolean *out_wrong)
{
    JsonNode *node = json_object_get_member(object, name);
    if (node == NULL || JSON_NODE_HOLDS_NULL(node))
        return NULL;
    *out_wrong = *out_wrong || !JSON_NODE_HOLDS_OBJECT(node);
    return JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static gboolean
read_body(Request *request, JsonObject *body, GError **error)
{
    const gchar *file = NULL;
    gboolean chunks = FALSE;
    if (!params_get_octets(body, "inline", &request->octets, error) ||
        !params_get_string(body, "file", &file, error) ||
        !params_get_boolean(body, "chunks", FALSE, &chunks, error))
        return FALSE;
    guint n_sources =
        (request->octets != NULL ? 1u : 0u) + (file != NULL ? 1u : 0u) + (chunks ? 1u : 0u);
    if (n_sources != 1)
        return fail(error, "\"body\" has exactly one of \"inline\", \"file\" and \"chunks\"") !=
               NULL;
    request->file = g_strdup(file);
    request->source = chunks ? BODY_CHUNKS : file != NULL ? BODY_FILE : BODY_INLINE;
    return TRUE;
}

static gboolean
read_outputs(Request *request, JsonObject *output, GError **error)
{
    g_autoptr(GPtrArray) files = NULL;
    if (!params_get_strings(output, "files", MAX_OUTPUTS, &files, error))
        return FALSE;
    for (guint i = 0; i < files->len; i++)
        g_ptr_array_add(request->outputs, g_strdup(g_ptr_array_index(files, i)));
    return TRUE;
}

static gboolean
read_operation(Request *request, JsonObject *object, GError **error)
{
    gboolean wrong = FALSE;
    JsonObject *params = find_object(object, "params", &wrong);
    JsonObject *body = find_object(object, "body", &wrong);
    JsonObject *output = find_object(object, "output", &wrong);
    if (wrong)
        return fail(error, "\"params\", \"body\" and \"output\" are objects") != NULL;
    request->params = params == NULL ? json_object_new() : json_object_ref(params);
    return (body == NULL || read_body(request, body, error)) &&
           (output == NULL || read_outputs(request, output, error));
}

static gboolean
read_piece(Request *request, JsonObject *object, GError **error)
{
    if (!params_get_octets(object, "chunk", &request->octets, error) ||
        !params_get_boolean(object, "last", FALSE, &request->last, error))
        return FALSE;
    if (request->octets == NULL)
        return fail(error, "neither \"op\" nor \"chunk\" is there") != NULL;
    return TRUE;
}

Request *
request_parse(GBytes *text, gint64 *out_id, GError **error)
{
    *out_id = REQUEST_NO_ID;
    g_autoptr(JsonObject) object = parse_object(text, error);
    if (object == NULL)
        return NULL;
    const gchar *op = NULL;
    g_autoptr(Request) request = g_new0(Request, 1);
    request->outputs = g_ptr_array_new_with_free_func(g_free);
    if (!params_get_integer(object, "id", 0, G_MAXINT32, REQUEST_NO_ID, &request->id, error))
        return NULL;
    if (request->id == REQUEST_NO_ID)
        return fail(error, "\"id\" is missing");
    *out_id = request->id;
    if (!params_get_string(object, "op", &op, error))
        return NULL;
    request->op = g_strdup(op);
    gboolean read =
        op == NULL ? read_piece(request, object, error) : read_operation(request, object, error);
    return read ? g_steal_pointer(&request) : NULL;
}
