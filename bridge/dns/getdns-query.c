/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-query.h"

#include <getdns/getdns_extra.h>

#include "source.h"

struct _GetdnsQuery {
    GetdnsChannel *channel;
    getdns_transaction_t transaction;
    gboolean called_back; /* getdns knows of this transaction no more */
    gboolean orphaned;    /* nobody waits; the callback frees */
    getdns_dict *response;
    const gchar *problem;
    GSource *delivery;
    GetdnsQueryDone done;
    gpointer user_data;
};

static void
query_free(GetdnsQuery *query)
{
    source_drop(&query->delivery);
    getdns_dict_destroy(query->response);
    getdns_channel_unref(query->channel);
    g_free(query);
}

gboolean
getdns_query_is_timeout(getdns_dict *response)
{
    guint32 status = 0;
    getdns_list *replies = NULL;
    gsize n_replies = 0;
    return getdns_dict_get_int(response, "status", &status) != GETDNS_RETURN_GOOD ||
           status == GETDNS_RESPSTATUS_ALL_TIMEOUT ||
           getdns_dict_get_list(response, "replies_tree", &replies) != GETDNS_RETURN_GOOD ||
           getdns_list_get_length(replies, &n_replies) != GETDNS_RETURN_GOOD || n_replies == 0;
}

static gboolean
on_deliver(gpointer user_data)
{
    GetdnsQuery *query = user_data;
    GetdnsQueryDone done = query->done;
    gpointer done_data = query->user_data;
    const gchar *problem = query->problem;
    getdns_dict *response = g_steal_pointer(&query->response);
    query_free(query);
    done(response, problem, done_data);
    return G_SOURCE_REMOVE;
}

/* getdns does not bear its context destroyed in a callback, and may call back before
 * getdns_general() returns: so the news waits for the main loop. */
static void
deliver_later(GetdnsQuery *query)
{
    query->called_back = TRUE;
    query->delivery = g_timeout_source_new(0);
    g_source_set_callback(query->delivery, on_deliver, query, NULL);
    g_source_attach(query->delivery, g_main_context_get_thread_default());
}

static void
on_getdns(getdns_context *context G_GNUC_UNUSED, getdns_callback_type_t type, getdns_dict *response,
          void *user_data, getdns_transaction_t transaction G_GNUC_UNUSED)
{
    GetdnsQuery *query = user_data;
    query->called_back = TRUE;
    query->response = response;
    if (query->orphaned) {
        query_free(query);
        return;
    }
    if (type != GETDNS_CALLBACK_COMPLETE || response == NULL || getdns_query_is_timeout(response))
        g_clear_pointer(&query->response, getdns_dict_destroy);
    deliver_later(query);
}

void
getdns_query_cancel(GetdnsQuery *query)
{
    /* getdns calls back with GETDNS_CALLBACK_CANCEL inside of its own cancel function. */
    source_drop(&query->delivery);
    query->orphaned = TRUE;
    if (query->called_back ||
        getdns_cancel_callback(getdns_channel_get_context(query->channel), query->transaction) ==
            GETDNS_RETURN_UNKNOWN_TRANSACTION)
        query_free(query);
}

GetdnsQuery *
getdns_query_new(GetdnsChannel *channel, const gchar *name, guint16 rr_type,
                 getdns_dict *extensions, GetdnsQueryDone done, gpointer user_data)
{
    GetdnsQuery *query = g_new0(GetdnsQuery, 1);
    query->channel = getdns_channel_ref(channel);
    query->done = done;
    query->user_data = user_data;
    getdns_return_t result = getdns_general(getdns_channel_get_context(channel), name, rr_type,
                                            extensions, query, &query->transaction, on_getdns);
    if (result != GETDNS_RETURN_GOOD && !query->called_back) {
        query->problem = getdns_get_errorstr_by_id(result);
        deliver_later(query);
    }
    return query;
}
