/* SPDX-License-Identifier: MPL-2.0 */

#include "message-layers.h"

#include "cms-error.h"
#include "cms-init.h"
#include "compose.h"
#include "compressed-support.h"
#include "core-limits.h"
#include "host-test.h"
#include "key-pair.h"
#include "op.h"

#define PLAIN "Content-Type: text/plain\r\n\r\nSlow and steady.\r\n"

static KeyPair *alice;

static GBytes *
bytes_of(const gchar *text)
{
    return g_bytes_new(text, strlen(text));
}

static GBytes *
load(const gchar *name)
{
    g_autofree gchar *path =
        g_test_build_filename(G_TEST_DIST, "..", "data", "certificates", name, NULL);
    g_autoptr(GError) error = NULL;
    gchar *octets = NULL;
    gsize n_octets = 0;
    g_file_get_contents(path, &octets, &n_octets, &error);
    g_assert_no_error(error);
    return g_bytes_new_take(octets, n_octets);
}

/* Key and certificate NAME of tests/data. */
static KeyPair *
load_pair(const gchar *name)
{
    g_autofree gchar *key_name = g_strconcat(name, ".key.pem", NULL);
    g_autofree gchar *certificate_name = g_strconcat(name, ".cert.der", NULL);
    g_autoptr(GBytes) key = load(key_name);
    g_autoptr(GBytes) certificate = load(certificate_name);
    g_autofree gchar *base64 =
        g_base64_encode(g_bytes_get_data(certificate, NULL), g_bytes_get_size(certificate));
    g_autofree gchar *text = g_strdup_printf(
        "%.*s-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n",
        (int)g_bytes_get_size(key), (const gchar *)g_bytes_get_data(key, NULL), base64);
    g_autoptr(GBytes) both = bytes_of(text);
    g_autoptr(GError) error = NULL;
    g_autoptr(KeyFile) file = key_file_parse(both, NULL, &error);
    g_assert_no_error(error);
    return key_pair_ref(g_ptr_array_index(file->pairs, 0));
}

static OctetSource *
sign_source(OctetSource *content, gboolean detached)
{
    g_autoptr(GError) error = NULL;
    SignedDataOptions options = {.detached = detached};
    CmsDigest digest = CMS_DIGEST_UNKNOWN;
    OctetSource *cms = signed_data_sign(content, alice, &options, &digest, &error);
    g_assert_no_error(error);
    return cms;
}

static GBytes *
sign(GBytes *content, gboolean detached)
{
    g_autoptr(OctetSource) source = octet_source_new_bytes(content);
    g_autoptr(OctetSource) cms = sign_source(source, detached);
    return octet_source_to_bytes(cms, NULL);
}

static OctetSource *
encrypt(OctetSource *content, CmsCipher cipher)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) recipients = g_ptr_array_new();
    g_ptr_array_add(recipients, key_pair_get_certificate(alice));
    const EnvelopeOptions options = {.cipher = cipher};
    OctetSource *cms = enveloped_data_encrypt(content, recipients, &options, &error);
    g_assert_no_error(error);
    return cms;
}

static OctetSource *
compress(OctetSource *content)
{
    g_autoptr(GBytes) octets = octet_source_to_bytes(content, NULL);
    g_autoptr(GBytes) cms = compressed_new(octets);
    return octet_source_new_bytes(cms);
}

/* One layer round @content: "s" multipart/signed, "o" opaque, "e" CBC, "a" GCM, "z" compressed. */
static OctetSource *
wrap(gchar layer, OctetSource *content)
{
    g_autoptr(OctetSource) cms = NULL;
    switch (layer) {
    case 's':
        cms = sign_source(content, TRUE);
        return compose_multipart_signed_entity(content, cms, "sha-256");
    case 'o':
        cms = sign_source(content, FALSE);
        return compose_pkcs7_mime_entity(cms, "signed-data");
    case 'z':
        cms = compress(content);
        return compose_pkcs7_mime_entity(cms, "compressed-data");
    case 'e':
        cms = encrypt(content, CMS_CIPHER_AES_256_CBC);
        return compose_pkcs7_mime_entity(cms, "enveloped-data");
    default:
        cms = encrypt(content, CMS_CIPHER_AES_128_GCM);
        return compose_pkcs7_mime_entity(cms, "authEnveloped-data");
    }
}

/* @layers from the outside to the inside. */
static GBytes *
make_message(const gchar *layers, const gchar *inside)
{
    g_autoptr(OctetSource) message = octet_source_new_text(inside);
    for (gsize i = strlen(layers); i > 0; i--) {
        g_autoptr(OctetSource) content = message;
        message = wrap(layers[i - 1], content);
    }
    return octet_source_to_bytes(message, NULL);
}

/* The keys of alice, or of the pair in @data. */
static EnvelopeKeys *
give_keys(gpointer data, G_GNUC_UNUSED GError **error)
{
    GPtrArray *pairs = g_ptr_array_new_with_free_func((GDestroyNotify)key_pair_unref);
    g_ptr_array_add(pairs, key_pair_ref(data != NULL ? data : alice));
    return envelope_keys_new(pairs, NULL);
}

static void
assert_source(const OctetSource *source, const gchar *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = octet_source_to_bytes(source, &error);
    g_assert_no_error(error);
    assert_same_octets(g_bytes_get_data(octets, NULL), g_bytes_get_size(octets), expected,
                       strlen(expected));
}

static void
assert_payload(const OpenedMessage *opened, const gchar *expected)
{
    assert_source(opened->payload, expected);
}

typedef struct {
    const gchar *layers;
    gint signature; /* index of the layer that counts; -1 */
    gboolean nested;
} RunCase;

/* RFC 8551 §3.7: any order, and only what is inside of the innermost envelope speaks for the
 * content. */
static const RunCase run_cases[] = {
    {"", -1, FALSE},   {"s", 0, FALSE},   {"o", 0, FALSE},  {"e", -1, FALSE},   {"a", -1, FALSE},
    {"es", 1, FALSE},  {"eo", 1, FALSE},  {"ao", 1, FALSE}, {"se", -1, FALSE},  {"oa", -1, FALSE},
    {"ses", 2, FALSE}, {"ee", -1, FALSE}, {"ss", 0, TRUE},  {"os", 0, TRUE},    {"so", 0, TRUE},
    {"ess", 1, TRUE}, /* RFC 3274 §1: compressed outside or inside, it speaks for nothing */
    {"z", -1, FALSE},  {"zz", -1, FALSE}, {"zs", 1, FALSE}, {"sz", 0, FALSE},   {"ez", -1, FALSE},
    {"zeo", 2, FALSE}, {"eoz", 1, FALSE}, {"szs", 0, TRUE}, {"oze", -1, FALSE}, {"ozo", 0, FALSE},
    {"oo", 0, FALSE},  {"eoo", 1, FALSE}, {"oos", 0, TRUE}, {"seas", 3, FALSE},
};

static void
test_run(gconstpointer data)
{
    static const CryptoLayer kinds[] = {['s'] = LAYER_MULTIPART_SIGNED,
                                        ['o'] = LAYER_SIGNED_DATA,
                                        ['e'] = LAYER_ENVELOPED_DATA,
                                        ['z'] = LAYER_COMPRESSED_DATA,
                                        ['a'] = LAYER_AUTH_ENVELOPED_DATA};
    const RunCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) message = make_message(test->layers, PLAIN);
    g_autoptr(OpenedMessage) opened =
        opened_message_new(message, FALSE, NULL, give_keys, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(opened->layers->len, ==, strlen(test->layers));
    for (guint i = 0; i < opened->layers->len; i++) {
        const OpenedLayer *layer = g_ptr_array_index(opened->layers, i);
        g_assert_cmpint(layer->kind, ==, kinds[(guchar)test->layers[i]]);
        /* Or sixteen layers would be sixteen times the message. */
        g_assert_true((layer->content != NULL) == (layer == opened->signature));
        g_assert_true((layer->cms != NULL) == (layer == opened->signature));
    }
    const OpenedLayer *signature =
        test->signature < 0 ? NULL : g_ptr_array_index(opened->layers, (guint)test->signature);
    g_assert_true(opened->signature == signature);
    g_assert_cmpint(opened->is_nested, ==, test->nested);
    g_assert_cmpint(opened->is_encrypted, ==, strpbrk(test->layers, "ea") != NULL);
    g_assert_null(opened->partial);
    /* Of what came out of a layer and is none, only the header section is looked at. */
    g_assert_cmpint(opened->tree != NULL, ==, opened->layers->len == 0);
    assert_payload(opened, PLAIN);
}

/* Two signatures, one directly in the other, are the end of what is opened to be shown. */
static void
test_closed(gconstpointer data)
{
    const RunCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) message = make_message(test->layers, PLAIN);
    g_autoptr(OpenedMessage) opened =
        opened_message_new(message, FALSE, NULL, give_keys, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(opened->layers->len, ==, 2);
    g_assert_true(opened->signature == g_ptr_array_index(opened->layers, 0));
    g_assert_cmpint(opened->is_nested, ==, test->nested);
    g_assert_false(opened->is_encrypted);
    const Entity *root = entity_tree_get_root(opened->tree);
    g_assert_true(entity_is_media_type(root, "application/pkcs7-mime"));

    g_autoptr(OpenedMessage) decrypted =
        opened_message_decrypt(message, FALSE, give_keys, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(decrypted->is_encrypted);
}

static const RunCase closed_cases[] = {{"sse", 0, TRUE}, {"ooa", 0, FALSE}, {"oses", 0, TRUE}};

static void
test_without_keys(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) message = make_message("ses", PLAIN);
    g_autoptr(OpenedMessage) closed = opened_message_new(message, FALSE, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(closed->is_encrypted);
    g_assert_cmpuint(closed->layers->len, ==, 2);
    g_assert_null(((OpenedLayer *)g_ptr_array_index(closed->layers, 1))->content);
    g_assert_null(closed->signature);

    g_autoptr(KeyPair) other = load_pair("alice.rsa2048");
    g_assert_null(opened_message_new(message, FALSE, NULL, give_keys, other, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_NOT_FOR_US);
}

static gchar *
repeat(gchar layer, guint n_layers)
{
    return g_strnfill(n_layers, layer);
}

/* Each fold is within what it may become alone; together they are not. */
static void
test_inflated_limit(gconstpointer layers)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *zeros = g_strnfill(LIMIT_INFLATED_FREE_OCTETS, '0');
    g_autofree gchar *text = g_strconcat("Content-Type: text/plain\r\n\r\n", zeros, NULL);
    g_autoptr(GBytes) message = make_message(layers, text);
    g_assert_cmpuint(g_bytes_get_size(message), <, LIMIT_INFLATED_FREE_OCTETS / 100);
    g_assert_null(opened_message_new(message, FALSE, NULL, give_keys, NULL, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_LIMIT);
}

static void
test_decrypt_compressed(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) compressed = make_message("z", PLAIN);
    g_assert_null(opened_message_decrypt(compressed, FALSE, give_keys, NULL, &error));
    g_assert_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_NOT_PROTECTED);
    g_clear_error(&error);

    g_autoptr(GBytes) both = make_message("ze", PLAIN);
    g_autoptr(OpenedMessage) opened = opened_message_decrypt(both, FALSE, give_keys, NULL, &error);
    g_assert_no_error(error);
    assert_payload(opened, PLAIN);
}

static void
test_limit(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *most = repeat('a', LIMIT_CRYPTO_LAYERS);
    g_autoptr(GBytes) deepest = make_message(most, PLAIN);
    g_autoptr(OpenedMessage) opened =
        opened_message_new(deepest, FALSE, NULL, give_keys, NULL, &error);
    g_assert_no_error(error);
    assert_payload(opened, PLAIN);

    g_autofree gchar *more = repeat('a', LIMIT_CRYPTO_LAYERS + 1);
    g_autoptr(GBytes) deeper = make_message(more, PLAIN);
    g_assert_null(opened_message_new(deeper, FALSE, NULL, give_keys, NULL, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_LIMIT);
}

/* What stands below a multipart is content: the signature there covers a part (a mailing list's
 * footer stands beside it), the envelope there is an attachment and stays closed (efail). */
typedef struct {
    const gchar *name;
    const gchar *layers; /* of the inner entity */
    const gchar *before;
    const gchar *after;
    gboolean partial;
} BelowCase;

#define MIXED "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"

static const BelowCase below_cases[] = {
    {"signed-with-footer", "s", MIXED, "\r\n--x\r\n\r\nfooter\r\n--x--\r\n", TRUE},
    {"opaque-with-footer", "o", MIXED, "\r\n--x\r\n\r\nfooter\r\n--x--\r\n", TRUE},
    {"signed-alone", "s", MIXED, "\r\n--x--\r\n", TRUE},
    {"envelope", "e", MIXED, "\r\n--x--\r\n", FALSE},
    {"envelope-of-signed", "es", MIXED, "\r\n--x--\r\n", FALSE},
    {"attached-message", "s", "Content-Type: message/rfc822\r\n\r\n", "", FALSE},
    {"attached-message-in-mixed", "s", MIXED "Content-Type: message/rfc822\r\n\r\n",
     "\r\n--x--\r\n", FALSE},
};

static void
test_below(gconstpointer data)
{
    const BelowCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) inner = make_message(test->layers, PLAIN);
    g_autofree gchar *text =
        g_strdup_printf("%s%.*s%s", test->before, (int)g_bytes_get_size(inner),
                        (const gchar *)g_bytes_get_data(inner, NULL), test->after);
    g_autoptr(GBytes) message = bytes_of(text);
    g_autoptr(OpenedMessage) opened =
        opened_message_new(message, FALSE, NULL, give_keys, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(opened->layers->len, ==, 0);
    g_assert_null(opened->signature);
    g_assert_false(opened->is_encrypted);
    g_assert_cmpint(opened->partial != NULL, ==, test->partial);
    if (!test->partial)
        return;
    g_autoptr(OpenedLayer) layer = opened_layer_of_signature(opened->partial, &error);
    g_assert_no_error(error);
    assert_source(layer->content, PLAIN);
}

static void
test_decrypt(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) message = make_message("seas", PLAIN);
    g_autoptr(OpenedMessage) opened =
        opened_message_decrypt(message, FALSE, give_keys, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(opened->layers->len, ==, 2);
    g_assert_cmpint(opened->encryption.cipher, ==, CMS_CIPHER_AES_256_CBC);

    g_autoptr(GBytes) open = make_message("s", PLAIN);
    g_assert_null(opened_message_decrypt(open, FALSE, give_keys, NULL, &error));
    g_assert_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_NOT_PROTECTED);
}

static void
test_bare_objects(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) plain = bytes_of(PLAIN);
    g_autoptr(GBytes) opaque = sign(plain, FALSE);
    g_autoptr(OpenedMessage) whole = opened_message_new(opaque, TRUE, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_nonnull(whole->signature);
    assert_payload(whole, PLAIN);

    g_autoptr(GBytes) detached = sign(plain, TRUE);
    g_autoptr(OpenedMessage) apart = opened_message_new(detached, TRUE, plain, NULL, NULL, &error);
    g_assert_no_error(error);
    assert_payload(apart, PLAIN);
    g_autoptr(OpenedMessage) alone = opened_message_new(detached, TRUE, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_nonnull(alone->signature);
    g_assert_null(alone->signature->content);
    g_assert_null(alone->payload);

    g_assert_null(opened_message_new(plain, TRUE, NULL, NULL, NULL, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_MALFORMED);
}

static void
note_freed(gpointer freed)
{
    *(gboolean *)freed = TRUE;
}

/* A leak of it would be one of whole messages, in a host that runs for days. */
static void
test_detached_is_freed(void)
{
    gboolean freed = FALSE;
    g_autoptr(GError) error = NULL;
    GBytes *plain = g_bytes_new_with_free_func(PLAIN, strlen(PLAIN), note_freed, &freed);
    g_autoptr(GBytes) detached = sign(plain, TRUE);
    OpenedMessage *apart = opened_message_new(detached, TRUE, plain, NULL, NULL, &error);
    g_assert_no_error(error);
    g_bytes_unref(plain);
    g_assert_false(freed);
    opened_message_free(apart);
    g_assert_true(freed);
}

/* RFC 8551 §3.2.2: smime-type is a hint, the object decides. */
static void
test_wrong_smime_type(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(OctetSource) plain = octet_source_new_text(PLAIN);
    g_autoptr(OctetSource) cms = encrypt(plain, CMS_CIPHER_AES_256_CBC);
    g_autoptr(OctetSource) source = compose_pkcs7_mime_entity(cms, "signed-data");
    g_autoptr(GBytes) message = octet_source_to_bytes(source, NULL);
    g_autoptr(OpenedMessage) opened =
        opened_message_new(message, FALSE, NULL, give_keys, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(opened->is_encrypted);
    g_assert_null(opened->signature);
    assert_payload(opened, PLAIN);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(cms_init(NULL));
    alice = load_pair("alice.p256");
    for (gsize i = 0; i < G_N_ELEMENTS(run_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/message-layers/run/plain-", run_cases[i].layers, NULL);
        g_test_add_data_func(path, &run_cases[i], test_run);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(closed_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/message-layers/closed/plain-", closed_cases[i].layers, NULL);
        g_test_add_data_func(path, &closed_cases[i], test_closed);
    }
    g_test_add_func("/message-layers/without-keys", test_without_keys);
    g_test_add_func("/message-layers/limit", test_limit);
    g_test_add_data_func("/message-layers/inflated-limit/once", "z", test_inflated_limit);
    g_test_add_data_func("/message-layers/inflated-limit/folded", "zzz", test_inflated_limit);
    g_test_add_data_func("/message-layers/inflated-limit/encrypted", "ez", test_inflated_limit);
    g_test_add_func("/message-layers/decrypt-compressed", test_decrypt_compressed);
    for (gsize i = 0; i < G_N_ELEMENTS(below_cases); i++) {
        g_autofree gchar *path = g_strconcat("/message-layers/below/", below_cases[i].name, NULL);
        g_test_add_data_func(path, &below_cases[i], test_below);
    }
    g_test_add_func("/message-layers/decrypt", test_decrypt);
    g_test_add_func("/message-layers/bare-objects", test_bare_objects);
    g_test_add_func("/message-layers/detached-is-freed", test_detached_is_freed);
    g_test_add_func("/message-layers/wrong-smime-type", test_wrong_smime_type);
    int status = g_test_run();
    g_clear_pointer(&alice, key_pair_unref);
    g_assert_true(cms_shutdown(NULL));
    return status;
}
