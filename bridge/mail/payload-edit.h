/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "entity-private.h"

/* A payload in the making: changes to the message are collected as edits of octet ranges;
 * everything outside of them is copied. */

typedef struct {
    gsize start;
    gsize end;
    OctetSource *replacement; /* NULL: the octets stay as they are, line ends too */
} Edit;

typedef struct {
    const EntityTree *tree;
    const guint8 *octets;
    GArray *edits; /* (element-type Edit) */
    gboolean seven_bit;
    gchar *root_type;        /* the Content-Type line of a root that has none; NULL: the default */
    GPtrArray *legacy_parts; /* (element-type Entity): those that got a legacy display element */
    GError *error;           /* the first */
} Composer;
void composer_init(Composer *composer, const EntityTree *tree, gboolean seven_bit);
void composer_clear(Composer *composer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Composer, composer_clear)

/* Takes @replacement. Edits at one place stay in the order in which they were added. */
void composer_add_edit(Composer *composer, gsize start, gsize end, OctetSource *replacement);
void composer_sort_edits(Composer *composer);

/* Where the empty line after the header section of @entity begins; where the section ends, if that
 * of a part without a body has none. */
gsize composer_find_empty_line(const Composer *composer, const Entity *entity);
gboolean composer_has_empty_line(const Composer *composer, const Entity *entity);

/* Makes @line ("Name: value" with CRLF) the one field of that name. */
void composer_set_field(Composer *composer, const Entity *entity, const gchar *name,
                        const gchar *line);
/* … Content-Transfer-Encoding. */
void composer_set_encoding(Composer *composer, const Entity *entity, const gchar *encoding);
gboolean composer_has_encoding(const Entity *entity, const gchar *encoding);
