/* SPDX-License-Identifier: MPL-2.0 */

#include "crl-folder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cms-error.h"
#include "crl-file.h"
#include "crl.h"
#include "op.h"

#define FOLDER_NAME "crls"

/* While they are gathered. */
typedef struct {
    GPtrArray *lists;
    gsize n_octets;
} Gathering;

void
folder_crl_free(FolderCrl *crl)
{
    if (crl == NULL)
        return;
    g_free(crl->path);
    g_free(crl->sha256);
    g_free(crl->issuer);
    g_clear_pointer(&crl->der, g_bytes_unref);
    g_free(crl);
}

static FolderCrl *
folder_crl_new(const gchar *path, GBytes *der)
{
    g_autoptr(Crl) crl = crl_new(der, NULL);
    if (crl == NULL)
        return NULL;
    FolderCrl *list = g_new0(FolderCrl, 1);
    list->path = g_strdup(path);
    list->sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, der);
    list->der = g_bytes_ref(der);
    list->issuer = crl_dup_issuer_text(crl);
    list->this_update = crl_get_this_update(crl);
    list->next_update = crl_get_next_update(crl);
    list->is_delta = crl_is_delta(crl);
    return list;
}

static gboolean
fail(GError **error, const gchar *path, const gchar *why)
{
    g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_FILE, "file %s: %s", path, why);
    return FALSE;
}

static gboolean
is_list_name(const gchar *name)
{
    return *name != '.' && (g_str_has_suffix(name, ".crl") || g_str_has_suffix(name, ".der") ||
                            g_str_has_suffix(name, ".pem"));
}

static GBytes *
read_file(const gchar *path, GError **error)
{
    struct stat facts;
    g_autoptr(GError) problem = NULL;
    gchar *octets = NULL;
    gsize n_octets = 0;
    if (stat(path, &facts) != 0)
        fail(error, path, g_strerror(errno));
    else if (!S_ISREG(facts.st_mode) || (guint64)facts.st_size > LIMIT_CRLS_OCTETS)
        fail(error, path, "not a regular file, or too large");
    else if (!g_file_get_contents(path, &octets, &n_octets, &problem))
        fail(error, path, problem->message);
    return octets == NULL ? NULL : g_bytes_new_take(octets, n_octets);
}

/* FALSE: there is no room for more. */
static gboolean
gather_file(Gathering *gathering, const gchar *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = read_file(path, &error);
    g_autoptr(GPtrArray) lists = octets == NULL ? NULL : crls_parse_file(octets, &error);
    if (lists == NULL) {
        g_warning("no revocation list: %s: %s", path, error->message);
        return TRUE;
    }
    for (guint i = 0; i < lists->len; i++) {
        GBytes *der = g_ptr_array_index(lists, i);
        gathering->n_octets += g_bytes_get_size(der);
        if (gathering->lists->len >= LIMIT_CERTIFICATES ||
            gathering->n_octets > LIMIT_CRLS_OCTETS) {
            g_warning("more revocation lists than are read, from %s on", path);
            return FALSE;
        }
        g_ptr_array_add(gathering->lists, folder_crl_new(path, der));
    }
    return TRUE;
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const gchar *const *)a, *(const gchar *const *)b);
}

GPtrArray *
crl_folder_load(const gchar *profile)
{
    g_autofree gchar *folder = g_build_filename(profile, FOLDER_NAME, NULL);
    g_autoptr(GError) problem = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &problem);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    GPtrArray *lists = g_ptr_array_new_with_free_func((GDestroyNotify)folder_crl_free);
    Gathering gathering = {.lists = lists};
    if (dir == NULL && !g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        g_warning("no revocation list is read: %s", problem->message);
    for (const gchar *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;)
        if (is_list_name(name))
            g_ptr_array_add(names, g_build_filename(folder, name, NULL));
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len && gather_file(&gathering, g_ptr_array_index(names, i)); i++)
        continue;
    return lists;
}

void
crl_folder_add_to(const gchar *profile, GPtrArray **crls)
{
    g_autoptr(GPtrArray) lists = crl_folder_load(profile);
    if (*crls == NULL && lists->len > 0)
        *crls = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; i < lists->len; i++) {
        const FolderCrl *list = g_ptr_array_index(lists, i);
        g_ptr_array_add(*crls, g_bytes_ref(list->der));
    }
}

static gboolean
has_list(GPtrArray *lists, const gchar *sha256)
{
    for (guint i = 0; i < lists->len; i++)
        if (g_str_equal(((const FolderCrl *)g_ptr_array_index(lists, i))->sha256, sha256))
            return TRUE;
    return FALSE;
}

/* Those that end were added by this program: a file of the user's own may hold more. */
static gboolean
is_own_file(const FolderCrl *list)
{
    g_autofree gchar *name = g_path_get_basename(list->path);
    return g_str_has_prefix(name, list->sha256) && g_str_has_suffix(name, ".crl");
}

static gboolean
is_replaced(const FolderCrl *list, const Crl *later, gint64 now)
{
    g_autoptr(Crl) old = crl_new(list->der, NULL);
    return list->next_update < now && is_own_file(list) && crl_has_same_scope(old, later) &&
           crl_get_this_update(later) > list->this_update && crl_is_current(later, now);
}

static void
remove_replaced(GPtrArray *lists, const Crl *later, gint64 now)
{
    for (guint i = lists->len; i > 0; i--) {
        const FolderCrl *list = g_ptr_array_index(lists, i - 1);
        if (is_replaced(list, later, now) && remove(list->path) == 0)
            g_ptr_array_remove_index(lists, i - 1);
    }
}

static gboolean
check_room(GPtrArray *lists, GBytes *der, GError **error)
{
    gsize n_octets = g_bytes_get_size(der);
    for (guint i = 0; i < lists->len; i++)
        n_octets += g_bytes_get_size(((const FolderCrl *)g_ptr_array_index(lists, i))->der);
    if (lists->len < LIMIT_CERTIFICATES && n_octets <= LIMIT_CRLS_OCTETS)
        return TRUE;
    g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT,
                "more than %u revocation lists, or %u octets of them; remove some",
                LIMIT_CERTIFICATES, LIMIT_CRLS_OCTETS);
    return FALSE;
}

static gboolean
write_list(const gchar *path, GBytes *der, GError **error)
{
    g_autoptr(GError) problem = NULL;
    return g_file_set_contents_full(path, g_bytes_get_data(der, NULL),
                                    (gssize)g_bytes_get_size(der), G_FILE_SET_CONTENTS_CONSISTENT,
                                    0600, &problem) ||
           fail(error, path, problem->message);
}

static gboolean
add_list(const gchar *folder, GPtrArray *lists, GBytes *der, guint *out_n_new, GError **error)
{
    g_autofree gchar *sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, der);
    g_autofree gchar *name = g_strconcat(sha256, ".crl", NULL);
    g_autofree gchar *path = g_build_filename(folder, name, NULL);
    if (has_list(lists, sha256))
        return TRUE;
    if (!check_room(lists, der, error))
        return FALSE;
    if (!write_list(path, der, error))
        return FALSE;
    g_ptr_array_add(lists, folder_crl_new(path, der));
    (*out_n_new)++;
    return TRUE;
}

gboolean
crl_folder_add(const gchar *profile, GPtrArray *lists, gint64 now, guint *out_n_new, GError **error)
{
    g_autofree gchar *folder = g_build_filename(profile, FOLDER_NAME, NULL);
    *out_n_new = 0;
    if (g_mkdir_with_parents(folder, 0700) != 0)
        return fail(error, folder, g_strerror(errno));
    g_autoptr(GPtrArray) known = crl_folder_load(profile);
    for (guint i = 0; i < lists->len; i++) {
        GBytes *der = g_ptr_array_index(lists, i);
        g_autoptr(Crl) crl = crl_new(der, error);
        if (crl == NULL)
            return FALSE;
        remove_replaced(known, crl, now);
        if (!add_list(folder, known, der, out_n_new, error))
            return FALSE;
    }
    return TRUE;
}

/* A file of the user's own may hold several lists: the others get files of theirs before it goes.
 */
static gboolean
keep_others(const gchar *profile, GPtrArray *lists, const FolderCrl *gone, GError **error)
{
    g_autofree gchar *folder = g_build_filename(profile, FOLDER_NAME, NULL);
    for (guint i = 0; i < lists->len; i++) {
        const FolderCrl *list = g_ptr_array_index(lists, i);
        g_autofree gchar *name = g_strconcat(list->sha256, ".crl", NULL);
        g_autofree gchar *path = g_build_filename(folder, name, NULL);
        if (g_str_equal(list->path, gone->path) && !g_str_equal(list->sha256, gone->sha256) &&
            !write_list(path, list->der, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
crl_folder_remove(const gchar *profile, const gchar *sha256, guint *out_n_removed, GError **error)
{
    g_autoptr(GPtrArray) lists = crl_folder_load(profile);
    *out_n_removed = 0;
    for (guint i = 0; i < lists->len; i++) {
        const FolderCrl *list = g_ptr_array_index(lists, i);
        if (sha256 != NULL && !g_str_equal(list->sha256, sha256))
            continue;
        if (sha256 != NULL && !keep_others(profile, lists, list, error))
            return FALSE;
        /* Of several lists in one file, all are gone with the first. */
        if (remove(list->path) != 0 && errno != ENOENT)
            return fail(error, list->path, g_strerror(errno));
        (*out_n_removed)++;
    }
    return TRUE;
}
