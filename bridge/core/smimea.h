/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

#include "verdict.h"

/* SMIMEA resource record data.
 *
 * Wire form (RFC 8162 §2, RFC 6698 §2.1): one octet certificate usage, one octet selector, one
 * octet matching type, then the certificate association data up to the end of the RDATA.
 *
 * Presentation form (RFC 6698 §2.2): the three numbers in decimal (0-255) and the data in
 * hexadecimal, which may be broken into pieces by white space; parentheses and ";" comments as in
 * any zone file (RFC 1035 §5.1). The acronyms of RFC 7218 (DANE-EE, SPKI, SHA2-256 …, any case) are
 * read too. Generic form (RFC 3597 §5): "\# LENGTH HEX…". */

#define SMIMEA_RR_TYPE 53
/* Private-use RR types (RFC 6895 §3.1); the guide's records used one of them. */
#define SMIMEA_RR_TYPE_PRIVATE_FIRST 65280
#define SMIMEA_RR_TYPE_PRIVATE_LAST  65534

#define SMIMEA_ERROR (smimea_error_quark())
GQuark smimea_error_quark(void);

typedef enum {
    SMIMEA_ERROR_TRUNCATED, /* RDATA shorter than its parameters */
    SMIMEA_ERROR_TOO_LONG, /* RDATA longer than 65535 octets, text than LIMIT_PRESENTATION_OCTETS */
    SMIMEA_ERROR_SYNTAX,   /* presentation form; the text says what and at which character */
    SMIMEA_N_ERRORS
} SmimeaError;

enum {
    SMIMEA_USAGE_PKIX_TA = 0,
    SMIMEA_USAGE_PKIX_EE = 1,
    SMIMEA_USAGE_DANE_TA = 2,
    SMIMEA_USAGE_DANE_EE = 3
};
enum { SMIMEA_SELECTOR_CERT = 0, SMIMEA_SELECTOR_SPKI = 1 };
enum { SMIMEA_MATCHING_FULL = 0, SMIMEA_MATCHING_SHA2_256 = 1, SMIMEA_MATCHING_SHA2_512 = 2 };

typedef struct {
    guint8 usage;
    guint8 selector;
    guint8 matching_type;
    GBytes *association_data; /* may be empty */
} SmimeaRecord;

SmimeaRecord *smimea_record_new(guint8 usage, guint8 selector, guint8 matching_type,
                                GBytes *association_data);

/**
 * smimea_record_parse:
 * @rdata: the RDATA of one SMIMEA record, in wire form
 * @error: SMIMEA_ERROR
 *
 * Reads one record. A record whose parameters or data this program cannot use is well-formed all
 * the same: ask smimea_record_get_usability(). The record shares the memory of @rdata.
 *
 * Returns: (transfer full): the record, or %NULL
 */
SmimeaRecord *smimea_record_parse(GBytes *rdata, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The RDATA in wire form. */
GBytes *smimea_record_serialize(const SmimeaRecord *record);

/**
 * smimea_record_parse_presentation:
 * @text: RDATA in presentation form or in the generic form; or a whole zone-file line whose
 *   owner, TTL and class are skipped and whose type is SMIMEA, TYPE53 or a private TYPEnnnnn
 * @error: SMIMEA_ERROR
 *
 * Reads one record; blank lines and comments may stand round it. Parentheses may stand anywhere,
 * also before the numbers ("SMIMEA (3 1 0 3082…)", as some guides print it). Data may be missing:
 * the record then is RECORD_UNUSABLE_MALFORMED, as it would be on the wire.
 *
 * Returns: (transfer full): the record, or %NULL
 */
SmimeaRecord *smimea_record_parse_presentation(const gchar *text,
                                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "3 0 0 3082…", one line, lower case. */
gchar *smimea_record_to_presentation(const SmimeaRecord *record);

/* "\# 297 0300…", one line (RFC 3597 §5). */
gchar *smimea_record_to_generic(const SmimeaRecord *record);

/* A line for a zone file: "OWNER. IN SMIMEA 3 0 0 …". With @generic, or when @rr_type is not
 * SMIMEA_RR_TYPE, the RDATA is in the generic form and the type is TYPEnnn. @owner_name comes
 * without its last dot. A @ttl of 0 leaves the TTL out. */
gchar *smimea_record_to_zone_line(const SmimeaRecord *record, const gchar *owner_name,
                                  guint16 rr_type, guint32 ttl, gboolean generic);

/* Whether all three parameters are known here and digests have their length (RFC 6698 §4.1,
 * §2.1.3). Whether full data is a certificate is for the caller to find out:
 * RECORD_UNUSABLE_CERTIFICATE is not returned here. */
RecordUsability smimea_record_get_usability(const SmimeaRecord *record);

void smimea_record_free(SmimeaRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SmimeaRecord, smimea_record_free)
