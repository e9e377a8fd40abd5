/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "nss-scoped.h"

/* The structures of PKCS#12 (RFC 7292 §4), as NSS's ASN.1 templates want them. NSS's own reader
 * writes all keys it finds into a data base; here they shall stay in memory. */

typedef struct {
    SECItem type;
    SECItem content; /* what [0] EXPLICIT wraps */
} Pkcs12ContentInfo;
extern const SEC_ASN1Template pkcs12_content_info_template[];
extern const SEC_ASN1Template pkcs12_authenticated_safe_template[]; /* Pkcs12ContentInfo ** */

typedef struct {
    SECAlgorithmID digest_algorithm;
    SECItem digest;
    SECItem salt;
    SECItem n_rounds; /* empty: 1 */
} Pkcs12MacData;

typedef struct {
    SECItem version;
    Pkcs12ContentInfo authenticated_safe;
    Pkcs12MacData mac; /* digest empty: absent */
} Pkcs12Pfx;
extern const SEC_ASN1Template pkcs12_pfx_template[];     /* reads; the MAC may be missing */
extern const SEC_ASN1Template pkcs12_mac_pfx_template[]; /* writes */

typedef struct {
    SECItem version;
    SECItem type;
    SECAlgorithmID algorithm;
    SECItem octets;
} Pkcs12EncryptedData;
extern const SEC_ASN1Template pkcs12_encrypted_data_template[];

typedef struct {
    SECItem type;
    SECItem value; /* what [0] EXPLICIT wraps */
    SECItem attributes;
} Pkcs12SafeBag;
extern const SEC_ASN1Template pkcs12_safe_contents_template[]; /* Pkcs12SafeBag ** */

typedef struct {
    SECItem type;
    SECItem octets;
} Pkcs12CertBag;
extern const SEC_ASN1Template pkcs12_cert_bag_template[];
