/* SPDX-License-Identifier: MPL-2.0 */

/* The entity that protection is put round. Changes to the message are collected as edits of octet
 * ranges; everything outside of them is copied. */

#include "payload.h"

#include <string.h>

#include "compose.h"
#include "entity-private.h"
#include "header-field.h"
#include "octet-buffer.h"
#include "transfer-encoding.h"

/* RFC 5322 §2.1.1 */
#define MAX_LINE_OCTETS 998

typedef struct {
    gsize start;
    gsize end;
    GBytes *replacement; /* NULL: the octets stay as they are, line ends too */
} Edit;

typedef struct {
    const guint8 *octets;
    GBytes *message;
    GArray *edits;
    gboolean seven_bit;
} Composer;

static void
clear_edit(gpointer data)
{
    Edit *edit = data;
    g_clear_pointer(&edit->replacement, g_bytes_unref);
}

static gint
compare_edits(gconstpointer a, gconstpointer b)
{
    const Edit *left = a;
    const Edit *right = b;
    if (left->start != right->start)
        return left->start < right->start ? -1 : 1;
    return left->end < right->end ? -1 : left->end > right->end;
}

static void
find_line_hazards(const guint8 *line, gsize n_octets, OctetHazards *hazards)
{
    if (n_octets > MAX_LINE_OCTETS)
        hazards->has_long_line = TRUE;
    if (n_octets >= 5 && memcmp(line, "From ", 5) == 0)
        hazards->has_from_line = TRUE;
    if (n_octets > 0 && (line[n_octets - 1] == ' ' || line[n_octets - 1] == '\t'))
        hazards->has_trailing_space = TRUE;
    if (memchr(line, '\r', n_octets) != NULL)
        hazards->has_bare_cr = TRUE;
}

OctetHazards
octets_find_hazards(const guint8 *octets, gsize n_octets)
{
    OctetHazards hazards = {0};
    for (gsize at = 0; at < n_octets;) {
        gsize n_line = line_octets(octets + at, n_octets - at);
        find_line_hazards(octets + at, line_text_octets(octets + at, n_line), &hazards);
        at += n_line;
    }
    guint8 all = 0;
    for (gsize i = 0; i < n_octets; i++)
        all |= octets[i];
    hazards.has_8bit = (all & 0x80) != 0;
    hazards.has_nul = n_octets > 0 && memchr(octets, '\0', n_octets) != NULL;
    return hazards;
}

static gboolean
must_not_travel(const OctetHazards *hazards)
{
    return hazards->has_8bit || hazards->has_nul || hazards->has_long_line || hazards->has_bare_cr;
}

static gboolean
is_safe(const Composer *composer, gsize start, gsize end)
{
    if (start >= end)
        return TRUE;
    OctetHazards hazards = octets_find_hazards(composer->octets + start, end - start);
    return !must_not_travel(&hazards);
}

static void
add_edit(Composer *composer, gsize start, gsize end, GBytes *replacement)
{
    Edit edit = {start, end, replacement};
    g_array_append_val(composer->edits, edit);
}

/* Where the empty line after the header section of @entity, which has a body, begins. */
static gsize
find_empty_line(const Composer *composer, const Entity *entity)
{
    gsize at = entity->body - 1;
    return at > entity->start && composer->octets[at - 1] == '\r' ? at - 1 : at;
}

/* Makes @name the one Content-Transfer-Encoding of @entity. */
static void
set_encoding(Composer *composer, const Entity *entity, const gchar *name)
{
    g_autofree gchar *line = g_strdup_printf("Content-Transfer-Encoding: %s\r\n", name);
    gboolean is_set = FALSE;
    for (guint i = 0; i < entity->fields->len; i++) {
        const HeaderField *field = &g_array_index(entity->fields, HeaderField, i);
        if (g_ascii_strcasecmp(field->name, "Content-Transfer-Encoding") != 0)
            continue;
        add_edit(composer, entity->start + field->start, entity->start + field->end,
                 is_set ? g_bytes_new(NULL, 0) : g_bytes_new(line, strlen(line)));
        is_set = TRUE;
    }
    if (!is_set) {
        gsize at = find_empty_line(composer, entity);
        add_edit(composer, at, at, g_bytes_new(line, strlen(line)));
    }
}

static gboolean
has_encoding_named(const Entity *entity, const gchar *name)
{
    const gchar *value = entity_find_field(entity, "Content-Transfer-Encoding");
    if (value == NULL)
        return FALSE;
    g_autoptr(ParameterizedValue) parsed = parameterized_value_parse(value);
    return g_str_equal(parameterized_value_get_word(parsed), name);
}

/* A label that promises more than 7 bits makes relays convert what needs no conversion. */
static void
relabel_7bit(Composer *composer, const Entity *entity)
{
    if (has_encoding_named(entity, "8bit") || has_encoding_named(entity, "binary"))
        set_encoding(composer, entity, "7bit");
}

static gboolean
is_textual(const Entity *entity)
{
    return g_str_has_prefix(entity->media_type, "text/");
}

/* The content of a leaf, with the line ends that it has on the wire. */
static GBytes *
get_content(const Entity *entity, TransferEncoding encoding, gboolean is_binary)
{
    g_autoptr(GBytes) body = entity_get_body(entity);
    if (encoding != TRANSFER_ENCODING_IDENTITY)
        return transfer_decode(body, encoding, FALSE, NULL);
    return is_binary ? g_steal_pointer(&body) : octets_to_crlf(body);
}

static void
reencode_leaf(Composer *composer, const Entity *entity, TransferEncoding encoding,
              gboolean is_binary)
{
    g_autoptr(GBytes) content = get_content(entity, encoding, is_binary);
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(content, &n_octets);
    /* NUL in a text means a character set of wider units: "\n" is no line end there. */
    gboolean as_text =
        is_textual(entity) && (n_octets == 0 || memchr(octets, '\0', n_octets) == NULL);
    set_encoding(composer, entity, as_text ? "quoted-printable" : "base64");
    add_edit(composer, entity->body, entity->end,
             as_text ? quoted_printable_encode_text(content) : base64_encode_lines(content));
}

static gboolean
must_reencode(const Entity *entity, const OctetHazards *hazards, TransferEncoding encoding,
              gboolean is_binary)
{
    if (must_not_travel(hazards))
        return TRUE;
    if (encoding != TRANSFER_ENCODING_IDENTITY)
        return FALSE;
    if (is_textual(entity))
        return hazards->has_from_line || hazards->has_trailing_space;
    return is_binary;
}

/* Returns whether it is safe to send as it will be. */
static gboolean
visit_leaf(Composer *composer, const Entity *entity)
{
    gboolean is_header_safe = is_safe(composer, entity->start, entity->body);
    if (entity->end <= entity->body)
        return is_header_safe;
    const gchar *name = entity_find_field(entity, "Content-Transfer-Encoding");
    TransferEncoding encoding = transfer_encoding_parse(name);
    gboolean is_binary = has_encoding_named(entity, "binary") && !is_textual(entity);
    if (!composer->seven_bit) {
        /* The line ends of binary content are none. */
        if (is_binary)
            add_edit(composer, entity->body, entity->end, NULL);
        return FALSE;
    }
    OctetHazards hazards =
        octets_find_hazards(composer->octets + entity->body, entity->end - entity->body);
    if (encoding == TRANSFER_ENCODING_UNKNOWN)
        return is_header_safe && !must_not_travel(&hazards);
    if (must_reencode(entity, &hazards, encoding, is_binary))
        reencode_leaf(composer, entity, encoding, is_binary);
    else
        relabel_7bit(composer, entity);
    return is_header_safe;
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
        return is_safe(composer, entity->start, entity->end);
    guint n_children = entity_get_n_children(entity);
    if (n_children == 0 && !g_str_has_prefix(entity->media_type, "multipart/"))
        return visit_leaf(composer, entity);

    gsize at = entity->start;
    gboolean safe = TRUE;
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
copy_range(const Composer *composer, gsize start, gsize end, gboolean as_crlf, GByteArray *out)
{
    if (start >= end)
        return;
    g_autoptr(GBytes) octets = g_bytes_new_from_bytes(composer->message, start, end - start);
    g_autoptr(GBytes) copy = as_crlf ? octets_to_crlf(octets) : g_bytes_ref(octets);
    octet_buffer_append(out, copy);
}

/* Copies the octets from @start to @end with the edits among them. Ranges come in their order;
 * @next_edit is where the last call stopped. */
static void
copy_edited(const Composer *composer, gsize start, gsize end, guint *next_edit, GByteArray *out)
{
    for (; *next_edit < composer->edits->len; (*next_edit)++) {
        const Edit *edit = &g_array_index(composer->edits, Edit, *next_edit);
        if (edit->end > end)
            break;
        if (edit->start < start)
            continue;
        copy_range(composer, start, edit->start, TRUE, out);
        if (edit->replacement != NULL)
            octet_buffer_append(out, edit->replacement);
        else
            copy_range(composer, edit->start, edit->end, FALSE, out);
        start = edit->end;
    }
    copy_range(composer, start, end, TRUE, out);
}

/* Content-Length is a mailbox format's count of octets, not MIME. */
static gboolean
is_payload_field(const gchar *name)
{
    return g_ascii_strncasecmp(name, "Content-", 8) == 0 &&
           g_ascii_strcasecmp(name, "Content-Length") != 0;
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
static void
append_default_type(const Composer *composer, const Entity *root, GByteArray *out)
{
    const gchar *body = (const gchar *)composer->octets + root->body;
    gsize n_octets = root->end - root->body;
    OctetHazards hazards = octets_find_hazards((const guint8 *)body, n_octets);
    if (!hazards.has_8bit)
        octet_buffer_append_text(out, "Content-Type: text/plain; charset=us-ascii\r\n");
    else if (g_utf8_validate_len(body, n_octets, NULL))
        octet_buffer_append_text(out, "Content-Type: text/plain; charset=utf-8\r\n");
    else
        octet_buffer_append_text(out, "Content-Type: text/plain\r\n");
}

static GBytes *
assemble(const Composer *composer, const Entity *root)
{
    g_autoptr(GByteArray) out = g_byte_array_sized_new((guint)(root->end - root->start));
    guint next_edit = 0;
    if (root->content_type == NULL)
        append_default_type(composer, root, out);
    for (guint i = 0; i < root->fields->len; i++) {
        const HeaderField *field = &g_array_index(root->fields, HeaderField, i);
        if (is_payload_field(field->name) && !is_repeated(root, i))
            copy_edited(composer, root->start + field->start, root->start + field->end, &next_edit,
                        out);
    }
    copy_edited(composer, find_empty_line(composer, root), root->end, &next_edit, out);
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
}

GBytes *
compose_get_payload(const EntityTree *message, gboolean seven_bit, GError **error)
{
    const Entity *root = entity_tree_get_root(message);
    /* GByteArray counts in 32 bits; quoted-printable at its worst is three times as long. */
    if (g_bytes_get_size(message->message) > LIMIT_MESSAGE_OCTETS) {
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT, "message of more than %u octets",
                    LIMIT_MESSAGE_OCTETS);
        return NULL;
    }
    g_autoptr(GArray) edits = g_array_new(FALSE, FALSE, sizeof(Edit));
    g_array_set_clear_func(edits, clear_edit);
    Composer composer = {
        .octets = g_bytes_get_data(message->message, NULL),
        .message = message->message,
        .edits = edits,
        .seven_bit = seven_bit,
    };
    visit(&composer, root);
    g_array_sort(edits, compare_edits);
    return assemble(&composer, root);
}

gboolean
compose_is_seven_bit(GBytes *payload)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(payload, &n_octets);
    OctetHazards hazards = octets_find_hazards(octets, n_octets);
    return !must_not_travel(&hazards);
}

/* Nothing but a body. */
static GBytes *
with_empty_header(GBytes *body)
{
    GByteArray *out = g_byte_array_sized_new((guint)g_bytes_get_size(body) + 2);
    octet_buffer_append_text(out, "\r\n");
    octet_buffer_append(out, body);
    return g_byte_array_free_to_bytes(out);
}

GBytes *
compose_get_entity(GBytes *octets, GError **error)
{
    g_autoptr(GError) fault = NULL;
    g_autoptr(EntityTree) tree = entity_tree_parse(octets, NULL, &fault);
    if (tree != NULL)
        return compose_get_payload(tree, FALSE, error);
    if (!g_error_matches(fault, MAIL_ERROR, MAIL_ERROR_NO_HEADER_END) &&
        !g_error_matches(fault, MAIL_ERROR, MAIL_ERROR_EMPTY))
        return octets_to_crlf(octets);
    g_autoptr(GBytes) text = with_empty_header(octets);
    tree = entity_tree_parse(text, NULL, error);
    return tree == NULL ? NULL : compose_get_payload(tree, FALSE, error);
}
