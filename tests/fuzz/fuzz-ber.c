/* SPDX-License-Identifier: MPL-2.0 */

#include "ber.h"
#include "fuzz.h"

/* Deeper than any reader may be told to go. */
#define DEPTH_MAX 100u

/* Reads the next element in the ways that its identifier allows, each with a reader of its own, and
 * holds the outcomes against each other. */
static void
read_as_value(const BerReader *at, gsize n_element)
{
    BerReader number = *at, bits = *at, string = *at;
    BerSlice contents;
    guint value = 0;
    if (ber_read_small(&number, "number", &value, NULL))
        g_assert_cmpuint(value, <=, G_MAXINT32);
    if (ber_read_bit_string(&bits, "bits", &contents, NULL))
        g_assert_cmpuint(contents.n_octets, <, n_element);
    g_autoptr(GBytes) octets = ber_read_octets(&string, BER_OCTET_STRING, "string", NULL);
    if (octets == NULL)
        return;
    g_assert_cmpuint(g_bytes_get_size(octets), <, n_element);
    g_assert_true(string.next == at->next + n_element);
}

/* Walks all elements of @reader, into constructions; FALSE where one can't be read. */
static gboolean
walk(BerReader *reader, guint depth)
{
    g_assert_cmpuint(depth, <, DEPTH_MAX);
    while (!ber_at_end(reader)) {
        BerReader behind = *reader, child;
        BerSlice element;
        gint tag = ber_peek(reader);
        if (!ber_skip(&behind, "element", &element, NULL))
            return FALSE;
        g_assert_true(element.octets == reader->next);
        g_assert_cmpuint(element.n_octets, >=, 2);
        g_assert_true(behind.next > reader->next && behind.next <= reader->end);
        read_as_value(reader, element.n_octets);
        /* Of an element at the top: it may nest as deep there as here. */
        gboolean is_der = depth == 0 && ber_slice_has_der_lengths(reader->owner, element);
        if (tag >= 0 && (tag & BER_CONSTRUCTED) != 0) {
            if (!ber_enter(reader, (guint8)tag, "element", &child, NULL) ||
                !walk(&child, depth + 1) || !ber_leave(reader, &child, "element", NULL)) {
                g_assert_false(is_der);
                return FALSE;
            }
            g_assert_true(reader->next == behind.next);
        }
        *reader = behind;
    }
    return TRUE;
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    g_autoptr(GBytes) owner = g_bytes_new(octets, n_octets);
    BerReader reader;
    ber_reader_init(&reader, owner);
    if (walk(&reader, 0))
        g_assert_true(ber_finish(&reader, "all", NULL));
    return 0;
}
