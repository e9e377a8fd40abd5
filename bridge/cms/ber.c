/* SPDX-License-Identifier: MPL-2.0 */

#include "ber.h"

#include <string.h>

#include "cms-error.h"
#include "core-limits.h"
#include "octet-spool.h"

/* Identifier octet: the tag number follows in further octets (X.690 §8.1.2.4). */
#define HIGH_TAG_NUMBER      0x1f
#define INDEFINITE           0x80
#define END_OF_CONTENTS_SIZE 2
/* Pages of mapped files are given back in runs: each costs a system call. */
#define FORGET_OCTETS (1024u * 1024)

typedef struct {
    guint8 tag;
    gboolean indefinite;
    gboolean shortest; /* the length's encoding is the one of DER */
    gsize n_octets;    /* unless indefinite: contents, all of which are there */
} Header;

gboolean
ber_slice_equal(BerSlice a, BerSlice b)
{
    return a.n_octets == b.n_octets &&
           (a.n_octets == 0 || memcmp(a.octets, b.octets, a.n_octets) == 0);
}

GBytes *
ber_slice_to_bytes(GBytes *owner, BerSlice slice)
{
    const guint8 *start = g_bytes_get_data(owner, NULL);
    if (slice.n_octets == 0)
        return g_bytes_new(NULL, 0);
    return g_bytes_new_from_bytes(owner, (gsize)(slice.octets - start), slice.n_octets);
}

void
ber_reader_init_slice(BerReader *out_reader, GBytes *owner, BerSlice slice)
{
    *out_reader = (BerReader){.owner = owner,
                              .next = slice.octets,
                              .end = slice.octets + slice.n_octets,
                              .depth = LIMIT_ASN1_DEPTH};
}

void
ber_reader_init(BerReader *out_reader, GBytes *owner)
{
    static const guint8 nothing[1] = {0};
    BerSlice all = {0};
    all.octets = g_bytes_get_data(owner, &all.n_octets);
    if (all.octets == NULL)
        all.octets = nothing;
    ber_reader_init_slice(out_reader, owner, all);
}

static gsize
octets_left(const BerReader *reader)
{
    return (gsize)(reader->end - reader->next);
}

static gboolean
at_end_of_contents(const BerReader *reader)
{
    return octets_left(reader) >= END_OF_CONTENTS_SIZE && reader->next[0] == 0 &&
           reader->next[1] == 0;
}

gboolean
ber_at_end(const BerReader *reader)
{
    return reader->indefinite ? at_end_of_contents(reader) : reader->next == reader->end;
}

gint
ber_peek(const BerReader *reader)
{
    return ber_at_end(reader) || reader->next == reader->end ? -1 : reader->next[0];
}

static gboolean
fail(GError **error, const gchar *what, const gchar *fault)
{
    g_set_error(error, CMS_ERROR, CMS_ERROR_MALFORMED, "%s: %s", what, fault);
    return FALSE;
}

/* Long forms of the length have at most eight octets of value here; more can't be in memory. */
static gboolean
read_length(BerReader *reader, const gchar *what, Header *header, GError **error)
{
    if (reader->next == reader->end)
        return fail(error, what, "no length octet");
    guint8 first = *reader->next++;
    header->shortest = TRUE;
    header->n_octets = first;
    header->indefinite = first == INDEFINITE;
    if (first <= INDEFINITE)
        return TRUE;
    guint n_length_octets = first & 0x7fu;
    if (n_length_octets > octets_left(reader))
        return fail(error, what, "length cut short");
    header->n_octets = 0;
    header->shortest = *reader->next != 0;
    for (guint i = 0; i < n_length_octets; i++) {
        if (header->n_octets >> (8 * (sizeof(gsize) - 1)) != 0)
            return fail(error, what, "length of more than 64 bits");
        header->n_octets = header->n_octets << 8 | *reader->next++;
    }
    header->shortest = header->shortest && header->n_octets >= INDEFINITE;
    return TRUE;
}

static gboolean
read_high_tag_number(BerReader *reader, const gchar *what, GError **error)
{
    /* Four octets hold every tag number that anything has; nobody compares these numbers. */
    for (guint i = 0; i < 4 && reader->next < reader->end; i++)
        if ((*reader->next++ & 0x80u) == 0)
            return TRUE;
    return fail(error, what, "tag number cut short or too large");
}

static gboolean
read_header(BerReader *reader, const gchar *what, Header *out_header, GError **error)
{
    if (reader->next == reader->end)
        return fail(error, what, "missing");
    out_header->tag = *reader->next++;
    if ((out_header->tag & HIGH_TAG_NUMBER) == HIGH_TAG_NUMBER &&
        !read_high_tag_number(reader, what, error))
        return FALSE;
    if (!read_length(reader, what, out_header, error))
        return FALSE;
    if (out_header->indefinite)
        return (out_header->tag & BER_CONSTRUCTED) != 0 ||
               fail(error, what, "primitive with an indefinite length");
    if (out_header->n_octets <= octets_left(reader))
        return TRUE;
    g_set_error(error, CMS_ERROR, CMS_ERROR_MALFORMED,
                "%s: %" G_GSIZE_FORMAT " octets stated, %" G_GSIZE_FORMAT " there", what,
                out_header->n_octets, octets_left(reader));
    return FALSE;
}

static gboolean
expect_tag(const BerReader *reader, guint8 tag, const gchar *what, GError **error)
{
    if (ber_at_end(reader) || reader->next == reader->end)
        return fail(error, what, "missing");
    if (*reader->next == tag)
        return TRUE;
    g_set_error(error, CMS_ERROR, CMS_ERROR_MALFORMED, "%s: tag 0x%02x instead of 0x%02x", what,
                *reader->next, tag);
    return FALSE;
}

static gboolean
fail_too_deep(GError **error, const gchar *what)
{
    g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "%s: nested more than %u deep", what,
                LIMIT_ASN1_DEPTH);
    return FALSE;
}

/* The reader of the contents of a construction whose header has just been read. */
static gboolean
open_child(const BerReader *reader, const Header *header, const gchar *what, BerReader *out_child,
           GError **error)
{
    if (reader->depth == 0)
        return fail_too_deep(error, what);
    *out_child = *reader;
    out_child->depth--;
    out_child->indefinite = header->indefinite;
    if (!header->indefinite)
        out_child->end = reader->next + header->n_octets;
    return TRUE;
}

gboolean
ber_enter(BerReader *reader, guint8 tag, const gchar *what, BerReader *out_child, GError **error)
{
    Header header;
    return expect_tag(reader, tag, what, error) && read_header(reader, what, &header, error) &&
           open_child(reader, &header, what, out_child, error);
}

gboolean
ber_leave(BerReader *reader, const BerReader *child, const gchar *what, GError **error)
{
    if (!ber_finish(child, what, error))
        return FALSE;
    reader->next = child->next + (child->indefinite ? END_OF_CONTENTS_SIZE : 0);
    return TRUE;
}

gboolean
ber_finish(const BerReader *reader, const gchar *what, GError **error)
{
    if (ber_at_end(reader))
        return TRUE;
    if (reader->next == reader->end)
        return fail(error, what, "end of contents missing");
    return fail(error, what, "octets left over");
}

/* The commonest element: a tag number and a length of one octet each. */
static gboolean
skip_short(BerReader *reader)
{
    gsize n_left = octets_left(reader);
    if (n_left < 2 || (reader->next[0] & HIGH_TAG_NUMBER) == HIGH_TAG_NUMBER ||
        reader->next[1] >= INDEFINITE || reader->next[1] > n_left - 2)
        return FALSE;
    reader->next += 2 + reader->next[1];
    return TRUE;
}

/* Passes over the contents of an indefinite length. One frame for each open construction; a
 * definite length is jumped over, so that every octet is visited once at most. */
static gboolean
skip_indefinite(BerReader *reader, const gchar *what, GError **error)
{
    const guint8 *kept = reader->next; /* pages from here on have not been given back */
    for (guint open = 1; open > 0;) {
        if ((gsize)(reader->next - kept) >= FORGET_OCTETS) {
            octets_forget(kept, (gsize)(reader->next - kept));
            kept = reader->next;
        }
        if (at_end_of_contents(reader)) {
            reader->next += END_OF_CONTENTS_SIZE;
            open--;
            continue;
        }
        if (skip_short(reader))
            continue;
        Header header;
        if (!read_header(reader, what, &header, error))
            return FALSE;
        if (!header.indefinite)
            reader->next += header.n_octets;
        else if (++open > reader->depth)
            return fail_too_deep(error, what);
    }
    return TRUE;
}

gboolean
ber_skip(BerReader *reader, const gchar *what, BerSlice *out_element, GError **error)
{
    Header header;
    const guint8 *start = reader->next;
    if (ber_at_end(reader))
        return fail(error, what, "missing");
    if (!read_header(reader, what, &header, error))
        return FALSE;
    if (!header.indefinite)
        reader->next += header.n_octets;
    else if (!skip_indefinite(reader, what, error))
        return FALSE;
    if (out_element != NULL)
        *out_element = (BerSlice){start, (gsize)(reader->next - start)};
    return TRUE;
}

gboolean
ber_read(BerReader *reader, guint8 tag, const gchar *what, BerSlice *out_contents, GError **error)
{
    Header header;
    if (!expect_tag(reader, tag, what, error) || !read_header(reader, what, &header, error))
        return FALSE;
    *out_contents = (BerSlice){reader->next, header.n_octets};
    reader->next += header.n_octets;
    return TRUE;
}

gboolean
ber_read_small(BerReader *reader, const gchar *what, guint *out_value, GError **error)
{
    BerSlice contents;
    if (!ber_read(reader, BER_INTEGER, what, &contents, error))
        return FALSE;
    if (contents.n_octets == 0 || (contents.octets[0] & 0x80) != 0)
        return fail(error, what, "empty or negative");
    guint64 value = 0;
    for (gsize i = 0; i < contents.n_octets; i++) {
        value = value << 8 | contents.octets[i];
        if (value > G_MAXINT32)
            return fail(error, what, "too large");
    }
    *out_value = (guint)value;
    return TRUE;
}

gboolean
ber_read_bit_string(BerReader *reader, const gchar *what, BerSlice *out_octets, GError **error)
{
    BerSlice contents;
    if (!ber_read(reader, BER_BIT_STRING, what, &contents, error))
        return FALSE;
    if (contents.n_octets == 0 || contents.octets[0] != 0)
        return fail(error, what, "not of whole octets");
    *out_octets = (BerSlice){contents.octets + 1, contents.n_octets - 1};
    return TRUE;
}

gboolean
ber_slice_has_der_lengths(GBytes *owner, BerSlice slice)
{
    BerReader stack[LIMIT_ASN1_DEPTH + 1];
    guint top = 0;
    guint n_elements = 0;
    ber_reader_init_slice(&stack[0], owner, slice);
    for (;;) {
        BerReader *inner = &stack[top];
        Header header;
        if (inner->next == inner->end) {
            if (top == 0)
                return n_elements == 1;
            const guint8 *behind = inner->next;
            stack[--top].next = behind;
            continue;
        }
        if (!read_header(inner, "", &header, NULL) || header.indefinite || !header.shortest)
            return FALSE;
        n_elements += top == 0 ? 1 : 0;
        if ((header.tag & BER_CONSTRUCTED) == 0)
            inner->next += header.n_octets;
        else if (!open_child(inner, &header, "", &stack[top + 1], NULL))
            return FALSE;
        else
            top++;
    }
}
