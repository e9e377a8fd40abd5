/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>

/* Revocation lists that are at hand for every message: the folder "crls" of the profile. Whoever
 * likes may put files there (*.crl, *.der, *.pem); those that are added here are called by their
 * SHA-256. At most LIMIT_CERTIFICATES lists of LIMIT_CRLS_OCTETS together are read, by the order of
 * file names. */

typedef struct {
    gchar *path;
    gchar *sha256; /* of @der */
    GBytes *der;
    gchar *issuer;
    gint64 this_update; /* seconds since 1970 */
    gint64 next_update; /* G_MAXINT64: none */
    gboolean is_delta;
} FolderCrl;
void folder_crl_free(FolderCrl *crl);

/* (element-type FolderCrl) (transfer full): empty without a folder. A file that is none, or can't
 * be read, is passed over with a warning. */
GPtrArray *crl_folder_load(const gchar *profile);

/* Appends their DER to @crls (element-type GBytes), which is made if need be. */
void crl_folder_add_to(const gchar *profile, GPtrArray **crls);

/**
 * crl_folder_add:
 * @lists: (element-type GBytes): DER
 * @now: lists that ended before, and have a later one of the same issuer and scope now, go. Others
 *   stay: whether a list is genuine comes out with the certificates
 * @out_n_new: (out): how many were not there
 *
 * Makes the folder if need be. PROTOCOL_ERROR_FILE, CMS_ERROR_LIMIT, CMS_ERROR_MALFORMED.
 */
gboolean crl_folder_add(const gchar *profile, GPtrArray *lists, gint64 now, guint *out_n_new,
                        GError **error);

/* @sha256: (nullable): of one list; NULL: all. PROTOCOL_ERROR_FILE. */
gboolean crl_folder_remove(const gchar *profile, const gchar *sha256, guint *out_n_removed,
                           GError **error);
