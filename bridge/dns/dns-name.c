/* SPDX-License-Identifier: MPL-2.0 */
#include "dns-name.h"

#include <string.h>

#define LABEL_MAX_OCTETS 63u

gboolean
dns_name_read(DnsName *name, const guint8 *octets, gsize n_octets)
{
    gsize at = 0;
    if (n_octets == 0 || n_octets > DNS_NAME_MAX_OCTETS)
        return FALSE;
    while (octets[at] != 0) {
        if (octets[at] > LABEL_MAX_OCTETS)
            return FALSE;
        at += octets[at] + 1u;
        if (at >= n_octets)
            return FALSE;
    }
    if (at + 1 != n_octets)
        return FALSE;
    name->n_octets = (guint8)n_octets;
    /* Length octets are below "A". */
    for (gsize i = 0; i < n_octets; i++)
        name->octets[i] = (guint8)g_ascii_tolower((gchar)octets[i]);
    return TRUE;
}

gboolean
dns_name_parse(DnsName *name, const gchar *text)
{
    guint8 octets[DNS_NAME_MAX_OCTETS];
    gsize n_octets = 0;
    while (*text != '\0') {
        gsize n_label = strcspn(text, ".");
        if (n_label == 0 || n_label > LABEL_MAX_OCTETS || n_octets + n_label + 2 > sizeof octets)
            return FALSE;
        octets[n_octets++] = (guint8)n_label;
        memcpy(octets + n_octets, text, n_label);
        n_octets += n_label;
        text += n_label + (text[n_label] == '.');
    }
    octets[n_octets++] = 0;
    return dns_name_read(name, octets, n_octets);
}

gchar *
dns_name_to_string(const DnsName *name)
{
    GString *text = g_string_new(NULL);
    for (gsize at = 0; name->octets[at] != 0; at += name->octets[at] + 1u) {
        for (gsize i = 1; i <= name->octets[at]; i++) {
            guint8 octet = name->octets[at + i];
            if (g_ascii_isalnum((gchar)octet) || octet == '-' || octet == '_')
                g_string_append_c(text, (gchar)octet);
            else
                g_string_append_printf(text, "\\%03u", octet);
        }
        g_string_append_c(text, '.');
    }
    if (text->len == 0)
        g_string_append_c(text, '.');
    return g_string_free(text, FALSE);
}

gboolean
dns_name_is_root(const DnsName *name)
{
    return name->n_octets == 1;
}

guint
dns_name_count_labels(const DnsName *name)
{
    guint n = 0;
    for (gsize at = 0; name->octets[at] != 0; at += name->octets[at] + 1u)
        n++;
    return n;
}

gboolean
dns_name_equal(const DnsName *a, const DnsName *b)
{
    return a->n_octets == b->n_octets && memcmp(a->octets, b->octets, a->n_octets) == 0;
}

gboolean
dns_name_is_within(const DnsName *name, const DnsName *ancestor)
{
    if (name->n_octets < ancestor->n_octets)
        return FALSE;
    gsize wanted = (gsize)(name->n_octets - ancestor->n_octets);
    gsize at = 0;
    while (at < wanted)
        at += name->octets[at] + 1u;
    return at == wanted && memcmp(name->octets + at, ancestor->octets, ancestor->n_octets) == 0;
}

void
dns_name_strip(const DnsName *name, guint n, DnsName *out_name)
{
    gsize at = 0;
    for (; n > 0; n--)
        at += name->octets[at] + 1u;
    DnsName stripped;
    stripped.n_octets = (guint8)(name->n_octets - at);
    memcpy(stripped.octets, name->octets + at, stripped.n_octets);
    out_name->n_octets = stripped.n_octets;
    memcpy(out_name->octets, stripped.octets, stripped.n_octets);
}

gboolean
dns_name_substitute(const DnsName *name, const DnsName *from, const DnsName *to, DnsName *out_name)
{
    if (!dns_name_is_within(name, from))
        return FALSE;
    gsize n_kept = (gsize)(name->n_octets - from->n_octets);
    if (n_kept + to->n_octets > DNS_NAME_MAX_OCTETS)
        return FALSE;
    DnsName result;
    memcpy(result.octets, name->octets, n_kept);
    memcpy(result.octets + n_kept, to->octets, to->n_octets);
    result.n_octets = (guint8)(n_kept + to->n_octets);
    *out_name = result;
    return TRUE;
}

guint
dns_name_hash(gconstpointer data)
{
    const DnsName *name = data;
    guint hash = 5381;
    for (gsize i = 0; i < name->n_octets; i++)
        hash = hash * 33 + name->octets[i];
    return hash;
}

gboolean
dns_name_equal_func(gconstpointer a, gconstpointer b)
{
    return dns_name_equal(a, b);
}
