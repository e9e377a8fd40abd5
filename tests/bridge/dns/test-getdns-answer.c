/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-answer.h"

#include <getdns/getdns_extra.h>

#include "core-limits.h"

/* Responses are made from getdns's own text form, with what the test is not about filled in. */

#define NAME   "a.example.org"
#define SMIMEA 53
#define NOW    1700000000

#define QUESTION      "question: { qname: a.example.org., qtype: 53, qclass: 1 }"
#define HEADER(rcode) "header: { id: 1, qr: 1, rcode: " #rcode " }, " QUESTION
#define CANONICAL     "canonical_name: a.example.org."
#define SECURE        "dnssec_status: GETDNS_DNSSEC_SECURE"
#define INSECURE      "dnssec_status: GETDNS_DNSSEC_INSECURE"
#define BOGUS         "dnssec_status: GETDNS_DNSSEC_BOGUS"
#define INDETERMINATE "dnssec_status: GETDNS_DNSSEC_INDETERMINATE"

#define RR(owner, type, ttl, rdata)                                                                \
    "{ name: " owner ", type: " #type ", class: 1, ttl: " #ttl ", rdata: { " rdata " } }"
#define RECORD RR("a.example.org.", 53, 600, "rdata_raw: 0x03000041")
#define OTHER  RR("b.example.org.", 53, 600, "rdata_raw: 0x03000042")
#define UPPER  RR("A.EXAMPLE.org.", 53, 600, "rdata_raw: 0x03000043")
#define TXT    RR("a.example.org.", 16, 600, "rdata_raw: 0x0141")
#define CHAOS  "{ name: a.example.org., type: 53, class: 3, ttl: 600, rdata: { rdata_raw: 0x00 } }"
#define NSEC   RR("a.example.org.", 47, 600, "rdata_raw: 0x00")
#define NSEC3  RR("a.example.org.", 50, 600, "rdata_raw: 0x00")
#define SOA    RR("example.org.", 6, 600, "minimum: 30")
/* Of 1699999000 to 1700000100: a hundred seconds are left. */
#define RRSIG RR("a.example.org.", 46, 600, "original_ttl: 600, signature_expiration: 1700000100")
#define RRSIG_TTL                                                                                  \
    RR("a.example.org.", 46, 600, "original_ttl: 50, signature_expiration: 1800000000")
#define RRSIG_OLD                                                                                  \
    RR("a.example.org.", 46, 600, "original_ttl: 600, signature_expiration: 1699999999")
/* More than 2^31 seconds away is in the past (RFC 4034 §3.1.5). */
#define RRSIG_WRAPPED RR("a.example.org.", 46, 600, "original_ttl: 600, signature_expiration: 10")
#define TTL_NEGATIVE  RR("a.example.org.", 53, 2147483648, "rdata_raw: 0x03000041")
#define NO_RDATA      RR("a.example.org.", 53, 600, "other: 1")

#define REPLY(rcode, validation, answer, authority)                                                \
    "{ status: 900, replies_tree: [ { " HEADER(rcode) ", " CANONICAL ", " validation               \
                                                      ", answer: [ " answer                        \
                                                      " ], authority: [ " authority " ] } ] }"

typedef struct {
    const gchar *label;
    const gchar *response;
    DnsOutcome outcome;
    guint n_records;
    gboolean name_exists;
    guint32 ttl;
} AnswerCase;

static const AnswerCase answer_cases[] = {
    {"records", REPLY(0, SECURE, RECORD, ""), DNS_OUTCOME_SECURE_RECORDS, 1, FALSE, 600},
    /* RFC 2181 §5 */
    {"record-twice", REPLY(0, SECURE, RECORD "," RECORD, ""), DNS_OUTCOME_SECURE_RECORDS, 1, FALSE,
     600},
    {"records-two", REPLY(0, SECURE, RECORD "," UPPER, ""), DNS_OUTCOME_SECURE_RECORDS, 2, FALSE,
     600},
    /* A server may add what is signed, but not asked for. */
    {"record-of-another-name-beside", REPLY(0, SECURE, OTHER "," RECORD, ""),
     DNS_OUTCOME_SECURE_RECORDS, 1, FALSE, 600},
    {"record-of-another-name-only", REPLY(0, SECURE, OTHER, ""), DNS_OUTCOME_BOGUS, 0, FALSE, 600},
    {"record-of-another-name-and-denial", REPLY(0, SECURE, OTHER, NSEC), DNS_OUTCOME_SECURE_DENIAL,
     0, TRUE, 600},
    {"record-of-another-type", REPLY(0, SECURE, TXT, NSEC3), DNS_OUTCOME_SECURE_DENIAL, 0, TRUE,
     600},
    {"record-of-another-class", REPLY(0, SECURE, CHAOS, NSEC), DNS_OUTCOME_SECURE_DENIAL, 0, TRUE,
     600},
    {"record-without-data", REPLY(0, SECURE, NO_RDATA, ""), DNS_OUTCOME_UNREACHABLE, 0, FALSE, 600},
    {"no-data", REPLY(0, SECURE, "", NSEC "," SOA), DNS_OUTCOME_SECURE_DENIAL, 0, TRUE, 30},
    {"nxdomain", REPLY(3, SECURE, "", NSEC3 "," SOA), DNS_OUTCOME_SECURE_DENIAL, 0, FALSE, 30},
    /* Response code and records contradict each other: the proof decides. */
    {"nxdomain-with-record", REPLY(3, SECURE, RECORD, ""), DNS_OUTCOME_BOGUS, 0, FALSE, 600},
    {"denial-without-proof", REPLY(3, SECURE, "", SOA), DNS_OUTCOME_BOGUS, 0, FALSE, 30},
    {"insecure", REPLY(0, INSECURE, RECORD, SOA), DNS_OUTCOME_INSECURE, 1, FALSE, 600},
    {"insecure-nxdomain", REPLY(3, INSECURE, "", SOA), DNS_OUTCOME_INSECURE, 0, FALSE, 30},
    {"bogus", REPLY(0, BOGUS, RECORD, ""), DNS_OUTCOME_BOGUS, 1, FALSE, 600},
    {"indeterminate", REPLY(0, INDETERMINATE, RECORD, ""), DNS_OUTCOME_INDETERMINATE, 0, FALSE,
     600},
    {"not-performed", REPLY(0, "dnssec_status: 404", RECORD, ""), DNS_OUTCOME_INDETERMINATE, 0,
     FALSE, 600},
    {"no-status", REPLY(0, "x: 1", RECORD, ""), DNS_OUTCOME_INDETERMINATE, 0, FALSE, 600},
    /* getdns calls these insecure. */
    {"servfail", REPLY(2, INSECURE, "", ""), DNS_OUTCOME_UNREACHABLE, 0, FALSE, 0},
    {"refused", REPLY(5, INSECURE, RECORD, ""), DNS_OUTCOME_UNREACHABLE, 0, FALSE, 0},
    {"rcode-23", REPLY(23, SECURE, RECORD, ""), DNS_OUTCOME_UNREACHABLE, 0, FALSE, 0},
    {"all-timeout", "{ status: 902, replies_tree: [] }", DNS_OUTCOME_UNREACHABLE, 0, FALSE, 0},
    /* Died while validating: there is a reply, but it means nothing. */
    {"timeout-with-reply",
     "{ status: 902, replies_tree: [ { " HEADER(0) ", " CANONICAL ", " SECURE ", answer: [ " RECORD
                                                   " ] } ] }",
     DNS_OUTCOME_UNREACHABLE, 0, FALSE, 0},
    {"no-reply", "{ status: 900, replies_tree: [] }", DNS_OUTCOME_UNREACHABLE, 0, FALSE, 0},
    {"no-tree", "{ status: 900 }", DNS_OUTCOME_UNREACHABLE, 0, FALSE, 0},
    /* What getdns makes of a recursion that found no server. */
    {"own-query",
     "{ status: 901, replies_tree: [ { header: { qr: 0, rcode: 0 }, question: { qname: ., qtype: "
     "2, "
     "qclass: 1 }, canonical_name: ., " INSECURE ", answer: [], authority: [] } ] }",
     DNS_OUTCOME_UNREACHABLE, 0, FALSE, 0},
    {"not-a-response",
     "{ status: 900, replies_tree: [ { header: { qr: 0, rcode: 0 }, " QUESTION ", " CANONICAL
     ", " SECURE ", answer: [ " RECORD " ] } ] }",
     DNS_OUTCOME_UNREACHABLE, 0, FALSE, 0},
    {"question-of-another-name",
     "{ status: 900, replies_tree: [ { header: { qr: 1, rcode: 0 }, question: { qname: "
     "b.example.org., qtype: 53, qclass: 1 }, " CANONICAL ", " SECURE ", answer: [ " RECORD
     " ] } ] }",
     DNS_OUTCOME_UNREACHABLE, 0, FALSE, 0},
    {"question-of-another-type",
     "{ status: 900, replies_tree: [ { header: { qr: 1, rcode: 0 }, question: { qname: "
     "a.example.org., qtype: 16, qclass: 1 }, " CANONICAL ", " SECURE ", answer: [ " RECORD
     " ] } ] }",
     DNS_OUTCOME_UNREACHABLE, 0, FALSE, 0},
    {"question-in-upper-case",
     "{ status: 900, replies_tree: [ { header: { qr: 1, rcode: 0 }, question: { qname: "
     "A.Example.ORG., qtype: 53, qclass: 1 }, " CANONICAL ", " SECURE ", answer: [ " RECORD
     " ] } ] }",
     DNS_OUTCOME_SECURE_RECORDS, 1, FALSE, 600},
    {"no-header",
     "{ status: 900, replies_tree: [ { " CANONICAL ", " SECURE ", answer: [ " RECORD " ] } ] }",
     DNS_OUTCOME_UNREACHABLE, 0, FALSE, 0},
    {"no-name",
     "{ status: 900, replies_tree: [ { " HEADER(0) ", " SECURE ", answer: [ " RECORD " ] } ] }",
     DNS_OUTCOME_UNREACHABLE, 0, FALSE, 600},

    {"lifetime-of-signature", REPLY(0, SECURE, RECORD "," RRSIG, ""), DNS_OUTCOME_SECURE_RECORDS, 1,
     FALSE, 100},
    {"lifetime-original-ttl", REPLY(0, SECURE, RECORD "," RRSIG_TTL, ""),
     DNS_OUTCOME_SECURE_RECORDS, 1, FALSE, 50},
    {"lifetime-authority", REPLY(0, SECURE, RECORD, RRSIG_TTL), DNS_OUTCOME_SECURE_RECORDS, 1,
     FALSE, 50},
    {"lifetime-expired", REPLY(0, BOGUS, RECORD "," RRSIG_OLD, ""), DNS_OUTCOME_BOGUS, 1, FALSE, 0},
    {"lifetime-serial", REPLY(0, SECURE, RECORD "," RRSIG_WRAPPED, ""), DNS_OUTCOME_SECURE_RECORDS,
     1, FALSE, 0},
    /* RFC 2181 §8 */
    {"lifetime-negative", REPLY(0, SECURE, TTL_NEGATIVE, ""), DNS_OUTCOME_SECURE_RECORDS, 1, FALSE,
     0},
    {"lifetime-soa-beside-records", REPLY(0, SECURE, RECORD, SOA), DNS_OUTCOME_SECURE_RECORDS, 1,
     FALSE, 600},
};

static getdns_dict *
make_response(const gchar *text)
{
    getdns_dict *response = NULL;
    g_assert_cmpint(getdns_str2dict(text, &response), ==, GETDNS_RETURN_GOOD);
    return response;
}

static void
test_answer(gconstpointer data)
{
    const AnswerCase *answer_case = data;
    g_autoptr(getdns_dict) response = make_response(answer_case->response);
    g_autoptr(ResolverAnswer) answer = getdns_answer_new(NAME, SMIMEA, response, NOW);
    g_test_message("%s, %s", dns_outcome_to_string(answer->outcome), answer->detail);
    g_assert_cmpstr(answer->owner_name, ==, NAME);
    g_assert_cmpint(answer->outcome, ==, answer_case->outcome);
    g_assert_cmpuint(answer->records->len, ==, answer_case->n_records);
    g_assert_cmpint(answer->name_exists, ==, answer_case->name_exists);
    g_assert_cmpuint(answer->ttl, ==, answer_case->ttl);
    if (answer_case->n_records > 0)
        g_assert_cmpstr(answer->canonical_name, ==, NAME);
    if (answer_case->outcome == DNS_OUTCOME_UNREACHABLE)
        g_assert_nonnull(answer->detail);
}

static void
test_null(void)
{
    g_autoptr(ResolverAnswer) answer = getdns_answer_new(NAME, SMIMEA, NULL, NOW);
    g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_UNREACHABLE);
    g_assert_true(getdns_answer_is_timeout(NULL));
}

static void
test_alias(void)
{
    g_autoptr(getdns_dict) response = make_response("{ status: 900, replies_tree: [ { " HEADER(
        0) ", " SECURE ", canonical_name: b.example.org., answer: [ " RECORD "," OTHER
           " ], authority: [] } ] }");
    g_autoptr(ResolverAnswer) answer = getdns_answer_new(NAME, SMIMEA, response, NOW);
    g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_SECURE_RECORDS);
    g_assert_cmpstr(answer->canonical_name, ==, "b.example.org");
    g_assert_cmpuint(answer->records->len, ==, 1);
    const guint8 *rdata = g_bytes_get_data(answer->records->pdata[0], NULL);
    g_assert_cmpint(rdata[3], ==, 0x42);
}

/* Labels may hold any octet (RFC 2181 §11): "b\000b.org" is not "b\000c.org". */
static void
test_alias_with_nul(void)
{
    g_autoptr(getdns_dict) response = make_response("{ status: 900, replies_tree: [ { " HEADER(
        0) ", " SECURE
           ", canonical_name: 0x03620062036f726700, answer: [ " RR(
               "0x03620063036f726700", 53, 600,
               "rdata_raw: 0x03000041") "," RR("0x03420062036F726700", 53, 600,
                                               "rdata_raw: 0x03000042") " ], authority: [] } ] }");
    g_autoptr(ResolverAnswer) answer = getdns_answer_new(NAME, SMIMEA, response, NOW);
    g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_SECURE_RECORDS);
    g_assert_cmpuint(answer->records->len, ==, 1);
    const guint8 *rdata = g_bytes_get_data(answer->records->pdata[0], NULL);
    g_assert_cmpint(rdata[3], ==, 0x42);
}

/* The counter begins again in 2106 (RFC 4034 §3.1.5). */
static void
test_serial(void)
{
    g_autoptr(getdns_dict) response = make_response(REPLY(0, SECURE, RECORD "," RRSIG_WRAPPED, ""));
    gint64 now = (gint64)G_MAXUINT32 - 5;
    g_autoptr(ResolverAnswer) answer = getdns_answer_new(NAME, SMIMEA, response, now);
    g_assert_cmpuint(answer->ttl, ==, 16);
}

static void
test_private_type(void)
{
    g_autoptr(getdns_dict) response = make_response(
        "{ status: 900, replies_tree: [ { header: { qr: 1, rcode: 0 }, question: { qname: "
        "a.example.org., qtype: 65444, qclass: 1 }, " CANONICAL ", " SECURE
        ", answer: [ " RR("a.example.org.", 65444, 600, "rdata_raw: 0x01") "," RECORD " ] } ] }");
    g_autoptr(ResolverAnswer) answer = getdns_answer_new(NAME, 65444, response, NOW);
    g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_SECURE_RECORDS);
    g_assert_cmpuint(answer->records->len, ==, 1);
}

static void
test_record_limit(void)
{
    for (guint extra = 0; extra < 2; extra++) {
        g_autoptr(GString) records = g_string_new(RECORD);
        for (guint i = 1; i < LIMIT_RECORDS + extra; i++)
            g_string_append_printf(records,
                                   "," RR("a.example.org.", 53, 600, "rdata_raw: 0x0400%04x"), i);
        g_autofree gchar *text = g_strdup_printf(
            "{ status: 900, replies_tree: [ { " HEADER(0) ", " CANONICAL ", " SECURE
                                                          ", answer: [ %s ], authority: [] } ] }",
            records->str);
        g_autoptr(getdns_dict) response = make_response(text);
        g_autoptr(ResolverAnswer) answer = getdns_answer_new(NAME, SMIMEA, response, NOW);
        g_assert_cmpint(answer->outcome, ==,
                        extra == 0 ? DNS_OUTCOME_SECURE_RECORDS : DNS_OUTCOME_UNREACHABLE);
        g_assert_cmpuint(answer->records->len, ==, extra == 0 ? LIMIT_RECORDS : 0);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(answer_cases); i++) {
        g_autofree gchar *path = g_strconcat("/getdns-answer/", answer_cases[i].label, NULL);
        g_test_add_data_func(path, &answer_cases[i], test_answer);
    }
    g_test_add_func("/getdns-answer/null", test_null);
    g_test_add_func("/getdns-answer/alias", test_alias);
    g_test_add_func("/getdns-answer/alias-with-nul", test_alias_with_nul);
    g_test_add_func("/getdns-answer/serial", test_serial);
    g_test_add_func("/getdns-answer/private-type", test_private_type);
    g_test_add_func("/getdns-answer/record-limit", test_record_limit);
    return g_test_run();
}
