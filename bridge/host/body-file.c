/* SPDX-License-Identifier: MPL-2.0 */

#include "body-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "octet-spool.h"
#include "op.h"

/* Where a file without a name can be taken hold of. */
#define DESCRIPTORS "/proc/self/fd/"
#define NAME_TRIES  100

static gboolean
fail(GError **error, const gchar *path, const gchar *why)
{
    g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_FILE, "file %s: %s", path, why);
    return FALSE;
}

static gboolean
check_owned(const struct stat *facts, const gchar *path, GError **error)
{
    if (!S_ISREG(facts->st_mode))
        return fail(error, path, "not a regular file");
    if (facts->st_uid != geteuid())
        return fail(error, path, "belongs to another user");
    if (facts->st_nlink > 1)
        return fail(error, path, "has a second name (hard link)");
    return TRUE;
}

static gboolean
check_size(const struct stat *facts, const gchar *path, gsize max_octets, GError **error)
{
    if ((guint64)facts->st_size <= max_octets)
        return TRUE;
    g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_TOO_LARGE,
                "file %s: %" G_GINT64_FORMAT " octets (at most %" G_GSIZE_FORMAT ")", path,
                (gint64)facts->st_size, max_octets);
    return FALSE;
}

static GBytes *
read_all(gint fd, gsize max_octets, const gchar *path, GError **error)
{
    g_autoptr(GError) problem = NULL;
    GBytes *octets = octets_collect(fd, max_octets, &problem);
    if (octets != NULL)
        return octets;
    if (g_error_matches(problem, OCTET_ERROR, OCTET_ERROR_LIMIT))
        g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_TOO_LARGE, "file %s: %s", path,
                    problem->message);
    else
        fail(error, path, problem->message);
    return NULL;
}

GBytes *
body_file_read(const gchar *path, gsize max_octets, GError **error)
{
    if (!g_path_is_absolute(path)) {
        fail(error, path, "not an absolute name");
        return NULL;
    }
    /* O_NONBLOCK: opening a FIFO must not wait for its writer. */
    gint fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        fail(error, path, errno == ELOOP ? "is a symbolic link" : g_strerror(errno));
        return NULL;
    }
    struct stat facts;
    GBytes *octets = NULL;
    if (fstat(fd, &facts) != 0)
        fail(error, path, g_strerror(errno));
    else if (check_owned(&facts, path, error) && check_size(&facts, path, max_octets, error))
        octets = read_all(fd, max_octets, path, error);
    close(fd);
    return octets;
}

/* A file that is being written. */
typedef struct {
    const gchar *path; /* what it is to replace */
    gint fd;
    gchar *name; /* NULL: it has none yet */
} Unfinished;

/* The name of one that has a name. */
static _Atomic(gchar *) unfinished_name;

void
body_file_remove_unfinished(void)
{
    const gchar *name = atomic_load(&unfinished_name);
    if (name != NULL)
        unlink(name);
}

static void
forget_name(Unfinished *file)
{
    gchar *name = file->name;
    atomic_compare_exchange_strong(&unfinished_name, &name, NULL);
    g_clear_pointer(&file->name, g_free);
}

static void
unfinished_clear(Unfinished *file)
{
    if (file->fd >= 0)
        close(file->fd);
    if (file->name == NULL)
        return;
    unlink(file->name);
    forget_name(file);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Unfinished, unfinished_clear)

static void
take_name(Unfinished *file, gchar *name)
{
    file->name = name;
    atomic_store(&unfinished_name, name);
}

/* Beside the file that it is to replace, without a name where the file system has such and /proc is
 * there to give it one. */
static gboolean
open_beside(Unfinished *file, GError **error)
{
    g_autofree gchar *folder = g_path_get_dirname(file->path);
    if (access(DESCRIPTORS, X_OK) == 0)
        file->fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file->fd >= 0)
        return TRUE;
    g_autofree gchar *name = g_strconcat(file->path, ".XXXXXX", NULL);
    file->fd = g_mkstemp_full(name, O_RDWR | O_CLOEXEC, 0600);
    if (file->fd < 0)
        return fail(error, file->path, g_strerror(errno));
    take_name(file, g_steal_pointer(&name));
    return TRUE;
}

static gboolean
write_piece(const guint8 *octets, gsize n_octets, gpointer user_data, GError **error)
{
    const Unfinished *file = user_data;
    return octets_write(file->fd, octets, n_octets) || fail(error, file->path, g_strerror(errno));
}

/* A name that nobody has, for the moment before it replaces the other. */
static gboolean
give_name(Unfinished *file, GError **error)
{
    g_autofree gchar *descriptor = g_strdup_printf(DESCRIPTORS "%d", file->fd);
    for (guint i = 0; i < NAME_TRIES; i++) {
        g_autofree gchar *name = g_strdup_printf("%s.%08x", file->path, g_random_int());
        if (linkat(AT_FDCWD, descriptor, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0) {
            take_name(file, g_steal_pointer(&name));
            return TRUE;
        }
        if (errno != EEXIST)
            break;
    }
    return fail(error, file->path, g_strerror(errno));
}

static gboolean
put_in_place(Unfinished *file, GError **error)
{
    if (fsync(file->fd) != 0 && errno != EINVAL)
        return fail(error, file->path, g_strerror(errno));
    if (file->name == NULL && !give_name(file, error))
        return FALSE;
    if (rename(file->name, file->path) != 0)
        return fail(error, file->path, g_strerror(errno));
    forget_name(file);
    return TRUE;
}

gboolean
body_file_replace(const gchar *path, const OctetSource *octets, GError **error)
{
    if (!g_path_is_absolute(path))
        return fail(error, path, "not an absolute name");
    struct stat facts;
    if (lstat(path, &facts) == 0 && !check_owned(&facts, path, error))
        return FALSE;
    g_auto(Unfinished) file = {.path = path, .fd = -1};
    return open_beside(&file, error) && octet_source_read(octets, write_piece, &file, error) &&
           put_in_place(&file, error);
}
