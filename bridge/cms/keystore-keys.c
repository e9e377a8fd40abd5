/* SPDX-License-Identifier: MPL-2.0 */

#include "addr-spec.h"
#include "cms-error.h"
#include "key-file-private.h"
#include "key-generate.h"
#include "key-pair-private.h"
#include "keystore-private.h"
#include "pkcs12-write.h"
#include "x25519.h"

static SECKEYPrivateKey *
find_private_key(KeyStore *store, GBytes *key_id)
{
    SECItem id = nss_borrow_bytes(key_id);

    return PK11_FindKeyByKeyID(store->slot, &id, NULL);
}

static void
release_store(gpointer store)
{
    key_store_unref(store);
}

/* The pair of a certificate of the store, or NULL if there is no key for it. */
static KeyPair *
pair_for(KeyStore *store, Certificate *certificate)
{
    g_autoptr(SECKEYPublicKey) public_key = certificate_extract_public_key(certificate, NULL);
    g_autoptr(GBytes) id = public_key != NULL ? key_store_key_id(public_key) : NULL;
    if (id == NULL)
        return NULL;

    gboolean is_locked = !key_store_check_unlocked(store, NULL);
    SECKEYPrivateKey *private_key = is_locked ? NULL : find_private_key(store, id);
    if (private_key == NULL && !(is_locked && key_store_has_public_key(store, id)))
        return NULL;
    return key_pair_new_owned(certificate, private_key, key_store_ref(store), release_store);
}

static gint
compare_newest_first(gconstpointer a, gconstpointer b)
{
    const Certificate *first = key_pair_get_certificate(*(KeyPair *const *)a);
    const Certificate *second = key_pair_get_certificate(*(KeyPair *const *)b);
    gint64 first_time = certificate_get_not_before(first);
    gint64 second_time = certificate_get_not_before(second);

    if (first_time != second_time)
        return first_time < second_time ? 1 : -1;
    /* Whatever, but always the same. */
    return g_bytes_compare(certificate_get_der(first), certificate_get_der(second));
}

static GPtrArray *
list_pairs(KeyStore *store)
{
    GPtrArray *pairs = g_ptr_array_new_with_free_func((GDestroyNotify)key_pair_unref);
    g_autoptr(GPtrArray) certificates = key_store_read_certificates(store);

    for (guint i = 0; i < certificates->len; i++) {
        KeyPair *pair = pair_for(store, g_ptr_array_index(certificates, i));
        if (pair != NULL)
            g_ptr_array_add(pairs, pair);
    }
    g_ptr_array_sort(pairs, compare_newest_first);
    return pairs;
}

GPtrArray *
key_store_list(KeyStore *store, GError **error)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->mutex);

    if (!PK11_IsPresent(store->slot)) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_STORE, "key store \"%s\" can't be read",
                    store->directory);
        return NULL;
    }
    return list_pairs(store);
}

static gboolean
certificate_has_address(const Certificate *certificate, const AddrSpec *wanted)
{
    const gchar *const *addresses = certificate_get_addresses(certificate);

    for (gsize i = 0; addresses[i] != NULL; i++) {
        g_autoptr(AddrSpec) address = addr_spec_parse(addresses[i], -1, NULL);
        if (address != NULL && addr_spec_matches(address, wanted))
            return TRUE;
    }
    return FALSE;
}

GPtrArray *
key_store_find(KeyStore *store, const gchar *address, GError **error)
{
    g_autoptr(AddrSpec) wanted = addr_spec_parse(address, -1, NULL);
    g_autoptr(GPtrArray) pairs = key_store_list(store, error);

    for (guint i = pairs != NULL ? pairs->len : 0; i > 0; i--) {
        const KeyPair *pair = g_ptr_array_index(pairs, i - 1);
        if (wanted == NULL || !certificate_has_address(key_pair_get_certificate(pair), wanted))
            g_ptr_array_remove_index(pairs, i - 1);
    }
    return g_steal_pointer(&pairs);
}

/* An issuer that issued itself ends the chain and is left out, as RFC 8550 §2.3 has it. */
static Certificate *
find_issuer(GPtrArray *certificates, const Certificate *subject, GPtrArray *chain)
{
    for (guint i = 0; i < certificates->len; i++) {
        Certificate *issuer = g_ptr_array_index(certificates, i);
        if (g_bytes_equal(certificate_get_subject_der(issuer),
                          certificate_get_issuer_der(subject)) &&
            !certificate_is_self_issued(issuer) && certificate_is_authority(issuer) &&
            !g_ptr_array_find(chain, issuer, NULL))
            return issuer;
    }
    return NULL;
}

GPtrArray *
key_store_find_chain(KeyStore *store, const KeyPair *pair)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->mutex);
    g_autoptr(GPtrArray) certificates = key_store_read_certificates(store);
    GPtrArray *chain = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    const Certificate *subject = key_pair_get_certificate(pair);

    for (Certificate *issuer = find_issuer(certificates, subject, chain); issuer != NULL;
         issuer = find_issuer(certificates, issuer, chain))
        g_ptr_array_add(chain, certificate_ref(issuer));
    return chain;
}

/* Deletes private and public key, where they are. */
static gboolean
delete_keys(KeyStore *store, GBytes *key_id, GError **error)
{
    SECKEYPrivateKey *private_key = find_private_key(store, key_id);

    PORT_SetError(0);
    /* By force: without it NSS keeps keys for which it finds a certificate. Frees the reference
     * too. */
    if (private_key != NULL && PK11_DeleteTokenPrivateKey(private_key, PR_TRUE) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_STORE, "private key can't be deleted");
    return key_store_delete_public_key(store, key_id, error);
}

KeyPair *
key_store_generate(KeyStore *store, const gchar *address, const gchar *name, KeyAlgorithm algorithm,
                   guint n_days, gint64 now, GError **error)
{
    g_return_val_if_fail(address != NULL && (guint)algorithm < KEY_N_ALGORITHMS && n_days > 0,
                         NULL);
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->mutex);
    const KeyRequest request = {address, name, algorithm, n_days, now};
    g_autoptr(SECKEYPublicKey) public_key = NULL;

    if (!key_store_check_writable(store, error))
        return NULL;
    g_autoptr(SECKEYPrivateKey) private_key =
        key_generate_pair(store->slot, algorithm, TRUE, &public_key, error);
    if (private_key == NULL)
        return NULL;

    g_autoptr(Certificate) certificate =
        key_generate_certificate(&request, public_key, private_key, error);
    if (certificate == NULL || !key_store_write_certificate(store, certificate, error)) {
        /* A key that nothing names would stay for ever. */
        g_autoptr(GBytes) id = key_store_key_id(public_key);
        delete_keys(store, id, NULL);
        return NULL;
    }
    return key_pair_new_owned(certificate, g_steal_pointer(&private_key), key_store_ref(store),
                              release_store);
}

/* What the store says of a certificate that is to be added. */
typedef enum { ENTRY_NEW, ENTRY_THERE, ENTRY_CONFLICT } EntryState;

/* The data base holds one certificate for an issuer and serial number: a second one would overwrite
 * it. */
static EntryState
entry_state(GPtrArray *stored, const Certificate *certificate)
{
    for (guint i = 0; i < stored->len; i++) {
        const Certificate *other = g_ptr_array_index(stored, i);
        if (g_bytes_equal(certificate_get_der(other), certificate_get_der(certificate)))
            return ENTRY_THERE;
        if (g_bytes_equal(certificate_get_issuer_der(other),
                          certificate_get_issuer_der(certificate)) &&
            g_bytes_equal(certificate_get_serial(other), certificate_get_serial(certificate)))
            return ENTRY_CONFLICT;
    }
    return ENTRY_NEW;
}

static gboolean
write_certificate_once(KeyStore *store, Certificate *certificate, GError **error)
{
    g_autoptr(GPtrArray) stored = key_store_read_certificates(store);

    switch (entry_state(stored, certificate)) {
    case ENTRY_THERE:
        return TRUE;
    case ENTRY_NEW:
        return key_store_write_certificate(store, certificate, error);
    case ENTRY_CONFLICT:
    default:
        g_set_error(error, CMS_ERROR, CMS_ERROR_EXISTS,
                    "another certificate of the same issuer and serial number is in the store: %s",
                    certificate_get_subject(certificate));
        return FALSE;
    }
}

/* NSS gives no id to keys of Ed25519 that it takes from PKCS#8. */
static gboolean
write_key_id(KeyStore *store, SECKEYPrivateKey *written, GBytes *key_id, GError **error)
{
    g_autoptr(SECKEYPrivateKey) found = find_private_key(store, key_id);
    SECItem id = nss_borrow_bytes(key_id);
    PORT_SetError(0);
    if (found == NULL &&
        PK11_WriteRawAttribute(PK11_TypePrivKey, written, CKA_ID, &id) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_STORE, "private key can't be written");
    return TRUE;
}

static gboolean
write_keys(KeyStore *store, GBytes *pkcs8, SECKEYPublicKey *public_key, GBytes *key_id,
           GError **error)
{
    g_autoptr(SECKEYPrivateKey) there = find_private_key(store, key_id);
    g_autoptr(SECKEYPrivateKey) written =
        there == NULL ? key_file_import_key(store->slot, pkcs8, TRUE, error) : NULL;

    if (there == NULL && (written == NULL || !write_key_id(store, written, key_id, error)))
        return FALSE;
    PORT_SetError(0);
    if (!key_store_has_public_key(store, key_id) &&
        !x25519_store_public_key(store->slot, public_key))
        return cms_set_nss_error(error, CMS_ERROR_STORE, "public key can't be written");
    return TRUE;
}

static gboolean
import_key(KeyStore *store, Certificate *certificate, GBytes *pkcs8, gint *in_out_n_new,
           GError **error)
{
    g_autoptr(SECKEYPublicKey) public_key = certificate_extract_public_key(certificate, error);
    g_autoptr(GBytes) id = public_key != NULL ? key_store_key_id(public_key) : NULL;
    if (id == NULL)
        return FALSE;

    g_autoptr(KeyPair) there = NULL;
    g_autoptr(GPtrArray) stored = key_store_read_certificates(store);
    if (entry_state(stored, certificate) == ENTRY_THERE)
        there = pair_for(store, certificate);
    /* Certificate first: if it is refused, no key is left behind that nothing names. */
    if (!write_certificate_once(store, certificate, error) ||
        !write_keys(store, pkcs8, public_key, id, error))
        return FALSE;
    *in_out_n_new += there == NULL ? 1 : 0;
    return TRUE;
}

gint
key_store_import(KeyStore *store, const KeyFile *file, GError **error)
{
    g_return_val_if_fail(file != NULL, -1);
    gint n_new = 0;

    if (file->pairs->len == 0) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_KEY, "no private key in the file");
        return -1;
    }
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->mutex);
    if (!key_store_check_writable(store, error))
        return -1;
    for (guint i = 0; i < file->pairs->len; i++) {
        Certificate *certificate = key_pair_get_certificate(g_ptr_array_index(file->pairs, i));
        GBytes *private_key = g_ptr_array_index(file->private_keys, i);
        if (!import_key(store, certificate, private_key, &n_new, error))
            return -1;
    }
    for (guint i = 0; i < file->certificates->len; i++) {
        g_autoptr(GError) reason = NULL;
        /* The chain is a help to correspondents: one that can't be kept is no reason to fail. */
        if (!write_certificate_once(store, g_ptr_array_index(file->certificates, i), &reason))
            g_debug("key store: %s", reason->message);
    }
    return n_new;
}

static gboolean
add_own_certificate(KeyStore *store, Certificate *certificate, gint *in_out_n_new, GError **error)
{
    g_autoptr(GPtrArray) stored = key_store_read_certificates(store);
    *in_out_n_new += entry_state(stored, certificate) == ENTRY_NEW ? 1 : 0;
    return write_certificate_once(store, certificate, error);
}

GPtrArray *
key_store_add_certificates(KeyStore *store, GPtrArray *certificates, gint *out_n_new,
                           GError **error)
{
    gint n_new = 0;
    g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->mutex);
    if (!key_store_check_writable(store, error))
        return NULL;
    for (guint i = 0; i < certificates->len; i++) {
        Certificate *certificate = g_ptr_array_index(certificates, i);
        g_autoptr(KeyPair) pair = pair_for(store, certificate);
        if (pair == NULL)
            continue;
        g_ptr_array_add(own, certificate_ref(certificate));
        if (!add_own_certificate(store, certificate, &n_new, error))
            return NULL;
    }
    if (own->len == 0) {
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_KEY_NOT_FOUND,
                            "the key store has the key of none of these certificates");
        return NULL;
    }
    for (guint i = 0; i < certificates->len; i++) {
        Certificate *certificate = g_ptr_array_index(certificates, i);
        g_autoptr(GError) reason = NULL;
        if (certificate_is_authority(certificate) &&
            !write_certificate_once(store, certificate, &reason))
            g_debug("key store: %s", reason->message);
    }
    *out_n_new = n_new;
    return g_steal_pointer(&own);
}

GBytes *
key_store_export(KeyStore *store, const KeyPair *pair, const gchar *password, GError **error)
{
    if (key_pair_get_private_key(pair) == NULL) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_KEY_LOCKED, "key store \"%s\" is locked",
                    store->directory);
        return NULL;
    }
    g_autoptr(GPtrArray) chain = key_store_find_chain(store, pair);
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->mutex);
    if (!key_store_check_unlocked(store, error))
        return NULL;
    return pkcs12_write(pair, chain, password, error);
}

static gboolean
key_is_shared(GPtrArray *stored, const Certificate *certificate)
{
    for (guint i = 0; i < stored->len; i++) {
        const Certificate *other = g_ptr_array_index(stored, i);
        if (g_bytes_equal(certificate_get_spki(other), certificate_get_spki(certificate)) &&
            !g_bytes_equal(certificate_get_der(other), certificate_get_der(certificate)))
            return TRUE;
    }
    return FALSE;
}

gboolean
key_store_delete(KeyStore *store, const KeyPair *pair, GError **error)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->mutex);
    const Certificate *certificate = key_pair_get_certificate(pair);
    g_autoptr(SECKEYPublicKey) public_key = certificate_extract_public_key(certificate, error);
    g_autoptr(GBytes) id = public_key != NULL ? key_store_key_id(public_key) : NULL;

    if (id == NULL || !key_store_check_writable(store, error))
        return FALSE;
    g_autoptr(GPtrArray) stored = key_store_read_certificates(store);
    if (entry_state(stored, certificate) != ENTRY_THERE) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_KEY_NOT_FOUND, "no such key in the store");
        return FALSE;
    }
    /* Key first: a certificate without key is harmless, a key that nothing names can't be found
     * again. */
    if (!key_is_shared(stored, certificate) && !delete_keys(store, id, error))
        return FALSE;
    return key_store_delete_certificate(store, certificate, error);
}
