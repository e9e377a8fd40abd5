/* SPDX-License-Identifier: MPL-2.0 */

/* The entity that protection is put round. */

#include "base64.h"
#include "compose.h"
#include "entity-private.h"
#include "hazards.h"
#include "header-field.h"
#include "octet-buffer.h"
#include "octet-spool.h"
#include "payload-edit.h"
#include "payload-header.h"
#include "transfer-encoding.h"

static gboolean
is_safe(const Composer *composer, gsize start, gsize end)
{
    if (start >= end)
        return TRUE;
    OctetHazards hazards = octets_find_hazards(composer->octets + start, end - start);
    return !octet_hazards_stop(&hazards);
}

/* A label that promises more than 7 bits makes relays convert what needs no conversion. */
static void
relabel_7bit(Composer *composer, const Entity *entity)
{
    if (composer_has_encoding(entity, "8bit") || composer_has_encoding(entity, "binary"))
        composer_set_encoding(composer, entity, "7bit");
}

static gboolean
is_textual(const Entity *entity)
{
    return g_str_has_prefix(entity->media_type, "text/");
}

static OctetSource *
encode_as_text(GBytes *content, GError **error)
{
    g_autoptr(GBytes) encoded = quoted_printable_encode_text(content, error);
    return encoded == NULL ? NULL : octet_source_new_bytes(encoded);
}

/* Lines of a text have CRLF on the wire, and so inside of base64. */
static OctetSource *
encode_as_octets(GBytes *content, gboolean has_lines)
{
    g_autoptr(OctetSource) octets =
        has_lines ? octets_to_crlf(content) : octet_source_new_bytes(content);
    return base64_source_new(octets);
}

static void
reencode_leaf(Composer *composer, const Entity *entity, TransferEncoding encoding,
              gboolean is_binary)
{
    if (composer->error != NULL)
        return;
    g_autoptr(GBytes) body = entity_get_body(entity);
    g_autoptr(GBytes) content = transfer_decode(body, encoding, FALSE, &composer->error);
    if (content == NULL)
        return;
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(content, &n_octets);
    /* NUL in a text means a character set of wider units: "\n" is no line end there. */
    gboolean as_text = is_textual(entity) && octets_find(octets, n_octets, '\0') == NULL;
    gboolean has_lines = encoding == TRANSFER_ENCODING_IDENTITY && !is_binary;
    OctetSource *encoded =
        as_text ? encode_as_text(content, &composer->error) : encode_as_octets(content, has_lines);
    if (encoded == NULL)
        return;
    composer_set_encoding(composer, entity, as_text ? "quoted-printable" : "base64");
    composer_add_edit(composer, entity->body, entity->end, encoded);
}

static gboolean
must_reencode(const Entity *entity, const OctetHazards *hazards, TransferEncoding encoding,
              gboolean is_binary)
{
    if (octet_hazards_stop(hazards))
        return TRUE;
    if (encoding != TRANSFER_ENCODING_IDENTITY)
        return FALSE;
    if (is_textual(entity))
        return hazards->has_from_line || hazards->has_trailing_space;
    return is_binary;
}

/* Content-Length is a mailbox format's count of octets, not MIME. */
static gboolean
is_payload_field(const gchar *name)
{
    return g_ascii_strncasecmp(name, "Content-", 8) == 0 &&
           g_ascii_strcasecmp(name, "Content-Length") != 0;
}

/* Of the message's own fields those that reach the payload. */
static gboolean
is_header_safe(const Composer *composer, const Entity *entity)
{
    if (entity != entity_tree_get_root(composer->tree))
        return is_safe(composer, entity->start, entity->body);
    for (guint i = 0; i < entity->fields->len; i++) {
        const HeaderField *field = &g_array_index(entity->fields, HeaderField, i);
        if (is_payload_field(field->name) &&
            !is_safe(composer, entity->start + field->start, entity->start + field->end))
            return FALSE;
    }
    return TRUE;
}

/* Returns whether it is safe to send as it will be. */
static gboolean
visit_leaf(Composer *composer, const Entity *entity)
{
    gboolean header_safe = is_header_safe(composer, entity);
    if (g_ptr_array_find(composer->legacy_parts, entity, NULL))
        return header_safe;
    if (entity->end <= entity->body)
        return header_safe;
    const gchar *name = entity_find_field(entity, "Content-Transfer-Encoding");
    TransferEncoding encoding = transfer_encoding_parse(name);
    gboolean is_binary = composer_has_encoding(entity, "binary") && !is_textual(entity);
    if (!composer->seven_bit) {
        /* The line ends of binary content are none. */
        if (is_binary)
            composer_add_edit(composer, entity->body, entity->end, NULL);
        return FALSE;
    }
    OctetHazards hazards =
        octets_find_hazards(composer->octets + entity->body, entity->end - entity->body);
    if (encoding == TRANSFER_ENCODING_UNKNOWN)
        return header_safe && !octet_hazards_stop(&hazards);
    if (must_reencode(entity, &hazards, encoding, is_binary))
        reencode_leaf(composer, entity, encoding, is_binary);
    else
        relabel_7bit(composer, entity);
    return header_safe;
}

/* Someone else's signature or encryption covers what is inside; and of the message types only whole
 * messages have leaves: the others have a form of their own (reports), or may not be encoded at all
 * (RFC 2046 §5.2.2.1, §5.2.3), and readers look into them without decoding. */
static gboolean
is_untouchable(const Entity *entity)
{
    static const gchar *const types[] = {"multipart/signed", "multipart/encrypted", NULL};
    static const gchar *const messages[] = {"message/rfc822", "message/global", NULL};
    return g_strv_contains(types, entity->media_type) ||
           (g_str_has_prefix(entity->media_type, "message/") &&
            !g_strv_contains(messages, entity->media_type));
}

static gboolean
visit(Composer *composer, const Entity *entity)
{
    if (is_untouchable(entity))
        return is_header_safe(composer, entity) && is_safe(composer, entity->body, entity->end);
    guint n_children = entity_get_n_children(entity);
    if (n_children == 0 && !g_str_has_prefix(entity->media_type, "multipart/"))
        return visit_leaf(composer, entity);

    gsize at = entity->body;
    gboolean safe = is_header_safe(composer, entity);
    for (guint i = 0; i < n_children; i++) {
        const Entity *child = entity_get_child(entity, i);
        safe &= is_safe(composer, at, child->start);
        safe &= visit(composer, child);
        at = child->end;
    }
    safe &= is_safe(composer, at, entity->end);
    if (composer->seven_bit && safe)
        relabel_7bit(composer, entity);
    return safe;
}

static void
add_range(const Composer *composer, gsize start, gsize end, gboolean as_crlf, GPtrArray *parts)
{
    if (start >= end)
        return;
    if (as_crlf) {
        g_ptr_array_add(parts, entity_tree_get_canonical(composer->tree, start, end));
        return;
    }
    g_autoptr(GBytes) octets = g_bytes_new_from_bytes(composer->tree->message, start, end - start);
    g_ptr_array_add(parts, octet_source_new_bytes(octets));
}

/* Adds the octets from @start to @end with the edits among them. Ranges come in their order;
 * @next_edit is where the last call stopped. */
static void
add_edited(const Composer *composer, gsize start, gsize end, guint *next_edit, GPtrArray *parts)
{
    for (; *next_edit < composer->edits->len; (*next_edit)++) {
        const Edit *edit = &g_array_index(composer->edits, Edit, *next_edit);
        if (edit->end > end)
            break;
        if (edit->start < start)
            continue;
        add_range(composer, start, edit->start, TRUE, parts);
        if (edit->replacement != NULL)
            g_ptr_array_add(parts, octet_source_ref(edit->replacement));
        else
            add_range(composer, edit->start, edit->end, FALSE, parts);
        start = edit->end;
    }
    add_range(composer, start, end, TRUE, parts);
}

/* Readers disagree about which of two counts; these reach the payload once. */
static gboolean
is_repeated(const Entity *root, guint index)
{
    const HeaderField *field = &g_array_index(root->fields, HeaderField, index);
    if (g_ascii_strcasecmp(field->name, "Content-Type") != 0 &&
        g_ascii_strcasecmp(field->name, "Content-Transfer-Encoding") != 0)
        return FALSE;
    return entity_find_field(root, field->name) != field->value;
}

/* RFC 2045 §5.2 says US-ASCII where nothing is said; octets above that are taken for UTF-8 if they
 * can be. */
static const gchar *
find_default_type(const Composer *composer, const Entity *root)
{
    const gchar *body = (const gchar *)composer->octets + root->body;
    gsize n_octets = root->end - root->body;
    if (!octets_have_8bit((const guint8 *)body, n_octets))
        return "Content-Type: text/plain; charset=us-ascii\r\n";
    if (octets_are_utf8(body, n_octets))
        return "Content-Type: text/plain; charset=utf-8\r\n";
    return "Content-Type: text/plain\r\n";
}

/* @fields: (nullable): go first. */
static OctetSource *
assemble(const Composer *composer, const Entity *root, GBytes *fields)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    guint next_edit = 0;
    if (fields != NULL)
        g_ptr_array_add(parts, octet_source_new_bytes(fields));
    if (root->content_type == NULL)
        g_ptr_array_add(parts, octet_source_new_text(composer->root_type != NULL
                                                         ? composer->root_type
                                                         : find_default_type(composer, root)));
    for (guint i = 0; i < root->fields->len; i++) {
        const HeaderField *field = &g_array_index(root->fields, HeaderField, i);
        if (is_payload_field(field->name) && !is_repeated(root, i))
            add_edited(composer, root->start + field->start, root->start + field->end, &next_edit,
                       parts);
    }
    add_edited(composer, composer_find_empty_line(composer, root), root->end, &next_edit, parts);
    return octet_source_new_joined(parts);
}

static gboolean
are_fields_safe(GBytes *fields)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(fields, &n_octets);
    OctetHazards hazards = octets_find_hazards(octets, n_octets);
    return !octet_hazards_stop(&hazards);
}

OctetSource *
compose_get_protected_payload(const EntityTree *message, gboolean seven_bit,
                              const PayloadHeader *header, gboolean *out_travels, GError **error)
{
    const Entity *root = entity_tree_get_root(message);
    /* What re-encoding makes is at most a few times as long. */
    if (g_bytes_get_size(message->message) > LIMIT_MESSAGE_OCTETS) {
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT, "message of more than %u octets",
                    LIMIT_MESSAGE_OCTETS);
        return NULL;
    }
    g_auto(Composer) composer = {0};
    composer_init(&composer, message, seven_bit);
    if (header != NULL)
        payload_add_header(&composer, header, find_default_type(&composer, root));
    gboolean travels = visit(&composer, root);
    if (composer.error != NULL) {
        g_propagate_error(error, g_steal_pointer(&composer.error));
        return NULL;
    }
    if (out_travels != NULL)
        *out_travels = travels && (header == NULL || are_fields_safe(header->fields));
    composer_sort_edits(&composer);
    return assemble(&composer, root, header == NULL ? NULL : header->fields);
}

OctetSource *
compose_get_payload(const EntityTree *message, gboolean seven_bit, gboolean *out_travels,
                    GError **error)
{
    return compose_get_protected_payload(message, seven_bit, NULL, out_travels, error);
}

/* Nothing but a body. */
static GBytes *
with_empty_header(GBytes *body)
{
    gsize n_octets = 0;
    gconstpointer octets = g_bytes_get_data(body, &n_octets);
    GByteArray *out = g_byte_array_sized_new((guint)n_octets + 2);
    octet_buffer_append_text(out, "\r\n");
    g_byte_array_append(out, octets, (guint)n_octets);
    return g_byte_array_free_to_bytes(out);
}

OctetSource *
compose_get_entity(GBytes *octets, GError **error)
{
    g_autoptr(GError) fault = NULL;
    g_autoptr(EntityTree) tree = entity_tree_parse(octets, NULL, &fault);
    if (tree != NULL)
        return compose_get_payload(tree, FALSE, NULL, error);
    if (!g_error_matches(fault, MAIL_ERROR, MAIL_ERROR_NO_HEADER_END) &&
        !g_error_matches(fault, MAIL_ERROR, MAIL_ERROR_EMPTY))
        return octets_to_crlf(octets);
    g_autoptr(GBytes) text = with_empty_header(octets);
    tree = entity_tree_parse(text, NULL, error);
    return tree == NULL ? NULL : compose_get_payload(tree, FALSE, NULL, error);
}
