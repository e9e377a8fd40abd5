/* SPDX-License-Identifier: MPL-2.0 */
#include "trust-anchor.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "resolver.h"

/* The root's key-signing key of 2017 as a DS record (IANA, root-anchors.xml). */
#define DIGEST_A "E06D44B80B8F1D39A95C0B0D7C65D084"
#define DIGEST_B "58E880409BBC683457104237C7F8EC8D"
#define DS       "DS 20326 8 2 " DIGEST_A DIGEST_B
#define DS_OUT   ". IN " DS

/* An ECDSA P-256 key, made for these tests. */
#define KEY_A      "jOi5ylRfZBcpi/mXY8bYyEJ07yHJXy1v1h+ptS49W/mO"
#define KEY_B      "cFansN8DLGY6zJptYRZw7LlEM2QCH2wyVEqESSZWPA=="
#define DNSKEY     "DNSKEY 257 3 13 " KEY_A KEY_B
#define DNSKEY_OUT ". IN " DNSKEY

typedef struct {
    const gchar *label;
    const gchar *text;
    const gchar *anchors; /* joined by "|"; NULL: DNS_ERROR_TRUST_ANCHOR */
    const gchar *place;   /* with which the error's text begins */
} AnchorCase;

static const AnchorCase anchor_cases[] = {
    {"ds", ". IN " DS "\n", DS_OUT, NULL},
    {"dnskey", ". IN " DNSKEY "\n", DNSKEY_OUT, NULL},
    {"no-line-feed-at-the-end", ". IN " DNSKEY, DNSKEY_OUT, NULL},
    {"dos-line-ends", ". IN " DNSKEY "\r\n", DNSKEY_OUT, NULL},
    {"ttl-class", ". 172800 IN " DNSKEY "\n", DNSKEY_OUT, NULL},
    {"class-ttl", ". IN 172800 " DNSKEY "\n", DNSKEY_OUT, NULL},
    {"neither", ". " DNSKEY "\n", DNSKEY_OUT, NULL},
    {"ttl-units", ". 2d IN " DNSKEY "\n", DNSKEY_OUT, NULL},
    {"lower-case", ". in dnskey 257 3 13 " KEY_A KEY_B "\n", DNSKEY_OUT, NULL},
    {"comments", "; the root's\n\n. IN " DNSKEY " ; keytag 20326\n;end", DNSKEY_OUT, NULL},
    {"comment-at-a-token", ". IN " DNSKEY ";id\n", DNSKEY_OUT, NULL},
    /* RFC 1035 §5.1 */
    {"parentheses", ". IN DNSKEY 257 3 13 ( ; key\n\t" KEY_A "\n\n\t" KEY_B " )\n", DNSKEY_OUT,
     NULL},
    {"parentheses-tight", ". IN DNSKEY (257 3 13 " KEY_A "\n" KEY_B ")\n", DNSKEY_OUT, NULL},
    {"digest-in-pieces", ". IN DS 20326 8 2 " DIGEST_A " " DIGEST_B "\n", DS_OUT, NULL},
    {"owner-repeated", ". IN " DS "\n  IN " DNSKEY "\n", DS_OUT "|" DNSKEY_OUT, NULL},
    {"mnemonic", ". IN DNSKEY 257 3 ECDSAP256SHA256 " KEY_A KEY_B, DNSKEY_OUT, NULL},
    {"directives", "$ORIGIN .\n$TTL 3600\n. IN " DS "\n", DS_OUT, NULL},
    /* `dig +dnssec . DNSKEY` */
    {"other-types", ". 1 IN RRSIG DNSKEY 8 0 1 20370101000000 2 3 . AA==\n. 1 IN " DS "\n", DS_OUT,
     NULL},
    {"other-owner-beside", "lab. IN " DS "\n. IN " DNSKEY "\n", DNSKEY_OUT, NULL},
    /* RFC 5011 §2.1: a key that says so itself is revoked */
    {"revoked", ". IN DNSKEY 385 3 13 " KEY_A KEY_B "\n. IN " DS "\n", DS_OUT, NULL},
    /* RFC 5011 §2.2: not before its time is over */
    {"unbound-addpend",
     ". 1 IN " DNSKEY " ;{id = 1 (ksk), size = 256b} ;;state=1 [ ADDPEND ] ;;count=3\n"
     ". 1 IN " DS " ;;state=2 [  VALID  ] ;;count=0\n",
     DS_OUT, NULL},
    /* RFC 8624 §3.3: not to be made any more, but harmless beside another */
    {"sha-1-beside", ". IN DS 20326 8 1 " DIGEST_A "AABBCCDD\n. IN " DS "\n", DS_OUT, NULL},

    {"empty", "", NULL, "root.key:1: "},
    {"comments-only", "; nothing\n;\n", NULL, "root.key:3: "},
    {"garbage", "hello world\n", NULL, "root.key:1: "},
    {"garbage-behind", ". IN " DS "\n\nhello world\n", NULL, "root.key:3: "},
    {"xml", "<?xml version=\"1.0\"?>\n<TrustAnchor>\n", NULL, "root.key:1: "},
    {"bind-form", "trust-anchors {\n", NULL, "root.key:1: "},
    {"other-zones-only", "lab. IN " DS "\nopt. IN " DNSKEY "\n", NULL, "root.key:3: "},
    {"revoked-only", ". IN DNSKEY 385 3 13 " KEY_A KEY_B "\n", NULL, "root.key:2: "},
    {"sha-1-only", ". IN DS 20326 8 1 " DIGEST_A "AABBCCDD\n", NULL, "root.key:2: "},
    {"no-owner", "  IN " DS "\n", NULL, "root.key:1: "},
    {"owner-only", ".\n", NULL, "root.key:1: "},
    {"origin-elsewhere", "$ORIGIN lab.\n", NULL, "root.key:1: "},
    {"include", "$INCLUDE /etc/passwd\n", NULL, "root.key:1: "},
    {"record-of-another-type", ". IN " DS "\n. IN A 127.0.0.1\n", NULL, "root.key:2: "},
    {"parenthesis-open", ". IN " DS "\n. IN DNSKEY 257 3 13 ( " KEY_A "\n" KEY_B "\n", NULL,
     "root.key:2: "},
    {"parenthesis-closed", ". IN " DS " )\n", NULL, "root.key:1: "},
    {"ds-digest-short", ". IN DS 20326 8 2 " DIGEST_A "\n", NULL, "root.key:1: "},
    {"ds-digest-absent", ". IN DS 20326 8 2\n", NULL, "root.key:1: "},
    {"ds-digest-not-hexadecimal", ". IN DS 20326 8 2 " DIGEST_A "x" DIGEST_B "\n", NULL,
     "root.key:1: "},
    {"ds-tag-65536", ". IN DS 65536 8 2 " DIGEST_A DIGEST_B "\n", NULL, "root.key:1: "},
    {"ds-algorithm-unknown-word", ". IN DS 20326 DSA? 2 " DIGEST_A DIGEST_B "\n", NULL,
     "root.key:1: "},
    {"dnskey-truncated", ". IN DNSKEY 257 3\n", NULL, "root.key:1: "},
    {"dnskey-protocol", ". IN DNSKEY 257 4 13 " KEY_A KEY_B "\n", NULL, "root.key:1: "},
    {"dnskey-no-zone-key", ". IN DNSKEY 1 3 13 " KEY_A KEY_B "\n", NULL, "root.key:1: "},
    {"dnskey-hole-in-base64", ". IN DNSKEY 257 3 13 " KEY_A "!" KEY_B "\n", NULL, "root.key:1: "},
    {"dnskey-padding-inside", ". IN DNSKEY 257 3 13 " KEY_B KEY_A "\n", NULL, "root.key:1: "},
    {"dnskey-short", ". IN DNSKEY 257 3 13 AAAA\n", NULL, "root.key:1: "},
    {"not-text", ". IN " DS "\n\x80", NULL, "root.key:2: "},
};

static void
assert_place(const GError *error, const gchar *place)
{
    if (!g_str_has_prefix(error->message, place))
        g_error("\"%s\" does not begin with \"%s\"", error->message, place);
}

static void
test_parse(gconstpointer data)
{
    const AnchorCase *anchor_case = data;
    g_autoptr(GError) error = NULL;
    gsize n_octets = strlen(anchor_case->text);
    /* An exact copy, so that a sanitizer sees every octet that is read too far. */
    g_autofree gchar *text = g_memdup2(anchor_case->text, MAX(n_octets, 1));
    g_auto(GStrv) anchors = trust_anchor_parse(text, n_octets, "root.key", &error);
    if (anchor_case->anchors == NULL) {
        g_assert_null(anchors);
        g_assert_error(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR);
        assert_place(error, anchor_case->place);
        return;
    }
    g_assert_no_error(error);
    g_autofree gchar *joined = g_strjoinv("|", anchors);
    g_assert_cmpstr(joined, ==, anchor_case->anchors);
}

static void
test_nul(void)
{
    static const gchar text[] = ". IN " DS "\n\0. IN " DS "\n";
    g_autoptr(GError) error = NULL;
    g_assert_null(trust_anchor_parse(text, sizeof text - 1, "root.key", &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR);
}

static void
test_size_limit(void)
{
    g_autoptr(GString) text = g_string_new(". IN " DS "\n");
    while (text->len < TRUST_ANCHOR_MAX_OCTETS)
        g_string_append_c(text, '\n');
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) anchors = trust_anchor_parse(text->str, text->len, "root.key", &error);
    g_assert_no_error(error);
    g_assert_nonnull(anchors);
    g_string_append_c(text, '\n');
    g_assert_null(trust_anchor_parse(text->str, text->len, "root.key", &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR);
}

static void
test_record_limit(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < TRUST_ANCHOR_MAX_RECORDS; i++)
        g_string_append(text, ". IN " DS "\n");
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) anchors = trust_anchor_parse(text->str, text->len, "root.key", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_strv_length(anchors), ==, TRUST_ANCHOR_MAX_RECORDS);
    g_string_append(text, ". IN " DS "\n");
    g_assert_null(trust_anchor_parse(text->str, text->len, "root.key", &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR);
}

/* @where: in the file, or why there is none. */
static void
assert_not_loaded(const gchar *file, const gchar *where)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(trust_anchor_load(file, &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR);
    g_autofree gchar *place = g_strconcat(file, where, NULL);
    assert_place(error, place);
}

static void
test_load(void)
{
    g_autofree gchar *folder = g_dir_make_tmp("dns-anchor-XXXXXX", NULL);
    g_autofree gchar *file = g_build_filename(folder, "root.key", NULL);
    g_autofree gchar *pipe = g_build_filename(folder, "pipe", NULL);
    assert_not_loaded(file, ": cannot be read: ");
    assert_not_loaded(folder, ": cannot be read: ");
    /* A pipe without a writer must not hold the program up. */
    g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);
    assert_not_loaded(pipe, ": cannot be read: ");
    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    assert_not_loaded(file, ":1: ");

    g_assert_true(g_file_set_contents(file, ". IN " DNSKEY "\n", -1, NULL));
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) anchors = trust_anchor_load(file, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(anchors[0], ==, DNSKEY_OUT);

    g_autofree gchar *long_text = g_strnfill(TRUST_ANCHOR_MAX_OCTETS + 1, '\n');
    g_assert_true(g_file_set_contents(file, long_text, -1, NULL));
    assert_not_loaded(file, ":1: ");
    g_unlink(pipe);
    g_unlink(file);
    g_rmdir(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(anchor_cases); i++) {
        g_autofree gchar *path = g_strconcat("/trust-anchor/parse/", anchor_cases[i].label, NULL);
        g_test_add_data_func(path, &anchor_cases[i], test_parse);
    }
    g_test_add_func("/trust-anchor/nul", test_nul);
    g_test_add_func("/trust-anchor/size-limit", test_size_limit);
    g_test_add_func("/trust-anchor/record-limit", test_record_limit);
    g_test_add_func("/trust-anchor/load", test_load);
    return g_test_run();
}
