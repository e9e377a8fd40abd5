/* SPDX-License-Identifier: MPL-2.0 */

#include "json-facts.h"
#include "ops.h"
#include "params.h"

gboolean
op_cert(const OpCall *call, OpReply *reply, GError **error)
{
    g_autoptr(GBytes) octets = NULL;
    if (!params_get_octets(call->params, "certificate", &octets, error))
        return FALSE;
    g_autoptr(GPtrArray) certificates = certificates_parse_file(octets, error);
    if (certificates == NULL)
        return FALSE;
    JsonArray *array = json_array_new();
    for (guint i = 0; i < certificates->len; i++)
        json_array_add_object_element(
            array, json_from_certificate_in_full(g_ptr_array_index(certificates, i),
                                                 bridge_get_now(call->bridge)));
    reply->result = json_object_new();
    json_object_set_array_member(reply->result, "certificates", array);
    return TRUE;
}
