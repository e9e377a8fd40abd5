/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "octet-source.h"

/* The mail that carries a frame of directory replication ([MS-SRPL] §3.2.4.5, §3.3.5.1): one
 * entity, Content-Type image/gif, which the frame is not, in base64; the Subject begins with the
 * words below. */
#define DRS_MAIL_SUBJECT "Intersite message for NTDS Replication:"
#define DRS_MAIL_TYPE    "image/gif"

/* What stands behind these words of the Subject. */
#define DRS_COMMENTARY_MAX_OCTETS 1000u

typedef struct {
    const gchar *sender; /* addresses as addr_spec_parse_service() takes them */
    const gchar *recipient;
    const gchar *commentary; /* (nullable): Send-Commentary, for people; UTF-8 */
    gint64 now;              /* seconds since 1970, for Date */
} DrsMailSettings;

/* ADDR_SPEC_ERROR; DRS_ERROR_SETTINGS for a commentary that is too long or has control
 * characters. */
OctetSource *drs_mail_build(const DrsMailSettings *settings, OctetSource *frame,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    gchar *sender;     /* From, as addr_spec_to_string() writes it */
    gchar *recipient;  /* To */
    gchar *commentary; /* decoded, without the words that it begins with */
    GBytes *frame;
} DrsMail;

/**
 * drs_mail_parse:
 * @recipient: (nullable): what To has to be; %NULL: the caller looks at it
 * @error: DRS_ERROR_MAIL, which says what is not as it must be; MAIL_ERROR, ADDR_SPEC_ERROR
 *
 * To has one mailbox, and nothing is said of others: a Cc is not looked at. From has one.
 */
DrsMail *drs_mail_parse(GBytes *message, const gchar *recipient,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void drs_mail_free(DrsMail *mail);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DrsMail, drs_mail_free)

/* Whether two addresses are those of one controller: written forms differ in case and quotes.
 * FALSE also for what is no address. */
gboolean drs_address_equal(const gchar *a, const gchar *b);
