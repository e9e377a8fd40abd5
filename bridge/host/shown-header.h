/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <json-glib/json-glib.h>

#include "message-input.h"
#include "message-layers.h"
#include "protected-header.h"
#include "verdict.h"

/* The header fields of a message that is read: those inside of its protection, and which From is
 * shown (RFC 9788 §4). */
typedef struct {
    ProtectedHeader *header; /* NULL: the message has no protection */
    FromPair from;
    gboolean is_signed;    /* verified */
    gboolean outer_from;   /* From differs outside, nothing binds the one inside: a warning */
    gboolean is_shortened; /* a legacy display element was taken out */
} ShownHeader;

void shown_header_clear(ShownHeader *shown);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ShownHeader, shown_header_clear)

/* After the layers are off, before anything is judged. FALSE if the payload can't be read. */
gboolean shown_header_read(ShownHeader *shown, const MessageInput *input,
                           const OpenedMessage *opened, GError **error);

/* Whether the composer of the message says whose it is: the author that is judged is then the one
 * inside, or nobody. */
gboolean shown_header_has_author(const ShownHeader *shown);
/* The entity whose Date counts. */
const Entity *shown_header_get_dated(const ShownHeader *shown, const MessageInput *input);

/* After @status was found. @is_bound: besides, a verified signature is that of the author inside.
 */
void shown_header_settle(ShownHeader *shown, SignatureStatus status, gboolean is_bound);

/* The member "header". */
void json_set_shown_header(JsonObject *object, const ShownHeader *shown);
