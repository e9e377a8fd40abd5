/* SPDX-License-Identifier: MPL-2.0 */

#include "bench-bridge.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#include "cms-init.h"
#include "enveloped-data.h"
#include "keystore.h"
#include "signed-data.h"

/* The bridge's own CMS layer, with what an operation has before it begins: keys and certificates
 * that are read already. */

typedef struct {
    const BenchTask *task;
    KeyPair *pair;
    GPtrArray *pairs;        /* the same */
    GPtrArray *certificates; /* (element-type Certificate): of the recipients, or the signer's */
    GBytes *cms;             /* what was made last */
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
    way->pairs = g_ptr_array_new();
    g_ptr_array_add(way->pairs, way->pair);
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
    g_ptr_array_unref(way->pairs);
    g_ptr_array_unref(way->certificates);
    g_clear_pointer(&way->cms, g_bytes_unref);
    g_free(way);
}

GBytes *
bridge_way_get_cms(gpointer data)
{
    Way *way = data;
    return g_bytes_ref(way->cms);
}

static void
sign(Way *way, GError **error)
{
    SignedDataOptions options = {.detached = TRUE,
                                 .signing_time = g_get_real_time() / G_USEC_PER_SEC};
    g_clear_pointer(&way->cms, g_bytes_unref);
    way->cms = signed_data_sign(way->task->content, way->pair, &options, NULL, error);
}

static void
verify(Way *way, GError **error)
{
    g_autoptr(SignedData) data = signed_data_parse(way->task->cms, error);
    if (data == NULL)
        return;
    g_autoptr(SignerResult) result =
        signed_data_verify(data, 0, way->task->content, way->certificates);
    bridge_check(result->math == SIGNATURE_MATH_GOOD, "verifying", NULL);
}

static void
encrypt(Way *way, GError **error)
{
    CmsCipher cipher = way->task->row.gcm ? CMS_CIPHER_AES_256_GCM : CMS_CIPHER_AES_256_CBC;
    g_clear_pointer(&way->cms, g_bytes_unref);
    way->cms = enveloped_data_encrypt(way->task->content, way->certificates, cipher, error);
}

static void
decrypt(Way *way, GError **error)
{
    g_autoptr(GBytes) content = enveloped_data_decrypt(way->task->cms, way->pairs, NULL, error);
    if (content == NULL)
        return;
    bridge_check(g_bytes_get_size(content) == way->task->row.n_octets, "decrypting", NULL);
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
