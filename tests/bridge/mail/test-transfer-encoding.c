/* SPDX-License-Identifier: MPL-2.0 */
#include "transfer-encoding.h"

#include "mail-error.h"
#include "mail-test.h"

typedef struct {
    const gchar *name;
    TransferEncoding encoding;
    const gchar *octets;
    gsize n_octets;
    const gchar *expected; /* lenient */
    gsize n_expected;
    gboolean is_strict;
} DecodeCase;

#define B64 TRANSFER_ENCODING_BASE64
#define QP  TRANSFER_ENCODING_QUOTED_PRINTABLE

static const DecodeCase decode_cases[] = {
    {"identity", TRANSFER_ENCODING_IDENTITY, OCTETS("=41\r\n"), OCTETS("=41\r\n"), TRUE},
    {"base64/empty", B64, OCTETS(""), OCTETS(""), TRUE},
    /* RFC 4648 §10 */
    {"base64/rfc4648-f", B64, OCTETS("Zg=="), OCTETS("f"), TRUE},
    {"base64/rfc4648-fo", B64, OCTETS("Zm8="), OCTETS("fo"), TRUE},
    {"base64/rfc4648-foobar", B64, OCTETS("Zm9vYmFy"), OCTETS("foobar"), TRUE},
    {"base64/lines", B64, OCTETS("Zm9v\r\n YmFy\n"), OCTETS("foobar"), TRUE},
    {"base64/all-octets", B64, OCTETS("AP+/"), OCTETS("\0\377\277"), TRUE},
    {"base64/foreign-character", B64, OCTETS("Zm9v!YmFy"), OCTETS("foobar"), FALSE},
    {"base64/nul", B64, OCTETS("Zm9v\0YmFy"), OCTETS("foobar"), FALSE},
    {"base64/breaks-off-after-1", B64, OCTETS("Zm9vY"), OCTETS("foo"), FALSE},
    {"base64/breaks-off-after-2", B64, OCTETS("Zm9vYg"), OCTETS("foob"), FALSE},
    {"base64/breaks-off-after-3", B64, OCTETS("Zm9vYmE"), OCTETS("fooba"), FALSE},
    {"base64/one-pad-missing", B64, OCTETS("Zg="), OCTETS("f"), FALSE},
    {"base64/pad-too-many", B64, OCTETS("Zm9v="), OCTETS("foo"), FALSE},
    {"base64/footer-after-padding", B64, OCTETS("Zg==\r\n____\r\nList footer\r\n"), OCTETS("f"),
     FALSE},
    {"qp/empty", QP, OCTETS(""), OCTETS(""), TRUE},
    {"qp/escapes", QP, OCTETS("=41=3d=C3=a4\r\n"), OCTETS("A=\303\244\r\n"), TRUE},
    {"qp/soft-break", QP, OCTETS("a=\r\nb=\nc"), OCTETS("abc"), TRUE},
    /* RFC 2045 §6.7 rule 3 */
    {"qp/padding-after-soft-break", QP, OCTETS("a= \t\r\nb"), OCTETS("ab"), TRUE},
    {"qp/white-space-at-line-end", QP, OCTETS("a \t\r\nb=20\r\n"), OCTETS("a\r\nb \r\n"), TRUE},
    {"qp/nul", QP, OCTETS("a\0b=00"), OCTETS("a\0b\0"), TRUE},
    {"qp/not-hexadecimal", QP, OCTETS("a=zz"), OCTETS("a=zz"), FALSE},
    {"qp/breaks-off", QP, OCTETS("a=4"), OCTETS("a=4"), FALSE},
    {"qp/breaks-off-at-equals", QP, OCTETS("a="), OCTETS("a"), FALSE},
};

static void
test_decode(gconstpointer data)
{
    const DecodeCase *c = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = g_bytes_new(c->octets, c->n_octets);
    g_autoptr(GBytes) lenient = transfer_decode(octets, c->encoding, FALSE, &error);
    g_assert_no_error(error);
    assert_octets(lenient, c->expected, c->n_expected);
    g_autoptr(GBytes) strict = transfer_decode(octets, c->encoding, TRUE, &error);
    if (c->is_strict) {
        g_assert_no_error(error);
        assert_octets(strict, c->expected, c->n_expected);
    } else {
        g_assert_null(strict);
        g_assert_error(error, MAIL_ERROR, MAIL_ERROR_ENCODING);
    }
}

static void
test_names(void)
{
    g_assert_cmpint(transfer_encoding_parse(NULL), ==, TRANSFER_ENCODING_IDENTITY);
    g_assert_cmpint(transfer_encoding_parse("8bit"), ==, TRANSFER_ENCODING_IDENTITY);
    g_assert_cmpint(transfer_encoding_parse("x-uuencode"), ==, TRANSFER_ENCODING_UNKNOWN);
    g_assert_cmpint(transfer_encoding_parse("BASE64"), ==, TRANSFER_ENCODING_BASE64);
    g_assert_cmpint(transfer_encoding_parse(" base64 (x);"), ==, TRANSFER_ENCODING_BASE64);
    g_assert_cmpint(transfer_encoding_parse("Quoted-Printable"), ==,
                    TRANSFER_ENCODING_QUOTED_PRINTABLE);
}

typedef struct {
    const gchar *name;
    const gchar *octets;
    gsize n_octets;
    const gchar *expected;
} EncodeCase;

static const EncodeCase encode_cases[] = {
    {"empty", OCTETS(""), ""},
    {"plain", OCTETS("abc\r\n"), "abc\r\n"},
    {"lf", OCTETS("a\nb"), "a\r\nb"},
    {"8-bit", OCTETS("\303\244"), "=C3=A4"},
    {"equals", OCTETS("a=b"), "a=3Db"},
    {"controls", OCTETS("a\0b\rc\177"), "a=00b=0Dc=7F"},
    {"white-space-at-line-end", OCTETS("a \r\nb\t"), "a=20\r\nb=09"},
    {"white-space-inside", OCTETS("a b\tc"), "a b\tc"},
    {"from-line", OCTETS("From me\r\nx From y"), "=46rom me\r\nx From y"},
    {"dot-line", OCTETS(".\r\n.a.\r\n"), "=2E\r\n=2Ea.\r\n"},
    {"delimiter-line", OCTETS("--x\r\n-x\r\n"), "=2D-x\r\n-x\r\n"},
    /* 76 characters fit, the 77th makes a soft break (RFC 2045 §6.7 rule 5) */
    {"line-of-76",
     OCTETS("1234567890123456789012345678901234567890123456789012345678901234567890123456\r\n"),
     "1234567890123456789012345678901234567890123456789012345678901234567890123456\r\n"},
    {"line-of-77",
     OCTETS("12345678901234567890123456789012345678901234567890123456789012345678901234567\r\n"),
     "123456789012345678901234567890123456789012345678901234567890123456789012345=\r\n67\r\n"},
    {"delimiter-after-soft-break",
     OCTETS("123456789012345678901234567890123456789012345678901234567890123456789012345--x"),
     "123456789012345678901234567890123456789012345678901234567890123456789012345=\r\n=2D-x"},
};

static void
test_encode(gconstpointer data)
{
    const EncodeCase *c = data;
    g_autoptr(GBytes) octets = g_bytes_new(c->octets, c->n_octets);
    g_autoptr(GBytes) encoded = quoted_printable_encode_text(octets, NULL);
    assert_octets(encoded, c->expected, strlen(c->expected));
    g_autoptr(GBytes) decoded = transfer_decode(encoded, QP, TRUE, NULL);
    g_autoptr(GBytes) canonical = take_octets(octets_to_crlf(octets));
    g_assert_true(g_bytes_equal(decoded, canonical));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/transfer-encoding/decode/", decode_cases, test_decode)
    ADD_ROWS("/transfer-encoding/encode/", encode_cases, test_encode)
    g_test_add_func("/transfer-encoding/names", test_names);
    return g_test_run();
}
