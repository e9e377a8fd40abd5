/* SPDX-License-Identifier: MPL-2.0 */

#include "seen-certificates.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <utime.h>

#include "cms-init.h"
#include "core-limits.h"
#include "op.h"

#define DAY SEEN_REFRESH_SECONDS
#define NOW 1763775364

typedef struct {
    gchar *profile;
    gchar *folder;
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
    place->profile = g_dir_make_tmp("test-seen-certificates-XXXXXX", NULL);
    g_assert_nonnull(place->profile);
    place->folder = g_build_filename(place->profile, "seen-certificates", NULL);
    place->alice = load_certificate("alice.p256.cert.der");
    place->bob = load_certificate("alice.rsa2048.cert.der");
    g_assert_nonnull(place->alice);
    g_assert_nonnull(place->bob);
}

static void
remove_folder(const gchar *path)
{
    const gchar *name;
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree gchar *file = g_build_filename(path, name, NULL);
        g_assert_cmpint(g_remove(file), ==, 0);
    }
    if (folder != NULL)
        g_assert_cmpint(g_rmdir(path), ==, 0);
}

static void
place_tear_down(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    remove_folder(place->folder);
    /* Nothing else was made there. */
    g_assert_cmpint(g_rmdir(place->profile), ==, 0);
    certificate_unref(place->alice);
    certificate_unref(place->bob);
    g_free(place->profile);
    g_free(place->folder);
}

static SeenCertificate *
make_seen(const gchar *address, Certificate *certificate, gint64 recorded)
{
    SeenCertificate *seen = seen_certificate_new(address, certificate, recorded);
    seen->trust = TRUST_DANE;
    seen->message_date = recorded - 60;
    return seen;
}

static void
record(const Place *place, const SeenCertificate *seen)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(
        seen_certificates_record(place->profile, seen, FALSE, &seen_default_limits, &error));
    g_assert_no_error(error);
}

static void
record_new(const Place *place, const gchar *address, Certificate *certificate, gint64 recorded)
{
    g_autoptr(SeenCertificate) seen = make_seen(address, certificate, recorded);
    record(place, seen);
}

static GPtrArray *
load(const Place *place, const gchar *address)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *all = seen_certificates_load(place->profile, address, &error);
    g_assert_no_error(error);
    return all;
}

static guint
count(const Place *place, const gchar *address)
{
    g_autoptr(GPtrArray) all = load(place, address);
    return all->len;
}

/* Path of the file of one entry. */
static gchar *
file_of(const Place *place, const SeenCertificate *seen)
{
    g_autofree gchar *name = seen_certificate_dup_name(seen);
    g_assert_true(seen_name_is_sound(name));
    return g_build_filename(place->folder, name, NULL);
}

static void
test_round_trip(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    struct stat facts;
    g_autoptr(SeenCertificate) seen = make_seen("bob@secure.lab", place->alice, NOW);
    g_ptr_array_add(seen->issuers, certificate_ref(place->bob));
    record(place, seen);

    g_autofree gchar *file = file_of(place, seen);
    g_assert_cmpint(g_stat(file, &facts), ==, 0);
    g_assert_cmpint(facts.st_mode & 0777, ==, 0600);
    g_assert_cmpint(g_stat(place->folder, &facts), ==, 0);
    g_assert_cmpint(facts.st_mode & 0777, ==, 0700);

    g_autoptr(GPtrArray) all = load(place, NULL);
    g_assert_cmpuint(all->len, ==, 1);
    const SeenCertificate *found = g_ptr_array_index(all, 0);
    g_assert_cmpstr(found->address, ==, "bob@secure.lab");
    g_assert_cmpint(found->origin, ==, SEEN_IN_MESSAGE);
    g_assert_cmpint(found->trust, ==, TRUST_DANE);
    g_assert_cmpint(found->message_date, ==, NOW - 60);
    g_assert_cmpint(found->recorded, ==, NOW);
    g_assert_true(
        g_bytes_equal(certificate_get_der(found->certificate), certificate_get_der(place->alice)));
    g_assert_cmpuint(found->issuers->len, ==, 1);
    g_assert_true(g_bytes_equal(certificate_get_der(g_ptr_array_index(found->issuers, 0)),
                                certificate_get_der(place->bob)));
}

static void
test_by_hand(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(SeenCertificate) seen = seen_certificate_new("bob@secure.lab", place->alice, NOW);
    seen->origin = SEEN_IN_FILE;
    record(place, seen);
    g_autoptr(GPtrArray) all = load(place, NULL);
    const SeenCertificate *found = g_ptr_array_index(all, 0);
    g_assert_cmpint(found->origin, ==, SEEN_IN_FILE);
    g_assert_cmpint(found->trust, ==, TRUST_NOBODY);
    g_assert_cmpint(found->message_date, ==, G_MININT64);
}

static void
test_addresses(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    record_new(place, "Bob@secure.lab", place->alice, NOW);
    record_new(place, "bob@secure.lab", place->bob, NOW + 1);
    record_new(place,
               "bj\xc3\xb6rn@b\xc3\xbc"
               "cher.lab",
               place->bob, NOW);
    g_assert_cmpuint(count(place, "BOB@SECURE.LAB"), ==, 2);
    g_assert_cmpuint(count(place, "\"bob\"@secure.lab"), ==, 2);
    g_assert_cmpuint(count(place, "bob@other.lab"), ==, 0);
    g_assert_cmpuint(count(place, "bob"), ==, 0);
    g_assert_cmpuint(count(place, "BJ\xc3\x96RN@xn--bcher-kva.lab"), ==, 1);
    g_assert_cmpuint(count(place, NULL), ==, 3);
    /* The one that was seen last comes first. */
    g_autoptr(GPtrArray) bobs = load(place, "bob@secure.lab");
    g_assert_cmpstr(((SeenCertificate *)g_ptr_array_index(bobs, 0))->address, ==, "bob@secure.lab");
}

typedef struct {
    const gchar *name;
    gint64 seconds_later;
    gint64 message_later;
    TrustSource trust;
    SeenOrigin origin;
    guint n_issuers;
    gboolean is_written;
} AgainCase;

static const AgainCase again_cases[] = {
    {"the-same", 0, 0, TRUST_DANE, SEEN_IN_MESSAGE, 0, FALSE},
    {"the-same-day", DAY - 1, DAY - 1, TRUST_DANE, SEEN_IN_MESSAGE, 0, FALSE},
    {"the-next-day", DAY, 0, TRUST_DANE, SEEN_IN_MESSAGE, 0, TRUE},
    {"a-later-message", 5, DAY, TRUST_DANE, SEEN_IN_MESSAGE, 0, TRUE},
    {"an-earlier-message", 5, -10 * DAY, TRUST_DANE, SEEN_IN_MESSAGE, 0, FALSE},
    {"less-trust", 5, 0, TRUST_AUTHORITY, SEEN_IN_MESSAGE, 0, FALSE},
    {"more-trust", 5, 0, TRUST_PINNED, SEEN_IN_MESSAGE, 0, TRUE},
    {"with-an-issuer", 5, 0, TRUST_DANE, SEEN_IN_MESSAGE, 1, TRUE},
    {"by-hand", 5, 0, TRUST_NOBODY, SEEN_IN_FILE, 0, TRUE},
    /* by a clock that was right only afterwards */
    {"in-the-past", -5, 0, TRUST_DANE, SEEN_IN_MESSAGE, 0, TRUE},
};

/* Nothing is written for what is known to the day. */
static void
test_again(Place *place, gconstpointer data)
{
    const AgainCase *row = data;
    record_new(place, "bob@secure.lab", place->alice, NOW);
    g_autoptr(SeenCertificate) seen =
        make_seen("bob@secure.lab", place->alice, NOW + row->seconds_later);
    seen->message_date = NOW - 60 + row->message_later;
    seen->trust = row->trust;
    seen->origin = row->origin;
    if (row->n_issuers > 0)
        g_ptr_array_add(seen->issuers, certificate_ref(place->bob));
    record(place, seen);

    g_autoptr(GPtrArray) all = load(place, NULL);
    g_assert_cmpuint(all->len, ==, 1);
    const SeenCertificate *found = g_ptr_array_index(all, 0);
    g_assert_cmpint(found->recorded, ==, row->is_written ? NOW + row->seconds_later : NOW);
    g_assert_cmpint(found->trust, ==, row->is_written ? row->trust : TRUST_DANE);
}

static void
test_no_profile(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *profile = g_build_filename(place->profile, "a", "b", NULL);
    g_autofree gchar *folder = g_build_filename(profile, "seen-certificates", NULL);
    g_autoptr(SeenCertificate) seen = make_seen("bob@secure.lab", place->alice, NOW);
    guint n_forgotten = 1;
    g_assert_true(seen_certificates_record(profile, seen, FALSE, &seen_default_limits, &error));
    g_assert_no_error(error);
    g_assert_false(g_file_test(profile, G_FILE_TEST_EXISTS));
    g_autoptr(GPtrArray) none = seen_certificates_load(profile, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(none->len, ==, 0);
    g_assert_true(seen_certificates_forget(profile, NULL, &n_forgotten, &error));
    g_assert_cmpuint(n_forgotten, ==, 0);
    /* By hand, one wants it. */
    g_assert_true(seen_certificates_record(profile, seen, TRUE, &seen_default_limits, &error));
    g_autoptr(GPtrArray) one = seen_certificates_load(profile, NULL, &error);
    g_assert_cmpuint(one->len, ==, 1);
    remove_folder(folder);
    g_autofree gchar *parent = g_path_get_dirname(profile);
    g_assert_cmpint(g_rmdir(profile), ==, 0);
    g_assert_cmpint(g_rmdir(parent), ==, 0);
}

static void
test_not_a_folder(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SeenCertificate) seen = make_seen("bob@secure.lab", place->alice, NOW);
    g_assert_true(g_file_set_contents(place->folder, "x", 1, NULL));
    g_assert_false(
        seen_certificates_record(place->profile, seen, FALSE, &seen_default_limits, &error));
    g_assert_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_FILE);
    g_assert_cmpuint(count(place, NULL), ==, 0);
    g_assert_cmpint(g_remove(place->folder), ==, 0);
}

/* By number, so that the order of writing is the order of age whatever the file system's clock. */
static void
record_aged(const Place *place, const gchar *address, Certificate *certificate,
            const SeenLimits *limits)
{
    static gint64 age = 1000;
    g_autoptr(GError) error = NULL;
    g_autoptr(SeenCertificate) seen = make_seen(address, certificate, NOW);
    g_assert_true(seen_certificates_record(place->profile, seen, FALSE, limits, &error));
    g_assert_no_error(error);
    g_autofree gchar *file = file_of(place, seen);
    struct utimbuf times = {age, age};
    age++;
    g_assert_cmpint(g_utime(file, &times), ==, 0);
}

static void
test_full_of_an_address(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    const SeenLimits limits = {100, 1, 1000000};
    record_aged(place, "alice@secure.lab", place->alice, &limits);
    record_aged(place, "bob@secure.lab", place->alice, &limits);
    record_aged(place, "bob@secure.lab", place->bob, &limits);
    g_autoptr(GPtrArray) bobs = load(place, "bob@secure.lab");
    g_assert_cmpuint(bobs->len, ==, 1);
    g_assert_cmpstr(
        certificate_get_key_name(((SeenCertificate *)g_ptr_array_index(bobs, 0))->certificate), ==,
        "rsa-2048");
    g_assert_cmpuint(count(place, "alice@secure.lab"), ==, 1);
}

/* Whoever writes under many names drives out their own, and not the others'. */
static void
test_full(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    const SeenLimits limits = {4, 16, 1000000};
    record_aged(place, "alice@friend.lab", place->alice, &limits);
    for (guint i = 0; i < 10; i++) {
        g_autofree gchar *address = g_strdup_printf("spam-%u@flood.lab", i);
        record_aged(place, address, place->bob, &limits);
    }
    g_assert_cmpuint(count(place, NULL), ==, 4);
    g_assert_cmpuint(count(place, "alice@friend.lab"), ==, 1);
    g_assert_cmpuint(count(place, "spam-6@flood.lab"), ==, 0);
    g_assert_cmpuint(count(place, "spam-7@flood.lab"), ==, 1);
    g_assert_cmpuint(count(place, "spam-9@flood.lab"), ==, 1);
}

static void
test_full_of_octets(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    gsize n_octets = 0;
    g_autoptr(SeenCertificate) seen = make_seen("a@secure.lab", place->alice, NOW);
    g_autofree gchar *text = seen_certificate_serialize(seen, &n_octets);
    const SeenLimits limits = {100, 16, 2 * n_octets + 10};
    record_aged(place, "a@secure.lab", place->alice, &limits);
    record_aged(place, "b@secure.lab", place->alice, &limits);
    g_assert_cmpuint(count(place, NULL), ==, 2);
    record_aged(place, "c@secure.lab", place->alice, &limits);
    g_assert_cmpuint(count(place, NULL), ==, 2);
    g_assert_cmpuint(count(place, "a@secure.lab"), ==, 0);
}

static void
test_unsound(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree gchar *long_address = g_strnfill(LIMIT_ADDRESS_OCTETS + 1, 'a');
    record_new(place, long_address, place->alice, NOW);
    g_autoptr(SeenCertificate) crowded = make_seen("bob@secure.lab", place->alice, NOW);
    for (guint i = 0; i <= LIMIT_SEEN_ISSUERS; i++)
        g_ptr_array_add(crowded->issuers, certificate_ref(place->bob));
    record(place, crowded);
    g_assert_false(g_file_test(place->folder, G_FILE_TEST_EXISTS));
}

typedef struct {
    const gchar *name;
    const gchar *text;
} DamageCase;

#define HEAD "[seen-certificate]\nversion=1\n"

static const DamageCase damage_cases[] = {
    {"empty", ""},
    {"noise", "\x7f"
              "ELF\x02\x01\x01"},
    {"no-version", "[seen-certificate]\naddress=bob@secure.lab\n"},
    {"later-version", "[seen-certificate]\nversion=2\naddress=bob@secure.lab\ncertificate=MAA=\n"},
    {"no-address", HEAD "certificate=MAA=\n"},
    {"no-certificate", HEAD "address=bob@secure.lab\n"},
    {"bad-certificate", HEAD "address=bob@secure.lab\ncertificate=MAA=\n"},
    {"not-utf-8", HEAD "address=\xff\xfe\ncertificate=MAA=\n"},
};

/* What is damaged costs what it held, and no more: it is written anew when it is seen again. */
static void
test_damaged(Place *place, gconstpointer data)
{
    const DamageCase *row = data;
    guint n_forgotten = 0;
    g_autoptr(SeenCertificate) seen = make_seen("bob@secure.lab", place->alice, NOW);
    g_autofree gchar *file = file_of(place, seen);
    record_new(place, "bob@secure.lab", place->bob, NOW);
    g_assert_true(g_file_set_contents(file, row->text, -1, NULL));
    g_assert_cmpuint(count(place, NULL), ==, 1);
    record(place, seen);
    g_assert_cmpuint(count(place, "bob@secure.lab"), ==, 2);
    g_assert_true(g_file_set_contents(file, row->text, -1, NULL));
    g_assert_true(seen_certificates_forget(place->profile, "bob@secure.lab", &n_forgotten, NULL));
    g_assert_cmpuint(n_forgotten, ==, 2);
    g_assert_false(g_file_test(file, G_FILE_TEST_EXISTS));
}

static void
test_forget(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    guint n_forgotten = 0;
    record_new(place, "alice@secure.lab", place->alice, NOW);
    record_new(place, "Bob@Secure.lab", place->bob, NOW);
    g_autofree gchar *other = g_build_filename(place->folder, "other", NULL);
    g_assert_true(g_file_set_contents(other, "x", 1, NULL));
    g_assert_true(seen_certificates_forget(place->profile, "eve@secure.lab", &n_forgotten, NULL));
    g_assert_cmpuint(n_forgotten, ==, 0);
    g_assert_true(seen_certificates_forget(place->profile, "bob@secure.LAB", &n_forgotten, NULL));
    g_assert_cmpuint(n_forgotten, ==, 1);
    g_assert_cmpuint(count(place, NULL), ==, 1);
    g_assert_true(seen_certificates_forget(place->profile, NULL, &n_forgotten, NULL));
    g_assert_cmpuint(n_forgotten, ==, 1);
    g_assert_cmpuint(count(place, NULL), ==, 0);
    g_assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
}

#define N_THREADS 8
#define N_ROUNDS  10

typedef struct {
    const Place *place;
    guint number;
} Writer;

static gpointer
write_many(gpointer data)
{
    const Writer *writer = data;
    const SeenLimits limits = {N_THREADS * N_ROUNDS / 2, 16, 1000000};
    for (guint i = 0; i < N_ROUNDS; i++) {
        g_autofree gchar *address = g_strdup_printf("a%u@t%u.lab", i, writer->number);
        g_autoptr(SeenCertificate) seen = make_seen(address, writer->place->alice, NOW);
        if (!seen_certificates_record(writer->place->profile, seen, FALSE, &limits, NULL))
            return GINT_TO_POINTER(1);
    }
    return NULL;
}

/* The lock is the folder's, whoever opens it: what holds between threads holds between processes.
 * The limit holds, and no reader finds half a file. */
static void
test_at_once(Place *place, G_GNUC_UNUSED gconstpointer data)
{
    Writer writers[N_THREADS];
    GThread *threads[N_THREADS];
    for (guint i = 0; i < N_THREADS; i++) {
        writers[i] = (Writer){place, i};
        threads[i] = g_thread_new("writer", write_many, &writers[i]);
    }
    for (guint i = 0; i < 50; i++)
        g_assert_cmpuint(count(place, NULL), <=, N_THREADS * N_ROUNDS / 2);
    for (guint i = 0; i < N_THREADS; i++)
        g_assert_null(g_thread_join(threads[i]));
    g_assert_cmpuint(count(place, NULL), ==, N_THREADS * N_ROUNDS / 2);
}

static void
add(const gchar *path, gconstpointer data, void (*test)(Place *, gconstpointer))
{
    g_test_add(path, Place, data, place_set_up, test, place_tear_down);
}

static void
add_cases(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(again_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/seen-certificates/again/", again_cases[i].name, NULL);
        add(path, &again_cases[i], test_again);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(damage_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/seen-certificates/damaged/", damage_cases[i].name, NULL);
        add(path, &damage_cases[i], test_damaged);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(cms_init(NULL));
    add("/seen-certificates/round-trip", NULL, test_round_trip);
    add("/seen-certificates/by-hand", NULL, test_by_hand);
    add("/seen-certificates/addresses", NULL, test_addresses);
    add_cases();
    add("/seen-certificates/no-profile", NULL, test_no_profile);
    add("/seen-certificates/not-a-folder", NULL, test_not_a_folder);
    add("/seen-certificates/full-of-an-address", NULL, test_full_of_an_address);
    add("/seen-certificates/full", NULL, test_full);
    add("/seen-certificates/full-of-octets", NULL, test_full_of_octets);
    add("/seen-certificates/unsound", NULL, test_unsound);
    add("/seen-certificates/forget", NULL, test_forget);
    add("/seen-certificates/at-once", NULL, test_at_once);
    int status = g_test_run();
    g_assert_true(cms_shutdown(NULL));
    return status;
}
