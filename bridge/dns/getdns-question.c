/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-question.h"

#include "getdns-query.h"
#include "getdns-reply.h"
#include "source.h"

#define RCODE_NXDOMAIN 3u

/* After what is there to be read: an answer that waits for us makes a copy needless. */
#define AGAIN_PRIORITY (G_PRIORITY_DEFAULT + 10)

typedef struct {
    GetdnsQuestion *question;
    GetdnsQuery *query;
    gint64 begin; /* monotonic, in microseconds */
} Send;

struct _GetdnsQuestion {
    const GetdnsRoute *route;
    DnsName owner;
    gchar *name; /* its presentation form */
    guint16 rr_type;
    Send sends[GETDNS_QUESTION_MAX_SENDS];
    guint n_sends;
    guint n_failed;
    GetdnsQuery *stream; /* after truncation */
    GSource *again;
    gboolean early; /* there was little to do up to now, and no copy of a datagram */
    GList link;     /* in the pace's "waiting" */
    GetdnsQuestionDone done;
    gpointer user_data;
};

static void
cancel_sends(GetdnsQuestion *question)
{
    source_drop(&question->again);
    for (guint i = 0; i < question->n_sends; i++)
        if (question->sends[i].query != NULL)
            getdns_query_cancel(g_steal_pointer(&question->sends[i].query));
}

static void
stop_waiting(GetdnsQuestion *question)
{
    if (question->link.data == NULL)
        return;
    g_queue_unlink(&question->route->pace->waiting, &question->link);
    question->link.data = NULL;
}

void
getdns_question_cancel(GetdnsQuestion *question)
{
    stop_waiting(question);
    cancel_sends(question);
    if (question->stream != NULL)
        getdns_query_cancel(question->stream);
    g_free(question->name);
    g_free(question);
}

static void
finish(GetdnsQuestion *question, getdns_dict *response, const gchar *problem)
{
    GetdnsQuestionDone done = question->done;
    gpointer done_data = question->user_data;
    getdns_question_cancel(question);
    done(response, problem, done_data);
}

static void
on_stream(getdns_dict *response, const gchar *problem, gpointer user_data)
{
    GetdnsQuestion *question = user_data;
    question->stream = NULL;
    if (response == NULL && problem == NULL)
        problem = "the answer is too long for UDP, and TCP brings none";
    finish(question, response, problem);
}

static getdns_dict *
make_extensions(void)
{
    getdns_dict *extensions = getdns_dict_create();
    getdns_dict_set_int(extensions, "/header/cd", 1);
    getdns_dict_set_int(extensions, "/add_opt_parameters/do_bit", 1);
    return extensions;
}

gboolean
getdns_question_is_truncated(const GetdnsQuestion *question)
{
    return question->stream != NULL;
}

static gboolean
is_truncated(getdns_dict *response)
{
    guint32 tc = 0;
    return getdns_dict_get_int(response, "/replies_tree/0/header/tc", &tc) == GETDNS_RETURN_GOOD &&
           tc != 0;
}

/* Whether it is as good as what TCP may still bring. */
static gboolean
is_good(const GetdnsQuestion *question, getdns_dict *response)
{
    g_autoptr(GetdnsReply) reply = getdns_reply_new(response, &question->owner, question->rr_type);
    return reply != NULL && (reply->rcode == 0 || reply->rcode == RCODE_NXDOMAIN) &&
           !is_truncated(response);
}

static void
ask_by_stream(GetdnsQuestion *question)
{
    g_autoptr(getdns_dict) extensions = make_extensions();
    stop_waiting(question);
    cancel_sends(question);
    question->stream = getdns_query_new(question->route->stream, question->name, question->rr_type,
                                        extensions, on_stream, question);
}

/* Whether this is a question over TCP, whose copies are not. */
static gboolean
is_stream(const GetdnsQuestion *question, guint index)
{
    return index == 0 && question->route->beside != NULL;
}

static gboolean
is_quiet(const GetdnsQuestion *question)
{
    return g_queue_get_length(&question->route->pace->waiting) <= GETDNS_QUESTION_FEW;
}

/* How long after the last message the next one goes out. Twice as long each second time: a server
 * that became slower is not to be flooded. */
static guint
get_patience_ms(const GetdnsQuestion *question)
{
    const GetdnsPace *pace = question->route->pace;
    gboolean stream = is_stream(question, question->n_sends - 1);
    const RoundTrip *trip = stream ? &pace->stream : &pace->datagram;
    if (stream && pace->stream_is_late)
        return 0;
    if (question->early && !round_trip_is_known(trip))
        return stream ? GETDNS_QUESTION_EARLY_STREAM_MS : GETDNS_QUESTION_EARLY_MS;
    return stream ? round_trip_get_stream_timeout_ms(trip)
                  : round_trip_get_timeout_ms(trip) << (question->n_sends - 1) / 2;
}

static gint64
get_due_time(const GetdnsQuestion *question)
{
    return question->sends[question->n_sends - 1].begin +
           (gint64)get_patience_ms(question) * G_TIME_SPAN_MILLISECOND;
}

/* More is known of the server: those who have waited long enough by that need not wait longer. */
static void
hurry_others(const GetdnsPace *pace)
{
    for (GList *item = pace->waiting.head; item != NULL; item = item->next) {
        GetdnsQuestion *question = item->data;
        if (question->again != NULL)
            g_source_set_ready_time(question->again, MIN(g_source_get_ready_time(question->again),
                                                         get_due_time(question)));
    }
}

static void
learn(GetdnsPace *pace, const Send *sent, gboolean stream)
{
    round_trip_add(stream ? &pace->stream : &pace->datagram, g_get_monotonic_time() - sent->begin);
    if (stream)
        pace->stream_is_late = FALSE;
    hurry_others(pace);
}

/* Whether the question is over with that. */
static gboolean
has_failed(GetdnsQuestion *question, gboolean stream)
{
    question->n_failed++;
    return stream || (question->route->beside == NULL && question->n_failed == question->n_sends);
}

static void
on_query(getdns_dict *response, const gchar *problem, gpointer user_data)
{
    Send *sent = user_data;
    GetdnsQuestion *question = sent->question;
    const GetdnsRoute *route = question->route;
    gboolean stream = is_stream(question, (guint)(sent - question->sends));
    sent->query = NULL;
    if (response == NULL) {
        if (has_failed(question, stream))
            finish(question, NULL, problem);
        return;
    }
    if (route->pace != NULL)
        learn(route->pace, sent, stream);
    if (route->beside != NULL && !stream && !is_good(question, response)) {
        getdns_dict_destroy(response);
        return;
    }
    if (route->stream != NULL && is_truncated(response)) {
        getdns_dict_destroy(response);
        ask_by_stream(question);
        return;
    }
    finish(question, response, problem);
}

static void send_once(GetdnsQuestion *question, GetdnsChannel *channel);

static gboolean
on_again(gpointer user_data)
{
    GetdnsQuestion *question = user_data;
    if (question->early && !is_quiet(question)) {
        question->early = FALSE;
        g_source_set_ready_time(question->again, get_due_time(question));
        return G_SOURCE_CONTINUE;
    }
    gboolean stream = is_stream(question, question->n_sends - 1);
    question->early = question->early && stream;
    question->route->pace->stream_is_late |= stream;
    source_drop(&question->again);
    send_once(question,
              question->route->beside != NULL ? question->route->beside : question->route->channel);
    return G_SOURCE_REMOVE;
}

static gboolean
dispatch_again(GSource *source G_GNUC_UNUSED, GSourceFunc function, gpointer user_data)
{
    return function(user_data);
}

static void
plan_next_send(GetdnsQuestion *question)
{
    static GSourceFuncs functions = {.dispatch = dispatch_again};
    if (question->route->pace == NULL || question->n_sends == GETDNS_QUESTION_MAX_SENDS)
        return;
    question->again = g_source_new(&functions, sizeof(GSource));
    g_source_set_priority(question->again, AGAIN_PRIORITY);
    g_source_set_ready_time(question->again, get_due_time(question));
    g_source_set_callback(question->again, on_again, question, NULL);
    g_source_attach(question->again, g_main_context_get_thread_default());
}

static void
send_once(GetdnsQuestion *question, GetdnsChannel *channel)
{
    g_autoptr(getdns_dict) extensions = make_extensions();
    Send *next = &question->sends[question->n_sends++];
    next->question = question;
    next->begin = g_get_monotonic_time();
    next->query =
        getdns_query_new(channel, question->name, question->rr_type, extensions, on_query, next);
    plan_next_send(question);
}

GetdnsQuestion *
getdns_question_new(const GetdnsRoute *route, const DnsName *name, guint16 rr_type,
                    GetdnsQuestionDone done, gpointer user_data)
{
    GetdnsQuestion *question = g_new0(GetdnsQuestion, 1);
    question->route = route;
    question->owner = *name;
    question->name = dns_name_to_string(name);
    question->rr_type = rr_type;
    question->done = done;
    question->user_data = user_data;
    question->early = TRUE;
    if (route->pace != NULL) {
        question->link.data = question;
        g_queue_push_tail_link(&route->pace->waiting, &question->link);
    }
    send_once(question, route->channel);
    return question;
}
