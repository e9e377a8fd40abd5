/* SPDX-License-Identifier: MPL-2.0 */

/* Shapes that a hostile peer would send: each must end with its error at once, and take no memory
 * for what it claims. */

#include <string.h>
#include <time.h>

#include "cms-error.h"
#include "core-limits.h"
#include "der-writer.h"
#include "signed-data.h"
#include "support.h"

typedef struct {
    const gchar *name;
    Oid content_type;
    guint n_digest_algorithms;
    guint n_certificates; /* that don't parse */
    guint n_crls;
    guint n_signers;
    gsize n_attribute_octets;
    gint expect; /* CMS_ERROR, or -1 */
} CountCase;

#define GOOD -1

static const CountCase count_cases[] = {
    {"certificates-only", OID_SIGNED_DATA, 0, 0, 0, 0, 0, GOOD},
    {"digest-algorithms-at-limit", OID_SIGNED_DATA, LIMIT_DIGEST_ALGORITHMS, 0, 0, 0, 0, GOOD},
    {"digest-algorithms-past-limit", OID_SIGNED_DATA, LIMIT_DIGEST_ALGORITHMS + 1, 0, 0, 0, 0,
     CMS_ERROR_LIMIT},
    {"digest-algorithms-5000", OID_SIGNED_DATA, 5000, 0, 0, 0, 0, CMS_ERROR_LIMIT},
    {"certificates-at-limit", OID_SIGNED_DATA, 1, LIMIT_CERTIFICATES, 0, 0, 0, GOOD},
    {"certificates-past-limit", OID_SIGNED_DATA, 1, LIMIT_CERTIFICATES + 1, 0, 0, 0,
     CMS_ERROR_LIMIT},
    {"crls-at-limit", OID_SIGNED_DATA, 1, 0, LIMIT_CERTIFICATES, 0, 0, GOOD},
    {"crls-past-limit", OID_SIGNED_DATA, 1, 0, LIMIT_CERTIFICATES + 1, 0, 0, CMS_ERROR_LIMIT},
    {"signers-at-limit", OID_SIGNED_DATA, 1, 0, 0, LIMIT_SIGNERS, 0, GOOD},
    {"signers-past-limit", OID_SIGNED_DATA, 1, 0, 0, LIMIT_SIGNERS + 1, 0, CMS_ERROR_LIMIT},
    {"attributes-past-limit", OID_SIGNED_DATA, 1, 0, 0, 1, LIMIT_ATTRIBUTE_OCTETS + 1,
     CMS_ERROR_LIMIT},
    {"another-type", OID_ENVELOPED_DATA, 1, 0, 0, 0, 0, CMS_ERROR_CONTENT_TYPE},
};

static void
add_signer(DerNode *set, gsize n_attribute_octets)
{
    DerNode *signer = der_add(set, BER_SEQUENCE);
    der_add_small(signer, 1);
    der_add_octets(signer, BER_CONTEXT(0), "key", 3);
    der_add_algorithm(signer, OID_SHA256, FALSE);
    if (n_attribute_octets > 0) {
        g_autofree guint8 *octets = g_malloc0(n_attribute_octets);
        der_add_octets(der_add(signer, BER_CONTEXT_CONSTRUCTED(0)), BER_OCTET_STRING, octets,
                       n_attribute_octets);
    }
    der_add_algorithm(signer, OID_SHA256_WITH_RSA, TRUE);
    der_add_octets(signer, BER_OCTET_STRING, "signature", 9);
}

static void
add_elements(DerNode *data, guint8 tag, guint n)
{
    if (n == 0)
        return;
    DerNode *set = der_add(data, tag);
    for (guint i = 0; i < n; i++)
        der_add_small(der_add(set, BER_SEQUENCE), i);
}

static GBytes *
build(const CountCase *test)
{
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_oid(root, test->content_type);
    DerNode *data = der_add(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
    der_add_small(data, 1);
    DerNode *algorithms = der_add(data, BER_SET);
    for (guint i = 0; i < test->n_digest_algorithms; i++)
        der_add_algorithm(algorithms, OID_SHA512, FALSE);
    DerNode *info = der_add(data, BER_SEQUENCE);
    der_add_oid(info, OID_DATA);
    der_add_octets(der_add(info, BER_CONTEXT_CONSTRUCTED(0)), BER_OCTET_STRING, "hello", 5);
    add_elements(data, BER_CONTEXT_CONSTRUCTED(0), test->n_certificates);
    add_elements(data, BER_CONTEXT_CONSTRUCTED(1), test->n_crls);
    DerNode *signers = der_add(data, BER_SET);
    for (guint i = 0; i < test->n_signers; i++)
        add_signer(signers, test->n_attribute_octets);
    return der_node_serialize(root);
}

static void
test_count(gconstpointer data)
{
    const CountCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = build(test);
    g_autoptr(SignedData) parsed = signed_data_parse(octets, &error);
    if (test->expect != GOOD) {
        g_assert_null(parsed);
        g_assert_error(error, CMS_ERROR, test->expect);
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpuint(signed_data_get_certificates(parsed)->len, ==, 0);
    g_assert_cmpuint(signed_data_get_crls(parsed)->len, ==, test->n_crls);
    g_assert_cmpuint(signed_data_get_n_signers(parsed), ==, test->n_signers);
}

/* Everything that is cut off, and everything that follows. */
static void
test_cut_short(void)
{
    static const CountCase small = {"", OID_SIGNED_DATA, 1, 1, 1, 1, 10, GOOD};
    g_autoptr(GBytes) octets = build(&small);
    gsize n_octets = g_bytes_get_size(octets);
    for (gsize i = 0; i < n_octets; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) cut = g_bytes_new(g_bytes_get_data(octets, NULL), i);
        g_assert_null(signed_data_parse(cut, &error));
        g_assert_error(error, CMS_ERROR, CMS_ERROR_MALFORMED);
    }
    g_autoptr(GError) error = NULL;
    g_autofree guint8 *longer = g_malloc0(n_octets + 1);
    memcpy(longer, g_bytes_get_data(octets, NULL), n_octets);
    g_autoptr(GBytes) followed = g_bytes_new(longer, n_octets + 1);
    g_assert_null(signed_data_parse(followed, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_MALFORMED);
}

static GBytes *
parts_join(const GBytes *const *parts, gsize n_parts)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    for (gsize i = 0; i < n_parts; i++) {
        gsize n_octets = 0;
        const guint8 *octets = g_bytes_get_data((GBytes *)parts[i], &n_octets);
        g_byte_array_append(all, octets, (guint)n_octets);
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&all));
}

#define HEAD                                                                                       \
    "\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80\x02\x01\x01\x31\x00"     \
    "\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"

/* @opening again and again behind the head of a SignedData. */
typedef struct {
    const gchar *name;
    const gchar *opening;
    gsize n_opening;
    guint n_times;
    gint expect;
} NestCase;

static const NestCase nest_cases[] = {
    {"strings", "\xa0\x80\x24\x80", 4, 1, CMS_ERROR_MALFORMED},
    {"strings-100000", "\x24\x80", 2, 100000, CMS_ERROR_LIMIT},
    {"sequences-100000", "\x30\x80", 2, 100000, CMS_ERROR_MALFORMED},
    {"two-gigabytes-of-content", "\x04\x84\x7f\xff\xff\xf0", 6, 1, CMS_ERROR_MALFORMED},
};

static void
test_nest(gconstpointer data)
{
    const NestCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) rest = g_string_new(NULL);
    if (test->n_opening != 4)
        g_string_append_len(rest, "\xa0\x80", 2);
    for (guint i = 0; i < test->n_times; i++)
        g_string_append_len(rest, test->opening, (gssize)test->n_opening);
    g_autoptr(GBytes) head = g_bytes_new_static(HEAD, sizeof HEAD - 1);
    g_autoptr(GBytes) tail = g_string_free_to_bytes(g_steal_pointer(&rest));
    const GBytes *parts[] = {head, tail};
    g_autoptr(GBytes) octets = parts_join(parts, G_N_ELEMENTS(parts));
    clock_t start = clock();
    g_assert_null(signed_data_parse(octets, &error));
    g_assert_error(error, CMS_ERROR, test->expect);
    g_assert_cmpint(clock() - start, <, CLOCKS_PER_SEC);
}

/* A SignedData in a SignedData in … is one content to us: what is inside is looked at when somebody
 * asks for it. */
static void
test_nested_signed_data(void)
{
    g_autoptr(GBytes) inner = g_bytes_new_static("hello", 5);
    for (guint i = 0; i < 300; i++) {
        g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
        der_add_oid(root, OID_SIGNED_DATA);
        DerNode *data = der_add(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
        der_add_small(data, 1);
        der_add(data, BER_SET);
        DerNode *info = der_add(data, BER_SEQUENCE);
        der_add_oid(info, OID_DATA);
        der_add_bytes(der_add(info, BER_CONTEXT_CONSTRUCTED(0)), BER_OCTET_STRING, inner);
        der_add(data, BER_SET);
        GBytes *outer = der_node_serialize(root);
        g_bytes_unref(inner);
        inner = outer;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(SignedData) parsed = signed_data_parse(inner, &error);
    g_assert_no_error(error);
    g_assert_nonnull(signed_data_get_content(parsed));
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    for (gsize i = 0; i < G_N_ELEMENTS(count_cases); i++) {
        g_autofree gchar *path = g_strconcat("/signed-data/parse/", count_cases[i].name, NULL);
        g_test_add_data_func(path, &count_cases[i], test_count);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(nest_cases); i++) {
        g_autofree gchar *path = g_strconcat("/signed-data/parse/nest/", nest_cases[i].name, NULL);
        g_test_add_data_func(path, &nest_cases[i], test_nest);
    }
    g_test_add_func("/signed-data/parse/cut-short", test_cut_short);
    g_test_add_func("/signed-data/parse/nested-signed-data", test_nested_signed_data);
    return support_run();
}
