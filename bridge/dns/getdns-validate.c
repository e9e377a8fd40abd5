/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-validate.h"

#include <getdns/getdns_extra.h>

#include "getdns-screen.h"

/* What goes to getdns, and what it will cost. */
typedef struct {
    getdns_list *list;
    gsize n_items;
    guint n_trials;
    gboolean refused;
} Bundle;

static void
bundle_init(Bundle *bundle)
{
    *bundle = (Bundle){.list = getdns_list_create()};
}

static void
bundle_clear(Bundle *bundle)
{
    getdns_list_destroy(bundle->list);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bundle, bundle_clear)

static void
bundle_add(Bundle *bundle, const GetdnsRecord *record)
{
    if (getdns_list_set_dict(bundle->list, bundle->n_items, record->dict) == GETDNS_RETURN_GOOD)
        bundle->n_items++;
}

static GetdnsValidity
run(const Bundle *bundle, const getdns_list *support, const getdns_list *anchors, gint64 now)
{
    /* It returns a status of validation, not of the call, as a getdns_return_t. */
    guint status = (guint)getdns_validate_dnssec2(bundle->list, support, anchors, (time_t)now, 0);
    if (status == GETDNS_DNSSEC_SECURE)
        return GETDNS_VALIDITY_SECURE;
    return status == GETDNS_DNSSEC_INSECURE ? GETDNS_VALIDITY_INSECURE : GETDNS_VALIDITY_UNDECIDED;
}

static gboolean
belongs_to(const GetdnsRecord *record, const DnsName *owner, guint16 type, gboolean in_answer)
{
    return record->type == type && record->in_answer == in_answer &&
           dns_name_equal(&record->owner, owner);
}

static gboolean
is_signature_for(const GetdnsRecord *record, const DnsName *owner, guint16 type, gboolean in_answer)
{
    return belongs_to(record, owner, GETDNS_RRTYPE_RRSIG, in_answer) && record->covered == type;
}

/* Adds a record set with the signatures that a key of @keys can have made; FALSE if one of both is
 * missing. */
static gboolean
bundle_add_set(Bundle *bundle, const GetdnsReply *reply, const DnsName *owner, guint16 type,
               gboolean in_answer, const ZoneKeys *keys)
{
    guint n_records = 0;
    guint n_trials = 0;
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (belongs_to(record, owner, type, in_answer)) {
            bundle_add(bundle, record);
            n_records++;
            continue;
        }
        if (!is_signature_for(record, owner, type, in_answer) ||
            !dns_name_equal(&record->signer, &keys->zone))
            continue;
        guint n = zone_keys_count_matches(keys, record->key_tag, record->algorithm);
        if (n == 0)
            continue;
        bundle_add(bundle, record);
        n_trials += n;
    }
    bundle->refused |= n_trials > GETDNS_VALIDATE_MAX_TRIALS;
    bundle->n_trials += n_trials;
    return n_records > 0 && n_trials > 0;
}

static gboolean
is_first_of_set(const GetdnsReply *reply, guint index)
{
    const GetdnsRecord *record = getdns_reply_get(reply, index);
    for (guint i = 0; i < index; i++)
        if (belongs_to(getdns_reply_get(reply, i), &record->owner, record->type, record->in_answer))
            return FALSE;
    return TRUE;
}

/* Adds the proofs of the zone, weak ones if @weak; FALSE if there are none. */
static gboolean
bundle_add_proofs(Bundle *bundle, const GetdnsReply *reply, const ZoneKeys *keys, gboolean weak)
{
    guint n_proofs = 0;
    for (guint i = 0; i < reply->records->len && !bundle->refused; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (record->in_answer || !getdns_record_is_denial(record) || !is_first_of_set(reply, i) ||
            (!weak && getdns_screen_is_weak(reply, &record->owner, TRUE)))
            continue;
        if (bundle_add_set(bundle, reply, &record->owner, record->type, FALSE, keys))
            n_proofs++;
        bundle->refused |= n_proofs > GETDNS_VALIDATE_MAX_PROOFS;
    }
    return n_proofs > 0;
}

/* The number of labels of the wildcard's name by which the set was made, without the "*" (RFC 4034
 * §3.1.3); the owner's if it was not. */
static guint
count_signed_labels(const GetdnsReply *reply, const DnsName *owner, guint16 type,
                    const ZoneKeys *keys)
{
    guint n_labels = dns_name_count_labels(owner);
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (is_signature_for(record, owner, type, TRUE) &&
            dns_name_equal(&record->signer, &keys->zone) &&
            zone_keys_count_matches(keys, record->key_tag, record->algorithm) > 0)
            n_labels = MIN(n_labels, record->labels);
    }
    return n_labels;
}

GetdnsValidity
getdns_validate_records(const GetdnsReply *reply, const DnsName *owner, guint16 type,
                        const ZoneKeys *keys, gint64 now)
{
    g_auto(Bundle) bundle;
    bundle_init(&bundle);
    if (!bundle_add_set(&bundle, reply, owner, type, TRUE, keys))
        return GETDNS_VALIDITY_UNDECIDED;
    guint n_signed = count_signed_labels(reply, owner, type, keys);
    if (n_signed < dns_name_count_labels(owner)) {
        if (getdns_screen_wildcard(reply, owner, n_signed) == GETDNS_SCREEN_FRAUD)
            return GETDNS_VALIDITY_REFUSED;
        /* Anybody can put a weak proof, or a signature of fewer labels, beside a good one. */
        bundle_add_proofs(&bundle, reply, keys, FALSE);
    }
    if (bundle.refused)
        return GETDNS_VALIDITY_REFUSED;
    GetdnsValidity validity = run(&bundle, NULL, keys->list, now);
    return validity == GETDNS_VALIDITY_SECURE ? validity : GETDNS_VALIDITY_UNDECIDED;
}

/* With a question getdns looks for a proof that nothing answers it. */
static void
bundle_add_question(Bundle *bundle, const DnsName *owner, guint16 type)
{
    g_autoptr(getdns_dict) question = getdns_dict_create();
    getdns_bindata name = {owner->n_octets, (guint8 *)owner->octets};
    getdns_dict_set_bindata(question, "qname", &name);
    getdns_dict_set_int(question, "qtype", type);
    getdns_dict_set_int(question, "qclass", GETDNS_RRCLASS_IN);
    if (getdns_list_set_dict(bundle->list, bundle->n_items, question) == GETDNS_RETURN_GOOD)
        bundle->n_items++;
}

GetdnsValidity
getdns_validate_denial(const GetdnsReply *reply, const DnsName *owner, guint16 type,
                       const ZoneKeys *keys, gint64 now)
{
    g_auto(Bundle) bundle;
    bundle_init(&bundle);
    if (!dns_name_is_within(owner, &keys->zone))
        return GETDNS_VALIDITY_UNDECIDED;
    bundle_add_question(&bundle, owner, type);
    if (!bundle_add_proofs(&bundle, reply, keys, TRUE) || getdns_screen_is_laborious(reply))
        return GETDNS_VALIDITY_UNDECIDED;
    if (bundle.refused || getdns_screen_is_beyond_zone(reply, owner, type))
        return GETDNS_VALIDITY_REFUSED;
    return run(&bundle, NULL, keys->list, now);
}

/* getdns compares each with each: keys and signatures, keys and DS records. */
static gboolean
has_too_many(const GetdnsReply *reply)
{
    guint n_records = 0;
    for (guint i = 0; i < reply->records->len; i++)
        n_records += getdns_reply_get(reply, i)->in_answer ? 1 : 0;
    return n_records > GETDNS_VALIDATE_MAX_KEYS;
}

static getdns_list *
make_ds_list(const GetdnsReply *ds, const DnsName *zone)
{
    Bundle bundle;
    bundle_init(&bundle);
    for (guint i = 0; i < ds->records->len; i++)
        if (belongs_to(getdns_reply_get(ds, i), zone, GETDNS_RRTYPE_DS, TRUE))
            bundle_add(&bundle, getdns_reply_get(ds, i));
    return bundle.list;
}

ZoneKeys *
getdns_validate_keys(const GetdnsReply *reply, const DnsName *zone, const GetdnsReply *ds,
                     const getdns_list *anchors, gint64 now, gboolean *out_refused)
{
    g_autoptr(ZoneKeys) keys = zone_keys_new(zone);
    guint32 lifetime = DNS_TTL_MAX;
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (belongs_to(record, zone, GETDNS_RRTYPE_DNSKEY, TRUE))
            zone_keys_add(keys, record->dict, record->rdata, record->n_rdata);
        if (record->in_answer)
            lifetime = MIN(lifetime, getdns_record_get_lifetime(record, now));
    }
    keys->lifetime = lifetime;
    g_auto(Bundle) bundle;
    bundle_init(&bundle);
    gboolean complete = bundle_add_set(&bundle, reply, zone, GETDNS_RRTYPE_DNSKEY, TRUE, keys);
    *out_refused = bundle.refused || has_too_many(reply) || (ds != NULL && has_too_many(ds));
    if (!complete || *out_refused)
        return NULL;
    g_autoptr(getdns_list) ds_list = ds == NULL ? NULL : make_ds_list(ds, zone);
    if (run(&bundle, bundle.list, ds == NULL ? anchors : ds_list, now) != GETDNS_VALIDITY_SECURE)
        return NULL;
    return g_steal_pointer(&keys);
}

gboolean
getdns_validate_misses_key(const GetdnsReply *reply, const ZoneKeys *keys)
{
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (record->type == GETDNS_RRTYPE_RRSIG && dns_name_equal(&record->signer, &keys->zone) &&
            zone_keys_count_matches(keys, record->key_tag, record->algorithm) == 0)
            return TRUE;
    }
    return FALSE;
}
