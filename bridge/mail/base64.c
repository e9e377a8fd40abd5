/* SPDX-License-Identifier: MPL-2.0 */
#include "base64.h"

#include <string.h>

#include "mail-error.h"
#include "octet-spool.h"

/* Input that is decoded at a time. */
#define STEP_OCTETS (64u * 1024)
/* A line of 76 characters, and with its CRLF. */
#define LINE_OCTETS     57u
#define LINE_CHARACTERS 78u
#define LINES_OF_PIECE  (OCTET_PIECE_MAX / LINE_CHARACTERS)

enum { FOREIGN = -1, SPACE = -2, PAD = -3 };

#define FOREIGN_16 -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1

/* RFC 4648 §4, by octet */
static const gint8 values[256] = {
    -1,         -1,         -1,         -1,         -1,         -1,         -1,         -1,
    -1,         -2,         -2,         -2,         -2,         -2,         -1,         -1,
    -1,         -1,         -1,         -1,         -1,         -1,         -1,         -1,
    -1,         -1,         -1,         -1,         -1,         -1,         -1,         -1,
    -2,         -1,         -1,         -1,         -1,         -1,         -1,         -1,
    -1,         -1,         -1,         62,         -1,         -1,         -1,         63,
    52,         53,         54,         55,         56,         57,         58,         59,
    60,         61,         -1,         -1,         -1,         -3,         -1,         -1,
    -1,         0,          1,          2,          3,          4,          5,          6,
    7,          8,          9,          10,         11,         12,         13,         14,
    15,         16,         17,         18,         19,         20,         21,         22,
    23,         24,         25,         -1,         -1,         -1,         -1,         -1,
    -1,         26,         27,         28,         29,         30,         31,         32,
    33,         34,         35,         36,         37,         38,         39,         40,
    41,         42,         43,         44,         45,         46,         47,         48,
    49,         50,         51,         -1,         -1,         -1,         -1,         -1,
    FOREIGN_16, FOREIGN_16, FOREIGN_16, FOREIGN_16, FOREIGN_16, FOREIGN_16, FOREIGN_16, FOREIGN_16,
};

typedef struct {
    guint8 out[STEP_OCTETS / 4 * 3 + 3];
    gsize n_out;
    guint32 bits;
    guint n_sextets; /* of the group that is open */
    guint n_pads;
    gboolean strict;
    gboolean ended; /* what comes is not looked at */
} Decoder;

static void
put_group(Decoder *decoder, guint32 bits)
{
    decoder->out[decoder->n_out++] = (guint8)(bits >> 16);
    decoder->out[decoder->n_out++] = (guint8)(bits >> 8);
    decoder->out[decoder->n_out++] = (guint8)bits;
}

static void
push_sextet(Decoder *decoder, guint32 sextet)
{
    decoder->bits = decoder->bits << 6 | sextet;
    if (++decoder->n_sextets < 4)
        return;
    put_group(decoder, decoder->bits);
    decoder->n_sextets = 0;
    decoder->bits = 0;
}

/* Decodes the whole groups at @in, nearly all of any base64, and returns their octets. */
static gsize
decode_groups(Decoder *decoder, const guint8 *in, gsize n_octets)
{
    gsize i = 0;
    guint8 *out = decoder->out + decoder->n_out;
    for (; n_octets - i >= 4; i += 4, out += 3) {
        gint a = values[in[i]];
        gint b = values[in[i + 1]];
        gint c = values[in[i + 2]];
        gint d = values[in[i + 3]];
        if ((a | b | c | d) < 0)
            break;
        guint32 bits = (guint32)(a << 18 | b << 12 | c << 6 | d);
        out[0] = (guint8)(bits >> 16);
        out[1] = (guint8)(bits >> 8);
        out[2] = (guint8)bits;
    }
    decoder->n_out += i / 4 * 3;
    return i;
}

/* FALSE: the octet has no place here. */
static gboolean
take_octet(Decoder *decoder, guint8 octet)
{
    gint value = values[octet];
    if (value >= 0 && decoder->n_pads == 0)
        push_sextet(decoder, (guint32)value);
    else if (value == PAD)
        decoder->n_pads++;
    else if (decoder->strict && value != SPACE)
        return FALSE;
    else
        decoder->ended = value >= 0;
    return TRUE;
}

/* @at: offset of the step, for the error. */
static gboolean
decode_step(Decoder *decoder, const guint8 *in, gsize n_octets, gsize at, GError **error)
{
    for (gsize i = 0; i < n_octets && !decoder->ended; i++) {
        if (decoder->n_sextets == 0 && decoder->n_pads == 0)
            i += decode_groups(decoder, in + i, n_octets - i);
        if (i == n_octets || take_octet(decoder, in[i]))
            continue;
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_ENCODING,
                    "octet %" G_GSIZE_FORMAT " does not belong to base64", at + i);
        return FALSE;
    }
    return TRUE;
}

static gboolean
is_complete(const Decoder *decoder)
{
    if (decoder->n_sextets == 0)
        return decoder->n_pads == 0;
    return decoder->n_sextets >= 2 && decoder->n_sextets + decoder->n_pads == 4;
}

static void
put_rest(Decoder *decoder)
{
    decoder->n_out = 0;
    if (decoder->n_sextets == 2) {
        decoder->out[decoder->n_out++] = (guint8)(decoder->bits >> 4);
    } else if (decoder->n_sextets == 3) {
        decoder->out[decoder->n_out++] = (guint8)(decoder->bits >> 10);
        decoder->out[decoder->n_out++] = (guint8)(decoder->bits >> 2);
    }
}

static gboolean
decode_into(Decoder *decoder, GBytes *octets, OctetSpool *spool, GError **error)
{
    gsize n_octets = 0;
    const guint8 *in = g_bytes_get_data(octets, &n_octets);
    const guint8 *kept = in;
    for (gsize at = 0; at < n_octets && !decoder->ended; at += STEP_OCTETS) {
        decoder->n_out = 0;
        if (!decode_step(decoder, in + at, MIN(STEP_OCTETS, n_octets - at), at, error) ||
            !octet_spool_append(spool, decoder->out, decoder->n_out, error))
            return FALSE;
        octets_forget_behind(&kept, in + at);
    }
    if (decoder->strict && !is_complete(decoder)) {
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_ENCODING,
                    "base64 breaks off after %" G_GSIZE_FORMAT " octets", n_octets);
        return FALSE;
    }
    put_rest(decoder);
    return octet_spool_append(spool, decoder->out, decoder->n_out, error);
}

GBytes *
base64_decode(GBytes *octets, gboolean strict, GError **error)
{
    g_autoptr(OctetSpool) spool = octet_spool_new(g_bytes_get_size(octets) / 4 * 3 + 3);
    Decoder *decoder = g_new0(Decoder, 1);
    decoder->strict = strict;
    gboolean decoded = decode_into(decoder, octets, spool, error);
    explicit_bzero(decoder->out, sizeof decoder->out);
    g_free(decoder);
    return decoded ? octet_spool_finish(spool, error) : NULL;
}

/* Encoding */

typedef struct {
    OctetReader *reader;
    OctetPiece piece; /* what is left of it */
    gboolean ended;
    guint8 line[LINE_OCTETS]; /* one that begins in another piece than it ends in */
    gsize n_line;
    gsize n_out;
    gchar out[LINES_OF_PIECE * LINE_CHARACTERS];
    gchar pairs[1 << 12][2]; /* the characters for 12 bits */
} Pass;

static const gchar alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static gpointer
open_pass(gconstpointer origin, GError **error)
{
    OctetReader *reader = octet_source_open(origin, error);
    if (reader == NULL)
        return NULL;
    Pass *pass = g_new(Pass, 1);
    pass->reader = reader;
    pass->piece = (OctetPiece){0};
    pass->ended = FALSE;
    pass->n_line = 0;
    for (guint i = 0; i < G_N_ELEMENTS(pass->pairs); i++) {
        pass->pairs[i][0] = alphabet[i >> 6];
        pass->pairs[i][1] = alphabet[i & 63];
    }
    return pass;
}

static void
put_line_end(Pass *pass)
{
    pass->out[pass->n_out++] = '\r';
    pass->out[pass->n_out++] = '\n';
}

static void
put_line(Pass *pass, const guint8 *in)
{
    gchar *out = pass->out + pass->n_out;
    for (guint i = 0; i < LINE_OCTETS; i += 3, out += 4) {
        guint32 bits = (guint32)in[i] << 16 | (guint32)in[i + 1] << 8 | in[i + 2];
        memcpy(out, pass->pairs[bits >> 12], 2);
        memcpy(out + 2, pass->pairs[bits & 0xfff], 2);
    }
    pass->n_out += LINE_CHARACTERS - 2;
    put_line_end(pass);
}

/* The last line, with its padding. */
static void
put_last_line(Pass *pass)
{
    for (gsize i = 0; i < pass->n_line; i += 3) {
        gsize n_left = pass->n_line - i;
        guint32 bits = (guint32)pass->line[i] << 16 |
                       (n_left > 1 ? (guint32)pass->line[i + 1] << 8 : 0) |
                       (n_left > 2 ? pass->line[i + 2] : 0);
        pass->out[pass->n_out++] = alphabet[bits >> 18];
        pass->out[pass->n_out++] = alphabet[bits >> 12 & 63];
        pass->out[pass->n_out++] = n_left > 1 ? alphabet[bits >> 6 & 63] : '=';
        pass->out[pass->n_out++] = n_left > 2 ? alphabet[bits & 63] : '=';
    }
    if (pass->n_line > 0)
        put_line_end(pass);
    pass->n_line = 0;
}

/* What there is of the piece, up to one line. */
static void
take_line(Pass *pass)
{
    if (pass->n_line == 0 && pass->piece.n_octets >= LINE_OCTETS) {
        put_line(pass, pass->piece.octets);
        octet_piece_skip(&pass->piece, LINE_OCTETS);
        return;
    }
    gsize n_taken = MIN(LINE_OCTETS - pass->n_line, pass->piece.n_octets);
    memcpy(pass->line + pass->n_line, pass->piece.octets, n_taken);
    pass->n_line += n_taken;
    octet_piece_skip(&pass->piece, n_taken);
    if (pass->n_line < LINE_OCTETS)
        return;
    put_line(pass, pass->line);
    pass->n_line = 0;
}

static gboolean
next_of_pass(gpointer data, OctetPiece *out_piece, GError **error)
{
    Pass *pass = data;
    pass->n_out = 0;
    while (!pass->ended && pass->n_out < sizeof pass->out) {
        if (pass->piece.n_octets == 0 && !octet_reader_next(pass->reader, &pass->piece, error))
            return FALSE;
        if (pass->piece.n_octets > 0) {
            take_line(pass);
            continue;
        }
        put_last_line(pass);
        pass->ended = TRUE;
    }
    *out_piece = (OctetPiece){(const guint8 *)pass->out, pass->n_out};
    return TRUE;
}

static void
close_pass(gpointer data)
{
    Pass *pass = data;
    octet_reader_close(pass->reader);
    explicit_bzero(pass, sizeof *pass);
    g_free(pass);
}

static const OctetSourceType base64_type = {
    .open = open_pass,
    .next = next_of_pass,
    .close = close_pass,
    .free_origin = (GDestroyNotify)octet_source_unref,
};

OctetSource *
base64_source_new(OctetSource *octets)
{
    guint64 n_octets = octet_source_get_size(octets);
    guint64 n_lines = (n_octets + LINE_OCTETS - 1) / LINE_OCTETS;
    return octet_source_new(&base64_type, octet_source_ref(octets),
                            (n_octets + 2) / 3 * 4 + 2 * n_lines);
}
