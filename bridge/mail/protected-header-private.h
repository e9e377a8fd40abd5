/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "protected-header.h"

/* Shared by protected-header.c (which form it is), protected-fields.c (its fields, and what of them
 * stands outside) and protected-compose.c (the message that is shown). */
struct _ProtectedHeader {
    HeaderForm form;
    gboolean is_encrypted;
    const Entity *outer;     /* NULL: there is none */
    EntityTree *tree;        /* of the header section that has the fields; or NULL */
    OctetSource *content;    /* that section and what it is the header of */
    GArray *fields;          /* (element-type ProtectedField) */
    GPtrArray *outer_values; /* (element-type utf8) those of HP-Outer */
};

/* Fills the fields of @header, whose form is known. */
void protected_header_fill(ProtectedHeader *header);

/* Of two header sections; @outer may be NULL. */
void from_pair_read(const Entity *outer, const Entity *inner, FromPair *out_pair);

/* The names of an entity's fields in lower case. (element-type utf8) */
GHashTable *field_names_of(const Entity *entity);
gboolean field_names_have(GHashTable *names, const gchar *name);
