/* SPDX-License-Identifier: MPL-2.0 */

#include "entity-private.h"
#include "header-protection.h"
#include "octet-buffer.h"
#include "protected-header-private.h"

static gboolean
is_from(const gchar *name)
{
    return g_ascii_strcasecmp(name, "From") == 0;
}

/* What stands outside only is somebody's on the way, and may be used where that is its purpose (RFC
 * 9788 §7); or a mail program's own note in its file, with the Bcc of what it sent. */
static gboolean
is_kept_outside(const gchar *name)
{
    return header_field_is_transit(name) || header_field_is_local(name) ||
           header_field_is_blind(name);
}

static void
append_field(GByteArray *out, const Entity *entity, guint index)
{
    g_autoptr(GBytes) field = entity_get_field_octets(entity, index);
    octet_buffer_append_field(out, field);
}

static void
append_outer(GByteArray *out, const Entity *outer, const Entity *root, gboolean outer_from)
{
    g_autoptr(GHashTable) protected_names = field_names_of(root);
    for (guint i = 0; outer != NULL && i < entity_get_n_fields(outer); i++) {
        const gchar *name = entity_get_field_name(outer, i);
        if ((is_from(name) && outer_from) ||
            (is_kept_outside(name) && !field_names_have(protected_names, name)))
            append_field(out, outer, i);
    }
}

static void
append_protected(GByteArray *out, const Entity *root, gboolean outer_from)
{
    for (guint i = 0; i < entity_get_n_fields(root); i++) {
        const gchar *name = entity_get_field_name(root, i);
        if (g_ascii_strcasecmp(name, HP_OUTER_FIELD) != 0 && !(is_from(name) && outer_from))
            append_field(out, root, i);
    }
    if (entity_count_fields(root, "MIME-Version") == 0)
        octet_buffer_append_text(out, "MIME-Version: 1.0\r\n");
}

OctetSource *
protected_header_compose(const ProtectedHeader *header, OctetSource *content, gboolean outer_from,
                         GError **error)
{
    g_autoptr(EntityTree) tree = entity_tree_parse_header(content, error);
    if (tree == NULL)
        return NULL;
    const Entity *root = entity_tree_get_root(tree);
    GByteArray *head = g_byte_array_new();
    append_outer(head, header->outer, root, outer_from);
    append_protected(head, root, outer_from);
    octet_buffer_append_text(head, "\r\n");
    g_autoptr(GBytes) octets = g_byte_array_free_to_bytes(head);
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    g_ptr_array_add(parts, octet_source_new_bytes(octets));
    g_ptr_array_add(parts, octet_source_new_without_start(content, root->body));
    return octet_source_new_joined(parts);
}
