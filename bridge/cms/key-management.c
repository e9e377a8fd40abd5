/* SPDX-License-Identifier: MPL-2.0 */

#include "key-management.h"

#include <string.h>

#include "agreed-key.h"
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

/* Made before the key is looked at, whether it is needed or not. */
static gboolean
make_substitute(guint8 *out_octets, CmsCipher cipher, gsize *out_n_octets)
{
    gsize n_octets = cms_cipher_get_info(cipher)->n_key_octets;
    *out_n_octets = n_octets != 0 ? n_octets : RC2_KEY_DEFAULT_OCTETS;
    return PK11_GenerateRandom(out_octets, (int)*out_n_octets) == SECSuccess;
}

/* The octets that were transported or encrypted with a password, or the substitute. */
static PK11SymKey *
octets_key(const Recipient *recipient, GBytes *owner, CmsCipher cipher, KeyUnwrap *out_unwrap,
           const gchar **out_objection)
{
    guint8 octets[KEY_TRANSPORT_MAX_OCTETS] = {0};
    guint8 substitute[CMS_CIPHER_MAX_KEY_OCTETS];
    unsigned n_octets = 0;
    gsize n_substitute = 0;
    if (!make_substitute(substitute, cipher, &n_substitute)) {
        *out_unwrap = KEY_UNWRAP_DONE;
        return NULL;
    }
    *out_unwrap = recipient->kind == RECIPIENT_PASSWORD
                      ? key_password_unwrap(recipient, owner, octets, &n_octets, out_objection)
                      : key_transport_unwrap(recipient, owner, octets, &n_octets, out_objection);
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
agreed_key(const Recipient *recipient, GBytes *owner, CmsCipher cipher, KeyUnwrap *out_unwrap,
           const gchar **out_objection)
{
    guint8 substitute[CMS_CIPHER_MAX_KEY_OCTETS];
    gsize n_substitute = 0;
    PK11SymKey *key = NULL;
    if (!make_substitute(substitute, cipher, &n_substitute)) {
        *out_unwrap = KEY_UNWRAP_DONE;
        return NULL;
    }
    *out_unwrap = key_agreement_unwrap(recipient, owner, cipher, &key, out_objection);
    if (*out_unwrap == KEY_UNWRAP_WRONG)
        key = import_key(substitute, n_substitute, cipher);
    explicit_bzero(substitute, sizeof substitute);
    return key;
}

static const gchar *
key_name(const Recipient *recipient)
{
    return recipient->pair == NULL
               ? "(password)"
               : certificate_get_key_name(key_pair_get_certificate(recipient->pair));
}

static void
set_objection(const Recipient *recipient, KeyUnwrap unwrap, const gchar *objection, GError **error)
{
    g_autofree gchar *oid = oid_to_dotted(recipient->algorithm.oid);
    g_set_error(
        error, CMS_ERROR, unwrap == KEY_UNWRAP_LIMIT ? CMS_ERROR_LIMIT : CMS_ERROR_UNSUPPORTED,
        "key management %s is not supported for key %s: %s", oid, key_name(recipient), objection);
}

static void
set_locked(const Recipient *recipient, GError **error)
{
    g_set_error(error, CMS_ERROR, CMS_ERROR_KEY_LOCKED, "the private key of %s is locked",
                certificate_get_subject(key_pair_get_certificate(recipient->pair)));
}

PK11SymKey *
key_management_unwrap(const Recipient *recipient, GBytes *owner, CmsCipher cipher,
                      gboolean *out_genuine, GError **error)
{
    KeyUnwrap unwrap = KEY_UNWRAP_UNSUPPORTED;
    const gchar *objection = NULL;
    *out_genuine = FALSE;
    if (recipient->pair != NULL && key_pair_get_private_key(recipient->pair) == NULL) {
        set_locked(recipient, error);
        return NULL;
    }
    PK11SymKey *key = recipient->kind == RECIPIENT_KEY_AGREEMENT
                          ? agreed_key(recipient, owner, cipher, &unwrap, &objection)
                          : octets_key(recipient, owner, cipher, &unwrap, &objection);
    *out_genuine = unwrap == KEY_UNWRAP_DONE;
    if (objection != NULL)
        set_objection(recipient, unwrap, objection, error);
    else if (unwrap == KEY_UNWRAP_LOCKED)
        set_locked(recipient, error);
    else if (key == NULL)
        cms_set_nss_error(error, CMS_ERROR_UNSUPPORTED, "cipher is not available");
    return key;
}

gchar *
key_management_dup_name(const Recipient *recipient)
{
    if (recipient->kind == RECIPIENT_PASSWORD)
        return g_strdup("password");
    if (recipient->kind == RECIPIENT_KEY_AGREEMENT) {
        const gchar *curve =
            key_agreement_get_curve_name(key_pair_get_certificate(recipient->pair));
        return curve != NULL ? g_strconcat("ecdh-", curve, NULL) : NULL;
    }
    if (recipient->algorithm.id == OID_RSA_ENCRYPTION)
        return g_strdup("rsa-pkcs1");
    return recipient->algorithm.id == OID_RSAES_OAEP ? g_strdup("rsa-oaep") : NULL;
}

static CmsKeyTransport
choose_transport(const Certificate *certificate, const EnvelopeOptions *options)
{
    gboolean reads_oaep = certificate_get_key_type(certificate) == KEY_TYPE_RSA_OAEP ||
                          (options->oaep_readers != NULL &&
                           g_hash_table_contains(options->oaep_readers, certificate));
    return reads_oaep ? CMS_KEY_TRANSPORT_OAEP : options->key_transport;
}

gboolean
key_management_add(DerNode *recipient_infos, const Certificate *certificate,
                   PK11SymKey *content_key, const EnvelopeOptions *options,
                   EphemeralKeys *ephemeral_keys, gboolean *out_is_transport, GError **error)
{
    gboolean good = FALSE;
    gboolean agrees = agreement_curve_find(certificate) != NULL;
    CertificateKeyType type = certificate_get_key_type(certificate);
    g_autoptr(SECKEYPublicKey) public_key = NULL;
    if (agrees || type == KEY_TYPE_RSA || type == KEY_TYPE_RSA_OAEP)
        public_key = certificate_extract_public_key(certificate, error);
    else
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED, "cannot encrypt to key %s",
                    certificate_get_key_name(certificate));
    *out_is_transport = !agrees;
    if (public_key != NULL)
        good = agrees ? key_agreement_add(recipient_infos, certificate, public_key, content_key,
                                          options->cipher, ephemeral_keys, error)
                      : key_transport_add(recipient_infos, certificate, public_key, content_key,
                                          choose_transport(certificate, options), error);
    if (!good)
        g_prefix_error(error, "%s: ", certificate_get_subject(certificate));
    return good;
}
