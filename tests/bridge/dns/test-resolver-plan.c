/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-plan.h"

#include "sleep-watch.h"

#define TIMEOUT_MS 2000

static gint64 now_us;

static gint64
tell_time(void)
{
    return now_us;
}

typedef struct {
    const gchar *label;
    ResolverTransport transport;
    guint n_servers;
    /* What becomes of each attempt: 's' no answer in time, 'q' no connection, 'p' a poor answer,
     * 'g' a good one, '!' a good one, after which another lookup begins; 'w' is that a while
     * passes. */
    const gchar *fates;
    /* What is asked: server and transport, "+DELAY" if it has to wait; "-" at the end: nothing is
     * left */
    const gchar *asked;
} PlanCase;

static const PlanCase plan_cases[] = {
    {"tcp-good", RESOLVER_TRANSPORT_TCP, 1, "g", "0tcp"},
    /* RFC 8162 §7: TCP first; UDP where there is none */
    {"tcp-silent", RESOLVER_TRANSPORT_TCP, 1, "sss", "0tcp 0tcp 0udp -"},
    {"udp-silent", RESOLVER_TRANSPORT_UDP, 1, "sss", "0udp 0udp 0tcp -"},
    {"tcp-three-servers", RESOLVER_TRANSPORT_TCP, 3, "ssss", "0tcp 1tcp 2tcp 0udp -"},
    {"tcp-poor", RESOLVER_TRANSPORT_TCP, 1, "p", "0tcp -"},
    {"tcp-poor-two-servers", RESOLVER_TRANSPORT_TCP, 2, "pp", "0tcp 1tcp -"},
    {"tcp-poor-then-silent", RESOLVER_TRANSPORT_TCP, 2, "pss", "0tcp 1tcp 1udp -"},
    /* RFC 7766 §6.2.3: an idle connection that the server has closed, then its restart */
    {"tcp-restart", RESOLVER_TRANSPORT_TCP, 1, "qqg", "0tcp 0tcp+50 0tcp+400"},
    {"tcp-refused", RESOLVER_TRANSPORT_TCP, 1, "qqqqs",
     "0tcp 0tcp+50 0tcp+400 0tcp+400 0udp+400 -"},
    {"tcp-one-of-two-refused", RESOLVER_TRANSPORT_TCP, 2, "qg", "0tcp 1tcp"},
    /* RFC 8310 §5: strict is strict */
    {"tls-silent", RESOLVER_TRANSPORT_TLS, 1, "sss", "0tls 0tls 0tls -"},
    {"tls-refused", RESOLVER_TRANSPORT_TLS, 1, "qqqqq",
     "0tls 0tls+50 0tls+400 0tls+400 0tls+400 -"},
    {"opportunistic", RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC, 1, "sss", "0opp 0tcp 0udp -"},
    {"opportunistic-two-servers", RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC, 2, "ssss",
     "0opp 1opp 0tcp 1udp -"},
    {"opportunistic-remembers", RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC, 1, "s!!",
     "0opp 0tcp 0tcp 0tcp"},
    {"opportunistic-tries-again", RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC, 1, "s!w!",
     "0opp 0tcp 0tcp 0opp"},
    {"remembers-no-tcp", RESOLVER_TRANSPORT_TCP, 1, "ss!!w!", "0tcp 0tcp 0udp 0udp 0udp 0tcp"},
    {"prefers-who-answered", RESOLVER_TRANSPORT_TCP, 2, "s!!", "0tcp 1tcp 1tcp 1tcp"},
};

static void
add_step(GString *asked, const ResolverTrail *trail)
{
    static const gchar *const names[] = {"tcp", "udp", "tls", "opp"};
    g_string_append_printf(asked, "%s%u%s", asked->len == 0 ? "" : " ", trail->server,
                           names[trail->transport]);
    if (trail->delay_ms > 0)
        g_string_append_printf(asked, "+%u", trail->delay_ms);
}

/* Returns: whether there is another attempt, or lookup. */
static gboolean
meet_fate(ResolverPlan *plan, ResolverTrail *trail, gchar fate)
{
    now_us += (gint64)trail->delay_ms * 1000;
    switch (fate) {
    case 's':
        now_us += TIMEOUT_MS * 1000;
        return resolver_plan_note_silent(plan, trail);
    case 'q':
        return resolver_plan_note_silent(plan, trail);
    case 'p':
        return resolver_plan_note_poor(plan, trail);
    case 'w':
        now_us += (RESOLVER_PLAN_AVOID_SECONDS + 1) * G_TIME_SPAN_SECOND;
        return TRUE;
    default:
        resolver_plan_note_good(plan, trail);
        if (fate == '!')
            resolver_plan_begin(plan, trail);
        return fate == '!';
    }
}

static void
test_plan(gconstpointer data)
{
    const PlanCase *plan_case = data;
    g_autoptr(ResolverConfig) config = resolver_config_new();
    g_autoptr(GString) asked = g_string_new(NULL);
    config->transport = plan_case->transport;
    config->attempt_timeout_ms = TIMEOUT_MS;
    now_us = G_USEC_PER_SEC;
    g_autoptr(ResolverPlan) plan = resolver_plan_new(config, plan_case->n_servers, tell_time);
    ResolverTrail trail;
    gboolean more = TRUE;
    resolver_plan_begin(plan, &trail);
    add_step(asked, &trail);
    for (const gchar *fate = plan_case->fates; *fate != '\0'; fate++) {
        g_assert_true(more);
        more = meet_fate(plan, &trail, *fate);
        if (more && *fate != 'w')
            add_step(asked, &trail);
        else if (!more && *fate != 'g')
            g_string_append(asked, " -");
    }
    g_assert_cmpstr(asked->str, ==, plan_case->asked);
}

static void
test_recursive(void)
{
    g_autoptr(ResolverConfig) config = resolver_config_new();
    config->recursive = TRUE;
    g_autoptr(ResolverPlan) plan = resolver_plan_new(config, 1, tell_time);
    ResolverTrail trail;
    resolver_plan_begin(plan, &trail);
    g_assert_cmpint(trail.transport, ==, RESOLVER_TRANSPORT_TCP);
    g_assert_false(resolver_plan_note_silent(plan, &trail));
}

static void
test_sleep(void)
{
    SleepWatch watch;
    sleep_watch_init(&watch);
    g_assert_false(sleep_watch_has_slept(&watch));
    watch.asleep_us = 0;
    g_assert_false(sleep_watch_update(&watch, SLEEP_WATCH_MIN_US - 1));
    g_assert_true(sleep_watch_update(&watch, SLEEP_WATCH_MIN_US));
    g_assert_false(sleep_watch_update(&watch, SLEEP_WATCH_MIN_US));
    g_assert_true(sleep_watch_update(&watch, 3 * SLEEP_WATCH_MIN_US));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(plan_cases); i++) {
        g_autofree gchar *path = g_strconcat("/resolver-plan/", plan_cases[i].label, NULL);
        g_test_add_data_func(path, &plan_cases[i], test_plan);
    }
    g_test_add_func("/resolver-plan/recursive", test_recursive);
    g_test_add_func("/sleep-watch", test_sleep);
    return g_test_run();
}
