/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "addr-spec.h"
#include "drs-map.h"

/* The keys of the key store, and to which addresses they belong (drs-map.h). */

/* (element-type OwnKey): newest first; empty where the map has no store. CMS_ERROR_STORE. */
GPtrArray *drs_own_keys_load(const DrsMap *map, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The best of those that belong to @wanted; NULL: none. @recorded: (nullable): the map's entry for
 * that address. (transfer none) */
KeyPair *drs_own_keys_find(GPtrArray *keys, const AddrSpec *wanted, const DrsMapEntry *recorded,
                           gint64 now);

KeyPair *drs_own_keys_get(GPtrArray *keys, guint i);
/* Whether @certificate is that of one of them. */
gboolean drs_own_keys_have(GPtrArray *keys, const Certificate *certificate);
