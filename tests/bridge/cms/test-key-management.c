/* SPDX-License-Identifier: MPL-2.0 */

/* How the content key gets to a recipient: every scheme that is read, with openssl as the writer,
 * and every one that is written, with openssl as the reader. */

#include <string.h>

#include "cms-error.h"
#include "core-limits.h"
#include "enveloped-data.h"
#include "oid.h"
#include "peer.h"

#define CONTENT "Content-Type: text/plain\r\n\r\nA secret, longer than a block of the cipher.\r\n"

enum { RSA, P_256, P_384, P_521, N_KEYS };
static const struct {
    const gchar *name;
    const gchar *algorithm;
    const gchar *key_management;
} key_cases[N_KEYS] = {
    {"rsa", "rsa:2048", NULL},
    {"p256", "ec -pkeyopt ec_paramgen_curve:P-256", "ecdh-p256"},
    {"p384", "ec -pkeyopt ec_paramgen_curve:P-384", "ecdh-p384"},
    {"p521", "ec -pkeyopt ec_paramgen_curve:P-521", "ecdh-p521"},
};
static const gchar *const digests[] = {"sha1", "sha224", "sha256", "sha384", "sha512"};

static SupportFolder *folder;
static KeyPair *keys[N_KEYS];

static GBytes *
content_new(void)
{
    return g_bytes_new_static(CONTENT, strlen(CONTENT));
}

static void
assert_opens(GBytes *octets, const EnvelopeKeys *open_keys, const gchar *key_management)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) content = content_new();
    EnvelopeFacts facts;
    g_autoptr(OctetSource) source = enveloped_data_decrypt(octets, open_keys, &facts, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) plaintext = octet_source_to_bytes(source, &error);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(plaintext, content));
    g_assert_cmpstr(facts.key_management, ==, key_management);
    envelope_facts_clear(&facts);
}

static void
assert_opens_with(GBytes *octets, guint key, const gchar *key_management)
{
    g_autoptr(GPtrArray) pairs = peer_pair_alone(keys[key]);
    assert_opens(octets, &(EnvelopeKeys){.pairs = pairs}, key_management);
}

/* @words: what stands in the error's text. */
static void
assert_fails(GBytes *octets, const EnvelopeKeys *open_keys, CmsError code, const gchar *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(enveloped_data_decrypt(octets, open_keys, NULL, &error));
    g_assert_error(error, CMS_ERROR, (gint)code);
    if (strstr(error->message, words) == NULL)
        g_error("\"%s\" is not in \"%s\"", words, error->message);
}

static void
assert_fails_with(GBytes *octets, guint key, CmsError code, const gchar *words)
{
    g_autoptr(GPtrArray) pairs = peer_pair_alone(keys[key]);
    assert_fails(octets, &(EnvelopeKeys){.pairs = pairs}, code, words);
}

static GBytes *
make_by_openssl(const gchar *before, const gchar *after)
{
    g_autoptr(GBytes) content = content_new();
    support_save(folder, "content", content);
    peer_run(folder, "openssl cms -encrypt -binary -in content -outform DER -out made.der %s%s",
             before, after);
    return support_load(folder, "made.der");
}

/* RFC 3560 §3, RFC 8017 §A.2.1: digest and mask generation, the same and mixed. */
static void
test_read_oaep(gconstpointer data)
{
    const gchar *digest = data;
    for (gsize i = 0; i < G_N_ELEMENTS(digests); i++) {
        g_autofree gchar *options =
            g_strdup_printf(" -recip rsa.pem -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:%s "
                            "-keyopt rsa_mgf1_md:%s",
                            digest, digests[i]);
        g_autoptr(GBytes) octets = make_by_openssl("-aes-256-cbc", options);
        assert_opens_with(octets, RSA, "rsa-oaep");
    }
}

static GBytes *
make_with_label(guint n_octets)
{
    g_autoptr(GString) hex = g_string_new(NULL);
    for (guint i = 0; i < n_octets; i++)
        g_string_append_printf(hex, "%02x", i & 0xff);
    g_autofree gchar *options = g_strdup_printf(
        " -recip rsa.pem -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_label:%s", hex->str);
    return make_by_openssl("-aes-256-gcm", options);
}

/* RFC 8017 §7.1.2: the label belongs to what is encrypted. */
static void
test_oaep_label(void)
{
    const guint lengths[] = {1, 3, LIMIT_OAEP_LABEL_OCTETS};
    for (gsize i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autoptr(GBytes) octets = make_with_label(lengths[i]);
        assert_opens_with(octets, RSA, "rsa-oaep");
    }
    g_autoptr(GBytes) longer = make_with_label(LIMIT_OAEP_LABEL_OCTETS + 1);
    assert_fails_with(longer, RSA, CMS_ERROR_LIMIT, "label");
}

static void
test_oaep_other_label(void)
{
    static const guint8 label[] = {0x04, 3, 0, 1, 2}; /* of pSpecified */
    g_autoptr(GBytes) made = make_with_label(3);
    gsize n_octets = 0;
    g_autofree guint8 *octets = g_bytes_unref_to_data(g_steal_pointer(&made), &n_octets);
    guint8 *found = memmem(octets, n_octets, label, sizeof label);
    g_assert_nonnull(found);
    found[4] ^= 1;
    g_autoptr(GBytes) changed = g_bytes_new_static(octets, n_octets);
    assert_fails_with(changed, RSA, CMS_ERROR_DECRYPT, "decryption failed");
}

static GBytes *
encrypt_to(GPtrArray *recipients, const EnvelopeOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(OctetSource) content = octet_source_new_text(CONTENT);
    g_autoptr(OctetSource) source = enveloped_data_encrypt(content, recipients, options, &error);
    g_assert_no_error(error);
    GBytes *octets = octet_source_to_bytes(source, &error);
    g_assert_no_error(error);
    return octets;
}

static void
assert_openssl_opens(GBytes *octets, const gchar *certificate, const gchar *key)
{
    support_save(folder, "encrypted.der", octets);
    peer_run(folder,
             "openssl cms -decrypt -inform DER -in encrypted.der -recip %s -inkey %s -out opened "
             "-binary",
             certificate, key);
    g_autoptr(GBytes) opened = support_load(folder, "opened");
    g_autoptr(GBytes) content = content_new();
    g_assert_true(g_bytes_equal(opened, content));
}

/* Digest and mask generation with SHA-256, both written out, and nothing else. */
static gboolean
has_our_oaep_parameters(GBytes *octets)
{
    static const guint8 parameters[] = {0x30, 0x2f, 0xa0, 0x0f, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86,
                                        0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0xa1,
                                        0x1c, 0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
                                        0x0d, 0x01, 0x01, 0x08, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86,
                                        0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00};
    return memmem(g_bytes_get_data(octets, NULL), g_bytes_get_size(octets), parameters,
                  sizeof parameters) != NULL;
}

/* Asked for by the caller, or because the recipient is known to read it. */
static void
test_write_oaep(void)
{
    g_autoptr(GPtrArray) recipients = peer_certificates(keys, N_KEYS);
    g_autoptr(GHashTable) readers = g_hash_table_new(NULL, NULL);
    g_hash_table_add(readers, g_ptr_array_index(recipients, RSA));
    const EnvelopeOptions options[] = {
        {.cipher = CMS_CIPHER_AES_128_CBC, .key_transport = CMS_KEY_TRANSPORT_OAEP},
        {.cipher = CMS_CIPHER_AES_256_GCM, .oaep_readers = readers},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++) {
        g_autoptr(GBytes) octets = encrypt_to(recipients, &options[i]);
        g_assert_true(has_our_oaep_parameters(octets));
        assert_openssl_opens(octets, "rsa.pem", "rsa.key.pem");
        assert_opens_with(octets, RSA, "rsa-oaep");
        assert_opens_with(octets, P_384, "ecdh-p384");
    }
    g_hash_table_remove_all(readers);
    g_autoptr(GBytes) octets = encrypt_to(recipients, &options[1]);
    g_assert_false(has_our_oaep_parameters(octets));
    assert_opens_with(octets, RSA, "rsa-pkcs1");
}

/* The certificate of a key of id-RSAES-OAEP: as the one of @name, but for the algorithm. */
static Certificate *
make_oaep_certificate(const gchar *name)
{
    g_autoptr(Certificate) plain = support_certificate(folder, name);
    gsize n_octets = g_bytes_get_size(certificate_get_der(plain));
    g_autofree guint8 *octets =
        g_memdup2(g_bytes_get_data(certificate_get_der(plain), NULL), n_octets);
    BerSlice oid = oid_get_octets(OID_RSA_ENCRYPTION);
    guint8 *found = memmem(octets, n_octets, oid.octets, oid.n_octets);
    g_assert_nonnull(found);
    memcpy(found, oid_get_octets(OID_RSAES_OAEP).octets, oid.n_octets);
    g_autoptr(GBytes) der = g_bytes_new(octets, n_octets);
    g_autoptr(GError) error = NULL;
    Certificate *certificate = certificate_new(der, &error);
    g_assert_no_error(error);
    return certificate;
}

/* RFC 4055 §4: such a key gets OAEP, and opens nothing else. */
static void
test_oaep_key(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Certificate) certificate = make_oaep_certificate("rsa");
    g_assert_cmpint(certificate_get_key_type(certificate), ==, KEY_TYPE_RSA_OAEP);
    g_assert_cmpstr(certificate_get_key_name(certificate), ==, "rsa-oaep-2048");
    g_assert_true(certificate_may_encrypt(certificate));
    g_assert_false(certificate_may_sign(certificate));
    SECKEYPrivateKey *own = SECKEY_CopyPrivateKey(key_pair_get_private_key(keys[RSA]));
    g_autoptr(KeyPair) pair = key_pair_new(certificate, own, &error);
    g_assert_no_error(error);

    g_autoptr(GPtrArray) recipients = peer_certificates(&pair, 1);
    g_autoptr(GPtrArray) pairs = peer_pair_alone(pair);
    g_autoptr(GBytes) octets =
        encrypt_to(recipients, &(EnvelopeOptions){.cipher = CMS_CIPHER_AES_256_CBC});
    g_assert_true(has_our_oaep_parameters(octets));
    assert_opens(octets, &(EnvelopeKeys){.pairs = pairs}, "rsa-oaep");
    assert_openssl_opens(octets, "rsa.pem", "rsa.key.pem");
    g_autoptr(GBytes) pkcs1 = make_by_openssl("-aes-256-cbc", " -recip rsa.pem");
    assert_fails(pkcs1, &(EnvelopeKeys){.pairs = pairs}, CMS_ERROR_UNSUPPORTED, "OAEP alone");
}

/* RFC 5753 §7.1.4, §7.2: both kinds of Diffie-Hellman, every derivation, both names of recipients,
 * wraps of every length. */
static void
test_read_ecdh(gconstpointer data)
{
    guint key = GPOINTER_TO_UINT(data);
    static const gchar *const ciphers[] = {"-aes-128-cbc", "-aes-192-cbc", "-aes-256-gcm"};
    for (gsize i = 0; i < G_N_ELEMENTS(digests); i++) {
        for (guint cofactor = 0; cofactor < 2; cofactor++) {
            g_autofree gchar *after =
                g_strdup_printf(" -recip %s.pem -keyopt ecdh_kdf_md:%s -keyopt "
                                "ecdh_cofactor_mode:%u",
                                key_cases[key].name, digests[i], cofactor);
            g_autofree gchar *before = g_strconcat(ciphers[i % G_N_ELEMENTS(ciphers)],
                                                   cofactor != 0 ? " -keyid" : "", NULL);
            g_autoptr(GBytes) octets = make_by_openssl(before, after);
            assert_opens_with(octets, key, key_cases[key].key_management);
        }
    }
}

/* openssl wraps keys for triple DES with triple DES (RFC 8551 §2.3 asks for AES). */
static void
test_3des_wrap(void)
{
    g_autoptr(GBytes) octets = make_by_openssl("-des3", " -recip p256.pem");
    assert_fails_with(octets, P_256, CMS_ERROR_UNSUPPORTED, "triple DES");
}

/* RFC 8410: a certificate whose key can't sign, by an authority. */
static KeyPair *
make_x25519_key(void)
{
    peer_run(folder, "openssl genpkey -algorithm X25519 -out x.key.pem");
    peer_run(folder, "openssl pkey -in x.key.pem -pubout -out x.pub");
    peer_run(folder, "openssl req -new -key rsa.key.pem -subj /CN=x -out x.csr");
    peer_run(folder, "openssl x509 -req -in x.csr -CA rsa.pem -CAkey rsa.key.pem -set_serial 25519 "
                     "-force_pubkey x.pub -out x.pem -days 30");
    return peer_load_key(folder, "x");
}

static void
test_x25519(void)
{
    g_autoptr(KeyPair) pair = make_x25519_key();
    g_autoptr(GPtrArray) pairs = peer_pair_alone(pair);
    g_autoptr(GPtrArray) recipients = peer_certificates(&pair, 1);
    const EnvelopeKeys open_keys = {.pairs = pairs};
    for (CmsCipher cipher = CMS_CIPHER_AES_128_CBC; cipher <= CMS_CIPHER_AES_256_GCM; cipher++) {
        g_autoptr(GBytes) octets = encrypt_to(recipients, &(EnvelopeOptions){.cipher = cipher});
        assert_opens(octets, &open_keys, "ecdh-x25519");
        assert_fails_with(octets, RSA, CMS_ERROR_NOT_FOR_US, "none of the 1 recipients");
    }
}

/* A key that belongs to another certificate is found out. */
static void
test_x25519_mismatch(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KeyPair) first = make_x25519_key();
    g_autoptr(KeyPair) second = make_x25519_key();
    SECKEYPrivateKey *own = SECKEY_CopyPrivateKey(key_pair_get_private_key(first));
    g_assert_null(key_pair_new(key_pair_get_certificate(second), own, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_KEY);
}

/* RFC 3211, with PBKDF2 as openssl writes it. */
static void
test_password(gconstpointer data)
{
    const gchar *cipher = data;
    g_autofree gchar *before = g_strconcat(cipher, " -pwri_password tr\303\251sor", NULL);
    g_autoptr(GBytes) octets = make_by_openssl(before, "");
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    gchar right[] = "tr\303\251sor", wrong[] = "tresor";
    assert_opens(octets, &(EnvelopeKeys){.pairs = none, .password = right}, "password");
    for (guint i = 0; i < 3; i++)
        assert_fails(octets, &(EnvelopeKeys){.pairs = none, .password = wrong}, CMS_ERROR_DECRYPT,
                     "decryption failed");
    assert_fails(octets, &(EnvelopeKeys){.pairs = none}, CMS_ERROR_NOT_FOR_US, "has a password");
}

/* Who has a key needs no password, and the reverse; a wrong one does no harm. */
static void
test_password_and_key(void)
{
    g_autoptr(GBytes) octets =
        make_by_openssl("-aes-256-cbc -pwri_password secret", " -recip p256.pem");
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    g_autoptr(GPtrArray) pairs = peer_pair_alone(keys[P_256]);
    gchar right[] = "secret", wrong[] = "guess";
    assert_opens(octets, &(EnvelopeKeys){.pairs = pairs}, "ecdh-p256");
    assert_opens(octets, &(EnvelopeKeys){.pairs = pairs, .password = wrong}, "ecdh-p256");
    assert_opens(octets, &(EnvelopeKeys){.pairs = none, .password = right}, "password");
}

/* Every octet of what a recipient has, damaged one after another: nothing opens, and where it is
 * the key or its encryption, all fail in the same words. */
static void
assert_damage_is_one_error(GBytes *octets, gsize n_from_end, gsize n_octets,
                           const EnvelopeKeys *open_keys)
{
    gsize n_all = 0;
    const guint8 *original = g_bytes_get_data(octets, &n_all);
    const guint8 *content =
        memmem(original, n_all, oid_get_octets(OID_DATA).octets, oid_get_octets(OID_DATA).n_octets);
    g_assert_nonnull(content);
    /* The recipients end before the SEQUENCE of EncryptedContentInfo, its head and OID's. */
    gsize end = (gsize)(content - original) - n_from_end;
    for (gsize i = 1; i <= n_octets; i++) {
        g_autofree guint8 *copy = g_memdup2(original, n_all);
        copy[end - i] ^= 0x41;
        g_autoptr(GBytes) damaged = g_bytes_new_take(g_steal_pointer(&copy), n_all);
        assert_fails(damaged, open_keys, CMS_ERROR_DECRYPT, "decryption failed");
    }
}

static void
test_damaged_keys(void)
{
    g_autoptr(GPtrArray) pairs = peer_pair_alone(keys[P_256]);
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    gchar password[] = "secret";
    g_autoptr(GBytes) agreed = make_by_openssl("-aes-128-gcm", " -recip p256.pem");
    assert_damage_is_one_error(agreed, 4, 24, &(EnvelopeKeys){.pairs = pairs});
    g_autoptr(GBytes) protected = make_by_openssl("-aes-256-cbc -pwri_password secret", "");
    assert_damage_is_one_error(protected, 4, 48,
                               &(EnvelopeKeys){.pairs = none, .password = password});
}

static void
add_tests(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(digests); i++) {
        g_autofree gchar *path = g_strconcat("/key-management/oaep/", digests[i], NULL);
        g_test_add_data_func(path, digests[i], test_read_oaep);
    }
    for (guint key = P_256; key < N_KEYS; key++) {
        g_autofree gchar *path = g_strconcat("/key-management/ecdh/", key_cases[key].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(key), test_read_ecdh);
    }
    static const gchar *const ciphers[] = {"-aes-128-cbc", "-aes-192-cbc", "-aes-256-cbc", "-des3"};
    for (gsize i = 0; i < G_N_ELEMENTS(ciphers); i++) {
        g_autofree gchar *path = g_strconcat("/key-management/password/", ciphers[i] + 1, NULL);
        g_test_add_data_func(path, ciphers[i], test_password);
    }
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    folder = support_folder_new();
    for (guint i = 0; i < N_KEYS; i++)
        keys[i] = peer_make_key(folder, key_cases[i].name, key_cases[i].algorithm);
    add_tests();
    g_test_add_func("/key-management/oaep-label", test_oaep_label);
    g_test_add_func("/key-management/oaep-other-label", test_oaep_other_label);
    g_test_add_func("/key-management/oaep-written", test_write_oaep);
    g_test_add_func("/key-management/oaep-key", test_oaep_key);
    g_test_add_func("/key-management/3des-wrap", test_3des_wrap);
    g_test_add_func("/key-management/x25519", test_x25519);
    g_test_add_func("/key-management/x25519-mismatch", test_x25519_mismatch);
    g_test_add_func("/key-management/password-and-key", test_password_and_key);
    g_test_add_func("/key-management/damaged", test_damaged_keys);
    int status = g_test_run();
    for (guint i = 0; i < N_KEYS; i++)
        key_pair_unref(keys[i]);
    support_folder_free(folder);
    support_shutdown();
    return status;
}
