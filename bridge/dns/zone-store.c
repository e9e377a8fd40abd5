/* SPDX-License-Identifier: MPL-2.0 */
#include "zone-store.h"

/* RFC 4034 §2.1, RFC 5011 §7 */
#define DNSKEY_ZONE_KEY     0x0100u
#define DNSKEY_REVOKED      0x0080u
#define DNSKEY_PROTOCOL     3u
#define DNSKEY_FIXED_OCTETS 4u

typedef struct {
    DnsName zone;
    ZoneStatus status;
    ZoneKeys *keys;
    gint64 begin; /* seconds since 1970 */
    gint64 end;
    GList link; /* in the store's queue */
} Entry;

struct _ZoneStore {
    guint max_zones;
    GHashTable *entries; /* (element-type DnsName Entry) */
    GQueue used;         /* of Entry: the one that was used last comes first */
};

ZoneKeys *
zone_keys_new(const DnsName *zone)
{
    ZoneKeys *keys = g_new0(ZoneKeys, 1);
    g_atomic_ref_count_init(&keys->ref_count);
    keys->zone = *zone;
    keys->list = getdns_list_create();
    keys->tags = g_array_new(FALSE, FALSE, sizeof(ZoneKeyTag));
    return keys;
}

guint16
zone_key_compute_tag(const guint8 *rdata, gsize n_rdata)
{
    guint32 sum = 0;
    for (gsize i = 0; i < n_rdata; i++)
        sum += (i & 1) != 0 ? rdata[i] : (guint32)rdata[i] << 8;
    sum += sum >> 16;
    return (guint16)(sum & 0xffff);
}

void
zone_keys_add(ZoneKeys *keys, getdns_dict *record, const guint8 *rdata, gsize n_rdata)
{
    if (n_rdata <= DNSKEY_FIXED_OCTETS)
        return;
    guint flags = (guint)rdata[0] << 8 | rdata[1];
    if ((flags & DNSKEY_ZONE_KEY) == 0 || (flags & DNSKEY_REVOKED) != 0 ||
        rdata[2] != DNSKEY_PROTOCOL)
        return;
    ZoneKeyTag tag = {zone_key_compute_tag(rdata, n_rdata), rdata[3]};
    if (getdns_list_set_dict(keys->list, keys->tags->len, record) == GETDNS_RETURN_GOOD)
        g_array_append_val(keys->tags, tag);
}

guint
zone_keys_count_matches(const ZoneKeys *keys, guint16 key_tag, guint8 algorithm)
{
    guint n = 0;
    for (guint i = 0; i < keys->tags->len; i++) {
        const ZoneKeyTag *tag = &g_array_index(keys->tags, ZoneKeyTag, i);
        n += tag->tag == key_tag && tag->algorithm == algorithm;
    }
    return n;
}

ZoneKeys *
zone_keys_ref(ZoneKeys *keys)
{
    g_atomic_ref_count_inc(&keys->ref_count);
    return keys;
}

void
zone_keys_unref(ZoneKeys *keys)
{
    if (keys == NULL || !g_atomic_ref_count_dec(&keys->ref_count))
        return;
    getdns_list_destroy(keys->list);
    g_array_unref(keys->tags);
    g_free(keys);
}

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    zone_keys_unref(entry->keys);
    g_free(entry);
}

ZoneStore *
zone_store_new(guint max_zones)
{
    ZoneStore *store = g_new0(ZoneStore, 1);
    store->max_zones = max_zones;
    store->entries = g_hash_table_new_full(dns_name_hash, dns_name_equal_func, NULL, entry_free);
    g_queue_init(&store->used);
    return store;
}

void
zone_store_free(ZoneStore *store)
{
    if (store == NULL)
        return;
    g_hash_table_unref(store->entries);
    g_free(store);
}

static void
drop(ZoneStore *store, Entry *entry)
{
    g_queue_unlink(&store->used, &entry->link);
    g_hash_table_remove(store->entries, &entry->zone);
}

ZoneStatus
zone_store_find(ZoneStore *store, const DnsName *zone, gint64 now, ZoneKeys **out_keys)
{
    Entry *entry = g_hash_table_lookup(store->entries, zone);
    if (entry == NULL)
        return ZONE_UNKNOWN;
    if (now < entry->begin || now >= entry->end) {
        drop(store, entry);
        return ZONE_UNKNOWN;
    }
    g_queue_unlink(&store->used, &entry->link);
    g_queue_push_head_link(&store->used, &entry->link);
    if (entry->keys != NULL && out_keys != NULL)
        *out_keys = zone_keys_ref(entry->keys);
    return entry->status;
}

void
zone_store_remove(ZoneStore *store, const DnsName *zone)
{
    Entry *entry = g_hash_table_lookup(store->entries, zone);
    if (entry != NULL)
        drop(store, entry);
}

void
zone_store_add(ZoneStore *store, const DnsName *zone, ZoneStatus status, ZoneKeys *keys,
               guint32 lifetime, gint64 now)
{
    zone_store_remove(store, zone);
    Entry *entry = g_new0(Entry, 1);
    entry->zone = *zone;
    entry->status = status;
    entry->keys = keys == NULL ? NULL : zone_keys_ref(keys);
    entry->begin = now;
    entry->end = now + CLAMP(lifetime, 1, ZONE_STORE_MAX_LIFETIME);
    entry->link.data = entry;
    g_hash_table_insert(store->entries, &entry->zone, entry);
    g_queue_push_head_link(&store->used, &entry->link);
    while (g_queue_get_length(&store->used) > store->max_zones)
        drop(store, g_queue_peek_tail(&store->used));
}

guint
zone_store_get_n_zones(const ZoneStore *store)
{
    return g_hash_table_size(store->entries);
}
