/* SPDX-License-Identifier: MPL-2.0 */

/* smimea_record_parse_presentation(): the reading of zone-file text. */

#include <string.h>

#include "core-limits.h"
#include "smimea.h"

/* Owner, TTL and class stand before the type. */
#define FIELDS_BEFORE_TYPE 3u

#define GENERIC_MARK "\\#"

typedef struct {
    const gchar *text;
    gsize n_octets; /* 0 at the end of the text */
} Token;

/* Gives the words of one zone-file entry (RFC 1035 §5.1): an entry ends with its line, unless a
 * parenthesis is open. */
typedef struct {
    const gchar *text;
    gsize n_octets;
    gsize at;
    gboolean in_parentheses;
    gboolean is_begun; /* a word has been given */
    gboolean is_ended; /* and then the line ended */
} Scanner;

static gboolean
fail_syntax(const Scanner *scanner, const gchar *place, const gchar *what, GError **error)
{
    gsize n_characters = 0;
    for (const gchar *p = scanner->text; p < place; p++)
        n_characters += ((guchar)*p & 0xc0) != 0x80;
    g_set_error(error, SMIMEA_ERROR, SMIMEA_ERROR_SYNTAX, "%s at character %" G_GSIZE_FORMAT, what,
                n_characters + 1);
    return FALSE;
}

static gboolean
is_special(gchar c)
{
    return g_ascii_isspace(c) || c == '(' || c == ')' || c == ';' || c == '"';
}

/* One octet that is no part of a word. */
static gboolean
skip_special(Scanner *scanner, GError **error)
{
    const gchar *place = scanner->text + scanner->at;
    switch (*place) {
    case ';':
        while (scanner->at < scanner->n_octets && scanner->text[scanner->at] != '\n')
            scanner->at++;
        return TRUE;
    case '(':
        if (scanner->in_parentheses)
            return fail_syntax(scanner, place, "parenthesis inside a parenthesis", error);
        scanner->in_parentheses = TRUE;
        break;
    case ')':
        if (!scanner->in_parentheses)
            return fail_syntax(scanner, place, "closing parenthesis without its opening", error);
        scanner->in_parentheses = FALSE;
        break;
    case '"':
        return fail_syntax(scanner, place, "quotation mark", error);
    case '\n':
        if (scanner->is_begun && !scanner->in_parentheses)
            scanner->is_ended = TRUE;
        break;
    default:
        break;
    }
    scanner->at++;
    return TRUE;
}

static gboolean
next_token(Scanner *scanner, Token *out_token, GError **error)
{
    while (scanner->at < scanner->n_octets && is_special(scanner->text[scanner->at])) {
        if (!skip_special(scanner, error))
            return FALSE;
    }
    const gchar *start = scanner->text + scanner->at;
    if (scanner->at < scanner->n_octets && scanner->is_ended)
        return fail_syntax(scanner, start, "text after the end of the record", error);
    while (scanner->at < scanner->n_octets && !is_special(scanner->text[scanner->at])) {
        /* "\(" in an owner name does not open anything. */
        gsize n = scanner->text[scanner->at] == '\\' ? 2 : 1;
        scanner->at = MIN(scanner->at + n, scanner->n_octets);
    }
    scanner->is_begun = TRUE;
    out_token->text = start;
    out_token->n_octets = (gsize)(scanner->text + scanner->at - start);
    if (out_token->n_octets == 0 && scanner->in_parentheses)
        return fail_syntax(scanner, start, "parenthesis without its end", error);
    return TRUE;
}

static gboolean
token_is(const Token *token, const gchar *word)
{
    return token->n_octets == strlen(word) &&
           g_ascii_strncasecmp(token->text, word, token->n_octets) == 0;
}

/* Decimal digits with a value up to @maximum. */
static gboolean
read_decimal(const gchar *text, gsize n_octets, guint32 maximum, guint32 *out_number)
{
    guint64 number = 0;
    for (gsize i = 0; i < n_octets; i++) {
        if (!g_ascii_isdigit(text[i]))
            return FALSE;
        number = number * 10 + (guint64)g_ascii_digit_value(text[i]);
        if (number > maximum)
            return FALSE;
    }
    *out_number = (guint32)number;
    return n_octets > 0;
}

/* The N of "TYPEN" or "CLASSN" (RFC 3597 §5). */
static gboolean
read_numbered(const Token *token, const gchar *prefix, guint32 *out_number)
{
    gsize n_prefix = strlen(prefix);
    if (token->n_octets <= n_prefix || g_ascii_strncasecmp(token->text, prefix, n_prefix) != 0)
        return FALSE;
    return read_decimal(token->text + n_prefix, token->n_octets - n_prefix, G_MAXUINT16,
                        out_number);
}

static gboolean
is_type(const Token *token)
{
    guint32 number = 0;
    if (token_is(token, "SMIMEA"))
        return TRUE;
    if (!read_numbered(token, "TYPE", &number))
        return FALSE;
    return number == SMIMEA_RR_TYPE ||
           (number >= SMIMEA_RR_TYPE_PRIVATE_FIRST && number <= SMIMEA_RR_TYPE_PRIVATE_LAST);
}

static gboolean
is_class(const Token *token)
{
    guint32 number = 0;
    return token_is(token, "IN") || token_is(token, "CH") || token_is(token, "HS") ||
           read_numbered(token, "CLASS", &number);
}

/* Seconds, or with the units of common name servers: "1h30m". */
static gboolean
is_ttl(const Token *token)
{
    if (token->n_octets == 0 || !g_ascii_isdigit(token->text[0]))
        return FALSE;
    for (gsize i = 0; i < token->n_octets; i++) {
        if (!g_ascii_isdigit(token->text[i]) && strchr("smhdwSMHDW", token->text[i]) == NULL)
            return FALSE;
    }
    return TRUE;
}

/* [owner] [TTL] [class] or [owner] [class] [TTL]: of each at most one. */
static gboolean
check_fields(const Scanner *scanner, const Token *fields, guint n_fields, GError **error)
{
    gboolean has_ttl = FALSE;
    gboolean has_class = FALSE;
    gboolean has_owner = FALSE;
    for (guint i = 0; i < n_fields; i++) {
        /* From the end: what looks like a TTL may be an owner name if another TTL follows. */
        const Token *field = &fields[n_fields - 1 - i];
        if (!has_class && is_class(field)) {
            has_class = TRUE;
        } else if (!has_ttl && is_ttl(field)) {
            has_ttl = TRUE;
        } else if (!has_owner && i == n_fields - 1) {
            has_owner = TRUE;
        } else {
            return fail_syntax(scanner, field->text, "expected a TTL or a class", error);
        }
    }
    return TRUE;
}

/* Moves behind the type if the text is a whole line, else nowhere. No RDATA has a type's name in
 * it. */
static gboolean
skip_to_rdata(Scanner *scanner, GError **error)
{
    Scanner ahead = *scanner;
    Token fields[FIELDS_BEFORE_TYPE + 1];
    for (guint i = 0; i <= FIELDS_BEFORE_TYPE; i++) {
        if (!next_token(&ahead, &fields[i], error))
            return FALSE;
        if (!is_type(&fields[i]))
            continue;
        if (!check_fields(scanner, fields, i, error))
            return FALSE;
        *scanner = ahead;
        return TRUE;
    }
    return TRUE;
}

typedef struct {
    const gchar *name;
    guint8 value;
} Acronym;

/* RFC 7218 §2.1-2.3. */
static const Acronym usages[] = {{"PKIX-TA", SMIMEA_USAGE_PKIX_TA},
                                 {"PKIX-EE", SMIMEA_USAGE_PKIX_EE},
                                 {"DANE-TA", SMIMEA_USAGE_DANE_TA},
                                 {"DANE-EE", SMIMEA_USAGE_DANE_EE},
                                 {"PrivCert", 255}};
static const Acronym selectors[] = {
    {"Cert", SMIMEA_SELECTOR_CERT}, {"SPKI", SMIMEA_SELECTOR_SPKI}, {"PrivSel", 255}};
static const Acronym matching_types[] = {{"Full", SMIMEA_MATCHING_FULL},
                                         {"SHA2-256", SMIMEA_MATCHING_SHA2_256},
                                         {"SHA2-512", SMIMEA_MATCHING_SHA2_512},
                                         {"PrivMatch", 255}};

typedef struct {
    const Acronym *acronyms;
    guint n_acronyms;
    const gchar *expected;
} Parameter;

static const Parameter parameters[] = {
    {usages, G_N_ELEMENTS(usages), "expected a certificate usage (0-255)"},
    {selectors, G_N_ELEMENTS(selectors), "expected a selector (0-255)"},
    {matching_types, G_N_ELEMENTS(matching_types), "expected a matching type (0-255)"},
};

static gboolean
read_parameter(const Scanner *scanner, const Token *token, const Parameter *parameter,
               guint8 *out_value, GError **error)
{
    guint32 number = 0;
    if (read_decimal(token->text, token->n_octets, G_MAXUINT8, &number)) {
        *out_value = (guint8)number;
        return TRUE;
    }
    for (guint i = 0; i < parameter->n_acronyms; i++) {
        if (!token_is(token, parameter->acronyms[i].name))
            continue;
        *out_value = parameter->acronyms[i].value;
        return TRUE;
    }
    return fail_syntax(scanner, token->text, parameter->expected, error);
}

/* Octets in the making: hexadecimal digits may be split anywhere. */
typedef struct {
    GByteArray *octets;
    guint8 half;
    gboolean has_half;
} HexReader;

static gboolean
read_hex_word(const Scanner *scanner, const Token *token, HexReader *hex, GError **error)
{
    for (gsize i = 0; i < token->n_octets; i++) {
        gint digit = g_ascii_xdigit_value(token->text[i]);
        if (digit < 0)
            return fail_syntax(scanner, token->text + i, "expected a hexadecimal digit", error);
        if (!hex->has_half) {
            hex->half = (guint8)(digit << 4);
            hex->has_half = TRUE;
            continue;
        }
        guint8 octet = (guint8)(hex->half | digit);
        hex->has_half = FALSE;
        if (hex->octets->len >= LIMIT_RDATA_OCTETS) {
            g_set_error(error, SMIMEA_ERROR, SMIMEA_ERROR_TOO_LONG,
                        "record data too long (more than %u octets)", LIMIT_RDATA_OCTETS);
            return FALSE;
        }
        g_byte_array_append(hex->octets, &octet, 1);
    }
    return TRUE;
}

/* All words up to the end. */
static gboolean
read_hex(Scanner *scanner, GByteArray *octets, GError **error)
{
    HexReader hex = {octets, 0, FALSE};
    Token token = {0};
    do {
        if (!next_token(scanner, &token, error) || !read_hex_word(scanner, &token, &hex, error))
            return FALSE;
    } while (token.n_octets > 0);
    if (hex.has_half)
        return fail_syntax(scanner, token.text, "expected one more hexadecimal digit", error);
    return TRUE;
}

static gboolean
read_generic(Scanner *scanner, GByteArray *rdata, GError **error)
{
    Token token = {0};
    guint32 n_octets = 0;
    if (!next_token(scanner, &token, error))
        return FALSE;
    if (!read_decimal(token.text, token.n_octets, LIMIT_RDATA_OCTETS, &n_octets))
        return fail_syntax(scanner, token.text, "expected a length (0-65535)", error);
    const gchar *place = token.text;
    if (!read_hex(scanner, rdata, error))
        return FALSE;
    if (rdata->len != n_octets)
        return fail_syntax(scanner, place, "length that is not that of the data", error);
    return TRUE;
}

static gboolean
read_plain(Scanner *scanner, Token token, GByteArray *rdata, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(parameters); i++) {
        guint8 value = 0;
        if (i > 0 && !next_token(scanner, &token, error))
            return FALSE;
        if (!read_parameter(scanner, &token, &parameters[i], &value, error))
            return FALSE;
        g_byte_array_append(rdata, &value, 1);
    }
    return read_hex(scanner, rdata, error);
}

static gboolean
read_rdata(Scanner *scanner, GByteArray *rdata, GError **error)
{
    Token token = {0};
    if (!skip_to_rdata(scanner, error) || !next_token(scanner, &token, error))
        return FALSE;
    if (token_is(&token, GENERIC_MARK))
        return read_generic(scanner, rdata, error);
    return read_plain(scanner, token, rdata, error);
}

SmimeaRecord *
smimea_record_parse_presentation(const gchar *text, GError **error)
{
    g_return_val_if_fail(text != NULL, NULL);

    gsize n_octets = strlen(text);
    if (n_octets > LIMIT_PRESENTATION_OCTETS) {
        g_set_error(error, SMIMEA_ERROR, SMIMEA_ERROR_TOO_LONG,
                    "text too long (%" G_GSIZE_FORMAT " octets of at most %u)", n_octets,
                    LIMIT_PRESENTATION_OCTETS);
        return NULL;
    }
    Scanner scanner = {.text = text, .n_octets = n_octets};
    g_autoptr(GByteArray) octets = g_byte_array_new();
    if (!read_rdata(&scanner, octets, error))
        return NULL;
    g_autoptr(GBytes) rdata = g_byte_array_free_to_bytes(g_steal_pointer(&octets));
    return smimea_record_parse(rdata, error);
}
