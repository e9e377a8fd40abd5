/* SPDX-License-Identifier: MPL-2.0 */

/* What a web server sends, from which a revocation list is taken. */

#include <string.h>

#include "fuzz.h"
#include "http-get.h"
#include "http-head.h"

#define MAX_OCTETS 1000u

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    g_auto(HttpHead) head = HTTP_HEAD_INIT;
    g_autoptr(GError) error = NULL;
    gsize n_head = http_head_read(octets, n_octets, &head);
    if (n_head == 0)
        return 0;
    g_assert_true(n_head <= n_octets && n_head <= HTTP_MAX_HEAD_OCTETS);
    g_assert_true(memcmp(octets + n_head - 4, "\r\n\r\n", 4) == 0);
    g_assert_true(head.n_octets >= -1 && head.n_octets <= G_MAXINT32);
    g_assert_true(head.location == NULL || strstr(head.location, "\r\n") == NULL);
    g_autoptr(GBytes) content =
        http_head_take_content(&head, octets + n_head, n_octets - n_head, MAX_OCTETS, &error);
    g_assert_true((content == NULL) == (error != NULL));
    if (content == NULL)
        return 0;
    g_assert_cmpuint(head.status, ==, 200);
    g_assert_cmpuint(g_bytes_get_size(content), <=, MIN(MAX_OCTETS, n_octets - n_head));
    g_assert_true(head.n_octets < 0 || g_bytes_get_size(content) == (gsize)head.n_octets);
    return 0;
}
