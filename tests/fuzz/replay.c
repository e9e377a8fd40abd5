/* SPDX-License-Identifier: MPL-2.0 */

/* Runs a fuzz target over its corpus, where no fuzzing engine is linked: fuzz-X FILE-OR-FOLDER… */

#include <glib.h>

#include "fuzz.h"

static gboolean
replay_file(const gchar *path, GError **error)
{
    g_autofree gchar *contents = NULL;
    gsize n_octets = 0;
    if (!g_file_get_contents(path, &contents, &n_octets, error))
        return FALSE;
    /* An exact copy, so that a sanitizer sees every octet that is read too far. */
    g_autofree guint8 *exact = g_memdup2(contents, n_octets);
    LLVMFuzzerTestOneInput(exact, n_octets);
    return TRUE;
}

static gint
replay_folder(const gchar *path, GError **error)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, error);
    if (folder == NULL)
        return -1;
    gint n_files = 0;
    for (const gchar *name = g_dir_read_name(folder); name != NULL;
         name = g_dir_read_name(folder)) {
        g_autofree gchar *file = g_build_filename(path, name, NULL);
        if (!replay_file(file, error))
            return -1;
        n_files++;
    }
    return n_files;
}

int
main(int argc, char **argv)
{
    gint n_files = 0;
    for (int i = 1; i < argc; i++) {
        g_autoptr(GError) error = NULL;
        gint n = g_file_test(argv[i], G_FILE_TEST_IS_DIR) ? replay_folder(argv[i], &error)
                                                          : (replay_file(argv[i], &error) ? 1 : -1);
        if (n < 0) {
            g_printerr("%s: %s\n", argv[i], error->message);
            return 1;
        }
        n_files += n;
    }
    LLVMFuzzerTestOneInput(NULL, 0);
    g_print("%d files replayed\n", n_files);
    return n_files > 0 ? 0 : 1;
}
