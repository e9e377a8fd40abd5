/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "agreed-key.h"

/* The originator's keys of one message: a fresh pair for each curve, made when the first recipient
 * on it wants one, and used for all of them (RFC 5753 §3.1.1 has one for each
 * KeyAgreeRecipientInfo, which may be for many recipients). The key-encryption keys still differ,
 * since the recipients' own keys do; and to whom one of them is known, or who learns about the
 * ephemeral key by a bad point, the content-encryption key is known in any case. Never kept for
 * another message. */
typedef struct EphemeralKeys EphemeralKeys;

typedef struct {
    SECKEYPrivateKey *private_key;
    SECKEYPublicKey *public_key;
} EphemeralKey;

EphemeralKeys *ephemeral_keys_new(void) G_GNUC_WARN_UNUSED_RESULT;
void ephemeral_keys_free(EphemeralKeys *keys);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EphemeralKeys, ephemeral_keys_free)

/* @recipient: a key on @curve. Returns (transfer none), or NULL with CMS_ERROR_FAILED. */
const EphemeralKey *ephemeral_keys_get(EphemeralKeys *keys, const AgreementCurve *curve,
                                       SECKEYPublicKey *recipient, GError **error);
