/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <json-glib/json-glib.h>

#include "address.h"
#include "certificate.h"
#include "seen-entry.h"
#include "smimea.h"

/* The pieces of which results are made. */

/* null for NULL. */
void json_set_string(JsonObject *object, const gchar *name, const gchar *value);
/* RFC 3339 in UTC; null for G_MININT64 and what lies outside of years 1-9999. */
void json_set_time(JsonObject *object, const gchar *name, gint64 seconds);
/* "name": ["…"] */
void json_set_strings(JsonObject *object, const gchar *name, const gchar *const *values);
/* The ciphers of SMIMECapabilities in DER, most preferred first; null if there is no list (NULL),
 * or it can't be read. */
void json_set_capabilities(JsonObject *object, const gchar *name, GBytes *der);
void json_set_base64(JsonObject *object, const gchar *name, GBytes *octets);

/* {"subject", "issuer", "serial", "sha256", "addresses", "not_before", "not_after", "key"} */
JsonObject *json_from_certificate(const Certificate *certificate);
/* The same with all that `cert` shows. */
JsonObject *json_from_certificate_in_full(const Certificate *certificate, gint64 now);
/* {"address", "origin", "trust", "message_date", "recorded", "certificate", "issuers"} */
JsonObject *json_from_seen(const SeenCertificate *seen);
/* {"name", "address"} */
JsonObject *json_from_mailbox(const Mailbox *mailbox);
JsonArray *json_from_mailboxes(GPtrArray *mailboxes);
/* {"usage", "selector", "matching_type", "usable", "reason", "association_data_sha256",
 * "certificate"} */
JsonObject *json_from_record(const SmimeaRecord *record, RecordUsability usability,
                             const Certificate *certificate);

/* Lower-case hexadecimal. */
gchar *octets_to_hex(GBytes *octets);
