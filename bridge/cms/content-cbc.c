/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-error.h"
#include "content-encryption-private.h"

#include <string.h>

/* Pieces from this length on go to the cipher where they are, shorter ones are put together: a call
 * of NSS costs as much as the encryption of some hundred octets. */
#define DIRECT_OCTETS 4096

/* Key, initialization vector and content stay together for good, so that every pass gives the same
 * octets and nothing else is ever encrypted with them. */
typedef struct {
    ContentCipher cipher;
    PK11SymKey *key;
    CK_ATTRIBUTE_TYPE operation; /* CKA_ENCRYPT or CKA_DECRYPT */
    OctetSource *input;
    guint64 n_octets; /* that come out */
} Stream;

typedef struct {
    const Stream *stream;
    OctetReader *reader;
    PK11Context *context;
    gsize n_block;
    OctetPiece piece; /* of the input: what is left of it */
    gsize n_buffer;   /* of each of the next two: whole blocks */
    guint8 *gathered; /* or NULL; input that is not where it can be worked on */
    gsize n_gathered;
    guint8 *output;
    guint64 n_given;
    gboolean is_finished;
} Pass;

static void
pass_free(gpointer data)
{
    Pass *pass = data;
    octet_reader_close(pass->reader);
    if (pass->context != NULL)
        PK11_DestroyContext(pass->context, PR_TRUE);
    if (pass->gathered != NULL)
        explicit_bzero(pass->gathered, pass->n_buffer);
    g_free(pass->gathered);
    explicit_bzero(pass->output, pass->n_buffer);
    g_free(pass->output);
    g_free(pass);
}

static gpointer
open_pass(gconstpointer origin, GError **error)
{
    const Stream *stream = origin;
    Pass *pass = g_new0(Pass, 1);
    pass->stream = stream;
    pass->n_block = cms_cipher_get_info(stream->cipher.cipher)->n_block_octets;
    pass->n_buffer =
        (gsize)MIN(octet_source_get_size(stream->input) + pass->n_block, OCTET_PIECE_MAX);
    pass->output = g_malloc(pass->n_buffer);
    pass->reader = octet_source_open(stream->input, error);
    if (pass->reader != NULL) {
        PORT_SetError(0);
        pass->context = content_cipher_open(&stream->cipher, stream->key, stream->operation);
        if (pass->context == NULL)
            cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot start the cipher");
    }
    if (pass->context != NULL)
        return pass;
    pass_free(pass);
    return NULL;
}

static void
gather(Pass *pass)
{
    if (pass->gathered == NULL)
        pass->gathered = g_malloc(pass->n_buffer);
    gsize n_octets = MIN(pass->piece.n_octets, pass->n_buffer - pass->n_gathered);
    memcpy(pass->gathered + pass->n_gathered, pass->piece.octets, n_octets);
    pass->n_gathered += n_octets;
    octet_piece_skip(&pass->piece, n_octets);
}

/* The next blocks of the input: as many as come at once, at least one; none at the end, where what
 * is no whole block has been gathered. */
static gboolean
next_run(Pass *pass, OctetPiece *out_run, GError **error)
{
    for (;;) {
        if (pass->piece.n_octets == 0 && !octet_reader_next(pass->reader, &pass->piece, error))
            return FALSE;
        gboolean ended = pass->piece.n_octets == 0;
        gsize n_whole = pass->piece.n_octets - pass->piece.n_octets % pass->n_block;
        if (pass->n_gathered == 0 && n_whole >= MIN(DIRECT_OCTETS, pass->n_buffer)) {
            *out_run = (OctetPiece){pass->piece.octets, MIN(n_whole, pass->n_buffer)};
            octet_piece_skip(&pass->piece, out_run->n_octets);
            return TRUE;
        }
        if (!ended)
            gather(pass);
        if (ended || pass->n_gathered == pass->n_buffer) {
            *out_run =
                (OctetPiece){pass->gathered, pass->n_gathered - pass->n_gathered % pass->n_block};
            return TRUE;
        }
    }
}

/* What of the gathered octets a run has not taken goes to the start. */
static void
keep_rest(Pass *pass, const OctetPiece *run)
{
    if (pass->gathered == NULL || run->octets != pass->gathered)
        return;
    pass->n_gathered -= run->n_octets;
    memmove(pass->gathered, pass->gathered + run->n_octets, pass->n_gathered);
}

static gboolean
run_cipher(Pass *pass, const guint8 *input, gsize n_octets, GError **error)
{
    int n_written = 0;
    PORT_SetError(0);
    return (PK11_CipherOp(pass->context, pass->output, &n_written, (int)n_octets, input,
                          (int)n_octets) == SECSuccess &&
            (gsize)n_written == n_octets) ||
           cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot run the cipher");
}

/* RFC 5652 §6.3: one to a block of octets are added, each the number of them. */
static gboolean
run_last_block(Pass *pass, GError **error)
{
    guint8 last[CMS_CIPHER_MAX_BLOCK_OCTETS];
    memset(last, (gint)(pass->n_block - pass->n_gathered), sizeof last);
    if (pass->n_gathered > 0)
        memcpy(last, pass->gathered, pass->n_gathered);
    gboolean good = run_cipher(pass, last, pass->n_block, error);
    explicit_bzero(last, sizeof last);
    pass->is_finished = TRUE;
    return good;
}

static gboolean
next_encrypted(gpointer data, OctetPiece *out_piece, GError **error)
{
    Pass *pass = data;
    OctetPiece run;
    if (pass->is_finished)
        return TRUE;
    if (!next_run(pass, &run, error))
        return FALSE;
    if (run.n_octets == 0 ? !run_last_block(pass, error)
                          : !run_cipher(pass, run.octets, run.n_octets, error))
        return FALSE;
    keep_rest(pass, &run);
    *out_piece = (OctetPiece){pass->output, run.n_octets == 0 ? pass->n_block : run.n_octets};
    return TRUE;
}

/* All of the padding is looked at, and always a whole block of it, whatever it says: neither what
 * is accepted nor the time tells more than whether it is right. */
static gboolean
padding_is_right(const guint8 *octets, gsize n_octets, gsize n_block, gsize *out_n_padding)
{
    guint n_padding = octets[n_octets - 1];
    guint wrong = (guint)(n_padding == 0) | (guint)(n_padding > n_block);
    for (guint i = 0; i < n_block; i++) {
        guint counts = (guint)(i < n_padding);
        wrong |= counts & (guint)(octets[n_octets - 1 - i] != n_padding);
    }
    *out_n_padding = n_padding;
    return wrong == 0;
}

static gboolean
next_decrypted(gpointer data, OctetPiece *out_piece, GError **error)
{
    Pass *pass = data;
    OctetPiece run;
    gsize n_padding = 0;
    if (pass->is_finished)
        return TRUE;
    if (!next_run(pass, &run, error) ||
        (run.n_octets > 0 && !run_cipher(pass, run.octets, run.n_octets, error)))
        return FALSE;
    keep_rest(pass, &run);
    guint64 n_left = pass->stream->n_octets - pass->n_given;
    pass->is_finished = run.n_octets == 0 || run.n_octets > n_left;
    /* The padding has been found right; the file that the octets are in may be another by now. */
    if (pass->is_finished &&
        (run.n_octets == 0 ||
         !padding_is_right(pass->output, run.n_octets, pass->n_block, &n_padding) ||
         run.n_octets - n_padding != n_left)) {
        g_set_error_literal(error, OCTET_ERROR, OCTET_ERROR_FAILED,
                            "the encrypted octets have changed meanwhile");
        return FALSE;
    }
    *out_piece = (OctetPiece){pass->output, run.n_octets - n_padding};
    pass->n_given += out_piece->n_octets;
    return TRUE;
}

static void
stream_free(gpointer data)
{
    Stream *stream = data;
    PK11_FreeSymKey(stream->key);
    octet_source_unref(stream->input);
    g_free(stream);
}

static const OctetSourceType encrypted_type = {
    .open = open_pass,
    .next = next_encrypted,
    .close = pass_free,
    .free_origin = stream_free,
};

static const OctetSourceType decrypted_type = {
    .open = open_pass,
    .next = next_decrypted,
    .close = pass_free,
    .free_origin = stream_free,
};

static OctetSource *
stream_new(const Stream *values, const OctetSourceType *type)
{
    Stream *stream = g_memdup2(values, sizeof *values);
    stream->key = PK11_ReferenceSymKey(values->key);
    stream->input = octet_source_ref(values->input);
    return octet_source_new(type, stream, stream->n_octets);
}

OctetSource *
content_cbc_encrypt(const ContentCipher *cipher, PK11SymKey *key, OctetSource *plaintext)
{
    guint64 n_octets = octet_source_get_size(plaintext);
    gsize n_block = cms_cipher_get_info(cipher->cipher)->n_block_octets;
    Stream stream = {*cipher, key, CKA_ENCRYPT, plaintext, n_octets + n_block - n_octets % n_block};
    return stream_new(&stream, &encrypted_type);
}

/* Decrypts the last block, for which the one before it is all that is needed. */
static gboolean
look_at_padding(const ContentCipher *cipher, PK11SymKey *key, GBytes *end, gsize n_block,
                gsize *out_n_padding)
{
    gsize n_end = 0;
    int n_written = 0;
    const guint8 *octets = g_bytes_get_data(end, &n_end);
    guint8 last[CMS_CIPHER_MAX_BLOCK_OCTETS];
    ContentCipher chained = *cipher;
    if (n_end > n_block)
        memcpy(chained.nonce, octets, n_block);
    g_autoptr(PK11Context) context = content_cipher_open(&chained, key, CKA_DECRYPT);
    gboolean right = context != NULL &&
                     PK11_CipherOp(context, last, &n_written, (int)n_block,
                                   octets + n_end - n_block, (int)n_block) == SECSuccess &&
                     (gsize)n_written == n_block &&
                     padding_is_right(last, n_block, n_block, out_n_padding);
    explicit_bzero(last, sizeof last);
    return right;
}

OctetSource *
content_cbc_decrypt(const ContentCipher *cipher, PK11SymKey *key, OctetSource *ciphertext)
{
    guint64 n_octets = octet_source_get_size(ciphertext);
    gsize n_padding = 0;
    gsize n_block = cms_cipher_get_info(cipher->cipher)->n_block_octets;
    if (n_octets == 0 || n_octets % n_block != 0)
        return NULL;
    g_autoptr(GBytes) end = octet_source_get_end(ciphertext, 2 * n_block, NULL);
    if (end == NULL || !look_at_padding(cipher, key, end, n_block, &n_padding))
        return NULL;
    Stream stream = {*cipher, key, CKA_DECRYPT, ciphertext, n_octets - n_padding};
    return stream_new(&stream, &decrypted_type);
}
