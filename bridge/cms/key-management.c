/* SPDX-License-Identifier: MPL-2.0 */

#include "key-management.h"

#include <string.h>

#include "cms-error.h"
#include "key-management-private.h"
#include "nss-scoped.h"

/* For RC2, whose key length is the sender's to choose. */
#define RC2_KEY_MAX_OCTETS     128
#define RC2_KEY_DEFAULT_OCTETS 16

static PK11SymKey *
import_key(guint8 *octets, gsize n_octets, CmsCipher cipher)
{
    CK_MECHANISM_TYPE mechanism = cms_cipher_get_info(cipher)->mechanism;
    SECItem item = {siBuffer, octets, (unsigned)n_octets};
    g_autoptr(PK11SlotInfo) slot = PK11_GetBestSlot(mechanism, NULL);
    return slot != NULL
               ? PK11_ImportSymKey(slot, mechanism, PK11_OriginUnwrap, CKA_DECRYPT, &item, NULL)
               : NULL;
}

/* There are senders that name AES-128-CBC and use a longer key; other readers take the length of
 * the key for what counts, and so can we, as long as no tag depends on the cipher that is named. */
static gboolean
length_fits(gsize n_octets, CmsCipher cipher)
{
    const CmsCipherInfo *info = cms_cipher_get_info(cipher);
    if (info->n_key_octets == 0)
        return n_octets > 0 && n_octets <= RC2_KEY_MAX_OCTETS;
    if (info->mechanism == CKM_AES_CBC)
        return n_octets == 16 || n_octets == 24 || n_octets == 32;
    return n_octets == info->n_key_octets;
}

/* What was transported, or the random key that was made beforehand. */
static PK11SymKey *
transport_key(const Recipient *recipient, GBytes *owner, CmsCipher cipher, KeyUnwrap *out_unwrap)
{
    guint8 octets[KEY_TRANSPORT_MAX_OCTETS] = {0};
    guint8 substitute[KEY_TRANSPORT_MAX_OCTETS];
    unsigned n_octets = 0;
    gsize n_substitute = cms_cipher_get_info(cipher)->n_key_octets;
    if (n_substitute == 0)
        n_substitute = RC2_KEY_DEFAULT_OCTETS;
    *out_unwrap = KEY_UNWRAP_UNSUPPORTED;
    if (PK11_GenerateRandom(substitute, (int)n_substitute) != SECSuccess)
        return NULL;
    *out_unwrap = key_transport_unwrap(recipient, owner, octets, &n_octets);
    if (*out_unwrap == KEY_UNWRAP_DONE && !length_fits(n_octets, cipher))
        *out_unwrap = KEY_UNWRAP_WRONG;
    PK11SymKey *key = NULL;
    if (*out_unwrap == KEY_UNWRAP_DONE)
        key = import_key(octets, n_octets, cipher);
    else if (*out_unwrap == KEY_UNWRAP_WRONG)
        key = import_key(substitute, n_substitute, cipher);
    explicit_bzero(octets, sizeof octets);
    explicit_bzero(substitute, sizeof substitute);
    return key;
}

static PK11SymKey *
agreed_key(const Recipient *recipient, GBytes *owner, CmsCipher cipher, KeyUnwrap *out_unwrap)
{
    PK11SymKey *key = NULL;
    guint8 substitute[CMS_CIPHER_MAX_KEY_OCTETS];
    gsize n_octets = cms_cipher_get_info(cipher)->n_key_octets;
    *out_unwrap = key_agreement_unwrap(recipient, owner, cipher, &key);
    if (*out_unwrap != KEY_UNWRAP_WRONG)
        return key;
    if (PK11_GenerateRandom(substitute, sizeof substitute) == SECSuccess)
        key = import_key(substitute, n_octets != 0 ? n_octets : RC2_KEY_DEFAULT_OCTETS, cipher);
    explicit_bzero(substitute, sizeof substitute);
    return key;
}

static gboolean
fail_unsupported(const Recipient *recipient, GError **error)
{
    g_autofree gchar *oid = oid_to_dotted(recipient->algorithm.oid);
    g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                "key management %s, with its parameters, is not supported for key %s", oid,
                certificate_get_key_name(key_pair_get_certificate(recipient->pair)));
    return FALSE;
}

static gboolean
fail_locked(const Recipient *recipient, GError **error)
{
    g_set_error(error, CMS_ERROR, CMS_ERROR_KEY_LOCKED, "the private key of %s is locked",
                certificate_get_subject(key_pair_get_certificate(recipient->pair)));
    return FALSE;
}

PK11SymKey *
key_management_unwrap(const Recipient *recipient, GBytes *owner, CmsCipher cipher,
                      gboolean *out_genuine, GError **error)
{
    KeyUnwrap unwrap = KEY_UNWRAP_UNSUPPORTED;
    if (key_pair_get_private_key(recipient->pair) == NULL) {
        fail_locked(recipient, error);
        return NULL;
    }
    PK11SymKey *key = recipient->kind == RECIPIENT_KEY_TRANSPORT
                          ? transport_key(recipient, owner, cipher, &unwrap)
                          : agreed_key(recipient, owner, cipher, &unwrap);
    *out_genuine = unwrap == KEY_UNWRAP_DONE;
    if (unwrap == KEY_UNWRAP_UNSUPPORTED)
        fail_unsupported(recipient, error);
    else if (unwrap == KEY_UNWRAP_LOCKED)
        fail_locked(recipient, error);
    else if (key == NULL)
        cms_set_nss_error(error, CMS_ERROR_UNSUPPORTED, "cipher is not available");
    return key;
}

gchar *
key_management_dup_name(const Recipient *recipient)
{
    if (recipient->kind == RECIPIENT_KEY_AGREEMENT) {
        const gchar *curve =
            key_agreement_get_curve_name(key_pair_get_certificate(recipient->pair));
        return curve != NULL ? g_strconcat("ecdh-", curve, NULL) : NULL;
    }
    if (recipient->algorithm.id == OID_RSA_ENCRYPTION)
        return g_strdup("rsa-pkcs1");
    return recipient->algorithm.id == OID_RSAES_OAEP ? g_strdup("rsa-oaep") : NULL;
}

gboolean
key_management_add(DerNode *recipient_infos, const Certificate *certificate,
                   PK11SymKey *content_key, const EnvelopeOptions *options,
                   gboolean *out_is_transport, GError **error)
{
    gint type = (gint)certificate_get_key_type(certificate);
    gboolean good = FALSE;
    g_autoptr(SECKEYPublicKey) public_key = NULL;
    if (type == KEY_TYPE_RSA || type == KEY_TYPE_EC)
        public_key = certificate_extract_public_key(certificate, error);
    else
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED, "cannot encrypt to key %s",
                    certificate_get_key_name(certificate));
    *out_is_transport = type == KEY_TYPE_RSA;
    if (public_key != NULL)
        good = type == KEY_TYPE_RSA
                   ? key_transport_add(recipient_infos, certificate, public_key, content_key, error)
                   : key_agreement_add(recipient_infos, certificate, public_key, content_key,
                                       options->cipher, error);
    if (!good)
        g_prefix_error(error, "%s: ", certificate_get_subject(certificate));
    return good;
}
