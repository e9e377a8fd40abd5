/* SPDX-License-Identifier: MPL-2.0 */

#include "header-params.h"

#include "core-limits.h"
#include "header-protection.h"
#include "params.h"

/* Somebody who answers more messages at once quotes none of them. */
#define MAX_REFERENCES 100u

void
header_params_clear(HeaderParams *params)
{
    g_clear_pointer(&params->reply, header_reply_free);
}

static gboolean
fail(const gchar *wanted, GError **error)
{
    g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                "parameter \"responds_to\": %s is wanted, as \"read\" gives them", wanted);
    return FALSE;
}

/* What is of the transport, and stands outside, is known: of composers that hide it in word alone,
 * without any HP-Outer, an answer would have no recipients outside, and be in no thread. */
static gboolean
is_of_transport(const gchar *name)
{
    static const gchar *const names[] = {"message-id", "in-reply-to", "references", "date", NULL};
    g_autofree gchar *lower = g_ascii_strdown(name, -1);
    return header_field_has_people(name) || g_strv_contains(names, lower);
}

/* "signed-only" and "unprotected" fields could be read by everybody (RFC 9788 §6.1); but not where
 * their composer hid them. Whoever put the value outside afterwards may have guessed it: an answer
 * must not tell that the guess was right (§11.3). */
static gboolean
is_hidden(const gchar *name, const gchar *value, const gchar *outer, const gchar *state)
{
    if (g_str_equal(state, "encrypted-only") || g_str_equal(state, "signed-and-encrypted"))
        return TRUE;
    return g_strcmp0(value, outer) != 0 && !is_of_transport(name);
}

static ReferenceField *
read_field(JsonNode *node, GError **error)
{
    const gchar *name = NULL, *value = NULL, *outer = NULL, *state = NULL;
    JsonObject *object = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    if (object == NULL) {
        fail("an array of arrays of fields", error);
        return NULL;
    }
    if (!params_get_string(object, "name", &name, error) ||
        !params_get_string(object, "value", &value, error) ||
        !params_get_string(object, "outer", &outer, error) ||
        !params_get_string(object, "state", &state, error))
        return NULL;
    if (name == NULL || value == NULL || state == NULL) {
        fail("a field with name, value and state", error);
        return NULL;
    }
    ReferenceField *field = g_new0(ReferenceField, 1);
    field->name = g_strdup(name);
    field->value = g_strdup(value);
    field->outer = g_strdup(outer);
    field->is_hidden = is_hidden(name, value, outer, state);
    return field;
}

static void
free_field(gpointer field)
{
    reference_field_free(field);
}

static GPtrArray *
read_reference(JsonNode *node, GError **error)
{
    JsonArray *array = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    if (array == NULL || json_array_get_length(array) > LIMIT_HEADER_FIELDS) {
        fail("an array of arrays of fields", error);
        return NULL;
    }
    g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(free_field);
    for (guint i = 0; i < json_array_get_length(array); i++) {
        ReferenceField *field = read_field(json_array_get_element(array, i), error);
        if (field == NULL)
            return NULL;
        g_ptr_array_add(fields, field);
    }
    return g_steal_pointer(&fields);
}

static gboolean
read_references(const OpCall *call, HeaderReply **out_reply, GError **error)
{
    JsonNode *node = json_object_get_member(call->params, "responds_to");
    if (node == NULL || JSON_NODE_HOLDS_NULL(node))
        return TRUE;
    JsonArray *array = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    if (array == NULL || json_array_get_length(array) > MAX_REFERENCES)
        return fail("an array of at most 100 messages", error);
    g_autoptr(GPtrArray) references =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    for (guint i = 0; i < json_array_get_length(array); i++) {
        GPtrArray *fields = read_reference(json_array_get_element(array, i), error);
        if (fields == NULL)
            return FALSE;
        g_ptr_array_add(references, fields);
    }
    *out_reply = header_reply_new(references);
    return TRUE;
}

gboolean
header_params_read(const OpCall *call, HeaderParams *out_params, GError **error)
{
    const gchar *policy = NULL;
    HeaderParams params = {.policy = HEADER_POLICY_BASELINE};
    if (!params_get_string(call->params, "header_protection", &policy, error) ||
        !params_get_boolean(call->params, "legacy_display", TRUE, &params.legacy_display, error))
        return FALSE;
    if (policy != NULL && !header_policy_from_string(policy, &params.policy)) {
        g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                    "parameter \"header_protection\": \"%.50s\" is not one of baseline, shy, none",
                    policy);
        return FALSE;
    }
    if (!read_references(call, &params.reply, error))
        return FALSE;
    *out_params = params;
    return TRUE;
}
