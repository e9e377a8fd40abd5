/* SPDX-License-Identifier: MPL-2.0 */

#include "encoded-word.h"
#include "json-facts.h"
#include "shown-header.h"

/* Of a field's octets: valid UTF-8 without controls, which would be line ends to whoever writes the
 * field again. */
static gchar *
make_text(const gchar *octets)
{
    gchar *text = g_utf8_make_valid(octets, -1);
    for (gchar *p = text; *p != '\0'; p++)
        if (g_ascii_iscntrl(*p))
            *p = ' ';
    return text;
}

static void
set_octets(JsonObject *object, const gchar *name, const gchar *octets)
{
    g_autofree gchar *text = octets == NULL ? NULL : make_text(octets);
    json_set_string(object, name, text);
}

static JsonObject *
make_field(const ShownHeader *shown, const ProtectedField *field)
{
    JsonObject *object = json_object_new();
    FieldState state = protected_header_get_state(shown->header, field, shown->is_signed);
    g_autofree gchar *decoded = encoded_words_decode(field->value);
    set_octets(object, "name", field->name);
    set_octets(object, "value", field->value);
    json_set_string(object, "text", decoded);
    set_octets(object, "outer", field->outer);
    json_set_string(object, "state", field_state_to_string(state));
    return object;
}

static void
set_fields(JsonObject *object, const ShownHeader *shown)
{
    const GArray *fields = protected_header_get_fields(shown->header);
    JsonArray *array = json_array_new();
    for (guint i = 0; i < fields->len; i++)
        json_array_add_object_element(array,
                                      make_field(shown, &g_array_index(fields, ProtectedField, i)));
    json_object_set_array_member(object, "fields", array);
}

static void
set_from(JsonObject *object, const ShownHeader *shown)
{
    JsonObject *from = json_object_new();
    gboolean has_inner = protected_header_get_form(shown->header) != HEADER_FORM_NONE;
    json_set_string(from, "inner", shown->from.inner);
    json_set_string(from, "outer", shown->from.outer);
    json_set_string(from, "shown", shown->outer_from || !has_inner ? "outer" : "inner");
    json_object_set_boolean_member(from, "mismatch", shown->from.is_mismatch);
    json_object_set_boolean_member(from, "warning", shown->outer_from);
    json_object_set_object_member(object, "from", from);
}

static void
set_unprotected(JsonObject *object, const ShownHeader *shown)
{
    g_autoptr(GPtrArray) names = protected_header_get_unprotected(shown->header);
    JsonArray *array = json_array_new();
    for (guint i = 0; i < names->len; i++)
        json_array_add_string_element(array, g_ptr_array_index(names, i));
    json_object_set_array_member(object, "unprotected", array);
}

void
json_set_shown_header(JsonObject *object, const ShownHeader *shown)
{
    if (shown->header == NULL) {
        json_object_set_null_member(object, "header");
        return;
    }
    JsonObject *header = json_object_new();
    json_set_string(header, "form",
                    header_form_to_string(protected_header_get_form(shown->header)));
    set_fields(header, shown);
    set_from(header, shown);
    set_unprotected(header, shown);
    json_object_set_boolean_member(header, "legacy_display", shown->is_shortened);
    json_object_set_object_member(object, "header", header);
}
