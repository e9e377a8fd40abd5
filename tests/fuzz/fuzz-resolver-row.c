/* SPDX-License-Identifier: MPL-2.0 */

/* A row of the file of remembered answers. Octet 0: whether the digest is made to fit; then the
 * columns, each a kind (0 NULL, 1 number, 2 text, else octets), its length in two octets, and its
 * contents. */

#include <sqlite3.h>
#include <string.h>

#include "core-limits.h"
#include "fuzz.h"
#include "resolver-store-row.h"

#define N_COLUMNS   11
#define HEAD_OCTETS 3u

/* 2026-11-22; the machine was started a million seconds ago. */
static const ResolverMoment moment = {
    .elapsed = G_GINT64_CONSTANT(1000000) * G_TIME_SPAN_SECOND,
    .wall = G_GINT64_CONSTANT(1795330000) * G_TIME_SPAN_SECOND,
};

static sqlite3_stmt *
prepare(sqlite3 *file)
{
    sqlite3_stmt *statement = NULL;
    gint status = sqlite3_prepare_v2(file, "SELECT " STORE_ROW_PLACES, -1, &statement, NULL);
    g_assert_cmpint(status, ==, SQLITE_OK);
    return statement;
}

static void
bind(sqlite3_stmt *statement, gint column, guint8 kind, const guint8 *octets, gsize n_octets)
{
    gint64 number = 0;
    memcpy(&number, octets, MIN(n_octets, sizeof number));
    if (kind == 1)
        sqlite3_bind_int64(statement, column, GINT64_FROM_BE(number));
    else if (kind == 2)
        sqlite3_bind_text(statement, column, (const gchar *)octets, (gint)n_octets,
                          SQLITE_TRANSIENT);
    else if (kind != 0)
        sqlite3_bind_blob(statement, column, octets, (gint)n_octets, SQLITE_TRANSIENT);
}

static void
bind_all(sqlite3_stmt *statement, const guint8 *octets, gsize n_octets)
{
    for (gint column = 1; column <= N_COLUMNS && n_octets >= HEAD_OCTETS; column++) {
        gsize n = MIN((gsize)octets[1] << 8 | octets[2], n_octets - HEAD_OCTETS);
        bind(statement, column, octets[0], octets + HEAD_OCTETS, n);
        octets += HEAD_OCTETS + n;
        n_octets -= HEAD_OCTETS + n;
    }
}

static void
digest_field(GChecksum *checksum, gconstpointer octets, gsize n_octets)
{
    guint64 length = GUINT64_TO_BE((guint64)n_octets);
    g_checksum_update(checksum, (const guchar *)&length, sizeof length);
    if (n_octets > 0)
        g_checksum_update(checksum, octets, (gssize)n_octets);
}

static void
digest_column(GChecksum *checksum, sqlite3_stmt *row, gint column, guint8 kind)
{
    gint64 number = GINT64_TO_BE(sqlite3_column_int64(row, column));
    const gchar *text = kind == 2 ? (const gchar *)sqlite3_column_text(row, column) : NULL;
    if (kind == 1)
        digest_field(checksum, &number, sizeof number);
    else if (kind == 2)
        digest_field(checksum, text, text == NULL ? 0 : strlen(text));
    else
        digest_field(checksum, sqlite3_column_blob(row, column),
                     (gsize)sqlite3_column_bytes(row, column));
}

/* The row with a digest that fits, as whoever can write the file can make it. */
static sqlite3_stmt *
seal(sqlite3 *file, sqlite3_stmt *row)
{
    static const guint8 kinds[N_COLUMNS - 1] = {3, 1, 2, 2, 1, 1, 1, 2, 2, 3};
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    sqlite3_stmt *sealed = prepare(file);
    for (gint i = 0; i < N_COLUMNS - 1; i++) {
        sqlite3_bind_value(sealed, i + 1, sqlite3_column_value(row, i));
        digest_column(checksum, row, i, kinds[i]);
    }
    guint8 digest[32];
    gsize n_digest = sizeof digest;
    g_checksum_get_digest(checksum, digest, &n_digest);
    sqlite3_bind_blob(sealed, N_COLUMNS, digest, (gint)n_digest, SQLITE_TRANSIENT);
    return sealed;
}

static void
check_text(const gchar *text)
{
    g_assert_true(text == NULL || g_utf8_validate(text, -1, NULL));
}

/* What was read is written, and read again as the same. */
static void
check_again(sqlite3 *file, const ResolverAnswer *answer, const ResolverLease *lease)
{
    sqlite3_stmt *row = prepare(file);
    ResolverLease found;
    g_autoptr(GBytes) scope = g_bytes_new(NULL, 0);
    if (store_row_bind(row, scope, answer, lease)) {
        g_assert_cmpint(sqlite3_step(row), ==, SQLITE_ROW);
        g_autoptr(ResolverAnswer) again = store_row_read(row, moment, &found);
        g_assert_nonnull(again);
        g_assert_cmpuint(again->ttl, ==, answer->ttl);
        g_assert_cmpint(again->outcome, ==, answer->outcome);
        g_assert_cmpuint(again->records->len, ==, answer->records->len);
        g_assert_cmpstr(again->detail, ==, answer->detail);
    }
    sqlite3_finalize(row);
}

static void
read_row(sqlite3 *file, sqlite3_stmt *row)
{
    ResolverLease lease;
    g_autoptr(ResolverAnswer) answer = store_row_read(row, moment, &lease);
    if (answer == NULL)
        return;
    g_assert_true(resolver_name_is_valid(answer->owner_name));
    g_assert_cmpuint(answer->ttl, >, 0);
    g_assert_cmpuint(answer->ttl, <=, store_row_get_longest(answer->outcome));
    g_assert_cmpuint(answer->records->len, <=, LIMIT_RECORDS);
    check_text(answer->canonical_name);
    check_text(answer->detail);
    check_again(file, answer, &lease);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    static sqlite3 *file = NULL;
    if (file == NULL)
        g_assert_cmpint(sqlite3_open(":memory:", &file), ==, SQLITE_OK);
    if (n_octets == 0)
        return 0;
    sqlite3_stmt *row = prepare(file);
    bind_all(row, octets + 1, n_octets - 1);
    g_assert_cmpint(sqlite3_step(row), ==, SQLITE_ROW);
    if ((octets[0] & 1) != 0) {
        sqlite3_stmt *sealed = seal(file, row);
        g_assert_cmpint(sqlite3_step(sealed), ==, SQLITE_ROW);
        read_row(file, sealed);
        sqlite3_finalize(sealed);
    } else {
        read_row(file, row);
    }
    sqlite3_finalize(row);
    return 0;
}
