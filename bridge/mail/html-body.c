/* SPDX-License-Identifier: MPL-2.0 */

#include "html-body.h"

#include <string.h>

typedef struct {
    const gchar *start;
    const gchar *next;
    const gchar *end;
} Scanner;

static gboolean
begins_with(const Scanner *scanner, const gchar *at, const gchar *text)
{
    gsize n_octets = strlen(text);
    return (gsize)(scanner->end - at) >= n_octets && g_ascii_strncasecmp(at, text, n_octets) == 0;
}

/* Past the next @text; to the end if there is none. */
static void
skip_past(Scanner *scanner, const gchar *text)
{
    for (const gchar *at = scanner->next; at < scanner->end; at++) {
        at = memchr(at, text[0], (gsize)(scanner->end - at));
        if (at == NULL)
            break;
        if (begins_with(scanner, at, text)) {
            scanner->next = at + strlen(text);
            return;
        }
    }
    scanner->next = scanner->end;
}

/* Past the ">" of the tag at the cursor; one in the quotes of an attribute is none. */
static void
skip_tag(Scanner *scanner)
{
    gchar quote = '\0';
    while (scanner->next < scanner->end) {
        gchar c = *scanner->next++;
        if (quote != '\0')
            quote = c == quote ? '\0' : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '>')
            return;
    }
}

static gboolean
is_tag(const Scanner *scanner, const gchar *tag)
{
    const gchar *after = scanner->next + strlen(tag);
    return begins_with(scanner, scanner->next, tag) &&
           (after == scanner->end || !g_ascii_isalnum(*after));
}

/* Elements of <head> in whose content nothing is a tag of the document. */
static gboolean
skip_raw_text(Scanner *scanner)
{
    static const gchar *const elements[][2] = {
        {"<script", "</script"},     {"<style", "</style"},       {"<title", "</title"},
        {"<noscript", "</noscript"}, {"<template", "</template"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(elements); i++) {
        if (!is_tag(scanner, elements[i][0]))
            continue;
        skip_tag(scanner);
        skip_past(scanner, elements[i][1]);
        skip_tag(scanner);
        return TRUE;
    }
    return FALSE;
}

/* One thing that may stand before the body: moves past it. FALSE at whatever else. */
static gboolean
skip_before_body(Scanner *scanner)
{
    static const gchar *const tags[] = {"<html", "<head", "</head", "<meta",
                                        "<link", "<base", NULL};
    if (begins_with(scanner, scanner->next, "\357\273\277")) {
        scanner->next += 3; /* byte order mark */
        return TRUE;
    }
    if (begins_with(scanner, scanner->next, "<!--")) {
        skip_past(scanner, "-->");
        return TRUE;
    }
    if (g_ascii_isspace(*scanner->next)) {
        scanner->next++;
        return TRUE;
    }
    if (begins_with(scanner, scanner->next, "<!") || begins_with(scanner, scanner->next, "<?")) {
        skip_tag(scanner);
        return TRUE;
    }
    for (guint i = 0; tags[i] != NULL; i++)
        if (is_tag(scanner, tags[i])) {
            skip_tag(scanner);
            return TRUE;
        }
    return skip_raw_text(scanner);
}

/* Where no tag says it. */
static const gchar *
find_implied_body(Scanner scanner)
{
    while (scanner.next < scanner.end && skip_before_body(&scanner))
        ;
    return scanner.next;
}

gsize
html_find_body(GBytes *html)
{
    gsize n_octets = 0;
    const gchar *octets = g_bytes_get_data(html, &n_octets);
    if (n_octets == 0)
        return 0;
    Scanner scanner = {octets, octets, octets + n_octets};
    const gchar *implied = find_implied_body(scanner);
    scanner.next = implied;
    if (implied == scanner.end || !is_tag(&scanner, "<body"))
        return (gsize)(implied - octets);
    skip_tag(&scanner);
    return (gsize)(scanner.next - octets);
}
