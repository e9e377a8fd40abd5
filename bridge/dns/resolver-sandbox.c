/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-sandbox.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "resolver-limits.h"

gboolean
resolver_sandbox_drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return syscall(SYS_capset, &header, none) == 0;
}

guint
resolver_sandbox_enter(const gchar *const *readable)
{
    guint isolation = RESOLVER_ISOLATION_LIMITS;
    if (resolver_limits_close_memory())
        isolation |= RESOLVER_ISOLATION_MEMORY;
    if (resolver_sandbox_drop_capabilities())
        isolation |= RESOLVER_ISOLATION_CAPABILITIES;
    if (resolver_sandbox_close_files(readable))
        isolation |= RESOLVER_ISOLATION_FILES;
    if (resolver_sandbox_close_calls())
        isolation |= RESOLVER_ISOLATION_CALLS;
    if (RESOLVER_SANDBOX_SANITIZER)
        isolation |= RESOLVER_ISOLATION_SANITIZER;
    return isolation;
}
