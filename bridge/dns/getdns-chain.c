/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-chain.h"

#include <getdns/getdns_extra.h>

#include "getdns-screen.h"
#include "zone-store.h"

#define REPLIES "/replies_tree"
#define STATUS  "/replies_tree/0/dnssec_status"

static gboolean
is_key_for(const GetdnsRecord *key, const GetdnsRecord *signature)
{
    return key->type == GETDNS_RRTYPE_DNSKEY && key->n_rdata > DNSKEY_ALGORITHM_AT &&
           key->rdata[DNSKEY_ALGORITHM_AT] == signature->algorithm &&
           zone_key_compute_tag(key->rdata, key->n_rdata) == signature->key_tag &&
           dns_name_equal(&key->owner, &signature->signer);
}

/* Keys of @reply that getdns would try with the signature, fit or not. */
static guint
count_keys(const GetdnsReply *reply, const GetdnsRecord *signature)
{
    guint n = 0;
    for (guint i = 0; i < reply->records->len; i++)
        n += is_key_for(getdns_reply_get(reply, i), signature) ? 1 : 0;
    return n;
}

/* For the set of which @record is one; an empty set is none. */
static guint
count_set_trials(const GetdnsReply *from, const GetdnsReply *chain, const GetdnsRecord *record)
{
    guint n_trials = 0;
    for (guint i = 0; i < from->records->len; i++) {
        const GetdnsRecord *signature = getdns_reply_get(from, i);
        if (signature->type == GETDNS_RRTYPE_RRSIG && signature->covered == record->type &&
            dns_name_equal(&signature->owner, &record->owner))
            n_trials += count_keys(chain, signature);
    }
    return n_trials;
}

static gboolean
is_first_of_set(const GetdnsReply *reply, guint index)
{
    const GetdnsRecord *record = getdns_reply_get(reply, index);
    for (guint i = 0; i < index; i++) {
        const GetdnsRecord *other = getdns_reply_get(reply, i);
        if (other->type == record->type && dns_name_equal(&other->owner, &record->owner))
            return FALSE;
    }
    return record->type != GETDNS_RRTYPE_RRSIG;
}

/* A reply and the trials that each set takes, at the index of its first record. */
typedef struct {
    const GetdnsReply *reply;
    GArray *trials; /* (element-type guint) */
} Counted;

static void
counted_init(Counted *counted, const GetdnsReply *reply, const GetdnsReply *chain)
{
    counted->reply = reply;
    counted->trials = g_array_sized_new(FALSE, TRUE, sizeof(guint), reply->records->len);
    g_array_set_size(counted->trials, reply->records->len);
    for (guint i = 0; i < reply->records->len; i++)
        if (is_first_of_set(reply, i))
            g_array_index(counted->trials, guint, i) =
                count_set_trials(reply, chain, getdns_reply_get(reply, i));
}

static void
counted_clear(Counted *counted)
{
    g_array_unref(counted->trials);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Counted, counted_clear)

/* From the root to @name and back: what stands on that way; and for each label what may prove that
 * there is nothing. */
static guint
count_way_trials(const Counted *counted, const DnsName *name)
{
    guint n_trials = 0;
    for (guint i = 0; i < counted->reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(counted->reply, i);
        guint n = g_array_index(counted->trials, guint, i);
        if (n > 0 && getdns_record_is_denial(record))
            n_trials += n * (dns_name_count_labels(name) + 1);
        else if (n > 0 && dns_name_is_within(name, &record->owner))
            n_trials += n;
    }
    return n_trials;
}

guint
getdns_chain_count_trials(const GetdnsReply *reply, const GetdnsReply *chain, const DnsName *name)
{
    g_auto(Counted) of_reply;
    g_auto(Counted) of_chain;
    counted_init(&of_reply, reply, chain);
    counted_init(&of_chain, chain, chain);
    guint n_trials = count_way_trials(&of_reply, name) + count_way_trials(&of_chain, name);
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        DnsName target;
        if (is_first_of_set(reply, i))
            n_trials += g_array_index(of_reply.trials, guint, i) +
                        count_way_trials(&of_chain, &record->owner);
        if (record->type == GETDNS_RRTYPE_CNAME && getdns_record_get_target(record, &target))
            n_trials += count_way_trials(&of_reply, &target) + count_way_trials(&of_chain, &target);
    }
    return n_trials;
}

/* FALSE if there are more keys, delegations, or signatures that fit several keys, than honest zones
 * have. */
static gboolean
has_usual_sets(const GetdnsReply *reply, const GetdnsReply *chain)
{
    guint n_proofs = 0;
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        n_proofs += getdns_record_is_denial(record) ? 1 : 0;
        if (!is_first_of_set(reply, i))
            continue;
        if (count_set_trials(reply, chain, record) > GETDNS_CHAIN_MAX_TRIALS)
            return FALSE;
        if ((record->type == GETDNS_RRTYPE_DNSKEY || record->type == GETDNS_RRTYPE_DS) &&
            getdns_reply_count_set(reply, &record->owner, record->type) > GETDNS_CHAIN_MAX_KEYS)
            return FALSE;
    }
    return n_proofs <= GETDNS_CHAIN_MAX_PROOFS;
}

static gboolean
is_bearable(getdns_dict *response, const gchar *owner_name, guint16 rr_type)
{
    DnsName name;
    if (!dns_name_parse(&name, owner_name))
        return FALSE;
    g_autoptr(GetdnsReply) reply = getdns_reply_new(response, &name, rr_type);
    g_autoptr(GetdnsReply) chain = getdns_reply_new_chain(response);
    return reply != NULL && chain != NULL && !getdns_screen_holds_foreign(reply, rr_type) &&
           has_usual_sets(reply, chain) && has_usual_sets(chain, chain) &&
           getdns_chain_count_trials(reply, chain, &name) <= GETDNS_CHAIN_MAX_ALL_TRIALS;
}

GetdnsChainResult
getdns_chain_validate(getdns_dict *response, const gchar *owner_name, guint16 rr_type,
                      const getdns_list *anchors, gint64 now)
{
    getdns_list *replies = NULL;
    getdns_list *chain = NULL;
    if (getdns_dict_get_list(response, REPLIES, &replies) != GETDNS_RETURN_GOOD ||
        getdns_dict_get_list(response, "/validation_chain", &chain) != GETDNS_RETURN_GOOD ||
        !is_bearable(response, owner_name, rr_type))
        return GETDNS_CHAIN_REFUSED;
    /* It returns a status of validation, not of the call, as a getdns_return_t. */
    guint status = (guint)getdns_validate_dnssec2(replies, chain, anchors, (time_t)now, 0);
    if (status != GETDNS_DNSSEC_SECURE && status != GETDNS_DNSSEC_INSECURE &&
        status != GETDNS_DNSSEC_BOGUS)
        status = GETDNS_DNSSEC_INDETERMINATE;
    getdns_dict_set_int(response, STATUS, status);
    return GETDNS_CHAIN_JUDGED;
}

/* What is left of a response. */
typedef gboolean (*RecordTest)(const GetdnsReply *reply, const GetdnsRecord *record,
                               const GArray *names);

static guint16
get_covered(const GetdnsRecord *record)
{
    return record->type == GETDNS_RRTYPE_RRSIG ? record->covered : record->type;
}

static gboolean
is_signed_by_wildcard(const GetdnsReply *reply)
{
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (record->in_answer && record->type == GETDNS_RRTYPE_RRSIG &&
            record->labels < dns_name_count_labels(&record->owner))
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_strong(const GetdnsReply *reply, const GetdnsRecord *record, const GArray *names G_GNUC_UNUSED)
{
    return get_covered(record) != GETDNS_RRTYPE_NSEC3 ||
           !getdns_screen_is_weak(reply, &record->owner, is_signed_by_wildcard(reply));
}

/* In the answer what stands at the names, or has made aliases of them; in the authority section
 * NSEC3 records of zones above the last name: others prove no opt-out. */
static gboolean
was_asked_for(const GetdnsReply *reply G_GNUC_UNUSED, const GetdnsRecord *record,
              const GArray *names)
{
    guint16 type = get_covered(record);
    if (!record->in_answer) {
        DnsName zone;
        if (type != GETDNS_RRTYPE_NSEC3 || dns_name_is_root(&record->owner))
            return FALSE;
        dns_name_strip(&record->owner, 1, &zone);
        return dns_name_is_within(&g_array_index(names, DnsName, names->len - 1), &zone);
    }
    for (guint i = 0; i < names->len; i++) {
        const DnsName *name = &g_array_index(names, DnsName, i);
        if (dns_name_equal(name, &record->owner) ||
            (type == GETDNS_RRTYPE_DNAME && dns_name_is_within(name, &record->owner)))
            return TRUE;
    }
    return FALSE;
}

static getdns_list *
make_section(const GetdnsReply *reply, gboolean in_answer, RecordTest test, const GArray *names)
{
    getdns_list *section = getdns_list_create();
    gsize n_records = 0;
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (record->in_answer == in_answer && test(reply, record, names) &&
            getdns_list_set_dict(section, n_records, record->dict) == GETDNS_RETURN_GOOD)
            n_records++;
    }
    return section;
}

/* A status of validation: of the response with those records alone that @test leaves. */
static guint
validate_part(const GetdnsReply *reply, const getdns_list *chain, const getdns_list *anchors,
              gint64 now, RecordTest test, const GArray *names)
{
    getdns_dict *part = NULL;
    g_autoptr(getdns_list) replies = getdns_list_create();
    g_autoptr(getdns_list) answer = make_section(reply, TRUE, test, names);
    g_autoptr(getdns_list) authority = make_section(reply, FALSE, test, names);
    /* The list holds a copy. */
    if (getdns_dict_get_dict(reply->response, REPLIES "/0", &part) != GETDNS_RETURN_GOOD ||
        getdns_list_set_dict(replies, 0, part) != GETDNS_RETURN_GOOD ||
        getdns_list_get_dict(replies, 0, &part) != GETDNS_RETURN_GOOD ||
        getdns_dict_set_list(part, "answer", answer) != GETDNS_RETURN_GOOD ||
        getdns_dict_set_list(part, "authority", authority) != GETDNS_RETURN_GOOD)
        return GETDNS_DNSSEC_INDETERMINATE;
    return (guint)getdns_validate_dnssec2(replies, chain, anchors, (time_t)now, 0);
}

gboolean
getdns_chain_is_strong(getdns_dict *response, const gchar *owner_name, guint16 rr_type,
                       const getdns_list *anchors, gint64 now)
{
    DnsName name;
    getdns_list *chain = NULL;
    if (!dns_name_parse(&name, owner_name) ||
        getdns_dict_get_list(response, "/validation_chain", &chain) != GETDNS_RETURN_GOOD)
        return FALSE;
    g_autoptr(GetdnsReply) reply = getdns_reply_new(response, &name, rr_type);
    return reply != NULL &&
           validate_part(reply, chain, anchors, now, is_strong, NULL) == GETDNS_DNSSEC_SECURE;
}

/* How many keys are named by DS records of the zone, of algorithms and digests that are known, or
 * by others. */
static guint
count_entry_keys(const GetdnsReply *chain, const DnsName *zone, gboolean known, guint *out_n_ds)
{
    guint n = 0;
    *out_n_ds = 0;
    for (guint i = 0; i < chain->records->len; i++) {
        const GetdnsRecord *ds = getdns_reply_get(chain, i);
        if (ds->type != GETDNS_RRTYPE_DS || ds->n_rdata <= DS_DIGEST_TYPE_AT ||
            !dns_name_equal(&ds->owner, zone) || getdns_record_is_known_ds(ds) != known)
            continue;
        GetdnsRecord named = {.signer = *zone,
                              .algorithm = ds->rdata[DS_ALGORITHM_AT],
                              .key_tag = (guint16)(ds->rdata[0] << 8 | ds->rdata[1])};
        n += count_keys(chain, &named);
        (*out_n_ds)++;
    }
    return n;
}

/* RFC 4035 §5.2: a zone with one DS record of a known algorithm is signed. getdns takes it for
 * unsigned if it is shown keys of unknown ones alone, which nobody has to sign. */
static gboolean
hides_known_keys(const GetdnsReply *chain)
{
    for (guint i = 0; i < chain->records->len; i++) {
        const GetdnsRecord *key = getdns_reply_get(chain, i);
        guint n_known = 0;
        guint n_others = 0;
        if (key->type == GETDNS_RRTYPE_DNSKEY && is_first_of_set(chain, i) &&
            count_entry_keys(chain, &key->owner, FALSE, &n_others) > 0 &&
            count_entry_keys(chain, &key->owner, TRUE, &n_known) == 0 && n_known > 0)
            return TRUE;
    }
    return FALSE;
}

gboolean
getdns_chain_is_insecure(getdns_dict *response, const gchar *owner_name, guint16 rr_type,
                         const getdns_list *anchors, gint64 now)
{
    DnsName name;
    getdns_list *list = NULL;
    if (!dns_name_parse(&name, owner_name) ||
        getdns_dict_get_list(response, "/validation_chain", &list) != GETDNS_RETURN_GOOD)
        return FALSE;
    g_autoptr(GetdnsReply) reply = getdns_reply_new(response, &name, rr_type);
    g_autoptr(GetdnsReply) chain = getdns_reply_new_chain(response);
    if (reply == NULL || chain == NULL)
        return FALSE;
    g_autoptr(GArray) names = getdns_reply_list_names(reply, &name);
    return !hides_known_keys(chain) && !getdns_screen_belies_insecure(reply, chain, names) &&
           validate_part(reply, list, anchors, now, was_asked_for, names) == GETDNS_DNSSEC_INSECURE;
}
