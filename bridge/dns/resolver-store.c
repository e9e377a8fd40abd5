/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-store.h"

#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

#include "resolver-store-file.h"
#include "resolver-store-row.h"
#include "trust-anchor.h"

#define RETRY_AFTER_US (60 * G_TIME_SPAN_SECOND)
/* Answers that wait to be written; what comes above that is not. */
#define WAITING_MAX 1000

/* Of which the numbers of the table of statements below. */
typedef enum {
    STATEMENT_GET,
    STATEMENT_PUT,
    STATEMENT_DELETE,
    STATEMENT_EXPIRE,
    STATEMENT_BOUND,
    STATEMENT_HALVE,
    N_STATEMENTS
} Statement;

static const gchar *const statement_texts[N_STATEMENTS] = {
    [STATEMENT_GET] =
        "SELECT " STORE_ROW_COLUMNS " FROM answers WHERE scope = ? AND rr_type = ? AND name = ?",
    [STATEMENT_PUT] =
        "INSERT OR REPLACE INTO answers (" STORE_ROW_COLUMNS ") VALUES (" STORE_ROW_PLACES ")",
    [STATEMENT_DELETE] = "DELETE FROM answers WHERE scope = ? AND rr_type = ? AND name = ?",
    [STATEMENT_EXPIRE] = "DELETE FROM answers WHERE expires <= ?1 OR learned > ?1",
    [STATEMENT_BOUND] = "DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers"
                        " ORDER BY expires LIMIT max(0, (SELECT count(*) FROM answers) - ?))",
    [STATEMENT_HALVE] = "DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers"
                        " ORDER BY expires LIMIT ((SELECT count(*) FROM answers) + 1) / 2)",
};

/* An answer to be written. */
typedef struct {
    ResolverAnswer *answer;
    ResolverLease lease;
} Waiting;

struct _ResolverStore {
    gchar *file;
    ResolverConfig *config;
    ResolverClock clock;
    GBytes *scope; /* NULL: not known yet */
    sqlite3 *db;   /* NULL: not open */
    sqlite3_stmt *statements[N_STATEMENTS];
    gint64 retry_at; /* elapsed */
    GPtrArray *waiting;
    GMutex lock; /* of those below */
    gboolean open;
    StoreFileIdentity identity;
};

static void
waiting_free(gpointer data)
{
    Waiting *waiting = data;
    resolver_answer_free(waiting->answer);
    g_free(waiting);
}

gchar *
resolver_store_dup_default_file(void)
{
    return g_build_filename(g_get_user_cache_dir(), "dane-smime", "answers.sqlite", NULL);
}

ResolverStore *
resolver_store_new(const gchar *file, const ResolverConfig *config, ResolverClock clock)
{
    g_return_val_if_fail(g_path_is_absolute(file), NULL);
    ResolverStore *store = g_new0(ResolverStore, 1);
    store->file = g_strdup(file);
    store->config = resolver_config_copy(config);
    store->clock = clock;
    store->retry_at = G_MININT64;
    store->waiting = g_ptr_array_new_with_free_func(waiting_free);
    g_mutex_init(&store->lock);
    return store;
}

static void
close_file(ResolverStore *store)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->lock);
    store->open = FALSE;
    for (guint i = 0; i < N_STATEMENTS; i++)
        g_clear_pointer(&store->statements[i], sqlite3_finalize);
    g_clear_pointer(&store->db, sqlite3_close);
}

void
resolver_store_free(ResolverStore *store)
{
    if (store == NULL)
        return;
    resolver_store_flush(store);
    close_file(store);
    g_ptr_array_unref(store->waiting);
    g_clear_pointer(&store->scope, g_bytes_unref);
    resolver_config_free(store->config);
    g_mutex_clear(&store->lock);
    g_free(store->file);
    g_free(store);
}

static gint
compare_texts(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const gchar *const *)a, *(const gchar *const *)b);
}

static void
digest_list(GChecksum *checksum, const gchar *head, const gchar *const *texts)
{
    g_checksum_update(checksum, (const guchar *)head, -1);
    for (; texts != NULL && *texts != NULL; texts++) {
        g_checksum_update(checksum, (const guchar *)*texts, -1);
        g_checksum_update(checksum, (const guchar *)"\n", 1);
    }
}

/* Whether servers of a root that the user named may be asked, at least where others fail. */
static gboolean
has_other_root(const ResolverConfig *config)
{
    return config->root_servers != NULL && config->root_servers[0] != NULL &&
           resolver_config_avoids_roadblocks(config);
}

/* NULL: without trust anchors nothing validates, and nothing that did before counts. */
static GBytes *
compute_scope(const ResolverConfig *config, GError **error)
{
    g_auto(GStrv) anchors = trust_anchor_load(config->trust_anchor_file, error);
    if (anchors == NULL)
        return NULL;
    qsort(anchors, g_strv_length(anchors), sizeof anchors[0], compare_texts);
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize n_octets = sizeof digest;
    digest_list(checksum, "anchors\n", (const gchar *const *)anchors);
    if (!config->recursive)
        digest_list(checksum, "servers\n", (const gchar *const *)config->servers);
    if (config->recursive || has_other_root(config))
        digest_list(checksum, "root\n", (const gchar *const *)config->root_servers);
    g_checksum_get_digest(checksum, digest, &n_octets);
    return g_bytes_new(digest, n_octets);
}

static gboolean
prepare_statements(ResolverStore *store)
{
    for (guint i = 0; i < N_STATEMENTS; i++)
        if (sqlite3_prepare_v3(store->db, statement_texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &store->statements[i], NULL) != SQLITE_OK)
            return FALSE;
    return TRUE;
}

static gboolean
open_file(ResolverStore *store)
{
    g_autoptr(GError) error = NULL;
    gint64 now = store->clock().elapsed;
    if (store->db != NULL)
        return TRUE;
    if (now < store->retry_at)
        return FALSE;
    if (store->scope == NULL)
        store->scope = compute_scope(store->config, &error);
    StoreFileIdentity identity = {0};
    if (store->scope != NULL)
        store->db = store_file_open(store->file, &identity, &error);
    if (store->db == NULL || !prepare_statements(store)) {
        g_info("answers are remembered in memory alone: %s",
               error != NULL ? error->message : sqlite3_errmsg(store->db));
        close_file(store);
        store->retry_at = now + RETRY_AFTER_US;
        return FALSE;
    }
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->lock);
    store->identity = identity;
    store->open = TRUE;
    return TRUE;
}

gboolean
resolver_store_is_current(ResolverStore *store)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->lock);
    if (!store->open)
        return TRUE;
    StoreFileIdentity found = store_file_get_identity(store->file);
    return store_file_identity_equal(&found, &store->identity);
}

void
resolver_store_abandon(ResolverStore *store)
{
    g_ptr_array_set_size(store->waiting, 0);
    close_file(store);
}

/* What a code other than success means: a file that is no good goes, and a new one is begun with
 * the next use; one that is in use is asked again; all else rests for a while. */
static void
note_failure(ResolverStore *store, gint code)
{
    if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED)
        return;
    g_autoptr(GError) error = NULL;
    g_info("%s: %s", store->file, sqlite3_errstr(code));
    resolver_store_abandon(store);
    if (!store_file_code_is_damage(code) ||
        !store_file_set_aside(store->file, &store->identity, &error))
        store->retry_at = store->clock().elapsed + RETRY_AFTER_US;
}

static void
bind_key(ResolverStore *store, sqlite3_stmt *statement, const ResolverKey *key)
{
    gchar *name = g_ascii_strdown(key->owner_name, -1);
    sqlite3_bind_blob64(statement, 1, g_bytes_get_data(store->scope, NULL),
                        g_bytes_get_size(store->scope), SQLITE_TRANSIENT);
    sqlite3_bind_int(statement, 2, key->rr_type);
    sqlite3_bind_text(statement, 3, name, -1, g_free);
}

/* Runs a statement that gives no rows. */
static gint
run_statement(sqlite3_stmt *statement)
{
    gint code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

ResolverAnswer *
resolver_store_get(ResolverStore *store, const ResolverKey *key, ResolverLease *out_lease)
{
    if (!open_file(store))
        return NULL;
    sqlite3_stmt *statement = store->statements[STATEMENT_GET];
    bind_key(store, statement, key);
    gint code = sqlite3_step(statement);
    ResolverAnswer *answer = NULL;
    if (code == SQLITE_ROW)
        answer = store_row_read(statement, store->clock(), out_lease);
    sqlite3_reset(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        note_failure(store, code);
    if (answer != NULL &&
        !resolver_key_equal(&(ResolverKey){answer->owner_name, answer->rr_type}, key))
        g_clear_pointer(&answer, resolver_answer_free);
    if (answer == NULL)
        return NULL;
    g_free(answer->owner_name);
    answer->owner_name = g_strdup(key->owner_name);
    return answer;
}

void
resolver_store_put(ResolverStore *store, const ResolverAnswer *answer, const ResolverLease *lease)
{
    if (store->waiting->len >= WAITING_MAX)
        resolver_store_flush(store);
    if (store->waiting->len >= WAITING_MAX)
        return;
    Waiting *waiting = g_new0(Waiting, 1);
    waiting->answer = resolver_answer_copy(answer);
    waiting->lease = *lease;
    g_ptr_array_add(store->waiting, waiting);
}

/* By way of what waits: a put that says that there is nothing to be kept. */
void
resolver_store_remove(ResolverStore *store, const ResolverKey *key)
{
    g_autoptr(ResolverAnswer) nothing =
        resolver_answer_new(key->owner_name, key->rr_type, DNS_OUTCOME_UNREACHABLE);
    const ResolverLease over = {0};
    resolver_store_put(store, nothing, &over);
    resolver_store_flush(store);
}

static gint
write_answer(ResolverStore *store, const Waiting *waiting)
{
    const ResolverKey key = {waiting->answer->owner_name, waiting->answer->rr_type};
    if (store_row_bind(store->statements[STATEMENT_PUT], store->scope, waiting->answer,
                       &waiting->lease))
        return run_statement(store->statements[STATEMENT_PUT]);
    bind_key(store, store->statements[STATEMENT_DELETE], &key);
    return run_statement(store->statements[STATEMENT_DELETE]);
}

/* What is over goes first, to make room. */
static gint
write_answers(ResolverStore *store, Statement room)
{
    guint n_kept = RESOLVER_STORE_MAX_ANSWERS - MIN(store->waiting->len, WAITING_MAX);
    sqlite3_bind_int64(store->statements[STATEMENT_EXPIRE], 1, store->clock().wall);
    gint code = run_statement(store->statements[STATEMENT_EXPIRE]);
    if (room == STATEMENT_BOUND)
        sqlite3_bind_int64(store->statements[STATEMENT_BOUND], 1, n_kept);
    if (code == SQLITE_OK)
        code = run_statement(store->statements[room]);
    for (guint i = 0; code == SQLITE_OK && i < store->waiting->len; i++)
        code = write_answer(store, g_ptr_array_index(store->waiting, i));
    return code;
}

/* Under SQLite's lock the name is looked at once more: see resolver-store-file.h. */
static gint
write_transaction(ResolverStore *store, Statement room)
{
    gint code = sqlite3_exec(store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (code != SQLITE_OK)
        return code;
    if (!resolver_store_is_current(store)) {
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
        resolver_store_abandon(store);
        return SQLITE_OK;
    }
    code = write_answers(store, room);
    if (code == SQLITE_OK)
        code = sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL);
    if (code != SQLITE_OK && !sqlite3_get_autocommit(store->db))
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return code;
}

gboolean
resolver_store_flush(ResolverStore *store)
{
    if (store->waiting->len == 0 && store->db == NULL)
        return TRUE;
    if (!open_file(store)) {
        g_ptr_array_set_size(store->waiting, 0);
        return TRUE;
    }
    gint code = write_transaction(store, STATEMENT_BOUND);
    if ((code & 0xff) == SQLITE_FULL)
        code = write_transaction(store, STATEMENT_HALVE);
    if (code != SQLITE_OK)
        note_failure(store, code);
    if ((code & 0xff) != SQLITE_BUSY)
        g_ptr_array_set_size(store->waiting, 0);
    return store->waiting->len == 0;
}

static GPtrArray *
read_all(sqlite3 *db, const gchar *file, ResolverMoment now, GError **error)
{
    g_autoptr(GPtrArray) answers =
        g_ptr_array_new_with_free_func((GDestroyNotify)resolver_answer_free);
    sqlite3_stmt *statement = NULL;
    gint code = sqlite3_prepare_v2(
        db, "SELECT " STORE_ROW_COLUMNS " FROM answers ORDER BY expires, name, rr_type", -1,
        &statement, NULL);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        ResolverLease unused;
        code = sqlite3_step(statement);
        ResolverAnswer *answer =
            code == SQLITE_ROW ? store_row_read(statement, now, &unused) : NULL;
        if (answer != NULL)
            g_ptr_array_add(answers, answer);
    }
    sqlite3_finalize(statement);
    if (code == SQLITE_DONE)
        return g_steal_pointer(&answers);
    g_set_error(error, DNS_ERROR, DNS_ERROR_CACHE, "%s: %s", file, sqlite3_errmsg(db));
    return NULL;
}

GPtrArray *
resolver_store_list(const gchar *file, ResolverMoment now, guint64 *out_n_octets, GError **error)
{
    StoreFileIdentity identity = {0};
    struct stat about;
    *out_n_octets = 0;
    if (lstat(file, &about) != 0)
        return g_ptr_array_new_with_free_func((GDestroyNotify)resolver_answer_free);
    sqlite3 *db = store_file_open(file, &identity, error);
    if (db == NULL)
        return NULL;
    GPtrArray *answers = read_all(db, file, now, error);
    sqlite3_close(db);
    if (lstat(file, &about) == 0)
        *out_n_octets = (guint64)about.st_size;
    return answers;
}
