/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-init.h"
#include "der-writer.h"
#include "fuzz.h"
#include "key-file-private.h"

/* The files of the corpus want no more; what asks for millions would only take time. */
#define ROUNDS_MAX 5000

static void
import(GBytes *file)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(KeyFileParts) parts = key_file_read(file, "test", ROUNDS_MAX, &error);
    g_assert_true((parts == NULL) == (error != NULL));
    g_autoptr(GPtrArray) matches = parts != NULL ? key_file_match(parts, NULL) : NULL;
}

/* A PFX (RFC 7292 §4) without a MAC round @safe, which no wrong MAC then hides. */
static GBytes *
wrap_authenticated_safe(GBytes *safe)
{
    g_autoptr(DerNode) pfx = der_node_new(BER_SEQUENCE);
    der_add_small(pfx, 3);
    DerNode *info = der_add(pfx, BER_SEQUENCE);
    der_add_oid(info, OID_DATA);
    der_add_bytes(der_add(info, BER_CONTEXT_CONSTRUCTED(0)), BER_OCTET_STRING, safe);
    return der_node_serialize(pfx);
}

/* AuthenticatedSafe with these SafeContents, not encrypted. */
static GBytes *
wrap_safe_contents(GBytes *contents)
{
    g_autoptr(DerNode) safes = der_node_new(BER_SEQUENCE);
    DerNode *info = der_add(safes, BER_SEQUENCE);
    der_add_oid(info, OID_DATA);
    der_add_bytes(der_add(info, BER_CONTEXT_CONSTRUCTED(0)), BER_OCTET_STRING, contents);
    return der_node_serialize(safes);
}

/* The first octet says what the others are: a file, what its MAC is over, or its bags. */
int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    static gboolean is_ready = FALSE;
    if (!is_ready)
        is_ready = cms_init(NULL);
    if (n_octets == 0)
        return 0;

    g_autoptr(GBytes) input = g_bytes_new(octets + 1, n_octets - 1);
    g_autoptr(GBytes) safe = octets[0] == 'b' ? wrap_safe_contents(input) : g_bytes_ref(input);
    g_autoptr(GBytes) file =
        octets[0] == 'b' || octets[0] == 's' ? wrap_authenticated_safe(safe) : g_bytes_ref(input);
    import(file);
    return 0;
}
