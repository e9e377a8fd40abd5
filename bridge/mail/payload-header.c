/* SPDX-License-Identifier: MPL-2.0 */

#include "payload-header.h"

#include <string.h>

#include "base64.h"
#include "content-type-edit.h"
#include "hazards.h"
#include "legacy-display.h"
#include "octet-spool.h"
#include "transfer-encoding.h"

#define CHARSET_UTF8 "charset=\"utf-8\""
#define LEGACY_SHOWN HP_LEGACY_PARAMETER "=\"1\""

/* What the Content-Type of one entity gets. */
typedef struct {
    HpIntent intent; /* HP_INTENT_NONE: not the root */
    gboolean has_element;
    gboolean is_utf8; /* … and was something else */
} TypeChange;

/* @value: of the entity's Content-Type, or of what it is taken for */
static gchar *
make_type_line(const gchar *value, const TypeChange *change)
{
    /* Said by somebody else, both would be believed. */
    const gchar *removed[] = {HP_PARAMETER, HP_LEGACY_PARAMETER, NULL, NULL};
    const gchar *added[] = {NULL, NULL, NULL, NULL};
    guint n_added = 0;
    g_autofree gchar *hp = NULL;
    if (change->is_utf8) {
        removed[2] = "charset";
        added[n_added++] = CHARSET_UTF8;
    }
    if (change->has_element)
        added[n_added++] = LEGACY_SHOWN;
    if (change->intent != HP_INTENT_NONE) {
        hp = g_strdup_printf(HP_PARAMETER "=\"%s\"", hp_intent_to_string(change->intent));
        added[n_added++] = hp;
    }
    return content_type_edit(value, removed, added);
}

static void
set_type(Composer *composer, const Entity *entity, const TypeChange *change,
         const gchar *default_type)
{
    const gchar *value = entity_find_field(entity, "Content-Type");
    gboolean is_root = entity == entity_tree_get_root(composer->tree);
    g_autofree gchar *line = make_type_line(value != NULL ? value : default_type, change);
    if (is_root && value == NULL)
        composer->root_type = g_steal_pointer(&line);
    else
        composer_set_field(composer, entity, "Content-Type", line);
}

/* @content with the element in its place. */
static GBytes *
join(const LegacyElement *element, GBytes *content, GError **error)
{
    gsize n_content = 0, n_element = 0;
    const guint8 *octets = g_bytes_get_data(content, &n_content);
    const guint8 *added = g_bytes_get_data(element->element, &n_element);
    g_autoptr(OctetSpool) spool = octet_spool_new(n_content + n_element);
    gsize at = element->at;
    if ((at > 0 && !octet_spool_append(spool, octets, at, error)) ||
        !octet_spool_append(spool, added, n_element, error) ||
        (at < n_content && !octet_spool_append(spool, octets + at, n_content - at, error)))
        return NULL;
    return octet_spool_finish(spool, error);
}

/* In quoted-printable; a text in a character set of wide units, which has NUL, in base64. */
static OctetSource *
encode(GBytes *content, const gchar **out_encoding, GError **error)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(content, &n_octets);
    if (n_octets > 0 && octets_find(octets, n_octets, '\0') != NULL) {
        g_autoptr(OctetSource) source = octet_source_new_bytes(content);
        *out_encoding = "base64";
        return base64_source_new(source);
    }
    g_autoptr(GBytes) encoded = quoted_printable_encode_text(content, error);
    *out_encoding = "quoted-printable";
    return encoded == NULL ? NULL : octet_source_new_bytes(encoded);
}

static gboolean
is_clean(const guint8 *octets, gsize n_octets)
{
    if (n_octets == 0)
        return TRUE;
    OctetHazards hazards = octets_find_hazards(octets, n_octets);
    return !octet_hazards_stop(&hazards) && !hazards.has_from_line && !hazards.has_trailing_space;
}

/* Whether the body may stay as it stands, with the element put into it. */
static gboolean
can_insert(const Composer *composer, const Entity *part, const LegacyElement *element)
{
    gsize n_element = 0;
    const guint8 *octets = g_bytes_get_data(element->element, &n_element);
    const gchar *encoding = entity_find_field(part, "Content-Transfer-Encoding");
    return transfer_encoding_parse(encoding) == TRANSFER_ENCODING_IDENTITY &&
           element->converted == NULL && is_clean(octets, n_element) &&
           is_clean(composer->octets + part->body, part->end - part->body);
}

/* Everything that a body needs, found before anything is changed. */
typedef struct {
    LegacyElement element;
    OctetSource *body;     /* NULL: the element is inserted */
    const gchar *encoding; /* NULL: stays */
} NewBody;

static void
new_body_clear(NewBody *body)
{
    legacy_element_clear(&body->element);
    g_clear_pointer(&body->body, octet_source_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NewBody, new_body_clear)

/* FALSE if there can't be an element, or with composer->error: what can't be decoded stays as it
 * is. */
static gboolean
make_body(Composer *composer, const Entity *part, const GPtrArray *lines, NewBody *body)
{
    const gchar *encoding = entity_find_field(part, "Content-Transfer-Encoding");
    if (transfer_encoding_parse(encoding) == TRANSFER_ENCODING_UNKNOWN ||
        (part->body > part->start && composer->octets[part->body - 1] != '\n'))
        return FALSE;
    g_autoptr(GBytes) content = entity_decode_body(part, FALSE, &composer->error);
    if (content == NULL || !legacy_element_make(part, content, lines, &body->element))
        return FALSE;
    if (can_insert(composer, part, &body->element)) {
        if (composer_has_encoding(part, "8bit") || composer_has_encoding(part, "binary"))
            body->encoding = "7bit";
        return TRUE;
    }
    GBytes *converted = body->element.converted;
    g_autoptr(GBytes) joined =
        join(&body->element, converted != NULL ? converted : content, &composer->error);
    if (joined != NULL)
        body->body = encode(joined, &body->encoding, &composer->error);
    return body->body != NULL;
}

/* Fields first: in a part without an empty line all edits are at one place. */
static void
set_body(Composer *composer, const Entity *part, const NewBody *body)
{
    gsize at = part->body + body->element.at;
    if (body->encoding != NULL)
        composer_set_encoding(composer, part, body->encoding);
    if (!composer_has_empty_line(composer, part))
        composer_add_edit(composer, part->body, part->body, octet_source_new_text("\r\n"));
    if (body->body != NULL)
        composer_add_edit(composer, part->body, part->end, octet_source_ref(body->body));
    else
        composer_add_edit(composer, at, at, octet_source_new_bytes(body->element.element));
    g_ptr_array_add(composer->legacy_parts, (gpointer)part);
}

/* One main body part. @lines: (nullable): of its element. */
static void
change_part(Composer *composer, const Entity *part, const GPtrArray *lines, HpIntent intent,
            const gchar *default_type)
{
    g_auto(NewBody) body = {0};
    TypeChange change = {.intent = intent};
    change.has_element = lines != NULL && make_body(composer, part, lines, &body);
    change.is_utf8 = change.has_element && body.element.converted != NULL;
    if (intent != HP_INTENT_NONE || change.has_element ||
        entity_get_parameter(part, HP_LEGACY_PARAMETER) != NULL)
        set_type(composer, part, &change, default_type);
    if (change.has_element)
        set_body(composer, part, &body);
}

/* Somebody else's word that a part has an element, where none is put: readers would take its first
 * lines for one. Not in what others have signed. */
static void
unmark_others(Composer *composer, const Entity *entity, GPtrArray *parts)
{
    static const gchar *const untouchable[] = {"multipart/signed", "multipart/encrypted", NULL};
    gboolean is_multipart = g_str_has_prefix(entity->media_type, "multipart/");
    if (g_strv_contains(untouchable, entity->media_type))
        return;
    for (guint i = 0; is_multipart && i < entity_get_n_children(entity); i++)
        unmark_others(composer, entity_get_child(entity, i), parts);
    if (entity != entity_tree_get_root(composer->tree) && !g_ptr_array_find(parts, entity, NULL) &&
        entity_get_parameter(entity, HP_LEGACY_PARAMETER) != NULL)
        set_type(composer, entity, &(const TypeChange){0}, "text/plain");
}

void
payload_add_header(Composer *composer, const PayloadHeader *header, const gchar *default_type)
{
    const Entity *root = entity_tree_get_root(composer->tree);
    const gchar *root_type = default_type + strlen("Content-Type: ");
    const GPtrArray *lines = header->legacy_lines;
    if (lines != NULL && lines->len == 0)
        lines = NULL;
    g_autoptr(GPtrArray) parts = legacy_display_find_parts(root);
    for (guint i = 0; i < parts->len && composer->error == NULL; i++) {
        const Entity *part = g_ptr_array_index(parts, i);
        if (part != root)
            change_part(composer, part, lines, HP_INTENT_NONE, "text/plain");
    }
    unmark_others(composer, root, parts);
    gboolean is_main = g_ptr_array_find(parts, root, NULL);
    if (composer->error == NULL)
        change_part(composer, root, is_main ? lines : NULL, header->intent, root_type);
}
