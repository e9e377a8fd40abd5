/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "drs-type.h"

/* The frame round a message ([MS-SRPL] §2.2.3, §2.2.4), which stands at the beginning of the mail's
 * attachment. Nothing protects it: what it says is a hint, and the payload alone is believed.
 *
 * Wire form: 32-bit numbers, little-endian, in the order of DrsFrameHeader; MAIL_REP_MSG_V1 has the
 * first eight, then the payload; MAIL_REP_MSG_V2 has all ten, the structure DRS_EXTENSIONS_INT
 * ([MS-DRSR] §5.39: the number of octets that follow, then flags and more), up to 7 octets of
 * padding, and the payload at a multiple of 8.
 *
 * The flags of dwMsgType are in the tables of the specification as if the number were big-endian.
 * Its sample frames have them so that read like all other numbers they are those below. */

#define DRS_PROTOCOL_VERSION 0x0bu /* §2.2.2 CURRENT_PROTOCOL_VERSION */
#define DRS_FRAME_V1_OCTETS  32u   /* §3.2.1 MINIMUM_SIZE_OF_MAIL_REP_MSG_V1 */
#define DRS_FRAME_V2_OCTETS  40u

enum {
    DRS_FLAG_REQUEST = 1u << 0,
    DRS_FLAG_RESPONSE = 1u << 1,
    DRS_FLAG_SIGNED = 1u << 29,
    DRS_FLAG_SEALED = 1u << 30
};
#define DRS_FLAG_COMPRESSED (1u << 31) /* too large for an enumeration of ISO C */

/* [MS-DRSR] §4.1.10.2.18. Nothing is compressed or expanded here. */
typedef enum {
    DRS_COMPRESSION_NONE,
    DRS_COMPRESSION_UNUSED, /* is a name, but must not be used */
    DRS_COMPRESSION_MSZIP,
    DRS_COMPRESSION_WIN2K3,
    DRS_N_COMPRESSIONS
} DrsCompression;
/* "none", "unused", "mszip", "win2k3"; NULL for other numbers. */
const gchar *drs_compression_to_string(guint32 compression);
gboolean drs_compression_from_string(const gchar *name, DrsCompression *out_compression);

/* The constraints of §3.3.5.6, in the order in which they are looked at: the first that fails is
 * told. */
typedef enum {
    DRS_CHECK_HEADER,           /* shorter than the header of its version */
    DRS_CHECK_PROTOCOL_VERSION, /* ProtocolVersionCaller is not CURRENT_PROTOCOL_VERSION */
    DRS_CHECK_MESSAGE_TYPE,     /* not one of RQ and RP in dwMsgType, or both */
    DRS_CHECK_COMPRESSION,      /* CompressionVersionCaller is no DRS_COMP_ALG_TYPE */
    DRS_CHECK_MESSAGE_VERSION,  /* by dwMsgVersion neither V1 nor V2 */
    DRS_CHECK_V1_DATA_OFFSET,   /* cbDataOffset is neither 0 nor 32 */
    DRS_CHECK_V1_LENGTH,        /* shorter than 32 + cbDataSize */
    DRS_CHECK_V2_DATA_OFFSET,   /* cbDataOffset is 0 */
    DRS_CHECK_V2_DATA_ALIGNMENT,
    DRS_CHECK_V2_EXTENSION_ALIGNMENT,
    DRS_CHECK_V2_LENGTH,           /* not cbDataOffset + cbDataSize */
    DRS_CHECK_V2_EXTENSION_BEHIND, /* cbExtOffset is not less than cbDataOffset */
    DRS_CHECK_V2_EXTENSION_OFFSET, /* cbExtOffset is less than 40 */
    DRS_CHECK_V2_EXTENSION_ROOM,   /* DRS_EXTENSIONS_INT does not fit before the payload */
    DRS_CHECK_NONE,                /* none failed */
    DRS_N_CHECKS
} DrsFrameCheck;
/* "header", "v2-data-alignment", …; NULL for DRS_CHECK_NONE. */
const gchar *drs_frame_check_to_string(DrsFrameCheck check);

/* The numbers as they stand in the frame, by the specification's names. */
typedef struct {
    guint32 compression;       /* CompressionVersionCaller */
    guint32 protocol;          /* ProtocolVersionCaller */
    guint32 data_offset;       /* cbDataOffset */
    guint32 data_size;         /* cbDataSize */
    guint32 uncompressed_size; /* cbUncompressedDataSize: before compression */
    guint32 unsigned_size;     /* cbUnsignedDataSize: after compression, before encryption */
    guint32 flags;             /* dwMsgType */
    guint32 message_version;   /* dwMsgVersion */
    guint32 extension_flags;   /* dwExtFlags; V2 */
    guint32 extension_offset;  /* cbExtOffset; V2 */
} DrsFrameHeader;

typedef struct {
    guint version;       /* 1 or 2 */
    DrsMessageType type; /* by the flags */
    DrsFrameHeader header;
    GBytes *extensions; /* V2: DRS_EXTENSIONS_INT with its first number; NULL for V1 */
    GBytes *payload;    /* Send-Message-Data-Authenticated */
    gsize n_trailing;   /* octets behind the payload, which V1 allows */
} DrsFrame;

/* The first check that @octets fail. A frame whose dwMsgVersion is 6 or 7 is V2, also with a
 * cbDataOffset of 0, with which the first list of §3.3.5.6 would take it for V1: no sender is known
 * to write such ones. The room for DRS_EXTENSIONS_INT is what its first number says, since its
 * length differs between versions of Windows; the sample frames have 32 octets, [MS-DRSR] today
 * 56. */
DrsFrameCheck drs_frame_check(GBytes *octets);

/* Shares the memory of @octets. DRS_ERROR_FRAME. */
DrsFrame *drs_frame_parse(GBytes *octets, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void drs_frame_free(DrsFrame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DrsFrame, drs_frame_free)

/* What a frame is made of, besides the payload. All zero: a request in V2, not compressed. */
typedef struct {
    guint version; /* 1: V1; 2 or 0: V2, the highest (§2.2) */
    DrsMessageType type;
    DrsCompression compression; /* of the payload's content; sets the flag CP */
    guint32 uncompressed_size;  /* only where there is compression */
    guint32 unsigned_size;
    /* V2: DRS_EXTENSIONS_INT; NULL: one of 32 octets that claims no capability. */
    GBytes *extensions;
} DrsFrameSettings;

/* Flags: RQ or RP, SN, and SL for a response. dwMsgVersion: 4 and 1 (V1), 7 and 6 (V2).
 * DRS_ERROR_SETTINGS. */
GBytes *drs_frame_build(const DrsFrameSettings *settings, GBytes *payload,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
