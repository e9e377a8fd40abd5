/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* DNS messages (RFC 1035 §4.1), as far as one has to know them in order to spoil them. */

#define WIRE_HEADER_OCTETS 12
#define WIRE_MAX_OCTETS    65535

/* The question, and where it ends. */
typedef struct {
    gchar name[1024]; /* presentation form, lower case, with a dot at the end */
    guint16 type;
    gsize end; /* offset of what follows */
} WireQuestion;

/* FALSE if there is none that can be read. */
gboolean wire_read_question(const GByteArray *message, WireQuestion *out_question);

guint16 wire_get_uint16(const GByteArray *message, gsize at);
void wire_set_uint16(GByteArray *message, gsize at, guint16 value);

#define WIRE_RCODE_FORMERR  1
#define WIRE_RCODE_SERVFAIL 2
#define WIRE_RCODE_NXDOMAIN 3
#define WIRE_RCODE_NOTIMP   4
#define WIRE_RCODE_REFUSED  5

/* Makes of a query a response without records: @flags are set in its first flag octet (QR is
 * anyway), @rcode in its second. */
void wire_make_response(GByteArray *query, guint8 flags, guint8 rcode);

#define WIRE_FLAG_TC 0x02
