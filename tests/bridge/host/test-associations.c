/* SPDX-License-Identifier: MPL-2.0 */

#include "associations.h"

#include <time.h>

#include "cms-init.h"
#include "der-writer.h"
#include "host-test.h"

#define N_CERTIFICATES 20
#define N_RECORDS      200

static Certificate *
load_certificate(const gchar *name)
{
    g_autofree gchar *path =
        g_test_build_filename(G_TEST_DIST, "..", "data", "certificates", name, NULL);
    gchar *octets = NULL;
    gsize n_octets = 0;
    g_assert_true(g_file_get_contents(path, &octets, &n_octets, NULL));
    g_autoptr(GBytes) der = g_bytes_new_take(octets, n_octets);
    g_autoptr(GError) error = NULL;
    Certificate *certificate = certificate_new(der, &error);
    g_assert_no_error(error);
    return certificate;
}

static SmimeaRecord *
record_of(const Certificate *certificate, guint8 selector, guint8 matching_type)
{
    g_autoptr(GBytes) data =
        association_data_new(certificate_get_der(certificate), certificate_get_spki(certificate),
                             selector, matching_type);
    return smimea_record_new(SMIMEA_USAGE_DANE_EE, selector, matching_type, data);
}

static void
test_same_as_association_matches(void)
{
    g_autoptr(Associations) associations = associations_new();
    g_autoptr(Certificate) alice = load_certificate("alice.rsa2048.cert.der");
    g_autoptr(Certificate) bob = load_certificate("expired.cert.der");
    for (guint8 selector = 0; selector <= SMIMEA_SELECTOR_SPKI; selector++)
        for (guint8 matching = 0; matching <= SMIMEA_MATCHING_SHA2_512; matching++) {
            g_autoptr(SmimeaRecord) record = record_of(alice, selector, matching);
            for (guint again = 0; again < 2; again++) {
                g_assert_true(associations_match(associations, record, alice));
                g_assert_false(associations_match(associations, record, bob));
            }
        }
}

static void
test_unusable(void)
{
    g_autoptr(Associations) associations = associations_new();
    g_autoptr(Certificate) alice = load_certificate("alice.rsa2048.cert.der");
    const guint8 parameters[][3] = {{4, 0, 0}, {3, 2, 0}, {3, 0, 3}, {3, 255, 255}, {3, 0, 1}};
    for (gsize i = 0; i < G_N_ELEMENTS(parameters); i++) {
        g_autoptr(SmimeaRecord) record = smimea_record_new(
            parameters[i][0], parameters[i][1], parameters[i][2], certificate_get_der(alice));
        g_assert_false(associations_match(associations, record, alice));
    }
}

/* @certificate with a signature as long as a certificate may be. */
static Certificate *
swell(const Certificate *certificate, guint number)
{
    BerReader all, fields;
    BerSlice signed_part, algorithm;
    ber_reader_init(&all, certificate_get_der(certificate));
    g_assert_true(ber_enter(&all, BER_SEQUENCE, "", &fields, NULL) &&
                  ber_skip(&fields, "", &signed_part, NULL) &&
                  ber_skip(&fields, "", &algorithm, NULL));
    gsize n_octets = 250000;
    g_autofree guint8 *signature = g_malloc0(n_octets);
    memcpy(signature + 1, &number, sizeof number);
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_encoded_slice(root, signed_part);
    der_add_encoded_slice(root, algorithm);
    der_add_octets(root, BER_BIT_STRING, signature, n_octets);
    g_autoptr(GBytes) der = der_node_serialize(root);
    g_autoptr(GError) error = NULL;
    Certificate *large = certificate_new(der, &error);
    g_assert_no_error(error);
    return large;
}

/* All with all took a minute for what one message and one name may have. */
static void
test_many(void)
{
    g_autoptr(Associations) associations = associations_new();
    g_autoptr(Certificate) alice = load_certificate("alice.rsa2048.cert.der");
    clock_t before = clock();
    for (guint i = 0; i < N_CERTIFICATES; i++) {
        g_autoptr(Certificate) large = swell(alice, i);
        for (guint j = 0; j < N_RECORDS; j++) {
            guint8 digest[32] = {(guint8)j};
            g_autoptr(GBytes) data = g_bytes_new(digest, sizeof digest);
            g_autoptr(SmimeaRecord) record = smimea_record_new(
                SMIMEA_USAGE_DANE_TA, SMIMEA_SELECTOR_CERT, SMIMEA_MATCHING_SHA2_256, data);
            g_assert_false(associations_match(associations, record, large));
        }
    }
    g_assert_cmpint(clock() - before, <, 2 * CLOCKS_PER_SEC);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(cms_init(NULL));
    g_test_add_func("/associations/same-as-association-matches", test_same_as_association_matches);
    g_test_add_func("/associations/unusable", test_unusable);
    g_test_add_func("/associations/many", test_many);
    gint status = g_test_run();
    cms_shutdown(NULL);
    return status;
}
