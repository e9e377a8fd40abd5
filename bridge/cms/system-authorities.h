/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate.h"

/* The certificate authorities that the system trusts for mail: NSS's built-in list, a PKCS#11
 * module. They are copied out of it, and the module is let go again: certificates from elsewhere
 * never meet it. */

#define SYSTEM_AUTHORITIES_LIBRARY "libnssckbi.so"

/* Whether there is such a module; it is not read. */
gboolean system_authorities_exist(void);

/**
 * system_authorities_load:
 * @library: (nullable): name or path of the module; %NULL: SYSTEM_AUTHORITIES_LIBRARY
 * @error: CMS_ERROR_AUTHORITIES: it can't be loaded, or holds none
 *
 * Authorities of which the list distrusts what they issued after some day are left out: the day of
 * issue is what they say themselves.
 *
 * Returns: (element-type Certificate) (transfer full):
 */
GPtrArray *system_authorities_load(const gchar *library, GError **error) G_GNUC_WARN_UNUSED_RESULT;
