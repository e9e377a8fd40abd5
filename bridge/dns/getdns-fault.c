/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-fault.h"

#include <string.h>

#include "denial.h"
#include "getdns-screen.h"
#include "getdns-validate.h"
#include "zone-fault.h"

/* RFC 1034 §3.6.2: chains of aliases are to be short. */
#define MAX_ALIASES 11u

typedef struct {
    const GetdnsReply *reply;
    const GetdnsReply *chain; /* DS, DNSKEY and what proves that there are none */
    guint16 rr_type;
    const getdns_list *anchors;
    gint64 now;
} Inquiry;

/* Where a way from the root to a name ends. */
typedef struct {
    ZoneKeys *keys;  /* of the last zone that is as it should be */
    gchar *fault;    /* of the zone below that, or NULL */
    gchar *insecure; /* that zone is not signed, as is proven */
} Way;

static void
way_clear(Way *way)
{
    g_clear_pointer(&way->keys, zone_keys_unref);
    g_clear_pointer(&way->fault, g_free);
    g_clear_pointer(&way->insecure, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Way, way_clear)

gchar *
getdns_fault_describe_delegation(const DnsName *zone)
{
    g_autofree gchar *name = zone_fault_name_zone(zone);
    return g_strconcat(name, ": no DS record in the zone above", NULL);
}

/* A proof in the chain that @name is a delegation without DS. */
static gboolean
is_unsigned_delegation(const GetdnsReply *chain, const DnsName *name)
{
    for (guint i = 0; i < chain->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(chain, i);
        if (getdns_record_is_denial(record) && denial_is_delegation(record) &&
            denial_matches_name(record, name, GETDNS_SCREEN_MAX_ITERATIONS))
            return TRUE;
    }
    return FALSE;
}

static void
step_into(const Inquiry *inquiry, const DnsName *zone, Way *way)
{
    if (zone_fault_has_unknown_ds_only(inquiry->chain, zone)) {
        g_autofree gchar *name = zone_fault_name_zone(zone);
        way->insecure = g_strconcat(
            name, ": its DS record in the zone above is of an algorithm that is not known here",
            NULL);
        return;
    }
    if (way->keys != NULL)
        way->fault = zone_fault_describe_set(inquiry->chain, zone, GETDNS_RRTYPE_DS, way->keys,
                                             inquiry->now);
    if (way->fault != NULL)
        return;
    g_autoptr(ZoneKeys) keys = zone_fault_read_keys(inquiry->chain, zone);
    way->fault = zone_fault_describe_keys(
        inquiry->chain, dns_name_is_root(zone) ? inquiry->anchors : NULL, keys, inquiry->now);
    g_clear_pointer(&way->keys, zone_keys_unref);
    way->keys = g_steal_pointer(&keys);
}

static void
go_to(const Inquiry *inquiry, const DnsName *name, Way *way)
{
    for (guint n = dns_name_count_labels(name) + 1; n > 0; n--) {
        DnsName zone;
        dns_name_strip(name, n - 1, &zone);
        if (dns_name_is_root(&zone) || zone_fault_has_ds(inquiry->chain, &zone))
            step_into(inquiry, &zone, way);
        else if (is_unsigned_delegation(inquiry->chain, &zone))
            way->insecure = getdns_fault_describe_delegation(&zone);
        if (way->fault != NULL || way->insecure != NULL)
            return;
    }
}

/* That a zone below the last one that is known signs: how it comes to be one, nobody said. */
static gchar *
describe_gap(const DnsName *signer, const Way *way)
{
    if (signer == NULL || dns_name_equal(signer, &way->keys->zone) ||
        !dns_name_is_within(signer, &way->keys->zone))
        return NULL;
    g_autofree gchar *name = zone_fault_name_zone(signer);
    return g_strconcat(
        name, ": neither DS records nor a proof that there are none came from the zone above",
        NULL);
}

static gchar *
describe_set(const Inquiry *inquiry, const DnsName *owner, guint16 type, Way *way)
{
    go_to(inquiry, owner, way);
    if (way->fault != NULL)
        return g_steal_pointer(&way->fault);
    if (way->insecure != NULL)
        return NULL;
    gchar *gap = describe_gap(getdns_reply_find_signer(inquiry->reply, owner, type), way);
    return gap != NULL
               ? gap
               : zone_fault_describe_set(inquiry->reply, owner, type, way->keys, inquiry->now);
}

static gchar *
describe_denial(const Inquiry *inquiry, const DnsName *name, Way *way)
{
    go_to(inquiry, name, way);
    if (way->fault != NULL || way->insecure != NULL)
        return g_steal_pointer(&way->fault);
    gchar *gap = describe_gap(getdns_reply_find_denial_signer(inquiry->reply, name), way);
    if (gap != NULL)
        return gap;
    guint n_proofs = 0;
    for (guint i = 0; i < inquiry->reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(inquiry->reply, i);
        if (record->in_answer || !getdns_record_is_denial(record))
            continue;
        n_proofs++;
        gchar *fault = zone_fault_describe_set(inquiry->reply, &record->owner, record->type,
                                               way->keys, inquiry->now);
        if (fault != NULL)
            return fault;
    }
    g_autofree gchar *zone = zone_fault_name_zone(&way->keys->zone);
    if (n_proofs == 0)
        return g_strconcat(zone, ": no proof (NSEC or NSEC3) that there are no such records", NULL);
    switch (
        getdns_validate_denial(inquiry->reply, name, inquiry->rr_type, way->keys, inquiry->now)) {
    case GETDNS_VALIDITY_SECURE:
        return NULL;
    case GETDNS_VALIDITY_INSECURE:
        way->insecure = g_strconcat(zone,
                                    ": its NSEC3 records (Opt-Out) leave open whether there "
                                    "is an unsigned zone of that name",
                                    NULL);
        return NULL;
    case GETDNS_VALIDITY_REFUSED:
    case GETDNS_VALIDITY_UNDECIDED:
    default:
        return g_strconcat(zone, ": its proof that there are no such records does not hold", NULL);
    }
}

/* One step along the aliases. @way: to the zone that has the records. Returns a fault, or NULL;
 * FALSE in @out_more at the end. */
static gchar *
describe_step(const Inquiry *inquiry, DnsName *at, gboolean *out_more, Way *way)
{
    *out_more = FALSE;
    if (getdns_reply_find(inquiry->reply, at, inquiry->rr_type) != NULL)
        return describe_set(inquiry, at, inquiry->rr_type, way);
    const GetdnsRecord *cname = getdns_reply_find(inquiry->reply, at, GETDNS_RRTYPE_CNAME);
    if (cname == NULL)
        return describe_denial(inquiry, at, way);
    const GetdnsRecord *dname = getdns_reply_find_dname(inquiry->reply, at);
    gchar *fault = dname != NULL ? describe_set(inquiry, &dname->owner, GETDNS_RRTYPE_DNAME, way)
                                 : describe_set(inquiry, at, GETDNS_RRTYPE_CNAME, way);
    *out_more = fault == NULL && getdns_record_get_target(cname, at);
    return fault;
}

/* With @insecure, where the first way that is not secure ends; else the first fault. What counts as
 * unsigned and is bogus to getdns all the same (a DS record of an unknown algorithm) is a fault. */
static gchar *
describe_all(const Inquiry *inquiry, const DnsName *name, gboolean insecure)
{
    DnsName at = *name;
    gboolean more = TRUE;
    g_autofree gchar *unsigned_zone = NULL;
    for (guint n = 0; more && n <= MAX_ALIASES; n++) {
        g_auto(Way) way = {NULL};
        g_autofree gchar *fault = describe_step(inquiry, &at, &more, &way);
        if (way.insecure != NULL && unsigned_zone == NULL)
            unsigned_zone = g_steal_pointer(&way.insecure);
        if (fault != NULL)
            return insecure ? g_steal_pointer(&unsigned_zone) : g_steal_pointer(&fault);
    }
    return g_steal_pointer(&unsigned_zone);
}

static gchar *
describe(getdns_dict *response, const gchar *owner_name, Inquiry *inquiry, gboolean insecure)
{
    DnsName name;
    if (!dns_name_parse(&name, owner_name))
        return NULL;
    g_autoptr(GetdnsReply) reply = getdns_reply_new(response, &name, inquiry->rr_type);
    g_autoptr(GetdnsReply) chain = getdns_reply_new_chain(response);
    if (reply == NULL || chain == NULL)
        return NULL;
    inquiry->reply = reply;
    inquiry->chain = chain;
    gchar *text = describe_all(inquiry, &name, insecure);
    /* ASCII: names are escaped. */
    if (text != NULL && strlen(text) > GETDNS_FAULT_MAX_OCTETS)
        text[GETDNS_FAULT_MAX_OCTETS] = '\0';
    return text;
}

gchar *
getdns_fault_describe(getdns_dict *response, const gchar *owner_name, guint16 rr_type,
                      const getdns_list *anchors, gint64 now)
{
    Inquiry inquiry = {NULL, NULL, rr_type, anchors, now};
    return describe(response, owner_name, &inquiry, FALSE);
}

gchar *
getdns_fault_describe_insecure(getdns_dict *response, const gchar *owner_name, guint16 rr_type,
                               const getdns_list *anchors, gint64 now)
{
    Inquiry inquiry = {NULL, NULL, rr_type, anchors, now};
    return describe(response, owner_name, &inquiry, TRUE);
}
