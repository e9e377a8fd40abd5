/* SPDX-License-Identifier: MPL-2.0 */

#include "der-writer.h"
#include "pieced.h"

static void
assert_octets(DerNode *node, const gchar *octets, gsize n_octets)
{
    g_autoptr(DerNode) owned = node;
    g_autoptr(GBytes) written = der_node_serialize(owned);
    g_autoptr(GBytes) expected = g_bytes_new(octets, n_octets);
    g_assert_true(g_bytes_equal(written, expected));
}

#define ASSERT_OCTETS(node, text) assert_octets(node, text, sizeof(text) - 1)

static void
test_small(void)
{
    static const struct {
        guint value;
        const gchar *octets;
        gsize n_octets;
    } cases[] = {
        {0, "\x30\x03\x02\x01\x00", 5},
        {127, "\x30\x03\x02\x01\x7f", 5},
        {128, "\x30\x04\x02\x02\x00\x80", 6},
        {255, "\x30\x04\x02\x02\x00\xff", 6},
        {256, "\x30\x04\x02\x02\x01\x00", 6},
        {32768, "\x30\x05\x02\x03\x00\x80\x00", 7},
        {G_MAXINT32, "\x30\x06\x02\x04\x7f\xff\xff\xff", 8},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        DerNode *node = der_node_new(BER_SEQUENCE);
        der_add_small(node, cases[i].value);
        assert_octets(node, cases[i].octets, cases[i].n_octets);
    }
}

static void
test_nested(void)
{
    DerNode *root = der_node_new(BER_SEQUENCE);
    der_add_algorithm(root, OID_SHA1, TRUE);
    der_add_octets(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_OCTET_STRING, "hi", 2);
    ASSERT_OCTETS(root, "\x30\x11\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\xa0\x04\x04\x02hi");
}

/* X.690 §10.1: lengths in as few octets as can be. */
static void
test_lengths(void)
{
    static const struct {
        gsize n_octets;
        gsize n_header;
    } cases[] = {{0, 2}, {127, 2}, {128, 3}, {255, 3}, {256, 4}, {65535, 4}, {65536, 5}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *contents = g_malloc0(cases[i].n_octets + 1);
        g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
        der_add_octets(root, BER_OCTET_STRING, contents, cases[i].n_octets);
        g_autoptr(GBytes) octets = der_node_serialize(root);
        BerReader all, inner;
        BerSlice read;
        ber_reader_init(&all, octets);
        BerSlice whole = {g_bytes_get_data(octets, NULL), g_bytes_get_size(octets)};
        g_assert_true(ber_slice_has_der_lengths(octets, whole));
        g_assert_true(ber_enter(&all, BER_SEQUENCE, "", &inner, NULL));
        const guint8 *start = inner.next;
        g_assert_true(ber_read(&inner, BER_OCTET_STRING, "", &read, NULL));
        g_assert_cmpuint(read.n_octets, ==, cases[i].n_octets);
        g_assert_cmpint(read.octets - start, ==, (gint64)cases[i].n_header);
    }
}

/* The same octets as without sources, in whatever sizes; contents are read when the result is. */
static void
test_source(void)
{
    static const gsize sizes[] = {0, 1, 127, 128, 16383, 16384, 70000};
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GBytes) contents = pieced_make_octets(sizes[i]);
        g_autoptr(Pieced) pieced = pieced_new(contents, 1000);
        g_autoptr(OctetSource) source = pieced_source(pieced);
        g_autoptr(DerNode) plain = der_node_new(BER_SEQUENCE);
        g_autoptr(DerNode) streamed = der_node_new(BER_SEQUENCE);
        DerNode *const roots[] = {plain, streamed};
        for (gsize j = 0; j < G_N_ELEMENTS(roots); j++) {
            der_add_small(roots[j], 1);
            DerNode *inner = der_add(roots[j], BER_CONTEXT_CONSTRUCTED(0));
            if (j == 0)
                der_add_bytes(inner, BER_OCTET_STRING, contents);
            else
                der_add_source(inner, BER_OCTET_STRING, source);
            der_add_bytes(inner, BER_OCTET_STRING, contents);
            der_add_null(roots[j]);
        }
        g_autoptr(GBytes) expected = der_node_serialize(plain);
        g_autoptr(OctetSource) from_octets = der_node_to_source(plain);
        g_autoptr(OctetSource) from_source = der_node_to_source(streamed);
        g_assert_cmpuint(pieced->n_passes, ==, 0);
        g_clear_pointer(&plain, der_node_free);
        g_clear_pointer(&streamed, der_node_free);
        pieced_assert_gives(from_octets, expected);
        pieced_assert_gives(from_source, expected);
    }
}

/* X.690 §11.6. */
static void
test_sort(void)
{
    DerNode *set = der_node_new(BER_SET);
    der_add_octets(set, BER_OCTET_STRING, "bb", 2);
    der_add_octets(set, BER_OCTET_STRING, "c", 1);
    der_add_octets(set, BER_OCTET_STRING, "ba", 2);
    der_add_null(set);
    der_add_small(set, 9);
    der_node_sort(set);
    ASSERT_OCTETS(set, "\x31\x10\x02\x01\x09\x04\x01"
                       "c\x04\x02"
                       "ba\x04\x02"
                       "bb\x05\x00");
}

/* RFC 5652 §11.3: UTCTime to 2049. */
static void
test_time(void)
{
    DerNode *last = der_node_new(BER_SEQUENCE);
    g_assert_true(der_add_time(last, G_GINT64_CONSTANT(2524607999)));
    ASSERT_OCTETS(last, "\x30\x0f\x17\x0d"
                        "491231235959Z");
    DerNode *first = der_node_new(BER_SEQUENCE);
    g_assert_true(der_add_time(first, G_GINT64_CONSTANT(2524608000)));
    ASSERT_OCTETS(first, "\x30\x11\x18\x0f"
                         "20500101000000Z");
    g_autoptr(DerNode) none = der_node_new(BER_SEQUENCE);
    g_assert_false(der_add_time(none, G_GINT64_CONSTANT(-631152001)));
    g_assert_false(der_add_time(none, G_MAXINT64));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/der-writer/small", test_small);
    g_test_add_func("/der-writer/nested", test_nested);
    g_test_add_func("/der-writer/lengths", test_lengths);
    g_test_add_func("/der-writer/source", test_source);
    g_test_add_func("/der-writer/sort", test_sort);
    g_test_add_func("/der-writer/time", test_time);
    return g_test_run();
}
