/* SPDX-License-Identifier: MPL-2.0 */

#include "ops.h"
#include "params.h"

static void
describe_store(KeyStore *store, OpReply *reply)
{
    reply->result = json_object_new();
    json_object_set_boolean_member(reply->result, "has_password", key_store_has_password(store));
    json_object_set_boolean_member(reply->result, "locked", key_store_is_locked(store));
}

gboolean
op_unlock(const OpCall *call, OpReply *reply, GError **error)
{
    const gchar *password = NULL;
    if (!params_get_string(call->params, "password", &password, error))
        return FALSE;
    g_autoptr(KeyStore) store = bridge_get_key_store(call->bridge, FALSE, error);
    if (store == NULL || !key_store_unlock(store, password == NULL ? "" : password, error))
        return FALSE;
    describe_store(store, reply);
    return TRUE;
}

gboolean
op_lock(const OpCall *call, OpReply *reply, GError **error)
{
    g_autoptr(KeyStore) store = bridge_get_key_store(call->bridge, FALSE, error);
    if (store == NULL)
        return FALSE;
    key_store_lock(store);
    describe_store(store, reply);
    return TRUE;
}

gboolean
op_password(const OpCall *call, OpReply *reply, GError **error)
{
    const gchar *password = NULL;
    if (!params_get_string(call->params, "password", &password, error))
        return FALSE;
    g_autoptr(KeyStore) store = bridge_get_unlocked_store(call->bridge, FALSE, error);
    if (store == NULL || !key_store_set_password(store, password, error))
        return FALSE;
    describe_store(store, reply);
    return TRUE;
}
