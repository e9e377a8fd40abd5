/* SPDX-License-Identifier: MPL-2.0 */
#include "content-type.h"

#include <string.h>

#include "encoded-word.h"

/* Real fields have a handful; the rest of a hostile one is passed over. */
#define MAX_PARAMETERS 500u
/* Pieces of one parameter (RFC 2231 §3). */
#define MAX_SEGMENTS 1000u

struct _ParameterizedValue {
    gchar *word;
    GHashTable *parameters; /* name in lower case → value */
    GHashTable *repeated;   /* those names that have several */
};

typedef struct {
    guint index;
    gboolean is_encoded;
    gchar *text;
} Segment;

/* All that was said about one parameter. */
typedef struct {
    gchar *plain;     /* name=… */
    gchar *extended;  /* name*=…, decoded */
    GArray *segments; /* name*0=… */
    guint n_values;
} Slot;

static void
segment_clear(gpointer data)
{
    Segment *segment = data;
    g_free(segment->text);
}

static void
slot_free(gpointer data)
{
    Slot *slot = data;
    g_free(slot->plain);
    g_free(slot->extended);
    if (slot->segments != NULL)
        g_array_unref(slot->segments);
    g_free(slot);
}

/* Past white space and comments. */
static const gchar *
skip_cfws(const gchar *p)
{
    guint depth = 0;
    for (; *p != '\0'; p++) {
        if (*p == '(')
            depth++;
        else if (depth > 0 && *p == ')')
            depth--;
        else if (depth > 0 && *p == '\\' && p[1] != '\0')
            p++;
        else if (depth == 0 && !g_ascii_isspace(*p))
            break;
    }
    return p;
}

static gboolean
is_any_of(gchar c, const gchar *characters)
{
    return c != '\0' && strchr(characters, c) != NULL;
}

/* Reads up to white space, a comment, or one of @ends. */
static gchar *
read_until(const gchar **cursor, const gchar *ends)
{
    const gchar *start = *cursor;
    const gchar *p = start;
    while (*p != '\0' && *p != '(' && !g_ascii_isspace(*p) && !is_any_of(*p, ends))
        p++;
    *cursor = p;
    return g_strndup(start, (gsize)(p - start));
}

static gchar *
read_quoted(const gchar **cursor)
{
    const gchar *p = *cursor + 1;
    GString *text = g_string_new(NULL);
    for (; *p != '\0' && *p != '"'; p++) {
        if (*p == '\\' && p[1] != '\0')
            p++;
        g_string_append_c(text, *p);
    }
    *cursor = *p == '"' ? p + 1 : p;
    return g_string_free(text, FALSE);
}

static gchar *
read_word(const gchar **cursor)
{
    GString *word = g_string_new(NULL);
    for (*cursor = skip_cfws(*cursor); **cursor != '\0' && **cursor != ';';
         *cursor = skip_cfws(*cursor)) {
        gboolean is_joined = word->len == 0 || **cursor == '/' || word->str[word->len - 1] == '/';
        g_autofree gchar *piece = read_until(cursor, ";");
        if (is_joined)
            g_string_append(word, piece);
    }
    gchar *lower = g_ascii_strdown(word->str, -1);
    g_string_free(word, TRUE);
    return lower;
}

static void
percent_decode(GString *out, const gchar *text)
{
    for (const gchar *p = text; *p != '\0'; p++) {
        if (*p == '%' && g_ascii_isxdigit(p[1]) && g_ascii_isxdigit(p[2])) {
            gint octet = g_ascii_xdigit_value(p[1]) * 16 + g_ascii_xdigit_value(p[2]);
            g_string_append_c(out, (gchar)octet);
            p += 2;
        } else {
            g_string_append_c(out, *p);
        }
    }
}

/* A value is used as a C string, and shown: no NUL, no line end. */
static gchar *
decoded_to_text(GString *octets, const gchar *charset)
{
    gchar *text = octets_to_utf8(octets->str, octets->len, charset);
    for (gchar *p = text; *p != '\0'; p++) {
        if (g_ascii_iscntrl(*p))
            *p = ' ';
    }
    return text;
}

/* The charset of "charset'language'value"; @cursor is set to the value. */
static gchar *
read_charset(const gchar **cursor)
{
    const gchar *first = strchr(*cursor, '\'');
    const gchar *second = first != NULL ? strchr(first + 1, '\'') : NULL;
    if (second == NULL)
        return NULL;
    gchar *charset = g_strndup(*cursor, (gsize)(first - *cursor));
    *cursor = second + 1;
    return charset;
}

static gchar *
decode_extended(const gchar *text)
{
    g_autofree gchar *charset = read_charset(&text);
    g_autoptr(GString) octets = g_string_new(NULL);
    percent_decode(octets, text);
    return decoded_to_text(octets, charset);
}

static gint
compare_segments(gconstpointer a, gconstpointer b)
{
    const Segment *left = a;
    const Segment *right = b;
    return left->index < right->index ? -1 : left->index > right->index;
}

/* Joins the segments 0, 1, 2 … up to the first that is missing; NULL without segment 0. */
static gchar *
join_segments(GArray *segments)
{
    g_array_sort(segments, compare_segments);
    g_autoptr(GString) octets = g_string_new(NULL);
    g_autofree gchar *charset = NULL;
    guint next = 0;
    for (guint i = 0; i < segments->len; i++) {
        const Segment *segment = &g_array_index(segments, Segment, i);
        if (segment->index + 1 == next)
            continue; /* said twice: the first one counts */
        if (segment->index != next)
            break;
        const gchar *text = segment->text;
        if (segment->is_encoded && next == 0)
            charset = read_charset(&text);
        if (segment->is_encoded)
            percent_decode(octets, text);
        else
            g_string_append(octets, text);
        next++;
    }
    return next > 0 ? decoded_to_text(octets, charset) : NULL;
}

static Slot *
find_slot(GHashTable *slots, const gchar *name)
{
    Slot *slot = g_hash_table_lookup(slots, name);
    if (slot == NULL) {
        slot = g_new0(Slot, 1);
        g_hash_table_insert(slots, g_strdup(name), slot);
    }
    return slot;
}

/* Splits "name*1*" into its name, segment index (-1: none) and whether the value is encoded. FALSE
 * if it is none of the forms of RFC 2231. */
static gboolean
split_name(gchar *name, gint *out_index, gboolean *out_encoded)
{
    *out_index = -1;
    *out_encoded = FALSE;
    gchar *star = strchr(name, '*');
    if (star == NULL)
        return name[0] != '\0';
    gsize n_rest = strlen(star + 1);
    *out_encoded = n_rest == 0 || star[n_rest] == '*';
    *star = '\0';
    if (n_rest == 0)
        return name[0] != '\0';
    if (*out_encoded)
        star[n_rest] = '\0';
    guint64 index = 0;
    if (!g_ascii_string_to_unsigned(star + 1, 10, 0, MAX_SEGMENTS - 1, &index, NULL))
        return FALSE;
    *out_index = (gint)index;
    return name[0] != '\0';
}

static void
add_parameter(GHashTable *slots, gchar *name, const gchar *text)
{
    gint index = -1;
    gboolean is_encoded = FALSE;
    if (!split_name(name, &index, &is_encoded))
        return;
    Slot *slot = find_slot(slots, name);
    if (index <= 0)
        slot->n_values++;
    if (index >= 0) {
        if (slot->segments == NULL) {
            slot->segments = g_array_new(FALSE, FALSE, sizeof(Segment));
            g_array_set_clear_func(slot->segments, segment_clear);
        }
        Segment segment = {(guint)index, is_encoded, g_strdup(text)};
        g_array_append_val(slot->segments, segment);
    } else if (is_encoded && slot->extended == NULL) {
        slot->extended = decode_extended(text);
    } else if (!is_encoded && slot->plain == NULL) {
        slot->plain = g_strdup(text);
    }
}

/* One parameter and what separates it from the next. */
static void
read_parameter(const gchar **cursor, GHashTable *slots)
{
    g_autofree gchar *written = read_until(cursor, ";=");
    g_autofree gchar *name = g_ascii_strdown(written, -1);
    *cursor = skip_cfws(*cursor);
    if (**cursor != '=')
        return;
    *cursor = skip_cfws(*cursor + 1);
    g_autofree gchar *text = **cursor == '"' ? read_quoted(cursor) : read_until(cursor, ";");
    if (name[0] != '\0')
        add_parameter(slots, name, text);
}

static gchar *
resolve_slot(const gchar *name, Slot *slot)
{
    if (slot->extended != NULL)
        return g_steal_pointer(&slot->extended);
    gchar *joined = slot->segments != NULL ? join_segments(slot->segments) : NULL;
    if (joined != NULL || slot->plain == NULL)
        return joined;
    gboolean is_file_name = g_str_equal(name, "name") || g_str_equal(name, "filename");
    if (is_file_name && strstr(slot->plain, "=?") != NULL)
        return encoded_words_decode(slot->plain);
    return g_steal_pointer(&slot->plain);
}

ParameterizedValue *
parameterized_value_parse(const gchar *text)
{
    ParameterizedValue *value = g_new0(ParameterizedValue, 1);
    value->word = read_word(&text);
    value->parameters = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    value->repeated = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    g_autoptr(GHashTable) slots = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, slot_free);
    for (guint n = 0; *text != '\0' && n < MAX_PARAMETERS; n++) {
        while (*text == ';' || g_ascii_isspace(*text) || *text == '(')
            text = *text == ';' ? text + 1 : skip_cfws(text);
        read_parameter(&text, slots);
    }

    GHashTableIter iter;
    gpointer name = NULL;
    gpointer slot = NULL;
    g_hash_table_iter_init(&iter, slots);
    while (g_hash_table_iter_next(&iter, &name, &slot)) {
        gchar *resolved = resolve_slot(name, slot);
        if (resolved != NULL)
            g_hash_table_insert(value->parameters, g_strdup(name), resolved);
        if (((const Slot *)slot)->n_values > 1)
            g_hash_table_add(value->repeated, g_strdup(name));
    }
    return value;
}

void
parameterized_value_free(ParameterizedValue *value)
{
    if (value == NULL)
        return;
    g_free(value->word);
    g_hash_table_unref(value->parameters);
    g_hash_table_unref(value->repeated);
    g_free(value);
}

const gchar *
parameterized_value_get_word(const ParameterizedValue *value)
{
    return value->word;
}

gboolean
parameterized_value_is_media_type(const ParameterizedValue *value)
{
    const gchar *slash = strchr(value->word, '/');
    return slash != NULL && slash != value->word && slash[1] != '\0' &&
           strchr(slash + 1, '/') == NULL;
}

const gchar *
parameterized_value_get(const ParameterizedValue *value, const gchar *name)
{
    g_autofree gchar *lower = g_ascii_strdown(name, -1);
    return g_hash_table_lookup(value->parameters, lower);
}

gboolean
parameterized_value_is_repeated(const ParameterizedValue *value, const gchar *name)
{
    g_autofree gchar *lower = g_ascii_strdown(name, -1);
    return g_hash_table_contains(value->repeated, lower);
}
