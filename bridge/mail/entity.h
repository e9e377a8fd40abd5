/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

#include "core-limits.h"
#include "mail-error.h"
#include "octet-source.h"

/* A message cut into MIME entities (RFC 2045, 2046) without changing an octet: an entity is a slice
 * of the message, and what a signature covers is that slice. Lines may end in CRLF or LF.
 *
 * An Entity belongs to the EntityTree that it came from, and lives as long. */
typedef struct _EntityTree EntityTree;
typedef struct _Entity Entity;

typedef struct {
    gsize header_octets; /* of one entity */
    guint header_fields;
    guint depth;
    guint entities;
    gsize all_header_octets; /* of all entities of one message */
    guint all_header_fields;
} EntityLimits;
extern const EntityLimits entity_limits_default; /* core/core-limits.h */

/**
 * entity_tree_parse:
 * @message: an RFC 5322 message, or a MIME entity (@message shares memory with the tree). An mbox
 * "From " line before the header section is skipped
 * @limits: (nullable): %NULL for entity_limits_default
 * @error: MAIL_ERROR
 *
 * Multiparts and the types that encapsulate a message (message/rfc822, global, partial,
 * external-body) are opened; a multipart whose last boundary is missing ends with the message, as
 * mail programs have it, and one without a boundary parameter has no parts. An entity without a
 * Content-Type is text/plain (RFC 2045 §5.2), in multipart/digest message/rfc822. Lines of a header
 * section that are no field are passed over. Takes time linear in the message, whatever is nested
 * in it.
 */
EntityTree *entity_tree_parse(GBytes *message, const EntityLimits *limits,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The root alone, with its fields and no body, of what can be long: only the start of @octets is
 * read. MAIL_ERROR, and what reading gives. */
EntityTree *entity_tree_parse_header(const OctetSource *octets,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
void entity_tree_free(EntityTree *tree);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EntityTree, entity_tree_free)
const Entity *entity_tree_get_root(const EntityTree *tree);

/* Parts of a multipart, the message in a message/rfc822 and its like; else none. */
guint entity_get_n_children(const Entity *entity);
const Entity *entity_get_child(const Entity *entity, guint index);

/* Header fields in their order. The value is unfolded, without the line end and outer white space;
 * octets as they stand, but for NUL, which is given as U+FFFD: a C string must not hide what comes
 * after. */
guint entity_get_n_fields(const Entity *entity);
const gchar *entity_get_field_name(const Entity *entity, guint index);
const gchar *entity_get_field_value(const Entity *entity, guint index);
/* The field as it stands in the message, folds and line end and all. */
GBytes *entity_get_field_octets(const Entity *entity, guint index);
/* Value of the first field of that name (ASCII without case), or NULL. */
const gchar *entity_find_field(const Entity *entity, const gchar *name);
guint entity_count_fields(const Entity *entity, const gchar *name);

/* Lower case, "text/plain"; never NULL. A Content-Type that can't be read is "text/plain" (RFC 2045
 * §5.2); one that is there twice is taken from the first. */
const gchar *entity_get_media_type(const Entity *entity);
gboolean entity_is_media_type(const Entity *entity, const gchar *media_type);
/* Parameter of Content-Type, RFC 2231 decoded, or NULL. Name without case. */
const gchar *entity_get_parameter(const Entity *entity, const gchar *name);
/* Whether it is there several times, or Content-Type is. */
gboolean entity_is_parameter_repeated(const Entity *entity, const gchar *name);
/* Parameter of Content-Disposition. */
const gchar *entity_get_disposition_parameter(const Entity *entity, const gchar *name);

/* Header section and body as they stand. Of a body part: without the line end before the next
 * boundary (RFC 2046 §5.1.1). */
GBytes *entity_get_octets(const Entity *entity);
/* The header section as it stands, with the empty line that ends it. */
GBytes *entity_get_header_octets(const Entity *entity);
/* The body, still in its transfer encoding. */
GBytes *entity_get_body(const Entity *entity);

/**
 * entity_decode_body:
 * @strict: base64 with foreign characters, or breaking off, is MAIL_ERROR_ENCODING; otherwise
 * decoded as far as it goes
 *
 * Body without its transfer encoding, in a spool (octet-spool.h) where it is large. Line ends are
 * left as they are.
 */
GBytes *entity_decode_body(const Entity *entity, gboolean strict,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* entity_get_octets() with every line end as CRLF: what multipart/signed digests (RFC 8551 §3.1.1).
 * Shares memory if nothing has to change. */
OctetSource *entity_get_canonical(const Entity *entity) G_GNUC_WARN_UNUSED_RESULT;
/* The same for any octets (line-ends.c). A lone CR is left alone. */
OctetSource *octets_to_crlf(GBytes *octets) G_GNUC_WARN_UNUSED_RESULT;
