/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate.h"

/* A private key with its certificate; from the key store or from a file for one call. Immutable,
 * reference- counted, safe between threads. */
typedef struct _KeyPair KeyPair;

/* Takes a reference on @certificate, and @private_key as its own, on failure too. CMS_ERROR_KEY if
 * they don't belong together (public keys are compared); CMS_ERROR_UNSUPPORTED for key types that
 * are not taken. */
KeyPair *key_pair_new(Certificate *certificate, SECKEYPrivateKey *private_key,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
KeyPair *key_pair_ref(KeyPair *pair);
void key_pair_unref(KeyPair *pair);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyPair, key_pair_unref)

Certificate *key_pair_get_certificate(const KeyPair *pair);
/* NULL for a pair of a locked key store: what wants the key answers CMS_ERROR_KEY_LOCKED, and the
 * caller lists the store again once it is unlocked. */
SECKEYPrivateKey *key_pair_get_private_key(const KeyPair *pair);

/* What a key file holds. */
typedef struct {
    GPtrArray *pairs;        /* (element-type KeyPair) */
    GPtrArray *certificates; /* (element-type Certificate): those without a key here */
    GPtrArray *private_keys; /* (element-type GBytes): PrivateKeyInfo (RFC 5208) of each of @pairs,
                                in their order; wiped when freed. For key_store_import() */
} KeyFile;

/**
 * key_file_parse:
 * @octets: PKCS#12 (RFC 7292), or PEM with certificates and PKCS#8 keys, plain or encrypted, or the
 * traditional RSA and EC forms
 * @password: (nullable): UTF-8; %NULL: none is known
 *
 * Keys become session keys: nothing is written anywhere. A key that several certificates have makes
 * as many pairs; a file without keys makes none. A single certificate in DER is such a file.
 * Returns: (transfer full): or %NULL with CMS_ERROR_PASSWORD, CMS_ERROR_KEY (also for keys without
 * any certificate), CMS_ERROR_MALFORMED, CMS_ERROR_UNSUPPORTED, CMS_ERROR_LIMIT
 */
KeyFile *key_file_parse(GBytes *octets, const gchar *password,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void key_file_free(KeyFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyFile, key_file_free)
