/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate.h"
#include "verdict.h"

/* One certificate that was seen, and its file: the form of a GKeyFile,
 *
 *     [seen-certificate]
 *     version=1
 *     address=bob@example.org    whose it is said to be: the author of the message
 *     origin=message             or "file": somebody added it by hand
 *     trust=dane                 who vouched for the message then; not with "file"
 *     message-date=1763775364    seconds since 1970; absent: the message has none
 *     recorded=1763779000        … by this machine's clock: when it was seen last
 *     certificate=MIIB…          DER in base64
 *     issuers=MIIC…;MIID…;       … of certificates above it that came along; may be absent */

typedef enum { SEEN_IN_MESSAGE, SEEN_IN_FILE, SEEN_N_ORIGINS } SeenOrigin;
const gchar *seen_origin_to_string(SeenOrigin origin);

typedef struct {
    gchar *address;
    SeenOrigin origin;
    TrustSource trust;
    gint64 message_date; /* G_MININT64: there is none */
    gint64 recorded;
    Certificate *certificate;
    GPtrArray *issuers; /* (element-type Certificate); may be empty, never NULL */
} SeenCertificate;

/* Without issuers yet; append to @issuers. */
SeenCertificate *seen_certificate_new(const gchar *address, Certificate *certificate,
                                      gint64 recorded);
SeenCertificate *seen_certificate_copy(const SeenCertificate *seen);
/* Appends the issuers of @known, of the same certificate, that @seen has not, as far as there is
 * room: a message may leave out what an earlier one brought. */
void seen_certificate_keep_issuers(SeenCertificate *seen, const SeenCertificate *known);
void seen_certificate_free(SeenCertificate *seen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SeenCertificate, seen_certificate_free)

/* Name of the file, without folder: three digests in hexadecimal, of the domain, of the address and
 * of the certificate, so that everything of one domain, and of one address, begins alike. Case of
 * letters and the form of the domain (RFC 5890) make no difference. */
gchar *seen_certificate_dup_name(const SeenCertificate *seen);
/* What the names for @address begin with, up to the digest of the certificate. */
gchar *seen_address_dup_prefix(const gchar *address);
#define SEEN_DOMAIN_DIGITS 16
gboolean seen_name_is_sound(const gchar *name);

/* Whether it can be recorded: address, certificate and issuers are within their limits
 * (core-limits.h). */
gboolean seen_certificate_is_sound(const SeenCertificate *seen);

gchar *seen_certificate_serialize(const SeenCertificate *seen, gsize *out_n_octets);
/* NULL for what is damaged, too large, of a later version, or no file. */
SeenCertificate *seen_certificate_load(const gchar *path);
