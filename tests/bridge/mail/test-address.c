/* SPDX-License-Identifier: MPL-2.0 */
#include "address.h"

#include <time.h>

#include "mail-test.h"

/* Expected: "display name=address|" each; NULL: MAIL_ERROR_ADDRESS. */
typedef struct {
    const gchar *name;
    const gchar *value;
    const gchar *expected;
} ListCase;

static const ListCase list_cases[] = {
    {"empty", "", ""},
    {"bare", "a@b.example", "=a@b.example|"},
    {"angle", "<a@b.example>", "=a@b.example|"},
    {"rfc5322-a.1.1", "John Doe <jdoe@machine.example>", "John Doe=jdoe@machine.example|"},
    {"rfc5322-a.1.2",
     "\"Joe Q. Public\" <john.q.public@example.com>, jdoe@example.org, Who? <one@y.test>,"
     " \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
     "Joe Q. Public=john.q.public@example.com|=jdoe@example.org|Who?=one@y.test|"
     "Giant; \"Big\" Box=sysservices@example.net|"},
    {"rfc5322-a.1.3", "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
     "Ed Jones=c@a.test|=joe@where.test|John=jdoe@one.test|"},
    {"rfc5322-a.1.3-empty-group", "Undisclosed recipients:;", ""},
    {"rfc5322-a.5", "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
     "Pete=pete@silly.test|"},
    {"rfc5322-a.6.1-phrase", "Joe Q. Public <john.q.public@example.com>",
     "Joe Q. Public=john.q.public@example.com|"},
    {"rfc5322-a.6.1-route",
     "Mary Smith <@node.test,@m.test:mary@example.net>, , jdoe@test  . example",
     "Mary Smith=mary@example.net|=jdoe@test.example|"},
    {"rfc5322-a.6.3", "jdoe@machine(comment).  example", "comment=jdoe@machine.example|"},
    {"comment-as-name", "jdoe@example.org (John \\(Q\\) Doe)", "John (Q) Doe=jdoe@example.org|"},
    {"comments-only", "(nobody), (at all)", ""},
    {"nested-comments", "a(b(c(d)e)f)@g.example", "b(c(d)e)f=a@g.example|"},
    {"quoted-local-part", "\"a b\"@c.example, <\"d@e\"@f.example>",
     "=\"a b\"@c.example|=\"d@e\"@f.example|"},
    {"quoted-pair-in-local-part", "\"\\\\!\"@a.example", "=\"\\\\!\"@a.example|"},
    {"domain-literal", "a@[127.0.0.1], <b@[IPv6:::1]>", "=a@[127.0.0.1]|=b@[IPv6:::1]|"},
    {"brackets-in-name", "Foo [list] <a@b.example>", "Foo [list]=a@b.example|"},
    {"encoded-word", "=?utf-8?q?J=C3=B6rg_Doe?= <j@e.example>", "J\303\266rg Doe=j@e.example|"},
    {"encoded-word-with-address", "=?utf-8?q?x=40y=2Ez=2C?= <a@b.example>", "x@y.z,=a@b.example|"},
    {"encoded-word-with-raw-specials", "=?utf-8?q?x@y<,?= <a@b.example>", "x@y<,=a@b.example|"},
    {"line-end-in-encoded-word", "=?utf-8?q?x=0D=0ABcc:?= <a@b.example>", "x  Bcc:=a@b.example|"},
    {"utf-8", "J\303\266rg <j\303\266rg@b\303\274.example>",
     "J\303\266rg=j\303\266rg@b\303\274.example|"},
    {"latin-1-name", "J\366rg <j@b.example>", "J\303\266rg=j@b.example|"},
    {"folded", "A\r\n B <a@b.example>,\r\n\tc@d.example", "A B=a@b.example|=c@d.example|"},
    {"semicolons", "a@b.example; c@d.example;; e@f.example",
     "=a@b.example|=c@d.example|=e@f.example|"},
    {"groups-and-more", "A: a@b.example;, c@d.example, B: ; e@f.example",
     "=a@b.example|=c@d.example|=e@f.example|"},
    {"group-without-end", "A: a@b.example", "=a@b.example|"},
    {"angle-without-end", "A <a@b.example", "A=a@b.example|"},
    {"angle-twice-opened", "a < <b@c.example>", "a=b@c.example|"},
    {"at-in-name", "name@a.example <real@b.example>", "name@a.example=real@b.example|"},
    {"text-after-angle", "<a@b.example>c@d.example", "c@d.example=a@b.example|"},
    {"no-addr-spec-in-angle", "A <not an email>", "A=not an email|"},
    {"two-ats-in-angle", "<a@b@c.example>", "=a@b@c.example|"},
    {"no-address", "John Doe", NULL},
    {"no-address-in-second", "a@b.example, John", NULL},
    {"empty-angle", "A <>", NULL},
    {"two-addresses", "a@b.example c@d.example", NULL},
    {"two-angles", "<a@b.example> <c@d.example>", NULL},
    {"angle-in-name", "John <middle> Doe <jdoe@machine.example>", NULL},
    {"two-ats", "a@b@c.example", NULL},
    {"ats-only", "@@@", NULL},
    {"comment-without-end", "a@b.example (", NULL},
    {"quotes-without-end", "\"a <a@b.example>", NULL},
    {"group-in-group", "A: B: a@b.example;;", NULL},
    {"colon-after-address", "a@b.example: c@d.example", NULL},
    {"colon-after-angle", "<a@b.example>: c@d.example", NULL},
    {"greater-than-alone", "a@b.example>", "=a@b.example>|"},
    {"address-not-utf-8", "<j\366rg@b.example>", NULL},
};

static void
test_list(gconstpointer data)
{
    const ListCase *c = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) mailboxes = mailbox_list_parse(c->value, &error);
    if (c->expected == NULL) {
        g_assert_null(mailboxes);
        g_assert_error(error, MAIL_ERROR, MAIL_ERROR_ADDRESS);
        return;
    }
    g_assert_no_error(error);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < mailboxes->len; i++) {
        const Mailbox *mailbox = mailboxes->pdata[i];
        g_string_append_printf(text, "%s=%s|",
                               mailbox->display_name != NULL ? mailbox->display_name : "",
                               mailbox->address);
    }
    g_assert_cmpstr(text->str, ==, c->expected);
}

static void
test_limit(void)
{
    g_autoptr(GString) text = g_string_new("a@b.example");
    for (guint i = 1; i < LIMIT_ADDRESSES; i++)
        g_string_append(text, ",a@b.example");
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) mailboxes = mailbox_list_parse(text->str, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(mailboxes->len, ==, LIMIT_ADDRESSES);
    g_string_append(text, ",a@b.example");
    g_assert_null(mailbox_list_parse(text->str, &error));
    g_assert_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT);
}

/* A lot of what makes careless parsers go back, or recurse. */
static void
test_hostile(void)
{
    const gchar *starts[] = {"", "<", "a <@", "A:"};
    const gchar *pieces[] = {"(", "<",  "\"", "=?",   "=?a?q?", ",",    "@",  ":",          ";",
                             "[", "@[", "\\", "<@a,", "a.",     "a@b ", "()", "=?a?q?b?= ", "@a,"};
    for (gsize i = 0; i < G_N_ELEMENTS(pieces) * G_N_ELEMENTS(starts); i++) {
        g_autoptr(GString) text = g_string_new(starts[i % G_N_ELEMENTS(starts)]);
        while (text->len < 32 * 1024)
            g_string_append(text, pieces[i / G_N_ELEMENTS(starts)]);
        g_string_append(text, " <a@b.example>");
        clock_t start = clock();
        g_autoptr(GPtrArray) mailboxes = mailbox_list_parse(text->str, NULL);
        g_assert_cmpint(clock() - start, <, 2 * CLOCKS_PER_SEC);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/address/list/", list_cases, test_list)
    g_test_add_func("/address/limit", test_limit);
    g_test_add_func("/address/hostile", test_hostile);
    return g_test_run();
}
