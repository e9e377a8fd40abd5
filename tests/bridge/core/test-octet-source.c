/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "octet-source.h"

#define LARGE_OCTETS (3u * OCTET_PIECE_MAX + 17)

static guint8
octet_at(gsize index)
{
    return (guint8)(index * 7 + index / 251);
}

static GBytes *
make_octets(gsize n_octets)
{
    guint8 *octets = g_malloc(n_octets);
    for (gsize i = 0; i < n_octets; i++)
        octets[i] = octet_at(i);
    return g_bytes_new_take(octets, n_octets);
}

/* Octets that a pass makes, @n_piece at a time; it gives @n_given of them, whatever was promised.
 */
typedef struct {
    gsize n_given;
    gsize n_piece;
    gsize fails_at; /* G_MAXSIZE: never */
} Made;

typedef struct {
    const Made *made;
    gsize at;
    guint8 octets[OCTET_PIECE_MAX];
} MadePass;

static guint n_open_passes;

static gpointer
open_made(gconstpointer origin, GError **error)
{
    const Made *made = origin;
    if (made->n_piece == 0) {
        g_set_error_literal(error, OCTET_ERROR, OCTET_ERROR_FAILED, "does not open");
        return NULL;
    }
    MadePass *pass = g_new0(MadePass, 1);
    pass->made = made;
    n_open_passes++;
    return pass;
}

static gboolean
next_of_made(gpointer data, OctetPiece *out_piece, GError **error)
{
    MadePass *pass = data;
    if (pass->at >= pass->made->fails_at) {
        g_set_error_literal(error, OCTET_ERROR, OCTET_ERROR_FAILED, "breaks off");
        return FALSE;
    }
    gsize n_octets = MIN(pass->made->n_piece, pass->made->n_given - pass->at);
    for (gsize i = 0; i < n_octets; i++)
        pass->octets[i] = octet_at(pass->at + i);
    pass->at += n_octets;
    *out_piece = (OctetPiece){pass->octets, n_octets};
    return TRUE;
}

static void
close_made(gpointer data)
{
    n_open_passes--;
    g_free(data);
}

static const OctetSourceType made_type = {
    .open = open_made,
    .next = next_of_made,
    .close = close_made,
    .free_origin = g_free,
};

static OctetSource *
make_source(guint64 n_promised, gsize n_given, gsize n_piece, gsize fails_at)
{
    Made *made = g_new0(Made, 1);
    *made = (Made){n_given, n_piece, fails_at};
    return octet_source_new(&made_type, made, n_promised);
}

static gboolean
append(const guint8 *octets, gsize n_octets, gpointer user_data, GError **error G_GNUC_UNUSED)
{
    g_assert_cmpuint(n_octets, >, 0);
    g_assert_cmpuint(n_octets, <=, OCTET_PIECE_MAX);
    g_byte_array_append(user_data, octets, (guint)n_octets);
    return TRUE;
}

/* Twice: a source is read as often as one likes. */
static void
assert_gives(const OctetSource *source, GBytes *expected)
{
    g_assert_cmpuint(octet_source_get_size(source), ==, g_bytes_get_size(expected));
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GByteArray) all = g_byte_array_new();
        g_assert_true(octet_source_read(source, append, all, &error));
        g_assert_no_error(error);
        g_autoptr(GBytes) octets = g_byte_array_free_to_bytes(g_steal_pointer(&all));
        g_assert_true(g_bytes_equal(octets, expected));
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) at_once = octet_source_to_bytes(source, &error);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(at_once, expected));
    g_assert_cmpuint(n_open_passes, ==, 0);
}

static void
test_bytes(void)
{
    static const gsize sizes[] = {
        0, 1, OCTET_PIECE_MAX - 1, OCTET_PIECE_MAX, OCTET_PIECE_MAX + 1, LARGE_OCTETS};
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GBytes) octets = make_octets(sizes[i]);
        g_autoptr(OctetSource) source = octet_source_new_bytes(octets);
        assert_gives(source, octets);
        g_assert_true(octet_source_peek_bytes(source) == octets);
    }
}

static void
test_text(void)
{
    g_autoptr(OctetSource) source = octet_source_new_text("a text\r\n");
    g_autoptr(GBytes) expected = g_bytes_new_static("a text\r\n", 8);
    assert_gives(source, expected);
}

static void
test_made(void)
{
    g_autoptr(GBytes) octets = make_octets(LARGE_OCTETS);
    g_autoptr(OctetSource) source = make_source(LARGE_OCTETS, LARGE_OCTETS, 1000, G_MAXSIZE);
    g_assert_null(octet_source_peek_bytes(source));
    assert_gives(source, octets);
}

/* Readers of one source don't know of each other; a reader keeps its source. */
static void
test_two_readers(void)
{
    OctetSource *source = make_source(10, 10, 4, G_MAXSIZE);
    g_autoptr(GError) error = NULL;
    g_autoptr(OctetReader) first = octet_source_open(source, &error);
    g_autoptr(OctetReader) second = octet_source_open(source, &error);
    octet_source_unref(source);
    OctetPiece piece, other;
    g_assert_true(octet_reader_next(first, &piece, &error));
    g_assert_true(octet_reader_next(first, &piece, &error));
    g_assert_true(octet_reader_next(second, &other, &error));
    g_assert_cmpuint(piece.octets[0], ==, octet_at(4));
    g_assert_cmpuint(other.octets[0], ==, octet_at(0));
    g_assert_true(octet_reader_next(first, &piece, &error));
    g_assert_cmpuint(piece.n_octets, ==, 2);
    /* The end stays the end. */
    for (guint i = 0; i < 2; i++) {
        g_assert_true(octet_reader_next(first, &piece, &error));
        g_assert_cmpuint(piece.n_octets, ==, 0);
    }
}

static void
test_joined(void)
{
    g_autoptr(GPtrArray) sources =
        g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    g_autoptr(GBytes) octets = make_octets(LARGE_OCTETS);
    g_autoptr(GByteArray) expected = g_byte_array_new();
    for (guint i = 0; i < 3; i++) {
        g_ptr_array_add(sources, octet_source_new_bytes(nothing));
        g_ptr_array_add(sources, octet_source_new_text("head"));
        g_ptr_array_add(sources, octet_source_new_bytes(octets));
        g_ptr_array_add(sources, make_source(300, 300, 7, G_MAXSIZE));
        g_byte_array_append(expected, (const guint8 *)"head", 4);
        g_byte_array_append(expected, g_bytes_get_data(octets, NULL), LARGE_OCTETS);
        g_byte_array_append(expected, g_bytes_get_data(octets, NULL), 300);
    }
    g_autoptr(OctetSource) source = octet_source_new_joined(sources);
    g_ptr_array_set_size(sources, 0);
    g_autoptr(GBytes) wanted = g_byte_array_free_to_bytes(g_steal_pointer(&expected));
    assert_gives(source, wanted);
    g_autoptr(OctetSource) none = octet_source_new_joined(sources);
    assert_gives(none, nothing);
}

static void
assert_without_start(OctetSource *whole, GBytes *octets, gsize n_skipped)
{
    gsize n_octets = g_bytes_get_size(octets);
    gsize n_start = MIN(n_skipped, n_octets);
    g_autoptr(OctetSource) rest = octet_source_new_without_start(whole, n_skipped);
    g_autoptr(GBytes) expected = g_bytes_new_from_bytes(octets, n_start, n_octets - n_start);
    assert_gives(rest, expected);
}

static void
assert_ends(OctetSource *whole, GBytes *octets, gsize n_wanted)
{
    gsize n_octets = g_bytes_get_size(octets);
    gsize n = MIN(n_wanted, n_octets);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) start = octet_source_get_start(whole, n_wanted, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) end = octet_source_get_end(whole, n_wanted, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) expected_start = g_bytes_new_from_bytes(octets, 0, n);
    g_autoptr(GBytes) expected_end = g_bytes_new_from_bytes(octets, n_octets - n, n);
    g_assert_true(g_bytes_equal(start, expected_start));
    g_assert_true(g_bytes_equal(end, expected_end));
    g_assert_cmpuint(n_open_passes, ==, 0);
}

static void
test_parts(void)
{
    static const gsize counts[] = {
        0, 1, 5, 1000, OCTET_PIECE_MAX, LARGE_OCTETS - 1, LARGE_OCTETS, LARGE_OCTETS + 1};
    g_autoptr(GBytes) octets = make_octets(LARGE_OCTETS);
    g_autoptr(OctetSource) at_hand = octet_source_new_bytes(octets);
    g_autoptr(OctetSource) made = make_source(LARGE_OCTETS, LARGE_OCTETS, 1000, G_MAXSIZE);
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
        assert_without_start(at_hand, octets, counts[i]);
        assert_without_start(made, octets, counts[i]);
        assert_ends(at_hand, octets, counts[i]);
        assert_ends(made, octets, counts[i]);
    }
}

/* What is wanted comes before the fault. */
static void
test_start_before_fault(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(OctetSource) source = make_source(100, 100, 10, 50);
    g_autoptr(GBytes) start = octet_source_get_start(source, 45, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(start), ==, 45);
    g_autoptr(GBytes) more = octet_source_get_start(source, 51, &error);
    g_assert_error(error, OCTET_ERROR, OCTET_ERROR_FAILED);
    g_assert_null(more);
}

typedef struct {
    const gchar *name;
    guint64 n_promised;
    gsize n_given;
    gsize n_piece;
    gsize fails_at;
} FaultCase;

static const FaultCase fault_cases[] = {
    {"too-few", 100, 99, 10, G_MAXSIZE},       {"none", 1, 0, 10, G_MAXSIZE},
    {"too-many", 100, 101, 10, G_MAXSIZE},     {"one-instead-of-none", 0, 1, 10, G_MAXSIZE},
    {"breaks-off", 100, 100, 10, 50},          {"breaks-off-at-the-end", 100, 100, 10, 100},
    {"does-not-open", 100, 100, 0, G_MAXSIZE},
};

static gboolean
ignore(const guint8 *octets G_GNUC_UNUSED, gsize n_octets G_GNUC_UNUSED,
       gpointer user_data G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    return TRUE;
}

static void
assert_fails(const OctetSource *source)
{
    g_autoptr(GError) error = NULL, other = NULL;
    g_assert_false(octet_source_read(source, ignore, NULL, &error));
    g_assert_error(error, OCTET_ERROR, OCTET_ERROR_FAILED);
    g_assert_null(octet_source_to_bytes(source, &other));
    g_assert_error(other, OCTET_ERROR, OCTET_ERROR_FAILED);
    g_assert_cmpuint(n_open_passes, ==, 0);
}

static void
test_fault(gconstpointer data)
{
    const FaultCase *row = data;
    g_autoptr(OctetSource) source =
        make_source(row->n_promised, row->n_given, row->n_piece, row->fails_at);
    assert_fails(source);
    /* In a chain, too. */
    g_autoptr(GPtrArray) sources =
        g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    g_ptr_array_add(sources, octet_source_new_text("head"));
    g_ptr_array_add(sources, octet_source_new_without_start(source, 3));
    g_ptr_array_add(sources, octet_source_new_text("tail"));
    g_autoptr(OctetSource) joined = octet_source_new_joined(sources);
    assert_fails(joined);
}

/* Of one length, but for the last row; the octets of made sources are the same wherever they are.
 */
static void
test_equal(void)
{
    static const gsize counts[] = {0, 1, 99, 100, 65536, 200000};
    g_autoptr(GError) error = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
        g_autoptr(OctetSource) a = make_source(counts[i], counts[i], 10, G_MAXSIZE);
        g_autoptr(OctetSource) b = make_source(counts[i], counts[i], 7000, G_MAXSIZE);
        g_autoptr(OctetSource) longer = make_source(counts[i] + 1, counts[i] + 1, 7, G_MAXSIZE);
        g_assert_true(octet_source_equal(a, b, &error));
        g_assert_false(octet_source_equal(a, longer, &error));
        g_autoptr(GBytes) octets = octet_source_to_bytes(a, NULL);
        g_autoptr(OctetSource) at_hand = octet_source_new_bytes(octets);
        g_assert_true(octet_source_equal(at_hand, b, &error));
        g_autofree guint8 *copy = g_memdup2(g_bytes_get_data(octets, NULL), counts[i]);
        if (counts[i] > 0)
            copy[counts[i] - 1] ^= 1;
        g_autoptr(GBytes) changed = g_bytes_new(copy, counts[i]);
        g_autoptr(OctetSource) other = octet_source_new_bytes(changed);
        g_assert_cmpint(octet_source_equal(other, b, &error), ==, counts[i] == 0);
        g_assert_no_error(error);
    }
    g_autoptr(OctetSource) good = make_source(100, 100, 10, G_MAXSIZE);
    g_autoptr(OctetSource) bad = make_source(100, 100, 10, 50);
    g_assert_false(octet_source_equal(good, bad, &error));
    g_assert_nonnull(error);
    g_assert_cmpuint(n_open_passes, ==, 0);
}

static gboolean
refuse(const guint8 *octets G_GNUC_UNUSED, gsize n_octets G_GNUC_UNUSED, gpointer user_data,
       GError **error)
{
    guint *n_taken = user_data;
    if (++*n_taken < 3)
        return TRUE;
    g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "no space");
    return FALSE;
}

static void
test_taker_fails(void)
{
    g_autoptr(GError) error = NULL;
    guint n_taken = 0;
    g_autoptr(OctetSource) source = make_source(100, 100, 10, G_MAXSIZE);
    g_assert_false(octet_source_read(source, refuse, &n_taken, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
    g_assert_cmpuint(n_taken, ==, 3);
    g_assert_cmpuint(n_open_passes, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/octet-source/bytes", test_bytes);
    g_test_add_func("/octet-source/text", test_text);
    g_test_add_func("/octet-source/made", test_made);
    g_test_add_func("/octet-source/two-readers", test_two_readers);
    g_test_add_func("/octet-source/joined", test_joined);
    g_test_add_func("/octet-source/parts", test_parts);
    g_test_add_func("/octet-source/start-before-fault", test_start_before_fault);
    g_test_add_func("/octet-source/equal", test_equal);
    g_test_add_func("/octet-source/taker-fails", test_taker_fails);
    for (gsize i = 0; i < G_N_ELEMENTS(fault_cases); i++) {
        g_autofree gchar *path = g_strconcat("/octet-source/fault/", fault_cases[i].name, NULL);
        g_test_add_data_func(path, &fault_cases[i], test_fault);
    }
    return g_test_run();
}
