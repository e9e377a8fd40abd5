/* SPDX-License-Identifier: MPL-2.0 */

/* Keys that serve encryption alone, through the key store and out again to openssl. */

#include <string.h>

#include "keystore.h"
#include "oid.h"
#include "peer.h"

static SupportFolder *folder;

/* NAME.key.pem and the certificate NAME.pem, in one file. */
static KeyFile *
load_both(const gchar *name)
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
    KeyFile *file = key_file_parse(octets, NULL, &error);
    g_assert_no_error(error);
    return file;
}

/* Into a new store, out as PKCS#12, and back: openssl finds the key that there was, and so does
 * another store. */
static void
check_round(const gchar *name, CertificateKeyType type)
{
    g_autoptr(GError) error = NULL;
    g_autofree gchar *path = support_path(folder, name);
    g_autofree gchar *key_name = g_strconcat(name, ".key.pem", NULL);
    g_autoptr(KeyFile) file = load_both(name);
    g_autoptr(KeyStore) store = key_store_open(path, TRUE, &error);
    g_assert_no_error(error);
    g_assert_cmpint(key_store_import(store, file, &error), ==, 1);
    g_autoptr(GPtrArray) pairs = key_store_list(store, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(pairs->len, ==, 1);
    g_autoptr(GBytes) p12 = key_store_export(store, g_ptr_array_index(pairs, 0), "secret", &error);
    g_assert_no_error(error);
    support_save(folder, "out.p12", p12);
    peer_run(folder,
             "openssl pkcs12 -in out.p12 -passin pass:secret -nodes -nocerts -out back.pem");
    peer_run(folder, "openssl pkey -in back.pem -out back.key.pem");
    g_autoptr(GBytes) before = support_load(folder, key_name);
    g_autoptr(GBytes) after = support_load(folder, "back.key.pem");
    g_assert_true(g_bytes_equal(before, after));
    g_autoptr(KeyFile) again = key_file_parse(p12, "secret", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(again->pairs->len, ==, 1);
    const KeyPair *pair = g_ptr_array_index(again->pairs, 0);
    g_assert_cmpint(certificate_get_key_type(key_pair_get_certificate(pair)), ==, type);
}

/* RFC 8410 §7. */
static void
test_x25519(void)
{
    peer_run(folder, "openssl genpkey -algorithm X25519 -out x.key.pem");
    peer_run(folder, "openssl pkey -in x.key.pem -pubout -out x.pub");
    peer_run(folder, "openssl req -new -key rsa.key.pem -subj /CN=x -out x.csr");
    peer_run(folder, "openssl x509 -req -in x.csr -CA rsa.pem -CAkey rsa.key.pem -set_serial 25519 "
                     "-force_pubkey x.pub -out x.pem -days 30");
    check_round("x", KEY_TYPE_X25519);
}

/* RFC 4055 §1.2: the certificate alone says that the key is for OAEP. */
static void
test_oaep(void)
{
    g_autoptr(Certificate) plain = support_certificate(folder, "rsa");
    gsize n_octets = g_bytes_get_size(certificate_get_der(plain));
    g_autofree guint8 *octets =
        g_memdup2(g_bytes_get_data(certificate_get_der(plain), NULL), n_octets);
    BerSlice oid = oid_get_octets(OID_RSA_ENCRYPTION);
    guint8 *found = memmem(octets, n_octets, oid.octets, oid.n_octets);
    g_assert_nonnull(found);
    memcpy(found, oid_get_octets(OID_RSAES_OAEP).octets, oid.n_octets);
    g_autoptr(GBytes) der = g_bytes_new_static(octets, n_octets);
    support_save(folder, "oaep.der", der);
    peer_run(folder, "openssl x509 -inform DER -in oaep.der -out oaep.pem");
    peer_run(folder, "cp rsa.key.pem oaep.key.pem");
    check_round("oaep", KEY_TYPE_RSA_OAEP);
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    folder = support_folder_new();
    KeyPair *issuer = peer_make_key(folder, "rsa", "rsa:2048");
    g_test_add_func("/key-export/x25519", test_x25519);
    g_test_add_func("/key-export/oaep", test_oaep);
    int status = g_test_run();
    key_pair_unref(issuer);
    support_folder_free(folder);
    support_shutdown();
    return status;
}
