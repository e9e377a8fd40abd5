/* SPDX-License-Identifier: MPL-2.0 */

/* A name server's reply, in the form that getdns gives it in, and beside it one with a zone's keys.
 *
 * Octet 0: bits 0 and 1 what getdns found out, bit 2 whether it had no answer. Octets 1 and 2: the
 * length of the reply; behind it stands the one with the keys. Both are DNS messages, which getdns
 * itself reads here as it does when they come from the network.
 *
 * getdns 1.6.0 aborts at NAPTR records, and reads beyond the end of messages that end in the middle
 * of a record; the resolver program is there to be lost at that. Such inputs are dropped here
 * before getdns gets them. */

#include <arpa/nameser.h>
#include <getdns/getdns_extra.h>

#include "denial.h"
#include "fuzz-answer.h"
#include "fuzz.h"
#include "getdns-answer.h"
#include "getdns-chain.h"
#include "getdns-reason.h"
#include "getdns-screen.h"
#include "getdns-validate.h"

/* 2026-11-22, in which the signatures of the corpus hold. */
#define NOW         G_GINT64_CONSTANT(1795330000)
#define ALIASES_MAX 8u

#define RR_TYPE_NAPTR 35

#define RCODE_NOERROR  0u
#define RCODE_NXDOMAIN 3u

/* Whether getdns 1.6.0 can read it without harm: see above. */
static gboolean
is_harmless(const guint8 *octets, gsize n_octets)
{
    static const ns_sect sections[] = {ns_s_qd, ns_s_an, ns_s_ns, ns_s_ar};
    ns_msg message;
    if (ns_initparse(octets, (int)n_octets, &message) < 0)
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(sections); i++)
        for (int k = 0; k < ns_msg_count(message, sections[i]); k++) {
            ns_rr record;
            if (ns_parserr(&message, sections[i], k, &record) < 0 ||
                ns_rr_type(record) == RR_TYPE_NAPTR)
                return FALSE;
        }
    return TRUE;
}

/* With room behind it: getdns 1.6.0 reads fields of RDATA that is shorter than they are. */
static getdns_dict *
read_message(const guint8 *octets, gsize n_octets)
{
    getdns_dict *message = NULL;
    if (n_octets == 0 || !is_harmless(octets, n_octets))
        return NULL;
    g_autofree guint8 *copy = g_malloc0(n_octets + G_MAXUINT16);
    memcpy(copy, octets, n_octets);
    if (getdns_wire2msg_dict(copy, n_octets, &message) != GETDNS_RETURN_GOOD)
        return NULL;
    return message;
}

static gboolean
read_question(getdns_dict *message, DnsName *out_name, guint16 *out_type)
{
    getdns_bindata *name = NULL;
    guint32 type = 0;
    if (getdns_dict_get_bindata(message, "/question/qname", &name) != GETDNS_RETURN_GOOD ||
        getdns_dict_get_int(message, "/question/qtype", &type) != GETDNS_RETURN_GOOD)
        return FALSE;
    *out_type = (guint16)type;
    return dns_name_read(out_name, name->data, name->size);
}

static getdns_dict *
wrap(getdns_dict *message, guint8 mode, const DnsName *canonical_name)
{
    getdns_dict *response = getdns_dict_create();
    g_autoptr(getdns_list) replies = getdns_list_create();
    getdns_bindata name = {canonical_name->n_octets, (guint8 *)canonical_name->octets};
    getdns_dict_set_bindata(message, "canonical_name", &name);
    getdns_dict_set_int(message, "dnssec_status", GETDNS_DNSSEC_SECURE + (mode & 3u));
    getdns_list_set_dict(replies, 0, message);
    getdns_dict_set_list(response, "replies_tree", replies);
    getdns_dict_set_int(response, "status",
                        (mode & 4u) != 0 ? GETDNS_RESPSTATUS_ALL_TIMEOUT : GETDNS_RESPSTATUS_GOOD);
    return response;
}

static DnsName
follow_aliases(const GetdnsReply *reply, DnsName name)
{
    for (guint i = 0; reply != NULL && i < ALIASES_MAX; i++) {
        DnsName target;
        const GetdnsRecord *alias = getdns_reply_find(reply, &name, GETDNS_RRTYPE_CNAME);
        if (alias == NULL || !getdns_record_get_target(alias, &target))
            break;
        name = target;
    }
    return name;
}

static void
check_record(const GetdnsRecord *record, const DnsName *name)
{
    DnsName target;
    g_assert_cmpuint(record->ttl, <=, DNS_TTL_MAX);
    g_assert_cmpuint(getdns_record_get_lifetime(record, NOW), <=, record->ttl);
    if (record->type == GETDNS_RRTYPE_CNAME || record->type == GETDNS_RRTYPE_DNAME)
        (void)!getdns_record_get_target(record, &target);
    if (getdns_record_is_denial(record)) {
        denial_is_delegation(record);
        denial_has_dname(record);
        denial_has_opt_out(record);
        denial_matches_name(record, name, GETDNS_SCREEN_MAX_ITERATIONS);
        denial_shows_empty_name(record, name);
    }
}

/* As zone-chain.c takes them when their DS records are known: here, as they are. */
static ZoneKeys *
take_keys(const GetdnsReply *reply, const DnsName *zone)
{
    ZoneKeys *keys = zone_keys_new(zone);
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (record->in_answer && record->type == GETDNS_RRTYPE_DNSKEY &&
            dns_name_equal(&record->owner, zone))
            zone_keys_add(keys, record->dict, record->rdata, record->n_rdata);
    }
    return keys;
}

static void
validate(const GetdnsReply *reply, const DnsName *owner, guint16 type, const GetdnsReply *key_reply,
         const DnsName *zone)
{
    g_autoptr(ZoneKeys) keys = take_keys(key_reply, zone);
    g_autoptr(getdns_list) anchors = getdns_list_create();
    gboolean refused = FALSE;
    GetdnsValidity records = getdns_validate_records(reply, owner, type, keys, NOW);
    getdns_validate_denial(reply, owner, type, keys, NOW);
    getdns_validate_misses_key(reply, keys);
    /* RFC 4035 §5.3.1 */
    const DnsName *signer = getdns_reply_find_signer(reply, owner, type);
    g_assert_true(records != GETDNS_VALIDITY_SECURE || signer != NULL);
    g_assert_true(signer == NULL || dns_name_is_within(owner, signer));
    ZoneKeys *below = getdns_validate_keys(key_reply, zone, reply, anchors, NOW, &refused);
    ZoneKeys *root = getdns_validate_keys(key_reply, zone, NULL, anchors, NOW, &refused);
    g_assert_null(root); /* without an anchor */
    g_clear_pointer(&below, zone_keys_unref);
}

/* The same with the keys as what getdns has gathered to validate it with, which are too few for
 * anything to be secure: there is no anchor for them. */
static void
check_chain(getdns_dict *response, const GetdnsReply *reply, const DnsName *name, guint16 type,
            getdns_dict *key_message)
{
    g_autoptr(getdns_list) anchors = getdns_list_create();
    getdns_list *gathered = NULL;
    guint32 status = GETDNS_DNSSEC_INDETERMINATE;
    if (getdns_dict_get_list(key_message, "/answer", &gathered) != GETDNS_RETURN_GOOD)
        return;
    getdns_dict_set_list(response, "validation_chain", gathered);
    g_autoptr(GetdnsReply) chain = getdns_reply_new_chain(response);
    if (chain != NULL)
        getdns_chain_count_trials(reply, chain, name);
    g_autofree gchar *text = dns_name_to_string(name);
    if (getdns_chain_validate(response, text, type, anchors, NOW) == GETDNS_CHAIN_JUDGED) {
        g_assert_cmpint(getdns_dict_get_int(response, "/replies_tree/0/dnssec_status", &status), ==,
                        GETDNS_RETURN_GOOD);
        g_assert_false(getdns_chain_is_strong(response, text, type, anchors, NOW));
        /* an error is insecure to getdns; who asks has looked at the code before */
        gboolean insecure = getdns_chain_is_insecure(response, text, type, anchors, NOW);
        g_assert_true(!insecure ||
                      (reply->rcode != RCODE_NOERROR && reply->rcode != RCODE_NXDOMAIN));
        g_autofree gchar *reason = getdns_reason_find(response, text, type, anchors, NOW);
        g_assert_true(reason == NULL || g_utf8_validate(reason, -1, NULL));
    }
    g_assert_cmpuint(status, !=, GETDNS_DNSSEC_SECURE);
}

/* What the reply says of @name, and what the keys say of that. */
static DnsName
look_into(getdns_dict *response, const DnsName *name, guint16 type, getdns_dict *key_message)
{
    g_autoptr(GetdnsReply) reply = getdns_reply_new(response, name, type);
    DnsName canonical = follow_aliases(reply, *name);
    DnsName zone;
    guint16 key_type = 0;
    if (reply == NULL)
        return canonical;
    for (guint i = 0; i < reply->records->len; i++)
        check_record(getdns_reply_get(reply, i), &canonical);
    getdns_reply_find_denial_signer(reply, &canonical);
    if (key_message == NULL || !read_question(key_message, &zone, &key_type))
        return canonical;
    check_chain(response, reply, name, type, key_message);
    g_autoptr(getdns_dict) key_response = wrap(key_message, 0, &zone);
    g_autoptr(GetdnsReply) key_reply = getdns_reply_new(key_response, &zone, GETDNS_RRTYPE_DNSKEY);
    if (key_reply != NULL) {
        validate(reply, name, type, key_reply, &zone);
        validate(reply, &canonical, type, key_reply, &zone);
    }
    return canonical;
}

static void
check_outcome(getdns_dict *response, const DnsName *name, guint16 type)
{
    g_autofree gchar *text = dns_name_to_string(name);
    if (!resolver_name_is_valid(text) || type == 0)
        return;
    g_autoptr(ResolverAnswer) answer = getdns_answer_new(text, type, response, NOW);
    g_assert_cmpuint(answer->ttl, <=, DNS_TTL_MAX);
    g_assert_true(answer->canonical_name == NULL || g_str_is_ascii(answer->canonical_name));
    check_answer(answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    if (n_octets < 3)
        return 0;
    gsize n_first = MIN((gsize)octets[1] << 8 | octets[2], n_octets - 3);
    g_autoptr(getdns_dict) message = read_message(octets + 3, n_first);
    g_autoptr(getdns_dict) key_message = read_message(octets + 3 + n_first, n_octets - 3 - n_first);
    DnsName name;
    guint16 type = 0;
    if (message == NULL || !read_question(message, &name, &type))
        return 0;
    g_autoptr(getdns_dict) response = wrap(message, octets[0], &name);
    DnsName canonical = look_into(response, &name, type, key_message);
    g_autoptr(getdns_dict) resolved = wrap(message, octets[0], &canonical);
    check_outcome(resolved, &name, type);
    return 0;
}
