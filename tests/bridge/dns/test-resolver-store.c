/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-store.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "resolver-store-file.h"
#include "resolver-store-row.h"

#define S G_TIME_SPAN_SECOND

/* Two roots, of which one signed what is remembered. */
#define ANCHOR                                                                                     \
    ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n"
#define OTHER_ANCHOR                                                                               \
    ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8E\n"

static const ResolverKey alice = {"alice.example.org", 53};

static ResolverMoment now;

static ResolverMoment
read_clock(void)
{
    return now;
}

typedef struct {
    gchar *folder;
    gchar *file;
    gchar *anchor;
    ResolverConfig *config;
    ResolverStore *store;
} Fixture;

/* Waits for no disk; and so would not shorten a file that is there. */
static void
write_octets(const gchar *file, const gchar *octets, gsize n_octets)
{
    g_autoptr(GError) error = NULL;
    g_unlink(file);
    g_file_set_contents_full(file, octets, (gssize)n_octets, G_FILE_SET_CONTENTS_NONE, 0600,
                             &error);
    g_assert_no_error(error);
}

static void
write_file(const gchar *file, const gchar *text)
{
    write_octets(file, text, strlen(text));
}

static void
reopen(Fixture *fixture)
{
    resolver_store_free(fixture->store);
    fixture->store = resolver_store_new(fixture->file, fixture->config, read_clock);
}

static void
set_up(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    now = (ResolverMoment){20000 * S, 1700000000 * S};
    fixture->folder = g_dir_make_tmp("store-XXXXXX", &error);
    g_assert_no_error(error);
    fixture->file = g_build_filename(fixture->folder, "cache", "answers.sqlite", NULL);
    fixture->anchor = g_build_filename(fixture->folder, "root.key", NULL);
    write_file(fixture->anchor, ANCHOR);
    fixture->config = resolver_config_new();
    fixture->config->trust_anchor_file = g_strdup(fixture->anchor);
    reopen(fixture);
}

static void
remove_all(const gchar *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const gchar *name;
    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree gchar *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK))
            remove_all(path);
        else
            g_unlink(path);
    }
    g_rmdir(folder);
}

static void
tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    resolver_store_free(fixture->store);
    resolver_config_free(fixture->config);
    remove_all(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture->file);
    g_free(fixture->anchor);
}

static ResolverAnswer *
make_answer(const gchar *owner_name, DnsOutcome outcome)
{
    ResolverAnswer *answer = resolver_answer_new(owner_name, 53, outcome);
    answer->ttl = 100;
    answer->detail = g_strdup("why");
    if (outcome == DNS_OUTCOME_SECURE_DENIAL)
        answer->name_exists = TRUE;
    if (outcome != DNS_OUTCOME_SECURE_RECORDS && outcome != DNS_OUTCOME_INSECURE)
        return answer;
    answer->canonical_name = g_strdup("elsewhere.example.org");
    g_ptr_array_add(answer->records, g_bytes_new("\3\0\0one", 6));
    g_ptr_array_add(answer->records, g_bytes_new("", 0));
    g_ptr_array_add(answer->records, g_bytes_new("\3\1\1\0two", 7));
    return answer;
}

static void
put(Fixture *fixture, const gchar *owner_name, DnsOutcome outcome)
{
    g_autoptr(ResolverAnswer) answer = make_answer(owner_name, outcome);
    ResolverLease lease = resolver_lease_new(now, answer->ttl);
    resolver_store_put(fixture->store, answer, &lease);
}

static ResolverAnswer *
get(Fixture *fixture, const gchar *owner_name)
{
    ResolverLease lease;
    return resolver_store_get(fixture->store, &(ResolverKey){owner_name, 53}, &lease);
}

static gboolean
has(Fixture *fixture, const gchar *owner_name)
{
    g_autoptr(ResolverAnswer) answer = get(fixture, owner_name);
    return answer != NULL;
}

static void
assert_same(const ResolverAnswer *a, const ResolverAnswer *b)
{
    g_assert_cmpint(a->outcome, ==, b->outcome);
    g_assert_cmpuint(a->rr_type, ==, b->rr_type);
    g_assert_cmpint(a->name_exists, ==, b->name_exists);
    g_assert_cmpstr(a->canonical_name, ==, b->canonical_name);
    g_assert_cmpstr(a->detail, ==, b->detail);
    g_assert_cmpuint(a->records->len, ==, b->records->len);
    for (guint i = 0; i < a->records->len; i++)
        g_assert_true(
            g_bytes_equal(g_ptr_array_index(a->records, i), g_ptr_array_index(b->records, i)));
}

typedef struct {
    const gchar *label;
    DnsOutcome outcome;
    gboolean kept;
} OutcomeCase;

static const OutcomeCase outcome_cases[] = {
    {"secure-records", DNS_OUTCOME_SECURE_RECORDS, TRUE},
    {"secure-denial", DNS_OUTCOME_SECURE_DENIAL, TRUE},
    {"insecure", DNS_OUTCOME_INSECURE, TRUE},
    {"bogus", DNS_OUTCOME_BOGUS, FALSE},
    {"indeterminate", DNS_OUTCOME_INDETERMINATE, FALSE},
    {"unreachable", DNS_OUTCOME_UNREACHABLE, FALSE},
};

/* Written by one process, read by the next. */
static void
test_outcome(Fixture *fixture, gconstpointer data)
{
    const OutcomeCase *outcome_case = data;
    g_autoptr(ResolverAnswer) written = make_answer("Alice.example.org", outcome_case->outcome);
    put(fixture, "Alice.example.org", outcome_case->outcome);
    reopen(fixture);
    now.wall += 30 * S;
    now.elapsed = 5 * S;
    g_autoptr(ResolverAnswer) read = get(fixture, "aLICE.example.org");
    g_assert_true((read != NULL) == outcome_case->kept);
    if (read == NULL)
        return;
    assert_same(read, written);
    g_assert_cmpstr(read->owner_name, ==, "aLICE.example.org");
    g_assert_cmpuint(read->ttl, ==, 70);
}

/* What fails later takes away what was good before. */
static void
test_replaced(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    put(fixture, "bob.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_DENIAL);
    put(fixture, "BOB.example.org", DNS_OUTCOME_BOGUS);
    resolver_store_flush(fixture->store);
    g_autoptr(ResolverAnswer) answer = get(fixture, "alice.example.org");
    g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_SECURE_DENIAL);
    g_assert_false(has(fixture, "bob.example.org"));
    resolver_store_remove(fixture->store, &alice);
    g_assert_false(has(fixture, "alice.example.org"));
}

static gint64
count_rows(const gchar *file)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    g_assert_cmpint(sqlite3_open_v2(file, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
    sqlite3_prepare_v2(db, "SELECT count(*) FROM answers", -1, &statement, NULL);
    g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
    gint64 n_rows = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return n_rows;
}

static void
test_over(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    now.wall += 100 * S - 1;
    g_assert_true(has(fixture, "alice.example.org"));
    now.wall += 1;
    g_assert_false(has(fixture, "alice.example.org"));
    g_assert_cmpint(count_rows(fixture->file), ==, 1);
    reopen(fixture);
    g_assert_false(has(fixture, "bob.example.org"));
    resolver_store_flush(fixture->store);
    g_assert_cmpint(count_rows(fixture->file), ==, 0);
}

/* The clock was wrong when it was learned, or is wrong now. */
static void
test_from_the_future(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    now.wall -= 1;
    g_assert_false(has(fixture, "alice.example.org"));
    resolver_store_flush(fixture->store);
    now.wall += 1;
    g_assert_false(has(fixture, "alice.example.org"));
}

static void
test_scope(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    write_file(fixture->anchor, OTHER_ANCHOR);
    reopen(fixture);
    g_assert_false(has(fixture, "alice.example.org"));
    /* The same anchor, with another and otherwise written. */
    write_file(fixture->anchor, "; a comment\n" ANCHOR);
    reopen(fixture);
    g_assert_true(has(fixture, "alice.example.org"));
    write_file(fixture->anchor, OTHER_ANCHOR ANCHOR);
    reopen(fixture);
    g_assert_false(has(fixture, "alice.example.org"));
    write_file(fixture->anchor, ANCHOR);
    fixture->config->servers = g_strsplit("192.0.2.1", " ", -1);
    reopen(fixture);
    g_assert_false(has(fixture, "alice.example.org"));
    fixture->config->recursive = TRUE;
    reopen(fixture);
    g_assert_false(has(fixture, "alice.example.org"));
    g_clear_pointer(&fixture->config->servers, g_strfreev);
    fixture->config->recursive = FALSE;
    reopen(fixture);
    g_assert_true(has(fixture, "alice.example.org"));
}

static void
test_no_anchor(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    reopen(fixture);
    g_unlink(fixture->anchor);
    g_assert_false(has(fixture, "alice.example.org"));
}

static void
test_modes(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    struct stat about;
    g_autofree gchar *folder = g_path_get_dirname(fixture->file);
    g_assert_cmpint(g_access(folder, F_OK), !=, 0);
    g_assert_false(has(fixture, "alice.example.org"));
    g_assert_cmpint(lstat(fixture->file, &about), ==, 0);
    g_assert_cmpint(about.st_mode, ==, S_IFREG | 0600);
    g_assert_cmpint(lstat(folder, &about), ==, 0);
    g_assert_cmpint(about.st_mode, ==, S_IFDIR | 0700);
}

/* Begun anew; what was there stands beside. */
static void
assert_set_aside(Fixture *fixture)
{
    g_autofree gchar *aside = g_strconcat(fixture->file, STORE_FILE_DAMAGED_SUFFIX, NULL);
    g_assert_false(has(fixture, "alice.example.org"));
    put(fixture, "bob.example.org", DNS_OUTCOME_SECURE_RECORDS);
    reopen(fixture);
    g_assert_true(has(fixture, "bob.example.org"));
    struct stat about;
    g_assert_cmpint(lstat(aside, &about), ==, 0);
}

static void
make_folder(Fixture *fixture)
{
    g_autofree gchar *folder = g_path_get_dirname(fixture->file);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
}

static void
test_no_database(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    make_folder(fixture);
    write_file(fixture->file, "This is a letter, and a long one at that, which goes on and on.");
    assert_set_aside(fixture);
}

static void
run_sql(const gchar *file, const gchar *sql)
{
    sqlite3 *db = NULL;
    g_assert_cmpint(sqlite3_open(file, &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(db);
    g_chmod(file, 0600);
}

static void
test_foreign_database(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    make_folder(fixture);
    run_sql(fixture->file, "CREATE TABLE answers (question TEXT)");
    assert_set_aside(fixture);
}

static void
test_other_tables(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    resolver_store_abandon(fixture->store);
    run_sql(fixture->file, "ALTER TABLE answers RENAME TO questions");
    assert_set_aside(fixture);
}

static void
test_directory(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    make_folder(fixture);
    g_assert_cmpint(g_mkdir(fixture->file, 0700), ==, 0);
    assert_set_aside(fixture);
}

static void
test_link(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree gchar *target = g_build_filename(fixture->folder, "target", NULL);
    make_folder(fixture);
    write_file(target, "");
    g_assert_cmpint(symlink(target, fixture->file), ==, 0);
    assert_set_aside(fixture);
    g_autofree gchar *text = NULL;
    g_assert_true(g_file_get_contents(target, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "");
}

static void
test_open_to_others(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    resolver_store_abandon(fixture->store);
    g_chmod(fixture->file, 0660);
    assert_set_aside(fixture);
}

static void
test_later_version(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    resolver_store_abandon(fixture->store);
    run_sql(fixture->file, "PRAGMA user_version = 2");
    put(fixture, "bob.example.org", DNS_OUTCOME_SECURE_RECORDS);
    g_assert_true(resolver_store_flush(fixture->store));
    g_assert_false(has(fixture, "alice.example.org"));
    g_assert_cmpint(count_rows(fixture->file), ==, 1);
    /* It is looked at again after a while. */
    run_sql(fixture->file, "PRAGMA user_version = 1");
    g_assert_false(has(fixture, "alice.example.org"));
    now.elapsed += 60 * S;
    g_assert_true(has(fixture, "alice.example.org"));
}

/* No folder can be made there: everything is as without a file. */
static void
test_nowhere(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    resolver_store_free(fixture->store);
    fixture->store =
        resolver_store_new("/dev/null/dane-smime/answers.sqlite", fixture->config, read_clock);
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    g_assert_true(resolver_store_flush(fixture->store));
    g_assert_false(has(fixture, "alice.example.org"));
    g_assert_true(resolver_store_is_current(fixture->store));
}

/* Whatever octet of the file is another: what is read is what was written, or nothing, and after
 * that all works as before. */
static void
test_damage(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree gchar *whole = NULL;
    gsize n_octets = 0;
    g_autoptr(GRand) random = g_rand_new_with_seed(8162);
    g_autoptr(ResolverAnswer) written =
        make_answer("alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    resolver_store_abandon(fixture->store);
    g_assert_true(g_file_get_contents(fixture->file, &whole, &n_octets, NULL));
    guint n_kept = 0;
    for (guint round = 0; round < 400; round++) {
        g_autofree gchar *damaged = g_memdup2(whole, n_octets);
        for (guint i = 0; i <= round % 8; i++)
            damaged[g_rand_int_range(random, 0, (gint32)n_octets)] ^=
                (gchar)(1 << g_rand_int_range(random, 0, 8));
        write_octets(fixture->file, damaged, n_octets);
        reopen(fixture);
        g_autoptr(ResolverAnswer) read = get(fixture, "alice.example.org");
        if (read != NULL)
            assert_same(read, written);
        n_kept += read != NULL;
        now.elapsed += 60 * S;
        put(fixture, "bob.example.org", DNS_OUTCOME_SECURE_DENIAL);
        resolver_store_flush(fixture->store);
        resolver_store_abandon(fixture->store);
    }
    /* Most of the file is empty. */
    g_assert_cmpuint(n_kept, >, 0);
    g_assert_cmpuint(n_kept, <, 400);
}

static void
test_cut_short(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    struct stat about;
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    g_assert_cmpint(lstat(fixture->file, &about), ==, 0);
    for (gint64 length = about.st_size - 1; length >= 0; length -= 1000) {
        resolver_store_abandon(fixture->store);
        g_assert_cmpint(truncate(fixture->file, length), ==, 0);
        reopen(fixture);
        g_assert_false(has(fixture, "alice.example.org") && length < about.st_size - 4096);
        put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
        resolver_store_flush(fixture->store);
        /* A file that turned out to be no good while it was written to is replaced now. */
        has(fixture, "alice.example.org");
        now.elapsed += 60 * S;
    }
}

/* While it is open, as by a disk that fails. */
static void
test_damaged_while_open(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    g_autofree gchar *rubbish = g_malloc0(8192);
    FILE *stream = g_fopen(fixture->file, "r+");
    g_assert_cmpuint(fwrite(rubbish, 1, 8192, stream), ==, 8192);
    fclose(stream);
    has(fixture, "alice.example.org");
    now.elapsed += 60 * S;
    put(fixture, "bob.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    now.elapsed += 60 * S;
    put(fixture, "bob.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    g_assert_true(has(fixture, "bob.example.org"));
}

static void
test_bounded_by_number(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    for (guint i = 0; i < RESOLVER_STORE_MAX_ANSWERS + 500; i++) {
        g_autofree gchar *name = g_strdup_printf("user%u.example.org", i);
        put(fixture, name, DNS_OUTCOME_SECURE_DENIAL);
        now.wall += 1000;
    }
    resolver_store_flush(fixture->store);
    g_assert_cmpint(count_rows(fixture->file), <=, RESOLVER_STORE_MAX_ANSWERS);
    g_assert_cmpint(count_rows(fixture->file), >=, RESOLVER_STORE_MAX_ANSWERS - 1000);
    g_assert_false(has(fixture, "user0.example.org"));
    g_assert_true(has(fixture, "user10499.example.org"));
}

static void
put_large(Fixture *fixture, guint number, gsize n_octets)
{
    g_autofree gchar *name = g_strdup_printf("large%u.example.org", number);
    g_autoptr(ResolverAnswer) answer = resolver_answer_new(name, 53, DNS_OUTCOME_SECURE_RECORDS);
    for (; n_octets > 0; n_octets -= MIN(n_octets, 50000))
        g_ptr_array_add(answer->records,
                        g_bytes_new_take(g_malloc0(MIN(n_octets, 50000)), MIN(n_octets, 50000)));
    ResolverLease lease = resolver_lease_new(now, 100);
    resolver_store_put(fixture->store, answer, &lease);
}

static void
test_bounded_by_octets(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    struct stat about;
    for (guint i = 0; i < 400; i++) {
        put_large(fixture, i, 100000);
        if (i % 20 == 19)
            resolver_store_flush(fixture->store);
        now.wall += 1000;
    }
    g_assert_cmpint(lstat(fixture->file, &about), ==, 0);
    g_assert_cmpint(about.st_size, <=, STORE_FILE_MAX_PAGES * 4096);
    g_assert_true(has(fixture, "large399.example.org"));
    put_large(fixture, 1000, STORE_ROW_MAX_OCTETS);
    resolver_store_flush(fixture->store);
    g_assert_false(has(fixture, "large1000.example.org"));
}

static void
test_remove(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    guint n_answers = 99;
    g_assert_true(store_file_remove(fixture->file, &n_answers, &error));
    g_assert_cmpuint(n_answers, ==, 0);
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    put(fixture, "bob.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    g_assert_true(resolver_store_is_current(fixture->store));
    put(fixture, "carol.example.org", DNS_OUTCOME_SECURE_RECORDS);
    g_assert_true(store_file_remove(fixture->file, &n_answers, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(n_answers, ==, 2);
    g_assert_false(resolver_store_is_current(fixture->store));
    /* What waits is not written to the file that is gone, nor to the next one. */
    resolver_store_flush(fixture->store);
    g_assert_true(resolver_store_is_current(fixture->store));
    g_assert_false(has(fixture, "alice.example.org"));
    g_assert_false(has(fixture, "carol.example.org"));
    g_assert_cmpint(count_rows(fixture->file), ==, 0);
}

static void
test_remove_what_is_damaged(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *aside = g_strconcat(fixture->file, STORE_FILE_DAMAGED_SUFFIX, NULL);
    guint n_answers = 99;
    make_folder(fixture);
    write_file(fixture->file, "a letter");
    write_file(aside, "another one");
    g_assert_true(store_file_remove(fixture->file, &n_answers, &error));
    g_assert_no_error(error);
    g_assert_cmpint(g_access(fixture->file, F_OK), !=, 0);
    g_assert_cmpint(g_access(aside, F_OK), !=, 0);
}

static void
test_in_use(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    sqlite3 *other = NULL;
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    g_assert_cmpint(sqlite3_open(fixture->file, &other), ==, SQLITE_OK);
    sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL);
    gint64 start = g_get_monotonic_time();
    put(fixture, "bob.example.org", DNS_OUTCOME_SECURE_RECORDS);
    g_assert_false(resolver_store_flush(fixture->store));
    g_assert_false(has(fixture, "alice.example.org"));
    g_assert_cmpint(g_get_monotonic_time() - start, <, 5 * S);
    sqlite3_close(other);
    g_assert_true(resolver_store_flush(fixture->store));
    g_assert_true(has(fixture, "alice.example.org"));
    g_assert_true(has(fixture, "bob.example.org"));
}

static void
test_list(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    guint64 n_octets = 99;
    g_autoptr(GPtrArray) none = resolver_store_list(fixture->file, now, &n_octets, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(none->len + n_octets, ==, 0);
    g_assert_cmpint(g_access(fixture->file, F_OK), !=, 0);
    put(fixture, "bob.example.org", DNS_OUTCOME_SECURE_RECORDS);
    now.wall += 10 * S;
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_DENIAL);
    resolver_store_flush(fixture->store);
    g_autoptr(GPtrArray) both = resolver_store_list(fixture->file, now, &n_octets, &error);
    g_assert_cmpuint(both->len, ==, 2);
    g_assert_cmpuint(n_octets, >, 0);
    const ResolverAnswer *first = g_ptr_array_index(both, 0);
    g_assert_cmpstr(first->owner_name, ==, "bob.example.org");
    g_assert_cmpuint(first->ttl, ==, 90);
    now.wall += 90 * S;
    g_autoptr(GPtrArray) one = resolver_store_list(fixture->file, now, &n_octets, &error);
    g_assert_cmpuint(one->len, ==, 1);
}

#define N_WRITERS 4

/* Connections of one process are told apart by SQLite like those of several. */
static gpointer
write_many(gpointer data)
{
    Fixture own = *(const Fixture *)data;
    own.store = resolver_store_new(own.file, own.config, read_clock);
    for (guint i = 0; i < 50; i++) {
        g_autofree gchar *name = g_strdup_printf("user%u.example.org", i);
        put(&own, name, DNS_OUTCOME_SECURE_RECORDS);
        resolver_store_flush(own.store);
        g_autoptr(ResolverAnswer) answer = get(&own, name);
        if (answer != NULL)
            g_assert_cmpuint(answer->records->len, ==, 3);
    }
    while (!resolver_store_flush(own.store))
        continue;
    resolver_store_free(own.store);
    return NULL;
}

static void
test_several(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    GThread *writers[N_WRITERS];
    for (guint i = 0; i < N_WRITERS; i++)
        writers[i] = g_thread_new("writer", write_many, fixture);
    for (guint i = 0; i < N_WRITERS; i++)
        g_thread_join(writers[i]);
    g_assert_cmpint(count_rows(fixture->file), ==, 50);
    for (guint i = 0; i < 50; i++) {
        g_autofree gchar *name = g_strdup_printf("user%u.example.org", i);
        g_assert_true(has(fixture, name));
    }
}

#define ADD(name, function)                                                                        \
    g_test_add("/resolver-store/" name, Fixture, NULL, set_up, function, tear_down)

static void
add_file_tests(void)
{
    ADD("modes", test_modes);
    ADD("no-database", test_no_database);
    ADD("foreign-database", test_foreign_database);
    ADD("other-tables", test_other_tables);
    ADD("directory", test_directory);
    ADD("link", test_link);
    ADD("open-to-others", test_open_to_others);
    ADD("later-version", test_later_version);
    ADD("nowhere", test_nowhere);
    ADD("damage", test_damage);
    ADD("cut-short", test_cut_short);
    ADD("damaged-while-open", test_damaged_while_open);
    ADD("remove", test_remove);
    ADD("remove-what-is-damaged", test_remove_what_is_damaged);
    ADD("in-use", test_in_use);
    ADD("several", test_several);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(outcome_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/resolver-store/outcome/", outcome_cases[i].label, NULL);
        g_test_add(path, Fixture, &outcome_cases[i], set_up, test_outcome, tear_down);
    }
    ADD("replaced", test_replaced);
    ADD("over", test_over);
    ADD("from-the-future", test_from_the_future);
    ADD("scope", test_scope);
    ADD("no-anchor", test_no_anchor);
    ADD("bounded-by-number", test_bounded_by_number);
    ADD("bounded-by-octets", test_bounded_by_octets);
    ADD("list", test_list);
    add_file_tests();
    return g_test_run();
}
