/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate.h"

/* What may be computed with the public keys that a peer sends. Each key, signer and certificate can
 * be within its own limit, and all of them together take minutes: a budget bounds the sum.
 *
 * One unit is about a microsecond of a desktop's processor, as NSS 3.87 computes; old and small
 * machines take some times as long. */
typedef struct {
    guint n_left;
} SignatureWork;

/* To verify one signature under @certificate's key over @n_octets. Of an RSA key, the dearest
 * exponent is assumed that is taken. */
guint signature_work_of(const Certificate *certificate, gsize n_octets);

/* FALSE if that is more than what is left, of which it is taken otherwise. */
gboolean signature_work_take(SignatureWork *work, const Certificate *certificate, gsize n_octets);
