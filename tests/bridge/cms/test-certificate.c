/* SPDX-License-Identifier: MPL-2.0 */

#include "certificate.h"

#include <string.h>

#include "certificate-private.h"
#include "cms-error.h"
#include "core-limits.h"
#include "nss-capability.h"
#include "nss-scoped.h"
#include "support.h"

#define CA_EXTENSIONS                                                                              \
    "basicConstraints = critical,CA:TRUE,pathlen:1\nkeyUsage = critical,keyCertSign"

typedef struct {
    const gchar *name;
    const gchar *algorithm;
    const gchar *subject;
    const gchar *extensions;
    const gchar *addresses; /* joined with a blank */
    CertificateKeyType key_type;
    const gchar *key_name;
    gboolean may_sign;
    gboolean may_encrypt;
    gboolean has_public_key; /* Ed25519: it depends on NSS */
} FactsCase;

static const FactsCase facts_cases[] = {
    {"bare", "rsa:2048", "/CN=A", "", "", KEY_TYPE_RSA, "rsa-2048", TRUE, TRUE, TRUE},
    {"san", "ec:P-256", "/CN=A/emailAddress=old@example.org",
     "subjectAltName = email:a@example.org,DNS:example.org,email:b@example.org", /**/
     "a@example.org b@example.org", KEY_TYPE_EC, "ec-p256", TRUE, TRUE, TRUE},
    {"san-twice-the-same", "ec:P-256", "/CN=A",
     "subjectAltName = email:a@example.org,email:a@example.org", "a@example.org", KEY_TYPE_EC,
     "ec-p256", TRUE, TRUE, TRUE},
    {"san-without-address", "ec:P-384", "/CN=A/emailAddress=old@example.org",
     "subjectAltName = DNS:example.org", "old@example.org", KEY_TYPE_EC, "ec-p384", TRUE, TRUE,
     TRUE},
    {"subject-only", "ec:P-521", "/CN=A/emailAddress=old@example.org", "", "old@example.org",
     KEY_TYPE_EC, "ec-p521", TRUE, TRUE, TRUE},
    {"rfc9598-smtp-utf8-mailbox", "ec:P-256", "/CN=A",
     "subjectAltName = @san\n[san]\notherName.0 = "
     "1.3.6.1.5.5.7.8.9;FORMAT:UTF8,UTF8:jörg@example.org",
     "jörg@example.org", KEY_TYPE_EC, "ec-p256", TRUE, TRUE, TRUE},
    {"other-name-of-another-kind", "ec:P-256", "/CN=A",
     "subjectAltName = otherName:1.2.3.4;UTF8:a@example.org", "", KEY_TYPE_EC, "ec-p256", TRUE,
     TRUE, TRUE},
    {"control-character", "ec:P-256", "/CN=A", "subjectAltName = DER:30:06:81:04:61:0a:40:62", "",
     KEY_TYPE_EC, "ec-p256", TRUE, TRUE, TRUE},
    {"nul", "ec:P-256", "/CN=A", "subjectAltName = DER:30:06:81:04:61:00:40:62", "", KEY_TYPE_EC,
     "ec-p256", TRUE, TRUE, TRUE},
    {"sign-only", "rsa:2048", "/CN=A", "keyUsage = digitalSignature", "", KEY_TYPE_RSA, "rsa-2048",
     TRUE, FALSE, TRUE},
    {"non-repudiation", "rsa:2048", "/CN=A", "keyUsage = nonRepudiation", "", KEY_TYPE_RSA,
     "rsa-2048", TRUE, FALSE, TRUE},
    {"encrypt-only", "rsa:2048", "/CN=A", "keyUsage = keyEncipherment", "", KEY_TYPE_RSA,
     "rsa-2048", FALSE, TRUE, TRUE},
    {"rsa-key-agreement", "rsa:2048", "/CN=A", "keyUsage = keyAgreement", "", KEY_TYPE_RSA,
     "rsa-2048", FALSE, FALSE, TRUE},
    {"ec-key-agreement", "ec:P-256", "/CN=A", "keyUsage = keyAgreement", "", KEY_TYPE_EC, "ec-p256",
     FALSE, TRUE, TRUE},
    {"eku-mail", "rsa:2048", "/CN=A", "extendedKeyUsage = emailProtection", "", KEY_TYPE_RSA,
     "rsa-2048", TRUE, TRUE, TRUE},
    {"eku-any", "rsa:2048", "/CN=A", "extendedKeyUsage = serverAuth,anyExtendedKeyUsage", "",
     KEY_TYPE_RSA, "rsa-2048", TRUE, TRUE, TRUE},
    {"eku-server", "rsa:2048", "/CN=A", "extendedKeyUsage = serverAuth", "", KEY_TYPE_RSA,
     "rsa-2048", FALSE, FALSE, TRUE},
    {"authority", "rsa:2048", "/CN=A", CA_EXTENSIONS, "", KEY_TYPE_RSA, "rsa-2048", FALSE, FALSE,
     TRUE},
    {"pss", "rsa-pss:2048", "/CN=A", "", "", KEY_TYPE_RSA_PSS, "rsa-pss-2048", TRUE, FALSE, TRUE},
    {"ed25519", "ed25519", "/CN=A", "", "", KEY_TYPE_ED25519, "ed25519", TRUE, FALSE, FALSE},
    {"curve-not-supported", "ec:secp256k1", "/CN=A", "", "", KEY_TYPE_EC, "ec-1.3.132.0.10", TRUE,
     TRUE, FALSE},
    {"rsa-too-small", "rsa:768", "/CN=A", "", "", KEY_TYPE_RSA, "rsa-768", TRUE, TRUE, FALSE},
};

static Certificate *
make(const SupportFolder *folder, const gchar *algorithm, const gchar *subject,
     const gchar *extensions)
{
    support_make_key(folder, "test", algorithm);
    support_self_sign(folder, "test", subject, extensions);
    return support_certificate(folder, "test");
}

static void
test_facts(gconstpointer data)
{
    const FactsCase *row = data;
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(Certificate) certificate =
        make(folder, row->algorithm, row->subject, row->extensions);
    g_autofree gchar *addresses = g_strjoinv(" ", (gchar **)certificate_get_addresses(certificate));
    g_autoptr(GError) error = NULL;

    g_assert_cmpstr(addresses, ==, row->addresses);
    g_assert_cmpint(certificate_get_key_type(certificate), ==, row->key_type);
    g_assert_cmpstr(certificate_get_key_name(certificate), ==, row->key_name);
    g_assert_cmpint(certificate_may_sign(certificate), ==, row->may_sign);
    g_assert_cmpint(certificate_may_encrypt(certificate), ==, row->may_encrypt);
    g_autoptr(SECKEYPublicKey) key = certificate_extract_public_key(certificate, &error);
    if (row->has_public_key ||
        (row->key_type == KEY_TYPE_ED25519 && nss_capability_is_there(NSS_CAPABILITY_ED25519))) {
        g_assert_no_error(error);
        g_assert_nonnull(key);
    } else {
        g_assert_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED);
        g_assert_null(key);
    }
}

/* What openssl says of the same certificate. */
static void
test_against_openssl(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(Certificate) certificate =
        make(folder, "rsa:2048", "/C=DE/O=Example, Inc./CN=Alice \"A\"/emailAddress=a@example.org",
             "subjectKeyIdentifier = hash");
    g_autofree gchar *serial = support_openssl(folder, "x509 -in test.pem -noout -serial");
    g_autofree gchar *fingerprint =
        support_openssl(folder, "x509 -in test.pem -noout -fingerprint -sha256");
    g_autofree gchar *own_serial = certificate_dup_serial_hex(certificate);
    g_autofree gchar *own_fingerprint = certificate_dup_sha256_hex(certificate);
    g_autofree gchar *made =
        support_openssl(folder, "x509 -in test.pem -noout -pubkey -out test.pub");
    g_autofree gchar *der =
        support_openssl(folder, "pkey -pubin -in test.pub -outform DER -out test.spki");
    g_autoptr(GBytes) spki = support_load(folder, "test.spki");

    g_test_message("%s%s", made, der);
    g_assert_cmpstr(certificate_get_subject(certificate), ==,
                    "E=a@example.org,CN=Alice \\\"A\\\",O=\"Example, Inc.\",C=DE");
    g_assert_true(certificate_is_self_issued(certificate));
    g_strstrip(serial);
    g_autofree gchar *lower = g_ascii_strdown(serial + strlen("serial="), -1);
    /* openssl leaves the sign octet out. */
    g_assert_true(g_str_has_suffix(own_serial, lower));
    g_auto(GStrv) octets = g_strsplit(strchr(fingerprint, '=') + 1, ":", -1);
    g_autofree gchar *joined = g_strjoinv("", octets);
    g_autofree gchar *plain = g_ascii_strdown(g_strstrip(joined), -1);
    g_assert_cmpstr(own_fingerprint, ==, plain);
    g_assert_true(g_bytes_equal(certificate_get_spki(certificate), spki));
    g_assert_cmpuint(g_bytes_get_size(certificate_get_key_identifier(certificate)), ==, 20);
}

static void
test_time(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(Certificate) certificate = make(folder, "ec:P-256", "/CN=A", "");
    gint64 from = certificate_get_not_before(certificate);
    gint64 to = certificate_get_not_after(certificate);

    g_assert_cmpint(to - from, ==, 30 * 24 * 60 * 60);
    g_assert_cmpint(certificate_check_time(certificate, from - 1), ==, CERTIFICATE_NOT_YET_VALID);
    g_assert_cmpint(certificate_check_time(certificate, from), ==, CERTIFICATE_VALID);
    g_assert_cmpint(certificate_check_time(certificate, to), ==, CERTIFICATE_VALID);
    g_assert_cmpint(certificate_check_time(certificate, to + 1), ==, CERTIFICATE_EXPIRED);
}

static void
test_usages(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(Certificate) certificate =
        make(folder, "rsa:2048", "/CN=A",
             "keyUsage = digitalSignature,keyEncipherment,decipherOnly\n"
             "extendedKeyUsage = emailProtection,1.2.3.4");
    g_auto(GStrv) usages = certificate_dup_key_usages(certificate);
    g_auto(GStrv) purposes = certificate_dup_extended_key_usages(certificate);
    g_autofree gchar *usage_text = g_strjoinv(" ", usages);
    g_autofree gchar *purpose_text = g_strjoinv(" ", purposes);

    g_assert_cmpstr(usage_text, ==, "digitalSignature keyEncipherment decipherOnly");
    g_assert_cmpstr(purpose_text, ==, "emailProtection 1.2.3.4");
    g_assert_false(certificate_is_authority(certificate));

    g_autoptr(Certificate) authority = make(folder, "ec:P-256", "/CN=A", CA_EXTENSIONS);
    g_auto(GStrv) none = certificate_dup_extended_key_usages(authority);
    g_assert_true(certificate_is_authority(authority));
    g_assert_cmpuint(g_strv_length(none), ==, 0);
}

static void
test_deceptive_subject(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(Certificate) certificate = make(folder, "ec:P-256",
                                              "/CN=a\xe2\x80\xae"
                                              "b\xc3\xa4",
                                              "");
    g_assert_cmpstr(certificate_get_subject(certificate), ==, "CN=a\\E2\\80\\AEbä");
}

/* A name that would take long to write out. */
static void
test_long_subject(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    GString *subject = g_string_new("");
    for (guint i = 0; i < 300; i++)
        g_string_append_printf(subject, "/OU=unit %u", i);
    g_autoptr(Certificate) certificate = make(folder, "ec:P-256", subject->str, "");
    g_string_free(subject, TRUE);
    g_assert_true(g_str_has_prefix(certificate_get_subject(certificate), "#3082"));
}

static GBytes *
der_of_test(const SupportFolder *folder)
{
    g_autoptr(Certificate) certificate = make(folder, "ec:P-256", "/CN=A", "");
    return g_bytes_ref(certificate_get_der(certificate));
}

static void
assert_refused(GBytes *octets, CmsError code)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(certificate_new(octets, &error));
    g_assert_error(error, CMS_ERROR, (gint)code);
}

static void
test_left_over(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(GBytes) der = der_of_test(folder);
    g_autoptr(GByteArray) longer = g_byte_array_new();
    g_byte_array_append(longer, g_bytes_get_data(der, NULL), (guint)g_bytes_get_size(der));
    g_byte_array_append(longer, (const guint8 *)"", 1);
    g_autoptr(GBytes) octets = g_bytes_new(longer->data, longer->len);
    assert_refused(octets, CMS_ERROR_CERTIFICATE);
}

/* Every prefix, and every octet changed: no crash, and what is accepted can be asked for all it
 * has. */
static void
test_damaged(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(GBytes) der = der_of_test(folder);
    gsize n_octets;
    const guint8 *octets = g_bytes_get_data(der, &n_octets);

    for (gsize i = 0; i < n_octets; i++) {
        g_autoptr(GBytes) prefix = g_bytes_new(octets, i);
        assert_refused(prefix, CMS_ERROR_CERTIFICATE);
        guint8 *copy = g_memdup2(octets, n_octets);
        copy[i] ^= 0x41;
        g_autoptr(GBytes) changed = g_bytes_new_take(copy, n_octets);
        g_autoptr(Certificate) certificate = certificate_new(changed, NULL);
        g_autoptr(SECKEYPublicKey) key =
            certificate != NULL ? certificate_extract_public_key(certificate, NULL) : NULL;
    }
}

static void
test_limit(void)
{
    g_autoptr(GBytes) large =
        g_bytes_new_take(g_malloc0(LIMIT_CERTIFICATE_OCTETS + 1), LIMIT_CERTIFICATE_OCTETS + 1);
    assert_refused(large, CMS_ERROR_LIMIT);
}

static void
test_extension_twice(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(Certificate) certificate =
        make(folder, "ec:P-256", "/CN=A", "1.2.3.4 = DER:0500\n1.2.3.5 = DER:0500");
    GBytes *der = certificate_get_der(certificate);
    gsize n_octets;
    guint8 *copy = g_memdup2(g_bytes_get_data(der, &n_octets), g_bytes_get_size(der));
    guint8 *second = memmem(copy, n_octets, "\x06\x03\x2a\x03\x05", 5);
    g_assert_nonnull(second);
    second[4] = 0x04;
    g_autoptr(GBytes) doubled = g_bytes_new_take(copy, n_octets);
    assert_refused(doubled, CMS_ERROR_CERTIFICATE);
}

/* Two certificates with the same issuer and serial number stay apart. */
static void
test_same_issuer_and_serial(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(Certificate) first = NULL;
    g_autoptr(Certificate) second = NULL;

    support_make_key(folder, "one", "ec:P-256");
    support_make_key(folder, "two", "ec:P-256");
    g_autofree gchar *a =
        support_openssl(folder, "req -x509 -key one.key -subj /CN=A -set_serial 7 -out one.pem");
    g_autofree gchar *b =
        support_openssl(folder, "req -x509 -key two.key -subj /CN=A -set_serial 7 -out two.pem");
    g_test_message("%s%s", a, b);
    first = support_certificate(folder, "one");
    second = support_certificate(folder, "two");
    g_assert_true(g_bytes_equal(certificate_get_serial(first), certificate_get_serial(second)));
    g_assert_true(
        g_bytes_equal(certificate_get_issuer_der(first), certificate_get_issuer_der(second)));
    g_assert_false(g_bytes_equal(certificate_get_spki(first), certificate_get_spki(second)));
    g_assert_false(g_bytes_equal(certificate_get_der(first), certificate_get_der(second)));
}

typedef struct {
    const gchar *name;
    const gchar *format;  /* %s: the base64 lines of a certificate */
    guint n_certificates; /* 0: refused */
} FileCase;

#define BLOCK(label) "-----BEGIN " label "-----\n%s-----END " label "-----\n"

static const FileCase file_cases[] = {
    {"pem", BLOCK("CERTIFICATE"), 1},
    {"pem-text-around", "Subject: A\n" BLOCK("CERTIFICATE") "the end", 1},
    {"pem-old-label", BLOCK("X509 CERTIFICATE"), 1},
    {"pem-trusted", BLOCK("TRUSTED CERTIFICATE"), 0},
    {"pem-other-label", BLOCK("PUBLIC KEY"), 0},
    {"pem-no-end", "-----BEGIN CERTIFICATE-----\n%s", 0},
    {"pem-wrong-end", "-----BEGIN CERTIFICATE-----\n%s-----END X-----\n", 0},
    {"pem-not-base64", "-----BEGIN CERTIFICATE-----\n!%s-----END CERTIFICATE-----\n", 0},
    {"pem-empty", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", 0},
    {"base64-alone", "%s", 0},
    {"nothing", "", 0},
};

static void
test_file(gconstpointer data)
{
    const FileCase *row = data;
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(GBytes) der = der_of_test(folder);
    g_autofree gchar *base64 = g_base64_encode(g_bytes_get_data(der, NULL), g_bytes_get_size(der));
    g_autofree gchar *line = g_strconcat(base64, "\r\n", NULL);
    g_auto(GStrv) parts = g_strsplit(row->format, "%s", 2);
    g_autofree gchar *text = g_strjoinv(line, parts);
    g_autoptr(GBytes) octets = g_bytes_new(text, strlen(text));
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) certificates = certificates_parse_file(octets, &error);

    if (row->n_certificates == 0) {
        g_assert_error(error, CMS_ERROR, CMS_ERROR_CERTIFICATE);
        g_assert_null(certificates);
        return;
    }
    g_assert_no_error(error);
    g_assert_cmpuint(certificates->len, ==, row->n_certificates);
}

static void
test_file_der(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(GBytes) der = der_of_test(folder);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) certificates = certificates_parse_file(der, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(certificates->len, ==, 1);
}

/* Names for comparisons: made once, whichever thread asks first. */
static void
test_prepared_names(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    support_make_key(folder, "root", "ec:P-256");
    support_make_key(folder, "leaf", "ec:P-256");
    support_self_sign(folder, "root", "/CN=root", "basicConstraints=critical,CA:TRUE\n");
    support_issue(folder, "leaf", "root", "/CN=leaf", "");
    g_autoptr(Certificate) root = support_certificate(folder, "root");
    g_autoptr(Certificate) leaf = support_certificate(folder, "leaf");
    const DistinguishedName *subject = NULL, *issuer = NULL, *again = NULL, *of_root = NULL;
    g_assert_true(certificate_prepare_names(leaf, &subject, &issuer));
    g_assert_true(certificate_prepare_names(leaf, &again, &issuer));
    g_assert_true(subject == again && subject != issuer);
    g_assert_true(certificate_prepare_names(root, &of_root, &again));
    g_assert_true(of_root == again);
    g_assert_true(distinguished_name_equal(issuer, of_root));
    g_assert_false(distinguished_name_equal(subject, of_root));
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    for (gsize i = 0; i < G_N_ELEMENTS(facts_cases); i++) {
        g_autofree gchar *path = g_strconcat("/certificate/facts/", facts_cases[i].name, NULL);
        g_test_add_data_func(path, &facts_cases[i], test_facts);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(file_cases); i++) {
        g_autofree gchar *path = g_strconcat("/certificate/file/", file_cases[i].name, NULL);
        g_test_add_data_func(path, &file_cases[i], test_file);
    }
    g_test_add_func("/certificate/file/der", test_file_der);
    g_test_add_func("/certificate/against-openssl", test_against_openssl);
    g_test_add_func("/certificate/time", test_time);
    g_test_add_func("/certificate/usages", test_usages);
    g_test_add_func("/certificate/deceptive-subject", test_deceptive_subject);
    g_test_add_func("/certificate/long-subject", test_long_subject);
    g_test_add_func("/certificate/prepared-names", test_prepared_names);
    g_test_add_func("/certificate/left-over", test_left_over);
    g_test_add_func("/certificate/damaged", test_damaged);
    g_test_add_func("/certificate/limit", test_limit);
    g_test_add_func("/certificate/extension-twice", test_extension_twice);
    g_test_add_func("/certificate/same-issuer-and-serial", test_same_issuer_and_serial);
    return support_run();
}
