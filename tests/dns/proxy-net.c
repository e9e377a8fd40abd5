/* SPDX-License-Identifier: MPL-2.0 */
#include "proxy-net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define THIS_NET "/proc/self/ns/net"

static gboolean
add_address(int fd, guint index, const gchar *text)
{
    struct ifreq request = {0};
    struct sockaddr_in address = {.sin_family = AF_INET};
    g_snprintf(request.ifr_name, sizeof request.ifr_name, "lo:%u", index + 1);
    if (inet_pton(AF_INET, text, &address.sin_addr) != 1)
        return FALSE;
    memcpy(&request.ifr_addr, &address, sizeof address);
    return ioctl(fd, SIOCSIFADDR, &request) == 0;
}

/* In the namespace in which this runs. */
static gboolean
raise_loopback(const gchar *const *addresses)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return FALSE;
    gboolean good = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    for (guint i = 0; good && addresses[i] != NULL; i++)
        good = add_address(fd, i, addresses[i]);
    close(fd);
    return good;
}

int
proxy_net_new(const gchar *const *addresses, GError **error)
{
    int home = open(THIS_NET, O_RDONLY | O_CLOEXEC);
    int net = -1;
    gboolean good = FALSE;
    if (home >= 0 && unshare(CLONE_NEWNET) == 0) {
        net = open(THIS_NET, O_RDONLY | O_CLOEXEC);
        good = net >= 0 && raise_loopback(addresses);
    }
    if (!good)
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "no network namespace: %s",
                    g_strerror(errno));
    if (home < 0 || setns(home, CLONE_NEWNET) != 0)
        g_error("no way back into the network namespace: %s", g_strerror(errno));
    close(home);
    if (!good && net >= 0)
        close(net);
    return good ? net : -1;
}

int
proxy_net_socket(int net, int type)
{
    if (net < 0)
        return socket(AF_INET, type, 0);
    int home = open(THIS_NET, O_RDONLY | O_CLOEXEC);
    int fd = home >= 0 && setns(net, CLONE_NEWNET) == 0 ? socket(AF_INET, type, 0) : -1;
    if (home < 0 || setns(home, CLONE_NEWNET) != 0)
        g_error("no way back into the network namespace: %s", g_strerror(errno));
    close(home);
    return fd;
}
