/* SPDX-License-Identifier: MPL-2.0 */

#include "keystore.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "cms-error.h"
#include "keystore-private.h"

#define DIRECTORY_MODE 0700

/* NSS picks a free slot for a data base without a lock of its own. */
static GMutex open_mutex;

static gboolean
set_store_error(GError **error, CmsError code, const gchar *path, const gchar *what)
{
    g_set_error(error, CMS_ERROR, (gint)code, "key store \"%s\" %s", path, what);
    return FALSE;
}

static gboolean
set_store_errno(GError **error, const gchar *path)
{
    g_set_error(error, CMS_ERROR, CMS_ERROR_STORE, "key store \"%s\": %s", path, g_strerror(errno));
    return FALSE;
}

/* Nobody but the user may own what holds the keys, or put other files in its place. */
static gboolean
check_entry(const gchar *path, const struct stat *status, gboolean is_directory, GError **error)
{
    if (S_ISLNK(status->st_mode))
        return set_store_error(error, CMS_ERROR_STORE, path, "is a symbolic link");
    if (is_directory ? !S_ISDIR(status->st_mode) : !S_ISREG(status->st_mode))
        return set_store_error(error, CMS_ERROR_STORE, path,
                               is_directory ? "is not a directory" : "is not a file");
    if (status->st_uid != geteuid())
        return set_store_error(error, CMS_ERROR_STORE, path, "belongs to another user");
    if ((status->st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return set_store_error(error, CMS_ERROR_STORE, path, "can be written by other users");
    return TRUE;
}

static gboolean
check_directory(const gchar *directory, gboolean create, GError **error)
{
    GStatBuf status;

    if (!g_path_is_absolute(directory))
        return set_store_error(error, CMS_ERROR_STORE, directory, "is not an absolute path");
    if (g_lstat(directory, &status) != 0 && errno == ENOENT) {
        if (!create)
            return set_store_error(error, CMS_ERROR_STORE_MISSING, directory, "does not exist");
        if (g_mkdir_with_parents(directory, DIRECTORY_MODE) != 0)
            return set_store_errno(error, directory);
    }
    if (g_lstat(directory, &status) != 0)
        return set_store_errno(error, directory);
    return check_entry(directory, &status, TRUE, error);
}

static gboolean
is_writable(const gchar *path)
{
    return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

/* A data base file of the store: there and ours, or not there at all. */
static gboolean
check_file(const gchar *directory, const gchar *name, gboolean *in_out_exists,
           gboolean *in_out_writable, GError **error)
{
    g_autofree gchar *path = g_build_filename(directory, name, NULL);
    GStatBuf status;

    if (g_lstat(path, &status) != 0) {
        *in_out_exists = FALSE;
        return errno == ENOENT || set_store_errno(error, path);
    }
    if (!check_entry(path, &status, FALSE, error))
        return FALSE;
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0)
        return set_store_errno(error, path);
    *in_out_writable = *in_out_writable && is_writable(path);
    return TRUE;
}

/* Quotes for NSS's module specification: directories may have quotes in their names. */
static gchar *
quote_directory(const gchar *directory)
{
    GString *quoted = g_string_new(NULL);
    for (const gchar *c = directory; *c != '\0'; c++) {
        if (*c == '\'' || *c == '\\')
            g_string_append_c(quoted, '\\');
        g_string_append_c(quoted, *c);
    }
    return g_string_free(quoted, FALSE);
}

static PK11SlotInfo *
open_slot(const gchar *directory, gboolean read_only, GError **error)
{
    g_autofree gchar *quoted = quote_directory(directory);
    g_autofree gchar *specification =
        g_strdup_printf("configdir='sql:%s' tokenDescription='S/MIME keys'%s", quoted,
                        read_only ? " flags=readOnly" : "");

    g_mutex_lock(&open_mutex);
    PORT_SetError(0);
    PK11SlotInfo *slot = SECMOD_OpenUserDB(specification);
    g_mutex_unlock(&open_mutex);
    if (slot == NULL) {
        g_autofree gchar *text = g_strdup_printf("key store \"%s\" can't be opened", directory);
        cms_set_nss_error(error, CMS_ERROR_STORE, text);
    }
    return slot;
}

static void
close_slot(PK11SlotInfo *slot)
{
    g_mutex_lock(&open_mutex);
    SECMOD_CloseUserDB(slot);
    PK11_FreeSlot(slot);
    g_mutex_unlock(&open_mutex);
}

/* NSS opens a slot for any directory; what is wrong with the files shows afterwards. */
static gboolean
prepare_slot(KeyStore *store, gboolean create, GError **error)
{
    if (!PK11_IsPresent(store->slot))
        return set_store_error(error, CMS_ERROR_STORE, store->directory, "is not a data base");
    if (!PK11_NeedUserInit(store->slot))
        return TRUE;
    if (!create || store->read_only)
        return set_store_error(error, CMS_ERROR_STORE_MISSING, store->directory,
                               "was never set up");
    PORT_SetError(0);
    if (PK11_InitPin(store->slot, NULL, "") != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_STORE, "key store can't be set up");
    return TRUE;
}

KeyStore *
key_store_open(const gchar *directory, gboolean create, GError **error)
{
    g_return_val_if_fail(directory != NULL, NULL);
    gboolean exists = TRUE;
    gboolean writable = TRUE;

    if (!check_directory(directory, create, error) ||
        !check_file(directory, "cert9.db", &exists, &writable, error) ||
        !check_file(directory, "key4.db", &exists, &writable, error))
        return NULL;
    writable = writable && is_writable(directory);
    if (!exists && !(create && writable)) {
        set_store_error(error, create ? CMS_ERROR_STORE : CMS_ERROR_STORE_MISSING, directory,
                        create ? "can't be written" : "is not there");
        return NULL;
    }

    g_autoptr(KeyStore) store = g_new0(KeyStore, 1);
    g_atomic_ref_count_init(&store->n_references);
    g_mutex_init(&store->mutex);
    store->directory = g_strdup(directory);
    store->read_only = !writable;
    store->slot = open_slot(directory, store->read_only, error);
    if (store->slot == NULL || !prepare_slot(store, create, error))
        return NULL;
    return g_steal_pointer(&store);
}

KeyStore *
key_store_ref(KeyStore *store)
{
    g_atomic_ref_count_inc(&store->n_references);
    return store;
}

static void
forget_password(KeyStore *store)
{
    if (store->password != NULL)
        explicit_bzero(store->password, strlen(store->password));
    g_clear_pointer(&store->password, g_free);
}

void
key_store_unref(KeyStore *store)
{
    if (!g_atomic_ref_count_dec(&store->n_references))
        return;
    forget_password(store);
    g_clear_pointer(&store->slot, close_slot);
    g_mutex_clear(&store->mutex);
    g_free(store->directory);
    g_free(store);
}

static gboolean
is_locked(KeyStore *store)
{
    return PK11_NeedLogin(store->slot) && !PK11_IsLoggedIn(store->slot, NULL);
}

gboolean
key_store_check_unlocked(KeyStore *store, GError **error)
{
    if (!is_locked(store))
        return TRUE;
    return set_store_error(error, CMS_ERROR_KEY_LOCKED, store->directory, "is locked");
}

gboolean
key_store_check_writable(KeyStore *store, GError **error)
{
    if (store->read_only)
        return set_store_error(error, CMS_ERROR_STORE, store->directory, "can't be written");
    return key_store_check_unlocked(store, error);
}

gboolean
key_store_has_password(KeyStore *store)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->mutex);
    return PK11_NeedLogin(store->slot) != PR_FALSE;
}

gboolean
key_store_is_locked(KeyStore *store)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->mutex);
    return is_locked(store);
}

gboolean
key_store_unlock(KeyStore *store, const gchar *password, GError **error)
{
    g_return_val_if_fail(password != NULL, FALSE);
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->mutex);

    if (!PK11_NeedLogin(store->slot))
        return TRUE;
    if (PK11_CheckUserPassword(store->slot, password) != SECSuccess)
        return set_store_error(error, CMS_ERROR_KEY_LOCKED, store->directory,
                               "has another password");
    forget_password(store);
    store->password = g_strdup(password);
    return TRUE;
}

void
key_store_lock(KeyStore *store)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->mutex);

    forget_password(store);
    if (PK11_NeedLogin(store->slot))
        PK11_Logout(store->slot);
}

gboolean
key_store_set_password(KeyStore *store, const gchar *password, GError **error)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&store->mutex);
    const gchar *wanted = password != NULL ? password : "";
    const gchar *current = store->password != NULL ? store->password : "";

    if (!key_store_check_writable(store, error))
        return FALSE;
    PORT_SetError(0);
    if (PK11_ChangePW(store->slot, current, wanted) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_STORE, "password can't be changed");
    /* The change leaves the token logged out, or in, as its version likes. */
    if (*wanted != '\0' && PK11_CheckUserPassword(store->slot, wanted) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_STORE, "new password is not taken");
    g_autofree gchar *copy = *wanted != '\0' ? g_strdup(wanted) : NULL;
    forget_password(store);
    store->password = g_steal_pointer(&copy);
    return TRUE;
}
