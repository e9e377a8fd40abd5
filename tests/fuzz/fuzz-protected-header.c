/* SPDX-License-Identifier: MPL-2.0 */

/* A message whose body is what was inside of its protection: its fields are found, and what is
 * shown has those, each once, and no others of those that people see. */

#include "fuzz.h"
#include "header-protection.h"
#include "legacy-hide.h"

static void
check_fields(const ProtectedHeader *header, gboolean is_encrypted)
{
    const GArray *fields = protected_header_get_fields(header);
    gboolean may_hide = is_encrypted && protected_header_get_form(header) != HEADER_FORM_HP_CLEAR;
    g_assert(fields->len <= LIMIT_HEADER_FIELDS);
    for (guint i = 0; i < fields->len; i++) {
        const ProtectedField *field = &g_array_index(fields, ProtectedField, i);
        g_assert(may_hide || !field->is_hidden);
        g_assert(field->is_hidden || field->outer == field->value);
        g_assert(g_ascii_strcasecmp(field->name, HP_OUTER_FIELD) != 0);
        FieldState state = protected_header_get_state(header, field, FALSE);
        g_assert(state == FIELD_STATE_UNPROTECTED || state == FIELD_STATE_ENCRYPTED_ONLY);
    }
    g_autoptr(GPtrArray) unprotected = protected_header_get_unprotected(header);
    for (guint i = 0; i < unprotected->len; i++)
        g_assert(!header_field_is_structural(g_ptr_array_index(unprotected, i)));
    g_auto(FromPair) pair = {0};
    protected_header_get_from(header, &pair);
    g_assert(pair.is_mismatch || pair.inner == NULL || from_pair_is_inner(&pair, pair.inner));
}

static void
check_shown(const ProtectedHeader *header, const Entity *outer, OctetSource *content,
            gboolean outer_from)
{
    g_autoptr(OctetSource) shown = protected_header_compose(header, content, outer_from, NULL);
    g_assert(shown != NULL);
    g_autoptr(GBytes) octets = octet_source_to_bytes(shown, NULL);
    g_assert(g_bytes_get_size(octets) == octet_source_get_size(shown));
    g_autoptr(EntityTree) tree = entity_tree_parse_header(shown, NULL);
    if (tree == NULL)
        return; /* more than one header section may have */
    const Entity *root = entity_tree_get_root(tree);
    const Entity *inner = protected_header_get_root(header);
    g_assert(entity_count_fields(root, HP_OUTER_FIELD) == 0);
    g_assert(entity_count_fields(root, "Subject") == entity_count_fields(inner, "Subject"));
    g_assert(entity_count_fields(root, "Cc") == entity_count_fields(inner, "Cc"));
    g_assert(entity_count_fields(root, "From") ==
             entity_count_fields(outer_from ? outer : inner, "From"));
}

static void
check_header(const Entity *outer, OctetSource *payload, gboolean is_encrypted)
{
    g_autoptr(ProtectedHeader) header = protected_header_read(outer, payload, is_encrypted, NULL);
    g_assert(header != NULL);
    check_fields(header, is_encrypted);
    gboolean is_hidden = FALSE;
    g_autoptr(OctetSource) content = legacy_display_hide(header, &is_hidden, NULL);
    g_autoptr(GBytes) octets = octet_source_to_bytes(content, NULL);
    g_assert(g_bytes_get_size(octets) == octet_source_get_size(content));
    g_assert(is_hidden || content == protected_header_get_content(header));
    if (protected_header_get_form(header) == HEADER_FORM_NONE)
        return;
    check_shown(header, outer, content, FALSE);
    check_shown(header, outer, content, TRUE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    g_autoptr(GBytes) message = g_bytes_new_static(octets, n_octets);
    g_autoptr(EntityTree) tree = entity_tree_parse(message, NULL, NULL);
    if (tree == NULL)
        return 0;
    const Entity *outer = entity_tree_get_root(tree);
    g_autoptr(GBytes) body = entity_get_body(outer);
    g_autoptr(OctetSource) payload = octet_source_new_bytes(body);
    check_header(outer, payload, TRUE);
    check_header(outer, payload, FALSE);
    return 0;
}
