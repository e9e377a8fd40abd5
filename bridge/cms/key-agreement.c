/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-error.h"
#include "key-management-private.h"
#include "nss-scoped.h"

/* Key derivation of X9.63 by digest: what NSS calls it, and the two kinds of Diffie-Hellman (RFC
 * 5753 §7.1.4), which are the same on these curves, whose cofactor is one. */
static const struct {
    Oid standard;
    Oid cofactor;
    CK_ULONG nss;
} derivations[] = {
    {OID_ECDH_STD_SHA1, OID_ECDH_COFACTOR_SHA1, CKD_SHA1_KDF},
    {OID_ECDH_STD_SHA224, OID_ECDH_COFACTOR_SHA224, CKD_SHA224_KDF},
    {OID_ECDH_STD_SHA256, OID_ECDH_COFACTOR_SHA256, CKD_SHA256_KDF},
    {OID_ECDH_STD_SHA384, OID_ECDH_COFACTOR_SHA384, CKD_SHA384_KDF},
    {OID_ECDH_STD_SHA512, OID_ECDH_COFACTOR_SHA512, CKD_SHA512_KDF},
};

/* @derivation: what is written for the curve, of its strength (RFC 5753 §8). */
static const struct {
    guint bits;
    const gchar *name;
    Oid oid;
    gsize n_point_octets;
    guint derivation;
} curves[] = {
    {256, "p256", OID_P_256, 65, 2},
    {384, "p384", OID_P_384, 97, 3},
    {521, "p521", OID_P_521, 133, 4},
};

static const struct {
    Oid oid;
    gsize n_octets;
} wraps[] = {{OID_AES_128_WRAP, 16}, {OID_AES_192_WRAP, 24}, {OID_AES_256_WRAP, 32}};

static gint
find_curve(const Certificate *certificate)
{
    if (certificate_get_key_type(certificate) != KEY_TYPE_EC)
        return -1;
    for (gsize i = 0; i < G_N_ELEMENTS(curves); i++)
        if (certificate_get_key_bits(certificate) == curves[i].bits)
            return (gint)i;
    return -1;
}

static gint
find_derivation(Oid oid)
{
    for (gsize i = 0; i < G_N_ELEMENTS(derivations); i++)
        if (derivations[i].standard == oid || derivations[i].cofactor == oid)
            return (gint)i;
    return -1;
}

static gint
find_wrap(Oid oid)
{
    for (gsize i = 0; i < G_N_ELEMENTS(wraps); i++)
        if (wraps[i].oid == oid)
            return (gint)i;
    return -1;
}

const gchar *
key_agreement_get_curve_name(const Certificate *certificate)
{
    gint curve = find_curve(certificate);
    return curve >= 0 ? curves[curve].name : NULL;
}

/* ECC-CMS-SharedInfo (RFC 5753 §7.2): the wrap algorithm octet by octet as in the message, ukm,
 * length of the key. */
static GBytes *
build_shared_info(BerSlice wrap_algorithm, GBytes *ukm, gsize n_key_octets)
{
    g_autoptr(DerNode) info = der_node_new(BER_SEQUENCE);
    guint32 n_bits = GUINT32_TO_BE((guint32)n_key_octets * 8);
    der_add_encoded_slice(info, wrap_algorithm);
    if (ukm != NULL)
        der_add_bytes(der_add(info, BER_CONTEXT_CONSTRUCTED(0)), BER_OCTET_STRING, ukm);
    der_add_octets(der_add(info, BER_CONTEXT_CONSTRUCTED(2)), BER_OCTET_STRING, &n_bits,
                   sizeof n_bits);
    return der_node_serialize(info);
}

static PK11SymKey *
derive_wrapping_key(SECKEYPrivateKey *own, SECKEYPublicKey *other, guint derivation,
                    gsize n_key_octets, CK_ATTRIBUTE_TYPE operation, GBytes *shared_info)
{
    SECItem shared = nss_borrow_bytes(shared_info);
    return PK11_PubDeriveWithKDF(own, other, PR_FALSE, NULL, NULL, CKM_ECDH1_DERIVE,
                                 CKM_NSS_AES_KEY_WRAP, operation, (int)n_key_octets,
                                 derivations[derivation].nss, &shared, NULL);
}

/* A public key on the curve of @certificate's with the point that the message has. RFC 5753 §3.1.1
 * leaves its parameters out or repeats the curve; where they name one it must be the same. NSS
 * checks that the point is on it. */
static SECKEYPublicKey *
build_originator_key(const Recipient *recipient, const Certificate *certificate, gint curve)
{
    static const guint8 null[] = {BER_NULL, 0};
    const CmsAlgorithm *algorithm = &recipient->originator_algorithm;
    BerSlice point = recipient->originator_point, named = oid_get_octets(curves[curve].oid);
    g_autoptr(SECKEYPublicKey) key = certificate_extract_public_key(certificate, NULL);
    SECItem item = {siBuffer, (guint8 *)point.octets, (unsigned)point.n_octets};
    BerSlice parameters = algorithm->parameters;
    gboolean fits =
        parameters.octets == NULL || ber_slice_equal(parameters, (BerSlice){null, sizeof null}) ||
        (parameters.n_octets == named.n_octets + 2 && parameters.octets[0] == BER_OID &&
         ber_slice_equal((BerSlice){parameters.octets + 2, parameters.n_octets - 2}, named));
    if (key == NULL || algorithm->id != OID_EC_PUBLIC_KEY || !fits ||
        point.n_octets != curves[curve].n_point_octets || point.octets[0] != 0x04 ||
        SECITEM_CopyItem(key->arena, &key->u.ec.publicValue, &item) != SECSuccess)
        return NULL;
    return g_steal_pointer(&key);
}

static PK11SymKey *
unwrap_key(PK11SymKey *wrapping_key, GBytes *encrypted_key, CmsCipher cipher)
{
    const CmsCipherInfo *info = cms_cipher_get_info(cipher);
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(encrypted_key, &n_octets);
    SECItem wrapped = {siBuffer, (guint8 *)octets, (unsigned)n_octets};
    /* AES key wrap adds eight octets (RFC 3394 §2.2.1). */
    gsize n_key_octets = info->n_key_octets != 0 ? info->n_key_octets : n_octets - 8;
    if (n_octets < 24 || n_octets != n_key_octets + 8)
        return NULL;
    return PK11_UnwrapSymKey(wrapping_key, CKM_NSS_AES_KEY_WRAP, NULL, &wrapped, info->mechanism,
                             CKA_DECRYPT, (int)n_key_octets);
}

/* The parameters of the key-agreement algorithm are the algorithm of the key wrap. */
static gint
read_wrap(const Recipient *recipient, GBytes *owner)
{
    CmsAlgorithm wrap;
    BerReader parameters;
    if (recipient->algorithm.parameters.octets == NULL)
        return -1;
    ber_reader_init_slice(&parameters, owner, recipient->algorithm.parameters);
    return cms_algorithm_read(&parameters, "key wrap", &wrap, NULL) ? find_wrap(wrap.id) : -1;
}

KeyUnwrap
key_agreement_unwrap(const Recipient *recipient, GBytes *owner, CmsCipher cipher,
                     PK11SymKey **out_key)
{
    Certificate *certificate = key_pair_get_certificate(recipient->pair);
    gint curve = find_curve(certificate);
    gint derivation = find_derivation(recipient->algorithm.id);
    gint wrap = read_wrap(recipient, owner);
    if (curve < 0 || derivation < 0 || wrap < 0 || recipient->originator_point.octets == NULL)
        return KEY_UNWRAP_UNSUPPORTED;
    g_autoptr(SECKEYPublicKey) originator = build_originator_key(recipient, certificate, curve);
    if (originator == NULL)
        return KEY_UNWRAP_WRONG;
    gsize n_octets = wraps[wrap].n_octets;
    g_autoptr(GBytes) shared_info =
        build_shared_info(recipient->algorithm.parameters, recipient->ukm, n_octets);
    PORT_SetError(0);
    g_autoptr(PK11SymKey) wrapping_key =
        derive_wrapping_key(key_pair_get_private_key(recipient->pair), originator,
                            (guint)derivation, n_octets, CKA_UNWRAP, shared_info);
    if (wrapping_key == NULL && PORT_GetError() == SEC_ERROR_TOKEN_NOT_LOGGED_IN)
        return KEY_UNWRAP_LOCKED;
    PK11SymKey *key =
        wrapping_key != NULL ? unwrap_key(wrapping_key, recipient->encrypted_key, cipher) : NULL;
    if (key == NULL)
        return KEY_UNWRAP_WRONG;
    *out_key = key;
    return KEY_UNWRAP_DONE;
}

static void
write_info(DerNode *recipient_infos, const Certificate *certificate, Oid derivation,
           SECKEYPublicKey *ephemeral, GBytes *wrap_algorithm, const SECItem *wrapped)
{
    DerNode *info = der_add(recipient_infos, BER_CONTEXT_CONSTRUCTED(1));
    der_add_small(info, 3);
    DerNode *originator =
        der_add(der_add(info, BER_CONTEXT_CONSTRUCTED(0)), BER_CONTEXT_CONSTRUCTED(1));
    der_add_algorithm(originator, OID_EC_PUBLIC_KEY, FALSE);
    g_autoptr(GByteArray) bits = g_byte_array_new();
    g_byte_array_append(bits, (const guint8 *)"", 1); /* no unused bits */
    g_byte_array_append(bits, ephemeral->u.ec.publicValue.data, ephemeral->u.ec.publicValue.len);
    der_add_octets(originator, BER_BIT_STRING, bits->data, bits->len);
    DerNode *algorithm = der_add(info, BER_SEQUENCE);
    der_add_oid(algorithm, derivation);
    der_add_encoded(algorithm, wrap_algorithm);
    DerNode *key = der_add(der_add(info, BER_SEQUENCE), BER_SEQUENCE);
    signer_id_add_issuer_and_serial(key, BER_SEQUENCE, certificate);
    der_add_octets(key, BER_OCTET_STRING, wrapped->data, wrapped->len);
}

static GBytes *
build_wrap_algorithm(gsize n_key_octets)
{
    for (gsize i = 0; i < G_N_ELEMENTS(wraps); i++) {
        if (wraps[i].n_octets != n_key_octets)
            continue;
        g_autoptr(DerNode) algorithm = der_node_new(BER_SEQUENCE);
        der_add_oid(algorithm, wraps[i].oid);
        return der_node_serialize(algorithm);
    }
    g_assert_not_reached();
}

gboolean
key_agreement_add(DerNode *recipient_infos, const Certificate *certificate,
                  SECKEYPublicKey *public_key, PK11SymKey *content_key, CmsCipher cipher,
                  GError **error)
{
    gsize n_octets = cms_cipher_get_info(cipher)->n_key_octets;
    guint derivation = curves[find_curve(certificate)].derivation;
    g_autoptr(SECKEYPublicKey) ephemeral = NULL;
    PORT_SetError(0);
    g_autoptr(SECKEYPrivateKey) ephemeral_private =
        SECKEY_CreateECPrivateKey(&public_key->u.ec.DEREncodedParams, &ephemeral, NULL);
    if (ephemeral_private == NULL)
        return cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot make an ephemeral key");
    g_autoptr(GBytes) wrap_algorithm = build_wrap_algorithm(n_octets);
    BerSlice wrap_slice = {0};
    wrap_slice.octets = g_bytes_get_data(wrap_algorithm, &wrap_slice.n_octets);
    g_autoptr(GBytes) shared_info = build_shared_info(wrap_slice, NULL, n_octets);
    g_autoptr(PK11SymKey) wrapping_key = derive_wrapping_key(
        ephemeral_private, public_key, derivation, n_octets, CKA_WRAP, shared_info);
    guint8 octets[CMS_CIPHER_MAX_KEY_OCTETS + 8];
    SECItem wrapped = {siBuffer, octets, sizeof octets};
    if (wrapping_key == NULL || PK11_WrapSymKey(CKM_NSS_AES_KEY_WRAP, NULL, wrapping_key,
                                                content_key, &wrapped) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot agree on a key");
    write_info(recipient_infos, certificate, derivations[derivation].standard, ephemeral,
               wrap_algorithm, &wrapped);
    return TRUE;
}
