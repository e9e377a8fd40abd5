/* SPDX-License-Identifier: MPL-2.0 */

/* AuthEnvelopedData made by hand: ciphers, nonces, tags and attributes that we don't write but
 * read, and what must be refused. */

#include <string.h>

#include "cms-error.h"
#include "core-limits.h"
#include "key-management.h"
#include "nss-capability.h"
#include "nss-scoped.h"
#include "peer.h"
#include "whole.h"

#define CONTENT "Content-Type: text/plain\r\n\r\nA secret.\r\n"

enum { RSA, EC, N_KEYS };

static KeyPair *keys[N_KEYS];

/* What authAttrs hold (RFC 5083 §2.1). */
typedef enum {
    NO_ATTRIBUTES,
    CONTENT_TYPE,
    WITHOUT_CONTENT_TYPE,
    SEVERAL,
    NOT_SORTED, /* on the way; what is authenticated is DER */
    CHANGED,    /* on the way */
    OTHER_CONTENT_TYPE,
    CONTENT_TYPE_TWICE,
    TWO_CONTENT_TYPES,
    NOT_DER,
    EMPTY,
    AT_LIMIT,
    PAST_LIMIT
} Attributes;

typedef struct {
    const gchar *name;
    CmsCipher cipher;
    guint key;
    gsize n_nonce;
    gsize n_tag;  /* written to aes-ICVlen */
    gsize n_sent; /* octets of the mac */
    Attributes attributes;
    gint expect; /* CMS_ERROR, or -1: opens */
} Case;

#define GCM    CMS_CIPHER_AES_256_GCM, EC
#define CHACHA CMS_CIPHER_CHACHA20_POLY1305
static const Case cases[] = {
    {"plain", GCM, 12, 16, 16, NO_ATTRIBUTES, -1},
    {"tag-of-12", GCM, 12, 12, 12, NO_ATTRIBUTES, -1},
    {"tag-of-13", GCM, 12, 13, 13, CONTENT_TYPE, -1},
    {"nonce-of-8", GCM, 8, 16, 16, NO_ATTRIBUTES, -1},
    {"nonce-of-64", GCM, 64, 16, 16, NO_ATTRIBUTES, -1},
    /* RFC 5084 §3.2 */
    {"tag-of-11", GCM, 12, 11, 11, NO_ATTRIBUTES, CMS_ERROR_MALFORMED},
    {"tag-of-17", GCM, 12, 17, 16, NO_ATTRIBUTES, CMS_ERROR_MALFORMED},
    {"mac-shorter-than-stated", GCM, 12, 16, 12, NO_ATTRIBUTES, CMS_ERROR_MALFORMED},
    {"mac-longer-than-stated", GCM, 12, 12, 16, NO_ATTRIBUTES, CMS_ERROR_MALFORMED},
    {"no-nonce", GCM, 0, 16, 16, NO_ATTRIBUTES, CMS_ERROR_MALFORMED},
    /* RFC 5083 §2.1, §2.2 */
    {"content-type", GCM, 12, 16, 16, CONTENT_TYPE, -1},
    {"without-content-type", GCM, 12, 16, 16, WITHOUT_CONTENT_TYPE, -1},
    {"several-attributes", GCM, 12, 16, 16, SEVERAL, -1},
    {"attributes-not-sorted", GCM, 12, 16, 16, NOT_SORTED, -1},
    {"attributes-changed", GCM, 12, 16, 16, CHANGED, CMS_ERROR_DECRYPT},
    {"other-content-type", GCM, 12, 16, 16, OTHER_CONTENT_TYPE, CMS_ERROR_MALFORMED},
    {"content-type-twice", GCM, 12, 16, 16, CONTENT_TYPE_TWICE, CMS_ERROR_MALFORMED},
    {"two-content-types", GCM, 12, 16, 16, TWO_CONTENT_TYPES, CMS_ERROR_MALFORMED},
    {"attributes-not-in-der", GCM, 12, 16, 16, NOT_DER, CMS_ERROR_MALFORMED},
    {"no-attribute", GCM, 12, 16, 16, EMPTY, CMS_ERROR_MALFORMED},
    {"attributes-at-limit", GCM, 12, 16, 16, AT_LIMIT, -1},
    {"attributes-past-limit", GCM, 12, 16, 16, PAST_LIMIT, CMS_ERROR_LIMIT},
    /* RFC 8103 */
    {"chacha20-poly1305", CHACHA, RSA, 12, 16, 16, NO_ATTRIBUTES, -1},
    {"chacha20-poly1305-ecdh", CHACHA, EC, 12, 16, 16, SEVERAL, -1},
    {"chacha20-poly1305-changed", CHACHA, RSA, 12, 16, 16, CHANGED, CMS_ERROR_DECRYPT},
    {"chacha20-poly1305-tag-of-12", CHACHA, RSA, 12, 16, 12, NO_ATTRIBUTES, CMS_ERROR_MALFORMED},
    {"chacha20-poly1305-nonce-of-8", CHACHA, RSA, 8, 16, 16, NO_ATTRIBUTES, CMS_ERROR_MALFORMED},
};

static DerNode *
add_attribute(DerNode *set, Oid type)
{
    DerNode *attribute = der_add(set, BER_SEQUENCE);
    der_add_oid(attribute, type);
    return der_add(attribute, BER_SET);
}

static void
add_content_type(DerNode *set, Oid type)
{
    der_add_oid(add_attribute(set, OID_CONTENT_TYPE), type);
}

static void
add_times(DerNode *set, guint n)
{
    for (guint i = 0; i < n; i++)
        der_add_time(add_attribute(set, OID_SIGNING_TIME), 1700000000 + i);
}

/* Length octets in the long form, which DER has for long contents alone. */
static void
add_not_der(DerNode *set)
{
    static const guint8 element[] = {0x30, 0x81, 0x06, 0x06, 0x02, 0x2a, 0x03, 0x31, 0x00};
    der_add_encoded_slice(set, (BerSlice){element, sizeof element});
}

static DerNode *
build_attributes(Attributes attributes)
{
    DerNode *set = der_node_new(BER_SET);
    switch (attributes) {
    case SEVERAL:
    case NOT_SORTED:
        add_times(set, 3);
        G_GNUC_FALLTHROUGH;
    case CONTENT_TYPE:
        add_content_type(set, OID_DATA);
        break;
    case WITHOUT_CONTENT_TYPE:
    case CHANGED:
        add_times(set, 1);
        break;
    case CONTENT_TYPE_TWICE:
        add_content_type(set, OID_DATA);
        add_content_type(set, OID_DATA);
        break;
    case TWO_CONTENT_TYPES: {
        DerNode *values = add_attribute(set, OID_CONTENT_TYPE);
        der_add_oid(values, OID_DATA);
        der_add_oid(values, OID_DATA);
        break;
    }
    case OTHER_CONTENT_TYPE:
        add_content_type(set, OID_SIGNED_DATA);
        break;
    case NOT_DER:
        add_not_der(set);
        break;
    case AT_LIMIT:
    case PAST_LIMIT:
        add_times(set, LIMIT_ATTRIBUTES + (attributes == PAST_LIMIT ? 1 : 0));
        break;
    case NO_ATTRIBUTES:
    case EMPTY:
    default:
        break;
    }
    return set;
}

/* As they stand in the message: [1] IMPLICIT. */
static void
add_attributes(DerNode *data, GBytes *attributes, gboolean change)
{
    gsize n_octets = g_bytes_get_size(attributes);
    g_autofree guint8 *copy = g_memdup2(g_bytes_get_data(attributes, NULL), n_octets);
    copy[0] = BER_CONTEXT_CONSTRUCTED(1);
    copy[n_octets - 2] ^= change ? 1 : 0; /* the last digit of a time */
    der_add_encoded_slice(data, (BerSlice){copy, n_octets});
}

static ContentCipher
make_cipher(const Case *test)
{
    ContentCipher cipher;
    g_assert_true(content_cipher_init(test->cipher, &cipher, NULL));
    if (test->cipher == CHACHA)
        cipher.n_nonce = 12;
    else if (test->n_nonce > 0)
        cipher.n_nonce = test->n_nonce;
    /* What can't be encrypted with is only stated. */
    cipher.n_tag = CLAMP(test->n_tag, 12, CONTENT_TAG_MAX);
    return cipher;
}

static GBytes *
build(const Case *test)
{
    const CmsCipherInfo *row = cms_cipher_get_info(test->cipher);
    g_autoptr(PK11SlotInfo) slot = PK11_GetInternalSlot();
    g_autoptr(PK11SymKey) key = PK11_KeyGen(slot, row->key_generation, NULL, 32, NULL);
    g_autoptr(GBytes) content = g_bytes_new_static(CONTENT, strlen(CONTENT));
    g_autoptr(DerNode) set = build_attributes(test->attributes);
    g_autoptr(GBytes) as_sent = der_node_serialize(set);
    der_node_sort(set);
    g_autoptr(GBytes) sorted = der_node_serialize(set);
    g_assert_cmpint(g_bytes_equal(as_sent, sorted), ==,
                    test->attributes != SEVERAL && test->attributes != NOT_SORTED);
    gboolean there = test->attributes != NO_ATTRIBUTES;
    ContentCipher cipher = make_cipher(test);
    guint8 tag[CONTENT_TAG_MAX] = {0};
    gboolean is_transport = FALSE;
    g_autoptr(GBytes) ciphertext =
        whole_cipher_encrypt(&cipher, key, content, there ? sorted : NULL, tag);
    g_assert_nonnull(ciphertext);
    cipher.n_nonce = test->n_nonce;
    cipher.n_tag = test->n_tag;

    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_oid(root, OID_AUTH_ENVELOPED_DATA);
    DerNode *data = der_add(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
    der_add_small(data, 0);
    const EnvelopeOptions options = {.cipher = test->cipher};
    g_autoptr(EphemeralKeys) ephemeral_keys = ephemeral_keys_new();
    g_assert_true(key_management_add(der_add(data, BER_SET),
                                     key_pair_get_certificate(keys[test->key]), key, &options,
                                     ephemeral_keys, &is_transport, NULL));
    DerNode *info = der_add(data, BER_SEQUENCE);
    der_add_oid(info, OID_DATA);
    content_cipher_add(info, &cipher);
    der_add_bytes(info, BER_CONTEXT(0), ciphertext);
    if (there)
        add_attributes(data, test->attributes == NOT_SORTED ? as_sent : sorted,
                       test->attributes == CHANGED);
    der_add_octets(data, BER_OCTET_STRING, tag, test->n_sent);
    return der_node_serialize(root);
}

static void
test_open(gconstpointer data)
{
    const Case *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) pairs = peer_pair_alone(keys[test->key]);
    g_autoptr(GBytes) octets = build(test);
    g_autoptr(GBytes) content = g_bytes_new_static(CONTENT, strlen(CONTENT));
    EnvelopeFacts facts;
    g_autoptr(GBytes) plaintext = whole_decrypt(octets, pairs, &facts, &error);
    g_assert_true(facts.authenticated);
    if (test->expect == -1) {
        g_assert_no_error(error);
        g_assert_true(g_bytes_equal(plaintext, content));
        g_assert_cmpint(facts.cipher, ==, test->cipher);
    } else {
        g_assert_null(plaintext);
        g_assert_error(error, CMS_ERROR, test->expect);
    }
    envelope_facts_clear(&facts);
}

/* RFC 5084 §3.1: what no NSS has is said to be missing; what is wrong in itself is wrong. */
static const struct {
    const gchar *name;
    gsize n_nonce;
    guint n_tag;
    CmsError expect;
} ccm_cases[] = {
    {"nonce-of-7", 7, 16, CMS_ERROR_UNSUPPORTED}, {"nonce-of-13", 13, 8, CMS_ERROR_UNSUPPORTED},
    {"nonce-of-6", 6, 16, CMS_ERROR_MALFORMED},   {"nonce-of-14", 14, 16, CMS_ERROR_MALFORMED},
    {"tag-of-6", 12, 6, CMS_ERROR_MALFORMED},     {"tag-of-9", 12, 9, CMS_ERROR_MALFORMED},
    {"tag-of-18", 12, 18, CMS_ERROR_MALFORMED},
};

static void
test_ccm(gconstpointer data)
{
    guint i = GPOINTER_TO_UINT(data);
    static const CmsCipher ciphers[] = {CMS_CIPHER_AES_128_CCM, CMS_CIPHER_AES_192_CCM,
                                        CMS_CIPHER_AES_256_CCM};
    for (gsize j = 0; j < G_N_ELEMENTS(ciphers); j++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
        ContentCipher cipher = {.cipher = ciphers[j], .n_nonce = ccm_cases[i].n_nonce};
        cipher.n_tag = ccm_cases[i].n_tag;
        content_cipher_add(root, &cipher);
        g_autoptr(GBytes) octets = der_node_serialize(root);
        BerReader all, fields;
        CmsAlgorithm algorithm;
        ber_reader_init(&all, octets);
        g_assert_true(ber_enter(&all, BER_SEQUENCE, "", &fields, NULL));
        g_assert_true(cms_algorithm_read(&fields, "", &algorithm, NULL));
        gboolean parsed = content_cipher_parse(octets, &algorithm, &cipher, &error);
        if (nss_capability_is_there(NSS_CAPABILITY_AES_CCM) &&
            ccm_cases[i].expect == CMS_ERROR_UNSUPPORTED) {
            g_assert_true(parsed);
            continue;
        }
        g_assert_false(parsed);
        g_assert_error(error, CMS_ERROR, (gint)ccm_cases[i].expect);
        g_assert_cmpint(strstr(error->message, "AES-CCM") != NULL, ==,
                        ccm_cases[i].expect == CMS_ERROR_UNSUPPORTED);
    }
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    SupportFolder *folder = support_folder_new();
    keys[RSA] = peer_make_key(folder, "rsa", "rsa:2048");
    keys[EC] = peer_make_key(folder, "ec", "ec -pkeyopt ec_paramgen_curve:P-256");
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree gchar *path = g_strconcat("/auth-enveloped-data/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_open);
    }
    for (guint i = 0; i < G_N_ELEMENTS(ccm_cases); i++) {
        g_autofree gchar *path = g_strconcat("/auth-enveloped-data/ccm/", ccm_cases[i].name, NULL);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_ccm);
    }
    int status = g_test_run();
    for (guint i = 0; i < N_KEYS; i++)
        key_pair_unref(keys[i]);
    support_folder_free(folder);
    support_shutdown();
    return status;
}
