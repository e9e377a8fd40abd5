/* SPDX-License-Identifier: MPL-2.0 */

/* One pass over the lines of a message. The entities that are open form a stack, the root below; a
 * delimiter line closes all that is above its multipart. Nothing recurses, so depth costs heap and
 * not stack. */

#include "boundary-set.h"
#include "entity-private.h"
#include "header-field.h"
#include "octet-spool.h"

typedef struct {
    EntityTree *tree;
    const EntityLimits *limits;
    const guint8 *octets;
    gsize n_octets;
    gsize at;
    gsize n_header_octets; /* of all entities so far */
    guint n_header_fields;
    const guint8 *kept; /* from here on pages have not been given back */
    GPtrArray *open;    /* (element-type Entity) borrowed */
    BoundarySet *boundaries;
} Slicer;

/* Octets of the line at the cursor. */
static gsize
next_line(Slicer *slicer)
{
    const guint8 *line = slicer->octets + slicer->at;
    gsize n_line = line_octets(line, slicer->n_octets - slicer->at);
    if (line[n_line - 1] == '\n' && (n_line == 1 || line[n_line - 2] != '\r'))
        slicer->tree->has_bare_lf = TRUE;
    octets_forget_behind(&slicer->kept, line);
    return n_line;
}

static gboolean
starts_with_dashes(const Slicer *slicer, gsize at)
{
    return slicer->n_octets - at >= 2 && slicer->octets[at] == '-' && slicer->octets[at + 1] == '-';
}

/* Whether the line of @n_line octets at the cursor is a delimiter of something open. */
static gboolean
match_delimiter(const Slicer *slicer, gsize n_line, BoundaryMatch *out_match)
{
    const guint8 *line = slicer->octets + slicer->at;
    return starts_with_dashes(slicer, slicer->at) &&
           boundary_set_match(slicer->boundaries, line, line_text_octets(line, n_line), out_match);
}

static void
skip_mbox_separators(Slicer *slicer)
{
    while (slicer->at < slicer->n_octets) {
        const guint8 *line = slicer->octets + slicer->at;
        gsize n_line = next_line(slicer);
        if (!line_is_mbox_separator(line, n_line))
            return;
        slicer->at += n_line;
    }
}

/* Moves the cursor past the header section. It ends with an empty line, or, of a part that has no
 * body, at a delimiter or with the message. */
static gboolean
find_header_end(Slicer *slicer, gboolean *out_has_empty_line, gsize *out_end, GError **error)
{
    gsize start = slicer->at;
    *out_has_empty_line = FALSE;
    while (slicer->at < slicer->n_octets) {
        const guint8 *line = slicer->octets + slicer->at;
        gsize n_line = next_line(slicer);
        BoundaryMatch match;
        if (match_delimiter(slicer, n_line, &match))
            break;
        if (slicer->at + n_line - start > slicer->limits->header_octets) {
            g_set_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT,
                        "header section of more than %" G_GSIZE_FORMAT " octets",
                        slicer->limits->header_octets);
            return FALSE;
        }
        *out_end = slicer->at;
        if (line[n_line - 1] == '\n' && line_text_octets(line, n_line) == 0) {
            slicer->at += n_line;
            *out_has_empty_line = TRUE;
            return TRUE;
        }
        slicer->at += n_line;
    }
    *out_end = slicer->at;
    return TRUE;
}

static const gchar *
get_boundary(const Entity *entity)
{
    if (!g_str_has_prefix(entity->media_type, "multipart/"))
        return NULL;
    const gchar *boundary = entity_get_parameter(entity, "boundary");
    return boundary != NULL && boundary[0] != '\0' ? boundary : NULL;
}

/* The types that encapsulate a header section and a body (RFC 2046 §5.2, RFC 6532 §3.7). They have
 * no transfer encoding of their own (RFC 2046 §5.2.1); where one is stated, the octets are read as
 * they stand, like those of a multipart. */
static gboolean
holds_message(const Entity *entity)
{
    static const gchar *const types[] = {"message/rfc822", "message/global", "message/partial",
                                         "message/external-body", NULL};
    return g_strv_contains(types, entity->media_type);
}

static void
read_media_type(Entity *entity, const Entity *parent)
{
    const gchar *content_type = entity_find_field(entity, "Content-Type");
    const gchar *disposition = entity_find_field(entity, "Content-Disposition");
    if (disposition != NULL)
        entity->disposition = parameterized_value_parse(disposition);
    entity->media_type = "text/plain";
    if (content_type == NULL) {
        if (parent != NULL && g_str_equal(parent->media_type, "multipart/digest"))
            entity->media_type = "message/rfc822";
        return;
    }
    entity->content_type = parameterized_value_parse(content_type);
    if (parameterized_value_is_media_type(entity->content_type))
        entity->media_type = parameterized_value_get_word(entity->content_type);
}

/* Reads the header section up to @end, whose octets and fields count for the whole message too. */
static gboolean
read_fields(Slicer *slicer, Entity *entity, gsize end, GError **error)
{
    const EntityLimits *limits = slicer->limits;
    slicer->n_header_octets += end - entity->start;
    if (slicer->n_header_octets > limits->all_header_octets) {
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT,
                    "header sections of more than %" G_GSIZE_FORMAT " octets in all",
                    limits->all_header_octets);
        return FALSE;
    }
    entity->fields = header_fields_parse(slicer->octets + entity->start, end - entity->start,
                                         limits->header_fields, error);
    if (entity->fields == NULL)
        return FALSE;
    slicer->n_header_fields += entity->fields->len;
    if (slicer->n_header_fields <= limits->all_header_fields)
        return TRUE;
    g_set_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT, "more than %u header fields in all",
                limits->all_header_fields);
    return FALSE;
}

/* Makes the entity that begins at the cursor the innermost open one, and moves the cursor to its
 * body. */
static Entity *
open_one(Slicer *slicer, GError **error)
{
    guint depth = slicer->open->len;
    Entity *parent = depth > 0 ? slicer->open->pdata[depth - 1] : NULL;
    if (depth > slicer->limits->depth) {
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT, "entities nested more than %u deep",
                    slicer->limits->depth);
        return NULL;
    }
    if (slicer->tree->entities->len >= slicer->limits->entities) {
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT, "more than %u entities",
                    slicer->limits->entities);
        return NULL;
    }
    if (parent == NULL || holds_message(parent))
        skip_mbox_separators(slicer);

    Entity *entity = g_new0(Entity, 1);
    g_ptr_array_add(slicer->tree->entities, entity);
    g_ptr_array_add(slicer->open, entity);
    entity->tree = slicer->tree;
    entity->start = slicer->at;
    gboolean has_empty_line = FALSE;
    gsize header_end = slicer->at;
    if (!find_header_end(slicer, &has_empty_line, &header_end, error))
        return NULL;
    entity->body = slicer->at;
    entity->end = slicer->n_octets;
    if (!read_fields(slicer, entity, header_end, error))
        return NULL;
    if (parent == NULL &&
        (!has_empty_line || (entity->fields->len == 0 && header_end > entity->start))) {
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_NO_HEADER_END,
                    has_empty_line ? "no header field before the first empty line"
                                   : "no empty line after the header section");
        return NULL;
    }
    read_media_type(entity, parent);
    if (parent != NULL) {
        if (parent->children == NULL)
            parent->children = g_ptr_array_new();
        g_ptr_array_add(parent->children, entity);
    }
    return entity;
}

/* Opens the entity at the cursor, and the message in it, if it is one that holds one, and so on. */
static gboolean
open_entity(Slicer *slicer, GError **error)
{
    for (;;) {
        Entity *entity = open_one(slicer, error);
        if (entity == NULL)
            return FALSE;
        const gchar *boundary = get_boundary(entity);
        if (boundary != NULL)
            boundary_set_add(slicer->boundaries, boundary, slicer->open->len - 1);
        if (!holds_message(entity))
            return TRUE;
    }
}

/* Closes the entities above @depth; their octets end at @end. */
static void
close_above(Slicer *slicer, guint depth, gsize end)
{
    while (slicer->open->len > depth + 1) {
        guint top = slicer->open->len - 1;
        Entity *entity = slicer->open->pdata[top];
        const gchar *boundary = get_boundary(entity);
        if (boundary != NULL)
            boundary_set_remove(slicer->boundaries, boundary, top);
        entity->end = MAX(end, entity->start);
        entity->body = MIN(entity->body, entity->end);
        g_ptr_array_remove_index(slicer->open, top);
    }
}

/* The line end before a delimiter belongs to the delimiter (RFC 2046 §5.1.1). */
static gsize
before_line_end(const Slicer *slicer, gsize at)
{
    if (at == 0 || slicer->octets[at - 1] != '\n')
        return at;
    at--;
    return at > 0 && slicer->octets[at - 1] == '\r' ? at - 1 : at;
}

static gboolean
take_delimiter(Slicer *slicer, BoundaryMatch match, gsize n_line, GError **error)
{
    close_above(slicer, match.depth, before_line_end(slicer, slicer->at));
    slicer->at += n_line;
    if (!match.is_close)
        return open_entity(slicer, error);
    const Entity *multipart = slicer->open->pdata[match.depth];
    boundary_set_remove(slicer->boundaries, get_boundary(multipart), match.depth);
    return TRUE;
}

gboolean
entity_slicer_run(EntityTree *tree, const EntityLimits *limits, GError **error)
{
    g_autoptr(GPtrArray) open = g_ptr_array_new();
    g_autoptr(BoundarySet) boundaries = boundary_set_new();
    Slicer slicer = {.tree = tree, .limits = limits, .open = open, .boundaries = boundaries};
    slicer.octets = g_bytes_get_data(tree->message, &slicer.n_octets);
    slicer.kept = slicer.octets;
    if (!open_entity(&slicer, error))
        return FALSE;
    while (slicer.at < slicer.n_octets) {
        gsize n_line = next_line(&slicer);
        BoundaryMatch match;
        if (!match_delimiter(&slicer, n_line, &match)) {
            slicer.at += n_line;
            continue;
        }
        if (!take_delimiter(&slicer, match, n_line, error))
            return FALSE;
    }
    return TRUE;
}
