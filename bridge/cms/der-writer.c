/* SPDX-License-Identifier: MPL-2.0 */

#include "der-writer.h"

#include <string.h>

typedef enum { NODE_CONSTRUCTION, NODE_PRIMITIVE, NODE_ENCODED, NODE_SOURCE } NodeKind;

struct _DerNode {
    NodeKind kind;
    guint8 tag;
    GBytes *octets;      /* PRIMITIVE: contents; ENCODED: the whole element */
    OctetSource *source; /* SOURCE: contents */
    GPtrArray *children; /* CONSTRUCTION */
};

/* Contents from this length on are not copied into a source. */
#define COPIED_OCTETS (16u * 1024)

#define MAX_HEADER_OCTETS (2 + sizeof(guint64))

DerNode *
der_node_new(guint8 tag)
{
    DerNode *node = g_new0(DerNode, 1);
    node->kind = NODE_CONSTRUCTION;
    node->tag = tag;
    node->children = g_ptr_array_new_with_free_func((GDestroyNotify)der_node_free);
    return node;
}

void
der_node_free(DerNode *node)
{
    if (node == NULL)
        return;
    g_clear_pointer(&node->octets, g_bytes_unref);
    g_clear_pointer(&node->source, octet_source_unref);
    g_clear_pointer(&node->children, g_ptr_array_unref);
    g_free(node);
}

void
der_add_node(DerNode *parent, DerNode *child)
{
    g_assert(parent->kind == NODE_CONSTRUCTION);
    g_ptr_array_add(parent->children, child);
}

DerNode *
der_add(DerNode *parent, guint8 tag)
{
    DerNode *child = der_node_new(tag);
    der_add_node(parent, child);
    return child;
}

static void
add_leaf(DerNode *parent, NodeKind kind, guint8 tag, GBytes *octets)
{
    DerNode *leaf = g_new0(DerNode, 1);
    leaf->kind = kind;
    leaf->tag = tag;
    leaf->octets = octets;
    der_add_node(parent, leaf);
}

void
der_add_octets(DerNode *parent, guint8 tag, gconstpointer octets, gsize n_octets)
{
    add_leaf(parent, NODE_PRIMITIVE, tag, g_bytes_new(octets, n_octets));
}

void
der_add_bytes(DerNode *parent, guint8 tag, GBytes *contents)
{
    add_leaf(parent, NODE_PRIMITIVE, tag, g_bytes_ref(contents));
}

void
der_add_source(DerNode *parent, guint8 tag, OctetSource *contents)
{
    DerNode *leaf = g_new0(DerNode, 1);
    leaf->kind = NODE_SOURCE;
    leaf->tag = tag;
    leaf->source = octet_source_ref(contents);
    der_add_node(parent, leaf);
}

void
der_add_encoded(DerNode *parent, GBytes *element)
{
    add_leaf(parent, NODE_ENCODED, 0, g_bytes_ref(element));
}

void
der_add_encoded_slice(DerNode *parent, BerSlice element)
{
    add_leaf(parent, NODE_ENCODED, 0, g_bytes_new(element.octets, element.n_octets));
}

void
der_add_oid(DerNode *parent, Oid oid)
{
    BerSlice contents = oid_get_octets(oid);
    der_add_octets(parent, BER_OID, contents.octets, contents.n_octets);
}

void
der_add_null(DerNode *parent)
{
    der_add_octets(parent, BER_NULL, NULL, 0);
}

void
der_add_small(DerNode *parent, guint value)
{
    g_assert(value <= G_MAXINT32);
    guint8 octets[sizeof(guint32)];
    gsize n_octets = 0;
    for (gint shift = 24; shift >= 0; shift -= 8) {
        guint8 octet = (guint8)(value >> shift);
        /* The first bit is the sign: a leading zero octet stays before a set one. */
        gboolean needed = shift == 0 || value >> (shift - 1) != 0;
        if (needed)
            octets[n_octets++] = octet;
    }
    der_add_octets(parent, BER_INTEGER, octets, n_octets);
}

void
der_add_algorithm(DerNode *parent, Oid oid, gboolean null_parameters)
{
    DerNode *algorithm = der_add(parent, BER_SEQUENCE);
    der_add_oid(algorithm, oid);
    if (null_parameters)
        der_add_null(algorithm);
}

gboolean
der_add_time(DerNode *parent, gint64 seconds)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);
    if (time == NULL || g_date_time_get_year(time) < 1950)
        return FALSE;
    gboolean short_year = g_date_time_get_year(time) < 2050;
    g_autofree gchar *text =
        g_date_time_format(time, short_year ? "%y%m%d%H%M%SZ" : "%Y%m%d%H%M%SZ");
    der_add_octets(parent, short_year ? BER_UTC_TIME : BER_GENERALIZED_TIME, text, strlen(text));
    return TRUE;
}

static gsize
header_octets(guint64 n_contents, guint8 tag, guint8 out_header[MAX_HEADER_OCTETS])
{
    out_header[0] = tag;
    if (n_contents < 0x80) {
        out_header[1] = (guint8)n_contents;
        return 2;
    }
    guint n_length_octets = 0;
    for (guint64 rest = n_contents; rest > 0; rest >>= 8)
        n_length_octets++;
    out_header[1] = (guint8)(0x80 | n_length_octets);
    for (guint i = 0; i < n_length_octets; i++)
        out_header[2 + i] = (guint8)(n_contents >> (8 * (n_length_octets - 1 - i)));
    return 2 + n_length_octets;
}

static guint64 node_size(const DerNode *node);

static guint64
contents_size(const DerNode *node)
{
    if (node->kind == NODE_SOURCE)
        return octet_source_get_size(node->source);
    if (node->kind != NODE_CONSTRUCTION)
        return g_bytes_get_size(node->octets);
    guint64 sum = 0;
    for (guint i = 0; i < node->children->len; i++)
        sum += node_size(g_ptr_array_index(node->children, i));
    return sum;
}

static guint64
node_size(const DerNode *node)
{
    guint8 header[MAX_HEADER_OCTETS];
    guint64 n_contents = contents_size(node);
    return n_contents +
           (node->kind == NODE_ENCODED ? 0 : header_octets(n_contents, node->tag, header));
}

/* What has been written: sources, and the octets behind the last of them. */
typedef struct {
    GPtrArray *sources; /* (element-type OctetSource); NULL: there must be none */
    GByteArray *octets;
} Writing;

static void
flush(Writing *writing)
{
    g_autoptr(GBytes) octets = g_byte_array_free_to_bytes(writing->octets);
    if (g_bytes_get_size(octets) > 0)
        g_ptr_array_add(writing->sources, octet_source_new_bytes(octets));
    writing->octets = g_byte_array_new();
}

static void
write_source(Writing *writing, OctetSource *source)
{
    g_assert(writing->sources != NULL);
    flush(writing);
    g_ptr_array_add(writing->sources, octet_source_ref(source));
}

static void
write_octets(Writing *writing, GBytes *octets)
{
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(octets, &n_octets);
    if (writing->sources == NULL || n_octets < COPIED_OCTETS) {
        g_byte_array_append(writing->octets, data, (guint)n_octets);
        return;
    }
    g_autoptr(OctetSource) source = octet_source_new_bytes(octets);
    write_source(writing, source);
}

/* Sizes are summed up anew on each level; trees of ours are shallow. */
static void
write_node(Writing *writing, const DerNode *node)
{
    if (node->kind != NODE_ENCODED) {
        guint8 header[MAX_HEADER_OCTETS];
        gsize n_header = header_octets(contents_size(node), node->tag, header);
        g_byte_array_append(writing->octets, header, (guint)n_header);
    }
    if (node->kind == NODE_SOURCE)
        write_source(writing, node->source);
    else if (node->kind != NODE_CONSTRUCTION)
        write_octets(writing, node->octets);
    else
        for (guint i = 0; i < node->children->len; i++)
            write_node(writing, g_ptr_array_index(node->children, i));
}

GBytes *
der_node_serialize(const DerNode *node)
{
    guint64 n_octets = node_size(node);
    /* GByteArray counts in 32 bits; what is not a source is limited far below. */
    g_assert(n_octets <= G_MAXINT32);
    Writing writing = {.octets = g_byte_array_sized_new((guint)n_octets)};
    write_node(&writing, node);
    return g_byte_array_free_to_bytes(writing.octets);
}

OctetSource *
der_node_to_source(const DerNode *node)
{
    g_autoptr(GPtrArray) sources =
        g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    Writing writing = {sources, g_byte_array_new()};
    write_node(&writing, node);
    flush(&writing);
    g_byte_array_unref(writing.octets);
    return sources->len == 1 ? octet_source_ref(g_ptr_array_index(sources, 0))
                             : octet_source_new_joined(sources);
}

/* X.690 §11.6: as octet strings, the shorter one padded with zeros. */
static gint
compare_encoded(gconstpointer a, gconstpointer b)
{
    const DerNode *const *left = a, *const *right = b;
    gsize n_left = 0, n_right = 0;
    const guint8 *left_octets = g_bytes_get_data((*left)->octets, &n_left);
    const guint8 *right_octets = g_bytes_get_data((*right)->octets, &n_right);
    gint order = memcmp(left_octets, right_octets, MIN(n_left, n_right));
    return order != 0 ? order : (n_left > n_right) - (n_left < n_right);
}

void
der_node_sort(DerNode *set)
{
    g_assert(set->kind == NODE_CONSTRUCTION);
    for (guint i = 0; i < set->children->len; i++) {
        DerNode *child = g_ptr_array_index(set->children, i);
        GBytes *encoded = der_node_serialize(child);
        der_node_free(child);
        child = g_new0(DerNode, 1);
        child->kind = NODE_ENCODED;
        child->octets = encoded;
        set->children->pdata[i] = child;
    }
    g_ptr_array_sort(set->children, compare_encoded);
}
