/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate.h"
#include "content-digest.h"

/* One public-key signature over one digest. */

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

/* Whether @input is a signature by @certificate's key over octets with the digest @value. */
SignatureCheck signature_check(const SignatureInput *input, const DigestValue *value,
                               const Certificate *certificate);

/* Whether the certificate's key is so short that its signatures mean nothing today. */
gboolean signature_key_is_weak(const Certificate *certificate);
