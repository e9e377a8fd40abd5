/* SPDX-License-Identifier: MPL-2.0 */
#include "unbound-answer.h"

#include <string.h>

#include "core-limits.h"

#define RCODE_NOERROR  0
#define RCODE_NXDOMAIN 3

static const gchar *
rcode_to_string(int rcode)
{
    static const gchar *const names[] = {"NOERROR",  "FORMERR", "SERVFAIL",
                                         "NXDOMAIN", "NOTIMP",  "REFUSED"};
    return rcode >= 0 && rcode < (int)G_N_ELEMENTS(names) ? names[rcode] : "an error";
}

/* FALSE if there are more than can be handled. */
static gboolean
take_records(ResolverAnswer *answer, const struct ub_result *result)
{
    for (guint i = 0; result->havedata && result->data[i] != NULL; i++) {
        if (answer->records->len == LIMIT_RECORDS) {
            g_ptr_array_set_size(answer->records, 0);
            return FALSE;
        }
        g_ptr_array_add(answer->records, g_bytes_new(result->data[i], (gsize)result->len[i]));
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
}

static ResolverAnswer *
make_bogus(const gchar *owner_name, guint16 rr_type, const struct ub_result *result)
{
    ResolverAnswer *answer = resolver_answer_new(owner_name, rr_type, DNS_OUTCOME_BOGUS);
    answer->detail =
        g_strdup(result->why_bogus == NULL ? "DNSSEC validation failed" : result->why_bogus);
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
    answer->ttl = (guint32)MAX(result->ttl, 0);
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
