/* SPDX-License-Identifier: MPL-2.0 */
#include "base64.h"

#include "mail-error.h"
#include "mail-test.h"
#include "octet-spool.h"

static GBytes *
make_octets(gsize n_octets)
{
    guint8 *octets = g_malloc(n_octets);
    for (gsize i = 0; i < n_octets; i++)
        octets[i] = (guint8)(i * 7 + i / 256);
    return g_bytes_new_take(octets, n_octets);
}

static void
assert_lines(GBytes *encoded, GBytes *octets)
{
    gsize n_octets = 0;
    const guchar *data = g_bytes_get_data(octets, &n_octets);
    g_autofree gchar *text = octets_to_text(encoded);
    g_autofree gchar *expected = n_octets > 0 ? g_base64_encode(data, n_octets) : g_strdup("");
    g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
    for (gsize i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++)
        g_assert_true(lines[i + 2] != NULL ? strlen(lines[i]) == 76 : strlen(lines[i]) <= 76);
    g_autofree gchar *joined = g_strjoinv("", lines);
    g_assert_true(g_str_equal(joined, expected));
    g_assert_cmpint(n_octets > 0, ==, g_str_has_suffix(text, "\r\n"));
}

static void
assert_round_trip(OctetSource *source, GBytes *octets)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(OctetSource) encoder = base64_source_new(source);
    g_autoptr(GBytes) encoded = octet_source_to_bytes(encoder, &error);
    g_assert_no_error(error);
    assert_lines(encoded, octets);
    g_autoptr(GBytes) decoded = base64_decode(encoded, TRUE, &error);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(decoded, octets));
}

/* Every length round one and two lines, and more than a piece and a spool's memory. */
static void
test_round_trip(void)
{
    for (gsize n = 0; n <= 3000000; n = n < 300 ? n + 1 : n * 7 + 1) {
        g_autoptr(GBytes) octets = make_octets(n);
        g_autoptr(OctetSource) source = octet_source_new_bytes(octets);
        assert_round_trip(source, octets);
    }
}

/* Lines that begin in one piece and end in another, or in the one after the next. */
static void
test_pieces(void)
{
    g_autoptr(GBytes) octets = make_octets(200000);
    for (gsize n_piece = 1; n_piece < 200; n_piece += 9) {
        g_autoptr(GPtrArray) pieces =
            g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
        for (gsize at = 0; at < 20000; at += n_piece) {
            g_autoptr(GBytes) piece = g_bytes_new_from_bytes(octets, at, MIN(n_piece, 20000 - at));
            g_ptr_array_add(pieces, octet_source_new_bytes(piece));
        }
        g_autoptr(OctetSource) joined = octet_source_new_joined(pieces);
        g_autoptr(GBytes) whole = g_bytes_new_from_bytes(octets, 0, 20000);
        assert_round_trip(joined, whole);
    }
}

/* Faults and foreign octets at each place round the border of two steps; the decoder looks at 64
 * KiB at a time. */
static void
test_step_border(void)
{
    g_autoptr(GBytes) octets = make_octets(100000);
    g_autoptr(OctetSource) source = octet_source_new_bytes(octets);
    g_autoptr(GBytes) encoded = take_octets(base64_source_new(source));
    gsize n_text = 0;
    const gchar *text = g_bytes_get_data(encoded, &n_text);
    for (gsize at = 65536 - 90; at < 65536 + 90; at++) {
        g_autoptr(GError) error = NULL;
        g_autofree gchar *with_foreign = g_malloc(n_text + 1);
        memcpy(with_foreign, text, at);
        with_foreign[at] = '!';
        memcpy(with_foreign + at + 1, text + at, n_text - at);
        g_autoptr(GBytes) in = g_bytes_new_static(with_foreign, n_text + 1);
        g_autoptr(GBytes) decoded = base64_decode(in, FALSE, &error);
        g_assert_no_error(error);
        g_assert_true(g_bytes_equal(decoded, octets));
        g_autoptr(GBytes) refused = base64_decode(in, TRUE, &error);
        g_assert_error(error, MAIL_ERROR, MAIL_ERROR_ENCODING);
        g_assert_null(refused);
        g_autofree gchar *message =
            g_strdup_printf("octet %" G_GSIZE_FORMAT " does not belong to base64", at);
        g_assert_cmpstr(error->message, ==, message);
    }
}

/* What comes after the padding is no base64 any more, in the next step neither. */
static void
test_after_padding(void)
{
    g_autoptr(GString) text = g_string_new("QUI=\r\n");
    while (text->len < 200000)
        g_string_append(text, "-- \r\nSent by a list\r\n");
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) in = g_bytes_new_static(text->str, text->len);
    g_autoptr(GBytes) decoded = base64_decode(in, FALSE, &error);
    g_assert_no_error(error);
    assert_octets(decoded, OCTETS("AB"));
    g_autoptr(GBytes) refused = base64_decode(in, TRUE, &error);
    g_assert_null(refused);
    g_assert_error(error, MAIL_ERROR, MAIL_ERROR_ENCODING);
}

static void
test_large_is_mapped(void)
{
    g_autoptr(GBytes) octets = make_octets(2 * OCTET_SPOOL_MEMORY);
    g_autoptr(OctetSource) source = octet_source_new_bytes(octets);
    g_autoptr(GBytes) encoded = take_octets(base64_source_new(source));
    g_autoptr(GBytes) decoded = base64_decode(encoded, TRUE, NULL);
    g_assert_true(octets_are_mapped(g_bytes_get_data(decoded, NULL)));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base64/round-trip", test_round_trip);
    g_test_add_func("/base64/pieces", test_pieces);
    g_test_add_func("/base64/step-border", test_step_border);
    g_test_add_func("/base64/after-padding", test_after_padding);
    g_test_add_func("/base64/large-is-mapped", test_large_is_mapped);
    return g_test_run();
}
