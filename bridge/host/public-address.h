/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>

/* Whether an address may be anybody's out there, by IANA's registries of special-purpose addresses
 * (RFC 6890): not this machine's (loopback, unspecified), nor one of its network's (private, shared
 * by a provider's customers, link-local, unique local), nor multicast, reserved, or for examples
 * and measurements. Of IPv6 only 2000::/3 is anybody's; an IPv4 address that stands in one of IPv6
 * (mapped, or translated by 64:ff9b::/96) is judged itself, tunnels (6to4, Teredo) are none.
 *
 * What can't be seen from an address: a network that has public addresses on machines which nobody
 * outside is to reach, or that translates to IPv4 with a prefix of its own. */
gboolean public_address_is(GInetAddress *address);
