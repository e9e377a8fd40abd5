/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-json.h"

#include "drs-certificate.h"
#include "json-facts.h"
#include "op.h"
#include "params.h"

gboolean
drs_params_get_type(JsonObject *params, DrsMessageType *out_type, GError **error)
{
    const gchar *name = NULL;
    if (!params_get_string(params, "type", &name, error))
        return FALSE;
    if (name != NULL && drs_message_type_from_string(name, out_type))
        return TRUE;
    g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                        "parameter \"type\": \"request\" or \"response\" is wanted");
    return FALSE;
}

gboolean
drs_params_get_frame(JsonObject *params, DrsFrameSettings *settings, GError **error)
{
    const gchar *compression = NULL;
    gint64 version = 0;
    gint64 uncompressed_size = 0;
    if (!params_get_integer(params, "frame_version", 1, 2, 2, &version, error) ||
        !params_get_string(params, "compression", &compression, error) ||
        !params_get_integer(params, "uncompressed_size", 0, G_MAXUINT32, 0, &uncompressed_size,
                            error) ||
        !params_get_octets(params, "extensions", &settings->extensions, error))
        return FALSE;
    settings->version = (guint)version;
    settings->uncompressed_size = (guint32)uncompressed_size;
    if (compression == NULL || drs_compression_from_string(compression, &settings->compression))
        return TRUE;
    g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                        "parameter \"compression\": \"none\", \"mszip\" or \"win2k3\" is wanted");
    return FALSE;
}

void
drs_frame_settings_clear(DrsFrameSettings *settings)
{
    g_clear_pointer(&settings->extensions, g_bytes_unref);
}

JsonObject *
json_from_drs_frame(const DrsFrame *frame)
{
    const DrsFrameHeader *header = &frame->header;
    JsonObject *object = json_object_new();
    g_autofree gchar *extensions =
        frame->extensions == NULL ? NULL : octets_to_hex(frame->extensions);
    json_object_set_int_member(object, "version", frame->version);
    json_set_string(object, "type", drs_message_type_to_string(frame->type));
    json_object_set_boolean_member(object, "signed", (header->flags & DRS_FLAG_SIGNED) != 0);
    json_object_set_boolean_member(object, "sealed", (header->flags & DRS_FLAG_SEALED) != 0);
    json_object_set_boolean_member(object, "compressed",
                                   (header->flags & DRS_FLAG_COMPRESSED) != 0);
    json_set_string(object, "compression", drs_compression_to_string(header->compression));
    json_object_set_int_member(object, "protocol_version", header->protocol);
    json_object_set_int_member(object, "message_version", header->message_version);
    json_object_set_int_member(object, "flags", header->flags);
    json_object_set_int_member(object, "data_offset", header->data_offset);
    json_object_set_int_member(object, "data_size", header->data_size);
    json_object_set_int_member(object, "uncompressed_size", header->uncompressed_size);
    json_object_set_int_member(object, "unsigned_size", header->unsigned_size);
    json_object_set_int_member(object, "extension_flags", header->extension_flags);
    json_object_set_int_member(object, "extension_offset", header->extension_offset);
    json_set_string(object, "extensions", extensions);
    json_object_set_int_member(object, "trailing", (gint64)frame->n_trailing);
    return object;
}

static void
set_lacks(JsonObject *object, DrsCertificateLacks lacks)
{
    JsonArray *names = json_array_new();
    for (guint i = 0; i < DRS_N_LACKS; i++)
        if ((lacks & (1u << i)) != 0)
            json_array_add_string_element(
                names, drs_certificate_lack_to_string((DrsCertificateLacks)(1u << i)));
    json_object_set_array_member(object, "lacks", names);
}

JsonObject *
json_from_drs_certificate(const Certificate *certificate)
{
    g_autoptr(DrsCertificateFacts) facts = drs_certificate_examine(certificate);
    JsonObject *object = json_from_certificate(certificate);
    json_set_string(object, "kind", drs_certificate_kind_to_string(facts->kind));
    json_set_string(object, "guid", facts->guid);
    json_set_strings(object, "dns_names", (const gchar *const *)facts->dns_names);
    set_lacks(object, facts->lacks);
    return object;
}

JsonObject *
json_from_drs_map_entry(const DrsMapEntry *entry)
{
    JsonObject *object = json_object_new();
    json_set_string(object, "address", entry->address);
    json_set_string(object, "origin", drs_map_origin_to_string(entry->origin));
    json_set_time(object, "recorded",
                  entry->origin == DRS_ORIGIN_OWN ? G_MININT64 : entry->recorded);
    json_object_set_object_member(object, "certificate",
                                  json_from_drs_certificate(entry->certificate));
    return object;
}
