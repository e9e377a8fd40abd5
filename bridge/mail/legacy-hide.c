/* SPDX-License-Identifier: MPL-2.0 */

#include "legacy-hide.h"

#include <string.h>

#include "base64.h"
#include "classify.h"
#include "entity-private.h"
#include "header-field.h"
#include "header-protection.h"
#include "legacy-element.h"
#include "protected-header-private.h"
#include "transfer-encoding.h"
#include "wiped-octets.h"

typedef struct {
    gsize start;
    gsize end;
    OctetSource *replacement; /* NULL: nothing */
} Cut;

typedef struct {
    const guint8 *octets; /* the start of the content */
    gsize n_octets;
    gboolean is_whole; /* … which is all of it */
    GHashTable *names; /* of protected fields; NULL: any */
    GArray *cuts;      /* (element-type Cut) in their order */
    gboolean has_found;
} Search;

static void
clear_cut(gpointer data)
{
    Cut *cut = data;
    g_clear_pointer(&cut->replacement, octet_source_unref);
}

/* Takes @replacement. */
static void
add_cut(Search *search, gsize start, gsize end, OctetSource *replacement)
{
    Cut cut = {start, end, replacement};
    g_array_append_val(search->cuts, cut);
}

static GArray *
find_elements(const Search *search, const Entity *part, const guint8 *octets, gsize n_octets)
{
    if (entity_is_media_type(part, "text/html"))
        return legacy_element_find_html(octets, n_octets, search->names);
    GArray *found = g_array_new(FALSE, FALSE, sizeof(OctetRange));
    OctetRange range = {0, legacy_element_find_plain(octets, n_octets, search->names)};
    if (range.end > 0)
        g_array_append_val(found, range);
    return found;
}

/* @octets without @ranges. */
static GBytes *
make_shorter(GBytes *octets, const GArray *ranges)
{
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(octets, &n_octets);
    guint8 *shorter = g_malloc(MAX(n_octets, 1));
    gsize n_kept = 0, at = 0;
    for (guint i = 0; i <= ranges->len; i++) {
        const OctetRange end = {n_octets, n_octets};
        const OctetRange range = i < ranges->len ? g_array_index(ranges, OctetRange, i) : end;
        memcpy(shorter + n_kept, data + at, range.start - at);
        n_kept += range.start - at;
        at = range.end;
    }
    return wiped_octets_to_bytes(shorter, n_kept);
}

static OctetSource *
encode(GBytes *octets, TransferEncoding encoding, GError **error)
{
    if (encoding == TRANSFER_ENCODING_BASE64) {
        g_autoptr(OctetSource) source = octet_source_new_bytes(octets);
        return base64_source_new(source);
    }
    g_autoptr(GBytes) encoded = quoted_printable_encode_text(octets, error);
    return encoded == NULL ? NULL : octet_source_new_bytes(encoded);
}

static gboolean
cut_encoded(Search *search, const Entity *part, TransferEncoding encoding, GError **error)
{
    if (!search->is_whole && part->end >= search->n_octets)
        return TRUE;
    g_autoptr(GBytes) body = entity_get_body(part);
    g_autoptr(GBytes) text = transfer_decode(body, encoding, FALSE, error);
    if (text == NULL)
        return FALSE;
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(text, &n_octets);
    g_autoptr(GArray) found = find_elements(search, part, octets, n_octets);
    if (found->len == 0)
        return TRUE;
    g_autoptr(GBytes) shorter = make_shorter(text, found);
    OctetSource *encoded = encode(shorter, encoding, error);
    if (encoded == NULL)
        return FALSE;
    add_cut(search, part->body, part->end, encoded);
    search->has_found = TRUE;
    return TRUE;
}

static void
cut_plain(Search *search, const Entity *part)
{
    g_autoptr(GArray) found =
        find_elements(search, part, search->octets + part->body, part->end - part->body);
    for (guint i = 0; i < found->len; i++) {
        const OctetRange *range = &g_array_index(found, OctetRange, i);
        add_cut(search, part->body + range->start, part->body + range->end, NULL);
        search->has_found = TRUE;
    }
}

static gboolean
is_space(guint8 octet)
{
    return octet == ' ' || octet == '\t' || octet == '\r' || octet == '\n';
}

/* Of "; hp-legacy-display="1"" in the octets of a Content-Type field, where @at is its "h". FALSE:
 * it is written in some other way, and may as well stay. */
static gboolean
measure_parameter(const gchar *field, gsize n_octets, gsize at, OctetRange *out_range)
{
    gsize start = at;
    while (start > 0 && is_space((guint8)field[start - 1]))
        start--;
    gsize end = at + strlen(HP_LEGACY_PARAMETER);
    const gchar *const values[] = {"=\"1\"", "=1"};
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        gsize n_value = strlen(values[i]);
        if (start == 0 || field[start - 1] != ';' || n_octets - end < n_value ||
            strncmp(field + end, values[i], n_value) != 0)
            continue;
        *out_range = (OctetRange){start - 1, end + n_value};
        gsize after = end + n_value;
        return after == n_octets || field[after] == ';' || is_space((guint8)field[after]);
    }
    return FALSE;
}

/* What has no element any more must not lose its first lines to the next reader. */
static void
cut_parameter(Search *search, const Entity *part)
{
    for (guint i = 0; i < part->fields->len; i++) {
        const HeaderField *field = &g_array_index(part->fields, HeaderField, i);
        if (g_ascii_strcasecmp(field->name, "Content-Type") != 0)
            continue;
        gsize field_at = part->start + field->start;
        const gchar *octets = (const gchar *)search->octets + field_at;
        gsize n_octets = field->end - field->start;
        gsize n_name = strlen(HP_LEGACY_PARAMETER);
        for (gsize at = 0; at + n_name <= n_octets; at++) {
            OctetRange range;
            if (g_ascii_strncasecmp(octets + at, HP_LEGACY_PARAMETER, n_name) != 0 ||
                !measure_parameter(octets, n_octets, at, &range))
                continue;
            add_cut(search, field_at + range.start, field_at + range.end, NULL);
            return;
        }
    }
}

static gboolean
is_marked(const Entity *part)
{
    gboolean is_attached =
        part->disposition != NULL &&
        g_str_equal(parameterized_value_get_word(part->disposition), "attachment");
    return !is_attached &&
           (entity_is_media_type(part, "text/plain") || entity_is_media_type(part, "text/html")) &&
           g_strcmp0(entity_get_parameter(part, HP_LEGACY_PARAMETER), "1") == 0;
}

static gboolean
cut_part(Search *search, const Entity *part, GError **error)
{
    if (!is_marked(part))
        return TRUE;
    const gchar *value = entity_find_field(part, "Content-Transfer-Encoding");
    TransferEncoding encoding = transfer_encoding_parse(value);
    /* Comes first in the octets, and goes again if there is nothing else to cut. */
    guint n_before = search->cuts->len;
    cut_parameter(search, part);
    guint n_after = search->cuts->len;
    if (encoding == TRANSFER_ENCODING_IDENTITY)
        cut_plain(search, part);
    else if (encoding != TRANSFER_ENCODING_UNKNOWN && !cut_encoded(search, part, encoding, error))
        return FALSE;
    if (search->cuts->len == n_after)
        g_array_set_size(search->cuts, n_before);
    return TRUE;
}

static gboolean
visit(Search *search, const Entity *entity, GError **error)
{
    if (!g_str_has_prefix(entity->media_type, "multipart/"))
        return cut_part(search, entity, error);
    if (crypto_layer_of(entity) != LAYER_NONE)
        return TRUE;
    for (guint i = 0; i < entity_get_n_children(entity); i++)
        if (!visit(search, entity_get_child(entity, i), error))
            return FALSE;
    return TRUE;
}

/* Whether @part says that it is for readers that don't know protected-headers="v1", which it has
 * itself. */
static gboolean
is_for_others(const Entity *part)
{
    return (entity_is_media_type(part, "text/plain") ||
            entity_is_media_type(part, "text/rfc822-headers")) &&
           g_strcmp0(entity_get_parameter(part, "protected-headers"), "v1") == 0;
}

/* … and it has header fields and nothing else. */
static gboolean
cut_first_part(Search *search, const Entity *root, GError **error)
{
    if (entity_get_n_children(root) < 2 || !g_str_has_prefix(root->media_type, "multipart/"))
        return TRUE;
    const Entity *first = entity_get_child(root, 0);
    if (!is_for_others(first) || first->end - first->body > LIMIT_LEGACY_ELEMENT_OCTETS)
        return TRUE;
    g_autoptr(GBytes) text = entity_decode_body(first, FALSE, error);
    if (text == NULL)
        return FALSE;
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(text, &n_octets);
    if (!legacy_element_is_all(octets, n_octets, search->names))
        return TRUE;
    add_cut(search, first->start, entity_get_child(root, 1)->start, NULL);
    search->has_found = TRUE;
    return TRUE;
}

static gboolean
is_mentioned(GBytes *start)
{
    gsize n_octets = 0;
    const gchar *octets = g_bytes_get_data(start, &n_octets);
    gsize n_name = strlen(HP_LEGACY_PARAMETER);
    for (gsize at = 0; at + n_name <= n_octets; at++)
        if ((octets[at] | 0x20) == 'h' &&
            g_ascii_strncasecmp(octets + at, HP_LEGACY_PARAMETER, n_name) == 0)
            return TRUE;
    return FALSE;
}

static OctetSource *
join(const Search *search, GBytes *start, OctetSource *content)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    gsize at = 0;
    for (guint i = 0; i < search->cuts->len; i++) {
        const Cut *cut = &g_array_index(search->cuts, Cut, i);
        g_autoptr(GBytes) kept = g_bytes_new_from_bytes(start, at, cut->start - at);
        g_ptr_array_add(parts, octet_source_new_bytes(kept));
        if (cut->replacement != NULL)
            g_ptr_array_add(parts, octet_source_ref(cut->replacement));
        at = cut->end;
    }
    g_ptr_array_add(parts, octet_source_new_without_start(content, at));
    return octet_source_new_joined(parts);
}

static gboolean
search_tree(Search *search, const ProtectedHeader *header, const Entity *root, GError **error)
{
    if (protected_header_get_form(header) == HEADER_FORM_PROTECTED_HEADERS)
        return cut_first_part(search, root, error);
    return visit(search, root, error);
}

OctetSource *
legacy_display_hide(const ProtectedHeader *header, gboolean *out_hidden, GError **error)
{
    OctetSource *content = protected_header_get_content(header);
    HeaderForm form = protected_header_get_form(header);
    *out_hidden = FALSE;
    g_autoptr(GBytes) start = octet_source_get_start(content, LIMIT_LEGACY_SEARCH_OCTETS, error);
    if (start == NULL)
        return NULL;
    if (form != HEADER_FORM_PROTECTED_HEADERS && !is_mentioned(start))
        return octet_source_ref(content);
    g_autoptr(EntityTree) tree = entity_tree_parse(start, NULL, NULL);
    if (tree == NULL)
        return octet_source_ref(content);
    g_autoptr(GHashTable) names =
        form == HEADER_FORM_NONE ? NULL : field_names_of(protected_header_get_root(header));
    g_autoptr(GArray) cuts = g_array_new(FALSE, FALSE, sizeof(Cut));
    g_array_set_clear_func(cuts, clear_cut);
    Search search = {.names = names, .cuts = cuts};
    search.octets = g_bytes_get_data(start, &search.n_octets);
    search.is_whole = search.n_octets == octet_source_get_size(content);
    if (!search_tree(&search, header, entity_tree_get_root(tree), error))
        return NULL;
    *out_hidden = search.has_found;
    return search.has_found ? join(&search, start, content) : octet_source_ref(content);
}
