/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "content-encryption.h"
#include "nss-scoped.h"

/* The two kinds of cipher, each in a file of its own. */

/* @operation: CKA_ENCRYPT or CKA_DECRYPT. NULL with the reason in NSS. */
PK11Context *content_cipher_open(const ContentCipher *cipher, PK11SymKey *key,
                                 CK_ATTRIBUTE_TYPE operation);

/* content-cbc.c */
OctetSource *content_cbc_encrypt(const ContentCipher *cipher, PK11SymKey *key,
                                 OctetSource *plaintext);
OctetSource *content_cbc_decrypt(const ContentCipher *cipher, PK11SymKey *key,
                                 OctetSource *ciphertext);

/* content-aead.c */
OctetSource *content_aead_encrypt(const ContentCipher *cipher, PK11SymKey *key,
                                  OctetSource *plaintext, GBytes *additional,
                                  guint8 out_tag[CONTENT_TAG_MAX], GError **error);
OctetSource *content_aead_decrypt(const ContentCipher *cipher, PK11SymKey *key,
                                  OctetSource *ciphertext, GBytes *additional, GBytes *tag);
