/* SPDX-License-Identifier: MPL-2.0 */

#include "public-address.h"

/* The first and the last of each block that is special, and their neighbours. */
static const struct {
    const gchar *address;
    gboolean is_public;
} cases[] = {
    {"0.0.0.0", FALSE},
    {"0.255.255.255", FALSE},
    {"1.0.0.0", TRUE},
    {"9.255.255.255", TRUE},
    {"10.0.0.0", FALSE},
    {"10.255.255.255", FALSE},
    {"11.0.0.0", TRUE},
    {"100.63.255.255", TRUE},
    {"100.64.0.0", FALSE},
    {"100.127.255.255", FALSE},
    {"100.128.0.0", TRUE},
    {"126.255.255.255", TRUE},
    {"127.0.0.1", FALSE},
    {"127.255.255.255", FALSE},
    {"128.0.0.0", TRUE},
    {"169.253.255.255", TRUE},
    {"169.254.169.254", FALSE},
    {"169.255.0.0", TRUE},
    {"172.15.255.255", TRUE},
    {"172.16.0.0", FALSE},
    {"172.31.255.255", FALSE},
    {"172.32.0.0", TRUE},
    {"192.0.0.8", FALSE},
    {"192.0.1.0", TRUE},
    {"192.0.2.1", FALSE},
    {"192.88.99.1", FALSE},
    {"192.167.255.255", TRUE},
    {"192.168.0.0", FALSE},
    {"192.168.255.255", FALSE},
    {"192.169.0.0", TRUE},
    {"198.17.255.255", TRUE},
    {"198.18.0.0", FALSE},
    {"198.19.255.255", FALSE},
    {"198.20.0.0", TRUE},
    {"198.51.100.1", FALSE},
    {"203.0.113.255", FALSE},
    {"203.0.114.0", TRUE},
    {"223.255.255.255", TRUE},
    {"224.0.0.1", FALSE},
    {"239.255.255.255", FALSE},
    {"240.0.0.1", FALSE},
    {"255.255.255.255", FALSE},
    {"::", FALSE},
    {"::1", FALSE},
    {"::8.8.8.8", FALSE},
    {"::ffff:8.8.8.8", TRUE},
    {"::ffff:127.0.0.1", FALSE},
    {"::ffff:192.168.1.1", FALSE},
    {"64:ff9b::8.8.8.8", TRUE},
    {"64:ff9b::10.0.0.1", FALSE},
    {"64:ff9b:1::8.8.8.8", FALSE},
    {"100::1", FALSE},
    {"1fff:ffff::1", FALSE},
    {"2000::1", TRUE},
    {"2001::1", FALSE},
    {"2001:1ff::1", FALSE},
    {"2001:200::1", TRUE},
    {"2001:db8::1", FALSE},
    {"2001:db9::1", TRUE},
    {"2002:808:808::1", FALSE},
    {"2003::1", TRUE},
    {"2606:4700::1", TRUE},
    {"3ffe:ffff::1", TRUE},
    {"3fff:fff::1", FALSE},
    {"3fff:1000::1", TRUE},
    {"4000::1", FALSE},
    {"5f00::1", FALSE},
    {"fc00::1", FALSE},
    {"fdff::1", FALSE},
    {"fe80::1", FALSE},
    {"fec0::1", FALSE},
    {"ff02::1", FALSE},
};

static void
test_is_public(gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(cases[i].address);
    g_assert_nonnull(address);
    g_assert_cmpint(public_address_is(address), ==, cases[i].is_public);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *path = g_strconcat("/public-address/", cases[i].address, NULL);
        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_is_public);
    }
    return g_test_run();
}
