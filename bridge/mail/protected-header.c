/* SPDX-License-Identifier: MPL-2.0 */

#include "protected-header.h"

#include "classify.h"
#include "entity-private.h"
#include "header-protection.h"
#include "protected-header-private.h"
#include "transfer-encoding.h"

/* Of Thunderbird's OpenPGP mail and its like. */
#define OLDER_PARAMETER "protected-headers"

const gchar *
header_form_to_string(HeaderForm form)
{
    static const gchar *const names[HEADER_N_FORMS] = {NULL, "hp-cipher", "hp-clear", "rfc8551",
                                                       "protected-headers"};
    return names[form];
}

const gchar *
field_state_to_string(FieldState state)
{
    static const gchar *const names[FIELD_N_STATES] = {"unprotected", "signed-only",
                                                       "encrypted-only", "signed-and-encrypted"};
    return names[state];
}

void
protected_header_free(ProtectedHeader *header)
{
    if (header == NULL)
        return;
    g_clear_pointer(&header->tree, entity_tree_free);
    g_clear_pointer(&header->content, octet_source_unref);
    g_clear_pointer(&header->fields, g_array_unref);
    g_clear_pointer(&header->outer_values, g_ptr_array_unref);
    g_free(header);
}

/* *out_tree is NULL where @octets have no header section. FALSE with an error if they can't be
 * read. */
static gboolean
parse_header(const OctetSource *octets, EntityTree **out_tree, GError **error)
{
    g_autoptr(GError) fault = NULL;
    *out_tree = entity_tree_parse_header(octets, &fault);
    if (*out_tree != NULL || fault->domain == MAIL_ERROR)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&fault));
    return FALSE;
}

/* A repeated parameter, or a second Content-Type, means what each reader likes: nothing here. */
static HpIntent
get_intent(const Entity *root)
{
    return entity_is_parameter_repeated(root, HP_PARAMETER)
               ? HP_INTENT_NONE
               : hp_intent_from_string(entity_get_parameter(root, HP_PARAMETER));
}

static gboolean
has_older_parameter(const Entity *root)
{
    return !entity_is_parameter_repeated(root, OLDER_PARAMETER) &&
           g_strcmp0(entity_get_parameter(root, OLDER_PARAMETER), "v1") == 0;
}

static gboolean
has_same_field(const Entity *a, const Entity *b, const gchar *name)
{
    return entity_count_fields(a, name) == 1 && entity_count_fields(b, name) == 1 &&
           g_strcmp0(entity_find_field(a, name), entity_find_field(b, name)) == 0;
}

/* A signed message that holds nothing but a forwarded one looks the same (RFC 9788 §4.10.1): it is
 * another one's, or another message of the same author. */
static gboolean
is_same_message(const Entity *outer, const Entity *inner)
{
    if (outer == NULL)
        return FALSE;
    g_auto(FromPair) pair = {0};
    from_pair_read(outer, inner, &pair);
    return pair.inner != NULL && !pair.is_mismatch &&
           (has_same_field(outer, inner, "Message-ID") || has_same_field(outer, inner, "Date"));
}

/* The message in a payload that is a message/rfc822 and nothing else, if that is the older form of
 * header protection. */
static gboolean
read_wrapped(ProtectedHeader *header, const Entity *root, OctetSource *payload, GError **error)
{
    const gchar *encoding = entity_find_field(root, "Content-Transfer-Encoding");
    if (!entity_is_media_type(root, "message/rfc822") ||
        entity_get_parameter(root, HP_PARAMETER) != NULL ||
        transfer_encoding_parse(encoding) != TRANSFER_ENCODING_IDENTITY)
        return TRUE;
    g_autoptr(OctetSource) message = octet_source_new_without_start(payload, root->body);
    g_autoptr(EntityTree) tree = NULL;
    if (!parse_header(message, &tree, error))
        return FALSE;
    if (tree == NULL)
        return TRUE;
    const Entity *inner = entity_tree_get_root(tree);
    if (entity_get_parameter(inner, HP_PARAMETER) != NULL || crypto_layer_of(inner) != LAYER_NONE ||
        !is_same_message(header->outer, inner))
        return TRUE;
    header->form = HEADER_FORM_RFC8551;
    header->tree = g_steal_pointer(&tree);
    octet_source_unref(header->content);
    header->content = g_steal_pointer(&message);
    return TRUE;
}

/* Which form it is; fills @header but for its fields. */
static gboolean
find_form(ProtectedHeader *header, OctetSource *payload, GError **error)
{
    g_autoptr(EntityTree) tree = NULL;
    if (!parse_header(payload, &tree, error))
        return FALSE;
    if (tree == NULL)
        return TRUE;
    const Entity *root = entity_tree_get_root(tree);
    HpIntent intent = get_intent(root);
    if (intent == HP_INTENT_NONE && !has_older_parameter(root))
        return read_wrapped(header, root, payload, error);
    header->form = intent == HP_INTENT_CIPHER  ? HEADER_FORM_HP_CIPHER
                   : intent == HP_INTENT_CLEAR ? HEADER_FORM_HP_CLEAR
                                               : HEADER_FORM_PROTECTED_HEADERS;
    /* Whoever writes both means hp; an hp that can't be read is no word of his. */
    if (intent == HP_INTENT_NONE && entity_get_parameter(root, HP_PARAMETER) != NULL)
        header->form = HEADER_FORM_NONE;
    if (header->form != HEADER_FORM_NONE)
        header->tree = g_steal_pointer(&tree);
    return TRUE;
}

ProtectedHeader *
protected_header_read(const Entity *outer, OctetSource *payload, gboolean is_encrypted,
                      GError **error)
{
    g_autoptr(ProtectedHeader) header = g_new0(ProtectedHeader, 1);
    header->outer = outer;
    header->is_encrypted = is_encrypted;
    header->content = payload == NULL ? NULL : octet_source_ref(payload);
    header->fields = g_array_new(FALSE, TRUE, sizeof(ProtectedField));
    header->outer_values = g_ptr_array_new_with_free_func(g_free);
    if (payload != NULL && !find_form(header, payload, error))
        return NULL;
    if (header->form != HEADER_FORM_NONE)
        protected_header_fill(header);
    return g_steal_pointer(&header);
}

HeaderForm
protected_header_get_form(const ProtectedHeader *header)
{
    return header->form;
}

gboolean
protected_header_is_declared(const ProtectedHeader *header)
{
    return header->form == HEADER_FORM_HP_CIPHER || header->form == HEADER_FORM_HP_CLEAR;
}

const GArray *
protected_header_get_fields(const ProtectedHeader *header)
{
    return header->fields;
}

FieldState
protected_header_get_state(const ProtectedHeader *header G_GNUC_UNUSED, const ProtectedField *field,
                           gboolean is_signed)
{
    if (field->is_hidden && !field->is_seen)
        return is_signed ? FIELD_STATE_SIGNED_AND_ENCRYPTED : FIELD_STATE_ENCRYPTED_ONLY;
    return is_signed ? FIELD_STATE_SIGNED_ONLY : FIELD_STATE_UNPROTECTED;
}

const Entity *
protected_header_get_root(const ProtectedHeader *header)
{
    return header->tree == NULL ? NULL : entity_tree_get_root(header->tree);
}

OctetSource *
protected_header_get_content(const ProtectedHeader *header)
{
    return header->content;
}
