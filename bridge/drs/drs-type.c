/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-type.h"

static const gchar *const type_names[] = {[DRS_REQUEST] = "request", [DRS_RESPONSE] = "response"};
G_STATIC_ASSERT(G_N_ELEMENTS(type_names) == DRS_N_TYPES);

const gchar *
drs_message_type_to_string(DrsMessageType type)
{
    return (guint)type < DRS_N_TYPES ? type_names[type] : NULL;
}

gboolean
drs_message_type_from_string(const gchar *name, DrsMessageType *out_type)
{
    for (guint i = 0; i < DRS_N_TYPES; i++) {
        if (!g_str_equal(name, type_names[i]))
            continue;
        *out_type = (DrsMessageType)i;
        return TRUE;
    }
    return FALSE;
}
