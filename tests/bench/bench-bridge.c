/* SPDX-License-Identifier: MPL-2.0 */

#include "bench-bridge.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "cms-init.h"
#include "enveloped-data.h"
#include "keystore.h"
#include "signed-data.h"

/* The bridge's own CMS layer, with what an operation has before it begins: keys and certificates
 * that are read already. */

typedef struct {
    const BenchTask *task;
    OctetSource *content; /* the task's */
    KeyPair *pair;
    EnvelopeKeys *keys;      /* the same */
    GPtrArray *certificates; /* (element-type Certificate): of the recipients, or the signer's */
    gsize n_read;            /* of what comes out */
} Way;

void
bridge_check(gboolean good, const gchar *what, const GError *error)
{
    if (good)
        return;
    g_printerr("cms-bench: %s: %s\n", what, error != NULL ? error->message : "failed");
    exit(1);
}

static gchar *store_folder;
static KeyStore *store;

void
bridge_start(const BenchMaterial *material)
{
    g_autoptr(GError) error = NULL;
    bridge_check(cms_init(&error), "NSS", error);
    store_folder = g_dir_make_tmp("cms-bench-XXXXXX", &error);
    bridge_check(store_folder != NULL, "temporary folder", error);
    store = key_store_open(store_folder, TRUE, &error);
    bridge_check(store != NULL, "key store", error);
    for (BenchKey key = 0; key < BENCH_N_KEYS; key++) {
        g_autoptr(KeyFile) file = key_file_parse(material->key_files[key], NULL, &error);
        bridge_check(file != NULL && key_store_import(store, file, &error) == 1, "import", error);
    }
}

static void
remove_folder(const gchar *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const gchar *name = NULL;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree gchar *file = g_build_filename(path, name, NULL);
        g_unlink(file);
    }
    g_rmdir(path);
}

void
bridge_end(void)
{
    g_clear_pointer(&store, key_store_unref);
    remove_folder(store_folder);
    g_clear_pointer(&store_folder, g_free);
    g_autoptr(GError) error = NULL;
    bridge_check(cms_shutdown(&error), "end of NSS", error);
}

static KeyPair *
find_stored(CertificateKeyType type)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) pairs = key_store_list(store, &error);
    bridge_check(pairs != NULL, "key store", error);
    for (guint i = 0; i < pairs->len; i++) {
        KeyPair *pair = g_ptr_array_index(pairs, i);
        if (certificate_get_key_type(key_pair_get_certificate(pair)) == type)
            return key_pair_ref(pair);
    }
    g_assert_not_reached();
}

KeyPair *
bridge_find_pair(const BenchTask *task)
{
    g_autoptr(GError) error = NULL;
    BenchKey key = task->row.key;
    if (task->row.stored)
        return find_stored(key == BENCH_RSA_2048 ? KEY_TYPE_RSA : KEY_TYPE_EC);
    g_autoptr(KeyFile) file = key_file_parse(task->material->key_files[key], NULL, &error);
    bridge_check(file != NULL, "key file", error);
    return key_pair_ref(g_ptr_array_index(file->pairs, 0));
}

gpointer
bridge_way_new(const BenchTask *task)
{
    g_autoptr(GError) error = NULL;
    const GPtrArray *all = task->material->certificates[task->row.key];
    Way *way = g_new0(Way, 1);
    way->task = task;
    way->pair = bridge_find_pair(task);
    way->content = octet_source_new_bytes(task->content);
    GPtrArray *pairs = g_ptr_array_new_with_free_func((GDestroyNotify)key_pair_unref);
    g_ptr_array_add(pairs, key_pair_ref(way->pair));
    way->keys = envelope_keys_new(pairs, NULL);
    way->certificates = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    for (guint i = all->len - MAX(task->row.n_recipients, 1); i < all->len; i++) {
        Certificate *certificate = certificate_new(g_ptr_array_index(all, i), &error);
        bridge_check(certificate != NULL, "certificate", error);
        g_ptr_array_add(way->certificates, certificate);
    }
    return way;
}

void
bridge_way_free(gpointer data)
{
    Way *way = data;
    key_pair_unref(way->pair);
    envelope_keys_free(way->keys);
    g_ptr_array_unref(way->certificates);
    octet_source_unref(way->content);
    g_free(way);
}

static gboolean
take(const guint8 *octets, gsize n_octets, gpointer user_data, GError **error G_GNUC_UNUSED)
{
    Way *way = user_data;
    if (way->task->out != NULL) {
        bridge_check(n_octets <= way->task->n_out - way->n_read, "room", NULL);
        memcpy(way->task->out + way->n_read, octets, n_octets);
    }
    way->n_read += n_octets;
    return TRUE;
}

/* Reads what was made, as whoever writes it to a file does. */
static void
read_made(Way *way, OctetSource *made, GError **error)
{
    way->n_read = 0;
    if (made != NULL)
        octet_source_read(made, take, way, error);
}

static void
sign(Way *way, GError **error)
{
    SignedDataOptions options = {.detached = TRUE,
                                 .signing_time = g_get_real_time() / G_USEC_PER_SEC};
    g_autoptr(OctetSource) made = signed_data_sign(way->content, way->pair, &options, NULL, error);
    read_made(way, made, error);
}

static void
verify(Way *way, GError **error)
{
    g_autoptr(SignedData) data = signed_data_parse(way->task->cms, error);
    if (data == NULL)
        return;
    g_autoptr(SignerResult) result = signed_data_verify(data, 0, way->content, way->certificates);
    bridge_check(result->math == SIGNATURE_MATH_GOOD, "verifying", NULL);
}

static void
encrypt(Way *way, GError **error)
{
    EnvelopeOptions options = {.cipher = way->task->row.gcm ? CMS_CIPHER_AES_256_GCM
                                                            : CMS_CIPHER_AES_256_CBC};
    g_autoptr(OctetSource) made =
        enveloped_data_encrypt(way->content, way->certificates, &options, error);
    read_made(way, made, error);
}

static void
decrypt(Way *way, GError **error)
{
    g_autoptr(OctetSource) content = enveloped_data_decrypt(way->task->cms, way->keys, NULL, error);
    read_made(way, content, error);
    bridge_check(*error != NULL || way->n_read == way->task->row.n_octets, "decrypting", NULL);
}

void
bridge_way_run(gpointer data)
{
    static void (*const operations[])(Way *, GError **) = {
        [BENCH_SIGN] = sign,
        [BENCH_VERIFY] = verify,
        [BENCH_ENCRYPT] = encrypt,
        [BENCH_DECRYPT] = decrypt,
    };
    g_autoptr(GError) error = NULL;
    Way *way = data;
    operations[way->task->row.operation](way, &error);
    bridge_check(error == NULL, "the bridge's CMS", error);
}

GBytes *
bridge_make_cms(const BenchTask *task)
{
    Way *way = bridge_way_new(task);
    bridge_way_run(way);
    GBytes *cms = g_bytes_new(task->out, way->n_read);
    bridge_way_free(way);
    return cms;
}
