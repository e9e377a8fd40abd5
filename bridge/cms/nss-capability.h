/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* What the NSS that this process runs with can do. The version that the program was built with says
 * nothing: one program runs with every NSS from 3.87 on, and a vendor may have left things out. So
 * the library is asked, each time, for the mechanism that the algorithm stands on. */
typedef enum {
    NSS_CAPABILITY_RSA_PSS,
    NSS_CAPABILITY_RSA_OAEP,
    NSS_CAPABILITY_ECDH,    /* with the KDF of X9.63 */
    NSS_CAPABILITY_ED25519, /* RFC 8419 */
    NSS_CAPABILITY_X25519,  /* RFC 8418 */
    NSS_CAPABILITY_HKDF,
    NSS_CAPABILITY_AES_KEY_WRAP,
    NSS_CAPABILITY_AES_CBC,
    NSS_CAPABILITY_AES_GCM,
    NSS_CAPABILITY_AES_CCM,
    NSS_CAPABILITY_CHACHA20_POLY1305,
    NSS_CAPABILITY_3DES,
    NSS_CAPABILITY_RC2,
    NSS_CAPABILITY_DES,
    NSS_N_CAPABILITIES
} NssCapability;

/* "ed25519", "aes-gcm", … for JSON. */
const gchar *nss_capability_to_string(NssCapability capability);

/* Whether any NSS has it; of AES-CCM only the name is known. */
gboolean nss_capability_is_known(NssCapability capability);

/* After cms_init(). */
gboolean nss_capability_is_there(NssCapability capability);

/* For people, of one that is not there: "Ed25519 needs NSS 3.110 or later; here is 3.87.1". */
gchar *nss_capability_explain(NssCapability capability) G_GNUC_WARN_UNUSED_RESULT;

/* Whether it is there; CMS_ERROR_UNSUPPORTED with that text if not. */
gboolean nss_capability_require(NssCapability capability, GError **error);
