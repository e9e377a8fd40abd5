/* SPDX-License-Identifier: MPL-2.0 */

#include "private-key-form.h"

#include "cms-error.h"
#include "wiped-octets.h"

/* RFC 7748 §5, RFC 8032 §5.1.5. */
#define CURVE_KEY_OCTETS 32

typedef struct {
    SECItem version;
    SECItem octets;
} EcPrivateKeyStart;

/* ECPrivateKey of RFC 5915 §3. */
static const SEC_ASN1Template ec_private_key_start_template[] = {
    {SEC_ASN1_SEQUENCE, 0, NULL, sizeof(EcPrivateKeyStart)},
    {SEC_ASN1_INTEGER, offsetof(EcPrivateKeyStart, version), NULL, 0},
    {SEC_ASN1_OCTET_STRING, offsetof(EcPrivateKeyStart, octets), NULL, 0},
    {SEC_ASN1_SKIP_REST, 0, NULL, 0},
    {0, 0, NULL, 0},
};

gboolean
private_key_form_is_own(const Certificate *certificate)
{
    gint type = (gint)certificate_get_key_type(certificate);
    return type == KEY_TYPE_RSA_PSS || type == KEY_TYPE_ED25519 || type == KEY_TYPE_X25519;
}

/* CurvePrivateKey of RFC 8410 §7, out of an ECPrivateKey. */
static gboolean
restore_curve_key(PLArenaPool *arena, SECItem *private_key)
{
    EcPrivateKeyStart key = {0};
    return SEC_QuickDERDecodeItem(arena, &key, ec_private_key_start_template, private_key) ==
               SECSuccess &&
           key.octets.len == CURVE_KEY_OCTETS &&
           SEC_ASN1EncodeItem(arena, private_key, &key.octets,
                              SEC_ASN1_GET(SEC_OctetStringTemplate)) != NULL;
}

GBytes *
private_key_form_restore(const SECItem *der, const Certificate *certificate, GError **error)
{
    g_autoptr(WipedArena) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    SECKEYPrivateKeyInfo info = {0};
    SECItem restored = {siBuffer, NULL, 0};

    PORT_SetError(0);
    gboolean is_read =
        SEC_QuickDERDecodeItem(arena, &info, SEC_ASN1_GET(SECKEY_PrivateKeyInfoTemplate), der) ==
            SECSuccess &&
        (certificate_get_key_type(certificate) == KEY_TYPE_RSA_PSS ||
         restore_curve_key(arena, &info.privateKey));
    info.algorithm = certificate_peek_nss(certificate)->subjectPublicKeyInfo.algorithm;
    info.attributes = NULL;
    if (!is_read || SEC_ASN1EncodeItem(arena, &restored, &info,
                                       SEC_ASN1_GET(SECKEY_PrivateKeyInfoTemplate)) == NULL) {
        cms_set_nss_error(error, CMS_ERROR_KEY, "private key can't be written");
        return NULL;
    }
    return wiped_octets_to_bytes(g_memdup2(restored.data, restored.len), restored.len);
}
