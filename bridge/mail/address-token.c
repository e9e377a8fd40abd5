/* SPDX-License-Identifier: MPL-2.0 */
#include "address-token.h"

#include <string.h>

#include "mail-error.h"

#define SPECIALS ",;:<>@."
#define SPACES   " \t\r\n"
#define NOT_ATOM SPECIALS SPACES "(\""

void
address_token_clear(AddressToken *token)
{
    g_free(token->text);
    *token = (AddressToken){0};
}

/* Octets of the comment at @p, parentheses included; 0 if it has no end. */
static gsize
comment_octets(const gchar *p, GString *text)
{
    guint depth = 0;
    for (const gchar *q = p; *q != '\0'; q++) {
        if (*q == '(' && ++depth == 1)
            continue;
        if (*q == ')' && --depth == 0)
            return (gsize)(q - p) + 1;
        if (*q == '\\' && q[1] != '\0')
            q++;
        g_string_append_c(text, *q);
    }
    return 0;
}

static gsize
quoted_octets(const gchar *p, GString *text)
{
    for (const gchar *q = p + 1; *q != '\0'; q++) {
        if (*q == '"')
            return (gsize)(q - p) + 1;
        if (*q == '\\' && q[1] != '\0')
            q++;
        g_string_append_c(text, *q);
    }
    return 0;
}

/* Octets of the encoded word (RFC 2047 §2) at @p, or 0. Bad senders leave "<", "," and "@" in it,
 * which must not end it: they are part of a name. */
static gsize
encoded_word_octets(const gchar *p)
{
    if (!g_str_has_prefix(p, "=?"))
        return 0;
    gsize n_charset = strcspn(p + 2, "?" SPACES);
    const gchar *encoding = p + 2 + n_charset;
    if (n_charset == 0 || encoding[0] != '?' || encoding[1] == '\0' ||
        strchr("bBqQ", encoding[1]) == NULL || encoding[2] != '?')
        return 0;
    const gchar *end = encoding + 3 + strcspn(encoding + 3, "?" SPACES);
    return end[0] == '?' && end[1] == '=' ? (gsize)(end + 2 - p) : 0;
}

/* A second "[" ends the search, or many of them would each search to the end. */
static gsize
literal_octets(const gchar *p)
{
    gsize n_octets = 1 + strcspn(p + 1, "[]");
    return p[n_octets] == ']' ? n_octets + 1 : 0;
}

static gboolean
read_enclosed(AddressToken *token, GError **error)
{
    gboolean is_comment = token->raw[0] == '(';
    GString *text = g_string_new(NULL);
    token->type = is_comment ? ADDRESS_TOKEN_COMMENT : ADDRESS_TOKEN_QUOTED;
    token->n_raw = is_comment ? comment_octets(token->raw, text) : quoted_octets(token->raw, text);
    token->text = g_string_free(text, FALSE);
    if (token->n_raw > 0)
        return TRUE;
    g_set_error(error, MAIL_ERROR, MAIL_ERROR_ADDRESS, "%s without its end",
                is_comment ? "comment" : "quoted string");
    return FALSE;
}

gboolean
address_token_next(const gchar **cursor, AddressToken *token, GError **error)
{
    gboolean is_after_at = address_token_is(token, '@');
    address_token_clear(token);
    const gchar *p = *cursor;
    token->raw = p;
    if (*p == '\0')
        return TRUE;
    if (*p == '(' || *p == '"') {
        if (!read_enclosed(token, error))
            return FALSE;
    } else if (strchr(SPACES, *p) != NULL) {
        token->type = ADDRESS_TOKEN_SPACE;
        token->n_raw = strspn(p, SPACES);
    } else if (strchr(SPECIALS, *p) != NULL) {
        token->type = ADDRESS_TOKEN_SPECIAL;
        token->n_raw = 1;
    } else if (is_after_at && *p == '[' && literal_octets(p) > 0) {
        token->type = ADDRESS_TOKEN_LITERAL;
        token->n_raw = literal_octets(p);
    } else {
        token->type = ADDRESS_TOKEN_WORD;
        token->n_raw = encoded_word_octets(p);
        if (token->n_raw == 0)
            token->n_raw = strcspn(p, NOT_ATOM);
    }
    *cursor = p + token->n_raw;
    return TRUE;
}
