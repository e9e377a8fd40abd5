/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "core-limits.h"
#include "ephemeral-keys.h"
#include "key-management.h"

/* The ways, each in a file of its own. Where the answer does not depend on the key, because an
 * algorithm is not supported or a limit is passed, @out_objection says why. */

typedef enum {
    KEY_UNWRAP_UNSUPPORTED,
    KEY_UNWRAP_LIMIT,
    KEY_UNWRAP_LOCKED,
    KEY_UNWRAP_WRONG,
    KEY_UNWRAP_DONE
} KeyUnwrap;

/* key-transport.c */
#define KEY_TRANSPORT_MAX_OCTETS (LIMIT_RSA_BITS_MAX / 8)
/* The octets of the key that is transported; @out_octets has room for KEY_TRANSPORT_MAX_OCTETS. */
KeyUnwrap key_transport_unwrap(const Recipient *recipient, GBytes *owner, guint8 *out_octets,
                               unsigned *out_n_octets, const gchar **out_objection);
gboolean key_transport_add(DerNode *recipient_infos, const Certificate *certificate,
                           SECKEYPublicKey *public_key, PK11SymKey *content_key,
                           CmsKeyTransport transport, GError **error);

/* key-agreement.c */
KeyUnwrap key_agreement_unwrap(const Recipient *recipient, GBytes *owner, CmsCipher cipher,
                               PK11SymKey **out_key, const gchar **out_objection);
gboolean key_agreement_add(DerNode *recipient_infos, const Certificate *certificate,
                           SECKEYPublicKey *public_key, PK11SymKey *content_key, CmsCipher cipher,
                           EphemeralKeys *ephemeral_keys, GError **error);
/* "p256", or NULL. */
const gchar *key_agreement_get_curve_name(const Certificate *certificate);

/* key-password.c */
/* As key_transport_unwrap(). */
KeyUnwrap key_password_unwrap(const Recipient *recipient, GBytes *owner, guint8 *out_octets,
                              unsigned *out_n_octets, const gchar **out_objection);
