/* SPDX-License-Identifier: MPL-2.0 */

/* OCTET STRINGs in pieces (X.690 §8.7.3) as sources. */

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "ber-string.h"
#include "cms-error.h"
#include "core-limits.h"
#include "octet-spool.h"
#include "pieced.h"
#include "support.h"

static void
add_header(GByteArray *into, guint8 tag, gsize n_octets)
{
    const guint8 header[] = {tag,
                             0x84,
                             (guint8)(n_octets >> 24),
                             (guint8)(n_octets >> 16),
                             (guint8)(n_octets >> 8),
                             (guint8)n_octets};
    const guint8 shortest[] = {tag, (guint8)n_octets};
    if (n_octets < 0x80)
        g_byte_array_append(into, shortest, sizeof shortest);
    else
        g_byte_array_append(into, header, sizeof header);
}

/* How a string is written. */
typedef struct {
    const gchar *name;
    guint n_nested;         /* constructions one in another, the outermost among them */
    gboolean definite;      /* their lengths */
    gboolean empty_between; /* empty pieces and empty constructions among the others */
} Form;

static const Form forms[] = {
    {"indefinite", 1, FALSE, FALSE},
    {"definite", 1, TRUE, FALSE},
    {"nested-indefinite", 5, FALSE, FALSE},
    {"nested-definite", 5, TRUE, FALSE},
    {"deepest", LIMIT_ASN1_DEPTH, FALSE, FALSE},
    {"empty-between", 2, FALSE, TRUE},
};

static void
add_pieces(GByteArray *into, const Form *form, GBytes *contents, gsize n_piece)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(contents, &n_octets);
    for (gsize at = 0; at < n_octets; at += n_piece) {
        gsize n = MIN(n_piece, n_octets - at);
        if (form->empty_between && at < 1000)
            g_byte_array_append(into, (const guint8 *)"\x04\0\x24\x80\0\0\x24\x02\x04\0", 10);
        add_header(into, BER_OCTET_STRING, n);
        g_byte_array_append(into, octets + at, (guint)n);
    }
}

static GBytes *
write_string(const Form *form, guint8 tag, GBytes *contents, gsize n_piece)
{
    GByteArray *string = g_byte_array_new();
    add_pieces(string, form, contents, n_piece);
    for (guint i = form->n_nested; i > 0; i--) {
        GByteArray *outer = g_byte_array_new();
        guint8 outer_tag = i == 1 ? tag : BER_OCTET_STRING;
        if (form->definite)
            add_header(outer, outer_tag | BER_CONSTRUCTED, string->len);
        else
            g_byte_array_append(outer, (const guint8[]){outer_tag | BER_CONSTRUCTED, 0x80}, 2);
        g_byte_array_append(outer, string->data, string->len);
        if (!form->definite)
            g_byte_array_append(outer, (const guint8 *)"\0\0", 2);
        g_byte_array_unref(string);
        string = outer;
    }
    return g_byte_array_free_to_bytes(string);
}

static OctetSource *
read_string(GBytes *octets, guint8 tag, GError **error)
{
    BerReader reader;
    ber_reader_init(&reader, octets);
    g_autoptr(OctetSource) source = ber_string_read(&reader, tag, "field", error);
    if (source != NULL && !ber_finish(&reader, "all", error))
        return NULL;
    return g_steal_pointer(&source);
}

static void
assert_ends(const OctetSource *source, GBytes *contents)
{
    static const gsize lengths[] = {0, 1, 16, 32, BER_STRING_END_OCTETS, BER_STRING_END_OCTETS + 1};
    gsize n_octets = g_bytes_get_size(contents);
    for (gsize i = 0; i < G_N_ELEMENTS(lengths); i++) {
        gsize n = MIN(lengths[i], n_octets);
        g_autoptr(GBytes) expected = g_bytes_new_from_bytes(contents, n_octets - n, n);
        g_autoptr(GBytes) end = octet_source_get_end(source, lengths[i], NULL);
        g_assert_true(g_bytes_equal(end, expected));
    }
}

static void
test_form(gconstpointer data)
{
    const Form *form = data;
    static const gsize pieces[] = {1, 2, 63, 64, 127, 128, 4095, 4096, 4097, 65535, 65536, 65537};
    static const gsize sizes[] = {0, 1, 2, 63, 65, 4097, 70001, 140000};
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GBytes) contents = pieced_make_octets(sizes[i]);
        for (gsize j = 0; j < G_N_ELEMENTS(pieces); j++) {
            g_autoptr(GError) error = NULL;
            g_autoptr(GBytes) octets = write_string(form, BER_CONTEXT(0), contents, pieces[j]);
            g_autoptr(OctetSource) source = read_string(octets, BER_CONTEXT(0), &error);
            g_assert_no_error(error);
            pieced_assert_gives(source, contents);
            assert_ends(source, contents);
            /* What is in one piece after all is at hand. */
            g_assert_cmpint(octet_source_peek_bytes(source) != NULL, ==, sizes[i] <= pieces[j]);
        }
    }
}

static void
test_primitive(void)
{
    g_autoptr(GBytes) contents = pieced_make_octets(100000);
    g_autoptr(GByteArray) string = g_byte_array_new();
    add_header(string, BER_OCTET_STRING, 100000);
    g_byte_array_append(string, g_bytes_get_data(contents, NULL), 100000);
    g_autoptr(GBytes) octets = g_byte_array_free_to_bytes(g_steal_pointer(&string));
    g_autoptr(OctetSource) source = read_string(octets, BER_OCTET_STRING, NULL);
    /* Lies where it lay. */
    g_assert_true(g_bytes_get_data(octet_source_peek_bytes(source), NULL) ==
                  (const guint8 *)g_bytes_get_data(octets, NULL) + 6);
    pieced_assert_gives(source, contents);
}

/* Wherever it is cut, it is refused, and before anything is read of it. */
static void
test_cut(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autoptr(GBytes) contents = pieced_make_octets(20);
        g_autoptr(GBytes) octets = write_string(&forms[i], BER_OCTET_STRING, contents, 7);
        for (gsize n = 0; n < g_bytes_get_size(octets); n++) {
            g_autoptr(GError) error = NULL;
            g_autoptr(GBytes) cut = g_bytes_new(g_bytes_get_data(octets, NULL), n);
            g_assert_null(read_string(cut, BER_OCTET_STRING, &error));
            g_assert_error(error, CMS_ERROR, CMS_ERROR_MALFORMED);
        }
    }
}

static GBytes *
write_constructions(guint n)
{
    GByteArray *octets = g_byte_array_new();
    g_byte_array_append(octets, (const guint8 *)"\x24\x80", 2);
    for (guint i = 0; i < n; i++)
        g_byte_array_append(octets, (const guint8 *)"\x24\x03\x04\x01x", 5);
    g_byte_array_append(octets, (const guint8 *)"\0\0", 2);
    return g_byte_array_free_to_bytes(octets);
}

static void
test_constructions(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) at_limit = write_constructions(LIMIT_STRING_CONSTRUCTIONS);
    g_autoptr(OctetSource) source = read_string(at_limit, BER_OCTET_STRING, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(octet_source_get_size(source), ==, LIMIT_STRING_CONSTRUCTIONS);
    g_autoptr(GBytes) past = write_constructions(LIMIT_STRING_CONSTRUCTIONS + 1);
    g_assert_null(read_string(past, BER_OCTET_STRING, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_LIMIT);
}

static void
test_joined(void)
{
    for (gsize past = 0; past < 2; past++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) contents = pieced_make_octets(LIMIT_JOINED_OCTETS + past);
        g_autoptr(GBytes) octets = write_string(&forms[0], BER_OCTET_STRING, contents, 1000);
        BerReader reader;
        ber_reader_init(&reader, octets);
        g_autoptr(GBytes) joined = ber_read_octets(&reader, BER_OCTET_STRING, "field", &error);
        g_assert_cmpint(joined != NULL, ==, past == 0);
        if (past == 0)
            g_assert_true(g_bytes_equal(joined, contents));
        else
            g_assert_error(error, CMS_ERROR, CMS_ERROR_LIMIT);
    }
}

/* In a file of many pages, which are given back on the way and come again. */
static void
test_mapped(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(GBytes) contents = pieced_make_octets(5000000);
    g_autoptr(GBytes) octets = write_string(&forms[0], BER_OCTET_STRING, contents, 1000);
    support_save(folder, "string", octets);
    g_autofree gchar *path = support_path(folder, "string");
    gint descriptor = g_open(path, O_RDONLY | O_CLOEXEC, 0);
    g_assert_cmpint(descriptor, >=, 0);
    g_autoptr(GBytes) mapped = octets_map_file(descriptor, G_MAXINT32, NULL);
    close(descriptor);
    g_assert_true(octets_are_mapped(g_bytes_get_data(mapped, NULL)));
    g_autoptr(OctetSource) source = read_string(mapped, BER_OCTET_STRING, NULL);
    pieced_assert_gives(source, contents);
    assert_ends(source, contents);
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_autofree gchar *path = g_strconcat("/ber-string/", forms[i].name, NULL);
        g_test_add_data_func(path, &forms[i], test_form);
    }
    g_test_add_func("/ber-string/primitive", test_primitive);
    g_test_add_func("/ber-string/cut", test_cut);
    g_test_add_func("/ber-string/constructions", test_constructions);
    g_test_add_func("/ber-string/joined", test_joined);
    g_test_add_func("/ber-string/mapped", test_mapped);
    return support_run();
}
