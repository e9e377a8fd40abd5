/* SPDX-License-Identifier: MPL-2.0 */

#include "crl.h"

#include <string.h>

#include "cms-error.h"
#include "distribution-point.h"
#include "path-support.h"
#include "path.h"

#define DAY ((gint64)24 * 60 * 60)

static SupportFolder *folder;
static gint64 start; /* about when all was made */

#define CA          EXTENSIONS_AUTHORITY
#define MAIL        EXTENSIONS_MAIL
#define POINT(name) "crlDistributionPoints=URI:http://crl.example/" name "\n"

static const CertificateSpec specs[] = {
    {"root", "/CN=Root", NULL, NULL, 365, 1, CA, NULL},
    {"mid", "/CN=Mid", "root", NULL, 300, 2, CA, NULL},
    {"false-mid", "/CN=Mid", "root", NULL, 300, 3, CA, NULL},
    {"no-crl-sign", "/CN=NoCrl", "root", NULL, 300, 4,
     "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n", NULL},
    {"signer", "/CN=Mid", "root", NULL, 300, 5, "keyUsage=critical,cRLSign\n", NULL},
    {"stray-signer", "/CN=Mid", NULL, NULL, 300, 6, "keyUsage=critical,cRLSign\n", NULL},
    {"indirect", "/CN=Indirect", "root", NULL, 300, 7, "keyUsage=critical,cRLSign\n", NULL},
    {"leaf", "/CN=leaf", "mid", NULL, 200, 11, MAIL, NULL},
    {"other", "/CN=other", "mid", NULL, 200, 12, MAIL, NULL},
    {"below-no-crl-sign", "/CN=leaf", "no-crl-sign", NULL, 200, 13, MAIL, NULL},
    {"a", "/CN=a", "mid", NULL, 200, 14, MAIL POINT("a"), NULL},
    {"dear", "/CN=Dear", "root", "p384", 300, 16, CA, NULL},
    {"below-dear", "/CN=Below", "dear", NULL, 200, 17, CA, NULL},
    {"below-both", "/CN=leaf", "below-dear", NULL, 200, 18, MAIL, NULL},
    {"indirectly", "/CN=i", "mid", NULL, 200, 15,
     MAIL "crlDistributionPoints=point\n[point]\nfullname=URI:http://crl.example/i\n"
          "CRLissuer=dirName:who\n[who]\nCN=Indirect\n",
     NULL},
};

#define ISSUING(fields) "issuingDistributionPoint=critical,@idp\n[idp]\n" fields

static const CrlSpec crls[] = {
    {"root-none", "root", 300, NULL, NULL, NULL, 0},
    {"root-mid", "root", 300, "mid", NULL, NULL, 0},
    {"root-signer", "root", 300, "signer", NULL, NULL, 0},
    {"root-dear", "root", 300, "dear", NULL, NULL, 0},
    {"dear-none", "dear", 300, NULL, NULL, NULL, 0},
    {"below-none", "below-dear", 300, NULL, NULL, NULL, 0},
    {"none", "mid", 300, NULL, NULL, NULL, 0},
    {"other", "mid", 300, "other", NULL, NULL, 0},
    {"leaf", "mid", 300, "other leaf", NULL, NULL, 0},
    {"leaf-reason", "mid", 300, "leaf", "keyCompromise", NULL, 0},
    {"leaf-held", "mid", 300, "leaf", "certificateHold", NULL, 0},
    {"leaf-short", "mid", 5, "leaf", NULL, NULL, 0},
    {"leaf-false", "false-mid", 300, "leaf", NULL, NULL, 0},
    {"leaf-signer", "signer", 300, "leaf", NULL, NULL, 0},
    {"leaf-stray", "stray-signer", 300, "leaf", NULL, NULL, 0},
    {"no-crl-sign", "no-crl-sign", 300, "below-no-crl-sign", NULL, NULL, 0},
    {"none-unknown", "mid", 300, NULL, NULL, "1.2.3.4=critical,ASN1:NULL\n", 0},
    {"leaf-unknown", "mid", 300, "leaf", NULL, "1.2.3.4=critical,ASN1:NULL\n", 0},
    {"users", "mid", 300, "leaf", NULL, ISSUING("onlyuser=TRUE\n"), 0},
    {"authorities", "mid", 300, "leaf", NULL, ISSUING("onlyCA=TRUE\n"), 0},
    {"attributes", "mid", 300, "leaf", NULL, ISSUING("onlyAA=TRUE\n"), 0},
    {"compromise", "mid", 300, NULL, NULL, ISSUING("onlysomereasons=keyCompromise\n"), 0},
    {"compromised", "mid", 300, "leaf", NULL, ISSUING("onlysomereasons=keyCompromise\n"), 0},
    {"rest", "mid", 300, NULL, NULL,
     ISSUING("onlysomereasons=CACompromise,affiliationChanged,superseded,cessationOfOperation,"
             "certificateHold,privilegeWithdrawn,AACompromise\n"),
     0},
    {"a", "mid", 300, "a", NULL, ISSUING("fullname=URI:http://crl.example/a\n"), 0},
    {"b", "mid", 300, "a", NULL, ISSUING("fullname=URI:http://crl.example/b\n"), 0},
    {"base", "mid", 300, NULL, NULL, "authorityKeyIdentifier=keyid\n", 5},
    {"base-leaf", "mid", 300, "leaf", NULL, "authorityKeyIdentifier=keyid\n", 5},
    {"delta", "mid", 300, "leaf", NULL, "2.5.29.27=critical,ASN1:INTEGER:5\n", 6},
    {"delta-older", "mid", 300, "leaf", NULL, "2.5.29.27=critical,ASN1:INTEGER:4\n", 5},
    {"delta-later", "mid", 300, "leaf", NULL, "2.5.29.27=critical,ASN1:INTEGER:8\n", 9},
    {"delta-removed", "mid", 300, "leaf", "removeFromCRL", "2.5.29.27=critical,ASN1:INTEGER:5\n",
     6},
    {"indirect-none", "indirect", 300, NULL, NULL, ISSUING("indirectCRL=TRUE\n"), 0},
    {"not-indirect", "indirect", 300, "indirectly", NULL, NULL, 0},
};

typedef struct {
    const gchar *name;
    const gchar *subject;
    const gchar *others;
    const gchar *crls;
    gint days;
    VerdictReason reason;
    gboolean is_known;
    const gchar *detail; /* part of it; NULL: none if nothing is wrong */
} CrlCase;

#define GOOD    REASON_NONE
#define REVOKED REASON_CERTIFICATE_REVOKED

static const CrlCase crl_cases[] = {
    {"no-crls", "leaf", "mid", NULL, 1, GOOD, FALSE, NULL},
    {"not-revoked", "leaf", "mid", "none root-none", 1, GOOD, TRUE, NULL},
    {"another-revoked", "leaf", "mid", "other root-none", 1, GOOD, TRUE, NULL},
    {"revoked", "leaf", "mid", "root-none leaf", 1, REVOKED, FALSE, "CN=leaf: revoked"},
    {"revoked-by-one", "leaf", "mid", "none leaf root-none", 1, REVOKED, FALSE, "CN=leaf"},
    {"revoked-with-reason", "leaf", "mid", "leaf-reason", 1, REVOKED, FALSE, NULL},
    {"on-hold", "leaf", "mid", "leaf-held", 1, REVOKED, FALSE, NULL},
    {"authority-revoked", "leaf", "mid", "none root-mid", 1, REVOKED, FALSE, "CN=Mid: revoked"},
    {"expired-and-revoked", "leaf", "mid", "leaf", 250, REVOKED, FALSE, NULL},
    {"none-for-authority", "leaf", "mid", "none", 1, GOOD, FALSE, "CN=Mid: revocation unknown"},
    {"not-current", "leaf", "mid", "leaf-short root-none", 6, GOOD, FALSE, "not current"},
    {"another-key", "leaf", "mid", "leaf-false root-none", 1, GOOD, FALSE, "not signed by"},
    {"no-crl-sign", "below-no-crl-sign", "no-crl-sign", "no-crl-sign root-none", 1, GOOD, FALSE,
     "not signed by"},
    /* RFC 5280 §6.3.3 (f) */
    {"own-signer", "leaf", "mid signer", "leaf-signer root-none", 1, REVOKED, FALSE, NULL},
    {"own-signer-absent", "leaf", "mid", "leaf-signer root-none", 1, GOOD, FALSE, "not signed by"},
    {"own-signer-untrusted", "leaf", "mid stray-signer", "leaf-stray root-none", 1, GOOD, FALSE,
     "not signed by"},
    {"own-signer-revoked", "leaf", "mid signer", "leaf-signer root-signer", 1, GOOD, FALSE,
     "not signed by"},
    /* X.509 §7.3 */
    {"unknown-critical", "leaf", "mid", "none-unknown root-none", 1, GOOD, FALSE, "critical"},
    {"unknown-critical-revoked", "leaf", "mid", "leaf-unknown", 1, REVOKED, FALSE, NULL},
    /* RFC 5280 §5.2.5 */
    {"only-users", "leaf", "mid", "users root-none", 1, REVOKED, FALSE, NULL},
    {"only-authorities", "leaf", "mid", "authorities root-none", 1, GOOD, FALSE, "for others"},
    {"only-attributes", "leaf", "mid", "attributes root-none", 1, GOOD, FALSE, "for others"},
    {"some-reasons", "leaf", "mid", "compromise root-none", 1, GOOD, FALSE, "some reasons"},
    {"some-reasons-revoked", "leaf", "mid", "compromised", 1, REVOKED, FALSE, NULL},
    {"all-reasons-in-two", "leaf", "mid", "compromise rest root-none", 1, GOOD, TRUE, NULL},
    {"own-point", "a", "mid", "a root-none", 1, REVOKED, FALSE, NULL},
    {"other-point", "a", "mid", "b root-none", 1, GOOD, FALSE, "for others"},
    {"point-without-own", "leaf", "mid", "a root-none", 1, GOOD, FALSE, "for others"},
    {"point-and-general", "a", "mid", "none root-none", 1, GOOD, TRUE, NULL},
    /* §5.2.4 */
    {"delta", "leaf", "mid", "base delta root-none", 1, REVOKED, FALSE, NULL},
    {"delta-alone", "leaf", "mid", "delta root-none", 1, GOOD, FALSE, "no CRL"},
    {"delta-not-newer", "leaf", "mid", "base delta-older root-none", 1, GOOD, TRUE, NULL},
    {"delta-with-gap", "leaf", "mid", "base delta-later root-none", 1, GOOD, TRUE, NULL},
    {"delta-removes", "leaf", "mid", "base-leaf delta-removed root-none", 1, GOOD, TRUE, NULL},
    /* §6.3.3 (b) (1) */
    {"indirect", "indirectly", "mid indirect", "indirect-none root-none", 1, GOOD, TRUE, NULL},
    {"indirect-not-marked", "indirectly", "mid indirect", "not-indirect root-none", 1, GOOD, FALSE,
     "no CRL"},
};

static void
test_crl(gconstpointer data)
{
    const CrlCase *row = data;
    g_autoptr(Certificate) subject = support_certificate(folder, row->subject);
    g_autoptr(GPtrArray) others = path_load_certificates(folder, row->others);
    g_autoptr(GPtrArray) anchors = path_load_certificates(folder, "root");
    g_autoptr(GPtrArray) lists = path_load_crls(folder, row->crls);
    g_autoptr(PathResult) result =
        path_validate(subject, others, anchors, lists, start + row->days * DAY);
    g_test_message("%s", result->detail != NULL ? result->detail : "(no detail)");
    g_assert_cmpstr(verdict_reason_to_string(result->reason), ==,
                    verdict_reason_to_string(row->reason));
    g_assert_nonnull(result->path);
    if (row->reason == GOOD)
        g_assert_cmpint(result->revocation_known, ==, row->is_known);
    if (row->detail != NULL)
        g_assert_nonnull(strstr(result->detail, row->detail));
    else if (row->reason == GOOD)
        g_assert_null(result->detail);
}

static void
test_facts(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) der = path_load_crl(folder, "leaf-short");
    g_autoptr(Certificate) leaf = support_certificate(folder, "leaf");
    g_autoptr(Certificate) other = support_certificate(folder, "other");
    g_autoptr(Crl) crl = crl_new(der, &error);
    g_assert_no_error(error);
    g_assert_true(crl_get_der(crl) == der);
    g_assert_false(crl_is_current(crl, start - DAY));
    g_assert_true(crl_is_current(crl, start + DAY));
    g_assert_false(crl_is_current(crl, start + 6 * DAY));
    g_assert_false(crl_is_delta(crl));
    CrlRoom room = CRL_ROOM_ALL;
    g_assert_true(crl_load_entries(crl, &room, &error));
    g_assert_true(crl_load_entries(crl, &room, &error));
    g_assert_false(crl_has_unknown_critical(crl));
    const DistinguishedName *issuer = crl_get_issuer(crl);
    g_assert_cmpint(crl_find(crl, issuer, certificate_get_serial(leaf)), ==, CRL_ENTRY_REVOKED);
    g_assert_cmpint(crl_find(crl, issuer, certificate_get_serial(other)), ==, CRL_ENTRY_ABSENT);
    g_autoptr(DistinguishedName) stranger =
        distinguished_name_new(certificate_get_subject_der(leaf), &error);
    g_assert_cmpint(crl_find(crl, stranger, certificate_get_serial(leaf)), ==, CRL_ENTRY_ABSENT);
}

/* Cut short anywhere, it is no CRL. */
static void
test_truncated(void)
{
    g_autoptr(GBytes) der = path_load_crl(folder, "users");
    for (gsize n = 0; n < g_bytes_get_size(der); n++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) part = g_bytes_new_from_bytes(der, 0, n);
        g_autoptr(Crl) crl = crl_new(part, &error);
        g_assert_null(crl);
        g_assert_error(error, CMS_ERROR, CMS_ERROR_MALFORMED);
    }
}

static void
test_too_large(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) der = g_bytes_new_take(g_malloc0(LIMIT_CRL_OCTETS + 1), LIMIT_CRL_OCTETS + 1);
    g_autoptr(Crl) crl = crl_new(der, &error);
    g_assert_null(crl);
    g_assert_error(error, CMS_ERROR, CMS_ERROR_LIMIT);
}

/* What is no CRL does no harm among others. */
static void
test_garbage(void)
{
    g_autoptr(Certificate) subject = support_certificate(folder, "leaf");
    g_autoptr(GPtrArray) others = path_load_certificates(folder, "mid");
    g_autoptr(GPtrArray) anchors = path_load_certificates(folder, "root");
    g_autoptr(GPtrArray) lists = path_load_crls(folder, "leaf");
    g_ptr_array_insert(lists, 0, g_bytes_new_static("0\202", 2));
    g_ptr_array_insert(lists, 0, g_bytes_new(NULL, 0));
    g_autoptr(PathResult) result = path_validate(subject, others, anchors, lists, start + DAY);
    g_assert_cmpint(result->reason, ==, REVOKED);
}

/* Who has the key of a revoked authority can bring as many CRLs of it as use up what may be
 * computed. What its own issuer says of it is looked at before. */
static void
test_many_of_a_revoked_authority(void)
{
    g_autoptr(Certificate) subject = support_certificate(folder, "below-both");
    g_autoptr(GPtrArray) others = path_load_certificates(folder, "dear below-dear");
    g_autoptr(GPtrArray) anchors = path_load_certificates(folder, "root");
    g_autoptr(GPtrArray) lists = path_load_crls(folder, "root-dear dear-none below-none");
    while (lists->len < LIMIT_CERTIFICATES)
        g_ptr_array_add(lists, g_bytes_ref(g_ptr_array_index(lists, lists->len % 10 < 7 ? 1 : 2)));
    g_autoptr(PathResult) result = path_validate(subject, others, anchors, lists, start + DAY);
    g_assert_cmpint(result->reason, ==, REVOKED);
}

/* Each would be compared with each CRL. */
static void
test_many_points(void)
{
    g_autoptr(GString) extensions = g_string_new(MAIL "crlDistributionPoints=URI:http://crl/0");
    for (guint i = 1; i < 60; i++)
        g_string_append_printf(extensions, ",URI:http://crl/%u", i);
    g_string_append_c(extensions, '\n');
    const CertificateSpec spec = {"pointed", "/CN=p", "mid", NULL, 200, 99, extensions->str, NULL};
    path_make_certificate(folder, &spec);
    g_autoptr(Certificate) certificate = support_certificate(folder, "pointed");
    g_autoptr(GPtrArray) points = distribution_points_read(certificate);
    g_assert_cmpuint(points->len, ==, 50);
}

static void
make_all(void)
{
    peer_run(folder, "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out %s",
             "p384.key.pem");
    peer_run(folder, "cp %s dear.key.pem", "p384.key.pem");
    for (gsize i = 0; i < G_N_ELEMENTS(specs); i++)
        path_make_certificate(folder, &specs[i]);
    for (gsize i = 0; i < G_N_ELEMENTS(crls); i++)
        path_make_crl(folder, &crls[i]);
    start = g_get_real_time() / G_USEC_PER_SEC;
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    folder = support_folder_new();
    make_all();
    for (gsize i = 0; i < G_N_ELEMENTS(crl_cases); i++) {
        g_autofree gchar *path = g_strconcat("/crl/path/", crl_cases[i].name, NULL);
        g_test_add_data_func(path, &crl_cases[i], test_crl);
    }
    g_test_add_func("/crl/facts", test_facts);
    g_test_add_func("/crl/truncated", test_truncated);
    g_test_add_func("/crl/too-large", test_too_large);
    g_test_add_func("/crl/garbage", test_garbage);
    g_test_add_func("/crl/many-of-a-revoked-authority", test_many_of_a_revoked_authority);
    g_test_add_func("/crl/many-points", test_many_points);
    int status = g_test_run();
    support_folder_free(folder);
    support_shutdown();
    return status;
}
