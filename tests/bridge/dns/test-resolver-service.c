/* SPDX-License-Identifier: MPL-2.0 */
#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client-fixture.h"
#include "resolver-wire.h"
#include "trust-anchor.h"

/* The program, spoken to by hand. It has to end by itself and with status 0, which a sanitizer
 * that finds a leak does not give. */

typedef struct {
    GSubprocess *program;
    int fd;
    ResolverWireReader *reader;
    guint isolation; /* that the program has reported */
} Fixture;

static GSubprocess *
start_program(int fd)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    g_autoptr(GError) error = NULL;
    const gchar *const argv[] = {program, NULL};
    if (fd >= 0)
        g_subprocess_launcher_take_fd(launcher, fd, RESOLVER_WIRE_FD);
    GSubprocess *process = g_subprocess_launcher_spawnv(launcher, argv, &error);
    g_assert_no_error(error);
    return process;
}

static void
set_up(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    int fds[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
    fixture->fd = fds[0];
    fixture->program = start_program(fds[1]);
    fixture->reader = resolver_wire_reader_new(RESOLVER_WIRE_MAX_OCTETS);
}

static void
assert_ends(Fixture *fixture, gint status)
{
    g_autoptr(GError) error = NULL;
    g_subprocess_wait(fixture->program, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_get_if_exited(fixture->program));
    g_assert_cmpint(g_subprocess_get_exit_status(fixture->program), ==, status);
}

static void
tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    close(fixture->fd);
    assert_ends(fixture, 0);
    g_object_unref(fixture->program);
    resolver_wire_reader_free(fixture->reader);
}

/* Takes @message. */
static void
tell(Fixture *fixture, GBytes *message)
{
    g_autoptr(GBytes) owned = message;
    gsize n_octets = 0;
    gconstpointer octets = g_bytes_get_data(owned, &n_octets);
    g_assert_cmpint(send(fixture->fd, octets, n_octets, MSG_NOSIGNAL), ==, (gssize)n_octets);
}

static ResolverWireMessage *
hear_any(Fixture *fixture)
{
    for (;;) {
        g_autoptr(GBytes) body = NULL;
        g_autoptr(GError) error = NULL;
        guint8 octets[4096];
        g_assert_true(resolver_wire_reader_pop(fixture->reader, &body, &error));
        if (body != NULL) {
            ResolverWireMessage *message = resolver_wire_parse(body, &error);
            g_assert_no_error(error);
            return message;
        }
        gssize n = read(fixture->fd, octets, sizeof octets);
        g_assert_cmpint(n, >, 0);
        resolver_wire_reader_push(fixture->reader, octets, (gsize)n);
    }
}

/* An answer; before the first one the program has closed its sandbox and said so. */
static ResolverWireMessage *
hear(Fixture *fixture)
{
    g_autoptr(ResolverWireMessage) message = hear_any(fixture);
    if (message->kind == RESOLVER_WIRE_READY && fixture->isolation == 0) {
        fixture->isolation = message->isolation;
        return hear(fixture);
    }
    g_assert_cmpint(message->kind, ==, RESOLVER_WIRE_ANSWER);
    return g_steal_pointer(&message);
}

static void
tell_setup(Fixture *fixture, const gchar *member)
{
    g_autoptr(ResolverConfig) config = make_config(universe_get_member(universe, member));
    g_auto(GStrv) anchors = trust_anchor_load(universe_get_trust_anchor(universe), NULL);
    g_assert_nonnull(anchors);
    tell(fixture, resolver_wire_serialize_setup(config, (const gchar *const *)anchors));
}

static const gchar *
owner_of(const gchar *scenario_name)
{
    UniverseScenario scenario;
    g_assert_true(universe_find_scenario(universe, scenario_name, &scenario));
    return scenario.owner_name;
}

static void
test_answers(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    gboolean seen[3] = {FALSE};
    tell_setup(fixture, "server");
    tell(fixture, resolver_wire_serialize_lookup(7, owner_of("secure"), 53));
    tell(fixture, resolver_wire_serialize_lookup(8, owner_of("nxdomain-nsec"), 53));
    tell(fixture, resolver_wire_serialize_lookup(9, owner_of("bogus-expired"), 53));
    for (guint i = 0; i < 3; i++) {
        static const DnsOutcome outcomes[] = {DNS_OUTCOME_SECURE_RECORDS, DNS_OUTCOME_SECURE_DENIAL,
                                              DNS_OUTCOME_BOGUS};
        g_autoptr(ResolverWireMessage) message = hear(fixture);
        g_assert_cmpuint(message->id, >=, 7);
        g_assert_cmpuint(message->id, <=, 9);
        g_assert_false(seen[message->id - 7]);
        seen[message->id - 7] = TRUE;
        g_assert_cmpint(message->answer->outcome, ==, outcomes[message->id - 7]);
        g_assert_true((fixture->isolation & RESOLVER_ISOLATION_LIMITS) != 0);
    }
}

static void
test_no_setup(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    tell(fixture, resolver_wire_serialize_lookup(1, owner_of("secure"), 53));
    g_autoptr(ResolverWireMessage) message = hear(fixture);
    g_assert_cmpint(message->answer->outcome, ==, DNS_OUTCOME_UNREACHABLE);
}

/* An anchor that the engine can't use leaves nothing to be determined. */
static void
test_bad_anchor(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    static const gchar *const anchors[] = {". IN DNSKEY hello", NULL};
    g_autoptr(ResolverConfig) config = make_config(universe_get_server(universe));
    tell(fixture, resolver_wire_serialize_setup(config, anchors));
    tell(fixture, resolver_wire_serialize_lookup(1, owner_of("secure"), 53));
    g_autoptr(ResolverWireMessage) message = hear(fixture);
    g_assert_cmpint(message->answer->outcome, ==, DNS_OUTCOME_INDETERMINATE);
    g_assert_nonnull(message->answer->detail);
}

/* The cancelled one is not answered; one that is not there is not minded. */
static void
test_cancel(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    tell_setup(fixture, "server");
    tell(fixture, resolver_wire_serialize_lookup(1, owner_of("secure"), 53));
    tell(fixture, resolver_wire_serialize_cancel(1));
    tell(fixture, resolver_wire_serialize_cancel(99));
    tell(fixture, resolver_wire_serialize_lookup(2, owner_of("secure"), 53));
    g_autoptr(ResolverWireMessage) message = hear(fixture);
    g_assert_cmpuint(message->id, ==, 2);
}

/* The socket closes while lookups are on the network and waiting: it ends nevertheless, at once. */
static void
test_ends_in_the_midst(Fixture *fixture, gconstpointer data)
{
    tell_setup(fixture, data);
    for (guint32 id = 1; id <= 100; id++)
        tell(fixture, resolver_wire_serialize_lookup(id, owner_of("secure"), 53));
    gint64 began = g_get_monotonic_time();
    shutdown(fixture->fd, SHUT_RDWR);
    assert_ends(fixture, 0);
    g_assert_cmpint(g_get_monotonic_time() - began, <, 5 * G_TIME_SPAN_SECOND);
}

static void
test_garbage(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    tell(fixture, g_bytes_new_static("GET / HTTP/1.1\r\n\r\n", 18));
    assert_ends(fixture, 0);
}

static void
test_by_hand(void)
{
    g_autoptr(GSubprocess) process = start_program(-1);
    g_assert_true(g_subprocess_wait(process, NULL, NULL));
    g_assert_cmpint(g_subprocess_get_exit_status(process), ==, 2);
}

#define ADD(name, data, function)                                                                  \
    g_test_add("/resolver-service/" name, Fixture, data, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture_start();
    ADD("answers", NULL, test_answers);
    ADD("no-setup", NULL, test_no_setup);
    ADD("bad-anchor", NULL, test_bad_anchor);
    ADD("cancel", NULL, test_cancel);
    ADD("ends-in-the-midst/answering", "server", test_ends_in_the_midst);
    ADD("ends-in-the-midst/silent", "silent_server", test_ends_in_the_midst);
    ADD("garbage", NULL, test_garbage);
    g_test_add_func("/resolver-service/by-hand", test_by_hand);
    int status = g_test_run();
    fixture_stop();
    return status;
}
