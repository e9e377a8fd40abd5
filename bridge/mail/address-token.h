/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Lexical tokens of address fields (RFC 5322 §3.2), read leniently. */
typedef enum {
    ADDRESS_TOKEN_END,
    ADDRESS_TOKEN_SPACE,
    ADDRESS_TOKEN_COMMENT, /* text: what is inside, without backslashes; nested parentheses stay */
    ADDRESS_TOKEN_WORD,    /* an atom, or an encoded word with whatever is in it */
    ADDRESS_TOKEN_QUOTED,  /* text: without quotes and backslashes */
    ADDRESS_TOKEN_LITERAL, /* "[…]" after "@" */
    ADDRESS_TOKEN_SPECIAL  /* one of  , ; : < > @ . */
} AddressTokenType;

typedef struct {
    AddressTokenType type;
    const gchar *raw; /* as it stands */
    gsize n_raw;
    gchar *text; /* of comments and quoted strings */
} AddressToken;
void address_token_clear(AddressToken *token);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AddressToken, address_token_clear)

/**
 * address_token_next:
 * @cursor: moved past the token
 * @token: cleared and set; its old value tells what came before
 * @error: MAIL_ERROR_ADDRESS for a comment or quoted string without an end
 */
gboolean address_token_next(const gchar **cursor, AddressToken *token, GError **error);

static inline gboolean
address_token_is(const AddressToken *token, gchar special)
{
    return token->type == ADDRESS_TOKEN_SPECIAL && token->raw[0] == special;
}
