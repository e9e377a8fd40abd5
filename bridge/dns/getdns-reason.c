/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-reason.h"

#include <string.h>

#include "getdns-validate.h"

#define RR_TYPE_SMIMEA 53u

#define RRSIG_INCEPTION_AT 12u /* RFC 4034 §3.1 */
#define DIGEST_MAX_OCTETS  64u

/* The whole that is looked at. */
typedef struct {
    const GetdnsReply *reply;
    const GetdnsReply *chain; /* without records: nothing is known of keys */
    const getdns_list *anchors;
    gint64 now;
} Case;

static gchar *
type_to_string(guint16 type)
{
    switch (type) {
    case GETDNS_RRTYPE_CNAME:
        return g_strdup("CNAME");
    case GETDNS_RRTYPE_DNAME:
        return g_strdup("DNAME");
    case GETDNS_RRTYPE_DNSKEY:
        return g_strdup("DNSKEY");
    case GETDNS_RRTYPE_DS:
        return g_strdup("DS");
    case RR_TYPE_SMIMEA:
        return g_strdup("SMIMEA");
    default:
        return g_strdup_printf("TYPE%u", type);
    }
}

/* "the SMIMEA records of NAME"; of proofs, whose names say little, "a proof". */
static gchar *
describe_set(const DnsName *owner, guint16 type)
{
    g_autofree gchar *name = dns_name_to_string(owner);
    g_autofree gchar *type_name = type_to_string(type);
    if (type == GETDNS_RRTYPE_NSEC || type == GETDNS_RRTYPE_NSEC3)
        return g_strdup("a proof of nonexistence");
    return g_strdup_printf("the %s records of %s", type_name, name);
}

static guint
get_u16(const guint8 *octets)
{
    return (guint)octets[0] << 8 | octets[1];
}

static guint32
get_u32(const guint8 *octets)
{
    return (guint32)octets[0] << 24 | (guint32)octets[1] << 16 | (guint32)octets[2] << 8 |
           octets[3];
}

/* A time of a signature, which has 32 bits (RFC 4034 §3.1.5). */
static gchar *
describe_time(guint32 time, gint64 now)
{
    g_autoptr(GDateTime) moment =
        g_date_time_new_from_unix_utc(now + (gint32)(time - (guint32)now));
    return moment == NULL ? g_strdup("?") : g_date_time_format(moment, "%Y-%m-%d %H:%M UTC");
}

/* Else there is nothing to compare with. */
static gboolean
knows_keys(const Case *this)
{
    return this->chain->records->len > 0;
}

static ZoneKeys *
get_keys(const Case *this, const DnsName *zone)
{
    ZoneKeys *keys = zone_keys_new(zone);
    for (guint i = 0; i < this->chain->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(this->chain, i);
        if (record->type == GETDNS_RRTYPE_DNSKEY && dns_name_equal(&record->owner, zone))
            zone_keys_add(keys, record->dict, record->rdata, record->n_rdata);
    }
    return keys;
}

/* What is seen to be wrong with it, without computing anything. */
static gchar *
explain_signature(const Case *this, const GetdnsRecord *signature)
{
    g_autofree gchar *set = describe_set(&signature->owner, signature->covered);
    g_autofree gchar *signer = dns_name_to_string(&signature->signer);
    g_autofree gchar *here = describe_time((guint32)this->now, this->now);
    guint32 inception = get_u32(signature->rdata + RRSIG_INCEPTION_AT);
    if (!dns_name_is_within(&signature->owner, &signature->signer))
        return g_strdup_printf("%s are signed by %s, which is not above", set, signer);
    if ((gint32)(signature->expiration - (guint32)this->now) <= 0) {
        g_autofree gchar *time = describe_time(signature->expiration, this->now);
        return g_strdup_printf("the signature of %s over %s expired on %s (the clock here says %s)",
                               signer, set, time, here);
    }
    if (signature->expiration > G_MAXINT32 && knows_keys(this))
        return g_strdup_printf("the signature of %s over %s expires after 2038-01-19, which getdns "
                               "can't compare: the engine unbound can",
                               signer, set);
    if ((gint32)(inception - (guint32)this->now) >= 0) {
        g_autofree gchar *time = describe_time(inception, this->now);
        return g_strdup_printf("the signature of %s over %s is not valid before %s (the clock here "
                               "says %s)",
                               signer, set, time, here);
    }
    g_autoptr(ZoneKeys) keys = get_keys(this, &signature->signer);
    if (!knows_keys(this) ||
        zone_keys_count_matches(keys, signature->key_tag, signature->algorithm) > 0)
        return NULL;
    return g_strdup_printf("the signature of %s over %s is of key %u (algorithm %u), which %s",
                           signer, set, signature->key_tag, signature->algorithm,
                           keys->tags->len == 0 ? "could not be had" : "the zone does not have");
}

/* What is wrong with a signature in which nothing is seen, of an answer or a chain. */
static gchar *
explain_mismatch(const Case *this, const GetdnsReply *from, const GetdnsRecord *signature)
{
    g_autofree gchar *set = describe_set(&signature->owner, signature->covered);
    g_autofree gchar *signer = dns_name_to_string(&signature->signer);
    g_autoptr(ZoneKeys) keys = get_keys(this, &signature->signer);
    if (keys->tags->len == 0 || !signature->in_answer ||
        getdns_validate_records(from, &signature->owner, signature->covered, keys, this->now) ==
            GETDNS_VALIDITY_SECURE)
        return NULL;
    if (signature->labels < dns_name_count_labels(&signature->owner))
        return g_strdup_printf("%s come from a wildcard of %s, without a proof that there is no "
                               "closer name",
                               set, signer);
    return g_strdup_printf("the signature of %s over %s (key %u) does not fit", signer, set,
                           signature->key_tag);
}

/* NULL: the set is signed well, as far as that is seen; or there is none. */
static gchar *
explain_set(const Case *this, const GetdnsReply *from, const DnsName *owner, guint16 type)
{
    g_autofree gchar *fault = NULL;
    gboolean is_signed = FALSE;
    for (guint i = 0; i < from->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(from, i);
        if (record->type != GETDNS_RRTYPE_RRSIG || record->covered != type ||
            !dns_name_equal(&record->owner, owner))
            continue;
        is_signed = TRUE;
        g_autofree gchar *found = explain_signature(this, record);
        if (found == NULL)
            return explain_mismatch(this, from, record);
        if (fault == NULL)
            fault = g_steal_pointer(&found);
    }
    g_autofree gchar *set = describe_set(owner, type);
    if (!is_signed && knows_keys(this) && getdns_reply_count_set(from, owner, type) > 0)
        return g_strdup_printf("%s are not signed", set);
    return g_steal_pointer(&fault);
}

/* RFC 4034 §5.1.4; TRUE for a digest of a type that is not known here. */
static gboolean
fits_digest(const GetdnsRecord *ds, const GetdnsRecord *key)
{
    static const GChecksumType types[] = {
        [1] = G_CHECKSUM_SHA1, [2] = G_CHECKSUM_SHA256, [4] = G_CHECKSUM_SHA384};
    guint type = ds->rdata[DS_DIGEST_TYPE_AT];
    guint8 digest[DIGEST_MAX_OCTETS];
    gsize n_digest = sizeof digest;
    if (type != 1 && type != 2 && type != 4)
        return TRUE;
    g_autoptr(GChecksum) checksum = g_checksum_new(types[type]);
    g_checksum_update(checksum, key->owner.octets, key->owner.n_octets);
    g_checksum_update(checksum, key->rdata, (gssize)key->n_rdata);
    g_checksum_get_digest(checksum, digest, &n_digest);
    return ds->n_rdata == DS_FIXED_OCTETS + n_digest &&
           memcmp(ds->rdata + DS_FIXED_OCTETS, digest, n_digest) == 0;
}

static gboolean
is_entry_key(const GetdnsRecord *ds, const GetdnsRecord *key)
{
    return key->type == GETDNS_RRTYPE_DNSKEY && key->n_rdata > DNSKEY_ALGORITHM_AT &&
           dns_name_equal(&key->owner, &ds->owner) &&
           key->rdata[DNSKEY_ALGORITHM_AT] == ds->rdata[DS_ALGORITHM_AT] &&
           zone_key_compute_tag(key->rdata, key->n_rdata) == get_u16(ds->rdata) &&
           fits_digest(ds, key);
}

/* Whether a key of the zone is one that a DS record names. */
static gboolean
has_entry_key(const Case *this, const DnsName *zone)
{
    for (guint i = 0; i < this->chain->records->len; i++) {
        const GetdnsRecord *ds = getdns_reply_get(this->chain, i);
        if (ds->type != GETDNS_RRTYPE_DS || ds->n_rdata <= DS_FIXED_OCTETS ||
            !dns_name_equal(&ds->owner, zone))
            continue;
        for (guint k = 0; k < this->chain->records->len; k++)
            if (is_entry_key(ds, getdns_reply_get(this->chain, k)))
                return TRUE;
    }
    return FALSE;
}

/* "17, 4242": tags of the keys, or what DS records say of them. */
static gchar *
list_tags(const Case *this, const DnsName *zone, guint16 type)
{
    g_autoptr(GString) tags = g_string_new(NULL);
    for (guint i = 0; i < this->chain->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(this->chain, i);
        if (record->type != type || record->n_rdata <= DNSKEY_ALGORITHM_AT ||
            !dns_name_equal(&record->owner, zone))
            continue;
        guint tag = type == GETDNS_RRTYPE_DNSKEY
                        ? zone_key_compute_tag(record->rdata, record->n_rdata)
                        : get_u16(record->rdata);
        g_string_append_printf(tags, "%s%u", tags->len == 0 ? "" : ", ", tag);
    }
    return g_string_free(g_steal_pointer(&tags), FALSE);
}

static gchar *
explain_delegation(const Case *this, const DnsName *zone, const gchar *ds)
{
    g_autofree gchar *name = dns_name_to_string(zone);
    g_autofree gchar *keys = list_tags(this, zone, GETDNS_RRTYPE_DNSKEY);
    if (*keys == '\0')
        return g_strdup_printf("%s has DS records (of key %s), but its keys could not be had", name,
                               ds);
    if (!has_entry_key(this, zone))
        return g_strdup_printf("no DS record of %s (of key %s) fits one of its keys (%s)", name, ds,
                               keys);
    return NULL;
}

static gboolean
is_anchor(getdns_dict *anchor, const GetdnsRecord *key)
{
    getdns_bindata *rdata = NULL;
    guint32 type = 0;
    if (getdns_dict_get_int(anchor, "type", &type) != GETDNS_RETURN_GOOD ||
        getdns_dict_get_bindata(anchor, "/rdata/rdata_raw", &rdata) != GETDNS_RETURN_GOOD)
        return FALSE;
    if (type == GETDNS_RRTYPE_DNSKEY)
        return rdata->size == key->n_rdata && memcmp(rdata->data, key->rdata, rdata->size) == 0;
    const GetdnsRecord ds = {.owner = key->owner, .rdata = rdata->data, .n_rdata = rdata->size};
    return type == GETDNS_RRTYPE_DS && rdata->size > DS_FIXED_OCTETS && is_entry_key(&ds, key);
}

static gboolean
has_anchor(const Case *this)
{
    gsize n_anchors = 0;
    if (getdns_list_get_length(this->anchors, &n_anchors) != GETDNS_RETURN_GOOD)
        return TRUE;
    for (guint k = 0; k < this->chain->records->len; k++) {
        const GetdnsRecord *key = getdns_reply_get(this->chain, k);
        getdns_dict *anchor = NULL;
        if (key->type != GETDNS_RRTYPE_DNSKEY || !dns_name_is_root(&key->owner))
            continue;
        for (gsize i = 0; i < n_anchors; i++)
            if (getdns_list_get_dict(this->anchors, i, &anchor) == GETDNS_RETURN_GOOD &&
                is_anchor(anchor, key))
                return TRUE;
    }
    return FALSE;
}

static gchar *
explain_root(const Case *this)
{
    DnsName root;
    if (!knows_keys(this) || !dns_name_parse(&root, ""))
        return NULL;
    g_autofree gchar *keys = list_tags(this, &root, GETDNS_RRTYPE_DNSKEY);
    if (*keys == '\0')
        return g_strdup("the root's keys could not be had from the name server");
    return has_anchor(this)
               ? NULL
               : g_strdup_printf("none of the root's keys (%s) is the trust anchor", keys);
}

static gchar *
explain_zone(const Case *this, const DnsName *zone)
{
    gchar *root_fault = dns_name_is_root(zone) ? explain_root(this) : NULL;
    if (root_fault != NULL)
        return root_fault;
    g_autofree gchar *ds = list_tags(this, zone, GETDNS_RRTYPE_DS);
    /* (getdns puts one without data where it got no answer) */
    gchar *fault = *ds == '\0' ? NULL : explain_set(this, this->chain, zone, GETDNS_RRTYPE_DS);
    if (fault == NULL && *ds != '\0')
        fault = explain_delegation(this, zone, ds);
    return fault != NULL ? fault : explain_set(this, this->chain, zone, GETDNS_RRTYPE_DNSKEY);
}

/* From the root down. */
static gchar *
explain_zones(const Case *this, const DnsName *name)
{
    gchar *fault = NULL;
    for (guint n = dns_name_count_labels(name) + 1; fault == NULL && n > 0; n--) {
        DnsName zone;
        dns_name_strip(name, n - 1, &zone);
        fault = explain_zone(this, &zone);
    }
    return fault;
}

/* @name has no records of the type in the answer. */
static gchar *
explain_denial(const Case *this, const DnsName *name, guint16 rr_type)
{
    gboolean has_proof = FALSE;
    for (guint i = 0; i < this->reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(this->reply, i);
        if (record->in_answer || !getdns_record_is_denial(record))
            continue;
        has_proof = TRUE;
        gchar *fault = explain_set(this, this->reply, &record->owner, record->type);
        if (fault != NULL)
            return fault;
    }
    g_autofree gchar *type = type_to_string(rr_type);
    g_autofree gchar *text = dns_name_to_string(name);
    if (!knows_keys(this))
        return NULL;
    return g_strdup_printf("%s that there are no %s records of %s",
                           has_proof ? "what is there does not prove" : "nothing proves", type,
                           text);
}

/* An alias without a signature is one that a DNAME record has made (RFC 6672 §3.1). */
static gchar *
explain_alias(const Case *this, const DnsName *name)
{
    for (guint i = 0; i < this->reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(this->reply, i);
        if (record->in_answer && record->type == GETDNS_RRTYPE_DNAME &&
            dns_name_is_within(name, &record->owner) &&
            getdns_reply_find_signer(this->reply, name, GETDNS_RRTYPE_CNAME) == NULL)
            return explain_set(this, this->reply, &record->owner, GETDNS_RRTYPE_DNAME);
    }
    return explain_set(this, this->reply, name, GETDNS_RRTYPE_CNAME);
}

static gchar *
explain_names(const Case *this, const GArray *names, guint16 rr_type)
{
    for (guint i = 0; i < names->len; i++) {
        const DnsName *name = &g_array_index(names, DnsName, i);
        gboolean is_last = i + 1 == names->len;
        gchar *fault = explain_zones(this, name);
        if (fault == NULL && !is_last)
            fault = explain_alias(this, name);
        else if (fault == NULL && getdns_reply_find(this->reply, name, rr_type) != NULL)
            fault = explain_set(this, this->reply, name, rr_type);
        else if (fault == NULL)
            fault = explain_denial(this, name, rr_type);
        if (fault != NULL)
            return fault;
    }
    return NULL;
}

/* A zone that has keys, and nothing tells how the zone above comes to it. */
static gboolean
is_gap(const Case *this, const DnsName *zone)
{
    g_autofree gchar *ds = list_tags(this, zone, GETDNS_RRTYPE_DS);
    g_autofree gchar *keys = list_tags(this, zone, GETDNS_RRTYPE_DNSKEY);
    return !dns_name_is_root(zone) && *keys != '\0' && *ds == '\0';
}

static gchar *
explain_gaps(const Case *this, const GArray *names)
{
    for (guint i = 0; i < names->len; i++) {
        const DnsName *name = &g_array_index(names, DnsName, i);
        for (guint n = dns_name_count_labels(name); n > 0; n--) {
            DnsName zone;
            dns_name_strip(name, n - 1, &zone);
            if (!is_gap(this, &zone))
                continue;
            g_autofree gchar *text = dns_name_to_string(&zone);
            return g_strdup_printf("neither DS records of %s nor a proof that there are none "
                                   "could be had",
                                   text);
        }
    }
    return NULL;
}

gchar *
getdns_reason_find(getdns_dict *response, const gchar *owner_name, guint16 rr_type,
                   const getdns_list *anchors, gint64 now)
{
    DnsName name;
    if (!dns_name_parse(&name, owner_name))
        return NULL;
    g_autoptr(GetdnsReply) reply = getdns_reply_new(response, &name, rr_type);
    g_autoptr(GetdnsReply) chain = getdns_reply_new_chain(response);
    if (reply == NULL || chain == NULL)
        return NULL;
    g_autoptr(GArray) names = getdns_reply_list_names(reply, &name);
    const Case this = {reply, chain, anchors, now};
    gchar *fault = explain_names(&this, names, rr_type);
    return fault != NULL ? fault : explain_gaps(&this, names);
}
