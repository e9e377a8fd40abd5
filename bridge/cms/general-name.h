/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "distinguished-name.h"

/* GeneralName of RFC 5280 §4.2.1.6. */

/* Identifiers of its alternatives. */
enum {
    GENERAL_NAME_OTHER = 0xa0,
    GENERAL_NAME_RFC822 =
        0x81, /* also SmtpUTF8Mailbox (RFC 9598), to which its constraints apply */
    GENERAL_NAME_DNS = 0x82,
    GENERAL_NAME_DIRECTORY = 0xa4,
    GENERAL_NAME_URI = 0x86
};

typedef struct {
    guint8 tag;
    gchar *text;             /* of RFC822, DNS and URI; NULL if it isn't UTF-8 or has a NUL */
    DistinguishedName *name; /* of DIRECTORY */
    GBytes *whole;           /* the element, of any kind */
} GeneralName;

/* The next element of @reader. CMS_ERROR_MALFORMED, CMS_ERROR_LIMIT. */
GeneralName *general_name_read(BerReader *reader, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* All elements up to the end. (element-type GeneralName) */
GPtrArray *general_names_read(BerReader *reader, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GeneralName *general_name_new_text(guint8 tag, const gchar *text) G_GNUC_WARN_UNUSED_RESULT;
void general_name_free(GeneralName *name);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GeneralName, general_name_free)

/* Whether one name stands in both lists. */
gboolean general_names_overlap(GPtrArray *a, GPtrArray *b);
