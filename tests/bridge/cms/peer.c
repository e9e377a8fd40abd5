/* SPDX-License-Identifier: MPL-2.0 */

#include "peer.h"

gboolean
peer_try(const SupportFolder *folder, const gchar *command)
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
peer_run(const SupportFolder *folder, const gchar *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree gchar *command = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_assert_true(peer_try(folder, command));
}

KeyPair *
peer_make_key(const SupportFolder *folder, const gchar *name, const gchar *algorithm)
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
peer_load_key(const SupportFolder *folder, const gchar *name)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *key_name = g_strconcat(name, ".key.pem", NULL);
    g_autofree gchar *certificate_name = g_strconcat(name, ".pem", NULL);
    g_autoptr(GBytes) key = support_load(folder, key_name);
    g_autoptr(GBytes) certificate = support_load(folder, certificate_name);
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
peer_pair_alone(KeyPair *pair)
{
    GPtrArray *pairs = g_ptr_array_new();
    g_ptr_array_add(pairs, pair);
    return pairs;
}

GPtrArray *
peer_certificates(KeyPair *const *pairs, gsize n_pairs)
{
    GPtrArray *certificates = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    for (gsize i = 0; i < n_pairs; i++)
        g_ptr_array_add(certificates, certificate_ref(key_pair_get_certificate(pairs[i])));
    return certificates;
}
