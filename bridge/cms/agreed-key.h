/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <pk11pub.h>

#include "algorithm.h"
#include "certificate.h"

/* Key-encryption keys that two parties agree on (RFC 5753, RFC 8418): the curves, the
 * Diffie-Hellman schemes with their key derivation, and the key wraps. */

typedef struct {
    CertificateKeyType key_type;
    guint bits;
    const gchar *name; /* "p256" */
    Oid algorithm;     /* of public keys in messages */
    Oid oid;           /* what its parameters may name; OID_UNKNOWN: they are absent */
    gsize n_point_octets;
    gsize n_secret_octets;
    Oid scheme; /* what is written: derivation of the curve's strength (RFC 5753 §8, RFC 8551 §2.3)
                 */
} AgreementCurve;
/* NULL: no key for key agreement, or on another curve. */
const AgreementCurve *agreement_curve_find(const Certificate *certificate);

typedef struct {
    Oid oid;
    gboolean is_cofactor;   /* the same on these curves, whose cofactor is one; not of X25519 */
    CK_ULONG x963;          /* derivation of X9.63; 0: HKDF … */
    CK_MECHANISM_TYPE hkdf; /* … with this digest */
} AgreementScheme;
/* NULL: not known, or not for @curve. */
const AgreementScheme *agreement_scheme_find(Oid oid, const AgreementCurve *curve);

/* How long the key of a key wrap is; 0: it is not one of AES's. */
gsize key_wrap_get_key_octets(Oid oid);
/* OID_UNKNOWN if there is none for keys of that length. */
Oid key_wrap_for_key_octets(gsize n_octets);

/**
 * agreed_key_derive:
 * @wrap: AlgorithmIdentifier of the key wrap, octet by octet as in the message
 * @ukm: (nullable): user keying material
 * @n_octets: of the key that is derived
 * @operation: CKA_WRAP or CKA_UNWRAP
 *
 * Returns: a key for CKM_NSS_AES_KEY_WRAP, or NULL with NSS's error: for a point that is not on the
 * curve, too, and for a shared secret of zeros (RFC 8418 §5)
 */
PK11SymKey *agreed_key_derive(SECKEYPrivateKey *own, SECKEYPublicKey *other,
                              const AgreementCurve *curve, const AgreementScheme *scheme,
                              BerSlice wrap, GBytes *ukm, gsize n_octets,
                              CK_ATTRIBUTE_TYPE operation);
