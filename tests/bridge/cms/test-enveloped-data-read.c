/* SPDX-License-Identifier: MPL-2.0 */

/* EnvelopedData and AuthEnvelopedData made by hand: structures that must be refused. */

#include <string.h>
#include <time.h>

#include "cms-error.h"
#include "content-encryption.h"
#include "core-limits.h"
#include "enveloped-data.h"
#include "key-management.h"
#include "nss-scoped.h"
#include "peer.h"
#include "whole.h"

enum { RSA, N_KEYS };

static KeyPair *keys[N_KEYS];

static void
assert_fails(GBytes *octets, guint key, CmsError code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) pairs = peer_pair_alone(keys[key]);
    g_assert_null(whole_decrypt(octets, pairs, NULL, &error));
    g_assert_error(error, CMS_ERROR, (gint)code);
}

/* Messages whose structure is wrong before any key is needed. */
static GBytes *
build_envelope(Oid type, Oid content_type, Oid cipher, guint n_recipients)
{
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_oid(root, type);
    DerNode *data = der_add(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
    der_add_small(data, 0);
    DerNode *infos = der_add(data, BER_SET);
    for (guint i = 0; i < n_recipients; i++)
        der_add_octets(infos, BER_CONTEXT(2), "", 0);
    DerNode *info = der_add(data, BER_SEQUENCE);
    der_add_oid(info, content_type);
    DerNode *algorithm = der_add(info, BER_SEQUENCE);
    der_add_oid(algorithm, cipher);
    gboolean is_gcm = cipher == OID_AES_128_GCM;
    der_add_octets(is_gcm ? der_add(algorithm, BER_SEQUENCE) : algorithm, BER_OCTET_STRING,
                   "0123456789abcdef", 16);
    der_add_octets(info, BER_CONTEXT(0), "0123456789abcdef", 16);
    if (type == OID_AUTH_ENVELOPED_DATA)
        der_add_octets(data, BER_OCTET_STRING, "0123456789ab", 12);
    return der_node_serialize(root);
}

typedef struct {
    const gchar *name;
    Oid type;
    Oid content_type;
    Oid cipher;
    guint n_recipients;
    CmsError expect;
} EnvelopeCase;

static const EnvelopeCase envelope_cases[] = {
    {"nobody", OID_ENVELOPED_DATA, OID_DATA, OID_AES_128_CBC, 1, CMS_ERROR_NOT_FOR_US},
    {"nobody-gcm", OID_AUTH_ENVELOPED_DATA, OID_DATA, OID_AES_128_GCM, 1, CMS_ERROR_NOT_FOR_US},
    {"recipients-at-limit", OID_ENVELOPED_DATA, OID_DATA, OID_AES_128_CBC, LIMIT_RECIPIENT_INFOS,
     CMS_ERROR_NOT_FOR_US},
    {"recipients-past-limit", OID_ENVELOPED_DATA, OID_DATA, OID_AES_128_CBC,
     LIMIT_RECIPIENT_INFOS + 1, CMS_ERROR_LIMIT},
    {"gcm-in-enveloped-data", OID_ENVELOPED_DATA, OID_DATA, OID_AES_128_GCM, 1,
     CMS_ERROR_MALFORMED},
    {"cbc-in-auth-enveloped-data", OID_AUTH_ENVELOPED_DATA, OID_DATA, OID_AES_128_CBC, 1,
     CMS_ERROR_MALFORMED},
    {"iv-of-another-length", OID_ENVELOPED_DATA, OID_DATA, OID_3DES_CBC, 1, CMS_ERROR_MALFORMED},
    {"unknown-cipher", OID_ENVELOPED_DATA, OID_DATA, OID_SHA256, 1, CMS_ERROR_UNSUPPORTED},
    {"encrypted-signed-data", OID_ENVELOPED_DATA, OID_SIGNED_DATA, OID_AES_128_CBC, 1,
     CMS_ERROR_CONTENT_TYPE},
    {"signed-data", OID_SIGNED_DATA, OID_DATA, OID_AES_128_CBC, 1, CMS_ERROR_CONTENT_TYPE},
};

static void
test_envelope(gconstpointer data)
{
    const EnvelopeCase *test = data;
    g_autoptr(GBytes) octets =
        build_envelope(test->type, test->content_type, test->cipher, test->n_recipients);
    assert_fails(octets, RSA, test->expect);
}

/* Ten thousand RecipientInfos, all for us and all wrong: a few are tried. */
static void
test_many_for_us(void)
{
    static const guint8 garbage[256] = {1};
    const Certificate *certificate = key_pair_get_certificate(keys[RSA]);
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_oid(root, OID_ENVELOPED_DATA);
    DerNode *data = der_add(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
    der_add_small(data, 0);
    DerNode *infos = der_add(data, BER_SET);
    for (guint i = 0; i < LIMIT_RECIPIENT_INFOS; i++) {
        DerNode *recipient = der_add(infos, BER_SEQUENCE);
        der_add_small(recipient, 0);
        signer_id_add_issuer_and_serial(recipient, BER_SEQUENCE, certificate);
        der_add_algorithm(recipient, OID_RSA_ENCRYPTION, TRUE);
        der_add_octets(recipient, BER_OCTET_STRING, garbage, sizeof garbage);
    }
    DerNode *info = der_add(data, BER_SEQUENCE);
    der_add_oid(info, OID_DATA);
    DerNode *algorithm = der_add(info, BER_SEQUENCE);
    der_add_oid(algorithm, OID_AES_128_CBC);
    der_add_octets(algorithm, BER_OCTET_STRING, "0123456789abcdef", 16);
    der_add_octets(info, BER_CONTEXT(0), "0123456789abcdef", 16);
    g_autoptr(GBytes) octets = der_node_serialize(root);
    clock_t start = clock();
    assert_fails(octets, RSA, CMS_ERROR_DECRYPT);
    g_assert_cmpint(clock() - start, <, 10 * CLOCKS_PER_SEC);
}

static void
add_tables(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(envelope_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/enveloped-data/structure/", envelope_cases[i].name, NULL);
        g_test_add_data_func(path, &envelope_cases[i], test_envelope);
    }
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    SupportFolder *folder = support_folder_new();
    keys[RSA] = peer_make_key(folder, "rsa", "rsa:2048");
    add_tables();
    g_test_add_func("/enveloped-data/many-for-us", test_many_for_us);
    int status = g_test_run();
    for (guint i = 0; i < N_KEYS; i++)
        key_pair_unref(keys[i]);
    support_folder_free(folder);
    support_shutdown();
    return status;
}
