/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-service.h"

#include "resolver-engine.h"
#include "resolver-limits.h"
#include "resolver-link.h"
#include "resolver-roadblock.h"
#include "resolver-sandbox.h"

typedef struct {
    ResolverLink *link;
    Resolver *engine;
    ResolverAnswer *no_engine; /* the answer to everything, if there is no engine */
    GHashTable *cancellables;  /* (element-type guint32 GCancellable): of the questions at hand */
    gboolean isolated;
    gboolean gone;
} Service;

typedef struct {
    Service *service;
    guint32 id;
} Question;

static void
send_answer(Service *service, guint32 id, const ResolverAnswer *answer)
{
    resolver_link_send(service->link, resolver_wire_serialize_answer(id, answer));
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Question *question = user_data;
    Service *service = question->service;
    g_autoptr(GError) error = NULL;
    g_autoptr(ResolverAnswer) answer = resolver_lookup_finish(DNS_RESOLVER(source), result, &error);
    g_hash_table_remove(service->cancellables, GUINT_TO_POINTER(question->id));
    resolver_limits_renew_cpu();
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return;
    if (answer == NULL)
        answer = resolver_answer_new_unreachable("", 0, "%s", error->message);
    send_answer(service, question->id, answer);
}

static void
begin_lookup(Service *service, const ResolverWireMessage *message)
{
    if (service->engine == NULL) {
        g_autoptr(ResolverAnswer) answer = service->no_engine == NULL
                                               ? resolver_answer_new_unreachable("", 0, "no set-up")
                                               : resolver_answer_copy(service->no_engine);
        send_answer(service, message->id, answer);
        return;
    }
    if (g_hash_table_size(service->cancellables) == 0)
        resolver_limits_renew_cpu();
    GCancellable *cancellable = g_cancellable_new();
    g_hash_table_insert(service->cancellables, GUINT_TO_POINTER(message->id), cancellable);
    Question *question = g_new0(Question, 1);
    question->service = service;
    question->id = message->id;
    resolver_lookup_async(service->engine, message->owner_name, message->rr_type, cancellable,
                          on_answer, question);
}

static void
set_up(Service *service, const ResolverWireMessage *message)
{
    if (service->engine != NULL)
        return;
    g_autoptr(GError) error = NULL;
    const gchar *const *anchors = (const gchar *const *)message->anchors;
    service->engine = message->config->recursive
                          ? resolver_engine_new(message->config, anchors, &error)
                          : (Resolver *)resolver_roadblock_new(message->config, anchors, &error);
    if (service->engine != NULL)
        return;
    resolver_answer_free(service->no_engine);
    service->no_engine = resolver_answer_new_unreachable("", 0, "%s", error->message);
    if (g_error_matches(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR))
        service->no_engine->outcome = DNS_OUTCOME_INDETERMINATE;
}

/* The engine has read and loaded what it needs, but for the authorities that getdns reads with the
 * first connection over TLS, and nothing of the network yet. */
static void
close_sandbox(Service *service, const ResolverConfig *config)
{
    /* Each connection over TLS reads it anew. */
    const gchar *const readable[] = {config->tls_ca_file, NULL};
    if (service->isolated)
        return;
    service->isolated = TRUE;
    resolver_link_send(service->link,
                       resolver_wire_serialize_ready(resolver_sandbox_enter(readable)));
}

static void
on_message(const ResolverWireMessage *message, gpointer user_data)
{
    Service *service = user_data;
    switch (message->kind) {
    case RESOLVER_WIRE_SETUP:
        set_up(service, message);
        close_sandbox(service, message->config);
        return;
    case RESOLVER_WIRE_LOOKUP:
        begin_lookup(service, message);
        return;
    case RESOLVER_WIRE_CANCEL: {
        GCancellable *cancellable =
            g_hash_table_lookup(service->cancellables, GUINT_TO_POINTER(message->id));
        if (cancellable != NULL)
            g_cancellable_cancel(cancellable);
        return;
    }
    case RESOLVER_WIRE_PING:
        resolver_link_send(service->link, resolver_wire_serialize_ping(message->id));
        return;
    case RESOLVER_WIRE_ANSWER:
    case RESOLVER_WIRE_READY:
    default:
        return;
    }
}

static void
on_closed(const gchar *reason, gpointer user_data)
{
    Service *service = user_data;
    g_debug("resolver client: %s", reason);
    service->gone = TRUE;
}

static void
cancel_all(Service *service)
{
    g_autoptr(GList) list = g_hash_table_get_values(service->cancellables);
    for (GList *item = list; item != NULL; item = item->next)
        g_cancellable_cancel(item->data);
    while (g_hash_table_size(service->cancellables) > 0)
        g_main_context_iteration(NULL, TRUE);
}

void
resolver_service_run(GSocket *socket)
{
    Service service = {0};
    service.cancellables = g_hash_table_new_full(NULL, NULL, NULL, g_object_unref);
    service.link = resolver_link_new(socket, on_message, on_closed, &service);
    while (!service.gone)
        g_main_context_iteration(NULL, TRUE);
    cancel_all(&service);
    resolver_link_free(service.link);
    resolver_answer_free(service.no_engine);
    g_clear_object(&service.engine);
    g_hash_table_unref(service.cancellables);
    /* getdns contexts are destroyed from the main loop. */
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}
