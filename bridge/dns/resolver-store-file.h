/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <sys/types.h>

#include <glib.h>

/* The SQLite file of remembered answers: found, made, opened, set aside, taken away.
 *
 * It is this user's own, in a folder of this user's own, and nobody else can read or write it.
 * Opened without a journal in shared memory and without waiting for the disk: it may be lost, and a
 * page that was only half written shows in the digest of its rows (resolver-store-row.h).
 *
 * Every process that opens it works with the file that then stands under its name. To forget all
 * answers is to take the file away, under SQLite's exclusive lock: who has it open sees that
 * another file or none stands there (store_file_get_identity()), and begins anew. A file must not
 * be written to once its name is gone: its journal would be taken for the new file's. */

/* Of a directory's entry; all zero: there is none. */
typedef struct {
    dev_t device;
    ino_t inode;
} StoreFileIdentity;

StoreFileIdentity store_file_get_identity(const gchar *file);
gboolean store_file_identity_equal(const StoreFileIdentity *a, const StoreFileIdentity *b);

/* Where a file goes that can't be used: beside it, with this at its end. The one before is gone
 * then. */
#define STORE_FILE_DAMAGED_SUFFIX ".damaged"

/* The form of the tables, PRAGMA user_version. A file of a later one is left alone. */
#define STORE_FILE_VERSION 1

/* Pages of 4096 octets: 16 MiB. */
#define STORE_FILE_MAX_PAGES 4096

/* Waiting for another process's lock, for whom reading or writing an answer is not worth more. */
#define STORE_FILE_PATIENCE_MS 200

/**
 * store_file_open:
 * @file: absolute
 * @out_identity: of the file that was opened
 * @error: DNS_ERROR_CACHE
 *
 * Makes folder (0700) and file (0600) if need be. One that is damaged, that is no such file, or
 * that others may read or write is set aside, and a new one made.
 *
 * Returns: (transfer full): a connection for one thread at a time, or %NULL
 */
struct sqlite3 *store_file_open(const gchar *file, StoreFileIdentity *out_identity,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether an SQLite code says that the file is no good, rather than in use or out of reach. */
gboolean store_file_code_is_damage(gint code);

/* Moves the file away if @identity is still what stands there; its journal goes. DNS_ERROR_CACHE.
 */
gboolean store_file_set_aside(const gchar *file, const StoreFileIdentity *identity, GError **error);

/**
 * store_file_remove:
 * @out_n_answers: how many it held, as far as it could be read
 * @error: DNS_ERROR_CACHE: somebody else's, or in use for longer than five seconds
 *
 * Takes away the file, and one that was set aside. That there is none is no error.
 */
gboolean store_file_remove(const gchar *file, guint *out_n_answers, GError **error);
