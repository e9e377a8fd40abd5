/* SPDX-License-Identifier: MPL-2.0 */

#include "header-split.h"

#include <string.h>

#include "classify.h"
#include "encoded-word.h"
#include "octet-buffer.h"

/* Columns that a line is to stay below (RFC 5322 §2.1.1). */
#define LINE_COLUMNS 78u

typedef struct {
    const HeaderSplitOptions *options;
    HeaderSplit *split;
    GByteArray *inner;
    GByteArray *references; /* the HP-Outer lines */
    GByteArray *outer;
} Splitter;

void
header_split_free(HeaderSplit *split)
{
    if (split == NULL)
        return;
    g_clear_pointer(&split->inner, g_bytes_unref);
    g_clear_pointer(&split->outer, entity_tree_free);
    g_clear_pointer(&split->hidden, g_ptr_array_unref);
    g_clear_pointer(&split->visible, g_ptr_array_unref);
    g_clear_pointer(&split->legacy_lines, g_ptr_array_unref);
    g_free(split->subject);
    g_free(split);
}

gboolean
header_split_is_possible(const EntityTree *message)
{
    const Entity *root = entity_tree_get_root(message);
    return crypto_layer_of(root) == LAYER_NONE && !entity_is_media_type(root, "multipart/signed") &&
           !entity_is_media_type(root, "multipart/encrypted");
}

static gsize
trim_end(const guint8 *text, gsize n_octets, const gchar *octets)
{
    while (n_octets > 0 && strchr(octets, text[n_octets - 1]) != NULL)
        n_octets--;
    return n_octets;
}

/* The field's lines behind its colon. Folds of nothing but white space are left out: where somebody
 * takes the white space away, the header section would end there. So are CRs before a line end; and
 * with @trims white space there, which relays take away although it is signed. */
static GByteArray *
get_value_lines(const Entity *root, guint index, gboolean trims)
{
    GByteArray *lines = g_byte_array_new();
    g_autoptr(GBytes) field = entity_get_field_octets(root, index);
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(field, &n_octets);
    const guint8 *colon = memchr(octets, ':', n_octets);
    gsize start = colon == NULL ? n_octets : (gsize)(colon - octets) + 1;
    for (gsize at = start; at < n_octets;) {
        gsize n_line = line_octets(octets + at, n_octets - at);
        gsize n_text = trim_end(octets + at, line_text_octets(octets + at, n_line), "\r");
        gsize n_trimmed = trim_end(octets + at, n_text, "\r\t ");
        if (at == start || n_trimmed > 0) {
            g_byte_array_append(lines, octets + at, (guint)(trims ? n_trimmed : n_text));
            octet_buffer_append_text(lines, "\r\n");
        }
        at += n_line;
    }
    return lines;
}

static void
append_field(GByteArray *out, const gchar *name, const GByteArray *value_lines)
{
    octet_buffer_append_text(out, name);
    octet_buffer_append_text(out, ":");
    g_byte_array_append(out, value_lines->data, value_lines->len);
}

/* "HP-Outer: Name: value": one space behind the inner colon (RFC 9788 §2.2.1), the folds as they
 * are. */
static void
append_reference(GByteArray *out, const gchar *name, const GByteArray *value_lines)
{
    guint skipped = 0;
    while (skipped < value_lines->len && g_ascii_isspace(value_lines->data[skipped]))
        skipped++;
    gsize n_first = line_octets(value_lines->data + skipped, value_lines->len - skipped);
    gsize n_head = strlen(HP_OUTER_FIELD ": ") + strlen(name) + strlen(": ");
    octet_buffer_append_text(out, HP_OUTER_FIELD ":");
    octet_buffer_append_text(out, n_head + n_first > LINE_COLUMNS ? "\r\n " : " ");
    octet_buffer_append_text(out, name);
    octet_buffer_append_text(out, ": ");
    if (skipped < value_lines->len)
        g_byte_array_append(out, value_lines->data + skipped, value_lines->len - skipped);
    else
        octet_buffer_append_text(out, "\r\n");
}

/* The lines of another value, folded before white space that has something behind it. */
static GByteArray *
fold_value(const gchar *name, const gchar *value)
{
    GByteArray *lines = g_byte_array_new();
    gsize column = strlen(name) + 1;
    octet_buffer_append_text(lines, " ");
    for (const gchar *p = value; *p != '\0';) {
        gsize n_space = strspn(p, " \t");
        gsize n_word = n_space + strcspn(p + n_space, " \t");
        if (p != value && n_word > n_space && column + n_word > LINE_COLUMNS) {
            octet_buffer_append_text(lines, "\r\n");
            column = 0;
        }
        g_byte_array_append(lines, (const guint8 *)p, (guint)n_word);
        column += n_word;
        p += n_word;
    }
    octet_buffer_append_text(lines, "\r\n");
    return lines;
}

static void
add_name(GPtrArray *names, const gchar *name)
{
    for (guint i = 0; i < names->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(names, i), name) == 0)
            return;
    g_ptr_array_add(names, g_strdup(name));
}

/* For people; every line end and control character in it is a space (RFC 9788 §5.2.2). */
static gchar *
get_shown_text(const gchar *value)
{
    g_autofree gchar *decoded = encoded_words_decode(value);
    GString *text = g_string_new(NULL);
    for (const gchar *p = decoded; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        GUnicodeType type = g_unichar_type(c);
        gboolean is_line_end =
            type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR;
        g_string_append_unichar(text, g_unichar_iscntrl(c) || is_line_end ? ' ' : c);
    }
    return g_strstrip(g_string_free(text, FALSE));
}

static void
add_hidden(HeaderSplit *split, const gchar *name, const gchar *value)
{
    add_name(split->hidden, name);
    if (split->intent != HP_INTENT_CIPHER || !header_field_is_user_facing(name))
        return;
    g_autofree gchar *text = get_shown_text(value);
    if (text[0] != '\0')
        g_ptr_array_add(split->legacy_lines, g_strdup_printf("%s: %s", name, text));
}

static HeaderFate
decide(const Splitter *splitter, const gchar *name, const gchar *value, gchar **out_value)
{
    const HeaderSplitOptions *options = splitter->options;
    if (options->intent != HP_INTENT_CIPHER)
        return options->reply == NULL ? HEADER_KEPT
                                      : header_reply_apply(options->reply, name, value, out_value);
    HeaderPolicy policy = options->policy;
    if (options->is_draft && policy == HEADER_POLICY_NO_CONFIDENTIALITY)
        policy = HEADER_POLICY_BASELINE;
    HeaderFate fate = header_policy_apply(policy, name, value, out_value);
    if (options->reply == NULL || fate == HEADER_REMOVED)
        return fate;
    if (fate == HEADER_KEPT)
        return header_reply_apply(options->reply, name, value, out_value);
    /* RFC 9788 §6.1.2 asks no further where the policy changed something; but an address can be
     * left of it that the answered message hid altogether. "[...]" tells nothing. */
    if (g_ascii_strcasecmp(name, "Subject") == 0)
        return fate;
    g_autofree gchar *changed = g_steal_pointer(out_value);
    fate = header_reply_apply(options->reply, name, changed, out_value);
    if (fate == HEADER_KEPT)
        *out_value = g_steal_pointer(&changed);
    return fate == HEADER_REMOVED ? HEADER_REMOVED : HEADER_CHANGED;
}

/* What stands outside of a field. NULL: nothing, or @value_lines as they are. */
static GByteArray *
decide_lines(Splitter *splitter, const gchar *name, const gchar *value, HeaderFate *out_fate)
{
    HeaderSplit *split = splitter->split;
    g_autofree gchar *other = NULL;
    *out_fate = decide(splitter, name, value, &other);
    if (*out_fate == HEADER_KEPT)
        add_name(split->visible, name);
    else
        add_hidden(split, name, value);
    if (*out_fate != HEADER_REMOVED && g_ascii_strcasecmp(name, "Subject") == 0 &&
        split->subject == NULL)
        split->subject = get_shown_text(other == NULL ? value : other);
    return other == NULL ? NULL : fold_value(name, other);
}

static void
protect_field(Splitter *splitter, const gchar *name, const gchar *value,
              const GByteArray *value_lines)
{
    HeaderFate fate = HEADER_KEPT;
    gboolean is_encrypted = splitter->options->intent == HP_INTENT_CIPHER;
    g_autoptr(GByteArray) folded = decide_lines(splitter, name, value, &fate);
    const GByteArray *outer_lines = folded == NULL ? value_lines : folded;
    /* What is signed alone everybody can read, inside too (RFC 9788 §6.1). */
    if (is_encrypted)
        append_field(splitter->inner, name, value_lines);
    else if (fate != HEADER_REMOVED)
        append_field(splitter->inner, name, outer_lines);
    if (fate == HEADER_REMOVED)
        return;
    append_field(splitter->outer, name, outer_lines);
    if (is_encrypted)
        append_reference(splitter->references, name, outer_lines);
}

static void
add_field(Splitter *splitter, const Entity *root, guint index)
{
    const gchar *name = entity_get_field_name(root, index);
    if (header_field_is_structural(name) || g_ascii_strcasecmp(name, HP_OUTER_FIELD) == 0)
        return;
    gboolean is_blind = header_field_is_blind(name) && !splitter->options->is_draft;
    gboolean is_noted = header_field_is_local(name) || header_field_is_trace(name);
    gboolean is_protected = !is_blind && (!is_noted || header_field_is_topic(name));
    /* Mail programs have spaces in notes of theirs, to write over. */
    g_autoptr(GByteArray) value_lines = get_value_lines(root, index, is_protected);
    if (is_protected)
        protect_field(splitter, name, entity_get_field_value(root, index), value_lines);
    else
        append_field(splitter->outer, name, value_lines);
}

static gboolean
check_octets(const Entity *root, GError **error)
{
    g_autoptr(GBytes) header = entity_get_header_octets(root);
    gsize n_octets = 0;
    const gchar *octets = g_bytes_get_data(header, &n_octets);
    for (gsize i = 0; i < n_octets; i++) {
        gboolean is_lone_cr =
            octets[i] == '\r' && i + 1 < n_octets && octets[i + 1] != '\r' && octets[i + 1] != '\n';
        if (!is_lone_cr && octets[i] != '\0')
            continue;
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_MALFORMED,
                    "%s at octet %" G_GSIZE_FORMAT " of the header section",
                    is_lone_cr ? "CR without LF" : "NUL", i + 1);
        return FALSE;
    }
    return TRUE;
}

/* What nobody could read again is not made: the payload's root has its own fields too. */
static gboolean
check_limits(const Entity *root, const HeaderSplit *split, GError **error)
{
    g_autoptr(GBytes) came = entity_get_header_octets(root);
    gsize n_octets = g_bytes_get_size(came) + g_bytes_get_size(split->inner);
    guint n_fields = entity_get_n_fields(root) * (split->intent == HP_INTENT_CIPHER ? 2 : 1) + 1;
    if (n_octets <= LIMIT_HEADER_OCTETS && n_fields <= LIMIT_HEADER_FIELDS)
        return TRUE;
    g_set_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT,
                "the header section and its protected copy are too large (%" G_GSIZE_FORMAT
                " octets of at most %u, %u fields of at most %u)",
                n_octets, LIMIT_HEADER_OCTETS, n_fields, LIMIT_HEADER_FIELDS);
    return FALSE;
}

HeaderSplit *
header_split_new(const EntityTree *message, const HeaderSplitOptions *options, GError **error)
{
    const Entity *root = entity_tree_get_root(message);
    if (!check_octets(root, error))
        return NULL;
    g_autoptr(HeaderSplit) split = g_new0(HeaderSplit, 1);
    split->intent = options->intent;
    split->hidden = g_ptr_array_new_with_free_func(g_free);
    split->visible = g_ptr_array_new_with_free_func(g_free);
    split->legacy_lines = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GByteArray) inner = g_byte_array_new();
    g_autoptr(GByteArray) references = g_byte_array_new();
    g_autoptr(GByteArray) outer = g_byte_array_new();
    Splitter splitter = {options, split, inner, references, outer};
    octet_buffer_append_text(inner, "MIME-Version: 1.0\r\n");
    for (guint i = 0; i < entity_get_n_fields(root); i++)
        add_field(&splitter, root, i);
    g_byte_array_append(inner, references->data, references->len);
    split->inner = g_byte_array_free_to_bytes(g_steal_pointer(&inner));
    if (!check_limits(root, split, error))
        return NULL;
    octet_buffer_append_text(outer, "\r\n");
    g_autoptr(GBytes) section = g_byte_array_free_to_bytes(g_steal_pointer(&outer));
    split->outer = entity_tree_parse(section, NULL, error);
    return split->outer == NULL ? NULL : g_steal_pointer(&split);
}
