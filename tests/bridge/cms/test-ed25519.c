/* SPDX-License-Identifier: MPL-2.0 */

/* Ed25519 (RFC 8419, RFC 8410). openssl 3.0 signs with it, but knows no CMS with it: it signs what
 * is to be signed, and the SignedData round it is built here. With an NSS that is too old each case
 * ends in words that say so. */

#include <string.h>

#include "cms-error.h"
#include "content-digest.h"
#include "core-limits.h"
#include "keystore.h"
#include "nss-capability.h"
#include "nss-scoped.h"
#include "peer.h"
#include "signature-check.h"
#include "signed-data-private.h"
#include "whole.h"
#include "x509-signature.h"

#define CONTENT "Content-Type: text/plain\r\n\r\nHello, world.\r\n"

static SupportFolder *folder;
static Certificate *certificate;
static GBytes *content;
static gboolean is_there;

/* One SignedData, and what comes out where NSS has Ed25519. */
typedef struct {
    const gchar *name;
    gboolean has_attributes;
    gboolean signs_digest; /* of the attributes, as other algorithms do */
    Oid digest_algorithm;
    Oid signature_algorithm;
    gboolean null_parameters;
    SignatureMath math;
    VerdictReason reason;
} MessageCase;

#define GOOD      SIGNATURE_MATH_GOOD, REASON_NONE
#define BAD       SIGNATURE_MATH_BAD, REASON_SIGNATURE_BAD
#define MALFORMED SIGNATURE_MATH_BAD, REASON_MALFORMED
#define UNKNOWN   SIGNATURE_MATH_UNKNOWN, REASON_UNSUPPORTED_ALGORITHM

static const MessageCase message_cases[] = {
    {"attributes", TRUE, FALSE, OID_SHA512, OID_ED25519, FALSE, GOOD},
    {"bare", FALSE, FALSE, OID_SHA512, OID_ED25519, FALSE, GOOD},
    /* RFC 8419 §2.3: SHA-512; §3.1: no prehash; RFC 8410 §3: no parameters */
    {"sha256", TRUE, FALSE, OID_SHA256, OID_ED25519, FALSE, MALFORMED},
    {"digest-signed", TRUE, TRUE, OID_SHA512, OID_ED25519, FALSE, BAD},
    {"parameters", TRUE, FALSE, OID_SHA512, OID_ED25519, TRUE, BAD},
    {"ed448", TRUE, FALSE, OID_SHA512, OID_ED448, FALSE, UNKNOWN},
};

static DerNode *
add_attribute(DerNode *set, Oid type)
{
    DerNode *attribute = der_add(set, BER_SEQUENCE);
    der_add_oid(attribute, type);
    return der_add(attribute, BER_SET);
}

static GBytes *
digest_octets(CmsDigest digest, GBytes *octets)
{
    DigestValue value;
    g_assert_true(content_digest_compute(digest, octets, &value, NULL));
    return g_bytes_new(value.octets, value.n_octets);
}

static GBytes *
make_attributes(CmsDigest digest)
{
    g_autoptr(DerNode) set = der_node_new(BER_SET);
    g_autoptr(GBytes) value = digest_octets(digest, content);
    der_add_oid(add_attribute(set, OID_CONTENT_TYPE), OID_DATA);
    der_add_bytes(add_attribute(set, OID_MESSAGE_DIGEST), BER_OCTET_STRING, value);
    der_node_sort(set);
    return der_node_serialize(set);
}

static GBytes *
sign_by_openssl(GBytes *octets)
{
    support_save(folder, "to-sign", octets);
    peer_run(folder, "openssl pkeyutl -sign -rawin -inkey ed.key.pem -in to-sign -out made.sig");
    return support_load(folder, "made.sig");
}

static void
add_signer(DerNode *data, const MessageCase *test)
{
    DerNode *signer = der_add(der_add(data, BER_SET), BER_SEQUENCE);
    CmsDigest digest = cms_digest_find(test->digest_algorithm);
    g_autoptr(GBytes) attributes = make_attributes(digest);
    g_autoptr(GBytes) hashed = digest_octets(digest, attributes);
    der_add_small(signer, 1);
    signer_id_add_issuer_and_serial(signer, BER_SEQUENCE, certificate);
    der_add_algorithm(signer, test->digest_algorithm, FALSE);
    if (test->has_attributes) {
        gsize n_octets = g_bytes_get_size(attributes);
        g_autofree guint8 *tagged = g_memdup2(g_bytes_get_data(attributes, NULL), n_octets);
        tagged[0] = BER_CONTEXT_CONSTRUCTED(0);
        der_add_encoded_slice(signer, (BerSlice){tagged, n_octets});
    }
    der_add_algorithm(signer, test->signature_algorithm, test->null_parameters);
    g_autoptr(GBytes) signature = sign_by_openssl(test->signs_digest     ? hashed
                                                  : test->has_attributes ? attributes
                                                                         : content);
    der_add_bytes(signer, BER_OCTET_STRING, signature);
}

static GBytes *
build(const MessageCase *test)
{
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_oid(root, OID_SIGNED_DATA);
    DerNode *data = der_add(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
    der_add_small(data, 1);
    der_add_algorithm(der_add(data, BER_SET), test->digest_algorithm, FALSE);
    DerNode *info = der_add(data, BER_SEQUENCE);
    der_add_oid(info, OID_DATA);
    der_add_bytes(der_add(info, BER_CONTEXT_CONSTRUCTED(0)), BER_OCTET_STRING, content);
    der_add_encoded(der_add(data, BER_CONTEXT_CONSTRUCTED(0)), certificate_get_der(certificate));
    add_signer(data, test);
    return der_node_serialize(root);
}

static SignerResult *
verify(GBytes *octets)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(SignedData) data = signed_data_parse(octets, &error);
    g_assert_no_error(error);
    return whole_verify(data, 0, NULL, NULL);
}

static void
test_message(gconstpointer data)
{
    const MessageCase *test = data;
    g_autoptr(GBytes) octets = build(test);
    g_autoptr(SignerResult) result = verify(octets);
    gboolean needs_nss = test->reason != REASON_MALFORMED && test->signature_algorithm != OID_ED448;
    g_autofree gchar *missing = nss_capability_explain(NSS_CAPABILITY_ED25519);
    if (!is_there && needs_nss) {
        g_assert_cmpint(result->math, ==, SIGNATURE_MATH_UNKNOWN);
        g_assert_cmpint(result->reason, ==, REASON_UNSUPPORTED_ALGORITHM);
        g_assert_cmpstr(result->detail, ==, missing);
        return;
    }
    g_assert_cmpint(result->math, ==, test->math);
    g_assert_cmpint(result->reason, ==, test->reason);
    if (test->signature_algorithm == OID_ED448) {
        g_assert_cmpstr(result->detail, ==, "signature algorithm ed448 is not supported");
        return;
    }
    g_assert_null(result->detail);
    g_assert_cmpstr(result->algorithm, ==, "ed25519");
    g_assert_false(result->weak);
}

/* Changed content is told from what is not known, with every NSS. */
static void
test_changed_content(void)
{
    g_autoptr(GBytes) octets = build(&message_cases[0]);
    g_autoptr(SignedData) data = signed_data_parse(octets, NULL);
    gsize n_octets = g_bytes_get_size(octets);
    g_autofree guint8 *changed = g_memdup2(g_bytes_get_data(octets, NULL), n_octets);
    guint8 *found = memmem(changed, n_octets, "Hello", 5);
    g_assert_nonnull(found);
    found[1] = 'a';
    g_autoptr(GBytes) other = g_bytes_new(changed, n_octets);
    g_autoptr(SignerResult) result = verify(other);
    g_assert_cmpint(result->math, ==, SIGNATURE_MATH_BAD);
    g_assert_cmpint(result->reason, ==, REASON_SIGNATURE_BAD);
    g_assert_null(result->detail);
}

/* LIMIT_EDDSA_MESSAGE_OCTETS: what has to be in memory, at the limit and past it. */
static void
test_long_message(void)
{
    g_autofree gchar *missing = nss_capability_explain(NSS_CAPABILITY_ED25519);
    g_autoptr(GBytes) none = g_bytes_new(NULL, 0);
    g_autoptr(GBytes) signature = g_bytes_new_take(g_malloc0(64), 64);
    SignatureInput input = {.signature = CMS_SIGNATURE_ED25519,
                            .digest = CMS_DIGEST_SHA512,
                            .owner = none,
                            .octets = signature};
    for (gsize past = 0; past < 2; past++) {
        gsize n_octets = LIMIT_EDDSA_MESSAGE_OCTETS + past;
        g_autofree gchar *detail = NULL;
        g_autoptr(GBytes) octets = g_bytes_new_take(g_malloc0(n_octets), n_octets);
        SignedMessage message = {.octets = octets};
        SignatureCheck check = signature_check(&input, &message, certificate, &detail);
        g_assert_cmpint(check, ==,
                        is_there && past == 0 ? SIGNATURE_CHECK_BAD : SIGNATURE_CHECK_UNSUPPORTED);
        g_assert_cmpstr(detail, ==,
                        !is_there   ? missing
                        : past == 0 ? NULL
                                    : "too much is signed by Ed25519 without a digest");
    }
}

/* NULL with @error where NSS is too old. */
static KeyFile *
load_key(const gchar *key_name, GError **error)
{
    g_autoptr(GBytes) key = support_load(folder, key_name);
    g_autoptr(GBytes) own = support_load(folder, "ed.pem");
    g_autoptr(GByteArray) both = g_byte_array_new();
    g_byte_array_append(both, g_bytes_get_data(key, NULL), (guint)g_bytes_get_size(key));
    g_byte_array_append(both, g_bytes_get_data(own, NULL), (guint)g_bytes_get_size(own));
    g_autoptr(GBytes) octets = g_byte_array_free_to_bytes(g_steal_pointer(&both));
    return key_file_parse(octets, NULL, error);
}

static void
assert_missing(const GError *error)
{
    g_autofree gchar *missing = nss_capability_explain(NSS_CAPABILITY_ED25519);
    g_assert_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED);
    g_assert_cmpstr(error->message, ==, missing);
}

/* What of @octets is signed, with the identifier that it has for that. */
static void
save_signed_part(GBytes *octets)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) as_sent = NULL;
    g_autoptr(SignedData) data = signed_data_parse(octets, &error);
    g_assert_no_error(error);
    const SignerInfo *signer = g_ptr_array_index(data->signers, 0);
    g_autoptr(GBytes) der =
        signed_attributes_to_der(data->ber, signer->attributes, &as_sent, &error);
    g_assert_no_error(error);
    g_assert_null(as_sent);
    g_assert_cmpint(signer->signature_algorithm.id, ==, OID_ED25519);
    g_assert_null(signer->signature_algorithm.parameters.octets);
    g_assert_cmpint(signer->digest_algorithm.id, ==, OID_SHA512);
    support_save(folder, "signed-part", der);
    support_save(folder, "our.sig", signer->signature);
}

/* A pair signs; openssl and we ourselves verify. */
static void
check_signing(const KeyPair *pair)
{
    const SignedDataOptions options = {.signing_time = 1795291200};
    const SignedDataOptions wrong = {.signing_time = 1795291200, .digest = CMS_DIGEST_SHA256};
    CmsDigest digest;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = whole_sign(content, pair, &options, &digest, &error);
    g_assert_no_error(error);
    g_assert_cmpint(digest, ==, CMS_DIGEST_SHA512);
    save_signed_part(octets);
    peer_run(folder, "openssl pkeyutl -verify -rawin -certin -inkey ed.pem -in signed-part "
                     "-sigfile our.sig");
    g_autoptr(SignerResult) result = verify(octets);
    g_assert_cmpint(result->math, ==, SIGNATURE_MATH_GOOD);
    g_autoptr(GBytes) refused = whole_sign(content, pair, &wrong, NULL, &error);
    g_assert_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED);
    g_assert_cmpstr(error->message, ==, "cannot sign with key ed25519 and digest sha-256");
}

static void
test_key_file(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KeyFile) file = load_key("ed.key.pem", &error);
    if (!is_there) {
        assert_missing(error);
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpuint(file->pairs->len, ==, 1);
    check_signing(g_ptr_array_index(file->pairs, 0));
}

/* The same key as RFC 8410 §10.3 has it, with an attribute and the public key (OneAsymmetricKey of
 * RFC 5958). */
static void
test_key_file_version_2(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KeyFile) file = load_key("ed.key-2.pem", &error);
    if (!is_there) {
        assert_missing(error);
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpuint(file->pairs->len, ==, 1);
}

/* A key that does not belong to the certificate. */
static void
test_key_of_another(void)
{
    g_autoptr(GError) error = NULL;
    peer_run(folder, "openssl genpkey -algorithm ED25519 -out other.key.pem");
    g_autoptr(KeyFile) file = load_key("other.key.pem", &error);
    g_assert_null(file);
    if (is_there)
        g_assert_error(error, CMS_ERROR, CMS_ERROR_KEY);
    else
        assert_missing(error);
}

static KeyStore *
new_store(const gchar *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *path = support_path(folder, name);
    KeyStore *store = key_store_open(path, TRUE, &error);
    g_assert_no_error(error);
    return store;
}

static void
check_export(KeyStore *store, const KeyPair *pair)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) p12 = key_store_export(store, pair, "secret", &error);
    g_assert_no_error(error);
    support_save(folder, "ed.p12", p12);
    peer_run(folder, "openssl pkcs12 -in ed.p12 -passin pass:secret -nodes -nocerts -out back.pem");
    peer_run(folder, "openssl pkey -in back.pem -out back.key.pem");
    g_autoptr(GBytes) before = support_load(folder, "ed.key.pem");
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
    g_autoptr(KeyFile) file = load_key("ed.key.pem", &error);
    if (!is_there) {
        assert_missing(error);
        return;
    }
    g_autoptr(KeyStore) store = new_store("store");
    g_assert_cmpint(key_store_import(store, file, &error), ==, 1);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) pairs = key_store_find(store, "ed@example.org", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(pairs->len, ==, 1);
    KeyPair *pair = g_ptr_array_index(pairs, 0);
    check_signing(pair);
    check_export(store, pair);
    g_assert_cmpint(key_store_import(store, file, &error), ==, 0);
    g_assert_true(key_store_delete(store, pair, &error));
    g_assert_no_error(error);
    g_autoptr(GPtrArray) left = key_store_list(store, &error);
    g_assert_cmpuint(left->len, ==, 0);
}

static void
test_certificate(void)
{
    GBytes *der = certificate_get_der(certificate);
    g_assert_cmpstr(certificate_get_key_name(certificate), ==, "ed25519");
    g_assert_true(certificate_may_sign(certificate));
    g_assert_false(certificate_may_encrypt(certificate));
    g_assert_cmpint(x509_signature_check(der, certificate), ==,
                    is_there ? SIGNATURE_CHECK_GOOD : SIGNATURE_CHECK_UNSUPPORTED);
}

/* RFC 8410 §10.1 and §10.3: one key in both forms of PKCS#8. */
static void
make_key(void)
{
    support_save_text(folder, "ed.key.pem",
                      "-----BEGIN PRIVATE KEY-----\n"
                      "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                      "-----END PRIVATE KEY-----\n");
    support_save_text(folder, "ed.key-2.pem",
                      "-----BEGIN PRIVATE KEY-----\n"
                      "MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
                      "oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\n"
                      "Z9w7lshQhqowtrbLDFw4rXAxZuE=\n"
                      "-----END PRIVATE KEY-----\n");
    peer_run(folder, "openssl req -x509 -key ed.key.pem -out ed.pem -subj /CN=ed -days 30 "
                     "-addext subjectAltName=email:ed@example.org");
    certificate = support_certificate(folder, "ed");
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    folder = support_folder_new();
    content = g_bytes_new_static(CONTENT, sizeof CONTENT - 1);
    is_there = nss_capability_is_there(NSS_CAPABILITY_ED25519);
    make_key();
    for (gsize i = 0; i < G_N_ELEMENTS(message_cases); i++) {
        g_autofree gchar *path = g_strconcat("/ed25519/message/", message_cases[i].name, NULL);
        g_test_add_data_func(path, &message_cases[i], test_message);
    }
    g_test_add_func("/ed25519/changed-content", test_changed_content);
    g_test_add_func("/ed25519/long-message", test_long_message);
    g_test_add_func("/ed25519/key-file", test_key_file);
    g_test_add_func("/ed25519/key-file-version-2", test_key_file_version_2);
    g_test_add_func("/ed25519/key-of-another", test_key_of_another);
    g_test_add_func("/ed25519/key-store", test_key_store);
    g_test_add_func("/ed25519/certificate", test_certificate);
    int status = g_test_run();
    certificate_unref(certificate);
    g_bytes_unref(content);
    support_folder_free(folder);
    support_shutdown();
    return status;
}
