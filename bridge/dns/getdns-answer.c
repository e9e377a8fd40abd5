/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-answer.h"

#include <string.h>

#include <getdns/getdns_extra.h>

#include "core-limits.h"

#define RCODE_NOERROR  0
#define RCODE_NXDOMAIN 3

/* Where the one reply stands in the response. */
#define REPLY "/replies_tree/0"

/* RFC 2181 §8: a TTL with the highest bit set is zero. */
#define TTL_MAX 0x7fffffffu

static guint32
get_int(getdns_dict *dict, const gchar *pointer, guint32 otherwise)
{
    guint32 value = 0;
    return getdns_dict_get_int(dict, pointer, &value) == GETDNS_RETURN_GOOD ? value : otherwise;
}

static getdns_bindata *
get_bindata(getdns_dict *dict, const gchar *pointer)
{
    getdns_bindata *value = NULL;
    return getdns_dict_get_bindata(dict, pointer, &value) == GETDNS_RETURN_GOOD ? value : NULL;
}

static getdns_list *
get_list(getdns_dict *dict, const gchar *pointer, gsize *out_length)
{
    getdns_list *value = NULL;
    *out_length = 0;
    if (getdns_dict_get_list(dict, pointer, &value) != GETDNS_RETURN_GOOD ||
        getdns_list_get_length(value, out_length) != GETDNS_RETURN_GOOD)
        return NULL;
    return value;
}

static getdns_dict *
get_record(getdns_list *list, gsize index)
{
    getdns_dict *record = NULL;
    return getdns_list_get_dict(list, index, &record) == GETDNS_RETURN_GOOD ? record : NULL;
}

gboolean
getdns_answer_is_timeout(getdns_dict *response)
{
    gsize n_replies = 0;
    return response == NULL || get_int(response, "status", 0) == GETDNS_RESPSTATUS_ALL_TIMEOUT ||
           get_list(response, "replies_tree", &n_replies) == NULL || n_replies == 0;
}

/* Names in wire form, ASCII letters without case (RFC 4343). Length octets are below "A"; labels
 * may hold NUL, at which functions for strings would stop. */
static gboolean
names_are_equal(const getdns_bindata *a, const getdns_bindata *b)
{
    if (a->size != b->size)
        return FALSE;
    for (gsize i = 0; i < a->size; i++)
        if (g_ascii_tolower((gchar)a->data[i]) != g_ascii_tolower((gchar)b->data[i]))
            return FALSE;
    return TRUE;
}

static gchar *
name_to_string(const getdns_bindata *name)
{
    char *text = NULL;
    if (getdns_convert_dns_name_to_fqdn(name, &text) != GETDNS_RETURN_GOOD)
        return NULL;
    gsize n_octets = strlen(text);
    if (n_octets > 1 && text[n_octets - 1] == '.')
        n_octets--;
    gchar *copy = g_strndup(text, n_octets);
    free(text);
    return copy;
}

/* Seconds up to a signature's expiration, in serial number arithmetic (RFC 4034 §3.1.5). */
static guint32
seconds_left(guint32 expiration, gint64 now)
{
    gint32 left = (gint32)(expiration - (guint32)now);
    return left > 0 ? (guint32)left : 0;
}

static guint32
record_lifetime(getdns_dict *record, gboolean is_denial, gint64 now)
{
    guint32 lifetime = get_int(record, "ttl", 0);
    if (lifetime > TTL_MAX)
        lifetime = 0;
    switch (get_int(record, "type", 0)) {
    case GETDNS_RRTYPE_RRSIG:
        lifetime = MIN(lifetime, get_int(record, "/rdata/original_ttl", 0));
        return MIN(lifetime, seconds_left(get_int(record, "/rdata/signature_expiration", 0), now));
    case GETDNS_RRTYPE_SOA:
        /* RFC 2308 §5 */
        return is_denial ? MIN(lifetime, get_int(record, "/rdata/minimum", 0)) : lifetime;
    default:
        return lifetime;
    }
}

static guint32
get_lifetime(getdns_dict *response, gboolean is_denial, gint64 now)
{
    static const gchar *const sections[] = {REPLY "/answer", REPLY "/authority"};
    guint32 lifetime = TTL_MAX;
    gsize n_seen = 0;
    for (guint i = 0; i < G_N_ELEMENTS(sections); i++) {
        gsize n_records = 0;
        getdns_list *list = get_list(response, sections[i], &n_records);
        for (gsize k = 0; k < n_records; k++) {
            getdns_dict *record = get_record(list, k);
            if (record == NULL)
                continue;
            lifetime = MIN(lifetime, record_lifetime(record, is_denial, now));
            n_seen++;
        }
    }
    return n_seen == 0 ? 0 : lifetime;
}

/* TRUE if one of them does not fit. */
static gboolean
take_records(getdns_dict *response, ResolverAnswer *answer, const getdns_bindata *canonical_name)
{
    gsize n_records = 0;
    getdns_list *list = get_list(response, REPLY "/answer", &n_records);
    for (gsize i = 0; i < n_records; i++) {
        getdns_dict *record = get_record(list, i);
        const getdns_bindata *owner = record == NULL ? NULL : get_bindata(record, "name");
        if (owner == NULL || !names_are_equal(owner, canonical_name) ||
            get_int(record, "type", 0) != answer->rr_type ||
            get_int(record, "class", 0) != GETDNS_RRCLASS_IN)
            continue;
        const getdns_bindata *rdata = get_bindata(record, "/rdata/rdata_raw");
        if (rdata == NULL || !resolver_answer_add_record(answer, rdata->data, rdata->size))
            return TRUE;
    }
    return FALSE;
}

/* A proof of nonexistence that getdns found good must at least be there. */
static gboolean
has_denial(getdns_dict *response)
{
    gsize n_records = 0;
    getdns_list *list = get_list(response, REPLY "/authority", &n_records);
    for (gsize i = 0; i < n_records; i++) {
        getdns_dict *record = get_record(list, i);
        guint32 type = record == NULL ? 0 : get_int(record, "type", 0);
        if (type == GETDNS_RRTYPE_NSEC || type == GETDNS_RRTYPE_NSEC3)
            return TRUE;
    }
    return FALSE;
}

static const gchar *
rcode_to_string(guint32 rcode)
{
    static const gchar *const names[] = {"NOERROR",  "FORMERR", "SERVFAIL",
                                         "NXDOMAIN", "NOTIMP",  "REFUSED"};
    return rcode < G_N_ELEMENTS(names) ? names[rcode] : "an error";
}

static DnsOutcome
read_validation(getdns_dict *response)
{
    switch (get_int(response, REPLY "/dnssec_status", GETDNS_DNSSEC_INDETERMINATE)) {
    case GETDNS_DNSSEC_SECURE:
        return DNS_OUTCOME_SECURE_RECORDS;
    case GETDNS_DNSSEC_INSECURE:
        return DNS_OUTCOME_INSECURE;
    case GETDNS_DNSSEC_BOGUS:
        return DNS_OUTCOME_BOGUS;
    default:
        return DNS_OUTCOME_INDETERMINATE;
    }
}

static void
become(ResolverAnswer *answer, DnsOutcome outcome, const gchar *detail)
{
    answer->outcome = outcome;
    answer->detail = g_strdup(detail);
    g_ptr_array_set_size(answer->records, 0);
}

static void
judge_secure_denial(ResolverAnswer *answer, getdns_dict *response, guint32 rcode,
                    const getdns_bindata *canonical_name)
{
    if (!has_denial(response)) {
        become(answer, DNS_OUTCOME_BOGUS, "denial without a proof of nonexistence");
        return;
    }
    answer->outcome = DNS_OUTCOME_SECURE_DENIAL;
    answer->name_exists = rcode == RCODE_NOERROR;
    answer->detail = g_strdup(rcode == RCODE_NOERROR ? "no data" : rcode_to_string(rcode));
    g_autofree gchar *target = name_to_string(canonical_name);
    resolver_answer_note_alias(answer, target);
}

/* Where an alias leads, or NULL if there is none at @name. */
static const getdns_bindata *
follow_alias(getdns_dict *response, const getdns_bindata *name)
{
    gsize n_records = 0;
    getdns_list *list = get_list(response, REPLY "/answer", &n_records);
    for (gsize i = 0; i < n_records; i++) {
        getdns_dict *record = get_record(list, i);
        const getdns_bindata *owner = record == NULL ? NULL : get_bindata(record, "name");
        if (owner != NULL && get_int(record, "type", 0) == GETDNS_RRTYPE_CNAME &&
            names_are_equal(owner, name))
            return get_bindata(record, "/rdata/cname");
    }
    return NULL;
}

/* RFC 1034 §3.6.2: an error. Some servers find it out themselves and say SERVFAIL; what others hand
 * on ends nowhere, so that getdns finds no proof for its end. */
static gboolean
is_alias_loop(getdns_dict *response)
{
    const getdns_bindata *name = get_bindata(response, REPLY "/question/qname");
    gsize n_records = 0;
    get_list(response, REPLY "/answer", &n_records);
    for (gsize n_steps = 0; name != NULL && n_steps <= n_records; n_steps++)
        name = follow_alias(response, name);
    return name != NULL;
}

static void
judge(ResolverAnswer *answer, getdns_dict *response, guint32 rcode)
{
    const getdns_bindata *canonical_name = get_bindata(response, REPLY "/canonical_name");
    if (canonical_name == NULL) {
        become(answer, DNS_OUTCOME_UNREACHABLE, "an answer without a name");
        return;
    }
    gboolean too_many = take_records(response, answer, canonical_name);
    answer->outcome = read_validation(response);
    if (too_many) {
        become(answer, DNS_OUTCOME_UNREACHABLE, "more records than can be handled");
        return;
    }
    if (answer->records->len > 0)
        answer->canonical_name = name_to_string(canonical_name);
    if (answer->outcome == DNS_OUTCOME_SECURE_RECORDS) {
        if (rcode == RCODE_NXDOMAIN || answer->records->len == 0)
            judge_secure_denial(answer, response, rcode, canonical_name);
    } else if (answer->outcome == DNS_OUTCOME_BOGUS) {
        if (is_alias_loop(response))
            become(answer, DNS_OUTCOME_UNREACHABLE, "aliases that lead back to themselves");
        else
            answer->detail = g_strdup(GETDNS_ANSWER_BOGUS);
    } else if (answer->outcome == DNS_OUTCOME_INDETERMINATE) {
        become(answer, DNS_OUTCOME_INDETERMINATE, "no trust anchor leads to this name");
    }
}

/* getdns does not look whether it is one. */
static gboolean
answers_question(getdns_dict *response, const gchar *owner_name, guint16 rr_type)
{
    const getdns_bindata *qname = get_bindata(response, REPLY "/question/qname");
    g_autofree gchar *name = qname == NULL ? NULL : name_to_string(qname);
    return get_int(response, REPLY "/header/qr", 0) == 1 && name != NULL &&
           g_ascii_strcasecmp(name, owner_name) == 0 &&
           get_int(response, REPLY "/question/qtype", 0) == rr_type &&
           get_int(response, REPLY "/question/qclass", 0) == GETDNS_RRCLASS_IN;
}

ResolverAnswer *
getdns_answer_new(const gchar *owner_name, guint16 rr_type, getdns_dict *response, gint64 now)
{
    if (getdns_answer_is_timeout(response))
        return resolver_answer_new_unreachable(owner_name, rr_type,
                                               "no answer from the name server");
    guint32 rcode = get_int(response, REPLY "/header/rcode", 2);
    if (rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN) {
        ResolverAnswer *failure = resolver_answer_new_unreachable(
            owner_name, rr_type, "%s (response code %u)", rcode_to_string(rcode), rcode);
        failure->is_error_reply = TRUE;
        return failure;
    }
    if (!answers_question(response, owner_name, rr_type))
        return resolver_answer_new_unreachable(owner_name, rr_type, "no answer to the question");
    g_autoptr(ResolverAnswer) answer =
        resolver_answer_new(owner_name, rr_type, DNS_OUTCOME_UNREACHABLE);
    judge(answer, response, rcode);
    gboolean is_denial = answer->records->len == 0;
    answer->ttl = get_lifetime(response, is_denial, now);
    return g_steal_pointer(&answer);
}
