/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "protected-header.h"

/**
 * legacy_display_hide:
 * @header: of a message of which a layer encrypts
 * @out_hidden: (out): whether anything was taken out
 * @error: what reading the content gives; OCTET_ERROR
 *
 * What is to be shown, protected_header_get_content(), without the copies of header fields that are
 * meant for readers who don't know of header protection: legacy display elements in text parts that
 * have the parameter hp-legacy-display="1" (RFC 9788 §4.5.3), which they lose with it; and with
 * protected-headers="v1" a first part of its own, if it has header fields alone. What can't be read
 * as MIME stays as it is, and so do signed and attached messages in it. Looks at the first
 * LIMIT_LEGACY_SEARCH_OCTETS; the rest is read when the result is. A part in base64 or
 * quoted-printable has to end in there.
 */
OctetSource *legacy_display_hide(const ProtectedHeader *header, gboolean *out_hidden,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
