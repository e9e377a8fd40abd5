/* SPDX-License-Identifier: MPL-2.0 */

#include "public-address.h"

#include <string.h>

#define IP4_OCTETS 4u
#define IP6_OCTETS 16u

typedef struct {
    guint8 octets[IP6_OCTETS];
    guint n_bits;
} Block;

/* Those of IPv4 that are nobody's out there. */
static const Block special_ip4[] = {
    {{0}, 8},             /* RFC 791: this network */
    {{10}, 8},            /* RFC 1918 */
    {{100, 64}, 10},      /* RFC 6598: shared by a provider's customers */
    {{127}, 8},           /* RFC 1122: loopback */
    {{169, 254}, 16},     /* RFC 3927: link-local */
    {{172, 16}, 12},      /* RFC 1918 */
    {{192, 0, 0}, 24},    /* RFC 6890: protocol assignments */
    {{192, 0, 2}, 24},    /* RFC 5737: documentation */
    {{192, 88, 99}, 24},  /* RFC 7526: 6to4 relays */
    {{192, 168}, 16},     /* RFC 1918 */
    {{198, 18}, 15},      /* RFC 2544: measurements */
    {{198, 51, 100}, 24}, /* RFC 5737 */
    {{203, 0, 113}, 24},  /* RFC 5737 */
    {{224}, 4},           /* RFC 5771: multicast */
    {{240}, 4},           /* RFC 1112: reserved, and broadcast */
};

/* The only part of IPv6 that is given out (RFC 4291 §2.4), and what of it is special. */
static const Block global_ip6 = {{0x20}, 3};
static const Block special_ip6[] = {
    {{0x20, 0x01}, 23},             /* RFC 2928: protocol assignments, Teredo among them */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* RFC 3849: documentation */
    {{0x20, 0x02}, 16},             /* RFC 3056: 6to4 */
    {{0x3f, 0xff}, 20},             /* RFC 9637: documentation */
};

/* IPv4 in IPv6: mapped (RFC 4291 §2.5.5.2), translated (RFC 6052 §2.1). */
static const Block ip4_in_ip6[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96},
    {{0x00, 0x64, 0xff, 0x9b}, 96},
};

static gboolean
is_within(const guint8 *octets, const Block *block)
{
    guint n_whole = block->n_bits / 8;
    guint n_rest = block->n_bits % 8;
    guint8 mask = (guint8)(0xff00u >> n_rest);
    return memcmp(octets, block->octets, n_whole) == 0 &&
           (n_rest == 0 || ((octets[n_whole] ^ block->octets[n_whole]) & mask) == 0);
}

static gboolean
is_within_one(const guint8 *octets, const Block *blocks, gsize n_blocks)
{
    for (gsize i = 0; i < n_blocks; i++)
        if (is_within(octets, &blocks[i]))
            return TRUE;
    return FALSE;
}

static gboolean
is_public_ip4(const guint8 *octets)
{
    return !is_within_one(octets, special_ip4, G_N_ELEMENTS(special_ip4));
}

gboolean
public_address_is(GInetAddress *address)
{
    const guint8 *octets = g_inet_address_to_bytes(address);
    if (g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV4)
        return is_public_ip4(octets);
    if (g_inet_address_get_family(address) != G_SOCKET_FAMILY_IPV6)
        return FALSE;
    if (is_within_one(octets, ip4_in_ip6, G_N_ELEMENTS(ip4_in_ip6)))
        return is_public_ip4(octets + IP6_OCTETS - IP4_OCTETS);
    return is_within(octets, &global_ip6) &&
           !is_within_one(octets, special_ip6, G_N_ELEMENTS(special_ip6));
}
