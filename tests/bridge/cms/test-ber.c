/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>
#include <time.h>

#include "ber-string.h"
#include "cms-error.h"
#include "core-limits.h"

typedef struct {
    const gchar *name;
    const gchar *octets;
    gsize n_octets;
    gint expect; /* CMS_ERROR, or -1 */
    const gchar *contents;
} BerCase;

#define OCTETS(text) text, sizeof(text) - 1
#define GOOD         -1

static BerReader
reader_of(GBytes *octets)
{
    BerReader reader;
    ber_reader_init(&reader, octets);
    return reader;
}

static void
assert_is(BerSlice slice, const gchar *text)
{
    g_assert_true(ber_slice_equal(slice, (BerSlice){(const guint8 *)text, strlen(text)}));
}

static const BerCase string_cases[] = {
    {"short", OCTETS("\x04\x02hi"), GOOD, "hi"},
    {"empty", OCTETS("\x04\x00"), GOOD, ""},
    {"long-length", OCTETS("\x04\x81\x02hi"), GOOD, "hi"},
    {"length-with-leading-zeros", OCTETS("\x04\x84\x00\x00\x00\x02hi"), GOOD, "hi"},
    {"length-of-nine-octets", OCTETS("\x04\x89\0\0\0\0\0\0\0\0\x02hi"), GOOD, "hi"},
    /* X.690 §8.7.3: constructed, definite and indefinite, nested, empty */
    {"pieces", OCTETS("\x24\x06\x04\x01h\x04\x01i"), GOOD, "hi"},
    {"pieces-indefinite", OCTETS("\x24\x80\x04\x01h\x04\x01i\0\0"), GOOD, "hi"},
    {"pieces-nested", OCTETS("\x24\x80\x24\x03\x04\x01h\x24\x80\x04\x01i\0\0\0\0"), GOOD, "hi"},
    {"no-pieces", OCTETS("\x24\x80\0\0"), GOOD, ""},
    {"nothing", OCTETS(""), CMS_ERROR_MALFORMED, NULL},
    {"tag-alone", OCTETS("\x04"), CMS_ERROR_MALFORMED, NULL},
    {"other-tag", OCTETS("\x05\x00"), CMS_ERROR_MALFORMED, NULL},
    {"cut-short", OCTETS("\x04\x03hi"), CMS_ERROR_MALFORMED, NULL},
    {"length-cut-short", OCTETS("\x04\x82\x01"), CMS_ERROR_MALFORMED, NULL},
    {"two-gigabytes", OCTETS("\x04\x84\x7f\xff\xff\xf0hi"), CMS_ERROR_MALFORMED, NULL},
    {"length-of-2-64", OCTETS("\x04\x89\x01\0\0\0\0\0\0\0\x02hi"), CMS_ERROR_MALFORMED, NULL},
    {"length-ff", OCTETS("\x04\xff"), CMS_ERROR_MALFORMED, NULL},
    {"primitive-indefinite", OCTETS("\x04\x80hi\0\0"), CMS_ERROR_MALFORMED, NULL},
    {"no-end-of-contents", OCTETS("\x24\x80\x04\x01h"), CMS_ERROR_MALFORMED, NULL},
    {"half-an-end-of-contents", OCTETS("\x24\x80\x04\x01h\0"), CMS_ERROR_MALFORMED, NULL},
    {"piece-of-another-type", OCTETS("\x24\x80\x05\x00\0\0"), CMS_ERROR_MALFORMED, NULL},
    {"piece-past-its-construction", OCTETS("\x24\x03\x04\x02hi"), CMS_ERROR_MALFORMED, NULL},
};

static void
test_string(gconstpointer data)
{
    const BerCase *test = data;
    g_autoptr(GError) error = NULL;
    /* An exact copy, so that a sanitizer sees what is read behind it. */
    g_autoptr(GBytes) octets = g_bytes_new(test->octets, test->n_octets);
    BerReader reader = reader_of(octets);
    g_autoptr(GBytes) contents = ber_read_octets(&reader, BER_OCTET_STRING, "field", &error);
    if (test->expect != GOOD) {
        g_assert_null(contents);
        g_assert_error(error, CMS_ERROR, test->expect);
        g_assert_true(g_str_has_prefix(error->message, "field: "));
        return;
    }
    g_assert_no_error(error);
    assert_is((BerSlice){g_bytes_get_data(contents, NULL), g_bytes_get_size(contents)},
              test->contents);
    g_assert_true(ber_finish(&reader, "all", NULL));
}

static const BerCase skip_cases[] = {
    {"primitive", OCTETS("\x04\x02hi"), GOOD, NULL},
    {"definite-is-not-looked-into", OCTETS("\x30\x02\x04\x7f"), GOOD, NULL},
    {"indefinite", OCTETS("\x30\x80\x31\x80\x04\x01h\0\0\0\0"), GOOD, NULL},
    {"high-tag-number", OCTETS("\x1f\x81\x01\x01h"), GOOD, NULL},
    {"high-tag-number-cut-short", OCTETS("\x1f\x81"), CMS_ERROR_MALFORMED, NULL},
    {"high-tag-number-endless", OCTETS("\x1f\x81\x81\x81\x81\x81\x01\x00"), CMS_ERROR_MALFORMED,
     NULL},
    {"no-end-of-contents", OCTETS("\x30\x80\x31\x80\x04\x01h\0\0"), CMS_ERROR_MALFORMED, NULL},
};

static void
test_skip(gconstpointer data)
{
    const BerCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = g_bytes_new(test->octets, test->n_octets);
    BerReader reader = reader_of(octets);
    BerSlice element = {0};
    gboolean good = ber_skip(&reader, "field", &element, &error);
    if (test->expect != GOOD) {
        g_assert_false(good);
        g_assert_error(error, CMS_ERROR, test->expect);
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpuint(element.n_octets, ==, test->n_octets);
    g_assert_true(ber_finish(&reader, "all", NULL));
}

static void
test_enter_and_leave(void)
{
    static const gchar text[] = "\x30\x80\x31\x03\x02\x01\x05\x04\x01h\0\0";
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = g_bytes_new(text, sizeof text - 1);
    BerReader all = reader_of(octets), outer, inner;
    guint value = 0;
    BerSlice string;
    g_assert_true(ber_enter(&all, BER_SEQUENCE, "outer", &outer, NULL));
    g_assert_cmpint(ber_peek(&outer), ==, BER_SET);
    g_assert_true(ber_enter(&outer, BER_SET, "inner", &inner, NULL));
    g_assert_false(ber_leave(&outer, &inner, "inner", &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_MALFORMED);
    g_assert_true(ber_read_small(&inner, "number", &value, NULL));
    g_assert_cmpuint(value, ==, 5);
    g_assert_cmpint(ber_peek(&inner), ==, -1);
    g_assert_true(ber_leave(&outer, &inner, "inner", NULL));
    g_assert_true(ber_read(&outer, BER_OCTET_STRING, "string", &string, NULL));
    assert_is(string, "h");
    g_assert_true(ber_leave(&all, &outer, "outer", NULL));
    g_assert_true(ber_finish(&all, "all", NULL));
}

/* @n openings, each as @opening, and nothing else. */
static GBytes *
nest(const gchar *opening, gsize n)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (gsize i = 0; i < n; i++)
        g_string_append_len(text, opening, 2);
    return g_string_free_to_bytes(g_steal_pointer(&text));
}

static void
test_depth(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) deep = nest("\x30\x80", 1000000);
    BerReader reader = reader_of(deep);
    g_assert_false(ber_skip(&reader, "field", NULL, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_LIMIT);
    g_clear_error(&error);
    g_autoptr(GBytes) strings = nest("\x24\x80", 1000000);
    reader = reader_of(strings);
    g_assert_null(ber_read_octets(&reader, BER_OCTET_STRING, "field", &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_LIMIT);
    g_clear_error(&error);
    /* Exactly as deep as allowed. */
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < LIMIT_ASN1_DEPTH; i++)
        g_string_append_len(text, "\x24\x80", 2);
    for (guint i = 0; i < LIMIT_ASN1_DEPTH; i++)
        g_string_append_len(text, "\0\0", 2);
    g_autoptr(GBytes) limit = g_string_free_to_bytes(g_steal_pointer(&text));
    reader = reader_of(limit);
    g_autoptr(GBytes) nothing = ber_read_octets(&reader, BER_OCTET_STRING, "field", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(nothing), ==, 0);
}

/* A hundred times the octets take about a hundred times as long: here only that it ends soon. */
static void
test_linear(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < 20; i++)
        g_string_append_len(text, "\x24\x80", 2);
    for (guint i = 0; i < 3000000; i++)
        g_string_append_len(text, "\x04\x01x", 3);
    for (guint i = 0; i < 20; i++)
        g_string_append_len(text, "\0\0", 2);
    g_autoptr(GBytes) octets = g_string_free_to_bytes(g_steal_pointer(&text));
    BerReader reader = reader_of(octets);
    clock_t start = clock();
    g_autoptr(OctetSource) string = ber_string_read(&reader, BER_OCTET_STRING, "field", NULL);
    g_assert_cmpuint(octet_source_get_size(string), ==, 3000000);
    g_autoptr(GBytes) joined = octet_source_to_bytes(string, NULL);
    g_assert_cmpuint(g_bytes_get_size(joined), ==, 3000000);
    g_assert_cmpint(clock() - start, <, 5 * CLOCKS_PER_SEC);
    /* For a field that is short it is too much. */
    g_autoptr(GError) error = NULL;
    reader = reader_of(octets);
    g_assert_null(ber_read_octets(&reader, BER_OCTET_STRING, "field", &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_LIMIT);
}

typedef struct {
    const gchar *name;
    const gchar *octets;
    gsize n_octets;
    gint64 expect; /* -1: refused */
} SmallCase;

static const SmallCase small_cases[] = {
    {"zero", OCTETS("\x02\x01\x00"), 0},
    {"127", OCTETS("\x02\x01\x7f"), 127},
    {"128", OCTETS("\x02\x02\x00\x80"), 128},
    {"largest", OCTETS("\x02\x04\x7f\xff\xff\xff"), G_MAXINT32},
    {"too-large", OCTETS("\x02\x05\x00\x80\x00\x00\x00"), -1},
    {"negative", OCTETS("\x02\x01\xff"), -1},
    {"empty", OCTETS("\x02\x00"), -1},
};

static void
test_small(gconstpointer data)
{
    const SmallCase *test = data;
    guint value = 0;
    g_autoptr(GBytes) octets = g_bytes_new(test->octets, test->n_octets);
    BerReader reader = reader_of(octets);
    g_assert_cmpint(ber_read_small(&reader, "number", &value, NULL), ==, test->expect != -1);
    if (test->expect != -1)
        g_assert_cmpint(value, ==, test->expect);
}

static const BerCase bit_cases[] = {
    {"octets", OCTETS("\x03\x03\x00hi"), GOOD, "hi"},
    {"unused-bits", OCTETS("\x03\x03\x01hi"), CMS_ERROR_MALFORMED, NULL},
    {"empty", OCTETS("\x03\x00"), CMS_ERROR_MALFORMED, NULL},
};

static void
test_bits(gconstpointer data)
{
    const BerCase *test = data;
    BerSlice bits = {0};
    g_autoptr(GBytes) octets = g_bytes_new(test->octets, test->n_octets);
    BerReader reader = reader_of(octets);
    g_assert_cmpint(ber_read_bit_string(&reader, "bits", &bits, NULL), ==, test->expect == GOOD);
    if (test->expect == GOOD)
        assert_is(bits, test->contents);
}

typedef struct {
    const gchar *name;
    const gchar *octets;
    gsize n_octets;
    gboolean expect;
} DerCase;

static const DerCase der_cases[] = {
    {"nested", OCTETS("\x30\x05\x31\x03\x02\x01\x05"), TRUE},
    {"long-where-needed", OCTETS("\x30\x03\x04\x81\x00"), FALSE},
    {"leading-zero", OCTETS("\x04\x82\x00\x01x"), FALSE},
    {"indefinite", OCTETS("\x30\x80\0\0"), FALSE},
    {"indefinite-inside", OCTETS("\x30\x04\x30\x80\0\0"), FALSE},
    {"two-elements", OCTETS("\x05\x00\x05\x00"), FALSE},
    {"nothing", OCTETS(""), FALSE},
    {"cut-short", OCTETS("\x30\x04\x04\x01x"), FALSE},
};

static void
test_der(gconstpointer data)
{
    const DerCase *test = data;
    g_autoptr(GBytes) octets = g_bytes_new(test->octets, test->n_octets);
    BerSlice all = {(const guint8 *)"", 0};
    if (test->n_octets > 0)
        all = (BerSlice){g_bytes_get_data(octets, NULL), test->n_octets};
    g_assert_cmpint(ber_slice_has_der_lengths(octets, all), ==, test->expect);
}

#define ADD_TABLE(path, cases, function)                                                           \
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {                                              \
        g_autofree gchar *name = g_strconcat("/ber/" path "/", (cases)[i].name, NULL);             \
        g_test_add_data_func(name, &(cases)[i], function);                                         \
    }

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_TABLE("string", string_cases, test_string)
    ADD_TABLE("skip", skip_cases, test_skip)
    ADD_TABLE("small", small_cases, test_small)
    ADD_TABLE("bits", bit_cases, test_bits)
    ADD_TABLE("der", der_cases, test_der)
    g_test_add_func("/ber/enter-and-leave", test_enter_and_leave);
    g_test_add_func("/ber/depth", test_depth);
    g_test_add_func("/ber/linear", test_linear);
    return g_test_run();
}
