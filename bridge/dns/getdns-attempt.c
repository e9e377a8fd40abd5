/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-attempt.h"

#include "chain-lookup.h"
#include "getdns-answer.h"
#include "getdns-chain.h"
#include "getdns-query.h"
#include "getdns-reason.h"
#include "getdns-screen.h"
#include "getdns-unsigned.h"
#include "source.h"

struct _GetdnsAttempt {
    ZoneChain *chain;
    gchar *owner_name;
    guint16 rr_type;
    guint timeout_ms;
    ChainLookup *quick;
    GetdnsQuery *query; /* after it */
    gboolean by_stream; /* though the route is over UDP */
    GSource *timeout;
    GetdnsAttemptDone done;
    gpointer user_data;
};

void
getdns_attempt_cancel(GetdnsAttempt *attempt)
{
    if (attempt->quick != NULL)
        chain_lookup_cancel(attempt->quick);
    if (attempt->query != NULL)
        getdns_query_cancel(attempt->query);
    source_drop(&attempt->timeout);
    zone_chain_unref(attempt->chain);
    g_free(attempt->owner_name);
    g_free(attempt);
}

/* Takes @answer. */
static void
finish(GetdnsAttempt *attempt, GetdnsAttemptResult result, ResolverAnswer *answer)
{
    GetdnsAttemptDone done = attempt->done;
    gpointer done_data = attempt->user_data;
    getdns_attempt_cancel(attempt);
    done(result, answer, done_data);
}

static void ask_thoroughly(GetdnsAttempt *attempt, gboolean by_stream);

static ResolverAnswer *
make_refused(const GetdnsAttempt *attempt, const gchar *why)
{
    ResolverAnswer *answer =
        resolver_answer_new(attempt->owner_name, attempt->rr_type, DNS_OUTCOME_BOGUS);
    answer->detail = g_strdup_printf("DNSSEC validation refused: %s", why);
    return answer;
}

/* Takes @answer. */
static ResolverAnswer *
refuse_answer(const GetdnsAttempt *attempt, ResolverAnswer *answer, const gchar *why)
{
    resolver_answer_free(answer);
    return make_refused(attempt, why);
}

static void
become_insecure(ResolverAnswer *answer)
{
    answer->outcome = DNS_OUTCOME_INSECURE;
    answer->name_exists = FALSE;
    g_free(answer->detail);
    answer->detail =
        g_strdup("it takes NSEC3 records with Opt-Out or too many iterations, which do "
                 "not prove it");
}

static ResolverAnswer *
screen_secure(const GetdnsAttempt *attempt, getdns_dict *response, ResolverAnswer *answer,
              gint64 now)
{
    switch (getdns_screen_response(response, attempt->owner_name, attempt->rr_type)) {
    case GETDNS_SCREEN_PASSED:
        return answer;
    case GETDNS_SCREEN_WEAK:
        if (!getdns_chain_is_strong(response, attempt->owner_name, attempt->rr_type,
                                    zone_chain_get_anchors(attempt->chain), now))
            become_insecure(answer);
        return answer;
    case GETDNS_SCREEN_FRAUD:
    default:
        return refuse_answer(attempt, answer, "a proof that is none");
    }
}

/* What getdns found is believed only if its proofs are proofs: whoever can keep the quick way from
 * its keys must not get around what that refuses. */
static ResolverAnswer *
screen_answer(const GetdnsAttempt *attempt, getdns_dict *response, ResolverAnswer *answer,
              gint64 now)
{
    switch (answer->outcome) {
    case DNS_OUTCOME_SECURE_RECORDS:
    case DNS_OUTCOME_SECURE_DENIAL:
        return screen_secure(attempt, response, answer, now);
    case DNS_OUTCOME_INSECURE:
        return getdns_chain_is_insecure(response, attempt->owner_name, attempt->rr_type,
                                        zone_chain_get_anchors(attempt->chain), now)
                   ? answer
                   : refuse_answer(attempt, answer, "nothing proves that the name is not signed");
    case DNS_OUTCOME_BOGUS:
    case DNS_OUTCOME_INDETERMINATE:
    case DNS_OUTCOME_UNREACHABLE:
    case DNS_N_OUTCOMES:
    default:
        return answer;
    }
}

/* Whether there is something to validate. */
static gboolean
is_error(const ResolverAnswer *answer)
{
    return answer->outcome == DNS_OUTCOME_UNREACHABLE;
}

static ResolverAnswer *
read_answer(const GetdnsAttempt *attempt, getdns_dict *response)
{
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    ResolverAnswer *answer =
        getdns_answer_new(attempt->owner_name, attempt->rr_type, response, now);
    if (!is_error(answer)) {
        resolver_answer_free(answer);
        if (getdns_chain_validate(response, attempt->owner_name, attempt->rr_type,
                                  zone_chain_get_anchors(attempt->chain),
                                  now) == GETDNS_CHAIN_REFUSED)
            return make_refused(attempt, "records that would cost too much, or were not asked for");
        answer = getdns_answer_new(attempt->owner_name, attempt->rr_type, response, now);
    }
    return screen_answer(attempt, response, answer, now);
}

/* getdns tells no more than that it is bogus, or insecure. */
static ResolverAnswer *
explain(const GetdnsAttempt *attempt, getdns_dict *response, ResolverAnswer *answer)
{
    if (answer->outcome == DNS_OUTCOME_INSECURE && answer->detail == NULL)
        answer->detail = getdns_unsigned_find(response, attempt->owner_name, attempt->rr_type);
    if (answer->outcome != DNS_OUTCOME_BOGUS || g_strcmp0(answer->detail, GETDNS_ANSWER_BOGUS) != 0)
        return answer;
    g_autofree gchar *reason = getdns_reason_find(response, attempt->owner_name, attempt->rr_type,
                                                  zone_chain_get_anchors(attempt->chain),
                                                  g_get_real_time() / G_USEC_PER_SEC);
    if (reason == NULL)
        return answer;
    g_free(answer->detail);
    answer->detail = g_strdup_printf("%s: %s", GETDNS_ANSWER_BOGUS, reason);
    return answer;
}

static void
on_query(getdns_dict *response, const gchar *problem, gpointer user_data)
{
    GetdnsAttempt *attempt = user_data;
    g_autoptr(getdns_dict) owned = response;
    attempt->query = NULL;
    if (response == NULL && attempt->by_stream)
        ask_thoroughly(attempt, FALSE);
    else if (response != NULL)
        finish(attempt, GETDNS_ATTEMPT_ANSWERED,
               explain(attempt, response, read_answer(attempt, response)));
    else
        finish(attempt, GETDNS_ATTEMPT_SILENT,
               resolver_answer_new_unreachable(
                   attempt->owner_name, attempt->rr_type, "%s%s", problem == NULL ? "" : "getdns: ",
                   problem == NULL ? "no answer from the name server" : problem));
}

static gboolean
on_timeout(gpointer user_data)
{
    GetdnsAttempt *attempt = user_data;
    gboolean truncated = attempt->quick != NULL && chain_lookup_is_truncated(attempt->quick);
    finish(attempt, GETDNS_ATTEMPT_SILENT,
           resolver_answer_new_unreachable(
               attempt->owner_name, attempt->rr_type, "%s within %g s",
               truncated ? "the answer is too long for UDP, and TCP brings none" : "no answer",
               attempt->timeout_ms / 1000.0));
    return G_SOURCE_REMOVE;
}

static void
start_timer(GetdnsAttempt *attempt)
{
    source_drop(&attempt->timeout);
    attempt->timeout = g_timeout_source_new(attempt->timeout_ms);
    g_source_set_callback(attempt->timeout, on_timeout, attempt, NULL);
    g_source_attach(attempt->timeout, g_main_context_get_thread_default());
}

static getdns_dict *
make_extensions(void)
{
    getdns_dict *extensions = getdns_dict_create();
    /* With return_status alone a bogus answer looks like "no such name". */
    getdns_dict_set_int(extensions, "dnssec", GETDNS_EXTENSION_TRUE);
    getdns_dict_set_int(extensions, "dnssec_return_all_statuses", GETDNS_EXTENSION_TRUE);
    getdns_dict_set_int(extensions, "dnssec_return_validation_chain", GETDNS_EXTENSION_TRUE);
    return extensions;
}

/* getdns's own way: six questions, nothing kept. By TCP if that can be had, since keys and proofs
 * are long and one lost datagram is the end of it. */
static void
ask_thoroughly(GetdnsAttempt *attempt, gboolean by_stream)
{
    const GetdnsRoute *route = zone_chain_get_route(attempt->chain);
    attempt->by_stream = by_stream && route->stream != NULL;
    g_autoptr(getdns_dict) extensions = make_extensions();
    g_autofree gchar *absolute = g_strconcat(attempt->owner_name, ".", NULL);
    attempt->query = getdns_query_new(attempt->by_stream ? route->stream : route->channel, absolute,
                                      attempt->rr_type, extensions, on_query, attempt);
}

static void
on_quick(ChainLookupResult result, ResolverAnswer *answer, gpointer user_data)
{
    GetdnsAttempt *attempt = user_data;
    attempt->quick = NULL;
    switch (result) {
    case CHAIN_LOOKUP_ANSWERED:
        finish(attempt, GETDNS_ATTEMPT_ANSWERED, answer);
        return;
    case CHAIN_LOOKUP_SILENT:
        finish(attempt, GETDNS_ATTEMPT_SILENT, answer);
        return;
    case CHAIN_LOOKUP_UNDECIDED:
    default:
        start_timer(attempt);
        ask_thoroughly(attempt, TRUE);
    }
}

GetdnsAttempt *
getdns_attempt_new(ZoneChain *chain, const gchar *owner_name, guint16 rr_type, guint timeout_ms,
                   GetdnsAttemptDone done, gpointer user_data)
{
    GetdnsAttempt *attempt = g_new0(GetdnsAttempt, 1);
    attempt->chain = zone_chain_ref(chain);
    attempt->owner_name = g_strdup(owner_name);
    attempt->rr_type = rr_type;
    attempt->timeout_ms = timeout_ms;
    attempt->done = done;
    attempt->user_data = user_data;
    start_timer(attempt);
    attempt->quick = chain_lookup_new(chain, owner_name, rr_type, on_quick, attempt);
    return attempt;
}
