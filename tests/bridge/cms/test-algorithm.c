/* SPDX-License-Identifier: MPL-2.0 */

#include <secoid.h>

#include "algorithm.h"
#include "cms-error.h"
#include "der-writer.h"
#include "rsa-parameters.h"

static void
test_digests(void)
{
    for (guint i = CMS_DIGEST_UNKNOWN + 1; i < CMS_N_DIGESTS; i++) {
        const CmsDigestInfo *info = cms_digest_get_info((CmsDigest)i);
        g_assert_cmpint(cms_digest_find(info->oid), ==, i);
        g_assert_cmpint(cms_digest_is_weak((CmsDigest)i), ==, i <= CMS_DIGEST_SHA1);
        g_assert_cmpuint(info->n_octets, <=, CMS_DIGEST_MAX_OCTETS);
        /* NSS's table and ours name the same. */
        SECOidData *nss = SECOID_FindOIDByTag(info->nss);
        BerSlice theirs = {nss->oid.data, nss->oid.len};
        g_assert_true(ber_slice_equal(oid_get_octets(info->oid), theirs));
    }
    g_assert_cmpstr(cms_digest_to_string(CMS_DIGEST_SHA256), ==, "sha-256");
    g_assert_cmpstr(cms_digest_to_string(CMS_DIGEST_UNKNOWN), ==, "unknown");
    g_assert_true(cms_digest_is_weak(CMS_DIGEST_UNKNOWN));
}

static void
test_ciphers(void)
{
    for (guint i = CMS_CIPHER_UNKNOWN + 1; i < CMS_N_CIPHERS; i++) {
        CmsCipher cipher = (CmsCipher)i, found = CMS_CIPHER_UNKNOWN;
        const gchar *name = cms_cipher_to_string(cipher);
        g_assert_cmpint(cms_cipher_find(cms_cipher_get_info(cipher)->oid), ==, i);
        gboolean is_written = cms_cipher_is_written(cipher);
        g_assert_cmpint(cms_cipher_from_string(name, &found), ==, is_written);
        g_assert_cmpint(found, ==, is_written ? cipher : CMS_CIPHER_UNKNOWN);
        g_assert_false(is_written && cms_cipher_is_weak(cipher));
        g_assert_cmpint(cms_cipher_is_aead(cipher), ==, !g_str_has_suffix(name, "-cbc"));
        g_assert_cmpuint(cms_cipher_get_info(cipher)->n_key_octets, <=, CMS_CIPHER_MAX_KEY_OCTETS);
    }
    CmsCipher found;
    g_assert_false(cms_cipher_from_string("rot13", &found));
    g_assert_false(cms_cipher_from_string(NULL, &found));
    g_assert_true(cms_cipher_is_weak(CMS_CIPHER_UNKNOWN));
    g_assert_false(cms_cipher_is_written(CMS_CIPHER_UNKNOWN));
}

static void
test_signatures(void)
{
    SECOidTag nss;
    CmsDigest digest;
    g_assert_cmpint(cms_signature_find(OID_SHA256_WITH_RSA, &digest), ==, CMS_SIGNATURE_RSA_PKCS1);
    g_assert_cmpint(digest, ==, CMS_DIGEST_SHA256);
    g_assert_cmpint(cms_signature_find(OID_RSA_ENCRYPTION, &digest), ==, CMS_SIGNATURE_RSA_PKCS1);
    g_assert_cmpint(digest, ==, CMS_DIGEST_UNKNOWN);
    /* The name of a key, which some write for a signature. */
    g_assert_cmpint(cms_signature_find(OID_EC_PUBLIC_KEY, &digest), ==, CMS_SIGNATURE_UNKNOWN);
    g_assert_cmpint(cms_signature_get_oid(CMS_SIGNATURE_ECDSA, CMS_DIGEST_SHA384, &nss), ==,
                    OID_ECDSA_WITH_SHA384);
    g_assert_cmpint(nss, ==, SEC_OID_ANSIX962_ECDSA_SHA384_SIGNATURE);
    g_assert_cmpint(cms_signature_get_oid(CMS_SIGNATURE_ECDSA, CMS_DIGEST_MD5, &nss), ==,
                    OID_UNKNOWN);
}

static void
test_oids(void)
{
    for (guint i = OID_UNKNOWN + 1; i < OID_N_OIDS; i++)
        g_assert_cmpint(oid_find(oid_get_octets((Oid)i)), ==, i);
    static const struct {
        Oid oid;
        const gchar *dotted;
    } cases[] = {
        {OID_SIGNED_DATA, "1.2.840.113549.1.7.2"},
        {OID_SHA256, "2.16.840.1.101.3.4.2.1"},
        {OID_ECDH_STD_SHA1, "1.3.133.16.840.63.0.2"},
        {OID_P_521, "1.3.132.0.35"},
        {OID_AUTH_ENVELOPED_DATA, "1.2.840.113549.1.9.16.1.23"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *dotted = oid_to_dotted(oid_get_octets(cases[i].oid));
        g_assert_cmpstr(dotted, ==, cases[i].dotted);
    }
    static const guint8 cut[] = {0x2a, 0x86};
    g_autofree gchar *text = oid_to_dotted((BerSlice){cut, sizeof cut});
    g_assert_cmpstr(text, ==, "?2a86");
    g_autofree gchar *nothing = oid_to_dotted((BerSlice){NULL, 0});
    g_assert_cmpstr(nothing, ==, "?");
}

/* RFC 4055 §3.1: fields in order, each with its default. */
static void
test_pss_parameters(void)
{
    g_autoptr(DerNode) empty = der_node_new(BER_SEQUENCE);
    g_autoptr(GBytes) defaults = der_node_serialize(empty);
    RsaPssParameters parameters;
    BerSlice element = {g_bytes_get_data(defaults, NULL), g_bytes_get_size(defaults)};
    g_assert_true(rsa_pss_parameters_parse(defaults, element, &parameters));
    g_assert_cmpint(parameters.digest, ==, CMS_DIGEST_SHA1);
    g_assert_cmpuint(parameters.n_salt_octets, ==, 20);

    g_autoptr(DerNode) full = der_node_new(BER_SEQUENCE);
    der_add_algorithm(der_add(full, BER_CONTEXT_CONSTRUCTED(0)), OID_SHA256, TRUE);
    DerNode *mgf = der_add(der_add(full, BER_CONTEXT_CONSTRUCTED(1)), BER_SEQUENCE);
    der_add_oid(mgf, OID_MGF1);
    der_add_algorithm(mgf, OID_SHA512, FALSE);
    der_add_small(der_add(full, BER_CONTEXT_CONSTRUCTED(2)), 32);
    g_autoptr(GBytes) octets = der_node_serialize(full);
    element = (BerSlice){g_bytes_get_data(octets, NULL), g_bytes_get_size(octets)};
    g_assert_true(rsa_pss_parameters_parse(octets, element, &parameters));
    g_assert_cmpint(parameters.digest, ==, CMS_DIGEST_SHA256);
    g_assert_cmpint(parameters.mgf_digest, ==, CMS_DIGEST_SHA512);
    g_assert_cmpuint(parameters.n_salt_octets, ==, 32);

    der_add_small(der_add(full, BER_CONTEXT_CONSTRUCTED(3)), 2);
    g_autoptr(GBytes) trailer = der_node_serialize(full);
    element = (BerSlice){g_bytes_get_data(trailer, NULL), g_bytes_get_size(trailer)};
    g_assert_false(rsa_pss_parameters_parse(trailer, element, &parameters));
}

static void
test_read(void)
{
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_algorithm(root, OID_SHA256, FALSE);
    der_add_algorithm(root, OID_SHA256, TRUE);
    DerNode *odd = der_add(root, BER_SEQUENCE);
    der_add_oid(odd, OID_SHA256);
    der_add_small(odd, 1);
    der_add_null(der_add(root, BER_SEQUENCE));
    g_autoptr(GBytes) octets = der_node_serialize(root);
    BerReader all, list;
    CmsAlgorithm algorithm;
    ber_reader_init(&all, octets);
    g_assert_true(ber_enter(&all, BER_SEQUENCE, "", &list, NULL));
    for (guint i = 0; i < 3; i++) {
        g_assert_true(cms_algorithm_read(&list, "algorithm", &algorithm, NULL));
        g_assert_cmpint(algorithm.id, ==, OID_SHA256);
        g_assert_cmpint(cms_algorithm_has_no_parameters(&algorithm), ==, i < 2);
    }
    g_autoptr(GError) error = NULL;
    g_assert_false(cms_algorithm_read(&list, "algorithm", &algorithm, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_MALFORMED);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    SECOID_Init();
    g_test_add_func("/algorithm/digests", test_digests);
    g_test_add_func("/algorithm/ciphers", test_ciphers);
    g_test_add_func("/algorithm/signatures", test_signatures);
    g_test_add_func("/algorithm/oids", test_oids);
    g_test_add_func("/algorithm/pss-parameters", test_pss_parameters);
    g_test_add_func("/algorithm/read", test_read);
    int status = g_test_run();
    SECOID_Shutdown();
    return status;
}
