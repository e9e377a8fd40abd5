/* SPDX-License-Identifier: MPL-2.0 */
#include "zone-fault.h"

#include <string.h>

#include "getdns-validate.h"

/* RFC 4034 §3.1: where the time stands from which a signature holds. */
#define RRSIG_INCEPTION_AT 12u
/* RFC 4034 §5.1: tag, algorithm, type of digest. */
#define DS_FIXED_OCTETS 4u
/* Of a zone's name, so that what follows it has room. */
#define MAX_NAME_OCTETS 100u
/* January 2038: getdns 1.6.0 compares times as numbers with a sign. */
#define TIME_WITH_SIGN_END 0x80000000u

gchar *
zone_fault_name_zone(const DnsName *zone)
{
    if (dns_name_is_root(zone))
        return g_strdup("the root");
    g_autofree gchar *name = dns_name_to_string(zone);
    name[strlen(name) - 1] = '\0';
    if (strlen(name) > MAX_NAME_OCTETS)
        name[MAX_NAME_OCTETS] = '\0';
    return g_strconcat("zone ", name, NULL);
}

static gchar *
name_type(guint16 type)
{
    switch (type) {
    case GETDNS_RRTYPE_SMIMEA:
        return g_strdup("SMIMEA");
    case GETDNS_RRTYPE_CNAME:
        return g_strdup("CNAME");
    case GETDNS_RRTYPE_DNAME:
        return g_strdup("DNAME");
    case GETDNS_RRTYPE_DS:
        return g_strdup("DS");
    case GETDNS_RRTYPE_DNSKEY:
        return g_strdup("DNSKEY");
    case GETDNS_RRTYPE_NSEC:
        return g_strdup("NSEC");
    case GETDNS_RRTYPE_NSEC3:
        return g_strdup("NSEC3");
    default:
        return g_strdup_printf("TYPE%u", type); /* RFC 3597 §5 */
    }
}

static guint32
get_u32(const guint8 *octets)
{
    return (guint32)octets[0] << 24 | (guint32)octets[1] << 16 | (guint32)octets[2] << 8 |
           octets[3];
}

/* The time nearest to @now of those that 32 bits can mean (RFC 4034 §3.1.5). */
static gchar *
format_time(guint32 time, gint64 now)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(now + (gint32)(time - (guint32)now));
    return date == NULL ? g_strdup("another time") : g_date_time_format(date, "%Y-%m-%dT%H:%M:%SZ");
}

ZoneKeys *
zone_fault_read_keys(const GetdnsReply *reply, const DnsName *zone)
{
    ZoneKeys *keys = zone_keys_new(zone);
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (record->type == GETDNS_RRTYPE_DNSKEY && dns_name_equal(&record->owner, zone))
            zone_keys_add(keys, record->dict, record->rdata, record->n_rdata);
    }
    return keys;
}

/* The signatures over one record set, by what is wrong with them; the last of each kind. */
typedef struct {
    const GetdnsRecord *foreign;     /* in the name of another zone */
    const GetdnsRecord *unknown_key; /* by none of the zone's keys */
    const GetdnsRecord *ended;
    const GetdnsRecord *not_begun;
    const GetdnsRecord *timely;
} Signatures;

static void
sort_signature(Signatures *signatures, const GetdnsRecord *record, const ZoneKeys *keys, gint64 now)
{
    if (!dns_name_equal(&record->signer, &keys->zone))
        signatures->foreign = record;
    else if (zone_keys_count_matches(keys, record->key_tag, record->algorithm) == 0)
        signatures->unknown_key = record;
    else if ((gint32)(record->expiration - (guint32)now) < 0)
        signatures->ended = record;
    else if ((gint32)(get_u32(record->rdata + RRSIG_INCEPTION_AT) - (guint32)now) > 0)
        signatures->not_begun = record;
    else
        signatures->timely = record;
}

/* What is wrong with a set, of which @what is what it is called. */
static gchar *
describe_misfit(const GetdnsRecord *signature, const gchar *what)
{
    if (signature->expiration >= TIME_WITH_SIGN_END)
        return g_strdup_printf("the signature of %s holds beyond January 2038, which getdns takes "
                               "for the past and libunbound does not",
                               what);
    if (signature->labels < dns_name_count_labels(&signature->owner) &&
        signature->covered != GETDNS_RRTYPE_NSEC3)
        return g_strdup_printf("%s come from a wildcard, and the proof that nothing else stands at "
                               "the name is missing or does not hold",
                               what);
    return g_strdup_printf("the signature of %s does not fit them", what);
}

static gchar *
describe_times(const Signatures *signatures, const gchar *what, gint64 now)
{
    g_autofree gchar *here = format_time((guint32)now, now);
    if (signatures->ended != NULL) {
        g_autofree gchar *end = format_time(signatures->ended->expiration, now);
        return g_strdup_printf("the signature of %s expired on %s; the clock here says %s", what,
                               end, here);
    }
    g_autofree gchar *begin =
        format_time(get_u32(signatures->not_begun->rdata + RRSIG_INCEPTION_AT), now);
    return g_strdup_printf("the signature of %s holds from %s on; the clock here says %s", what,
                           begin, here);
}

/* NULL if one holds at this time. */
static gchar *
describe_signatures(const Signatures *signatures, const gchar *what, gint64 now)
{
    if (signatures->timely != NULL)
        return NULL;
    if (signatures->ended != NULL || signatures->not_begun != NULL)
        return describe_times(signatures, what, now);
    if (signatures->unknown_key != NULL)
        return g_strdup_printf("%s are signed with a key (tag %u) that is not among its DNSKEY "
                               "records",
                               what, signatures->unknown_key->key_tag);
    if (signatures->foreign != NULL) {
        g_autofree gchar *signer = zone_fault_name_zone(&signatures->foreign->signer);
        return g_strdup_printf("%s are signed in the name of %s", what, signer);
    }
    return g_strdup_printf("%s have no signature", what);
}

/* "its SMIMEA records", "its DS records for zone example.org" */
static gchar *
name_set(const DnsName *owner, guint16 type)
{
    g_autofree gchar *name = name_type(type);
    if (type != GETDNS_RRTYPE_DS)
        return g_strdup_printf("its %s records", name);
    g_autofree gchar *zone = zone_fault_name_zone(owner);
    return g_strdup_printf("its %s records for %s", name, zone);
}

gchar *
zone_fault_describe_set(const GetdnsReply *reply, const DnsName *owner, guint16 type,
                        const ZoneKeys *keys, gint64 now)
{
    Signatures signatures = {NULL};
    gboolean in_answer = FALSE;
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (!dns_name_equal(&record->owner, owner))
            continue;
        in_answer = in_answer || (record->type == type && record->in_answer);
        if (record->type == GETDNS_RRTYPE_RRSIG && record->covered == type)
            sort_signature(&signatures, record, keys, now);
    }
    g_autofree gchar *what = name_set(owner, type);
    g_autofree gchar *fault = describe_signatures(&signatures, what, now);
    if (fault == NULL && in_answer &&
        getdns_validate_records(reply, owner, type, keys, now) != GETDNS_VALIDITY_SECURE)
        fault = describe_misfit(signatures.timely, what);
    if (fault == NULL)
        return NULL;
    g_autofree gchar *zone = zone_fault_name_zone(&keys->zone);
    return g_strconcat(zone, ": ", fault, NULL);
}

/* RFC 4034 §5.1.4, RFC 4509, RFC 6605; FALSE if the type is none of these. */
static gboolean
get_digest_type(guint8 number, GChecksumType *out_type)
{
    switch (number) {
    case 1:
        *out_type = G_CHECKSUM_SHA1;
        return TRUE;
    case 2:
        *out_type = G_CHECKSUM_SHA256;
        return TRUE;
    case 4:
        *out_type = G_CHECKSUM_SHA384;
        return TRUE;
    default:
        return FALSE;
    }
}

/* Those of RFC 8624 §3.1 that libcrypto has. */
static gboolean
is_known_algorithm(guint8 algorithm)
{
    static const guint8 known[] = {5, 7, 8, 10, 13, 14, 15, 16};
    return memchr(known, algorithm, sizeof known) != NULL;
}

static gboolean
ds_fits(const guint8 *ds, gsize n_ds, const DnsName *zone, const GetdnsRecord *key)
{
    GChecksumType type = G_CHECKSUM_SHA256;
    if (n_ds <= DS_FIXED_OCTETS || key->n_rdata <= DS_FIXED_OCTETS || ds[2] != key->rdata[3] ||
        !get_digest_type(ds[3], &type))
        return FALSE;
    guint8 digest[48];
    gsize n_digest = sizeof digest;
    g_autoptr(GChecksum) checksum = g_checksum_new(type);
    g_checksum_update(checksum, zone->octets, zone->n_octets);
    g_checksum_update(checksum, key->rdata, (gssize)key->n_rdata);
    g_checksum_get_digest(checksum, digest, &n_digest);
    return n_ds - DS_FIXED_OCTETS == n_digest &&
           memcmp(ds + DS_FIXED_OCTETS, digest, n_digest) == 0;
}

static gboolean
anchor_fits(const getdns_list *anchors, gsize index, const DnsName *zone, const GetdnsRecord *key)
{
    getdns_dict *anchor = NULL;
    getdns_bindata *rdata = NULL;
    guint32 type = 0;
    if (getdns_list_get_dict(anchors, index, &anchor) != GETDNS_RETURN_GOOD ||
        getdns_dict_get_int(anchor, "type", &type) != GETDNS_RETURN_GOOD ||
        getdns_dict_get_bindata(anchor, "/rdata/rdata_raw", &rdata) != GETDNS_RETURN_GOOD)
        return FALSE;
    if (type == GETDNS_RRTYPE_DS)
        return ds_fits(rdata->data, rdata->size, zone, key);
    return type == GETDNS_RRTYPE_DNSKEY && rdata->size == key->n_rdata &&
           memcmp(rdata->data, key->rdata, key->n_rdata) == 0;
}

static gboolean
is_ds_of(const GetdnsRecord *record, const DnsName *zone)
{
    return record->type == GETDNS_RRTYPE_DS && record->n_rdata > DS_FIXED_OCTETS &&
           dns_name_equal(&record->owner, zone);
}

/* Whether a DS record, or an anchor, names the key. */
static gboolean
is_vouched_for(const GetdnsReply *reply, const getdns_list *anchors, const DnsName *zone,
               const GetdnsRecord *key)
{
    gsize n_anchors = 0;
    if (anchors != NULL && getdns_list_get_length(anchors, &n_anchors) != GETDNS_RETURN_GOOD)
        return FALSE;
    for (gsize i = 0; i < n_anchors; i++)
        if (anchor_fits(anchors, i, zone, key))
            return TRUE;
    for (guint i = 0; anchors == NULL && i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (is_ds_of(record, zone) && ds_fits(record->rdata, record->n_rdata, zone, key))
            return TRUE;
    }
    return FALSE;
}

static ZoneKeys *
choose_vouched_keys(const GetdnsReply *reply, const getdns_list *anchors, const DnsName *zone)
{
    ZoneKeys *vouched = zone_keys_new(zone);
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (record->type == GETDNS_RRTYPE_DNSKEY && dns_name_equal(&record->owner, zone) &&
            is_vouched_for(reply, anchors, zone, record))
            zone_keys_add(vouched, record->dict, record->rdata, record->n_rdata);
    }
    return vouched;
}

/* "12345, 23456" */
static gchar *
list_ds_tags(const GetdnsReply *reply, const DnsName *zone)
{
    GString *tags = g_string_new(NULL);
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (is_ds_of(record, zone))
            g_string_append_printf(tags, "%s%u", tags->len == 0 ? "" : ", ",
                                   (guint)record->rdata[0] << 8 | record->rdata[1]);
    }
    return g_string_free(tags, FALSE);
}

static gchar *
describe_stranger(const GetdnsReply *reply, const getdns_list *anchors, const DnsName *zone)
{
    g_autofree gchar *name = zone_fault_name_zone(zone);
    g_autofree gchar *tags = list_ds_tags(reply, zone);
    if (anchors != NULL)
        return g_strdup_printf("%s: none of its DNSKEY records is the trust anchor", name);
    return g_strdup_printf("%s: none of its DNSKEY records fits its DS record in the zone above "
                           "(key tag %s)",
                           name, tags);
}

gchar *
zone_fault_describe_keys(const GetdnsReply *reply, const getdns_list *anchors, const ZoneKeys *keys,
                         gint64 now)
{
    if (keys->tags->len == 0) {
        g_autofree gchar *name = zone_fault_name_zone(&keys->zone);
        return anchors != NULL
                   ? g_strdup_printf("%s: no DNSKEY records came from the name server", name)
                   : g_strdup_printf("%s: it has a DS record in the zone above, but no DNSKEY "
                                     "records",
                                     name);
    }
    g_autoptr(ZoneKeys) vouched = choose_vouched_keys(reply, anchors, &keys->zone);
    if (vouched->tags->len == 0)
        return describe_stranger(reply, anchors, &keys->zone);
    /* Whatever is wrong with all of its keys is told better than that the right one is missing. */
    gchar *fault = zone_fault_describe_set(reply, &keys->zone, GETDNS_RRTYPE_DNSKEY, keys, now);
    if (fault != NULL)
        return fault;
    g_autofree gchar *unsigned_by =
        zone_fault_describe_set(reply, &keys->zone, GETDNS_RRTYPE_DNSKEY, vouched, now);
    if (unsigned_by == NULL)
        return NULL;
    g_autofree gchar *name = zone_fault_name_zone(&keys->zone);
    return g_strdup_printf("%s: its DNSKEY records are not signed with the key that the %s names",
                           name, anchors != NULL ? "trust anchor" : "DS record in the zone above");
}

gboolean
zone_fault_has_ds(const GetdnsReply *reply, const DnsName *zone)
{
    for (guint i = 0; i < reply->records->len; i++)
        if (is_ds_of(getdns_reply_get(reply, i), zone))
            return TRUE;
    return FALSE;
}

gboolean
zone_fault_has_unknown_ds_only(const GetdnsReply *reply, const DnsName *zone)
{
    guint n_ds = 0;
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        GChecksumType type = G_CHECKSUM_SHA256;
        if (!is_ds_of(record, zone))
            continue;
        if (is_known_algorithm(record->rdata[2]) && get_digest_type(record->rdata[3], &type))
            return FALSE;
        n_ds++;
    }
    return n_ds > 0;
}
