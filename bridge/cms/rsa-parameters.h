/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "algorithm.h"
#include "certificate.h"
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
/* Appends the AlgorithmIdentifier of id-RSASSA-PSS, with everything written out that is not the
 * default (RFC 4055 §3.1: DER leaves that out). */
void rsa_pss_parameters_add(DerNode *parent, const RsaPssParameters *parameters);
/* The longest salt that a key of @key_bits has room for (RFC 8017 §9.1.1); -1: none, not even one
 * of no octets. */
gint rsa_pss_get_salt_max(guint key_bits, CmsDigest digest);

/* What NSS makes of them. */
CK_RSA_PKCS_PSS_PARAMS rsa_pss_parameters_for_nss(const RsaPssParameters *parameters);

/* What a key lets itself be used with (RFC 4055 §3.1). */
typedef enum {
    RSA_PSS_KEY_UNREADABLE, /* parameters that are not known here */
    RSA_PSS_KEY_FREE,       /* any: no parameters, or a key of rsaEncryption */
    RSA_PSS_KEY_BOUND       /* those, and no shorter salt */
} RsaPssKey;
/* @out_parameters: written only for RSA_PSS_KEY_BOUND. */
RsaPssKey rsa_pss_key_read(const Certificate *certificate, RsaPssParameters *out_parameters);

typedef struct {
    CmsDigest digest;
    CmsDigest mgf_digest; /* of MGF1 */
    BerSlice label;       /* pSpecified: octets of what was parsed; none unless it says so */
} RsaOaepParameters;
/* Of an element that is absent (octets NULL): all defaults, which RFC 3560 §3 wants written out but
 * some leave away. The label's length is not limited here. */
gboolean rsa_oaep_parameters_parse(GBytes *owner, BerSlice element,
                                   RsaOaepParameters *out_parameters);
/* Appends the AlgorithmIdentifier of id-RSAES-OAEP, digest and mask generation written out. There
 * must not be a label: none is ever written. */
void rsa_oaep_parameters_add(DerNode *parent, const RsaOaepParameters *parameters);
/* What NSS makes of them; borrows the label. */
CK_RSA_PKCS_OAEP_PARAMS rsa_oaep_parameters_for_nss(const RsaOaepParameters *parameters);
