/* SPDX-License-Identifier: MPL-2.0 */

#include "pkcs12-write.h"

#include <string.h>

#include "cms-error.h"
#include "pbe.h"
#include "pkcs12-private.h"
#include "private-key-form.h"

/* As much as NSS and Firefox take: about half a second for the one who knows the password. */
#define EXPORT_ROUNDS 600000
#define MAC_ROUNDS    100000
#define SALT_OCTETS   16

typedef struct {
    SECItem type;
    SECItem **values;
} Attribute;

static const SEC_ASN1Template attribute_template[] = {
    {SEC_ASN1_SEQUENCE, 0, NULL, sizeof(Attribute)},
    {SEC_ASN1_OBJECT_ID, offsetof(Attribute, type), NULL, 0},
    {SEC_ASN1_SET_OF, offsetof(Attribute, values), SEC_AnyTemplate, 0},
    {0, 0, NULL, 0},
};

static const SEC_ASN1Template attributes_template[] = {
    {SEC_ASN1_SET_OF, 0, attribute_template, 0},
};

static SECItem
oid_of(SECOidTag tag)
{
    return SECOID_FindOIDByTag(tag)->oid;
}

/* localKeyId (RFC 7292 §4.2): NSS and others find the key's certificate by it alone. */
static gboolean
set_local_key_id(PLArenaPool *arena, const Certificate *certificate, Pkcs12SafeBag *bag)
{
    GBytes *der = certificate_get_der(certificate);
    guint8 digest[SHA1_LENGTH];
    SECItem id = {siBuffer, digest, sizeof digest};
    SECItem value = {siBuffer, NULL, 0};
    SECItem *values[] = {&value, NULL};
    Attribute attribute = {oid_of(SEC_OID_PKCS9_LOCAL_KEY_ID), values};
    Attribute *attributes[] = {&attribute, NULL};
    Attribute **list = attributes;

    return PK11_HashBuf(SEC_OID_SHA1, digest, g_bytes_get_data(der, NULL),
                        (PRInt32)g_bytes_get_size(der)) == SECSuccess &&
           SEC_ASN1EncodeItem(arena, &value, &id, SEC_ASN1_GET(SEC_OctetStringTemplate)) != NULL &&
           SEC_ASN1EncodeItem(arena, &bag->attributes, &list, attributes_template) != NULL;
}

static Pkcs12SafeBag *
make_cert_bag(PLArenaPool *arena, const Certificate *certificate)
{
    Pkcs12SafeBag *bag = PORT_ArenaZNew(arena, Pkcs12SafeBag);
    Pkcs12CertBag inner = {oid_of(SEC_OID_PKCS9_X509_CERT),
                           nss_borrow_bytes(certificate_get_der(certificate))};

    bag->type = oid_of(SEC_OID_PKCS12_V1_CERT_BAG_ID);
    return SEC_ASN1EncodeItem(arena, &bag->value, &inner, pkcs12_cert_bag_template) != NULL ? bag
                                                                                            : NULL;
}

/* NSS wraps the key by itself and lets nobody see it, so its form is changed in what it wrapped. */
static gboolean
restore_form(PLArenaPool *arena, SECKEYEncryptedPrivateKeyInfo *info,
             const Certificate *certificate, const gchar *password)
{
    PbeBudget budget = {LIMIT_DERIVATION_COST};
    g_autoptr(GBytes) plain =
        pbe_decrypt(&info->algorithm, &info->encryptedData, password, &budget, NULL);
    if (plain == NULL)
        return FALSE;
    SECItem der = nss_borrow_bytes(plain);
    g_autoptr(GBytes) restored = private_key_form_restore(&der, certificate, NULL);
    if (restored == NULL)
        return FALSE;
    g_autoptr(GBytes) sealed = pbe_encrypt(&info->algorithm, restored, password, NULL);
    if (sealed == NULL)
        return FALSE;
    SECItem octets = nss_borrow_bytes(sealed);
    return SECITEM_CopyItem(arena, &info->encryptedData, &octets) == SECSuccess;
}

static gboolean
encode_key(PLArenaPool *arena, SECKEYEncryptedPrivateKeyInfo *info, const KeyPair *pair,
           const gchar *password, SECItem *out_der)
{
    const Certificate *certificate = key_pair_get_certificate(pair);
    SECKEYEncryptedPrivateKeyInfo written = *info;

    if (private_key_form_is_own(certificate) &&
        !restore_form(arena, &written, certificate, password))
        return FALSE;
    return SEC_ASN1EncodeItem(arena, out_der, &written,
                              SEC_ASN1_GET(SECKEY_EncryptedPrivateKeyInfoTemplate)) != NULL;
}

static Pkcs12SafeBag *
make_key_bag(PLArenaPool *arena, const KeyPair *pair, const gchar *password)
{
    Pkcs12SafeBag *bag = PORT_ArenaZNew(arena, Pkcs12SafeBag);
    SECItem text = {siBuffer, (guint8 *)password, (unsigned int)strlen(password)};
    g_autoptr(PK11SlotInfo) slot = PK11_GetInternalSlot();
    SECKEYEncryptedPrivateKeyInfo *info = PK11_ExportEncryptedPrivKeyInfoV2(
        slot, SEC_OID_PKCS5_PBES2, SEC_OID_AES_256_CBC, SEC_OID_HMAC_SHA256, &text,
        key_pair_get_private_key(pair), EXPORT_ROUNDS, NULL);
    if (info == NULL)
        return NULL;

    bag->type = oid_of(SEC_OID_PKCS12_V1_PKCS8_SHROUDED_KEY_BAG_ID);
    gboolean ok = encode_key(arena, info, pair, password, &bag->value);
    SECKEY_DestroyEncryptedPrivateKeyInfo(info, PR_TRUE);
    return ok && set_local_key_id(arena, key_pair_get_certificate(pair), bag) ? bag : NULL;
}

/* SafeContents as an octet string inside a ContentInfo of type data. */
static Pkcs12ContentInfo *
make_safe(PLArenaPool *arena, GPtrArray *bags)
{
    Pkcs12ContentInfo *info = PORT_ArenaZNew(arena, Pkcs12ContentInfo);
    SECItem contents = {siBuffer, NULL, 0};
    gpointer *list;

    g_ptr_array_add(bags, NULL);
    list = bags->pdata;
    info->type = oid_of(SEC_OID_PKCS7_DATA);
    if (SEC_ASN1EncodeItem(arena, &contents, &list, pkcs12_safe_contents_template) == NULL ||
        SEC_ASN1EncodeItem(arena, &info->content, &contents,
                           SEC_ASN1_GET(SEC_OctetStringTemplate)) == NULL)
        return NULL;
    return info;
}

static Pkcs12ContentInfo *
make_certificate_safe(PLArenaPool *arena, const KeyPair *pair, GPtrArray *chain)
{
    const Certificate *certificate = key_pair_get_certificate(pair);
    g_autoptr(GPtrArray) bags = g_ptr_array_new();
    Pkcs12SafeBag *bag = make_cert_bag(arena, certificate);

    if (bag == NULL || !set_local_key_id(arena, certificate, bag))
        return NULL;
    g_ptr_array_add(bags, bag);
    for (guint i = 0; i < chain->len; i++) {
        bag = make_cert_bag(arena, g_ptr_array_index(chain, i));
        if (bag == NULL)
            return NULL;
        g_ptr_array_add(bags, bag);
    }
    return make_safe(arena, bags);
}

static Pkcs12ContentInfo *
make_key_safe(PLArenaPool *arena, const KeyPair *pair, const gchar *password)
{
    g_autoptr(GPtrArray) bags = g_ptr_array_new();
    Pkcs12SafeBag *bag = make_key_bag(arena, pair, password);

    if (bag == NULL)
        return NULL;
    g_ptr_array_add(bags, bag);
    return make_safe(arena, bags);
}

static gboolean
set_mac(PLArenaPool *arena, Pkcs12Pfx *pfx, const SECItem *content, const gchar *password,
        GError **error)
{
    Pkcs12MacData *mac = &pfx->mac;
    SECItem bmp = {siBuffer, NULL, 0};
    guint n_digest = 0;

    mac->salt.data = PORT_ArenaAlloc(arena, SALT_OCTETS);
    mac->salt.len = SALT_OCTETS;
    mac->digest.data = PORT_ArenaAlloc(arena, HASH_LENGTH_MAX);
    if (PK11_GenerateRandom(mac->salt.data, SALT_OCTETS) != SECSuccess ||
        SECOID_SetAlgorithmID(arena, &mac->digest_algorithm, SEC_OID_SHA256, NULL) != SECSuccess ||
        SEC_ASN1EncodeInteger(arena, &mac->n_rounds, MAC_ROUNDS) == NULL)
        return cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot write PKCS#12");
    if (!pbe_password_to_bmp(arena, password, &bmp, error) ||
        !pbe_pkcs12_mac(SEC_OID_SHA256, &mac->salt, MAC_ROUNDS, &bmp, content, mac->digest.data,
                        &n_digest, error))
        return FALSE;
    mac->digest.len = n_digest;
    return TRUE;
}

GBytes *
pkcs12_write(const KeyPair *pair, GPtrArray *chain, const gchar *password, GError **error)
{
    g_autoptr(WipedArena) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    Pkcs12Pfx pfx = {0};
    SECItem content = {siBuffer, NULL, 0};
    SECItem der = {siBuffer, NULL, 0};

    if (password == NULL || *password == '\0') {
        g_set_error(error, CMS_ERROR, CMS_ERROR_PASSWORD, "a key file wants a password");
        return NULL;
    }
    PORT_SetError(0);
    Pkcs12ContentInfo *safes[] = {make_certificate_safe(arena, pair, chain),
                                  make_key_safe(arena, pair, password), NULL};
    Pkcs12ContentInfo **list = safes;
    pfx.authenticated_safe.type = oid_of(SEC_OID_PKCS7_DATA);
    if (safes[0] == NULL || safes[1] == NULL ||
        SEC_ASN1EncodeInteger(arena, &pfx.version, 3) == NULL ||
        SEC_ASN1EncodeItem(arena, &content, &list, pkcs12_authenticated_safe_template) == NULL ||
        SEC_ASN1EncodeItem(arena, &pfx.authenticated_safe.content, &content,
                           SEC_ASN1_GET(SEC_OctetStringTemplate)) == NULL) {
        cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot write PKCS#12");
        return NULL;
    }
    if (!set_mac(arena, &pfx, &content, password, error))
        return NULL;
    if (SEC_ASN1EncodeItem(arena, &der, &pfx, pkcs12_mac_pfx_template) == NULL) {
        cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot write PKCS#12");
        return NULL;
    }
    return g_bytes_new(der.data, der.len);
}
