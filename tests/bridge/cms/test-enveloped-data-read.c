/* SPDX-License-Identifier: MPL-2.0 */

/* EnvelopedData and AuthEnvelopedData made by hand: what we don't write but read, and what must be
 * refused. */

#include <string.h>

#include "cms-error.h"
#include "content-encryption.h"
#include "core-limits.h"
#include "enveloped-data.h"
#include "key-management.h"
#include "nss-scoped.h"
#include "peer.h"
#include "whole.h"

#define CONTENT "Content-Type: text/plain\r\n\r\nA secret.\r\n"

enum { RSA, EC, N_KEYS };

static KeyPair *keys[N_KEYS];

static GBytes *
content_new(void)
{
    return g_bytes_new_static(CONTENT, strlen(CONTENT));
}

static void
assert_opens(GBytes *octets, guint key)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) pairs = peer_pair_alone(keys[key]);
    g_autoptr(GBytes) content = content_new();
    g_autoptr(GBytes) plaintext = whole_decrypt(octets, pairs, NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_bytes_equal(plaintext, content));
}

static void
assert_fails(GBytes *octets, guint key, CmsError code)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) pairs = peer_pair_alone(keys[key]);
    g_assert_null(whole_decrypt(octets, pairs, NULL, &error));
    g_assert_error(error, CMS_ERROR, (gint)code);
}

/* AuthEnvelopedData by hand, for what we don't write: attributes, other nonces and tags. */
typedef struct {
    const gchar *name;
    gsize n_nonce;
    gsize n_tag;  /* written to aes-ICVlen */
    gsize n_sent; /* octets of the mac */
    gboolean attributes;
    gboolean damage; /* one octet of an attribute */
    gint expect;     /* CMS_ERROR, or -1: opens */
} GcmCase;

static const GcmCase gcm_cases[] = {
    {"plain", 12, 16, 16, FALSE, FALSE, -1},
    {"attributes", 12, 16, 16, TRUE, FALSE, -1},
    {"attributes-damaged", 12, 16, 16, TRUE, TRUE, CMS_ERROR_DECRYPT},
    {"tag-of-12", 12, 12, 12, FALSE, FALSE, -1},
    {"tag-of-13", 12, 13, 13, TRUE, FALSE, -1},
    {"nonce-of-8", 8, 16, 16, FALSE, FALSE, -1},
    {"nonce-of-64", 64, 16, 16, FALSE, FALSE, -1},
    /* RFC 5084 §3.2 */
    {"tag-of-11", 12, 11, 11, FALSE, FALSE, CMS_ERROR_MALFORMED},
    {"tag-of-17", 12, 17, 16, FALSE, FALSE, CMS_ERROR_MALFORMED},
    {"mac-shorter-than-stated", 12, 16, 12, FALSE, FALSE, CMS_ERROR_MALFORMED},
    {"mac-longer-than-stated", 12, 12, 16, FALSE, FALSE, CMS_ERROR_MALFORMED},
    {"no-nonce", 0, 16, 16, FALSE, FALSE, CMS_ERROR_MALFORMED},
};

static GBytes *
build_attributes(void)
{
    g_autoptr(DerNode) set = der_node_new(BER_SET);
    DerNode *attribute = der_add(set, BER_SEQUENCE);
    der_add_oid(attribute, OID_CONTENT_TYPE);
    der_add_oid(der_add(attribute, BER_SET), OID_DATA);
    return der_node_serialize(set);
}

static void
add_attributes(DerNode *data, GBytes *attributes, gboolean damage)
{
    gsize n_octets = g_bytes_get_size(attributes);
    g_autofree guint8 *copy = g_memdup2(g_bytes_get_data(attributes, NULL), n_octets);
    copy[0] = BER_CONTEXT_CONSTRUCTED(1);
    copy[n_octets - 1] ^= damage ? 1 : 0;
    der_add_encoded_slice(data, (BerSlice){copy, n_octets});
}

static GBytes *
build_gcm(const GcmCase *test)
{
    g_autoptr(PK11SlotInfo) slot = PK11_GetInternalSlot();
    g_autoptr(PK11SymKey) key = PK11_KeyGen(slot, CKM_AES_KEY_GEN, NULL, 32, NULL);
    g_autoptr(GBytes) content = content_new();
    g_autoptr(GBytes) attributes = build_attributes();
    ContentCipher cipher;
    guint8 tag[CONTENT_TAG_MAX] = {0};
    gboolean is_transport = FALSE;
    g_assert_true(content_cipher_init(CMS_CIPHER_AES_256_GCM, &cipher, NULL));
    /* What can't be encrypted with is only stated. */
    if (test->n_nonce > 0)
        cipher.n_nonce = test->n_nonce;
    cipher.n_tag = MIN(test->n_tag, CONTENT_TAG_MAX);
    if (cipher.n_tag < 12)
        cipher.n_tag = 12;
    g_autoptr(GBytes) ciphertext =
        whole_cipher_encrypt(&cipher, key, content, test->attributes ? attributes : NULL, tag);
    g_assert_nonnull(ciphertext);
    cipher.n_nonce = test->n_nonce;
    cipher.n_tag = test->n_tag;

    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_oid(root, OID_AUTH_ENVELOPED_DATA);
    DerNode *data = der_add(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
    der_add_small(data, 0);
    g_assert_true(key_management_add(der_add(data, BER_SET), key_pair_get_certificate(keys[EC]),
                                     key, &(EnvelopeOptions){.cipher = CMS_CIPHER_AES_256_GCM},
                                     &is_transport, NULL));
    DerNode *info = der_add(data, BER_SEQUENCE);
    der_add_oid(info, OID_DATA);
    content_cipher_add(info, &cipher);
    der_add_bytes(info, BER_CONTEXT(0), ciphertext);
    if (test->attributes)
        add_attributes(data, attributes, test->damage);
    der_add_octets(data, BER_OCTET_STRING, tag, test->n_sent);
    return der_node_serialize(root);
}

static void
test_gcm(gconstpointer data)
{
    const GcmCase *test = data;
    g_autoptr(GBytes) octets = build_gcm(test);
    if (test->expect == -1)
        assert_opens(octets, EC);
    else
        assert_fails(octets, EC, (CmsError)test->expect);
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
    g_test_timer_start();
    assert_fails(octets, RSA, CMS_ERROR_DECRYPT);
    g_assert_cmpfloat(g_test_timer_elapsed(), <, 10);
}

static void
add_tables(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(gcm_cases); i++) {
        g_autofree gchar *path = g_strconcat("/enveloped-data/gcm/", gcm_cases[i].name, NULL);
        g_test_add_data_func(path, &gcm_cases[i], test_gcm);
    }
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
    keys[EC] = peer_make_key(folder, "ec", "ec -pkeyopt ec_paramgen_curve:P-256");
    add_tables();
    g_test_add_func("/enveloped-data/many-for-us", test_many_for_us);
    int status = g_test_run();
    for (guint i = 0; i < N_KEYS; i++)
        key_pair_unref(keys[i]);
    support_folder_free(folder);
    support_shutdown();
    return status;
}
