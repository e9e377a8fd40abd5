/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-deaths.h"

#include <string.h>

static gint64 now;

static gint64
read_clock(void)
{
    return now;
}

static ResolverDeaths *
make_deaths(void)
{
    now = 1000 * G_TIME_SPAN_SECOND;
    return resolver_deaths_new(read_clock);
}

static gboolean
is_forbidden(ResolverDeaths *deaths)
{
    g_autofree gchar *reason = resolver_deaths_forbid(deaths);
    return reason != NULL;
}

typedef struct {
    const gchar *label;
    gboolean unready;
    guint limit;
} LimitCase;

static const LimitCase limit_cases[] = {{"unready", TRUE, RESOLVER_DEATHS_MAX_UNREADY},
                                        {"ready", FALSE, RESOLVER_DEATHS_MAX}};

static void
test_limit(gconstpointer data)
{
    const LimitCase *limit_case = data;
    g_autoptr(ResolverDeaths) deaths = make_deaths();
    for (guint i = 0; i < limit_case->limit; i++) {
        g_assert_false(is_forbidden(deaths));
        resolver_deaths_note(deaths, limit_case->unready, i == 0 ? "first" : "last");
    }
    g_autofree gchar *reason = resolver_deaths_forbid(deaths);
    g_assert_true(g_str_has_suffix(reason, "lastly: last"));
    now += RESOLVER_DEATHS_WITHIN_S * G_TIME_SPAN_SECOND - 1;
    g_assert_true(is_forbidden(deaths));
    now += 1;
    g_assert_false(is_forbidden(deaths));
}

typedef struct {
    const gchar *label;
    const gchar *killer;
    const gchar *asked;
    gboolean found;
} KillerCase;

static const KillerCase killer_cases[] = {
    {"same", "a._smimecert.example.org", "a._smimecert.example.org", TRUE},
    {"same-domain", "a._smimecert.example.org", "b._smimecert.example.org", TRUE},
    {"case", "a._smimecert.Example.org", "b._SMIMECERT.example.ORG", TRUE},
    {"other-domain", "a._smimecert.example.org", "a._smimecert.example.net", FALSE},
    {"domain-below", "a._smimecert.example.org", "a._smimecert.mail.example.org", FALSE},
    {"domain-above", "a._smimecert.mail.example.org", "a._smimecert.example.org", FALSE},
    {"no-smimecert", "x.example.org", "y.example.org", TRUE},
    {"one-label", "x", "x", TRUE},
};

static void
test_killer(gconstpointer data)
{
    const KillerCase *killer_case = data;
    g_autoptr(ResolverDeaths) deaths = make_deaths();
    resolver_deaths_note_killer(deaths, killer_case->killer, "signal 6");
    g_autofree gchar *reason = resolver_deaths_find_killer(deaths, killer_case->asked);
    g_assert_cmpint(reason != NULL, ==, killer_case->found);
    g_assert_true(reason == NULL || strstr(reason, "signal 6") != NULL);
    now += RESOLVER_DEATHS_DOMAIN_S * G_TIME_SPAN_SECOND;
    g_assert_null(resolver_deaths_find_killer(deaths, killer_case->asked));
}

static gboolean
is_found(ResolverDeaths *deaths, guint number)
{
    g_autofree gchar *name = g_strdup_printf("a._smimecert.d%u.example", number);
    g_autofree gchar *reason = resolver_deaths_find_killer(deaths, name);
    return reason != NULL;
}

/* The oldest are forgotten when there are too many. */
static void
test_bounded(void)
{
    g_autoptr(ResolverDeaths) deaths = make_deaths();
    for (guint i = 0; i <= RESOLVER_DEATHS_MAX_DOMAINS; i++) {
        g_autofree gchar *name = g_strdup_printf("a._smimecert.d%u.example", i);
        resolver_deaths_note_killer(deaths, name, "signal 6");
    }
    g_assert_false(is_found(deaths, 0));
    g_assert_true(is_found(deaths, 1));
    g_assert_true(is_found(deaths, RESOLVER_DEATHS_MAX_DOMAINS));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(limit_cases); i++) {
        g_autofree gchar *path = g_strconcat("/resolver-deaths/limit/", limit_cases[i].label, NULL);
        g_test_add_data_func(path, &limit_cases[i], test_limit);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(killer_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/resolver-deaths/killer/", killer_cases[i].label, NULL);
        g_test_add_data_func(path, &killer_cases[i], test_killer);
    }
    g_test_add_func("/resolver-deaths/bounded", test_bounded);
    return g_test_run();
}
