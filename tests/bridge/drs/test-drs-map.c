/* SPDX-License-Identifier: MPL-2.0 */

#include <glib/gstdio.h>

#include "addr-spec.h"
#include "cms-error.h"
#include "core-limits.h"
#include "drs-error.h"
#include "drs-map-entry.h"
#include "drs-support.h"

#define DC1      "_IsmService@d2975006-04cb-4f9d-b797-0c1df78f16d6._msdcs.corp.example"
#define DC3      "_IsmService@daae90dd-b957-4671-a9ae-9fc3c0f2f446._msdcs.corp.example"
#define HOST_DC1 "_IsmService@dc1.corp.example"

static SupportFolder *certificates;

/* A profile of its own for each test. */
typedef struct {
    SupportFolder *folder;
    gchar *profile;
    KeyStore *store;
    DrsMap map;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer unused)
{
    (void)unused;
    fixture->folder = support_folder_new();
    fixture->profile = support_path(fixture->folder, "profile");
    fixture->map = (DrsMap){.profile = fixture->profile,
                            .now = g_get_real_time() / G_USEC_PER_SEC,
                            .n_entries_max = LIMIT_DRS_MAP_ENTRIES};
}

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
    (void)unused;
    g_clear_pointer(&fixture->store, key_store_unref);
    g_free(fixture->profile);
    support_folder_free(fixture->folder);
}

/* Puts the key of a certificate into the store. */
static void
import_key(Fixture *fixture, const gchar *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *key_name = g_strconcat(name, ".key.pem", NULL);
    g_autofree gchar *certificate_name = g_strconcat(name, ".pem", NULL);
    g_autoptr(GBytes) key = support_load(certificates, key_name);
    g_autoptr(GBytes) certificate = support_load(certificates, certificate_name);
    GByteArray *both = g_byte_array_new();
    g_byte_array_append(both, g_bytes_get_data(key, NULL), (guint)g_bytes_get_size(key));
    g_byte_array_append(both, g_bytes_get_data(certificate, NULL),
                        (guint)g_bytes_get_size(certificate));
    g_autoptr(GBytes) octets = g_byte_array_free_to_bytes(both);
    if (fixture->store == NULL)
        fixture->store = key_store_open(fixture->profile, TRUE, &error);
    g_assert_no_error(error);
    g_autoptr(KeyFile) file = key_file_parse(octets, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(key_store_import(fixture->store, file, &error), ==, 1);
    fixture->map.store = fixture->store;
}

static void
set(Fixture *fixture, const gchar *address, const gchar *name, DrsMapOrigin origin)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Certificate) certificate = support_certificate(certificates, name);
    drs_map_set(&fixture->map, address, certificate, origin, &error);
    g_assert_no_error(error);
}

static gboolean
learn(Fixture *fixture, DrsMessageType type, gboolean from_responses, const gchar *address,
      const gchar *name)
{
    gboolean learned = FALSE;
    g_autoptr(GError) error = NULL;
    g_autoptr(Certificate) certificate = support_certificate(certificates, name);
    drs_map_learn(&fixture->map, type, from_responses, address, certificate, &learned, &error);
    g_assert_no_error(error);
    return learned;
}

/* @name: of the certificate; NULL: there is no entry. */
static void
assert_entry(Fixture *fixture, const gchar *address, const gchar *name, DrsMapOrigin origin)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(DrsMapEntry) entry = drs_map_find(&fixture->map, address, &error);
    if (name == NULL) {
        g_assert_error(error, DRS_ERROR, DRS_ERROR_NO_ENTRY);
        return;
    }
    g_assert_no_error(error);
    g_autofree gchar *subject = g_strconcat("CN=", name, NULL);
    g_assert_cmpstr(certificate_get_subject(entry->certificate), ==, subject);
    g_assert_cmpint(entry->origin, ==, origin);
}

/* [MS-SRPL] §3.3.5.3: by requests always, by responses where it is wanted. */
static void
test_life(Fixture *fixture, gconstpointer unused)
{
    (void)unused;
    assert_entry(fixture, DC1, NULL, 0);
    set(fixture, DC1, "dc1", DRS_ORIGIN_ADDED);
    assert_entry(fixture, DC1, "dc1", DRS_ORIGIN_ADDED);
    assert_entry(fixture, DC3, NULL, 0);
    g_assert_false(learn(fixture, DRS_RESPONSE, FALSE, DC1, "dc2"));
    assert_entry(fixture, DC1, "dc1", DRS_ORIGIN_ADDED);
    g_assert_true(learn(fixture, DRS_REQUEST, FALSE, DC1, "dc2"));
    assert_entry(fixture, DC1, "dc2", DRS_ORIGIN_REQUEST);
    g_assert_true(learn(fixture, DRS_RESPONSE, TRUE, DC1, "dc1"));
    assert_entry(fixture, DC1, "dc1", DRS_ORIGIN_RESPONSE);
    g_assert_false(learn(fixture, DRS_RESPONSE, FALSE, DC3, "dc2"));
    assert_entry(fixture, DC3, NULL, 0);
    g_assert_true(learn(fixture, DRS_REQUEST, FALSE, DC3, "dc2"));
    assert_entry(fixture, DC3, "dc2", DRS_ORIGIN_REQUEST);
}

static void
test_case(Fixture *fixture, gconstpointer unused)
{
    (void)unused;
    set(fixture, "_IsmService@DC1.Corp.Example", "dc1", DRS_ORIGIN_ADDED);
    assert_entry(fixture, "_ismservice@dc1.corp.example", "dc1", DRS_ORIGIN_ADDED);
    set(fixture, "_ISMSERVICE@dc1.corp.example", "dc2", DRS_ORIGIN_ADDED);
    assert_entry(fixture, HOST_DC1, "dc2", DRS_ORIGIN_ADDED);
    g_autoptr(GPtrArray) all = drs_map_list(&fixture->map, NULL);
    g_assert_cmpuint(all->len, ==, 1);
}

static void
test_remove(Fixture *fixture, gconstpointer unused)
{
    (void)unused;
    guint n_removed = 9;
    g_autoptr(GError) error = NULL;
    g_assert_true(drs_map_remove(&fixture->map, NULL, &n_removed, &error));
    g_assert_cmpuint(n_removed, ==, 0);
    set(fixture, DC1, "dc1", DRS_ORIGIN_ADDED);
    set(fixture, DC3, "dc2", DRS_ORIGIN_REQUEST);
    g_assert_true(drs_map_remove(&fixture->map, DC1, &n_removed, &error));
    g_assert_cmpuint(n_removed, ==, 1);
    assert_entry(fixture, DC1, NULL, 0);
    assert_entry(fixture, DC3, "dc2", DRS_ORIGIN_REQUEST);
    g_assert_true(drs_map_remove(&fixture->map, DC1, &n_removed, &error));
    g_assert_cmpuint(n_removed, ==, 0);
    g_assert_true(drs_map_remove(&fixture->map, NULL, &n_removed, &error));
    g_assert_cmpuint(n_removed, ==, 1);
    g_assert_false(drs_map_remove(&fixture->map, "dc1", &n_removed, &error));
    g_assert_error(error, ADDR_SPEC_ERROR, ADDR_SPEC_ERROR_SYNTAX);
}

static void
assert_key(Fixture *fixture, const gchar *address, const gchar *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KeyPair) pair = drs_map_find_key(&fixture->map, address, &error);
    if (name == NULL) {
        g_assert_error(error, CMS_ERROR, CMS_ERROR_KEY_NOT_FOUND);
        return;
    }
    g_assert_no_error(error);
    g_autofree gchar *subject = g_strconcat("CN=", name, NULL);
    g_assert_cmpstr(certificate_get_subject(key_pair_get_certificate(pair)), ==, subject);
}

/* An own key belongs to the host that its certificate names, to a mail address in it, and to the
 * address that the map has its certificate for. */
static void
test_own(Fixture *fixture, gconstpointer unused)
{
    (void)unused;
    assert_key(fixture, HOST_DC1, NULL);
    import_key(fixture, "dc1");
    import_key(fixture, "mail");
    assert_key(fixture, HOST_DC1, "dc1");
    assert_key(fixture, "alice@example.org", "mail");
    assert_key(fixture, DC1, NULL);
    assert_entry(fixture, HOST_DC1, "dc1", DRS_ORIGIN_OWN);
    assert_entry(fixture, "alice@example.org", "mail", DRS_ORIGIN_OWN);
    assert_entry(fixture, DC1, NULL, 0);
    set(fixture, DC1, "dc1", DRS_ORIGIN_ADDED);
    assert_key(fixture, DC1, "dc1");
    assert_entry(fixture, DC1, "dc1", DRS_ORIGIN_OWN);
    set(fixture, DC3, "dc2", DRS_ORIGIN_ADDED);
    assert_key(fixture, DC3, NULL);
    assert_entry(fixture, DC3, "dc2", DRS_ORIGIN_ADDED);
}

/* Nobody takes an own address away, whatever was verified. */
static void
test_own_stays(Fixture *fixture, gconstpointer unused)
{
    (void)unused;
    import_key(fixture, "dc1");
    set(fixture, DC1, "dc1", DRS_ORIGIN_ADDED);
    g_assert_false(learn(fixture, DRS_REQUEST, TRUE, DC1, "dc2"));
    g_assert_false(learn(fixture, DRS_REQUEST, TRUE, HOST_DC1, "dc2"));
    assert_entry(fixture, DC1, "dc1", DRS_ORIGIN_OWN);
    set(fixture, HOST_DC1, "dc2", DRS_ORIGIN_ADDED);
    assert_entry(fixture, HOST_DC1, "dc1", DRS_ORIGIN_OWN);
}

/* A request of one's own that somebody sends back, as if from another controller. */
static void
test_own_comes_back(Fixture *fixture, gconstpointer unused)
{
    (void)unused;
    import_key(fixture, "dc1");
    g_assert_false(learn(fixture, DRS_REQUEST, FALSE, DC3, "dc1"));
    assert_entry(fixture, DC3, NULL, 0);
    g_assert_true(learn(fixture, DRS_REQUEST, FALSE, DC3, "dc2"));
    g_assert_false(learn(fixture, DRS_REQUEST, FALSE, DC3, "dc1"));
    assert_entry(fixture, DC3, "dc2", DRS_ORIGIN_REQUEST);
    /* What an earlier version took makes nothing an own address. */
    set(fixture, DC3, "dc1", DRS_ORIGIN_REQUEST);
    assert_key(fixture, DC3, NULL);
    g_assert_true(learn(fixture, DRS_REQUEST, FALSE, DC3, "dc2"));
    assert_entry(fixture, DC3, "dc2", DRS_ORIGIN_REQUEST);
}

static void
test_added_stays(Fixture *fixture, gconstpointer unused)
{
    (void)unused;
    set(fixture, DC1, "dc1", DRS_ORIGIN_ADDED);
    g_assert_true(learn(fixture, DRS_REQUEST, FALSE, DC1, "dc1"));
    assert_entry(fixture, DC1, "dc1", DRS_ORIGIN_ADDED);
    g_assert_true(learn(fixture, DRS_REQUEST, FALSE, DC1, "dc2"));
    assert_entry(fixture, DC1, "dc2", DRS_ORIGIN_REQUEST);
}

/* Note 7: a Directory Email Replication certificate before others; but first one that is valid. */
static void
test_own_choice(Fixture *fixture, gconstpointer unused)
{
    (void)unused;
    import_key(fixture, "dc1-email");
    import_key(fixture, "dc1");
    assert_key(fixture, HOST_DC1, "dc1-email");
    fixture->map.now += 15 * 86400;
    assert_key(fixture, HOST_DC1, "dc1");
}

static void
test_list(Fixture *fixture, gconstpointer unused)
{
    (void)unused;
    static const gchar *const wanted[] = {DC1, "alice@example.org", "a@dc.example", DC3};
    import_key(fixture, "dc1");
    import_key(fixture, "mail");
    set(fixture, DC3, "dc2", DRS_ORIGIN_REQUEST);
    set(fixture, DC1, "dc1", DRS_ORIGIN_ADDED);
    set(fixture, "a@dc.example", "dc2", DRS_ORIGIN_ADDED);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) all = drs_map_list(&fixture->map, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(all->len, ==, 4);
    for (guint i = 0; i < all->len; i++) {
        const DrsMapEntry *entry = g_ptr_array_index(all, i);
        gboolean found = FALSE;
        for (gsize j = 0; j < G_N_ELEMENTS(wanted); j++)
            found |= g_str_equal(entry->address, wanted[j]);
        g_assert_true(found);
        g_assert_cmpint(entry->origin == DRS_ORIGIN_OWN, ==, i < 2);
    }
}

/* As set(), at a moment of its own. */
static void
write_entry(Fixture *fixture, const gchar *address, DrsMapOrigin origin, gint64 recorded)
{
    gsize n_octets = 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(Certificate) certificate = support_certificate(certificates, "dc1");
    g_autoptr(DrsMapEntry) entry = drs_map_entry_new(address, origin, certificate, recorded);
    g_autofree gchar *text = drs_map_entry_serialize(entry, &n_octets);
    g_autofree gchar *folded = drs_address_fold(address, &error);
    g_autofree gchar *name = drs_map_dup_file_name(folded);
    g_autofree gchar *folder = g_build_filename(fixture->profile, "drs-map", NULL);
    g_autofree gchar *path = g_build_filename(folder, name, NULL);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_file_set_contents(path, text, (gssize)n_octets, &error);
    g_assert_no_error(error);
}

/* What was learned longest ago makes room, what was added stays. */
static void
test_full(Fixture *fixture, gconstpointer unused)
{
    (void)unused;
    fixture->map.n_entries_max = 3;
    write_entry(fixture, "a@dc.example", DRS_ORIGIN_ADDED, 100);
    write_entry(fixture, "b@dc.example", DRS_ORIGIN_REQUEST, 300);
    write_entry(fixture, "c@dc.example", DRS_ORIGIN_RESPONSE, 200);
    set(fixture, "b@dc.example", "dc2", DRS_ORIGIN_REQUEST);
    assert_entry(fixture, "c@dc.example", "dc1", DRS_ORIGIN_RESPONSE);
    set(fixture, "d@dc.example", "dc1", DRS_ORIGIN_ADDED);
    assert_entry(fixture, "c@dc.example", NULL, 0);
    assert_entry(fixture, "b@dc.example", "dc2", DRS_ORIGIN_REQUEST);
    set(fixture, "e@dc.example", "dc1", DRS_ORIGIN_ADDED);
    assert_entry(fixture, "b@dc.example", NULL, 0);
    assert_entry(fixture, "a@dc.example", "dc1", DRS_ORIGIN_ADDED);
    g_autoptr(GError) error = NULL;
    g_autoptr(Certificate) certificate = support_certificate(certificates, "dc2");
    g_assert_false(
        drs_map_set(&fixture->map, "f@dc.example", certificate, DRS_ORIGIN_REQUEST, &error));
    g_assert_error(error, DRS_ERROR, DRS_ERROR_MAP_FULL);
    set(fixture, "a@dc.example", "dc2", DRS_ORIGIN_REQUEST);
}

/* What can't be read is no entry, and the first to go. */
static void
test_broken(Fixture *fixture, gconstpointer unused)
{
    (void)unused;
    write_entry(fixture, DC1, DRS_ORIGIN_ADDED, 1);
    g_autofree gchar *folded = drs_address_fold(DC1, NULL);
    g_autofree gchar *name = drs_map_dup_file_name(folded);
    g_autofree gchar *path = g_build_filename(fixture->profile, "drs-map", name, NULL);
    g_assert_true(g_file_set_contents(path, "[drs-map-entry]\nversion=2\n", -1, NULL));
    assert_entry(fixture, DC1, NULL, 0);
    g_autoptr(GPtrArray) none = drs_map_list(&fixture->map, NULL);
    g_assert_cmpuint(none->len, ==, 0);
    fixture->map.n_entries_max = 1;
    set(fixture, DC3, "dc2", DRS_ORIGIN_ADDED);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    assert_entry(fixture, DC3, "dc2", DRS_ORIGIN_ADDED);
}

static void
test_no_folder(Fixture *fixture, gconstpointer unused)
{
    (void)unused;
    g_autoptr(GError) error = NULL;
    g_autoptr(Certificate) certificate = support_certificate(certificates, "dc1");
    g_assert_true(g_file_set_contents(fixture->profile, "", 0, NULL));
    g_assert_false(drs_map_set(&fixture->map, DC1, certificate, DRS_ORIGIN_ADDED, &error));
    g_assert_error(error, DRS_ERROR, DRS_ERROR_MAP);
}

typedef struct {
    const gchar *name;
    const gchar *certificate;
    const gchar *address; /* NULL: none */
} FileCase;

static const FileCase file_cases[] = {
    {DC1 ".cer", "dc1", DC1},         {"folder/" DC1 ".PEM", "mail", DC1},
    {HOST_DC1, "dc1", HOST_DC1},      {"alice.cer", "mail", "alice@example.org"},
    {"dc1.der", "dc1", NULL},         {"", "dc1", NULL},
    {"several.crt", "several", NULL},
};

static void
test_files(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(file_cases); i++) {
        g_autoptr(Certificate) certificate =
            support_certificate(certificates, file_cases[i].certificate);
        g_autofree gchar *address = drs_map_dup_address_of_file(file_cases[i].name, certificate);
        g_assert_cmpstr(address, ==, file_cases[i].address);
    }
    g_assert_true(drs_map_is_certificate_file("a@b.example.CRT"));
    g_assert_false(drs_map_is_certificate_file("a@b.example.key"));
    g_assert_false(drs_map_is_certificate_file(".cer"));
}

static void
make(const gchar *name, guint days, const gchar *extensions)
{
    g_autofree gchar *subject = g_strconcat("/CN=", name, NULL);
    path_make_certificate(certificates, &(CertificateSpec){.name = name,
                                                           .subject = subject,
                                                           .days = days,
                                                           .extensions = extensions});
}

#define ADD(name, function) g_test_add("/drs-map/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    certificates = support_folder_new();
    make("dc1", 30, DRS_CONTROLLER("dc1.corp.example"));
    make("dc1-email", 10, DRS_EMAIL("dc1.corp.example"));
    make("dc2", 30, DRS_EMAIL("dc2.corp.example"));
    make("mail", 30, EXTENSIONS_MAIL);
    make("several", 30, "subjectAltName=email:a@example.org,email:b@example.org\n");
    ADD("life", test_life);
    ADD("case", test_case);
    ADD("remove", test_remove);
    ADD("own", test_own);
    ADD("own-stays", test_own_stays);
    ADD("own-comes-back", test_own_comes_back);
    ADD("added-stays", test_added_stays);
    ADD("own-choice", test_own_choice);
    ADD("list", test_list);
    ADD("full", test_full);
    ADD("broken", test_broken);
    ADD("no-folder", test_no_folder);
    g_test_add_func("/drs-map/files", test_files);
    int status = g_test_run();
    support_folder_free(certificates);
    support_shutdown();
    return status;
}
