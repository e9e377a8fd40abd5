/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* NSS for this process, without a data base of its own; the key store opens beside it. */

/* Once, before anything else of this layer. CMS_ERROR_FAILED. */
gboolean cms_init(GError **error);

/* FALSE with NSS's SEC_ERROR_BUSY if any key or certificate of NSS is still referenced: a leak. */
gboolean cms_shutdown(GError **error);

/* NSS's version at run time, "3.87.1". */
const gchar *cms_get_nss_version(void);

/* An OwnerNameSha224 of core/owner-name.h. */
void cms_sha224(const guint8 *octets, gsize n_octets, guint8 out_digest[28]);

/* SHA-256 in lower-case hexadecimal. */
gchar *cms_sha256_hex(GBytes *octets);
