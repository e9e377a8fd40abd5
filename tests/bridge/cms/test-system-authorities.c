/* SPDX-License-Identifier: MPL-2.0 */

#include "system-authorities.h"

#include "cms-error.h"
#include "keystore.h"
#include "path.h"
#include "support.h"

/* NSS's list of 2022 has 100; whichever comes with the system will not be less than half of that.
 */
#define N_AT_LEAST 50

static GPtrArray *
load(void)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *authorities = system_authorities_load(NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(authorities->len, >, N_AT_LEAST);
    return authorities;
}

static void
test_list(void)
{
    g_assert_true(system_authorities_exist());
    g_autoptr(GPtrArray) authorities = load();
    g_autoptr(GHashTable) seen = g_hash_table_new(g_bytes_hash, g_bytes_equal);
    for (guint i = 0; i < authorities->len; i++) {
        const Certificate *authority = g_ptr_array_index(authorities, i);
        g_assert_true(g_hash_table_add(seen, certificate_get_der(authority)));
        g_assert_true(certificate_is_self_issued(authority));
    }
}

/* Listed with a day after which nothing counts that they issue. */
static void
test_distrusted_are_left_out(void)
{
    g_autoptr(GPtrArray) authorities = load();
    for (guint i = 0; i < authorities->len; i++) {
        const gchar *subject = certificate_get_subject(g_ptr_array_index(authorities, i));
        g_assert_null(strstr(subject, "TrustCor"));
        g_assert_null(strstr(subject, "Camerfirma SA"));
    }
}

/* Authorities that sign no mail are in the list, too. */
static void
test_only_for_mail(void)
{
    g_autoptr(GPtrArray) authorities = load();
    gboolean found = FALSE;
    for (guint i = 0; i < authorities->len; i++) {
        const gchar *subject = certificate_get_subject(g_ptr_array_index(authorities, i));
        g_assert_null(strstr(subject, "ISRG Root X1"));
        found = found || strstr(subject, "DigiCert Assured ID Root CA") != NULL;
    }
    g_assert_true(found);
}

/* An anchor is a path of itself; somebody else's certificate has none. */
static void
test_as_anchors(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autoptr(GPtrArray) authorities = load();
    gint64 now = g_get_real_time() / G_USEC_PER_SEC;
    guint n_valid = 0;
    for (guint i = 0; i < authorities->len; i++) {
        g_autoptr(PathResult) path =
            path_validate(g_ptr_array_index(authorities, i), NULL, authorities, NULL, now);
        n_valid += path->reason == REASON_NONE;
    }
    g_assert_cmpuint(n_valid, >, 20); /* the others have expired, whenever this runs */

    support_make_key(folder, "alice", "ec:P-256");
    support_self_sign(folder, "alice", "/CN=alice", "");
    g_autoptr(Certificate) alice = support_certificate(folder, "alice");
    g_autoptr(PathResult) path = path_validate(alice, NULL, authorities, NULL, now);
    g_assert_cmpint(path->reason, ==, REASON_CERTIFICATE_UNTRUSTED);
}

/* The module comes and goes beside an open key store, and from several threads. */
static gpointer
load_and_drop(G_GNUC_UNUSED gpointer data)
{
    g_autoptr(GPtrArray) authorities = load();
    return GUINT_TO_POINTER(authorities->len);
}

static void
test_again_and_at_once(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    g_autofree gchar *directory = support_path(folder, "store");
    g_autoptr(KeyStore) store = key_store_open(directory, TRUE, NULL);
    g_assert_nonnull(store);
    GThread *threads[4];
    guint n_authorities = GPOINTER_TO_UINT(load_and_drop(NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("load", load_and_drop, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_assert_cmpuint(GPOINTER_TO_UINT(g_thread_join(threads[i])), ==, n_authorities);
    g_autoptr(GPtrArray) pairs = key_store_list(store, NULL);
    g_assert_cmpuint(pairs->len, ==, 0);
}

static void
test_missing(void)
{
    g_autoptr(SupportFolder) folder = support_folder_new();
    support_save_text(folder, "text.so", "no library");
    g_autofree gchar *text = support_path(folder, "text.so");
    g_autofree gchar *absent = support_path(folder, "absent.so");
    const gchar *libraries[] = {text, absent, "", "libnssutil3.so"};
    for (gsize i = 0; i < G_N_ELEMENTS(libraries); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(system_authorities_load(libraries[i], &error));
        g_assert_error(error, CMS_ERROR, CMS_ERROR_AUTHORITIES);
        g_assert_nonnull(strstr(error->message, libraries[i]));
    }
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    g_test_add_func("/system-authorities/list", test_list);
    g_test_add_func("/system-authorities/distrusted-are-left-out", test_distrusted_are_left_out);
    g_test_add_func("/system-authorities/only-for-mail", test_only_for_mail);
    g_test_add_func("/system-authorities/as-anchors", test_as_anchors);
    g_test_add_func("/system-authorities/again-and-at-once", test_again_and_at_once);
    g_test_add_func("/system-authorities/missing", test_missing);
    return support_run();
}
