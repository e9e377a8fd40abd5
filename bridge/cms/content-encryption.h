/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <pk11pub.h>

#include "algorithm.h"
#include "der-writer.h"

/* The symmetric half of EnvelopedData and AuthEnvelopedData: one content-encryption key, one
 * cipher. */

#define CONTENT_NONCE_MAX 128
#define CONTENT_TAG_MAX   16

typedef struct {
    CmsCipher cipher;
    guint8 nonce[CONTENT_NONCE_MAX]; /* the initialization vector, or GCM's nonce */
    gsize n_nonce;
    gsize n_tag; /* aes-ICVlen of RFC 5084 §3.2 */
    guint rc2_effective_bits;
} ContentCipher;

/* From contentEncryptionAlgorithm. CMS_ERROR_UNSUPPORTED (the text has the OID),
 * CMS_ERROR_MALFORMED. */
gboolean content_cipher_parse(GBytes *owner, const CmsAlgorithm *algorithm,
                              ContentCipher *out_cipher, GError **error);
/* With a fresh nonce. */
gboolean content_cipher_init(CmsCipher cipher, ContentCipher *out_cipher, GError **error);
/* Appends the AlgorithmIdentifier. */
void content_cipher_add(DerNode *parent, const ContentCipher *cipher);

/* @additional: for AEAD: authenticated as well; may be NULL. @out_tag: written for AEAD. */
GBytes *content_cipher_encrypt(const ContentCipher *cipher, PK11SymKey *key, GBytes *plaintext,
                               GBytes *additional, guint8 out_tag[CONTENT_TAG_MAX], GError **error);

/* The plaintext, in memory that is wiped when it is freed; NULL for every failure, which are not
 * told apart.
 * @additional, @tag: for AEAD; the former may be NULL. Nothing is released before the tag holds. */
GBytes *content_cipher_decrypt(const ContentCipher *cipher, PK11SymKey *key, GBytes *ciphertext,
                               GBytes *additional, GBytes *tag);
