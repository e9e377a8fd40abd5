/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* As much of HTML's tokenizer as it takes to tell its tags from its text. */

#define HTML_NAME_OCTETS 16

typedef enum { HTML_TEXT, HTML_COMMENT, HTML_START_TAG, HTML_END_TAG } HtmlTokenType;

typedef struct {
    HtmlTokenType type;           /* HTML_TEXT: a "<" that begins nothing */
    gchar name[HTML_NAME_OCTETS]; /* of tags, lower case; empty if it is longer */
    const guint8 *class_value;    /* of the first attribute of that name; NULL: none */
    gsize n_class;
    gsize end; /* the octet after it; the text's end where it has none */
} HtmlToken;

/* What begins at @at, where a "<" stands. Of elements whose content is text, as <style>, the token
 * of the start tag ends before their end tag. */
void html_token_read(const guint8 *octets, gsize n_octets, gsize at, HtmlToken *out_token);

/* Whether @wanted is among the classes of a start tag. */
gboolean html_token_has_class(const HtmlToken *token, const gchar *wanted);
/* Whether a start tag begins content that is no markup. */
gboolean html_token_is_raw(const HtmlToken *token);
