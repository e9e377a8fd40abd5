/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "address.h"
#include "entity.h"
#include "op.h"

/* A request's body: a message, or a bare CMS object. */

typedef struct {
    GBytes *octets; /* the message; or BER of the CMS object */
    gboolean is_cms;
    EntityTree *tree;            /* of the message; NULL with @is_cms */
    MessageAddresses *addresses; /* NULL with @is_cms, or if they can't be read */
    GError *address_error;       /* … and why */
} MessageInput;

/**
 * message_input_new:
 * @allow_cms: whether a bare CMS object (DER, PEM, base64) is taken too
 * @error: MAIL_ERROR, CMS_ERROR_MALFORMED
 */
MessageInput *message_input_new(GBytes *body, gboolean allow_cms,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void message_input_free(MessageInput *input);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MessageInput, message_input_free)

/**
 * message_input_get_author:
 * @named: (nullable): the parameter "author"
 *
 * The address that signs: the one that is @named, else the one of From. PROTOCOL_ERROR_NO_AUTHOR if
 * there is none or there are several, MAIL_ERROR_ADDRESS if From can't be read.
 */
const gchar *message_input_get_author(const MessageInput *input, const gchar *named,
                                      GError **error);
