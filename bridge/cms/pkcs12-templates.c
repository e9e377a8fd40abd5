/* SPDX-License-Identifier: MPL-2.0 */

#include "pkcs12-private.h"

#define EXPLICIT_0 (SEC_ASN1_EXPLICIT | SEC_ASN1_CONSTRUCTED | SEC_ASN1_CONTEXT_SPECIFIC | 0)

const SEC_ASN1Template pkcs12_content_info_template[] = {
    {SEC_ASN1_SEQUENCE, 0, NULL, sizeof(Pkcs12ContentInfo)},
    {SEC_ASN1_OBJECT_ID, offsetof(Pkcs12ContentInfo, type), NULL, 0},
    {EXPLICIT_0, offsetof(Pkcs12ContentInfo, content), SEC_AnyTemplate, 0},
    {0, 0, NULL, 0},
};

const SEC_ASN1Template pkcs12_authenticated_safe_template[] = {
    {SEC_ASN1_SEQUENCE_OF, 0, pkcs12_content_info_template, 0},
};

static const SEC_ASN1Template digest_info_template[] = {
    {SEC_ASN1_SEQUENCE, 0, NULL, 0},
    {SEC_ASN1_INLINE, offsetof(Pkcs12MacData, digest_algorithm), SECOID_AlgorithmIDTemplate, 0},
    {SEC_ASN1_OCTET_STRING, offsetof(Pkcs12MacData, digest), NULL, 0},
    {0, 0, NULL, 0},
};

static const SEC_ASN1Template mac_data_template[] = {
    {SEC_ASN1_SEQUENCE, 0, NULL, sizeof(Pkcs12MacData)},
    {SEC_ASN1_INLINE, 0, digest_info_template, 0},
    {SEC_ASN1_OCTET_STRING, offsetof(Pkcs12MacData, salt), NULL, 0},
    {SEC_ASN1_OPTIONAL | SEC_ASN1_INTEGER, offsetof(Pkcs12MacData, n_rounds), NULL, 0},
    {0, 0, NULL, 0},
};

const SEC_ASN1Template pkcs12_pfx_template[] = {
    {SEC_ASN1_SEQUENCE, 0, NULL, sizeof(Pkcs12Pfx)},
    {SEC_ASN1_INTEGER, offsetof(Pkcs12Pfx, version), NULL, 0},
    {SEC_ASN1_INLINE, offsetof(Pkcs12Pfx, authenticated_safe), pkcs12_content_info_template, 0},
    {SEC_ASN1_OPTIONAL | SEC_ASN1_INLINE, offsetof(Pkcs12Pfx, mac), mac_data_template, 0},
    {0, 0, NULL, 0},
};

const SEC_ASN1Template pkcs12_mac_pfx_template[] = {
    {SEC_ASN1_SEQUENCE, 0, NULL, sizeof(Pkcs12Pfx)},
    {SEC_ASN1_INTEGER, offsetof(Pkcs12Pfx, version), NULL, 0},
    {SEC_ASN1_INLINE, offsetof(Pkcs12Pfx, authenticated_safe), pkcs12_content_info_template, 0},
    {SEC_ASN1_INLINE, offsetof(Pkcs12Pfx, mac), mac_data_template, 0},
    {0, 0, NULL, 0},
};

static const SEC_ASN1Template encrypted_content_info_template[] = {
    {SEC_ASN1_SEQUENCE, 0, NULL, 0},
    {SEC_ASN1_OBJECT_ID, offsetof(Pkcs12EncryptedData, type), NULL, 0},
    {SEC_ASN1_INLINE, offsetof(Pkcs12EncryptedData, algorithm), SECOID_AlgorithmIDTemplate, 0},
    {SEC_ASN1_CONTEXT_SPECIFIC | 0, offsetof(Pkcs12EncryptedData, octets), SEC_OctetStringTemplate,
     0},
    {0, 0, NULL, 0},
};

const SEC_ASN1Template pkcs12_encrypted_data_template[] = {
    {SEC_ASN1_SEQUENCE, 0, NULL, sizeof(Pkcs12EncryptedData)},
    {SEC_ASN1_INTEGER, offsetof(Pkcs12EncryptedData, version), NULL, 0},
    {SEC_ASN1_INLINE, 0, encrypted_content_info_template, 0},
    {0, 0, NULL, 0},
};

static const SEC_ASN1Template safe_bag_template[] = {
    {SEC_ASN1_SEQUENCE, 0, NULL, sizeof(Pkcs12SafeBag)},
    {SEC_ASN1_OBJECT_ID, offsetof(Pkcs12SafeBag, type), NULL, 0},
    {EXPLICIT_0, offsetof(Pkcs12SafeBag, value), SEC_AnyTemplate, 0},
    {SEC_ASN1_OPTIONAL | SEC_ASN1_ANY, offsetof(Pkcs12SafeBag, attributes), NULL, 0},
    {0, 0, NULL, 0},
};

const SEC_ASN1Template pkcs12_safe_contents_template[] = {
    {SEC_ASN1_SEQUENCE_OF, 0, safe_bag_template, 0},
};

const SEC_ASN1Template pkcs12_cert_bag_template[] = {
    {SEC_ASN1_SEQUENCE, 0, NULL, sizeof(Pkcs12CertBag)},
    {SEC_ASN1_OBJECT_ID, offsetof(Pkcs12CertBag, type), NULL, 0},
    {EXPLICIT_0, offsetof(Pkcs12CertBag, octets), SEC_OctetStringTemplate, 0},
    {0, 0, NULL, 0},
};
