/* SPDX-License-Identifier: MPL-2.0 */

#include "peer.h"

#include <glib/gstdio.h>
#include <string.h>

PeerFolder *
peer_folder_new(void)
{
    g_autoptr(GError) error = NULL;
    PeerFolder *folder = g_new0(PeerFolder, 1);
    folder->path = g_dir_make_tmp("cms-XXXXXX", &error);
    g_assert_no_error(error);
    return folder;
}

static void
remove_tree(const gchar *path)
{
    g_autoptr(GDir) dir =
        g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    for (const gchar *name = dir != NULL ? g_dir_read_name(dir) : NULL; name != NULL;
         name = g_dir_read_name(dir)) {
        g_autofree gchar *inner = g_build_filename(path, name, NULL);
        remove_tree(inner);
    }
    g_remove(path);
}

void
peer_folder_free(PeerFolder *folder)
{
    if (folder == NULL)
        return;
    remove_tree(folder->path);
    g_free(folder->path);
    g_free(folder);
}

void
peer_write(const PeerFolder *folder, const gchar *name, GBytes *octets)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *path = g_build_filename(folder->path, name, NULL);
    g_file_set_contents(path, g_bytes_get_data(octets, NULL), (gssize)g_bytes_get_size(octets),
                        &error);
    g_assert_no_error(error);
}

GBytes *
peer_read(const PeerFolder *folder, const gchar *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *path = g_build_filename(folder->path, name, NULL);
    gchar *contents = NULL;
    gsize n_octets = 0;
    g_file_get_contents(path, &contents, &n_octets, &error);
    g_assert_no_error(error);
    return g_bytes_new_take(contents, n_octets);
}

gboolean
peer_try(const PeerFolder *folder, const gchar *command)
{
    g_auto(GStrv) words = g_strsplit(command, " ", -1);
    g_auto(GStrv) environment = g_get_environ();
    g_autoptr(GError) error = NULL;
    g_autofree gchar *output = NULL;
    g_autofree gchar *complaint = NULL;
    gint status = 0;
    environment = g_environ_setenv(environment, "GNUPGHOME", folder->path, TRUE);
    g_spawn_sync(folder->path, words, environment, G_SPAWN_SEARCH_PATH_FROM_ENVP, NULL, NULL,
                 &output, &complaint, &status, &error);
    g_assert_no_error(error);
    if (status != 0)
        g_test_message("%s: %d\n%s%s", command, status, output, complaint);
    return status == 0;
}

void
peer_run(const PeerFolder *folder, const gchar *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree gchar *command = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_assert_true(peer_try(folder, command));
}

KeyPair *
peer_make_key(const PeerFolder *folder, const gchar *name, const gchar *algorithm)
{
    g_autofree gchar *key_name = g_strconcat(name, ".key.pem", NULL);
    g_autofree gchar *certificate_name = g_strconcat(name, ".pem", NULL);
    peer_run(folder,
             "openssl req -x509 -newkey %s -nodes -keyout %s -out %s -subj /CN=%s -days 30 -sha256 "
             "-addext subjectAltName=email:%s@example.org "
             "-addext keyUsage=digitalSignature,keyEncipherment,keyAgreement,keyCertSign",
             algorithm, key_name, certificate_name, name, name);
    return peer_load_key(folder, name);
}

KeyPair *
peer_load_key(const PeerFolder *folder, const gchar *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *key_name = g_strconcat(name, ".key.pem", NULL);
    g_autofree gchar *certificate_name = g_strconcat(name, ".pem", NULL);
    g_autoptr(GBytes) key = peer_read(folder, key_name);
    g_autoptr(GBytes) certificate = peer_read(folder, certificate_name);
    g_autoptr(GByteArray) both = g_byte_array_new();
    g_byte_array_append(both, g_bytes_get_data(key, NULL), (guint)g_bytes_get_size(key));
    g_byte_array_append(both, g_bytes_get_data(certificate, NULL),
                        (guint)g_bytes_get_size(certificate));
    g_autoptr(GBytes) octets = g_byte_array_free_to_bytes(g_steal_pointer(&both));
    g_autoptr(KeyFile) file = key_file_parse(octets, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(file->pairs->len, ==, 1);
    return key_pair_ref(g_ptr_array_index(file->pairs, 0));
}

GPtrArray *
peer_certificates(KeyPair *const *pairs, gsize n_pairs)
{
    GPtrArray *certificates = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    for (gsize i = 0; i < n_pairs; i++)
        g_ptr_array_add(certificates, certificate_ref(key_pair_get_certificate(pairs[i])));
    return certificates;
}
