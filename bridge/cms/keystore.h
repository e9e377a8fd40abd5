/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "key-pair.h"

/* The user's own keys: an NSS data base ("sql:" form) in a directory of its own. All functions may
 * be called from any thread. Pairs hold a reference on the store they come from. While a store is
 * locked, its pairs have no private key; list it again after unlocking. */
typedef struct _KeyStore KeyStore;

typedef enum {
    KEY_ALGORITHM_RSA_2048,
    KEY_ALGORITHM_RSA_3072,
    KEY_ALGORITHM_RSA_4096,
    KEY_ALGORITHM_P_256,
    KEY_ALGORITHM_P_384,
    KEY_N_ALGORITHMS
} KeyAlgorithm;
const gchar *key_algorithm_to_string(KeyAlgorithm algorithm); /* "rsa-2048" … "p-384" */
gboolean key_algorithm_from_string(const gchar *name, KeyAlgorithm *out_algorithm);

/**
 * key_store_open:
 * @directory: absolute path
 * @create: make directory (0700) and store when they are not there
 * @error: CMS_ERROR_STORE_MISSING, CMS_ERROR_STORE (unreadable, another user's or writable by
 * others, a link, not a data base)
 *
 * A store that can be read and not written opens; writing to it fails with CMS_ERROR_STORE.
 */
KeyStore *key_store_open(const gchar *directory, gboolean create,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
KeyStore *key_store_ref(KeyStore *store);
void key_store_unref(KeyStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyStore, key_store_unref)

gboolean key_store_has_password(KeyStore *store);
gboolean key_store_is_locked(KeyStore *store); /* has a password that has not been given */
/* CMS_ERROR_KEY_LOCKED: wrong password. */
gboolean key_store_unlock(KeyStore *store, const gchar *password, GError **error);
void key_store_lock(KeyStore *store);
/* Sets, changes or (empty or NULL @password) removes the password. The store is unlocked. */
gboolean key_store_set_password(KeyStore *store, const gchar *password, GError **error);

/**
 * key_store_generate:
 * @address: in printable form; non-ASCII local parts go into a SmtpUTF8Mailbox (RFC 9598)
 * @name: (nullable): common name; the address if %NULL
 * @now: seconds since 1970; the certificate holds from one hour before on
 *
 * Makes a key pair and a self-signed end-entity certificate: SHA-256 (P-384: SHA-384), random
 * serial number, subjectAltName, keyUsage digitalSignature with keyEncipherment (RSA) or
 * keyAgreement (EC), extendedKeyUsage emailProtection, basicConstraints not a CA,
 * subjectKeyIdentifier, sMIMECapabilities (RFC 4262). CMS_ERROR_KEY_LOCKED, CMS_ERROR_STORE;
 * CMS_ERROR_CERTIFICATE if @address is none.
 */
KeyPair *key_store_generate(KeyStore *store, const gchar *address, const gchar *name,
                            KeyAlgorithm algorithm, guint n_days, gint64 now,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Keeps the pairs of a file. Certificates without a key are kept beside them as the chain to be
 * sent: key_store_find_chain(). Returns the number of pairs that were new, or -1 with CMS_ERROR_KEY
 * (there is none), CMS_ERROR_KEY_LOCKED, CMS_ERROR_STORE, CMS_ERROR_EXISTS (another certificate of
 * the same issuer and serial number is there). */
gint key_store_import(KeyStore *store, const KeyFile *file, GError **error);

/* Keeps those certificates whose keys are in the store, as authorities issue them for keys that
 * were made here; and, beside them, those of authorities as the chain to be sent. Returns
 * (transfer full) those with a key, and in @out_n_new how many of them were new; or NULL with
 * CMS_ERROR_KEY_NOT_FOUND (the store has none of their keys), CMS_ERROR_KEY_LOCKED,
 * CMS_ERROR_STORE, CMS_ERROR_EXISTS. (element-type Certificate), both */
GPtrArray *key_store_add_certificates(KeyStore *store, GPtrArray *certificates, gint *out_n_new,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The issuers of a pair's certificate that are in the store, nearest first, without self-issued
 * ones (RFC 8550 §2.3). (element-type Certificate) */
GPtrArray *key_store_find_chain(KeyStore *store, const KeyPair *pair) G_GNUC_WARN_UNUSED_RESULT;

/* PKCS#12 with one pair and its chain: AES-256, PBKDF2, SHA-256. @password protects the file.
 * CMS_ERROR_KEY_LOCKED; CMS_ERROR_PASSWORD if it is empty. */
GBytes *key_store_export(KeyStore *store, const KeyPair *pair, const gchar *password,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Deletes key and certificate; a key that other certificates of the store share stays.
 * CMS_ERROR_KEY_NOT_FOUND, CMS_ERROR_KEY_LOCKED, CMS_ERROR_STORE. */
gboolean key_store_delete(KeyStore *store, const KeyPair *pair, GError **error);

/* All pairs, newest first (not_before). A locked store lists them all the same. NULL with an error
 * when it can't be read. (element-type KeyPair) */
GPtrArray *key_store_list(KeyStore *store, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Those whose certificate carries @address (an addr-spec; compared with addr_spec_matches()),
 * newest first; empty if there are none. */
GPtrArray *key_store_find(KeyStore *store, const gchar *address,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
