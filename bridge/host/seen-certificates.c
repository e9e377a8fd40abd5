/* SPDX-License-Identifier: MPL-2.0 */

#include "seen-certificates.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core-limits.h"
#include "folder-lock.h"
#include "op.h"

#define FOLDER_NAME "seen-certificates"

const SeenLimits seen_default_limits = {LIMIT_SEEN, LIMIT_SEEN_OF_ADDRESS, LIMIT_SEEN_OCTETS};

/* A file of the folder. */
typedef struct {
    gchar *name;
    guint64 n_octets;
    struct timespec written;
} Slot;

static void
slot_free(gpointer data)
{
    Slot *slot = data;
    g_free(slot->name);
    g_free(slot);
}

static gboolean
fail(GError **error, const gchar *path)
{
    g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_FILE, "%s: %s", path, g_strerror(errno));
    return FALSE;
}

static void
add_slot(GPtrArray *slots, gint folder, const gchar *name)
{
    struct stat facts;
    if (!seen_name_is_sound(name) || fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(facts.st_mode))
        return;
    Slot *slot = g_new0(Slot, 1);
    slot->name = g_strdup(name);
    slot->n_octets = (guint64)facts.st_size;
    slot->written = facts.st_mtim;
    g_ptr_array_add(slots, slot);
}

/* Those whose names begin with @prefix; NULL: all. */
static GPtrArray *
list_slots(const gchar *path, const gchar *prefix, GError **error)
{
    g_autoptr(GPtrArray) slots = g_ptr_array_new_with_free_func(slot_free);
    DIR *folder = opendir(path);
    if (folder == NULL && (errno == ENOENT || errno == ENOTDIR))
        return g_steal_pointer(&slots);
    if (folder == NULL) {
        fail(error, path);
        return NULL;
    }
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL)
        if (prefix == NULL || g_str_has_prefix(entry->d_name, prefix))
            add_slot(slots, dirfd(folder), entry->d_name);
    closedir(folder);
    return g_steal_pointer(&slots);
}

static gboolean
is_older(const Slot *a, const Slot *b)
{
    if (a->written.tv_sec != b->written.tv_sec)
        return a->written.tv_sec < b->written.tv_sec;
    return a->written.tv_nsec < b->written.tv_nsec;
}

/* Deletes the one that was written longest ago, of those whose names begin like @like. A file that
 * can't be deleted is not counted any more either: it can't be helped. */
static void
delete_oldest(const gchar *path, GPtrArray *slots, const gchar *like, gsize n_alike)
{
    gint oldest = -1;
    for (guint i = 0; i < slots->len; i++) {
        const Slot *slot = g_ptr_array_index(slots, i);
        if (strncmp(slot->name, like, n_alike) == 0 &&
            (oldest < 0 || is_older(slot, g_ptr_array_index(slots, (guint)oldest))))
            oldest = (gint)i;
    }
    if (oldest < 0)
        return;
    const Slot *gone = g_ptr_array_index(slots, (guint)oldest);
    g_autofree gchar *file = g_build_filename(path, gone->name, NULL);
    unlink(file);
    g_ptr_array_remove_index_fast(slots, (guint)oldest);
}

static guint
count_alike(GPtrArray *slots, const gchar *like, gsize n_alike)
{
    guint n = 0;
    for (guint i = 0; i < slots->len; i++)
        n += strncmp(((const Slot *)g_ptr_array_index(slots, i))->name, like, n_alike) == 0;
    return n;
}

/* A name of the domain that has the most of @slots; of several, that with the oldest. */
static gchar *
dup_fullest_domain(GPtrArray *slots)
{
    g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const Slot *chosen = NULL;
    guint n_chosen = 0;
    for (guint i = 0; i < slots->len; i++) {
        const Slot *slot = g_ptr_array_index(slots, i);
        gchar *domain = g_strndup(slot->name, SEEN_DOMAIN_DIGITS);
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, domain)) + 1;
        g_hash_table_replace(counts, domain, GUINT_TO_POINTER(n));
    }
    for (guint i = 0; i < slots->len; i++) {
        const Slot *slot = g_ptr_array_index(slots, i);
        g_autofree gchar *domain = g_strndup(slot->name, SEEN_DOMAIN_DIGITS);
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, domain));
        if (n > n_chosen || (n == n_chosen && is_older(slot, chosen))) {
            chosen = slot;
            n_chosen = n;
        }
    }
    return g_strdup(chosen->name);
}

/* So that one more of @n_octets fits, whose name begins with @prefix. */
static void
make_room(const gchar *path, GPtrArray *slots, const gchar *prefix, gsize n_octets,
          const SeenLimits *limits)
{
    guint64 n_all_octets = 0;
    gsize n_prefix = strlen(prefix);
    while (count_alike(slots, prefix, n_prefix) >= MAX(limits->n_of_address, 1))
        delete_oldest(path, slots, prefix, n_prefix);
    for (guint i = 0; i < slots->len; i++)
        n_all_octets += ((const Slot *)g_ptr_array_index(slots, i))->n_octets;
    while (slots->len > 0 &&
           (slots->len >= limits->n_entries || n_all_octets + n_octets > limits->n_octets)) {
        g_autofree gchar *fullest = dup_fullest_domain(slots);
        delete_oldest(path, slots, fullest, SEEN_DOMAIN_DIGITS);
        n_all_octets = 0;
        for (guint i = 0; i < slots->len; i++)
            n_all_octets += ((const Slot *)g_ptr_array_index(slots, i))->n_octets;
    }
}

/* Whether @known says what @seen does, to the day. */
static gboolean
is_up_to_date(const SeenCertificate *known, const SeenCertificate *seen)
{
    return known->origin == seen->origin && known->trust >= seen->trust &&
           known->issuers->len >= seen->issuers->len && known->recorded <= seen->recorded &&
           seen->recorded - known->recorded < SEEN_REFRESH_SECONDS &&
           (seen->message_date == G_MININT64 ||
            (known->message_date != G_MININT64 &&
             seen->message_date - SEEN_REFRESH_SECONDS < known->message_date));
}

static gboolean
write_entry(const gchar *path, const gchar *name, const gchar *text, gsize n_octets, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autofree gchar *file = g_build_filename(path, name, NULL);
    if (g_file_set_contents_full(file, text, (gssize)n_octets, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                 &problem))
        return TRUE;
    g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_FILE, "file %s: %s", file, problem->message);
    return FALSE;
}

static gboolean
record_locked(const gchar *path, const SeenCertificate *seen, const SeenLimits *limits,
              GError **error)
{
    gsize n_octets = 0;
    g_autofree gchar *name = seen_certificate_dup_name(seen);
    g_autofree gchar *file = g_build_filename(path, name, NULL);
    g_autofree gchar *text = seen_certificate_serialize(seen, &n_octets);
    if (!g_file_test(file, G_FILE_TEST_EXISTS)) {
        g_autofree gchar *prefix = seen_address_dup_prefix(seen->address);
        g_autoptr(GPtrArray) slots = list_slots(path, NULL, error);
        if (slots == NULL)
            return FALSE;
        make_room(path, slots, prefix, n_octets, limits);
    }
    return write_entry(path, name, text, n_octets, error);
}

gboolean
seen_certificates_record(const gchar *profile, const SeenCertificate *seen, gboolean may_create,
                         const SeenLimits *limits, GError **error)
{
    if (!seen_certificate_is_sound(seen) ||
        (!may_create && !g_file_test(profile, G_FILE_TEST_IS_DIR)))
        return TRUE;
    g_autofree gchar *path = g_build_filename(profile, FOLDER_NAME, NULL);
    g_autofree gchar *name = seen_certificate_dup_name(seen);
    g_autofree gchar *file = g_build_filename(path, name, NULL);
    g_autoptr(SeenCertificate) known = seen_certificate_load(file);
    g_autoptr(SeenCertificate) merged = seen_certificate_copy(seen);
    if (known != NULL)
        seen_certificate_keep_issuers(merged, known);
    if (known != NULL && is_up_to_date(known, merged))
        return TRUE;
    if (g_mkdir_with_parents(path, 0700) != 0)
        return fail(error, path);
    gint lock = folder_lock(path);
    if (lock < 0)
        return fail(error, path);
    gboolean recorded = record_locked(path, merged, limits, error);
    close(lock);
    return recorded;
}

static gint
compare_recorded(gconstpointer a, gconstpointer b)
{
    const SeenCertificate *first = *(SeenCertificate *const *)a;
    const SeenCertificate *second = *(SeenCertificate *const *)b;
    return (first->recorded < second->recorded) - (first->recorded > second->recorded);
}

GPtrArray *
seen_certificates_load(const gchar *profile, const gchar *address, GError **error)
{
    g_autofree gchar *path = g_build_filename(profile, FOLDER_NAME, NULL);
    g_autofree gchar *prefix = address == NULL ? NULL : seen_address_dup_prefix(address);
    g_autoptr(GPtrArray) slots = list_slots(path, prefix, error);
    if (slots == NULL)
        return NULL;
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)seen_certificate_free);
    for (guint i = 0; i < slots->len && i < LIMIT_SEEN; i++) {
        const Slot *slot = g_ptr_array_index(slots, i);
        g_autofree gchar *file = g_build_filename(path, slot->name, NULL);
        SeenCertificate *seen = seen_certificate_load(file);
        if (seen != NULL)
            g_ptr_array_add(all, seen);
    }
    g_ptr_array_sort(all, compare_recorded);
    return all;
}

GPtrArray *
seen_certificates_load_issuers(const gchar *profile, const gchar *address, GError **error)
{
    g_autoptr(GPtrArray) all = seen_certificates_load(profile, address, error);
    if (all == NULL)
        return NULL;
    GPtrArray *issuers = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    for (guint i = 0; i < all->len && i < LIMIT_SEEN_OF_ADDRESS; i++) {
        const SeenCertificate *seen = g_ptr_array_index(all, i);
        for (guint j = 0; j < seen->issuers->len; j++)
            g_ptr_array_add(issuers, certificate_ref(g_ptr_array_index(seen->issuers, j)));
    }
    return issuers;
}

gboolean
seen_certificates_forget(const gchar *profile, const gchar *address, guint *out_n_forgotten,
                         GError **error)
{
    guint n_forgotten = 0;
    g_autofree gchar *path = g_build_filename(profile, FOLDER_NAME, NULL);
    g_autofree gchar *prefix = address == NULL ? NULL : seen_address_dup_prefix(address);
    g_autoptr(GPtrArray) slots = list_slots(path, prefix, error);
    if (slots == NULL)
        return FALSE;
    for (guint i = 0; i < slots->len; i++) {
        const Slot *slot = g_ptr_array_index(slots, i);
        g_autofree gchar *file = g_build_filename(path, slot->name, NULL);
        if (unlink(file) != 0 && errno != ENOENT)
            return fail(error, file);
        n_forgotten++;
    }
    *out_n_forgotten = n_forgotten;
    return TRUE;
}
