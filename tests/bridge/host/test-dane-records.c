/* SPDX-License-Identifier: MPL-2.0 */

#include "dane-records.h"

#include "cms-init.h"
#include "core-limits.h"
#include "host-test.h"

static GBytes *alice; /* DER */

static GBytes *
load_certificate(const gchar *name)
{
    g_autofree gchar *path =
        g_test_build_filename(G_TEST_DIST, "..", "data", "certificates", name, NULL);
    gchar *octets = NULL;
    gsize n_octets = 0;
    g_assert_true(g_file_get_contents(path, &octets, &n_octets, NULL));
    return g_bytes_new_take(octets, n_octets);
}

static GBytes *
make_rdata(guint8 usage, guint8 selector, guint8 matching_type, GBytes *data)
{
    g_autoptr(SmimeaRecord) record = smimea_record_new(usage, selector, matching_type, data);
    return smimea_record_serialize(record);
}

static void
add_record(ResolverAnswer *source, guint8 usage, guint8 selector, guint8 matching_type,
           GBytes *data)
{
    g_ptr_array_add(source->records, make_rdata(usage, selector, matching_type, data));
}

typedef struct {
    const gchar *name;
    guint8 usage;
    guint8 selector;
    guint8 matching_type;
    const gchar *data; /* NULL: alice's certificate */
    RecordUsability usability;
    gboolean has_certificate;
} RecordCase;

#define ANY_32 "0123456789abcdef0123456789abcdef"

/* RFC 6698 §4.1: what can't be used is unusable, not an error. */
static const RecordCase record_cases[] = {
    {"full-cert", 3, 0, 0, NULL, RECORD_USABLE, TRUE},
    {"full-cert-pkix-ta", 0, 0, 0, NULL, RECORD_USABLE, TRUE},
    {"cert-sha256", 3, 0, 1, ANY_32, RECORD_USABLE, FALSE},
    {"spki-sha256", 3, 1, 1, ANY_32, RECORD_USABLE, FALSE},
    {"no-certificate", 3, 0, 0, "no certificate", RECORD_UNUSABLE_CERTIFICATE, FALSE},
    {"usage", 4, 0, 0, NULL, RECORD_UNUSABLE_USAGE, FALSE},
    {"selector", 3, 2, 0, NULL, RECORD_UNUSABLE_SELECTOR, FALSE},
    {"matching-type", 3, 0, 3, NULL, RECORD_UNUSABLE_MATCHING_TYPE, FALSE},
    {"digest-length", 3, 0, 1, "short", RECORD_UNUSABLE_DIGEST_LENGTH, FALSE},
};

static void
test_record(gconstpointer data)
{
    const RecordCase *test = data;
    g_autoptr(ResolverAnswer) source =
        resolver_answer_new("a.example", 53, DNS_OUTCOME_SECURE_RECORDS);
    g_autoptr(GBytes) octets = test->data == NULL
                                   ? g_bytes_ref(alice)
                                   : g_bytes_new_static(test->data, strlen(test->data));
    add_record(source, test->usage, test->selector, test->matching_type, octets);
    g_autoptr(DaneAnswer) answer = dane_answer_new("alice@secure.lab", source);
    g_assert_cmpuint(answer->records->len, ==, 1);
    const DaneRecord *record = g_ptr_array_index(answer->records, 0);
    g_assert_nonnull(record->record);
    g_assert_cmpstr(record_usability_to_string(record->usability), ==,
                    record_usability_to_string(test->usability));
    g_assert_cmpint(record->certificate != NULL, ==, test->has_certificate);
    if (record->certificate != NULL)
        g_assert_true(g_bytes_equal(certificate_get_der(record->certificate), alice));
    g_autoptr(GPtrArray) certificates = dane_answer_get_certificates(answer);
    g_assert_cmpuint(certificates->len, ==, test->has_certificate ? 1 : 0);
}

/* A record that can't even be parsed stays in the list, in its place. */
static void
test_malformed(void)
{
    g_autoptr(ResolverAnswer) source =
        resolver_answer_new("a.example", 53, DNS_OUTCOME_SECURE_RECORDS);
    g_ptr_array_add(source->records, g_bytes_new_static("\3\0", 2));
    add_record(source, 3, 0, 0, alice);
    g_autoptr(DaneAnswer) answer = dane_answer_new("alice@secure.lab", source);
    g_assert_cmpuint(answer->records->len, ==, 2);
    const DaneRecord *record = g_ptr_array_index(answer->records, 0);
    g_assert_null(record->record);
    g_assert_cmpint(record->usability, ==, RECORD_UNUSABLE_MALFORMED);
    g_autoptr(GPtrArray) smimea = dane_answer_get_smimea(answer);
    g_assert_cmpuint(smimea->len, ==, 1);
}

/* RFC 8162 §6: what is not secure may be shown, and nothing else. */
static void
test_outcomes(void)
{
    for (DnsOutcome outcome = 0; outcome < DNS_N_OUTCOMES; outcome++) {
        g_autoptr(ResolverAnswer) source = resolver_answer_new("a.example", 53, outcome);
        source->ttl = 60;
        source->detail = g_strdup("why");
        source->canonical_name = g_strdup("b.example");
        add_record(source, 3, 0, 0, alice);
        g_autoptr(DaneAnswer) answer = dane_answer_new("alice@secure.lab", source);
        g_assert_cmpint(answer->dns, ==, outcome);
        g_assert_cmpstr(answer->address, ==, "alice@secure.lab");
        g_assert_cmpstr(answer->owner_name, ==, "a.example");
        g_assert_cmpstr(answer->detail, ==, "why");
        g_assert_cmpstr(answer->canonical_name, ==, "b.example");
        g_assert_cmpuint(answer->ttl, ==, 60);
        g_assert_cmpuint(answer->records->len, ==, 1);
        g_autoptr(GPtrArray) certificates = dane_answer_get_certificates(answer);
        g_assert_cmpuint(certificates->len, ==, outcome == DNS_OUTCOME_SECURE_RECORDS ? 1 : 0);
    }
}

static void
test_limit(void)
{
    g_autoptr(ResolverAnswer) source =
        resolver_answer_new("a.example", 53, DNS_OUTCOME_SECURE_RECORDS);
    g_autoptr(GBytes) digest = g_bytes_new_static(ANY_32, 32);
    for (guint i = 0; i < LIMIT_RECORDS + 1; i++)
        add_record(source, 3, 0, 1, digest);
    g_autoptr(DaneAnswer) answer = dane_answer_new("alice@secure.lab", source);
    g_assert_cmpuint(answer->records->len, ==, LIMIT_RECORDS);
}

static void
test_empty(void)
{
    g_autoptr(DaneAnswer) answer =
        dane_answer_new_empty("alice@secure.lab", "a.example", DNS_OUTCOME_BOGUS);
    g_assert_cmpint(answer->dns, ==, DNS_OUTCOME_BOGUS);
    g_assert_cmpuint(answer->records->len, ==, 0);
    g_autoptr(GPtrArray) smimea = dane_answer_get_smimea(answer);
    g_assert_cmpuint(smimea->len, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(cms_init(NULL));
    alice = load_certificate("alice.p256.cert.der");
    for (gsize i = 0; i < G_N_ELEMENTS(record_cases); i++) {
        g_autofree gchar *path = g_strconcat("/dane-records/record/", record_cases[i].name, NULL);
        g_test_add_data_func(path, &record_cases[i], test_record);
    }
    g_test_add_func("/dane-records/malformed", test_malformed);
    g_test_add_func("/dane-records/outcomes", test_outcomes);
    g_test_add_func("/dane-records/limit", test_limit);
    g_test_add_func("/dane-records/empty", test_empty);
    int status = g_test_run();
    g_clear_pointer(&alice, g_bytes_unref);
    g_assert_true(cms_shutdown(NULL));
    return status;
}
