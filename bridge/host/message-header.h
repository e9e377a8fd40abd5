/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "compose.h"
#include "header-params.h"
#include "header-split.h"

/* The header fields of a message that an operation makes: inside of its protection, and outside. */

typedef struct {
    const EntityTree *message;
    gboolean legacy_display;
    HeaderSplit *split; /* NULL: the message is a cryptographic layer, and stays as it is */
} MessageHeader;
void message_header_clear(MessageHeader *header);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MessageHeader, message_header_clear)

/* @message is borrowed. @is_draft: see header-split.h. MAIL_ERROR_MALFORMED */
gboolean message_header_make(const HeaderParams *params, const EntityTree *message, HpIntent intent,
                             gboolean is_draft, MessageHeader *out_header, GError **error);

/* Where the fields outside come from. */
const EntityTree *message_header_get_outer(const MessageHeader *header);

/* As compose_get_payload(). */
OctetSource *message_header_get_payload(const MessageHeader *header, gboolean seven_bit,
                                        gboolean *out_travels, GError **error);

/* Adds "header" to a result. */
void message_header_describe(const MessageHeader *header, JsonObject *result);
