/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <json-glib/json-glib.h>

#include "certificate.h"
#include "drs-frame.h"
#include "drs-map.h"

/* The pieces of which requests and results about directory-replication mail are made. */

/* Parameter "type", which has to be there: PROTOCOL_ERROR_MALFORMED. */
gboolean drs_params_get_type(JsonObject *params, DrsMessageType *out_type, GError **error);

/* Parameters "frame_version", "compression", "uncompressed_size", "extensions"; type and unsigned
 * size are left as they are. PROTOCOL_ERROR_MALFORMED. Clear it in any case. */
gboolean drs_params_get_frame(JsonObject *params, DrsFrameSettings *settings, GError **error);
void drs_frame_settings_clear(DrsFrameSettings *settings);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DrsFrameSettings, drs_frame_settings_clear)

/* What a frame says of itself, without its payload. */
JsonObject *json_from_drs_frame(const DrsFrame *frame);

/* As json_from_certificate(), and what it shows of a domain controller: "kind", "guid",
 * "dns_names", "lacks". */
JsonObject *json_from_drs_certificate(const Certificate *certificate);
/* {"address", "origin", "recorded", "certificate"} */
JsonObject *json_from_drs_map_entry(const DrsMapEntry *entry);
