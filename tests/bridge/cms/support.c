/* SPDX-License-Identifier: MPL-2.0 */

#include "support.h"

#include <glib/gstdio.h>
#include <string.h>

#include "cms-init.h"

SupportFolder *
support_folder_new(void)
{
    g_autoptr(GError) error = NULL;
    SupportFolder *folder = g_new0(SupportFolder, 1);
    folder->path = g_dir_make_tmp("cms-test-XXXXXX", &error);
    g_assert_no_error(error);
    return folder;
}

static void
delete_folder(const gchar *path)
{
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    for (const gchar *name = directory != NULL ? g_dir_read_name(directory) : NULL; name != NULL;
         name = g_dir_read_name(directory)) {
        g_autofree gchar *entry = g_build_filename(path, name, NULL);
        if (g_file_test(entry, G_FILE_TEST_IS_DIR) && !g_file_test(entry, G_FILE_TEST_IS_SYMLINK))
            delete_folder(entry);
        else
            g_unlink(entry);
    }
    g_rmdir(path);
}

void
support_folder_free(SupportFolder *folder)
{
    delete_folder(folder->path);
    g_free(folder->path);
    g_free(folder);
}

gchar *
support_path(const SupportFolder *folder, const gchar *name)
{
    return g_build_filename(folder->path, name, NULL);
}

GBytes *
support_load(const SupportFolder *folder, const gchar *name)
{
    g_autofree gchar *path = support_path(folder, name);
    g_autoptr(GError) error = NULL;
    gchar *contents = NULL;
    gsize n_octets = 0;
    g_file_get_contents(path, &contents, &n_octets, &error);
    g_assert_no_error(error);
    return g_bytes_new_take(contents, n_octets);
}

void
support_save(const SupportFolder *folder, const gchar *name, GBytes *octets)
{
    g_autofree gchar *path = support_path(folder, name);
    g_autoptr(GError) error = NULL;
    g_file_set_contents(path, g_bytes_get_data(octets, NULL), (gssize)g_bytes_get_size(octets),
                        &error);
    g_assert_no_error(error);
}

void
support_save_text(const SupportFolder *folder, const gchar *name, const gchar *text)
{
    g_autoptr(GBytes) octets = g_bytes_new(text, strlen(text));
    support_save(folder, name, octets);
}

static gboolean
run_openssl(const SupportFolder *folder, const gchar *command, gchar **out_text)
{
    g_autofree gchar *line = g_strconcat("openssl ", command, NULL);
    g_auto(GStrv) words = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree gchar *out = NULL;
    g_autofree gchar *err = NULL;
    gint status = 0;

    g_shell_parse_argv(line, NULL, &words, &error);
    g_assert_no_error(error);
    g_spawn_sync(folder->path, words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status,
                 &error);
    g_assert_no_error(error);
    *out_text = g_strconcat(out, err, NULL);
    return g_spawn_check_wait_status(status, NULL);
}

gchar *
support_openssl(const SupportFolder *folder, const gchar *command)
{
    gchar *text = NULL;
    if (!run_openssl(folder, command, &text))
        g_error("openssl %s: %s", command, text);
    return text;
}

gboolean
support_openssl_accepts(const SupportFolder *folder, const gchar *command)
{
    g_autofree gchar *text = NULL;
    gboolean accepts = run_openssl(folder, command, &text);
    g_test_message("openssl %s: %s", command, text);
    return accepts;
}

static void openssl(const SupportFolder *folder, const gchar *format, ...) G_GNUC_PRINTF(2, 3);

static void
openssl(const SupportFolder *folder, const gchar *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree gchar *command = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree gchar *text = support_openssl(folder, command);
    g_test_message("openssl %s: %s", command, text);
}

void
support_make_key(const SupportFolder *folder, const gchar *name, const gchar *algorithm)
{
    g_auto(GStrv) parts = g_strsplit(algorithm, ":", 2);

    if (g_str_has_prefix(parts[0], "rsa"))
        openssl(folder, "genpkey -algorithm %s -pkeyopt rsa_keygen_bits:%s -out %s.key", parts[0],
                parts[1], name);
    else if (g_str_equal(parts[0], "ec"))
        openssl(folder, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:%s -out %s.key", parts[1],
                name);
    else
        openssl(folder, "genpkey -algorithm %s -out %s.key", parts[0], name);
}

static void
write_configuration(const SupportFolder *folder, const gchar *name, const gchar *extensions)
{
    g_autofree gchar *file = g_strconcat(name, ".cnf", NULL);
    g_autofree gchar *text =
        g_strconcat("[req]\ndistinguished_name = dn\nstring_mask = utf8only\nutf8 = yes\n[dn]\n",
                    "[ext]\n", extensions, "\n", NULL);
    support_save_text(folder, file, text);
}

void
support_self_sign(const SupportFolder *folder, const gchar *name, const gchar *subject,
                  const gchar *extensions)
{
    write_configuration(folder, name, extensions);
    openssl(folder, "req -x509 -utf8 -config %s.cnf %s -key %s.key -subj '%s' -days 30 -out %s.pem",
            name, *extensions != '\0' ? "-extensions ext" : "", name, subject, name);
}

void
support_issue(const SupportFolder *folder, const gchar *name, const gchar *issuer,
              const gchar *subject, const gchar *extensions)
{
    write_configuration(folder, name, extensions);
    openssl(folder, "req -new -utf8 -config %s.cnf -key %s.key -subj '%s' -out %s.csr", name, name,
            subject, name);
    openssl(folder,
            "x509 -req -in %s.csr -CA %s.pem -CAkey %s.key -CAcreateserial -days 30 "
            "-extfile %s.cnf -extensions ext -out %s.pem",
            name, issuer, issuer, name, name);
}

Certificate *
support_certificate(const SupportFolder *folder, const gchar *name)
{
    g_autofree gchar *file = g_strconcat(name, ".pem", NULL);
    g_autoptr(GBytes) octets = support_load(folder, file);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) certificates = certificates_parse_file(octets, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(certificates->len, ==, 1);
    return certificate_ref(g_ptr_array_index(certificates, 0));
}

void
support_init(int *argc, char ***argv)
{
    g_autoptr(GError) error = NULL;
    g_test_init(argc, argv, NULL);
    cms_init(&error);
    g_assert_no_error(error);
}

void
support_shutdown(void)
{
    g_autoptr(GError) error = NULL;
    cms_shutdown(&error);
    g_assert_no_error(error);
}

int
support_run(void)
{
    int status = g_test_run();
    support_shutdown();
    return status;
}
