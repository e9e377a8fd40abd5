/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "cms-error.h"
#include "json-facts.h"
#include "ops.h"
#include "params.h"

static void
set_imported(OpReply *reply, guint n_keys, gint n_new, guint n_certificates, JsonArray *imported)
{
    reply->result = json_object_new();
    json_object_set_int_member(reply->result, "keys", n_keys);
    json_object_set_int_member(reply->result, "new_keys", n_new);
    json_object_set_int_member(reply->result, "certificates", n_certificates);
    json_object_set_array_member(reply->result, "imported", imported);
}

static gboolean
import_keys(const OpCall *call, const KeyFile *file, OpReply *reply, GError **error)
{
    g_autoptr(KeyStore) store = bridge_get_unlocked_store(call->bridge, TRUE, error);
    gint n_new = store == NULL ? -1 : key_store_import(store, file, error);
    if (n_new < 0)
        return FALSE;
    JsonArray *imported = json_array_new();
    for (guint i = 0; i < file->pairs->len; i++)
        json_array_add_object_element(imported, json_from_certificate(key_pair_get_certificate(
                                                    g_ptr_array_index(file->pairs, i))));
    set_imported(reply, file->pairs->len, n_new, file->pairs->len + file->certificates->len,
                 imported);
    return TRUE;
}

/* What an authority sends for keys that are in the store. */
static gboolean
import_certificates(const OpCall *call, GPtrArray *certificates, OpReply *reply, GError **error)
{
    gint n_new = 0;
    g_autoptr(KeyStore) store = bridge_get_unlocked_store(call->bridge, FALSE, error);
    g_autoptr(GPtrArray) own =
        store == NULL ? NULL : key_store_add_certificates(store, certificates, &n_new, error);
    if (own == NULL)
        return FALSE;
    JsonArray *imported = json_array_new();
    for (guint i = 0; i < own->len; i++)
        json_array_add_object_element(imported, json_from_certificate(g_ptr_array_index(own, i)));
    set_imported(reply, own->len, n_new, certificates->len, imported);
    return TRUE;
}

/* A key that is of none of the certificates beside it is a mistake to be told. */
static gboolean
has_private_key(GBytes *octets)
{
    static const gchar label[] = "PRIVATE KEY-----";
    return memmem(g_bytes_get_data(octets, NULL), g_bytes_get_size(octets), label, strlen(label)) !=
           NULL;
}

/* Either keys, or (then NULL without an error) @out_certificates alone. */
static KeyFile *
read_file(GBytes *octets, const gchar *password, GPtrArray **out_certificates, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(KeyFile) file = key_file_parse(octets, password, &problem);
    if (file != NULL && file->pairs->len > 0)
        return g_steal_pointer(&file);
    *out_certificates = has_private_key(octets) ? NULL : certificates_parse_file(octets, NULL);
    if (*out_certificates != NULL)
        return NULL;
    if (problem != NULL)
        g_propagate_error(error, g_steal_pointer(&problem));
    else
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_KEY,
                            "the file has no private key with its certificate");
    return NULL;
}

gboolean
op_import(const OpCall *call, OpReply *reply, GError **error)
{
    g_autoptr(GBytes) octets = NULL;
    const gchar *password = NULL;
    if (!params_get_octets(call->params, "octets", &octets, error) ||
        !params_get_string(call->params, "password", &password, error))
        return FALSE;
    if (octets == NULL) {
        g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                            "there is no file to import");
        return FALSE;
    }
    /* Read before the store is made or asked for: a bad file leaves nothing behind. */
    g_autoptr(GPtrArray) certificates = NULL;
    g_autoptr(KeyFile) file = read_file(octets, password, &certificates, error);
    if (file == NULL && certificates == NULL)
        return FALSE;
    return file != NULL ? import_keys(call, file, reply, error)
                        : import_certificates(call, certificates, reply, error);
}

/* The newest of the address, or the one with that SHA-256. */
static KeyPair *
choose_pair(KeyStore *store, const gchar *address, const gchar *sha256, GError **error)
{
    g_autoptr(GPtrArray) pairs =
        address == NULL ? key_store_list(store, error) : key_store_find(store, address, error);
    if (pairs == NULL)
        return NULL;
    for (guint i = 0; i < pairs->len; i++) {
        KeyPair *pair = g_ptr_array_index(pairs, i);
        g_autofree gchar *hex = certificate_dup_sha256_hex(key_pair_get_certificate(pair));
        if (sha256 == NULL || g_ascii_strcasecmp(hex, sha256) == 0)
            return key_pair_ref(pair);
    }
    g_set_error(error, CMS_ERROR, CMS_ERROR_KEY_NOT_FOUND, "no key for %.200s in the key store",
                sha256 != NULL ? sha256 : address);
    return NULL;
}

gboolean
op_export(const OpCall *call, OpReply *reply, GError **error)
{
    const gchar *address = NULL, *sha256 = NULL, *password = NULL;
    gboolean certificate_only = FALSE;
    if (!params_get_string(call->params, "address", &address, error) ||
        !params_get_string(call->params, "sha256", &sha256, error) ||
        !params_get_string(call->params, "password", &password, error) ||
        !params_get_boolean(call->params, "certificate_only", FALSE, &certificate_only, error))
        return FALSE;
    if (address == NULL && sha256 == NULL) {
        g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                            "an address or the SHA-256 of a certificate is wanted");
        return FALSE;
    }
    if (!certificate_only && password == NULL) {
        g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                            "a private key is exported under a password only");
        return FALSE;
    }
    g_autoptr(KeyStore) store = certificate_only
                                    ? bridge_get_key_store(call->bridge, FALSE, error)
                                    : bridge_get_unlocked_store(call->bridge, FALSE, error);
    g_autoptr(KeyPair) pair = store == NULL ? NULL : choose_pair(store, address, sha256, error);
    if (pair == NULL)
        return FALSE;
    Certificate *certificate = key_pair_get_certificate(pair);
    g_autoptr(GBytes) octets = certificate_only ? g_bytes_ref(certificate_get_der(certificate))
                                                : key_store_export(store, pair, password, error);
    if (octets == NULL)
        return FALSE;
    reply->result = json_object_new();
    json_object_set_object_member(reply->result, "certificate", json_from_certificate(certificate));
    op_reply_take_body(reply, octet_source_new_bytes(octets));
    return TRUE;
}
