/* SPDX-License-Identifier: MPL-2.0 */

#include "payload-edit.h"

#include "header-field.h"

static void
clear_edit(gpointer data)
{
    Edit *edit = data;
    g_clear_pointer(&edit->replacement, octet_source_unref);
}

void
composer_init(Composer *composer, const EntityTree *tree, gboolean seven_bit)
{
    *composer = (Composer){
        .tree = tree,
        .octets = g_bytes_get_data(tree->message, NULL),
        .edits = g_array_new(FALSE, FALSE, sizeof(Edit)),
        .seven_bit = seven_bit,
        .legacy_parts = g_ptr_array_new(),
    };
    g_array_set_clear_func(composer->edits, clear_edit);
}

void
composer_clear(Composer *composer)
{
    g_clear_pointer(&composer->edits, g_array_unref);
    g_clear_pointer(&composer->root_type, g_free);
    g_clear_pointer(&composer->legacy_parts, g_ptr_array_unref);
    g_clear_error(&composer->error);
}

void
composer_add_edit(Composer *composer, gsize start, gsize end, OctetSource *replacement)
{
    Edit edit = {start, end, replacement};
    g_array_append_val(composer->edits, edit);
}

static gint
compare_edits(gconstpointer a, gconstpointer b)
{
    const Edit *left = a;
    const Edit *right = b;
    if (left->start != right->start)
        return left->start < right->start ? -1 : 1;
    return left->end < right->end ? -1 : left->end > right->end;
}

void
composer_sort_edits(Composer *composer)
{
    /* Stable, as GLib promises. */
    g_array_sort(composer->edits, compare_edits);
}

gboolean
composer_has_empty_line(const Composer *composer, const Entity *entity)
{
    const guint8 *section = composer->octets + entity->start;
    gsize n_octets = entity->body - entity->start;
    if (n_octets == 0 || section[n_octets - 1] != '\n')
        return FALSE;
    n_octets--;
    if (n_octets > 0 && section[n_octets - 1] == '\r')
        n_octets--;
    return n_octets == 0 || section[n_octets - 1] == '\n';
}

gsize
composer_find_empty_line(const Composer *composer, const Entity *entity)
{
    if (!composer_has_empty_line(composer, entity))
        return entity->body;
    gsize at = entity->body - 1;
    return at > entity->start && composer->octets[at - 1] == '\r' ? at - 1 : at;
}

void
composer_set_field(Composer *composer, const Entity *entity, const gchar *name, const gchar *line)
{
    gboolean is_set = FALSE;
    for (guint i = 0; i < entity->fields->len; i++) {
        const HeaderField *field = &g_array_index(entity->fields, HeaderField, i);
        if (g_ascii_strcasecmp(field->name, name) != 0)
            continue;
        composer_add_edit(composer, entity->start + field->start, entity->start + field->end,
                          octet_source_new_text(is_set ? "" : line));
        is_set = TRUE;
    }
    if (!is_set) {
        gsize at = composer_find_empty_line(composer, entity);
        composer_add_edit(composer, at, at, octet_source_new_text(line));
    }
}

void
composer_set_encoding(Composer *composer, const Entity *entity, const gchar *encoding)
{
    g_autofree gchar *line = g_strdup_printf("Content-Transfer-Encoding: %s\r\n", encoding);
    composer_set_field(composer, entity, "Content-Transfer-Encoding", line);
}

gboolean
composer_has_encoding(const Entity *entity, const gchar *encoding)
{
    const gchar *value = entity_find_field(entity, "Content-Transfer-Encoding");
    if (value == NULL)
        return FALSE;
    g_autoptr(ParameterizedValue) parsed = parameterized_value_parse(value);
    return g_str_equal(parameterized_value_get_word(parsed), encoding);
}
