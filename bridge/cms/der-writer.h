/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "octet-source.h"
#include "oid.h"

/* A tree of elements to be written in DER. Lengths are summed up when the tree is complete, so that
 * large contents are copied once, into the result. */
typedef struct _DerNode DerNode;

/* An empty construction: a SEQUENCE, a SET, a tagged type. */
DerNode *der_node_new(guint8 tag);
void der_node_free(DerNode *node);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DerNode, der_node_free)

/* The functions below append to the construction @parent; those that return a node lend it, it
 * belongs to @parent. */
DerNode *der_add(DerNode *parent, guint8 tag);
void der_add_node(DerNode *parent, DerNode *child); /* takes it */
/* A primitive element with these contents, copied. */
void der_add_octets(DerNode *parent, guint8 tag, gconstpointer octets, gsize n_octets);
void der_add_bytes(DerNode *parent, guint8 tag, GBytes *contents);
void der_add_source(DerNode *parent, guint8 tag, OctetSource *contents);
/* What is DER already, identifier and length included. */
void der_add_encoded(DerNode *parent, GBytes *element);
void der_add_encoded_slice(DerNode *parent, BerSlice element);
void der_add_oid(DerNode *parent, Oid oid);
void der_add_null(DerNode *parent);
void der_add_small(DerNode *parent, guint value); /* INTEGER below 2^31 */
/* SEQUENCE of the identifier alone, or with NULL parameters. */
void der_add_algorithm(DerNode *parent, Oid oid, gboolean null_parameters);
/* UTCTime to 2049, GeneralizedTime from 2050 on (RFC 5652 §11.3). FALSE outside of the years 1950
 * to 9999. */
gboolean der_add_time(DerNode *parent, gint64 seconds);

/* Puts the elements of a SET OF in the order of X.690 §11.6; equal ones stay. */
void der_node_sort(DerNode *set);

/* Of a tree without sources. */
GBytes *der_node_serialize(const DerNode *node) G_GNUC_WARN_UNUSED_RESULT;
/* Contents that are a source are read when the result is. Outlives @node. */
OctetSource *der_node_to_source(const DerNode *node) G_GNUC_WARN_UNUSED_RESULT;
