/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "cms-error.h"
#include "content-encryption.h"
#include "nss-scoped.h"
#include "support.h"
#include "whole.h"

static GBytes *
from_hex(const gchar *hex)
{
    GByteArray *octets = g_byte_array_new();
    for (; hex[0] != '\0'; hex += 2) {
        guint8 octet = (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
        g_byte_array_append(octets, &octet, 1);
    }
    return g_byte_array_free_to_bytes(octets);
}

static PK11SymKey *
import_key(CmsCipher cipher, GBytes *octets, CK_ATTRIBUTE_TYPE operation)
{
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(octets, &n_octets);
    SECItem item = {siBuffer, (guint8 *)data, (unsigned)n_octets};
    CK_MECHANISM_TYPE mechanism = cms_cipher_get_info(cipher)->mechanism;
    g_autoptr(PK11SlotInfo) slot = PK11_GetBestSlot(mechanism, NULL);
    PK11SymKey *key = PK11_ImportSymKey(slot, mechanism, PK11_OriginUnwrap, operation, &item, NULL);
    g_assert_nonnull(key);
    return key;
}

static void
set_nonce(ContentCipher *cipher, const gchar *hex)
{
    g_autoptr(GBytes) nonce = from_hex(hex);
    cipher->n_nonce = g_bytes_get_size(nonce);
    memcpy(cipher->nonce, g_bytes_get_data(nonce, NULL), cipher->n_nonce);
}

/* McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 4 and 16. */
typedef struct {
    const gchar *name;
    CmsCipher cipher;
    const gchar *key;
    const gchar *nonce;
    const gchar *ciphertext;
    const gchar *tag;
} GcmVector;

#define GCM_PLAINTEXT                                                                              \
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6" \
    "b525b16aedf5aa0de657ba637b39"
#define GCM_ADDITIONAL "feedfacedeadbeeffeedfacedeadbeefabaddad2"

static const GcmVector gcm_vectors[] = {
    {"test-case-4", CMS_CIPHER_AES_128_GCM, "feffe9928665731c6d6a8f9467308308",
     "cafebabefacedbaddecaf888",
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84a"
     "a"
     "051ba30b396a0aac973d58e091",
     "5bc94fbc3221a5db94fae95ae7121a47"},
    {"test-case-16", CMS_CIPHER_AES_256_GCM,
     "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828"
     "838"
     "c5f61e6393ba7a0abcc9f662",
     "76fc6ece0f4e1768cddf8853bb2d551b"},
};

static void
test_gcm_vector(gconstpointer data)
{
    const GcmVector *test = data;
    ContentCipher cipher = {.cipher = test->cipher, .n_tag = 16};
    guint8 tag_octets[CONTENT_TAG_MAX];
    set_nonce(&cipher, test->nonce);
    g_autoptr(GBytes) key_octets = from_hex(test->key);
    g_autoptr(GBytes) plaintext = from_hex(GCM_PLAINTEXT);
    g_autoptr(GBytes) additional = from_hex(GCM_ADDITIONAL);
    g_autoptr(GBytes) expected = from_hex(test->ciphertext);
    g_autoptr(GBytes) tag = from_hex(test->tag);
    g_autoptr(PK11SymKey) encrypting = import_key(test->cipher, key_octets, CKA_ENCRYPT);
    g_autoptr(GBytes) ciphertext =
        whole_cipher_encrypt(&cipher, encrypting, plaintext, additional, tag_octets);
    g_autoptr(GBytes) written = g_bytes_new(tag_octets, sizeof tag_octets);
    g_assert_true(g_bytes_equal(ciphertext, expected));
    g_assert_true(g_bytes_equal(written, tag));

    g_autoptr(PK11SymKey) key = import_key(test->cipher, key_octets, CKA_DECRYPT);
    g_autoptr(GBytes) opened = whole_cipher_decrypt(&cipher, key, ciphertext, additional, tag);
    g_assert_true(g_bytes_equal(opened, plaintext));
    g_assert_null(whole_cipher_decrypt(&cipher, key, ciphertext, NULL, tag));
    g_assert_null(whole_cipher_decrypt(&cipher, key, ciphertext, additional, NULL));
    g_assert_null(whole_cipher_decrypt(&cipher, key, ciphertext, additional, additional));
    g_autoptr(GBytes) shorter = g_bytes_new_from_bytes(tag, 0, 12);
    g_assert_null(whole_cipher_decrypt(&cipher, key, ciphertext, additional, shorter));
    cipher.n_tag = 12;
    g_autoptr(GBytes) shortened =
        whole_cipher_decrypt(&cipher, key, ciphertext, additional, shorter);
    g_assert_nonnull(shortened);
}

/* RFC 8439 §2.8.2. */
static void
test_chacha20_poly1305(void)
{
    static const gchar text[] =
        "Ladies and Gentlemen of the class of '99: If I could offer you only "
        "one tip for the future, sunscreen would be it.";
    ContentCipher cipher = {.cipher = CMS_CIPHER_CHACHA20_POLY1305, .n_tag = 16};
    guint8 tag_octets[CONTENT_TAG_MAX];
    set_nonce(&cipher, "070000004041424344454647");
    g_autoptr(GBytes) key =
        from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
    g_autoptr(GBytes) additional = from_hex("50515253c0c1c2c3c4c5c6c7");
    g_autoptr(GBytes) plaintext = g_bytes_new_static(text, sizeof text - 1);
    g_autoptr(GBytes) expected = from_hex("d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a7"
                                          "36ee62d63dbea45e8ca9671282fafb69da92"
                                          "728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803"
                                          "aee328091b58fab324e4fad675945585808b"
                                          "4831d7bc3ff4def08e4b7a9de576d26586cec64b6116");
    g_autoptr(GBytes) tag = from_hex("1ae10b594f09e26a7e902ecbd0600691");
    g_autoptr(PK11SymKey) encrypting = import_key(cipher.cipher, key, CKA_ENCRYPT);
    g_autoptr(GBytes) ciphertext =
        whole_cipher_encrypt(&cipher, encrypting, plaintext, additional, tag_octets);
    g_autoptr(GBytes) written = g_bytes_new(tag_octets, sizeof tag_octets);
    g_assert_true(g_bytes_equal(ciphertext, expected));
    g_assert_true(g_bytes_equal(written, tag));
    g_autoptr(PK11SymKey) decrypting = import_key(cipher.cipher, key, CKA_DECRYPT);
    g_autoptr(GBytes) opened = whole_cipher_decrypt(&cipher, decrypting, expected, additional, tag);
    g_assert_true(g_bytes_equal(opened, plaintext));
    g_assert_null(whole_cipher_decrypt(&cipher, decrypting, expected, NULL, tag));
}

/* RFC 5652 §6.3: what may end a plaintext, as the last block of the decrypted octets. */
typedef struct {
    const gchar *name;
    const gchar *last_block;
    gint n_padding; /* -1: refused */
} PaddingCase;

static const PaddingCase padding_cases[] = {
    {"one",
     "414243444546474849404142434445"
     "01",
     1},
    {"two",
     "4142434445464748494041424344"
     "0202",
     2},
    {"fifteen",
     "41"
     "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
     15},
    {"whole-block", "10101010101010101010101010101010", 16},
    {"zero", "41424344454647484940414243444500", -1},
    {"more-than-a-block", "11111111111111111111111111111111", -1},
    {"255", "ffffffffffffffffffffffffffffffff", -1},
    {"first-of-two-wrong",
     "4142434445464748494041424344"
     "0302",
     -1},
    {"first-of-sixteen-wrong", "11101010101010101010101010101010", -1},
    {"last-alone-right", "41424344454647484940414243444508", -1},
};

/* Steers the last block by the one before it, which CBC adds to it. */
static void
test_padding(gconstpointer data)
{
    const PaddingCase *test = data;
    ContentCipher cipher = {.cipher = CMS_CIPHER_AES_128_CBC};
    guint8 tag[CONTENT_TAG_MAX];
    set_nonce(&cipher, "000102030405060708090a0b0c0d0e0f");
    g_autoptr(GBytes) key_octets = from_hex("2b7e151628aed2a6abf7158809cf4f3c");
    g_autoptr(GBytes) plaintext = g_bytes_new_static("a block of octetsand fifteen more", 31);
    g_autoptr(GBytes) wanted = from_hex(test->last_block);
    g_autoptr(PK11SymKey) encrypting = import_key(cipher.cipher, key_octets, CKA_ENCRYPT);
    g_autoptr(GBytes) ciphertext = whole_cipher_encrypt(&cipher, encrypting, plaintext, NULL, tag);
    g_assert_cmpuint(g_bytes_get_size(ciphertext), ==, 32);
    guint8 steered[32], last[16];
    memcpy(steered, g_bytes_get_data(ciphertext, NULL), sizeof steered);
    memcpy(last, (const guint8 *)g_bytes_get_data(plaintext, NULL) + 16, 15);
    last[15] = 1;
    for (gsize i = 0; i < 16; i++)
        steered[i] ^= last[i] ^ ((const guint8 *)g_bytes_get_data(wanted, NULL))[i];
    g_autoptr(GBytes) changed = g_bytes_new(steered, sizeof steered);
    g_autoptr(PK11SymKey) key = import_key(cipher.cipher, key_octets, CKA_DECRYPT);
    g_autoptr(GBytes) opened = whole_cipher_decrypt(&cipher, key, changed, NULL, NULL);
    g_assert_cmpint(opened != NULL, ==, test->n_padding >= 0);
    if (opened != NULL)
        g_assert_cmpint((gint)g_bytes_get_size(opened), ==, 32 - test->n_padding);
}

static void
test_cbc_lengths(void)
{
    ContentCipher cipher = {.cipher = CMS_CIPHER_AES_128_CBC};
    set_nonce(&cipher, "000102030405060708090a0b0c0d0e0f");
    g_autoptr(GBytes) key_octets = from_hex("2b7e151628aed2a6abf7158809cf4f3c");
    g_autoptr(PK11SymKey) key = import_key(cipher.cipher, key_octets, CKA_DECRYPT);
    static const gsize lengths[] = {0, 1, 15, 17, 31};
    for (gsize i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autoptr(GBytes) octets = g_bytes_new("0123456789abcdef0123456789abcde", lengths[i]);
        g_assert_null(whole_cipher_decrypt(&cipher, key, octets, NULL, NULL));
    }
}

/* RFC 3370 §5.2. */
static void
test_rc2_version(gconstpointer data)
{
    static const struct {
        guint version;
        guint bits;
    } cases[] = {{160, 40}, {120, 64}, {58, 128}, {256, 256}, {1024, 1024}, {1, 0}, {1025, 0}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
        g_autoptr(GError) error = NULL;
        der_add_oid(root, OID_RC2_CBC);
        DerNode *parameters = der_add(root, BER_SEQUENCE);
        der_add_small(parameters, cases[i].version);
        der_add_octets(parameters, BER_OCTET_STRING, "01234567", GPOINTER_TO_SIZE(data));
        g_autoptr(GBytes) octets = der_node_serialize(root);
        BerReader reader;
        CmsAlgorithm algorithm;
        ContentCipher cipher;
        ber_reader_init(&reader, octets);
        g_assert_true(cms_algorithm_read(&reader, "", &algorithm, NULL));
        gboolean good = content_cipher_parse(octets, &algorithm, &cipher, &error);
        g_assert_cmpint(good, ==, cases[i].bits != 0 && GPOINTER_TO_SIZE(data) == 8);
        if (good)
            g_assert_cmpuint(cipher.rc2_effective_bits, ==, cases[i].bits);
        else
            g_assert_error(error, CMS_ERROR, CMS_ERROR_MALFORMED);
    }
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    for (gsize i = 0; i < G_N_ELEMENTS(gcm_vectors); i++) {
        g_autofree gchar *path = g_strconcat("/content-encryption/gcm/", gcm_vectors[i].name, NULL);
        g_test_add_data_func(path, &gcm_vectors[i], test_gcm_vector);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(padding_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/content-encryption/padding/", padding_cases[i].name, NULL);
        g_test_add_data_func(path, &padding_cases[i], test_padding);
    }
    g_test_add_func("/content-encryption/chacha20-poly1305", test_chacha20_poly1305);
    g_test_add_func("/content-encryption/cbc-lengths", test_cbc_lengths);
    g_test_add_data_func("/content-encryption/rc2/versions", GSIZE_TO_POINTER(8), test_rc2_version);
    g_test_add_data_func("/content-encryption/rc2/short-iv", GSIZE_TO_POINTER(7), test_rc2_version);
    return support_run();
}
