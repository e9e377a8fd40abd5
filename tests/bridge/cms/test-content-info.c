/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-error.h"
#include "content-info.h"

/* ContentInfo of signed-data, with nothing in it. */
#define SIGNED      "\x30\x0f\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x02\x05\x00"
#define SIGNED_TEXT "MA8GCSqGSIb3DQEHAqACBQA="

typedef struct {
    const gchar *name;
    const gchar *octets;
    gsize n_octets;
    CmsContentType expect;
} PeekCase;

#define OCTETS(text) text, sizeof(text) - 1

static const PeekCase peek_cases[] = {
    {"signed-data", OCTETS(SIGNED), CMS_CONTENT_SIGNED_DATA},
    {"first-octets-are-enough", OCTETS("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"),
     CMS_CONTENT_ENVELOPED_DATA},
    {"data", OCTETS("\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"), CMS_CONTENT_DATA},
    {"auth-enveloped-data", OCTETS("\x30\x80\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"),
     CMS_CONTENT_AUTH_ENVELOPED_DATA},
    {"compressed-data", OCTETS("\x30\x80\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09"),
     CMS_CONTENT_COMPRESSED_DATA},
    {"unknown-type", OCTETS("\x30\x05\x06\x03\x2a\x03\x04"), CMS_CONTENT_UNKNOWN},
    {"empty", OCTETS(""), CMS_CONTENT_UNKNOWN},
    {"text", OCTETS("Hello"), CMS_CONTENT_UNKNOWN},
    {"cut-short", OCTETS("\x30\x80\x06\x09\x2a\x86"), CMS_CONTENT_UNKNOWN},
};

static void
test_peek(gconstpointer data)
{
    const PeekCase *test = data;
    g_autoptr(GBytes) octets = g_bytes_new(test->octets, test->n_octets);
    g_assert_cmpint(cms_content_info_peek(octets), ==, test->expect);
}

typedef struct {
    const gchar *name;
    const gchar *octets;
    gsize n_octets;
    gboolean expect;
} FileCase;

static const FileCase file_cases[] = {
    {"der", OCTETS(SIGNED), TRUE},
    {"base64", OCTETS(SIGNED_TEXT), TRUE},
    {"base64-lines", OCTETS("MA8GCSqGSIb3\r\nDQEHAqACBQA=\r\n\r\n"), TRUE},
    {"pem-cms", OCTETS("-----BEGIN CMS-----\n" SIGNED_TEXT "\n-----END CMS-----\n"), TRUE},
    {"pem-pkcs7",
     OCTETS("text before\n-----BEGIN PKCS7-----\n" SIGNED_TEXT
            "\n-----END PKCS7-----\ntext behind\n"),
     TRUE},
    {"pem-old-label",
     OCTETS("-----BEGIN PKCS #7 SIGNED DATA-----\n" SIGNED_TEXT
            "\n-----END PKCS #7 SIGNED DATA-----\n"),
     TRUE},
    {"pem-without-end", OCTETS("-----BEGIN CMS-----\n" SIGNED_TEXT "\n"), FALSE},
    {"pem-of-a-certificate",
     OCTETS("-----BEGIN CERTIFICATE-----\n" SIGNED_TEXT "\n-----END CERTIFICATE-----\n"), FALSE},
    {"base64-cut-short", OCTETS("MA8GCSqGSIb3DQEHAqACBQA"), FALSE},
    {"base64-padding-inside", OCTETS("MA8=CSqGSIb3DQEHAqACBQA="), FALSE},
    {"base64-of-something-else", OCTETS("SGVsbG8="), FALSE},
    {"text", OCTETS("Hello, world.\n"), FALSE},
    {"empty", OCTETS(""), FALSE},
};

static void
test_file(gconstpointer data)
{
    const FileCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = g_bytes_new(test->octets, test->n_octets);
    g_autoptr(GBytes) ber = cms_content_info_from_file(octets, &error);
    if (!test->expect) {
        g_assert_null(ber);
        g_assert_error(error, CMS_ERROR, CMS_ERROR_MALFORMED);
        return;
    }
    g_assert_no_error(error);
    g_autoptr(GBytes) expected = g_bytes_new_static(SIGNED, sizeof SIGNED - 1);
    g_assert_true(g_bytes_equal(ber, expected));
}

static void
test_names(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < CMS_N_CONTENTS; i++)
        g_assert_true(
            g_hash_table_add(seen, (gpointer)cms_content_type_to_string((CmsContentType)i)));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(peek_cases); i++) {
        g_autofree gchar *path = g_strconcat("/content-info/peek/", peek_cases[i].name, NULL);
        g_test_add_data_func(path, &peek_cases[i], test_peek);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(file_cases); i++) {
        g_autofree gchar *path = g_strconcat("/content-info/file/", file_cases[i].name, NULL);
        g_test_add_data_func(path, &file_cases[i], test_file);
    }
    g_test_add_func("/content-info/names", test_names);
    return g_test_run();
}
