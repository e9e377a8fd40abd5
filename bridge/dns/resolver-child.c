/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-child.h"

#include <string.h>

#include "resolver-process.h"
#include "source.h"

/* What the program's own deadline may be late by, on a machine that is busy. */
#define BACKSTOP_GRACE_MS 2000u
/* How often it is asked for a sign of life. */
#define HEARTBEAT_MS 500u

struct _ResolverChild {
    ResolverProcess *process;
    ResolverConfig *setup;
    GPtrArray *asked; /* (element-type Asked): in hand, in the order of asking */
    guint32 last_id;
    guint isolation;
    GSource *heartbeat; /* while there are questions */
    gint64 ping_time;   /* monotonic, of a ping that has had no echo; else 0 */
    const ResolverChildCallbacks *callbacks;
    gpointer user_data;
};

typedef struct {
    ResolverChild *child;
    guint32 id;
    ResolverQuestion *question;
    GSource *backstop;
} Asked;

static void
asked_free(gpointer data)
{
    Asked *asked = data;
    source_drop(&asked->backstop);
    g_free(asked);
}

static void
on_message(const ResolverWireMessage *message, gpointer user_data)
{
    ResolverChild *child = user_data;
    child->ping_time = 0;
    if (message->kind == RESOLVER_WIRE_READY)
        child->isolation = message->isolation;
    if (message->kind != RESOLVER_WIRE_ANSWER)
        return;
    /* Answers to questions that were withdrawn in the meantime find none. */
    for (guint i = 0; i < child->asked->len; i++) {
        Asked *asked = g_ptr_array_index(child->asked, i);
        if (asked->id != message->id)
            continue;
        ResolverQuestion *question = asked->question;
        g_ptr_array_remove_index(child->asked, i);
        child->callbacks->answered(child, question, message->answer, child->user_data);
        return;
    }
}

static void
on_died(gboolean from_outside, const gchar *reason, gpointer user_data)
{
    ResolverChild *child = user_data;
    child->callbacks->died(
        child, from_outside ? RESOLVER_CHILD_ENDED_FROM_OUTSIDE : RESOLVER_CHILD_CRASHED, reason,
        child->user_data);
}

static gboolean
on_backstop(gpointer user_data)
{
    Asked *asked = user_data;
    ResolverChild *child = asked->child;
    child->callbacks->died(child, RESOLVER_CHILD_OVERDUE, "the resolver program does not answer",
                           child->user_data);
    return G_SOURCE_REMOVE;
}

/* The set-up has the questions' time limit alone. */
static gboolean
on_heartbeat(gpointer user_data)
{
    ResolverChild *child = user_data;
    gint64 now = g_get_monotonic_time();
    if (child->asked->len == 0) {
        source_drop(&child->heartbeat);
        child->ping_time = 0;
        return G_SOURCE_REMOVE;
    }
    if (child->ping_time == 0 && child->isolation != 0) {
        child->ping_time = now;
        resolver_process_send(child->process, resolver_wire_serialize_ping(0));
    }
    if (child->ping_time == 0 ||
        now - child->ping_time < RESOLVER_CHILD_SILENCE_MS * G_TIME_SPAN_MILLISECOND)
        return G_SOURCE_CONTINUE;
    child->callbacks->died(child, RESOLVER_CHILD_CRASHED, "the resolver program hangs",
                           child->user_data);
    return G_SOURCE_REMOVE;
}

static void
start_heartbeat(ResolverChild *child)
{
    if (child->heartbeat != NULL)
        return;
    child->heartbeat = g_timeout_source_new(HEARTBEAT_MS);
    g_source_set_callback(child->heartbeat, on_heartbeat, child, NULL);
    g_source_attach(child->heartbeat, g_main_context_get_thread_default());
}

ResolverChild *
resolver_child_new(const gchar *program, const ResolverConfig *setup, const gchar *const *anchors,
                   const ResolverChildCallbacks *callbacks, gpointer user_data, GError **error)
{
    g_autoptr(ResolverChild) child = g_new0(ResolverChild, 1);
    child->asked = g_ptr_array_new_with_free_func(asked_free);
    child->setup = resolver_config_copy(setup);
    child->callbacks = callbacks;
    child->user_data = user_data;
    child->process = resolver_process_new(program, on_message, on_died, child, error);
    if (child->process == NULL)
        return NULL;
    resolver_process_send(child->process, resolver_wire_serialize_setup(setup, anchors));
    return g_steal_pointer(&child);
}

void
resolver_child_free(ResolverChild *child)
{
    if (child == NULL)
        return;
    source_drop(&child->heartbeat);
    g_ptr_array_unref(child->asked);
    resolver_process_free(child->process);
    resolver_config_free(child->setup);
    g_free(child);
}

/* Questions are taken in turn, so this one begins when those before it have had their rounds. */
static guint
get_backstop_ms(const ResolverChild *child)
{
    guint window = MAX(child->setup->window, 1);
    guint64 n_rounds = 1 + child->asked->len / window;
    guint64 wait = n_rounds * resolver_config_get_lookup_ms(child->setup) + BACKSTOP_GRACE_MS;
    return (guint)MIN(wait, G_MAXUINT / 2);
}

void
resolver_child_ask(ResolverChild *child, ResolverQuestion *question)
{
    Asked *asked = g_new0(Asked, 1);
    asked->child = child;
    asked->id = ++child->last_id;
    asked->question = question;
    asked->backstop = g_timeout_source_new(get_backstop_ms(child));
    g_source_set_callback(asked->backstop, on_backstop, asked, NULL);
    g_source_attach(asked->backstop, g_main_context_get_thread_default());
    g_ptr_array_add(child->asked, asked);
    start_heartbeat(child);
    resolver_process_send(child->process, resolver_wire_serialize_lookup(
                                              asked->id, question->owner_name, question->rr_type));
}

static gboolean
find_question(const ResolverChild *child, const ResolverQuestion *question, guint *out_index)
{
    for (guint i = 0; i < child->asked->len; i++)
        if (((Asked *)g_ptr_array_index(child->asked, i))->question == question) {
            *out_index = i;
            return TRUE;
        }
    return FALSE;
}

void
resolver_child_withdraw(ResolverChild *child, ResolverQuestion *question)
{
    guint index = 0;
    if (!find_question(child, question, &index))
        return;
    const Asked *asked = g_ptr_array_index(child->asked, index);
    resolver_process_send(child->process, resolver_wire_serialize_cancel(asked->id));
    g_ptr_array_remove_index(child->asked, index);
}

guint
resolver_child_get_n_questions(const ResolverChild *child)
{
    return child->asked->len;
}

gboolean
resolver_child_has_name(const ResolverChild *child, const gchar *owner_name)
{
    for (guint i = 0; i < child->asked->len; i++) {
        const Asked *asked = g_ptr_array_index(child->asked, i);
        if (strcmp(asked->question->owner_name, owner_name) == 0)
            return TRUE;
    }
    return FALSE;
}

GPtrArray *
resolver_child_take_questions(ResolverChild *child)
{
    GPtrArray *questions = g_ptr_array_new();
    for (guint i = 0; i < child->asked->len; i++)
        g_ptr_array_add(questions, ((Asked *)g_ptr_array_index(child->asked, i))->question);
    g_ptr_array_set_size(child->asked, 0);
    return questions;
}

GStrv
resolver_child_get_servers(const ResolverChild *child)
{
    return child->setup->servers;
}

guint
resolver_child_get_isolation(const ResolverChild *child)
{
    return child->isolation;
}

GPid
resolver_child_get_pid(const ResolverChild *child)
{
    return resolver_process_get_pid(child->process);
}
