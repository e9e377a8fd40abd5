/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-attempt.h"

#include <getdns/getdns_extra.h>

#include "getdns-answer.h"
#include "source.h"

struct _GetdnsAttempt {
    GetdnsChannel *channel;
    gchar *owner_name;
    guint16 rr_type;
    guint timeout_ms;
    getdns_transaction_t transaction;
    gboolean called_back; /* getdns knows of this transaction no more */
    gboolean orphaned;    /* nobody waits; the callback frees */
    GetdnsAttemptResult result;
    ResolverAnswer *answer;
    GSource *source; /* the time limit, then the delivery */
    GetdnsAttemptDone done;
    gpointer user_data;
};

static void
attempt_free(GetdnsAttempt *attempt)
{
    source_drop(&attempt->source);
    resolver_answer_free(attempt->answer);
    getdns_channel_unref(attempt->channel);
    g_free(attempt->owner_name);
    g_free(attempt);
}

static void
set_source(GetdnsAttempt *attempt, GSource *source, GSourceFunc function)
{
    source_drop(&attempt->source);
    attempt->source = source;
    g_source_set_callback(source, function, attempt, NULL);
    g_source_attach(source, g_main_context_get_thread_default());
}

static gboolean
on_deliver(gpointer user_data)
{
    GetdnsAttempt *attempt = user_data;
    GetdnsAttemptDone done = attempt->done;
    gpointer done_data = attempt->user_data;
    GetdnsAttemptResult result = attempt->result;
    ResolverAnswer *answer = g_steal_pointer(&attempt->answer);
    attempt_free(attempt);
    done(result, answer, done_data);
    return G_SOURCE_REMOVE;
}

/* Takes @answer. getdns does not bear its context destroyed in a callback, and may call back before
 * getdns_general() returns: so the news waits for the main loop. */
static void
deliver_later(GetdnsAttempt *attempt, GetdnsAttemptResult result, ResolverAnswer *answer)
{
    attempt->result = result;
    attempt->answer = answer;
    set_source(attempt, g_timeout_source_new(0), on_deliver);
}

static void
on_getdns(getdns_context *context G_GNUC_UNUSED, getdns_callback_type_t type, getdns_dict *response,
          void *user_data, getdns_transaction_t transaction G_GNUC_UNUSED)
{
    GetdnsAttempt *attempt = user_data;
    g_autoptr(getdns_dict) owned = response;
    attempt->called_back = TRUE;
    if (attempt->orphaned) {
        attempt_free(attempt);
        return;
    }
    gboolean answered = type == GETDNS_CALLBACK_COMPLETE;
    ResolverAnswer *answer =
        answered ? getdns_answer_new(attempt->owner_name, attempt->rr_type, owned,
                                     g_get_real_time() / G_USEC_PER_SEC)
                 : resolver_answer_new_unreachable(attempt->owner_name, attempt->rr_type,
                                                   "no answer from the name server");
    deliver_later(attempt,
                  answered && !getdns_answer_is_timeout(owned) ? GETDNS_ATTEMPT_ANSWERED
                                                               : GETDNS_ATTEMPT_SILENT,
                  answer);
}

void
getdns_attempt_cancel(GetdnsAttempt *attempt)
{
    /* getdns calls back with GETDNS_CALLBACK_CANCEL inside of its own cancel function. */
    source_drop(&attempt->source);
    attempt->orphaned = TRUE;
    if (attempt->called_back ||
        getdns_cancel_callback(getdns_channel_get_context(attempt->channel),
                               attempt->transaction) == GETDNS_RETURN_UNKNOWN_TRANSACTION)
        attempt_free(attempt);
}

static gboolean
on_timeout(gpointer user_data)
{
    GetdnsAttempt *attempt = user_data;
    GetdnsAttemptDone done = attempt->done;
    gpointer done_data = attempt->user_data;
    ResolverAnswer *answer =
        resolver_answer_new_unreachable(attempt->owner_name, attempt->rr_type,
                                        "no answer within %g s", attempt->timeout_ms / 1000.0);
    getdns_attempt_cancel(attempt);
    done(GETDNS_ATTEMPT_SILENT, answer, done_data);
    return G_SOURCE_REMOVE;
}

static getdns_dict *
make_extensions(void)
{
    getdns_dict *extensions = getdns_dict_create();
    /* With return_status alone a bogus answer looks like "no such name". */
    getdns_dict_set_int(extensions, "dnssec", GETDNS_EXTENSION_TRUE);
    getdns_dict_set_int(extensions, "dnssec_return_all_statuses", GETDNS_EXTENSION_TRUE);
    return extensions;
}

GetdnsAttempt *
getdns_attempt_new(GetdnsChannel *channel, const gchar *owner_name, guint16 rr_type,
                   guint timeout_ms, GetdnsAttemptDone done, gpointer user_data)
{
    GetdnsAttempt *attempt = g_new0(GetdnsAttempt, 1);
    attempt->channel = getdns_channel_ref(channel);
    attempt->owner_name = g_strdup(owner_name);
    attempt->rr_type = rr_type;
    attempt->timeout_ms = timeout_ms;
    attempt->done = done;
    attempt->user_data = user_data;
    set_source(attempt, g_timeout_source_new(timeout_ms), on_timeout);

    g_autoptr(getdns_dict) extensions = make_extensions();
    g_autofree gchar *absolute = g_strconcat(owner_name, ".", NULL);
    getdns_return_t result = getdns_general(getdns_channel_get_context(channel), absolute, rr_type,
                                            extensions, attempt, &attempt->transaction, on_getdns);
    if (result != GETDNS_RETURN_GOOD && !attempt->called_back) {
        attempt->called_back = TRUE;
        deliver_later(attempt, GETDNS_ATTEMPT_SILENT,
                      resolver_answer_new_unreachable(owner_name, rr_type, "getdns: %s",
                                                      getdns_get_errorstr_by_id(result)));
    }
    return attempt;
}
