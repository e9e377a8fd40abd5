/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>

/**
 * http_connect:
 * @host: a name, or an address without brackets
 * @may_be_private: whether addresses count that are not public (public-address.h)
 * @timeout_seconds: of each step on the connection
 * @out_is_private: (out): whether the address that answered is not public
 *
 * Looks the host up first and judges what is found, then connects to nothing but that: a name can't
 * have another address in between. Of several addresses the first that answers is taken; an address
 * that may not be asked is passed over. No proxy stands between.
 *
 * Returns: (transfer full): %NULL with G_IO_ERROR, or the error of the lookup;
 * G_IO_ERROR_PERMISSION_DENIED if there are only addresses that may not be asked
 */
GSocketConnection *http_connect(const gchar *host, guint16 port, gboolean may_be_private,
                                guint timeout_seconds, gboolean *out_is_private,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
