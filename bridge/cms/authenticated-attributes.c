/* SPDX-License-Identifier: MPL-2.0 */

#include "authenticated-attributes.h"

#include "cms-error.h"
#include "core-limits.h"
#include "der-writer.h"

static const gchar what[] = "authAttrs";

static gboolean
fail(GError **error, const gchar *text)
{
    g_set_error_literal(error, CMS_ERROR, CMS_ERROR_MALFORMED, text);
    return FALSE;
}

static gboolean
check_content_type(BerReader *values, BerSlice content_type, gboolean *seen, GError **error)
{
    BerSlice stated;
    if (*seen)
        return fail(error, "authAttrs: contentType stands there twice");
    *seen = TRUE;
    if (!ber_read(values, BER_OID, "authAttrs contentType", &stated, error))
        return FALSE;
    return (ber_at_end(values) && ber_slice_equal(stated, content_type)) ||
           fail(error, "authAttrs: contentType is another than that of the encrypted content");
}

static gboolean
check_attribute(GBytes *owner, BerSlice element, BerSlice content_type, gboolean *seen,
                GError **error)
{
    BerReader all, fields, values;
    BerSlice type;
    /* RFC 5083 §2.1 asks for DER here even where the rest is BER. */
    if (!ber_slice_has_der_lengths(owner, element))
        return fail(error, "authAttrs are not in DER");
    ber_reader_init_slice(&all, owner, element);
    if (!ber_enter(&all, BER_SEQUENCE, what, &fields, error) ||
        !ber_read(&fields, BER_OID, "authAttrs attrType", &type, error) ||
        !ber_enter(&fields, BER_SET, "authAttrs attrValues", &values, error))
        return FALSE;
    if (oid_find(type) == OID_CONTENT_TYPE &&
        !check_content_type(&values, content_type, seen, error))
        return FALSE;
    while (!ber_at_end(&values))
        if (!ber_skip(&values, "authAttrs attrValues", NULL, error))
            return FALSE;
    return ber_leave(&fields, &values, "authAttrs attrValues", error) &&
           ber_leave(&all, &fields, what, error);
}

static gboolean
read_elements(BerReader *elements, BerSlice content_type, DerNode *set, GError **error)
{
    gboolean seen = FALSE;
    gsize n_octets = 0;
    for (guint i = 0; !ber_at_end(elements); i++) {
        BerSlice element;
        if (!ber_skip(elements, what, &element, error))
            return FALSE;
        n_octets += element.n_octets;
        if (i >= LIMIT_ATTRIBUTES || n_octets > LIMIT_ATTRIBUTE_OCTETS) {
            g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT,
                        "authAttrs: more than %u attributes, or than %u octets", LIMIT_ATTRIBUTES,
                        LIMIT_ATTRIBUTE_OCTETS);
            return FALSE;
        }
        if (!check_attribute(elements->owner, element, content_type, &seen, error))
            return FALSE;
        der_add_encoded_slice(set, element);
    }
    return TRUE;
}

gboolean
authenticated_attributes_read(BerReader *fields, BerSlice content_type, GBytes **out_der,
                              GError **error)
{
    BerReader elements;
    *out_der = NULL;
    if (ber_peek(fields) != BER_CONTEXT_CONSTRUCTED(1))
        return TRUE;
    if (!ber_enter(fields, BER_CONTEXT_CONSTRUCTED(1), what, &elements, error))
        return FALSE;
    if (ber_at_end(&elements))
        return fail(error, "authAttrs without an attribute");
    g_autoptr(DerNode) set = der_node_new(BER_SET);
    if (!read_elements(&elements, content_type, set, error) ||
        !ber_leave(fields, &elements, what, error))
        return FALSE;
    der_node_sort(set);
    *out_der = der_node_serialize(set);
    return TRUE;
}
