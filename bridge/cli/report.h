/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <json-glib/json-glib.h>

/* What a person reads. Texts from messages, certificates and the DNS go through report_line() and
 * report_field(), which show control characters as such instead of sending them to the terminal. */

/* To standard output as it is; a failure is kept for report_finish(). */
void report_text(const gchar *text);
/* An OctetTake (octet-source.h): fails if the octets, or anything before them, could not be
 * written. */
gboolean report_octets(const guint8 *octets, gsize n_octets, gpointer unused, GError **error);
gboolean report_has_failed(void);
/* One line to standard output. */
void report_line(const gchar *format, ...) G_GNUC_PRINTF(1, 2);
/* "  name          value"; nothing for a value of NULL. */
void report_field(const gchar *name, const gchar *value);
void report_json(JsonObject *object);
/* The same with "error" added. */
void report_json_error(JsonObject *object, const gchar *code, const gchar *message);
/* An object with nothing but the last report_error(), if there was one and no object was written.
 */
void report_json_complaint(const gchar *code);
/* "dane-smime: text" to standard error. */
void report_error(const gchar *format, ...) G_GNUC_PRINTF(1, 2);
/* Several lines to standard error instead of standard output, until switched back. */
void report_to_stderr(gboolean on);

/* FALSE, and says so, if something could not be written to standard output. */
gboolean report_finish(void);

/* In words: a reason ("no-record"), an outcome of DNS ("secure-records"); the name itself if there
 * are no words for it. */
const gchar *words_for_reason(const gchar *reason);
const gchar *words_for_dns(const gchar *dns);
/* Where a certificate was seen: an entry of the operation "seen". */
gchar *words_for_seen(JsonObject *seen);

/* Members of results. NULL for null and what is not there. */
const gchar *json_text(JsonObject *object, const gchar *name);
JsonObject *json_object(JsonObject *object, const gchar *name);
JsonArray *json_array(JsonObject *object, const gchar *name);
/* "a, b, c" of an array of strings; NULL if it is empty. */
gchar *json_joined(JsonObject *object, const gchar *name);
