/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "der-writer.h"
#include "key-pair.h"
#include "rsa-parameters.h"

/* Signatures of our own: the counterpart of signature-check.h. */

/* How a key signs. */
typedef struct {
    CmsSignature signature;
    CmsDigest digest;              /* digestAlgorithm of the SignerInfo */
    RsaPssParameters pss;          /* for CMS_SIGNATURE_RSA_PSS */
    SECKEYPrivateKey *private_key; /* borrowed from the pair */
} SignatureScheme;

/**
 * signature_scheme_choose:
 * @digest: CMS_DIGEST_UNKNOWN: what the certificate asks for, else what suits the key (P-384:
 * SHA-384, P-521 and Ed25519: SHA-512, else SHA-256)
 *
 * A key of rsaEncryption signs with PKCS#1 v1.5, which every reader knows; one of id-RSASSA-PSS
 * within the parameters of its certificate (RFC 4055 §3.1), with a salt as long as the digest
 * unless that asks for more. Fails with CMS_ERROR_UNSUPPORTED, also for a weak digest and where the
 * NSS at hand lacks the algorithm, or CMS_ERROR_KEY_LOCKED.
 */
gboolean signature_scheme_choose(const KeyPair *signer, CmsDigest digest,
                                 SignatureScheme *out_scheme, GError **error);

/* Appends its AlgorithmIdentifier as signatureAlgorithm has it. */
void signature_scheme_add_algorithm(DerNode *parent, const SignatureScheme *scheme);

/* Signs @octets. CMS_ERROR_KEY_LOCKED, CMS_ERROR_FAILED. */
GBytes *signature_make(const SignatureScheme *scheme, GBytes *octets,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
