/* SPDX-License-Identifier: MPL-2.0 */

#include "body-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "op.h"

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

/* At most @n_wanted octets: the file may shrink meanwhile, and what it grows by is left. */
static GBytes *
read_all(gint fd, gsize n_wanted, const gchar *path, GError **error)
{
    g_autofree guint8 *octets = g_malloc(n_wanted + 1);
    gsize n_octets = 0;
    while (n_octets < n_wanted) {
        gssize n = read(fd, octets + n_octets, n_wanted - n_octets);
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            fail(error, path, g_strerror(errno));
            return NULL;
        }
        n_octets += (gsize)n;
    }
    return g_bytes_new_take(g_steal_pointer(&octets), n_octets);
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
        octets = read_all(fd, (gsize)facts.st_size, path, error);
    close(fd);
    return octets;
}

static gboolean
write_all(gint fd, GBytes *octets, const gchar *path, GError **error)
{
    gsize n_octets = 0, n_written = 0;
    const guint8 *data = g_bytes_get_data(octets, &n_octets);
    while (n_written < n_octets) {
        gssize n = write(fd, data + n_written, n_octets - n_written);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(error, path, g_strerror(errno));
        n_written += (gsize)n;
    }
    return fsync(fd) == 0 || errno == EINVAL ? TRUE : fail(error, path, g_strerror(errno));
}

static gboolean
write_beside(const gchar *beside, gint fd, const gchar *path, GBytes *octets, GError **error)
{
    gboolean written = write_all(fd, octets, path, error);
    if (close(fd) != 0 && written)
        written = fail(error, path, g_strerror(errno));
    if (written && rename(beside, path) != 0)
        written = fail(error, path, g_strerror(errno));
    if (!written)
        unlink(beside);
    return written;
}

gboolean
body_file_replace(const gchar *path, GBytes *octets, GError **error)
{
    if (!g_path_is_absolute(path))
        return fail(error, path, "not an absolute name");
    struct stat facts;
    if (lstat(path, &facts) == 0 && !check_owned(&facts, path, error))
        return FALSE;
    g_autofree gchar *beside = g_strconcat(path, ".XXXXXX", NULL);
    gint fd = g_mkstemp_full(beside, O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(error, path, g_strerror(errno));
    return write_beside(beside, fd, path, octets, error);
}
