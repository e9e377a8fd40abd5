/* SPDX-License-Identifier: MPL-2.0 */

#include "ber-string.h"

#include <string.h>

#include "cms-error.h"
#include "core-limits.h"
#include "octet-spool.h"

/* Pieces from this length on are given out where they are, shorter ones are put together. */
#define DIRECT_OCTETS 4096
/* Pages are given back in runs: each costs a system call. */
#define FORGET_OCTETS (1024u * 1024)

/* The way through the pieces: the constructions that are open, and those that were. */
typedef struct {
    BerReader stack[LIMIT_ASN1_DEPTH + 1];
    guint top;
    guint n_constructions;
    const guint8 *kept; /* from here on pages have not been given back */
} Walk;

typedef struct {
    GBytes *owner;
    BerReader contents; /* before the first piece */
    guint8 end[BER_STRING_END_OCTETS];
    gsize n_end;
} String;

typedef struct {
    Walk walk;
    BerSlice rest;    /* of the piece that is being given out */
    guint8 *gathered; /* OCTET_PIECE_MAX, or NULL */
    gsize n_gathered;
} StringPass;

static void
walk_start(Walk *walk, const BerReader *contents)
{
    walk->stack[0] = *contents;
    walk->top = 0;
    walk->n_constructions = 0;
    walk->kept = contents->next;
}

static void
forget_walked(Walk *walk, const guint8 *until)
{
    if ((gsize)(until - walk->kept) < FORGET_OCTETS)
        return;
    octets_forget(walk->kept, (gsize)(until - walk->kept));
    walk->kept = until;
}

/* The commonest piece: primitive, with a length in one octet. */
static inline gboolean
read_short_piece(BerReader *reader, BerSlice *out_piece)
{
    gsize n_left = (gsize)(reader->end - reader->next);
    if (n_left < 2 || reader->next[0] != BER_OCTET_STRING || reader->next[1] >= 0x80 ||
        reader->next[1] > n_left - 2)
        return FALSE;
    *out_piece = (BerSlice){reader->next + 2, reader->next[1]};
    reader->next += 2 + out_piece->n_octets;
    return TRUE;
}

static gboolean
enter_construction(Walk *walk, const gchar *what, GError **error)
{
    BerReader *inner = &walk->stack[walk->top];
    if (++walk->n_constructions > LIMIT_STRING_CONSTRUCTIONS) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "%s: more than %u strings in pieces within",
                    what, LIMIT_STRING_CONSTRUCTIONS);
        return FALSE;
    }
    if (!ber_enter(inner, BER_OCTET_STRING | BER_CONSTRUCTED, what, &walk->stack[walk->top + 1],
                   error))
        return FALSE;
    walk->top++;
    return TRUE;
}

/* The next piece that has octets; none at the end. */
static gboolean
walk_next(Walk *walk, const gchar *what, BerSlice *out_piece, GError **error)
{
    *out_piece = (BerSlice){0};
    for (;;) {
        BerReader *inner = &walk->stack[walk->top];
        if (!read_short_piece(inner, out_piece)) {
            if (ber_at_end(inner)) {
                if (walk->top == 0)
                    return TRUE;
                walk->top--;
                if (!ber_leave(&walk->stack[walk->top], inner, what, error))
                    return FALSE;
                continue;
            }
            if (ber_peek(inner) == (BER_OCTET_STRING | BER_CONSTRUCTED)) {
                if (!enter_construction(walk, what, error))
                    return FALSE;
                continue;
            }
            if (!ber_read(inner, BER_OCTET_STRING, what, out_piece, error))
                return FALSE;
        }
        forget_walked(walk, inner->next - out_piece->n_octets);
        if (out_piece->n_octets > 0)
            return TRUE;
    }
}

static gpointer
open_string(gconstpointer origin, GError **error G_GNUC_UNUSED)
{
    const String *string = origin;
    StringPass *pass = g_new0(StringPass, 1);
    walk_start(&pass->walk, &string->contents);
    return pass;
}

static void
give_out_rest(StringPass *pass, OctetPiece *out_piece)
{
    out_piece->octets = pass->rest.octets;
    out_piece->n_octets = MIN(pass->rest.n_octets, OCTET_PIECE_MAX);
    pass->rest.octets += out_piece->n_octets;
    pass->rest.n_octets -= out_piece->n_octets;
}

static void
gather_rest(StringPass *pass)
{
    if (pass->gathered == NULL)
        pass->gathered = g_malloc(OCTET_PIECE_MAX);
    gsize n_octets = MIN(pass->rest.n_octets, OCTET_PIECE_MAX - pass->n_gathered);
    memcpy(pass->gathered + pass->n_gathered, pass->rest.octets, n_octets);
    pass->n_gathered += n_octets;
    pass->rest.octets += n_octets;
    pass->rest.n_octets -= n_octets;
}

static gboolean
next_of_string(gpointer data, OctetPiece *out_piece, GError **error)
{
    StringPass *pass = data;
    pass->n_gathered = 0;
    for (;;) {
        if (pass->rest.n_octets == 0 && !walk_next(&pass->walk, "octets", &pass->rest, error))
            return FALSE;
        if (pass->n_gathered == 0 && pass->rest.n_octets >= DIRECT_OCTETS) {
            give_out_rest(pass, out_piece);
            return TRUE;
        }
        if (pass->rest.n_octets == 0 || pass->rest.n_octets >= DIRECT_OCTETS ||
            pass->n_gathered == OCTET_PIECE_MAX)
            break;
        gather_rest(pass);
    }
    *out_piece = (OctetPiece){pass->gathered, pass->n_gathered};
    return TRUE;
}

static void
close_string(gpointer data)
{
    StringPass *pass = data;
    if (pass->gathered != NULL)
        explicit_bzero(pass->gathered, OCTET_PIECE_MAX);
    g_free(pass->gathered);
    g_free(pass);
}

static GBytes *
get_end_of_string(gconstpointer origin, gsize n_octets)
{
    const String *string = origin;
    if (n_octets > string->n_end)
        return NULL;
    return g_bytes_new(string->end + string->n_end - n_octets, n_octets);
}

static void
string_free(gpointer data)
{
    String *string = data;
    g_bytes_unref(string->owner);
    g_free(string);
}

static const OctetSourceType string_type = {
    .open = open_string,
    .next = next_of_string,
    .close = close_string,
    .get_end = get_end_of_string,
    .free_origin = string_free,
};

/* What is known when all pieces have been looked through. The last BER_STRING_END_OCTETS of them
 * are remembered: each has an octet at least. */
typedef struct {
    gsize n_octets;
    gsize n_pieces;
    BerSlice last[BER_STRING_END_OCTETS];
} Survey;

static gboolean
survey_pieces(BerReader *contents, const gchar *what, Survey *out_survey, GError **error)
{
    Walk walk;
    BerSlice piece;
    walk_start(&walk, contents);
    *out_survey = (Survey){0};
    for (;;) {
        if (!walk_next(&walk, what, &piece, error))
            return FALSE;
        if (piece.n_octets == 0)
            break;
        out_survey->last[out_survey->n_pieces++ % BER_STRING_END_OCTETS] = piece;
        out_survey->n_octets += piece.n_octets;
    }
    contents->next = walk.stack[0].next;
    return TRUE;
}

static void
copy_end(String *string, const Survey *survey)
{
    string->n_end = MIN(survey->n_octets, BER_STRING_END_OCTETS);
    gsize n_missing = string->n_end;
    for (gsize i = survey->n_pieces; n_missing > 0; i--) {
        BerSlice piece = survey->last[(i - 1) % BER_STRING_END_OCTETS];
        gsize n_octets = MIN(piece.n_octets, n_missing);
        n_missing -= n_octets;
        memcpy(string->end + n_missing, piece.octets + piece.n_octets - n_octets, n_octets);
    }
}

static OctetSource *
string_source_new(GBytes *owner, BerReader contents, const Survey *survey)
{
    if (survey->n_pieces <= 1) {
        g_autoptr(GBytes) octets = ber_slice_to_bytes(owner, survey->last[0]);
        return octet_source_new_bytes(octets);
    }
    String *string = g_new0(String, 1);
    string->owner = g_bytes_ref(owner);
    string->contents = contents;
    copy_end(string, survey);
    return octet_source_new(&string_type, string, survey->n_octets);
}

OctetSource *
ber_string_read(BerReader *reader, guint8 tag, const gchar *what, GError **error)
{
    BerReader child;
    Survey survey;
    if (ber_peek(reader) != (tag | BER_CONSTRUCTED)) {
        BerSlice contents;
        if (!ber_read(reader, tag, what, &contents, error))
            return NULL;
        g_autoptr(GBytes) octets = ber_slice_to_bytes(reader->owner, contents);
        return octet_source_new_bytes(octets);
    }
    if (!ber_enter(reader, tag | BER_CONSTRUCTED, what, &child, error))
        return NULL;
    BerReader contents = child;
    if (!survey_pieces(&child, what, &survey, error) || !ber_leave(reader, &child, what, error))
        return NULL;
    return string_source_new(reader->owner, contents, &survey);
}

GBytes *
ber_read_octets(BerReader *reader, guint8 tag, const gchar *what, GError **error)
{
    g_autoptr(OctetSource) string = ber_string_read(reader, tag, what, error);
    if (string == NULL)
        return NULL;
    if (octet_source_peek_bytes(string) != NULL ||
        octet_source_get_size(string) <= LIMIT_JOINED_OCTETS)
        return octet_source_to_bytes(string, error);
    g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "%s: more than %u octets in pieces", what,
                LIMIT_JOINED_OCTETS);
    return NULL;
}
