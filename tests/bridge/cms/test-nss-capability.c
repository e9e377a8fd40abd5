/* SPDX-License-Identifier: MPL-2.0 */

#include "nss-capability.h"

#include "cms-error.h"
#include "nss-scoped.h"
#include "support.h"

/* What the program can't do without is in every NSS that it runs with. */
static void
test_always(void)
{
    static const NssCapability needed[] = {
        NSS_CAPABILITY_RSA_PSS, NSS_CAPABILITY_RSA_OAEP, NSS_CAPABILITY_ECDH,
        NSS_CAPABILITY_X25519,  NSS_CAPABILITY_HKDF,     NSS_CAPABILITY_AES_KEY_WRAP,
        NSS_CAPABILITY_AES_CBC, NSS_CAPABILITY_AES_GCM,
    };
    for (gsize i = 0; i < G_N_ELEMENTS(needed); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_true(nss_capability_is_there(needed[i]));
        g_assert_true(nss_capability_require(needed[i], &error));
        g_assert_no_error(error);
    }
}

static void
test_names(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < NSS_N_CAPABILITIES; i++)
        g_assert_true(g_hash_table_add(seen, (gpointer)nss_capability_to_string((NssCapability)i)));
    g_assert_cmpstr(nss_capability_to_string(NSS_CAPABILITY_ED25519), ==, "ed25519");
}

/* Ed25519 came with NSS 3.110, and was left out of none of the builds that are tried. */
static void
test_ed25519(void)
{
    g_autoptr(GError) error = NULL;
    gboolean is_young = NSS_VersionCheck("3.110");
    g_test_message("NSS %s", NSS_GetVersion());
    g_assert_cmpint(nss_capability_is_there(NSS_CAPABILITY_ED25519), ==, is_young);
    g_assert_cmpint(nss_capability_require(NSS_CAPABILITY_ED25519, &error), ==, is_young);
    if (is_young) {
        g_assert_no_error(error);
        return;
    }
    g_autofree gchar *expected =
        g_strdup_printf("Ed25519 needs NSS 3.110 or later; here is %s", NSS_GetVersion());
    g_assert_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED);
    g_assert_cmpstr(error->message, ==, expected);
}

static void
test_explain_others(void)
{
    g_autofree gchar *none = nss_capability_explain(NSS_CAPABILITY_AES_CCM);
    g_autofree gchar *left_out = nss_capability_explain(NSS_CAPABILITY_RC2);
    g_autofree gchar *expected_none =
        g_strdup_printf("AES-CCM is in no NSS so far; here is %s", NSS_GetVersion());
    g_autofree gchar *expected_left_out =
        g_strdup_printf("RC2 is not in the NSS that is here, %s", NSS_GetVersion());
    g_assert_cmpstr(none, ==, expected_none);
    g_assert_cmpstr(left_out, ==, expected_left_out);
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    g_test_add_func("/nss-capability/always", test_always);
    g_test_add_func("/nss-capability/names", test_names);
    g_test_add_func("/nss-capability/ed25519", test_ed25519);
    g_test_add_func("/nss-capability/explain-others", test_explain_others);
    return support_run();
}
