/* SPDX-License-Identifier: MPL-2.0 */
#include "payload-header.h"

#include "mail-test.h"

#define LDE   "Subject: a\r\n\r\n"
#define SHOWN "hp-legacy-display=\"1\""
#define DIV   "<div class=\"header-protection-legacy-display\"><pre>Subject: a</pre></div>"

typedef struct {
    const gchar *name;
    const gchar *message;
    gsize n_octets;
    const gchar *line; /* of the element; NULL: none */
    const gchar *expected;
} HeaderCase;

/* With hp="clear", or with an element hp="cipher". */
static const HeaderCase header_cases[] = {
    {"clear", OCTETS("Content-Type: text/plain; hp=cipher; x=y\r\n\r\nhi\r\n"), NULL,
     "Content-Type: text/plain; x=y; hp=\"clear\"\r\n\r\nhi\r\n"},
    {"no-content-type", OCTETS("X: y\r\n\r\nhi"), NULL,
     "Content-Type: text/plain; charset=us-ascii; hp=\"clear\"\r\n\r\nhi"},
    {"no-content-type-8-bit", OCTETS("X: y\r\n\r\n\303\244"), NULL,
     "Content-Type: text/plain; charset=utf-8; hp=\"clear\"\r\n"
     "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A4"},
    {"second-content-type",
     OCTETS("Content-Type: text/plain\r\nContent-Type: text/html; hp=cipher\r\n\r\nhi"), NULL,
     "Content-Type: text/plain; hp=\"clear\"\r\n\r\nhi"},
    /* RFC 9788 §5: nowhere but at the root; and no element in what is signed alone */
    {"multipart",
     OCTETS("Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: text/plain; "
            "hp-legacy-display=1\r\n\r\nhi\r\n--c--\r\n"),
     NULL,
     "Content-Type: multipart/mixed; boundary=c; hp=\"clear\"\r\n\r\n--c\r\n"
     "Content-Type: text/plain\r\n\r\nhi\r\n--c--\r\n"},
    {"marked-by-others",
     OCTETS(
         "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: image/x\r\n\r\n--c"
         "\r\nContent-Type: text/plain; hp-legacy-display=1\r\n\r\nTo: x\r\n\r\nhi\r\n--c--\r\n"),
     NULL,
     "Content-Type: multipart/mixed; boundary=c; hp=\"clear\"\r\n\r\n--c\r\nContent-Type: "
     "image/x\r\n\r\n--c\r\nContent-Type: text/plain\r\n\r\nTo: x\r\n\r\nhi\r\n--c--\r\n"},
    {"marked-in-what-others-signed",
     OCTETS(
         "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: multipart/signed; "
         "boundary=d\r\n\r\n--d\r\nContent-Type: text/plain; hp-legacy-display=1\r\n\r\nhi\r\n"
         "--d--\r\n--c--\r\n"),
     NULL,
     "Content-Type: multipart/mixed; boundary=c; hp=\"clear\"\r\n\r\n--c\r\nContent-Type: "
     "multipart/signed; boundary=d\r\n\r\n--d\r\nContent-Type: text/plain; "
     "hp-legacy-display=1\r\n\r\nhi\r\n--d--\r\n--c--\r\n"},
    {"element", OCTETS("Content-Type: text/plain\n\nhi\n"), "Subject: a",
     "Content-Type: text/plain; " SHOWN "; hp=\"cipher\"\r\n\r\n" LDE "hi\r\n"},
    {"element-no-content-type", OCTETS("X: y\r\n\r\nhi"), "Subject: a",
     "Content-Type: text/plain; charset=us-ascii; " SHOWN ";\r\n hp=\"cipher\"\r\n\r\n" LDE "hi"},
    {"element-empty-body", OCTETS("Content-Type: text/plain\r\n\r\n"), "Subject: a",
     "Content-Type: text/plain; " SHOWN "; hp=\"cipher\"\r\n\r\n" LDE},
    {"element-8-bit-label",
     OCTETS("Content-Type: text/plain\r\nContent-Transfer-Encoding: 8bit\r\n\r\nhi"), "Subject: a",
     "Content-Type: text/plain; " SHOWN
     "; hp=\"cipher\"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n" LDE "hi"},
    {"element-changes-charset", OCTETS("Content-Type: text/plain; charset=us-ascii\r\n\r\nhi\r\n"),
     "Subject: \303\244",
     "Content-Type: text/plain; charset=\"utf-8\"; " SHOWN
     ";\r\n hp=\"cipher\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
     "Subject: =C3=A4\r\n\r\nhi\r\n"},
    {"element-in-quoted-printable",
     OCTETS("Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=A4 =\r\nx\r\n"),
     "Subject: a",
     "Content-Type: text/plain; charset=utf-8; " SHOWN
     "; hp=\"cipher\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" LDE "=C3=A4 x\r\n"},
    {"element-in-base64",
     OCTETS("Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            "PGJvZHk+eA==\r\n"),
     "Subject: a",
     "Content-Type: text/html; " SHOWN
     "; hp=\"cipher\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
     "<body><div class=3D\"header-protection-legacy-display\"><pre>Subject: a</pre>=\r\n"
     "</div>x"},
    {"element-in-html", OCTETS("Content-Type: text/html\r\n\r\n<body>\nx\n"), "Subject: a",
     "Content-Type: text/html; " SHOWN "; hp=\"cipher\"\r\n\r\n<body>" DIV "\r\nx\r\n"},
    {"unknown-encoding",
     OCTETS("Content-Type: text/plain\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nhi"),
     "Subject: a",
     "Content-Type: text/plain; hp=\"cipher\"\r\n"
     "Content-Transfer-Encoding: x-uuencode\r\n\r\nhi"},
    {"attachments-stay",
     OCTETS("Content-Type: multipart/mixed; boundary=c\r\n\r\n"
            "--c\r\nContent-Type: text/plain\r\n\r\nhi\r\n"
            "--c\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nhi\r\n"
            "--c\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nhi\r\n--c--\r\n"),
     "Subject: a",
     "Content-Type: multipart/mixed; boundary=c; hp=\"cipher\"\r\n\r\n"
     "--c\r\nContent-Type: text/plain; " SHOWN "\r\n\r\n" LDE "hi\r\n"
     "--c\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\nhi\r\n"
     "--c\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nhi\r\n--c--\r\n"},
    /* Parts at whose border there is nothing to put an element into. */
    {"part-without-fields",
     OCTETS("Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nhi\r\n--c--\r\n"),
     "Subject: a",
     "Content-Type: multipart/mixed; boundary=c; hp=\"cipher\"\r\n\r\n"
     "--c\r\nContent-Type: text/plain; " SHOWN "\r\n\r\n" LDE "hi\r\n--c--\r\n"},
    {"part-without-body",
     OCTETS("Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nX: y\r\n\r\n--c--\r\n"),
     "Subject: \303\244",
     "Content-Type: multipart/mixed; boundary=c; hp=\"cipher\"\r\n\r\n"
     "--c\r\nX: y\r\nContent-Type: text/plain; charset=\"utf-8\"; " SHOWN "\r\n"
     "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
     "Subject: =C3=A4\r\n\r\n\r\n--c--\r\n"},
};

static void
test_header(gconstpointer data)
{
    const HeaderCase *row = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) message = g_bytes_new_static(row->message, row->n_octets);
    g_autoptr(EntityTree) tree = entity_tree_parse(message, NULL, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) lines = g_ptr_array_new();
    if (row->line != NULL)
        g_ptr_array_add(lines, (gpointer)row->line);
    g_autoptr(GBytes) fields = g_bytes_new_static(OCTETS("Subject: a\r\n"));
    const PayloadHeader header = {
        .fields = fields,
        .intent = row->line == NULL ? HP_INTENT_CLEAR : HP_INTENT_CIPHER,
        .legacy_lines = lines,
    };
    for (guint seven_bit = 0; seven_bit < 2; seven_bit++) {
        if (!seven_bit && strstr(row->expected, "=C3=A4") != NULL && row->line == NULL)
            continue; /* what is not signed is not re-encoded */
        g_autoptr(GBytes) made =
            take_octets(compose_get_protected_payload(tree, seven_bit != 0, &header, NULL, &error));
        g_autofree gchar *text = octets_to_text(made);
        g_assert_true(g_str_has_prefix(text, "Subject: a\r\n"));
        g_assert_cmpstr(text + strlen("Subject: a\r\n"), ==, row->expected);
    }
}

/* Fields that relays would change make the signature opaque. */
static void
test_travels(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EntityTree) tree = parse_text("X: y\r\n\r\nhi");
    static const gchar *const fields[] = {"Subject: a\r\n", "Subject: \303\244\r\n"};
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autoptr(GBytes) octets = g_bytes_new_static(fields[i], strlen(fields[i]));
        const PayloadHeader header = {.fields = octets, .intent = HP_INTENT_CLEAR};
        gboolean travels = FALSE;
        g_autoptr(GBytes) made =
            take_octets(compose_get_protected_payload(tree, TRUE, &header, &travels, &error));
        g_assert_cmpint(travels, ==, i == 0);
    }
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/payload-header/", header_cases, test_header);
    g_test_add_func("/payload-header/travels", test_travels);
    return g_test_run();
}
