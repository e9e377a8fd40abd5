/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "drs-map.h"

/* One entry of the map, and its file, of which drs-map.h has the form. */

DrsMapEntry *drs_map_entry_new(const gchar *address, DrsMapOrigin origin, Certificate *certificate,
                               gint64 recorded);

/* local-part@domain, by which addresses are compared. ADDR_SPEC_ERROR. */
gchar *drs_address_fold(const gchar *address, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Name of the file for what that gave, without folder. */
gchar *drs_map_dup_file_name(const gchar *folded);
gboolean drs_map_name_is_sound(const gchar *name);

/* Whether it can be recorded: the file of any other would not be read again. CMS_ERROR_LIMIT. */
gboolean drs_map_entry_check(const DrsMapEntry *entry, GError **error);
gchar *drs_map_entry_serialize(const DrsMapEntry *entry, gsize *out_n_octets);
/* NULL for what is damaged or of a later version. */
DrsMapEntry *drs_map_entry_parse(const gchar *text, gsize n_octets);
/* … or too large, or no file. */
DrsMapEntry *drs_map_entry_load(const gchar *path);
