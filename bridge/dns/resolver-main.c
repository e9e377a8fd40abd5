/* SPDX-License-Identifier: MPL-2.0 */

/* dane-smime-resolver: looks up and validates DNS records for the program that started it, over the
 * socket that it finds at RESOLVER_WIRE_FD (resolver-wire.h). Ends when that closes. */

#include <stdlib.h>
#include <sys/stat.h>

#include "resolver-limits.h"
#include "resolver-service.h"
#include "resolver-wire.h"

#define EXIT_USAGE 2

static gboolean
has_socket(void)
{
    struct stat info;
    return fstat(RESOLVER_WIRE_FD, &info) == 0 && S_ISSOCK(info.st_mode);
}

int
main(void)
{
    g_autoptr(GError) error = NULL;
    resolver_limits_init();
    g_autoptr(GSocket) socket =
        has_socket() ? g_socket_new_from_fd(RESOLVER_WIRE_FD, &error) : NULL;
    if (socket == NULL) {
        g_printerr("dane-smime-resolver: started by dane-smime and dane-smime-host, "
                   "not by hand\n");
        return EXIT_USAGE;
    }
    g_socket_set_blocking(socket, FALSE);
    resolver_service_run(socket);
    return EXIT_SUCCESS;
}
