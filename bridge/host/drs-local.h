/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "drs-map.h"
#include "drs-message.h"
#include "op.h"

/* What operations on directory-replication mail have of this machine: its keys and its map. */
typedef struct {
    KeyStore *store; /* NULL: there is none */
    DrsMap map;      /* borrows it */
} DrsLocal;

/* @needs_keys: the store has to be there, and is unlocked: CMS_ERROR_STORE_MISSING,
 * CMS_ERROR_KEY_LOCKED. Clear it in any case. */
gboolean drs_local_open(const OpCall *call, gboolean needs_keys, DrsLocal *out_local,
                        GError **error);
void drs_local_clear(DrsLocal *local);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DrsLocal, drs_local_clear)

/* Parameter "legacy", an array of names. PROTOCOL_ERROR_MALFORMED. */
gboolean drs_params_get_legacy(JsonObject *params, DrsLegacy *out_legacy, GError **error);

/* Parameters "framed" and "mail"; mail is framed always. */
gboolean drs_params_get_form(JsonObject *params, gboolean *out_framed, gboolean *out_mail,
                             GError **error);

/* Parameter @name, an address; NULL if it is not there. What is none is PROTOCOL_ERROR_MALFORMED.
 */
gboolean drs_params_get_address(JsonObject *params, const gchar *name, const gchar **out_address,
                                GError **error);
