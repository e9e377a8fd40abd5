/* SPDX-License-Identifier: MPL-2.0 */

/* SignerInfos made by hand, whose signature is right in every case: what is refused is refused for
 * its attributes. */

#include <string.h>

#include "cms-error.h"
#include "content-digest.h"
#include "core-limits.h"
#include "nss-scoped.h"
#include "peer.h"
#include "signed-data-private.h"
#include "whole.h"

static SupportFolder *folder;
static KeyPair *key;

typedef void (*AddAttributes)(DerNode *set, GBytes *content);

typedef struct {
    const gchar *name;
    AddAttributes add[5];       /* one attribute each; none: no signed attributes */
    AddAttributes add_unsigned; /* or NULL */
    Oid content_type;           /* of encapContentInfo */
    Oid signature_algorithm;
    Oid digest_algorithm;
    gboolean as_added; /* the SET is signed and sent in the order of adding */
    const gchar *content;
    SignatureMath math;
    VerdictReason reason;
} AttributeCase;

static DerNode *
add_attribute(DerNode *set, Oid type)
{
    DerNode *attribute = der_add(set, BER_SEQUENCE);
    der_add_oid(attribute, type);
    return der_add(attribute, BER_SET);
}

static void
add_content_type(DerNode *set, GBytes *content G_GNUC_UNUSED)
{
    der_add_oid(add_attribute(set, OID_CONTENT_TYPE), OID_DATA);
}

static void
add_digest_value(DerNode *values, GBytes *content)
{
    DigestValue value;
    g_assert_true(content_digest_compute(CMS_DIGEST_SHA256, content, &value, NULL));
    der_add_octets(values, BER_OCTET_STRING, value.octets, value.n_octets);
}

static void
add_message_digest(DerNode *set, GBytes *content)
{
    add_digest_value(add_attribute(set, OID_MESSAGE_DIGEST), content);
}

static void
add_time(DerNode *set, GBytes *content G_GNUC_UNUSED)
{
    der_add_time(add_attribute(set, OID_SIGNING_TIME), 1700000000);
}

static void
add_time_text(DerNode *set, guint8 tag, const gchar *text)
{
    der_add_octets(add_attribute(set, OID_SIGNING_TIME), tag, text, strlen(text));
}

static void
add_long_time(DerNode *set, GBytes *content G_GNUC_UNUSED)
{
    add_time_text(set, BER_GENERALIZED_TIME, "20231114221320Z");
}

static void
add_time_without_seconds(DerNode *set, GBytes *content G_GNUC_UNUSED)
{
    add_time_text(set, BER_UTC_TIME, "2311142213Z");
}

static void
add_time_with_zone(DerNode *set, GBytes *content G_GNUC_UNUSED)
{
    add_time_text(set, BER_UTC_TIME, "231114221320+0100");
}

static void
add_time_on_no_day(DerNode *set, GBytes *content G_GNUC_UNUSED)
{
    add_time_text(set, BER_UTC_TIME, "230230221320Z");
}

static void
add_countersignature(DerNode *set, GBytes *content G_GNUC_UNUSED)
{
    der_add(add_attribute(set, OID_COUNTERSIGNATURE), BER_SEQUENCE);
}

/* Two values in one attribute, which RFC 5652 §11.4 has for this one alone. */
static void
add_countersignatures(DerNode *set, GBytes *content G_GNUC_UNUSED)
{
    DerNode *values = add_attribute(set, OID_COUNTERSIGNATURE);
    der_add(values, BER_SEQUENCE);
    der_add_small(der_add(values, BER_SEQUENCE), 1);
    add_countersignature(set, content);
}

static void
add_unknown(DerNode *set, GBytes *content G_GNUC_UNUSED)
{
    der_add_null(add_attribute(set, OID_SHA1));
}

static void
add_capabilities(DerNode *set, GBytes *content G_GNUC_UNUSED)
{
    der_add(add_attribute(set, OID_SMIME_CAPABILITIES), BER_SEQUENCE);
}

static void
add_digest_without_value(DerNode *set, GBytes *content G_GNUC_UNUSED)
{
    add_attribute(set, OID_MESSAGE_DIGEST);
}

static void
add_wrong_digest(DerNode *set, GBytes *content G_GNUC_UNUSED)
{
    der_add_octets(add_attribute(set, OID_MESSAGE_DIGEST), BER_OCTET_STRING,
                   "0123456789abcdef0123456789abcdef", 32);
}

static void
add_two_values(DerNode *set, GBytes *content)
{
    DerNode *values = add_attribute(set, OID_MESSAGE_DIGEST);
    add_digest_value(values, content);
    der_add_octets(values, BER_OCTET_STRING, "", 0);
}

static void
add_other_type(DerNode *set, GBytes *content G_GNUC_UNUSED)
{
    der_add_oid(add_attribute(set, OID_CONTENT_TYPE), OID_SIGNED_DATA);
}

static void
add_certificate_hash(DerNode *set, Oid type, GBytes *octets, CmsDigest digest)
{
    DigestValue value;
    g_assert_true(content_digest_compute(digest, octets, &value, NULL));
    DerNode *certificates = der_add(der_add(add_attribute(set, type), BER_SEQUENCE), BER_SEQUENCE);
    DerNode *id = der_add(certificates, BER_SEQUENCE);
    if (type == OID_SIGNING_CERTIFICATE_V2 && digest != CMS_DIGEST_SHA256)
        der_add_algorithm(id, cms_digest_get_info(digest)->oid, FALSE);
    der_add_octets(id, BER_OCTET_STRING, value.octets, value.n_octets);
}

static void
add_right_certificate(DerNode *set, GBytes *content G_GNUC_UNUSED)
{
    GBytes *der = certificate_get_der(key_pair_get_certificate(key));
    add_certificate_hash(set, OID_SIGNING_CERTIFICATE, der, CMS_DIGEST_SHA1);
    add_certificate_hash(set, OID_SIGNING_CERTIFICATE_V2, der, CMS_DIGEST_SHA512);
}

static void
add_wrong_certificate(DerNode *set, GBytes *content)
{
    add_certificate_hash(set, OID_SIGNING_CERTIFICATE_V2, content, CMS_DIGEST_SHA256);
}

static void
add_wrong_certificate_v1(DerNode *set, GBytes *content)
{
    add_certificate_hash(set, OID_SIGNING_CERTIFICATE, content, CMS_DIGEST_SHA1);
}

static void
add_too_many(DerNode *set, GBytes *content G_GNUC_UNUSED)
{
    for (guint i = 0; i < LIMIT_ATTRIBUTES; i++)
        der_add_null(add_attribute(set, OID_SHA1));
}

#define BOTH        add_content_type, add_message_digest
#define DATA_RSA    OID_DATA, OID_SHA256_WITH_RSA, OID_SHA256
#define GOOD        SIGNATURE_MATH_GOOD, REASON_NONE
#define MALFORMED   SIGNATURE_MATH_BAD, REASON_MALFORMED
#define BAD         SIGNATURE_MATH_BAD, REASON_SIGNATURE_BAD
#define UNSUPPORTED SIGNATURE_MATH_UNKNOWN, REASON_UNSUPPORTED_ALGORITHM

static const AttributeCase attribute_cases[] = {
    {"plain", {BOTH}, NULL, DATA_RSA, FALSE, "x", GOOD},
    {"rsa-encryption", {BOTH}, NULL, OID_DATA, OID_RSA_ENCRYPTION, OID_SHA256, FALSE, "x", GOOD},
    {"not-in-der-order", {add_message_digest, add_content_type}, NULL, DATA_RSA, TRUE, "x", GOOD},
    {"time", {BOTH, add_time}, NULL, DATA_RSA, FALSE, "x", GOOD},
    {"time-generalized", {BOTH, add_long_time}, NULL, DATA_RSA, FALSE, "x", GOOD},
    {"unknown-twice", {BOTH, add_unknown, add_unknown}, NULL, DATA_RSA, FALSE, "x", GOOD},
    {"signing-certificate", {BOTH, add_right_certificate}, NULL, DATA_RSA, FALSE, "x", GOOD},
    /* RFC 5652 §11.1, §11.2: one of each, with one value */
    {"no-message-digest", {add_content_type}, NULL, DATA_RSA, FALSE, "x", MALFORMED},
    {"no-content-type", {add_message_digest}, NULL, DATA_RSA, FALSE, "x", MALFORMED},
    {"message-digest-twice", {BOTH, add_message_digest}, NULL, DATA_RSA, FALSE, "x", MALFORMED},
    {"message-digest-of-two-values",
     {add_content_type, add_two_values},
     NULL,
     DATA_RSA,
     FALSE,
     "x",
     MALFORMED},
    {"message-digest-without-value",
     {add_content_type, add_digest_without_value},
     NULL,
     DATA_RSA,
     FALSE,
     "x",
     MALFORMED},
    {"message-digest-of-other-content",
     {add_content_type, add_wrong_digest},
     NULL,
     DATA_RSA,
     FALSE,
     "x",
     BAD},
    {"content-type-twice", {BOTH, add_content_type}, NULL, DATA_RSA, FALSE, "x", MALFORMED},
    {"content-type-differs",
     {add_other_type, add_message_digest},
     NULL,
     DATA_RSA,
     FALSE,
     "x",
     MALFORMED},
    /* RFC 8551 §2.4.1: what was signed as something else is no message, though it may read like one
     */
    {"content-of-another-type",
     {add_other_type, add_message_digest},
     NULL,
     OID_SIGNED_DATA,
     OID_SHA256_WITH_RSA,
     OID_SHA256,
     FALSE,
     "x",
     MALFORMED},
    /* RFC 5652 §11.3 */
    {"time-twice", {BOTH, add_time, add_time}, NULL, DATA_RSA, FALSE, "x", MALFORMED},
    {"time-without-seconds",
     {BOTH, add_time_without_seconds},
     NULL,
     DATA_RSA,
     FALSE,
     "x",
     MALFORMED},
    {"time-with-zone", {BOTH, add_time_with_zone}, NULL, DATA_RSA, FALSE, "x", MALFORMED},
    {"time-on-no-day", {BOTH, add_time_on_no_day}, NULL, DATA_RSA, FALSE, "x", MALFORMED},
    {"time-unsigned", {BOTH}, add_time, DATA_RSA, FALSE, "x", MALFORMED},
    {"message-digest-unsigned", {BOTH}, add_message_digest, DATA_RSA, FALSE, "x", MALFORMED},
    /* RFC 5652 §11.4: others' signatures over this one, which say nothing about it; any number */
    {"countersignature", {BOTH}, add_countersignature, DATA_RSA, FALSE, "x", GOOD},
    {"countersignatures", {BOTH}, add_countersignatures, DATA_RSA, FALSE, "x", GOOD},
    {"countersignature-bare", {NULL}, add_countersignatures, DATA_RSA, FALSE, "x", GOOD},
    {"countersignature-signed",
     {BOTH, add_countersignature},
     NULL,
     DATA_RSA,
     FALSE,
     "x",
     MALFORMED},
    /* RFC 8551 §2.5.2 */
    {"capabilities-twice",
     {BOTH, add_capabilities, add_capabilities},
     NULL,
     DATA_RSA,
     FALSE,
     "x",
     MALFORMED},
    /* RFC 5035 §3 */
    {"signing-certificate-of-another",
     {BOTH, add_wrong_certificate},
     NULL,
     DATA_RSA,
     FALSE,
     "x",
     BAD},
    {"signing-certificate-v1-of-another",
     {BOTH, add_wrong_certificate_v1},
     NULL,
     DATA_RSA,
     FALSE,
     "x",
     BAD},
    {"too-many", {BOTH, add_too_many}, NULL, DATA_RSA, FALSE, "x", MALFORMED},
    /* RFC 5652 §5.3: other content types need attributes */
    {"bare", {NULL}, NULL, DATA_RSA, FALSE, "x", GOOD},
    {"bare-not-data",
     {NULL},
     NULL,
     OID_SIGNED_DATA,
     OID_SHA256_WITH_RSA,
     OID_SHA256,
     FALSE,
     "x",
     MALFORMED},
    {"bare-content-is-a-set", {NULL}, NULL, DATA_RSA, FALSE, "1\x02\x05", GOOD},
    {"digests-disagree",
     {BOTH},
     NULL,
     OID_DATA,
     OID_SHA512_WITH_RSA,
     OID_SHA256,
     FALSE,
     "x",
     MALFORMED},
    {"digest-unknown",
     {BOTH},
     NULL,
     OID_DATA,
     OID_SHA256_WITH_RSA,
     OID_DATA,
     FALSE,
     "x",
     UNSUPPORTED},
    {"signature-unknown",
     {BOTH},
     NULL,
     OID_DATA,
     OID_EC_PUBLIC_KEY,
     OID_SHA256,
     FALSE,
     "x",
     UNSUPPORTED},
    {"signature-of-another-key-type",
     {BOTH},
     NULL,
     OID_DATA,
     OID_ECDSA_WITH_SHA256,
     OID_SHA256,
     FALSE,
     "x",
     BAD},
};

static GBytes *
sign_octets(GBytes *octets)
{
    SECItem signature = {siBuffer, NULL, 0};
    g_assert_cmpint(SEC_SignData(&signature, g_bytes_get_data(octets, NULL),
                                 (int)g_bytes_get_size(octets), key_pair_get_private_key(key),
                                 SEC_OID_PKCS1_SHA256_WITH_RSA_ENCRYPTION),
                    ==, SECSuccess);
    GBytes *result = g_bytes_new(signature.data, signature.len);
    SECITEM_FreeItem(&signature, PR_FALSE);
    return result;
}

static void
add_tagged(DerNode *signer, GBytes *set, guint number)
{
    g_autofree guint8 *copy = g_memdup2(g_bytes_get_data(set, NULL), g_bytes_get_size(set));
    copy[0] = BER_CONTEXT_CONSTRUCTED(number);
    der_add_encoded_slice(signer, (BerSlice){copy, g_bytes_get_size(set)});
}

static void
add_signer(DerNode *data, const AttributeCase *test, GBytes *content)
{
    DerNode *signer = der_add(der_add(data, BER_SET), BER_SEQUENCE);
    der_add_small(signer, 1);
    signer_id_add_issuer_and_serial(signer, BER_SEQUENCE, key_pair_get_certificate(key));
    der_add_algorithm(signer, test->digest_algorithm, FALSE);
    g_autoptr(GBytes) to_sign = g_bytes_ref(content);
    if (test->add[0] != NULL) {
        g_autoptr(DerNode) set = der_node_new(BER_SET);
        for (guint i = 0; test->add[i] != NULL; i++)
            test->add[i](set, content);
        if (!test->as_added)
            der_node_sort(set);
        g_bytes_unref(to_sign);
        to_sign = der_node_serialize(set);
        add_tagged(signer, to_sign, 0);
    }
    der_add_algorithm(signer, test->signature_algorithm, TRUE);
    g_autoptr(GBytes) signature = sign_octets(to_sign);
    der_add_bytes(signer, BER_OCTET_STRING, signature);
    if (test->add_unsigned != NULL) {
        g_autoptr(DerNode) set = der_node_new(BER_SET);
        test->add_unsigned(set, content);
        g_autoptr(GBytes) octets = der_node_serialize(set);
        add_tagged(signer, octets, 1);
    }
}

static GBytes *
build(const AttributeCase *test, GBytes *content)
{
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_oid(root, OID_SIGNED_DATA);
    DerNode *data = der_add(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
    der_add_small(data, 1);
    der_add_algorithm(der_add(data, BER_SET), OID_SHA256, FALSE);
    DerNode *info = der_add(data, BER_SEQUENCE);
    der_add_oid(info, test->content_type);
    der_add_bytes(der_add(info, BER_CONTEXT_CONSTRUCTED(0)), BER_OCTET_STRING, content);
    add_signer(data, test, content);
    return der_node_serialize(root);
}

static void
check(const AttributeCase *test, GBytes *content)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = build(test, content);
    g_autoptr(SignedData) data = signed_data_parse(octets, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) candidates = peer_certificates(&key, 1);
    g_autoptr(SignerResult) result = whole_verify(data, 0, NULL, candidates);
    g_assert_cmpint(result->math, ==, test->math);
    g_assert_cmpint(result->reason, ==, test->reason);
}

static void
test_attributes(gconstpointer data)
{
    const AttributeCase *test = data;
    g_autoptr(GBytes) content = g_bytes_new_static(test->content, strlen(test->content));
    check(test, content);
}

/* The signature over the attributes of one message, presented as one over content: RFC 5652 has no
 * way to tell the two apart but the look of the content. */
static void
test_attributes_as_content(void)
{
    static const AttributeCase bare = {"", {NULL}, NULL, DATA_RSA, FALSE, NULL, MALFORMED};
    g_autoptr(GBytes) inner = g_bytes_new_static("x", 1);
    g_autoptr(DerNode) set = der_node_new(BER_SET);
    add_content_type(set, inner);
    add_message_digest(set, inner);
    der_node_sort(set);
    g_autoptr(GBytes) content = der_node_serialize(set);
    check(&bare, content);
}

/* An RSA key that its certificate restricts to PSS (RFC 4055 §1.2) verifies PSS, and never PKCS #1
 * v1.5. */
static void
test_pss_key(void)
{
    static const AttributeCase pkcs1 = {"", {BOTH}, NULL, DATA_RSA, FALSE, NULL, BAD};
    g_autoptr(GBytes) content = g_bytes_new_static("x", 1);
    support_save(folder, "content", content);
    peer_run(folder, "openssl req -x509 -newkey rsa-pss -pkeyopt rsa_keygen_bits:2048 -nodes "
                     "-keyout pss.key.pem -out pss.pem -subj /CN=pss -days 30");
    peer_run(folder, "openssl cms -sign -nodetach -binary -in content -outform DER -out made.der "
                     "-signer pss.pem -inkey pss.key.pem -keyopt rsa_padding_mode:pss");
    g_autoptr(GBytes) octets = support_load(folder, "made.der");
    g_autoptr(SignedData) data = signed_data_parse(octets, NULL);
    g_autoptr(SignerResult) result = whole_verify(data, 0, NULL, NULL);
    g_assert_cmpint(result->math, ==, SIGNATURE_MATH_GOOD);
    g_assert_cmpstr(result->algorithm, ==, "rsa-pss-sha256");
    /* The same key without its restriction: the RSAPrivateKey inside of the PKCS#8 form. */
    peer_run(folder, "openssl asn1parse -in pss.key.pem -strparse 20 -noout -out bare.der");
    peer_run(folder, "openssl rsa -inform DER -in bare.der -out pss.key.pem");
    g_autoptr(KeyPair) pss = peer_load_key(folder, "pss");
    KeyPair *usual = key;
    key = pss;
    check(&pkcs1, content);
    key = usual;
}

typedef struct {
    const gchar *name;
    guint8 tag;
    const gchar *text;
    gint64 seconds; /* -1: not a time */
} TimeCase;

static const TimeCase time_cases[] = {
    {"utc", BER_UTC_TIME, "700101000001Z", 1},
    {"utc-2049", BER_UTC_TIME, "491231235959Z", G_GINT64_CONSTANT(2524607999)},
    {"utc-1950", BER_UTC_TIME, "500101000000Z", G_GINT64_CONSTANT(-631152000)},
    {"generalized", BER_GENERALIZED_TIME, "20500101000000Z", G_GINT64_CONSTANT(2524608000)},
    {"fraction", BER_GENERALIZED_TIME, "20500101000000.5Z", -1},
    {"no-zone", BER_UTC_TIME, "700101000001", -1},
    {"letters", BER_UTC_TIME, "7001010000x1Z", -1},
    {"hour-24", BER_UTC_TIME, "700101240000Z", -1},
    {"empty", BER_UTC_TIME, "", -1},
};

static void
test_time(gconstpointer data)
{
    const TimeCase *test = data;
    gint64 seconds = -1;
    BerSlice text = {(const guint8 *)test->text, strlen(test->text)};
    gboolean parsed = signed_attributes_parse_time(test->tag, text, &seconds);
    g_assert_cmpint(parsed, ==, test->seconds != -1);
    g_assert_cmpint(seconds, ==, test->seconds);
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    folder = support_folder_new();
    key = peer_make_key(folder, "alice", "rsa:2048");
    for (gsize i = 0; i < G_N_ELEMENTS(attribute_cases); i++) {
        g_autofree gchar *path = g_strconcat("/signed-attributes/", attribute_cases[i].name, NULL);
        g_test_add_data_func(path, &attribute_cases[i], test_attributes);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(time_cases); i++) {
        g_autofree gchar *path = g_strconcat("/signed-attributes/time/", time_cases[i].name, NULL);
        g_test_add_data_func(path, &time_cases[i], test_time);
    }
    g_test_add_func("/signed-attributes/as-content", test_attributes_as_content);
    g_test_add_func("/signed-attributes/pss-key", test_pss_key);
    int status = g_test_run();
    key_pair_unref(key);
    support_folder_free(folder);
    support_shutdown();
    return status;
}
