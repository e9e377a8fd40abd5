/* SPDX-License-Identifier: MPL-2.0 */

/* Names of the DNS. The input is read as text, and as two names in wire form: its first octet says
 * where the second begins. */

#include "dns-name.h"
#include "fuzz.h"
#include "owner-name.h"
#include "resolver.h"

static void
check_ancestor(const DnsName *name, guint n)
{
    DnsName ancestor;
    DnsName again;
    dns_name_strip(name, n, &ancestor);
    g_assert_true(dns_name_read(&again, ancestor.octets, ancestor.n_octets));
    g_assert_true(dns_name_equal(&again, &ancestor));
    g_assert_cmpuint(dns_name_count_labels(&ancestor), ==, dns_name_count_labels(name) - n);
    g_assert_true(dns_name_is_within(name, &ancestor));
    g_assert_true(dns_name_is_within(&ancestor, name) == (n == 0));
    g_assert_true(dns_name_substitute(name, &ancestor, &ancestor, &again));
    g_assert_true(dns_name_equal(&again, name));
}

static void
check_name(const DnsName *name)
{
    g_autofree gchar *text = dns_name_to_string(name);
    g_assert_true(g_str_is_ascii(text) && g_str_has_suffix(text, "."));
    for (guint n = 0; n <= dns_name_count_labels(name); n++)
        check_ancestor(name, n);
    DnsName parsed;
    if (!resolver_name_is_valid(text))
        return;
    g_assert_true(dns_name_parse(&parsed, text) && dns_name_equal(&parsed, name));
    g_assert_cmpuint(dns_name_hash(&parsed), ==, dns_name_hash(name));
}

static void
check_pair(const DnsName *first, const DnsName *second)
{
    for (guint n = 0; n <= dns_name_count_labels(first); n++) {
        DnsName from;
        DnsName made;
        DnsName again;
        dns_name_strip(first, n, &from);
        if (!dns_name_substitute(first, &from, second, &made))
            continue;
        g_assert_true(dns_name_read(&again, made.octets, made.n_octets));
        g_assert_true(dns_name_is_within(&made, second));
        g_assert_cmpuint(dns_name_count_labels(&made), ==, n + dns_name_count_labels(second));
    }
    g_assert_true(dns_name_equal(first, second) ==
                  (dns_name_is_within(first, second) && dns_name_is_within(second, first)));
}

static void
check_text(const gchar *text)
{
    DnsName name;
    if (resolver_name_is_valid(text)) {
        g_assert_true(dns_name_parse(&name, text));
        check_name(&name);
    }
    if (!owner_name_is_valid(text))
        return;
    g_assert_true(dns_name_parse(&name, text));
    g_assert_cmpuint(name.octets[0], ==, 2 * OWNER_NAME_DIGEST_OCTETS);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    if (n_octets == 0)
        return 0;
    g_autofree gchar *text = g_strndup((const gchar *)octets, n_octets);
    check_text(text);
    gsize n_first = MIN(octets[0], n_octets - 1);
    DnsName first;
    DnsName second;
    if (!dns_name_read(&first, octets + 1, n_first))
        return 0;
    check_name(&first);
    if (!dns_name_read(&second, octets + 1 + n_first, n_octets - 1 - n_first))
        return 0;
    check_name(&second);
    check_pair(&first, &second);
    return 0;
}
