/* SPDX-License-Identifier: MPL-2.0 */
#include "entity.h"

#include <string.h>

#include "entity-private.h"
#include "header-field.h"
#include "transfer-encoding.h"

/* Nearly all header sections are shorter. */
#define HEADER_FIRST_OCTETS (16u * 1024)

const EntityLimits entity_limits_default = {
    .header_octets = LIMIT_HEADER_OCTETS,
    .header_fields = LIMIT_HEADER_FIELDS,
    .depth = LIMIT_ENTITY_DEPTH,
    .entities = LIMIT_ENTITIES,
    .all_header_octets = LIMIT_ALL_HEADER_OCTETS,
    .all_header_fields = LIMIT_ALL_HEADER_FIELDS,
};

static void
entity_free(gpointer data)
{
    Entity *entity = data;
    if (entity->fields != NULL)
        g_array_unref(entity->fields);
    parameterized_value_free(entity->content_type);
    parameterized_value_free(entity->disposition);
    if (entity->children != NULL)
        g_ptr_array_unref(entity->children);
    g_free(entity);
}

EntityTree *
entity_tree_parse(GBytes *message, const EntityLimits *limits, GError **error)
{
    if (g_bytes_get_size(message) == 0) {
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_EMPTY, "the message is empty");
        return NULL;
    }
    g_autoptr(EntityTree) tree = g_new0(EntityTree, 1);
    tree->message = g_bytes_ref(message);
    tree->entities = g_ptr_array_new_with_free_func(entity_free);
    if (!entity_slicer_run(tree, limits != NULL ? limits : &entity_limits_default, error))
        return NULL;
    return g_steal_pointer(&tree);
}

/* Octets of the start up to the first empty line, and with it; 0 if there is none. */
static gsize
header_section_octets(GBytes *start)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(start, &n_octets);
    for (gsize at = 0; at < n_octets;) {
        gsize n_line = line_octets(octets + at, n_octets - at);
        gboolean is_whole = octets[at + n_line - 1] == '\n';
        gboolean is_empty = is_whole && line_text_octets(octets + at, n_line) == 0;
        at += n_line;
        if (is_empty)
            return at;
    }
    return 0;
}

EntityTree *
entity_tree_parse_header(const OctetSource *octets, GError **error)
{
    /* Past the limit by enough for the slicer to see it. */
    const gsize n_most = LIMIT_HEADER_OCTETS + 2;
    for (gsize n_wanted = HEADER_FIRST_OCTETS;; n_wanted *= 16) {
        g_autoptr(GBytes) start = octet_source_get_start(octets, MIN(n_wanted, n_most), error);
        if (start == NULL)
            return NULL;
        gsize n_header = header_section_octets(start);
        if (n_header > 0) {
            g_autoptr(GBytes) header = g_bytes_new_from_bytes(start, 0, n_header);
            return entity_tree_parse(header, NULL, error);
        }
        if (n_wanted >= n_most || g_bytes_get_size(start) == octet_source_get_size(octets))
            return entity_tree_parse(start, NULL, error);
    }
}

void
entity_tree_free(EntityTree *tree)
{
    if (tree == NULL)
        return;
    g_ptr_array_unref(tree->entities);
    g_bytes_unref(tree->message);
    g_free(tree);
}

const Entity *
entity_tree_get_root(const EntityTree *tree)
{
    return tree->entities->pdata[0];
}

guint
entity_get_n_children(const Entity *entity)
{
    return entity->children != NULL ? entity->children->len : 0;
}

const Entity *
entity_get_child(const Entity *entity, guint index)
{
    g_return_val_if_fail(index < entity_get_n_children(entity), NULL);
    return entity->children->pdata[index];
}

guint
entity_get_n_fields(const Entity *entity)
{
    return entity->fields->len;
}

static const HeaderField *
get_field(const Entity *entity, guint index)
{
    return &g_array_index(entity->fields, HeaderField, index);
}

const gchar *
entity_get_field_name(const Entity *entity, guint index)
{
    g_return_val_if_fail(index < entity->fields->len, NULL);
    return get_field(entity, index)->name;
}

const gchar *
entity_get_field_value(const Entity *entity, guint index)
{
    g_return_val_if_fail(index < entity->fields->len, NULL);
    return get_field(entity, index)->value;
}

static GBytes *
slice(const Entity *entity, gsize start, gsize end)
{
    return g_bytes_new_from_bytes(entity->tree->message, start, end - start);
}

GBytes *
entity_get_field_octets(const Entity *entity, guint index)
{
    g_return_val_if_fail(index < entity->fields->len, NULL);
    const HeaderField *field = get_field(entity, index);
    return slice(entity, entity->start + field->start, entity->start + field->end);
}

const gchar *
entity_find_field(const Entity *entity, const gchar *name)
{
    for (guint i = 0; i < entity->fields->len; i++) {
        const HeaderField *field = get_field(entity, i);
        if (g_ascii_strcasecmp(field->name, name) == 0)
            return field->value;
    }
    return NULL;
}

guint
entity_count_fields(const Entity *entity, const gchar *name)
{
    guint n_fields = 0;
    for (guint i = 0; i < entity->fields->len; i++) {
        if (g_ascii_strcasecmp(get_field(entity, i)->name, name) == 0)
            n_fields++;
    }
    return n_fields;
}

const gchar *
entity_get_media_type(const Entity *entity)
{
    return entity->media_type;
}

gboolean
entity_is_media_type(const Entity *entity, const gchar *media_type)
{
    return g_ascii_strcasecmp(entity->media_type, media_type) == 0;
}

const gchar *
entity_get_parameter(const Entity *entity, const gchar *name)
{
    return entity->content_type != NULL ? parameterized_value_get(entity->content_type, name)
                                        : NULL;
}

gboolean
entity_is_parameter_repeated(const Entity *entity, const gchar *name)
{
    return entity_count_fields(entity, "Content-Type") > 1 ||
           (entity->content_type != NULL &&
            parameterized_value_is_repeated(entity->content_type, name));
}

const gchar *
entity_get_disposition_parameter(const Entity *entity, const gchar *name)
{
    return entity->disposition != NULL ? parameterized_value_get(entity->disposition, name) : NULL;
}

GBytes *
entity_get_octets(const Entity *entity)
{
    return slice(entity, entity->start, entity->end);
}

GBytes *
entity_get_header_octets(const Entity *entity)
{
    return slice(entity, entity->start, entity->body);
}

GBytes *
entity_get_body(const Entity *entity)
{
    return slice(entity, entity->body, entity->end);
}

GBytes *
entity_decode_body(const Entity *entity, gboolean strict, GError **error)
{
    g_autoptr(GBytes) body = entity_get_body(entity);
    const gchar *encoding = entity_find_field(entity, "Content-Transfer-Encoding");
    return transfer_decode(body, transfer_encoding_parse(encoding), strict, error);
}

OctetSource *
entity_tree_get_canonical(const EntityTree *tree, gsize start, gsize end)
{
    g_autoptr(GBytes) octets = g_bytes_new_from_bytes(tree->message, start, end - start);
    return tree->has_bare_lf ? octets_to_crlf(octets) : octet_source_new_bytes(octets);
}

OctetSource *
entity_get_canonical(const Entity *entity)
{
    return entity_tree_get_canonical(entity->tree, entity->start, entity->end);
}
