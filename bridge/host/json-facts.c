/* SPDX-License-Identifier: MPL-2.0 */

#include "json-facts.h"

#include "association.h"
#include "cms-init.h"
#include "smime-capabilities.h"

void
json_set_string(JsonObject *object, const gchar *name, const gchar *value)
{
    if (value == NULL)
        json_object_set_null_member(object, name);
    else
        json_object_set_string_member(object, name, value);
}

static gchar *
time_to_rfc3339(gint64 seconds)
{
    if (seconds == G_MININT64)
        return NULL;
    g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(seconds);
    return moment == NULL ? NULL : g_date_time_format(moment, "%Y-%m-%dT%H:%M:%SZ");
}

gchar *
octets_to_hex(GBytes *octets)
{
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(octets, &n_octets);
    GString *hex = g_string_sized_new(2 * n_octets + 1);
    for (gsize i = 0; i < n_octets; i++)
        g_string_append_printf(hex, "%02x", data[i]);
    return g_string_free(hex, FALSE);
}

void
json_set_time(JsonObject *object, const gchar *name, gint64 seconds)
{
    g_autofree gchar *text = time_to_rfc3339(seconds);
    json_set_string(object, name, text);
}

void
json_set_strings(JsonObject *object, const gchar *name, const gchar *const *values)
{
    JsonArray *array = json_array_new();
    for (; values != NULL && *values != NULL; values++)
        json_array_add_string_element(array, *values);
    json_object_set_array_member(object, name, array);
}

void
json_set_base64(JsonObject *object, const gchar *name, GBytes *octets)
{
    gsize n_octets = 0;
    const guchar *data = g_bytes_get_data(octets, &n_octets);
    g_autofree gchar *text = g_base64_encode(data, n_octets);
    json_object_set_string_member(object, name, text);
}

JsonObject *
json_from_certificate(const Certificate *certificate)
{
    JsonObject *object = json_object_new();
    g_autofree gchar *serial = certificate_dup_serial_hex(certificate);
    g_autofree gchar *sha256 = certificate_dup_sha256_hex(certificate);
    json_set_string(object, "subject", certificate_get_subject(certificate));
    json_set_string(object, "issuer", certificate_get_issuer(certificate));
    json_set_string(object, "serial", serial);
    json_set_string(object, "sha256", sha256);
    json_set_strings(object, "addresses", certificate_get_addresses(certificate));
    json_set_time(object, "not_before", certificate_get_not_before(certificate));
    json_set_time(object, "not_after", certificate_get_not_after(certificate));
    json_set_string(object, "key", certificate_get_key_name(certificate));
    return object;
}

static const gchar *
time_word(CertificateTime validity)
{
    static const gchar *const words[] = {
        [CERTIFICATE_NOT_YET_VALID] = "not-yet-valid",
        [CERTIFICATE_EXPIRED] = "expired",
        [CERTIFICATE_VALID] = "valid",
    };
    return words[validity];
}

static void
set_association_data(JsonObject *object, const Certificate *certificate)
{
    JsonObject *all = json_object_new();
    for (guint8 selector = 0; selector <= SMIMEA_SELECTOR_SPKI; selector++)
        for (guint8 matching = SMIMEA_MATCHING_SHA2_256; matching <= SMIMEA_MATCHING_SHA2_512;
             matching++) {
            g_autoptr(GBytes) data =
                association_data_new(certificate_get_der(certificate),
                                     certificate_get_spki(certificate), selector, matching);
            g_autofree gchar *name = g_strdup_printf("%u %u", selector, matching);
            g_autofree gchar *hex = octets_to_hex(data);
            json_object_set_string_member(all, name, hex);
        }
    json_object_set_object_member(object, "association_data", all);
}

void
json_set_capabilities(JsonObject *object, const gchar *name, GBytes *der)
{
    SmimeCapabilities capabilities;
    if (der == NULL || !smime_capabilities_parse(der, &capabilities, NULL)) {
        json_object_set_null_member(object, name);
        return;
    }
    JsonArray *ciphers = json_array_new();
    for (guint i = 0; i < capabilities.n_ciphers; i++)
        json_array_add_string_element(ciphers, cms_cipher_to_string(capabilities.ciphers[i]));
    json_object_set_array_member(object, name, ciphers);
}

JsonObject *
json_from_certificate_in_full(const Certificate *certificate, gint64 now)
{
    JsonObject *object = json_from_certificate(certificate);
    g_auto(GStrv) usages = certificate_dup_key_usages(certificate);
    g_auto(GStrv) purposes = certificate_dup_extended_key_usages(certificate);
    json_set_string(object, "time", time_word(certificate_check_time(certificate, now)));
    json_object_set_boolean_member(object, "may_sign", certificate_may_sign(certificate));
    json_object_set_boolean_member(object, "may_encrypt", certificate_may_encrypt(certificate));
    json_object_set_boolean_member(object, "authority", certificate_is_authority(certificate));
    json_object_set_boolean_member(object, "self_issued", certificate_is_self_issued(certificate));
    json_set_strings(object, "key_usage", (const gchar *const *)usages);
    json_set_strings(object, "extended_key_usage", (const gchar *const *)purposes);
    g_autoptr(GBytes) capabilities = certificate_dup_capabilities(certificate);
    json_set_capabilities(object, "capabilities", capabilities);
    set_association_data(object, certificate);
    return object;
}

JsonObject *
json_from_seen(const SeenCertificate *seen)
{
    JsonObject *object = json_object_new();
    json_set_string(object, "address", seen->address);
    json_set_string(object, "origin", seen_origin_to_string(seen->origin));
    json_set_string(object, "trust", trust_source_to_string(seen->trust));
    json_set_time(object, "message_date", seen->message_date);
    json_set_time(object, "recorded", seen->recorded);
    json_object_set_object_member(object, "certificate", json_from_certificate(seen->certificate));
    json_object_set_int_member(object, "issuers", seen->issuers->len);
    return object;
}

JsonObject *
json_from_mailbox(const Mailbox *mailbox)
{
    JsonObject *object = json_object_new();
    json_set_string(object, "name", mailbox->display_name);
    json_set_string(object, "address", mailbox->address);
    return object;
}

JsonArray *
json_from_mailboxes(GPtrArray *mailboxes)
{
    JsonArray *array = json_array_new();
    for (guint i = 0; i < mailboxes->len; i++)
        json_array_add_object_element(array, json_from_mailbox(g_ptr_array_index(mailboxes, i)));
    return array;
}

JsonObject *
json_from_record(const SmimeaRecord *record, RecordUsability usability,
                 const Certificate *certificate)
{
    JsonObject *object = json_object_new();
    g_autofree gchar *sha256 = cms_sha256_hex(record->association_data);
    gboolean usable = usability == RECORD_USABLE;
    g_autofree gchar *digest = usable && record->matching_type != SMIMEA_MATCHING_FULL
                                   ? octets_to_hex(record->association_data)
                                   : NULL;
    json_object_set_int_member(object, "usage", record->usage);
    json_object_set_int_member(object, "selector", record->selector);
    json_object_set_int_member(object, "matching_type", record->matching_type);
    json_object_set_boolean_member(object, "usable", usable);
    json_set_string(object, "reason", usable ? NULL : record_usability_to_string(usability));
    json_set_string(object, "association_data_sha256", sha256);
    json_set_string(object, "digest", digest);
    if (certificate == NULL)
        json_object_set_null_member(object, "certificate");
    else
        json_object_set_object_member(object, "certificate", json_from_certificate(certificate));
    return object;
}
