/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-store-file.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store-fixture.h"

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
    g_test_add("/resolver-store-file/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
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
    return g_test_run();
}
