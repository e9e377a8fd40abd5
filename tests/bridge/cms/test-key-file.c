/* SPDX-License-Identifier: MPL-2.0 */

#include <cryptohi.h>
#include <string.h>

#include "cms-error.h"
#include "core-limits.h"
#include "key-file-private.h"
#include "nss-scoped.h"
#include "support.h"

#define PASSWORD "geheim ü"

typedef struct {
    const gchar *name;
    const gchar *algorithm;
    const gchar *command;  /* makes "file" of test.key and test.pem; NULL: none */
    const gchar *assemble; /* files that make up "file", with blanks between; NULL: it is there */
    const gchar *password; /* what key_file_parse() gets */
    gint error;            /* -1: none */
    guint n_pairs;
    guint n_certificates;
} FileCase;

#define TEST_KEY   "-in test.pem -inkey test.key"
#define P12        "pkcs12 -export " TEST_KEY " -passout 'pass:" PASSWORD "' -out file "
#define LEGACY_P12 P12 "-legacy "
#define TOPK8      "pkcs8 -topk8 -in test.key -passout 'pass:" PASSWORD "' -out key "

static const FileCase file_cases[] = {
    {"p12", "rsa:2048", P12, NULL, PASSWORD, -1, 1, 0},
    {"p12-ec", "ec:P-256", P12, NULL, PASSWORD, -1, 1, 0},
    {"p12-ec-p521", "ec:P-521", P12, NULL, PASSWORD, -1, 1, 0},
    {"p12-wrong-password", "ec:P-256", P12, NULL, "geheim", CMS_ERROR_PASSWORD, 0, 0},
    {"p12-empty-password", "ec:P-256", P12, NULL, "", CMS_ERROR_PASSWORD, 0, 0},
    {"p12-no-password", "ec:P-256", P12, NULL, NULL, CMS_ERROR_PASSWORD, 0, 0},
    {"p12-chain", "ec:P-256", P12 "-certfile other.pem", NULL, PASSWORD, -1, 1, 1},
    {"p12-without-keys", "ec:P-256", P12 "-nokeys", NULL, PASSWORD, -1, 0, 1},
    {"p12-without-certificates", "ec:P-256", P12 "-nocerts", NULL, PASSWORD, CMS_ERROR_KEY, 0, 0},
    {"p12-without-mac", "ec:P-256", P12 "-nomac", NULL, PASSWORD, -1, 1, 0},
    {"p12-without-mac-wrong-password", "ec:P-256", P12 "-nomac", NULL, "x", CMS_ERROR_PASSWORD, 0,
     0},
    {"p12-plain", "ec:P-256", P12 "-keypbe NONE -certpbe NONE", NULL, PASSWORD, -1, 1, 0},
    {"p12-rc2-3des", "rsa:2048", LEGACY_P12, NULL, PASSWORD, -1, 1, 0},
    {"p12-mac-sha512", "ec:P-256", P12 "-macalg sha512", NULL, PASSWORD, -1, 1, 0},
    {"p12-aes128-prf-sha1", "ec:P-256", P12 "-keypbe AES-128-CBC -certpbe AES-128-CBC", NULL,
     PASSWORD, -1, 1, 0},
    {"p12-password-none", "ec:P-256",
     "pkcs12 -export -in test.pem -inkey test.key -passout pass: -out file", NULL, "", -1, 1, 0},
    {"p12-password-none-null", "ec:P-256",
     "pkcs12 -export -in test.pem -inkey test.key -passout pass: -out file", NULL, NULL, -1, 1, 0},
    {"p12-ed448", "ed448", P12, NULL, PASSWORD, CMS_ERROR_UNSUPPORTED, 0, 0},
    {"pem-pkcs8", "rsa:2048", NULL, "test.key test.pem", NULL, -1, 1, 0},
    {"pem-pkcs8-ec", "ec:P-384", NULL, "test.pem test.key", NULL, -1, 1, 0},
    {"pem-password-not-needed", "ec:P-384", NULL, "test.pem test.key", "x", -1, 1, 0},
    {"pem-pss", "rsa-pss:2048", NULL, "test.pem test.key", NULL, -1, 1, 0},
    {"pem-ed448", "ed448", NULL, "test.pem test.key", NULL, CMS_ERROR_UNSUPPORTED, 0, 0},
    {"pem-rsa-private-key", "rsa:2048", "rsa -in test.key -traditional -out key", "key test.pem",
     NULL, -1, 1, 0},
    {"pem-ec-private-key", "ec:P-256", "ec -in test.key -out key", "key test.pem", NULL, -1, 1, 0},
    {"pem-ec-explicit-curve", "ec:P-256", "ec -in test.key -param_enc explicit -out key",
     "key test.pem", NULL, CMS_ERROR_UNSUPPORTED, 0, 0},
    {"pem-pbes2", "ec:P-256", TOPK8 "-v2 aes-256-cbc", "key test.pem", PASSWORD, -1, 1, 0},
    {"pem-pbes2-3des", "ec:P-256", TOPK8 "-v2 des3", "key test.pem", PASSWORD, -1, 1, 0},
    {"pem-pbes2-prf-sha512", "ec:P-256", TOPK8 "-v2prf hmacWithSHA512", "key test.pem", PASSWORD,
     -1, 1, 0},
    {"pem-pbes2-wrong-password", "ec:P-256", TOPK8, "key test.pem", "x", CMS_ERROR_PASSWORD, 0, 0},
    {"pem-pbes2-no-password", "ec:P-256", TOPK8, "key test.pem", NULL, CMS_ERROR_PASSWORD, 0, 0},
    {"pem-scrypt", "ec:P-256", TOPK8 "-scrypt", "key test.pem", PASSWORD, CMS_ERROR_UNSUPPORTED, 0,
     0},
    {"pem-old-encryption", "rsa:2048",
     "rsa -in test.key -traditional -aes128 -passout 'pass:" PASSWORD "' -out key", "key test.pem",
     PASSWORD, CMS_ERROR_UNSUPPORTED, 0, 0},
    {"pem-other-certificate", "ec:P-256", NULL, "test.key other.pem", NULL, CMS_ERROR_KEY, 0, 0},
    {"pem-two-certificates", "ec:P-256", NULL, "test.key other.pem test.pem", NULL, -1, 1, 1},
    {"pem-same-key-twice-certified", "ec:P-256",
     "req -x509 -key test.key -subj /CN=again -out again.pem", "test.key again.pem test.pem", NULL,
     -1, 2, 0},
    {"pem-key-alone", "ec:P-256", NULL, "test.key", NULL, CMS_ERROR_KEY, 0, 0},
    {"pem-certificate-alone", "ec:P-256", NULL, "test.pem", NULL, -1, 0, 1},
    {"der-certificate", "ec:P-256", "x509 -in test.pem -outform DER -out file", NULL, NULL, -1, 0,
     1},
    {"der-pkcs8", "ec:P-256", "pkcs8 -topk8 -nocrypt -in test.key -outform DER -out file", NULL,
     NULL, CMS_ERROR_MALFORMED, 0, 0},
    {"pem-public-key", "ec:P-256", "pkey -in test.key -pubout -out file", NULL, NULL,
     CMS_ERROR_MALFORMED, 0, 0},
};

static void
prepare(const SupportFolder *folder, const gchar *algorithm)
{
    support_make_key(folder, "test", algorithm);
    support_make_key(folder, "other", "ec:P-256");
    support_self_sign(folder, "test", "/CN=Test", "");
    support_self_sign(folder, "other", "/CN=Other", "");
}

static void
assemble(const SupportFolder *folder, const gchar *names)
{
    g_auto(GStrv) parts = g_strsplit(names, " ", -1);
    g_autoptr(GByteArray) all = g_byte_array_new();
    for (gsize i = 0; parts[i] != NULL; i++) {
        g_autoptr(GBytes) part = support_load(folder, parts[i]);
        g_byte_array_append(all, g_bytes_get_data(part, NULL), (guint)g_bytes_get_size(part));
    }
    g_autoptr(GBytes) octets = g_bytes_new(all->data, all->len);
    support_save(folder, "file", octets);
}

/* The private key signs what the certificate's key verifies. */
static void
assert_pair_works(const KeyPair *pair)
{
    const Certificate *certificate = key_pair_get_certificate(pair);
    g_autoptr(SECKEYPublicKey) public_key = certificate_extract_public_key(certificate, NULL);
    guint8 digest[32] = {1, 2, 3};
    guint8 octets[1024];
    SECItem hash = {siBuffer, digest, sizeof digest};
    SECItem signature = {siBuffer, octets, sizeof octets};

    g_assert_cmpint(PK11_Sign(key_pair_get_private_key(pair), &signature, &hash), ==, SECSuccess);
    if (certificate_get_key_type(certificate) == KEY_TYPE_EC)
        g_assert_cmpint(PK11_Verify(public_key, &signature, &hash, NULL), ==, SECSuccess);
}

static void
test_file(gconstpointer data)
{
    const FileCase *row = data;
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(GError) error = NULL;

    prepare(folder, row->algorithm);
    g_autofree gchar *text = row->command != NULL ? support_openssl(folder, row->command) : NULL;
    if (row->assemble != NULL)
        assemble(folder, row->assemble);
    g_autoptr(GBytes) octets = support_load(folder, "file");
    g_autoptr(KeyFile) file = key_file_parse(octets, row->password, &error);
    if (row->error >= 0) {
        g_assert_error(error, CMS_ERROR, row->error);
        g_assert_null(file);
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpuint(file->pairs->len, ==, row->n_pairs);
    g_assert_cmpuint(file->certificates->len, ==, row->n_certificates);
    for (guint i = 0; i < file->pairs->len; i++)
        assert_pair_works(g_ptr_array_index(file->pairs, i));
}

/* The public key is optional in RFC 5915 §3. NSS 3.87 has no way to compute it, some younger do. */
static void
test_ec_without_public_key(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(GError) error = NULL;

    prepare(folder, "ec:P-256");
    g_autofree gchar *text = support_openssl(folder, "ec -in test.key -no_public -out key");
    assemble(folder, "key test.pem");
    g_autoptr(GBytes) octets = support_load(folder, "file");
    g_autoptr(KeyFile) file = key_file_parse(octets, NULL, &error);
    if (file == NULL)
        g_assert_error(error, CMS_ERROR, CMS_ERROR_KEY);
    else
        assert_pair_works(g_ptr_array_index(file->pairs, 0));
}

static GBytes *
make_p12(const SupportFolder *folder)
{
    prepare(folder, "ec:P-256");
    g_autofree gchar *text = support_openssl(folder, P12);
    return support_load(folder, "file");
}

/* Whatever is changed in a file, it is refused with an error, or read. */
static void
test_damaged(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(GBytes) p12 = make_p12(folder);
    gsize n_octets;
    const guint8 *octets = g_bytes_get_data(p12, &n_octets);

    for (gsize i = 0; i < n_octets; i += 3) {
        g_autoptr(GError) error = NULL;
        guint8 *copy = g_memdup2(octets, n_octets);
        copy[i] ^= 0x55;
        g_autoptr(GBytes) changed = g_bytes_new_take(copy, n_octets);
        g_autoptr(KeyFileParts) parts = key_file_read(changed, PASSWORD, 200000, &error);
        g_assert_true((parts == NULL) == (error != NULL));
        g_autoptr(GBytes) prefix = g_bytes_new(octets, i);
        g_assert_null(key_file_read(prefix, PASSWORD, 200000, NULL));
    }
}

static void
test_limit(void)
{
    g_autoptr(GError) error = NULL;
    gsize n_octets = LIMIT_KEY_FILE_OCTETS + 1;
    g_autoptr(GBytes) large = g_bytes_new_take(g_malloc0(n_octets), n_octets);
    g_assert_null(key_file_parse(large, NULL, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_LIMIT);
}

/* Rounds at and past the limit: the file of openssl wants 2048 for each of MAC, certificate and
 * key, the latter by PBKDF2, which counts twice. */
static void
test_rounds(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(GBytes) p12 = make_p12(folder);
    g_autoptr(GError) error = NULL;
    g_autoptr(KeyFileParts) parts = key_file_read(p12, PASSWORD, 5 * 2048, &error);
    g_assert_no_error(error);
    g_assert_nonnull(parts);
    g_assert_null(key_file_read(p12, PASSWORD, 5 * 2048 - 1, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_LIMIT);
}

/* A key pair is not made of a key and somebody else's certificate. */
static void
test_mismatch(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(GBytes) p12 = make_p12(folder);
    g_autoptr(GError) error = NULL;
    g_autoptr(KeyFileParts) parts = key_file_read(p12, PASSWORD, LIMIT_DERIVATION_COST, &error);
    g_assert_no_error(error);
    g_autoptr(PK11SlotInfo) slot = PK11_GetInternalSlot();
    g_autoptr(Certificate) other = support_certificate(folder, "other");
    SECKEYPrivateKey *key =
        key_file_import_key(slot, g_ptr_array_index(parts->keys, 0), FALSE, &error);
    g_assert_no_error(error);
    g_assert_null(key_pair_new(other, key, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_KEY);
}

/* A P-256 key whose point begins 04 3f: NSS takes these two octets for the head of an OCTET STRING
 * as long as the rest, and drops them from what it says the private key's point is. */
static const gchar odd_point[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgwMsjyki9kPuWAFwK\n"
    "8TD0C44qz9Ek1fOekSdZ0IieBBahRANCAAQ/AB2DhfAnECtrVRcohbQ9Xywqx7YG\n"
    "FKcIMF3kw0bdqAMkBeHOyM8emijZyNBVilAEhMwLVFJfecP83XJLOY5a\n"
    "-----END PRIVATE KEY-----\n"
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBczCCARmgAwIBAgIUdTSVrFNNhgBdzm3WeSDPYUjRzHMwCgYIKoZIzj0EAwIw\n"
    "DzENMAsGA1UEAwwEcDI1NjAeFw0yNjExMjEyMDQ0MDFaFw0yNjEyMjEyMDQ0MDFa\n"
    "MA8xDTALBgNVBAMMBHAyNTYwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ/AB2D\n"
    "hfAnECtrVRcohbQ9Xywqx7YGFKcIMF3kw0bdqAMkBeHOyM8emijZyNBVilAEhMwL\n"
    "VFJfecP83XJLOY5ao1MwUTAdBgNVHQ4EFgQUL9v9TZqwCftdiJIiy2juu2yBCkQw\n"
    "HwYDVR0jBBgwFoAUL9v9TZqwCftdiJIiy2juu2yBCkQwDwYDVR0TAQH/BAUwAwEB\n"
    "/zAKBggqhkjOPQQDAgNIADBFAiEAj91vRyriiZdkTYJdynpQ/0fuxzP9P/Ahk+S3\n"
    "n3GfkUcCIB/uZXKFcYhCsngdYA/Nav/kdy1qoPaYuFH1hiToh24J\n"
    "-----END CERTIFICATE-----\n";

static void
test_odd_point(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = g_bytes_new_static(odd_point, strlen(odd_point));
    g_autoptr(KeyFile) file = key_file_parse(octets, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(file->pairs->len, ==, 1);
    assert_pair_works(g_ptr_array_index(file->pairs, 0));
}

/* The older form of an RSA key under the label of PKCS#8, as some programs write it. */
static void
test_mislabelled(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(GError) error = NULL;
    support_make_key(folder, "test", "rsa:2048");
    support_self_sign(folder, "test", "/CN=Test", "");
    g_autofree gchar *said = support_openssl(folder, "rsa -in test.key -traditional -out key");
    assemble(folder, "key test.pem");
    g_autoptr(GBytes) octets = support_load(folder, "file");
    g_autoptr(GString) text =
        g_string_new_len(g_bytes_get_data(octets, NULL), (gssize)g_bytes_get_size(octets));
    g_assert_cmpuint(g_string_replace(text, "RSA PRIVATE KEY", "PRIVATE KEY", 0), ==, 2);
    g_autoptr(GBytes) mislabelled = g_bytes_new(text->str, text->len);
    g_autoptr(KeyFile) file = key_file_parse(mislabelled, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(file->pairs->len, ==, 1);
    assert_pair_works(g_ptr_array_index(file->pairs, 0));
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    for (gsize i = 0; i < G_N_ELEMENTS(file_cases); i++) {
        g_autofree gchar *path = g_strconcat("/key-file/", file_cases[i].name, NULL);
        g_test_add_data_func(path, &file_cases[i], test_file);
    }
    g_test_add_func("/key-file/ec-without-public-key", test_ec_without_public_key);
    g_test_add_func("/key-file/damaged", test_damaged);
    g_test_add_func("/key-file/limit", test_limit);
    g_test_add_func("/key-file/rounds", test_rounds);
    g_test_add_func("/key-file/mismatch", test_mismatch);
    g_test_add_func("/key-file/mislabelled", test_mislabelled);
    g_test_add_func("/key-file/odd-point", test_odd_point);
    return support_run();
}
