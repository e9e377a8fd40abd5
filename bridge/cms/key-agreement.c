/* SPDX-License-Identifier: MPL-2.0 */

#include "agreed-key.h"
#include "cms-error.h"
#include "key-management-private.h"
#include "nss-scoped.h"

/* What the message has for one recipient, looked up. */
typedef struct {
    const AgreementCurve *curve;
    const AgreementScheme *scheme;
    gsize n_key_octets; /* of the key wrap's key */
} Agreement;

const gchar *
key_agreement_get_curve_name(const Certificate *certificate)
{
    const AgreementCurve *curve = agreement_curve_find(certificate);
    return curve != NULL ? curve->name : NULL;
}

/* The parameters of the key-agreement algorithm are the algorithm of the key wrap. */
static Oid
read_wrap(const Recipient *recipient, GBytes *owner)
{
    CmsAlgorithm wrap;
    BerReader parameters;
    if (recipient->algorithm.parameters.octets == NULL)
        return OID_UNKNOWN;
    ber_reader_init_slice(&parameters, owner, recipient->algorithm.parameters);
    return cms_algorithm_read(&parameters, "key wrap", &wrap, NULL) ? wrap.id : OID_UNKNOWN;
}

/* Why no key can be agreed on whatever its octets are; NULL if it can. */
static const gchar *
find_objection(const Recipient *recipient, GBytes *owner, Agreement *out_agreement)
{
    Agreement agreement = {.curve =
                               agreement_curve_find(key_pair_get_certificate(recipient->pair))};
    if (agreement.curve == NULL)
        return "the key is not on a curve that is known";
    agreement.scheme = agreement_scheme_find(recipient->algorithm.id, agreement.curve);
    if (agreement.scheme == NULL)
        return "the algorithm is not known for this key";
    Oid wrap = read_wrap(recipient, owner);
    agreement.n_key_octets = key_wrap_get_key_octets(wrap);
    if (agreement.n_key_octets == 0)
        return wrap == OID_3DES_WRAP ? "key wrap with triple DES is refused"
                                     : "its key wrap is not one of AES";
    if ((recipient->ukm != NULL && g_bytes_get_size(recipient->ukm) > LIMIT_AGREEMENT_OCTETS) ||
        recipient->algorithm.parameters.n_octets > LIMIT_AGREEMENT_OCTETS)
        return "its user keying material or key wrap is too long";
    if (recipient->originator_point.octets == NULL)
        return "its originator is named by a certificate (static-static key agreement)";
    *out_agreement = agreement;
    return NULL;
}

/* RFC 5753 §3.1.1 leaves the parameters of the originator's key out or repeats the curve; where
 * they name one it must be the recipient's. */
static gboolean
originator_fits(const Recipient *recipient, const AgreementCurve *curve)
{
    const CmsAlgorithm *algorithm = &recipient->originator_algorithm;
    BerSlice point = recipient->originator_point, named = oid_get_octets(curve->oid);
    BerSlice parameters = algorithm->parameters;
    if (algorithm->id != curve->algorithm || point.n_octets != curve->n_point_octets)
        return FALSE;
    if (curve->key_type == KEY_TYPE_EC && point.octets[0] != 0x04)
        return FALSE;
    return cms_algorithm_has_no_parameters(algorithm) ||
           (named.n_octets > 0 && parameters.n_octets == named.n_octets + 2 &&
            parameters.octets[0] == BER_OID &&
            ber_slice_equal((BerSlice){parameters.octets + 2, parameters.n_octets - 2}, named));
}

/* A public key on the curve of @certificate's with the point that the message has. NSS checks that
 * the point is on it. */
static SECKEYPublicKey *
build_originator_key(const Recipient *recipient, const Certificate *certificate,
                     const AgreementCurve *curve)
{
    BerSlice point = recipient->originator_point;
    SECItem item = {siBuffer, (guint8 *)point.octets, (unsigned)point.n_octets};
    if (!originator_fits(recipient, curve))
        return NULL;
    g_autoptr(SECKEYPublicKey) key = certificate_extract_public_key(certificate, NULL);
    if (key == NULL || SECITEM_CopyItem(key->arena, &key->u.ec.publicValue, &item) != SECSuccess)
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
    if (n_octets < 24 || n_octets > LIMIT_WRAPPED_KEY_OCTETS || n_octets != n_key_octets + 8)
        return NULL;
    return PK11_UnwrapSymKey(wrapping_key, CKM_NSS_AES_KEY_WRAP, NULL, &wrapped, info->mechanism,
                             CKA_DECRYPT, (int)n_key_octets);
}

KeyUnwrap
key_agreement_unwrap(const Recipient *recipient, GBytes *owner, CmsCipher cipher,
                     PK11SymKey **out_key, const gchar **out_objection)
{
    Agreement agreement;
    *out_objection = find_objection(recipient, owner, &agreement);
    if (*out_objection != NULL)
        return KEY_UNWRAP_UNSUPPORTED;
    g_autoptr(SECKEYPublicKey) originator =
        build_originator_key(recipient, key_pair_get_certificate(recipient->pair), agreement.curve);
    if (originator == NULL)
        return KEY_UNWRAP_WRONG;
    PORT_SetError(0);
    g_autoptr(PK11SymKey) wrapping_key = agreed_key_derive(
        key_pair_get_private_key(recipient->pair), originator, agreement.curve, agreement.scheme,
        recipient->algorithm.parameters, recipient->ukm, agreement.n_key_octets, CKA_UNWRAP);
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
write_info(DerNode *recipient_infos, const Certificate *certificate, const AgreementCurve *curve,
           SECKEYPublicKey *ephemeral, GBytes *wrap_algorithm, const SECItem *wrapped)
{
    DerNode *info = der_add(recipient_infos, BER_CONTEXT_CONSTRUCTED(1));
    der_add_small(info, 3);
    DerNode *originator =
        der_add(der_add(info, BER_CONTEXT_CONSTRUCTED(0)), BER_CONTEXT_CONSTRUCTED(1));
    der_add_algorithm(originator, curve->algorithm, FALSE);
    g_autoptr(GByteArray) bits = g_byte_array_new();
    g_byte_array_append(bits, (const guint8 *)"", 1); /* no unused bits */
    g_byte_array_append(bits, ephemeral->u.ec.publicValue.data, ephemeral->u.ec.publicValue.len);
    der_add_octets(originator, BER_BIT_STRING, bits->data, bits->len);
    DerNode *algorithm = der_add(info, BER_SEQUENCE);
    der_add_oid(algorithm, curve->scheme);
    der_add_encoded(algorithm, wrap_algorithm);
    DerNode *key = der_add(der_add(info, BER_SEQUENCE), BER_SEQUENCE);
    signer_id_add_issuer_and_serial(key, BER_SEQUENCE, certificate);
    der_add_octets(key, BER_OCTET_STRING, wrapped->data, wrapped->len);
}

static GBytes *
build_wrap_algorithm(gsize n_key_octets)
{
    g_autoptr(DerNode) algorithm = der_node_new(BER_SEQUENCE);
    Oid wrap = key_wrap_for_key_octets(n_key_octets);
    g_assert(wrap != OID_UNKNOWN);
    der_add_oid(algorithm, wrap);
    return der_node_serialize(algorithm);
}

gboolean
key_agreement_add(DerNode *recipient_infos, const Certificate *certificate,
                  SECKEYPublicKey *public_key, PK11SymKey *content_key, CmsCipher cipher,
                  EphemeralKeys *ephemeral_keys, GError **error)
{
    gsize n_octets = cms_cipher_get_info(cipher)->n_key_octets;
    const AgreementCurve *curve = agreement_curve_find(certificate);
    const EphemeralKey *ephemeral = ephemeral_keys_get(ephemeral_keys, curve, public_key, error);
    if (ephemeral == NULL)
        return FALSE;
    g_autoptr(GBytes) wrap_algorithm = build_wrap_algorithm(n_octets);
    BerSlice wrap = {0};
    wrap.octets = g_bytes_get_data(wrap_algorithm, &wrap.n_octets);
    PORT_SetError(0);
    g_autoptr(PK11SymKey) wrapping_key = agreed_key_derive(
        ephemeral->private_key, public_key, curve, agreement_scheme_find(curve->scheme, curve),
        wrap, NULL, n_octets, CKA_WRAP);
    guint8 octets[CMS_CIPHER_MAX_KEY_OCTETS + 8];
    SECItem wrapped = {siBuffer, octets, sizeof octets};
    if (wrapping_key == NULL || PK11_WrapSymKey(CKM_NSS_AES_KEY_WRAP, NULL, wrapping_key,
                                                content_key, &wrapped) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot agree on a key");
    write_info(recipient_infos, certificate, curve, ephemeral->public_key, wrap_algorithm,
               &wrapped);
    return TRUE;
}
