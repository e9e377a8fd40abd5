/* SPDX-License-Identifier: MPL-2.0 */
#include "chain-lookup.h"

#include <getdns/getdns_extra.h>

#include "getdns-answer.h"
#include "getdns-question.h"
#include "getdns-screen.h"
#include "getdns-unsigned.h"
#include "getdns-validate.h"

#define RCODE_NOERROR  0u
#define RCODE_NXDOMAIN 3u

/* Where the one reply stands in the response. */
#define REPLY "/replies_tree/0"

/* No zone of its own is to be expected below a label like this ("_smimecert"). */
#define SERVICE_LABEL '_'

struct _ChainLookup {
    ZoneChain *chain;
    gchar *owner_name;
    guint16 rr_type;
    DnsName name;
    GetdnsQuestion *question;
    getdns_dict *response;
    GetdnsReply *reply;
    GHashTable *asked;    /* (element-type DnsName): zones asked about for this lookup */
    gchar *unsigned_zone; /* words for the one found last */
    gboolean waiting;
    ChainLookupDone done;
    gpointer user_data;
};

/* What is known about one record set or denial, the worst first. */
typedef enum { LINK_UNDECIDED, LINK_REFUSED, LINK_PENDING, LINK_INSECURE, LINK_SECURE } Link;

/* The way through a reply. */
typedef struct {
    ChainLookup *lookup;
    gboolean validate; /* else only the zones are looked at */
    DnsName at;
    gboolean denied; /* the way ends without records */
    Link worst;
} Walk;

static gint64
get_now(void)
{
    return g_get_real_time() / G_USEC_PER_SEC;
}

void
chain_lookup_cancel(ChainLookup *lookup)
{
    if (lookup->question != NULL)
        getdns_question_cancel(lookup->question);
    if (lookup->waiting)
        zone_chain_stop_waiting(lookup->chain, lookup);
    getdns_reply_free(lookup->reply);
    getdns_dict_destroy(lookup->response);
    g_hash_table_unref(lookup->asked);
    g_free(lookup->unsigned_zone);
    zone_chain_unref(lookup->chain);
    g_free(lookup->owner_name);
    g_free(lookup);
}

static void
finish(ChainLookup *lookup, ChainLookupResult result, ResolverAnswer *answer)
{
    ChainLookupDone done = lookup->done;
    gpointer done_data = lookup->user_data;
    chain_lookup_cancel(lookup);
    done(result, answer, done_data);
}

/* What is known of a zone; asks if nothing is, once. */
static ZoneStatus
need_zone(ChainLookup *lookup, const DnsName *zone, gboolean *out_pending, ZoneKeys **out_keys)
{
    ZoneStatus status = zone_chain_find(lookup->chain, zone, out_pending, out_keys);
    if (status != ZONE_UNKNOWN || *out_pending || g_hash_table_contains(lookup->asked, zone) ||
        g_hash_table_size(lookup->asked) >= CHAIN_LOOKUP_MAX_ZONES)
        return status;
    g_hash_table_add(lookup->asked, g_memdup2(zone, sizeof *zone));
    zone_chain_ask(lookup->chain, zone);
    *out_pending = TRUE;
    return ZONE_UNKNOWN;
}

/* Notes the uppermost zone without DS on the way to @name. */
static void
note_unsigned_zone(ChainLookup *lookup, const DnsName *name)
{
    for (guint n = dns_name_count_labels(name) + 1; n > 0; n--) {
        gboolean pending = FALSE;
        DnsName zone;
        dns_name_strip(name, n - 1, &zone);
        if (zone_chain_find(lookup->chain, &zone, &pending, NULL) != ZONE_INSECURE)
            continue;
        g_free(lookup->unsigned_zone);
        lookup->unsigned_zone = getdns_unsigned_describe(&zone);
        return;
    }
}

/* How many labels stand before the part of the name in which zones are to be expected. */
static guint
count_service_labels(const DnsName *name)
{
    guint n_labels = 0;
    guint n_service = 0;
    for (gsize at = 0; name->octets[at] != 0; at += name->octets[at] + 1u) {
        n_labels++;
        if (name->octets[at + 1] == SERVICE_LABEL)
            n_service = n_labels;
    }
    return n_service;
}

/* Whether a delegation without DS is proven above the name. The zones on the way are needed
 * one after the other, so that no question goes out below an insecure one; @all: ask about all of
 * them at once nevertheless. */
static Link
walk_down(ChainLookup *lookup, const DnsName *name, gboolean all)
{
    guint n_service = count_service_labels(name);
    Link link = LINK_UNDECIDED;
    for (guint n = dns_name_count_labels(name) + 1; n > n_service; n--) {
        gboolean pending = FALSE;
        DnsName zone;
        dns_name_strip(name, n - 1, &zone);
        ZoneStatus status = need_zone(lookup, &zone, &pending, NULL);
        if (status == ZONE_INSECURE) {
            note_unsigned_zone(lookup, &zone);
            return LINK_INSECURE;
        }
        if (status == ZONE_REFUSED)
            return LINK_REFUSED;
        if (pending)
            link = LINK_PENDING;
        if (!all && (pending || status == ZONE_UNKNOWN))
            break;
    }
    return link;
}

static Link
from_validity(ChainLookup *lookup, GetdnsValidity validity, const ZoneKeys *keys)
{
    switch (validity) {
    case GETDNS_VALIDITY_SECURE:
        return LINK_SECURE;
    case GETDNS_VALIDITY_REFUSED:
        return LINK_REFUSED;
    case GETDNS_VALIDITY_INSECURE:
    case GETDNS_VALIDITY_UNDECIDED:
    default:
        if (getdns_validate_misses_key(lookup->reply, keys))
            zone_chain_forget(lookup->chain, &keys->zone);
        return LINK_UNDECIDED;
    }
}

/* @type: 0 for the denial at the end of the way */
static Link
judge_link(Walk *walk, const DnsName *owner, guint16 type)
{
    ChainLookup *lookup = walk->lookup;
    const GetdnsReply *reply = lookup->reply;
    const DnsName *signer = type == 0 ? getdns_reply_find_denial_signer(reply, owner)
                                      : getdns_reply_find_signer(reply, owner, type);
    if (signer == NULL)
        return walk_down(lookup, owner, FALSE);
    gboolean pending = FALSE;
    g_autoptr(ZoneKeys) keys = NULL;
    ZoneStatus status = need_zone(lookup, signer, &pending, &keys);
    if (pending)
        return LINK_PENDING;
    if (status == ZONE_INSECURE) {
        note_unsigned_zone(lookup, signer);
        return LINK_INSECURE;
    }
    if (status == ZONE_REFUSED)
        return LINK_REFUSED;
    if (status != ZONE_SECURE)
        return LINK_UNDECIDED;
    if (!walk->validate)
        return LINK_SECURE;
    GetdnsValidity validity =
        type == 0 ? getdns_validate_denial(reply, owner, lookup->rr_type, keys, get_now())
                  : getdns_validate_records(reply, owner, type, keys, get_now());
    return from_validity(lookup, validity, keys);
}

static void
add_link(Walk *walk, const DnsName *owner, guint16 type)
{
    walk->worst = MIN(walk->worst, judge_link(walk, owner, type));
}

/* The DNAME record by which the alias at @owner was made; such a CNAME has no signature (RFC 6672
 * §3.1). */
static const GetdnsRecord *
find_dname(const GetdnsReply *reply, const DnsName *owner)
{
    if (getdns_reply_find_signer(reply, owner, GETDNS_RRTYPE_CNAME) != NULL)
        return NULL;
    guint n_labels = dns_name_count_labels(owner);
    for (guint n = 1; n <= n_labels; n++) {
        DnsName ancestor;
        dns_name_strip(owner, n, &ancestor);
        const GetdnsRecord *dname = getdns_reply_find(reply, &ancestor, GETDNS_RRTYPE_DNAME);
        if (dname != NULL)
            return dname;
    }
    return NULL;
}

/* Goes from an alias to its target; FALSE if it leads nowhere. */
static gboolean
follow_alias(Walk *walk, const GetdnsRecord *cname)
{
    const GetdnsRecord *dname = find_dname(walk->lookup->reply, &walk->at);
    DnsName target;
    if (!getdns_record_get_target(cname, &target))
        return FALSE;
    if (dname == NULL) {
        add_link(walk, &walk->at, GETDNS_RRTYPE_CNAME);
        walk->at = target;
        return TRUE;
    }
    DnsName to;
    DnsName made;
    if (!getdns_record_get_target(dname, &to) ||
        !dns_name_substitute(&walk->at, &dname->owner, &to, &made) ||
        !dns_name_equal(&made, &target))
        return FALSE;
    add_link(walk, &dname->owner, GETDNS_RRTYPE_DNAME);
    walk->at = made;
    return TRUE;
}

static void
walk_reply(Walk *walk)
{
    const GetdnsReply *reply = walk->lookup->reply;
    walk->at = walk->lookup->name;
    walk->worst = LINK_SECURE;
    for (guint n = 0; n <= CHAIN_LOOKUP_MAX_ALIASES; n++) {
        if (getdns_reply_find(reply, &walk->at, walk->lookup->rr_type) != NULL) {
            add_link(walk, &walk->at, walk->lookup->rr_type);
            return;
        }
        const GetdnsRecord *cname = getdns_reply_find(reply, &walk->at, GETDNS_RRTYPE_CNAME);
        if (cname == NULL) {
            walk->denied = TRUE;
            add_link(walk, &walk->at, 0);
            return;
        }
        if (!follow_alias(walk, cname))
            break;
    }
    walk->worst = LINK_UNDECIDED;
}

/* getdns's own idea of where the records stand is what the answer is read by. */
static gboolean
ends_at(const ChainLookup *lookup, const DnsName *name)
{
    getdns_bindata *data = NULL;
    DnsName canonical;
    return getdns_dict_get_bindata(lookup->response, REPLY "/canonical_name", &data) ==
               GETDNS_RETURN_GOOD &&
           dns_name_read(&canonical, data->data, data->size) && dns_name_equal(&canonical, name);
}

static void
finish_bogus(ChainLookup *lookup, const gchar *detail)
{
    ResolverAnswer *answer =
        resolver_answer_new(lookup->owner_name, lookup->rr_type, DNS_OUTCOME_BOGUS);
    answer->detail = g_strdup(detail);
    finish(lookup, CHAIN_LOOKUP_ANSWERED, answer);
}

static void
finish_undecided(ChainLookup *lookup)
{
    if (getdns_screen_holds_foreign(lookup->reply, lookup->rr_type))
        finish_bogus(lookup, "DNSSEC validation failed: records that were not asked for");
    else
        finish(lookup, CHAIN_LOOKUP_UNDECIDED, NULL);
}

static ResolverAnswer *
read_answer(ChainLookup *lookup, guint32 status)
{
    getdns_dict_set_int(lookup->response, REPLY "/dnssec_status", status);
    return getdns_answer_new(lookup->owner_name, lookup->rr_type, lookup->response, get_now());
}

/* Reads the answer with what was found out, and believes it only if it says the same. */
static void
finish_validated(ChainLookup *lookup, const Walk *walk)
{
    gboolean secure = walk->worst == LINK_SECURE;
    DnsOutcome expected = !secure        ? DNS_OUTCOME_INSECURE
                          : walk->denied ? DNS_OUTCOME_SECURE_DENIAL
                                         : DNS_OUTCOME_SECURE_RECORDS;
    if (!ends_at(lookup, &walk->at) || (!walk->denied && lookup->reply->rcode != RCODE_NOERROR)) {
        finish_undecided(lookup);
        return;
    }
    g_autoptr(ResolverAnswer) answer =
        read_answer(lookup, secure ? GETDNS_DNSSEC_SECURE : GETDNS_DNSSEC_INSECURE);
    if (answer->outcome == DNS_OUTCOME_INSECURE)
        answer->detail = g_steal_pointer(&lookup->unsigned_zone);
    if (answer->outcome != expected && answer->outcome != DNS_OUTCOME_UNREACHABLE)
        finish_undecided(lookup);
    else
        finish(lookup, CHAIN_LOOKUP_ANSWERED, g_steal_pointer(&answer));
}

static void advance(ChainLookup *lookup);

static void
on_changed(gpointer user_data)
{
    ChainLookup *lookup = user_data;
    lookup->waiting = FALSE;
    advance(lookup);
}

static void
advance(ChainLookup *lookup)
{
    Walk walk = {.lookup = lookup};
    walk_reply(&walk);
    if (walk.worst > LINK_PENDING) {
        walk = (Walk){.lookup = lookup, .validate = TRUE};
        walk_reply(&walk);
    }
    switch (walk.worst) {
    case LINK_PENDING:
        lookup->waiting = TRUE;
        zone_chain_wait(lookup->chain, on_changed, lookup);
        return;
    case LINK_REFUSED:
        finish_bogus(lookup, "DNSSEC validation refused: proofs that are none, or more keys and "
                             "signatures than honest zones have");
        return;
    case LINK_SECURE:
    case LINK_INSECURE:
        finish_validated(lookup, &walk);
        return;
    case LINK_UNDECIDED:
    default:
        finish_undecided(lookup);
    }
}

static void
on_reply(getdns_dict *response, const gchar *problem, gpointer user_data)
{
    ChainLookup *lookup = user_data;
    lookup->question = NULL;
    lookup->response = response;
    if (response == NULL) {
        finish(lookup, CHAIN_LOOKUP_SILENT,
               resolver_answer_new_unreachable(
                   lookup->owner_name, lookup->rr_type, "%s%s", problem == NULL ? "" : "getdns: ",
                   problem == NULL ? "no answer from the name server" : problem));
        return;
    }
    lookup->reply = getdns_reply_new(response, &lookup->name, lookup->rr_type);
    if (lookup->reply == NULL)
        finish(lookup, CHAIN_LOOKUP_ANSWERED,
               resolver_answer_new_unreachable(lookup->owner_name, lookup->rr_type,
                                               "an answer that can't be read"));
    else if (lookup->reply->rcode != RCODE_NOERROR && lookup->reply->rcode != RCODE_NXDOMAIN)
        finish(lookup, CHAIN_LOOKUP_ANSWERED, read_answer(lookup, GETDNS_DNSSEC_INDETERMINATE));
    else
        advance(lookup);
}

gboolean
chain_lookup_is_truncated(const ChainLookup *lookup)
{
    return lookup->question != NULL && getdns_question_is_truncated(lookup->question);
}

ChainLookup *
chain_lookup_new(ZoneChain *chain, const gchar *owner_name, guint16 rr_type, ChainLookupDone done,
                 gpointer user_data)
{
    ChainLookup *lookup = g_new0(ChainLookup, 1);
    lookup->chain = zone_chain_ref(chain);
    lookup->owner_name = g_strdup(owner_name);
    lookup->rr_type = rr_type;
    lookup->done = done;
    lookup->user_data = user_data;
    lookup->asked = g_hash_table_new_full(dns_name_hash, dns_name_equal_func, g_free, NULL);
    /* A resolver's caller has valid names only. */
    gboolean valid = dns_name_parse(&lookup->name, owner_name);
    g_assert(valid);
    lookup->question =
        getdns_question_new(zone_chain_get_route(chain), &lookup->name, rr_type, on_reply, lookup);
    walk_down(lookup, &lookup->name, TRUE);
    return lookup;
}
