/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "algorithm.h"
#include "key-pair.h"
#include "octet-source.h"

/* EnvelopedData of RFC 5652 §6 and AuthEnvelopedData of RFC 5083, 5084: written in DER, read in
 * BER. */

typedef struct {
    CmsCipher cipher;              /* CBC makes EnvelopedData, GCM AuthEnvelopedData */
    CmsKeyTransport key_transport; /* for RSA keys; those of id-RSAES-OAEP get OAEP always */
    /* (nullable) (element-type Certificate), a set: recipients who are known to read OAEP, by their
     * capabilities for instance; it is written for them whatever is chosen for the others */
    GHashTable *oaep_readers;
} EnvelopeOptions;

/**
 * enveloped_data_encrypt:
 * @content: CRLF-canonical MIME entity. With CBC it is read, and encrypted, whenever the result is
 * read; with GCM here and at once
 * @recipients: (element-type Certificate): at least one. RSA: key transport; EC:
 * ephemeral-static ECDH, X9.63 KDF with SHA-256/384/512 by curve, AES key wrap as long as the
 * content key (RFC 5753), the ephemeral key fresh for the message and the same for all recipients
 * on a curve, each with a KeyAgreeRecipientInfo of its own, which every reader knows. Named by
 * issuerAndSerialNumber; twice the same certificate gives one RecipientInfo
 *
 * Returns: (transfer full): DER of the ContentInfo, the same octets in every pass; or %NULL with
 * CMS_ERROR_UNSUPPORTED (the text names the certificate, or the cipher), CMS_ERROR_LIMIT,
 * CMS_ERROR_FAILED, or the error of a @content that can't be read. To be freed before
 * cms_shutdown()
 */
OctetSource *enveloped_data_encrypt(OctetSource *content, GPtrArray *recipients,
                                    const EnvelopeOptions *options,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    gboolean authenticated; /* AuthEnvelopedData */
    CmsCipher cipher;
    gchar *key_management;  /* of the recipient that was opened: "rsa-pkcs1", …; or NULL */
    Certificate *recipient; /* whose key opened it; or NULL: a password */
    guint n_recipients;
    guint64 n_rounds; /* of key derivation that it asked for, with EnvelopeKeys.n_rounds_before */
} EnvelopeFacts;
void envelope_facts_clear(EnvelopeFacts *facts);

/* What may open an envelope. */
typedef struct {
    GPtrArray *pairs;        /* (element-type KeyPair) */
    gchar *password;         /* (nullable): UTF-8, for recipients that have a password (RFC 3211) */
    guint n_rounds_max;      /* of key derivation for one message; 0: LIMIT_PASSWORD_ROUNDS */
    guint64 n_rounds_before; /* that the envelopes round this one have asked for */
} EnvelopeKeys;
/* Takes @pairs, copies @password. */
EnvelopeKeys *envelope_keys_new(GPtrArray *pairs, const gchar *password);
void envelope_keys_free(EnvelopeKeys *keys); /* wipes the password */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EnvelopeKeys, envelope_keys_free)

/**
 * enveloped_data_decrypt:
 * @keys: every key pair that a RecipientInfo names is tried, by issuer and
 * serial number or by key identifier (all keys with the same identifier, RFC 8551 §2.6)
 * @out_facts: (out caller-allocates) (optional): filled as far as known, on failure too; to be
 * cleared by the caller
 * @error: CMS_ERROR_NOT_FOR_US, CMS_ERROR_KEY_LOCKED, CMS_ERROR_UNSUPPORTED, CMS_ERROR_MALFORMED,
 * CMS_ERROR_LIMIT, CMS_ERROR_CONTENT_TYPE (not enveloped, or what is encrypted is not id-data); and
 * CMS_ERROR_DECRYPT, the same for wrong key, wrong padding and wrong tag
 *
 * With CBC the plaintext is what it is: nobody vouches for it unless it is signed inside.
 *
 * Everything that can fail is looked at here, before the first octet is given out: with AEAD the
 * tag, over plaintext in memory that is wiped when it is freed; with CBC the padding, of which the
 * last two blocks tell, and the plaintext is made whenever it is read. Keeps a reference on @ber.
 *
 * Returns: (transfer full): the content, to be freed before cms_shutdown(); or %NULL
 */
OctetSource *enveloped_data_decrypt(GBytes *ber, const EnvelopeKeys *keys, EnvelopeFacts *out_facts,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
