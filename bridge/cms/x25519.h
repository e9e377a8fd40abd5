/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "nss-scoped.h"

/* Keys of X25519 (RFC 7748, RFC 8410) in the form in which NSS computes with them. Every NSS from
 * 3.87 on has the curve, under a name that is older than RFC 8410's, as an elliptic curve like
 * others; RFC 8410's names for it came much later, and no version needs them. */

#define X25519_OCTETS 32

/* Whether @oid is id-X25519 (RFC 8410 §3). */
gboolean x25519_is_named(const SECItem *oid);

/* @bits: subjectPublicKey of a certificate, or a point in its octets with their number in bits.
 * NULL with SEC_ERROR_BAD_KEY for another length. */
SECKEYPublicKey *x25519_public_key_new(const SECItem *bits) G_GNUC_WARN_UNUSED_RESULT;

/* A fresh key pair; NULL with NSS's error. */
SECKEYPrivateKey *x25519_generate(SECKEYPublicKey **out_public_key) G_GNUC_WARN_UNUSED_RESULT;

/* Writes a public key into a token, which younger versions do under the type's name of today alone.
 * FALSE with NSS's error. For keys of other kinds the same as PK11_ImportPublicKey(). */
gboolean x25519_store_public_key(PK11SlotInfo *slot, SECKEYPublicKey *key);

/**
 * x25519_prepare_key:
 * @key: CurvePrivateKey (RFC 8410 §7): the contents of privateKey
 * @error: CMS_ERROR_KEY, CMS_ERROR_UNSUPPORTED
 *
 * Returns: (transfer full): PrivateKeyInfo that NSS imports, with the public key that NSS wants
 * there; wiped when freed
 */
GBytes *x25519_prepare_key(const SECItem *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;
