/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "cms-error.h"
#include "key-pair-private.h"
#include "peer.h"
#include "signed-data.h"
#include "whole.h"

#define CONTENT "Content-Type: text/plain\r\n\r\nHello, world.\r\n"
/* 2026-11-21T20:00:00Z */
#define SIGNING_TIME G_GINT64_CONSTANT(1795291200)

typedef struct {
    const gchar *name;
    const gchar *algorithm;
    const gchar *signature; /* as SignerResult names it */
    CmsDigest digest;       /* what suits the key */
} KeyCase;

static const KeyCase key_cases[] = {
    {"rsa-2048", "rsa:2048", "rsa-pkcs1-sha256", CMS_DIGEST_SHA256},
    {"rsa-3072", "rsa:3072", "rsa-pkcs1-sha256", CMS_DIGEST_SHA256},
    {"p-256", "ec -pkeyopt ec_paramgen_curve:P-256", "ecdsa-sha256", CMS_DIGEST_SHA256},
    {"p-384", "ec -pkeyopt ec_paramgen_curve:P-384", "ecdsa-sha384", CMS_DIGEST_SHA384},
    {"p-521", "ec -pkeyopt ec_paramgen_curve:P-521", "ecdsa-sha512", CMS_DIGEST_SHA512},
};
enum { RSA_2048, RSA_3072, P_256, P_384, P_521, N_KEYS };

static SupportFolder *folder;
static KeyPair *keys[N_KEYS];

static GBytes *
content_new(void)
{
    return g_bytes_new_static(CONTENT, strlen(CONTENT));
}

static GPtrArray *
certificate_of(guint key)
{
    return peer_certificates(&keys[key], 1);
}

static GBytes *
sign(guint key, const SignedDataOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) content = content_new();
    GBytes *signed_data = whole_sign(content, keys[key], options, NULL, &error);
    g_assert_no_error(error);
    return signed_data;
}

static SignedData *
parse(GBytes *ber)
{
    g_autoptr(GError) error = NULL;
    SignedData *data = signed_data_parse(ber, &error);
    g_assert_no_error(error);
    return data;
}

/* Each way of signing: openssl takes it, and so do we. */
typedef struct {
    const gchar *name;
    gboolean detached;
    gboolean without_certificates;
} FormCase;

static const FormCase form_cases[] = {
    {"opaque", FALSE, FALSE},
    {"opaque-without-certificates", FALSE, TRUE},
    {"detached", TRUE, FALSE},
    {"detached-without-certificates", TRUE, TRUE},
};

typedef struct {
    guint key;
    const FormCase *form;
    CmsDigest digest;
} SignCase;

static void
test_sign(gconstpointer data)
{
    const SignCase *test = data;
    const KeyCase *key = &key_cases[test->key];
    SignedDataOptions options = {.detached = test->form->detached,
                                 .without_certificates = test->form->without_certificates,
                                 .signing_time = SIGNING_TIME,
                                 .digest = test->digest};
    g_autoptr(GBytes) content = content_new();
    g_autoptr(GBytes) octets = sign(test->key, &options);
    support_save(folder, "content", content);
    support_save(folder, "signed.der", octets);
    peer_run(folder,
             "openssl cms -verify -inform DER -in signed.der -CAfile %s.pem -certfile %s.pem -out "
             "verified -binary%s",
             key->name, key->name, options.detached ? " -content content" : "");
    g_autoptr(GBytes) verified = support_load(folder, "verified");
    g_assert_true(g_bytes_equal(verified, content));

    g_autoptr(SignedData) parsed = parse(octets);
    g_assert_cmpint(signed_data_get_content(parsed) == NULL, ==, options.detached);
    g_assert_true(signed_data_is_mail(parsed));
    g_assert_cmpuint(signed_data_get_certificates(parsed)->len, ==, !options.without_certificates);
    g_autoptr(GPtrArray) candidates = certificate_of(test->key);
    g_autoptr(SignerResult) result =
        whole_verify(parsed, 0, options.detached ? content : NULL, candidates);
    g_assert_cmpint(result->math, ==, SIGNATURE_MATH_GOOD);
    g_assert_cmpint(result->reason, ==, REASON_NONE);
    g_assert_cmpint(result->signing_time, ==, SIGNING_TIME);
    g_assert_nonnull(result->capabilities);
    g_assert_false(result->weak);
    if (test->digest == CMS_DIGEST_UNKNOWN)
        g_assert_cmpstr(result->algorithm, ==, key->signature);
}

static void
add_sign_tests(void)
{
    static SignCase cases[N_KEYS * (G_N_ELEMENTS(form_cases) + 1)];
    guint n = 0;
    for (guint key = 0; key < N_KEYS; key++) {
        for (guint form = 0; form <= G_N_ELEMENTS(form_cases); form++) {
            /* The last round asks for another digest than the one that suits the key. */
            gboolean other_digest = form == G_N_ELEMENTS(form_cases);
            const FormCase *row = &form_cases[other_digest ? 0 : form];
            cases[n] = (SignCase){key, row,
                                  !other_digest                                ? CMS_DIGEST_UNKNOWN
                                  : key_cases[key].digest == CMS_DIGEST_SHA512 ? CMS_DIGEST_SHA384
                                                                               : CMS_DIGEST_SHA512};
            g_autofree gchar *path = g_strdup_printf("/signed-data/sign/%s/%s", key_cases[key].name,
                                                     other_digest ? "another-digest" : row->name);
            g_test_add_data_func(path, &cases[n++], test_sign);
        }
    }
}

/* What openssl makes. */
typedef struct {
    const gchar *name;
    guint key;
    const gchar *options;
    gboolean detached;
    gboolean has_time;
    gboolean weak;
    const gchar *algorithm;
} OpensslCase;

static const OpensslCase openssl_cases[] = {
    {"rsa", RSA_2048, "-nodetach", FALSE, TRUE, FALSE, "rsa-pkcs1-sha256"},
    {"p-256", P_256, "-nodetach", FALSE, TRUE, FALSE, "ecdsa-sha256"},
    {"p-384-sha384", P_384, "-nodetach -md sha384", FALSE, TRUE, FALSE, "ecdsa-sha384"},
    {"p-521-sha512", P_521, "-nodetach -md sha512", FALSE, TRUE, FALSE, "ecdsa-sha512"},
    {"rsa-sha224", RSA_2048, "-nodetach -md sha224", FALSE, TRUE, FALSE, "rsa-pkcs1-sha224"},
    {"rsa-sha1", RSA_2048, "-nodetach -md sha1", FALSE, TRUE, TRUE, "rsa-pkcs1-sha1"},
    {"rsa-md5", RSA_2048, "-nodetach -md md5", FALSE, TRUE, TRUE, "rsa-pkcs1-md5"},
    {"ecdsa-sha1", P_256, "-nodetach -md sha1", FALSE, TRUE, TRUE, "ecdsa-sha1"},
    {"rsa-detached", RSA_3072, "", TRUE, TRUE, FALSE, "rsa-pkcs1-sha256"},
    {"key-identifier", RSA_2048, "-nodetach -keyid", FALSE, TRUE, FALSE, "rsa-pkcs1-sha256"},
    {"p-256-key-identifier", P_256, "-nodetach -keyid", FALSE, TRUE, FALSE, "ecdsa-sha256"},
    {"indefinite", RSA_2048, "-nodetach -stream", FALSE, TRUE, FALSE, "rsa-pkcs1-sha256"},
    {"indefinite-p-256", P_256, "-stream", FALSE, TRUE, FALSE, "ecdsa-sha256"},
    {"no-attributes", RSA_2048, "-nodetach -noattr", FALSE, FALSE, FALSE, "rsa-pkcs1-sha256"},
    {"no-attributes-ecdsa", P_384, "-nodetach -noattr", FALSE, FALSE, FALSE, "ecdsa-sha256"},
    {"no-certificates", RSA_2048, "-nodetach -nocerts", FALSE, TRUE, FALSE, "rsa-pkcs1-sha256"},
    {"rsa-pss", RSA_2048, "-nodetach -keyopt rsa_padding_mode:pss", FALSE, TRUE, FALSE,
     "rsa-pss-sha256"},
    {"rsa-pss-sha512-salt", RSA_2048,
     "-nodetach -md sha512 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:20", FALSE, TRUE,
     FALSE, "rsa-pss-sha512"},
    {"signing-certificate", RSA_2048, "-nodetach -cades", FALSE, TRUE, FALSE, "rsa-pkcs1-sha256"},
};

static void
make_by_openssl(const OpensslCase *test)
{
    g_autoptr(GBytes) content = content_new();
    support_save(folder, "content", content);
    const gchar *name = key_cases[test->key].name;
    peer_run(folder,
             "openssl cms -sign -binary -in content -outform DER -out made.der -signer %s.pem "
             "-inkey %s.key.pem%s%s",
             name, name, *test->options != '\0' ? " " : "", test->options);
}

static void
test_openssl(gconstpointer data)
{
    const OpensslCase *test = data;
    make_by_openssl(test);
    g_autoptr(GBytes) content = content_new();
    g_autoptr(GBytes) octets = support_load(folder, "made.der");
    g_autoptr(SignedData) parsed = parse(octets);
    g_autoptr(GPtrArray) candidates = certificate_of(test->key);
    g_assert_cmpuint(signed_data_get_n_signers(parsed), ==, 1);
    if (!test->detached) {
        g_autoptr(GBytes) inside = whole_content(parsed);
        g_assert_true(g_bytes_equal(inside, content));
    }
    g_autoptr(SignerResult) result =
        whole_verify(parsed, 0, test->detached ? content : NULL, candidates);
    g_assert_cmpint(result->math, ==, SIGNATURE_MATH_GOOD);
    g_assert_cmpint(result->weak, ==, test->weak);
    g_assert_cmpstr(result->algorithm, ==, test->algorithm);
    g_assert_cmpint(result->signing_time != G_MININT64, ==, test->has_time);

    g_autoptr(GBytes) changed = g_bytes_new_static("Hallo", 5);
    g_autoptr(SignerResult) bad = whole_verify(parsed, 0, changed, candidates);
    g_assert_cmpint(bad->math, ==, SIGNATURE_MATH_BAD);
    g_assert_cmpint(bad->reason, ==,
                    test->detached ? REASON_SIGNATURE_BAD : REASON_CONTENT_MISMATCH);
}

static void
test_two_signers(void)
{
    g_autoptr(GBytes) content = content_new();
    support_save(folder, "content", content);
    peer_run(folder, "openssl cms -sign -nodetach -binary -in content -outform DER -out two.der "
                     "-signer rsa-2048.pem -inkey rsa-2048.key.pem -signer p-256.pem -inkey "
                     "p-256.key.pem");
    g_autoptr(GBytes) octets = support_load(folder, "two.der");
    g_autoptr(SignedData) parsed = parse(octets);
    g_assert_cmpuint(signed_data_get_n_signers(parsed), ==, 2);
    g_assert_cmpuint(signed_data_get_certificates(parsed)->len, ==, 2);
    for (guint i = 0; i < 2; i++) {
        g_autoptr(SignerResult) result = whole_verify(parsed, i, NULL, NULL);
        g_assert_cmpint(result->math, ==, SIGNATURE_MATH_GOOD);
    }
}

static void
test_gpgsm(gconstpointer data)
{
    const KeyCase *key = data;
    guint index = (guint)(key - key_cases);
    SignedDataOptions options = {.signing_time = g_get_real_time() / G_USEC_PER_SEC};
    g_autoptr(GBytes) octets = sign(index, &options);
    g_autoptr(SupportFolder) home = support_folder_new();
    g_autofree gchar *sha1 = g_compute_checksum_for_bytes(
        G_CHECKSUM_SHA1, certificate_get_der(key_pair_get_certificate(keys[index])));
    g_autofree gchar *trust = g_strdup_printf("%s S relax\n", sha1);
    g_autoptr(GBytes) trust_list = g_bytes_new(trust, strlen(trust));
    support_save(home, "trustlist.txt", trust_list);
    support_save(home, "signed.der", octets);
    gboolean good = peer_try(home, "gpgsm --batch --disable-crl-checks --disable-dirmngr "
                                   "--assume-binary --output verified --verify signed.der");
    peer_try(home, "gpgconf --kill gpg-agent");
    g_assert_true(good);
}

/* A second certificate with the issuer and serial number of the first and another key: whoever is
 * named is tried, and the one whose key made the signature is told. */
static void
test_same_issuer_and_serial(void)
{
    g_autoptr(SupportFolder) other = support_folder_new();
    peer_run(other, "openssl req -x509 -newkey rsa:2048 -nodes -keyout a.key.pem -out a.pem -subj "
                    "/CN=twin -set_serial 7 -days 30");
    peer_run(other, "openssl req -x509 -newkey rsa:2048 -nodes -keyout b.key.pem -out b.pem -subj "
                    "/CN=twin -set_serial 7 -days 30");
    g_autoptr(GBytes) content = content_new();
    support_save(other, "content", content);
    peer_run(other, "openssl cms -sign -nodetach -binary -in content -outform DER -out made.der "
                    "-signer a.pem -inkey a.key.pem");
    g_autoptr(GBytes) octets = support_load(other, "made.der");
    g_autoptr(GBytes) a_octets = support_load(other, "a.pem");
    g_autoptr(GBytes) b_octets = support_load(other, "b.pem");
    g_autoptr(GPtrArray) a = certificates_parse_file(a_octets, NULL);
    g_autoptr(GPtrArray) b = certificates_parse_file(b_octets, NULL);
    g_autoptr(SignedData) parsed = parse(octets);
    /* The wrong twin comes first, the right one is in the message. */
    g_autoptr(SignerResult) result = whole_verify(parsed, 0, NULL, b);
    g_assert_cmpint(result->math, ==, SIGNATURE_MATH_GOOD);
    g_assert_true(g_bytes_equal(certificate_get_der(result->certificate),
                                certificate_get_der(g_ptr_array_index(a, 0))));
}

static void
test_certificate_missing(void)
{
    SignedDataOptions options = {.without_certificates = TRUE, .signing_time = SIGNING_TIME};
    g_autoptr(GBytes) octets = sign(RSA_2048, &options);
    g_autoptr(SignedData) parsed = parse(octets);
    g_autoptr(GPtrArray) others = certificate_of(P_256);
    g_autoptr(SignerResult) result = whole_verify(parsed, 0, NULL, others);
    g_assert_cmpint(result->math, ==, SIGNATURE_MATH_UNKNOWN);
    g_assert_cmpint(result->reason, ==, REASON_CERTIFICATE_MISSING);
    g_assert_null(result->certificate);
    /* Changed content is bad even so. */
    g_autoptr(GBytes) octets_detached = NULL;
    options.detached = TRUE;
    octets_detached = sign(RSA_2048, &options);
    g_autoptr(SignedData) detached = parse(octets_detached);
    g_autoptr(GBytes) changed = g_bytes_new_static("x", 1);
    g_autoptr(SignerResult) bad = whole_verify(detached, 0, changed, others);
    g_assert_cmpint(bad->math, ==, SIGNATURE_MATH_BAD);
    /* Without any content nothing can be said. */
    g_autoptr(SignerResult) nothing = whole_verify(detached, 0, NULL, others);
    g_assert_cmpint(nothing->math, ==, SIGNATURE_MATH_UNKNOWN);
}

static void
test_every_octet_counts(void)
{
    SignedDataOptions options = {.signing_time = SIGNING_TIME};
    g_autoptr(GBytes) octets = sign(P_256, &options);
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(octets, &n_octets);
    g_autoptr(GPtrArray) candidates = certificate_of(P_256);
    gsize n_good = 0;
    for (gsize i = 0; i < n_octets; i++) {
        g_autofree guint8 *copy = g_memdup2(data, n_octets);
        copy[i] ^= 0x01;
        g_autoptr(GBytes) changed = g_bytes_new(copy, n_octets);
        g_autoptr(SignedData) parsed = signed_data_parse(changed, NULL);
        if (parsed == NULL || signed_data_get_n_signers(parsed) != 1)
            continue;
        g_autoptr(SignerResult) result = whole_verify(parsed, 0, NULL, candidates);
        if (result->math != SIGNATURE_MATH_GOOD)
            continue;
        /* What is not signed: versions, digestAlgorithms, the certificates. Never the content. */
        g_autoptr(GBytes) content = content_new();
        {
            g_autoptr(GBytes) inside = whole_content(parsed);
            g_assert_true(g_bytes_equal(inside, content));
        }
        n_good++;
    }
    g_test_message("%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " octets are not signed", n_good,
                   n_octets);
}

static void
test_chain(void)
{
    g_autoptr(GPtrArray) chain = peer_certificates(keys, 3);
    SignedDataOptions options = {.signing_time = SIGNING_TIME, .chain = chain};
    g_autoptr(GBytes) octets = sign(RSA_2048, &options);
    g_autoptr(SignedData) parsed = parse(octets);
    /* The signer's is in the chain too, and is written once. */
    g_assert_cmpuint(signed_data_get_certificates(parsed)->len, ==, 3);
}

static void
test_certificates_only(void)
{
    peer_run(folder, "openssl crl2pkcs7 -nocrl -certfile rsa-2048.pem -certfile p-256.pem -outform "
                     "DER -out certs.der");
    g_autoptr(GBytes) octets = support_load(folder, "certs.der");
    g_autoptr(SignedData) parsed = parse(octets);
    g_assert_cmpuint(signed_data_get_n_signers(parsed), ==, 0);
    g_assert_cmpuint(signed_data_get_certificates(parsed)->len, ==, 2);
    g_assert_null(signed_data_get_content(parsed));
}

static void
test_sign_errors(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) content = content_new();
    SignedDataOptions weak = {.signing_time = SIGNING_TIME, .digest = CMS_DIGEST_SHA1};
    g_assert_null(whole_sign(content, keys[RSA_2048], &weak, NULL, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED);
    g_clear_error(&error);
    SignedDataOptions never = {.signing_time = G_MAXINT64};
    g_assert_null(whole_sign(content, keys[RSA_2048], &never, NULL, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED);
    CmsDigest digest = CMS_DIGEST_UNKNOWN;
    SignedDataOptions options = {.signing_time = G_GINT64_CONSTANT(2556144000)}; /* 2051 */
    g_autoptr(GBytes) octets = whole_sign(content, keys[P_384], &options, &digest, NULL);
    g_assert_cmpint(digest, ==, CMS_DIGEST_SHA384);
    g_autoptr(SignedData) parsed = parse(octets);
    g_autoptr(SignerResult) result = whole_verify(parsed, 0, NULL, NULL);
    g_assert_cmpint(result->signing_time, ==, options.signing_time);
}

static void
test_locked_key(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) content = content_new();
    g_autoptr(KeyPair) locked =
        key_pair_new_owned(key_pair_get_certificate(keys[P_256]), NULL, NULL, NULL);
    SignedDataOptions options = {.signing_time = SIGNING_TIME};
    g_assert_null(whole_sign(content, locked, &options, NULL, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_KEY_LOCKED);
}

static void
make_keys(void)
{
    folder = support_folder_new();
    for (guint i = 0; i < N_KEYS; i++)
        keys[i] = peer_make_key(folder, key_cases[i].name, key_cases[i].algorithm);
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    make_keys();
    add_sign_tests();
    for (gsize i = 0; i < G_N_ELEMENTS(openssl_cases); i++) {
        g_autofree gchar *path = g_strconcat("/signed-data/openssl/", openssl_cases[i].name, NULL);
        g_test_add_data_func(path, &openssl_cases[i], test_openssl);
    }
    g_test_add_data_func("/signed-data/gpgsm/rsa", &key_cases[RSA_2048], test_gpgsm);
    g_test_add_data_func("/signed-data/gpgsm/p-256", &key_cases[P_256], test_gpgsm);
    g_test_add_func("/signed-data/two-signers", test_two_signers);
    g_test_add_func("/signed-data/same-issuer-and-serial", test_same_issuer_and_serial);
    g_test_add_func("/signed-data/certificate-missing", test_certificate_missing);
    g_test_add_func("/signed-data/every-octet-counts", test_every_octet_counts);
    g_test_add_func("/signed-data/chain", test_chain);
    g_test_add_func("/signed-data/certificates-only", test_certificates_only);
    g_test_add_func("/signed-data/sign-errors", test_sign_errors);
    g_test_add_func("/signed-data/locked-key", test_locked_key);
    int status = g_test_run();
    for (guint i = 0; i < N_KEYS; i++)
        key_pair_unref(keys[i]);
    support_folder_free(folder);
    support_shutdown();
    return status;
}
