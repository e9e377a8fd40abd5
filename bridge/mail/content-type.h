/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Value of a Content-Type or Content-Disposition field: a word, then parameters (RFC 2045 §5.1, RFC
 * 2183), with comments anywhere, and parameters in pieces and character sets (RFC 2231). Read
 * leniently: what is not understood is passed over. */
typedef struct _ParameterizedValue ParameterizedValue;

ParameterizedValue *parameterized_value_parse(const gchar *text);
void parameterized_value_free(ParameterizedValue *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ParameterizedValue, parameterized_value_free)

/* The word before the parameters, lower case, white space and comments round "/" left out:
 * "text/plain", "attachment". May be empty. */
const gchar *parameterized_value_get_word(const ParameterizedValue *value);
/* Whether the word is type "/" subtype. */
gboolean parameterized_value_is_media_type(const ParameterizedValue *value);

/* Of a name that is there several times the first one counts; the form of RFC 2231 goes before the
 * plain one, as Thunderbird has it. In "name" and "filename" encoded words are decoded: many mail
 * programs write them there. */
const gchar *parameterized_value_get(const ParameterizedValue *value, const gchar *name);
/* Whether more than one value is given for that name, in any of its forms: readers differ in which
 * of them they take. */
gboolean parameterized_value_is_repeated(const ParameterizedValue *value, const gchar *name);
