/* SPDX-License-Identifier: MPL-2.0 */
#include "unbound-answer.h"

#include <arpa/nameser.h>
#include <string.h>

#include "core-limits.h"

#define RCODE_NOERROR  0
#define RCODE_NXDOMAIN 3

/* RFC 4034 §3.1 */
#define RR_TYPE_RRSIG         46
#define RRSIG_ORIGINAL_TTL_AT 4
#define RRSIG_EXPIRATION_AT   8
#define RRSIG_FIXED_OCTETS    18

/* Who is told that an answer is bogus may soon ask again; of such an answer nothing says how long
 * it holds. */
#define BOGUS_TTL_MAX 5u

static const gchar *
rcode_to_string(int rcode)
{
    static const gchar *const names[] = {"NOERROR",  "FORMERR", "SERVFAIL",
                                         "NXDOMAIN", "NOTIMP",  "REFUSED"};
    return rcode >= 0 && rcode < (int)G_N_ELEMENTS(names) ? names[rcode] : "an error";
}

/* How long a signature lets its records hold (RFC 4035 §5.3.3): their original TTL, and until it
 * expires, in the arithmetic of RFC 1982. */
static guint32
get_signature_lifetime(const ns_rr *record, guint32 now)
{
    const guint8 *rdata = ns_rr_rdata(*record);
    if (ns_rr_rdlen(*record) < RRSIG_FIXED_OCTETS)
        return 0;
    gint32 left = (gint32)(ns_get32(rdata + RRSIG_EXPIRATION_AT) - now);
    return MIN((guint32)MAX(left, 0), (guint32)ns_get32(rdata + RRSIG_ORIGINAL_TTL_AT));
}

/* The least of all records, those of the proof too: a record that a wildcard has made holds as long
 * as the proof that there is no closer one (RFC 4035 §5.3.4). libunbound tells the record's alone,
 * and as it came: it may be more than what is signed. */
static guint32
get_lifetime(const struct ub_result *result)
{
    static const ns_sect sections[] = {ns_s_an, ns_s_ns};
    guint32 now = (guint32)(g_get_real_time() / G_USEC_PER_SEC);
    guint32 lifetime = (guint32)MAX(result->ttl, 0);
    ns_msg message;
    if (result->answer_packet == NULL ||
        ns_initparse(result->answer_packet, result->answer_len, &message) < 0)
        return lifetime;
    for (guint i = 0; i < G_N_ELEMENTS(sections); i++)
        for (int k = 0; k < ns_msg_count(message, sections[i]); k++) {
            ns_rr record;
            if (ns_parserr(&message, sections[i], k, &record) < 0)
                return 0;
            lifetime = MIN(lifetime, ns_rr_ttl(record));
            if (ns_rr_type(record) == RR_TYPE_RRSIG)
                lifetime = MIN(lifetime, get_signature_lifetime(&record, now));
        }
    return lifetime;
}

/* FALSE if there are more than can be handled. */
static gboolean
take_records(ResolverAnswer *answer, const struct ub_result *result)
{
    for (guint i = 0; result->havedata && result->data[i] != NULL; i++) {
        if (!resolver_answer_add_record(answer, (const guint8 *)result->data[i],
                                        (gsize)result->len[i])) {
            g_ptr_array_set_size(answer->records, 0);
            return FALSE;
        }
    }
    return TRUE;
}

/* Without the dot at its end. */
static gchar *
read_canonical_name(const struct ub_result *result)
{
    const gchar *name = result->canonname == NULL ? result->qname : result->canonname;
    gsize n_octets = strlen(name);
    return g_strndup(name, n_octets > 1 && name[n_octets - 1] == '.' ? n_octets - 1 : n_octets);
}

static void
judge_denial(ResolverAnswer *answer, const struct ub_result *result)
{
    if (!result->secure) {
        answer->outcome = DNS_OUTCOME_INSECURE;
        return;
    }
    answer->outcome = DNS_OUTCOME_SECURE_DENIAL;
    answer->name_exists = result->rcode == RCODE_NOERROR;
    answer->detail = g_strdup(answer->name_exists ? "no data" : rcode_to_string(result->rcode));
    g_autofree gchar *target = read_canonical_name(result);
    resolver_answer_note_alias(answer, target);
}

/* "validation failure <NAME TYPE CLASS>: why"; the name is the one asked for. */
static const gchar *
read_reason(const struct ub_result *result)
{
    const gchar *why = result->why_bogus == NULL ? NULL : strstr(result->why_bogus, ">: ");
    return why == NULL ? "DNSSEC validation failed" : why + strlen(">: ");
}

static ResolverAnswer *
make_bogus(const gchar *owner_name, guint16 rr_type, const struct ub_result *result)
{
    ResolverAnswer *answer = resolver_answer_new(owner_name, rr_type, DNS_OUTCOME_BOGUS);
    answer->ttl = MIN(get_lifetime(result), BOGUS_TTL_MAX);
    answer->detail = g_strdup(read_reason(result));
    return answer;
}

ResolverAnswer *
unbound_answer_new(const gchar *owner_name, guint16 rr_type, int error,
                   const struct ub_result *result)
{
    if (error != 0 || result == NULL)
        return resolver_answer_new_unreachable(owner_name, rr_type, "libunbound: %s",
                                               ub_strerror(error));
    if (result->bogus)
        return make_bogus(owner_name, rr_type, result);
    if (result->rcode != RCODE_NOERROR && result->rcode != RCODE_NXDOMAIN)
        return resolver_answer_new_unreachable(owner_name, rr_type, "%s (response code %d)",
                                               rcode_to_string(result->rcode), result->rcode);
    g_autoptr(ResolverAnswer) answer =
        resolver_answer_new(owner_name, rr_type, DNS_OUTCOME_UNREACHABLE);
    answer->ttl = get_lifetime(result);
    if (!take_records(answer, result)) {
        answer->detail = g_strdup("more records than can be handled");
        return g_steal_pointer(&answer);
    }
    if (answer->records->len == 0 || result->rcode == RCODE_NXDOMAIN) {
        g_ptr_array_set_size(answer->records, 0);
        judge_denial(answer, result);
        return g_steal_pointer(&answer);
    }
    answer->canonical_name = read_canonical_name(result);
    answer->outcome = result->secure ? DNS_OUTCOME_SECURE_RECORDS : DNS_OUTCOME_INSECURE;
    return g_steal_pointer(&answer);
}
