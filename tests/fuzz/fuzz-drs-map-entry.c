/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-init.h"
#include "core-limits.h"
#include "drs-certificate.h"
#include "drs-map-entry.h"
#include "fuzz.h"

/* The file of an entry of the map of domain controllers, and what its certificate shows. */

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    static gboolean is_ready = FALSE;
    is_ready = is_ready || cms_init(NULL);
    g_assert(is_ready);
    g_autoptr(DrsMapEntry) entry = drs_map_entry_parse((const gchar *)octets, n_octets);
    if (entry == NULL)
        return 0;
    g_autofree gchar *folded = drs_address_fold(entry->address, NULL);
    g_autofree gchar *name = drs_map_dup_file_name(folded);
    g_assert_true(drs_map_name_is_sound(name));
    gsize n_written = 0;
    g_autofree gchar *written = drs_map_entry_serialize(entry, &n_written);
    g_assert_cmpuint(n_written, <=, LIMIT_DRS_ENTRY_OCTETS);
    g_autoptr(DrsMapEntry) again = drs_map_entry_parse(written, n_written);
    g_assert_nonnull(again);
    g_assert_cmpstr(entry->address, ==, again->address);
    g_assert_cmpint(entry->origin, ==, again->origin);
    g_assert_true(entry->recorded == again->recorded);
    g_assert_true(g_bytes_equal(certificate_get_der(entry->certificate),
                                certificate_get_der(again->certificate)));
    g_autoptr(DrsCertificateFacts) facts = drs_certificate_examine(entry->certificate);
    g_assert_true((facts->guid == NULL) == ((facts->lacks & DRS_LACKS_GUID) != 0));
    g_assert_true((*facts->dns_names == NULL) == ((facts->lacks & DRS_LACKS_DNS_NAME) != 0));
    return 0;
}
