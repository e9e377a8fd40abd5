/* SPDX-License-Identifier: MPL-2.0 */
#include "classify.h"

#include "mail-test.h"

#define P7S                                                                                        \
    "--b\nContent-Type: application/pkcs7-signature; name=smime.p7s\n"                             \
    "Content-Transfer-Encoding: base64\n\nMA==\n--b--\n"
#define SIGNED                                                                                     \
    "Content-Type: multipart/signed; boundary=b;\n protocol=\"application/pkcs7-signature\"\n\n"   \
    "--b\n\nhello\n" P7S
#define ENVELOPED "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMA==\n"

/* "root scope s|- e|- part=layer…" */
typedef struct {
    const gchar *name;
    const gchar *message;
    const gchar *expected;
} ClassifyCase;

static const ClassifyCase classify_cases[] = {
    {"plain", "A: b\n\nhello", "- none - -"},
    {"multipart-signed", SIGNED, "multipart-signed whole s - =multipart-signed"},
    {"multipart-signed-x",
     "Content-Type: multipart/signed; boundary=b; protocol=\"application/x-pkcs7-signature\"\n\n"
     "--b\n\nhello\n" P7S,
     "multipart-signed whole s - =multipart-signed"},
    {"multipart-signed-without-protocol",
     "Content-Type: multipart/signed; boundary=b\n\n--b\n\nhello\n" P7S,
     "multipart-signed whole s - =multipart-signed"},
    {"pgp-signed",
     "Content-Type: multipart/signed; boundary=b; protocol=\"application/pgp-signature\"\n\n"
     "--b\n\nhello\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n",
     "- none - -"},
    /* The protocol says whose signature it is, not the part. */
    {"pgp-protocol-pkcs7-part",
     "Content-Type: multipart/signed; boundary=b; protocol=\"application/pgp-signature\"\n\n"
     "--b\n\nhello\n" P7S,
     "- none - -"},
    {"enveloped", ENVELOPED, "enveloped-data none - e =enveloped-data"},
    {"enveloped-x", "Content-Type: application/x-pkcs7-mime; smime-type=Enveloped-Data\n\nMA==\n",
     "enveloped-data none - e =enveloped-data"},
    {"auth-enveloped",
     "Content-Type: application/pkcs7-mime; smime-type=authEnveloped-data\n\nMA==\n",
     "auth-enveloped-data none - e =auth-enveloped-data"},
    {"opaque-signed", "Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nMA==\n",
     "signed-data whole s - =signed-data"},
    {"compressed", "Content-Type: application/pkcs7-mime; smime-type=compressed-data\n\nMA==\n",
     "compressed-data none - - =compressed-data"},
    {"certs-only", "Content-Type: application/pkcs7-mime; smime-type=certs-only\n\nMA==\n",
     "certs-only none - - =certs-only"},
    {"no-smime-type", "Content-Type: application/pkcs7-mime; name=smime.p7m\n\nMA==\n",
     "pkcs7-mime none - - =pkcs7-mime"},
    {"unknown-smime-type", "Content-Type: application/pkcs7-mime; smime-type=new\n\nMA==\n",
     "pkcs7-mime none - - =pkcs7-mime"},
    /* RFC 8551 §3.9 */
    {"octet-stream-p7m", "Content-Type: application/octet-stream; name=\"SMIME.P7M\"\n\nMA==\n",
     "pkcs7-mime none - - =pkcs7-mime"},
    {"octet-stream-filename-p7c",
     "Content-Type: application/octet-stream\nContent-Disposition: attachment;"
     " filename=smime.p7c\n\nMA==\n",
     "pkcs7-mime none - - =pkcs7-mime"},
    {"octet-stream-other-name", "Content-Type: application/octet-stream; name=p7m\n\nMA==\n",
     "- none - -"},
    {"text-called-p7m", "Content-Type: text/plain; name=smime.p7m\n\nMA==\n", "- none - -"},
    {"signed-part-and-footer",
     "Content-Type: multipart/mixed; boundary=m\n\n--m\n" SIGNED "--m\n\nfooter\n--m--\n",
     "- part s - 1=multipart-signed"},
    {"signed-part-in-related",
     "Content-Type: multipart/related; boundary=m\n\n--m\n\nhello\n--m\n" SIGNED "--m--\n",
     "- part s - 2=multipart-signed"},
    {"enveloped-part", "Content-Type: multipart/mixed; boundary=m\n\n--m\n" ENVELOPED "--m--\n",
     "- none - e 1=enveloped-data"},
    {"signed-around-enveloped",
     "Content-Type: multipart/signed; boundary=b; protocol=\"application/pkcs7-signature\"\n\n"
     "--b\n" ENVELOPED P7S,
     "multipart-signed whole s e =multipart-signed 1=enveloped-data"},
    {"errant-signature-in-signed",
     "Content-Type: multipart/signed; boundary=z; protocol=\"application/pkcs7-signature\"\n\n"
     "--z\nContent-Type: multipart/mixed; boundary=m\n\n--m\n\nx\n--m\n" SIGNED "--m--\n"
     "--z\nContent-Type: application/pkcs7-signature\n\nMA==\n--z--\n",
     "multipart-signed whole s - =multipart-signed 1.2=multipart-signed"},
    {"attached-message",
     "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: message/rfc822\n\n" SIGNED
     "--m--\n",
     "- none - -"},
};

static void
test_classify(gconstpointer data)
{
    const ClassifyCase *c = data;
    g_autoptr(EntityTree) tree = parse_text(c->message);
    g_autoptr(Classification) classification = classify_message(tree);
    const gchar *root = crypto_layer_to_string(classification->root);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, "%s %s %s %s", root != NULL ? root : "-",
                           signature_scope_to_string(classification->scope),
                           classification->is_signed ? "s" : "-",
                           classification->is_encrypted ? "e" : "-");
    for (guint i = 0; i < classification->parts->len; i++) {
        const ClassifiedPart *part = &g_array_index(classification->parts, ClassifiedPart, i);
        g_string_append_printf(text, " %s=%s", part->part, crypto_layer_to_string(part->layer));
    }
    g_assert_cmpstr(text->str, ==, c->expected);
}

static void
test_structure(void)
{
    g_autoptr(EntityTree) tree =
        parse_text("Content-Type: multipart/mixed; boundary=m\n\n--m\n\nx\n"
                   "--m\nContent-Type: message/rfc822\n\nContent-Type: text/html\n\nx\n"
                   "--m\n" SIGNED "--m--\n");
    g_autoptr(Classification) classification = classify_message(tree);
    g_assert_cmpstr(classification->structure, ==,
                    "multipart/mixed(text/plain,message/rfc822(text/html),"
                    "multipart/signed(text/plain,application/pkcs7-signature))");
}

#define BINARY_P7S                                                                                 \
    "--b\nContent-Type: application/pkcs7-signature\nContent-Transfer-Encoding: binary\n\n"        \
    "0\r\v\n--b--\n"

typedef struct {
    const gchar *name;
    const gchar *message;
    const gchar *signed_part; /* NULL: malformed */
} SplitCase;

static const SplitCase split_cases[] = {
    {"signed", SIGNED, "\nhello"},
    {"octet-stream-signature",
     "Content-Type: multipart/signed; boundary=b\n\n--b\n\nhello\n--b\n"
     "Content-Type: application/octet-stream; name=smime.p7s\n"
     "Content-Transfer-Encoding: base64\n\nMA==\n--b--\n",
     "\nhello"},
    {"one-part", "Content-Type: multipart/signed; boundary=b\n\n" P7S, NULL},
    {"three-parts", "Content-Type: multipart/signed; boundary=b\n\n--b\n\n1\n--b\n\n2\n" P7S, NULL},
    {"no-boundary", "Content-Type: multipart/signed\n\n--b\n\nhello\n" P7S, NULL},
    {"no-signature", "Content-Type: multipart/signed; boundary=b\n\n--b\n\n1\n--b\n\n2\n--b--\n",
     NULL},
    {"signature-first",
     "Content-Type: multipart/signed; boundary=b\n\n"
     "--b\nContent-Type: application/pkcs7-signature\n\nMA==\n--b\n\nhello\n--b--\n",
     NULL},
    /* What other readers may take for another boundary. */
    {"comment", "Content-Type: multipart/signed (; boundary=x); boundary=b\n\n--b\n\nhello\n" P7S,
     NULL},
    {"escape",
     "Content-Type: multipart/signed; a=\"\\\"; boundary=x; \"; boundary=b\n\n--b\n\nhello\n" P7S,
     NULL},
    {"open-quote",
     "Content-Type: multipart/signed; a=\"; boundary=x; c=\"d\"; boundary=b\n\n--b\n\nhello\n" P7S,
     NULL},
    {"extended", "Content-Type: multipart/signed; boundary*=''b; boundary=x\n\n--b\n\nhello\n" P7S,
     NULL},
    {"two-types",
     "Content-Type: multipart/signed; boundary=b\nContent-Type: text/html\n\n--b\n\nhello\n" P7S,
     NULL},
    {"lone-cr",
     "Content-Type: multipart/signed; boundary=b\n\nx\r--b\r\rother\r\n--b\n\nhello\n" P7S, NULL},
    {"lone-cr-in-field", "X: y\rContent-Type: multipart/signed; boundary=x\n" SIGNED, NULL},
    {"lone-cr-in-signed-part", "Content-Type: multipart/signed; boundary=b\n\n--b\n\nhel\rlo\n" P7S,
     "\nhel\rlo"},
    /* AS2 */
    {"binary-signature", "Content-Type: multipart/signed; boundary=b\n\n--b\n\nhello\n" BINARY_P7S,
     "\nhello"},
    {"lone-cr-before-binary-signature",
     "Content-Type: multipart/signed; boundary=b\n\nx\r\n\r--b\n\nhello\n--b\n\nhello\n" BINARY_P7S,
     NULL},
    {"lone-cr-after-binary-signature",
     "Content-Type: multipart/signed; boundary=b\n\n--b\n\nhello\n" BINARY_P7S "\r--b\n", NULL},
    {"plain-enough",
     "Content-Type: Multipart/Signed;\r\n\tboundary = \"b\" ; micalg=sha-256;;"
     " protocol=application/pkcs7-signature; \r\n\r\n--b\n\nhello\n" P7S,
     "\nhello"},
};

static void
test_split(gconstpointer data)
{
    const SplitCase *c = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(EntityTree) tree = parse_text(c->message);
    const Entity *part = NULL;
    const Entity *signature = NULL;
    gboolean ok = classify_split_signed(entity_tree_get_root(tree), &part, &signature, &error);
    g_assert_cmpint(ok, ==, c->signed_part != NULL);
    if (!ok) {
        g_assert_error(error, MAIL_ERROR, MAIL_ERROR_MALFORMED);
        g_assert_null(part);
        return;
    }
    g_autoptr(GBytes) octets = entity_get_octets(part);
    assert_octets(octets, c->signed_part, strlen(c->signed_part));
    g_autoptr(GBytes) cms = entity_decode_body(signature, TRUE, &error);
    g_assert_nonnull(cms);
    g_assert_true(g_str_has_prefix(g_bytes_get_data(cms, NULL), "0"));
}

static void
test_names(void)
{
    g_assert_null(crypto_layer_to_string(LAYER_NONE));
    for (guint i = LAYER_NONE + 1; i < LAYER_N_LAYERS; i++)
        g_assert_nonnull(crypto_layer_to_string((CryptoLayer)i));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/classify/message/", classify_cases, test_classify)
    ADD_ROWS("/classify/split/", split_cases, test_split)
    g_test_add_func("/classify/structure", test_structure);
    g_test_add_func("/classify/names", test_names);
    return g_test_run();
}
