/* SPDX-License-Identifier: MPL-2.0 */

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "bench-libcrypto.h"

/* The key is one for all recipients: making fifty takes longer than all that is measured. */
#define DAYS 30

static EVP_PKEY *
make_key(BenchKey key)
{
    EVP_PKEY *made = key == BENCH_RSA_2048 ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    bench_check(made != NULL, "making a key");
    return made;
}

static void
add_extension(X509 *certificate, gint nid, const gchar *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bench_check(extension != NULL && X509_add_ext(certificate, extension, -1),
                "making a certificate extension");
    X509_EXTENSION_free(extension);
}

static X509 *
make_certificate(EVP_PKEY *key, guint serial, BenchKey kind)
{
    X509 *certificate = X509_new();
    bench_check(certificate != NULL, "making a certificate");
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), (glong)serial);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400L * DAYS);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               (const guchar *)(kind == BENCH_RSA_2048 ? "RSA" : "EC"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    add_extension(certificate, NID_subject_alt_name, "email:bench@example.org");
    add_extension(certificate, NID_key_usage,
                  kind == BENCH_RSA_2048 ? "digitalSignature,keyEncipherment"
                                         : "digitalSignature,keyAgreement");
    bench_check(X509_sign(certificate, key, EVP_sha256()) > 0, "signing a certificate");
    return certificate;
}

static GBytes *
to_bytes(BIO *memory)
{
    gchar *octets = NULL;
    glong n_octets = BIO_get_mem_data(memory, &octets);
    GBytes *bytes = g_bytes_new(octets, (gsize)n_octets);
    BIO_free(memory);
    return bytes;
}

static void
make_for_key(BenchMaterial *material, BenchKey kind)
{
    EVP_PKEY *key = make_key(kind);
    BIO *file = BIO_new(BIO_s_mem());
    bench_check(PEM_write_bio_PKCS8PrivateKey(file, key, NULL, NULL, 0, NULL, NULL),
                "writing a key");
    material->certificates[kind] = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 1; i <= BENCH_RECIPIENTS_MAX; i++) {
        X509 *certificate = make_certificate(key, i, kind);
        BIO *der = BIO_new(BIO_s_mem());
        bench_check(i2d_X509_bio(der, certificate), "writing a certificate");
        g_ptr_array_add(material->certificates[kind], to_bytes(der));
        if (i == BENCH_RECIPIENTS_MAX)
            bench_check(PEM_write_bio_X509(file, certificate), "writing a certificate");
        X509_free(certificate);
    }
    material->key_files[kind] = to_bytes(file);
    EVP_PKEY_free(key);
}

BenchMaterial *
bench_material_new(void)
{
    BenchMaterial *material = g_new0(BenchMaterial, 1);
    for (BenchKey kind = 0; kind < BENCH_N_KEYS; kind++)
        make_for_key(material, kind);
    return material;
}

void
bench_material_free(BenchMaterial *material)
{
    if (material == NULL)
        return;
    for (BenchKey kind = 0; kind < BENCH_N_KEYS; kind++) {
        g_bytes_unref(material->key_files[kind]);
        g_ptr_array_unref(material->certificates[kind]);
    }
    g_free(material);
}
