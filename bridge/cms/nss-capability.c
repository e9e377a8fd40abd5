/* SPDX-License-Identifier: MPL-2.0 */

#include "nss-capability.h"

#include "cms-error.h"
#include "nss-scoped.h"

typedef struct {
    const gchar *name;
    const gchar *title;
    const gchar *since; /* the first NSS with it; NULL: none so far */
    CK_MECHANISM_TYPE mechanism;
} CapabilityRow;

/* Mechanisms that are younger than 3.87 are of PKCS#11 3.0, whose numbers its headers have. */
static const CapabilityRow rows[NSS_N_CAPABILITIES] = {
    [NSS_CAPABILITY_RSA_PSS] = {"rsa-pss", "RSA-PSS", "3.87", CKM_RSA_PKCS_PSS},
    [NSS_CAPABILITY_RSA_OAEP] = {"rsa-oaep", "RSA-OAEP", "3.87", CKM_RSA_PKCS_OAEP},
    [NSS_CAPABILITY_ECDH] = {"ecdh", "ECDH", "3.87", CKM_ECDH1_DERIVE},
    [NSS_CAPABILITY_ED25519] = {"ed25519", "Ed25519", "3.110", CKM_EDDSA},
    /* By the older name of its curve (x25519.h), with the mechanism of all curves. */
    [NSS_CAPABILITY_X25519] = {"x25519", "X25519", "3.87", CKM_ECDH1_DERIVE},
    [NSS_CAPABILITY_HKDF] = {"hkdf", "HKDF", "3.87", CKM_HKDF_DERIVE},
    [NSS_CAPABILITY_AES_KEY_WRAP] = {"aes-key-wrap", "AES key wrap", "3.87", CKM_NSS_AES_KEY_WRAP},
    [NSS_CAPABILITY_AES_CBC] = {"aes-cbc", "AES-CBC", "3.87", CKM_AES_CBC},
    [NSS_CAPABILITY_AES_GCM] = {"aes-gcm", "AES-GCM", "3.87", CKM_AES_GCM},
    [NSS_CAPABILITY_AES_CCM] = {"aes-ccm", "AES-CCM", NULL, CKM_AES_CCM},
    [NSS_CAPABILITY_CHACHA20_POLY1305] = {"chacha20-poly1305", "ChaCha20-Poly1305", "3.87",
                                          CKM_CHACHA20_POLY1305},
    [NSS_CAPABILITY_3DES] = {"3des", "3DES", "3.87", CKM_DES3_CBC},
    [NSS_CAPABILITY_RC2] = {"rc2", "RC2", "3.87", CKM_RC2_CBC},
    [NSS_CAPABILITY_DES] = {"des", "DES", "3.87", CKM_DES_CBC},
};

const gchar *
nss_capability_to_string(NssCapability capability)
{
    g_assert(capability < NSS_N_CAPABILITIES);
    return rows[capability].name;
}

gboolean
nss_capability_is_known(NssCapability capability)
{
    g_assert(capability < NSS_N_CAPABILITIES);
    return rows[capability].since != NULL;
}

gboolean
nss_capability_is_there(NssCapability capability)
{
    g_assert(capability < NSS_N_CAPABILITIES);
    g_autoptr(PK11SlotInfo) slot = PK11_GetInternalSlot();
    return slot != NULL && PK11_DoesMechanism(slot, rows[capability].mechanism);
}

gchar *
nss_capability_explain(NssCapability capability)
{
    g_assert(capability < NSS_N_CAPABILITIES);
    const CapabilityRow *row = &rows[capability];
    const gchar *here = NSS_GetVersion();

    if (row->since == NULL)
        return g_strdup_printf("%s is in no NSS so far; here is %s", row->title, here);
    /* A build that leaves things out may be young enough. */
    if (NSS_VersionCheck(row->since))
        return g_strdup_printf("%s is not in the NSS that is here, %s", row->title, here);
    return g_strdup_printf("%s needs NSS %s or later; here is %s", row->title, row->since, here);
}

gboolean
nss_capability_require(NssCapability capability, GError **error)
{
    if (nss_capability_is_there(capability))
        return TRUE;
    g_autofree gchar *text = nss_capability_explain(capability);
    g_set_error_literal(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED, text);
    return FALSE;
}
