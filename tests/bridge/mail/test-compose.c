/* SPDX-License-Identifier: MPL-2.0 */
#include "compose.h"

#include "classify.h"
#include "mail-test.h"

#define MESSAGE                                                                                    \
    "Received: by x;\n Mon\nFrom: a@x.example\nMIME-Version: 1.0\nSubject:  odd  spaces\n"         \
    "content-type: text/plain\nContent-Language: de\nX-Last: 1\n\nhello\n"
#define OUTER                                                                                      \
    "Received: by x;\r\n Mon\r\nFrom: a@x.example\r\nSubject:  odd  spaces\r\nX-Last: 1\r\n"       \
    "MIME-Version: 1.0\r\n"

static void
assert_crlf(GBytes *octets)
{
    g_autoptr(OctetSource) canonical = octets_to_crlf(octets);
    g_assert_true(octet_source_peek_bytes(canonical) == octets);
}

static void
test_multipart_signed(void)
{
    g_autoptr(EntityTree) message = parse_text(MESSAGE);
    g_autoptr(OctetSource) source = compose_get_payload(message, TRUE, NULL, NULL);
    g_autoptr(GBytes) payload = octet_source_to_bytes(source, NULL);
    g_autoptr(GBytes) der = g_bytes_new_static(OCTETS("\060\0"));
    g_autoptr(OctetSource) signature_source = octet_source_new_bytes(der);
    g_autoptr(GBytes) octets =
        take_octets(compose_multipart_signed(message, source, signature_source, "sha-256"));
    assert_crlf(octets);
    g_autofree gchar *text = octets_to_text(octets);
    g_assert_true(g_str_has_prefix(text, OUTER "Content-Type: multipart/signed;"));

    g_autoptr(EntityTree) tree = entity_tree_parse(octets, NULL, NULL);
    const Entity *root = entity_tree_get_root(tree);
    g_assert_cmpuint(entity_count_fields(root, "MIME-Version"), ==, 1);
    g_assert_cmpuint(entity_count_fields(root, "Content-Type"), ==, 1);
    g_assert_cmpuint(entity_count_fields(root, "Content-Language"), ==, 0);
    g_assert_cmpstr(entity_get_parameter(root, "protocol"), ==, "application/pkcs7-signature");
    g_assert_cmpstr(entity_get_parameter(root, "micalg"), ==, "sha-256");
    const Entity *part = NULL;
    const Entity *signature = NULL;
    g_assert_true(classify_split_signed(root, &part, &signature, NULL));
    g_autoptr(GBytes) signed_octets = entity_get_octets(part);
    g_assert_true(g_bytes_equal(signed_octets, payload));
    g_autoptr(GBytes) cms = entity_decode_body(signature, TRUE, NULL);
    g_assert_true(g_bytes_equal(cms, der));
    g_assert_cmpstr(entity_get_parameter(signature, "name"), ==, "smime.p7s");
    g_assert_cmpstr(entity_get_disposition_parameter(signature, "filename"), ==, "smime.p7s");
}

/* Payloads whose ends and lines could be taken for the multipart's. */
static void
test_signed_payloads(void)
{
    const gchar *payloads[] = {"",
                               "\r\n",
                               "Content-Type: text/plain\r\n\r\nx",
                               "Content-Type: text/plain\r\n\r\nx\r\n\r\n\r\n",
                               "Content-Type: text/plain\r\n\r\n--x\r\n--\r\n--=_\r\n",
                               "Content-Type: text/plain\r\n"};
    g_autoptr(EntityTree) message = parse_text(MESSAGE);
    g_autoptr(OctetSource) signature = octet_source_new_text("0");
    for (gsize i = 0; i < G_N_ELEMENTS(payloads); i++) {
        g_autoptr(GBytes) payload = g_bytes_new_static(payloads[i], strlen(payloads[i]));
        g_autoptr(OctetSource) source = octet_source_new_bytes(payload);
        g_autoptr(GBytes) octets =
            take_octets(compose_multipart_signed(message, source, signature, "sha-256"));
        g_autoptr(EntityTree) tree = entity_tree_parse(octets, NULL, NULL);
        const Entity *root = entity_tree_get_root(tree);
        g_assert_cmpuint(entity_get_n_children(root), ==, 2);
        g_autoptr(GBytes) part = entity_get_octets(entity_get_child(root, 0));
        g_assert_true(g_bytes_equal(part, payload));
    }
}

static void
test_boundaries_differ(void)
{
    g_autoptr(OctetSource) payload = octet_source_new_text("\r\nx");
    g_autoptr(OctetSource) der = octet_source_new_text("0");
    g_autoptr(GBytes) one = take_octets(compose_multipart_signed_entity(payload, der, "sha-256"));
    g_autoptr(GBytes) two = take_octets(compose_multipart_signed_entity(payload, der, "sha-256"));
    g_autoptr(EntityTree) first = entity_tree_parse(one, NULL, NULL);
    g_autoptr(EntityTree) second = entity_tree_parse(two, NULL, NULL);
    const gchar *a = entity_get_parameter(entity_tree_get_root(first), "boundary");
    const gchar *b = entity_get_parameter(entity_tree_get_root(second), "boundary");
    g_assert_cmpstr(a, !=, b);
    g_assert_cmpuint(strlen(a), ==, 34);
    g_assert_cmpuint(entity_get_n_fields(entity_tree_get_root(first)), ==, 1);
}

typedef struct {
    const gchar *name; /* smime-type */
    const gchar *file_name;
    CryptoLayer layer;
} Pkcs7MimeCase;

static const Pkcs7MimeCase pkcs7_mime_cases[] = {
    {"signed-data", "smime.p7m", LAYER_SIGNED_DATA},
    {"enveloped-data", "smime.p7m", LAYER_ENVELOPED_DATA},
    {"authEnveloped-data", "smime.p7m", LAYER_AUTH_ENVELOPED_DATA},
    {"compressed-data", "smime.p7z", LAYER_COMPRESSED_DATA},
    {"certs-only", "smime.p7c", LAYER_CERTS_ONLY},
};

static void
test_pkcs7_mime(gconstpointer data)
{
    const Pkcs7MimeCase *c = data;
    g_autoptr(EntityTree) message = parse_text(MESSAGE);
    g_autoptr(GBytes) cms = g_bytes_new_static(OCTETS("\060\2\1\0"));
    g_autoptr(OctetSource) source = octet_source_new_bytes(cms);
    g_autoptr(GBytes) octets = take_octets(compose_pkcs7_mime(message, source, c->name));
    assert_crlf(octets);
    g_autofree gchar *text = octets_to_text(octets);
    g_assert_true(g_str_has_prefix(text, OUTER "Content-Type: application/pkcs7-mime;"));
    g_autoptr(EntityTree) tree = entity_tree_parse(octets, NULL, NULL);
    const Entity *root = entity_tree_get_root(tree);
    g_assert_cmpint(crypto_layer_of(root), ==, c->layer);
    g_assert_cmpstr(entity_get_parameter(root, "name"), ==, c->file_name);
    g_autoptr(GBytes) decoded = entity_decode_body(root, TRUE, NULL);
    g_assert_true(g_bytes_equal(decoded, cms));

    g_autoptr(GBytes) entity = take_octets(compose_pkcs7_mime_entity(source, c->name));
    g_autofree gchar *entity_text = octets_to_text(entity);
    g_assert_cmpstr(entity_text, ==, text + strlen(OUTER));
}

typedef struct {
    const gchar *name;
    const gchar *payload;
    const gchar *expected; /* after the outer fields but MIME-Version */
} OpenCase;

static const OpenCase open_cases[] = {
    {"simple", "Content-Type: text/html\r\n\r\nx",
     "MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\nx"},
    {"with-mime-version", "MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\nx",
     "MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\nx"},
    {"no-fields", "\r\nx", "MIME-Version: 1.0\r\n\r\nx"},
    {"no-header-section", "Bcc: is what I wrote", "MIME-Version: 1.0\r\n\r\nBcc: is what I wrote"},
    {"empty", "", "MIME-Version: 1.0\r\n\r\n"},
    /* A second From would be shown by some programs, and nobody has judged it. */
    {"doubled-fields",
     "from: Eve <eve@x>\r\n\tfolded\r\nX-Inner: y\r\nContent-Type: text/html\r\n\r\nx",
     "MIME-Version: 1.0\r\nX-Inner: y\r\nContent-Type: text/html\r\n\r\nx"},
    /* … nor has one behind a CR that some take for a line end. */
    {"field-behind-a-cr",
     "X-Inner: y\rFrom: Eve <eve@x>\r\n \t\r\nno field\r\n\rFrom: e@x\r\nContent-Type: "
     "text/html\r\n\r\nx\ry",
     "MIME-Version: 1.0\r\nX-Inner: y From: Eve <eve@x>\r\nContent-Type: text/html\r\n\r\nx\ry"},
    {"line-ends-of-the-body-stay", "Content-Type: text/html\n\nx\n",
     "MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\nx\n"},
};

static void
test_open(gconstpointer data)
{
    const OpenCase *c = data;
    g_autoptr(EntityTree) message = parse_text(MESSAGE);
    g_autoptr(OctetSource) payload = octet_source_new_text(c->payload);
    g_autoptr(GBytes) octets = take_octets(compose_open(message, payload, NULL));
    g_autofree gchar *text = octets_to_text(octets);
    gsize n_outer = strlen(OUTER) - strlen("MIME-Version: 1.0\r\n");
    g_assert_true(strncmp(text, OUTER, n_outer) == 0);
    g_assert_cmpstr(text + n_outer, ==, c->expected);
}

/* Only the header section of what was inside is looked at, however far it reaches; one past the
 * limit could have a second From. */
static void
test_open_long_header(void)
{
    g_autoptr(EntityTree) message = parse_text(MESSAGE);
    for (gsize n = 10000; n < 2000000; n *= 3) {
        g_autofree gchar *filler = g_strnfill(n, 'x');
        g_autofree gchar *text =
            g_strconcat("X-Long: ", filler, "\r\nSubject: inner\r\n\r\nx", NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(OctetSource) payload = octet_source_new_text(text);
        g_autoptr(OctetSource) open = compose_open(message, payload, &error);
        if (n > LIMIT_HEADER_OCTETS) {
            g_assert_null(open);
            g_assert_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT);
            continue;
        }
        g_assert_no_error(error);
        g_autoptr(GBytes) octets = octet_source_to_bytes(open, &error);
        g_autofree gchar *result = octets_to_text(octets);
        g_assert_nonnull(strstr(result, filler));
        g_assert_null(strstr(result, "inner"));
        g_assert_true(g_str_has_suffix(result, "\r\n\r\nx"));
    }
}

typedef struct {
    const gchar *name;
    const gchar *message;
    const gchar *expected;
} WithoutCase;

static const WithoutCase without_cases[] = {
    {"none", "A: b\n\nbcc: x\n", "A: b\n\n"},
    {"first", "Bcc: x\nA: b\n\nbody", "A: b\n\n"},
    {"folded", "A: b\r\nBCC : x,\r\n\ty\r\nC: d\r\n\r\nbody", "A: b\r\nC: d\r\n\r\n"},
    {"several", "Bcc: x\nA: b\nResent-Bcc: z\nbcc: y\n\nbody", "A: b\n\n"},
    {"all", "Bcc: x\n\nbody", "\n"},
    {"other-lines-stay", "From x y\nhello\nBcc: x\nA: b\n\nbody\r", "From x y\nhello\nA: b\n\n"},
};

static void
test_without(gconstpointer data)
{
    const WithoutCase *c = data;
    const gchar *const names[] = {"Bcc", "Resent-Bcc", NULL};
    g_autoptr(EntityTree) message = parse_text(c->message);
    g_autoptr(GBytes) octets = compose_header_without_fields(message, names);
    assert_octets(octets, c->expected, strlen(c->expected));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/compose/multipart-signed", test_multipart_signed);
    g_test_add_func("/compose/signed-payloads", test_signed_payloads);
    g_test_add_func("/compose/boundaries-differ", test_boundaries_differ);
    ADD_ROWS("/compose/pkcs7-mime/", pkcs7_mime_cases, test_pkcs7_mime)
    ADD_ROWS("/compose/open/", open_cases, test_open)
    g_test_add_func("/compose/open-long-header", test_open_long_header);
    ADD_ROWS("/compose/header-without-fields/", without_cases, test_without)
    return g_test_run();
}
