/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-deaths.h"

#include <string.h>

typedef struct {
    gint64 time;
    gboolean unready;
} Death;

typedef struct {
    gchar *domain; /* lower-case */
    gchar *reason;
    gint64 until;
} Killer;

struct _ResolverDeaths {
    ResolverDeathsClock clock;
    GQueue deaths;  /* of Death, the oldest first */
    GQueue killers; /* of Killer, likewise */
    gchar *last_reason;
};

static void
killer_free(gpointer data)
{
    Killer *killer = data;
    g_free(killer->domain);
    g_free(killer->reason);
    g_free(killer);
}

ResolverDeaths *
resolver_deaths_new(ResolverDeathsClock clock)
{
    ResolverDeaths *deaths = g_new0(ResolverDeaths, 1);
    deaths->clock = clock;
    return deaths;
}

void
resolver_deaths_free(ResolverDeaths *deaths)
{
    if (deaths == NULL)
        return;
    g_queue_clear_full(&deaths->deaths, g_free);
    g_queue_clear_full(&deaths->killers, killer_free);
    g_free(deaths->last_reason);
    g_free(deaths);
}

static void
forget_old_deaths(ResolverDeaths *deaths)
{
    gint64 since = deaths->clock() - RESOLVER_DEATHS_WITHIN_S * G_TIME_SPAN_SECOND;
    while (!g_queue_is_empty(&deaths->deaths) &&
           ((Death *)g_queue_peek_head(&deaths->deaths))->time <= since)
        g_free(g_queue_pop_head(&deaths->deaths));
}

void
resolver_deaths_note(ResolverDeaths *deaths, gboolean unready, const gchar *reason)
{
    Death death = {deaths->clock(), unready};
    forget_old_deaths(deaths);
    g_queue_push_tail(&deaths->deaths, g_memdup2(&death, sizeof death));
    g_free(deaths->last_reason);
    deaths->last_reason = g_strdup(reason);
}

gchar *
resolver_deaths_forbid(ResolverDeaths *deaths)
{
    guint n_unready = 0;
    forget_old_deaths(deaths);
    for (GList *item = deaths->deaths.head; item != NULL; item = item->next)
        n_unready += ((Death *)item->data)->unready ? 1 : 0;
    guint n_deaths = g_queue_get_length(&deaths->deaths);
    if (n_unready < RESOLVER_DEATHS_MAX_UNREADY && n_deaths < RESOLVER_DEATHS_MAX)
        return NULL;
    return g_strdup_printf("the resolver program died %u times within a minute; lastly: %s",
                           n_deaths, deaths->last_reason);
}

static gchar *
domain_of(const gchar *owner_name)
{
    static const gchar marker[] = "._smimecert.";
    g_autofree gchar *name = g_ascii_strdown(owner_name, -1);
    const gchar *found = strstr(name, marker);
    const gchar *dot = strchr(name, '.');
    if (found != NULL)
        return g_strdup(found + strlen(marker));
    return g_strdup(dot == NULL ? name : dot + 1);
}

static void
forget_old_killers(ResolverDeaths *deaths)
{
    gint64 now = deaths->clock();
    while (!g_queue_is_empty(&deaths->killers) &&
           ((Killer *)g_queue_peek_head(&deaths->killers))->until <= now)
        killer_free(g_queue_pop_head(&deaths->killers));
}

void
resolver_deaths_note_killer(ResolverDeaths *deaths, const gchar *owner_name, const gchar *reason)
{
    Killer *killer = g_new0(Killer, 1);
    killer->domain = domain_of(owner_name);
    killer->reason = g_strdup(reason);
    killer->until = deaths->clock() + RESOLVER_DEATHS_DOMAIN_S * G_TIME_SPAN_SECOND;
    g_queue_push_tail(&deaths->killers, killer);
    if (g_queue_get_length(&deaths->killers) > RESOLVER_DEATHS_MAX_DOMAINS)
        killer_free(g_queue_pop_head(&deaths->killers));
}

gchar *
resolver_deaths_find_killer(ResolverDeaths *deaths, const gchar *owner_name)
{
    forget_old_killers(deaths);
    if (g_queue_is_empty(&deaths->killers))
        return NULL;
    g_autofree gchar *domain = domain_of(owner_name);
    for (GList *item = deaths->killers.tail; item != NULL; item = item->prev) {
        const Killer *killer = item->data;
        if (strcmp(killer->domain, domain) == 0)
            return g_strdup_printf("not asked for %d s: the resolver program died over %s lately: "
                                   "%s",
                                   RESOLVER_DEATHS_DOMAIN_S, domain, killer->reason);
    }
    return NULL;
}
