/* SPDX-License-Identifier: MPL-2.0 */

#include "html-tag.h"

#include <string.h>

typedef struct {
    const guint8 *octets;
    gsize n_octets;
    gsize at;
} Cursor;

static gboolean
is_at_end(const Cursor *cursor)
{
    return cursor->at >= cursor->n_octets;
}

static guint8
peek(const Cursor *cursor)
{
    return cursor->octets[cursor->at];
}

static gboolean
is_space(guint8 octet)
{
    return octet == ' ' || octet == '\t' || octet == '\n' || octet == '\r' || octet == '\f';
}

static gboolean
starts_with(const Cursor *cursor, const gchar *text)
{
    gsize n_text = strlen(text);
    return cursor->n_octets - cursor->at >= n_text &&
           g_ascii_strncasecmp((const gchar *)cursor->octets + cursor->at, text, n_text) == 0;
}

/* Past the next @text, or to the end. */
static void
skip_past(Cursor *cursor, const gchar *text)
{
    for (; !is_at_end(cursor); cursor->at++) {
        if (peek(cursor) == (guint8)*text && starts_with(cursor, text)) {
            cursor->at += strlen(text);
            return;
        }
    }
}

static void
skip_space(Cursor *cursor)
{
    while (!is_at_end(cursor) && is_space(peek(cursor)))
        cursor->at++;
}

/* The value after "=". */
static void
read_value(Cursor *cursor, const guint8 **out_value, gsize *out_n)
{
    skip_space(cursor);
    if (is_at_end(cursor))
        return;
    guint8 quote = peek(cursor);
    gboolean is_quoted = quote == '"' || quote == '\'';
    if (is_quoted)
        cursor->at++;
    *out_value = cursor->octets + cursor->at;
    while (!is_at_end(cursor) &&
           (is_quoted ? peek(cursor) != quote : !is_space(peek(cursor)) && peek(cursor) != '>')) {
        cursor->at++;
        *out_n += 1;
    }
    if (is_quoted && !is_at_end(cursor))
        cursor->at++;
}

/* One attribute, at its name. */
static void
read_attribute(Cursor *cursor, HtmlToken *token)
{
    const gsize start = cursor->at;
    const guint8 *value = NULL;
    gsize n_value = 0;
    /* A "=" that comes first belongs to the name. */
    do
        cursor->at++;
    while (!is_at_end(cursor) && !is_space(peek(cursor)) && strchr("/>=", peek(cursor)) == NULL);
    gsize n_name = cursor->at - start;
    skip_space(cursor);
    if (!is_at_end(cursor) && peek(cursor) == '=') {
        cursor->at++;
        read_value(cursor, &value, &n_value);
    }
    if (token->class_value == NULL && value != NULL && n_name == strlen("class") &&
        g_ascii_strncasecmp((const gchar *)cursor->octets + start, "class", n_name) == 0) {
        token->class_value = value;
        token->n_class = n_value;
    }
}

static void
read_name(Cursor *cursor, HtmlToken *token)
{
    gsize n_name = 0;
    for (; !is_at_end(cursor) && !is_space(peek(cursor)) && peek(cursor) != '/' &&
           peek(cursor) != '>';
         cursor->at++, n_name++)
        if (n_name < HTML_NAME_OCTETS)
            token->name[n_name] = g_ascii_tolower((gchar)peek(cursor));
    token->name[n_name < HTML_NAME_OCTETS ? n_name : 0] = '\0';
}

static void
read_tag(Cursor *cursor, HtmlToken *token)
{
    read_name(cursor, token);
    while (!is_at_end(cursor) && peek(cursor) != '>') {
        if (is_space(peek(cursor)) || peek(cursor) == '/')
            cursor->at++;
        else
            read_attribute(cursor, token);
    }
    if (!is_at_end(cursor))
        cursor->at++;
}

gboolean
html_token_is_raw(const HtmlToken *token)
{
    static const gchar *const names[] = {"script", "style",   "textarea", "title",     "xmp",
                                         "iframe", "noembed", "noframes", "plaintext", NULL};
    return token->type == HTML_START_TAG && g_strv_contains(names, token->name);
}

/* To the end tag of that name. */
static void
skip_raw(Cursor *cursor, const gchar *name)
{
    gsize n_name = strlen(name);
    for (; !is_at_end(cursor); cursor->at++) {
        if (peek(cursor) != '<' || !starts_with(cursor, "</"))
            continue;
        Cursor after = {cursor->octets, cursor->n_octets, cursor->at + 2};
        if (!starts_with(&after, name))
            continue;
        after.at += n_name;
        if (is_at_end(&after) || is_space(peek(&after)) || peek(&after) == '/' ||
            peek(&after) == '>')
            return;
    }
}

/* At the dashes of "<!--", with which "-->" may begin already; "--!>" ends it, too. */
static void
skip_comment(Cursor *cursor)
{
    for (; !is_at_end(cursor); cursor->at++) {
        if (peek(cursor) != '-')
            continue;
        gsize n_end = starts_with(cursor, "-->") ? 3 : starts_with(cursor, "--!>") ? 4 : 0;
        cursor->at += n_end;
        if (n_end > 0)
            return;
    }
}

void
html_token_read(const guint8 *octets, gsize n_octets, gsize at, HtmlToken *out_token)
{
    Cursor cursor = {octets, n_octets, at + 1};
    *out_token = (HtmlToken){.type = HTML_TEXT};
    gboolean is_end = !is_at_end(&cursor) && peek(&cursor) == '/';
    gsize name_at = cursor.at + (is_end ? 1 : 0);
    if (starts_with(&cursor, "!--")) {
        out_token->type = HTML_COMMENT;
        cursor.at++;
        skip_comment(&cursor);
    } else if (name_at < n_octets && g_ascii_isalpha(octets[name_at])) {
        out_token->type = is_end ? HTML_END_TAG : HTML_START_TAG;
        cursor.at = name_at;
        read_tag(&cursor, out_token);
        if (html_token_is_raw(out_token))
            skip_raw(&cursor, out_token->name);
    } else if (is_end || (!is_at_end(&cursor) && (peek(&cursor) == '!' || peek(&cursor) == '?'))) {
        out_token->type = HTML_COMMENT;
        skip_past(&cursor, ">");
    }
    out_token->end = cursor.at;
}

gboolean
html_token_has_class(const HtmlToken *token, const gchar *wanted)
{
    gsize n_wanted = strlen(wanted);
    for (gsize at = 0; token->class_value != NULL && at < token->n_class;) {
        while (at < token->n_class && is_space(token->class_value[at]))
            at++;
        gsize start = at;
        while (at < token->n_class && !is_space(token->class_value[at]))
            at++;
        if (at - start == n_wanted && memcmp(token->class_value + start, wanted, n_wanted) == 0)
            return TRUE;
    }
    return FALSE;
}
