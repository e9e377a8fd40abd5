/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "getdns-channel.h"

/* One transaction of getdns. */

typedef struct _GetdnsQuery GetdnsQuery;

/* Called once, from the main loop, outside getdns. The query is gone then.
 *
 * @response: (nullable) (transfer full): NULL without an answer
 * @problem: (nullable): what getdns says about that */
typedef void (*GetdnsQueryDone)(getdns_dict *response, const gchar *problem, gpointer user_data);

/* @name: presentation form, with a dot at its end */
GetdnsQuery *getdns_query_new(GetdnsChannel *channel, const gchar *name, guint16 rr_type,
                              getdns_dict *extensions, GetdnsQueryDone done, gpointer user_data);

/* Ends it without a call of @done. Not to be used after @done has been called. */
void getdns_query_cancel(GetdnsQuery *query);

/* Whether the name server has not answered. */
gboolean getdns_query_is_timeout(getdns_dict *response);
