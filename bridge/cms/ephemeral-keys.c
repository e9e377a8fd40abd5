/* SPDX-License-Identifier: MPL-2.0 */

#include "ephemeral-keys.h"

#include "cms-error.h"
#include "nss-scoped.h"
#include "x25519.h"

struct EphemeralKeys {
    GHashTable *by_curve; /* (element-type AgreementCurve EphemeralKey): the curves are static */
};

static void
ephemeral_key_free(gpointer data)
{
    EphemeralKey *key = data;
    g_clear_pointer(&key->private_key, SECKEY_DestroyPrivateKey);
    g_clear_pointer(&key->public_key, SECKEY_DestroyPublicKey);
    g_free(key);
}

EphemeralKeys *
ephemeral_keys_new(void)
{
    EphemeralKeys *keys = g_new0(EphemeralKeys, 1);
    keys->by_curve = g_hash_table_new_full(NULL, NULL, NULL, ephemeral_key_free);
    return keys;
}

void
ephemeral_keys_free(EphemeralKeys *keys)
{
    g_hash_table_unref(keys->by_curve);
    g_free(keys);
}

const EphemeralKey *
ephemeral_keys_get(EphemeralKeys *keys, const AgreementCurve *curve, SECKEYPublicKey *recipient,
                   GError **error)
{
    EphemeralKey *key = g_hash_table_lookup(keys->by_curve, curve);
    if (key != NULL)
        return key;
    SECKEYPublicKey *public_key = NULL;
    PORT_SetError(0);
    SECKEYPrivateKey *private_key =
        curve->key_type == KEY_TYPE_X25519
            ? x25519_generate(&public_key)
            : SECKEY_CreateECPrivateKey(&recipient->u.ec.DEREncodedParams, &public_key, NULL);
    if (private_key == NULL) {
        cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot make an ephemeral key");
        return NULL;
    }
    key = g_new0(EphemeralKey, 1);
    key->private_key = private_key;
    key->public_key = public_key;
    g_hash_table_insert(keys->by_curve, (gpointer)curve, key);
    return key;
}
