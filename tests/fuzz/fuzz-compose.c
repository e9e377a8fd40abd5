/* SPDX-License-Identifier: MPL-2.0 */

/* Messages that are signed or opened: the result has the same structure, and what was put in is
 * found in it again. */

#include "classify.h"
#include "compose.h"
#include "fuzz.h"

/* Takes @source. */
static GBytes *
take_octets(OctetSource *source)
{
    GBytes *octets = octet_source_to_bytes(source, NULL);
    g_assert(octets != NULL);
    octet_source_unref(source);
    return octets;
}

static gchar *
dup_structure(GBytes *octets)
{
    g_autoptr(EntityTree) tree = entity_tree_parse(octets, NULL, NULL);
    g_assert(tree != NULL);
    g_autoptr(Classification) classification = classify_message(tree);
    return g_strdup(classification->structure);
}

static void
check_signed(const EntityTree *message, OctetSource *payload)
{
    g_autoptr(OctetSource) der = octet_source_new_text("0");
    g_autoptr(GBytes) octets =
        take_octets(compose_multipart_signed(message, payload, der, "sha-256"));
    g_autoptr(EntityTree) tree = entity_tree_parse(octets, NULL, NULL);
    if (tree == NULL)
        return; /* one layer more than the limits allow */
    const Entity *part = NULL;
    const Entity *signature = NULL;
    const Entity *root = entity_tree_get_root(tree);
    g_assert(classify_split_signed(root, &part, &signature, NULL));
    g_autoptr(GBytes) signed_octets = take_octets(entity_get_canonical(part));
    g_autoptr(GBytes) payload_octets = octet_source_to_bytes(payload, NULL);
    g_assert(g_bytes_equal(signed_octets, payload_octets));
    g_assert(entity_count_fields(root, "MIME-Version") == 1);
}

static void
check_payload(const EntityTree *message, const gchar *structure, gboolean seven_bit)
{
    g_autoptr(OctetSource) payload = compose_get_payload(message, seven_bit, NULL, NULL);
    g_assert(payload != NULL);
    g_autoptr(GBytes) octets = octet_source_to_bytes(payload, NULL);
    g_autofree gchar *payload_structure = dup_structure(octets);
    g_assert_cmpstr(payload_structure, ==, structure);
    if (seven_bit)
        check_signed(message, payload);
    OctetSource *opened = compose_open(message, payload, NULL);
    if (opened == NULL)
        return; /* a header section past its limit */
    g_autoptr(GBytes) open = take_octets(opened);
    g_autofree gchar *open_structure = dup_structure(open);
    g_assert_cmpstr(open_structure, ==, structure);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    g_autoptr(GBytes) octets_in = g_bytes_new_static(octets, n_octets);
    g_autoptr(EntityTree) message = entity_tree_parse(octets_in, NULL, NULL);
    if (message == NULL)
        return 0;
    g_autoptr(Classification) classification = classify_message(message);
    check_payload(message, classification->structure, TRUE);
    check_payload(message, classification->structure, FALSE);
    g_autoptr(GBytes) entity = take_octets(compose_get_entity(octets_in, NULL));
    g_autofree gchar *entity_structure = dup_structure(entity);
    g_assert_cmpstr(entity_structure, ==, classification->structure);
    const gchar *const names[] = {"Bcc", NULL};
    g_autoptr(GBytes) without = compose_header_without_fields(message, names);
    g_assert(g_bytes_get_size(without) <= n_octets);
    return 0;
}
