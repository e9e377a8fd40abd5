/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-map.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "addr-spec.h"
#include "cms-error.h"
#include "drs-error.h"
#include "drs-map-entry.h"
#include "drs-own-keys.h"
#include "folder-lock.h"

#define FOLDER_NAME "drs-map"

static gboolean
fail(GError **error, const gchar *path)
{
    g_set_error(error, DRS_ERROR, DRS_ERROR_MAP, "map of domain controllers: %s: %s", path,
                g_strerror(errno));
    return FALSE;
}

static gchar *
dup_folder(const DrsMap *map)
{
    return g_build_filename(map->profile, FOLDER_NAME, NULL);
}

static gchar *
dup_path(const DrsMap *map, const gchar *folded)
{
    g_autofree gchar *name = drs_map_dup_file_name(folded);
    return g_build_filename(map->profile, FOLDER_NAME, name, NULL);
}

/* NULL: none, or it can't be read. */
static DrsMapEntry *
load_entry(const DrsMap *map, const gchar *folded)
{
    g_autofree gchar *path = dup_path(map, folded);
    return drs_map_entry_load(path);
}

/* Names of the files in the folder, in order; empty without one. (element-type utf8) */
static GPtrArray *
list_names(const gchar *path, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) folder = g_dir_open(path, 0, &problem);
    if (folder == NULL && !g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
        g_set_error(error, DRS_ERROR, DRS_ERROR_MAP, "map of domain controllers: %s",
                    problem->message);
        return NULL;
    }
    const gchar *name;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL)
        if (drs_map_name_is_sound(name))
            g_ptr_array_add(names, g_strdup(name));
    return g_steal_pointer(&names);
}

/* What there is for an address. */
typedef struct {
    gchar *folded;
    DrsMapEntry *recorded; /* NULL: nothing */
    KeyPair *own;          /* NULL: it is none of ours */
} Found;

static void
found_clear(Found *found)
{
    g_clear_pointer(&found->folded, g_free);
    g_clear_pointer(&found->recorded, drs_map_entry_free);
    g_clear_pointer(&found->own, key_pair_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Found, found_clear)

static gboolean
look_up(const DrsMap *map, GPtrArray *own_keys, const gchar *address, Found *found, GError **error)
{
    g_autoptr(AddrSpec) spec = NULL;
    found->folded = drs_address_fold(address, error);
    if (found->folded == NULL || (spec = addr_spec_parse_service(address, -1, error)) == NULL)
        return FALSE;
    found->recorded = load_entry(map, found->folded);
    KeyPair *own = drs_own_keys_find(own_keys, spec, found->recorded, map->now);
    found->own = own == NULL ? NULL : key_pair_ref(own);
    return TRUE;
}

static gboolean
look_up_one(const DrsMap *map, const gchar *address, Found *found, GError **error)
{
    g_autoptr(GPtrArray) own_keys = drs_own_keys_load(map, error);
    return own_keys != NULL && look_up(map, own_keys, address, found, error);
}

/* Own ones first. NULL: there is none. */
static DrsMapEntry *
steal_entry(Found *found, const gchar *address)
{
    if (found->own == NULL)
        return g_steal_pointer(&found->recorded);
    return drs_map_entry_new(address, DRS_ORIGIN_OWN, key_pair_get_certificate(found->own), 0);
}

DrsMapEntry *
drs_map_find(const DrsMap *map, const gchar *address, GError **error)
{
    g_auto(Found) found = {0};
    if (!look_up_one(map, address, &found, error))
        return NULL;
    DrsMapEntry *entry = steal_entry(&found, address);
    if (entry == NULL)
        g_set_error(error, DRS_ERROR, DRS_ERROR_NO_ENTRY,
                    "the map of domain controllers has no certificate for %.200s", address);
    return entry;
}

KeyPair *
drs_map_find_key(const DrsMap *map, const gchar *address, GError **error)
{
    g_auto(Found) found = {0};
    if (!look_up_one(map, address, &found, error))
        return NULL;
    if (found.own == NULL)
        g_set_error(error, CMS_ERROR, CMS_ERROR_KEY_NOT_FOUND,
                    "no key in the key store belongs to %.200s", address);
    return g_steal_pointer(&found.own);
}

/* A list in the making. */
typedef struct {
    const DrsMap *map;
    GPtrArray *own_keys;
    GPtrArray *entries;
    GHashTable *seen; /* addresses, folded */
} Listing;

static void
list_address(Listing *listing, const gchar *address)
{
    g_auto(Found) found = {0};
    if (!look_up(listing->map, listing->own_keys, address, &found, NULL) ||
        !g_hash_table_add(listing->seen, g_strdup(found.folded)))
        return;
    DrsMapEntry *entry = steal_entry(&found, address);
    if (entry != NULL)
        g_ptr_array_add(listing->entries, entry);
}

/* What the store's certificates say themselves. */
static void
list_own(Listing *listing)
{
    for (guint i = 0; i < listing->own_keys->len; i++) {
        const KeyPair *pair = drs_own_keys_get(listing->own_keys, i);
        const gchar *const *addresses = certificate_get_addresses(key_pair_get_certificate(pair));
        for (gsize j = 0; addresses[j] != NULL; j++)
            list_address(listing, addresses[j]);
    }
}

static void
list_recorded(Listing *listing, const gchar *folder, GPtrArray *names)
{
    for (guint i = 0; i < names->len && i < listing->map->n_entries_max; i++) {
        g_autofree gchar *path = g_build_filename(folder, g_ptr_array_index(names, i), NULL);
        g_autoptr(DrsMapEntry) recorded = drs_map_entry_load(path);
        if (recorded != NULL)
            list_address(listing, recorded->address);
    }
}

static gint
compare_entries(gconstpointer a, gconstpointer b)
{
    const DrsMapEntry *first = *(DrsMapEntry *const *)a;
    const DrsMapEntry *second = *(DrsMapEntry *const *)b;
    gboolean first_is_own = first->origin == DRS_ORIGIN_OWN;
    gboolean second_is_own = second->origin == DRS_ORIGIN_OWN;
    if (first_is_own != second_is_own)
        return first_is_own ? -1 : 1;
    return strcmp(first->address, second->address);
}

GPtrArray *
drs_map_list(const DrsMap *map, GError **error)
{
    g_autofree gchar *folder = dup_folder(map);
    g_autoptr(GPtrArray) names = list_names(folder, error);
    g_autoptr(GPtrArray) own_keys = names == NULL ? NULL : drs_own_keys_load(map, error);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (own_keys == NULL)
        return NULL;
    GPtrArray *entries = g_ptr_array_new_with_free_func((GDestroyNotify)drs_map_entry_free);
    Listing listing = {map, own_keys, entries, seen};
    list_own(&listing);
    list_recorded(&listing, folder, names);
    g_ptr_array_sort(entries, compare_entries);
    return entries;
}

/* The file that may go first: one that can't be read, else what was learned longest ago. NULL: all
 * were added by somebody. */
static const gchar *
choose_victim(const gchar *folder, GPtrArray *names)
{
    const gchar *oldest = NULL;
    gint64 recorded = G_MAXINT64;
    for (guint i = 0; i < names->len; i++) {
        const gchar *name = g_ptr_array_index(names, i);
        g_autofree gchar *path = g_build_filename(folder, name, NULL);
        g_autoptr(DrsMapEntry) entry = drs_map_entry_load(path);
        if (entry == NULL)
            return name;
        if (entry->origin == DRS_ORIGIN_ADDED || entry->recorded >= recorded)
            continue;
        oldest = name;
        recorded = entry->recorded;
    }
    return oldest;
}

static gboolean
make_room(const DrsMap *map, const gchar *folder, GError **error)
{
    g_autoptr(GPtrArray) names = list_names(folder, error);
    if (names == NULL || names->len < map->n_entries_max)
        return names != NULL;
    const gchar *victim = choose_victim(folder, names);
    if (victim == NULL) {
        g_set_error(error, DRS_ERROR, DRS_ERROR_MAP_FULL,
                    "the map of domain controllers is full: %u entries, of which none was learned "
                    "from messages; remove some",
                    names->len);
        return FALSE;
    }
    g_autofree gchar *path = g_build_filename(folder, victim, NULL);
    return unlink(path) == 0 || errno == ENOENT || fail(error, path);
}

static gboolean
write_locked(const DrsMap *map, const gchar *folder, const gchar *path, const DrsMapEntry *entry,
             GError **error)
{
    g_autoptr(GError) problem = NULL;
    gsize n_octets = 0;
    g_autofree gchar *text = drs_map_entry_serialize(entry, &n_octets);
    if (!g_file_test(path, G_FILE_TEST_EXISTS) && !make_room(map, folder, error))
        return FALSE;
    if (g_file_set_contents_full(path, text, (gssize)n_octets, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                 &problem))
        return TRUE;
    g_set_error(error, DRS_ERROR, DRS_ERROR_MAP, "map of domain controllers: %s", problem->message);
    return FALSE;
}

gboolean
drs_map_set(const DrsMap *map, const gchar *address, Certificate *certificate, DrsMapOrigin origin,
            GError **error)
{
    g_autofree gchar *folded = drs_address_fold(address, error);
    if (folded == NULL)
        return FALSE;
    g_autofree gchar *folder = dup_folder(map);
    g_autofree gchar *path = dup_path(map, folded);
    g_autoptr(DrsMapEntry) entry =
        drs_map_entry_new(address, origin, certificate, g_get_real_time() / G_USEC_PER_SEC);
    if (!drs_map_entry_check(entry, error))
        return FALSE;
    gint lock = g_mkdir_with_parents(folder, 0700) != 0 ? -1 : folder_lock(folder);
    if (lock < 0)
        return fail(error, folder);
    gboolean written = write_locked(map, folder, path, entry, error);
    close(lock);
    return written;
}

/* A message of one's own that comes back, with another From, must not make that address an own one,
 * whose certificate nobody could learn any more. */
static gboolean
may_learn(const Found *found, GPtrArray *own_keys, const Certificate *certificate)
{
    return found->own == NULL && !drs_own_keys_have(own_keys, certificate);
}

/* What was added stays so, and makes no room, when a message brings the same. */
static gboolean
is_added(const Found *found, const Certificate *certificate)
{
    return found->recorded != NULL && found->recorded->origin == DRS_ORIGIN_ADDED &&
           g_bytes_equal(certificate_get_der(found->recorded->certificate),
                         certificate_get_der(certificate));
}

gboolean
drs_map_learn(const DrsMap *map, DrsMessageType type, gboolean from_responses, const gchar *address,
              Certificate *certificate, gboolean *out_learned, GError **error)
{
    g_auto(Found) found = {0};
    g_autoptr(GPtrArray) own_keys = drs_own_keys_load(map, error);
    if (own_keys == NULL || !look_up(map, own_keys, address, &found, error))
        return FALSE;
    gboolean wanted =
        may_learn(&found, own_keys, certificate) && (type == DRS_REQUEST || from_responses);
    DrsMapOrigin origin = type == DRS_REQUEST ? DRS_ORIGIN_REQUEST : DRS_ORIGIN_RESPONSE;
    if (wanted && !is_added(&found, certificate) &&
        !drs_map_set(map, address, certificate, origin, error))
        return FALSE;
    *out_learned = wanted;
    return TRUE;
}

static gboolean
remove_file(const gchar *path, guint *n_removed, GError **error)
{
    gboolean done = unlink(path) == 0;
    if (!done && errno != ENOENT)
        return fail(error, path);
    *n_removed += done ? 1 : 0;
    return TRUE;
}

static gboolean
remove_all(const DrsMap *map, guint *n_removed, GError **error)
{
    g_autofree gchar *folder = dup_folder(map);
    g_autoptr(GPtrArray) names = list_names(folder, error);
    for (guint i = 0; names != NULL && i < names->len; i++) {
        g_autofree gchar *path = g_build_filename(folder, g_ptr_array_index(names, i), NULL);
        if (!remove_file(path, n_removed, error))
            return FALSE;
    }
    return names != NULL;
}

gboolean
drs_map_remove(const DrsMap *map, const gchar *address, guint *out_n_removed, GError **error)
{
    guint n_removed = 0;
    g_autofree gchar *folded = address == NULL ? NULL : drs_address_fold(address, error);
    if (address != NULL && folded == NULL)
        return FALSE;
    g_autofree gchar *path = folded == NULL ? NULL : dup_path(map, folded);
    if (path == NULL ? !remove_all(map, &n_removed, error) : !remove_file(path, &n_removed, error))
        return FALSE;
    *out_n_removed = n_removed;
    return TRUE;
}
