/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-init.h"

#include <secport.h>

#include "cms-error.h"
#include "nss-scoped.h"

/* NSS asks here whenever a token wants a password. Passwords are handed in beforehand, so there is
 * never one to give, and NSS must not turn to the terminal by itself. */
static char *
refuse_password(PK11SlotInfo *slot G_GNUC_UNUSED, PRBool retry G_GNUC_UNUSED,
                void *data G_GNUC_UNUSED)
{
    return NULL;
}

/* NSS calls this for PKCS#12 friendly names and passwords. Its own converter to Unicode writes
 * big-endian already, which is what RFC 7292 §B.1 wants, so @swap_octets asks for nothing there. */
static PRBool
convert_ucs2(PRBool to_unicode, unsigned char *in, unsigned int n_in, unsigned char *out,
             unsigned int n_out_max, unsigned int *out_n, PRBool swap_octets G_GNUC_UNUSED)
{
    return PORT_UCS2_UTF8Conversion(to_unicode, in, n_in, out, n_out_max, out_n);
}

/* Which keys are too short for what is decided in this layer, the same way whatever the NSS: newer
 * ones would take the signature of an old mail by a short key for a wrong one, and not for a weak
 * one. */
#define RSA_BITS_FOR_NSS 512

gboolean
cms_init(GError **error)
{
    if (NSS_NoDB_Init(NULL) != SECSuccess ||
        NSS_OptionSet(NSS_RSA_MIN_KEY_SIZE, RSA_BITS_FOR_NSS) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot start NSS");
    PK11_SetPasswordFunc(refuse_password);
    PORT_SetUCS2_ASCIIConversionFunction(convert_ucs2);
    return TRUE;
}

gboolean
cms_shutdown(GError **error)
{
    if (NSS_Shutdown() != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_FAILED, "NSS is still in use");
    return TRUE;
}

const gchar *
cms_get_nss_version(void)
{
    return NSS_GetVersion();
}

void
cms_sha224(const guint8 *octets, gsize n_octets, guint8 out_digest[28])
{
    /* Refused only where NSS is not running: a bug of ours. */
    SECStatus status = PK11_HashBuf(SEC_OID_SHA224, out_digest, octets, (PRInt32)n_octets);
    g_assert(n_octets <= G_MAXINT32 && status == SECSuccess);
}

gchar *
cms_sha256_hex(GBytes *octets)
{
    return g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, octets);
}
