/* SPDX-License-Identifier: MPL-2.0 */

#include "json-facts.h"
#include "ops.h"
#include "params.h"
#include "peer-capabilities.h"

static JsonObject *
peer_to_json(const PeerCapabilities *peer)
{
    JsonObject *object = json_object_new();
    json_set_string(object, "address", peer->address);
    json_set_string(object, "certificate_sha256", peer->certificate_sha256);
    json_set_time(object, "signing_time", peer->signing_time);
    json_set_capabilities(object, "ciphers", peer->capabilities);
    return object;
}

gboolean
op_peers(const OpCall *call, OpReply *reply, GError **error)
{
    const gchar *address = NULL;
    const gchar *folder = bridge_get_profile(call->bridge);
    gboolean forget = FALSE;
    guint n_forgotten = 0;
    if (!params_get_string(call->params, "address", &address, error) ||
        !params_get_boolean(call->params, "forget", FALSE, &forget, error))
        return FALSE;
    g_autoptr(GPtrArray) peers = peer_capabilities_load(folder, G_MAXINT64, error);
    if (peers == NULL ||
        (forget && !peer_capabilities_forget(folder, address, &n_forgotten, error)))
        return FALSE;
    JsonArray *found = json_array_new();
    for (guint i = 0; i < peers->len; i++) {
        const PeerCapabilities *peer = g_ptr_array_index(peers, i);
        if (address == NULL || peer_address_equal(peer->address, address))
            json_array_add_object_element(found, peer_to_json(peer));
    }
    reply->result = json_object_new();
    json_object_set_array_member(reply->result, "peers", found);
    json_object_set_int_member(reply->result, "forgotten", n_forgotten);
    return TRUE;
}
