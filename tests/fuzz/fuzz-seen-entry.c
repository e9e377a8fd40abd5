/* SPDX-License-Identifier: MPL-2.0 */

/* The file of a certificate that was seen. */

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cms-init.h"
#include "core-limits.h"
#include "fuzz.h"
#include "seen-entry.h"

static SeenCertificate *
load(const void *octets, gsize n_octets)
{
    int fd = memfd_create("seen", MFD_CLOEXEC);
    g_assert_cmpint(fd, >=, 0);
    g_assert_true(write(fd, n_octets == 0 ? "" : octets, n_octets) == (gssize)n_octets);
    g_autofree gchar *path = g_strdup_printf("/proc/self/fd/%d", fd);
    SeenCertificate *seen = seen_certificate_load(path);
    close(fd);
    return seen;
}

static void
check_same(const SeenCertificate *a, const SeenCertificate *b)
{
    g_assert_cmpstr(a->address, ==, b->address);
    g_assert_cmpint(a->origin, ==, b->origin);
    g_assert_cmpint(a->trust, ==, b->trust);
    g_assert_true(a->message_date == b->message_date && a->recorded == b->recorded);
    g_assert_true(
        g_bytes_equal(certificate_get_der(a->certificate), certificate_get_der(b->certificate)));
    g_assert_cmpuint(a->issuers->len, ==, b->issuers->len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    static gboolean is_ready = FALSE;
    is_ready = is_ready || cms_init(NULL);
    g_assert(is_ready);
    g_autoptr(SeenCertificate) seen = load(octets, n_octets);
    if (seen == NULL)
        return 0;
    g_assert_true(seen_certificate_is_sound(seen));
    g_autofree gchar *name = seen_certificate_dup_name(seen);
    g_assert_true(seen_name_is_sound(name));
    gsize n_written = 0;
    g_autofree gchar *written = seen_certificate_serialize(seen, &n_written);
    g_assert_cmpuint(n_written, <=, LIMIT_SEEN_FILE_OCTETS);
    g_autoptr(SeenCertificate) again = load(written, n_written);
    g_assert_nonnull(again);
    check_same(seen, again);
    return 0;
}
