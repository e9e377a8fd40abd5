/* SPDX-License-Identifier: MPL-2.0 */
#include "proxy-wire.h"

#define FLAG_QR      0x80
#define FLAG_RA      0x80
#define OPCODE_RD    0x79 /* what a response takes over from the first flag octet of its query */
#define FLAG_CD      0x10
#define MAX_LABEL    63
#define TYPE_CLASS   4 /* octets of type and class */
#define MAX_NAME_TXT 1000

guint16
wire_get_uint16(const GByteArray *message, gsize at)
{
    return (guint16)(message->data[at] << 8 | message->data[at + 1]);
}

void
wire_set_uint16(GByteArray *message, gsize at, guint16 value)
{
    message->data[at] = (guint8)(value >> 8);
    message->data[at + 1] = (guint8)value;
}

gboolean
wire_read_question(const GByteArray *message, WireQuestion *out_question)
{
    gsize at = WIRE_HEADER_OCTETS;
    gsize n_chars = 0;
    if (message->len < WIRE_HEADER_OCTETS || wire_get_uint16(message, 4) != 1)
        return FALSE;
    while (at < message->len && message->data[at] != 0) {
        gsize length = message->data[at];
        if (length > MAX_LABEL || at + 1 + length > message->len ||
            n_chars + length + 1 > MAX_NAME_TXT)
            return FALSE;
        for (gsize i = 0; i < length; i++) {
            gchar c = (gchar)message->data[at + 1 + i];
            out_question->name[n_chars++] = g_ascii_isgraph(c) ? g_ascii_tolower(c) : '?';
        }
        out_question->name[n_chars++] = '.';
        at += 1 + length;
    }
    if (at + 1 + TYPE_CLASS > message->len)
        return FALSE;
    if (n_chars == 0)
        out_question->name[n_chars++] = '.';
    out_question->name[n_chars] = '\0';
    out_question->type = wire_get_uint16(message, at + 1);
    out_question->end = at + 1 + TYPE_CLASS;
    return TRUE;
}

void
wire_make_response(GByteArray *query, guint8 flags, guint8 rcode)
{
    WireQuestion question;
    gboolean has_question = wire_read_question(query, &question);
    g_byte_array_set_size(query, has_question ? (guint)question.end : WIRE_HEADER_OCTETS);
    query->data[2] = (guint8)((query->data[2] & OPCODE_RD) | FLAG_QR | flags);
    query->data[3] = (guint8)((query->data[3] & FLAG_CD) | FLAG_RA | rcode);
    wire_set_uint16(query, 4, has_question ? 1 : 0);
    for (gsize at = 6; at < WIRE_HEADER_OCTETS; at += 2)
        wire_set_uint16(query, at, 0);
}
