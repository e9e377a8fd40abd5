/* SPDX-License-Identifier: MPL-2.0 */

#include "key-pair.h"

#include <string.h>

#include "cms-error.h"
#include "key-pair-private.h"
#include "nss-scoped.h"

struct _KeyPair {
    Certificate *certificate;
    SECKEYPrivateKey *private_key; /* NULL: locked */
    gpointer owner;
    GDestroyNotify release;
};

/* NSS takes a bare point for the DER of an OCTET STRING where its first octets happen to look like
 * one: 04, then an x that begins with the length of the rest, for one key of 256 on P-256 and
 * P-384. It then hands out the point without them. */
static gboolean
points_are_equal(const SECItem *certified, const SECItem *own)
{
    if (SECITEM_ItemsAreEqual(certified, own))
        return TRUE;
    return certified->len == own->len + 2 && certified->data[1] == own->len &&
           memcmp(certified->data + 2, own->data, own->len) == 0;
}

/* Ed25519, by the DER of its name: the type has none in the headers of NSS 3.87. */
static gboolean
is_ed25519_key(const SECKEYPublicKey *key)
{
    static const guint8 name[] = {0x06, 0x03, 0x2b, 0x65, 0x70};
    return key->keyType != rsaKey && key->keyType != rsaPssKey && key->keyType != dsaKey &&
           key->u.ec.DEREncodedParams.len == sizeof name &&
           memcmp(key->u.ec.DEREncodedParams.data, name, sizeof name) == 0;
}

static gboolean
public_keys_are_equal(const SECKEYPublicKey *a, const SECKEYPublicKey *b)
{
    if (a->keyType == ecKey && b->keyType == ecKey)
        return SECITEM_ItemsAreEqual(&a->u.ec.DEREncodedParams, &b->u.ec.DEREncodedParams) &&
               points_are_equal(&a->u.ec.publicValue, &b->u.ec.publicValue);
    /* PSS-restricted keys have a type of their own, sometimes on one side alone. */
    if ((a->keyType == rsaKey || a->keyType == rsaPssKey) &&
        (b->keyType == rsaKey || b->keyType == rsaPssKey))
        return SECITEM_ItemsAreEqual(&a->u.rsa.modulus, &b->u.rsa.modulus) &&
               SECITEM_ItemsAreEqual(&a->u.rsa.publicExponent, &b->u.rsa.publicExponent);
    return a->keyType == b->keyType && is_ed25519_key(a) && is_ed25519_key(b) &&
           SECITEM_ItemsAreEqual(&a->u.ec.publicValue, &b->u.ec.publicValue);
}

gboolean
key_pair_check(const Certificate *certificate, SECKEYPrivateKey *private_key, GError **error)
{
    g_autoptr(SECKEYPublicKey) certified = certificate_extract_public_key(certificate, error);
    if (certified == NULL)
        return FALSE;

    PORT_SetError(0);
    g_autoptr(SECKEYPublicKey) own = SECKEY_ConvertToPublicKey(private_key);
    if (own == NULL)
        return cms_set_nss_error(error, CMS_ERROR_KEY, "private key has no public key");
    if (!public_keys_are_equal(certified, own)) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_KEY,
                    "private key does not belong to the certificate of %s",
                    certificate_get_subject(certificate));
        return FALSE;
    }
    return TRUE;
}

KeyPair *
key_pair_new_owned(Certificate *certificate, SECKEYPrivateKey *private_key, gpointer owner,
                   GDestroyNotify release)
{
    KeyPair *pair = g_atomic_rc_box_new0(KeyPair);
    pair->certificate = certificate_ref(certificate);
    pair->private_key = private_key;
    pair->owner = owner;
    pair->release = release;
    return pair;
}

KeyPair *
key_pair_new(Certificate *certificate, SECKEYPrivateKey *private_key, GError **error)
{
    g_return_val_if_fail(certificate != NULL && private_key != NULL, NULL);
    g_autoptr(SECKEYPrivateKey) own = private_key;

    if (!key_pair_check(certificate, own, error))
        return NULL;
    return key_pair_new_owned(certificate, g_steal_pointer(&own), NULL, NULL);
}

KeyPair *
key_pair_ref(KeyPair *pair)
{
    return g_atomic_rc_box_acquire(pair);
}

static void
key_pair_clear(gpointer data)
{
    KeyPair *pair = data;

    g_clear_pointer(&pair->certificate, certificate_unref);
    g_clear_pointer(&pair->private_key, SECKEY_DestroyPrivateKey);
    /* Last: closing the token under its key would leave the key dangling. */
    if (pair->release != NULL)
        pair->release(pair->owner);
}

void
key_pair_unref(KeyPair *pair)
{
    g_atomic_rc_box_release_full(pair, key_pair_clear);
}

Certificate *
key_pair_get_certificate(const KeyPair *pair)
{
    return pair->certificate;
}

SECKEYPrivateKey *
key_pair_get_private_key(const KeyPair *pair)
{
    return pair->private_key;
}
