/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "cms-error.h"
#include "content-info.h"
#include "enveloped-data.h"
#include "key-pair-private.h"
#include "oid.h"
#include "peer.h"
#include "whole.h"

#define CONTENT "Content-Type: text/plain\r\n\r\nA secret, longer than a block of the cipher.\r\n"

static const struct {
    const gchar *name;
    const gchar *algorithm;
    const gchar *key_management;
} key_cases[] = {
    {"rsa-2048", "rsa:2048", "rsa-pkcs1"},
    {"rsa-3072", "rsa:3072", "rsa-pkcs1"},
    {"p-256", "ec -pkeyopt ec_paramgen_curve:P-256", "ecdh-p256"},
    {"p-384", "ec -pkeyopt ec_paramgen_curve:P-384", "ecdh-p384"},
    {"p-521", "ec -pkeyopt ec_paramgen_curve:P-521", "ecdh-p521"},
};
enum { RSA_2048, RSA_3072, P_256, P_384, P_521, N_KEYS };

static SupportFolder *folder;
static KeyPair *keys[N_KEYS];

static GBytes *
content_new(void)
{
    return g_bytes_new_static(CONTENT, strlen(CONTENT));
}

static GBytes *
encrypt_to(GPtrArray *recipients, CmsCipher cipher)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) content = content_new();
    GBytes *octets = whole_encrypt(content, recipients, cipher, &error);
    g_assert_no_error(error);
    return octets;
}

static void
assert_opens(GBytes *octets, guint key, EnvelopeFacts *out_facts)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) pairs = peer_pair_alone(keys[key]);
    g_autoptr(GBytes) content = content_new();
    g_autoptr(GBytes) plaintext = whole_decrypt(octets, pairs, out_facts, &error);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(plaintext, content));
}

static void
assert_fails(GBytes *octets, guint key, CmsError code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) pairs = peer_pair_alone(keys[key]);
    g_assert_null(whole_decrypt(octets, pairs, NULL, &error));
    g_assert_error(error, CMS_ERROR, (gint)code);
}

typedef struct {
    CmsCipher cipher;
    guint first; /* recipients: keys from this on */
    guint n;
} EncryptCase;

static void
test_encrypt(gconstpointer data)
{
    const EncryptCase *test = data;
    g_autoptr(GPtrArray) recipients = peer_certificates(&keys[test->first], test->n);
    g_autoptr(GBytes) octets = encrypt_to(recipients, test->cipher);
    gboolean aead = cms_cipher_is_aead(test->cipher);
    g_assert_cmpint(cms_content_info_peek(octets), ==,
                    aead ? CMS_CONTENT_AUTH_ENVELOPED_DATA : CMS_CONTENT_ENVELOPED_DATA);
    support_save(folder, "encrypted.der", octets);
    for (guint i = test->first; i < test->first + test->n; i++) {
        const gchar *name = key_cases[i].name;
        peer_run(folder,
                 "openssl cms -decrypt -inform DER -in encrypted.der -recip %s.pem -inkey "
                 "%s.key.pem -out opened -binary",
                 name, name);
        g_autoptr(GBytes) opened = support_load(folder, "opened");
        g_autoptr(GBytes) content = content_new();
        g_assert_true(g_bytes_equal(opened, content));

        EnvelopeFacts facts;
        assert_opens(octets, i, &facts);
        g_assert_cmpint(facts.authenticated, ==, aead);
        g_assert_cmpint(facts.cipher, ==, test->cipher);
        g_assert_cmpuint(facts.n_recipients, ==, test->n);
        g_assert_cmpstr(facts.key_management, ==, key_cases[i].key_management);
        g_assert_true(facts.recipient == key_pair_get_certificate(keys[i]));
        envelope_facts_clear(&facts);
    }
}

static void
add_encrypt_tests(void)
{
    static EncryptCase cases[6 * (N_KEYS + 1)];
    guint n = 0;
    for (CmsCipher cipher = CMS_CIPHER_AES_128_CBC; cipher <= CMS_CIPHER_AES_256_GCM; cipher++) {
        for (guint key = 0; key <= N_KEYS; key++) {
            cases[n] = (EncryptCase){cipher, key < N_KEYS ? key : RSA_3072, key < N_KEYS ? 1 : 3};
            g_autofree gchar *path =
                g_strdup_printf("/enveloped-data/encrypt/%s/%s", cms_cipher_to_string(cipher),
                                key < N_KEYS ? key_cases[key].name : "three-recipients");
            g_test_add_data_func(path, &cases[n++], test_encrypt);
        }
    }
}

typedef struct {
    const gchar *name;
    guint key;
    const gchar *cipher;
    const gchar *before; /* options before the recipient's certificate */
    const gchar *after;
    CmsCipher expect;
    const gchar *key_management;
} OpensslCase;

static const OpensslCase openssl_cases[] = {
    {"rsa-aes-128-cbc", RSA_2048, "-aes-128-cbc", "", "", CMS_CIPHER_AES_128_CBC, "rsa-pkcs1"},
    {"rsa-aes-192-cbc", RSA_2048, "-aes-192-cbc", "", "", CMS_CIPHER_AES_192_CBC, "rsa-pkcs1"},
    {"rsa-aes-256-cbc", RSA_3072, "-aes-256-cbc", "", "", CMS_CIPHER_AES_256_CBC, "rsa-pkcs1"},
    {"rsa-aes-128-gcm", RSA_2048, "-aes-128-gcm", "", "", CMS_CIPHER_AES_128_GCM, "rsa-pkcs1"},
    {"rsa-aes-256-gcm", RSA_2048, "-aes-256-gcm", "", "", CMS_CIPHER_AES_256_GCM, "rsa-pkcs1"},
    {"rsa-3des", RSA_2048, "-des3", "", "", CMS_CIPHER_3DES_CBC, "rsa-pkcs1"},
    {"rsa-key-identifier", RSA_2048, "-aes-256-cbc", " -keyid", "", CMS_CIPHER_AES_256_CBC,
     "rsa-pkcs1"},
    {"rsa-indefinite", RSA_2048, "-aes-256-cbc", " -stream", "", CMS_CIPHER_AES_256_CBC,
     "rsa-pkcs1"},
    {"rsa-indefinite-gcm", RSA_2048, "-aes-256-gcm", " -stream", "", CMS_CIPHER_AES_256_GCM,
     "rsa-pkcs1"},
    {"p-256", P_256, "-aes-128-cbc", "", "", CMS_CIPHER_AES_128_CBC, "ecdh-p256"},
    {"p-256-gcm", P_256, "-aes-256-gcm", "", "", CMS_CIPHER_AES_256_GCM, "ecdh-p256"},
    {"p-256-3des", P_256, "-des3", "", "", CMS_CIPHER_3DES_CBC, NULL},
    {"p-256-key-identifier", P_256, "-aes-256-cbc", " -keyid", "", CMS_CIPHER_AES_256_CBC,
     "ecdh-p256"},
    {"p-256-sha224", P_256, "-aes-256-cbc", "", " -keyopt ecdh_kdf_md:sha224",
     CMS_CIPHER_AES_256_CBC, "ecdh-p256"},
    {"p-384-sha384", P_384, "-aes-192-cbc", "", " -keyopt ecdh_kdf_md:sha384",
     CMS_CIPHER_AES_192_CBC, "ecdh-p384"},
    {"p-521-sha512", P_521, "-aes-256-cbc", "", " -keyopt ecdh_kdf_md:sha512",
     CMS_CIPHER_AES_256_CBC, "ecdh-p521"},
    {"p-384-cofactor", P_384, "-aes-256-cbc", "",
     " -keyopt ecdh_cofactor_mode:1 -keyopt ecdh_kdf_md:sha256", CMS_CIPHER_AES_256_CBC,
     "ecdh-p384"},
};

static GBytes *
make_by_openssl(const OpensslCase *test)
{
    g_autoptr(GBytes) content = content_new();
    support_save(folder, "content", content);
    peer_run(folder,
             "openssl cms -encrypt -binary -in content -outform DER -out made.der %s%s -recip "
             "%s.pem%s",
             test->cipher, test->before, key_cases[test->key].name, test->after);
    return support_load(folder, "made.der");
}

static void
test_openssl(gconstpointer data)
{
    const OpensslCase *test = data;
    g_autoptr(GBytes) octets = make_by_openssl(test);
    EnvelopeFacts facts;
    /* openssl wraps keys for 3DES with 3DES, which nobody else does with ECDH. */
    if (test->key_management == NULL) {
        assert_fails(octets, test->key, CMS_ERROR_UNSUPPORTED);
        return;
    }
    assert_opens(octets, test->key, &facts);
    g_assert_cmpint(facts.cipher, ==, test->expect);
    g_assert_cmpstr(facts.key_management, ==, test->key_management);
    envelope_facts_clear(&facts);
}

static void
test_not_for_us(void)
{
    g_autoptr(GPtrArray) recipients = peer_certificates(&keys[RSA_2048], 1);
    g_autoptr(GBytes) octets = encrypt_to(recipients, CMS_CIPHER_AES_256_GCM);
    assert_fails(octets, P_256, CMS_ERROR_NOT_FOR_US);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    EnvelopeFacts facts;
    g_assert_null(whole_decrypt(octets, none, &facts, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_NOT_FOR_US);
    g_assert_cmpuint(facts.n_recipients, ==, 1);
    g_assert_cmpint(facts.cipher, ==, CMS_CIPHER_AES_256_GCM);
    envelope_facts_clear(&facts);
}

static void
test_same_recipient_twice(void)
{
    KeyPair *const twice[] = {keys[P_256], keys[P_256]};
    g_autoptr(GPtrArray) recipients = peer_certificates(twice, 2);
    g_autoptr(GBytes) octets = encrypt_to(recipients, CMS_CIPHER_AES_128_CBC);
    EnvelopeFacts facts;
    assert_opens(octets, P_256, &facts);
    g_assert_cmpuint(facts.n_recipients, ==, 1);
    envelope_facts_clear(&facts);
}

static void
test_empty_and_large(void)
{
    g_autoptr(GPtrArray) recipients = peer_certificates(&keys[P_256], 1);
    g_autoptr(GPtrArray) pairs = peer_pair_alone(keys[P_256]);
    static const gsize sizes[] = {0, 1, 15, 16, 17, 3 * 1024 * 1024};
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        for (CmsCipher cipher = CMS_CIPHER_AES_128_CBC; cipher <= CMS_CIPHER_AES_256_GCM;
             cipher++) {
            g_autoptr(GError) error = NULL;
            g_autoptr(GBytes) content = g_bytes_new_take(g_malloc0(MAX(sizes[i], 1)), sizes[i]);
            g_autoptr(GBytes) octets = whole_encrypt(content, recipients, cipher, &error);
            g_assert_no_error(error);
            g_autoptr(GBytes) plaintext = whole_decrypt(octets, pairs, NULL, &error);
            g_assert_no_error(error);
            g_assert_true(g_bytes_equal(plaintext, content));
        }
    }
}

/* Where the encryptedKey of the one RSA recipient stands: behind rsaEncryption's identifier and
 * NULL. */
static gsize
find_encrypted_key(const guint8 *octets, gsize n_octets)
{
    BerSlice oid = oid_get_octets(OID_RSA_ENCRYPTION);
    const guint8 *found = memmem(octets, n_octets, oid.octets, oid.n_octets);
    g_assert_nonnull(found);
    return (gsize)(found - octets) + oid.n_octets + 2 + 4;
}

/* Every one of these fails in the same words, wherever it fails. */
static void
test_one_error(gconstpointer data)
{
    CmsCipher cipher = (CmsCipher)GPOINTER_TO_UINT(data);
    g_autoptr(GPtrArray) recipients = peer_certificates(&keys[RSA_2048], 1);
    g_autoptr(GPtrArray) pairs = peer_pair_alone(keys[RSA_2048]);
    g_autoptr(GBytes) octets = encrypt_to(recipients, cipher);
    gsize n_octets = 0;
    const guint8 *original = g_bytes_get_data(octets, &n_octets);
    gsize key = find_encrypted_key(original, n_octets);
    for (guint i = 0; i < 60; i++) {
        g_autofree guint8 *copy = g_memdup2(original, n_octets);
        g_autoptr(GError) error = NULL;
        /* The first half damages the encrypted key, the second the end: last block or tag. */
        gsize at = i < 30 ? key + i * 8 : n_octets - 1 - (i - 30) % 16;
        copy[at] ^= (guint8)(1 + i);
        g_autoptr(GBytes) changed = g_bytes_new(copy, n_octets);
        g_autoptr(GBytes) plaintext = whole_decrypt(changed, pairs, NULL, &error);
        /* CBC can't tell a last block that happens to end in right padding. */
        if (plaintext != NULL && !cms_cipher_is_aead(cipher) && i >= 30)
            continue;
        g_assert_null(plaintext);
        g_assert_error(error, CMS_ERROR, CMS_ERROR_DECRYPT);
        g_assert_cmpstr(error->message, ==, "decryption failed");
    }
}

/* A second key with the name of the first: both are tried. */
static void
test_same_name(void)
{
    g_autoptr(SupportFolder) other = support_folder_new();
    g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func((GDestroyNotify)key_pair_unref);
    for (guint i = 0; i < 2; i++) {
        const gchar *name = i == 0 ? "a" : "b";
        peer_run(other,
                 "openssl req -x509 -newkey rsa:2048 -nodes -keyout %s.key.pem -out %s.pem -subj "
                 "/CN=twin -set_serial 7 -days 30",
                 name, name);
        g_ptr_array_add(pairs, peer_load_key(other, name));
    }
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        KeyPair *pair = g_ptr_array_index(pairs, i);
        g_autoptr(GPtrArray) recipients = peer_certificates(&pair, 1);
        g_autoptr(GBytes) octets = encrypt_to(recipients, CMS_CIPHER_AES_256_GCM);
        EnvelopeFacts facts;
        g_autoptr(GBytes) plaintext = whole_decrypt(octets, pairs, &facts, &error);
        g_assert_no_error(error);
        g_assert_true(facts.recipient == key_pair_get_certificate(pair));
        envelope_facts_clear(&facts);
    }
}

/* Of two recipients that are ours one is locked: the other opens; alone it says so. */
static void
test_locked_key(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) recipients = peer_certificates(&keys[RSA_3072], 2);
    g_autoptr(GBytes) octets = encrypt_to(recipients, CMS_CIPHER_AES_256_GCM);
    g_autoptr(KeyPair) locked =
        key_pair_new_owned(key_pair_get_certificate(keys[RSA_3072]), NULL, NULL, NULL);
    g_autoptr(GPtrArray) pairs = g_ptr_array_new();
    g_ptr_array_add(pairs, locked);
    g_assert_null(whole_decrypt(octets, pairs, NULL, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_KEY_LOCKED);
    g_ptr_array_add(pairs, keys[P_256]);
    EnvelopeFacts facts;
    g_autoptr(GBytes) plaintext = whole_decrypt(octets, pairs, &facts, NULL);
    g_assert_nonnull(plaintext);
    g_assert_true(facts.recipient == key_pair_get_certificate(keys[P_256]));
    g_assert_cmpstr(facts.key_management, ==, "ecdh-p256");
    envelope_facts_clear(&facts);
}

/* Many at once, with the same keys: GLib's threads are foreign to NSS. */
static gpointer
encrypt_and_decrypt(gpointer data)
{
    GPtrArray *recipients = data;
    for (guint i = 0; i < 10; i++) {
        g_autoptr(GBytes) octets =
            encrypt_to(recipients, i % 2 == 0 ? CMS_CIPHER_AES_256_CBC : CMS_CIPHER_AES_128_GCM);
        assert_opens(octets, i % N_KEYS, NULL);
    }
    return NULL;
}

static void
test_threads(void)
{
    GThread *threads[6];
    g_autoptr(GPtrArray) recipients = peer_certificates(keys, N_KEYS);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("cms", encrypt_and_decrypt, recipients);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
}

static void
test_encrypt_errors(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) content = content_new();
    g_autoptr(GPtrArray) recipients = peer_certificates(&keys[RSA_2048], 1);
    g_assert_null(whole_encrypt(content, recipients, CMS_CIPHER_3DES_CBC, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED);
    g_clear_error(&error);
    peer_run(folder,
             "openssl req -x509 -newkey ed25519 -nodes -keyout ed.key.pem -out ed.pem -subj "
             "/CN=edward -days 30");
    g_autoptr(GBytes) file = support_load(folder, "ed.pem");
    g_autoptr(GPtrArray) unfit = certificates_parse_file(file, &error);
    g_assert_no_error(error);
    g_assert_null(whole_encrypt(content, unfit, CMS_CIPHER_AES_256_GCM, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED);
    g_assert_nonnull(strstr(error->message, "edward"));
}

static void
add_tables(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(openssl_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/enveloped-data/openssl/", openssl_cases[i].name, NULL);
        g_test_add_data_func(path, &openssl_cases[i], test_openssl);
    }
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    folder = support_folder_new();
    for (guint i = 0; i < N_KEYS; i++)
        keys[i] = peer_make_key(folder, key_cases[i].name, key_cases[i].algorithm);
    add_encrypt_tests();
    add_tables();
    g_test_add_func("/enveloped-data/not-for-us", test_not_for_us);
    g_test_add_func("/enveloped-data/same-recipient-twice", test_same_recipient_twice);
    g_test_add_func("/enveloped-data/empty-and-large", test_empty_and_large);
    g_test_add_func("/enveloped-data/threads", test_threads);
    g_test_add_func("/enveloped-data/locked-key", test_locked_key);
    g_test_add_func("/enveloped-data/same-name", test_same_name);
    g_test_add_func("/enveloped-data/encrypt-errors", test_encrypt_errors);
    g_test_add_data_func("/enveloped-data/one-error/cbc", GUINT_TO_POINTER(CMS_CIPHER_AES_256_CBC),
                         test_one_error);
    g_test_add_data_func("/enveloped-data/one-error/gcm", GUINT_TO_POINTER(CMS_CIPHER_AES_256_GCM),
                         test_one_error);
    int status = g_test_run();
    for (guint i = 0; i < N_KEYS; i++)
        key_pair_unref(keys[i]);
    support_folder_free(folder);
    support_shutdown();
    return status;
}
