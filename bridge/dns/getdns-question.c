/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-question.h"

#include "getdns-query.h"
#include "source.h"

typedef struct {
    GetdnsQuestion *question;
    GetdnsQuery *query;
    gint64 begin; /* monotonic, in microseconds */
} Send;

struct _GetdnsQuestion {
    const GetdnsRoute *route;
    gchar *name;
    guint16 rr_type;
    Send sends[GETDNS_QUESTION_MAX_SENDS];
    guint n_sends;
    guint n_failed;
    GetdnsQuery *stream; /* after truncation */
    GSource *again;
    GetdnsQuestionDone done;
    gpointer user_data;
};

static void send_once(GetdnsQuestion *question);

static void
cancel_sends(GetdnsQuestion *question)
{
    source_drop(&question->again);
    for (guint i = 0; i < question->n_sends; i++)
        if (question->sends[i].query != NULL)
            getdns_query_cancel(g_steal_pointer(&question->sends[i].query));
}

void
getdns_question_cancel(GetdnsQuestion *question)
{
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

static gboolean
is_truncated(getdns_dict *response)
{
    guint32 tc = 0;
    return getdns_dict_get_int(response, "/replies_tree/0/header/tc", &tc) == GETDNS_RETURN_GOOD &&
           tc != 0;
}

static void
ask_by_stream(GetdnsQuestion *question)
{
    g_autoptr(getdns_dict) extensions = make_extensions();
    cancel_sends(question);
    question->stream = getdns_query_new(question->route->stream, question->name, question->rr_type,
                                        extensions, on_stream, question);
}

static void
on_query(getdns_dict *response, const gchar *problem, gpointer user_data)
{
    Send *sent = user_data;
    GetdnsQuestion *question = sent->question;
    sent->query = NULL;
    if (response == NULL && ++question->n_failed < question->n_sends)
        return;
    if (response != NULL && question->route->trip != NULL)
        round_trip_add(question->route->trip, g_get_monotonic_time() - sent->begin);
    if (response != NULL && question->route->stream != NULL && is_truncated(response)) {
        getdns_dict_destroy(response);
        ask_by_stream(question);
        return;
    }
    finish(question, response, problem);
}

static gboolean
on_again(gpointer user_data)
{
    send_once(user_data);
    return G_SOURCE_REMOVE;
}

/* Twice as long each second time: a server that became slower is not to be flooded. */
static void
plan_next_send(GetdnsQuestion *question)
{
    source_drop(&question->again);
    if (question->route->trip == NULL || question->n_sends == GETDNS_QUESTION_MAX_SENDS)
        return;
    guint timeout_ms = round_trip_get_timeout_ms(question->route->trip)
                       << (question->n_sends - 1) / 2;
    question->again = g_timeout_source_new(timeout_ms);
    g_source_set_callback(question->again, on_again, question, NULL);
    g_source_attach(question->again, g_main_context_get_thread_default());
}

static void
send_once(GetdnsQuestion *question)
{
    g_autoptr(getdns_dict) extensions = make_extensions();
    Send *next = &question->sends[question->n_sends++];
    next->question = question;
    next->begin = g_get_monotonic_time();
    next->query = getdns_query_new(question->route->channel, question->name, question->rr_type,
                                   extensions, on_query, next);
    plan_next_send(question);
}

GetdnsQuestion *
getdns_question_new(const GetdnsRoute *route, const DnsName *name, guint16 rr_type,
                    GetdnsQuestionDone done, gpointer user_data)
{
    GetdnsQuestion *question = g_new0(GetdnsQuestion, 1);
    question->route = route;
    question->name = dns_name_to_string(name);
    question->rr_type = rr_type;
    question->done = done;
    question->user_data = user_data;
    send_once(question);
    return question;
}
