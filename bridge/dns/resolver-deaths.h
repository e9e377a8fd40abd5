/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* What a resolver client remembers of children that died: how often they may be started again, and
 * which domains are not asked for a while, since a child died over a question for one of them.
 *
 * A domain is what follows "_smimecert" in an owner name (RFC 8162 §3), or its first label: the
 * answer that kills comes from the domain's zone, so another address there would kill as well. */

/* Deaths within a minute after which no child is started until the minute is over: of children that
 * died before they were ready, and of all. */
#define RESOLVER_DEATHS_MAX_UNREADY 5u
#define RESOLVER_DEATHS_MAX         20u
#define RESOLVER_DEATHS_WITHIN_S    60
/* How long a domain is not asked, and how many are remembered; the oldest are forgotten first. */
#define RESOLVER_DEATHS_DOMAIN_S    60
#define RESOLVER_DEATHS_MAX_DOMAINS 256u

typedef struct _ResolverDeaths ResolverDeaths;

/* Monotonic time in microseconds; tests hand in their own. */
typedef gint64 (*ResolverDeathsClock)(void);

ResolverDeaths *resolver_deaths_new(ResolverDeathsClock clock);
void resolver_deaths_free(ResolverDeaths *deaths);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResolverDeaths, resolver_deaths_free)

/* @unready: over the set-up already, which is what the program always does; a death from outside is
 * not that. @reason: for those who ask later. */
void resolver_deaths_note(ResolverDeaths *deaths, gboolean unready, const gchar *reason);

/* Returns: (transfer full): why no child is to be started now, in English; or NULL */
gchar *resolver_deaths_forbid(ResolverDeaths *deaths);

/* A child has died over this question and no other. */
void resolver_deaths_note_killer(ResolverDeaths *deaths, const gchar *owner_name,
                                 const gchar *reason);

/* Returns: (transfer full): why the question is not to be asked now, in English; or NULL */
gchar *resolver_deaths_find_killer(ResolverDeaths *deaths, const gchar *owner_name);
