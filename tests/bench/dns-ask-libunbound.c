/* SPDX-License-Identifier: MPL-2.0 */

/* libunbound's own asynchronous calls, forwarding, with its own validation. */

#include <stdio.h>
#include <stdlib.h>
#include <unbound.h>

#include "dns-ask-way.h"

#define SMIMEA 53
#define CLASS  1 /* IN */

static void
require(gint status, const gchar *what)
{
    if (status == 0)
        return;
    fprintf(stderr, "libunbound, %s: %s\n", what, ub_strerror(status));
    exit(EXIT_FAILURE);
}

gpointer
ask_libunbound_begin(const gchar *server, const gchar *anchor_file)
{
    struct ub_ctx *context = ub_ctx_create();
    g_autofree gchar *anchors = g_strdup(anchor_file);
    if (context == NULL)
        require(UB_NOMEM, "context");
    require(ub_ctx_set_option(context, "trust-anchor-signaling:", "no"), "signaling");
    require(ub_ctx_set_option(context, "do-not-query-localhost:", "no"), "localhost");
    require(ub_ctx_set_fwd(context, server), "server");
    require(ub_ctx_add_ta_file(context, anchors), "anchors");
    require(ub_ctx_async(context, 1), "thread");
    return context;
}

static void
on_result(void *user_data, int status, struct ub_result *result)
{
    AskResult *counts = user_data;
    if (status == 0 && result->secure)
        counts->n_secure++;
    ub_resolve_free(result);
}

void
ask_libunbound_ask(gpointer asker, const gchar *const *names, AskResult *out_result)
{
    for (guint i = 0; names[i] != NULL; i++)
        require(ub_resolve_async(asker, names[i], SMIMEA, CLASS, out_result, on_result, NULL),
                "question");
    require(ub_wait(asker), "answers");
}

void
ask_libunbound_end(gpointer asker)
{
    ub_ctx_delete(asker);
}
