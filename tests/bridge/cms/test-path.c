/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>
#include <time.h>

#include "path-support.h"
#include "path.h"

#define DAY      ((gint64)24 * 60 * 60)
#define N_DECOYS 300u

static SupportFolder *folder;
static gint64 start; /* about when the certificates were made */

#define CA   EXTENSIONS_AUTHORITY
#define MAIL EXTENSIONS_MAIL
#define WITH_PATH_LENGTH(n)                                                                        \
    "basicConstraints=critical,CA:TRUE,pathlen:" n "\nkeyUsage=critical,keyCertSign\n"
#define WITH_ADDRESS(address)    "subjectAltName=email:" address "\n"
#define POLICIES(policies)       "certificatePolicies=" policies "\n"
#define CONSTRAINED(constraints) CA "nameConstraints=critical," constraints "\n"

/* Issuers before those that they issue. */
static const CertificateSpec specs[] = {
    {"root", "/CN=Root", NULL, NULL, 365, 1, CA, NULL},
    {"other-root", "/CN=Other", NULL, NULL, 365, 1, CA, NULL},
    /* the same name, serial number and, below, the same issuer and serial number: another's keys */
    {"false-root", "/CN=Root", NULL, NULL, 365, 1, CA, NULL},
    {"mid", "/CN=Mid", "root", NULL, 300, 2, CA, NULL},
    {"false-mid", "/CN=Mid", "false-root", NULL, 300, 2, CA, NULL},
    {"low", "/CN=Low", "mid", NULL, 300, 3, CA, NULL},
    {"direct", "/CN=direct", "root", NULL, 200, 10, MAIL, NULL},
    {"leaf", "/CN=leaf", "mid", NULL, 200, 11, MAIL, NULL},
    {"deep", "/CN=deep", "low", NULL, 200, 12, MAIL, NULL},
    {"false-leaf", "/CN=leaf", "false-mid", NULL, 200, 11, MAIL, NULL},
    {"self", "/CN=self", NULL, NULL, 200, 13, MAIL, NULL},
    {"short", "/CN=short", "mid", NULL, 5, 14, MAIL, NULL},
    {"short-mid", "/CN=Short", "root", NULL, 5, 15, CA, NULL},
    {"below-short", "/CN=below", "short-mid", NULL, 200, 16, MAIL, NULL},
    {"no-authority", "/CN=None", "root", NULL, 300, 17, "basicConstraints=CA:FALSE\n", NULL},
    {"below-no-authority", "/CN=below", "no-authority", NULL, 200, 18, MAIL, NULL},
    {"below-leaf", "/CN=below", "leaf", NULL, 200, 19, MAIL, NULL},
    {"length-0", "/CN=Length0", "root", NULL, 300, 20, WITH_PATH_LENGTH("0"), NULL},
    {"at-length-0", "/CN=at", "length-0", NULL, 200, 21, MAIL, NULL},
    {"below-length-0", "/CN=Below0", "length-0", NULL, 300, 22, CA, NULL},
    {"past-length-0", "/CN=past", "below-length-0", NULL, 200, 23, MAIL, NULL},
    {"no-sign", "/CN=NoSign", "root", NULL, 300, 24,
     "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,cRLSign\n", NULL},
    {"below-no-sign", "/CN=below", "no-sign", NULL, 200, 25, MAIL, NULL},
    {"web", "/CN=Web", "root", NULL, 300, 26, CA "extendedKeyUsage=serverAuth\n", NULL},
    {"below-web", "/CN=below", "web", NULL, 200, 27, MAIL, NULL},
    {"for-mail", "/CN=ForMail", "root", NULL, 300, 28,
     CA "extendedKeyUsage=serverAuth,emailProtection\n", NULL},
    {"below-for-mail", "/CN=below", "for-mail", NULL, 200, 29, MAIL, NULL},
    {"critical", "/CN=critical", "mid", NULL, 200, 30, MAIL "1.2.3.4=critical,ASN1:NULL\n", NULL},
    {"uncritical", "/CN=uncritical", "mid", NULL, 200, 31, MAIL "1.2.3.4=ASN1:NULL\n", NULL},
    {"critical-mid", "/CN=Critical", "root", NULL, 300, 32, CA "1.2.3.4=critical,ASN1:NULL\n",
     NULL},
    {"below-critical", "/CN=below", "critical-mid", NULL, 200, 33, MAIL, NULL},
    {"sha1", "/CN=sha1", "mid", NULL, 200, 34, MAIL, "-sha1"},
    {"rsa", "/CN=RSA", "root", "rsa", 300, 42, CA, NULL},
    {"md5", "/CN=md5", "rsa", NULL, 200, 35, MAIL, "-md5"},
    /* the same key and name, by an authority that nobody trusts: a second way up */
    {"mid-by-other", "/CN=Mid", "other-root", "mid", 300, 36, CA, NULL},
    /* two that certify each other, and nobody else does */
    {"loop-a", "/CN=LoopA", NULL, NULL, 300, 37, CA, NULL},
    {"loop-b", "/CN=LoopB", "loop-a", NULL, 300, 38, CA, NULL},
    {"loop-a-by-b", "/CN=LoopA", "loop-b", "loop-a", 300, 39, CA, NULL},
    {"looped", "/CN=looped", "loop-a", NULL, 200, 40, MAIL, NULL},
    {"letters", "/CN=mID", "root", "mid", 300, 41, CA, NULL},

    {"inside", "/CN=Inside", "root", NULL, 300, 50,
     CONSTRAINED("permitted;email:example.org,permitted;email:.example.net,"
                 "excluded;email:mallory@example.org"),
     NULL},
    {"in-host", "/CN=in", "inside", NULL, 200, 51, WITH_ADDRESS("alice@EXAMPLE.org"), NULL},
    {"in-domain", "/CN=in", "inside", NULL, 200, 52, WITH_ADDRESS("alice@a.example.net"), NULL},
    {"in-not-domain", "/CN=in", "inside", NULL, 200, 53, WITH_ADDRESS("alice@example.net"), NULL},
    {"in-not-host", "/CN=in", "inside", NULL, 200, 54, WITH_ADDRESS("alice@a.example.org"), NULL},
    {"in-other", "/CN=in", "inside", NULL, 200, 55, WITH_ADDRESS("alice@example.com"), NULL},
    {"in-suffix", "/CN=in", "inside", NULL, 200, 56, WITH_ADDRESS("alice@badexample.org"), NULL},
    {"in-excluded", "/CN=in", "inside", NULL, 200, 57, WITH_ADDRESS("mallory@example.org"), NULL},
    {"in-subject", "/CN=in/emailAddress=alice@example.com", "inside", NULL, 200, 58, "", NULL},
    {"in-second", "/CN=in", "inside", NULL, 200, 59,
     "subjectAltName=email:alice@example.org,email:alice@example.com\n", NULL},
    {"in-utf8", "/CN=in", "inside", NULL, 200, 60,
     "subjectAltName=otherName:1.3.6.1.5.5.7.8.9;UTF8:\303\274@example.org\n", NULL},
    {"in-utf8-other", "/CN=in", "inside", NULL, 200, 61,
     "subjectAltName=otherName:1.3.6.1.5.5.7.8.9;UTF8:\303\274@example.com\n", NULL},
    {"in-unicode-host", "/CN=in", "inside", NULL, 200, 75,
     "subjectAltName=otherName:1.3.6.1.5.5.7.8.9;UTF8:a@ex\303\244mple.org\n", NULL},
    {"only", "/CN=Only", "root", NULL, 300, 97, CONSTRAINED("permitted;email:example.org"), NULL},
    {"in-hidden", "/CN=in/emailAddress=alice@example.com", "only", NULL, 200, 90,
     WITH_ADDRESS("a\\b@example.org"), NULL},
    {"outside", "/CN=Outside", "root", NULL, 300, 91,
     CONSTRAINED("excluded;email:example.com,excluded;email:mallory@example.org"), NULL},
    {"out-other", "/CN=out", "outside", NULL, 200, 92, WITH_ADDRESS("alice@example.org"), NULL},
    {"out-comment", "/CN=out", "outside", NULL, 200, 93, WITH_ADDRESS("alice@example.com (a)"),
     NULL},
    {"out-space", "/CN=out", "outside", NULL, 200, 94, WITH_ADDRESS("alice@example . com"), NULL},
    {"out-quoted", "/CN=out", "outside", NULL, 200, 95, WITH_ADDRESS("\\\"mallory\\\"@example.org"),
     NULL},
    {"out-letters", "/CN=out", "outside", NULL, 200, 96, WITH_ADDRESS("Mallory@example.org"), NULL},
    {"in-host-name", "/CN=in", "inside", NULL, 200, 62, "subjectAltName=DNS:www.example.com\n",
     NULL},
    {"below-inside", "/CN=BelowInside", "inside", NULL, 300, 63, CA, NULL},
    {"in-lower", "/CN=in", "below-inside", NULL, 200, 64, WITH_ADDRESS("alice@example.com"), NULL},
    {"dn", "/CN=DN", "root", NULL, 300, 65,
     CONSTRAINED("permitted;dirName:own") "[own]\nO=Example\n", NULL},
    {"dn-in", "/O=example/CN=in", "dn", NULL, 200, 66, MAIL, NULL},
    {"dn-out", "/O=Other/CN=in", "dn", NULL, 200, 67, MAIL, NULL},
    {"dn-short", "/CN=in", "dn", NULL, 200, 68, MAIL, NULL},
    {"dns", "/CN=DNS", "root", NULL, 300, 69, CONSTRAINED("excluded;DNS:example.com"), NULL},
    {"in-excluded-dot", "/CN=in", "dns", NULL, 200, 76, "subjectAltName=DNS:example.com.\n", NULL},
    {"dns-in", "/CN=in", "dns", NULL, 200, 70, "subjectAltName=DNS:example.org\n", NULL},
    {"dns-out", "/CN=in", "dns", NULL, 200, 71, "subjectAltName=DNS:www.Example.com\n", NULL},
    /* of a form that isn't evaluated: those who have no such name may pass */
    {"ip", "/CN=IP", "root", NULL, 300, 72, CONSTRAINED("permitted;IP:192.0.2.0/255.255.255.0"),
     NULL},
    {"ip-without", "/CN=in", "ip", NULL, 200, 73, MAIL, NULL},
    {"ip-with", "/CN=in", "ip", NULL, 200, 74, "subjectAltName=IP:192.0.2.1\n", NULL},

    {"policy", "/CN=Policy", "root", NULL, 300, 80,
     CA POLICIES("1.2.3") "policyConstraints=critical,requireExplicitPolicy:0\n", NULL},
    {"policy-same", "/CN=in", "policy", NULL, 200, 81, MAIL POLICIES("1.2.3,1.2.4"), NULL},
    {"policy-other", "/CN=in", "policy", NULL, 200, 82, MAIL POLICIES("1.2.4"), NULL},
    {"policy-none", "/CN=in", "policy", NULL, 200, 83, MAIL, NULL},
    {"policy-any", "/CN=in", "policy", NULL, 200, 84, MAIL POLICIES("2.5.29.32.0"), NULL},
    {"no-any", "/CN=NoAny", "root", NULL, 300, 85,
     CA POLICIES("1.2.3") "policyConstraints=critical,requireExplicitPolicy:0\n"
                          "inhibitAnyPolicy=critical,0\n",
     NULL},
    {"no-any-any", "/CN=in", "no-any", NULL, 200, 86, MAIL POLICIES("2.5.29.32.0"), NULL},
    {"no-any-same", "/CN=in", "no-any", NULL, 200, 87, MAIL POLICIES("1.2.3"), NULL},
    {"mapping", "/CN=Mapping", "policy", NULL, 300, 88,
     CA POLICIES("1.2.3") "policyMappings=critical,1.2.3:1.2.5\n", NULL},
    {"mapping-to", "/CN=in", "mapping", NULL, 200, 89, MAIL POLICIES("1.2.5"), NULL},
    {"mapping-from", "/CN=in", "mapping", NULL, 200, 90, MAIL POLICIES("1.2.3"), NULL},
    {"no-mapping", "/CN=NoMapping", "root", NULL, 300, 91,
     CA POLICIES("1.2.3") "policyConstraints=critical,requireExplicitPolicy:0,"
                          "inhibitPolicyMapping:0\n",
     NULL},
    {"no-mapping-mid", "/CN=NoMappingMid", "no-mapping", NULL, 300, 92,
     CA POLICIES("1.2.3") "policyMappings=critical,1.2.3:1.2.5\n", NULL},
    {"no-mapping-to", "/CN=in", "no-mapping-mid", NULL, 200, 93, MAIL POLICIES("1.2.5"), NULL},
    {"map-any", "/CN=MapAny", "root", NULL, 300, 94,
     CA POLICIES("1.2.3") "policyMappings=critical,1.2.3:2.5.29.32.0\n", NULL},
    {"map-any-to", "/CN=in", "map-any", NULL, 200, 95, MAIL, NULL},
};

typedef struct {
    const gchar *name;
    const gchar *subject;
    const gchar *others;
    const gchar *anchors;
    gint days; /* after start, at which it is judged */
    VerdictReason reason;
    guint n_path;
    const gchar *detail; /* part of it */
} PathCase;

#define GOOD      REASON_NONE
#define UNTRUSTED REASON_CERTIFICATE_UNTRUSTED
#define EXPIRED   REASON_CERTIFICATE_EXPIRED
#define NOT_YET   REASON_CERTIFICATE_NOT_YET_VALID
#define UNFIT     REASON_CERTIFICATE_UNFIT
#define WEAK      REASON_WEAK_ALGORITHM

static const PathCase path_cases[] = {
    {"subject-is-anchor", "self", NULL, "self", 1, GOOD, 1, NULL},
    {"subject-is-anchor-expired", "self", NULL, "self", 201, EXPIRED, 1, "CN=self: expired"},
    {"chain-of-2", "direct", NULL, "root", 1, GOOD, 2, NULL},
    {"chain-of-3", "leaf", "mid", "root", 1, GOOD, 3, NULL},
    {"chain-of-4", "deep", "mid low", "root", 1, GOOD, 4, NULL},
    {"all-at-hand", "leaf", "leaf low root mid other-root", "root", 1, GOOD, 3, NULL},
    {"anchor-in-the-middle", "leaf", "root", "mid", 1, GOOD, 2, NULL},
    {"not-self-signed-by-anchor", "self", NULL, "root", 1, UNTRUSTED, 0, "not at hand"},
    {"no-intermediate", "leaf", NULL, "root", 1, UNTRUSTED, 0, "CN=leaf: the certificate of"},
    {"no-upper-intermediate", "deep", "low", "root", 1, UNTRUSTED, 0, "CN=Low: the certificate"},
    {"no-anchor", "leaf", "mid root", "other-root", 1, UNTRUSTED, 0, NULL},
    {"expired", "short", "mid", "root", 6, EXPIRED, 3, "CN=short: expired"},
    {"expired-intermediate", "below-short", "short-mid", "root", 6, EXPIRED, 3,
     "CN=Short: expired"},
    {"expired-anchor", "leaf", "mid", "root", 400, EXPIRED, 3, NULL},
    {"not-yet-valid", "leaf", "mid", "root", -1, NOT_YET, 3, "not valid yet"},
    {"expired-and-untrusted", "short", NULL, "root", 6, UNTRUSTED, 0, NULL},
    {"not-an-authority", "below-no-authority", "no-authority", "root", 1, UNTRUSTED, 0,
     "CN=None: is no authority"},
    {"without-basic-constraints", "below-leaf", "leaf mid", "root", 1, UNTRUSTED, 0,
     "CN=leaf: is no authority"},
    {"path-length", "at-length-0", "length-0", "root", 1, GOOD, 3, NULL},
    {"past-path-length", "past-length-0", "length-0 below-length-0", "root", 1, UNTRUSTED, 0,
     "CN=Length0: allows no path"},
    {"no-key-cert-sign", "below-no-sign", "no-sign", "root", 1, UNFIT, 3,
     "CN=NoSign: may not sign"},
    {"authority-for-web", "below-web", "web", "root", 1, UNFIT, 3, "CN=Web: is no authority"},
    {"authority-for-mail", "below-for-mail", "for-mail", "root", 1, GOOD, 3, NULL},
    {"unknown-critical", "critical", "mid", "root", 1, UNTRUSTED, 0, "1.2.3.4"},
    {"unknown-uncritical", "uncritical", "mid", "root", 1, GOOD, 3, NULL},
    {"unknown-critical-intermediate", "below-critical", "critical-mid", "root", 1, UNTRUSTED, 0,
     "CN=Critical: critical extension"},
    {"sha1", "sha1", "mid", "root", 1, GOOD, 3, NULL},
    {"md5", "md5", "rsa", "root", 1, WEAK, 3, "signed with MD5"},
    /* what is graver is told */
    {"md5-expired", "md5", "rsa", "root", 250, EXPIRED, 3, "CN=md5: expired"},
    {"false-signature", "false-leaf", "mid", "root", 1, UNTRUSTED, 0, "did not sign"},
    {"false-anchor", "leaf", "mid", "false-root", 1, UNTRUSTED, 0, "did not sign"},
    {"twin-first", "leaf", "false-mid mid", "root", 1, GOOD, 3, NULL},
    {"twin-last", "leaf", "mid false-mid", "root", 1, GOOD, 3, NULL},
    {"twins-path", "false-leaf", "false-mid mid false-root", "root", 1, UNTRUSTED, 0, NULL},
    {"second-way", "leaf", "mid-by-other mid", "root", 1, GOOD, 3, NULL},
    {"other-way", "leaf", "mid mid-by-other", "other-root", 1, GOOD, 3, NULL},
    {"loop", "looped", "loop-a loop-b loop-a-by-b", "root", 1, UNTRUSTED, 0, NULL},
    {"loop-with-anchor", "looped", "loop-b loop-a-by-b", "loop-a", 1, GOOD, 2, NULL},
    /* RFC 5280 §7.1 */
    {"letter-case", "leaf", "letters", "root", 1, GOOD, 3, NULL},
    /* §4.2.1.10 */
    {"permitted-host", "in-host", "inside", "root", 1, GOOD, 3, NULL},
    {"permitted-domain", "in-domain", "inside", "root", 1, GOOD, 3, NULL},
    {"domain-without-dot", "in-not-domain", "inside", "root", 1, UNTRUSTED, 0, "permitted"},
    {"host-is-no-domain", "in-not-host", "inside", "root", 1, UNTRUSTED, 0, "permitted"},
    {"not-permitted", "in-other", "inside", "root", 1, UNTRUSTED, 0, "permitted"},
    {"not-permitted-suffix", "in-suffix", "inside", "root", 1, UNTRUSTED, 0, "permitted"},
    {"excluded", "in-excluded", "inside", "root", 1, UNTRUSTED, 0, "excluded"},
    /* the subject's counts here as it does where addresses are compared */
    {"not-permitted-in-subject-beside-unusable", "in-hidden", "only", "root", 1, UNTRUSTED, 0,
     "permitted"},
    /* other spellings of what is excluded */
    {"excluded-other", "out-other", "outside", "root", 1, GOOD, 3, NULL},
    {"excluded-with-comment", "out-comment", "outside", "root", 1, UNTRUSTED, 0, "excluded"},
    {"excluded-with-spaces", "out-space", "outside", "root", 1, UNTRUSTED, 0, "excluded"},
    {"excluded-quoted", "out-quoted", "outside", "root", 1, UNTRUSTED, 0, "excluded"},
    {"excluded-letter-case", "out-letters", "outside", "root", 1, UNTRUSTED, 0, "excluded"},
    {"not-permitted-in-subject", "in-subject", "inside", "root", 1, UNTRUSTED, 0, "permitted"},
    {"not-permitted-second", "in-second", "inside", "root", 1, UNTRUSTED, 0, "permitted"},
    /* RFC 9598 §6 */
    {"permitted-utf8", "in-utf8", "inside", "root", 1, GOOD, 3, NULL},
    {"not-permitted-utf8", "in-utf8-other", "inside", "root", 1, UNTRUSTED, 0, "permitted"},
    {"unicode-host", "in-unicode-host", "inside", "root", 1, UNTRUSTED, 0, "excluded"},
    {"excluded-with-dot", "in-excluded-dot", "dns", "root", 1, UNTRUSTED, 0, "excluded"},
    {"other-form", "in-host-name", "inside", "root", 1, GOOD, 3, NULL},
    {"two-below", "in-lower", "below-inside inside", "root", 1, UNTRUSTED, 0, "permitted"},
    {"directory-name", "dn-in", "dn", "root", 1, GOOD, 3, NULL},
    {"directory-name-other", "dn-out", "dn", "root", 1, UNTRUSTED, 0, "permitted"},
    {"directory-name-short", "dn-short", "dn", "root", 1, UNTRUSTED, 0, "permitted"},
    {"host-name", "dns-in", "dns", "root", 1, GOOD, 3, NULL},
    {"host-name-excluded", "dns-out", "dns", "root", 1, UNTRUSTED, 0, "excluded"},
    {"unknown-form-absent", "ip-without", "ip", "root", 1, GOOD, 3, NULL},
    {"unknown-form", "ip-with", "ip", "root", 1, UNTRUSTED, 0, "permitted"},
    /* §6.1.3 to §6.1.5 */
    {"policy", "policy-same", "policy", "root", 1, GOOD, 3, NULL},
    {"policy-other", "policy-other", "policy", "root", 1, UNTRUSTED, 0, "no valid policy"},
    {"policy-none", "policy-none", "policy", "root", 1, UNTRUSTED, 0, "no valid policy"},
    {"policy-any", "policy-any", "policy", "root", 1, GOOD, 3, NULL},
    {"policy-any-inhibited", "no-any-any", "no-any", "root", 1, UNTRUSTED, 0, "no valid policy"},
    {"policy-same-any-inhibited", "no-any-same", "no-any", "root", 1, GOOD, 3, NULL},
    {"policy-mapped", "mapping-to", "policy mapping", "root", 1, GOOD, 4, NULL},
    {"policy-mapped-away", "mapping-from", "policy mapping", "root", 1, UNTRUSTED, 0, "no valid"},
    {"policy-mapping-inhibited", "no-mapping-to", "no-mapping no-mapping-mid", "root", 1, UNTRUSTED,
     0, "no valid policy"},
    {"policy-mapped-to-any", "map-any-to", "map-any", "root", 1, UNTRUSTED, 0, "policies"},
};

static void
check(const PathResult *result, const PathCase *row)
{
    g_test_message("%s", result->detail != NULL ? result->detail : "(no detail)");
    g_assert_cmpstr(verdict_reason_to_string(result->reason), ==,
                    verdict_reason_to_string(row->reason));
    g_assert_cmpuint(result->path != NULL ? result->path->len : 0, ==, row->n_path);
    if (row->detail != NULL)
        g_assert_nonnull(strstr(result->detail, row->detail));
    if (row->reason == GOOD)
        g_assert_null(result->detail);
}

static void
test_path(gconstpointer data)
{
    const PathCase *row = data;
    g_autoptr(Certificate) subject = support_certificate(folder, row->subject);
    g_autoptr(GPtrArray) others = path_load_certificates(folder, row->others);
    g_autoptr(GPtrArray) anchors = path_load_certificates(folder, row->anchors);
    g_autoptr(PathResult) result =
        path_validate(subject, others, anchors, NULL, start + row->days * DAY);
    check(result, row);
    if (result->path != NULL)
        g_assert_true(g_ptr_array_index(result->path, 0) == subject);
}

static void
test_nothing(void)
{
    g_autoptr(Certificate) subject = support_certificate(folder, "leaf");
    g_autoptr(GPtrArray) anchors = path_load_certificates(folder, NULL);
    g_autoptr(PathResult) result = path_validate(subject, NULL, anchors, NULL, start);
    g_assert_cmpint(result->reason, ==, UNTRUSTED);
    g_assert_null(result->path);
    g_assert_false(result->revocation_known);
}

/* As many others of the issuer's name as a sender likes: the right one has the key identifier. */
static void
test_decoys(void)
{
    CertificateSpec decoy = {"decoy", "/CN=Mid", NULL, NULL, 300, 0, CA, NULL};
    g_autoptr(GPtrArray) others = path_load_certificates(folder, NULL);
    path_make_certificate(folder, &decoy);
    decoy.key = "decoy";
    for (guint i = 0; i < N_DECOYS; i++) {
        decoy.serial = 1000 + i;
        path_make_certificate(folder, &decoy);
        g_ptr_array_add(others, support_certificate(folder, "decoy"));
    }
    g_autoptr(Certificate) subject = support_certificate(folder, "leaf");
    g_autoptr(GPtrArray) anchors = path_load_certificates(folder, "root");
    clock_t before = clock();
    g_autoptr(PathResult) without = path_validate(subject, others, anchors, NULL, start + DAY);
    g_assert_cmpint(without->reason, ==, UNTRUSTED);
    g_ptr_array_add(others, support_certificate(folder, "mid"));
    g_autoptr(PathResult) with = path_validate(subject, others, anchors, NULL, start + DAY);
    g_assert_cmpint(with->reason, ==, GOOD);
    /* Two hundred signatures of some milliseconds, on a slow machine and checked builds too. */
    g_assert_cmpint(clock() - before, <, 20 * CLOCKS_PER_SEC);
}

/* A message may have twenty signers, with the decoys for each. */
static void
test_finder(void)
{
    g_autoptr(GPtrArray) others = path_load_certificates(folder, "mid");
    g_autoptr(GPtrArray) anchors = path_load_certificates(folder, "root");
    g_autoptr(Certificate) leaf = support_certificate(folder, "leaf");
    g_autoptr(Certificate) root = support_certificate(folder, "root");
    g_autoptr(PathFinder) finder = path_finder_new(others, anchors, NULL, start + DAY);
    for (guint i = 0; i < 20; i++) {
        g_autoptr(PathResult) of_leaf = path_finder_validate(finder, leaf);
        g_autoptr(PathResult) of_root = path_finder_validate(finder, root);
        g_assert_cmpint(of_leaf->reason, ==, GOOD);
        g_assert_cmpuint(of_leaf->path->len, ==, 3);
        g_assert_cmpint(of_root->reason, ==, GOOD);
        g_assert_cmpuint(of_root->path->len, ==, 1);
    }
    /* All of them together have so many steps, two for each of the leaf's. */
    guint n_found = 20;
    gboolean found = TRUE;
    while (found && n_found <= PATH_MAX_STEPS) {
        g_autoptr(PathResult) more = path_finder_validate(finder, leaf);
        found = more->reason == GOOD;
        n_found += found ? 1 : 0;
    }
    g_assert_cmpuint(n_found, ==, PATH_MAX_STEPS / 2);
}

/* Certificates that all certify each other: as many ways as there are orders of them. */
static void
test_mesh(void)
{
    enum { N_MESH = 7 };
    static const gchar *const names[N_MESH] = {"m0", "m1", "m2", "m3", "m4", "m5", "m6"};
    g_autoptr(GPtrArray) others = path_load_certificates(folder, NULL);
    for (guint pass = 0; pass < 1 + N_MESH; pass++) {
        for (guint i = 0; i < N_MESH; i++) {
            g_autofree gchar *subject = g_strdup_printf("/CN=Mesh%u", i);
            g_autofree gchar *by = g_strdup_printf("m%u-by-%u", i, pass);
            CertificateSpec spec = {
                pass == 0 ? names[i] : by, subject, NULL, NULL, 300, 0, CA, NULL};
            if (pass > 0) {
                spec.issuer = names[pass - 1];
                spec.key = names[i];
            }
            if (pass == i + 1)
                continue;
            path_make_certificate(folder, &spec);
            g_ptr_array_add(others, support_certificate(folder, spec.name));
        }
    }
    const CertificateSpec leaf = {"meshed", "/CN=meshed", "m0", NULL, 200, 0, MAIL, NULL};
    path_make_certificate(folder, &leaf);
    g_autoptr(Certificate) subject = support_certificate(folder, "meshed");
    g_autoptr(GPtrArray) anchors = path_load_certificates(folder, "root");
    clock_t before = clock();
    g_autoptr(PathResult) result = path_validate(subject, others, anchors, NULL, start + DAY);
    g_assert_cmpint(result->reason, ==, UNTRUSTED);
    g_assert_cmpint(clock() - before, <, 20 * CLOCKS_PER_SEC);
}

/* Self-signed to leaf: one more certificate than PATH_MAX_LENGTH takes, and just as many. */
static void
test_longest(void)
{
    g_autoptr(GPtrArray) others = path_load_certificates(folder, NULL);
    g_autofree gchar *issuer = g_strdup("root");
    for (guint i = 2; i <= PATH_MAX_LENGTH; i++) {
        g_autofree gchar *name = g_strdup_printf("long-%u", i);
        g_autofree gchar *subject_name = g_strdup_printf("/CN=Long%u", i);
        const CertificateSpec spec = {name, subject_name, issuer, NULL, 300, 0, CA, NULL};
        path_make_certificate(folder, &spec);
        g_ptr_array_add(others, support_certificate(folder, name));
        g_free(g_steal_pointer(&issuer));
        issuer = g_strdup(name);
    }
    const CertificateSpec past = {"longer", "/CN=Longer", issuer, NULL, 300, 0, MAIL, NULL};
    path_make_certificate(folder, &past);
    g_autoptr(Certificate) at = support_certificate(folder, issuer);
    g_autoptr(Certificate) longer = support_certificate(folder, "longer");
    g_autoptr(GPtrArray) anchors = path_load_certificates(folder, "root");
    g_autoptr(PathResult) good = path_validate(at, others, anchors, NULL, start + DAY);
    g_assert_cmpint(good->reason, ==, GOOD);
    g_assert_cmpuint(good->path->len, ==, PATH_MAX_LENGTH);
    g_autoptr(PathResult) bad = path_validate(longer, others, anchors, NULL, start + DAY);
    g_assert_cmpint(bad->reason, ==, UNTRUSTED);
    g_assert_nonnull(strstr(bad->detail, "path of more than"));
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    folder = support_folder_new();
    peer_run(folder, "openssl genpkey -algorithm RSA -out rsa.key.pem");
    for (gsize i = 0; i < G_N_ELEMENTS(specs); i++)
        path_make_certificate(folder, &specs[i]);
    start = g_get_real_time() / G_USEC_PER_SEC;
    for (gsize i = 0; i < G_N_ELEMENTS(path_cases); i++) {
        g_autofree gchar *path = g_strconcat("/path/validate/", path_cases[i].name, NULL);
        g_test_add_data_func(path, &path_cases[i], test_path);
    }
    g_test_add_func("/path/nothing", test_nothing);
    g_test_add_func("/path/limits/decoys", test_decoys);
    g_test_add_func("/path/limits/finder", test_finder);
    g_test_add_func("/path/limits/mesh", test_mesh);
    g_test_add_func("/path/limits/longest", test_longest);
    int status = g_test_run();
    support_folder_free(folder);
    support_shutdown();
    return status;
}
