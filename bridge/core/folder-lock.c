/* SPDX-License-Identifier: MPL-2.0 */

#include "folder-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

gint
folder_lock(const gchar *folder)
{
    gint fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
        continue;
    return fd;
}
