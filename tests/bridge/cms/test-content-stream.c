/* SPDX-License-Identifier: MPL-2.0 */

/* Ciphers over octets that come and go in pieces: against NSS's own padding over the whole. */

#include <string.h>

#include "cms-error.h"
#include "content-encryption.h"
#include "nss-scoped.h"
#include "pieced.h"
#include "support.h"

static const struct {
    CmsCipher cipher;
    CK_MECHANISM_TYPE padded; /* the same, with the padding of RFC 5652 §6.3 */
    gsize n_key;
} ciphers[] = {
    {CMS_CIPHER_AES_128_CBC, CKM_AES_CBC_PAD, 16},
    {CMS_CIPHER_AES_256_CBC, CKM_AES_CBC_PAD, 32},
    {CMS_CIPHER_3DES_CBC, CKM_DES3_CBC_PAD, 24},
};

static const gsize sizes[] = {0,    1,     7,     8,     15,    16,    17,     4095,   4096,
                              4097, 65519, 65520, 65535, 65536, 65537, 131071, 131072, 200003};
static const gsize pieces[] = {1, 7, 16, 100, 4096, 5000, 65535, OCTET_PIECE_MAX};

static PK11SymKey *
make_key(gsize i, CK_ATTRIBUTE_TYPE operation)
{
    static const guint8 octets[] = "0123456789abcdefghijklmnopqrstuv";
    SECItem item = {siBuffer, (guint8 *)octets, (unsigned)ciphers[i].n_key};
    CK_MECHANISM_TYPE mechanism = cms_cipher_get_info(ciphers[i].cipher)->mechanism;
    g_autoptr(PK11SlotInfo) slot = PK11_GetBestSlot(mechanism, NULL);
    PK11SymKey *key = PK11_ImportSymKey(slot, mechanism, PK11_OriginUnwrap, operation, &item, NULL);
    g_assert_nonnull(key);
    return key;
}

static ContentCipher
make_cipher(gsize i)
{
    ContentCipher cipher = {.cipher = ciphers[i].cipher};
    cipher.n_nonce = cms_cipher_get_info(cipher.cipher)->n_block_octets;
    memcpy(cipher.nonce, "a vector to start", cipher.n_nonce);
    return cipher;
}

/* By NSS in one call. */
static GBytes *
encrypt_whole(gsize i, PK11SymKey *key, GBytes *plaintext)
{
    ContentCipher cipher = make_cipher(i);
    SECItem parameters = {siBuffer, cipher.nonce, (unsigned)cipher.n_nonce};
    gsize n_octets = 0;
    unsigned n_written = 0;
    const guint8 *octets = g_bytes_get_data(plaintext, &n_octets);
    guint8 *ciphertext = g_malloc(n_octets + 16);
    g_assert_cmpint(PK11_Encrypt(key, ciphers[i].padded, &parameters, ciphertext, &n_written,
                                 (unsigned)n_octets + 16, octets != NULL ? octets : ciphertext,
                                 (unsigned)n_octets),
                    ==, SECSuccess);
    return g_bytes_new_take(ciphertext, n_written);
}

static void
test_cbc(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    const ContentCipher cipher = make_cipher(i);
    guint8 tag[CONTENT_TAG_MAX];
    g_autoptr(PK11SymKey) encrypting = make_key(i, CKA_ENCRYPT);
    g_autoptr(PK11SymKey) decrypting = make_key(i, CKA_DECRYPT);
    for (gsize j = 0; j < G_N_ELEMENTS(sizes); j++) {
        g_autoptr(GBytes) plaintext = pieced_make_octets(sizes[j]);
        g_autoptr(GBytes) ciphertext = encrypt_whole(i, encrypting, plaintext);
        for (gsize k = 0; k < G_N_ELEMENTS(pieces); k++) {
            if (sizes[j] > 70000 && pieces[k] < 100)
                continue;
            g_autoptr(Pieced) plain_pieces = pieced_new(plaintext, pieces[k]);
            g_autoptr(Pieced) cipher_pieces = pieced_new(ciphertext, pieces[k]);
            g_autoptr(OctetSource) input = pieced_source(plain_pieces);
            g_autoptr(OctetSource) encrypted =
                content_cipher_encrypt(&cipher, encrypting, input, NULL, tag, NULL);
            /* Nothing is read before it is wanted. */
            g_assert_cmpuint(plain_pieces->n_passes, ==, 0);
            pieced_assert_gives(encrypted, ciphertext);
            g_autoptr(OctetSource) received = pieced_source(cipher_pieces);
            g_autoptr(OctetSource) decrypted =
                content_cipher_decrypt(&cipher, decrypting, received, NULL, NULL);
            g_assert_nonnull(decrypted);
            pieced_assert_gives(decrypted, plaintext);
        }
    }
}

/* The last block, and the one before it that it is chained to, decide whether there is anything:
 * with a change in them there is no source to read from. */
static void
test_changed_end(void)
{
    const ContentCipher cipher = make_cipher(0);
    guint n_refused = 0;
    g_autoptr(PK11SymKey) encrypting = make_key(0, CKA_ENCRYPT);
    g_autoptr(PK11SymKey) decrypting = make_key(0, CKA_DECRYPT);
    g_autoptr(GBytes) plaintext = pieced_make_octets(100000);
    g_autoptr(GBytes) ciphertext = encrypt_whole(0, encrypting, plaintext);
    gsize n_octets = g_bytes_get_size(ciphertext);
    for (gsize i = 0; i < 32; i++) {
        g_autofree guint8 *copy = g_memdup2(g_bytes_get_data(ciphertext, NULL), n_octets);
        copy[n_octets - 1 - i] ^= 0x40;
        g_autoptr(GBytes) changed = g_bytes_new(copy, n_octets);
        g_autoptr(Pieced) changed_pieces = pieced_new(changed, 4096);
        g_autoptr(OctetSource) received = pieced_source(changed_pieces);
        g_autoptr(OctetSource) decrypted =
            content_cipher_decrypt(&cipher, decrypting, received, NULL, NULL);
        n_refused += decrypted == NULL;
    }
    /* 100000 octets have no padding but a whole block of it: all of the last block counts. Of the
     * changes to that one 1 of 256 ends in a padding by chance; here none does. */
    g_assert_cmpuint(g_bytes_get_size(ciphertext) - 100000, ==, 16);
    g_assert_cmpuint(n_refused, ==, 32);
}

/* A file that is exchanged after it was looked at. */
static void
test_changed_meanwhile(void)
{
    const ContentCipher cipher = make_cipher(0);
    g_autoptr(GError) error = NULL;
    g_autoptr(PK11SymKey) encrypting = make_key(0, CKA_ENCRYPT);
    g_autoptr(PK11SymKey) decrypting = make_key(0, CKA_DECRYPT);
    g_autoptr(GBytes) plaintext = pieced_make_octets(100000);
    g_autoptr(GBytes) ciphertext = encrypt_whole(0, encrypting, plaintext);
    g_autoptr(Pieced) cipher_pieces = pieced_new(ciphertext, 4096);
    g_autoptr(OctetSource) received = pieced_source(cipher_pieces);
    g_autoptr(OctetSource) decrypted =
        content_cipher_decrypt(&cipher, decrypting, received, NULL, NULL);
    cipher_pieces->changed = pieced_make_octets(g_bytes_get_size(ciphertext));
    g_assert_null(octet_source_to_bytes(decrypted, &error));
    g_assert_error(error, OCTET_ERROR, OCTET_ERROR_FAILED);
}

/* What can't be read is an error of the one who reads. */
static void
test_unreadable(void)
{
    guint8 tag[CONTENT_TAG_MAX];
    const ContentCipher cbc = make_cipher(0);
    ContentCipher gcm = {.cipher = CMS_CIPHER_AES_128_GCM, .n_nonce = 12, .n_tag = 16};
    g_autoptr(GBytes) octets = pieced_make_octets(100000);
    g_autoptr(PK11SymKey) key = make_key(0, CKA_ENCRYPT);
    g_autoptr(Pieced) broken = pieced_new(octets, 1000);
    broken->fails_at = 70000;
    g_autoptr(OctetSource) input = pieced_source(broken);
    g_autoptr(GError) error = NULL;
    g_autoptr(OctetSource) encrypted = content_cipher_encrypt(&cbc, key, input, NULL, tag, &error);
    g_assert_no_error(error);
    g_assert_null(octet_source_to_bytes(encrypted, &error));
    g_assert_error(error, OCTET_ERROR, OCTET_ERROR_FAILED);
    g_clear_error(&error);
    g_assert_null(content_cipher_encrypt(&gcm, key, input, NULL, tag, &error));
    g_assert_error(error, OCTET_ERROR, OCTET_ERROR_FAILED);
}

/* With a tag: the same octets in whatever pieces, all of them or none. */
static void
test_aead(gconstpointer data)
{
    ContentCipher cipher = {.cipher = GPOINTER_TO_UINT(data), .n_nonce = 12, .n_tag = 16};
    const CmsCipherInfo *row = cms_cipher_get_info(cipher.cipher);
    guint8 octets[32] = "0123456789abcdef0123456789abcde", tag[CONTENT_TAG_MAX];
    SECItem item = {siBuffer, octets, (unsigned)row->n_key_octets};
    g_autoptr(PK11SlotInfo) slot = PK11_GetBestSlot(row->mechanism, NULL);
    g_autoptr(PK11SymKey) encrypting =
        PK11_ImportSymKey(slot, row->mechanism, PK11_OriginUnwrap, CKA_ENCRYPT, &item, NULL);
    g_autoptr(PK11SymKey) decrypting =
        PK11_ImportSymKey(slot, row->mechanism, PK11_OriginUnwrap, CKA_DECRYPT, &item, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GBytes) plaintext = pieced_make_octets(sizes[i]);
        g_autoptr(OctetSource) whole = octet_source_new_bytes(plaintext);
        g_autoptr(Pieced) plain_pieces = pieced_new(plaintext, 1000);
        g_autoptr(OctetSource) input = pieced_source(plain_pieces);
        g_autoptr(OctetSource) at_once =
            content_cipher_encrypt(&cipher, encrypting, whole, NULL, tag, NULL);
        g_autoptr(GBytes) ciphertext = octet_source_to_bytes(at_once, NULL);
        g_autoptr(OctetSource) encrypted =
            content_cipher_encrypt(&cipher, encrypting, input, NULL, tag, NULL);
        pieced_assert_gives(encrypted, ciphertext);
        g_autoptr(GBytes) good_tag = g_bytes_new(tag, sizeof tag);
        g_autoptr(Pieced) cipher_pieces = pieced_new(ciphertext, 1000);
        g_autoptr(OctetSource) received = pieced_source(cipher_pieces);
        g_autoptr(OctetSource) decrypted =
            content_cipher_decrypt(&cipher, decrypting, received, NULL, good_tag);
        pieced_assert_gives(decrypted, plaintext);
        tag[15] ^= 1;
        g_autoptr(GBytes) bad_tag = g_bytes_new(tag, sizeof tag);
        g_assert_null(content_cipher_decrypt(&cipher, decrypting, received, NULL, bad_tag));
    }
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    for (gsize i = 0; i < G_N_ELEMENTS(ciphers); i++) {
        g_autofree gchar *path =
            g_strconcat("/content-stream/", cms_cipher_to_string(ciphers[i].cipher), NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_cbc);
    }
    for (guint cipher = CMS_CIPHER_AES_128_GCM; cipher <= CMS_CIPHER_CHACHA20_POLY1305; cipher++) {
        g_autofree gchar *path =
            g_strconcat("/content-stream/", cms_cipher_to_string((CmsCipher)cipher), NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(cipher), test_aead);
    }
    g_test_add_func("/content-stream/changed-end", test_changed_end);
    g_test_add_func("/content-stream/changed-meanwhile", test_changed_meanwhile);
    g_test_add_func("/content-stream/unreadable", test_unreadable);
    return support_run();
}
