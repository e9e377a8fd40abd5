/* SPDX-License-Identifier: MPL-2.0 */

/* A message as it comes: its entities lie inside one another in their order, and whatever can be
 * asked of them has an answer. */

#include "address.h"
#include "classify.h"
#include "entity.h"
#include "fuzz.h"

static const EntityLimits limits = {64 * 1024, 200, 20, 500, 256 * 1024, 2000};

static void
check_entity(const Entity *entity, guint depth)
{
    g_assert(depth <= limits.depth);
    g_assert(entity_get_n_fields(entity) <= limits.header_fields);
    g_assert(entity_get_media_type(entity)[0] != '\0');
    for (guint i = 0; i < entity_get_n_fields(entity); i++) {
        g_autoptr(GBytes) field = entity_get_field_octets(entity, i);
        g_assert(g_bytes_get_size(field) > 1);
        g_assert(entity_find_field(entity, entity_get_field_name(entity, i)) != NULL);
    }
    g_autoptr(GBytes) octets = entity_get_octets(entity);
    g_autoptr(GBytes) header = entity_get_header_octets(entity);
    g_autoptr(GBytes) body = entity_get_body(entity);
    g_assert(g_bytes_get_size(header) + g_bytes_get_size(body) == g_bytes_get_size(octets));
    gsize n_children = 0;
    for (guint i = 0; i < entity_get_n_children(entity); i++) {
        const Entity *child = entity_get_child(entity, i);
        g_autoptr(GBytes) part = entity_get_octets(child);
        n_children += g_bytes_get_size(part);
        check_entity(child, depth + 1);
    }
    g_assert(n_children <= g_bytes_get_size(body));
}

static void
check_root(const Entity *root)
{
    g_autoptr(OctetSource) source = entity_get_canonical(root);
    g_autoptr(GBytes) canonical = octet_source_to_bytes(source, NULL);
    g_autoptr(OctetSource) again = octets_to_crlf(canonical);
    g_assert(octet_source_peek_bytes(again) == canonical);
    g_autoptr(GBytes) lenient = entity_decode_body(root, FALSE, NULL);
    g_assert(lenient != NULL);
    g_autoptr(GBytes) strict = entity_decode_body(root, TRUE, NULL);
    g_assert(strict == NULL || g_bytes_equal(strict, lenient));
    g_autoptr(MessageAddresses) addresses = message_addresses_parse(root, NULL);
    if (addresses != NULL)
        g_ptr_array_unref(message_addresses_get_recipients(addresses, TRUE));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) message = g_bytes_new_static(octets, n_octets);
    g_autoptr(EntityTree) tree = entity_tree_parse(message, &limits, &error);
    g_assert((tree == NULL) == (error != NULL));
    if (tree == NULL)
        return 0;
    const Entity *root = entity_tree_get_root(tree);
    check_entity(root, 0);
    check_root(root);
    g_autoptr(Classification) classification = classify_message(tree);
    g_assert(g_str_has_prefix(classification->structure, entity_get_media_type(root)));
    const Entity *part = NULL;
    const Entity *signature = NULL;
    if (classify_split_signed(root, &part, &signature, NULL))
        g_assert(part == entity_get_child(root, 0) && signature == entity_get_child(root, 1));
    return 0;
}
