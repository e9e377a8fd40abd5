/* SPDX-License-Identifier: MPL-2.0 */

#include "peer-capabilities.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cms-init.h"
#include "core-limits.h"
#include "op.h"

#define CBC_ONLY "\x30\x0d\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2a"
#define LATEST   5000
#define GCM_ONLY "\x30\x0d\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e"

typedef struct {
    gchar *folder;
    gchar *file;
    Certificate *alice;
    Certificate *bob;
} Place;

static Certificate *
load_certificate(const gchar *name)
{
    g_autofree gchar *path =
        g_test_build_filename(G_TEST_DIST, "..", "data", "certificates", name, NULL);
    gchar *octets = NULL;
    gsize n_octets = 0;
    g_assert_true(g_file_get_contents(path, &octets, &n_octets, NULL));
    g_autoptr(GBytes) der = g_bytes_new_take(octets, n_octets);
    return certificate_new(der, NULL);
}

static void
place_set_up(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    place->folder = g_dir_make_tmp("test-peer-capabilities-XXXXXX", NULL);
    g_assert_nonnull(place->folder);
    place->file = g_build_filename(place->folder, "peer-capabilities", NULL);
    place->alice = load_certificate("alice.p256.cert.der");
    place->bob = load_certificate("alice.rsa2048.cert.der");
    g_assert_nonnull(place->alice);
    g_assert_nonnull(place->bob);
}

static void
place_tear_down(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    g_remove(place->file);
    /* Nothing else was made there. */
    g_assert_cmpint(g_rmdir(place->folder), ==, 0);
    certificate_unref(place->alice);
    certificate_unref(place->bob);
    g_free(place->folder);
    g_free(place->file);
}

static PeerCapabilities *
make_peer(const Certificate *certificate, gint64 signing_time, const gchar *list)
{
    g_autoptr(GBytes) capabilities = g_bytes_new(list, sizeof CBC_ONLY - 1);
    return peer_capabilities_new("alice@secure.lab", certificate, signing_time, capabilities);
}

static void
learn(const Place *place, const Certificate *certificate, gint64 signing_time, const gchar *list)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PeerCapabilities) peer = make_peer(certificate, signing_time, list);
    g_assert_true(peer_capabilities_learn(place->folder, peer, LATEST, LIMIT_PEERS, &error));
    g_assert_no_error(error);
}

static GPtrArray *
load(const Place *place)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *peers = peer_capabilities_load(place->folder, LATEST, &error);
    g_assert_no_error(error);
    return peers;
}

static void
assert_learned(const Place *place, const Certificate *certificate, gint64 signing_time,
               const gchar *list)
{
    g_autoptr(GPtrArray) peers = load(place);
    const PeerCapabilities *peer = peer_capabilities_find(peers, certificate);
    g_assert_nonnull(peer);
    g_assert_cmpint(peer->signing_time, ==, signing_time);
    g_autoptr(GBytes) expected = g_bytes_new(list, sizeof CBC_ONLY - 1);
    g_assert_true(g_bytes_equal(peer->capabilities, expected));
}

static void
test_newest_counts(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    struct stat facts;
    learn(place, place->alice, 1000, GCM_ONLY);
    assert_learned(place, place->alice, 1000, GCM_ONLY);
    g_assert_cmpint(g_stat(place->file, &facts), ==, 0);
    g_assert_cmpint(facts.st_mode & 0777, ==, 0600);

    learn(place, place->alice, 999, CBC_ONLY);
    assert_learned(place, place->alice, 1000, GCM_ONLY);
    learn(place, place->alice, 1001, CBC_ONLY);
    assert_learned(place, place->alice, 1001, CBC_ONLY);
    learn(place, place->bob, 5, GCM_ONLY);
    assert_learned(place, place->alice, 1001, CBC_ONLY);
    assert_learned(place, place->bob, 5, GCM_ONLY);
}

/* RFC 8551 §2.7.1: not from the future; and what got into the file when the clock was wrong stands
 * nobody in the way. */
static void
test_future(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    learn(place, place->alice, LATEST + 1, GCM_ONLY);
    g_assert_false(g_file_test(place->file, G_FILE_TEST_EXISTS));
    g_autoptr(PeerCapabilities) ahead = make_peer(place->alice, LATEST + 1, GCM_ONLY);
    g_assert_true(peer_capabilities_learn(place->folder, ahead, LATEST + 1, LIMIT_PEERS, NULL));
    g_autoptr(GPtrArray) peers = load(place);
    g_assert_cmpuint(peers->len, ==, 0);
    learn(place, place->alice, 1000, CBC_ONLY);
    assert_learned(place, place->alice, 1000, CBC_ONLY);
}

/* The same statement again does not touch the file. */
static void
test_no_change_no_write(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    struct stat before, after;
    learn(place, place->alice, 1000, GCM_ONLY);
    g_assert_cmpint(g_stat(place->file, &before), ==, 0);
    learn(place, place->alice, 1000, GCM_ONLY);
    learn(place, place->alice, 1000, CBC_ONLY);
    g_assert_cmpint(g_stat(place->file, &after), ==, 0);
    g_assert_cmpuint(before.st_ino, ==, after.st_ino);
}

static void
test_no_folder(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *folder = g_build_filename(place->folder, "profile", NULL);
    g_autoptr(PeerCapabilities) peer = make_peer(place->alice, 1000, GCM_ONLY);
    guint n_forgotten = 1;
    g_assert_true(peer_capabilities_learn(folder, peer, LATEST, LIMIT_PEERS, &error));
    g_assert_no_error(error);
    g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
    g_autoptr(GPtrArray) peers = peer_capabilities_load(folder, LATEST, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(peers->len, ==, 0);
    g_assert_true(peer_capabilities_forget(folder, NULL, &n_forgotten, &error));
    g_assert_cmpuint(n_forgotten, ==, 0);
}

/* A list that can't be read is nothing to remember. */
static void
test_malformed_list(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GBytes) list = g_bytes_new_static("\x30\x80\x00\x00", 4);
    g_autoptr(PeerCapabilities) peer =
        peer_capabilities_new("alice@secure.lab", place->alice, 1000, list);
    g_assert_true(peer_capabilities_learn(place->folder, peer, LATEST, LIMIT_PEERS, NULL));
    g_assert_false(g_file_test(place->file, G_FILE_TEST_EXISTS));
}

static void
test_full(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(PeerCapabilities) alice = make_peer(place->alice, 2000, GCM_ONLY);
    g_autoptr(PeerCapabilities) bob = make_peer(place->bob, 1000, GCM_ONLY);
    g_assert_true(peer_capabilities_learn(place->folder, alice, LATEST, 1, NULL));
    g_assert_true(peer_capabilities_learn(place->folder, bob, LATEST, 1, NULL));
    g_autoptr(GPtrArray) peers = load(place);
    g_assert_cmpuint(peers->len, ==, 1);
    g_assert_nonnull(peer_capabilities_find(peers, place->bob));
}

static gint n_warnings; /* atomic */

static GLogWriterOutput
count_warnings(GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
    if (level != G_LOG_LEVEL_WARNING)
        return g_log_writer_default(level, fields, n_fields, data);
    g_atomic_int_inc(&n_warnings);
    return G_LOG_WRITER_HANDLED;
}

typedef struct {
    const gchar *name;
    const gchar *text;
    gboolean is_warned_of; /* each time that the whole file can't be read */
} DamageCase;

#define HEAD    "[peer-capabilities]\nversion=1\n"
#define KEY     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ADDRESS "address=a@example.org\n"
#define LIST    "capabilities=MA0wCwYJYIZIAWUDBAEq\n"

static const DamageCase damage_cases[] = {
    {"empty", "", TRUE},
    {"noise",
     "\x7f"
     "ELF\x02\x01\x01",
     TRUE},
    {"cut-short", HEAD "[" KEY, TRUE},
    {"no-version", "[" KEY "]\n" ADDRESS, TRUE},
    {"version-0", "[peer-capabilities]\nversion=0\n", TRUE},
    {"version-is-no-number", "[peer-capabilities]\nversion=one\n", TRUE},
    {"entry-without-certificate", HEAD "[" KEY "]\n" ADDRESS "signing-time=1\n" LIST, FALSE},
    {"entry-without-time", HEAD "[" KEY "]\n" ADDRESS "certificate=" KEY "\n" LIST, FALSE},
    {"entry-time-beyond",
     HEAD "[" KEY "]\n" ADDRESS "certificate=" KEY "\nsigning-time=99999999999999999999\n" LIST,
     FALSE},
    {"entry-without-list",
     HEAD "[" KEY "]\n" ADDRESS "certificate=" KEY "\nsigning-time=1\ncapabilities=\n", FALSE},
    {"entry-not-utf-8",
     HEAD "[" KEY "]\naddress=\xff\xfe\ncertificate=" KEY "\nsigning-time=1\n" LIST, FALSE},
    {"entry-of-no-key", HEAD "[alice]\n" ADDRESS "certificate=" KEY "\nsigning-time=1\n" LIST,
     FALSE},
};

/* What is damaged costs what it held, and no more: the next signature is remembered. */
static void
test_damaged(Place *place, gconstpointer data)
{
    const DamageCase *row = data;
    g_assert_true(g_file_set_contents(place->file, row->text, -1, NULL));
    g_atomic_int_set(&n_warnings, 0);
    g_autoptr(GPtrArray) peers = load(place);
    g_assert_cmpuint(peers->len, ==, 0);
    learn(place, place->alice, 1000, GCM_ONLY);
    g_assert_cmpint(g_atomic_int_get(&n_warnings), ==, row->is_warned_of ? 2 : 0);
    assert_learned(place, place->alice, 1000, GCM_ONLY);
}

static void
assert_left_alone(const Place *place, const gchar *text)
{
    g_autoptr(GError) load_error = NULL, learn_error = NULL;
    g_autofree gchar *after = NULL;
    g_autoptr(PeerCapabilities) peer = make_peer(place->alice, 1000, GCM_ONLY);
    g_assert_null(peer_capabilities_load(place->folder, LATEST, &load_error));
    g_assert_error(load_error, PROTOCOL_ERROR, PROTOCOL_ERROR_FILE);
    g_assert_false(peer_capabilities_learn(place->folder, peer, LATEST, LIMIT_PEERS, &learn_error));
    g_assert_error(learn_error, PROTOCOL_ERROR, PROTOCOL_ERROR_FILE);
    if (text == NULL)
        return;
    g_assert_true(g_file_get_contents(place->file, &after, NULL, NULL));
    g_assert_cmpstr(after, ==, text);
}

static void
test_later_version(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    static const gchar text[] = "[peer-capabilities]\nversion=2\nmore=1\n";
    g_assert_true(g_file_set_contents(place->file, text, -1, NULL));
    assert_left_alone(place, text);
}

static void
test_not_a_file(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(mkfifo(place->file, 0600), ==, 0);
    assert_left_alone(place, NULL);
}

static void
test_too_large(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    gsize n_octets = LIMIT_PEER_FILE_OCTETS + 1;
    g_autofree gchar *blanks = g_malloc(n_octets);
    memset(blanks, '\n', n_octets);
    g_assert_true(g_file_set_contents(place->file, blanks, (gssize)n_octets, NULL));
    assert_left_alone(place, NULL);
}

static void
test_forget(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    guint n_forgotten = 0;
    g_autoptr(GBytes) list = g_bytes_new_static(GCM_ONLY, sizeof GCM_ONLY - 1);
    g_autoptr(PeerCapabilities) bob = peer_capabilities_new("Bob@Example.org", place->bob, 7, list);
    learn(place, place->alice, 1000, GCM_ONLY);
    g_assert_true(peer_capabilities_learn(place->folder, bob, LATEST, LIMIT_PEERS, NULL));

    g_assert_true(peer_capabilities_forget(place->folder, "eve@secure.lab", &n_forgotten, NULL));
    g_assert_cmpuint(n_forgotten, ==, 0);
    g_assert_true(peer_capabilities_forget(place->folder, "bob@example.ORG", &n_forgotten, NULL));
    g_assert_cmpuint(n_forgotten, ==, 1);
    assert_learned(place, place->alice, 1000, GCM_ONLY);
    g_assert_true(peer_capabilities_forget(place->folder, NULL, &n_forgotten, NULL));
    g_assert_cmpuint(n_forgotten, ==, 1);
    g_autoptr(GPtrArray) peers = load(place);
    g_assert_cmpuint(peers->len, ==, 0);
}

#define N_THREADS 8
#define N_ROUNDS  20

typedef struct {
    const Place *place;
    guint number;
} Writer;

/* A key of its own in each round: the certificate's, with another name. */
static gpointer
write_many(gpointer data)
{
    const Writer *writer = data;
    for (guint i = 0; i < N_ROUNDS; i++) {
        g_autoptr(PeerCapabilities) peer = make_peer(writer->place->alice, 1000, GCM_ONLY);
        g_free(peer->key_sha256);
        peer->key_sha256 = g_strdup_printf("%064x", writer->number * N_ROUNDS + i);
        if (!peer_capabilities_learn(writer->place->folder, peer, LATEST, LIMIT_PEERS, NULL))
            return GINT_TO_POINTER(1);
    }
    return NULL;
}

/* The lock is the folder's, whoever opens it: what holds between threads holds between processes.
 * Nothing gets lost, and no reader finds half a file. */
static void
test_at_once(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    Writer writers[N_THREADS];
    GThread *threads[N_THREADS];
    for (guint i = 0; i < N_THREADS; i++) {
        writers[i] = (Writer){place, i};
        threads[i] = g_thread_new("writer", write_many, &writers[i]);
    }
    for (guint i = 0; i < 50; i++) {
        g_autoptr(GPtrArray) some = load(place);
        g_assert_cmpuint(some->len, <=, N_THREADS * N_ROUNDS);
    }
    for (guint i = 0; i < N_THREADS; i++)
        g_assert_null(g_thread_join(threads[i]));
    g_autoptr(GPtrArray) peers = load(place);
    g_assert_cmpuint(peers->len, ==, N_THREADS * N_ROUNDS);
}

static void
add(const gchar *path, gconstpointer data, void (*test)(Place *, gconstpointer))
{
    g_test_add(path, Place, data, place_set_up, test, place_tear_down);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_log_set_writer_func(count_warnings, NULL, NULL);
    g_assert_true(cms_init(NULL));
    add("/peer-capabilities/newest-counts", NULL, test_newest_counts);
    add("/peer-capabilities/future", NULL, test_future);
    add("/peer-capabilities/no-change-no-write", NULL, test_no_change_no_write);
    add("/peer-capabilities/no-folder", NULL, test_no_folder);
    add("/peer-capabilities/malformed-list", NULL, test_malformed_list);
    add("/peer-capabilities/full", NULL, test_full);
    for (gsize i = 0; i < G_N_ELEMENTS(damage_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/peer-capabilities/damaged/", damage_cases[i].name, NULL);
        add(path, &damage_cases[i], test_damaged);
    }
    add("/peer-capabilities/later-version", NULL, test_later_version);
    add("/peer-capabilities/not-a-file", NULL, test_not_a_file);
    add("/peer-capabilities/too-large", NULL, test_too_large);
    add("/peer-capabilities/forget", NULL, test_forget);
    add("/peer-capabilities/at-once", NULL, test_at_once);
    int status = g_test_run();
    g_assert_true(cms_shutdown(NULL));
    return status;
}
