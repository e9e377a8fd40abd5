/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

#define CMS_ERROR (cms_error_quark())
GQuark cms_error_quark(void);

typedef enum {
    CMS_ERROR_FAILED,    /* NSS failed where nothing says why; the text has NSS's own name for it */
    CMS_ERROR_MALFORMED, /* not BER or not the structure that is expected; the text says where */
    CMS_ERROR_LIMIT,     /* more or larger than a limit of core/core-limits.h */
    CMS_ERROR_CONTENT_TYPE, /* another CMS content type than asked for */
    CMS_ERROR_UNSUPPORTED,  /* algorithm or key type not known here; the text names it or its OID */
    CMS_ERROR_NOT_FOR_US,   /* no RecipientInfo names a key that is at hand */
    CMS_ERROR_DECRYPT,      /* decryption failed; never says how (padding, key, tag) */
    CMS_ERROR_CERTIFICATE,  /* a certificate does not parse, or lacks what the task needs */
    CMS_ERROR_KEY,          /* a private key does not parse or does not belong to its certificate */
    CMS_ERROR_PASSWORD,     /* wrong password for a file */
    CMS_ERROR_STORE,        /* the key store can't be opened, read or written; the text says why */
    CMS_ERROR_STORE_MISSING, /* there is no key store at that place */
    CMS_ERROR_KEY_LOCKED,    /* the key store wants its password, or got a wrong one */
    CMS_ERROR_KEY_NOT_FOUND, /* no key for that address */
    CMS_ERROR_EXISTS,        /* that certificate is in the store already */
    CMS_ERROR_AUTHORITIES,   /* the system's list of certificate authorities can't be read */
    CMS_N_ERRORS
} CmsError;

/* Sets @error with @text and NSS's name of the calling thread's last error, "…: SEC_ERROR_BAD_DER".
 * Call at once after the failing NSS function. Always returns FALSE. */
gboolean cms_set_nss_error(GError **error, CmsError code, const gchar *text);
