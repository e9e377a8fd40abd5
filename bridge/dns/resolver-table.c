/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-table.h"

#include <string.h>

/* What an answer takes beside its texts and records, and each record beside its octets; about. */
#define ANSWER_OVERHEAD_OCTETS 400u
#define RECORD_OVERHEAD_OCTETS 80u

struct _ResolverTable {
    GMutex lock;         /* of all below */
    GHashTable *entries; /* (element-type ResolverKey Entry) */
    GQueue by_age;       /* of Entry, the oldest first */
    gsize n_octets;
    guint generation;
    guint max_entries;
    gsize max_octets;
};

typedef struct {
    ResolverKey key; /* its name is the answer's */
    ResolverAnswer *answer;
    ResolverLease lease;
    gsize n_octets;
    GList link; /* in by_age */
} Entry;

guint
resolver_key_hash(gconstpointer data)
{
    const ResolverKey *key = data;
    guint hash = 5381u + key->rr_type;
    for (const gchar *c = key->owner_name; *c != '\0'; c++)
        hash = hash * 33u + (guchar)g_ascii_tolower(*c);
    return hash;
}

gboolean
resolver_key_equal(gconstpointer data_a, gconstpointer data_b)
{
    const ResolverKey *a = data_a;
    const ResolverKey *b = data_b;
    return a->rr_type == b->rr_type && g_ascii_strcasecmp(a->owner_name, b->owner_name) == 0;
}

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    resolver_answer_free(entry->answer);
    g_free(entry);
}

ResolverTable *
resolver_table_new(guint max_entries, gsize max_octets)
{
    ResolverTable *table = g_new0(ResolverTable, 1);
    g_mutex_init(&table->lock);
    table->entries = g_hash_table_new_full(resolver_key_hash, resolver_key_equal, NULL, entry_free);
    g_queue_init(&table->by_age);
    table->max_entries = max_entries;
    table->max_octets = max_octets;
    return table;
}

void
resolver_table_free(ResolverTable *table)
{
    if (table == NULL)
        return;
    g_hash_table_unref(table->entries);
    g_mutex_clear(&table->lock);
    g_free(table);
}

static gsize
measure(const ResolverAnswer *answer)
{
    gsize n_octets = ANSWER_OVERHEAD_OCTETS + strlen(answer->owner_name);
    n_octets += answer->canonical_name == NULL ? 0 : strlen(answer->canonical_name);
    n_octets += answer->detail == NULL ? 0 : strlen(answer->detail);
    for (guint i = 0; i < answer->records->len; i++)
        n_octets +=
            RECORD_OVERHEAD_OCTETS + g_bytes_get_size(g_ptr_array_index(answer->records, i));
    return n_octets;
}

static void
remove_entry(ResolverTable *table, Entry *entry)
{
    g_queue_unlink(&table->by_age, &entry->link);
    table->n_octets -= entry->n_octets;
    g_hash_table_remove(table->entries, &entry->key);
}

static ResolverAnswer *
copy_answer(const Entry *entry, const gchar *owner_name, guint32 ttl)
{
    ResolverAnswer *answer = resolver_answer_copy(entry->answer);
    if (owner_name != NULL && strcmp(owner_name, answer->owner_name) != 0) {
        g_free(answer->owner_name);
        answer->owner_name = g_strdup(owner_name);
    }
    answer->ttl = ttl;
    return answer;
}

ResolverAnswer *
resolver_table_get(ResolverTable *table, const ResolverKey *key, ResolverMoment now)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&table->lock);
    Entry *entry = g_hash_table_lookup(table->entries, key);
    if (entry == NULL)
        return NULL;
    guint32 left = resolver_lease_get_seconds(&entry->lease, now);
    if (left > 0)
        return copy_answer(entry, key->owner_name, left);
    remove_entry(table, entry);
    return NULL;
}

guint
resolver_table_get_generation(ResolverTable *table)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&table->lock);
    return table->generation;
}

static void
make_room(ResolverTable *table)
{
    while (g_hash_table_size(table->entries) > table->max_entries ||
           table->n_octets > table->max_octets)
        remove_entry(table, g_queue_peek_head(&table->by_age));
}

gboolean
resolver_table_put(ResolverTable *table, guint generation, const ResolverAnswer *answer,
                   const ResolverLease *lease)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&table->lock);
    if (generation != table->generation)
        return FALSE;
    Entry *entry = g_new0(Entry, 1);
    entry->answer = resolver_answer_copy(answer);
    entry->key = (ResolverKey){entry->answer->owner_name, answer->rr_type};
    entry->lease = *lease;
    entry->n_octets = measure(answer);
    entry->link.data = entry;
    Entry *old = g_hash_table_lookup(table->entries, &entry->key);
    if (old != NULL)
        remove_entry(table, old);
    /* One that is too large by itself would drive out all others first. */
    if (entry->n_octets > table->max_octets) {
        entry_free(entry);
        return TRUE;
    }
    g_hash_table_insert(table->entries, &entry->key, entry);
    g_queue_push_tail_link(&table->by_age, &entry->link);
    table->n_octets += entry->n_octets;
    make_room(table);
    return TRUE;
}

void
resolver_table_remove(ResolverTable *table, const ResolverKey *key)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&table->lock);
    Entry *entry = g_hash_table_lookup(table->entries, key);
    if (entry != NULL)
        remove_entry(table, entry);
}

void
resolver_table_clear(ResolverTable *table)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&table->lock);
    table->generation++;
    table->n_octets = 0;
    g_queue_init(&table->by_age); /* its links are parts of the entries */
    g_hash_table_remove_all(table->entries);
}

guint
resolver_table_get_n_entries(ResolverTable *table)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&table->lock);
    return g_hash_table_size(table->entries);
}

GPtrArray *
resolver_table_list(ResolverTable *table, ResolverMoment now)
{
    GPtrArray *answers = g_ptr_array_new_with_free_func((GDestroyNotify)resolver_answer_free);
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&table->lock);
    for (const GList *l = table->by_age.head; l != NULL; l = l->next) {
        const Entry *entry = l->data;
        guint32 left = resolver_lease_get_seconds(&entry->lease, now);
        if (left > 0)
            g_ptr_array_add(answers, copy_answer(entry, NULL, left));
    }
    return answers;
}
