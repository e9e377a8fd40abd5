/* SPDX-License-Identifier: MPL-2.0 */
#include "store-fixture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

ResolverMoment now;

ResolverMoment
read_clock(void)
{
    return now;
}

/* Waits for no disk; and so would not shorten a file that is there. */
void
write_octets(const gchar *file, const gchar *octets, gsize n_octets)
{
    g_autoptr(GError) error = NULL;
    g_unlink(file);
    g_file_set_contents_full(file, octets, (gssize)n_octets, G_FILE_SET_CONTENTS_NONE, 0600,
                             &error);
    g_assert_no_error(error);
}

void
write_file(const gchar *file, const gchar *text)
{
    write_octets(file, text, strlen(text));
}

void
reopen(Fixture *fixture)
{
    resolver_store_free(fixture->store);
    fixture->store = resolver_store_new(fixture->file, fixture->config, read_clock);
}

void
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

void
tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    resolver_store_free(fixture->store);
    resolver_config_free(fixture->config);
    remove_all(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture->file);
    g_free(fixture->anchor);
}

ResolverAnswer *
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

void
put(Fixture *fixture, const gchar *owner_name, DnsOutcome outcome)
{
    g_autoptr(ResolverAnswer) answer = make_answer(owner_name, outcome);
    ResolverLease lease = resolver_lease_new(now, answer->ttl);
    resolver_store_put(fixture->store, answer, &lease);
}

ResolverAnswer *
get(Fixture *fixture, const gchar *owner_name)
{
    ResolverLease lease;
    return resolver_store_get(fixture->store, &(ResolverKey){owner_name, 53}, &lease);
}

gboolean
has(Fixture *fixture, const gchar *owner_name)
{
    g_autoptr(ResolverAnswer) answer = get(fixture, owner_name);
    return answer != NULL;
}

void
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

gint64
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
