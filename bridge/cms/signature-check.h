/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate.h"
#include "content-digest.h"

/* One public-key signature over one message. */

typedef enum {
    SIGNATURE_CHECK_UNSUPPORTED, /* this key or these parameters are not known here */
    SIGNATURE_CHECK_BAD,
    SIGNATURE_CHECK_GOOD
} SignatureCheck;

typedef struct {
    CmsSignature signature;
    CmsDigest digest;
    CmsAlgorithm algorithm; /* whose parameters count for RSASSA-PSS */
    GBytes *owner;          /* of what @algorithm points into */
    GBytes *octets;         /* the signature */
} SignatureInput;

/* What is signed. */
typedef struct {
    DigestValue value; /* its digest */
    GBytes *octets;    /* itself, for Ed25519, which signs no digest; else may be NULL */
} SignedMessage;

/* Whether @input is a signature by @certificate's key over @message. @out_detail: (nullable): with
 * UNSUPPORTED, why, for people, in English; else NULL. */
SignatureCheck signature_check(const SignatureInput *input, const SignedMessage *message,
                               const Certificate *certificate, gchar **out_detail);

/* Whether the certificate's key is so short that its signatures mean nothing today. */
gboolean signature_key_is_weak(const Certificate *certificate);
