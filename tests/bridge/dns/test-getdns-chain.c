/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-chain.h"

#include <getdns/getdns_extra.h>

/* Responses are made from getdns's own text form. Nothing in them is signed well: what is tested is
 * what getdns gets to see at all. */

#define NAME   "a.example.org"
#define SMIMEA 53
#define NAPTR  35
#define NOW    1700000000

#define KEY_FLAGS "01000308"

/* Two keys with this beginning and one key tag: the third and fourth octet of what is behind it
 * change places with the first two. */
#define KEY_ONE "00010002"
#define KEY_TWO "00020001"
/* Of another algorithm: it fits no signature here. */
#define OTHER_KEY "0100030d" KEY_ONE

typedef struct {
    const gchar *label;
    guint n_keys;       /* GETDNS_CHAIN_MAX_TRIALS of them fit the signatures */
    guint n_signatures; /* over the record */
    guint n_ds;
    guint n_proofs;
    guint n_aliases; /* before the record, each with a signature */
    guint foreign;   /* type of a record more; SMIMEA: in the authority section */
    GetdnsChainResult result;
} ChainCase;

static const ChainCase chain_cases[] = {
    {"honest", 1, 1, 1, 0, 0, 0, GETDNS_CHAIN_JUDGED},
    {"no-keys", 0, 1, 0, 0, 0, 0, GETDNS_CHAIN_JUDGED},
    {"denial", 2, 0, 1, 3, 0, 0, GETDNS_CHAIN_JUDGED},
    {"aliases", 2, 1, 1, 0, 11, 0, GETDNS_CHAIN_JUDGED},
    /* CVE-2023-50387 */
    {"trials-at-the-limit", 4, GETDNS_CHAIN_MAX_TRIALS / 4, 1, 0, 0, 0, GETDNS_CHAIN_JUDGED},
    {"keys-that-collide", 4, GETDNS_CHAIN_MAX_TRIALS / 4 + 1, 1, 0, 0, 0, GETDNS_CHAIN_REFUSED},
    {"keys-at-the-limit", GETDNS_CHAIN_MAX_KEYS, 0, 1, 0, 0, 0, GETDNS_CHAIN_JUDGED},
    {"too-many-keys", GETDNS_CHAIN_MAX_KEYS + 1, 0, 1, 0, 0, 0, GETDNS_CHAIN_REFUSED},
    {"too-many-ds", 1, 1, GETDNS_CHAIN_MAX_KEYS + 1, 0, 0, 0, GETDNS_CHAIN_REFUSED},
    /* CVE-2023-50868 */
    {"proofs-at-the-limit", 1, 0, 1, GETDNS_CHAIN_MAX_PROOFS, 0, 0, GETDNS_CHAIN_JUDGED},
    {"too-many-proofs", 1, 0, 1, GETDNS_CHAIN_MAX_PROOFS + 1, 0, 0, GETDNS_CHAIN_REFUSED},
    /* each set alone is within its limit */
    {"too-much-together", 12, 1, 1, 0, 100, 0, GETDNS_CHAIN_REFUSED},
    {"naptr", 1, 1, 1, 0, 0, NAPTR, GETDNS_CHAIN_REFUSED},
    {"answer-in-authority", 1, 0, 1, 1, 0, SMIMEA, GETDNS_CHAIN_REFUSED},
};

static void
add_record(GString *text, const gchar *owner, guint type, const gchar *rdata)
{
    g_string_append_printf(text,
                           "%s{ name: %s.example.org., type: %u, class: 1, ttl: 600, "
                           "rdata: { rdata_raw: 0x%s } }",
                           text->len == 0 ? "" : ", ", owner, type, rdata);
}

static guint
compute_tag(const gchar *hex)
{
    guint sum = 0;
    for (gsize i = 0; hex[i] != '\0'; i += 4)
        for (guint k = 0; k < 4; k++)
            sum += (guint)g_ascii_xdigit_value(hex[i + k]) << (12 - 4 * k);
    return (sum + (sum >> 16)) & 0xffffu;
}

/* By the keys' tag; the signature itself differs by @number. */
static void
add_signature(GString *text, const gchar *owner, guint covered, guint number)
{
    g_autofree gchar *rdata = g_strdup_printf("%04x080300000258" /* type, algorithm, labels, TTL */
                                              "7fffffff00000001" /* from and to */
                                              "%04x"
                                              "0178076578616d706c65036f726700" /* x.example.org. */
                                              "%08x",
                                              covered, compute_tag(KEY_FLAGS KEY_ONE), number);
    add_record(text, owner, GETDNS_RRTYPE_RRSIG, rdata);
}

static void
add_answer(GString *text, const ChainCase *chain_case)
{
    for (guint i = 0; i < chain_case->n_aliases; i++) {
        g_autofree gchar *owner = g_strdup_printf("a%u.x", i);
        add_record(text, owner, GETDNS_RRTYPE_CNAME, "016100");
        add_signature(text, owner, GETDNS_RRTYPE_CNAME, i);
    }
    if (chain_case->n_proofs == 0)
        add_record(text, "a", SMIMEA, "03000041");
    for (guint i = 0; i < chain_case->n_signatures; i++)
        add_signature(text, "a", SMIMEA, i);
    if (chain_case->foreign != 0 && chain_case->foreign != SMIMEA)
        add_record(text, "a", chain_case->foreign, "00000000000000");
}

static void
add_authority(GString *text, const ChainCase *chain_case)
{
    for (guint i = 0; i < chain_case->n_proofs; i++) {
        g_autofree gchar *owner = g_strdup_printf("n%u", i);
        add_record(text, owner, GETDNS_RRTYPE_NSEC, "017a0000060000000003");
    }
    if (chain_case->foreign == SMIMEA)
        add_record(text, "a", SMIMEA, "03000041");
}

static void
add_chain(GString *text, const ChainCase *chain_case)
{
    static const gchar *const keys[] = {KEY_FLAGS KEY_ONE, KEY_FLAGS KEY_TWO};
    for (guint i = 0; i < chain_case->n_keys; i++)
        add_record(text, "x", GETDNS_RRTYPE_DNSKEY,
                   i < GETDNS_CHAIN_MAX_TRIALS ? keys[i % G_N_ELEMENTS(keys)] : OTHER_KEY);
    if (chain_case->n_keys > 0)
        add_signature(text, "x", GETDNS_RRTYPE_DS, 0);
    for (guint i = 0; i < chain_case->n_ds; i++) {
        g_autofree gchar *rdata = g_strdup_printf("00010802%064x", i);
        add_record(text, "x", GETDNS_RRTYPE_DS, rdata);
    }
}

static getdns_dict *
make_response(const ChainCase *chain_case)
{
    g_autoptr(GString) answer = g_string_new(NULL);
    g_autoptr(GString) authority = g_string_new(NULL);
    g_autoptr(GString) chain = g_string_new(NULL);
    add_answer(answer, chain_case);
    add_authority(authority, chain_case);
    add_chain(chain, chain_case);
    g_autofree gchar *text =
        g_strdup_printf("{ status: 900, replies_tree: [ { header: { id: 1, qr: 1, rcode: 0 }, "
                        "question: { qname: a.example.org., qtype: 53, qclass: 1 }, "
                        "canonical_name: a.example.org., answer: [ %s ], authority: [ %s ] } ], "
                        "validation_chain: [ %s ] }",
                        answer->str, authority->str, chain->str);
    getdns_dict *response = NULL;
    g_assert_cmpint(getdns_str2dict(text, &response), ==, GETDNS_RETURN_GOOD);
    return response;
}

static getdns_list *
make_anchors(void)
{
    getdns_dict *anchor = NULL;
    getdns_list *list = getdns_list_create();
    g_assert_cmpint(
        getdns_str2rr_dict(". IN DS 1 8 2 "
                           "0000000000000000000000000000000000000000000000000000000000000000",
                           &anchor, NULL, 0),
        ==, GETDNS_RETURN_GOOD);
    getdns_list_set_dict(list, 0, anchor);
    getdns_dict_destroy(anchor);
    return list;
}

static void
test_chain(gconstpointer data)
{
    const ChainCase *chain_case = data;
    guint32 status = 0;
    g_autoptr(getdns_dict) response = make_response(chain_case);
    g_autoptr(getdns_list) anchors = make_anchors();
    GetdnsChainResult result = getdns_chain_validate(response, NAME, SMIMEA, anchors, NOW);
    g_assert_cmpint(result, ==, chain_case->result);
    getdns_return_t found = getdns_dict_get_int(response, "/replies_tree/0/dnssec_status", &status);
    if (result == GETDNS_CHAIN_REFUSED) {
        g_assert_cmpint(found, !=, GETDNS_RETURN_GOOD);
        return;
    }
    g_assert_cmpint(found, ==, GETDNS_RETURN_GOOD);
    g_assert_cmpuint(status, ==, GETDNS_DNSSEC_BOGUS);
}

/* What getdns was not asked to gather can't be looked at. */
static void
test_no_chain(void)
{
    g_autoptr(getdns_dict) response = make_response(&chain_cases[0]);
    g_autoptr(getdns_list) anchors = make_anchors();
    g_assert_cmpint(getdns_dict_remove_name(response, "validation_chain"), ==, GETDNS_RETURN_GOOD);
    g_assert_cmpint(getdns_chain_validate(response, NAME, SMIMEA, anchors, NOW), ==,
                    GETDNS_CHAIN_REFUSED);
}

/* Two keys fit each signature: that over the record, which stands outside the zone, and that over
 * the zone's DS. */
static void
test_count(void)
{
    static const ChainCase chain_case = {.n_keys = 2, .n_signatures = 1, .n_ds = 1};
    DnsName name;
    g_autoptr(getdns_dict) response = make_response(&chain_case);
    g_autoptr(GetdnsReply) chain = getdns_reply_new_chain(response);
    g_assert_true(dns_name_parse(&name, NAME));
    g_autoptr(GetdnsReply) reply = getdns_reply_new(response, &name, SMIMEA);
    /* The set itself, and as what stands on the way to the name. */
    g_assert_cmpuint(getdns_chain_count_trials(reply, chain, &name), ==, 2 + 2);
    g_assert_true(dns_name_parse(&name, "b.x.example.org"));
    /* The set itself, and the DS on the way to the name. */
    g_assert_cmpuint(getdns_chain_count_trials(reply, chain, &name), ==, 2 + 2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(chain_cases); i++) {
        g_autofree gchar *path = g_strconcat("/getdns-chain/", chain_cases[i].label, NULL);
        g_test_add_data_func(path, &chain_cases[i], test_chain);
    }
    g_test_add_func("/getdns-chain/no-chain", test_no_chain);
    g_test_add_func("/getdns-chain/count", test_count);
    return g_test_run();
}
