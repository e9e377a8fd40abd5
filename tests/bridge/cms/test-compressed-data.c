/* SPDX-License-Identifier: MPL-2.0 */

#include "compressed-data.h"

#include <string.h>

#include "cms-error.h"
#include "compressed-support.h"
#include "core-limits.h"
#include "support.h"

#define TEXT "Content-Type: text/plain\r\n\r\nSlow and steady, slow and steady.\r\n"

static GBytes *
text_bytes(void)
{
    return g_bytes_new_static(TEXT, strlen(TEXT));
}

typedef struct {
    const gchar *name;
    CompressedForm form;
    gint error; /* -1: it opens */
} FormCase;

#define MAIL OID_COMPRESSED_DATA, OID_DATA

static const FormCase form_cases[] = {
    {"right", {MAIL, .algorithm = OID_ZLIB_COMPRESS}, -1},
    /* RFC 3274 §2 leaves parameters out; NULL is a common mistake */
    {"null-parameters", {MAIL, .algorithm = OID_ZLIB_COMPRESS, .null_parameters = TRUE}, -1},
    {"one-piece", {MAIL, .algorithm = OID_ZLIB_COMPRESS, .n_pieces = 1}, -1},
    {"seven-pieces", {MAIL, .algorithm = OID_ZLIB_COMPRESS, .n_pieces = 7}, -1},
    {"no-content",
     {MAIL, .algorithm = OID_ZLIB_COMPRESS, .without_content = TRUE},
     CMS_ERROR_MALFORMED},
    {"other-algorithm", {MAIL, .algorithm = OID_DATA}, CMS_ERROR_UNSUPPORTED},
    {"signed-data",
     {OID_SIGNED_DATA, OID_DATA, .algorithm = OID_ZLIB_COMPRESS},
     CMS_ERROR_CONTENT_TYPE},
    {"of-signed-data",
     {OID_COMPRESSED_DATA, OID_SIGNED_DATA, .algorithm = OID_ZLIB_COMPRESS},
     CMS_ERROR_CONTENT_TYPE},
};

static void
test_form(gconstpointer data)
{
    const FormCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) text = text_bytes();
    g_autoptr(GBytes) deflated = compressed_deflate(text);
    g_autoptr(GBytes) ber = compressed_build(deflated, &test->form);
    g_autoptr(OctetSource) source = compressed_data_open(ber, 1000, &error);
    if (test->error >= 0) {
        g_assert_error(error, CMS_ERROR, test->error);
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpuint(octet_source_get_size(source), ==, strlen(TEXT));
    for (guint pass = 0; pass < 2; pass++) {
        g_autoptr(GBytes) content = octet_source_to_bytes(source, &error);
        g_assert_no_error(error);
        g_assert_true(g_bytes_equal(content, text));
    }
}

/* Lengths at which a piece ends, and the limit itself. */
static void
test_lengths(void)
{
    const gsize lengths[] = {
        0, 1, OCTET_PIECE_MAX - 1, OCTET_PIECE_MAX, OCTET_PIECE_MAX + 1, 3 * OCTET_PIECE_MAX};
    for (gsize i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) ber = compressed_run(lengths[i]);
        g_autoptr(OctetSource) source = compressed_data_open(ber, lengths[i], &error);
        g_assert_no_error(error);
        g_assert_cmpuint(octet_source_get_size(source), ==, lengths[i]);
        g_autoptr(GBytes) content = octet_source_to_bytes(source, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(g_bytes_get_size(content), ==, lengths[i]);
        if (lengths[i] == 0)
            continue;
        g_assert_null(compressed_data_open(ber, lengths[i] - 1, &error));
        g_assert_error(error, CMS_ERROR, CMS_ERROR_LIMIT);
    }
}

/* Cut short, changed, or with more behind it. */
static void
test_damage(void)
{
    g_autoptr(GBytes) text = text_bytes();
    g_autoptr(GBytes) deflated = compressed_deflate(text);
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(deflated, &n_octets);
    for (gsize i = 0; i < 2 * n_octets + 1; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GByteArray) damaged = g_byte_array_new();
        g_byte_array_append(damaged, octets, (guint)(i < n_octets ? i : n_octets));
        if (i == 2 * n_octets)
            g_byte_array_append(damaged, (const guint8 *)"", 1);
        else if (i >= n_octets)
            damaged->data[i - n_octets] ^= 0x20;
        g_autoptr(GBytes) stream = g_byte_array_free_to_bytes(g_steal_pointer(&damaged));
        g_autoptr(GBytes) ber = compressed_build(stream, &compressed_form_right);
        g_autoptr(OctetSource) source = compressed_data_open(ber, 1000, &error);
        g_autoptr(GBytes) content = source == NULL ? NULL : octet_source_to_bytes(source, NULL);
        /* Some bits fill the last octet of the stream and mean nothing. */
        if (content != NULL && i >= n_octets && g_bytes_equal(content, text))
            continue;
        g_assert_null(source);
        /* A changed length can make more of it, too. */
        g_assert_true(g_error_matches(error, CMS_ERROR, CMS_ERROR_MALFORMED) ||
                      g_error_matches(error, CMS_ERROR, CMS_ERROR_LIMIT));
    }
}

static void
test_limit(void)
{
    g_assert_cmpuint(compressed_data_limit(0), ==, LIMIT_INFLATED_FREE_OCTETS);
    g_assert_cmpuint(compressed_data_limit(1024 * 1024), ==, LIMIT_INFLATED_RATIO * 1024u * 1024u);
    g_assert_cmpuint(compressed_data_limit(LIMIT_MESSAGE_OCTETS), ==, LIMIT_MESSAGE_OCTETS);
    g_assert_cmpuint(compressed_data_limit(G_MAXSIZE), ==, LIMIT_MESSAGE_OCTETS);
}

/* 64 KiB that would be 64 MiB. */
static void
test_bomb(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) ber = compressed_run(64u * 1024 * 1024);
    gsize n_octets = g_bytes_get_size(ber);
    g_assert_cmpuint(n_octets, <, 80 * 1024);
    g_assert_null(compressed_data_open(ber, compressed_data_limit(n_octets), &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_LIMIT);
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    for (gsize i = 0; i < G_N_ELEMENTS(form_cases); i++) {
        g_autofree gchar *path = g_strconcat("/compressed-data/form/", form_cases[i].name, NULL);
        g_test_add_data_func(path, &form_cases[i], test_form);
    }
    g_test_add_func("/compressed-data/lengths", test_lengths);
    g_test_add_func("/compressed-data/damage", test_damage);
    g_test_add_func("/compressed-data/limit", test_limit);
    g_test_add_func("/compressed-data/bomb", test_bomb);
    return support_run();
}
