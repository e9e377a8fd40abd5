/* SPDX-License-Identifier: MPL-2.0 */
#include "header-split.h"

#include "entity-private.h"
#include "mail-test.h"

#define FIELDS                                                                                     \
    "Received: from x\r\n"                                                                         \
    "From: Ana <ana@a.example>\r\n"                                                                \
    "To: Ben <ben@b.example>\r\n"                                                                  \
    "Bcc: dee@d.example\r\n"                                                                       \
    "X-Mozilla-Status: 0001\r\n"                                                                   \
    "X-Identity-Key: id1\r\n"                                                                      \
    "Fcc: imap://x\r\n"                                                                            \
    "Subject: Rent\r\n"                                                                            \
    "Keywords: money\r\n"                                                                          \
    "HP-Outer: Cc: mallory@m.example\r\n"
#define BODY "Content-Type: text/plain\r\nContent-Language: en\r\nMIME-Version: 1.0\r\n\r\nx"
#define LOCAL                                                                                      \
    "Bcc: dee@d.example\r\n"                                                                       \
    "X-Mozilla-Status: 0001\r\n"                                                                   \
    "X-Identity-Key: id1\r\n"                                                                      \
    "Fcc: imap://x\r\n"

typedef struct {
    const gchar *name;
    HeaderSplitOptions options;
    const gchar *message;
    const gchar *inner; /* behind MIME-Version */
    const gchar *outer;
} SplitCase;

static const SplitCase split_cases[] = {
    /* RFC 9788 §5.2.1 step 4 */
    {"signed",
     {.intent = HP_INTENT_CLEAR, .policy = HEADER_POLICY_SHY},
     FIELDS BODY,
     "From: Ana <ana@a.example>\r\nTo: Ben <ben@b.example>\r\nSubject: Rent\r\n"
     "Keywords: money\r\n",
     "Received: from x\r\nFrom: Ana <ana@a.example>\r\nTo: Ben <ben@b.example>\r\n" LOCAL
     "Subject: Rent\r\nKeywords: money\r\n\r\n"},
    /* … step 5 */
    {"baseline",
     {.intent = HP_INTENT_CIPHER},
     FIELDS BODY,
     "From: Ana <ana@a.example>\r\nTo: Ben <ben@b.example>\r\nSubject: Rent\r\n"
     "Keywords: money\r\n"
     "HP-Outer: From: Ana <ana@a.example>\r\nHP-Outer: To: Ben <ben@b.example>\r\n"
     "HP-Outer: Subject: [...]\r\n",
     "Received: from x\r\nFrom: Ana <ana@a.example>\r\nTo: Ben <ben@b.example>\r\n" LOCAL
     "Subject: [...]\r\n\r\n"},
    {"none",
     {.intent = HP_INTENT_CIPHER, .policy = HEADER_POLICY_NO_CONFIDENTIALITY},
     "Subject: Rent\r\nKeywords: money\r\n" BODY,
     "Subject: Rent\r\nKeywords: money\r\nHP-Outer: Subject: Rent\r\n"
     "HP-Outer: Keywords: money\r\n",
     "Subject: Rent\r\nKeywords: money\r\n\r\n"},
    /* A message that had come, and is encrypted to be stored. */
    {"said-on-the-way",
     {.intent = HP_INTENT_CIPHER},
     "X-Spam-Flag: YES\r\nX-Spam-Prev-Subject: Rent\r\nX-Spam-Report: preview:\r\n text\r\n" BODY,
     "X-Spam-Prev-Subject: Rent\r\nX-Spam-Report: preview:\r\n text\r\n",
     "X-Spam-Flag: YES\r\n\r\n"},
    {"draft-under-none",
     {.intent = HP_INTENT_CIPHER, .policy = HEADER_POLICY_NO_CONFIDENTIALITY, .is_draft = TRUE},
     "Subject: Rent\r\nBcc: dee@d.example\r\nX-Mozilla-Keys: \r\n" BODY,
     "Subject: Rent\r\nBcc: dee@d.example\r\nHP-Outer: Subject: [...]\r\n"
     "HP-Outer: Bcc: dee@d.example\r\n",
     "Subject: [...]\r\nBcc: dee@d.example\r\nX-Mozilla-Keys: \r\n\r\n"},
    {"folds-stay",
     {.intent = HP_INTENT_CIPHER},
     "To: Ana <ana@a.example>,\n\tBen <ben@b.example>\n\n",
     "To: Ana <ana@a.example>,\r\n\tBen <ben@b.example>\r\n"
     "HP-Outer: To: Ana <ana@a.example>,\r\n\tBen <ben@b.example>\r\n",
     "To: Ana <ana@a.example>,\r\n\tBen <ben@b.example>\r\n\r\n"},
    /* RFC 9788 §2.2.1: exactly one space behind the inner colon */
    {"spelling",
     {.intent = HP_INTENT_CIPHER},
     "Message-ID :\r\n <1@a.example>\r\nX-A:b\r\nX-B:\r\n\r\n",
     "Message-ID:\r\n <1@a.example>\r\nX-A:b\r\nX-B:\r\n"
     "HP-Outer: Message-ID: <1@a.example>\r\nHP-Outer: X-A: b\r\nHP-Outer: X-B: \r\n",
     "Message-ID:\r\n <1@a.example>\r\nX-A:b\r\nX-B:\r\n\r\n"},
    /* What some take for the end of the header section. */
    {"trailing-space",
     {.intent = HP_INTENT_CLEAR},
     "Subject: Rent \t\r\nTo: a@a.example, \r\n b@b.example \r\nX:  \r\n" BODY,
     "Subject: Rent\r\nTo: a@a.example,\r\n b@b.example\r\nX:\r\n",
     "Subject: Rent\r\nTo: a@a.example,\r\n b@b.example\r\nX:\r\n\r\n"},
    {"blank-folds",
     {.intent = HP_INTENT_CIPHER},
     "X-A: b\r\n \r\n\t \r\n c\r\r\nFrom me\r\nnonsense\r\nX-B: d\r\n\r\n",
     "X-A: b\r\n c\r\nX-B: d\r\nHP-Outer: X-A: b\r\n c\r\nHP-Outer: X-B: d\r\n",
     "X-A: b\r\n c\r\nX-B: d\r\n\r\n"},
    {"long-addresses",
     {.intent = HP_INTENT_CIPHER, .policy = HEADER_POLICY_SHY},
     "To: x <an-address-that-is-rather-long-@subdomain.example>,\r\n"
     " y <another-one-that-is-long-too@subdomain.example>\r\n\r\n",
     "To: x <an-address-that-is-rather-long-@subdomain.example>,\r\n"
     " y <another-one-that-is-long-too@subdomain.example>\r\n"
     "HP-Outer: To: an-address-that-is-rather-long-@subdomain.example,\r\n"
     " another-one-that-is-long-too@subdomain.example\r\n",
     "To: an-address-that-is-rather-long-@subdomain.example,\r\n"
     " another-one-that-is-long-too@subdomain.example\r\n\r\n"},
    {"rfc9788-c.3.1",
     {.intent = HP_INTENT_CIPHER},
     "Subject: smime-signed-enc-hp-baseline\r\n"
     "Message-ID: <smime-signed-enc-hp-baseline@example>\r\n"
     "From: Alice <alice@smime.example>\r\n"
     "To: Bob <bob@smime.example>\r\n"
     "Date: Sat, 20 Feb 2021 10:09:02 -0500\r\n"
     "User-Agent: Sample MUA Version 1.0\r\n" BODY,
     "Subject: smime-signed-enc-hp-baseline\r\n"
     "Message-ID: <smime-signed-enc-hp-baseline@example>\r\n"
     "From: Alice <alice@smime.example>\r\n"
     "To: Bob <bob@smime.example>\r\n"
     "Date: Sat, 20 Feb 2021 10:09:02 -0500\r\n"
     "User-Agent: Sample MUA Version 1.0\r\n"
     "HP-Outer: Subject: [...]\r\n"
     "HP-Outer: Message-ID: <smime-signed-enc-hp-baseline@example>\r\n"
     "HP-Outer: From: Alice <alice@smime.example>\r\n"
     "HP-Outer: To: Bob <bob@smime.example>\r\n"
     "HP-Outer: Date: Sat, 20 Feb 2021 10:09:02 -0500\r\n"
     "HP-Outer: User-Agent: Sample MUA Version 1.0\r\n",
     "Subject: [...]\r\n"
     "Message-ID: <smime-signed-enc-hp-baseline@example>\r\n"
     "From: Alice <alice@smime.example>\r\n"
     "To: Bob <bob@smime.example>\r\n"
     "Date: Sat, 20 Feb 2021 10:09:02 -0500\r\n"
     "User-Agent: Sample MUA Version 1.0\r\n"
     "\r\n"},
    {"rfc9788-c.3.4",
     {.intent = HP_INTENT_CIPHER, .policy = HEADER_POLICY_SHY},
     "Subject: smime-signed-enc-hp-shy-legacy\r\n"
     "Message-ID: <smime-signed-enc-hp-shy-legacy@example>\r\n"
     "From: Alice <alice@smime.example>\r\n"
     "To: Bob <bob@smime.example>\r\n"
     "Date: Sat, 20 Feb 2021 10:13:02 -0500\r\n"
     "User-Agent: Sample MUA Version 1.0\r\n" BODY,
     "Subject: smime-signed-enc-hp-shy-legacy\r\n"
     "Message-ID: <smime-signed-enc-hp-shy-legacy@example>\r\n"
     "From: Alice <alice@smime.example>\r\n"
     "To: Bob <bob@smime.example>\r\n"
     "Date: Sat, 20 Feb 2021 10:13:02 -0500\r\n"
     "User-Agent: Sample MUA Version 1.0\r\n"
     "HP-Outer: Subject: [...]\r\n"
     "HP-Outer: Message-ID: <smime-signed-enc-hp-shy-legacy@example>\r\n"
     "HP-Outer: From: alice@smime.example\r\n"
     "HP-Outer: To: bob@smime.example\r\n"
     "HP-Outer: Date: Sat, 20 Feb 2021 15:13:02 +0000\r\n"
     "HP-Outer: User-Agent: Sample MUA Version 1.0\r\n",
     "Subject: [...]\r\n"
     "Message-ID: <smime-signed-enc-hp-shy-legacy@example>\r\n"
     "From: alice@smime.example\r\n"
     "To: bob@smime.example\r\n"
     "Date: Sat, 20 Feb 2021 15:13:02 +0000\r\n"
     "User-Agent: Sample MUA Version 1.0\r\n"
     "\r\n"},
    {"rfc9788-c.3.5",
     {.intent = HP_INTENT_CIPHER},
     "Subject: smime-signed-enc-hp-baseline-reply\r\n"
     "Message-ID: <smime-signed-enc-hp-baseline-reply@example>\r\n"
     "From: Alice <alice@smime.example>\r\n"
     "To: Bob <bob@smime.example>\r\n"
     "Date: Sat, 20 Feb 2021 10:15:02 -0500\r\n"
     "User-Agent: Sample MUA Version 1.0\r\n"
     "In-Reply-To: <smime-signed-enc-hp-baseline@example>\r\n"
     "References: <smime-signed-enc-hp-baseline@example>\r\n" BODY,
     "Subject: smime-signed-enc-hp-baseline-reply\r\n"
     "Message-ID: <smime-signed-enc-hp-baseline-reply@example>\r\n"
     "From: Alice <alice@smime.example>\r\n"
     "To: Bob <bob@smime.example>\r\n"
     "Date: Sat, 20 Feb 2021 10:15:02 -0500\r\n"
     "User-Agent: Sample MUA Version 1.0\r\n"
     "In-Reply-To: <smime-signed-enc-hp-baseline@example>\r\n"
     "References: <smime-signed-enc-hp-baseline@example>\r\n"
     "HP-Outer: Subject: [...]\r\n"
     "HP-Outer: Message-ID: <smime-signed-enc-hp-baseline-reply@example>\r\n"
     "HP-Outer: From: Alice <alice@smime.example>\r\n"
     "HP-Outer: To: Bob <bob@smime.example>\r\n"
     "HP-Outer: Date: Sat, 20 Feb 2021 10:15:02 -0500\r\n"
     "HP-Outer: User-Agent: Sample MUA Version 1.0\r\n"
     "HP-Outer: In-Reply-To: <smime-signed-enc-hp-baseline@example>\r\n"
     "HP-Outer: References: <smime-signed-enc-hp-baseline@example>\r\n",
     "Subject: [...]\r\n"
     "Message-ID: <smime-signed-enc-hp-baseline-reply@example>\r\n"
     "From: Alice <alice@smime.example>\r\n"
     "To: Bob <bob@smime.example>\r\n"
     "Date: Sat, 20 Feb 2021 10:15:02 -0500\r\n"
     "User-Agent: Sample MUA Version 1.0\r\n"
     "In-Reply-To: <smime-signed-enc-hp-baseline@example>\r\n"
     "References: <smime-signed-enc-hp-baseline@example>\r\n"
     "\r\n"},
    {"nothing", {.intent = HP_INTENT_CIPHER}, BODY, "", "\r\n"},
};

static HeaderSplit *
split_text(const gchar *text, const HeaderSplitOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EntityTree) tree = parse_text(text);
    HeaderSplit *split = header_split_new(tree, options, &error);
    g_assert_no_error(error);
    return split;
}

static void
test_split(gconstpointer data)
{
    const SplitCase *row = data;
    g_autoptr(HeaderSplit) split = split_text(row->message, &row->options);
    g_autofree gchar *inner = octets_to_text(split->inner);
    g_assert_true(g_str_has_prefix(inner, "MIME-Version: 1.0\r\n"));
    g_assert_cmpstr(inner + strlen("MIME-Version: 1.0\r\n"), ==, row->inner);
    g_autofree gchar *outer = octets_to_text(split->outer->message);
    g_assert_cmpstr(outer, ==, row->outer);
}

static gchar *
join(GPtrArray *texts)
{
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < texts->len; i++)
        g_string_append_printf(all, "%s%s", i == 0 ? "" : "|",
                               (const gchar *)g_ptr_array_index(texts, i));
    return g_string_free(all, FALSE);
}

static void
test_description(void)
{
    const HeaderSplitOptions options = {.intent = HP_INTENT_CIPHER, .policy = HEADER_POLICY_SHY};
    g_autoptr(HeaderSplit) split = split_text(
        "From: =?utf-8?q?=C3=84na?= <ana@a.example>\r\nSubject: =?utf-8?q?M=C3=BCll?=\r\n"
        "keywords: x\r\nKeywords: y\r\nComments: \r\nX-A: b\r\nBcc: dee@d.example\r\n\r\n",
        &options);
    g_autofree gchar *hidden = join(split->hidden);
    g_autofree gchar *visible = join(split->visible);
    g_autofree gchar *lines = join(split->legacy_lines);
    g_assert_cmpstr(hidden, ==, "From|Subject|keywords|Comments");
    g_assert_cmpstr(visible, ==, "X-A");
    g_assert_cmpstr(split->subject, ==, "[...]");
    g_assert_cmpstr(
        lines, ==, "From: \303\204na <ana@a.example>|Subject: M\303\274ll|keywords: x|Keywords: y");
}

/* RFC 9788 §5.2.2: a line end would make the rest part of the text. */
static void
test_legacy_line_ends(void)
{
    const HeaderSplitOptions options = {.intent = HP_INTENT_CIPHER};
    g_autoptr(HeaderSplit) split =
        split_text("Subject: =?utf-8?q?a=0D=0A=0D=0Ab=E2=80=A8c=C2=85d=00e?=\r\n\r\n", &options);
    g_autofree gchar *lines = join(split->legacy_lines);
    g_assert_null(strpbrk(lines, "\r\n"));
    g_assert_true(g_str_has_prefix(lines, "Subject: a    b c d"));
}

static void
test_reply(void)
{
    ReferenceField subject = {(gchar *)"Subject", (gchar *)"Rent", (gchar *)"[...]", TRUE};
    ReferenceField cc = {(gchar *)"Cc", (gchar *)"Dee <dee@d.example>", NULL, TRUE};
    g_autoptr(GPtrArray) message = g_ptr_array_new();
    g_ptr_array_add(message, &subject);
    g_ptr_array_add(message, &cc);
    g_autoptr(GPtrArray) references = g_ptr_array_new();
    g_ptr_array_add(references, message);
    g_autoptr(HeaderReply) reply = header_reply_new(references);
    HeaderSplitOptions options = {
        .intent = HP_INTENT_CIPHER, .policy = HEADER_POLICY_NO_CONFIDENTIALITY, .reply = reply};
    g_autoptr(HeaderSplit) split = split_text("Subject: Re: Rent\r\n\r\n", &options);
    g_assert_cmpstr(split->subject, ==, "Re: [...]");
    /* The policy alone hides nothing: what counts is what stands outside. */
    g_autofree gchar *lines = join(split->legacy_lines);
    g_assert_cmpstr(lines, ==, "Subject: Re: Rent");
    /* What was hidden altogether is not told by a policy that only shortens it. */
    options.policy = HEADER_POLICY_SHY;
    g_autoptr(HeaderSplit) shy = split_text(
        "Subject: Re: Rent\r\nCc: Dee <dee@d.example>, Eve <eve@e.example>\r\n\r\n", &options);
    g_assert_cmpstr(shy->subject, ==, "[...]");
    const Entity *outer = entity_tree_get_root(shy->outer);
    g_assert_cmpstr(entity_find_field(outer, "Cc"), ==, "eve@e.example");
    /* What is inside of a signature is no secret, and no text tells of it. */
    options.intent = HP_INTENT_CLEAR;
    g_autoptr(HeaderSplit) clear =
        split_text("Subject: Re: Rent\r\nCc: dee@d.example\r\n\r\n", &options);
    g_assert_cmpstr(clear->subject, ==, "Re: [...]");
    g_assert_cmpuint(clear->legacy_lines->len, ==, 0);
    assert_octets(clear->inner, OCTETS("MIME-Version: 1.0\r\nSubject: Re: [...]\r\n"));
}

typedef struct {
    const gchar *name;
    const gchar *section;
    gsize n_octets;
} RefusedCase;

static const RefusedCase refused_cases[] = {
    {"cr", OCTETS("Subject: a\rFrom: mallory@m.example\r\n\r\n")},
    {"nul", OCTETS("Subject: a\0b\r\n\r\n")},
    {"cr-in-content-type", OCTETS("Content-Type: text/plain\rFrom: x@y\r\n\r\n")},
};

static void
test_refused(gconstpointer data)
{
    const RefusedCase *row = data;
    const HeaderSplitOptions options = {.intent = HP_INTENT_CLEAR};
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = g_bytes_new_static(row->section, row->n_octets);
    g_autoptr(EntityTree) tree = entity_tree_parse(octets, NULL, &error);
    g_assert_no_error(error);
    g_assert_null(header_split_new(tree, &options, &error));
    g_assert_error(error, MAIL_ERROR, MAIL_ERROR_MALFORMED);
}

/* 1999 fields can be signed, but not told of twice. */
static void
test_limits(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < 1999; i++)
        g_string_append(text, "X: y\r\n");
    g_string_append(text, "\r\n");
    g_autoptr(EntityTree) many = parse_text(text->str);
    HeaderSplitOptions options = {.intent = HP_INTENT_CLEAR};
    g_autoptr(HeaderSplit) split = header_split_new(many, &options, &error);
    g_assert_no_error(error);
    options.intent = HP_INTENT_CIPHER;
    g_assert_null(header_split_new(many, &options, &error));
    g_assert_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT);
    g_clear_error(&error);

    g_autofree gchar *word = g_strnfill(LIMIT_HEADER_OCTETS / 2, 'x');
    g_autofree gchar *section = g_strdup_printf("X: %s\r\n\r\n", word);
    g_autoptr(EntityTree) large = parse_text(section);
    g_assert_null(header_split_new(large, &options, &error));
    g_assert_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT);
}

static void
test_possible(void)
{
    static const struct {
        const gchar *type;
        gboolean expected;
    } rows[] = {
        {"text/plain", TRUE},
        {"multipart/mixed; boundary=b", TRUE},
        {"message/rfc822", TRUE},
        {"multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b", FALSE},
        {"multipart/signed; protocol=\"application/pgp-signature\"; boundary=b", FALSE},
        {"multipart/encrypted; boundary=b", FALSE},
        {"application/pkcs7-mime; smime-type=enveloped-data", FALSE},
        {"application/x-pkcs7-mime; smime-type=signed-data", FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree gchar *text = g_strdup_printf("Content-Type: %s\r\n\r\nx", rows[i].type);
        g_autoptr(EntityTree) tree = parse_text(text);
        g_assert_cmpint(header_split_is_possible(tree), ==, rows[i].expected);
    }
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/header-split/", split_cases, test_split);
    ADD_ROWS("/header-split/refused/", refused_cases, test_refused);
    g_test_add_func("/header-split/description", test_description);
    g_test_add_func("/header-split/legacy-line-ends", test_legacy_line_ends);
    g_test_add_func("/header-split/reply", test_reply);
    g_test_add_func("/header-split/limits", test_limits);
    g_test_add_func("/header-split/possible", test_possible);
    return g_test_run();
}
