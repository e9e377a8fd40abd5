/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "cms-error.h"
#include "drs-message.h"
#include "legacy-md5.h"
#include "legacy-rc4.h"
#include "peer.h"

#define DATA "\x01\x10\x08\x00\xcc\xcc\xcc\xcc what the directory has to say"

static SupportFolder *folder;
static KeyPair *sender;
static KeyPair *receiver;
static KeyPair *stranger;
static KeyPair *elliptic;

static OctetSource *
data_new(void)
{
    g_autoptr(GBytes) octets = g_bytes_new_static(DATA, sizeof DATA - 1);
    return octet_source_new_bytes(octets);
}

static gint64
now(void)
{
    return g_get_real_time() / G_USEC_PER_SEC;
}

static GBytes *
whole(OctetSource *taken)
{
    g_autoptr(OctetSource) source = taken;
    g_autoptr(GError) error = NULL;
    GBytes *octets = octet_source_to_bytes(source, &error);
    g_assert_no_error(error);
    return octets;
}

static GBytes *
protect(DrsMessageType type, DrsLegacy legacy)
{
    const DrsProtection protection = {.type = type,
                                      .signer = sender,
                                      .recipient = key_pair_get_certificate(receiver),
                                      .legacy = legacy,
                                      .now = now()};
    g_autoptr(OctetSource) data = data_new();
    g_autoptr(GError) error = NULL;
    OctetSource *message = drs_message_protect(data, &protection, &error);
    g_assert_no_error(error);
    return whole(message);
}

typedef struct {
    DrsMessageType type;
    DrsLegacy legacy;
    KeyPair *pinned; /* NULL: the sender */
    KeyPair *reader; /* NULL: the receiver */
    gint64 now;      /* 0: now */
} Reading;

/* The data, or NULL. */
static GBytes *
unprotect(GBytes *message, const Reading *reading, DrsMessageFacts *facts, GError **error)
{
    g_autoptr(GPtrArray) pairs =
        peer_pair_alone(reading->reader != NULL ? reading->reader : receiver);
    const EnvelopeKeys keys = {.pairs = pairs};
    const DrsExpectation expectation = {
        .type = reading->type,
        .legacy = reading->legacy,
        .pinned = key_pair_get_certificate(reading->pinned != NULL ? reading->pinned : sender),
        .keys = &keys,
        .now = reading->now != 0 ? reading->now : now()};
    OctetSource *data = drs_message_unprotect(message, &expectation, facts, error);
    return data != NULL ? whole(data) : NULL;
}

static void
assert_data(GBytes *data)
{
    g_autoptr(GBytes) expected = g_bytes_new_static(DATA, sizeof DATA - 1);
    g_assert_nonnull(data);
    g_assert_true(g_bytes_equal(data, expected));
}

/* Where @wanted begins; NULL if it is not there. */
static guint8 *
find(guint8 *octets, gsize n_octets, gconstpointer wanted, gsize n_wanted)
{
    for (gsize i = 0; i + n_wanted <= n_octets; i++)
        if (memcmp(octets + i, wanted, n_wanted) == 0)
            return octets + i;
    return NULL;
}

/* [MS-SRPL] §3.2.4.3, §3.3.5.3: what one end makes the other reads. */
typedef struct {
    const gchar *name;
    DrsMessageType type;
    DrsLegacy legacy;
    CmsDigest digest;
    const gchar *cipher;
} RoundTrip;

#define BOTH (DrsLegacy)(DRS_LEGACY_RC4 | DRS_LEGACY_MD5)
static const RoundTrip round_trips[] = {
    {"request", DRS_REQUEST, DRS_LEGACY_NONE, CMS_DIGEST_SHA256, NULL},
    {"request-md5", DRS_REQUEST, DRS_LEGACY_MD5, CMS_DIGEST_MD5, NULL},
    {"request-rc4-means-nothing", DRS_REQUEST, DRS_LEGACY_RC4, CMS_DIGEST_SHA256, NULL},
    {"response", DRS_RESPONSE, DRS_LEGACY_NONE, CMS_DIGEST_SHA256, "aes-128-cbc"},
    {"response-md5", DRS_RESPONSE, DRS_LEGACY_MD5, CMS_DIGEST_MD5, "aes-128-cbc"},
    {"response-rc4", DRS_RESPONSE, DRS_LEGACY_RC4, CMS_DIGEST_SHA256, "rc4"},
    {"response-rc4-md5", DRS_RESPONSE, BOTH, CMS_DIGEST_MD5, "rc4"},
};

static void
test_round_trip(gconstpointer user_data)
{
    const RoundTrip *test = user_data;
    g_auto(DrsMessageFacts) facts = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) message = protect(test->type, test->legacy);
    const Reading reading = {.type = test->type, .legacy = test->legacy};
    g_autoptr(GBytes) data = unprotect(message, &reading, &facts, &error);
    g_assert_no_error(error);
    assert_data(data);
    g_assert_true(facts.is_verified);
    g_assert_cmpint(facts.digest, ==, test->digest);
    g_assert_cmpstr(facts.cipher, ==, test->cipher);
    g_assert_true((facts.recipient != NULL) == (test->cipher != NULL));
    g_assert_cmpint(ABS(facts.signing_time - now()), <, 60);
    g_assert_true(g_bytes_equal(certificate_get_der(facts.sender),
                                certificate_get_der(key_pair_get_certificate(sender))));
}

/* RFC 2315 §9.1: versions 1, digest with NULL parameters, rsaEncryption, three attributes. */
static void
test_form(void)
{
    g_autoptr(GBytes) message = protect(DRS_REQUEST, DRS_LEGACY_NONE);
    support_save(folder, "form.der", message);
    g_autofree gchar *text =
        support_openssl(folder, "cms -cmsout -print -noout -inform DER -in form.der");
    g_assert_nonnull(strstr(text, "algorithm: rsaEncryption (1.2.840.113549.1.1.1)\n"
                                  "          parameter: NULL"));
    g_assert_nonnull(strstr(text, "eContentType: pkcs7-data"));
    g_assert_nonnull(strstr(text, "signingTime"));
    g_assert_null(strstr(text, "S/MIME Capabilities"));
    g_assert_null(strstr(text, "ESS"));
}

/* What is wrong with a message, and how that is told. */
typedef struct {
    const gchar *name;
    CmsCipher cipher; /* UNKNOWN: not encrypted */
    CmsDigest digest;
    gboolean rc4;
    gboolean without_certificates;
    gboolean mail;       /* signed as mail is */
    KeyPair **other_key; /* whose certificate comes along, too */
    KeyPair **signer;    /* NULL: the sender */
    KeyPair **reader;
    DrsMessageType type;
    DrsLegacy allowed;
    DrsError code;
} Fault;

static const Fault faults[] = {
    {.name = "request-encrypted",
     .cipher = CMS_CIPHER_AES_128_CBC,
     .type = DRS_REQUEST,
     .code = DRS_ERROR_REQUEST_ENCRYPTED},
    {.name = "request-encrypted-aead",
     .cipher = CMS_CIPHER_AES_128_GCM,
     .type = DRS_REQUEST,
     .code = DRS_ERROR_REQUEST_ENCRYPTED},
    {.name = "response-plain", .type = DRS_RESPONSE, .code = DRS_ERROR_RESPONSE_PLAIN},
    {.name = "certificate-missing",
     .without_certificates = TRUE,
     .code = DRS_ERROR_CERTIFICATE_MISSING},
    {.name = "certificates-two", .other_key = &stranger, .code = DRS_ERROR_CERTIFICATES},
    {.name = "not-pinned", .signer = &stranger, .code = DRS_ERROR_NOT_PINNED},
    {.name = "digest-sha512", .digest = CMS_DIGEST_SHA512, .code = DRS_ERROR_ALGORITHM},
    {.name = "digest-sha384-as-mail",
     .digest = CMS_DIGEST_SHA384,
     .mail = TRUE,
     .code = DRS_ERROR_ALGORITHM},
    {.name = "digest-md5", .digest = CMS_DIGEST_MD5, .code = DRS_ERROR_LEGACY},
    {.name = "digest-md5-rc4-allowed",
     .digest = CMS_DIGEST_MD5,
     .allowed = DRS_LEGACY_RC4,
     .code = DRS_ERROR_LEGACY},
    {.name = "cipher-aes-256",
     .cipher = CMS_CIPHER_AES_256_CBC,
     .type = DRS_RESPONSE,
     .code = DRS_ERROR_ALGORITHM},
    {.name = "cipher-aes-128-gcm",
     .cipher = CMS_CIPHER_AES_128_GCM,
     .type = DRS_RESPONSE,
     .code = DRS_ERROR_ALGORITHM},
    {.name = "cipher-rc4", .rc4 = TRUE, .type = DRS_RESPONSE, .code = DRS_ERROR_LEGACY},
    {.name = "cipher-rc4-md5-allowed",
     .rc4 = TRUE,
     .type = DRS_RESPONSE,
     .allowed = DRS_LEGACY_MD5,
     .code = DRS_ERROR_LEGACY},
};

static OctetSource *
encrypt(OctetSource *data, CmsCipher cipher)
{
    const EnvelopeOptions options = {.cipher = cipher};
    g_autoptr(GPtrArray) recipients = peer_certificates(&receiver, 1);
    OctetSource *envelope = enveloped_data_encrypt(data, recipients, &options, NULL);
    g_assert_nonnull(envelope);
    return envelope;
}

static OctetSource *
encrypt_rc4(OctetSource *data)
{
    g_autoptr(GBytes) envelope = legacy_rc4_encrypt(data, key_pair_get_certificate(receiver), NULL);
    g_assert_nonnull(envelope);
    return octet_source_new_bytes(envelope);
}

static GBytes *
make_faulty(const Fault *test)
{
    KeyPair *signer = test->signer != NULL ? *test->signer : sender;
    g_autoptr(GPtrArray) chain =
        test->other_key != NULL ? peer_certificates(test->other_key, 1) : NULL;
    const SignedDataOptions options = {
        .signing_time = now(),
        .digest = test->digest != CMS_DIGEST_UNKNOWN ? test->digest : CMS_DIGEST_SHA256,
        .without_certificates = test->without_certificates,
        .chain = chain,
        .pkcs7 = !test->mail};
    g_autoptr(OctetSource) data = data_new();
    g_autoptr(OctetSource) content = test->rc4 ? encrypt_rc4(data)
                                     : test->cipher != CMS_CIPHER_UNKNOWN
                                         ? encrypt(data, test->cipher)
                                         : octet_source_ref(data);
    OctetSource *message = options.digest == CMS_DIGEST_MD5
                               ? legacy_md5_sign(content, signer, &options, NULL)
                               : signed_data_sign(content, signer, &options, NULL, NULL);
    g_assert_nonnull(message);
    return whole(message);
}

static void
test_fault(gconstpointer user_data)
{
    const Fault *test = user_data;
    g_auto(DrsMessageFacts) facts = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) message = make_faulty(test);
    const Reading reading = {.type = test->type, .legacy = test->allowed};
    g_assert_null(unprotect(message, &reading, &facts, &error));
    g_assert_error(error, DRS_ERROR, (gint)test->code);
}

/* No octet of the data or of the signature can be another one. */
static void
test_tampered(void)
{
    g_autoptr(GBytes) message = protect(DRS_REQUEST, DRS_LEGACY_NONE);
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(message, &n_octets);
    g_autofree guint8 *copy = g_memdup2(octets, n_octets);
    guint8 *data = find(copy, n_octets, "directory", 9);
    guint8 *const places[] = {data, copy + n_octets - 1};
    g_assert_nonnull(data);
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        g_auto(DrsMessageFacts) facts = {0};
        g_autoptr(GError) error = NULL;
        *places[i] ^= 1;
        g_autoptr(GBytes) tampered = g_bytes_new(copy, n_octets);
        *places[i] ^= 1;
        g_assert_null(unprotect(tampered, &(Reading){.type = DRS_REQUEST}, &facts, &error));
        g_assert_error(error, DRS_ERROR, DRS_ERROR_SIGNATURE);
        g_assert_false(facts.is_verified);
    }
}

static void
test_malformed(void)
{
    static const gchar *const texts[] = {"", "0", "what is this"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_auto(DrsMessageFacts) facts = {0};
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) message = g_bytes_new_static(texts[i], strlen(texts[i]));
        g_assert_null(unprotect(message, &(Reading){.type = DRS_REQUEST}, &facts, &error));
        g_assert_error(error, DRS_ERROR, DRS_ERROR_MALFORMED);
    }
}

/* The response is somebody else's, or from another time. */
static void
test_not_for_us(void)
{
    const DrsLegacy kinds[] = {DRS_LEGACY_NONE, DRS_LEGACY_RC4};
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_auto(DrsMessageFacts) facts = {0};
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) message = protect(DRS_RESPONSE, kinds[i]);
        const Reading reading = {.type = DRS_RESPONSE, .legacy = kinds[i], .reader = stranger};
        g_assert_null(unprotect(message, &reading, &facts, &error));
        g_assert_error(error, CMS_ERROR, CMS_ERROR_NOT_FOR_US);
        g_assert_true(facts.is_verified);
    }
}

static void
test_expired(void)
{
    g_auto(DrsMessageFacts) facts = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) message = protect(DRS_REQUEST, DRS_LEGACY_NONE);
    const gint64 later = now() + G_GINT64_CONSTANT(3650) * 24 * 3600;
    g_assert_null(
        unprotect(message, &(Reading){.type = DRS_REQUEST, .now = later}, &facts, &error));
    g_assert_error(error, DRS_ERROR, DRS_ERROR_UNTRUSTED);
}

/* What is not even made. */
static void
test_protect_refuses(void)
{
    Certificate *const recipient = key_pair_get_certificate(receiver);
    Certificate *const no_rsa = key_pair_get_certificate(elliptic);
    const gint64 later = now() + G_GINT64_CONSTANT(3650) * 24 * 3600;
    const struct {
        DrsProtection protection;
        DrsError code;
    } cases[] = {
        {{DRS_RESPONSE, sender, NULL, DRS_LEGACY_NONE, now()}, DRS_ERROR_NO_ENTRY},
        {{DRS_RESPONSE, sender, no_rsa, DRS_LEGACY_NONE, now()}, DRS_ERROR_ALGORITHM},
        {{DRS_RESPONSE, sender, no_rsa, DRS_LEGACY_RC4, now()}, DRS_ERROR_ALGORITHM},
        {{DRS_REQUEST, elliptic, NULL, DRS_LEGACY_NONE, now()}, DRS_ERROR_ALGORITHM},
        {{DRS_REQUEST, elliptic, NULL, DRS_LEGACY_MD5, now()}, DRS_ERROR_ALGORITHM},
        {{DRS_REQUEST, sender, NULL, DRS_LEGACY_NONE, later}, DRS_ERROR_UNTRUSTED},
        {{DRS_RESPONSE, sender, recipient, DRS_LEGACY_NONE, later}, DRS_ERROR_UNTRUSTED},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(OctetSource) data = data_new();
        g_autoptr(GError) error = NULL;
        g_assert_null(drs_message_protect(data, &cases[i].protection, &error));
        g_assert_error(error, DRS_ERROR, (gint)cases[i].code);
    }
}

/* [MS-SRPL] §2.3 calls SHA-256 by the name of a signature algorithm: both are read. */
static void
test_digest_name(void)
{
    static const guint8 sha256[] = {0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                    0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00};
    static const guint8 sha256_with_rsa[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                             0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00};
    g_auto(DrsMessageFacts) facts = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) message = protect(DRS_REQUEST, DRS_LEGACY_NONE);
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(message, &n_octets);
    g_autofree guint8 *copy = g_memdup2(octets, n_octets);
    guint n_changed = 0;
    for (guint8 *p; (p = find(copy, n_octets, sha256, sizeof sha256)) != NULL; n_changed++)
        memcpy(p, sha256_with_rsa, sizeof sha256);
    g_assert_cmpuint(n_changed, ==, 2);
    g_autoptr(GBytes) renamed = g_bytes_new(copy, n_octets);
    g_autoptr(GBytes) data = unprotect(renamed, &(Reading){.type = DRS_REQUEST}, &facts, &error);
    g_assert_no_error(error);
    assert_data(data);
    g_assert_cmpint(facts.digest, ==, CMS_DIGEST_SHA256);
}

static void
test_legacy_names(void)
{
    DrsLegacy legacy = DRS_LEGACY_NONE;
    g_assert_true(drs_legacy_from_string("rc4", &legacy));
    g_assert_cmpint(legacy, ==, DRS_LEGACY_RC4);
    g_assert_true(drs_legacy_from_string("md5", &legacy));
    g_assert_cmpint(legacy, ==, DRS_LEGACY_MD5);
    g_assert_false(drs_legacy_from_string("RC4", &legacy));
    g_assert_false(drs_legacy_from_string("", &legacy));
    g_assert_false(drs_legacy_from_string(NULL, &legacy));
}

/* No other way leads to them: cms/ neither signs with MD5 nor knows RC4. */
static void
test_confined(void)
{
    g_autoptr(OctetSource) data = data_new();
    g_autoptr(GError) error = NULL;
    const SignedDataOptions options = {.digest = CMS_DIGEST_MD5, .pkcs7 = TRUE};
    g_autoptr(GBytes) used = protect(DRS_RESPONSE, BOTH);
    g_assert_null(signed_data_sign(data, sender, &options, NULL, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED);
    g_clear_error(&error);

    g_autoptr(OctetSource) source = encrypt_rc4(data);
    g_autoptr(GBytes) envelope = octet_source_to_bytes(source, NULL);
    g_autoptr(GPtrArray) pairs = peer_pair_alone(receiver);
    const EnvelopeKeys keys = {.pairs = pairs};
    g_assert_true(legacy_rc4_is_named(envelope));
    g_assert_null(enveloped_data_decrypt(envelope, &keys, NULL, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED);
}

static void
add_tests(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(round_trips); i++) {
        g_autofree gchar *path = g_strconcat("/drs-message/round-trip/", round_trips[i].name, NULL);
        g_test_add_data_func(path, &round_trips[i], test_round_trip);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autofree gchar *path = g_strconcat("/drs-message/fault/", faults[i].name, NULL);
        g_test_add_data_func(path, &faults[i], test_fault);
    }
    g_test_add_func("/drs-message/form", test_form);
    g_test_add_func("/drs-message/tampered", test_tampered);
    g_test_add_func("/drs-message/malformed", test_malformed);
    g_test_add_func("/drs-message/not-for-us", test_not_for_us);
    g_test_add_func("/drs-message/expired", test_expired);
    g_test_add_func("/drs-message/protect-refuses", test_protect_refuses);
    g_test_add_func("/drs-message/digest-name", test_digest_name);
    g_test_add_func("/drs-message/legacy-names", test_legacy_names);
    g_test_add_func("/drs-message/confined", test_confined);
}

/* Unlike peer_make_key()'s no authority's. */
static KeyPair *
make_key(const gchar *name, const gchar *algorithm)
{
    g_autofree gchar *subject = g_strconcat("/CN=", name, NULL);
    g_autofree gchar *key_name = g_strconcat(name, ".key", NULL);
    g_autofree gchar *key_pem_name = g_strconcat(name, ".key.pem", NULL);
    support_make_key(folder, name, algorithm);
    support_self_sign(folder, name, subject,
                      "basicConstraints=critical,CA:FALSE\n"
                      "keyUsage=critical,digitalSignature,keyEncipherment\n");
    g_autoptr(GBytes) key = support_load(folder, key_name);
    support_save(folder, key_pem_name, key);
    return peer_load_key(folder, name);
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    folder = support_folder_new();
    sender = make_key("sender", "rsa:2048");
    receiver = make_key("receiver", "rsa:2048");
    stranger = make_key("stranger", "rsa:2048");
    elliptic = make_key("elliptic", "ec:P-256");
    add_tests();
    int status = g_test_run();
    key_pair_unref(sender);
    key_pair_unref(receiver);
    key_pair_unref(stranger);
    key_pair_unref(elliptic);
    support_folder_free(folder);
    support_shutdown();
    return status;
}
