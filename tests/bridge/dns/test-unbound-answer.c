/* SPDX-License-Identifier: MPL-2.0 */
#include "unbound-answer.h"

#include <string.h>

#include "core-limits.h"

#define NAME   "a.example.org"
#define SMIMEA 53

#define RCODE_SERVFAIL 2
#define RCODE_NXDOMAIN 3
#define RCODE_YXDOMAIN 6

typedef struct {
    const gchar *label;
    struct ub_result result; /* but for data and len */
    guint n_data;
    DnsOutcome outcome;
    guint n_records;
    gboolean name_exists;
    const gchar *detail; /* NULL: none */
} AnswerCase;

#define SECURE     .secure = TRUE
#define DATA       .havedata = TRUE
#define RCODE(one) .rcode = RCODE_##one

static const AnswerCase answer_cases[] = {
    {"records", {SECURE, DATA}, 2, DNS_OUTCOME_SECURE_RECORDS, 2, FALSE, NULL},
    {"records-at-the-limit",
     {SECURE, DATA},
     LIMIT_RECORDS,
     DNS_OUTCOME_SECURE_RECORDS,
     LIMIT_RECORDS,
     FALSE,
     NULL},
    {"records-too-many",
     {SECURE, DATA},
     LIMIT_RECORDS + 1,
     DNS_OUTCOME_UNREACHABLE,
     0,
     FALSE,
     "more records than can be handled"},
    {"no-data", {SECURE}, 0, DNS_OUTCOME_SECURE_DENIAL, 0, TRUE, "no data"},
    {"nxdomain", {SECURE, RCODE(NXDOMAIN)}, 0, DNS_OUTCOME_SECURE_DENIAL, 0, FALSE, "NXDOMAIN"},
    /* Response code and records contradict each other: nothing is taken. */
    {"nxdomain-with-records",
     {SECURE, DATA, RCODE(NXDOMAIN)},
     1,
     DNS_OUTCOME_SECURE_DENIAL,
     0,
     FALSE,
     "NXDOMAIN"},
    {"insecure", {DATA}, 1, DNS_OUTCOME_INSECURE, 1, FALSE, NULL},
    {"insecure-no-data", {.rcode = 0}, 0, DNS_OUTCOME_INSECURE, 0, FALSE, NULL},
    {"insecure-nxdomain", {RCODE(NXDOMAIN)}, 0, DNS_OUTCOME_INSECURE, 0, FALSE, NULL},
    {"bogus",
     {RCODE(SERVFAIL), .bogus = TRUE,
      .why_bogus = "validation failure <a.example.org. SMIMEA IN>: signature expired"},
     0,
     DNS_OUTCOME_BOGUS,
     0,
     FALSE,
     "signature expired"},
    {"bogus-without-reason",
     {RCODE(SERVFAIL), .bogus = TRUE},
     0,
     DNS_OUTCOME_BOGUS,
     0,
     FALSE,
     "DNSSEC validation failed"},
    /* Whatever else is said of it. */
    {"bogus-and-secure",
     {SECURE, DATA, .bogus = TRUE},
     1,
     DNS_OUTCOME_BOGUS,
     0,
     FALSE,
     "DNSSEC validation failed"},
    {"servfail",
     {RCODE(SERVFAIL)},
     0,
     DNS_OUTCOME_UNREACHABLE,
     0,
     FALSE,
     "SERVFAIL (response code 2)"},
    {"servfail-with-records",
     {SECURE, DATA, RCODE(SERVFAIL)},
     1,
     DNS_OUTCOME_UNREACHABLE,
     0,
     FALSE,
     "SERVFAIL (response code 2)"},
    {"yxdomain",
     {RCODE(YXDOMAIN)},
     0,
     DNS_OUTCOME_UNREACHABLE,
     0,
     FALSE,
     "an error (response code 6)"},
};

static void
assert_octets(GBytes *actual, gconstpointer octets, gsize n_octets)
{
    g_autoptr(GBytes) expected = g_bytes_new_static(octets, n_octets);
    g_assert_true(g_bytes_equal(actual, expected));
}

static void
test_answer(gconstpointer data)
{
    const AnswerCase *answer_case = data;
    static gchar octets[LIMIT_RECORDS + 1][4];
    gchar *records[LIMIT_RECORDS + 2] = {NULL};
    int lengths[LIMIT_RECORDS + 2] = {0};
    struct ub_result result = answer_case->result;
    for (guint i = 0; i < answer_case->n_data; i++) {
        const gchar record[] = {3, 0, 0, (gchar)i};
        memcpy(octets[i], record, sizeof record);
        records[i] = octets[i];
        lengths[i] = sizeof record;
    }
    result.qname = (gchar *)"A.example.org.";
    result.data = records;
    result.len = lengths;
    result.ttl = 600;
    g_autoptr(ResolverAnswer) answer = unbound_answer_new(NAME, SMIMEA, 0, &result);
    g_assert_cmpint(answer->outcome, ==, answer_case->outcome);
    g_assert_cmpstr(answer->owner_name, ==, NAME);
    g_assert_cmpuint(answer->rr_type, ==, SMIMEA);
    g_assert_cmpuint(answer->records->len, ==, answer_case->n_records);
    g_assert_cmpint(answer->name_exists, ==, answer_case->name_exists);
    g_assert_cmpstr(answer->detail, ==, answer_case->detail);
    g_assert_cmpstr(answer->canonical_name, ==,
                    answer_case->n_records > 0 ? "A.example.org" : NULL);
    if (answer_case->n_records > 0)
        assert_octets(answer->records->pdata[0], octets[0], 4);
}

/* RFC 2181 §5 */
static void
test_record_twice(void)
{
    gchar octets[] = "\3\0\0A";
    gchar *records[] = {octets, octets, octets, NULL};
    int lengths[] = {4, 3, 4, 0};
    struct ub_result result = {.qname = (gchar *)"a.example.org.",
                               .data = records,
                               .len = lengths,
                               .havedata = TRUE,
                               .secure = TRUE};
    g_autoptr(ResolverAnswer) answer = unbound_answer_new(NAME, SMIMEA, 0, &result);
    g_assert_cmpuint(answer->records->len, ==, 2);
}

static void
test_canonical_name(void)
{
    gchar octets[] = "\3\0\0A";
    gchar *records[] = {octets, NULL};
    int lengths[] = {4, 0};
    struct ub_result result = {.qname = (gchar *)"a.example.org.",
                               .canonname = (gchar *)"b.example.net.",
                               .data = records,
                               .len = lengths,
                               .havedata = TRUE,
                               .secure = TRUE,
                               .ttl = -1};
    g_autoptr(ResolverAnswer) answer = unbound_answer_new(NAME, SMIMEA, 0, &result);
    g_assert_cmpstr(answer->canonical_name, ==, "b.example.net");
    g_assert_cmpuint(answer->ttl, ==, 0);
}

/* A response with one record, and one in the authority section. */
#define PACKET(answer_ttl, authority_ttl)                                                          \
    "\0\1\x81\xa0\0\0\0\1\0\1\0\0"                                                                 \
    "\1a\0\0\65\0\1" answer_ttl "\0\3\3\0\0"                                                       \
    "\1a\0\0\57\0\1" authority_ttl "\0\1\0"

typedef struct {
    const gchar *label;
    const gchar *packet;
    gsize n_octets;
    guint32 ttl;
} LifetimeCase;

#define OCTETS(text) text, sizeof(text) - 1

static const LifetimeCase lifetime_cases[] = {
    {"of-the-result", OCTETS(PACKET("\0\1\0\0", "\0\1\0\0")), 600},
    {"of-the-record", OCTETS(PACKET("\0\0\0\x41", "\0\1\0\0")), 65},
    {"of-the-proof", OCTETS(PACKET("\0\1\0\0", "\0\0\0\x42")), 66},
    {"cut", OCTETS("\0\1\x81\xa0\0\0\0\1\0\0\0\0"), 600},
    {"cut-in-the-header", OCTETS("\0\1\x81"), 600},
};

static void
test_lifetime(gconstpointer data)
{
    const LifetimeCase *lifetime_case = data;
    g_autofree guint8 *packet = g_memdup2(lifetime_case->packet, lifetime_case->n_octets);
    struct ub_result result = {.qname = (gchar *)"a.example.org.",
                               .secure = TRUE,
                               .ttl = 600,
                               .answer_packet = packet,
                               .answer_len = (int)lifetime_case->n_octets};
    g_autoptr(ResolverAnswer) answer = unbound_answer_new(NAME, SMIMEA, 0, &result);
    g_assert_cmpuint(answer->ttl, ==, lifetime_case->ttl);
}

static void
test_error(void)
{
    g_autoptr(ResolverAnswer) answer = unbound_answer_new(NAME, SMIMEA, UB_NOMEM, NULL);
    g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_UNREACHABLE);
    g_assert_true(g_str_has_prefix(answer->detail, "libunbound: "));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(answer_cases); i++) {
        g_autofree gchar *path = g_strconcat("/unbound-answer/", answer_cases[i].label, NULL);
        g_test_add_data_func(path, &answer_cases[i], test_answer);
    }
    g_test_add_func("/unbound-answer/record-twice", test_record_twice);
    g_test_add_func("/unbound-answer/canonical-name", test_canonical_name);
    for (gsize i = 0; i < G_N_ELEMENTS(lifetime_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/unbound-answer/lifetime/", lifetime_cases[i].label, NULL);
        g_test_add_data_func(path, &lifetime_cases[i], test_lifetime);
    }
    g_test_add_func("/unbound-answer/error", test_error);
    return g_test_run();
}
