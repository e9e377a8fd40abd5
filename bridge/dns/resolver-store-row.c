/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-store-row.h"

#include <sqlite3.h>
#include <string.h>

#include "core-limits.h"

#define LENGTH_OCTETS 4u
#define DIGEST_OCTETS 32u

enum {
    COLUMN_SCOPE,
    COLUMN_RR_TYPE,
    COLUMN_NAME,
    COLUMN_OUTCOME,
    COLUMN_NAME_EXISTS,
    COLUMN_LEARNED,
    COLUMN_EXPIRES,
    COLUMN_CANONICAL_NAME,
    COLUMN_DETAIL,
    COLUMN_RECORDS,
    COLUMN_DIGEST
};

guint32
store_row_get_longest(DnsOutcome outcome)
{
    switch (outcome) {
    case DNS_OUTCOME_SECURE_RECORDS:
    case DNS_OUTCOME_SECURE_DENIAL:
    case DNS_OUTCOME_INSECURE:
        return resolver_lease_get_longest(outcome);
    case DNS_OUTCOME_BOGUS:
    case DNS_OUTCOME_UNREACHABLE:
    case DNS_OUTCOME_INDETERMINATE:
    case DNS_N_OUTCOMES:
    default:
        return 0;
    }
}

/* With its length before it, so that no two rows give the same octets. */
static void
digest_octets(GChecksum *checksum, gconstpointer octets, gsize n_octets)
{
    guint64 length = GUINT64_TO_BE((guint64)n_octets);
    g_checksum_update(checksum, (const guchar *)&length, sizeof length);
    if (n_octets > 0)
        g_checksum_update(checksum, octets, (gssize)n_octets);
}

static void
digest_text(GChecksum *checksum, const gchar *text)
{
    digest_octets(checksum, text, text == NULL ? 0 : strlen(text));
}

static void
digest_number(GChecksum *checksum, gint64 number)
{
    gint64 octets = GINT64_TO_BE(number);
    digest_octets(checksum, &octets, sizeof octets);
}

/* @records: the column; @name: lower-case */
static void
compute_digest(GBytes *scope, const gchar *name, const ResolverAnswer *answer,
               const ResolverLease *lease, GBytes *records, guint8 digest[DIGEST_OCTETS])
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    gsize n_octets = DIGEST_OCTETS;
    digest_octets(checksum, g_bytes_get_data(scope, NULL), g_bytes_get_size(scope));
    digest_number(checksum, answer->rr_type);
    digest_text(checksum, name);
    digest_text(checksum, dns_outcome_to_string(answer->outcome));
    digest_number(checksum, answer->name_exists);
    digest_number(checksum, lease->learned);
    digest_number(checksum, lease->expires);
    digest_text(checksum, answer->canonical_name);
    digest_text(checksum, answer->detail);
    digest_octets(checksum, g_bytes_get_data(records, NULL), g_bytes_get_size(records));
    g_checksum_get_digest(checksum, digest, &n_octets);
}

static GBytes *
serialize_records(const ResolverAnswer *answer)
{
    g_autoptr(GByteArray) octets = g_byte_array_new();
    for (guint i = 0; i < answer->records->len; i++) {
        gsize n_octets = 0;
        const guint8 *record = g_bytes_get_data(g_ptr_array_index(answer->records, i), &n_octets);
        guint32 length = GUINT32_TO_BE((guint32)n_octets);
        g_byte_array_append(octets, (const guint8 *)&length, sizeof length);
        g_byte_array_append(octets, record, (guint)n_octets);
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&octets));
}

static gboolean
parse_records(GBytes *column, ResolverAnswer *answer)
{
    gsize n_left = 0;
    const guint8 *octets = g_bytes_get_data(column, &n_left);
    while (n_left > 0) {
        guint32 length = 0;
        if (n_left < LENGTH_OCTETS || answer->records->len == LIMIT_RECORDS)
            return FALSE;
        memcpy(&length, octets, sizeof length);
        length = GUINT32_FROM_BE(length);
        octets += LENGTH_OCTETS;
        n_left -= LENGTH_OCTETS;
        if (length > n_left || length > LIMIT_RDATA_OCTETS)
            return FALSE;
        g_ptr_array_add(answer->records, g_bytes_new(octets, length));
        octets += length;
        n_left -= length;
    }
    return TRUE;
}

static void
bind_text(sqlite3_stmt *statement, gint column, const gchar *text)
{
    sqlite3_bind_text(statement, column + 1, text, -1, SQLITE_TRANSIENT);
}

static void
bind_octets(sqlite3_stmt *statement, gint column, gconstpointer octets, gsize n_octets)
{
    /* A null pointer would be NULL and not an empty value. */
    sqlite3_bind_blob64(statement, column + 1, n_octets == 0 ? "" : octets, n_octets,
                        SQLITE_TRANSIENT);
}

gboolean
store_row_bind(sqlite3_stmt *statement, GBytes *scope, const ResolverAnswer *answer,
               const ResolverLease *lease)
{
    g_autoptr(GBytes) records = serialize_records(answer);
    g_autofree gchar *name = g_ascii_strdown(answer->owner_name, -1);
    guint8 digest[DIGEST_OCTETS];
    if (store_row_get_longest(answer->outcome) == 0 ||
        g_bytes_get_size(records) > STORE_ROW_MAX_OCTETS)
        return FALSE;
    compute_digest(scope, name, answer, lease, records, digest);
    bind_octets(statement, COLUMN_SCOPE, g_bytes_get_data(scope, NULL), g_bytes_get_size(scope));
    sqlite3_bind_int(statement, COLUMN_RR_TYPE + 1, answer->rr_type);
    bind_text(statement, COLUMN_NAME, name);
    bind_text(statement, COLUMN_OUTCOME, dns_outcome_to_string(answer->outcome));
    sqlite3_bind_int(statement, COLUMN_NAME_EXISTS + 1, answer->name_exists);
    sqlite3_bind_int64(statement, COLUMN_LEARNED + 1, lease->learned);
    sqlite3_bind_int64(statement, COLUMN_EXPIRES + 1, lease->expires);
    bind_text(statement, COLUMN_CANONICAL_NAME, answer->canonical_name);
    bind_text(statement, COLUMN_DETAIL, answer->detail);
    bind_octets(statement, COLUMN_RECORDS, g_bytes_get_data(records, NULL),
                g_bytes_get_size(records));
    bind_octets(statement, COLUMN_DIGEST, digest, sizeof digest);
    return TRUE;
}

static GBytes *
read_octets(sqlite3_stmt *statement, gint column)
{
    gconstpointer octets = sqlite3_column_blob(statement, column);
    return g_bytes_new(octets, (gsize)sqlite3_column_bytes(statement, column));
}

static const gchar *
read_text(sqlite3_stmt *statement, gint column)
{
    return (const gchar *)sqlite3_column_text(statement, column);
}

/* Both go on to where only UTF-8 may go. SQLite stores as text what it is given. */
static gboolean
is_text_or_null(const gchar *text)
{
    return text == NULL || g_utf8_validate(text, -1, NULL);
}

/* Over already if the numbers are none that anybody writes: their sums might be too large. */
static ResolverLease
read_lease(sqlite3_stmt *statement, ResolverMoment now)
{
    gint64 learned = sqlite3_column_int64(statement, COLUMN_LEARNED);
    gint64 expires = sqlite3_column_int64(statement, COLUMN_EXPIRES);
    if (learned < 0 || expires < 0 || expires > G_MAXINT64 / 4)
        return (ResolverLease){0};
    return resolver_lease_new_from_wall(now, learned, expires);
}

/* All but the records; NULL for what no name, no outcome and no text is. */
static ResolverAnswer *
read_fields(sqlite3_stmt *statement)
{
    const gchar *name = read_text(statement, COLUMN_NAME);
    const gchar *outcome_name = read_text(statement, COLUMN_OUTCOME);
    gint rr_type = sqlite3_column_int(statement, COLUMN_RR_TYPE);
    const gchar *canonical_name = read_text(statement, COLUMN_CANONICAL_NAME);
    const gchar *detail = read_text(statement, COLUMN_DETAIL);
    DnsOutcome outcome = DNS_OUTCOME_UNREACHABLE;
    if (name == NULL || outcome_name == NULL || !resolver_name_is_valid(name) || rr_type <= 0 ||
        rr_type > G_MAXUINT16 || !dns_outcome_from_string(outcome_name, &outcome) ||
        !is_text_or_null(canonical_name) || !is_text_or_null(detail))
        return NULL;
    ResolverAnswer *answer = resolver_answer_new(name, (guint16)rr_type, outcome);
    answer->name_exists = sqlite3_column_int(statement, COLUMN_NAME_EXISTS) != 0;
    answer->canonical_name = g_strdup(canonical_name);
    answer->detail = g_strdup(detail);
    return answer;
}

static gboolean
digest_is_right(sqlite3_stmt *statement, const ResolverAnswer *answer, const ResolverLease *lease,
                GBytes *records)
{
    g_autoptr(GBytes) scope = read_octets(statement, COLUMN_SCOPE);
    g_autoptr(GBytes) found = read_octets(statement, COLUMN_DIGEST);
    guint8 digest[DIGEST_OCTETS];
    compute_digest(scope, answer->owner_name, answer, lease, records, digest);
    return g_bytes_get_size(found) == sizeof digest &&
           memcmp(g_bytes_get_data(found, NULL), digest, sizeof digest) == 0;
}

static gboolean
is_plausible(const ResolverAnswer *answer, const ResolverLease *lease)
{
    gint64 longest = store_row_get_longest(answer->outcome) * G_TIME_SPAN_SECOND;
    gboolean has_records = answer->records->len > 0;
    if (lease->expires - lease->learned > longest)
        return FALSE;
    return answer->outcome == DNS_OUTCOME_INSECURE ||
           has_records == (answer->outcome == DNS_OUTCOME_SECURE_RECORDS);
}

ResolverAnswer *
store_row_read(sqlite3_stmt *statement, ResolverMoment now, ResolverLease *out_lease)
{
    g_autoptr(ResolverAnswer) answer = read_fields(statement);
    g_autoptr(GBytes) records = read_octets(statement, COLUMN_RECORDS);
    ResolverLease lease = read_lease(statement, now);
    if (answer == NULL || !digest_is_right(statement, answer, &lease, records) ||
        !parse_records(records, answer))
        return NULL;
    answer->ttl = resolver_lease_get_seconds(&lease, now);
    if (answer->ttl == 0 || !is_plausible(answer, &lease))
        return NULL;
    *out_lease = lease;
    return g_steal_pointer(&answer);
}
