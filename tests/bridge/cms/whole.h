/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "content-encryption.h"
#include "enveloped-data.h"
#include "signed-data.h"

/* What reads and makes sources, for tests that have small octets at hand and want them back. */

static inline GBytes *
whole_take(OctetSource *taken, GError **error)
{
    g_autoptr(OctetSource) source = taken;
    return source != NULL ? octet_source_to_bytes(source, error) : NULL;
}

static inline GBytes *
whole_sign(GBytes *content, const KeyPair *signer, const SignedDataOptions *options,
           CmsDigest *out_digest, GError **error)
{
    g_autoptr(OctetSource) source = octet_source_new_bytes(content);
    return whole_take(signed_data_sign(source, signer, options, out_digest, error), error);
}

static inline SignerResult *
whole_verify(const SignedData *data, guint index, GBytes *content, GPtrArray *candidates)
{
    g_autoptr(OctetSource) source = content != NULL ? octet_source_new_bytes(content) : NULL;
    return signed_data_verify(data, index, source, candidates);
}

static inline GBytes *
whole_content(const SignedData *data)
{
    return octet_source_to_bytes(signed_data_get_content(data), NULL);
}

static inline GBytes *
whole_encrypt(GBytes *content, GPtrArray *recipients, CmsCipher cipher, GError **error)
{
    const EnvelopeOptions options = {.cipher = cipher};
    g_autoptr(OctetSource) source = octet_source_new_bytes(content);
    return whole_take(enveloped_data_encrypt(source, recipients, &options, error), error);
}

static inline GBytes *
whole_decrypt(GBytes *ber, GPtrArray *pairs, EnvelopeFacts *out_facts, GError **error)
{
    const EnvelopeKeys keys = {.pairs = pairs};
    return whole_take(enveloped_data_decrypt(ber, &keys, out_facts, error), error);
}

static inline GBytes *
whole_cipher_encrypt(const ContentCipher *cipher, PK11SymKey *key, GBytes *plaintext,
                     GBytes *additional, guint8 out_tag[CONTENT_TAG_MAX])
{
    g_autoptr(OctetSource) source = octet_source_new_bytes(plaintext);
    return whole_take(content_cipher_encrypt(cipher, key, source, additional, out_tag, NULL), NULL);
}

static inline GBytes *
whole_cipher_decrypt(const ContentCipher *cipher, PK11SymKey *key, GBytes *ciphertext,
                     GBytes *additional, GBytes *tag)
{
    g_autoptr(OctetSource) source = octet_source_new_bytes(ciphertext);
    return whole_take(content_cipher_decrypt(cipher, key, source, additional, tag), NULL);
}
