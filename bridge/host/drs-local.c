/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-local.h"

#include "addr-spec.h"
#include "cms-error.h"
#include "core-limits.h"
#include "params.h"

#define MAX_LEGACY 8

gboolean
drs_local_open(const OpCall *call, gboolean needs_keys, DrsLocal *out_local, GError **error)
{
    g_autoptr(GError) problem = NULL;
    *out_local = (DrsLocal){.map = {.profile = bridge_get_profile(call->bridge),
                                    .now = bridge_get_now(call->bridge),
                                    .n_entries_max = LIMIT_DRS_MAP_ENTRIES}};
    out_local->store = needs_keys ? bridge_get_unlocked_store(call->bridge, FALSE, &problem)
                                  : bridge_get_key_store(call->bridge, FALSE, &problem);
    out_local->map.store = out_local->store;
    if (out_local->store != NULL ||
        (!needs_keys && g_error_matches(problem, CMS_ERROR, CMS_ERROR_STORE_MISSING)))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
}

void
drs_local_clear(DrsLocal *local)
{
    g_clear_pointer(&local->store, key_store_unref);
}

gboolean
drs_params_get_legacy(JsonObject *params, DrsLegacy *out_legacy, GError **error)
{
    g_autoptr(GPtrArray) names = NULL;
    guint all = DRS_LEGACY_NONE;
    if (!params_get_strings(params, "legacy", MAX_LEGACY, &names, error))
        return FALSE;
    for (guint i = 0; i < names->len; i++) {
        const gchar *name = g_ptr_array_index(names, i);
        DrsLegacy one;
        if (!drs_legacy_from_string(name, &one)) {
            g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                        "parameter \"legacy\": \"%.50s\" is not one of " DRS_LEGACY_NAMES, name);
            return FALSE;
        }
        all |= one;
    }
    *out_legacy = (DrsLegacy)all;
    return TRUE;
}

gboolean
drs_params_get_form(JsonObject *params, gboolean *out_framed, gboolean *out_mail, GError **error)
{
    if (!params_get_boolean(params, "framed", FALSE, out_framed, error) ||
        !params_get_boolean(params, "mail", FALSE, out_mail, error))
        return FALSE;
    *out_framed = *out_framed || *out_mail;
    return TRUE;
}

gboolean
drs_params_get_address(JsonObject *params, const gchar *name, const gchar **out_address,
                       GError **error)
{
    g_autoptr(GError) problem = NULL;
    if (!params_get_string(params, name, out_address, error))
        return FALSE;
    if (*out_address == NULL)
        return TRUE;
    g_autoptr(AddrSpec) address = addr_spec_parse_service(*out_address, -1, &problem);
    if (address != NULL)
        return TRUE;
    g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                "parameter \"%s\": \"%.100s\" is not an address: %s", name, *out_address,
                problem->message);
    return FALSE;
}
