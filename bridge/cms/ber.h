/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* A reader of BER (X.690) for CMS structures: a cursor over octets that stay where they are.
 *
 * Lengths may be definite or indefinite. No length is believed before it has been compared with the
 * octets that are there, nothing is allocated for one, and constructions nest LIMIT_ASN1_DEPTH deep
 * at most. An indefinite length is not searched for its end when it is entered: the child reads on
 * and ber_leave() tells the parent where it got to, so that each octet is looked at a fixed number
 * of times however deep it lies.
 *
 * Errors are CMS_ERROR_MALFORMED and CMS_ERROR_LIMIT; the texts name the field by the "what" that
 * the caller gives. After an error a reader is of no further use. */

/* Identifier octets (X.690 §8.1.2). */
enum {
    BER_BOOLEAN = 0x01,
    BER_INTEGER = 0x02,
    BER_BIT_STRING = 0x03,
    BER_OCTET_STRING = 0x04,
    BER_NULL = 0x05,
    BER_OID = 0x06,
    BER_UTC_TIME = 0x17,
    BER_GENERALIZED_TIME = 0x18,
    BER_CONSTRUCTED = 0x20,
    BER_SEQUENCE = 0x30,
    BER_SET = 0x31
};
#define BER_CONTEXT(n)             ((guint8)(0x80 | (n))) /* primitive */
#define BER_CONTEXT_CONSTRUCTED(n) ((guint8)(0xa0 | (n)))

/* Some of the octets that a reader was made for. */
typedef struct {
    const guint8 *octets; /* NULL: absent */
    gsize n_octets;
} BerSlice;

gboolean ber_slice_equal(BerSlice a, BerSlice b);

typedef struct {
    GBytes *owner; /* what everything below points into; borrowed */
    const guint8 *next;
    const guint8 *end;   /* nothing is read from here on */
    guint depth;         /* constructions that may still be opened */
    gboolean indefinite; /* ends with end-of-contents octets before @end */
} BerReader;

/* Both borrow @owner, of which a slice is a part. */
void ber_reader_init(BerReader *out_reader, GBytes *owner);
void ber_reader_init_slice(BerReader *out_reader, GBytes *owner, BerSlice slice);

/* Whether the construction has no further element. FALSE at a missing end of contents: the next
 * read then fails. */
gboolean ber_at_end(const BerReader *reader);

/* Identifier octet of the next element; -1 at the end. */
gint ber_peek(const BerReader *reader);

/* Opens the next element, which must have the identifier @tag (constructed). */
gboolean ber_enter(BerReader *reader, guint8 tag, const gchar *what, BerReader *out_child,
                   GError **error);
/* Goes on behind @child, the construction entered last. There must be nothing left in it. */
gboolean ber_leave(BerReader *reader, const BerReader *child, const gchar *what, GError **error);
/* For the end of a whole: elements or octets left over are an error. */
gboolean ber_finish(const BerReader *reader, const gchar *what, GError **error);

/* Passes over one element of any kind. @out_element: (optional): with identifier and length. */
gboolean ber_skip(BerReader *reader, const gchar *what, BerSlice *out_element, GError **error);

/* Contents of a primitive element. */
gboolean ber_read(BerReader *reader, guint8 tag, const gchar *what, BerSlice *out_contents,
                  GError **error);
/* An INTEGER from 0 to 2^31 - 1: a version, a length. */
gboolean ber_read_small(BerReader *reader, const gchar *what, guint *out_value, GError **error);
/* A BIT STRING of whole octets. */
gboolean ber_read_bit_string(BerReader *reader, const gchar *what, BerSlice *out_octets,
                             GError **error);

/**
 * ber_read_octets:
 * @tag: of the primitive form: BER_OCTET_STRING or BER_CONTEXT(n)
 *
 * A short OCTET STRING, in one piece, or in pieces that are put together (X.690 §8.7.3), then at
 * most LIMIT_JOINED_OCTETS. Long ones: ber-string.h.
 * Returns: (transfer full): shares the memory of the reader's owner if it was in one piece; or
 * %NULL
 */
GBytes *ber_read_octets(BerReader *reader, guint8 tag, const gchar *what,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Shares the owner's memory. */
GBytes *ber_slice_to_bytes(GBytes *owner, BerSlice slice) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @slice is one element whose lengths, all the way down, are definite and as short as can
 * be: what DER (X.690 §10.1) asks of the encoding without knowing the types. */
gboolean ber_slice_has_der_lengths(GBytes *owner, BerSlice slice);
