/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-store-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "resolver.h"

/* "dsma" */
#define APPLICATION_ID 0x64736d61

#define REMOVE_PATIENCE_MS 5000
/* SQLite's own limit of a value or row, which a damaged file might ask for. */
#define VALUE_MAX_OCTETS (1024 * 1024)

#define TEXT_OF(value)   TEXT_OF_2(value)
#define TEXT_OF_2(value) #value

/* Nothing waits for the disk; what is deleted is overwritten; a damaged page is noticed early. */
static const gchar settings[] = "PRAGMA synchronous = OFF;"
                                "PRAGMA secure_delete = ON;"
                                "PRAGMA cell_size_check = ON;"
                                "PRAGMA mmap_size = 0;"
                                "PRAGMA temp_store = MEMORY;"
                                "PRAGMA cache_size = -1024;"
                                "PRAGMA max_page_count = " TEXT_OF(STORE_FILE_MAX_PAGES) ";";

/* Before the first table is made; it may write a file without tables. */
static const gchar first_settings[] = "PRAGMA auto_vacuum = FULL";

static const gchar count_tables[] = "SELECT count(*) FROM sqlite_schema";

static const gchar schema[] =
    "CREATE TABLE answers ("
    " scope BLOB NOT NULL, rr_type INTEGER NOT NULL, name TEXT NOT NULL,"
    " outcome TEXT NOT NULL, name_exists INTEGER NOT NULL,"
    " learned INTEGER NOT NULL, expires INTEGER NOT NULL,"
    " canonical_name TEXT, detail TEXT, records BLOB NOT NULL, digest BLOB NOT NULL,"
    " PRIMARY KEY (scope, rr_type, name));"
    "CREATE INDEX answers_by_end ON answers (expires);"
    "PRAGMA application_id = " TEXT_OF(APPLICATION_ID) ";"
                                                       "PRAGMA user_version = " TEXT_OF(
                                                           STORE_FILE_VERSION) ";";

G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3, sqlite3_close)

typedef enum { FILE_READY, FILE_UNUSABLE, FILE_DAMAGED } FileState;

StoreFileIdentity
store_file_get_identity(const gchar *file)
{
    struct stat about;
    if (lstat(file, &about) != 0)
        return (StoreFileIdentity){0};
    return (StoreFileIdentity){about.st_dev, about.st_ino};
}

gboolean
store_file_identity_equal(const StoreFileIdentity *a, const StoreFileIdentity *b)
{
    return a->device == b->device && a->inode == b->inode;
}

gboolean
store_file_code_is_damage(gint code)
{
    gint primary = code & 0xff;
    return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_FORMAT;
}

static gboolean
fail(GError **error, const gchar *file, const gchar *what)
{
    g_set_error(error, DNS_ERROR, DNS_ERROR_CACHE, "%s: %s", file, what);
    return FALSE;
}

/* Somebody else's folder, as of the user who became root with HOME kept, is not filled with files
 * that its owner can't use. */
static gboolean
ensure_folder(const gchar *file, GError **error)
{
    g_autofree gchar *folder = g_path_get_dirname(file);
    struct stat about;
    if (g_mkdir_with_parents(folder, 0700) != 0 || stat(folder, &about) != 0)
        return fail(error, folder, g_strerror(errno));
    if (about.st_uid != geteuid())
        return fail(error, folder, "the folder is another user's");
    return TRUE;
}

/* mknod() makes the file without opening it: to close it again would undo the locks that another
 * connection of this process has on it. */
static FileState
ensure_file(const gchar *file, GError **error)
{
    struct stat about;
    if (mknod(file, S_IFREG | 0600, 0) != 0 && errno != EEXIST) {
        fail(error, file, g_strerror(errno));
        return FILE_UNUSABLE;
    }
    if (lstat(file, &about) != 0) {
        fail(error, file, g_strerror(errno));
        return FILE_UNUSABLE;
    }
    if (!S_ISREG(about.st_mode) || (about.st_mode & 077) != 0 || about.st_uid != geteuid()) {
        fail(error, file, "not a file of this user's alone");
        return FILE_DAMAGED;
    }
    return FILE_READY;
}

/* Serialises what can't be done under the file's own lock. The folder's lock goes with the
 * descriptor, or is -1. */
static gint
lock_folder(const gchar *file)
{
    g_autofree gchar *folder = g_path_get_dirname(file);
    gint fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* The journal of a file that goes must not be taken for that of the next one. */
static void
unlink_beside(const gchar *file, const gchar *suffix)
{
    g_autofree gchar *other = g_strconcat(file, suffix, NULL);
    unlink(other);
}

gboolean
store_file_set_aside(const gchar *file, const StoreFileIdentity *identity, GError **error)
{
    g_autofree gchar *aside = g_strconcat(file, STORE_FILE_DAMAGED_SUFFIX, NULL);
    gint lock = lock_folder(file);
    if (lock < 0)
        return fail(error, file, "another process is busy with it");
    StoreFileIdentity found = store_file_get_identity(file);
    gboolean moved = TRUE;
    if (store_file_identity_equal(&found, identity)) {
        unlink_beside(file, "-journal");
        unlink_beside(file, "-wal");
        moved = rename(file, aside) == 0 || fail(error, file, g_strerror(errno));
    }
    close(lock);
    return moved;
}

static gint
get_number(sqlite3 *db, const gchar *query, gint64 *out_number)
{
    sqlite3_stmt *statement = NULL;
    gint code = sqlite3_prepare_v2(db, query, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *out_number = sqlite3_column_int64(statement, 0);
        code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return code;
}

/* Another process may have been quicker between the look at the file and the lock. */
static gint
make_tables(sqlite3 *db)
{
    gint64 n_tables = 0;
    gint code = sqlite3_exec(db, first_settings, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = get_number(db, count_tables, &n_tables);
    if (code == SQLITE_OK && n_tables == 0)
        code = sqlite3_exec(db, schema, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    return code;
}

static FileState
judge_code(sqlite3 *db, gint code, const gchar *file, GError **error)
{
    if (code == SQLITE_OK)
        return FILE_READY;
    fail(error, file, sqlite3_errmsg(db));
    return store_file_code_is_damage(code) ? FILE_DAMAGED : FILE_UNUSABLE;
}

static FileState
check_tables(sqlite3 *db, const gchar *file, GError **error)
{
    gint64 n_tables = 0;
    gint64 application = 0;
    gint64 version = 0;
    gint64 unused = 0;
    gint code = sqlite3_exec(db, settings, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = get_number(db, count_tables, &n_tables);
    if (code == SQLITE_OK && n_tables == 0)
        code = make_tables(db);
    if (code == SQLITE_OK)
        code = get_number(db, "PRAGMA application_id", &application);
    if (code == SQLITE_OK)
        code = get_number(db, "PRAGMA user_version", &version);
    if (code != SQLITE_OK)
        return judge_code(db, code, file, error);
    if (application == APPLICATION_ID && version > STORE_FILE_VERSION) {
        fail(error, file, "of a later version of this program");
        return FILE_UNUSABLE;
    }
    code = get_number(db, "SELECT EXISTS (SELECT digest FROM answers)", &unused);
    if (application != APPLICATION_ID || version != STORE_FILE_VERSION || code == SQLITE_ERROR) {
        fail(error, file, "not a file of remembered answers");
        return FILE_DAMAGED;
    }
    return judge_code(db, code, file, error);
}

static FileState
connect_to_file(const gchar *file, gint patience_ms, sqlite3 **out_db, GError **error)
{
    g_autoptr(sqlite3) db = NULL;
    gint flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    gint code = sqlite3_open_v2(file, &db, flags, NULL);
    if (code != SQLITE_OK)
        return judge_code(db, code, file, error);
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, patience_ms);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, VALUE_MAX_OCTETS);
    /* What a foreign file may hold is not to be run. */
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    FileState state = check_tables(db, file, error);
    if (state == FILE_READY)
        *out_db = g_steal_pointer(&db);
    return state;
}

/* @out_identity: what was looked at, opened or not. */
static FileState
try_to_open(const gchar *file, sqlite3 **out_db, StoreFileIdentity *out_identity, GError **error)
{
    FileState state = ensure_file(file, error);
    *out_identity = store_file_get_identity(file);
    if (state == FILE_READY)
        state = connect_to_file(file, STORE_FILE_PATIENCE_MS, out_db, error);
    StoreFileIdentity after = store_file_get_identity(file);
    if (state != FILE_READY || store_file_identity_equal(out_identity, &after))
        return state;
    sqlite3_close(g_steal_pointer(out_db));
    fail(error, file, "another process is busy with it");
    return FILE_UNUSABLE;
}

struct sqlite3 *
store_file_open(const gchar *file, StoreFileIdentity *out_identity, GError **error)
{
    sqlite3 *db = NULL;
    g_autoptr(GError) problem = NULL;
    if (!ensure_folder(file, error))
        return NULL;
    FileState state = try_to_open(file, &db, out_identity, &problem);
    if (state == FILE_DAMAGED) {
        g_info("%s; it is set aside", problem->message);
        g_clear_error(&problem);
        if (!store_file_set_aside(file, out_identity, error))
            return NULL;
        state = try_to_open(file, &db, out_identity, &problem);
    }
    if (state != FILE_READY)
        g_propagate_error(error, g_steal_pointer(&problem));
    return db;
}

/* Whoever writes has a lock until the writing is done, and looks at the name under it. */
static FileState
unlink_under_lock(const gchar *file, guint *out_n_answers, GError **error)
{
    g_autoptr(sqlite3) db = NULL;
    gint64 n_answers = 0;
    FileState state = connect_to_file(file, REMOVE_PATIENCE_MS, &db, error);
    if (state != FILE_READY)
        return state;
    gint code = sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = get_number(db, "SELECT count(*) FROM answers", &n_answers);
    state = judge_code(db, code, file, error);
    if (state == FILE_READY && unlink(file) != 0) {
        fail(error, file, g_strerror(errno));
        state = FILE_UNUSABLE;
    }
    *out_n_answers = (guint)n_answers;
    return state;
}

gboolean
store_file_remove(const gchar *file, guint *out_n_answers, GError **error)
{
    static const StoreFileIdentity none;
    g_autoptr(GError) problem = NULL;
    *out_n_answers = 0;
    StoreFileIdentity found = store_file_get_identity(file);
    FileState state = FILE_READY;
    if (!store_file_identity_equal(&found, &none)) {
        if (!ensure_folder(file, error))
            return FALSE;
        state = ensure_file(file, &problem);
        if (state == FILE_READY)
            state = unlink_under_lock(file, out_n_answers, &problem);
    }
    if (state == FILE_DAMAGED && !store_file_set_aside(file, &found, error))
        return FALSE;
    if (state == FILE_UNUSABLE) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    unlink_beside(file, STORE_FILE_DAMAGED_SUFFIX);
    return TRUE;
}
