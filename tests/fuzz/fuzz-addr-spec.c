/* SPDX-License-Identifier: MPL-2.0 */

#include <glib.h>
#include <string.h>

#include "addr-spec.h"
#include "fuzz.h"
#include "owner-name.h"
#include "resolver.h"

static void
check_domain(const gchar *domain)
{
    gsize n_octets = strlen(domain);
    g_assert_true(n_octets > 0 && n_octets <= 253);
    g_assert_cmpuint(strspn(domain, G_CSET_a_2_z G_CSET_A_2_Z "0123456789-_."), ==, n_octets);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    const gchar *text = octets == NULL ? "" : (const gchar *)octets;
    g_autoptr(GError) error = NULL;
    g_autoptr(AddrSpec) address = addr_spec_parse(text, (gssize)n_octets, &error);
    if (address == NULL) {
        g_assert_true(error->domain == ADDR_SPEC_ERROR);
        return 0;
    }
    g_assert_true(g_utf8_validate(address->local_part, -1, NULL));
    check_domain(address->domain);

    g_autofree gchar *written = addr_spec_to_string(address);
    g_autoptr(AddrSpec) again = addr_spec_parse(written, -1, NULL);
    g_assert_true(again != NULL && addr_spec_equal(address, again));
    g_autofree gchar *owner_name = owner_name_new(address, &error);
    if (owner_name == NULL)
        g_assert_error(error, OWNER_NAME_ERROR, OWNER_NAME_ERROR_TOO_LONG);
    else
        g_assert_true(owner_name_is_valid(owner_name) && resolver_name_is_valid(owner_name));
    return 0;
}
