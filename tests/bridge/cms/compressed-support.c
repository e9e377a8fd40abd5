/* SPDX-License-Identifier: MPL-2.0 */

#include "compressed-support.h"

#include <string.h>
#include <zlib.h>

#include "der-writer.h"

const CompressedForm compressed_form_right = {
    .type = OID_COMPRESSED_DATA, .content_type = OID_DATA, .algorithm = OID_ZLIB_COMPRESS};

GBytes *
compressed_deflate(GBytes *content)
{
    gsize n_content = 0;
    const guint8 *octets = g_bytes_get_data(content, &n_content);
    uLongf n_octets = compressBound(n_content);
    guint8 *deflated = g_malloc(n_octets);
    g_assert_cmpint(compress2(deflated, &n_octets, octets, n_content, 9), ==, Z_OK);
    return g_bytes_new_take(deflated, n_octets);
}

static void
add_content(DerNode *explicit, GBytes *deflated, guint n_pieces)
{
    if (n_pieces == 0) {
        der_add_bytes(explicit, BER_OCTET_STRING, deflated);
        return;
    }
    DerNode *string = der_add(explicit, BER_OCTET_STRING | BER_CONSTRUCTED);
    gsize n_octets = g_bytes_get_size(deflated);
    for (guint i = 0; i < n_pieces; i++) {
        gsize start = n_octets * i / n_pieces;
        gsize end = n_octets * (i + 1) / n_pieces;
        g_autoptr(GBytes) piece = g_bytes_new_from_bytes(deflated, start, end - start);
        der_add_bytes(string, BER_OCTET_STRING, piece);
    }
}

GBytes *
compressed_build(GBytes *deflated, const CompressedForm *form)
{
    g_autoptr(DerNode) all = der_node_new(BER_SEQUENCE);
    der_add_oid(all, form->type);
    DerNode *data = der_add(der_add(all, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
    der_add_small(data, 0);
    der_add_algorithm(data, form->algorithm, form->null_parameters);
    DerNode *info = der_add(data, BER_SEQUENCE);
    der_add_oid(info, form->content_type);
    if (!form->without_content)
        add_content(der_add(info, BER_CONTEXT_CONSTRUCTED(0)), deflated, form->n_pieces);
    return der_node_serialize(all);
}

GBytes *
compressed_new(GBytes *content)
{
    g_autoptr(GBytes) deflated = compressed_deflate(content);
    return compressed_build(deflated, &compressed_form_right);
}

GBytes *
compressed_run(gsize n_octets)
{
    g_autofree guint8 *run = g_malloc(MAX(n_octets, 1));
    memset(run, 'a', n_octets);
    g_autoptr(GBytes) content = g_bytes_new_static(run, n_octets);
    return compressed_new(content);
}
