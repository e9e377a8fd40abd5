/* SPDX-License-Identifier: MPL-2.0 */

#include <gio/gio.h>
#include <string.h>

#include "fuzz.h"
#include "resolver.h"
#include "root-hints.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    g_autoptr(GError) error = NULL;
    const gchar *text = octets == NULL ? "" : (const gchar *)octets;
    g_auto(GStrv) addresses = root_hints_parse(text, n_octets, "file", &error);
    if (addresses == NULL) {
        g_assert_error(error, DNS_ERROR, DNS_ERROR_SERVER);
        g_assert_true(g_utf8_validate(error->message, -1, NULL));
        return 0;
    }
    g_assert_null(memchr(text, '\0', n_octets));
    g_assert_cmpuint(g_strv_length(addresses), >, 0);
    g_assert_cmpuint(g_strv_length(addresses), <=, ROOT_HINTS_MAX_ADDRESSES);
    for (gchar **address = addresses; *address != NULL; address++)
        g_assert_true(g_hostname_is_ip_address(*address));
    return 0;
}
