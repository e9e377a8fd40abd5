/* SPDX-License-Identifier: MPL-2.0 */

#include "addr-spec.h"
#include "cms-error.h"
#include "json-facts.h"
#include "ops.h"
#include "params.h"

#define DEFAULT_DAYS 1095 /* three years */
#define MAX_DAYS     36500

static gboolean
read_algorithm(const OpCall *call, KeyAlgorithm *out_algorithm, GError **error)
{
    const gchar *name = NULL;
    if (!params_get_string(call->params, "algorithm", &name, error))
        return FALSE;
    *out_algorithm = KEY_ALGORITHM_RSA_3072;
    if (name == NULL || key_algorithm_from_string(name, out_algorithm))
        return TRUE;
    g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                "algorithm \"%.50s\" is not one of rsa-2048, rsa-3072, rsa-4096, p-256, p-384",
                name);
    return FALSE;
}

gboolean
op_keygen(const OpCall *call, OpReply *reply, GError **error)
{
    const gchar *address = NULL, *name = NULL;
    gint64 n_days = 0;
    KeyAlgorithm algorithm = KEY_ALGORITHM_RSA_3072;
    if (!params_get_string(call->params, "address", &address, error) ||
        !params_get_string(call->params, "name", &name, error) ||
        !params_get_integer(call->params, "days", 1, MAX_DAYS, DEFAULT_DAYS, &n_days, error) ||
        !read_algorithm(call, &algorithm, error))
        return FALSE;
    g_autoptr(AddrSpec) spec = addr_spec_parse(address == NULL ? "" : address, -1, error);
    if (spec == NULL) {
        g_prefix_error(error, "address \"%.200s\": ", address == NULL ? "" : address);
        return FALSE;
    }
    g_autoptr(KeyStore) store = bridge_get_unlocked_store(call->bridge, TRUE, error);
    if (store == NULL)
        return FALSE;
    op_report_progress(call, "keygen", 0, 0);
    g_autofree gchar *canonical = addr_spec_to_string(spec);
    g_autoptr(KeyPair) pair = key_store_generate(store, canonical, name, algorithm, (guint)n_days,
                                                 bridge_get_now(call->bridge), error);
    if (pair == NULL)
        return FALSE;
    reply->result = json_object_new();
    json_object_set_object_member(reply->result, "certificate",
                                  json_from_certificate(key_pair_get_certificate(pair)));
    return TRUE;
}

static GPtrArray *
list_pairs(const OpCall *call, GError **error)
{
    const gchar *address = NULL;
    if (!params_get_string(call->params, "address", &address, error))
        return NULL;
    g_autoptr(KeyStore) store = bridge_get_key_store(call->bridge, FALSE, error);
    if (store == NULL)
        return NULL;
    return address == NULL ? key_store_list(store, error) : key_store_find(store, address, error);
}

gboolean
op_keys(const OpCall *call, OpReply *reply, GError **error)
{
    g_autoptr(GPtrArray) pairs = list_pairs(call, error);
    if (pairs == NULL)
        return FALSE;
    gint64 now = bridge_get_now(call->bridge);
    JsonArray *keys = json_array_new();
    for (guint i = 0; i < pairs->len; i++)
        json_array_add_object_element(
            keys, json_from_certificate_in_full(
                      key_pair_get_certificate(g_ptr_array_index(pairs, i)), now));
    reply->result = json_object_new();
    json_object_set_array_member(reply->result, "keys", keys);
    return TRUE;
}

gboolean
op_delete(const OpCall *call, OpReply *reply, GError **error)
{
    const gchar *sha256 = NULL;
    if (!params_get_string(call->params, "sha256", &sha256, error))
        return FALSE;
    g_autoptr(KeyStore) store = bridge_get_unlocked_store(call->bridge, FALSE, error);
    g_autoptr(GPtrArray) pairs = store == NULL ? NULL : key_store_list(store, error);
    if (pairs == NULL)
        return FALSE;
    for (guint i = 0; i < pairs->len; i++) {
        const KeyPair *pair = g_ptr_array_index(pairs, i);
        g_autofree gchar *hex = certificate_dup_sha256_hex(key_pair_get_certificate(pair));
        if (sha256 == NULL || g_ascii_strcasecmp(hex, sha256) != 0)
            continue;
        if (!key_store_delete(store, pair, error))
            return FALSE;
        reply->result = json_object_new();
        json_set_string(reply->result, "sha256", hex);
        return TRUE;
    }
    g_set_error(error, CMS_ERROR, CMS_ERROR_KEY_NOT_FOUND,
                "no key in the key store has a certificate with SHA-256 %.100s", sha256);
    return FALSE;
}
