/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "seen-entry.h"

/* Certificates that were seen: those that verified mail was signed with, others that came with it
 * and are published as well, and those that somebody added by hand. Kept between runs.
 *
 * They decide nothing. A record that holds a digest, a bare key or an authority names a certificate
 * without giving it; this is where it may be found then (recipient-choice.h). Which one is the
 * right one, and whether any is, is said by the DNS alone, anew each time.
 *
 * One file for each (seen-entry.h), mode 0600, in the folder "seen-certificates" of that of the key
 * store, so that looking up one address costs the same however many there are. What can't be read
 * is passed over. Other files there are left alone.
 *
 * Several processes may work with the folder: a file is replaced as a whole, and where room is made
 * the folder is locked. */

/* How much there may be; where there is no room, what was seen longest ago goes: first of the same
 * address, then of the domain that has the most, so that nobody drives out the others. */
typedef struct {
    guint n_entries;
    guint n_of_address;
    guint64 n_octets;
} SeenLimits;
/* Those of core-limits.h. */
extern const SeenLimits seen_default_limits;

/* An entry is written again when the same certificate is seen this many seconds later: the dates
 * are for people, who need them by the day, and reading a folder of mail should not write for each
 * message. */
#define SEEN_REFRESH_SECONDS 86400

/**
 * seen_certificates_record:
 * @profile: folder of the key store
 * @may_create: make @profile if it is not there; else nothing is recorded without it
 * @error: PROTOCOL_ERROR_FILE
 *
 * Nothing is recorded of what is not sound (seen_certificate_is_sound()). Issuers that were known
 * of the same certificate stay.
 */
gboolean seen_certificates_record(const gchar *profile, const SeenCertificate *seen,
                                  gboolean may_create, const SeenLimits *limits, GError **error);

/* Those of an address, in whatever case; NULL: all. Those seen last come first. None is no error.
 * (element-type SeenCertificate) (transfer full) PROTOCOL_ERROR_FILE. */
GPtrArray *seen_certificates_load(const gchar *profile, const gchar *address,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The issuers of those of an address. They tell whose revocation lists count where a message leaves
 * them out, as whoever has the key of a revoked certificate would. (element-type Certificate)
 * (transfer full) PROTOCOL_ERROR_FILE. */
GPtrArray *seen_certificates_load_issuers(const gchar *profile, const gchar *address,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Deletes those of an address; NULL: all, also what can't be read. PROTOCOL_ERROR_FILE. */
gboolean seen_certificates_forget(const gchar *profile, const gchar *address,
                                  guint *out_n_forgotten, GError **error);
