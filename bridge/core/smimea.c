/* SPDX-License-Identifier: MPL-2.0 */

#include "smimea.h"

#include "core-limits.h"

G_DEFINE_QUARK(smimea_error_quark, smimea_error)

#define PARAMETER_OCTETS 3u

SmimeaRecord *
smimea_record_new(guint8 usage, guint8 selector, guint8 matching_type, GBytes *association_data)
{
    g_return_val_if_fail(association_data != NULL, NULL);

    SmimeaRecord *record = g_new0(SmimeaRecord, 1);
    record->usage = usage;
    record->selector = selector;
    record->matching_type = matching_type;
    record->association_data = g_bytes_ref(association_data);
    return record;
}

SmimeaRecord *
smimea_record_parse(GBytes *rdata, GError **error)
{
    g_return_val_if_fail(rdata != NULL, NULL);

    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(rdata, &n_octets);
    if (n_octets < PARAMETER_OCTETS) {
        g_set_error(error, SMIMEA_ERROR, SMIMEA_ERROR_TRUNCATED,
                    "record data too short (%" G_GSIZE_FORMAT " octets of at least %u)", n_octets,
                    PARAMETER_OCTETS);
        return NULL;
    }
    if (n_octets > LIMIT_RDATA_OCTETS) {
        g_set_error(error, SMIMEA_ERROR, SMIMEA_ERROR_TOO_LONG,
                    "record data too long (%" G_GSIZE_FORMAT " octets of at most %u)", n_octets,
                    LIMIT_RDATA_OCTETS);
        return NULL;
    }
    g_autoptr(GBytes) data =
        g_bytes_new_from_bytes(rdata, PARAMETER_OCTETS, n_octets - PARAMETER_OCTETS);
    return smimea_record_new(octets[0], octets[1], octets[2], data);
}

GBytes *
smimea_record_serialize(const SmimeaRecord *record)
{
    g_return_val_if_fail(record != NULL, NULL);

    const guint8 parameters[PARAMETER_OCTETS] = {record->usage, record->selector,
                                                 record->matching_type};
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(record->association_data, &n_octets);
    g_autoptr(GByteArray) rdata = g_byte_array_new();
    g_byte_array_append(rdata, parameters, sizeof parameters);
    g_byte_array_append(rdata, octets, (guint)n_octets);
    return g_byte_array_free_to_bytes(g_steal_pointer(&rdata));
}

static void
append_hex(GString *text, GBytes *bytes)
{
    static const gchar digits[] = "0123456789abcdef";
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(bytes, &n_octets);
    for (gsize i = 0; i < n_octets; i++) {
        g_string_append_c(text, digits[octets[i] >> 4]);
        g_string_append_c(text, digits[octets[i] & 15]);
    }
}

gchar *
smimea_record_to_presentation(const SmimeaRecord *record)
{
    g_return_val_if_fail(record != NULL, NULL);

    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "%u %u %u", record->usage, record->selector, record->matching_type);
    if (g_bytes_get_size(record->association_data) > 0)
        g_string_append_c(text, ' ');
    append_hex(text, record->association_data);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

gchar *
smimea_record_to_generic(const SmimeaRecord *record)
{
    g_return_val_if_fail(record != NULL, NULL);

    g_autoptr(GBytes) rdata = smimea_record_serialize(record);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "\\# %" G_GSIZE_FORMAT " ", g_bytes_get_size(rdata));
    append_hex(text, rdata);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

gchar *
smimea_record_to_zone_line(const SmimeaRecord *record, const gchar *owner_name, guint16 rr_type,
                           guint32 ttl, gboolean generic)
{
    g_return_val_if_fail(record != NULL && owner_name != NULL, NULL);

    g_autoptr(GString) line = g_string_new(owner_name);
    g_string_append(line, ". ");
    if (ttl > 0)
        g_string_append_printf(line, "%" G_GUINT32_FORMAT " ", ttl);
    g_autofree gchar *rdata = NULL;
    if (generic || rr_type != SMIMEA_RR_TYPE) {
        rdata = smimea_record_to_generic(record);
        g_string_append_printf(line, "IN TYPE%u %s", rr_type, rdata);
    } else {
        rdata = smimea_record_to_presentation(record);
        g_string_append_printf(line, "IN SMIMEA %s", rdata);
    }
    return g_string_free(g_steal_pointer(&line), FALSE);
}

RecordUsability
smimea_record_get_usability(const SmimeaRecord *record)
{
    g_return_val_if_fail(record != NULL, RECORD_UNUSABLE_MALFORMED);

    if (record->usage > SMIMEA_USAGE_DANE_EE)
        return RECORD_UNUSABLE_USAGE;
    if (record->selector > SMIMEA_SELECTOR_SPKI)
        return RECORD_UNUSABLE_SELECTOR;
    if (record->matching_type > SMIMEA_MATCHING_SHA2_512)
        return RECORD_UNUSABLE_MATCHING_TYPE;
    gsize n_octets = g_bytes_get_size(record->association_data);
    if (n_octets == 0)
        return RECORD_UNUSABLE_MALFORMED;
    if (record->matching_type == SMIMEA_MATCHING_SHA2_256 && n_octets != 32)
        return RECORD_UNUSABLE_DIGEST_LENGTH;
    if (record->matching_type == SMIMEA_MATCHING_SHA2_512 && n_octets != 64)
        return RECORD_UNUSABLE_DIGEST_LENGTH;
    return RECORD_USABLE;
}

void
smimea_record_free(SmimeaRecord *record)
{
    if (record == NULL)
        return;
    g_bytes_unref(record->association_data);
    g_free(record);
}
