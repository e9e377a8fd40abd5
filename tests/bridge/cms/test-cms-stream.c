/* SPDX-License-Identifier: MPL-2.0 */

/* Messages of many pieces, made here and read by openssl and the other way round. */

#include <string.h>

#include "cms-error.h"
#include "der-writer.h"
#include "enveloped-data.h"
#include "peer.h"
#include "pieced.h"
#include "signed-data.h"

#define CONTENT_OCTETS 300001
#define SIGNING_TIME   1700000000

static SupportFolder *folder;
static KeyPair *pair;
static GBytes *content;

static void
save_source(const gchar *name, const OctetSource *source)
{
    g_autoptr(GBytes) octets = octet_source_to_bytes(source, NULL);
    support_save(folder, name, octets);
}

static SignedData *
parse(GBytes *octets)
{
    g_autoptr(GError) error = NULL;
    SignedData *data = signed_data_parse(octets, &error);
    g_assert_no_error(error);
    return data;
}

static void
assert_good(const SignedData *data, guint index, OctetSource *detached)
{
    g_autoptr(SignerResult) result = signed_data_verify(data, index, detached, NULL);
    g_assert_cmpint(result->math, ==, SIGNATURE_MATH_GOOD);
}

static void
test_sign(gconstpointer data)
{
    const SignedDataOptions options = {.detached = data != NULL, .signing_time = SIGNING_TIME};
    g_autoptr(GError) error = NULL;
    g_autoptr(Pieced) pieced = pieced_new(content, 1000);
    g_autoptr(OctetSource) source = pieced_source(pieced);
    g_autoptr(OctetSource) made = signed_data_sign(source, pair, &options, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(pieced->n_passes, ==, 1);
    save_source("signed.der", made);
    g_assert_cmpuint(pieced->n_passes, ==, options.detached ? 1 : 2);
    g_autoptr(GBytes) octets = support_load(folder, "signed.der");
    pieced_assert_gives(made, octets);
    peer_run(
        folder,
        "openssl cms -verify -inform DER -in signed.der -CAfile rsa.pem -out verified -binary%s",
        options.detached ? " -content content" : "");
    g_autoptr(GBytes) verified = support_load(folder, "verified");
    g_assert_true(g_bytes_equal(verified, content));
    g_autoptr(SignedData) parsed = parse(octets);
    assert_good(parsed, 0, options.detached ? source : NULL);
    if (!options.detached)
        pieced_assert_gives(signed_data_get_content(parsed), content);
}

static void
test_verify_stream(void)
{
    peer_run(folder, "openssl cms -sign -nodetach -stream -binary -in content -outform DER -out "
                     "opaque.der -signer rsa.pem -inkey rsa.key.pem");
    g_autoptr(GBytes) octets = support_load(folder, "opaque.der");
    g_autoptr(SignedData) parsed = parse(octets);
    OctetSource *inside = signed_data_get_content(parsed);
    g_assert_null(octet_source_peek_bytes(inside));
    pieced_assert_gives(inside, content);
    assert_good(parsed, 0, NULL);
    /* The same content outside too, and another one. */
    g_autoptr(OctetSource) same = octet_source_new_bytes(content);
    assert_good(parsed, 0, same);
    g_autofree guint8 *copy = g_memdup2(g_bytes_get_data(content, NULL), CONTENT_OCTETS);
    copy[CONTENT_OCTETS - 1] ^= 1;
    g_autoptr(GBytes) changed = g_bytes_new(copy, CONTENT_OCTETS);
    g_autoptr(OctetSource) other = octet_source_new_bytes(changed);
    g_autoptr(SignerResult) result = signed_data_verify(parsed, 0, other, NULL);
    g_assert_cmpint(result->math, ==, SIGNATURE_MATH_BAD);
    g_assert_cmpint(result->reason, ==, REASON_CONTENT_MISMATCH);
}

static GBytes *
sign_with(CmsDigest digest)
{
    const SignedDataOptions options = {
        .detached = TRUE, .signing_time = SIGNING_TIME, .digest = digest};
    g_autoptr(OctetSource) source = octet_source_new_bytes(content);
    g_autoptr(OctetSource) made = signed_data_sign(source, pair, &options, NULL, NULL);
    return octet_source_to_bytes(made, NULL);
}

/* The SignerInfos of both, under the certificate of the first. */
static GBytes *
merge_signers(GBytes *a, GBytes *b)
{
    GBytes *const parts[] = {a, b};
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_oid(root, OID_SIGNED_DATA);
    DerNode *data = der_add(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
    DerNode *signers = der_node_new(BER_SET);
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        BerReader all, info, wrapped, fields, set;
        BerSlice element;
        ber_reader_init(&all, parts[i]);
        g_assert_true(ber_enter(&all, BER_SEQUENCE, "", &info, NULL) &&
                      ber_skip(&info, "", NULL, NULL) &&
                      ber_enter(&info, BER_CONTEXT_CONSTRUCTED(0), "", &wrapped, NULL) &&
                      ber_enter(&wrapped, BER_SEQUENCE, "", &fields, NULL));
        /* Version, digestAlgorithms, encapContentInfo, certificates. */
        for (guint j = 0; j < 4; j++) {
            g_assert_true(ber_skip(&fields, "", &element, NULL));
            if (i == 0)
                der_add_encoded_slice(data, element);
        }
        g_assert_true(ber_enter(&fields, BER_SET, "", &set, NULL) &&
                      ber_skip(&set, "", &element, NULL));
        der_add_encoded_slice(signers, element);
    }
    der_add_node(data, signers);
    return der_node_serialize(root);
}

/* Signers of different digests: the content is read once. */
static void
test_one_pass(void)
{
    g_autoptr(GBytes) a = sign_with(CMS_DIGEST_SHA256);
    g_autoptr(GBytes) b = sign_with(CMS_DIGEST_SHA512);
    g_autoptr(GBytes) ab = merge_signers(a, b);
    g_autoptr(SignedData) parsed = parse(ab);
    g_autoptr(Pieced) pieced = pieced_new(content, OCTET_PIECE_MAX);
    g_autoptr(OctetSource) source = pieced_source(pieced);
    g_assert_cmpuint(signed_data_get_n_signers(parsed), ==, 2);
    for (guint i = 0; i < 4; i++)
        assert_good(parsed, i % 2, source);
    g_assert_cmpuint(pieced->n_passes, ==, 1);
    /* Another source is another content. */
    g_autofree guint8 *copy = g_memdup2(g_bytes_get_data(content, NULL), CONTENT_OCTETS);
    copy[0] ^= 1;
    g_autoptr(GBytes) changed = g_bytes_new(copy, CONTENT_OCTETS);
    g_autoptr(OctetSource) other = octet_source_new_bytes(changed);
    for (guint i = 0; i < 2; i++) {
        g_autoptr(SignerResult) result = signed_data_verify(parsed, i, other, NULL);
        g_assert_cmpint(result->math, ==, SIGNATURE_MATH_BAD);
        g_assert_cmpint(result->reason, ==, REASON_SIGNATURE_BAD);
    }
}

static void
test_unreadable_content(void)
{
    const SignedDataOptions options = {.detached = TRUE, .signing_time = SIGNING_TIME};
    g_autoptr(GError) error = NULL;
    g_autoptr(Pieced) pieced = pieced_new(content, OCTET_PIECE_MAX);
    g_autoptr(OctetSource) source = pieced_source(pieced);
    g_autoptr(OctetSource) made = signed_data_sign(source, pair, &options, NULL, NULL);
    g_autoptr(GBytes) octets = octet_source_to_bytes(made, NULL);
    g_autoptr(SignedData) parsed = parse(octets);
    pieced->fails_at = 100000;
    g_autoptr(SignerResult) result = signed_data_verify(parsed, 0, source, NULL);
    g_assert_cmpint(result->math, ==, SIGNATURE_MATH_UNKNOWN);
    g_assert_cmpint(result->reason, ==, REASON_CONTENT_MISMATCH);
    g_assert_null(signed_data_sign(source, pair, &options, NULL, &error));
    g_assert_error(error, OCTET_ERROR, OCTET_ERROR_FAILED);
}

/* RFC 5652 §5.3: without signed attributes the content must not be somebody's; long content is
 * looked at where it begins. */
static void
test_bare(gconstpointer data)
{
    static const guint8 begin[] = {0x31, 0x83, 0x04, 0x93, 0xdc, 0x30, 0x83,
                                   0x04, 0x93, 0xd7, 0x06, 0x01, 0x2a};
    gboolean is_attributes = data != NULL;
    g_autofree guint8 *copy = g_memdup2(g_bytes_get_data(content, NULL), CONTENT_OCTETS);
    if (is_attributes)
        memcpy(copy, begin, sizeof begin);
    g_autoptr(GBytes) bare = g_bytes_new(copy, CONTENT_OCTETS);
    support_save(folder, "bare", bare);
    peer_run(folder, "openssl cms -sign -noattr -nodetach -binary -in bare -outform DER -out "
                     "bare.der -signer rsa.pem -inkey rsa.key.pem");
    g_autoptr(GBytes) octets = support_load(folder, "bare.der");
    g_autoptr(SignedData) parsed = parse(octets);
    g_autoptr(SignerResult) result = signed_data_verify(parsed, 0, NULL, NULL);
    g_assert_cmpint(result->math, ==, is_attributes ? SIGNATURE_MATH_BAD : SIGNATURE_MATH_GOOD);
    g_assert_cmpint(result->reason, ==, is_attributes ? REASON_MALFORMED : REASON_NONE);
}

static OctetSource *
decrypt(GBytes *octets, GError **error)
{
    g_autoptr(GPtrArray) pairs = peer_pair_alone(pair);
    const EnvelopeKeys keys = {.pairs = pairs};
    return enveloped_data_decrypt(octets, &keys, NULL, error);
}

static void
assert_opens(GBytes *octets)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(OctetSource) plaintext = decrypt(octets, &error);
    g_assert_no_error(error);
    pieced_assert_gives(plaintext, content);
}

static void
test_encrypt(gconstpointer data)
{
    const EnvelopeOptions options = {.cipher = GPOINTER_TO_UINT(data)};
    g_autoptr(GError) error = NULL;
    g_autoptr(Pieced) pieced = pieced_new(content, 1000);
    g_autoptr(OctetSource) source = pieced_source(pieced);
    g_autoptr(GPtrArray) recipients = peer_certificates(&pair, 1);
    g_autoptr(OctetSource) made = enveloped_data_encrypt(source, recipients, &options, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(pieced->n_passes, ==, cms_cipher_is_aead(options.cipher) ? 1 : 0);
    save_source("encrypted.der", made);
    g_autoptr(GBytes) octets = support_load(folder, "encrypted.der");
    pieced_assert_gives(made, octets);
    peer_run(folder, "openssl cms -decrypt -inform DER -in encrypted.der -recip rsa.pem -inkey "
                     "rsa.key.pem -out opened -binary");
    g_autoptr(GBytes) opened = support_load(folder, "opened");
    g_assert_true(g_bytes_equal(opened, content));
    assert_opens(octets);
}

/* And never the same octets from another call: key and vector are fresh. */
static void
test_fresh(void)
{
    const EnvelopeOptions options = {.cipher = CMS_CIPHER_AES_128_CBC};
    g_autoptr(OctetSource) source = octet_source_new_text("a block of octets, and a little more");
    g_autoptr(GPtrArray) recipients = peer_certificates(&pair, 1);
    g_autoptr(OctetSource) a = enveloped_data_encrypt(source, recipients, &options, NULL);
    g_autoptr(OctetSource) b = enveloped_data_encrypt(source, recipients, &options, NULL);
    g_autoptr(GBytes) a_end = octet_source_get_end(a, 48, NULL);
    g_autoptr(GBytes) b_end = octet_source_get_end(b, 48, NULL);
    g_assert_false(g_bytes_equal(a_end, b_end));
}

static void
test_decrypt_stream(gconstpointer data)
{
    peer_run(folder,
             "openssl cms -encrypt -stream -binary -in content -outform DER -out stream.der %s "
             "rsa.pem",
             (const gchar *)data);
    g_autoptr(GBytes) octets = support_load(folder, "stream.der");
    assert_opens(octets);
}

static void
append(GByteArray *into, const guint8 *octets, gsize n_octets)
{
    g_byte_array_append(into, octets, (guint)n_octets);
}

/* @der with all lengths on the way to the encrypted content indefinite, and that in pieces. */
static GBytes *
write_in_pieces(GBytes *der, gsize n_piece)
{
    BerReader all, info, wrapped, data, content_info;
    BerSlice type, version, recipients, inner_type, algorithm, ciphertext;
    ber_reader_init(&all, der);
    g_assert_true(ber_enter(&all, BER_SEQUENCE, "", &info, NULL) &&
                  ber_skip(&info, "", &type, NULL) &&
                  ber_enter(&info, BER_CONTEXT_CONSTRUCTED(0), "", &wrapped, NULL) &&
                  ber_enter(&wrapped, BER_SEQUENCE, "", &data, NULL) &&
                  ber_skip(&data, "", &version, NULL) && ber_skip(&data, "", &recipients, NULL) &&
                  ber_enter(&data, BER_SEQUENCE, "", &content_info, NULL) &&
                  ber_skip(&content_info, "", &inner_type, NULL) &&
                  ber_skip(&content_info, "", &algorithm, NULL) &&
                  ber_read(&content_info, BER_CONTEXT(0), "", &ciphertext, NULL));
    GByteArray *ber = g_byte_array_new();
    append(ber, (const guint8 *)"\x30\x80", 2);
    append(ber, type.octets, type.n_octets);
    append(ber, (const guint8 *)"\xa0\x80\x30\x80", 4);
    append(ber, version.octets, version.n_octets);
    append(ber, recipients.octets, recipients.n_octets);
    append(ber, (const guint8 *)"\x30\x80", 2);
    append(ber, inner_type.octets, inner_type.n_octets);
    append(ber, algorithm.octets, algorithm.n_octets);
    append(ber, (const guint8 *)"\xa0\x80", 2);
    for (gsize at = 0; at < ciphertext.n_octets; at += n_piece) {
        gsize n = MIN(n_piece, ciphertext.n_octets - at);
        const guint8 header[] = {0x04, 0x83, (guint8)(n >> 16), (guint8)(n >> 8), (guint8)n};
        append(ber, header, sizeof header);
        append(ber, ciphertext.octets + at, n);
    }
    append(ber, (const guint8 *)"\0\0\0\0\0\0\0\0\0\0", 10);
    return g_byte_array_free_to_bytes(ber);
}

static void
test_pieces(void)
{
    static const gsize pieces[] = {1, 15, 16, 17, 4096, 65536, 65537, 299999};
    const EnvelopeOptions options = {.cipher = CMS_CIPHER_AES_256_CBC};
    g_autoptr(OctetSource) source = octet_source_new_bytes(content);
    g_autoptr(GPtrArray) recipients = peer_certificates(&pair, 1);
    g_autoptr(OctetSource) made = enveloped_data_encrypt(source, recipients, &options, NULL);
    g_autoptr(GBytes) der = octet_source_to_bytes(made, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) ber = write_in_pieces(der, pieces[i]);
        assert_opens(ber);
        /* The last block, before the five ends of contents: nothing comes out, not one octet. */
        gsize n_octets = g_bytes_get_size(ber);
        g_autofree guint8 *copy = g_memdup2(g_bytes_get_data(ber, NULL), n_octets);
        copy[n_octets - 11] ^= 1;
        g_autoptr(GBytes) changed = g_bytes_new(copy, n_octets);
        /* 300001 octets have fifteen of padding: all of it is looked at, and so one of 2^120
         * changes would be taken. */
        g_assert_null(decrypt(changed, &error));
        g_assert_error(error, CMS_ERROR, CMS_ERROR_DECRYPT);
    }
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    folder = support_folder_new();
    pair = peer_make_key(folder, "rsa", "rsa:2048");
    content = pieced_make_octets(CONTENT_OCTETS);
    support_save(folder, "content", content);
    g_test_add_data_func("/cms-stream/sign/opaque", NULL, test_sign);
    g_test_add_data_func("/cms-stream/sign/detached", "", test_sign);
    g_test_add_func("/cms-stream/verify/stream", test_verify_stream);
    g_test_add_func("/cms-stream/verify/one-pass", test_one_pass);
    g_test_add_func("/cms-stream/verify/unreadable", test_unreadable_content);
    g_test_add_data_func("/cms-stream/bare/long", NULL, test_bare);
    g_test_add_data_func("/cms-stream/bare/attributes", "", test_bare);
    for (guint cipher = CMS_CIPHER_AES_128_CBC; cipher <= CMS_CIPHER_AES_256_GCM; cipher++) {
        g_autofree gchar *path =
            g_strconcat("/cms-stream/encrypt/", cms_cipher_to_string((CmsCipher)cipher), NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(cipher), test_encrypt);
    }
    g_test_add_func("/cms-stream/encrypt/fresh", test_fresh);
    g_test_add_data_func("/cms-stream/decrypt/stream-cbc", "-aes256", test_decrypt_stream);
    g_test_add_data_func("/cms-stream/decrypt/stream-3des", "-des3", test_decrypt_stream);
    g_test_add_data_func("/cms-stream/decrypt/stream-gcm", "-aes-128-gcm", test_decrypt_stream);
    g_test_add_func("/cms-stream/decrypt/pieces", test_pieces);
    int status = g_test_run();
    key_pair_unref(pair);
    g_bytes_unref(content);
    support_folder_free(folder);
    support_shutdown();
    return status;
}
