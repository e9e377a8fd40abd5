/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "algorithm.h"
#include "der-writer.h"

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
    gboolean has_label;   /* pSpecified that is not empty */
} RsaOaepParameters;
/* Of an element that is absent (octets NULL): all defaults, which RFC 3560 §3 wants written out but
 * some leave away. */
gboolean rsa_oaep_parameters_parse(GBytes *owner, BerSlice element,
                                   RsaOaepParameters *out_parameters);
/* Appends the AlgorithmIdentifier of id-RSAES-OAEP, digest and mask generation written out, without
 * a label. */
void rsa_oaep_parameters_add(DerNode *parent, const RsaOaepParameters *parameters);
/* What NSS makes of them; borrows nothing. */
CK_RSA_PKCS_OAEP_PARAMS rsa_oaep_parameters_for_nss(const RsaOaepParameters *parameters);
