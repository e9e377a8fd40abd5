/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-config.h"
#include "resolver-sandbox.h"
#include "resolver.h"

/* One run of the resolver program and the questions that it has in hand.
 *
 * It is dead when the process has ended; when, with questions in hand, it has given no sign of life
 * for RESOLVER_CHILD_SILENCE_MS, stopped or computing on and on; or when it has left a question
 * without answer for longer than the deadline of the configuration allows. Then it answers nothing
 * more; whoever has it takes the questions and frees it. */

/* An honest program is back in its main loop after 24 answers at the latest, some 30 ms of
 * computing; a sanitizer makes that twenty times as much, and machines can be busy. */
#if RESOLVER_SANDBOX_SANITIZER
#define RESOLVER_CHILD_SILENCE_MS 10000u
#else
#define RESOLVER_CHILD_SILENCE_MS 3000u
#endif

typedef struct _ResolverChild ResolverChild;

/* Of whoever asks; the child looks at these two members only. */
typedef struct {
    gchar *owner_name;
    guint16 rr_type;
} ResolverQuestion;

typedef enum {
    RESOLVER_CHILD_ENDED_FROM_OUTSIDE, /* by no doing of its own */
    /* Over its computing time, without a sign of life, or when it can't start. */
    RESOLVER_CHILD_CRASHED,
    RESOLVER_CHILD_OVERDUE /* alive, but a question was forgotten */
} ResolverChildDeath;

typedef struct {
    /* @question is in hand no longer. @answer: for it, the child's */
    void (*answered)(ResolverChild *child, ResolverQuestion *question, const ResolverAnswer *answer,
                     gpointer user_data);
    /* @reason: English */
    void (*died)(ResolverChild *child, ResolverChildDeath death, const gchar *reason,
                 gpointer user_data);
} ResolverChildCallbacks;

/**
 * resolver_child_new:
 * @setup: with the servers to be asked, or recursive
 * @anchors: see trust_anchor_parse()
 * @callbacks: static; either may free the child
 * @error: DNS_ERROR_PROGRAM
 */
ResolverChild *resolver_child_new(const gchar *program, const ResolverConfig *setup,
                                  const gchar *const *anchors,
                                  const ResolverChildCallbacks *callbacks, gpointer user_data,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The questions in hand are nobody's then. */
void resolver_child_free(ResolverChild *child);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResolverChild, resolver_child_free)

/* @question stays the caller's, and lives until it is answered, taken or withdrawn. */
void resolver_child_ask(ResolverChild *child, ResolverQuestion *question);
/* Nobody waits for it any more. */
void resolver_child_withdraw(ResolverChild *child, ResolverQuestion *question);

guint resolver_child_get_n_questions(const ResolverChild *child);
gboolean resolver_child_has_name(const ResolverChild *child, const gchar *owner_name);
/* (transfer container) (element-type ResolverQuestion): all in hand, in the order of asking */
GPtrArray *resolver_child_take_questions(ResolverChild *child);

GStrv resolver_child_get_servers(const ResolverChild *child);
/* Of ResolverIsolation; 0 until it has reported. */
guint resolver_child_get_isolation(const ResolverChild *child);
/* 0 when it has been reaped. */
GPid resolver_child_get_pid(const ResolverChild *child);
