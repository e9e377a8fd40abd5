/* SPDX-License-Identifier: MPL-2.0 */
#include "network-watch.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <net/route.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client-fixture.h"

/* A network namespace of this program's own, in which routes come and go. */

static int control; /* socket */

static void
raise_loopback(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK};
    g_assert_cmpint(unshare(CLONE_NEWNET), ==, 0);
    control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(control, >=, 0);
    g_assert_cmpint(ioctl(control, SIOCSIFFLAGS, &request), ==, 0);
}

/* 192.0.2.0/24 (RFC 5737) by way of lo. */
static void
change_route(gboolean add)
{
    gchar device[] = "lo";
    struct sockaddr_in to = {.sin_family = AF_INET};
    struct sockaddr_in mask = {.sin_family = AF_INET};
    struct rtentry route = {.rt_flags = RTF_UP, .rt_dev = device};
    inet_pton(AF_INET, "192.0.2.0", &to.sin_addr);
    inet_pton(AF_INET, "255.255.255.0", &mask.sin_addr);
    memcpy(&route.rt_dst, &to, sizeof to);
    memcpy(&route.rt_genmask, &mask, sizeof mask);
    g_assert_cmpint(ioctl(control, add ? SIOCADDRT : SIOCDELRT, &route), ==, 0);
}

typedef gboolean (*Condition)(gpointer data);

static gboolean
on_tick(gpointer data G_GNUC_UNUSED)
{
    return G_SOURCE_CONTINUE;
}

/* Until it holds: the monitor may not have begun when the first route comes. */
static void
change_until(Condition holds, gpointer data)
{
    guint ticks = g_timeout_add(NETWORK_WATCH_SETTLE_MS, on_tick, NULL);
    while (!holds(data)) {
        change_route(TRUE);
        change_route(FALSE);
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(ticks);
}

static void
count(gpointer data)
{
    (*(guint *)data)++;
}

static gboolean
is_counted(gpointer data)
{
    return *(guint *)data > 0;
}

static void
test_told(void)
{
    guint n_told = 0, n_others = 0;
    NetworkWatch *watch = network_watch_new(count, &n_told);
    g_autoptr(NetworkWatch) other = network_watch_new(count, &n_others);
    change_until(is_counted, &n_told);
    change_until(is_counted, &n_others);
    network_watch_free(watch);
    guint n_before = n_told;
    n_others = 0;
    change_until(is_counted, &n_others);
    g_assert_cmpuint(n_told, ==, n_before);
}

/* The monitor outlives the context in which it was first asked for. */
static gpointer
watch_and_end(gpointer data G_GNUC_UNUSED)
{
    guint n_told = 0;
    g_autoptr(GMainContext) context = g_main_context_new();
    g_main_context_push_thread_default(context);
    NetworkWatch *watch = network_watch_new(count, &n_told);
    network_watch_free(watch);
    g_main_context_pop_thread_default(context);
    return NULL;
}

static void
test_told_after_the_first_thread_ended(void)
{
    guint n_told = 0;
    g_thread_join(g_thread_new("first", watch_and_end, NULL));
    g_autoptr(NetworkWatch) watch = network_watch_new(count, &n_told);
    change_until(is_counted, &n_told);
}

typedef struct {
    ResolverClient *client;
    GPid former;
} Renewal;

static gboolean
has_made_way(gpointer data)
{
    const Renewal *renewal = data;
    return resolver_client_get_pid(renewal->client) != renewal->former;
}

static void
test_idle_child_makes_way(void)
{
    g_autoptr(ResolverClient) client = make_client(universe_get_member(universe, "server"));
    for (guint i = 0; i < 2; i++) {
        g_autoptr(ResolverAnswer) answer = look_up_scenario(client, "secure");
        g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_SECURE_RECORDS);
        Renewal renewal = {client, resolver_client_get_pid(client)};
        g_assert_cmpint(renewal.former, !=, 0);
        change_until(has_made_way, &renewal);
        g_assert_cmpint(resolver_client_get_pid(client), ==, 0);
    }
    g_assert_cmpuint(resolver_client_get_n_restarts(client), ==, 0);
}

/* Put anew to another child; and that not again and again. */
static void
test_question_in_hand(void)
{
    g_autoptr(ResolverClient) client = make_client(universe_get_member(universe, "silent_server"));
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    guint n_left = 1;
    Lookup lookup = {.n_left = &n_left};
    resolver_lookup_async(DNS_RESOLVER(client), "a._smimecert.secure.lab", 53, cancellable,
                          on_answer, &lookup);
    Renewal renewal = {client, resolver_client_get_pid(client)};
    change_until(has_made_way, &renewal);
    GPid second = resolver_client_get_pid_of(client, "a._smimecert.secure.lab");
    g_assert_cmpint(second, !=, 0);
    guint n_told = 0;
    g_autoptr(NetworkWatch) watch = network_watch_new(count, &n_told);
    change_until(is_counted, &n_told);
    g_assert_cmpint(resolver_client_get_pid_of(client, "a._smimecert.secure.lab"), ==, second);
    g_cancellable_cancel(cancellable);
    wait_until_none_left(&n_left);
    g_assert_error(lookup.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_clear_error(&lookup.error);
}

int
main(int argc, char **argv)
{
    /* Not a manager's, whose networks are not those of the namespace. */
    g_setenv("GIO_USE_NETWORK_MONITOR", "netlink", TRUE);
    raise_loopback();
    g_test_init(&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
    fixture_start();
    g_test_add_func("/network-watch/told", test_told);
    g_test_add_func("/network-watch/told-after-the-first-thread-ended",
                    test_told_after_the_first_thread_ended);
    g_test_add_func("/network-watch/client/idle-child", test_idle_child_makes_way);
    g_test_add_func("/network-watch/client/question-in-hand", test_question_in_hand);
    int status = g_test_run();
    fixture_stop();
    close(control);
    return status;
}
