/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

#define DRS_ERROR (drs_error_quark())
GQuark drs_error_quark(void);

/* Section numbers are those of [MS-SRPL]. What is wrong with CMS, keys or the key store stays a
 * CMS_ERROR, with an address an ADDR_SPEC_ERROR. */
typedef enum {
    DRS_ERROR_FRAME,     /* a check of §3.3.5.6 failed; the text begins with its name */
    DRS_ERROR_SETTINGS,  /* no frame or message can be made of what was asked for */
    DRS_ERROR_MAIL,      /* the mail is not as §3.3.5.1 wants it; the text says what */
    DRS_ERROR_MALFORMED, /* not PKCS #7 SignedData as §3.3.5.3 wants it; the text says where */
    DRS_ERROR_NO_ENTRY,  /* the map has no certificate for that address (§3.2.4.3) */
    DRS_ERROR_REQUEST_ENCRYPTED, /* §3.2.4.3: requests never are */
    DRS_ERROR_RESPONSE_PLAIN,    /* … and responses always */
    DRS_ERROR_SIGNATURE,         /* it does not hold (§3.3.5.3) */
    DRS_ERROR_CERTIFICATE_MISSING,
    DRS_ERROR_CERTIFICATES,   /* more than one where one is wanted */
    DRS_ERROR_NOT_CONTROLLER, /* a certificate that is not as §2.3 wants it; the text says what */
    DRS_ERROR_UNTRUSTED,      /* not, or not now, of the common authority (§3.1.3) */
    DRS_ERROR_NOT_PINNED,     /* not the map's for that address */
    DRS_ERROR_AUTHORITY,      /* what was given as the common authority is not one alone */
    DRS_ERROR_ALGORITHM,      /* neither of the two (§2.3); the text names it */
    DRS_ERROR_LEGACY,         /* MD5 or RC4, which have not been allowed */
    DRS_ERROR_MAP,            /* the map can't be read or written; the text says why */
    DRS_ERROR_MAP_FULL,       /* LIMIT_DRS_MAP_ENTRIES, and none may go */
    DRS_N_ERRORS
} DrsError;
