/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <pk11pub.h>

#include "algorithm.h"
#include "der-writer.h"
#include "octet-source.h"

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

/* The ciphertext. CBC: made of @plaintext whenever it is read, in constant memory. AEAD: made here,
 * in memory as long as it, since NSS does it in one call.
 * @additional: for AEAD: authenticated as well; may be NULL. @out_tag: written for AEAD. */
OctetSource *content_cipher_encrypt(const ContentCipher *cipher, PK11SymKey *key,
                                    OctetSource *plaintext, GBytes *additional,
                                    guint8 out_tag[CONTENT_TAG_MAX],
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The plaintext; NULL for every failure, which are not told apart. CBC: made of @ciphertext
 * whenever it is read, in constant memory; its padding has been looked at. AEAD: in memory that is
 * wiped when it is freed; nothing is released before the tag holds.
 * @additional, @tag: for AEAD; the former may be NULL. */
OctetSource *content_cipher_decrypt(const ContentCipher *cipher, PK11SymKey *key,
                                    OctetSource *ciphertext, GBytes *additional,
                                    GBytes *tag) G_GNUC_WARN_UNUSED_RESULT;
