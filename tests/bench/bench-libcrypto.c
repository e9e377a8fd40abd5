/* SPDX-License-Identifier: MPL-2.0 */

#include "bench-libcrypto.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>

/* The CMS of libcrypto, in two ways: with the calls that do all at once, which copy the content in
 * pieces of 1 to 4 KB of their own, and fed with pieces of 64 KB through BIOs. */

typedef struct {
    const BenchTask *task;
    EVP_PKEY *key;
    X509 *certificate;             /* of the key */
    STACK_OF(X509) * certificates; /* of the recipients, or of the signer alone */
    BIO *out; /* memory that has its full size from the start, or what keeps nothing */
} Way;

/* What comes out in pieces. */
static guint8 piece[BENCH_PIECE_OCTETS];

void
bench_check(gboolean good, const gchar *what)
{
    if (good)
        return;
    g_printerr("cms-bench: %s: %s\n", what, ERR_error_string(ERR_get_error(), NULL));
    exit(1);
}

static void
read_key_file(Way *way)
{
    gsize n_octets = 0;
    gconstpointer octets =
        g_bytes_get_data(way->task->material->key_files[way->task->row.key], &n_octets);
    BIO *file = BIO_new_mem_buf(octets, (gint)n_octets);
    way->key = PEM_read_bio_PrivateKey(file, NULL, NULL, NULL);
    way->certificate = PEM_read_bio_X509(file, NULL, NULL, NULL);
    bench_check(way->key != NULL && way->certificate != NULL, "reading the key file");
    BIO_free(file);
}

/* The last ones, with that of the key file. */
static void
read_recipients(Way *way)
{
    const GPtrArray *all = way->task->material->certificates[way->task->row.key];
    way->certificates = sk_X509_new_null();
    for (guint i = all->len - MAX(way->task->row.n_recipients, 1); i < all->len; i++) {
        gsize n_octets = 0;
        const guchar *octets = g_bytes_get_data(g_ptr_array_index(all, i), &n_octets);
        X509 *certificate = d2i_X509(NULL, &octets, (glong)n_octets);
        bench_check(certificate != NULL, "reading a certificate");
        sk_X509_push(way->certificates, certificate);
    }
}

gpointer
libcrypto_way_new(const BenchTask *task)
{
    Way *way = g_new0(Way, 1);
    way->task = task;
    read_key_file(way);
    read_recipients(way);
    way->out = BIO_new(task->out != NULL ? BIO_s_mem() : BIO_s_null());
    BUF_MEM *memory = NULL;
    if (task->out != NULL && BIO_get_mem_ptr(way->out, &memory) == 1)
        bench_check(BUF_MEM_grow(memory, task->n_out) != 0, "memory");
    return way;
}

void
libcrypto_way_free(gpointer data)
{
    Way *way = data;
    EVP_PKEY_free(way->key);
    X509_free(way->certificate);
    sk_X509_pop_free(way->certificates, X509_free);
    BIO_free(way->out);
    g_free(way);
}

/* Leaves it as large as it is, and its octets as they are: BIO_reset() alone would write zeros over
 * all of them. */
static void
empty_out(Way *way)
{
    BUF_MEM *memory = NULL;
    if (way->task->out == NULL)
        return;
    BIO_get_mem_ptr(way->out, &memory);
    memory->length = 0;
    BIO_set_flags(way->out, BIO_FLAGS_NONCLEAR_RST);
    bench_check(BIO_reset(way->out) == 1, "memory");
}

static void
write_content(const Way *way, BIO *bio)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(way->task->content, &n_octets);
    for (gsize i = 0; i < n_octets; i += BENCH_PIECE_OCTETS) {
        gint n = (gint)MIN(n_octets - i, BENCH_PIECE_OCTETS);
        bench_check(BIO_write(bio, octets + i, n) == n, "writing the content");
    }
    bench_check(BIO_flush(bio) > 0, "writing the content");
}

static BIO *
open_octets(GBytes *bytes)
{
    gsize n_octets = 0;
    gconstpointer octets = g_bytes_get_data(bytes, &n_octets);
    return BIO_new_mem_buf(octets, (gint)n_octets);
}

static CMS_ContentInfo *
read_cms(const Way *way)
{
    BIO *file = open_octets(way->task->cms);
    CMS_ContentInfo *cms = d2i_CMS_bio(file, NULL);
    bench_check(cms != NULL, "d2i_CMS_bio");
    BIO_free(file);
    return cms;
}

/* The calls that do all at once. */

static void
call_sign(Way *way)
{
    BIO *content = open_octets(way->task->content);
    CMS_ContentInfo *cms =
        CMS_sign(way->certificate, way->key, NULL, content, CMS_DETACHED | CMS_BINARY);
    bench_check(cms != NULL && i2d_CMS_bio(way->out, cms), "CMS_sign");
    CMS_ContentInfo_free(cms);
    BIO_free(content);
}

static void
call_verify(Way *way)
{
    CMS_ContentInfo *cms = read_cms(way);
    BIO *content = open_octets(way->task->content);
    bench_check(CMS_verify(cms, way->certificates, NULL, content, NULL,
                           CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) == 1,
                "CMS_verify");
    BIO_free(content);
    CMS_ContentInfo_free(cms);
}

static void
call_encrypt(Way *way)
{
    const EVP_CIPHER *cipher = way->task->row.gcm ? EVP_aes_256_gcm() : EVP_aes_256_cbc();
    BIO *content = open_octets(way->task->content);
    CMS_ContentInfo *cms = CMS_encrypt(way->certificates, content, cipher, CMS_BINARY | CMS_STREAM);
    bench_check(cms != NULL && i2d_CMS_bio_stream(way->out, cms, content, CMS_BINARY | CMS_STREAM),
                "CMS_encrypt");
    CMS_ContentInfo_free(cms);
    BIO_free(content);
}

static void
call_decrypt(Way *way)
{
    CMS_ContentInfo *cms = read_cms(way);
    bench_check(CMS_decrypt(cms, way->key, way->certificate, NULL, way->out, 0) == 1,
                "CMS_decrypt");
    CMS_ContentInfo_free(cms);
}

void
libcrypto_way_call(gpointer data)
{
    static void (*const operations[])(Way *) = {
        [BENCH_SIGN] = call_sign,
        [BENCH_VERIFY] = call_verify,
        [BENCH_ENCRYPT] = call_encrypt,
        [BENCH_DECRYPT] = call_decrypt,
    };
    Way *way = data;
    empty_out(way);
    operations[way->task->row.operation](way);
}

/* In pieces. */

static void
sign(Way *way)
{
    CMS_ContentInfo *cms = CMS_sign(way->certificate, way->key, NULL, NULL,
                                    CMS_DETACHED | CMS_BINARY | CMS_STREAM | CMS_PARTIAL);
    bench_check(cms != NULL, "CMS_sign");
    BIO *bio = CMS_dataInit(cms, NULL);
    bench_check(bio != NULL, "CMS_dataInit");
    write_content(way, bio);
    bench_check(CMS_dataFinal(cms, bio) && i2d_CMS_bio(way->out, cms), "CMS_dataFinal");
    BIO_free_all(bio);
    CMS_ContentInfo_free(cms);
}

static void
verify(Way *way)
{
    CMS_ContentInfo *cms = read_cms(way);
    BIO *content = open_octets(way->task->content);
    BIO *bio = CMS_dataInit(cms, content);
    bench_check(bio != NULL, "CMS_dataInit");
    while (BIO_read(bio, piece, sizeof piece) > 0)
        continue;
    CMS_SignerInfo *signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
    bench_check(CMS_set1_signers_certs(cms, way->certificates, CMS_NOINTERN) == 1 &&
                    CMS_SignerInfo_verify(signer) == 1 &&
                    CMS_SignerInfo_verify_content(signer, bio) == 1,
                "verifying");
    BIO_free_all(bio);
    CMS_ContentInfo_free(cms);
}

static void
encrypt(Way *way)
{
    const EVP_CIPHER *cipher = way->task->row.gcm ? EVP_aes_256_gcm() : EVP_aes_256_cbc();
    CMS_ContentInfo *cms =
        CMS_encrypt(way->certificates, NULL, cipher, CMS_BINARY | CMS_STREAM | CMS_PARTIAL);
    bench_check(cms != NULL, "CMS_encrypt");
    BIO *bio = BIO_new_CMS(way->out, cms);
    bench_check(bio != NULL, "BIO_new_CMS");
    write_content(way, bio);
    while (bio != way->out) {
        BIO *next = BIO_pop(bio);
        BIO_free(bio);
        bio = next;
    }
    CMS_ContentInfo_free(cms);
}

static void
decrypt(Way *way)
{
    CMS_ContentInfo *cms = read_cms(way);
    gsize n_read = 0;
    gint n = 0;
    bench_check(CMS_decrypt_set1_pkey(cms, way->key, way->certificate) == 1,
                "CMS_decrypt_set1_pkey");
    BIO *bio = CMS_dataInit(cms, NULL);
    bench_check(bio != NULL, "CMS_dataInit");
    while ((n = BIO_read(bio, way->task->out != NULL ? way->task->out + n_read : piece,
                         sizeof piece)) > 0)
        n_read += (gsize)n;
    bench_check(BIO_get_cipher_status(bio) == 1 && n_read == way->task->row.n_octets, "decrypting");
    BIO_free_all(bio);
    CMS_ContentInfo_free(cms);
}

void
libcrypto_way_run(gpointer data)
{
    static void (*const operations[])(Way *) = {
        [BENCH_SIGN] = sign,
        [BENCH_VERIFY] = verify,
        [BENCH_ENCRYPT] = encrypt,
        [BENCH_DECRYPT] = decrypt,
    };
    Way *way = data;
    empty_out(way);
    operations[way->task->row.operation](way);
}

GBytes *
libcrypto_make_cms(const BenchTask *task)
{
    Way *way = libcrypto_way_new(task);
    gchar *octets = NULL;
    libcrypto_way_run(way);
    glong n_octets = BIO_get_mem_data(way->out, &octets);
    GBytes *cms = g_bytes_new(octets, (gsize)n_octets);
    libcrypto_way_free(way);
    return cms;
}
