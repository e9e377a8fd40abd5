/* SPDX-License-Identifier: MPL-2.0 */

/* Landlock (Linux 5.13 and later): from now on only the files and folders below can be opened, and
 * only for reading. Folders keep what will be put there; a file that is replaced by another one is
 * another file, so nothing is named here that changes while the program runs. */

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "resolver-sandbox.h"

/* What the headers of Linux 6.1 have not yet, by version of the interface. */
#define ACCESS_REFER     (G_GUINT64_CONSTANT(1) << 13) /* 2 */
#define ACCESS_TRUNCATE  (G_GUINT64_CONSTANT(1) << 14) /* 3 */
#define ACCESS_BIND_TCP  (G_GUINT64_CONSTANT(1) << 0)  /* 4, of the network */
#define ACCESS_IOCTL_DEV (G_GUINT64_CONSTANT(1) << 15) /* 5 */
#define SCOPE_ALL        (G_GUINT64_CONSTANT(3))       /* 6: abstract UNIX sockets, signals */

/* struct landlock_ruleset_attr as of version 6; older kernels take its beginning. */
typedef struct {
    guint64 handled_access_fs;
    guint64 handled_access_net;
    guint64 scoped;
} RulesetAttributes;

#define ACCESS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

static const gchar *const always_readable[] = {
    "/usr/share/dns", /* the system's trust anchor, which each getdns context reads */
    /* authorities for TLS; not all of /etc/ssl, where private keys are */
    "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/usr/lib/ssl", "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates", "/etc/pki/tls/certs", "/etc/pki/tls/openssl.cnf",
    "/etc/pki/ca-trust/extracted",
    /* the C library's, for times and addresses as text */
    "/etc/localtime", "/usr/share/zoneinfo", "/etc/hosts", "/etc/gai.conf", "/etc/nsswitch.conf",
    "/dev/null", "/dev/urandom", "/sys/devices/system/cpu",
#if RESOLVER_SANDBOX_SANITIZER
    "/proc/self",
#endif
    NULL};

static int
make_ruleset(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1)
        return -1;
    RulesetAttributes attributes = {0};
    attributes.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1; /* all of version 1 */
    gsize n_octets = sizeof attributes.handled_access_fs;
    if (version >= 2)
        attributes.handled_access_fs |= ACCESS_REFER;
    if (version >= 3)
        attributes.handled_access_fs |= ACCESS_TRUNCATE;
    if (version >= 4) {
        attributes.handled_access_net = ACCESS_BIND_TCP;
        n_octets += sizeof attributes.handled_access_net;
    }
    if (version >= 5)
        attributes.handled_access_fs |= ACCESS_IOCTL_DEV;
    if (version >= 6) {
        attributes.scoped = SCOPE_ALL;
        n_octets += sizeof attributes.scoped;
    }
    return (int)syscall(SYS_landlock_create_ruleset, &attributes, n_octets, 0);
}

/* What is not there need not be readable. */
static gboolean
add_readable(int ruleset, const gchar *path)
{
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return TRUE;
    struct stat info;
    gboolean is_folder = fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
    struct landlock_path_beneath_attr rule = {
        .allowed_access = is_folder ? ACCESS_READ : LANDLOCK_ACCESS_FS_READ_FILE,
        .parent_fd = fd,
    };
    long result = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(fd);
    return result == 0;
}

static gboolean
add_all(int ruleset, const gchar *const *paths)
{
    for (; paths != NULL && *paths != NULL; paths++)
        if (!add_readable(ruleset, *paths))
            return FALSE;
    return TRUE;
}

gboolean
resolver_sandbox_close_files(const gchar *const *readable)
{
    int ruleset = make_ruleset();
    if (ruleset < 0)
        return FALSE;
    gboolean closed = add_all(ruleset, always_readable) && add_all(ruleset, readable) &&
                      syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    close(ruleset);
    return closed;
}
