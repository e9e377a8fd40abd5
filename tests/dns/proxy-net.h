/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Network namespaces of the proxy's own (network_namespaces(7)): in each, port 53 and any address
 * are free, and nothing leads out. Who is to ask there enters /proc/PID/fd/NUMBER. Needs
 * CAP_SYS_ADMIN, as unshare --user --map-root-user gives it. */

/* Makes one with these IPv4 addresses on its loopback interface.
 * Returns: a descriptor, or -1 with an error of GIO */
int proxy_net_new(const gchar *const *addresses, GError **error);

/* socket(2) in the namespace @net, or in the proxy's own if @net is -1. */
int proxy_net_socket(int net, int type);
