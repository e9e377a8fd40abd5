/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-own-keys.h"

#include "drs-certificate.h"

typedef struct {
    KeyPair *pair;
    DrsCertificateFacts *facts;
} OwnKey;

static void
own_key_free(gpointer data)
{
    OwnKey *key = data;
    key_pair_unref(key->pair);
    drs_certificate_facts_free(key->facts);
    g_free(key);
}

GPtrArray *
drs_own_keys_load(const DrsMap *map, GError **error)
{
    GPtrArray *keys = g_ptr_array_new_with_free_func(own_key_free);
    if (map->store == NULL)
        return keys;
    g_autoptr(GPtrArray) pairs = key_store_list(map->store, error);
    if (pairs == NULL) {
        g_ptr_array_unref(keys);
        return NULL;
    }
    for (guint i = 0; i < pairs->len; i++) {
        OwnKey *key = g_new0(OwnKey, 1);
        key->pair = key_pair_ref(g_ptr_array_index(pairs, i));
        key->facts = drs_certificate_examine(key_pair_get_certificate(key->pair));
        g_ptr_array_add(keys, key);
    }
    return keys;
}

KeyPair *
drs_own_keys_get(GPtrArray *keys, guint i)
{
    return ((OwnKey *)g_ptr_array_index(keys, i))->pair;
}

gboolean
drs_own_keys_have(GPtrArray *keys, const Certificate *certificate)
{
    for (guint i = 0; i < keys->len; i++)
        if (g_bytes_equal(certificate_get_der(key_pair_get_certificate(drs_own_keys_get(keys, i))),
                          certificate_get_der(certificate)))
            return TRUE;
    return FALSE;
}

static gboolean
names_address(const Certificate *certificate, const AddrSpec *wanted)
{
    const gchar *const *addresses = certificate_get_addresses(certificate);
    for (gsize i = 0; addresses[i] != NULL; i++) {
        g_autoptr(AddrSpec) address = addr_spec_parse_service(addresses[i], -1, NULL);
        if (address != NULL && addr_spec_matches(address, wanted))
            return TRUE;
    }
    return FALSE;
}

static gboolean
names_host(const DrsCertificateFacts *facts, const AddrSpec *wanted)
{
    for (gchar **host = facts->dns_names; *host != NULL; host++)
        if (g_ascii_strcasecmp(*host, wanted->domain) == 0)
            return TRUE;
    return FALSE;
}

/* Somebody who works here has said so: what came with a message was for anybody to send. */
static gboolean
is_recorded(const Certificate *certificate, const DrsMapEntry *recorded)
{
    return recorded != NULL && recorded->origin == DRS_ORIGIN_ADDED &&
           g_bytes_equal(certificate_get_der(recorded->certificate),
                         certificate_get_der(certificate));
}

/* How good it is for signing: valid now before others, then by kind. */
static guint
rank(const OwnKey *key, gint64 now)
{
    const Certificate *certificate = key_pair_get_certificate(key->pair);
    gboolean is_valid = certificate_check_time(certificate, now) == CERTIFICATE_VALID;
    return (is_valid ? DRS_N_KINDS : 0) + (guint)key->facts->kind;
}

KeyPair *
drs_own_keys_find(GPtrArray *keys, const AddrSpec *wanted, const DrsMapEntry *recorded, gint64 now)
{
    const OwnKey *best = NULL;
    for (guint i = 0; i < keys->len; i++) {
        const OwnKey *key = g_ptr_array_index(keys, i);
        const Certificate *certificate = key_pair_get_certificate(key->pair);
        if (!is_recorded(certificate, recorded) && !names_address(certificate, wanted) &&
            !names_host(key->facts, wanted))
            continue;
        if (best == NULL || rank(key, now) > rank(best, now))
            best = key;
    }
    return best == NULL ? NULL : best->pair;
}
