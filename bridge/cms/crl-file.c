/* SPDX-License-Identifier: MPL-2.0 */

#include "crl-file.h"

#include "cms-error.h"
#include "core-limits.h"
#include "crl.h"
#include "pem.h"

/* Read and thrown away: what is handed on is known to be a list. */
static gboolean
add_crl(GPtrArray *crls, GBytes *der, GError **error)
{
    g_autoptr(Crl) crl = crl_new(der, error);
    if (crl == NULL)
        return FALSE;
    g_ptr_array_add(crls, g_bytes_ref(der));
    return TRUE;
}

static gboolean
add_blocks(GPtrArray *crls, GBytes *octets, GError **error)
{
    g_autoptr(GPtrArray) blocks = pem_parse(octets, LIMIT_CERTIFICATES, error);
    for (guint i = 0; blocks != NULL && i < blocks->len; i++) {
        const PemBlock *block = g_ptr_array_index(blocks, i);
        if (g_str_equal(block->label, "X509 CRL") && !add_crl(crls, block->octets, error))
            return FALSE;
    }
    return blocks != NULL;
}

GPtrArray *
crls_parse_file(GBytes *octets, GError **error)
{
    g_autoptr(GPtrArray) crls = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    gboolean added =
        pem_is_likely(octets) ? add_blocks(crls, octets, error) : add_crl(crls, octets, error);
    if (!added)
        return NULL;
    if (crls->len > 0)
        return g_steal_pointer(&crls);
    g_set_error_literal(error, CMS_ERROR, CMS_ERROR_MALFORMED,
                        "no certificate revocation list in the file");
    return NULL;
}
