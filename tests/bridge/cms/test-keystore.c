/* SPDX-License-Identifier: MPL-2.0 */

#include "keystore.h"

#include <cryptohi.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "cms-error.h"
#include "nss-scoped.h"
#include "support.h"

#define NOW G_GINT64_CONSTANT(1800000000)

/* A store in a folder whose name would upset a careless quoting. */
static KeyStore *
open_store(const SupportFolder *folder)
{
    g_autofree gchar *path = support_path(folder, "it's [a] <store> \\ with='blanks'");
    g_autoptr(GError) error = NULL;
    KeyStore *store = key_store_open(path, TRUE, &error);
    g_assert_no_error(error);
    return store;
}

static KeyPair *
generate(KeyStore *store, const gchar *address, gint64 now)
{
    g_autoptr(GError) error = NULL;
    KeyPair *pair = key_store_generate(store, address, NULL, KEY_ALGORITHM_P_256, 365, now, &error);
    g_assert_no_error(error);
    return pair;
}

static guint
count_pairs(KeyStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) pairs = key_store_list(store, &error);
    g_assert_no_error(error);
    return pairs->len;
}

static gboolean
can_sign(const KeyPair *pair)
{
    guint8 digest[32] = {1};
    guint8 octets[1024];
    SECItem hash = {siBuffer, digest, sizeof digest};
    SECItem signature = {siBuffer, octets, sizeof octets};
    SECKEYPrivateKey *key = key_pair_get_private_key(pair);
    return key != NULL && PK11_Sign(key, &signature, &hash) == SECSuccess;
}

static void
test_create_and_reopen(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(GError) error = NULL;
    g_autofree gchar *path = support_path(folder, "a/b/c");
    GStatBuf status;

    g_assert_null(key_store_open(path, FALSE, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_STORE_MISSING);
    g_clear_error(&error);

    g_autoptr(KeyStore) store = key_store_open(path, TRUE, &error);
    g_assert_no_error(error);
    g_assert_cmpint(g_lstat(path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0700);
    g_assert_cmpuint(count_pairs(store), ==, 0);
    g_assert_false(key_store_has_password(store));
    g_assert_false(key_store_is_locked(store));
    g_autoptr(KeyPair) pair = generate(store, "a@example.org", NOW);
    g_assert_true(can_sign(pair));
    g_clear_pointer(&pair, key_pair_unref);
    g_clear_pointer(&store, key_store_unref);

    g_autoptr(KeyStore) again = key_store_open(path, FALSE, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) pairs = key_store_list(again, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(pairs->len, ==, 1);
    g_assert_true(can_sign(g_ptr_array_index(pairs, 0)));
}

/* A pair outlives its store. */
static void
test_pair_alone(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(KeyStore) store = open_store(folder);
    g_autoptr(KeyPair) pair = generate(store, "a@example.org", NOW);
    g_clear_pointer(&store, key_store_unref);
    g_assert_true(can_sign(pair));
}

static void
test_two_stores(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(SupportFolder) other = support_folder_new();
    g_autoptr(KeyStore) first = open_store(folder);
    g_autoptr(KeyStore) second = open_store(other);
    g_autoptr(KeyPair) pair = generate(first, "a@example.org", NOW);
    g_assert_cmpuint(count_pairs(first), ==, 1);
    g_assert_cmpuint(count_pairs(second), ==, 0);
}

static void
assert_not_opened(const gchar *path, gint code)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(key_store_open(path, TRUE, &error));
    g_assert_error(error, CMS_ERROR, code);
}

static void
test_directory(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autofree gchar *real = support_path(folder, "real");
    g_autofree gchar *link = support_path(folder, "link");
    g_autofree gchar *file = support_path(folder, "file");
    g_autofree gchar *open = support_path(folder, "open");

    assert_not_opened("relative/path", CMS_ERROR_STORE);
    g_mkdir(real, 0700);
    g_assert_cmpint(symlink(real, link), ==, 0);
    assert_not_opened(link, CMS_ERROR_STORE);
    support_save_text(folder, "file", "x");
    assert_not_opened(file, CMS_ERROR_STORE);
    g_mkdir(open, 0700);
    g_chmod(open, 0777);
    assert_not_opened(open, CMS_ERROR_STORE);
    /* Nothing is written where a store is only looked for. */
    g_autoptr(GError) error = NULL;
    g_assert_null(key_store_open(real, FALSE, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_STORE_MISSING);
    g_assert_cmpint(g_rmdir(real), ==, 0);
}

static void
test_database_link(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autofree gchar *path = support_path(folder, "key4.db");
    g_assert_cmpint(symlink("/dev/null", path), ==, 0);
    assert_not_opened(folder->path, CMS_ERROR_STORE);
}

static void
test_not_a_database(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    support_save_text(folder, "key4.db", "this is no data base, however long one looks at it");
    support_save_text(folder, "cert9.db", "this is no data base, however long one looks at it");
    assert_not_opened(folder->path, CMS_ERROR_STORE);
}

/* Run as another user than root, for whom nothing is read-only. */
static void
become_nobody(const SupportFolder *folder)
{
    g_autofree gchar *path = support_path(folder, "store");
    if (geteuid() != 0)
        return;
    g_assert_cmpint(chown(folder->path, 65534, 65534), ==, 0);
    g_assert_cmpint(chown(path, 65534, 65534), ==, 0);
    static const gchar *const names[] = {"cert9.db", "key4.db"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree gchar *file = g_build_filename(path, names[i], NULL);
        g_assert_cmpint(chown(file, 65534, 65534), ==, 0);
    }
    g_assert_cmpint(seteuid(65534), ==, 0);
}

static void
test_read_only(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autofree gchar *path = support_path(folder, "store");
    g_autofree gchar *key_file = support_path(folder, "store/key4.db");
    uid_t user = geteuid();
    g_autoptr(GError) error = NULL;

    g_autoptr(KeyStore) writer = key_store_open(path, TRUE, &error);
    g_autoptr(KeyPair) pair = generate(writer, "a@example.org", NOW);
    g_clear_pointer(&pair, key_pair_unref);
    g_clear_pointer(&writer, key_store_unref);
    become_nobody(folder);
    g_chmod(key_file, 0400);
    g_chmod(path, 0500);

    g_autoptr(KeyStore) store = key_store_open(path, TRUE, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) pairs = key_store_list(store, &error);
    g_assert_cmpuint(pairs->len, ==, 1);
    g_assert_true(can_sign(g_ptr_array_index(pairs, 0)));
    g_assert_null(
        key_store_generate(store, "b@example.org", NULL, KEY_ALGORITHM_P_256, 1, NOW, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_STORE);
    g_clear_error(&error);
    g_assert_false(key_store_delete(store, g_ptr_array_index(pairs, 0), &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_STORE);
    g_clear_error(&error);
    g_assert_false(key_store_set_password(store, "x", &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_STORE);

    g_chmod(path, 0700);
    g_assert_cmpint(seteuid(user), ==, 0);
}

static void
test_another_users(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autofree gchar *path = support_path(folder, "store");
    g_mkdir(path, 0700);
    if (geteuid() == 0) {
        g_assert_cmpint(chown(path, 65534, 65534), ==, 0);
        assert_not_opened(path, CMS_ERROR_STORE);
    }
    /* "/" is root's, whoever runs this. */
    if (geteuid() != 0)
        assert_not_opened("/", CMS_ERROR_STORE);
}

static void
test_password(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(KeyStore) store = open_store(folder);
    g_autoptr(KeyPair) pair = generate(store, "a@example.org", NOW);
    g_autoptr(GError) error = NULL;

    g_assert_true(key_store_unlock(store, "whatever", &error));
    g_assert_true(key_store_set_password(store, "erstes", &error));
    g_assert_no_error(error);
    g_assert_true(key_store_has_password(store));
    g_assert_false(key_store_is_locked(store));

    key_store_lock(store);
    g_assert_true(key_store_is_locked(store));
    g_assert_false(key_store_unlock(store, "falsch", &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_KEY_LOCKED);
    g_clear_error(&error);
    g_assert_true(key_store_is_locked(store));
    g_assert_false(key_store_set_password(store, "zweites", &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_KEY_LOCKED);
    g_clear_error(&error);

    g_assert_true(key_store_unlock(store, "erstes", &error));
    g_assert_true(key_store_set_password(store, "zweites", &error));
    key_store_lock(store);
    g_assert_false(key_store_unlock(store, "erstes", NULL));
    g_assert_true(key_store_unlock(store, "zweites", &error));
    g_assert_true(can_sign(pair));
    g_assert_true(key_store_set_password(store, NULL, &error));
    g_assert_no_error(error);
    g_assert_false(key_store_has_password(store));
    g_assert_true(can_sign(pair));
}

static void
test_locked(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(KeyStore) store = open_store(folder);
    g_autoptr(KeyPair) pair = generate(store, "a@example.org", NOW);
    g_autoptr(GError) error = NULL;

    g_assert_true(key_store_set_password(store, "geheim", NULL));
    key_store_lock(store);
    g_autoptr(GPtrArray) pairs = key_store_list(store, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(pairs->len, ==, 1);
    KeyPair *locked = g_ptr_array_index(pairs, 0);
    g_assert_null(key_pair_get_private_key(locked));
    g_assert_null(key_store_export(store, locked, "x", &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_KEY_LOCKED);
    g_clear_error(&error);
    g_assert_null(key_store_export(store, pair, "x", &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_KEY_LOCKED);
    g_clear_error(&error);
    g_assert_false(key_store_delete(store, locked, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_KEY_LOCKED);
    g_clear_error(&error);
    g_assert_null(
        key_store_generate(store, "b@example.org", NULL, KEY_ALGORITHM_P_256, 1, NOW, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_KEY_LOCKED);
    g_assert_cmpuint(count_pairs(store), ==, 1);
}

/* A store that was closed with a password opens locked. */
static void
test_reopen_locked(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(KeyStore) store = open_store(folder);
    g_autoptr(KeyPair) pair = generate(store, "a@example.org", NOW);
    g_autoptr(GError) error = NULL;

    g_assert_true(key_store_set_password(store, "geheim", NULL));
    g_clear_pointer(&pair, key_pair_unref);
    g_clear_pointer(&store, key_store_unref);
    g_autoptr(KeyStore) again = open_store(folder);
    g_assert_true(key_store_is_locked(again));
    g_assert_cmpuint(count_pairs(again), ==, 1);
    g_assert_true(key_store_unlock(again, "geheim", &error));
    g_autoptr(GPtrArray) pairs = key_store_list(again, &error);
    g_assert_true(can_sign(g_ptr_array_index(pairs, 0)));
}

static void
test_find(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(KeyStore) store = open_store(folder);
    g_autoptr(KeyPair) old = generate(store, "Alice@example.org", NOW);
    g_autoptr(KeyPair) other = generate(store, "bob@example.org", NOW + 1);
    g_autoptr(KeyPair) new = generate(store, "alice@example.org", NOW + 2);
    g_autoptr(GError) error = NULL;

    g_autoptr(GPtrArray) found = key_store_find(store, "ALICE@EXAMPLE.ORG", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(found->len, ==, 2);
    const Certificate *first = key_pair_get_certificate(g_ptr_array_index(found, 0));
    g_assert_true(g_bytes_equal(certificate_get_der(first),
                                certificate_get_der(key_pair_get_certificate(new))));
    g_autoptr(GPtrArray) nobody = key_store_find(store, "carol@example.org", &error);
    g_assert_cmpuint(nobody->len, ==, 0);
    g_autoptr(GPtrArray) nonsense = key_store_find(store, "no address", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(nonsense->len, ==, 0);
}

static void
test_delete(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(KeyStore) store = open_store(folder);
    g_autoptr(KeyPair) first = generate(store, "a@example.org", NOW);
    g_autoptr(KeyPair) second = generate(store, "b@example.org", NOW);
    g_autoptr(GError) error = NULL;

    g_assert_true(key_store_delete(store, first, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(count_pairs(store), ==, 1);
    g_assert_false(can_sign(first));
    g_assert_true(can_sign(second));
    g_assert_false(key_store_delete(store, first, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_KEY_NOT_FOUND);
}

static void
make_chain(const SupportFolder *folder)
{
    static const gchar *const names[] = {"root", "middle", "user"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        support_make_key(folder, names[i], i == 2 ? "rsa:2048" : "ec:P-256");
    support_self_sign(folder, "root", "/CN=Root", "basicConstraints = critical,CA:TRUE");
    support_issue(folder, "middle", "root", "/CN=Middle", "basicConstraints = critical,CA:TRUE");
    support_issue(folder, "user", "middle", "/CN=User", "subjectAltName = email:u@example.org");
    g_autofree gchar *both = support_openssl(
        folder, "crl2pkcs7 -nocrl -certfile root.pem -certfile middle.pem -out both.p7");
    g_autofree gchar *pem = support_openssl(folder, "pkcs7 -in both.p7 -print_certs -out both.pem");
    g_autofree gchar *text = support_openssl(
        folder, "pkcs12 -export -in user.pem -inkey user.key -certfile both.pem -passout pass:x "
                "-out user.p12");
    g_test_message("%s%s%s", both, pem, text);
}

/* Reads and keeps a key file, as its users do. */
static gint
import_file(KeyStore *store, GBytes *octets, const gchar *password, GError **error)
{
    g_autoptr(KeyFile) file = key_file_parse(octets, password, error);
    return file == NULL ? -1 : key_store_import(store, file, error);
}

static void
test_import(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(KeyStore) store = open_store(folder);
    g_autoptr(GError) error = NULL;
    make_chain(folder);
    g_autoptr(GBytes) file = support_load(folder, "user.p12");

    g_assert_cmpint(import_file(store, file, "falsch", &error), ==, -1);
    g_assert_error(error, CMS_ERROR, CMS_ERROR_PASSWORD);
    g_clear_error(&error);
    g_assert_cmpint(import_file(store, file, "x", &error), ==, 1);
    g_assert_no_error(error);
    g_assert_cmpint(import_file(store, file, "x", &error), ==, 0);

    g_autoptr(GPtrArray) pairs = key_store_find(store, "u@example.org", &error);
    g_assert_cmpuint(pairs->len, ==, 1);
    g_assert_cmpuint(count_pairs(store), ==, 1);
    KeyPair *pair = g_ptr_array_index(pairs, 0);
    g_assert_true(can_sign(pair));
    g_autoptr(GPtrArray) chain = key_store_find_chain(store, pair);
    g_assert_cmpuint(chain->len, ==, 1);
    g_assert_cmpstr(certificate_get_subject(g_ptr_array_index(chain, 0)), ==, "CN=Middle");

    /* Imported keys are seen in a locked store like those that were made in it. */
    g_assert_true(key_store_set_password(store, "geheim", NULL));
    key_store_lock(store);
    g_assert_cmpuint(count_pairs(store), ==, 1);
    g_assert_cmpint(import_file(store, file, "x", &error), ==, -1);
    g_assert_error(error, CMS_ERROR, CMS_ERROR_KEY_LOCKED);
}

static void
test_import_without_key(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(KeyStore) store = open_store(folder);
    g_autoptr(GError) error = NULL;
    make_chain(folder);
    g_autoptr(GBytes) file = support_load(folder, "user.pem");
    g_assert_cmpint(import_file(store, file, NULL, &error), ==, -1);
    g_assert_error(error, CMS_ERROR, CMS_ERROR_KEY);
}

static GBytes *
make_numbered(const SupportFolder *folder)
{
    support_make_key(folder, "test", "ec:P-256");
    g_autofree gchar *text =
        support_openssl(folder, "req -x509 -key test.key -subj /CN=A -set_serial 7 -out test.pem");
    g_autofree gchar *p12 = support_openssl(
        folder, "pkcs12 -export -in test.pem -inkey test.key -passout pass:x -out test.p12");
    g_test_message("%s%s", text, p12);
    return support_load(folder, "test.p12");
}

/* Another key under the same issuer and serial number does not overwrite the first. */
static void
test_import_conflict(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(KeyStore) store = open_store(folder);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) first = make_numbered(folder);
    g_autoptr(GBytes) second = make_numbered(folder);

    g_assert_cmpint(import_file(store, first, "x", &error), ==, 1);
    g_assert_cmpint(import_file(store, second, "x", &error), ==, -1);
    g_assert_error(error, CMS_ERROR, CMS_ERROR_EXISTS);
    g_autoptr(GPtrArray) pairs = key_store_list(store, NULL);
    g_assert_cmpuint(pairs->len, ==, 1);
    g_assert_true(can_sign(g_ptr_array_index(pairs, 0)));
}

/* Two certificates of one key; the key goes with the last of them. */
static void
test_shared_key(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(KeyStore) store = open_store(folder);
    g_autoptr(GError) error = NULL;
    support_make_key(folder, "test", "ec:P-256");
    support_self_sign(folder, "test", "/CN=A", "");
    g_autofree gchar *text =
        support_openssl(folder, "req -x509 -key test.key -subj /CN=B -out again.pem");
    g_autofree gchar *p12 = support_openssl(
        folder, "pkcs12 -export -in test.pem -inkey test.key -certfile again.pem -passout pass:x "
                "-out both.p12");
    g_test_message("%s%s", text, p12);
    g_autoptr(GBytes) file = support_load(folder, "both.p12");

    g_assert_cmpint(import_file(store, file, "x", &error), ==, 2);
    g_autoptr(GPtrArray) pairs = key_store_list(store, NULL);
    g_assert_cmpuint(pairs->len, ==, 2);
    g_assert_true(key_store_delete(store, g_ptr_array_index(pairs, 0), &error));
    g_assert_true(can_sign(g_ptr_array_index(pairs, 1)));
    g_assert_true(key_store_delete(store, g_ptr_array_index(pairs, 1), &error));
    g_assert_no_error(error);
    g_assert_cmpuint(count_pairs(store), ==, 0);
}

/* openssl and key_file_parse() read what is exported. */
static void
test_export(gconstpointer data)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(KeyStore) store = open_store(folder);
    g_autoptr(GError) error = NULL;
    KeyAlgorithm algorithm = (KeyAlgorithm)GPOINTER_TO_UINT(data);
    g_autoptr(KeyPair) pair =
        key_store_generate(store, "a@example.org", NULL, algorithm, 365, NOW, &error);
    g_assert_no_error(error);

    g_assert_null(key_store_export(store, pair, "", &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_PASSWORD);
    g_clear_error(&error);
    g_autoptr(GBytes) file = key_store_export(store, pair, "geheim ü", &error);
    g_assert_no_error(error);
    support_save(folder, "file.p12", file);
    g_autofree gchar *text =
        support_openssl(folder, "pkcs12 -in file.p12 -passin 'pass:geheim ü' -nodes -info");
    g_assert_nonnull(
        strstr(text, "PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256"));
    g_assert_nonnull(strstr(text, "MAC: sha256"));
    g_assert_nonnull(strstr(text, "BEGIN PRIVATE KEY"));
    g_assert_false(support_openssl_accepts(folder, "pkcs12 -in file.p12 -passin pass:x -nodes"));

    g_autoptr(KeyFile) read = key_file_parse(file, "geheim ü", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(read->pairs->len, ==, 1);
    g_assert_true(can_sign(g_ptr_array_index(read->pairs, 0)));
}

/* What one store exports, another imports, the chain too. */
static void
test_export_chain(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(SupportFolder) other = support_folder_new();
    g_autoptr(KeyStore) from = open_store(folder);
    g_autoptr(KeyStore) to = open_store(other);
    make_chain(folder);
    g_autoptr(GBytes) file = support_load(folder, "user.p12");
    g_assert_cmpint(import_file(from, file, "x", NULL), ==, 1);
    g_autoptr(GPtrArray) pairs = key_store_list(from, NULL);
    g_autoptr(GBytes) moved = key_store_export(from, g_ptr_array_index(pairs, 0), "y", NULL);
    g_assert_cmpint(import_file(to, moved, "y", NULL), ==, 1);
    g_autoptr(GPtrArray) there = key_store_list(to, NULL);
    g_autoptr(GPtrArray) chain = key_store_find_chain(to, g_ptr_array_index(there, 0));
    g_assert_cmpuint(chain->len, ==, 1);
}

static gpointer
use_store(gpointer data)
{
    for (guint i = 0; i < 20; i++) {
        g_autoptr(GPtrArray) pairs = key_store_list(data, NULL);
        g_assert_cmpuint(pairs->len, ==, 1);
        g_assert_true(can_sign(g_ptr_array_index(pairs, 0)));
    }
    return NULL;
}

static void
test_threads(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(KeyStore) store = open_store(folder);
    g_autoptr(KeyPair) pair = generate(store, "a@example.org", NOW);
    GThread *threads[4];
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("store", use_store, store);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    g_test_add_func("/keystore/create-and-reopen", test_create_and_reopen);
    g_test_add_func("/keystore/pair-alone", test_pair_alone);
    g_test_add_func("/keystore/two-stores", test_two_stores);
    g_test_add_func("/keystore/directory", test_directory);
    g_test_add_func("/keystore/database-link", test_database_link);
    g_test_add_func("/keystore/not-a-database", test_not_a_database);
    g_test_add_func("/keystore/read-only", test_read_only);
    g_test_add_func("/keystore/another-users", test_another_users);
    g_test_add_func("/keystore/password", test_password);
    g_test_add_func("/keystore/locked", test_locked);
    g_test_add_func("/keystore/reopen-locked", test_reopen_locked);
    g_test_add_func("/keystore/find", test_find);
    g_test_add_func("/keystore/delete", test_delete);
    g_test_add_func("/keystore/import", test_import);
    g_test_add_func("/keystore/import-without-key", test_import_without_key);
    g_test_add_func("/keystore/import-conflict", test_import_conflict);
    g_test_add_func("/keystore/shared-key", test_shared_key);
    for (guint i = 0; i < KEY_N_ALGORITHMS; i++) {
        g_autofree gchar *path =
            g_strconcat("/keystore/export/", key_algorithm_to_string((KeyAlgorithm)i), NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_export);
    }
    g_test_add_func("/keystore/export-chain", test_export_chain);
    g_test_add_func("/keystore/threads", test_threads);
    return support_run();
}
