/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "owner-name.h"

typedef struct {
    const gchar *name;
    const gchar *address;
    const gchar *owner_name;
} NameCase;

static const NameCase name_cases[] = {
    {"rfc8162-3-hugh", "hugh@example.com",
     "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._smimecert.example.com"},
    {"quotes-and-comment", "(x) \"hugh\" @ example.com",
     "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._smimecert.example.com"},
    /* RFC 8162 §4: the case of a local part is left as it is */
    {"upper-case", "Hugh@example.com",
     "7063a398942ba5c6125429518d0608563f3974bb48013ddf58fb01d4._smimecert.example.com"},
    {"empty-local-part", "\"\"@domain",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b._smimecert.domain"},
    {"utf8", "\xe9\xba\xbb\xe8\xa1\xa3\xe5\xad\x90@example.com",
     "2bb5bc4202aaecd48dcb54967c8e7f1b7574a436f04e0d15534b20e5._smimecert.example.com"},
    {"u-label", "hugh@fa\xc3\x9f.de",
     "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._smimecert.xn--fa-hia.de"},
};

static void
test_name(gconstpointer data)
{
    const NameCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(AddrSpec) address = addr_spec_parse(test->address, -1, &error);
    g_assert_no_error(error);
    g_autofree gchar *owner_name = owner_name_new(address, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(owner_name, ==, test->owner_name);
    g_assert_true(owner_name_is_valid(owner_name));
}

static void
test_nfc(void)
{
    g_autoptr(AddrSpec) composed = addr_spec_parse("bj\xc3\xb6rn@example.com", -1, NULL);
    g_autoptr(AddrSpec) decomposed = addr_spec_parse("bjo\xcc\x88rn@example.com", -1, NULL);
    g_autofree gchar *a = owner_name_new(composed, NULL);
    g_autofree gchar *b = owner_name_new(decomposed, NULL);
    g_assert_cmpstr(a, ==, b);
}

/* The one digest that the test needs: SHA-224 of "sample", the guide's vector. */
static void
sha224_of_sample(const guint8 *octets, gsize n_octets, guint8 out_digest[OWNER_NAME_DIGEST_OCTETS])
{
    static const guint8 digest[OWNER_NAME_DIGEST_OCTETS] = {
        0x90, 0x03, 0xe3, 0x74, 0xbc, 0x72, 0x65, 0x50, 0xc2, 0xc2, 0x89, 0x44, 0x7f, 0xd0,
        0x53, 0x31, 0x60, 0xf8, 0x75, 0x70, 0x93, 0x86, 0xdf, 0xa3, 0x77, 0xbf, 0xd4, 0x1c};
    g_assert_cmpuint(n_octets, ==, 6);
    g_assert_true(memcmp(octets, "sample", 6) == 0);
    memcpy(out_digest, digest, sizeof digest);
}

static void
test_draft(void)
{
    g_autoptr(AddrSpec) address = addr_spec_parse("sample@example.org", -1, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree gchar *owner_name = owner_name_new_draft(address, sha224_of_sample, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(owner_name, ==,
                    "9003e374bc726550c2c289447fd0533160f875709386dfa377bfd41c._smimecert."
                    "example.org");
}

/* "a@" and a domain of @n_octets. */
static AddrSpec *
make_address(gsize n_octets)
{
    g_autoptr(GString) text = g_string_new("a@");
    for (gsize i = 0; i < n_octets; i++)
        g_string_append_c(text, i % 50 == 49 && i + 1 < n_octets ? '.' : 'b');
    return addr_spec_parse(text->str, -1, NULL);
}

static void
test_length(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(AddrSpec) fits = make_address(185);
    g_autofree gchar *owner_name = owner_name_new(fits, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(strlen(owner_name), ==, 253);
    g_assert_true(owner_name_is_valid(owner_name));

    g_autoptr(AddrSpec) past = make_address(186);
    g_assert_null(owner_name_new(past, &error));
    g_assert_error(error, OWNER_NAME_ERROR, OWNER_NAME_ERROR_TOO_LONG);
}

typedef struct {
    const gchar *name;
    const gchar *owner_name;
    gboolean valid;
} ValidCase;

#define HASH      "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6"
#define OCTETS_50 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const ValidCase valid_cases[] = {
    {"plain", HASH "._smimecert.example.com", TRUE},
    {"dot-at-the-end", HASH "._smimecert.example.com.", TRUE},
    {"one-label-domain", HASH "._smimecert.example", TRUE},
    {"upper-case", "C93F1E400F26708F98CB19D936620DA35EEC8F72E57F9EEC01C1AFD6._SMIMECERT.EXAMPLE",
     TRUE},
    {"label-of-63", HASH "._smimecert." OCTETS_50 "bbbbbbbbbbbbb", TRUE},
    {"label-of-64", HASH "._smimecert." OCTETS_50 "bbbbbbbbbbbbbb", FALSE},
    {"octets-253",
     HASH "._smimecert." OCTETS_50 "." OCTETS_50 "." OCTETS_50 ".bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.",
     TRUE},
    {"octets-254",
     HASH "._smimecert." OCTETS_50 "." OCTETS_50 "." OCTETS_50
          ".bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.",
     FALSE},
    {"55-digits", "93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._smimecert.www.", FALSE},
    {"57-digits", HASH "0._smimecert.www", FALSE},
    {"not-a-digit", "g93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._smimecert.www",
     FALSE},
    {"other-label", HASH "._openpgpkey.www", FALSE},
    {"no-domain", HASH "._smimecert", FALSE},
    {"root-as-domain", HASH "._smimecert.", FALSE},
    {"empty-label", HASH "._smimecert.a..b", FALSE},
    {"two-dots-at-the-end", HASH "._smimecert.a..", FALSE},
    {"something-before", "a." HASH "._smimecert.b", FALSE},
    {"short", "smimea.", FALSE},
    {"dot", ".", FALSE},
    {"empty", "", FALSE},
};

static void
test_valid(gconstpointer data)
{
    const ValidCase *test = data;
    g_assert_cmpint(owner_name_is_valid(test->owner_name), ==, test->valid);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(name_cases); i++) {
        g_autofree gchar *path = g_strconcat("/owner-name/new/", name_cases[i].name, NULL);
        g_test_add_data_func(path, &name_cases[i], test_name);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(valid_cases); i++) {
        g_autofree gchar *path = g_strconcat("/owner-name/valid/", valid_cases[i].name, NULL);
        g_test_add_data_func(path, &valid_cases[i], test_valid);
    }
    g_test_add_func("/owner-name/nfc", test_nfc);
    g_test_add_func("/owner-name/draft-sample", test_draft);
    g_test_add_func("/owner-name/length", test_length);
    return g_test_run();
}
