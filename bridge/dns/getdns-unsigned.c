/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-unsigned.h"

#include "denial.h"
#include "getdns-screen.h"

gchar *
getdns_unsigned_describe(const DnsName *zone)
{
    g_autofree gchar *name = dns_name_to_string(zone);
    return g_strdup_printf("%s has no DS record in the zone above", name);
}

/* There are DS records, and none is of use: as without them (RFC 4035 §5.2, RFC 6840 §5.2). */
static gboolean
has_unknown_ds(const GetdnsReply *chain, const DnsName *zone)
{
    guint n_unknown = 0;
    for (guint i = 0; i < chain->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(chain, i);
        if (record->type != GETDNS_RRTYPE_DS || record->n_rdata <= DS_FIXED_OCTETS ||
            !dns_name_equal(&record->owner, zone))
            continue;
        if (getdns_record_is_known_ds(record))
            return FALSE;
        n_unknown++;
    }
    return n_unknown > 0;
}

/* The chain proves a delegation without DS. */
static gboolean
is_unsigned_delegation(const GetdnsReply *chain, const DnsName *zone)
{
    for (guint i = 0; i < chain->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(chain, i);
        if (getdns_record_is_denial(record) && denial_is_delegation(record) &&
            denial_matches_name(record, zone, GETDNS_SCREEN_MAX_ITERATIONS))
            return TRUE;
    }
    return FALSE;
}

/* From the root down. */
static gchar *
find_on_way(const GetdnsReply *chain, const DnsName *name)
{
    for (guint n = dns_name_count_labels(name); n > 0; n--) {
        DnsName zone;
        dns_name_strip(name, n - 1, &zone);
        if (is_unsigned_delegation(chain, &zone))
            return getdns_unsigned_describe(&zone);
        if (!has_unknown_ds(chain, &zone))
            continue;
        g_autofree gchar *text = dns_name_to_string(&zone);
        return g_strdup_printf("the DS records of %s have algorithms or digests that are not "
                               "known here",
                               text);
    }
    return NULL;
}

static gchar *
find_opt_out(const GetdnsReply *reply)
{
    for (guint i = 0; i < reply->records->len; i++)
        if (denial_has_opt_out(getdns_reply_get(reply, i)))
            return g_strdup("NSEC3 records with Opt-Out leave open whether there is an unsigned "
                            "zone of that name");
    return getdns_screen_is_laborious(reply)
               ? g_strdup("NSEC3 records with so many iterations prove nothing (RFC 9276)")
               : NULL;
}

gchar *
getdns_unsigned_find(getdns_dict *response, const gchar *owner_name, guint16 rr_type)
{
    DnsName name;
    if (!dns_name_parse(&name, owner_name))
        return NULL;
    g_autoptr(GetdnsReply) reply = getdns_reply_new(response, &name, rr_type);
    g_autoptr(GetdnsReply) chain = getdns_reply_new_chain(response);
    if (reply == NULL || chain == NULL)
        return NULL;
    g_autoptr(GArray) names = getdns_reply_list_names(reply, &name);
    for (guint i = 0; i < names->len; i++) {
        gchar *found = find_on_way(chain, &g_array_index(names, DnsName, i));
        if (found != NULL)
            return found;
    }
    return find_opt_out(reply);
}
