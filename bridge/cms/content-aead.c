/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "cms-error.h"
#include "content-encryption-private.h"
#include "core-limits.h"
#include "octet-spool.h"
#include "wiped-octets.h"

/* What has to be in memory as a whole: the cipher works in one call. */
typedef struct {
    guint8 *buffer;      /* room for the result, and for the input if it is not at hand */
    const guint8 *input; /* may be @buffer: the cipher works in place */
    gsize n_octets;
    gsize n_filled; /* of @buffer by append() */
} Whole;

static gboolean
append(const guint8 *octets, gsize n_octets, gpointer user_data, GError **error G_GNUC_UNUSED)
{
    Whole *whole = user_data;
    g_assert(n_octets <= whole->n_octets - whole->n_filled);
    memcpy(whole->buffer + whole->n_filled, octets, n_octets);
    whole->n_filled += n_octets;
    return TRUE;
}

static gboolean
whole_init(Whole *whole, const OctetSource *input, GError **error)
{
    if (octet_source_get_size(input) > LIMIT_BUFFERED_OCTETS) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT,
                    "content of more than %u octets for a cipher that authenticates",
                    LIMIT_BUFFERED_OCTETS);
        return FALSE;
    }
    GBytes *at_hand = octet_source_peek_bytes(input);
    const guint8 *octets = at_hand != NULL ? g_bytes_get_data(at_hand, NULL) : NULL;
    whole->n_octets = (gsize)octet_source_get_size(input);
    whole->buffer = g_malloc(MAX(whole->n_octets, 1));
    octets_expect(whole->buffer, whole->n_octets);
    whole->input = whole->buffer;
    if (octets != NULL && !octets_are_mapped(octets)) {
        whole->input = octets;
        return TRUE;
    }
    /* A file's pages would all be in memory too: they are given back behind the reader. */
    return octet_source_read(input, append, whole, error);
}

static void
whole_clear(Whole *whole)
{
    wiped_octets_free(g_steal_pointer(&whole->buffer), whole->n_octets);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Whole, whole_clear)

static gboolean
run_cipher(const ContentCipher *cipher, PK11SymKey *key, CK_ATTRIBUTE_TYPE operation,
           const Whole *whole, GBytes *additional, guint8 tag[CONTENT_TAG_MAX])
{
    g_autoptr(PK11Context) context = content_cipher_open(cipher, key, operation);
    guint8 nonce[CONTENT_NONCE_MAX];
    gsize n_additional = 0;
    int n_written = 0;
    const guint8 *aad = additional != NULL ? g_bytes_get_data(additional, &n_additional) : NULL;
    if (context == NULL)
        return FALSE;
    memcpy(nonce, cipher->nonce, sizeof nonce);
    return PK11_AEADOp(context, CKG_NO_GENERATE, 0, nonce, (int)cipher->n_nonce, aad,
                       (int)n_additional, whole->buffer, &n_written, (int)whole->n_octets, tag,
                       (int)cipher->n_tag, whole->input, (int)whole->n_octets) == SECSuccess;
}

static OctetSource *
whole_to_source(Whole *whole)
{
    g_autoptr(GBytes) octets =
        wiped_octets_to_bytes(g_steal_pointer(&whole->buffer), whole->n_octets);
    return octet_source_new_bytes(octets);
}

OctetSource *
content_aead_encrypt(const ContentCipher *cipher, PK11SymKey *key, OctetSource *plaintext,
                     GBytes *additional, guint8 out_tag[CONTENT_TAG_MAX], GError **error)
{
    g_auto(Whole) whole = {0};
    if (!whole_init(&whole, plaintext, error))
        return NULL;
    PORT_SetError(0);
    if (run_cipher(cipher, key, CKA_ENCRYPT, &whole, additional, out_tag))
        return whole_to_source(&whole);
    cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot encrypt the content");
    return NULL;
}

OctetSource *
content_aead_decrypt(const ContentCipher *cipher, PK11SymKey *key, OctetSource *ciphertext,
                     GBytes *additional, GBytes *tag)
{
    g_auto(Whole) whole = {0};
    guint8 tag_copy[CONTENT_TAG_MAX];
    if (tag == NULL || g_bytes_get_size(tag) != cipher->n_tag ||
        !whole_init(&whole, ciphertext, NULL))
        return NULL;
    memcpy(tag_copy, g_bytes_get_data(tag, NULL), cipher->n_tag);
    return run_cipher(cipher, key, CKA_DECRYPT, &whole, additional, tag_copy)
               ? whole_to_source(&whole)
               : NULL;
}
