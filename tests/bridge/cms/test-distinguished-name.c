/* SPDX-License-Identifier: MPL-2.0 */

#include "distinguished-name.h"

#include <string.h>
#include <time.h>

#include "cms-error.h"

enum { PRINTABLE = 0x13, UTF8 = 0x0c, T61 = 0x14, IA5 = 0x16, BMP = 0x1e, OCTETS = 0x04 };

static void
append_element(GByteArray *out, guint8 tag, const guint8 *contents, gsize n_octets)
{
    const guint8 header[] = {tag, 0x82, (guint8)(n_octets >> 8), (guint8)n_octets};
    g_byte_array_append(out, header, sizeof header);
    if (n_octets > 0)
        g_byte_array_append(out, contents, (guint)n_octets);
}

static void
append_wrapped(GByteArray *out, guint8 tag, GByteArray *inner)
{
    append_element(out, tag, inner->data, inner->len);
}

/* AttributeTypeAndValue of 2.5.4.@type. */
static void
append_attribute(GByteArray *out, guint8 type, guint8 tag, const gchar *octets, gsize n_octets)
{
    const guint8 oid[] = {0x55, 0x04, type};
    g_autoptr(GByteArray) inner = g_byte_array_new();
    append_element(inner, 0x06, oid, sizeof oid);
    append_element(inner, tag, (const guint8 *)octets, n_octets);
    append_wrapped(out, 0x30, inner);
}

static DistinguishedName *
name_of(GByteArray *sets)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) out = g_byte_array_new();
    append_wrapped(out, 0x30, sets);
    g_autoptr(GBytes) der = g_byte_array_free_to_bytes(g_steal_pointer(&out));
    DistinguishedName *name = distinguished_name_new(der, &error);
    g_assert_no_error(error);
    return name;
}

static DistinguishedName *
name_of_text(guint8 tag, const gchar *octets, gsize n_octets)
{
    g_autoptr(GByteArray) set = g_byte_array_new();
    g_autoptr(GByteArray) sets = g_byte_array_new();
    append_attribute(set, 3, tag, octets, n_octets);
    append_wrapped(sets, 0x31, set);
    return name_of(sets);
}

typedef struct {
    const gchar *name;
    guint8 tag_a;
    const gchar *a;
    gsize n_a;
    guint8 tag_b;
    const gchar *b;
    gsize n_b;
    gboolean equal;
} EqualCase;

#define TEXT(literal) (literal), sizeof(literal) - 1

/* RFC 5280 §7.1, RFC 4518 */
static const EqualCase equal_cases[] = {
    {"same", PRINTABLE, TEXT("Root"), PRINTABLE, TEXT("Root"), TRUE},
    {"other", PRINTABLE, TEXT("Root"), PRINTABLE, TEXT("Roof"), FALSE},
    {"longer", PRINTABLE, TEXT("Root"), PRINTABLE, TEXT("Root CA"), FALSE},
    {"letter-case", PRINTABLE, TEXT("Root"), PRINTABLE, TEXT("rOOT"), TRUE},
    {"letter-case-unicode", UTF8, TEXT("\303\234ber"), UTF8, TEXT("\303\274BER"), TRUE},
    {"spaces-around", PRINTABLE, TEXT("Root CA"), PRINTABLE, TEXT("  Root CA "), TRUE},
    {"spaces-between", PRINTABLE, TEXT("Root CA"), PRINTABLE, TEXT("Root   CA"), TRUE},
    {"no-space-between", PRINTABLE, TEXT("Root CA"), PRINTABLE, TEXT("RootCA"), FALSE},
    {"string-types", PRINTABLE, TEXT("Root"), UTF8, TEXT("Root"), TRUE},
    {"latin-1", T61, TEXT("\334ber"), UTF8, TEXT("\303\234ber"), TRUE},
    {"sixteen-bits", BMP, TEXT("\0R\0o"), IA5, TEXT("Ro"), TRUE},
    {"composed", UTF8, TEXT("\303\234"), UTF8, TEXT("U\314\210"), TRUE},
    {"nul", UTF8, TEXT("a\0b"), UTF8, TEXT("a\0c"), FALSE},
    {"nul-hides-nothing", UTF8, TEXT("a\0b"), UTF8, TEXT("a"), FALSE},
    {"not-utf8", UTF8, TEXT("\377"), UTF8, TEXT("\377"), TRUE},
    {"not-utf8-other", UTF8, TEXT("\377"), UTF8, TEXT("\376"), FALSE},
    {"no-text", OCTETS, TEXT("a"), OCTETS, TEXT("A"), FALSE},
    {"empty", UTF8, TEXT(""), UTF8, TEXT(" "), TRUE},
};

static void
test_equal(gconstpointer data)
{
    const EqualCase *row = data;
    g_autoptr(DistinguishedName) a = name_of_text(row->tag_a, row->a, row->n_a);
    g_autoptr(DistinguishedName) b = name_of_text(row->tag_b, row->b, row->n_b);
    g_assert_cmpint(distinguished_name_equal(a, b), ==, row->equal);
    g_assert_cmpint(distinguished_name_equal(b, a), ==, row->equal);
    g_assert_cmpint(distinguished_name_is_within(a, b), ==, row->equal);
}

/* Text that would take long to normalise is compared as octets. */
static void
test_long(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < 2000; i++)
        g_string_append(text, i % 2 == 0 ? "\314\201" : "\314\243");
    clock_t before = clock();
    g_autoptr(DistinguishedName) a = name_of_text(UTF8, text->str, text->len);
    g_autoptr(DistinguishedName) b = name_of_text(UTF8, text->str, text->len);
    g_assert_true(distinguished_name_equal(a, b));
    g_assert_cmpint(clock() - before, <, CLOCKS_PER_SEC);
}

static void
append_rdn(GByteArray *sets, guint8 first, guint8 second)
{
    g_autoptr(GByteArray) set = g_byte_array_new();
    append_attribute(set, first, PRINTABLE, TEXT("x"));
    if (second != 0)
        append_attribute(set, second, PRINTABLE, TEXT("x"));
    append_wrapped(sets, 0x31, set);
}

static void
test_order(void)
{
    g_autoptr(GByteArray) one = g_byte_array_new();
    g_autoptr(GByteArray) other = g_byte_array_new();
    g_autoptr(GByteArray) two = g_byte_array_new();
    append_rdn(one, 3, 10);
    append_rdn(other, 10, 3);
    append_rdn(two, 3, 0);
    append_rdn(two, 10, 0);
    g_autoptr(DistinguishedName) a = name_of(one);
    g_autoptr(DistinguishedName) b = name_of(other);
    g_autoptr(DistinguishedName) c = name_of(two);
    g_assert_true(distinguished_name_equal(a, b));
    g_assert_false(distinguished_name_equal(a, c));
}

static void
test_within(void)
{
    g_autoptr(GByteArray) none = g_byte_array_new();
    g_autoptr(GByteArray) one = g_byte_array_new();
    g_autoptr(GByteArray) two = g_byte_array_new();
    append_rdn(one, 10, 0);
    append_rdn(two, 10, 0);
    append_rdn(two, 3, 0);
    g_autoptr(DistinguishedName) root = name_of(none);
    g_autoptr(DistinguishedName) upper = name_of(one);
    g_autoptr(DistinguishedName) lower = name_of(two);
    g_assert_true(distinguished_name_is_within(lower, upper));
    g_assert_true(distinguished_name_is_within(upper, upper));
    g_assert_false(distinguished_name_is_within(upper, lower));
    g_assert_true(distinguished_name_is_within(upper, root));
    g_assert_true(distinguished_name_is_empty(root));
    g_assert_false(distinguished_name_is_empty(upper));
}

static void
test_malformed(void)
{
    static const gchar *const hex[] = {"\x31\0", "\x30\2\x31", "\x30\2\x30\0",
                                       "\x30\4\x31\2\x30\0"};
    static const gsize n_octets[] = {2, 3, 4, 6};
    for (gsize i = 0; i < G_N_ELEMENTS(hex); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) der = g_bytes_new_static(hex[i], n_octets[i]);
        g_assert_null(distinguished_name_new(der, &error));
        g_assert_error(error, CMS_ERROR, CMS_ERROR_MALFORMED);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(equal_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/distinguished-name/equal/", equal_cases[i].name, NULL);
        g_test_add_data_func(path, &equal_cases[i], test_equal);
    }
    g_test_add_func("/distinguished-name/long", test_long);
    g_test_add_func("/distinguished-name/order", test_order);
    g_test_add_func("/distinguished-name/within", test_within);
    g_test_add_func("/distinguished-name/malformed", test_malformed);
    return g_test_run();
}
