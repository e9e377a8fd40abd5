/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "addr-spec.h"

/* The DNS name at which the SMIMEA records of an address stand.
 *
 * RFC 8162 §3: SHA-256 of the local part in UTF-8, cut to 28 octets, in lower-case hexadecimal, one
 * label; then "_smimecert"; then the domain. No dot at the end. */

#define OWNER_NAME_ERROR (owner_name_error_quark())
GQuark owner_name_error_quark(void);

typedef enum {
    OWNER_NAME_ERROR_TOO_LONG, /* over 253 octets with its 68 octets of prefix (RFC 1035 §3.1) */
    OWNER_NAME_N_ERRORS
} OwnerNameError;

#define OWNER_NAME_DIGEST_OCTETS 28

/* Computes SHA-224. GLib has none, so the caller hands in its library's. */
typedef void (*OwnerNameSha224)(const guint8 *octets, gsize n_octets,
                                guint8 out_digest[OWNER_NAME_DIGEST_OCTETS]);

gchar *owner_name_new(const AddrSpec *address, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The form of the drafts before RFC 8162: SHA-224 of the local part. For diagnosis only. */
gchar *owner_name_new_draft(const AddrSpec *address, OwnerNameSha224 sha224,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether @name has the form of an owner name of RFC 8162: 56 hexadecimal digits, "_smimecert" and
 * at least one more label, each of at most 63 octets. One dot at the end is allowed; ASCII case is
 * not significant. */
gboolean owner_name_is_valid(const gchar *name);
