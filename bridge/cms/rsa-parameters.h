/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "algorithm.h"

/* Parameters of the RSA schemes of PKCS #1 v2 (RFC 4055, RFC 8017 §A.2). FALSE: malformed, or with
 * digests or mask generation that are not known here. */

typedef struct {
    CmsDigest digest;
    CmsDigest mgf_digest; /* of MGF1 */
    guint n_salt_octets;
} RsaPssParameters;
gboolean rsa_pss_parameters_parse(GBytes *owner, BerSlice element,
                                  RsaPssParameters *out_parameters);

typedef struct {
    CmsDigest digest;
    CmsDigest mgf_digest; /* of MGF1 */
    BerSlice label;       /* of pSpecified */
} RsaOaepParameters;
gboolean rsa_oaep_parameters_parse(GBytes *owner, BerSlice element,
                                   RsaOaepParameters *out_parameters);
