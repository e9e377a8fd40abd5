/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "certificate-private.h"
#include "cms-error.h"
#include "core-limits.h"
#include "nss-capability.h"
#include "x25519.h"

/* RFC 8410 §3: 1.3.101.110 and 1.3.101.112. NSS learns their names at different versions. */
static const guint8 oid_x25519[] = {0x2b, 0x65, 0x6e};
static const guint8 oid_ed25519[] = {0x2b, 0x65, 0x70};

/* RFC 8032 §5.1.5. */
#define ED25519_KEY_OCTETS 32

static const struct {
    SECOidTag tag;
    const gchar *name;
    guint n_coordinate; /* octets */
    guint bits;
} curves[] = {
    {SEC_OID_ANSIX962_EC_PRIME256V1, "ec-p256", 32, 256},
    {SEC_OID_SECG_EC_SECP384R1, "ec-p384", 48, 384},
    {SEC_OID_SECG_EC_SECP521R1, "ec-p521", 66, 521},
};

static gboolean
item_is(const SECItem *item, const guint8 *octets, gsize n_octets)
{
    return item->len == n_octets && memcmp(item->data, octets, n_octets) == 0;
}

static CertificateKeyType
key_type_of(const SECAlgorithmID *algorithm)
{
    if (item_is(&algorithm->algorithm, oid_ed25519, sizeof oid_ed25519))
        return KEY_TYPE_ED25519;
    if (item_is(&algorithm->algorithm, oid_x25519, sizeof oid_x25519))
        return KEY_TYPE_X25519;

    SECOidTag tag = SECOID_GetAlgorithmTag(algorithm);
    if (tag == SEC_OID_PKCS1_RSA_ENCRYPTION)
        return KEY_TYPE_RSA;
    if (tag == SEC_OID_PKCS1_RSA_PSS_SIGNATURE)
        return KEY_TYPE_RSA_PSS;
    if (tag == SEC_OID_PKCS1_RSA_OAEP_ENCRYPTION)
        return KEY_TYPE_RSA_OAEP;
    if (tag == SEC_OID_ANSIX962_EC_PUBLIC_KEY)
        return KEY_TYPE_EC;
    if (tag == SEC_OID_ANSIX9_DSA_SIGNATURE)
        return KEY_TYPE_DSA;
    if (tag == SEC_OID_X942_DIFFIE_HELMAN_KEY)
        return KEY_TYPE_DH;
    return KEY_TYPE_UNKNOWN;
}

/* The index into curves, or -1. The parameters are a DER object identifier for named curves (RFC
 * 5480 §2.1.1). */
static gint
find_curve(const SECItem *parameters)
{
    for (gsize i = 0; i < G_N_ELEMENTS(curves); i++) {
        const SECItem *oid = &SECOID_FindOIDByTag(curves[i].tag)->oid;
        if (parameters->len == oid->len + 2 && parameters->data[0] == SEC_ASN1_OBJECT_ID &&
            parameters->data[1] == oid->len &&
            memcmp(parameters->data + 2, oid->data, oid->len) == 0)
            return (gint)i;
    }
    return -1;
}

static guint
count_bits(const SECItem *number)
{
    guint i = 0;
    while (i < number->len && number->data[i] == 0)
        i++;
    return i < number->len ? (number->len - i) * 8 - (guint)__builtin_clz(number->data[i]) + 24 : 0;
}

/* NSS has no public keys of id-RSAES-OAEP, which are RSA keys as all others, and knows those of
 * X25519 by a name of its own in some versions. */
static SECKEYPublicKey *
extract_key(const Certificate *certificate)
{
    CERTSubjectPublicKeyInfo info = certificate->nss->subjectPublicKeyInfo;
    if (certificate->key_type == KEY_TYPE_X25519)
        return x25519_public_key_new(&info.subjectPublicKey);
    if (certificate->key_type == KEY_TYPE_RSA_OAEP) {
        info.algorithm.algorithm = SECOID_FindOIDByTag(SEC_OID_PKCS1_RSA_ENCRYPTION)->oid;
        info.algorithm.parameters = (SECItem){siBuffer, NULL, 0};
    }
    return SECKEY_ExtractPublicKey(&info);
}

static void
read_rsa_key(Certificate *certificate)
{
    const gchar *name = certificate->key_type == KEY_TYPE_RSA       ? "rsa"
                        : certificate->key_type == KEY_TYPE_RSA_PSS ? "rsa-pss"
                                                                    : "rsa-oaep";
    g_autoptr(SECKEYPublicKey) key = extract_key(certificate);

    if (key != NULL)
        certificate->key_bits = count_bits(&key->u.rsa.modulus);
    certificate->key_name = g_strdup_printf("%s-%u", name, certificate->key_bits);
}

static void
read_ec_key(Certificate *certificate)
{
    const SECItem *parameters = &certificate->nss->subjectPublicKeyInfo.algorithm.parameters;
    gint curve = find_curve(parameters);

    if (curve >= 0) {
        certificate->key_bits = curves[curve].bits;
        certificate->key_name = g_strdup(curves[curve].name);
        return;
    }
    SECItem oid = {siBuffer, NULL, 0};
    if (SEC_QuickDERDecodeItem(certificate->arena, &oid, SEC_ASN1_GET(SEC_ObjectIDTemplate),
                               parameters) == SECSuccess) {
        g_autofree gchar *text = certificate_oid_to_string(&oid);
        certificate->key_name = g_strdup_printf("ec-%s", text);
    } else {
        certificate->key_name = g_strdup("ec-explicit");
    }
}

static void
read_dsa_key(Certificate *certificate)
{
    g_autoptr(SECKEYPublicKey) key =
        SECKEY_ExtractPublicKey(&certificate->nss->subjectPublicKeyInfo);

    /* The parameters may be the authority's (RFC 3279 §2.3.2): then the size is not known. */
    if (key != NULL)
        certificate->key_bits = count_bits(&key->u.dsa.params.prime);
    certificate->key_name = certificate->key_bits == 0
                                ? g_strdup("dsa")
                                : g_strdup_printf("dsa-%u", certificate->key_bits);
}

void
certificate_read_key(Certificate *certificate)
{
    const SECAlgorithmID *algorithm = &certificate->nss->subjectPublicKeyInfo.algorithm;

    certificate->key_type = key_type_of(algorithm);
    switch (certificate->key_type) {
    case KEY_TYPE_RSA:
    case KEY_TYPE_RSA_PSS:
    case KEY_TYPE_RSA_OAEP:
        read_rsa_key(certificate);
        break;
    case KEY_TYPE_EC:
        read_ec_key(certificate);
        break;
    case KEY_TYPE_DSA:
        read_dsa_key(certificate);
        break;
    case KEY_TYPE_DH:
        certificate->key_name = g_strdup("dh");
        break;
    case KEY_TYPE_ED25519:
        certificate->key_bits = 256;
        certificate->key_name = g_strdup("ed25519");
        break;
    case KEY_TYPE_X25519:
        certificate->key_bits = 256;
        certificate->key_name = g_strdup("x25519");
        break;
    case KEY_TYPE_UNKNOWN:
    default:
        certificate->key_name = certificate_oid_to_string(&algorithm->algorithm);
        break;
    }
}

CertificateKeyType
certificate_get_key_type(const Certificate *certificate)
{
    return certificate->key_type;
}

guint
certificate_get_key_bits(const Certificate *certificate)
{
    return certificate->key_bits;
}

const gchar *
certificate_get_key_name(const Certificate *certificate)
{
    return certificate->key_name;
}

static gboolean
rsa_size_is_taken(const SECKEYPublicKey *key)
{
    guint bits = count_bits(&key->u.rsa.modulus);
    guint exponent_bits = count_bits(&key->u.rsa.publicExponent);

    return bits >= LIMIT_RSA_BITS_MIN && bits <= LIMIT_RSA_BITS_MAX && exponent_bits >= 2 &&
           exponent_bits <= LIMIT_RSA_EXPONENT_BITS;
}

/* Uncompressed points only: compressed ones are optional in RFC 5480 §2.2 and NSS has no arithmetic
 * for them. */
static gboolean
ec_point_is_taken(const SECKEYPublicKey *key)
{
    gint curve = find_curve(&key->u.ec.DEREncodedParams);
    const SECItem *point = &key->u.ec.publicValue;

    return curve >= 0 && point->len == 1 + 2 * curves[curve].n_coordinate && point->data[0] == 0x04;
}

/* RFC 8410 §4: 32 octets, no parameters. An older NSS does not know these keys. */
static SECKEYPublicKey *
extract_ed25519_key(const Certificate *certificate, GError **error)
{
    const CERTSubjectPublicKeyInfo *info = &certificate->nss->subjectPublicKeyInfo;

    if (!nss_capability_require(NSS_CAPABILITY_ED25519, error))
        return NULL;
    PORT_SetError(0);
    SECKEYPublicKey *key =
        info->algorithm.parameters.len == 0 && info->subjectPublicKey.len == ED25519_KEY_OCTETS * 8
            ? SECKEY_ExtractPublicKey(info)
            : NULL;
    if (key == NULL)
        cms_set_nss_error(error, CMS_ERROR_UNSUPPORTED, "public key can't be read");
    return key;
}

SECKEYPublicKey *
certificate_extract_public_key(const Certificate *certificate, GError **error)
{
    gboolean is_ec = certificate->key_type == KEY_TYPE_EC;
    gboolean is_rsa = certificate->key_type == KEY_TYPE_RSA ||
                      certificate->key_type == KEY_TYPE_RSA_PSS ||
                      certificate->key_type == KEY_TYPE_RSA_OAEP;

    if (certificate->key_type == KEY_TYPE_ED25519)
        return extract_ed25519_key(certificate, error);
    if (!is_ec && !is_rsa && certificate->key_type != KEY_TYPE_X25519) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED, "key type %s is not supported",
                    certificate->key_name);
        return NULL;
    }
    PORT_SetError(0);
    g_autoptr(SECKEYPublicKey) key = extract_key(certificate);
    if (key == NULL) {
        cms_set_nss_error(error, CMS_ERROR_UNSUPPORTED, "public key can't be read");
        return NULL;
    }
    if ((is_ec && !ec_point_is_taken(key)) || (is_rsa && !rsa_size_is_taken(key))) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                    "key %s is of a size or form that is not supported", certificate->key_name);
        return NULL;
    }
    return g_steal_pointer(&key);
}
