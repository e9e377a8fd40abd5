/* SPDX-License-Identifier: MPL-2.0 */

#include "agreed-key.h"

#include "der-writer.h"
#include "nss-scoped.h"

static const AgreementCurve curves[] = {
    {KEY_TYPE_EC, 256, "p256", OID_EC_PUBLIC_KEY, OID_P_256, 65, 32, OID_ECDH_STD_SHA256},
    {KEY_TYPE_EC, 384, "p384", OID_EC_PUBLIC_KEY, OID_P_384, 97, 48, OID_ECDH_STD_SHA384},
    {KEY_TYPE_EC, 521, "p521", OID_EC_PUBLIC_KEY, OID_P_521, 133, 66, OID_ECDH_STD_SHA512},
    {KEY_TYPE_X25519, 256, "x25519", OID_X25519, OID_UNKNOWN, 32, 32, OID_ECDH_HKDF_SHA256},
};

static const AgreementScheme schemes[] = {
    {OID_ECDH_STD_SHA1, FALSE, CKD_SHA1_KDF, 0},
    {OID_ECDH_STD_SHA224, FALSE, CKD_SHA224_KDF, 0},
    {OID_ECDH_STD_SHA256, FALSE, CKD_SHA256_KDF, 0},
    {OID_ECDH_STD_SHA384, FALSE, CKD_SHA384_KDF, 0},
    {OID_ECDH_STD_SHA512, FALSE, CKD_SHA512_KDF, 0},
    {OID_ECDH_COFACTOR_SHA1, TRUE, CKD_SHA1_KDF, 0},
    {OID_ECDH_COFACTOR_SHA224, TRUE, CKD_SHA224_KDF, 0},
    {OID_ECDH_COFACTOR_SHA256, TRUE, CKD_SHA256_KDF, 0},
    {OID_ECDH_COFACTOR_SHA384, TRUE, CKD_SHA384_KDF, 0},
    {OID_ECDH_COFACTOR_SHA512, TRUE, CKD_SHA512_KDF, 0},
    {OID_ECDH_HKDF_SHA256, FALSE, 0, CKM_SHA256},
    {OID_ECDH_HKDF_SHA384, FALSE, 0, CKM_SHA384},
    {OID_ECDH_HKDF_SHA512, FALSE, 0, CKM_SHA512},
};

static const struct {
    Oid oid;
    gsize n_octets;
} wraps[] = {{OID_AES_128_WRAP, 16}, {OID_AES_192_WRAP, 24}, {OID_AES_256_WRAP, 32}};

const AgreementCurve *
agreement_curve_find(const Certificate *certificate)
{
    for (gsize i = 0; i < G_N_ELEMENTS(curves); i++)
        if (certificate_get_key_type(certificate) == curves[i].key_type &&
            certificate_get_key_bits(certificate) == curves[i].bits)
            return &curves[i];
    return NULL;
}

const AgreementScheme *
agreement_scheme_find(Oid oid, const AgreementCurve *curve)
{
    for (gsize i = 0; i < G_N_ELEMENTS(schemes); i++)
        if (schemes[i].oid == oid)
            return schemes[i].is_cofactor && curve->key_type == KEY_TYPE_X25519 ? NULL
                                                                                : &schemes[i];
    return NULL;
}

gsize
key_wrap_get_key_octets(Oid oid)
{
    for (gsize i = 0; i < G_N_ELEMENTS(wraps); i++)
        if (wraps[i].oid == oid)
            return wraps[i].n_octets;
    return 0;
}

Oid
key_wrap_for_key_octets(gsize n_octets)
{
    for (gsize i = 0; i < G_N_ELEMENTS(wraps); i++)
        if (wraps[i].n_octets == n_octets)
            return wraps[i].oid;
    return OID_UNKNOWN;
}

/* ECC-CMS-SharedInfo (RFC 5753 §7.2): key wrap, ukm, length of the key in bits. */
static GBytes *
build_shared_info(BerSlice wrap, GBytes *ukm, gsize n_octets)
{
    g_autoptr(DerNode) info = der_node_new(BER_SEQUENCE);
    guint32 n_bits = GUINT32_TO_BE((guint32)n_octets * 8);
    der_add_encoded_slice(info, wrap);
    if (ukm != NULL)
        der_add_bytes(der_add(info, BER_CONTEXT_CONSTRUCTED(0)), BER_OCTET_STRING, ukm);
    der_add_octets(der_add(info, BER_CONTEXT_CONSTRUCTED(2)), BER_OCTET_STRING, &n_bits,
                   sizeof n_bits);
    return der_node_serialize(info);
}

/* RFC 8418 §2.2: the salt is ukm, and none without it. */
static PK11SymKey *
expand_secret(PK11SymKey *secret, CK_MECHANISM_TYPE digest, GBytes *ukm, SECItem *info,
              gsize n_octets, CK_ATTRIBUTE_TYPE operation)
{
    SECItem salt = {siBuffer, NULL, 0};
    if (ukm != NULL)
        salt = nss_borrow_bytes(ukm);
    CK_HKDF_PARAMS hkdf = {
        .bExtract = CK_TRUE,
        .bExpand = CK_TRUE,
        .prfHashMechanism = digest,
        .ulSaltType = salt.len > 0 ? CKF_HKDF_SALT_DATA : CKF_HKDF_SALT_NULL,
        .pSalt = salt.data,
        .ulSaltLen = salt.len,
        .pInfo = info->data,
        .ulInfoLen = info->len,
    };
    SECItem parameters = {siBuffer, (guint8 *)&hkdf, sizeof hkdf};
    return PK11_Derive(secret, CKM_HKDF_DERIVE, &parameters, CKM_NSS_AES_KEY_WRAP, operation,
                       (int)n_octets);
}

PK11SymKey *
agreed_key_derive(SECKEYPrivateKey *own, SECKEYPublicKey *other, const AgreementCurve *curve,
                  const AgreementScheme *scheme, BerSlice wrap, GBytes *ukm, gsize n_octets,
                  CK_ATTRIBUTE_TYPE operation)
{
    g_autoptr(GBytes) shared_info = build_shared_info(wrap, ukm, n_octets);
    SECItem info = nss_borrow_bytes(shared_info);
    if (scheme->x963 != 0)
        return PK11_PubDeriveWithKDF(own, other, PR_FALSE, NULL, NULL, CKM_ECDH1_DERIVE,
                                     CKM_NSS_AES_KEY_WRAP, operation, (int)n_octets, scheme->x963,
                                     &info, NULL);
    g_autoptr(PK11SymKey) secret =
        PK11_PubDeriveWithKDF(own, other, PR_FALSE, NULL, NULL, CKM_ECDH1_DERIVE, CKM_HKDF_DERIVE,
                              CKA_DERIVE, (int)curve->n_secret_octets, CKD_NULL, NULL, NULL);
    return secret != NULL ? expand_secret(secret, scheme->hkdf, ukm, &info, n_octets, operation)
                          : NULL;
}
