/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-screen.h"

#include "denial.h"

/* Where getdns says that the aliases end. */
#define CANONICAL_NAME "/replies_tree/0/canonical_name"

typedef gboolean (*ProofTest)(const GetdnsRecord *record, const DnsName *name);

static gboolean
any_proof(const GetdnsReply *reply, ProofTest test, const DnsName *name)
{
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (getdns_record_is_denial(record) && test(record, name))
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_laborious(const GetdnsRecord *record, const DnsName *name G_GNUC_UNUSED)
{
    return denial_has_iterations_above(record, GETDNS_SCREEN_MAX_ITERATIONS);
}

static gboolean
is_weak(const GetdnsRecord *record, const DnsName *name G_GNUC_UNUSED)
{
    return denial_has_opt_out(record) ||
           denial_has_iterations_above(record, GETDNS_SCREEN_MAX_ITERATIONS);
}

gboolean
getdns_screen_is_weak(const GetdnsReply *reply, const DnsName *owner, gboolean wildcard)
{
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if ((wildcard ? is_weak(record, NULL) : is_laborious(record, NULL)) &&
            dns_name_equal(&record->owner, owner))
            return TRUE;
    }
    return FALSE;
}

gboolean
getdns_screen_is_laborious(const GetdnsReply *reply)
{
    return any_proof(reply, is_laborious, NULL);
}

GetdnsScreen
getdns_screen_wildcard(const GetdnsReply *reply, const DnsName *owner, guint n_signed)
{
    guint n_labels = dns_name_count_labels(owner);
    /* RFC 4592 §3.3.1: between owner and wildcard there must be no name that exists */
    for (guint n = 0; n + n_signed < n_labels; n++) {
        DnsName between;
        dns_name_strip(owner, n, &between);
        if (any_proof(reply, denial_shows_empty_name, &between))
            return GETDNS_SCREEN_FRAUD;
    }
    return any_proof(reply, is_weak, NULL) ? GETDNS_SCREEN_WEAK : GETDNS_SCREEN_PASSED;
}

/* The fewest labels of a zone above @owner that signed the proof; more than any name has if none
 * did. */
static guint
count_signer_labels(const GetdnsReply *reply, const GetdnsRecord *proof, const DnsName *owner)
{
    guint n_labels = DNS_NAME_MAX_OCTETS;
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (record->type == GETDNS_RRTYPE_RRSIG && record->covered == proof->type &&
            dns_name_equal(&record->owner, &proof->owner) &&
            dns_name_is_within(owner, &record->signer))
            n_labels = MIN(n_labels, dns_name_count_labels(&record->signer));
    }
    return n_labels;
}

/* Whether the proof stands at a delegation or a DNAME above @owner. */
static gboolean
ends_zone_above(const GetdnsReply *reply, const GetdnsRecord *proof, const DnsName *owner,
                guint16 type)
{
    gboolean has_dname = denial_has_dname(proof);
    guint n_labels = dns_name_count_labels(owner);
    guint n_zone = count_signer_labels(reply, proof, owner);
    for (guint n = 0; n + n_zone <= n_labels; n++) {
        DnsName ancestor;
        dns_name_strip(owner, n, &ancestor);
        /* RFC 6672 §2.3: a DNAME says nothing about its own name, and may stand at the apex */
        gboolean below_dname = has_dname && n > 0;
        gboolean delegated = denial_is_delegation(proof) &&
                             n >= (type == GETDNS_RRTYPE_DS ? 1u : 0u) && n + n_zone < n_labels;
        if ((below_dname || delegated) &&
            denial_matches_name(proof, &ancestor, GETDNS_SCREEN_MAX_ITERATIONS))
            return TRUE;
    }
    return FALSE;
}

gboolean
getdns_screen_is_beyond_zone(const GetdnsReply *reply, const DnsName *owner, guint16 type)
{
    guint n_ends = 0;
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (!getdns_record_is_denial(record) ||
            !(denial_is_delegation(record) || denial_has_dname(record)))
            continue;
        if (++n_ends > GETDNS_SCREEN_MAX_ENDS || ends_zone_above(reply, record, owner, type))
            return TRUE;
    }
    return FALSE;
}

/* @rounds: what is left of them; TRUE if they are not enough, too */
static gboolean
stands_above(const GetdnsRecord *proof, const DnsName *name, guint *rounds)
{
    guint n_rounds = denial_count_rounds(proof);
    guint n_labels = dns_name_count_labels(name);
    DnsName zone;
    dns_name_strip(&proof->owner, 1, &zone);
    for (guint n = 1; n <= n_labels; n++) {
        DnsName ancestor;
        dns_name_strip(name, n, &ancestor);
        if (!dns_name_is_within(&ancestor, &zone))
            return FALSE;
        if (n_rounds > *rounds)
            return TRUE;
        *rounds -= n_rounds;
        if (denial_matches_name(proof, &ancestor, GETDNS_SCREEN_MAX_ITERATIONS))
            return TRUE;
    }
    return FALSE;
}

static gboolean
stands_above_any(const GetdnsReply *reply, const GArray *names, guint *rounds)
{
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (record->type != GETDNS_RRTYPE_NSEC3 || dns_name_is_root(&record->owner) ||
            denial_has_iterations_above(record, GETDNS_SCREEN_MAX_ITERATIONS) ||
            !(denial_is_secure_delegation(record) || denial_has_dname(record)))
            continue;
        for (guint k = 0; k < names->len; k++)
            if (stands_above(record, &g_array_index(names, DnsName, k), rounds))
                return TRUE;
    }
    return FALSE;
}

gboolean
getdns_screen_belies_insecure(const GetdnsReply *reply, const GetdnsReply *chain,
                              const GArray *names)
{
    guint rounds = GETDNS_SCREEN_MAX_ROUNDS;
    return stands_above_any(chain, names, &rounds) || stands_above_any(reply, names, &rounds);
}

gboolean
getdns_screen_holds_foreign(const GetdnsReply *reply, guint16 rr_type)
{
    static const guint16 types[] = {GETDNS_RRTYPE_CNAME, GETDNS_RRTYPE_DNAME, GETDNS_RRTYPE_RRSIG,
                                    GETDNS_RRTYPE_NSEC,  GETDNS_RRTYPE_NSEC3, GETDNS_RRTYPE_SOA,
                                    GETDNS_RRTYPE_NS,    GETDNS_RRTYPE_DS};
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        gboolean known = record->type == rr_type;
        for (guint k = 0; k < G_N_ELEMENTS(types); k++)
            known |= record->type == types[k];
        if (!known || (record->type == rr_type && !record->in_answer))
            return TRUE;
    }
    return reply->has_other_class;
}

static GetdnsScreen
screen_wildcards(const GetdnsReply *reply)
{
    GetdnsScreen worst = GETDNS_SCREEN_PASSED;
    for (guint i = 0; i < reply->records->len; i++) {
        const GetdnsRecord *record = getdns_reply_get(reply, i);
        if (record->in_answer && record->type == GETDNS_RRTYPE_RRSIG &&
            record->labels < dns_name_count_labels(&record->owner))
            worst = MIN(worst, getdns_screen_wildcard(reply, &record->owner, record->labels));
    }
    return worst;
}

GetdnsScreen
getdns_screen_response(getdns_dict *response, const gchar *owner_name, guint16 rr_type)
{
    DnsName name;
    getdns_bindata *end = NULL;
    if (!dns_name_parse(&name, owner_name))
        return GETDNS_SCREEN_FRAUD;
    g_autoptr(GetdnsReply) reply = getdns_reply_new(response, &name, rr_type);
    if (reply == NULL ||
        getdns_dict_get_bindata(response, CANONICAL_NAME, &end) != GETDNS_RETURN_GOOD ||
        !dns_name_read(&name, end->data, end->size))
        return GETDNS_SCREEN_FRAUD;
    gboolean denied = getdns_reply_find(reply, &name, rr_type) == NULL;
    if (denied && getdns_screen_is_beyond_zone(reply, &name, rr_type))
        return GETDNS_SCREEN_FRAUD;
    GetdnsScreen screen = screen_wildcards(reply);
    return denied && getdns_screen_is_laborious(reply) ? MIN(screen, GETDNS_SCREEN_WEAK) : screen;
}
