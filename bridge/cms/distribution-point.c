/* SPDX-License-Identifier: MPL-2.0 */

#include "distribution-point.h"

#include "certificate-private.h"
#include "core-limits.h"

/* DistributionPointName: [0] fullName, [1] nameRelativeToCRLIssuer. */
#define TAG_POINT    BER_CONTEXT_CONSTRUCTED(0)
#define TAG_FULL     BER_CONTEXT_CONSTRUCTED(0)
#define TAG_RELATIVE BER_CONTEXT_CONSTRUCTED(1)

static GPtrArray *
new_names(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)general_name_free);
}

static GPtrArray *
read_relative(BerReader *reader, const DistinguishedName *base)
{
    BerReader contents;
    if (!ber_enter(reader, TAG_RELATIVE, "", &contents, NULL))
        return NULL;
    BerSlice rdn = {contents.next, (gsize)(contents.end - contents.next)};
    GeneralName *name = g_new0(GeneralName, 1);
    name->tag = GENERAL_NAME_DIRECTORY;
    name->name = distinguished_name_new_relative(base, reader->owner, rdn, NULL);
    GPtrArray *names = new_names();
    g_ptr_array_add(names, name);
    if (name->name == NULL)
        g_clear_pointer(&names, g_ptr_array_unref);
    return names;
}

/* Leaves @out_names alone if there is no such field. */
static gboolean
read_point_name(BerReader *fields, const DistinguishedName *base, GPtrArray **out_names)
{
    BerReader choice, full;
    if (ber_peek(fields) != TAG_POINT)
        return TRUE;
    if (!ber_enter(fields, TAG_POINT, "", &choice, NULL))
        return FALSE;
    if (ber_peek(&choice) == TAG_RELATIVE) {
        BerReader start = choice;
        *out_names = read_relative(&start, base);
        return *out_names != NULL && ber_skip(&choice, "", NULL, NULL) &&
               ber_leave(fields, &choice, "", NULL);
    }
    if (!ber_enter(&choice, TAG_FULL, "", &full, NULL))
        return FALSE;
    *out_names = general_names_read(&full, NULL);
    return *out_names != NULL && ber_leave(&choice, &full, "", NULL) &&
           ber_leave(fields, &choice, "", NULL);
}

static gboolean
read_reasons(BerReader *fields, guint8 tag, guint *out_reasons)
{
    BerSlice bits;
    if (ber_peek(fields) != tag)
        return TRUE;
    if (!ber_read(fields, tag, "", &bits, NULL) || bits.n_octets == 0)
        return FALSE;
    *out_reasons = 0;
    for (guint i = 0; i < 9 && 1 + i / 8 < bits.n_octets; i++)
        if (bits.octets[1 + i / 8] & (0x80u >> (i % 8)))
            *out_reasons |= 1u << i;
    *out_reasons &= DISTRIBUTION_REASONS_ALL;
    return TRUE;
}

static gboolean
read_boolean(BerReader *fields, guint8 tag, gboolean *out_value)
{
    BerSlice value;
    if (ber_peek(fields) != tag)
        return TRUE;
    if (!ber_read(fields, tag, "", &value, NULL) || value.n_octets != 1)
        return FALSE;
    *out_value = value.octets[0] != 0;
    return TRUE;
}

static gboolean
read_crl_issuer(const BerReader *fields, GPtrArray **out_names)
{
    BerReader ahead = *fields;
    BerReader names;
    while (ber_peek(&ahead) != -1 && ber_peek(&ahead) != BER_CONTEXT_CONSTRUCTED(2))
        if (!ber_skip(&ahead, "", NULL, NULL))
            return FALSE;
    if (ber_peek(&ahead) == -1)
        return TRUE;
    if (!ber_enter(&ahead, BER_CONTEXT_CONSTRUCTED(2), "", &names, NULL))
        return FALSE;
    *out_names = general_names_read(&names, NULL);
    return *out_names != NULL;
}

/* What a relative name is relative to: cRLIssuer if it is stated. */
static const DistinguishedName *
find_base(const DistributionPoint *point, const DistinguishedName *issuer)
{
    for (guint i = 0; point->crl_issuer != NULL && i < point->crl_issuer->len; i++) {
        const GeneralName *name = g_ptr_array_index(point->crl_issuer, i);
        if (name->tag == GENERAL_NAME_DIRECTORY)
            return name->name;
    }
    return issuer;
}

static DistributionPoint *
read_point(BerReader *fields, const DistinguishedName *issuer)
{
    g_autoptr(DistributionPoint) point = g_new0(DistributionPoint, 1);
    point->reasons = DISTRIBUTION_REASONS_ALL;
    if (!read_crl_issuer(fields, &point->crl_issuer) ||
        !read_point_name(fields, find_base(point, issuer), &point->names) ||
        !read_reasons(fields, BER_CONTEXT(1), &point->reasons))
        return NULL;
    return g_steal_pointer(&point);
}

GPtrArray *
distribution_points_read(const Certificate *certificate)
{
    SECItem value;
    BerReader all, list, fields;
    BerSlice element;
    g_autoptr(GPtrArray) points =
        g_ptr_array_new_with_free_func((GDestroyNotify)distribution_point_free);
    g_autoptr(DistinguishedName) issuer =
        distinguished_name_new(certificate_get_issuer_der(certificate), NULL);
    if (!certificate_find_extension(certificate, SEC_OID_X509_CRL_DIST_POINTS, &value))
        return g_steal_pointer(&points);
    g_autoptr(GBytes) der = g_bytes_new(value.data, value.len);
    ber_reader_init(&all, der);
    if (issuer == NULL || !ber_enter(&all, BER_SEQUENCE, "", &list, NULL))
        return NULL;
    while (!ber_at_end(&list) && points->len < LIMIT_DISTRIBUTION_POINTS) {
        if (!ber_skip(&list, "", &element, NULL))
            return NULL;
        BerReader one;
        ber_reader_init_slice(&one, der, element);
        if (!ber_enter(&one, BER_SEQUENCE, "", &fields, NULL))
            return NULL;
        DistributionPoint *point = read_point(&fields, issuer);
        if (point == NULL)
            return NULL;
        g_ptr_array_add(points, point);
    }
    return g_steal_pointer(&points);
}

void
distribution_point_free(DistributionPoint *point)
{
    if (point == NULL)
        return;
    g_clear_pointer(&point->names, g_ptr_array_unref);
    g_clear_pointer(&point->crl_issuer, g_ptr_array_unref);
    g_free(point);
}

gboolean
issuing_point_read(GBytes *extension, const DistinguishedName *issuer, IssuingPoint *out_point)
{
    BerReader all, fields;
    ber_reader_init(&all, extension);
    *out_point = (IssuingPoint){.reasons = DISTRIBUTION_REASONS_ALL};
    return ber_enter(&all, BER_SEQUENCE, "", &fields, NULL) &&
           read_point_name(&fields, issuer, &out_point->names) &&
           read_boolean(&fields, BER_CONTEXT(1), &out_point->only_user_certificates) &&
           read_boolean(&fields, BER_CONTEXT(2), &out_point->only_authority_certificates) &&
           read_reasons(&fields, BER_CONTEXT(3), &out_point->reasons) &&
           read_boolean(&fields, BER_CONTEXT(4), &out_point->is_indirect) &&
           read_boolean(&fields, BER_CONTEXT(5), &out_point->only_attribute_certificates) &&
           ber_leave(&all, &fields, "", NULL) && ber_finish(&all, "", NULL);
}

void
issuing_point_clear(IssuingPoint *point)
{
    g_clear_pointer(&point->names, g_ptr_array_unref);
}

static void
add_url(GPtrArray *urls, const gchar *url)
{
    for (guint i = 0; i < urls->len; i++)
        if (g_str_equal(g_ptr_array_index(urls, i), url))
            return;
    g_ptr_array_add(urls, g_strdup(url));
}

GPtrArray *
distribution_points_get_urls(const Certificate *certificate)
{
    GPtrArray *urls = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) points = distribution_points_read(certificate);
    for (guint i = 0; points != NULL && i < points->len; i++) {
        const DistributionPoint *point = g_ptr_array_index(points, i);
        for (guint j = 0; point->names != NULL && j < point->names->len; j++) {
            const GeneralName *name = g_ptr_array_index(point->names, j);
            if (name->tag == GENERAL_NAME_URI && name->text != NULL &&
                g_ascii_strncasecmp(name->text, "http://", 7) == 0)
                add_url(urls, name->text);
        }
    }
    return urls;
}
