/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "content-type.h"
#include "entity.h"

/* Shared by entity.c (questions about entities) and entity-slicer.c (cuts a message into them). */
struct _Entity {
    const EntityTree *tree;
    gsize start; /* offsets in the message */
    gsize body;
    gsize end;
    GArray *fields; /* (element-type HeaderField), offsets from start */
    const gchar *media_type;
    ParameterizedValue *content_type; /* NULL if there is none */
    ParameterizedValue *disposition;
    GPtrArray *children; /* (element-type Entity) borrowed; NULL if there are none */
};

struct _EntityTree {
    GBytes *message;
    GPtrArray *entities;  /* (element-type Entity), all, in order of the message */
    gboolean has_bare_lf; /* some line ends in LF without CR */
};

/* The octets from @start to @end with every line end as CRLF; shares memory if all are. Both are
 * borders of lines, or before a line end. */
OctetSource *entity_tree_get_canonical(const EntityTree *tree, gsize start, gsize end);

/* Fills the tree. */
gboolean entity_slicer_run(EntityTree *tree, const EntityLimits *limits, GError **error);
