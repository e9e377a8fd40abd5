/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "association.h"

/* An association is between octets: a text does for a certificate. Digests of "abc": FIPS 180-4. */
#define CERTIFICATE "abc"
#define SPKI        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"

#define SHA256_CERTIFICATE "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA256_SPKI        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
#define SHA512_CERTIFICATE                                                                         \
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"                             \
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"

static GBytes *
bytes_of(const gchar *text)
{
    return g_bytes_new_static(text, strlen(text));
}

static SmimeaRecord *
record_of(const gchar *presentation)
{
    g_autoptr(GError) error = NULL;
    SmimeaRecord *record = smimea_record_parse_presentation(presentation, &error);
    g_assert_no_error(error);
    return record;
}

typedef struct {
    const gchar *name;
    const gchar *record;
    gboolean matches;
} MatchCase;

static const MatchCase match_cases[] = {
    {"cert-full", "3 0 0 616263", TRUE},
    {"cert-sha256", "3 0 1 " SHA256_CERTIFICATE, TRUE},
    {"cert-sha512", "3 0 2 " SHA512_CERTIFICATE, TRUE},
    {"spki-sha256", "3 1 1 " SHA256_SPKI, TRUE},
    {"usage-does-not-matter", "0 0 0 616263", TRUE},
    {"cert-full-longer", "3 0 0 61626364", FALSE},
    {"cert-full-shorter", "3 0 0 6162", FALSE},
    {"cert-digest-under-spki", "3 1 1 " SHA256_CERTIFICATE, FALSE},
    {"spki-digest-under-cert", "3 0 1 " SHA256_SPKI, FALSE},
    {"cert-under-spki", "3 1 0 616263", FALSE},
    {"sha256-one-bit-off", "3 0 1 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ac",
     FALSE},
    {"sha512-as-sha256", "3 0 1 " SHA512_CERTIFICATE, FALSE},
    {"unusable-usage", "4 0 0 616263", FALSE},
    {"unusable-selector", "3 2 0 616263", FALSE},
    {"unusable-matching-type", "3 0 3 616263", FALSE},
    {"no-data", "3 0 0", FALSE},
};

static void
test_matches(gconstpointer data)
{
    const MatchCase *test = data;
    g_autoptr(SmimeaRecord) record = record_of(test->record);
    g_autoptr(GBytes) certificate = bytes_of(CERTIFICATE);
    g_autoptr(GBytes) spki = bytes_of(SPKI);
    g_assert_cmpint(association_matches(record, certificate, spki), ==, test->matches);
}

static void
test_only_one_given(void)
{
    g_autoptr(SmimeaRecord) by_certificate = record_of("3 0 0 616263");
    g_autoptr(SmimeaRecord) by_key = record_of("3 1 0 616263");
    g_autoptr(GBytes) octets = bytes_of(CERTIFICATE);
    g_assert_true(association_matches(by_certificate, octets, NULL));
    g_assert_false(association_matches(by_certificate, NULL, octets));
    g_assert_true(association_matches(by_key, NULL, octets));
    g_assert_false(association_matches(by_key, octets, NULL));
}

/* Nothing to compare must not be equal to nothing published. */
static void
test_empty_certificate(void)
{
    g_autoptr(SmimeaRecord) record = record_of("3 0 0");
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    g_assert_false(association_matches(record, nothing, nothing));
}

/* What is made is matched, for every selector and matching type; nothing is made for others. */
static void
test_new(void)
{
    g_autoptr(GBytes) certificate = bytes_of(CERTIFICATE);
    g_autoptr(GBytes) spki = bytes_of(SPKI);
    for (guint8 selector = 0; selector <= 1; selector++) {
        for (guint8 matching_type = 0; matching_type <= 2; matching_type++) {
            g_autoptr(GBytes) data =
                association_data_new(certificate, spki, selector, matching_type);
            g_assert_nonnull(data);
            g_autoptr(SmimeaRecord) record = smimea_record_new(3, selector, matching_type, data);
            g_assert_true(association_matches(record, certificate, spki));
            g_assert_false(association_matches(record, spki, certificate));
        }
    }
    g_assert_null(association_data_new(certificate, spki, 2, 0));
    g_assert_null(association_data_new(certificate, spki, 0, 3));
    g_assert_null(association_data_new(certificate, spki, 255, 255));
}

typedef struct {
    const gchar *name;
    const gchar *records[4];
    const gchar *considered; /* "y" or "n" for each */
} AgilityCase;

/* RFC 7671 §9 */
static const AgilityCase agility_cases[] = {
    {"full-and-digests", {"3 0 0 61", "3 0 1 " SHA256_SPKI, "3 0 2 " SHA512_CERTIFICATE}, "yny"},
    {"one-digest", {"3 0 1 " SHA256_SPKI}, "y"},
    {"two-of-one-strength", {"3 0 1 " SHA256_SPKI, "3 0 1 " SHA256_CERTIFICATE}, "yy"},
    {"other-selector", {"3 1 1 " SHA256_SPKI, "3 0 2 " SHA512_CERTIFICATE}, "yy"},
    {"other-usage", {"2 0 1 " SHA256_SPKI, "3 0 2 " SHA512_CERTIFICATE}, "yy"},
    {"stronger-is-unusable", {"3 0 1 " SHA256_SPKI, "3 0 2 00", "3 0 3 00"}, "ynn"},
    {"unusable", {"3 0 0", "9 0 0 61"}, "nn"},
};

static void
test_considered(gconstpointer data)
{
    const AgilityCase *test = data;
    g_autoptr(GPtrArray) records =
        g_ptr_array_new_with_free_func((GDestroyNotify)smimea_record_free);
    for (gsize i = 0; i < strlen(test->considered); i++)
        g_ptr_array_add(records, record_of(test->records[i]));
    for (guint i = 0; i < records->len; i++) {
        const SmimeaRecord *record = g_ptr_array_index(records, i);
        g_assert_cmpint(association_is_considered(record, records), ==, test->considered[i] == 'y');
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(match_cases); i++) {
        g_autofree gchar *path = g_strconcat("/association/matches/", match_cases[i].name, NULL);
        g_test_add_data_func(path, &match_cases[i], test_matches);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(agility_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/association/considered/", agility_cases[i].name, NULL);
        g_test_add_data_func(path, &agility_cases[i], test_considered);
    }
    g_test_add_func("/association/only-one-given", test_only_one_given);
    g_test_add_func("/association/empty-certificate", test_empty_certificate);
    g_test_add_func("/association/new", test_new);
    return g_test_run();
}
