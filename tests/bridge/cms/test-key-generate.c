/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "cms-error.h"
#include "keystore.h"
#include "nss-scoped.h"
#include "support.h"

/* 2026-01-01T00:00:00Z */
#define NOW G_GINT64_CONSTANT(1767225600)

typedef struct {
    const gchar *name;
    const gchar *address;
    const gchar *common_name; /* what is asked for; NULL */
    KeyAlgorithm algorithm;
    const gchar *text[8]; /* what "openssl x509 -text" says */
} GenerateCase;

static const GenerateCase generate_cases[] = {
    {"rsa-2048",
     "alice@example.org",
     NULL,
     KEY_ALGORITHM_RSA_2048,
     {"Public-Key: (2048 bit)", "sha256WithRSAEncryption", "Digital Signature, Key Encipherment",
      "email:alice@example.org", "CN = alice@example.org"}},
    {"rsa-3072",
     "alice@example.org",
     "Alice \"A\", of Example",
     KEY_ALGORITHM_RSA_3072,
     {"Public-Key: (3072 bit)", "sha256WithRSAEncryption", "Digital Signature, Key Encipherment",
      "CN = \"Alice \\\"A\\\", of Example\""}},
    {"rsa-4096",
     "alice@example.org",
     NULL,
     KEY_ALGORITHM_RSA_4096,
     {"Public-Key: (4096 bit)", "sha256WithRSAEncryption"}},
    {"p-256",
     "alice@EXAMPLE.org",
     NULL,
     KEY_ALGORITHM_P_256,
     {"NIST CURVE: P-256", "ecdsa-with-SHA256", "Digital Signature, Key Agreement",
      "email:alice@example.org"}},
    {"p-384",
     "alice@example.org",
     NULL,
     KEY_ALGORITHM_P_384,
     {"NIST CURVE: P-384", "ecdsa-with-SHA384", "Digital Signature, Key Agreement"}},
    {"domain-to-a-labels",
     "alice@bücher.example",
     NULL,
     KEY_ALGORITHM_P_256,
     {"email:alice@xn--bcher-kva.example"}},
    {"rfc9598-local-part",
     "jörg@bücher.example",
     NULL,
     KEY_ALGORITHM_P_256,
     {"SmtpUTF8Mailbox::jörg@xn--bcher-kva.example"}},
    {"quoted-local-part",
     "\"a b\"@example.org",
     NULL,
     KEY_ALGORITHM_P_256,
     {"email:\"a b\"@example.org"}},
    {"common-name-cut-at-64",
     "alice@example.org",
     "ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää",
     KEY_ALGORITHM_P_256,
     {"email:alice@example.org"}},
};

static const gchar *const common_text[] = {
    "Version: 3 (0x2)",
    "Not Before: Dec 31 23:00:00 2025 GMT",
    "Not After : Jan  1 00:00:00 2027 GMT",
    "X509v3 Key Usage: critical",
    "E-mail Protection",
    "CA:FALSE",
    "S/MIME Capabilities",
    "X509v3 Subject Key Identifier",
};

static void
test_generate(gconstpointer data)
{
    const GenerateCase *row = data;
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autofree gchar *path = support_path(folder, "store");
    g_autoptr(GError) error = NULL;
    g_autoptr(KeyStore) store = key_store_open(path, TRUE, &error);
    g_assert_no_error(error);
    g_autoptr(KeyPair) pair =
        key_store_generate(store, row->address, row->common_name, row->algorithm, 365, NOW, &error);
    g_assert_no_error(error);
    const Certificate *certificate = key_pair_get_certificate(pair);
    support_save(folder, "der", certificate_get_der(certificate));

    g_autofree gchar *text = support_openssl(
        folder, "x509 -inform DER -in der -text -noout -nameopt oneline,utf8,-esc_msb");
    for (gsize i = 0; i < G_N_ELEMENTS(common_text); i++) {
        if (strstr(text, common_text[i]) == NULL)
            g_error("no \"%s\" in %s", common_text[i], text);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(row->text) && row->text[i] != NULL; i++) {
        if (strstr(text, row->text[i]) == NULL)
            g_error("no \"%s\" in %s", row->text[i], text);
    }

    g_autofree gchar *pem = support_openssl(folder, "x509 -inform DER -in der -out pem");
    static const gchar *const purposes[] = {"smimesign", "smimeencrypt"};
    for (gsize i = 0; i < (certificate_get_key_type(certificate) == KEY_TYPE_RSA ? 2 : 1); i++) {
        g_autofree gchar *command = g_strdup_printf("verify -x509_strict -attime %" G_GINT64_FORMAT
                                                    " -purpose %s -CAfile pem pem",
                                                    NOW, purposes[i]);
        g_assert_true(support_openssl_accepts(folder, command));
    }
    g_assert_true(certificate_may_sign(certificate));
    g_assert_true(certificate_may_encrypt(certificate));
    g_autoptr(GPtrArray) found = key_store_find(store, row->address, &error);
    g_assert_cmpuint(found->len, ==, 1);
}

typedef struct {
    const gchar *name;
    const gchar *address;
    const gchar *common_name;
    guint n_days;
    gint error;
} RefusedCase;

static const RefusedCase refused_cases[] = {
    {"no-at", "alice", NULL, 1, CMS_ERROR_CERTIFICATE},
    {"two-addresses", "alice@example.org,bob@example.org", NULL, 1, CMS_ERROR_CERTIFICATE},
    {"name-not-utf8", "alice@example.org", "\xff", 1, CMS_ERROR_CERTIFICATE},
    {"beyond-9999", "alice@example.org", NULL, 4000000, CMS_ERROR_CERTIFICATE},
};

/* Nothing stays behind of what was refused. */
static void
test_refused(gconstpointer data)
{
    const RefusedCase *row = data;
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autofree gchar *path = support_path(folder, "store");
    g_autoptr(GError) error = NULL;
    g_autoptr(KeyStore) store = key_store_open(path, TRUE, &error);
    g_autoptr(KeyPair) pair = key_store_generate(store, row->address, row->common_name,
                                                 KEY_ALGORITHM_P_256, row->n_days, NOW, &error);
    g_assert_error(error, CMS_ERROR, row->error);
    g_clear_error(&error);
    g_autoptr(GPtrArray) pairs = key_store_list(store, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(pairs->len, ==, 0);
}

/* Serial numbers are random, positive and as long as promised. */
static void
test_serial(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autofree gchar *path = support_path(folder, "store");
    g_autoptr(KeyStore) store = key_store_open(path, TRUE, NULL);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < 8; i++) {
        g_autoptr(KeyPair) pair =
            key_store_generate(store, "a@example.org", NULL, KEY_ALGORITHM_P_256, 1, NOW, NULL);
        const Certificate *certificate = key_pair_get_certificate(pair);
        gsize n_octets;
        const guint8 *serial = g_bytes_get_data(certificate_get_serial(certificate), &n_octets);
        g_assert_cmpuint(n_octets, ==, 16);
        g_assert_cmpuint(serial[0], >=, 0x40);
        g_assert_cmpuint(serial[0], <=, 0x7f);
        g_assert_true(g_hash_table_add(seen, certificate_dup_serial_hex(certificate)));
    }
}

static void
test_names(void)
{
    for (guint i = 0; i < KEY_N_ALGORITHMS; i++) {
        KeyAlgorithm algorithm = KEY_N_ALGORITHMS;
        const gchar *name = key_algorithm_to_string((KeyAlgorithm)i);
        g_assert_true(key_algorithm_from_string(name, &algorithm));
        g_assert_cmpuint(algorithm, ==, i);
    }
    KeyAlgorithm untouched = KEY_ALGORITHM_P_384;
    g_assert_false(key_algorithm_from_string("rsa-1024", &untouched));
    g_assert_cmpuint(untouched, ==, KEY_ALGORITHM_P_384);
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    for (gsize i = 0; i < G_N_ELEMENTS(generate_cases); i++) {
        g_autofree gchar *path = g_strconcat("/key-generate/", generate_cases[i].name, NULL);
        g_test_add_data_func(path, &generate_cases[i], test_generate);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(refused_cases); i++) {
        g_autofree gchar *path = g_strconcat("/key-generate/refused/", refused_cases[i].name, NULL);
        g_test_add_data_func(path, &refused_cases[i], test_refused);
    }
    g_test_add_func("/key-generate/serial", test_serial);
    g_test_add_func("/key-generate/names", test_names);
    return support_run();
}
