/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <pk11pub.h>

#include "enveloped-data.h"
#include "ephemeral-keys.h"
#include "recipient-info.h"

/* How the content-encryption key gets to a recipient: key transport (RFC 3370 §4.2, RFC 3560), key
 * agreement (RFC 5753, RFC 8418), and a password (RFC 3211). */

/**
 * key_management_unwrap:
 * @cipher: what the key is for
 * @out_genuine: %FALSE if the key could not be recovered; what is returned is then a random key, so
 * that time and errors do not tell whether its encryption was well formed (RFC 3218 §2.3.2). To be
 * used all the same, and its result thrown away
 *
 * Returns: (transfer full): or %NULL with CMS_ERROR_UNSUPPORTED, CMS_ERROR_KEY_LOCKED,
 * CMS_ERROR_LIMIT, CMS_ERROR_FAILED
 */
PK11SymKey *key_management_unwrap(const Recipient *recipient, GBytes *owner, CmsCipher cipher,
                                  gboolean *out_genuine, GError **error);

/* "rsa-pkcs1", "rsa-oaep", "ecdh-p256", "ecdh-x25519", "password"; NULL if the algorithm is not
 * known. */
gchar *key_management_dup_name(const Recipient *recipient);

/* Appends a RecipientInfo for @certificate. CMS_ERROR_UNSUPPORTED: the text names the certificate.
 * @ephemeral_keys: those of this message alone. @out_is_transport: whether it is a
 * KeyTransRecipientInfo. */
gboolean key_management_add(DerNode *recipient_infos, const Certificate *certificate,
                            PK11SymKey *content_key, const EnvelopeOptions *options,
                            EphemeralKeys *ephemeral_keys, gboolean *out_is_transport,
                            GError **error);
