/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "key-anchor.h"
#include "path-support.h"
#include "path.h"

#define DAY  ((gint64)24 * 60 * 60)
#define CA   EXTENSIONS_AUTHORITY
#define MAIL EXTENSIONS_MAIL

#define GOOD      REASON_NONE
#define EXPIRED   REASON_CERTIFICATE_EXPIRED
#define UNTRUSTED REASON_CERTIFICATE_UNTRUSTED

static SupportFolder *folder;
static gint64 start;

/* root → upper → mid → leaf, and mid certified by another root besides. */
static const CertificateSpec specs[] = {
    {"root", "/CN=Root", NULL, NULL, 365, 1, CA, NULL},
    {"other-root", "/CN=Other", NULL, NULL, 365, 1, CA, NULL},
    {"upper", "/CN=Upper", "root", NULL, 300, 2, CA, NULL},
    {"mid", "/CN=Mid", "upper", NULL, 300, 3, CA, NULL},
    {"mid-by-other", "/CN=Mid", "other-root", "mid", 300, 4, CA, NULL},
    {"leaf", "/CN=leaf", "mid", NULL, 200, 5, MAIL, NULL},
    {"short-upper", "/CN=ShortUpper", "root", NULL, 5, 6, CA, NULL},
    {"short-mid", "/CN=ShortMid", "short-upper", NULL, 300, 7, CA, NULL},
    {"below-short", "/CN=below", "short-mid", NULL, 200, 8, MAIL, NULL},
};

typedef struct {
    const gchar *name;
    const gchar *subject;
    const gchar *others;  /* names between single spaces */
    const gchar *anchors; /* … */
    const gchar *wanted;  /* … */
    guint days;           /* when it is looked at */
    VerdictReason reason;
    const gchar *path; /* names; NULL: none */
} ThroughCase;

/* RFC 7671 §5.4 but for those that say otherwise. */
static const ThroughCase through_cases[] = {
    {"at-the-anchor", "leaf", "mid upper", "root", "root", 1, GOOD, "leaf mid upper root"},
    {"between", "leaf", "mid upper", "root", "mid", 1, GOOD, "leaf mid upper root"},
    {"anchor-between", "leaf", "upper", "mid", "mid", 1, GOOD, "leaf mid"},
    {"above-the-anchor", "leaf", "upper root", "mid", "root", 1, GOOD, "leaf mid upper root"},
    {"right-above-the-anchor", "leaf", "mid root", "upper", "root", 1, GOOD, "leaf mid upper root"},
    {"above-and-not-at-hand", "leaf", "upper", "mid", "root", 1, UNTRUSTED, NULL},
    {"second-way", "leaf", "mid mid-by-other upper", "root other-root", "other-root", 1, GOOD,
     "leaf mid-by-other other-root"},
    {"first-way", "leaf", "mid mid-by-other upper", "root other-root", "root", 1, GOOD,
     "leaf mid upper root"},
    {"either-way", "leaf", "mid-by-other upper", "other-root", "root other-root", 1, GOOD,
     "leaf mid-by-other other-root"},
    {"the-other-is-no-anchor", "leaf", "mid mid-by-other upper root", "other-root", "root", 1,
     UNTRUSTED, NULL},
    {"the-subject-does-not-count", "leaf", "mid upper", "root", "leaf", 1, UNTRUSTED, NULL},
    {"the-subject-alone", "root", "", "root", "root", 1, GOOD, "root"},
    {"the-subject-is-an-anchor", "mid", "upper root", "mid", "root", 1, GOOD, "mid upper root"},
    {"nothing-wanted", "leaf", "mid upper", "root", "", 1, UNTRUSTED, NULL},
    /* what stands above an anchor vouches for nothing, so its end is nobody's concern */
    {"expired-above", "below-short", "short-upper", "short-mid", "short-upper", 100, GOOD,
     "below-short short-mid short-upper"},
    {"expired-below", "below-short", "short-mid short-upper", "root", "short-mid", 100, EXPIRED,
     "below-short short-mid short-upper root"},
    {"anchor-expired-and-another-below", "below-short", "short-upper root", "short-mid root",
     "root", 100, GOOD, "below-short short-mid short-upper root"},
};

static gboolean
is_one_of(Certificate *certificate, gpointer data)
{
    GPtrArray *wanted = data;
    for (guint i = 0; i < wanted->len; i++)
        if (g_bytes_equal(certificate_get_der(certificate),
                          certificate_get_der(g_ptr_array_index(wanted, i))))
            return TRUE;
    return FALSE;
}

static GPtrArray *
load(const gchar *names)
{
    return path_load_certificates(folder, *names == '\0' ? NULL : names);
}

static void
check_path(const PathResult *result, const gchar *names)
{
    if (names == NULL) {
        g_assert_null(result->path);
        return;
    }
    g_autoptr(GPtrArray) expected = load(names);
    g_assert_nonnull(result->path);
    g_assert_cmpuint(result->path->len, ==, expected->len);
    for (guint i = 0; i < expected->len; i++)
        g_assert_true(g_bytes_equal(certificate_get_der(g_ptr_array_index(result->path, i)),
                                    certificate_get_der(g_ptr_array_index(expected, i))));
}

static void
test_through(gconstpointer data)
{
    const ThroughCase *test = data;
    g_autoptr(GPtrArray) others = load(test->others);
    g_autoptr(GPtrArray) anchors = load(test->anchors);
    g_autoptr(GPtrArray) wanted = load(test->wanted);
    g_autoptr(Certificate) subject = support_certificate(folder, test->subject);
    g_autoptr(PathFinder) finder = path_finder_new(others, anchors, NULL, start + test->days * DAY);
    /* Twice, with the other question between them: nothing stays behind. */
    for (guint i = 0; i < 2; i++) {
        g_autoptr(PathResult) result =
            path_finder_validate_through(finder, subject, is_one_of, wanted);
        g_assert_cmpint(result->reason, ==, test->reason);
        check_path(result, test->path);
        g_autoptr(PathResult) plain = path_finder_validate(finder, subject);
        g_autoptr(PathResult) alone =
            path_validate(subject, others, anchors, NULL, start + test->days * DAY);
        g_assert_cmpint(plain->reason, ==, alone->reason);
    }
}

/* RFC 7671 §5.2.3: the key of "2 1 0" alone, under the name that the topmost certificate states. */
static void
test_key_anchor(void)
{
    static const struct {
        const gchar *key, *issued, *others;
        VerdictReason reason;
    } rows[] = {
        {"root", "upper", "mid upper", GOOD},
        {"upper", "mid", "mid", GOOD},
        {"mid", "leaf", "", GOOD},
        {"root", "upper", "mid", UNTRUSTED},
        {"other-root", "upper", "mid upper", UNTRUSTED},
        {"upper", "upper", "mid upper", UNTRUSTED},
    };
    g_autoptr(Certificate) leaf = support_certificate(folder, "leaf");
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Certificate) owner = support_certificate(folder, rows[i].key);
        g_autoptr(Certificate) issued = support_certificate(folder, rows[i].issued);
        g_autoptr(GPtrArray) others = load(rows[i].others);
        g_autoptr(GPtrArray) anchors = load("");
        Certificate *anchor =
            key_anchor_new(certificate_get_spki(owner), certificate_get_issuer_der(issued), &error);
        g_assert_no_error(error);
        g_ptr_array_add(anchors, anchor);
        g_assert_true(g_bytes_equal(certificate_get_spki(anchor), certificate_get_spki(owner)));
        /* Its own end is no matter, that of others is. */
        g_autoptr(PathResult) result = path_validate(leaf, others, anchors, NULL, start + DAY);
        g_assert_cmpint(result->reason, ==, rows[i].reason);
        g_autoptr(PathResult) late = path_validate(leaf, others, anchors, NULL, start + 400 * DAY);
        g_assert_cmpint(late->reason, ==, rows[i].reason == GOOD ? EXPIRED : UNTRUSTED);
    }
}

static void
test_key_form(void)
{
    g_autoptr(Certificate) leaf = support_certificate(folder, "leaf");
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(certificate_get_spki(leaf), &n_octets);
    g_assert_true(key_anchor_is_key(certificate_get_spki(leaf)));
    g_assert_false(key_anchor_is_key(certificate_get_der(leaf)));
    for (gsize n = 0; n < n_octets; n++) {
        g_autoptr(GBytes) cut = g_bytes_new(octets, n);
        g_assert_false(key_anchor_is_key(cut));
    }
    g_autofree guint8 *longer = g_malloc0(n_octets + 1);
    memcpy(longer, octets, n_octets);
    g_autoptr(GBytes) more = g_bytes_new(longer, n_octets + 1);
    g_assert_false(key_anchor_is_key(more));
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    folder = support_folder_new();
    for (gsize i = 0; i < G_N_ELEMENTS(specs); i++)
        path_make_certificate(folder, &specs[i]);
    start = g_get_real_time() / G_USEC_PER_SEC;
    for (gsize i = 0; i < G_N_ELEMENTS(through_cases); i++) {
        g_autofree gchar *path = g_strconcat("/path/through/", through_cases[i].name, NULL);
        g_test_add_data_func(path, &through_cases[i], test_through);
    }
    g_test_add_func("/path/key-anchor/path", test_key_anchor);
    g_test_add_func("/path/key-anchor/form", test_key_form);
    int status = g_test_run();
    support_folder_free(folder);
    support_shutdown();
    return status;
}
