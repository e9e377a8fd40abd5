/* SPDX-License-Identifier: MPL-2.0 */

/* RSASSA-PSS (RFC 4055, RFC 4056, RFC 8017 §8.1) with openssl as counterpart, and what parameters
 * of a key let a signature be. */

#include "cms-error.h"
#include "keystore.h"
#include "peer.h"
#include "signature-check.h"
#include "signature-make.h"
#include "signed-data.h"
#include "whole.h"
#include "x509-signature.h"

#define CONTENT "Content-Type: text/plain\r\n\r\nHello, world.\r\n"
/* What is in a signature besides digest and salt. */
#define LONGEST_SALT(digest) (256 - 2 - (gint)cms_digest_get_info(digest)->n_octets)

/* Keys, as "openssl genpkey -algorithm RSA-PSS" makes them, and how we sign with them. */
typedef struct {
    const gchar *name;
    const gchar *options;
    CmsDigest digest; /* what we sign with; UNKNOWN: not at all */
    CmsDigest mgf_digest;
    guint n_salt_octets;
} KeyCase;

#define BOUND(digest, mgf, salt)                                                                   \
    " -pkeyopt rsa_pss_keygen_md:" digest " -pkeyopt rsa_pss_keygen_mgf1_md:" mgf                  \
    " -pkeyopt rsa_pss_keygen_saltlen:" salt

static const KeyCase key_cases[] = {
    {"free", "", CMS_DIGEST_SHA256, CMS_DIGEST_SHA256, 32},
    {"sha256", BOUND("sha256", "sha256", "32"), CMS_DIGEST_SHA256, CMS_DIGEST_SHA256, 32},
    {"sha384-salt-0", BOUND("sha384", "sha384", "0"), CMS_DIGEST_SHA384, CMS_DIGEST_SHA384, 48},
    {"sha512-mgf-sha256", BOUND("sha512", "sha256", "20"), CMS_DIGEST_SHA512, CMS_DIGEST_SHA256,
     64},
    {"sha256-mgf-sha1", BOUND("sha256", "sha1", "20"), CMS_DIGEST_SHA256, CMS_DIGEST_SHA1, 32},
    {"sha256-long-salt", BOUND("sha256", "sha256", "100"), CMS_DIGEST_SHA256, CMS_DIGEST_SHA256,
     100},
    {"sha256-longest-salt", BOUND("sha256", "sha256", "222"), CMS_DIGEST_SHA256, CMS_DIGEST_SHA256,
     222},
    {"sha1", BOUND("sha1", "sha1", "20"), CMS_DIGEST_UNKNOWN, CMS_DIGEST_UNKNOWN, 0},
};
enum { KEY_FREE, KEY_SHA256, N_KEYS = G_N_ELEMENTS(key_cases) };

static SupportFolder *folder;
static KeyPair *keys[N_KEYS];
static KeyPair *rsa; /* of rsaEncryption */
static GBytes *content;

static KeyPair *
make_key(const KeyCase *key)
{
    peer_run(folder,
             "openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048%s -out %s.key.pem",
             key->options, key->name);
    peer_run(folder, "openssl req -x509 -key %s.key.pem -out %s.pem -subj /CN=%s -days 30",
             key->name, key->name, key->name);
    return peer_load_key(folder, key->name);
}

/* Everything that openssl can make with this key verifies. */
static void
check_openssl_signature(const gchar *key, CmsDigest digest, const gchar *options)
{
    g_autoptr(GError) error = NULL;
    const gchar *name = cms_digest_get_info(digest)->short_name;
    g_autofree gchar *algorithm = g_strconcat("rsa-pss-", name, NULL);
    peer_run(folder,
             "openssl cms -sign -nodetach -binary -in content -outform DER -out made.der -md %s "
             "-signer %s.pem -inkey %s.key.pem -keyopt rsa_padding_mode:pss%s",
             name, key, key, options);
    g_autoptr(GBytes) octets = support_load(folder, "made.der");
    g_autoptr(SignedData) data = signed_data_parse(octets, &error);
    g_assert_no_error(error);
    g_autoptr(SignerResult) result = whole_verify(data, 0, NULL, NULL);
    g_test_message("%s %s%s", key, name, options);
    g_assert_cmpint(result->math, ==, SIGNATURE_MATH_GOOD);
    g_assert_cmpstr(result->algorithm, ==, algorithm);
    g_assert_cmpint(result->weak, ==, digest == CMS_DIGEST_SHA1);
}

static void
test_verify(gconstpointer data)
{
    static const CmsDigest mgf[] = {CMS_DIGEST_SHA1, CMS_DIGEST_SHA224, CMS_DIGEST_SHA256,
                                    CMS_DIGEST_SHA384, CMS_DIGEST_SHA512};
    CmsDigest digest = (CmsDigest)GPOINTER_TO_INT(data);
    const gint salts[] = {0, 1, 20, (gint)cms_digest_get_info(digest)->n_octets,
                          LONGEST_SALT(digest)};
    for (gsize i = 0; i < G_N_ELEMENTS(mgf); i++) {
        for (gsize j = 0; j < G_N_ELEMENTS(salts); j++) {
            g_autofree gchar *options =
                g_strdup_printf(" -keyopt rsa_mgf1_md:%s -keyopt rsa_pss_saltlen:%d",
                                cms_digest_get_info(mgf[i])->short_name, salts[j]);
            check_openssl_signature(j % 2 == 0 ? "free" : "rsa", digest, options);
        }
    }
}

static void
test_verify_bound(gconstpointer data)
{
    const KeyCase *key = data;
    CmsDigest digest = key->digest != CMS_DIGEST_UNKNOWN ? key->digest : CMS_DIGEST_SHA1;
    check_openssl_signature(key->name, digest, "");
}

static void
test_sign(gconstpointer data)
{
    guint index = GPOINTER_TO_UINT(data);
    const KeyCase *key = &key_cases[index];
    const SignedDataOptions options = {.signing_time = 1795291200};
    SignatureScheme scheme;
    CmsDigest digest;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = whole_sign(content, keys[index], &options, &digest, &error);
    if (key->digest == CMS_DIGEST_UNKNOWN) {
        g_assert_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED);
        g_assert_cmpstr(error->message, ==, "cannot sign with key rsa-pss-2048 and digest sha-1");
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpint(digest, ==, key->digest);
    support_save(folder, "signed.der", octets);
    peer_run(folder, "openssl cms -verify -inform DER -in signed.der -CAfile %s.pem -out verified",
             key->name);
    g_autoptr(SignedData) parsed = signed_data_parse(octets, &error);
    g_assert_no_error(error);
    g_autoptr(SignerResult) result = whole_verify(parsed, 0, NULL, NULL);
    g_assert_cmpint(result->math, ==, SIGNATURE_MATH_GOOD);

    g_assert_true(signature_scheme_choose(keys[index], CMS_DIGEST_UNKNOWN, &scheme, &error));
    g_assert_no_error(error);
    g_assert_cmpint(scheme.pss.mgf_digest, ==, key->mgf_digest);
    g_assert_cmpuint(scheme.pss.n_salt_octets, ==, key->n_salt_octets);
}

/* A key that leaves the choice takes each digest; one that is bound takes its own alone. */
static void
test_other_digest(void)
{
    for (CmsDigest digest = CMS_DIGEST_SHA1; digest < CMS_N_DIGESTS; digest++) {
        SignatureScheme scheme;
        gboolean weak = cms_digest_is_weak(digest);
        g_assert_cmpint(signature_scheme_choose(keys[KEY_FREE], digest, &scheme, NULL), ==, !weak);
        g_assert_cmpint(signature_scheme_choose(keys[KEY_SHA256], digest, &scheme, NULL), ==,
                        digest == CMS_DIGEST_SHA256);
    }
}

/* Signs with the private key of one pair by any parameters, and checks with the certificate of
 * another. */
typedef struct {
    const gchar *name;
    guint key; /* both sides'; whose certificate binds the signature */
    CmsSignature signature;
    RsaPssParameters used;
    SignatureCheck check;
} BindingCase;

#define SHA256_WITH_SALT(salt)                                                                     \
    {                                                                                              \
        CMS_DIGEST_SHA256, CMS_DIGEST_SHA256, salt                                                 \
    }

/* RFC 4055 §3.3 */
static const BindingCase binding_cases[] = {
    {"same", KEY_SHA256, CMS_SIGNATURE_RSA_PSS, SHA256_WITH_SALT(32), SIGNATURE_CHECK_GOOD},
    {"longer-salt", KEY_SHA256, CMS_SIGNATURE_RSA_PSS, SHA256_WITH_SALT(33), SIGNATURE_CHECK_GOOD},
    {"longest-salt", KEY_SHA256, CMS_SIGNATURE_RSA_PSS, SHA256_WITH_SALT(222),
     SIGNATURE_CHECK_GOOD},
    {"shorter-salt", KEY_SHA256, CMS_SIGNATURE_RSA_PSS, SHA256_WITH_SALT(31), SIGNATURE_CHECK_BAD},
    {"no-salt", KEY_SHA256, CMS_SIGNATURE_RSA_PSS, SHA256_WITH_SALT(0), SIGNATURE_CHECK_BAD},
    {"other-mgf",
     KEY_SHA256,
     CMS_SIGNATURE_RSA_PSS,
     {CMS_DIGEST_SHA256, CMS_DIGEST_SHA1, 32},
     SIGNATURE_CHECK_BAD},
    {"other-digest",
     KEY_SHA256,
     CMS_SIGNATURE_RSA_PSS,
     {CMS_DIGEST_SHA512, CMS_DIGEST_SHA256, 32},
     SIGNATURE_CHECK_BAD},
    {"pkcs1", KEY_SHA256, CMS_SIGNATURE_RSA_PKCS1, SHA256_WITH_SALT(32), SIGNATURE_CHECK_BAD},
    {"free-pkcs1", KEY_FREE, CMS_SIGNATURE_RSA_PKCS1, SHA256_WITH_SALT(32), SIGNATURE_CHECK_BAD},
    {"free-no-salt", KEY_FREE, CMS_SIGNATURE_RSA_PSS, SHA256_WITH_SALT(0), SIGNATURE_CHECK_GOOD},
    {"free-other-mgf",
     KEY_FREE,
     CMS_SIGNATURE_RSA_PSS,
     {CMS_DIGEST_SHA512, CMS_DIGEST_SHA1, 10},
     SIGNATURE_CHECK_GOOD},
};

/* An AlgorithmIdentifier that points into *@out_owner. */
static CmsAlgorithm
read_algorithm(DerNode *parent, GBytes **out_owner)
{
    CmsAlgorithm algorithm;
    BerReader all, fields;
    *out_owner = der_node_serialize(parent);
    ber_reader_init(&all, *out_owner);
    g_assert_true(ber_enter(&all, BER_SEQUENCE, "", &fields, NULL));
    g_assert_true(cms_algorithm_read(&fields, "", &algorithm, NULL));
    return algorithm;
}

static SignatureCheck
check_signature(const SignatureScheme *scheme, DerNode *parent, guint key, gchar **out_detail)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) owner = NULL;
    SignatureInput input = {.signature = scheme->signature, .digest = scheme->digest};
    SignedMessage message = {.octets = content};
    g_autoptr(GBytes) octets = signature_make(scheme, content, &error);
    g_assert_no_error(error);
    g_assert_true(content_digest_compute(scheme->digest, content, &message.value, NULL));
    input.algorithm = read_algorithm(parent, &owner);
    input.owner = owner;
    input.octets = octets;
    return signature_check(&input, &message, key_pair_get_certificate(keys[key]), out_detail);
}

static void
test_binding(gconstpointer data)
{
    const BindingCase *test = data;
    SignatureScheme scheme = {test->signature, test->used.digest, test->used,
                              key_pair_get_private_key(keys[test->key])};
    g_autoptr(DerNode) parent = der_node_new(BER_SEQUENCE);
    signature_scheme_add_algorithm(parent, &scheme);
    g_assert_cmpint(check_signature(&scheme, parent, test->key, NULL), ==, test->check);
}

static SignatureScheme
usual_scheme(void)
{
    RsaPssParameters parameters = SHA256_WITH_SALT(20);
    return (SignatureScheme){CMS_SIGNATURE_RSA_PSS, CMS_DIGEST_SHA256, parameters,
                             key_pair_get_private_key(keys[KEY_FREE])};
}

/* The salt that a message claims is longer than the signature: its length added to others would
 * wrap in 32 bits. */
static void
test_salt_without_room(void)
{
    static const guint salts[] = {223, 256, 65536, G_MAXINT32 - 40, G_MAXINT32};
    SignatureScheme scheme = usual_scheme();
    for (gsize i = 0; i < G_N_ELEMENTS(salts); i++) {
        RsaPssParameters claimed = SHA256_WITH_SALT(salts[i]);
        g_autoptr(DerNode) parent = der_node_new(BER_SEQUENCE);
        rsa_pss_parameters_add(parent, &claimed);
        g_assert_cmpint(check_signature(&scheme, parent, KEY_FREE, NULL), ==, SIGNATURE_CHECK_BAD);
    }
    g_assert_cmpint(rsa_pss_get_salt_max(2048, CMS_DIGEST_SHA256), ==, 222);
    g_assert_cmpint(rsa_pss_get_salt_max(2041, CMS_DIGEST_SHA256), ==, 221);
    g_assert_cmpint(rsa_pss_get_salt_max(1024, CMS_DIGEST_SHA512), ==, 62);
    g_assert_cmpint(rsa_pss_get_salt_max(512, CMS_DIGEST_SHA512), ==, -1);
}

/* RFC 8017 §A.2.3: trailerField is 1, which DER leaves out and some write. RFC 4055 §3.1: the
 * parameters stand there. */
static void
test_trailer(void)
{
    static const SignatureCheck checks[] = {SIGNATURE_CHECK_UNSUPPORTED, SIGNATURE_CHECK_GOOD,
                                            SIGNATURE_CHECK_UNSUPPORTED};
    SignatureScheme scheme = usual_scheme();
    for (guint trailer = 0; trailer < G_N_ELEMENTS(checks); trailer++) {
        g_autofree gchar *detail = NULL;
        g_autoptr(DerNode) parent = der_node_new(BER_SEQUENCE);
        DerNode *algorithm = der_add(parent, BER_SEQUENCE);
        der_add_oid(algorithm, OID_RSASSA_PSS);
        DerNode *fields = der_add(algorithm, BER_SEQUENCE);
        der_add_algorithm(der_add(fields, BER_CONTEXT_CONSTRUCTED(0)), OID_SHA256, FALSE);
        DerNode *mgf = der_add(der_add(fields, BER_CONTEXT_CONSTRUCTED(1)), BER_SEQUENCE);
        der_add_oid(mgf, OID_MGF1);
        der_add_algorithm(mgf, OID_SHA256, FALSE);
        der_add_small(der_add(fields, BER_CONTEXT_CONSTRUCTED(3)), trailer);
        g_assert_cmpint(check_signature(&scheme, parent, KEY_FREE, &detail), ==, checks[trailer]);
        g_assert_cmpint(detail != NULL, ==, checks[trailer] == SIGNATURE_CHECK_UNSUPPORTED);
    }
}

static void
test_without_parameters(void)
{
    SignatureScheme scheme = usual_scheme();
    g_autofree gchar *detail = NULL;
    g_autoptr(DerNode) parent = der_node_new(BER_SEQUENCE);
    der_add_algorithm(parent, OID_RSASSA_PSS, FALSE);
    g_assert_cmpint(check_signature(&scheme, parent, KEY_FREE, &detail), ==,
                    SIGNATURE_CHECK_UNSUPPORTED);
    g_assert_cmpstr(detail, ==, "the parameters of RSASSA-PSS are missing or not known");
}

/* The key of "rsa" as id-RSASSA-PSS, in PEM for openssl. */
static void
save_restricted_key(const gchar *name)
{
    GBytes *spki = certificate_get_spki(key_pair_get_certificate(rsa));
    BerReader all, fields;
    BerSlice key;
    ber_reader_init(&all, spki);
    g_assert_true(ber_enter(&all, BER_SEQUENCE, "", &fields, NULL));
    g_assert_true(ber_skip(&fields, "", NULL, NULL));
    g_assert_true(ber_skip(&fields, "", &key, NULL));
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_algorithm(root, OID_RSASSA_PSS, FALSE);
    der_add_encoded_slice(root, key);
    g_autoptr(GBytes) octets = der_node_serialize(root);
    support_save(folder, name, octets);
}

/* In a chain, too: the authority's key is for PSS alone, and signed a certificate with PKCS #1 v1.5
 * (RFC 4055 §1.2). */
static void
test_certificates(void)
{
    peer_run(folder, "openssl req -new -key rsa.key.pem -subj /CN=rsa -out ca.csr");
    save_restricted_key("restricted.der");
    peer_run(folder, "openssl pkey -pubin -inform DER -in restricted.der -out restricted.pub.pem");
    peer_run(folder, "openssl x509 -req -in ca.csr -CA rsa.pem -CAkey rsa.key.pem -days 30 "
                     "-force_pubkey restricted.pub.pem -out restricted.pem");
    peer_run(folder, "openssl req -new -key free.key.pem -subj /CN=leaf -out leaf.csr");
    peer_run(folder, "openssl x509 -req -in leaf.csr -CA rsa.pem -CAkey rsa.key.pem -days 30 "
                     "-out pkcs1.pem");
    peer_run(folder, "openssl x509 -req -in leaf.csr -CA rsa.pem -CAkey rsa.key.pem -days 30 "
                     "-sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:sha384 -out pss.pem");
    g_autoptr(Certificate) restricted = support_certificate(folder, "restricted");
    g_autoptr(Certificate) pkcs1 = support_certificate(folder, "pkcs1");
    g_autoptr(Certificate) pss = support_certificate(folder, "pss");
    const Certificate *free_use = key_pair_get_certificate(rsa);
    g_assert_cmpint(certificate_get_key_type(restricted), ==, KEY_TYPE_RSA_PSS);
    g_assert_cmpint(x509_signature_check(certificate_get_der(pkcs1), free_use), ==,
                    SIGNATURE_CHECK_GOOD);
    g_assert_cmpint(x509_signature_check(certificate_get_der(pss), free_use), ==,
                    SIGNATURE_CHECK_GOOD);
    g_assert_cmpint(x509_signature_check(certificate_get_der(pss), restricted), ==,
                    SIGNATURE_CHECK_GOOD);
    g_assert_cmpint(x509_signature_check(certificate_get_der(pkcs1), restricted), ==,
                    SIGNATURE_CHECK_BAD);
    for (guint i = 0; i < N_KEYS; i++) {
        const Certificate *own = key_pair_get_certificate(keys[i]);
        g_assert_cmpint(x509_signature_check(certificate_get_der(own), own), ==,
                        SIGNATURE_CHECK_GOOD);
    }
}

/* Signs with what the store gives back, and what openssl makes of an exported key is one for PSS
 * alone, with its parameters. */
static void
check_stored(KeyStore *store, const KeyPair *pair)
{
    const SignedDataOptions options = {.signing_time = 1795291200};
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = whole_sign(content, pair, &options, NULL, &error);
    g_assert_no_error(error);
    support_save(folder, "signed.der", octets);
    peer_run(folder, "openssl cms -verify -inform DER -in signed.der -CAfile sha256.pem -out "
                     "verified");
    g_autoptr(GBytes) p12 = key_store_export(store, pair, "secret", &error);
    g_assert_no_error(error);
    support_save(folder, "pss.p12", p12);
    peer_run(folder,
             "openssl pkcs12 -in pss.p12 -passin pass:secret -nodes -nocerts -out back.pem");
    peer_run(folder, "openssl pkey -in back.pem -out back.key.pem");
    g_autoptr(GBytes) before = support_load(folder, "sha256.key.pem");
    g_autoptr(GBytes) after = support_load(folder, "back.key.pem");
    g_assert_true(g_bytes_equal(before, after));
    g_autoptr(KeyFile) file = key_file_parse(p12, "secret", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(file->pairs->len, ==, 1);
}

static void
test_key_store(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *path = support_path(folder, "store");
    peer_run(folder, "openssl pkcs12 -export -inkey sha256.key.pem -in sha256.pem -out in.p12 "
                     "-passout pass:secret");
    g_autoptr(GBytes) octets = support_load(folder, "in.p12");
    g_autoptr(KeyFile) file = key_file_parse(octets, "secret", &error);
    g_assert_no_error(error);
    g_autoptr(KeyStore) store = key_store_open(path, TRUE, &error);
    g_assert_no_error(error);
    g_assert_cmpint(key_store_import(store, file, &error), ==, 1);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) pairs = key_store_list(store, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(pairs->len, ==, 1);
    check_stored(store, g_ptr_array_index(pairs, 0));
}

static void
add_tests(void)
{
    for (CmsDigest digest = CMS_DIGEST_SHA1; digest < CMS_N_DIGESTS; digest++) {
        g_autofree gchar *path =
            g_strconcat("/rsa-pss/verify/", cms_digest_to_string(digest), NULL);
        g_test_add_data_func(path, GINT_TO_POINTER(digest), test_verify);
    }
    for (guint i = 0; i < N_KEYS; i++) {
        g_autofree gchar *sign = g_strconcat("/rsa-pss/sign/", key_cases[i].name, NULL);
        g_autofree gchar *verify = g_strconcat("/rsa-pss/verify-bound/", key_cases[i].name, NULL);
        g_test_add_data_func(sign, GUINT_TO_POINTER(i), test_sign);
        g_test_add_data_func(verify, &key_cases[i], test_verify_bound);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(binding_cases); i++) {
        g_autofree gchar *path = g_strconcat("/rsa-pss/binding/", binding_cases[i].name, NULL);
        g_test_add_data_func(path, &binding_cases[i], test_binding);
    }
    g_test_add_func("/rsa-pss/other-digest", test_other_digest);
    g_test_add_func("/rsa-pss/salt-without-room", test_salt_without_room);
    g_test_add_func("/rsa-pss/trailer", test_trailer);
    g_test_add_func("/rsa-pss/without-parameters", test_without_parameters);
    g_test_add_func("/rsa-pss/certificates", test_certificates);
    g_test_add_func("/rsa-pss/key-store", test_key_store);
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    folder = support_folder_new();
    content = g_bytes_new_static(CONTENT, sizeof CONTENT - 1);
    support_save(folder, "content", content);
    for (guint i = 0; i < N_KEYS; i++)
        keys[i] = make_key(&key_cases[i]);
    rsa = peer_make_key(folder, "rsa", "rsa:2048");
    add_tests();
    int status = g_test_run();
    for (guint i = 0; i < N_KEYS; i++)
        key_pair_unref(keys[i]);
    key_pair_unref(rsa);
    g_bytes_unref(content);
    support_folder_free(folder);
    support_shutdown();
    return status;
}
