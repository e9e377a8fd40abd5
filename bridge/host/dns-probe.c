/* SPDX-License-Identifier: MPL-2.0 */

#include "dns-probe.h"

typedef struct {
    ResolverAnswer *answer;
    GError *error;
    gboolean done;
} Probe;

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
    Probe *probe = data;
    probe->answer = resolver_lookup_finish(DNS_RESOLVER(source), result, &probe->error);
    probe->done = TRUE;
}

ResolverAnswer *
dns_probe(const gchar *program, const ResolverConfig *config, const gchar *owner_name,
          guint16 rr_type, GCancellable *cancellable, GError **error)
{
    g_autoptr(GMainContext) context = g_main_context_new();
    Probe probe = {0};
    g_main_context_push_thread_default(context);
    ResolverClient *client = resolver_client_new(program, config);
    resolver_lookup_async(DNS_RESOLVER(client), owner_name, rr_type, cancellable, on_answer,
                          &probe);
    while (!probe.done)
        g_main_context_iteration(context, TRUE);
    g_object_unref(client);
    /* What its end has queued. */
    while (g_main_context_iteration(context, FALSE))
        continue;
    g_main_context_pop_thread_default(context);
    if (probe.error != NULL)
        g_propagate_error(error, probe.error);
    return probe.answer;
}
