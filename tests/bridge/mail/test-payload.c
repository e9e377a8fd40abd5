/* SPDX-License-Identifier: MPL-2.0 */
#include "hazards.h"

#include "compose.h"
#include "mail-test.h"

#define TEXT8 "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
#define TEXT_QP                                                                                    \
    "Content-Type: text/plain; charset=utf-8\r\n"                                                  \
    "Content-Transfer-Encoding: quoted-printable\r\n"
#define MIXED "Content-Type: multipart/mixed; boundary=b\r\n"

/* @expected of NULL: the payload is what comes after "Subject: s". */
typedef struct {
    const gchar *name;
    const gchar *message;
    gsize n_octets;
    const gchar *expected;
} PayloadCase;

static const PayloadCase seven_bit_cases[] = {
    {"plain", OCTETS("Subject: s\r\nContent-Type: text/plain\r\n\r\nhello\r\n"), NULL},
    {"lf", OCTETS("Subject: s\nContent-Type: text/plain\n\nhello\n"),
     "Content-Type: text/plain\r\n\r\nhello\r\n"},
    {"no-content-type", OCTETS("Subject: s\r\n\r\nhello"),
     "Content-Type: text/plain; charset=us-ascii\r\n\r\nhello"},
    {"no-content-type-utf-8", OCTETS("Subject: s\r\n\r\n\303\244"),
     "Content-Type: text/plain; charset=utf-8\r\n"
     "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A4"},
    {"no-content-type-latin-1", OCTETS("Subject: s\r\n\r\n\344"),
     "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=E4"},
    {"all-content-fields",
     OCTETS("Content-Language: de\r\nSubject: s\r\nContent-Type: text/plain;\r\n charset=x\r\n"
            "X: y\r\nMIME-Version: 1.0\r\nContent-ID: <1>\r\n\r\nhello"),
     "Content-Language: de\r\nContent-Type: text/plain;\r\n charset=x\r\n"
     "Content-ID: <1>\r\n\r\nhello"},
    {"content-length-is-dropped",
     OCTETS("Subject: s\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello"),
     "Content-Type: text/plain\r\n\r\nhello"},
    {"second-content-type-is-dropped",
     OCTETS("Content-Type: text/plain\r\nSubject: s\r\nContent-Type: text/html\r\n\r\nhello"),
     "Content-Type: text/plain\r\n\r\nhello"},
    {"8-bit-text", OCTETS("Subject: s\r\n" TEXT8 "\r\nl\303\266we\r\n"),
     TEXT_QP "\r\nl=C3=B6we\r\n"},
    {"8-bit-label-of-7-bit-text", OCTETS("Subject: s\r\n" TEXT8 "\r\nlowe\r\n"),
     "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\nlowe\r\n"},
    {"8-bit-octets",
     OCTETS("Content-Type: image/png\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\377"),
     "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n/w==\r\n"},
    /* In binary content a line feed is an octet, elsewhere a line end (RFC 2045 §2.9, §6.2). */
    {"binary-octets",
     OCTETS("Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n\n"),
     "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nCg==\r\n"},
    {"line-end-in-octets", OCTETS("Content-Type: image/png\r\n\r\n\377\n"),
     "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n/w0K\r\n"},
    {"nul-in-text", OCTETS("Content-Type: text/plain; charset=utf-16\r\n\r\n\0a"),
     "Content-Type: text/plain; charset=utf-16\r\nContent-Transfer-Encoding: "
     "base64\r\n\r\nAGE=\r\n"},
    {"bare-cr", OCTETS("Content-Type: text/plain\r\n\r\na\rb"),
     "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=0Db"},
    {"from-line", OCTETS("Content-Type: text/plain\r\n\r\nFrom me\r\n"),
     "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=46rom "
     "me\r\n"},
    {"white-space-at-line-end", OCTETS("Content-Type: text/plain\r\n\r\na \r\n"),
     "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=20\r\n"},
    {"from-line-in-other-type",
     OCTETS("Subject: s\r\nContent-Type: application/json\r\n\r\nFrom me \r\n"), NULL},
    {"encoded-stays",
     OCTETS("Subject: s\r\nContent-Type: text/plain\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n=46rom=20\r\n"),
     NULL},
    {"8-bit-in-quoted-printable",
     OCTETS("Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            "\344=3D\r\n"),
     "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=E4=3D\r\n"},
    {"preamble-and-epilogue-stay",
     OCTETS("Subject: s\r\n" MIXED "\r\npre \r\n--b\r\n\r\n1\r\n--b--\r\nFrom epi\r\n"), NULL},
    {"deep-leaf",
     OCTETS("Subject: s\r\n" MIXED "\r\n--b\r\nContent-Type: multipart/related; boundary=c\r\n\r\n"
            "--c\r\nX-Odd:  1\r\n" TEXT8
            "Content-ID: <x>\r\n\r\n\303\244\r\n--c--\r\nepi\r\n--b--\r\n"),
     MIXED "\r\n--b\r\nContent-Type: multipart/related; boundary=c\r\n\r\n"
           "--c\r\nX-Odd:  1\r\n" TEXT_QP
           "Content-ID: <x>\r\n\r\n=C3=A4\r\n--c--\r\nepi\r\n--b--\r\n"},
    {"leaf-without-fields", OCTETS("Subject: s\r\n" MIXED "\r\n--b\r\n\r\n\344\r\n--b--\r\n"),
     MIXED "\r\n--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=E4\r\n--b--\r\n"},
    {"two-encodings",
     OCTETS("Subject: s\r\n" MIXED "\r\n--b\r\nContent-Transfer-Encoding: 8bit\r\n"
            "Content-Transfer-Encoding: 7bit\r\n\r\n\344\r\n--b--\r\n"),
     MIXED "\r\n--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=E4\r\n--b--\r\n"},
    {"attached-message",
     OCTETS("Subject: s\r\n" MIXED "Content-Transfer-Encoding: 8bit\r\n\r\n--b\r\n"
            "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            "From: a@b\r\nSubject:  two  spaces\r\n" TEXT8 "\r\n\303\244\r\n--b--\r\n"),
     MIXED "Content-Transfer-Encoding: 7bit\r\n\r\n--b\r\n"
           "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
           "From: a@b\r\nSubject:  two  spaces\r\n" TEXT_QP "\r\n=C3=A4\r\n--b--\r\n"},
    /* RFC 6532: an 8-bit header section can't be encoded, so the labels stay true. */
    {"attached-message-with-8-bit-header",
     OCTETS("Subject: s\r\n" MIXED "Content-Transfer-Encoding: 8bit\r\n\r\n--b\r\n"
            "Content-Type: message/global\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            "Subject: \303\244\r\n\r\nx\r\n--b--\r\n"),
     NULL},
    {"nested-signature-stays",
     OCTETS("Subject: s\r\n" MIXED "Content-Transfer-Encoding: 8bit\r\n\r\n--b\r\n"
            "Content-Type: multipart/signed; boundary=c; "
            "protocol=\"application/pgp-signature\"\r\n\r\n"
            "--c\r\n" TEXT8 "\r\nFrom \303\244 \r\n--c\r\n\r\nsignature\r\n--c--\r\n--b--\r\n"),
     NULL},
    /* Under another name it would be decoded wrongly. */
    {"unknown-encoding-stays",
     OCTETS(
         "Subject: s\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\n"
         "begin 600 \344 \r\n"),
     NULL},
    {"report-stays",
     OCTETS("Subject: s\r\n" MIXED "\r\n--b\r\n"
            "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a \r\n\r\n--b--\r\n"),
     NULL},
    {"split-message-stays",
     OCTETS("Subject: s\r\n" MIXED "\r\n--b\r\n"
            "Content-Type: message/partial; id=1\r\n\r\nA: b\r\n\r\n\344\r\n--b--\r\n"),
     NULL},
};

static void
test_seven_bit(gconstpointer data)
{
    const PayloadCase *c = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = g_bytes_new_static(c->message, c->n_octets);
    g_autoptr(EntityTree) tree = entity_tree_parse(octets, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) payload = take_octets(compose_get_payload(tree, TRUE, NULL, &error));
    g_assert_no_error(error);
    const gchar *expected =
        c->expected != NULL ? c->expected : c->message + strlen("Subject: s\r\n");
    g_autofree gchar *text = octets_to_text(payload);
    g_assert_cmpstr(text, ==, expected);
    g_assert_cmpuint(g_bytes_get_size(payload), ==, strlen(expected));
}

static const PayloadCase as_is_cases[] = {
    {"8-bit-text", OCTETS("Subject: s\r\n" TEXT8 "\r\nFrom \303\244 \r\n"), NULL},
    {"lf", OCTETS("Subject: s\n\n\303\244\n"),
     "Content-Type: text/plain; charset=utf-8\r\n\r\n\303\244\r\n"},
    /* RFC 8551 §3.1.1 is about lines; binary content has none. */
    {"binary-octets",
     OCTETS("Content-Type: image/png\nContent-Transfer-Encoding: binary\n\na\nb\r"),
     "Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\na\nb\r"},
};

static void
test_as_is(gconstpointer data)
{
    const PayloadCase *c = data;
    g_autoptr(GBytes) octets = g_bytes_new_static(c->message, c->n_octets);
    g_autoptr(EntityTree) tree = entity_tree_parse(octets, NULL, NULL);
    g_autoptr(GBytes) payload = take_octets(compose_get_payload(tree, FALSE, NULL, NULL));
    const gchar *expected =
        c->expected != NULL ? c->expected : c->message + strlen("Subject: s\r\n");
    assert_octets(payload, expected, strlen(expected));
}

/* RFC 5322 §2.1.1: 998 octets fit in a line. */
static void
test_long_lines(void)
{
    for (gsize n = 998; n <= 999; n++) {
        g_autofree gchar *line = g_strnfill(n, 'x');
        g_autofree gchar *message =
            g_strconcat("Content-Type: text/plain\r\n\r\n", line, "\r\n", NULL);
        g_autoptr(EntityTree) tree = parse_text(message);
        g_autoptr(GBytes) payload = take_octets(compose_get_payload(tree, TRUE, NULL, NULL));
        g_autofree gchar *text = octets_to_text(payload);
        g_assert_cmpint(strstr(text, "quoted-printable") != NULL, ==, n > 998);
    }
}

typedef struct {
    const gchar *name;
    const gchar *octets;
    gsize n_octets;
    const gchar *expected;
    gsize n_expected;
} EntityCase;

static const EntityCase entity_cases[] = {
    {"message", OCTETS("From - x\nX-Mozilla-Status: 1\nContent-Type: text/html\nA: b\n\nx\n"),
     OCTETS("Content-Type: text/html\r\n\r\nx\r\n")},
    {"other-fields-are-dropped",
     OCTETS("MIME-Version: 1.0\r\nFrom: eve@x\r\nContent-Type: text/html\r\n\r\nx"),
     OCTETS("Content-Type: text/html\r\n\r\nx")},
    {"8-bit-stays", OCTETS(TEXT8 "\r\nl\303\266we\n"), OCTETS(TEXT8 "\r\nl\303\266we\r\n")},
    {"binary-stays", OCTETS("Content-Type: image/png\nContent-Transfer-Encoding: binary\n\n\n\0\r"),
     OCTETS("Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n\n\0\r")},
    {"nested-signature-stays",
     OCTETS(MIXED "\n--b\nContent-Type: multipart/signed; boundary=s\n\n--s--\n--b--"),
     OCTETS(MIXED "\r\n--b\r\nContent-Type: multipart/signed; boundary=s\r\n\r\n--s--\r\n--b--")},
    {"no-header-section", OCTETS("Bcc: is what\nI wrote\n"),
     OCTETS("Content-Type: text/plain; charset=us-ascii\r\n\r\nBcc: is what\r\nI wrote\r\n")},
    {"no-fields", OCTETS("\n\303\266\n"),
     OCTETS("Content-Type: text/plain; charset=utf-8\r\n\r\n\303\266\r\n")},
    {"empty", OCTETS(""), OCTETS("Content-Type: text/plain; charset=us-ascii\r\n\r\n")},
};

static void
test_entity(gconstpointer data)
{
    const EntityCase *c = data;
    g_autoptr(GBytes) octets = g_bytes_new_static(c->octets, c->n_octets);
    g_autoptr(GBytes) entity = take_octets(compose_get_entity(octets, NULL));
    assert_octets(entity, c->expected, c->n_expected);
}

/* More parts than are looked at: not cut up, but handed on. */
static void
test_entity_past_limits(void)
{
    GString *text = g_string_new("From: x\nContent-Type: multipart/mixed; boundary=b\n\n");
    for (guint i = 0; i <= entity_limits_default.entities; i++)
        g_string_append(text, "--b\n\n");
    g_autoptr(GBytes) octets = g_string_free_to_bytes(text);
    g_autoptr(GBytes) entity = take_octets(compose_get_entity(octets, NULL));
    g_autoptr(GBytes) expected = take_octets(octets_to_crlf(octets));
    g_assert_true(g_bytes_equal(entity, expected));
}

static void
test_hazards(void)
{
    static const struct {
        const gchar *octets;
        gsize n_octets;
        OctetHazards expected;
    } rows[] = {
        {OCTETS(""), {0}},
        {OCTETS("a\r\nb\n"), {0}},
        {OCTETS("\200"), {.has_8bit = TRUE}},
        {OCTETS("\0"), {.has_nul = TRUE}},
        {OCTETS("a\rb"), {.has_bare_cr = TRUE}},
        {OCTETS("a\r\r\n"), {.has_bare_cr = TRUE}},
        {OCTETS("x\nFrom y"), {.has_from_line = TRUE}},
        {OCTETS("a \n"), {.has_trailing_space = TRUE}},
        {OCTETS("a\t"), {.has_trailing_space = TRUE}},
        {OCTETS(" \r\n"), {.has_trailing_space = TRUE}},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        OctetHazards found = octets_find_hazards((const guint8 *)rows[i].octets, rows[i].n_octets);
        g_assert_true(memcmp(&found, &rows[i].expected, sizeof found) == 0);
    }
}

/* Whether relays pass the payload on as it is, after all that could be re-encoded was. */
static void
test_travels(void)
{
    static const struct {
        const gchar *octets;
        gsize n_octets;
        gboolean expected;
    } rows[] = {
        {OCTETS("Subject: s\r\n" TEXT8 "\r\nFrom x \r\n"), TRUE},
        {OCTETS("Subject: s\r\n\r\n"), TRUE},
        {OCTETS("Subject: s\r\n\r\na\r\n\303\266\r\n"), TRUE},
        {OCTETS("Subject: s\r\n" TEXT8 "\r\na\0b"), TRUE},
        {OCTETS("Subject: s\r\n" MIXED "\r\n--b\r\n\r\na\rb\r\n--b--\r\n"), TRUE},
        /* Fields that stay outside are no matter of the payload. */
        {OCTETS("Subject: \303\266\r\n" TEXT8 "\r\nx\r\n"), TRUE},
        {OCTETS("Subject: \303\266\r\n" MIXED "\r\n--b\r\n\r\nx\r\n--b--\r\n"), TRUE},
        {OCTETS("Content-Type: text/plain; name=\303\266\r\n\r\nx\r\n"), FALSE},
        {OCTETS("Subject: s\r\n" MIXED "\r\n\303\266\r\n--b--\r\n"), FALSE},
        {OCTETS("Subject: s\r\n" MIXED "\r\n--b\r\nA: \303\266\r\n\r\nx\r\n--b--\r\n"), FALSE},
        {OCTETS("Subject: s\r\n" MIXED "\r\n--b\r\n\r\nx\r\n--b--\r\n\0"), FALSE},
        {OCTETS("Content-Type: text/plain\r\nContent-Transfer-Encoding: x-y\r\n\r\na\rb"), FALSE},
        {OCTETS("Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n\303\266"), FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        gboolean travels = !rows[i].expected;
        g_autoptr(GBytes) octets = g_bytes_new_static(rows[i].octets, rows[i].n_octets);
        g_autoptr(EntityTree) tree = entity_tree_parse(octets, NULL, NULL);
        g_autoptr(GBytes) payload = take_octets(compose_get_payload(tree, TRUE, &travels, NULL));
        if (travels != rows[i].expected)
            g_error("row %" G_GSIZE_FORMAT " travels: %d", i, travels);
        OctetHazards found =
            octets_find_hazards(g_bytes_get_data(payload, NULL), g_bytes_get_size(payload));
        g_assert_cmpint(octet_hazards_stop(&found), ==, !travels);
    }
}

/* Many times what is held in memory at one time; a line end and a character lie across each border
 * at some place. */
static void
test_large(void)
{
    g_autoptr(GString) body = g_string_new(NULL);
    g_autoptr(GString) expected = g_string_new("Content-Type: text/plain; charset=utf-8\r\n\r\n");
    for (guint i = 0; body->len < 3000000; i++) {
        g_string_append_printf(body, "%*s\303\266%s", (int)(i % 79) + 1, "x",
                               i % 3 == 0 ? "\r\n" : "\n");
        g_string_append_printf(expected, "%*s\303\266\r\n", (int)(i % 79) + 1, "x");
    }
    g_autofree gchar *message = g_strconcat("Subject: s\n\n", body->str, NULL);
    g_autoptr(EntityTree) tree = parse_text(message);
    g_autoptr(GBytes) as_is = take_octets(compose_get_payload(tree, FALSE, NULL, NULL));
    assert_octets(as_is, expected->str, expected->len);

    gboolean travels = FALSE;
    g_autoptr(GBytes) safe = take_octets(compose_get_payload(tree, TRUE, &travels, NULL));
    g_assert_true(travels);
    g_autoptr(EntityTree) again = entity_tree_parse(safe, NULL, NULL);
    g_autoptr(GBytes) decoded = entity_decode_body(entity_tree_get_root(again), TRUE, NULL);
    gsize n_head = strlen("Content-Type: text/plain; charset=utf-8\r\n\r\n");
    assert_octets(decoded, expected->str + n_head, expected->len - n_head);
}

static void
test_utf8(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    while (text->len < 200000)
        g_string_append(text, "a\303\266\342\202\254\360\237\230\200");
    g_assert_true(octets_are_utf8(text->str, text->len));
    for (gsize i = 1; i < 11; i++) {
        g_autofree gchar *broken = g_memdup2(text->str, text->len + 1);
        broken[65530 + i] = '\377';
        g_assert_false(octets_are_utf8(broken, text->len));
    }
    g_assert_false(octets_are_utf8(text->str, text->len - 1));
    g_assert_true(octets_are_utf8("", 0));
    g_assert_false(octets_are_utf8("a\0b", 3));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/payload/seven-bit/", seven_bit_cases, test_seven_bit)
    ADD_ROWS("/payload/as-is/", as_is_cases, test_as_is)
    g_test_add_func("/payload/long-lines", test_long_lines);
    ADD_ROWS("/payload/entity/", entity_cases, test_entity)
    g_test_add_func("/payload/entity-past-limits", test_entity_past_limits);
    g_test_add_func("/payload/hazards", test_hazards);
    g_test_add_func("/payload/travels", test_travels);
    g_test_add_func("/payload/large", test_large);
    g_test_add_func("/payload/utf8", test_utf8);
    return g_test_run();
}
