/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "cms-error.h"
#include "keystore-private.h"
#include "pkcs11-object.h"

/* Certificates are read and written as plain PKCS#11 objects (pkcs11-object.h). */

GBytes *
key_store_key_id(const SECKEYPublicKey *public_key)
{
    gboolean is_rsa = public_key->keyType == rsaKey || public_key->keyType == rsaPssKey;
    const SECItem *key = is_rsa ? &public_key->u.rsa.modulus : &public_key->u.ec.publicValue;
    g_autoptr(SECItem) id = PK11_MakeIDFromPubKey((SECItem *)key);
    return id != NULL ? g_bytes_new(id->data, id->len) : NULL;
}

static gboolean
collect_certificate(PK11GenericObject *object, gpointer data)
{
    GPtrArray *certificates = data;
    g_autoptr(GBytes) der = pkcs11_read_attribute(object, CKA_VALUE);
    g_autoptr(GError) reason = NULL;
    Certificate *certificate = der != NULL ? certificate_new(der, &reason) : NULL;

    if (certificate != NULL)
        g_ptr_array_add(certificates, certificate);
    else
        g_debug("key store: certificate left out: %s", reason != NULL ? reason->message : "empty");
    return TRUE;
}

GPtrArray *
key_store_read_certificates(KeyStore *store)
{
    GPtrArray *certificates = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    pkcs11_for_each_object(store->slot, CKO_CERTIFICATE, collect_certificate, certificates);
    return certificates;
}

static void
set_attribute(CK_ATTRIBUTE *attribute, CK_ATTRIBUTE_TYPE type, GBytes *value)
{
    gsize n_octets;
    const guint8 *octets = g_bytes_get_data(value, &n_octets);

    attribute->type = type;
    attribute->pValue = (guint8 *)octets;
    attribute->ulValueLen = n_octets;
}

/* PKCS#11 wants the INTEGER whole, with tag and length. */
static GBytes *
encode_serial(const Certificate *certificate)
{
    SECItem serial = nss_borrow_bytes(certificate_get_serial(certificate));
    g_autoptr(PLArenaPool) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    SECItem der = {siBuffer, NULL, 0};

    if (SEC_ASN1EncodeItem(arena, &der, &serial, SEC_ASN1_GET(SEC_IntegerTemplate)) == NULL)
        return NULL;
    return g_bytes_new(der.data, der.len);
}

/* The data base wants one label for equal subjects and different ones for different subjects. */
static GBytes *
make_label(const Certificate *certificate)
{
    gchar *text =
        g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, certificate_get_subject_der(certificate));
    return g_bytes_new_take(text, strlen(text));
}

/* The id that ties a certificate to its key; of certificates whose key can't be used, one that no
 * key has. */
static GBytes *
certificate_key_id(const Certificate *certificate)
{
    g_autoptr(SECKEYPublicKey) key = certificate_extract_public_key(certificate, NULL);
    if (key != NULL)
        return key_store_key_id(key);
    gchar *text = certificate_dup_sha256_hex(certificate);
    return g_bytes_new_take(text, strlen(text));
}

gboolean
key_store_write_certificate(KeyStore *store, const Certificate *certificate, GError **error)
{
    CK_OBJECT_CLASS object_class = CKO_CERTIFICATE;
    CK_CERTIFICATE_TYPE certificate_type = CKC_X_509;
    CK_BBOOL on = CK_TRUE;
    g_autoptr(GBytes) id = certificate_key_id(certificate);
    g_autoptr(GBytes) label = make_label(certificate);
    g_autoptr(GBytes) serial = encode_serial(certificate);
    CK_ATTRIBUTE attributes[9] = {
        {CKA_CLASS, &object_class, sizeof object_class},
        {CKA_TOKEN, &on, sizeof on},
        {CKA_CERTIFICATE_TYPE, &certificate_type, sizeof certificate_type},
    };

    if (id == NULL || serial == NULL)
        return cms_set_nss_error(error, CMS_ERROR_STORE, "certificate can't be stored");
    set_attribute(&attributes[3], CKA_ID, id);
    set_attribute(&attributes[4], CKA_LABEL, label);
    set_attribute(&attributes[5], CKA_SUBJECT, certificate_get_subject_der(certificate));
    set_attribute(&attributes[6], CKA_ISSUER, certificate_get_issuer_der(certificate));
    set_attribute(&attributes[7], CKA_SERIAL_NUMBER, serial);
    set_attribute(&attributes[8], CKA_VALUE, certificate_get_der(certificate));
    PORT_SetError(0);
    g_autoptr(PK11GenericObject) object =
        PK11_CreateManagedGenericObject(store->slot, attributes, G_N_ELEMENTS(attributes), PR_TRUE);
    if (object == NULL)
        return cms_set_nss_error(error, CMS_ERROR_STORE, "certificate can't be written");
    return TRUE;
}

typedef struct {
    CK_ATTRIBUTE_TYPE type;
    GBytes *value;
    CK_OBJECT_HANDLE handle; /* CK_INVALID_HANDLE: not found */
} Search;

static gboolean
search_object(PK11GenericObject *object, gpointer data)
{
    Search *search = data;
    g_autoptr(GBytes) value = pkcs11_read_attribute(object, search->type);

    if (value == NULL || !g_bytes_equal(value, search->value))
        return TRUE;
    search->handle = PK11_GetObjectHandle(PK11_TypeGeneric, object, NULL);
    return FALSE;
}

static CK_OBJECT_HANDLE
find_object(KeyStore *store, CK_OBJECT_CLASS object_class, CK_ATTRIBUTE_TYPE type, GBytes *value)
{
    Search search = {type, value, CK_INVALID_HANDLE};
    pkcs11_for_each_object(store->slot, object_class, search_object, &search);
    return search.handle;
}

static gboolean
delete_object(KeyStore *store, CK_OBJECT_HANDLE handle, GError **error)
{
    PORT_SetError(0);
    if (handle != CK_INVALID_HANDLE && PK11_DestroyTokenObject(store->slot, handle) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_STORE, "cannot delete from the key store");
    return TRUE;
}

gboolean
key_store_delete_certificate(KeyStore *store, const Certificate *certificate, GError **error)
{
    GBytes *der = certificate_get_der(certificate);
    return delete_object(store, find_object(store, CKO_CERTIFICATE, CKA_VALUE, der), error);
}

gboolean
key_store_has_public_key(KeyStore *store, GBytes *key_id)
{
    return find_object(store, CKO_PUBLIC_KEY, CKA_ID, key_id) != CK_INVALID_HANDLE;
}

gboolean
key_store_delete_public_key(KeyStore *store, GBytes *key_id, GError **error)
{
    return delete_object(store, find_object(store, CKO_PUBLIC_KEY, CKA_ID, key_id), error);
}
