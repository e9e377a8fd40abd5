/* SPDX-License-Identifier: MPL-2.0 */

#include "trust-params.h"

#include "certificate.h"
#include "crl-file.h"
#include "crl-folder.h"
#include "params.h"

/* Files of one parameter. */
#define MAX_FILES 200u

void
trust_params_clear(TrustParams *trust)
{
    g_clear_pointer(&trust->authorities, g_ptr_array_unref);
    g_clear_pointer(&trust->crls, g_ptr_array_unref);
}

gboolean
trust_params_get_files(const OpCall *call, const gchar *name, TrustFileParser parse,
                       GPtrArray **out_items, GError **error)
{
    g_autoptr(GPtrArray) files = NULL;
    if (!params_get_octets_list(call->params, name, MAX_FILES, &files, error))
        return FALSE;
    for (guint i = 0; i < files->len; i++) {
        GPtrArray *some = parse(g_ptr_array_index(files, i), error);
        if (some == NULL) {
            g_prefix_error(error, "parameter \"%s\": ", name);
            return FALSE;
        }
        if (*out_items == NULL)
            *out_items = some;
        else
            g_ptr_array_extend_and_steal(*out_items, some);
    }
    return TRUE;
}

gboolean
trust_params_read(const OpCall *call, TrustParams *trust, GError **error)
{
    return trust_params_get_files(call, "authorities", certificates_parse_file, &trust->authorities,
                                  error) &&
           params_get_boolean(call->params, "system_authorities", FALSE, &trust->wants_system,
                              error) &&
           trust_params_get_files(call, "crls", crls_parse_file, &trust->crls, error) &&
           params_get_boolean(call->params, "require_crl", FALSE, &trust->require_revocation,
                              error);
}

/* Beside those that were given. */
static gboolean
add_system_authorities(const OpCall *call, TrustParams *trust, GError **error)
{
    g_autoptr(GPtrArray) system = bridge_get_system_authorities(call->bridge, error);
    if (system == NULL)
        return FALSE;
    if (trust->authorities == NULL)
        trust->authorities = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    for (guint i = 0; i < system->len; i++)
        g_ptr_array_add(trust->authorities, certificate_ref(g_ptr_array_index(system, i)));
    return TRUE;
}

gboolean
trust_params_load(const OpCall *call, TrustParams *trust, GError **error)
{
    crl_folder_add_to(bridge_get_profile(call->bridge), &trust->crls);
    return !trust->wants_system || add_system_authorities(call, trust, error);
}

void
trust_params_add_crls(TrustParams *trust, GPtrArray *lists)
{
    if (trust->crls == NULL)
        trust->crls = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; lists != NULL && i < lists->len; i++)
        g_ptr_array_add(trust->crls, g_bytes_ref(g_ptr_array_index(lists, i)));
}
