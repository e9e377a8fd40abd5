/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "addr-spec.h"
#include "core-limits.h"

typedef struct {
    const gchar *name;
    const gchar *text;
    const gchar *local_part;
    const gchar *domain;
    const gchar *written; /* NULL: local_part@domain as it stands */
} ParseCase;

/* Sixty-three octets, and the digits that make sixty-four. */
#define LABEL_63 "a23456789b123456789c123456789d123456789e123456789f123456789g123"

static const ParseCase parse_cases[] = {
    {"rfc8162-3-hugh", "hugh@example.com", "hugh", "example.com", NULL},
    {"case-kept", "Hugh@EXAMPLE.Com", "Hugh", "EXAMPLE.Com", NULL},
    {"dots-and-plus", "first.last+tag@example.com", "first.last+tag", "example.com", NULL},
    {"every-atext", "!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~", "example.com", NULL},
    {"empty-local-part", "\"\"@domain", "", "domain", "\"\"@domain"},
    {"quotes-not-needed", "\"quoted\"@example.com", "quoted", "example.com", NULL},
    {"quotes-needed", "\"a b\"@example.com", "a b", "example.com", "\"a b\"@example.com"},
    {"tab-in-quotes", "\"a\tb\"@example.com", "a\tb", "example.com", "\"a\tb\"@example.com"},
    {"quoted-at", "\"user@na\\\\me\"@domain", "user@na\\me", "domain", "\"user@na\\\\me\"@domain"},
    {"quoted-quote", "\"user\\\"name\"@domain", "user\"name", "domain", "\"user\\\"name\"@domain"},
    {"quoted-pair-of-nothing-special", "\"\\a\"@example.com", "a", "example.com", NULL},
    {"folding-in-quotes", "\"a\r\n b\"@example.com", "a b", "example.com", "\"a b\"@example.com"},
    {"two-dots-in-quotes", "\"first..last\"@x.org", "first..last", "x.org",
     "\"first..last\"@x.org"},
    {"dot-at-the-end-in-quotes", "\"a.\"@x.org", "a.", "x.org", "\"a.\"@x.org"},
    /* RFC 5322 §4.4 */
    {"obs-quotes-between-dots", "a.\"b c\".d@x", "a.b c.d", "x", "\"a.b c.d\"@x"},
    {"obs-empty-quotes-between-dots", "a.\"\".d@x", "a..d", "x", "\"a..d\"@x"},
    {"obs-white-space", " jdoe . x @ test  . example ", "jdoe.x", "test.example", NULL},
    {"obs-folding", "\r\n \r\n test.\r\n\tx@\r\n iana.org\r\n ", "test.x", "iana.org", NULL},
    {"comments", "pete(his account)@silly.test(his host)", "pete", "silly.test", NULL},
    {"comment-between-dots", "Muhammed.(I am  the greatest) Ali @(the)Vegas.WBA", "Muhammed.Ali",
     "Vegas.WBA", NULL},
    {"comment-nested", "(a(b(\\)c)d)e)x@y(f(g)h)", "x", "y", NULL},
    {"comment-with-quote-and-at", "a(\"@\\))@x", "a", "x", NULL},
    {"comment-utf8", "(\xc3\xa4)x@y", "x", "y", NULL},
    {"comment-longer-than-a-label", "x@iana(" LABEL_63 LABEL_63 ").org", "x", "iana.org", NULL},
    {"domain-digits", "a@123.456", "a", "123.456", NULL},
    {"domain-inner-underscore", "bob@under_scope", "bob", "under_scope", NULL},
    {"domain-label-63", "a@" LABEL_63 ".org", "a", LABEL_63 ".org", NULL},
    {"domain-253",
     "a@" LABEL_63 "." LABEL_63 "." LABEL_63
     ".a23456789b123456789c123456789d123456789e123456789f123456789g1",
     "a",
     LABEL_63 "." LABEL_63 "." LABEL_63
              ".a23456789b123456789c123456789d123456789e123456789f123456789g1",
     NULL},
    {"local-part-65", "12345678901234567890123456789012345678901234567890123456789012345@x",
     "12345678901234567890123456789012345678901234567890123456789012345", "x", NULL},
    /* RFC 8162 §3 step 2: NFC; u + combining diaeresis */
    {"nfc", "bju\xcc\x88rn@example.com", "bj\xc3\xbcrn", "example.com", NULL},
    /* U+037E GREEK QUESTION MARK is canonically a semicolon, which wants quotes */
    {"nfc-makes-a-special", "a\xcd\xbe@x", "a;", "x", "\"a;\"@x"},
    {"utf8-local-part", "\xe9\xba\xbb\xe8\xa1\xa3\xe5\xad\x90@example.com",
     "\xe9\xba\xbb\xe8\xa1\xa3\xe5\xad\x90", "example.com", NULL},
    /* RFC 5891: not transitional, where the domain would be fass.de, another one */
    {"idna-sharp-s", "a@fa\xc3\x9f.de", "a", "xn--fa-hia.de", NULL},
    {"idna-upper-case",
     "a@B\xc3\x9c"
     "CHER.example",
     "a", "xn--bcher-kva.example", NULL},
    {"idna-decomposed",
     "a@bu\xcc\x88"
     "cher.example",
     "a", "xn--bcher-kva.example", NULL},
    {"idna-a-label", "a@XN--bcher-kva.example", "a", "XN--bcher-kva.example", NULL},
    {"idna-ideographic-full-stop",
     "a@example\xe3\x80\x82"
     "com",
     "a", "example.com", NULL},
    /* Exists in DNS though IDNA2008 has no such label; nothing is converted. */
    {"ascii-hyphens-3-4", "a@r3---sn.example", "a", "r3---sn.example", NULL},
    {"ascii-xn-not-punycode", "a@xn--example.com", "a", "xn--example.com", NULL},
};

static void
check_case(const ParseCase *test, const AddrSpec *address)
{
    g_assert_cmpstr(address->local_part, ==, test->local_part);
    g_assert_cmpstr(address->domain, ==, test->domain);
    g_autofree gchar *plain = g_strconcat(test->local_part, "@", test->domain, NULL);
    g_autofree gchar *written = addr_spec_to_string(address);
    g_assert_cmpstr(written, ==, test->written == NULL ? plain : test->written);

    g_autoptr(GError) error = NULL;
    g_autoptr(AddrSpec) again = addr_spec_parse(written, -1, &error);
    g_assert_no_error(error);
    g_assert_true(addr_spec_equal(address, again));
}

static void
test_parse(gconstpointer data)
{
    const ParseCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(AddrSpec) address = addr_spec_parse(test->text, -1, &error);
    g_assert_no_error(error);
    check_case(test, address);
}

typedef struct {
    const gchar *name;
    const gchar *text;
    gssize n_octets; /* 0: up to the NUL */
    AddrSpecError code;
    const gchar *message; /* NULL: any */
} RefuseCase;

static const RefuseCase refuse_cases[] = {
    {"empty", "", 0, ADDR_SPEC_ERROR_SYNTAX, "expected a word at octet 1"},
    {"no-at", "test.iana.org", 0, ADDR_SPEC_ERROR_SYNTAX, "expected \"@\" at octet 14"},
    {"no-local-part", "@iana.org", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"no-domain", "test@", 0, ADDR_SPEC_ERROR_SYNTAX, "expected a word at octet 6"},
    {"two-ats", "a@b@c", 0, ADDR_SPEC_ERROR_SYNTAX,
     "unexpected character after the domain at octet 4"},
    {"at-at", "a@@c", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"angle-brackets", "<a@c>", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"display-name", "Alice <a@c>", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"two-addresses", "a@b, c@d", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"dot-first", ".a@b", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"dot-last", "a.@b", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"dots-in-a-row", "a..b@c", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"space-in-the-local-part", "a b@c", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"space-in-the-domain", "a@b c", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"quotes-after-atom", "a\"b\"@c", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"quotes-open", "\"a@c", 0, ADDR_SPEC_ERROR_SYNTAX, "quoted string without its end at octet 5"},
    {"quotes-end-in-backslash", "\"a\\", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"backslash-without-quotes", "a\\@b@c", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"backslash-line-end", "\"a\\\r\n b\"@c", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"comment-open", "(a(b)x@c", 0, ADDR_SPEC_ERROR_SYNTAX, "comment without its end at octet 9"},
    {"comment-end-quoted", "x@c(a\\)", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"comment-depth-33", "(((((((((((((((((((((((((((((((((x)))))))))))))))))))))))))))))))))a@b",
     0, ADDR_SPEC_ERROR_SYNTAX, "too many comments inside each other at octet 33"},
    {"line-end-bare", "a\n@b", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"line-end-bare-in-quotes", "\"a\nb\"@c", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"line-end-at-the-end", "a@b\r\n", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"line-end-injected", "a@b\r\nBcc: c@d", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"control-in-quotes", "\"a\x07\"@b", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"control-quoted", "\"a\\\x7f\"@b", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"bidirectional-override",
     "\xe2\x80\xae"
     "a@b",
     0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"bidirectional-isolate", "a\xe2\x81\xa6@b", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"control-c1",
     "\"a\xc2\x9b"
     "b\"@c",
     0, ADDR_SPEC_ERROR_SYNTAX, "control character at octet 3"},
    {"nul-in-the-local-part", "a\0b@c", 5, ADDR_SPEC_ERROR_SYNTAX, "NUL at octet 2"},
    {"nul-in-the-domain", "a@b\0.evil", 9, ADDR_SPEC_ERROR_SYNTAX, "NUL at octet 4"},
    {"nul-at-the-end", "a@b", 4, ADDR_SPEC_ERROR_SYNTAX, "NUL at octet 4"},
    {"utf8-overlong", "a\xc0\xaf@c", 0, ADDR_SPEC_ERROR_SYNTAX,
     "octets that are not UTF-8 at octet 2"},
    {"utf8-cut", "a@c\xc3", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"utf8-latin-1", "m\xfcller@c", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"domain-literal", "a@[127.0.0.1]", 0, ADDR_SPEC_ERROR_LITERAL,
     "address literal instead of a domain at octet 3: it has no name in the DNS"},
    {"domain-literal-open", "a@[127.0.0.1", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"domain-literal-ipv6", "a@[IPv6:::1]", 0, ADDR_SPEC_ERROR_LITERAL, NULL},
    {"domain-literal-no-address", "a@[1.2.3]", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"domain-dot-at-the-end", "a@example.com.", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"domain-dot-first", "a@.com", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"domain-backslash", "a@b\\.c", 0, ADDR_SPEC_ERROR_SYNTAX, NULL},
    {"domain-atext-of-no-host", "a@exa!mple.com", 0, ADDR_SPEC_ERROR_DOMAIN,
     "label 1 of the domain is not one of a host name"},
    {"domain-hyphen-first", "a@b.-c", 0, ADDR_SPEC_ERROR_DOMAIN,
     "label 2 of the domain is not one of a host name"},
    {"domain-hyphen-last", "a@b-.c", 0, ADDR_SPEC_ERROR_DOMAIN, NULL},
    {"domain-underscore-first", "a@_smimecert.c", 0, ADDR_SPEC_ERROR_DOMAIN, NULL},
    {"domain-label-64", "a@" LABEL_63 "4.org", 0, ADDR_SPEC_ERROR_DOMAIN, NULL},
    {"domain-254",
     "a@" LABEL_63 "." LABEL_63 "." LABEL_63
     ".a23456789b123456789c123456789d123456789e123456789f123456789g12",
     0, ADDR_SPEC_ERROR_DOMAIN, "domain too long (254 octets of at most 253)"},
    /* U+FF0F FULLWIDTH SOLIDUS and U+FF20 FULLWIDTH COMMERCIAL AT become "/" and "@" in IDNA's
       mapping */
    {"idna-maps-to-solidus",
     "a@b\xef\xbc\x8f"
     "c.org",
     0, ADDR_SPEC_ERROR_DOMAIN, NULL},
    {"idna-maps-to-at",
     "a@b\xef\xbc\xa0"
     "c.org",
     0, ADDR_SPEC_ERROR_DOMAIN, NULL},
    {"idna-dot-at-the-end", "a@b\xc3\xbc.org\xe3\x80\x82", 0, ADDR_SPEC_ERROR_DOMAIN, NULL},
    /* U+FE0C, a variation selector, which mapping takes away */
    {"idna-nothing-left", "a@\xef\xb8\x8c", 0, ADDR_SPEC_ERROR_DOMAIN,
     "domain of characters that IDNA leaves nothing of"},
    {"idna-disallowed", "a@\xe2\x98\x83.org", 0, ADDR_SPEC_ERROR_DOMAIN, NULL},
    {"idna-space",
     "a@b\xe2\x80\x83"
     "c.org",
     0, ADDR_SPEC_ERROR_DOMAIN, NULL},
};

static void
test_refuse(gconstpointer data)
{
    const RefuseCase *test = data;
    gssize n_octets = test->n_octets == 0 ? (gssize)strlen(test->text) : test->n_octets;
    /* An exact copy without NUL, so that a sanitizer sees what is read too far. */
    g_autofree gchar *exact = n_octets == 0 ? g_strdup("") : g_memdup2(test->text, (gsize)n_octets);
    g_autoptr(GError) error = NULL;
    g_assert_null(addr_spec_parse(exact, n_octets, &error));
    g_assert_error(error, ADDR_SPEC_ERROR, (gint)test->code);
    if (test->message != NULL)
        g_assert_cmpstr(error->message, ==, test->message);
}

/* @n_octets of address: a local part of "a"s and a domain. */
static gchar *
make_long(gsize n_octets, const gchar *domain)
{
    g_autofree gchar *local_part = g_strnfill(n_octets - strlen(domain) - 1, 'a');
    return g_strconcat(local_part, "@", domain, NULL);
}

static void
test_limit(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *at = make_long(LIMIT_ADDRESS_OCTETS, "x.org");
    g_autoptr(AddrSpec) address = addr_spec_parse(at, -1, &error);
    g_assert_no_error(error);
    g_assert_nonnull(address);

    g_autofree gchar *past = make_long(LIMIT_ADDRESS_OCTETS + 1, "x.org");
    g_assert_null(addr_spec_parse(past, -1, &error));
    g_assert_error(error, ADDR_SPEC_ERROR, ADDR_SPEC_ERROR_SYNTAX);
    g_clear_error(&error);

    /* A domain that is longer in A-labels. */
    g_autofree gchar *grows = make_long(LIMIT_ADDRESS_OCTETS, "\xc3\xbc.\xc3\xbc.org");
    g_assert_null(addr_spec_parse(grows, -1, &error));
    g_assert_error(error, ADDR_SPEC_ERROR, ADDR_SPEC_ERROR_SYNTAX);
}

static void
test_comment_depth(void)
{
    g_autofree gchar *open = g_strnfill(32, '(');
    g_autofree gchar *close = g_strnfill(32, ')');
    g_autofree gchar *text = g_strconcat(open, close, "a@b", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(AddrSpec) address = addr_spec_parse(text, -1, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(address->local_part, ==, "a");
}

typedef struct {
    const gchar *name;
    const gchar *a;
    const gchar *b;
    gboolean equal;
    gboolean matches;
} CompareCase;

static const CompareCase compare_cases[] = {
    {"same", "a@b", "a@b", TRUE, TRUE},
    {"domain-case", "a@b.org", "a@B.ORG", TRUE, TRUE},
    {"written-differently", "\"a\"(c) @ b", "a@b", TRUE, TRUE},
    {"domain-u-label", "a@\xc3\xbc.org", "a@xn--tda.org", TRUE, TRUE},
    /* RFC 8162 §4: no mapping; RFC 8550 §3: an address in a certificate */
    {"local-part-case", "Alice@b", "alice@b", FALSE, TRUE},
    {"local-part-case-not-ascii", "\xc3\x84@b", "\xc3\xa4@b", FALSE, FALSE},
    {"other-local-part", "a@b", "c@b", FALSE, FALSE},
    {"other-domain", "a@b", "a@c", FALSE, FALSE},
    {"sub-domain", "a@b.c", "a@c", FALSE, FALSE},
};

static void
test_compare(gconstpointer data)
{
    const CompareCase *test = data;
    g_autoptr(AddrSpec) a = addr_spec_parse(test->a, -1, NULL);
    g_autoptr(AddrSpec) b = addr_spec_parse(test->b, -1, NULL);
    g_assert_cmpint(addr_spec_equal(a, b), ==, test->equal);
    g_assert_cmpint(addr_spec_equal(b, a), ==, test->equal);
    g_assert_cmpint(addr_spec_matches(a, b), ==, test->matches);
    g_assert_cmpint(addr_spec_matches(b, a), ==, test->matches);
}

static void
test_copy(void)
{
    g_autoptr(AddrSpec) address = addr_spec_parse("\"a b\"@c", -1, NULL);
    g_autoptr(AddrSpec) copy = addr_spec_copy(address);
    g_assert_true(addr_spec_equal(address, copy));
    g_assert_true(copy->local_part != address->local_part && copy->domain != address->domain);
    addr_spec_free(NULL);
}

/* The sample of [MS-SRPL] §4.2, and what is no label with an underscore either. */
static void
test_service(void)
{
    static const gchar controller[] =
        "_IsmService@d2975006-04cb-4f9d-b797-0c1df78f16d6._msdcs.ddsys7x28.nttest.microsoft.com";
    static const gchar *const refused[] = {"a@_.c", "a@__b.c", "a@_-b.c", "a@_b_.c",
                                           "a@_" LABEL_63 ".c"};
    g_assert_null(addr_spec_parse(controller, -1, NULL));
    g_autoptr(AddrSpec) address = addr_spec_parse_service(controller, -1, NULL);
    g_assert_nonnull(address);
    g_autofree gchar *text = addr_spec_to_string(address);
    g_assert_cmpstr(text, ==, controller);
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(addr_spec_parse_service(refused[i], -1, &error));
        g_assert_error(error, ADDR_SPEC_ERROR, ADDR_SPEC_ERROR_DOMAIN);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(parse_cases); i++) {
        g_autofree gchar *path = g_strconcat("/addr-spec/parse/", parse_cases[i].name, NULL);
        g_test_add_data_func(path, &parse_cases[i], test_parse);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(refuse_cases); i++) {
        g_autofree gchar *path = g_strconcat("/addr-spec/refuse/", refuse_cases[i].name, NULL);
        g_test_add_data_func(path, &refuse_cases[i], test_refuse);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(compare_cases); i++) {
        g_autofree gchar *path = g_strconcat("/addr-spec/compare/", compare_cases[i].name, NULL);
        g_test_add_data_func(path, &compare_cases[i], test_compare);
    }
    g_test_add_func("/addr-spec/limit", test_limit);
    g_test_add_func("/addr-spec/comment-depth-32", test_comment_depth);
    g_test_add_func("/addr-spec/copy", test_copy);
    g_test_add_func("/addr-spec/service", test_service);
    return g_test_run();
}
