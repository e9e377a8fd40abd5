/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-frame.h"

#include <string.h>

#include "core-limits.h"
#include "drs-error.h"

static const gchar *const check_names[] = {
    [DRS_CHECK_HEADER] = "header",
    [DRS_CHECK_PROTOCOL_VERSION] = "protocol-version",
    [DRS_CHECK_MESSAGE_TYPE] = "message-type",
    [DRS_CHECK_COMPRESSION] = "compression",
    [DRS_CHECK_MESSAGE_VERSION] = "message-version",
    [DRS_CHECK_V1_DATA_OFFSET] = "v1-data-offset",
    [DRS_CHECK_V1_LENGTH] = "v1-length",
    [DRS_CHECK_V2_DATA_OFFSET] = "v2-data-offset",
    [DRS_CHECK_V2_DATA_ALIGNMENT] = "v2-data-alignment",
    [DRS_CHECK_V2_EXTENSION_ALIGNMENT] = "v2-extension-alignment",
    [DRS_CHECK_V2_LENGTH] = "v2-length",
    [DRS_CHECK_V2_EXTENSION_BEHIND] = "v2-extension-behind",
    [DRS_CHECK_V2_EXTENSION_OFFSET] = "v2-extension-offset",
    [DRS_CHECK_V2_EXTENSION_ROOM] = "v2-extension-room",
    [DRS_CHECK_NONE] = NULL,
};
G_STATIC_ASSERT(G_N_ELEMENTS(check_names) == DRS_N_CHECKS);

static const gchar *const compression_names[] = {
    [DRS_COMPRESSION_NONE] = "none",
    [DRS_COMPRESSION_UNUSED] = "unused",
    [DRS_COMPRESSION_MSZIP] = "mszip",
    [DRS_COMPRESSION_WIN2K3] = "win2k3",
};
G_STATIC_ASSERT(G_N_ELEMENTS(compression_names) == DRS_N_COMPRESSIONS);

const gchar *
drs_frame_check_to_string(DrsFrameCheck check)
{
    return (guint)check < DRS_N_CHECKS ? check_names[check] : NULL;
}

const gchar *
drs_compression_to_string(guint32 compression)
{
    return compression < DRS_N_COMPRESSIONS ? compression_names[compression] : NULL;
}

gboolean
drs_compression_from_string(const gchar *name, DrsCompression *out_compression)
{
    for (guint i = 0; i < DRS_N_COMPRESSIONS; i++) {
        if (!g_str_equal(name, compression_names[i]))
            continue;
        *out_compression = (DrsCompression)i;
        return TRUE;
    }
    return FALSE;
}

static guint32
read_number(const guint8 *octets, gsize offset)
{
    guint32 number;
    memcpy(&number, octets + offset, sizeof number);
    return GUINT32_FROM_LE(number);
}

/* @octets: at least DRS_FRAME_V1_OCTETS; the fields of V2 are 0 where there is no room for them. */
static DrsFrameHeader
read_header(const guint8 *octets, gsize n_octets)
{
    gboolean has_v2 = n_octets >= DRS_FRAME_V2_OCTETS;
    return (DrsFrameHeader){
        .compression = read_number(octets, 0),
        .protocol = read_number(octets, 4),
        .data_offset = read_number(octets, 8),
        .data_size = read_number(octets, 12),
        .uncompressed_size = read_number(octets, 16),
        .unsigned_size = read_number(octets, 20),
        .flags = read_number(octets, 24),
        .message_version = read_number(octets, 28),
        .extension_flags = has_v2 ? read_number(octets, 32) : 0,
        .extension_offset = has_v2 ? read_number(octets, 36) : 0,
    };
}

static gboolean
is_v2(const DrsFrameHeader *header)
{
    return header->message_version == 6 || header->message_version == 7;
}

/* §2.2.3: dwMsgVersion says nothing where cbDataOffset is 0. */
static gboolean
is_v1(const DrsFrameHeader *header)
{
    return header->data_offset == 0 || header->message_version == 1 || header->message_version == 4;
}

/* All sums of two 32-bit numbers are made with 64 bits (§5.1). */
static DrsFrameCheck
check_v1(const DrsFrameHeader *header, guint64 n_octets)
{
    if (header->data_offset != 0 && header->data_offset != DRS_FRAME_V1_OCTETS)
        return DRS_CHECK_V1_DATA_OFFSET;
    if (n_octets < (guint64)DRS_FRAME_V1_OCTETS + header->data_size)
        return DRS_CHECK_V1_LENGTH;
    return DRS_CHECK_NONE;
}

/* The octets that DRS_EXTENSIONS_INT takes: its first number and what that counts, which are the
 * flags at least. 0: there is no room for it, or it is too long. */
static gsize
measure_extensions(const guint8 *octets, const DrsFrameHeader *header)
{
    guint64 n_room = (guint64)header->data_offset - header->extension_offset;
    if (n_room < 8)
        return 0;
    guint64 n_octets = 4 + (guint64)read_number(octets, header->extension_offset);
    return n_octets >= 8 && n_octets <= MIN(n_room, LIMIT_DRS_EXTENSIONS_OCTETS) ? (gsize)n_octets
                                                                                 : 0;
}

static DrsFrameCheck
check_v2(const guint8 *octets, guint64 n_octets, const DrsFrameHeader *header)
{
    if (n_octets < DRS_FRAME_V2_OCTETS)
        return DRS_CHECK_HEADER;
    if (header->data_offset == 0)
        return DRS_CHECK_V2_DATA_OFFSET;
    if (header->data_offset % 8 != 0)
        return DRS_CHECK_V2_DATA_ALIGNMENT;
    if (header->extension_offset % 8 != 0)
        return DRS_CHECK_V2_EXTENSION_ALIGNMENT;
    if (n_octets != (guint64)header->data_offset + header->data_size)
        return DRS_CHECK_V2_LENGTH;
    if (header->extension_offset >= header->data_offset)
        return DRS_CHECK_V2_EXTENSION_BEHIND;
    if (header->extension_offset < DRS_FRAME_V2_OCTETS)
        return DRS_CHECK_V2_EXTENSION_OFFSET;
    if (measure_extensions(octets, header) == 0)
        return DRS_CHECK_V2_EXTENSION_ROOM;
    return DRS_CHECK_NONE;
}

static DrsFrameCheck
check_common(const DrsFrameHeader *header)
{
    gboolean is_request = (header->flags & DRS_FLAG_REQUEST) != 0;
    gboolean is_response = (header->flags & DRS_FLAG_RESPONSE) != 0;
    if (header->protocol != DRS_PROTOCOL_VERSION)
        return DRS_CHECK_PROTOCOL_VERSION;
    if (is_request == is_response)
        return DRS_CHECK_MESSAGE_TYPE;
    if (header->compression >= DRS_N_COMPRESSIONS)
        return DRS_CHECK_COMPRESSION;
    return DRS_CHECK_NONE;
}

DrsFrameCheck
drs_frame_check(GBytes *octets)
{
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(octets, &n_octets);
    if (n_octets < DRS_FRAME_V1_OCTETS)
        return DRS_CHECK_HEADER;
    DrsFrameHeader header = read_header(data, n_octets);
    DrsFrameCheck check = check_common(&header);
    if (check != DRS_CHECK_NONE)
        return check;
    if (is_v2(&header))
        return check_v2(data, n_octets, &header);
    return is_v1(&header) ? check_v1(&header, n_octets) : DRS_CHECK_MESSAGE_VERSION;
}

static void
set_check_error(GBytes *octets, DrsFrameCheck check, GError **error)
{
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(octets, &n_octets);
    if (n_octets < DRS_FRAME_V1_OCTETS) {
        g_set_error(error, DRS_ERROR, DRS_ERROR_FRAME,
                    "frame check \"%s\" failed: %" G_GSIZE_FORMAT " octets, a header has %u",
                    drs_frame_check_to_string(check), n_octets, DRS_FRAME_V1_OCTETS);
        return;
    }
    DrsFrameHeader header = read_header(data, n_octets);
    g_set_error(error, DRS_ERROR, DRS_ERROR_FRAME,
                "frame check \"%s\" failed: %" G_GSIZE_FORMAT
                " octets, CompressionVersionCaller %u, ProtocolVersionCaller %u, cbDataOffset %u, "
                "cbDataSize %u, dwMsgType 0x%08x, dwMsgVersion %u, cbExtOffset %u",
                drs_frame_check_to_string(check), n_octets, header.compression, header.protocol,
                header.data_offset, header.data_size, header.flags, header.message_version,
                header.extension_offset);
}

DrsFrame *
drs_frame_parse(GBytes *octets, GError **error)
{
    DrsFrameCheck check = drs_frame_check(octets);
    if (check != DRS_CHECK_NONE) {
        set_check_error(octets, check, error);
        return NULL;
    }
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(octets, &n_octets);
    DrsFrame *frame = g_new0(DrsFrame, 1);
    frame->header = read_header(data, n_octets);
    frame->version = is_v2(&frame->header) ? 2 : 1;
    frame->type = (frame->header.flags & DRS_FLAG_REQUEST) != 0 ? DRS_REQUEST : DRS_RESPONSE;
    gsize offset = frame->version == 2 ? frame->header.data_offset : DRS_FRAME_V1_OCTETS;
    frame->payload = g_bytes_new_from_bytes(octets, offset, frame->header.data_size);
    frame->n_trailing = n_octets - offset - frame->header.data_size;
    if (frame->version == 2)
        frame->extensions = g_bytes_new_from_bytes(octets, frame->header.extension_offset,
                                                   measure_extensions(data, &frame->header));
    else
        frame->header.extension_flags = frame->header.extension_offset = 0;
    return frame;
}

void
drs_frame_free(DrsFrame *frame)
{
    if (frame == NULL)
        return;
    g_clear_pointer(&frame->extensions, g_bytes_unref);
    g_clear_pointer(&frame->payload, g_bytes_unref);
    g_free(frame);
}

static void
append_number(GByteArray *octets, guint32 number)
{
    guint32 little = GUINT32_TO_LE(number);
    g_byte_array_append(octets, (const guint8 *)&little, sizeof little);
}

/* flags, GUID of the site, process id, epoch: what Windows Server 2003 sends, all zero. */
static GBytes *
make_plain_extensions(void)
{
    static const guint8 extensions[32] = {28};
    return g_bytes_new_static(extensions, sizeof extensions);
}

static gboolean
check_extensions(GBytes *extensions, GError **error)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(extensions, &n_octets);
    if (n_octets >= 8 && n_octets <= LIMIT_DRS_EXTENSIONS_OCTETS &&
        read_number(octets, 0) == n_octets - 4)
        return TRUE;
    g_set_error(error, DRS_ERROR, DRS_ERROR_SETTINGS,
                "no DRS_EXTENSIONS_INT: %" G_GSIZE_FORMAT
                " octets, where its first number says how many follow, 4 at least, %u in all",
                n_octets, LIMIT_DRS_EXTENSIONS_OCTETS);
    return FALSE;
}

static gboolean
check_settings(const DrsFrameSettings *settings, GBytes *payload, GError **error)
{
    if (settings->version > 2) {
        g_set_error(error, DRS_ERROR, DRS_ERROR_SETTINGS, "there is no frame of version %u",
                    settings->version);
        return FALSE;
    }
    if (settings->compression == DRS_COMPRESSION_UNUSED ||
        settings->compression >= DRS_N_COMPRESSIONS) {
        g_set_error_literal(error, DRS_ERROR, DRS_ERROR_SETTINGS,
                            "the compression is one of none, mszip, win2k3");
        return FALSE;
    }
    if (settings->compression == DRS_COMPRESSION_NONE && settings->uncompressed_size != 0) {
        g_set_error_literal(error, DRS_ERROR, DRS_ERROR_SETTINGS,
                            "without compression there is no size before compression");
        return FALSE;
    }
    if (settings->version == 1 && settings->extensions != NULL) {
        g_set_error_literal(error, DRS_ERROR, DRS_ERROR_SETTINGS,
                            "a frame of version 1 has no DRS_EXTENSIONS_INT");
        return FALSE;
    }
    if (g_bytes_get_size(payload) > LIMIT_MESSAGE_OCTETS) {
        g_set_error(error, DRS_ERROR, DRS_ERROR_SETTINGS, "payload of more than %u octets",
                    LIMIT_MESSAGE_OCTETS);
        return FALSE;
    }
    return settings->extensions == NULL || check_extensions(settings->extensions, error);
}

static guint32
make_flags(const DrsFrameSettings *settings)
{
    guint32 flags = settings->type == DRS_REQUEST ? DRS_FLAG_REQUEST
                                                  : (guint32)DRS_FLAG_RESPONSE | DRS_FLAG_SEALED;
    if (settings->compression != DRS_COMPRESSION_NONE)
        flags |= DRS_FLAG_COMPRESSED;
    return flags | DRS_FLAG_SIGNED;
}

/* @extensions: NULL for V1. The padding brings the payload to a multiple of 8. */
static void
append_header(GByteArray *octets, const DrsFrameSettings *settings, GBytes *extensions,
              gsize n_payload)
{
    static const guint32 message_versions[][DRS_N_TYPES] = {{4, 1}, {7, 6}};
    static const guint8 padding[8] = {0};
    gsize n_extensions = 0;
    const guint8 *data = extensions == NULL ? NULL : g_bytes_get_data(extensions, &n_extensions);
    gsize n_before = data == NULL ? DRS_FRAME_V1_OCTETS : DRS_FRAME_V2_OCTETS + n_extensions;
    gsize n_padding = (8 - n_before % 8) % 8;
    append_number(octets, settings->compression);
    append_number(octets, DRS_PROTOCOL_VERSION);
    append_number(octets, (guint32)(n_before + n_padding));
    append_number(octets, (guint32)n_payload);
    append_number(octets, settings->uncompressed_size);
    append_number(octets, settings->unsigned_size);
    append_number(octets, make_flags(settings));
    append_number(octets, message_versions[data != NULL][settings->type]);
    if (data == NULL)
        return;
    append_number(octets, read_number(data, 4));
    append_number(octets, DRS_FRAME_V2_OCTETS);
    g_byte_array_append(octets, data, (guint)n_extensions);
    g_byte_array_append(octets, padding, (guint)n_padding);
}

GBytes *
drs_frame_build(const DrsFrameSettings *settings, GBytes *payload, GError **error)
{
    if (!check_settings(settings, payload, error))
        return NULL;
    g_autoptr(GBytes) extensions = settings->version == 1 ? NULL
                                   : settings->extensions != NULL
                                       ? g_bytes_ref(settings->extensions)
                                       : make_plain_extensions();
    gsize n_payload = 0;
    const guint8 *data = g_bytes_get_data(payload, &n_payload);
    GByteArray *octets = g_byte_array_new();
    append_header(octets, settings, extensions, n_payload);
    g_byte_array_append(octets, data, (guint)n_payload);
    return g_byte_array_free_to_bytes(octets);
}
