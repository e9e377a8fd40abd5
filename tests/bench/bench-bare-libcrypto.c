/* SPDX-License-Identifier: MPL-2.0 */

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "bench-bare.h"
#include "bench-libcrypto.h"

/* The same primitives of libcrypto, through EVP. */

#define DIGEST_OCTETS 32
#define KEY_OCTETS    32
#define TAG_OCTETS    16
#define WRAPPED_MAX   512

static guint8 piece[BENCH_PIECE_OCTETS + 16];

typedef struct {
    const BenchTask *task;
    EVP_PKEY *key;
    guint8 value[DIGEST_OCTETS]; /* any digest */
    guint8 signature[WRAPPED_MAX];
    gsize n_signature;
    guint8 wrapped[WRAPPED_MAX];
    gsize n_wrapped;
    guint8 *ciphertext;
    guint8 tag[TAG_OCTETS];
} Way;

static const guint8 content_key[KEY_OCTETS], initialization[16];

static void
digest(Way *way)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(way->task->content, &n_octets);
    guint8 value[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bench_check(EVP_DigestInit_ex(context, EVP_sha256(), NULL), "digest");
    for (gsize i = 0; i < n_octets; i += BENCH_PIECE_OCTETS)
        EVP_DigestUpdate(context, octets + i, MIN(n_octets - i, BENCH_PIECE_OCTETS));
    bench_check(EVP_DigestFinal_ex(context, value, NULL), "digest");
    EVP_MD_CTX_free(context);
}

static void
run_cipher(Way *way, gboolean encrypts, guint8 *out, const guint8 *in)
{
    gboolean gcm = way->task->row.gcm;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    guint8 last[16];
    gint n_written = 0;
    bench_check(EVP_CipherInit_ex(context, gcm ? EVP_aes_256_gcm() : EVP_aes_256_cbc(), NULL,
                                  content_key, initialization, encrypts),
                "cipher");
    EVP_CIPHER_CTX_set_padding(context, 0);
    gsize n_octets = way->task->row.n_octets;
    for (gsize i = 0; i < n_octets; i += BENCH_PIECE_OCTETS)
        bench_check(EVP_CipherUpdate(context, out != NULL ? out + i : piece, &n_written, in + i,
                                     (gint)MIN(n_octets - i, BENCH_PIECE_OCTETS)),
                    "cipher");
    if (gcm && !encrypts)
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_OCTETS, way->tag);
    bench_check(EVP_CipherFinal_ex(context, last, &n_written), "cipher");
    if (gcm && encrypts)
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_OCTETS, way->tag);
    EVP_CIPHER_CTX_free(context);
}

static void
encrypt(Way *way)
{
    run_cipher(way, TRUE, way->task->out, g_bytes_get_data(way->task->content, NULL));
}

static void
decrypt(Way *way)
{
    gboolean gcm = way->task->row.gcm;
    run_cipher(way, FALSE, way->task->out,
               gcm ? way->ciphertext : g_bytes_get_data(way->task->content, NULL));
}

static EVP_PKEY_CTX *
open_key(EVP_PKEY *key, gint (*init)(EVP_PKEY_CTX *))
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    bench_check(context != NULL && init(context) > 0, "key");
    return context;
}

static void
sign(Way *way)
{
    EVP_PKEY_CTX *context = open_key(way->key, EVP_PKEY_sign_init);
    EVP_PKEY_CTX_set_signature_md(context, EVP_sha256());
    way->n_signature = sizeof way->signature;
    bench_check(EVP_PKEY_sign(context, way->signature, &way->n_signature, way->value,
                              sizeof way->value) > 0,
                "signing");
    EVP_PKEY_CTX_free(context);
}

static void
verify(Way *way)
{
    EVP_PKEY_CTX *context = open_key(way->key, EVP_PKEY_verify_init);
    EVP_PKEY_CTX_set_signature_md(context, EVP_sha256());
    bench_check(EVP_PKEY_verify(context, way->signature, way->n_signature, way->value,
                                sizeof way->value) > 0,
                "verifying");
    EVP_PKEY_CTX_free(context);
}

static void
agree(EVP_PKEY *own, EVP_PKEY *other)
{
    guint8 secret[KEY_OCTETS];
    gsize n_secret = sizeof secret;
    EVP_PKEY_CTX *context = open_key(own, EVP_PKEY_derive_init);
    bench_check(EVP_PKEY_derive_set_peer(context, other) > 0 &&
                    EVP_PKEY_derive(context, secret, &n_secret) > 0,
                "ECDH");
    EVP_PKEY_CTX_free(context);
}

static void
wrap(Way *way)
{
    if (way->task->row.key == BENCH_P_256) {
        EVP_PKEY *own = EVP_EC_gen("P-256");
        agree(own, way->key);
        EVP_PKEY_free(own);
        return;
    }
    EVP_PKEY_CTX *context = open_key(way->key, EVP_PKEY_encrypt_init);
    way->n_wrapped = sizeof way->wrapped;
    bench_check(EVP_PKEY_encrypt(context, way->wrapped, &way->n_wrapped, content_key,
                                 sizeof content_key) > 0,
                "RSA");
    EVP_PKEY_CTX_free(context);
}

static void
unwrap(Way *way)
{
    guint8 octets[WRAPPED_MAX];
    gsize n_octets = sizeof octets;
    if (way->task->row.key == BENCH_P_256) {
        agree(way->key, way->key);
        return;
    }
    EVP_PKEY_CTX *context = open_key(way->key, EVP_PKEY_decrypt_init);
    bench_check(EVP_PKEY_decrypt(context, octets, &n_octets, way->wrapped, way->n_wrapped) > 0,
                "RSA");
    EVP_PKEY_CTX_free(context);
}

gpointer
bare_libcrypto_new(const BenchTask *task)
{
    gsize n_octets = 0;
    gconstpointer octets = g_bytes_get_data(task->material->key_files[task->row.key], &n_octets);
    BIO *file = BIO_new_mem_buf(octets, (gint)n_octets);
    Way *way = g_new0(Way, 1);
    way->task = task;
    way->key = PEM_read_bio_PrivateKey(file, NULL, NULL, NULL);
    bench_check(way->key != NULL, "reading the key file");
    BIO_free(file);
    sign(way);
    wrap(way);
    if (task->row.gcm) {
        way->ciphertext = g_malloc(task->row.n_octets);
        run_cipher(way, TRUE, way->ciphertext, g_bytes_get_data(task->content, NULL));
    }
    return way;
}

void
bare_libcrypto_free(gpointer data)
{
    Way *way = data;
    EVP_PKEY_free(way->key);
    g_free(way->ciphertext);
    g_free(way);
}

void
bare_libcrypto_run_primitive(gpointer way, BarePrimitive primitive)
{
    static void (*const primitives[])(Way *) = {
        [BARE_DIGEST] = digest, [BARE_ENCRYPT] = encrypt, [BARE_DECRYPT] = decrypt,
        [BARE_SIGN] = sign,     [BARE_VERIFY] = verify,   [BARE_WRAP] = wrap,
        [BARE_UNWRAP] = unwrap,
    };
    primitives[primitive](way);
}
