/* SPDX-License-Identifier: MPL-2.0 */

/* Header sections that go into a payload and stay outside, and the payload that they are put on:
 * no field comes into being, none is lost, and nothing ends a section early. */

#include "compose.h"
#include "fuzz.h"
#include "header-split.h"

/* Fields of that kind in @root; HP-Outer fields themselves are none. */
static guint
count_fields(const Entity *root, gboolean (*is_wanted)(const gchar *name))
{
    guint n_fields = 0;
    for (guint i = 0; i < entity_get_n_fields(root); i++)
        n_fields += is_wanted(entity_get_field_name(root, i)) ? 1 : 0;
    return n_fields;
}

static gboolean
is_protected(const gchar *name)
{
    return !header_field_is_structural(name) && !header_field_is_local(name) &&
           !header_field_is_blind(name) && !header_field_is_trace(name) &&
           g_ascii_strcasecmp(name, HP_OUTER_FIELD) != 0;
}

static gboolean
is_reference(const gchar *name)
{
    return g_ascii_strcasecmp(name, HP_OUTER_FIELD) == 0;
}

/* Takes @source. */
static EntityTree *
parse(OctetSource *source)
{
    g_assert(source != NULL);
    g_autoptr(GBytes) octets = octet_source_to_bytes(source, NULL);
    octet_source_unref(source);
    g_assert(octets != NULL);
    return entity_tree_parse(octets, NULL, NULL);
}

static void
check(const EntityTree *message, HpIntent intent, HeaderPolicy policy, gboolean seven_bit)
{
    const HeaderSplitOptions options = {.intent = intent, .policy = policy};
    g_autoptr(HeaderSplit) split = header_split_new(message, &options, NULL);
    if (split == NULL)
        return; /* a lone CR, a NUL, or a section past its limit */
    const PayloadHeader header = {
        .fields = split->inner,
        .intent = intent,
        .legacy_lines = intent == HP_INTENT_CIPHER ? split->legacy_lines : NULL,
    };
    g_autoptr(EntityTree) payload =
        parse(compose_get_protected_payload(message, seven_bit, &header, NULL, NULL));
    if (payload == NULL)
        return; /* a header section past its limit */
    const Entity *came = entity_tree_get_root(message);
    const Entity *inner = entity_tree_get_root(payload);
    const Entity *outer = entity_tree_get_root(split->outer);
    g_assert_cmpuint(count_fields(inner, is_protected), ==, count_fields(came, is_protected));
    g_assert_cmpuint(count_fields(outer, is_protected), <=, count_fields(came, is_protected));
    g_assert_cmpuint(count_fields(inner, is_reference), ==,
                     intent == HP_INTENT_CIPHER ? count_fields(outer, is_protected) : 0);
    g_assert_cmpuint(entity_count_fields(inner, "Content-Type"), ==, 1);
    g_assert_cmpstr(entity_get_parameter(inner, HP_PARAMETER), ==, hp_intent_to_string(intent));
    g_assert_cmpstr(entity_get_media_type(inner), ==, entity_get_media_type(came));
    g_assert_cmpuint(entity_get_n_children(inner), ==, entity_get_n_children(came));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    g_autoptr(GBytes) octets_in = g_bytes_new_static(octets, n_octets);
    g_autoptr(EntityTree) message = entity_tree_parse(octets_in, NULL, NULL);
    if (message == NULL || !header_split_is_possible(message))
        return 0;
    check(message, HP_INTENT_CLEAR, HEADER_POLICY_BASELINE, TRUE);
    check(message, HP_INTENT_CIPHER, HEADER_POLICY_BASELINE, FALSE);
    check(message, HP_INTENT_CIPHER, HEADER_POLICY_SHY, TRUE);
    check(message, HP_INTENT_CIPHER, HEADER_POLICY_NO_CONFIDENTIALITY, TRUE);
    return 0;
}
