/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-init.h"

#include <stdio.h>
#include <string.h>

#include "cms-error.h"
#include "nss-scoped.h"
#include "support.h"

static void
test_version(void)
{
    guint major = 0;
    guint minor = 0;
    g_assert_cmpint(sscanf(cms_get_nss_version(), "%u.%u", &major, &minor), ==, 2);
    g_assert_true(major > 3 || (major == 3 && minor >= 87));
}

/* FIPS 180-4, "abc". */
static void
test_sha224(void)
{
    static const guint8 expected[28] = {0x23, 0x09, 0x7d, 0x22, 0x34, 0x05, 0xd8, 0x22, 0x86, 0x42,
                                        0xa4, 0x77, 0xbd, 0xa2, 0x55, 0xb3, 0x2a, 0xad, 0xbc, 0xe4,
                                        0xbd, 0xa0, 0xb3, 0xf7, 0xe3, 0x6c, 0x9d, 0xa7};
    guint8 digest[28];
    cms_sha224((const guint8 *)"abc", 3, digest);
    g_assert_true(memcmp(digest, expected, sizeof expected) == 0);
}

static void
test_sha256(void)
{
    g_autoptr(GBytes) octets = g_bytes_new_static("abc", 3);
    g_autofree gchar *hex = cms_sha256_hex(octets);
    g_assert_cmpstr(hex, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
test_nss_error(void)
{
    g_autoptr(GError) named = NULL;
    PORT_SetError(SEC_ERROR_BAD_DER);
    g_assert_false(cms_set_nss_error(&named, CMS_ERROR_FAILED, "cannot do it"));
    g_assert_error(named, CMS_ERROR, CMS_ERROR_FAILED);
    g_assert_cmpstr(named->message, ==, "cannot do it: SEC_ERROR_BAD_DER");

    g_autoptr(GError) numbered = NULL;
    PORT_SetError(123456);
    cms_set_nss_error(&numbered, CMS_ERROR_FAILED, "cannot do it");
    g_assert_cmpstr(numbered->message, ==, "cannot do it: NSS error 123456");

    g_autoptr(GError) bare = NULL;
    PORT_SetError(0);
    cms_set_nss_error(&bare, CMS_ERROR_FAILED, "cannot do it");
    g_assert_cmpstr(bare->message, ==, "cannot do it");
}

/* The promise of the header: a reference that is forgotten is found. */
static void
test_leak_is_found(void)
{
    g_autoptr(GError) error = NULL;
    PK11SlotInfo *slot = PK11_GetInternalSlot();
    SECKEYPublicKey *public_key = NULL;
    PK11RSAGenParams parameters = {2048, 65537};
    SECKEYPrivateKey *key = PK11_GenerateKeyPair(slot, CKM_RSA_PKCS_KEY_PAIR_GEN, &parameters,
                                                 &public_key, PR_FALSE, PR_FALSE, NULL);
    g_assert_nonnull(key);
    SECKEY_DestroyPrivateKey(key);
    PK11_FreeSlot(slot);

    g_assert_false(cms_shutdown(&error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "SEC_ERROR_BUSY"));
    SECKEY_DestroyPublicKey(public_key);
}

static void
test_leak(void)
{
    g_test_trap_subprocess("/cms-init/subprocess/leak", 0, 0);
    g_test_trap_assert_passed();
}

static void
test_again(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(cms_shutdown(&error));
    g_assert_true(cms_init(&error));
    g_assert_no_error(error);
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    g_test_add_func("/cms-init/version", test_version);
    g_test_add_func("/cms-init/sha224", test_sha224);
    g_test_add_func("/cms-init/sha256", test_sha256);
    g_test_add_func("/cms-init/nss-error", test_nss_error);
    g_test_add_func("/cms-init/again", test_again);
    g_test_add_func("/cms-init/leak", test_leak);
    g_test_add_func("/cms-init/subprocess/leak", test_leak_is_found);
    if (!g_test_subprocess())
        return support_run();
    /* Here the clean shutdown at the end is what is not to be. */
    return g_test_run();
}
