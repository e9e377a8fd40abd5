/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

#define MAIL_ERROR (mail_error_quark())
GQuark mail_error_quark(void);

typedef enum {
    MAIL_ERROR_EMPTY,         /* no octets at all */
    MAIL_ERROR_NO_HEADER_END, /* no empty line after the header section, or no header section */
    /* header size or fields, nested or all entities, addresses: core/core-limits.h */
    MAIL_ERROR_LIMIT,
    /* multipart without boundary, multipart/signed without its two parts, … */
    MAIL_ERROR_MALFORMED,
    MAIL_ERROR_ENCODING, /* base64 or quoted-printable that breaks off or has foreign characters */
    MAIL_ERROR_ADDRESS,  /* a From, To, Cc … field can't be read; the text names the field */
    MAIL_N_ERRORS
} MailError;
