/* SPDX-License-Identifier: MPL-2.0 */

#include "smime-capabilities.h"

#include <string.h>

#include "cms-error.h"
#include "core-limits.h"
#include "peer.h"
#include "signed-data.h"

/* SMIMECapability of AES without parameters; the last arc of 2.16.840.1.101.3.4.1 tells which. */
#define AES(arc)    "\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01" arc
#define AES_128_CBC AES("\x02")
#define AES_192_CBC AES("\x16")
#define AES_256_CBC AES("\x2a")
#define AES_128_GCM AES("\x06")
#define AES_192_GCM AES("\x1a")
#define AES_256_GCM AES("\x2e")
/* The same with NULL, and with an INTEGER that it must not have. */
#define AES_256_GCM_NULL    "\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e\x05\x00"
#define AES_256_GCM_INTEGER "\x30\x0e\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2e\x02\x01\x10"
#define TRIPLE_DES          "\x30\x0a\x06\x08\x2a\x86\x48\x86\xf7\x0d\x03\x07"
#define RC2_128             "\x30\x0e\x06\x08\x2a\x86\x48\x86\xf7\x0d\x03\x02\x02\x02\x00\x80"
#define RC2_40              "\x30\x0d\x06\x08\x2a\x86\x48\x86\xf7\x0d\x03\x02\x02\x01\x28"
#define UNKNOWN             "\x30\x05\x06\x03\x2a\x03\x04"
/* RFC 3560 §5: the octets that stand there */
#define OAEP_DEFAULT "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07\x30\x00"
#define OAEP_SHA256                                                                                \
    "\x30\x38\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07\x30\x2b\x30\x0d\x06\x09\x60\x86\x48\x01" \
    "\x65\x03\x04\x02\x01\x05\x00\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\x30\x0d\x06" \
    "\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00"
#define OAEP_BARE "\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07"
/* RFC 5753 §8: dhSinglePass-stdDH-sha256kdf-scheme with aes256-wrap */
#define ECDH_SHA256                                                                                \
    "\x30\x15\x06\x06\x2b\x81\x04\x01\x0b\x01\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2d"

/* What Thunderbird 153 (NSS 3.125) writes into its signatures, octet for octet: AES-256-CBC,
 * AES-128-CBC, 3DES, RC2 and DES, digests, rsaEncryption and ten key agreement schemes; no GCM. */
static const gchar thunderbird_153[] =
    "\x30\x82\x01\x44\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2a\x30\x0b\x06"
    "\x09\x60\x86\x48\x01\x65\x03\x04\x01\x02\x30\x0a\x06\x08\x2a\x86\x48\x86\xf7\x0d"
    "\x03\x07\x30\x0d\x06\x08\x2a\x86\x48\x86\xf7\x0d\x03\x02\x02\x01\x05\x30\x0d\x06"
    "\x08\x2a\x86\x48\x86\xf7\x0d\x03\x02\x02\x01\x05\x30\x07\x06\x05\x2b\x0e\x03\x02"
    "\x07\x30\x0d\x06\x08\x2a\x86\x48\x86\xf7\x0d\x03\x02\x02\x01\x05\x30\x07\x06\x05"
    "\x2b\x0e\x03\x02\x1a\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x30\x0b"
    "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x30\x0b\x06\x09\x60\x86\x48\x01\x65"
    "\x03\x04\x02\x03\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x30\x0b\x06"
    "\x09\x60\x86\x48\x01\x65\x03\x04\x02\x07\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03"
    "\x04\x02\x08\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x09\x30\x0b\x06\x09"
    "\x60\x86\x48\x01\x65\x03\x04\x02\x0a\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01"
    "\x01\x01\x30\x0b\x06\x09\x2b\x81\x05\x10\x86\x48\x3f\x00\x02\x30\x08\x06\x06\x2b"
    "\x81\x04\x01\x0b\x00\x30\x08\x06\x06\x2b\x81\x04\x01\x0b\x01\x30\x08\x06\x06\x2b"
    "\x81\x04\x01\x0b\x02\x30\x08\x06\x06\x2b\x81\x04\x01\x0b\x03\x30\x0b\x06\x09\x2b"
    "\x81\x05\x10\x86\x48\x3f\x00\x03\x30\x08\x06\x06\x2b\x81\x04\x01\x0e\x00\x30\x08"
    "\x06\x06\x2b\x81\x04\x01\x0e\x01\x30\x08\x06\x06\x2b\x81\x04\x01\x0e\x02\x30\x08"
    "\x06\x06\x2b\x81\x04\x01\x0e\x03";

typedef struct {
    const gchar *name;
    const gchar *entries; /* inside of the SEQUENCE */
    gsize n_octets;
    CmsCipher ciphers[8];
    guint oaep_digests;
    guint ecdh_schemes;
} ListCase;

#define ENTRIES(text) text, sizeof(text) - 1
#define SCHEME(oid)   (1u << (oid - OID_ECDH_STD_SHA1))

static const ListCase list_cases[] = {
    {"empty", ENTRIES(""), {0}, 0, 0},
    {"order-is-kept",
     ENTRIES(AES_128_CBC AES_256_GCM AES_192_GCM AES_128_GCM AES_256_CBC AES_192_CBC),
     {CMS_CIPHER_AES_128_CBC, CMS_CIPHER_AES_256_GCM, CMS_CIPHER_AES_192_GCM,
      CMS_CIPHER_AES_128_GCM, CMS_CIPHER_AES_256_CBC, CMS_CIPHER_AES_192_CBC},
     0,
     0},
    {"twice-the-same",
     ENTRIES(AES_256_GCM AES_256_CBC AES_256_GCM),
     {CMS_CIPHER_AES_256_GCM, CMS_CIPHER_AES_256_CBC},
     0,
     0},
    {"rc2-of-two-lengths", ENTRIES(RC2_128 RC2_40), {CMS_CIPHER_RC2_CBC}, 0, 0},
    {"null-parameters", ENTRIES(AES_256_GCM_NULL), {CMS_CIPHER_AES_256_GCM}, 0, 0},
    /* not the cipher that is known by that name */
    {"other-parameters", ENTRIES(AES_256_GCM_INTEGER AES_128_CBC), {CMS_CIPHER_AES_128_CBC}, 0, 0},
    {"rfc8551-2.5.2-unknown-is-passed-over",
     ENTRIES(UNKNOWN AES_256_GCM UNKNOWN),
     {CMS_CIPHER_AES_256_GCM},
     0,
     0},
    {"rfc3560-5-default", ENTRIES(OAEP_DEFAULT), {0}, 1u << CMS_DIGEST_SHA1, 0},
    {"oaep-without-parameters", ENTRIES(OAEP_BARE), {0}, 0, 0},
    {"rfc5753-8-sha256kdf", ENTRIES(ECDH_SHA256), {0}, 0, SCHEME(OID_ECDH_STD_SHA256)},
    {"openssl-3",
     ENTRIES(AES_256_CBC AES_192_CBC AES_128_CBC TRIPLE_DES RC2_128 RC2_40),
     {CMS_CIPHER_AES_256_CBC, CMS_CIPHER_AES_192_CBC, CMS_CIPHER_AES_128_CBC, CMS_CIPHER_3DES_CBC,
      CMS_CIPHER_RC2_CBC},
     0,
     0},
    {"thunderbird-153",
     thunderbird_153 + 4,
     sizeof thunderbird_153 - 1 - 4,
     {CMS_CIPHER_AES_256_CBC, CMS_CIPHER_AES_128_CBC, CMS_CIPHER_3DES_CBC, CMS_CIPHER_RC2_CBC,
      CMS_CIPHER_DES_CBC},
     0,
     0x3ff},
};

static GBytes *
make_list(const gchar *entries, gsize n_octets)
{
    g_autoptr(DerNode) list = der_node_new(BER_SEQUENCE);
    der_add_encoded_slice(list, (BerSlice){(const guint8 *)entries, n_octets});
    return der_node_serialize(list);
}

static void
test_list(gconstpointer data)
{
    const ListCase *row = data;
    SmimeCapabilities found;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) der = make_list(row->entries, row->n_octets);
    g_assert_true(smime_capabilities_parse(der, &found, &error));
    g_assert_no_error(error);
    guint n = 0;
    for (; n < G_N_ELEMENTS(row->ciphers) && row->ciphers[n] != CMS_CIPHER_UNKNOWN; n++) {
        g_assert_cmpuint(n, <, found.n_ciphers);
        g_assert_cmpstr(cms_cipher_to_string(found.ciphers[n]), ==,
                        cms_cipher_to_string(row->ciphers[n]));
        g_assert_true(smime_capabilities_read_cipher(&found, row->ciphers[n]));
    }
    g_assert_cmpuint(found.n_ciphers, ==, n);
    g_assert_cmphex(found.oaep_digests, ==, row->oaep_digests);
    g_assert_cmphex(found.ecdh_schemes, ==, row->ecdh_schemes);
}

static void
test_thunderbird(void)
{
    SmimeCapabilities found;
    g_autoptr(GBytes) der = g_bytes_new_static(thunderbird_153, sizeof thunderbird_153 - 1);
    g_assert_true(smime_capabilities_parse(der, &found, NULL));
    g_assert_false(smime_capabilities_read_cipher(&found, CMS_CIPHER_AES_256_GCM));
    g_assert_false(smime_capabilities_read_cipher(&found, CMS_CIPHER_AES_128_GCM));
    g_assert_false(smime_capabilities_read_oaep(&found, CMS_DIGEST_SHA256));
    g_assert_true(smime_capabilities_read_ecdh(&found, OID_ECDH_STD_SHA256));
}

typedef struct {
    const gchar *name;
    const gchar *octets;
    gsize n_octets;
    CmsError error;
} RefusedCase;

static const RefusedCase refused_cases[] = {
    {"no-octets", ENTRIES(""), CMS_ERROR_MALFORMED},
    {"cut-short", ENTRIES("\x30\x0d" AES_256_GCM "\x30"), CMS_ERROR_MALFORMED},
    {"a-set", ENTRIES("\x31\x0d" AES_256_GCM), CMS_ERROR_MALFORMED},
    {"junk-behind", ENTRIES("\x30\x0d" AES_256_GCM "\x05\x00"), CMS_ERROR_MALFORMED},
    {"no-identifier", ENTRIES("\x30\x04\x30\x02\x05\x00"), CMS_ERROR_MALFORMED},
    {"two-parameters", ENTRIES("\x30\x0b\x30\x09\x06\x03\x2a\x03\x04\x05\x00\x05\x00"),
     CMS_ERROR_MALFORMED},
    {"indefinite-length", ENTRIES("\x30\x80" AES_256_GCM "\x00\x00"), CMS_ERROR_MALFORMED},
    {"long-length", ENTRIES("\x30\x81\x0d" AES_256_GCM), CMS_ERROR_MALFORMED},
    {"length-of-gigabytes", ENTRIES("\x30\x84\x7f\xff\xff\xff" AES_256_GCM), CMS_ERROR_MALFORMED},
};

static void
test_refused(gconstpointer data)
{
    const RefusedCase *row = data;
    SmimeCapabilities untouched = {.n_ciphers = 77};
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) der = g_bytes_new(row->octets, row->n_octets);
    g_assert_false(smime_capabilities_parse(der, &untouched, &error));
    g_assert_error(error, CMS_ERROR, (gint)row->error);
    g_assert_cmpuint(untouched.n_ciphers, ==, 77);
}

static GBytes *
make_repeated(guint n_entries)
{
    g_autoptr(DerNode) list = der_node_new(BER_SEQUENCE);
    for (guint i = 0; i < n_entries; i++)
        der_add_encoded_slice(list, (BerSlice){(const guint8 *)UNKNOWN, sizeof UNKNOWN - 1});
    return der_node_serialize(list);
}

static void
test_limits(void)
{
    SmimeCapabilities found;
    g_autoptr(GError) entries_error = NULL, octets_error = NULL;
    g_autoptr(GBytes) most = make_repeated(LIMIT_CAPABILITIES);
    g_assert_cmpuint(g_bytes_get_size(most), <=, LIMIT_CAPABILITIES_OCTETS);
    g_assert_true(smime_capabilities_parse(most, &found, NULL));

    g_autoptr(GBytes) too_many = make_repeated(LIMIT_CAPABILITIES + 1);
    g_assert_cmpuint(g_bytes_get_size(too_many), <=, LIMIT_CAPABILITIES_OCTETS);
    g_assert_false(smime_capabilities_parse(too_many, &found, &entries_error));
    g_assert_error(entries_error, CMS_ERROR, CMS_ERROR_LIMIT);

    g_autoptr(GBytes) too_large = make_repeated(LIMIT_CAPABILITIES_OCTETS);
    g_assert_false(smime_capabilities_parse(too_large, &found, &octets_error));
    g_assert_error(octets_error, CMS_ERROR, CMS_ERROR_LIMIT);
}

/* Nothing weak, nothing that could not be read; and what is written is found again. */
static void
test_own(void)
{
    static const gchar expected[] = AES_256_GCM AES_128_GCM AES_256_CBC AES_192_CBC AES_128_CBC;
    SmimeCapabilities found;
    g_autoptr(DerNode) list = smime_capabilities_new_own();
    g_autoptr(GBytes) der = der_node_serialize(list);
    g_assert_true(smime_capabilities_parse(der, &found, NULL));
    gsize n_octets;
    const guint8 *octets = g_bytes_get_data(der, &n_octets);
    /* behind identifier and length of the list */
    g_assert_cmpuint(n_octets, >, 2 + sizeof expected - 1);
    g_assert_true(memcmp(octets + 2, expected, sizeof expected - 1) == 0);
    for (guint i = 0; i < found.n_ciphers; i++)
        g_assert_false(cms_cipher_is_weak(found.ciphers[i]));
    g_assert_true(smime_capabilities_read_oaep(&found, CMS_DIGEST_SHA256));
}

/* RFC 4262: the extension of a certificate that openssl made. */
static void
test_certificate(void)
{
    SmimeCapabilities found;
    g_autoptr(SupportFolder) folder = support_folder_new();
    support_make_key(folder, "bob", "ec:P-256");
    support_self_sign(folder, "bob", "/CN=Bob",
                      "1.2.840.113549.1.9.15 = "
                      "DER:30:1a:30:0b:06:09:60:86:48:01:65:03:04:01:2e:30:0b:06:09:60:86:48:01:65:"
                      "03:04:01:2a");
    g_autoptr(Certificate) bob = support_certificate(folder, "bob");
    g_autoptr(GBytes) der = certificate_dup_capabilities(bob);
    g_assert_nonnull(der);
    g_assert_true(smime_capabilities_parse(der, &found, NULL));
    g_assert_cmpuint(found.n_ciphers, ==, 2);
    g_assert_cmpint(found.ciphers[0], ==, CMS_CIPHER_AES_256_GCM);

    support_make_key(folder, "carol", "ec:P-256");
    support_self_sign(folder, "carol", "/CN=Carol", "");
    g_autoptr(Certificate) carol = support_certificate(folder, "carol");
    g_assert_null(certificate_dup_capabilities(carol));
}

/* The signed attribute, of openssl. */
static void
test_signed_attribute(void)
{
    SmimeCapabilities found;
    g_autoptr(GError) error = NULL;
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(KeyPair) alice = peer_make_key(folder, "alice", "rsa:2048");
    support_save_text(folder, "content", "hello\r\n");
    peer_run(folder, "openssl cms -sign -binary -nodetach -in content -signer alice.pem -inkey "
                     "alice.key.pem -outform DER -out message");
    g_autoptr(GBytes) message = support_load(folder, "message");
    g_autoptr(SignedData) data = signed_data_parse(message, &error);
    g_assert_no_error(error);
    g_autoptr(SignerResult) result = signed_data_verify(data, 0, NULL, NULL);
    g_assert_cmpint(result->math, ==, SIGNATURE_MATH_GOOD);
    g_assert_nonnull(result->capabilities);
    g_assert_true(smime_capabilities_parse(result->capabilities, &found, &error));
    g_assert_no_error(error);
    g_assert_true(smime_capabilities_read_cipher(&found, CMS_CIPHER_AES_256_CBC));
    g_assert_true(smime_capabilities_read_cipher(&found, CMS_CIPHER_DES_CBC));
    g_assert_false(smime_capabilities_read_cipher(&found, CMS_CIPHER_AES_256_GCM));
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    for (gsize i = 0; i < G_N_ELEMENTS(list_cases); i++) {
        g_autofree gchar *path = g_strconcat("/smime-capabilities/list/", list_cases[i].name, NULL);
        g_test_add_data_func(path, &list_cases[i], test_list);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(refused_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/smime-capabilities/refused/", refused_cases[i].name, NULL);
        g_test_add_data_func(path, &refused_cases[i], test_refused);
    }
    g_test_add_func("/smime-capabilities/thunderbird", test_thunderbird);
    g_test_add_func("/smime-capabilities/limits", test_limits);
    g_test_add_func("/smime-capabilities/own", test_own);
    g_test_add_func("/smime-capabilities/certificate", test_certificate);
    g_test_add_func("/smime-capabilities/signed-attribute", test_signed_attribute);
    return support_run();
}
