/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "address.h"
#include "header-protection.h"
#include "protected-header-private.h"

/* Pairs of name and value, to be asked for in constant time: there can be many of them. */
typedef struct {
    GHashTable *pairs;     /* (element-type utf8) set of make_key() */
    GHashTable *last_ones; /* name in lower case → value, borrowed */
} FieldSet;

static void
field_set_init(FieldSet *set)
{
    set->pairs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    set->last_ones = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void
field_set_clear(FieldSet *set)
{
    g_hash_table_unref(set->pairs);
    g_hash_table_unref(set->last_ones);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FieldSet, field_set_clear)

/* Equal for two spellings of one field: ASCII without case in the name; relays may fold the value
 * elsewhere, and with other white space. */
static gchar *
make_key(const gchar *name, const gchar *value)
{
    g_autofree gchar *lower = g_ascii_strdown(name, -1);
    GString *key = g_string_new(lower);
    g_string_append_c(key, ':');
    gboolean was_space = FALSE;
    for (const gchar *p = value; *p != '\0'; p++) {
        gboolean is_space = *p == ' ' || *p == '\t';
        if (!is_space || !was_space)
            g_string_append_c(key, is_space ? ' ' : *p);
        was_space = is_space;
    }
    return g_string_free(key, FALSE);
}

/* Both stay while the set does. */
static void
field_set_add(FieldSet *set, const gchar *name, const gchar *value)
{
    g_hash_table_add(set->pairs, make_key(name, value));
    g_hash_table_insert(set->last_ones, g_ascii_strdown(name, -1), (gpointer)value);
}

static gboolean
field_set_has(const FieldSet *set, const gchar *name, const gchar *value)
{
    g_autofree gchar *key = make_key(name, value);
    return g_hash_table_contains(set->pairs, key);
}

static const gchar *
field_set_find(const FieldSet *set, const gchar *name)
{
    g_autofree gchar *lower = g_ascii_strdown(name, -1);
    return g_hash_table_lookup(set->last_ones, lower);
}

static gboolean
is_field_name(const gchar *name)
{
    for (const gchar *p = name; *p != '\0'; p++)
        if (*p <= ' ' || *p >= 127 || *p == ':')
            return FALSE;
    return *name != '\0';
}

/* "Name: value" of an HP-Outer field (RFC 9788 §4.2.1 step 4). What is no field is passed over: it
 * makes nothing less confidential. */
static void
add_hp_outer(ProtectedHeader *header, FieldSet *set, const gchar *text)
{
    const gchar *colon = strchr(text, ':');
    if (colon == NULL)
        return;
    g_autofree gchar *name = g_strstrip(g_strndup(text, (gsize)(colon - text)));
    if (!is_field_name(name))
        return;
    gchar *value = g_strstrip(g_strdup(colon + 1));
    g_ptr_array_add(header->outer_values, value);
    field_set_add(set, name, value);
}

static void
add_entity(FieldSet *set, const Entity *entity)
{
    for (guint i = 0; entity != NULL && i < entity_get_n_fields(entity); i++)
        field_set_add(set, entity_get_field_name(entity, i), entity_get_field_value(entity, i));
}

/* What stood outside, by the composer's word, else by what stands there now. */
static void
collect_outer(ProtectedHeader *header, FieldSet *set)
{
    const Entity *root = protected_header_get_root(header);
    if (header->form != HEADER_FORM_HP_CIPHER) {
        add_entity(set, header->outer);
        return;
    }
    for (guint i = 0; i < entity_get_n_fields(root); i++)
        if (g_ascii_strcasecmp(entity_get_field_name(root, i), HP_OUTER_FIELD) == 0)
            add_hp_outer(header, set, entity_get_field_value(root, i));
}

/* Whether its composer may have hidden anything: encryption round hp="clear" was added on the way
 * (RFC 9788 §10.2), and hp="cipher" without encryption hides nothing (§2.1.1). */
static gboolean
may_hide(const ProtectedHeader *header)
{
    return header->is_encrypted && header->form != HEADER_FORM_HP_CLEAR;
}

void
protected_header_fill(ProtectedHeader *header)
{
    const Entity *root = protected_header_get_root(header);
    g_auto(FieldSet) composed = {0};
    g_auto(FieldSet) seen = {0};
    field_set_init(&composed);
    field_set_init(&seen);
    if (may_hide(header)) {
        collect_outer(header, &composed);
        add_entity(&seen, header->outer);
    }
    for (guint i = 0; i < entity_get_n_fields(root); i++) {
        ProtectedField field = {.name = entity_get_field_name(root, i),
                                .value = entity_get_field_value(root, i)};
        if (header_field_is_structural(field.name) ||
            g_ascii_strcasecmp(field.name, HP_OUTER_FIELD) == 0)
            continue;
        field.outer = field.value;
        field.is_hidden = may_hide(header) && !field_set_has(&composed, field.name, field.value);
        if (field.is_hidden) {
            field.outer = field_set_find(&composed, field.name);
            field.is_seen = field_set_has(&seen, field.name, field.value);
        }
        g_array_append_val(header->fields, field);
    }
}

GHashTable *
field_names_of(const Entity *entity)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; entity != NULL && i < entity_get_n_fields(entity); i++)
        g_hash_table_add(names, g_ascii_strdown(entity_get_field_name(entity, i), -1));
    return names;
}

gboolean
field_names_have(GHashTable *names, const gchar *name)
{
    g_autofree gchar *lower = g_ascii_strdown(name, -1);
    return g_hash_table_contains(names, lower);
}

GPtrArray *
protected_header_get_unprotected(const ProtectedHeader *header)
{
    GPtrArray *unprotected = g_ptr_array_new();
    /* Those that were there, too. */
    g_autoptr(GHashTable) others = field_names_of(protected_header_get_root(header));
    for (guint i = 0; header->outer != NULL && i < entity_get_n_fields(header->outer); i++) {
        const gchar *name = entity_get_field_name(header->outer, i);
        if (header_field_is_structural(name) || field_names_have(others, name))
            continue;
        g_hash_table_add(others, g_ascii_strdown(name, -1));
        g_ptr_array_add(unprotected, (gpointer)name);
    }
    return unprotected;
}

/* The one address of From; NULL where there are none or several, or it can't be read. */
static gchar *
find_author(const Entity *entity, gboolean *out_has_several)
{
    g_autoptr(MessageAddresses) addresses = message_addresses_parse(entity, NULL);
    const Mailbox *author = addresses == NULL ? NULL : message_addresses_get_author(addresses);
    *out_has_several = addresses != NULL && addresses->from->len > 1;
    return author == NULL ? NULL : g_strdup(author->address);
}

/* RFC 9788 §4.4.5 */
static gboolean
is_same_address(const gchar *a, const gchar *b)
{
    g_autoptr(AddrSpec) left = addr_spec_parse(a, -1, NULL);
    g_autoptr(AddrSpec) right = addr_spec_parse(b, -1, NULL);
    return left != NULL && right != NULL ? addr_spec_matches(left, right)
                                         : g_ascii_strcasecmp(a, b) == 0;
}

void
from_pair_read(const Entity *outer, const Entity *inner, FromPair *out_pair)
{
    gboolean outer_has_several = FALSE;
    out_pair->inner = inner == NULL ? NULL : find_author(inner, &out_pair->has_several);
    out_pair->outer = outer == NULL ? NULL : find_author(outer, &outer_has_several);
    out_pair->is_mismatch = outer != NULL && inner != NULL &&
                            (out_pair->inner == NULL || out_pair->outer == NULL ||
                             !is_same_address(out_pair->inner, out_pair->outer));
}

void
from_pair_clear(FromPair *pair)
{
    g_clear_pointer(&pair->inner, g_free);
    g_clear_pointer(&pair->outer, g_free);
}

void
protected_header_get_from(const ProtectedHeader *header, FromPair *out_pair)
{
    from_pair_read(header->outer, protected_header_get_root(header), out_pair);
}

gboolean
from_pair_is_inner(const FromPair *pair, const gchar *address)
{
    return pair->inner != NULL && address != NULL && is_same_address(pair->inner, address);
}
