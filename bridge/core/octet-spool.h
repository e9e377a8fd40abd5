/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Large octets out of memory: files mapped as they are, and what has to be collected first
 * (standard input, pieces from the wire, a body out of its base64) in an unlinked file of our own.
 * Both are GBytes to whoever uses them. Small ones stay in memory. */

/* Up to this length octets are kept in memory. */
#define OCTET_SPOOL_MEMORY (1024u * 1024)

typedef struct _OctetSpool OctetSpool;

/* Its file, if it comes to one, is made in $TMPDIR (else /tmp) with mode 0600 and has no name. */
OctetSpool *octet_spool_new(gsize max_octets) G_GNUC_WARN_UNUSED_RESULT;
void octet_spool_free(OctetSpool *spool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OctetSpool, octet_spool_free)
/* OCTET_ERROR_LIMIT past the maximum; OCTET_ERROR_FAILED: the text has the folder and the reason,
 * but only the reason where something is read. */
gboolean octet_spool_append(OctetSpool *spool, const guint8 *octets, gsize n_octets,
                            GError **error);
gsize octet_spool_get_size(const OctetSpool *spool);
/* Once, and nothing after it. Memory of its own is wiped when the octets are freed. */
GBytes *octet_spool_finish(OctetSpool *spool, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * octets_map_file:
 * @descriptor: open for reading; may be closed afterwards
 *
 * A regular file's octets from its start, mapped if they are many. Nobody may shorten the file
 * meanwhile: reading what is no longer there is a SIGBUS, of which octets_are_mapped() tells
 * whether it was that. Returns: (transfer full): or %NULL with OCTET_ERROR
 */
GBytes *octets_map_file(gint descriptor, gsize max_octets,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Async-signal-safe. */
gboolean octets_are_mapped(gconstpointer address);

/* Everything that can be read from @descriptor, collected in a spool. */
GBytes *octets_collect(gint descriptor, gsize max_octets, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All of them, or FALSE with errno. Octets of a mapped file that is shorter by now are a SIGBUS, as
 * they are wherever they are read. */
gboolean octets_write(gint descriptor, const guint8 *octets, gsize n_octets);

/* These octets will not be needed soon. Gives the pages of mapped ones back; harmless for others.
 */
void octets_forget(const guint8 *octets, gsize n_octets);
/* For walks over many octets: once there is a quarter of a megabyte between *@kept and @at, its
 * whole pages are forgotten, and *@kept becomes the start of @at's page. */
void octets_forget_behind(const guint8 **kept, const guint8 *at);
/* memchr() that gives back the pages behind itself: a line may be as long as the message. */
const guint8 *octets_find(const guint8 *octets, gsize n_octets, guint8 wanted);
