/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "keystore.h"
#include "nss-scoped.h"

struct _KeyStore {
    gatomicrefcount n_references;
    GMutex mutex; /* around everything below and every call on the slot */
    gchar *directory;
    PK11SlotInfo *slot;
    gboolean read_only;
    gchar *password; /* the one that unlocked it: NSS wants it again for a change; NULL */
};

/* CMS_ERROR_KEY_LOCKED. With the mutex held. */
gboolean key_store_check_unlocked(KeyStore *store, GError **error);

/* What writing needs: not read-only, not locked. With the mutex held. */
gboolean key_store_check_writable(KeyStore *store, GError **error);

/* Objects of the token (keystore-objects.c), with the mutex held. */

/* CKA_ID of the keys of @public_key. */
GBytes *key_store_key_id(const SECKEYPublicKey *public_key);
/* (element-type Certificate): every certificate of the store, with and without a key. */
GPtrArray *key_store_read_certificates(KeyStore *store);
gboolean key_store_write_certificate(KeyStore *store, const Certificate *certificate,
                                     GError **error);
gboolean key_store_delete_certificate(KeyStore *store, const Certificate *certificate,
                                      GError **error);
/* Whether there is a public key with that id: it can be seen while the store is locked, and the
 * private one can't. */
gboolean key_store_has_public_key(KeyStore *store, GBytes *key_id);
gboolean key_store_delete_public_key(KeyStore *store, GBytes *key_id, GError **error);
