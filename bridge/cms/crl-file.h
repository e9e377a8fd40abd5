/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/**
 * crls_parse_file:
 * @octets: a file's: DER of one certificate revocation list, or PEM with one or more "X509 CRL" and
 *   anything between them
 *
 * Returns: (element-type GBytes) (transfer full): DER, at least one; or %NULL with
 *   CMS_ERROR_MALFORMED or CMS_ERROR_LIMIT
 */
GPtrArray *crls_parse_file(GBytes *octets, GError **error) G_GNUC_WARN_UNUSED_RESULT;
