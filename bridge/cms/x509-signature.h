/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "signature-check.h"

/* The signature of a certificate or CRL: SEQUENCE { what is signed, AlgorithmIdentifier, BIT STRING
 * } (RFC 5280 §4.1.1, §5.1.1). */

/**
 * x509_signature_check:
 * @der: the whole certificate or CRL
 * @issuer: whose key is tried
 *
 * SHA-1 is taken: authorities of the time before 2016 are in use still, and it is the authority
 * that chose what it signed. MD5 and less are SIGNATURE_CHECK_UNSUPPORTED, as are keys too weak to
 * mean anything. BAD also for what is malformed, or names another algorithm inside than outside.
 */
SignatureCheck x509_signature_check(GBytes *der, const Certificate *issuer);

/* The same, but MD5 is computed. @out_weak: whether it was that: a signature that others can have
 * got for another certificate than the authority saw. */
SignatureCheck x509_signature_examine(GBytes *der, const Certificate *issuer, gboolean *out_weak);
