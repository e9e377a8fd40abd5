/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <json-glib/json-glib.h>

/* Parameters of a request. A parameter that is not there, or null, gives the default; one of
 * another type or out of range is PROTOCOL_ERROR_MALFORMED and FALSE. */

gboolean params_get_string(JsonObject *params, const gchar *name, const gchar **out_value,
                           GError **error);
gboolean params_get_boolean(JsonObject *params, const gchar *name, gboolean fallback,
                            gboolean *out_value, GError **error);
gboolean params_get_integer(JsonObject *params, const gchar *name, gint64 minimum, gint64 maximum,
                            gint64 fallback, gint64 *out_value, GError **error);
/* (element-type utf8, borrowed); empty if not there. At most @max_strings. */
gboolean params_get_strings(JsonObject *params, const gchar *name, guint max_strings,
                            GPtrArray **out_values, GError **error);
/* Octets in base64; *out_octets is NULL if not there. */
gboolean params_get_octets(JsonObject *params, const gchar *name, GBytes **out_octets,
                           GError **error);
/* (element-type GBytes): an array of base64 strings. */
gboolean params_get_octets_list(JsonObject *params, const gchar *name, guint max_items,
                                GPtrArray **out_list, GError **error);
/* (element-type JsonObject, borrowed): an array of objects. */
gboolean params_get_objects(JsonObject *params, const gchar *name, guint max_items,
                            GPtrArray **out_list, GError **error);

/* base64 with padding and nothing else; NULL if it is not. */
GBytes *octets_from_base64(const gchar *text);
