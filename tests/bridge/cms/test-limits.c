/* SPDX-License-Identifier: MPL-2.0 */

/* Each limit of what a peer sends: what is at it is read, what is one past it is refused, in words
 * that tell what there was too much of. Limits of messages as a whole: test-signed-data-parse.c,
 * test-enveloped-data-read.c, test-entity.c. */

#include <string.h>

#include "certificate-private.h"
#include "cms-error.h"
#include "core-limits.h"
#include "crl.h"
#include "der-writer.h"
#include "enveloped-data.h"
#include "general-name.h"
#include "key-file-private.h"
#include "signature-work.h"
#include "signed-data.h"
#include "support.h"

/* Makes something with @n of what is limited and reads it. */
typedef gboolean (*Reads)(guint n, GError **error);

typedef struct {
    const gchar *name;
    guint limit;
    Reads reads;
    const gchar *says; /* in the text of the error */
} LimitCase;

static void
add_raw(DerNode *parent, const gchar *octets, gsize n_octets)
{
    der_add_encoded_slice(parent, (BerSlice){(const guint8 *)octets, n_octets});
}
#define ADD_RAW(parent, text) add_raw(parent, text, sizeof(text) - 1)

static void
add_name(DerNode *parent, guint n_attributes)
{
    DerNode *name = der_add(parent, BER_SEQUENCE);
    for (guint i = 0; i < n_attributes; i++)
        ADD_RAW(name, "\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01"
                      "a");
}

static void
add_extension(DerNode *list, guint arc, const DerNode *value)
{
    guint8 oid[] = {0x55, 0x1d, (guint8)(0x80 | arc >> 7), (guint8)(arc & 0x7f)};
    DerNode *extension = der_add(list, BER_SEQUENCE);
    g_autoptr(GBytes) octets = value != NULL ? der_node_serialize(value) : g_bytes_new("", 0);
    if (arc < 0x80)
        oid[2] = (guint8)arc;
    der_add_octets(extension, BER_OID, oid, arc < 0x80 ? 3 : 4);
    der_add_bytes(extension, BER_OCTET_STRING, octets);
}

/* An INTEGER of so many one bits. */
static void
add_ones(DerNode *parent, guint n_bits)
{
    gsize n_octets = n_bits / 8 + 1;
    g_autofree guint8 *number = g_malloc(n_octets);
    memset(number, 0xff, n_octets);
    number[0] = (guint8)((1u << n_bits % 8) - 1);
    der_add_octets(parent, BER_INTEGER, number, n_octets);
}

/* A SubjectPublicKeyInfo with an RSA modulus and an exponent of so many bits; 0: an exponent as
 * usual. */
static void
add_rsa_key(DerNode *parent, guint n_bits, guint n_exponent_bits)
{
    DerNode *info = der_add(parent, BER_SEQUENCE);
    g_autoptr(DerNode) key = der_node_new(BER_SEQUENCE);
    der_add_algorithm(info, OID_RSA_ENCRYPTION, TRUE);
    add_ones(key, n_bits);
    if (n_exponent_bits > 0)
        add_ones(key, n_exponent_bits);
    else
        der_add_small(key, 65537);
    g_autoptr(GBytes) der = der_node_serialize(key);
    g_autoptr(GByteArray) bits = g_byte_array_new();
    g_byte_array_append(bits, (const guint8 *)"", 1);
    g_byte_array_append(bits, g_bytes_get_data(der, NULL), (guint)g_bytes_get_size(der));
    der_add_octets(info, BER_BIT_STRING, bits->data, bits->len);
}

typedef struct {
    guint n_attributes; /* of the subject */
    guint n_bits;
    guint n_exponent_bits;
    DerNode *extensions; /* takes it; NULL: none */
} Parts;

static GBytes *
build_certificate(Parts parts)
{
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    DerNode *body = der_add(root, BER_SEQUENCE);
    der_add_small(der_add(body, BER_CONTEXT_CONSTRUCTED(0)), 2);
    der_add_small(body, 1);
    der_add_algorithm(body, OID_SHA256_WITH_RSA, TRUE);
    add_name(body, 1);
    DerNode *validity = der_add(body, BER_SEQUENCE);
    g_assert_true(der_add_time(validity, 0) && der_add_time(validity, 2000000000));
    add_name(body, MAX(parts.n_attributes, 1));
    add_rsa_key(body, parts.n_bits != 0 ? parts.n_bits : 2048, parts.n_exponent_bits);
    if (parts.extensions != NULL)
        der_add_node(der_add(body, BER_CONTEXT_CONSTRUCTED(3)), parts.extensions);
    der_add_algorithm(root, OID_SHA256_WITH_RSA, TRUE);
    der_add_octets(root, BER_BIT_STRING, "\0signature", 10);
    return der_node_serialize(root);
}

static gboolean
certificate_reads(Parts parts, GError **error)
{
    g_autoptr(GBytes) der = build_certificate(parts);
    g_autoptr(Certificate) certificate = certificate_new(der, error);
    return certificate != NULL;
}

static gboolean
reads_extensions(guint n, GError **error)
{
    DerNode *list = der_node_new(BER_SEQUENCE);
    for (guint i = 0; i < n; i++)
        add_extension(list, 200 + i, NULL);
    return certificate_reads((Parts){.extensions = list}, error);
}

static gboolean
reads_attributes(guint n, GError **error)
{
    return certificate_reads((Parts){.n_attributes = n}, error);
}

static gboolean
reads_purposes(guint n, GError **error)
{
    DerNode *list = der_node_new(BER_SEQUENCE);
    g_autoptr(DerNode) purposes = der_node_new(BER_SEQUENCE);
    for (guint i = 0; i < n; i++)
        ADD_RAW(purposes, "\x06\x03\x2a\x03\x04");
    add_extension(list, 37, purposes);
    return certificate_reads((Parts){.extensions = list}, error);
}

static gboolean
reads_certificate_octets(guint n, GError **error)
{
    g_autoptr(GBytes) none = build_certificate((Parts){.extensions = der_node_new(BER_SEQUENCE)});
    /* identifiers and lengths of what is added, and of what becomes longer round it */
    guint n_padding = n - (guint)g_bytes_get_size(none) - 33;
    DerNode *list = der_node_new(BER_SEQUENCE);
    g_autoptr(DerNode) value = der_node_new(BER_SEQUENCE);
    g_autofree guint8 *padding = g_malloc0(n_padding);
    der_add_octets(value, BER_OCTET_STRING, padding, n_padding);
    add_extension(list, 99, value);
    g_autoptr(GBytes) der = build_certificate((Parts){.extensions = list});
    g_autoptr(GBytes) cut = g_bytes_new(g_bytes_get_data(der, NULL), g_bytes_get_size(der));
    g_assert_cmpuint(g_bytes_get_size(cut), ==, n);
    g_autoptr(Certificate) certificate = certificate_new(cut, error);
    return certificate != NULL;
}

static gboolean
reads_rsa_key(Parts parts, GError **error)
{
    g_autoptr(GBytes) der = build_certificate(parts);
    g_autoptr(Certificate) certificate = certificate_new(der, error);
    g_assert_nonnull(certificate);
    SECKEYPublicKey *key = certificate_extract_public_key(certificate, error);
    g_clear_pointer(&key, SECKEY_DestroyPublicKey);
    return error == NULL || *error == NULL;
}

static gboolean
reads_name_octets(guint n, GError **error)
{
    g_autoptr(DerNode) name = der_node_new(BER_SEQUENCE);
    DerNode *attribute = der_add(der_add(name, BER_SET), BER_SEQUENCE);
    ADD_RAW(attribute, "\x06\x03\x55\x04\x03");
    gsize n_text = n - 4 - 4 - 4 - 5 - 4; /* five identifiers and lengths round it */
    g_autofree gchar *text = g_strnfill(n_text, 'a');
    der_add_octets(attribute, 0x0c, text, n_text);
    g_autoptr(GBytes) der = der_node_serialize(name);
    g_assert_cmpuint(g_bytes_get_size(der), ==, n);
    g_autoptr(DistinguishedName) read = distinguished_name_new(der, error);
    return read != NULL;
}

static gboolean
reads_name_attributes(guint n, GError **error)
{
    g_autoptr(DerNode) list = der_node_new(BER_SEQUENCE);
    DerNode *set = der_add(der_add(list, BER_SEQUENCE), BER_SET);
    /* many in one set count like many sets */
    for (guint i = 0; i < n; i++)
        ADD_RAW(set, "\x30\x07\x06\x03\x55\x04\x03\x05\x00");
    g_autoptr(GBytes) der = der_node_serialize(list);
    BerReader all, inner;
    BerSlice name;
    ber_reader_init(&all, der);
    g_assert_true(ber_enter(&all, BER_SEQUENCE, "", &inner, NULL));
    g_assert_true(ber_skip(&inner, "", &name, NULL));
    g_autoptr(DistinguishedName) read = distinguished_name_new_slice(der, name, error);
    return read != NULL;
}

static gboolean
reads_general_names(guint n, GError **error)
{
    g_autoptr(DerNode) list = der_node_new(BER_SEQUENCE);
    for (guint i = 0; i < n; i++)
        ADD_RAW(list, "\x81\x01"
                      "a");
    g_autoptr(GBytes) der = der_node_serialize(list);
    BerReader all, names;
    ber_reader_init(&all, der);
    g_assert_true(ber_enter(&all, BER_SEQUENCE, "", &names, NULL));
    g_autoptr(GPtrArray) read = general_names_read(&names, error);
    return read != NULL;
}

/* A CRL; each entry names an issuer of so many octets, if there are any. */
static Crl *
build_crl(guint n_entries, guint n_issuer_octets)
{
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    DerNode *body = der_add(root, BER_SEQUENCE);
    der_add_small(body, 1);
    der_add_algorithm(body, OID_SHA256_WITH_RSA, TRUE);
    add_name(body, 1);
    g_assert_true(der_add_time(body, 0));
    DerNode *list = der_add(body, BER_SEQUENCE);
    for (guint i = 0; i < n_entries && n_issuer_octets == 0; i++)
        ADD_RAW(list, "\x30\x05\x02\x01\x01\x05\x00");
    for (guint i = 0; i < n_entries && n_issuer_octets > 0; i++) {
        DerNode *entry = der_add(list, BER_SEQUENCE);
        ADD_RAW(entry, "\x02\x01\x01\x05\x00");
        g_autoptr(DerNode) names = der_node_new(BER_SEQUENCE);
        add_name(der_add(names, BER_CONTEXT_CONSTRUCTED(4)), (n_issuer_octets - 10) / 12);
        add_extension(der_add(entry, BER_SEQUENCE), 29, names);
    }
    der_add_algorithm(root, OID_SHA256_WITH_RSA, TRUE);
    der_add_octets(root, BER_BIT_STRING, "\0signature", 10);
    g_autoptr(GBytes) der = der_node_serialize(root);
    g_autoptr(GError) error = NULL;
    Crl *crl = crl_new(der, &error);
    g_assert_no_error(error);
    return crl;
}

static gboolean
reads_crl_entries(guint n, GError **error)
{
    CrlRoom room = CRL_ROOM_ALL;
    g_autoptr(Crl) crl = build_crl(n, 0);
    return crl_load_entries(crl, &room, error);
}

/* In lists of which each has room. */
static gboolean
reads_crls_of_entries(guint n, GError **error)
{
    CrlRoom room = {4 * (n / 4), LIMIT_CRL_NAME_OCTETS};
    g_autoptr(Crl) first = build_crl(n / 2, 0);
    g_autoptr(Crl) second = build_crl(n - n / 2, 0);
    return crl_load_entries(first, &room, NULL) && crl_load_entries(second, &room, error);
}

static gboolean
reads_crl_issuers(guint n, GError **error)
{
    CrlRoom room = CRL_ROOM_ALL;
    g_autoptr(Crl) crl = build_crl(n, LIMIT_CRL_NAME_OCTETS / 512);
    return crl_load_entries(crl, &room, error);
}

/* Whether a PKCS#12 file with these safes is read as far as to find its keys, or that it has none.
 */
static gboolean
safes_read(const DerNode *safes, GError **error)
{
    g_autoptr(GBytes) contents = der_node_serialize(safes);
    g_autoptr(DerNode) file = der_node_new(BER_SEQUENCE);
    der_add_small(file, 3);
    DerNode *info = der_add(file, BER_SEQUENCE);
    der_add_oid(info, OID_DATA);
    der_add_bytes(der_add(info, BER_CONTEXT_CONSTRUCTED(0)), BER_OCTET_STRING, contents);
    g_autoptr(GBytes) octets = der_node_serialize(file);
    g_autoptr(GError) local = NULL;
    g_autoptr(KeyFileParts) parts = key_file_read(octets, "", LIMIT_DERIVATION_COST, &local);
    if (parts != NULL || g_error_matches(local, CMS_ERROR, CMS_ERROR_MALFORMED))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
}

static void
add_safe(DerNode *safes, const DerNode *bags)
{
    g_autoptr(GBytes) contents = der_node_serialize(bags);
    DerNode *safe = der_add(safes, BER_SEQUENCE);
    der_add_oid(safe, OID_DATA);
    der_add_bytes(der_add(safe, BER_CONTEXT_CONSTRUCTED(0)), BER_OCTET_STRING, contents);
}

/* In two safes. */
static gboolean
reads_bags(guint n, GError **error)
{
    g_autoptr(DerNode) safes = der_node_new(BER_SEQUENCE);
    for (guint i = 0; i < 2; i++) {
        g_autoptr(DerNode) bags = der_node_new(BER_SEQUENCE);
        for (guint j = i; j < n; j += 2)
            ADD_RAW(bags, "\x30\x09\x06\x03\x2a\x03\x04\xa0\x02\x05\x00");
        add_safe(safes, bags);
    }
    return safes_read(safes, error);
}

static gboolean
reads_safes(guint n, GError **error)
{
    g_autoptr(DerNode) safes = der_node_new(BER_SEQUENCE);
    g_autoptr(DerNode) none = der_node_new(BER_SEQUENCE);
    for (guint i = 0; i < n; i++)
        add_safe(safes, none);
    return safes_read(safes, error);
}

/* A safe in which @n are, one in another. */
static gboolean
reads_safe_depth(guint n, GError **error)
{
    DerNode *bags = der_node_new(BER_SEQUENCE);
    for (guint i = 0; i < n; i++) {
        DerNode *outer = der_node_new(BER_SEQUENCE);
        DerNode *bag = der_add(outer, BER_SEQUENCE);
        ADD_RAW(bag, "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x06");
        der_add_node(der_add(bag, BER_CONTEXT_CONSTRUCTED(0)), bags);
        bags = outer;
    }
    g_autoptr(DerNode) innermost = bags;
    g_autoptr(DerNode) safes = der_node_new(BER_SEQUENCE);
    add_safe(safes, innermost);
    return safes_read(safes, error);
}

static gboolean
reads_file_keys(guint n, GError **error)
{
    g_autoptr(DerNode) bags = der_node_new(BER_SEQUENCE);
    g_autoptr(DerNode) safes = der_node_new(BER_SEQUENCE);
    for (guint i = 0; i < n; i++) {
        DerNode *bag = der_add(bags, BER_SEQUENCE);
        ADD_RAW(bag, "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01");
        ADD_RAW(bag, "\xa0\x02\x05\x00");
    }
    add_safe(safes, bags);
    return safes_read(safes, error);
}

/* @n octets of what may stand among the certificates, in two pieces. */
static gboolean
reads_carried_octets(guint n, GError **error)
{
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_oid(root, OID_SIGNED_DATA);
    DerNode *data = der_add(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
    der_add_small(data, 1);
    der_add(data, BER_SET);
    der_add_oid(der_add(data, BER_SEQUENCE), OID_DATA);
    DerNode *certificates = der_add(data, BER_CONTEXT_CONSTRUCTED(0));
    g_autofree guint8 *padding = g_malloc0(n);
    gsize n_padding = n - 2 * 5; /* identifier and length of each */
    der_add_octets(certificates, BER_CONTEXT(3), padding, n_padding / 2);
    der_add_octets(certificates, BER_CONTEXT(3), padding, n_padding - n_padding / 2);
    der_add(data, BER_SET);
    g_autoptr(GBytes) ber = der_node_serialize(root);
    g_autoptr(SignedData) parsed = signed_data_parse(ber, error);
    return parsed != NULL;
}

static gboolean
reads_rounds(guint n, GError **error)
{
    PbeBudget budget = {LIMIT_DERIVATION_COST};
    return pbe_budget_take(&budget, n, 1, error);
}

static gboolean
reads_recipients(guint n, GError **error)
{
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_oid(root, OID_ENVELOPED_DATA);
    DerNode *data = der_add(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
    der_add_small(data, 0);
    DerNode *set = der_add(data, BER_SET);
    for (guint i = 0; i < n; i++)
        ADD_RAW(set, "\xa4\x02\x05\x00");
    DerNode *content = der_add(data, BER_SEQUENCE);
    der_add_oid(content, OID_DATA);
    DerNode *algorithm = der_add(content, BER_SEQUENCE);
    der_add_oid(algorithm, OID_AES_128_CBC);
    der_add_octets(algorithm, BER_OCTET_STRING, "0123456789abcdef", 16);
    der_add_octets(content, BER_CONTEXT(0), "0123456789abcdef", 16);
    g_autoptr(GBytes) ber = der_node_serialize(root);
    g_autoptr(EnvelopeKeys) keys = envelope_keys_new(g_ptr_array_new(), NULL);
    g_autoptr(GError) local = NULL;
    g_autoptr(OctetSource) plaintext = enveloped_data_decrypt(ber, keys, NULL, &local);
    g_assert_null(plaintext);
    if (g_error_matches(local, CMS_ERROR, CMS_ERROR_NOT_FOR_US))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
}

static gboolean
reads_depth(guint n, GError **error)
{
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    DerNode *node = root;
    for (guint i = 1; i < n; i++)
        node = der_add(node, BER_SEQUENCE);
    g_autoptr(GBytes) der = der_node_serialize(root);
    BerReader reader;
    ber_reader_init(&reader, der);
    for (guint i = 0; i < n; i++) {
        BerReader child;
        if (!ber_enter(&reader, BER_SEQUENCE, "depth", &child, error))
            return FALSE;
        reader = child;
    }
    return TRUE;
}

static const LimitCase limit_cases[] = {
    {"asn1-depth", LIMIT_ASN1_DEPTH, reads_depth, "nested more than 32 deep"},
    {"extensions", LIMIT_EXTENSIONS, reads_extensions, "more than 100 extensions"},
    {"attributes", LIMIT_NAME_ATTRIBUTES, reads_attributes, "more than 400 attributes in a name"},
    {"purposes", LIMIT_PURPOSES, reads_purposes, "more than 100 purposes"},
    {"certificate-octets", LIMIT_CERTIFICATE_OCTETS, reads_certificate_octets, "262145 octets"},
    {"name-octets", LIMIT_NAME_OCTETS, reads_name_octets, "name of 4097 octets (at most 4096)"},
    {"name-attributes", LIMIT_NAME_ATTRIBUTES, reads_name_attributes, "more than 400 attributes"},
    {"general-names", LIMIT_GENERAL_NAMES, reads_general_names, "more than 500 names"},
    {"crl-entries", LIMIT_CRL_ENTRIES, reads_crl_entries, "more than 500000 entries of CRLs"},
    {"crls-entries", 1000, reads_crls_of_entries, "entries of CRLs"},
    {"pkcs12-bags", LIMIT_SAFE_BAGS, reads_bags, "more than 1000 bags"},
    {"pkcs12-safes", LIMIT_SAFES, reads_safes, "more than 50 safes"},
    {"pkcs12-safe-depth", LIMIT_SAFE_DEPTH, reads_safe_depth, "nested deeper than 4"},
    {"file-keys", LIMIT_FILE_KEYS, reads_file_keys, "more than 50 private keys"},
    {"carried-octets", LIMIT_CERTIFICATES_OCTETS, reads_carried_octets,
     "4194304 octets of certificates"},
    {"rounds", LIMIT_DERIVATION_COST, reads_rounds, "rounds of key derivation (8000001)"},
    {"recipients", LIMIT_RECIPIENT_INFOS, reads_recipients, "more than 10000 recipients"},
};

static void
test_limit(gconstpointer data)
{
    const LimitCase *row = data;
    g_autoptr(GError) error = NULL;
    g_assert_true(row->reads(row->limit, &error));
    g_assert_no_error(error);
    g_assert_false(row->reads(row->limit + 1, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_LIMIT);
    g_assert_nonnull(strstr(error->message, row->says));
}

static void
test_rsa_bits(void)
{
    static const struct {
        Parts parts;
        gboolean is_taken;
    } rows[] = {{{.n_bits = LIMIT_RSA_BITS_MIN - 1}, FALSE},
                {{.n_bits = LIMIT_RSA_BITS_MIN}, TRUE},
                {{.n_bits = LIMIT_RSA_BITS_MAX}, TRUE},
                {{.n_bits = LIMIT_RSA_BITS_MAX + 1}, FALSE},
                {{.n_exponent_bits = 1}, FALSE},
                {{.n_exponent_bits = 2}, TRUE},
                {{.n_exponent_bits = LIMIT_RSA_EXPONENT_BITS}, TRUE},
                {{.n_exponent_bits = LIMIT_RSA_EXPONENT_BITS + 1}, FALSE}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_cmpint(reads_rsa_key(rows[i].parts, &error), ==, rows[i].is_taken);
        if (!rows[i].is_taken)
            g_assert_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED);
    }
}

static void
test_crl_issuers(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(reads_crl_issuers(500, &error));
    g_assert_false(reads_crl_issuers(540, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_LIMIT);
    g_assert_nonnull(strstr(error->message, "octets of names of issuers"));
}

/* Signers whose certificate is there, under a key of so many bits. */
static gboolean
work_is_taken(guint n_signers, guint n_bits, GError **error)
{
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    g_autoptr(GBytes) certificate = build_certificate((Parts){.n_bits = n_bits});
    der_add_oid(root, OID_SIGNED_DATA);
    DerNode *data = der_add(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
    der_add_small(data, 1);
    der_add(data, BER_SET);
    der_add_oid(der_add(data, BER_SEQUENCE), OID_DATA);
    der_add_encoded(der_add(data, BER_CONTEXT_CONSTRUCTED(0)), certificate);
    DerNode *signers = der_add(data, BER_SET);
    for (guint i = 0; i < n_signers; i++) {
        DerNode *signer = der_add(signers, BER_SEQUENCE);
        der_add_small(signer, 1);
        DerNode *who = der_add(signer, BER_SEQUENCE);
        add_name(who, 1);
        der_add_small(who, 1);
        der_add_algorithm(signer, OID_SHA256, FALSE);
        der_add_algorithm(signer, OID_SHA256_WITH_RSA, TRUE);
        der_add_octets(signer, BER_OCTET_STRING, "signature", 9);
    }
    g_autoptr(GBytes) ber = der_node_serialize(root);
    g_autoptr(SignedData) parsed = signed_data_parse(ber, error);
    g_assert_nonnull(parsed);
    return signed_data_check_work(parsed, NULL, error);
}

static void
test_signature_work(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) der = build_certificate((Parts){.n_bits = LIMIT_RSA_BITS_MAX});
    g_autoptr(Certificate) certificate = certificate_new(der, &error);
    guint n_most = LIMIT_SIGNATURE_WORK / signature_work_of(certificate, 0);
    g_assert_cmpuint(n_most, <, LIMIT_SIGNERS);
    g_assert_true(work_is_taken(n_most, LIMIT_RSA_BITS_MAX, &error));
    g_assert_no_error(error);
    g_assert_false(work_is_taken(n_most + 1, LIMIT_RSA_BITS_MAX, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_LIMIT);
    g_assert_nonnull(strstr(error->message, "units of at most 150000"));
    g_clear_error(&error);
    /* As many signers as there may be, under keys as they are. */
    g_assert_true(work_is_taken(LIMIT_SIGNERS, 4096, &error));
    g_assert_no_error(error);

    SignatureWork work = {2 * signature_work_of(certificate, 0)};
    g_assert_true(signature_work_take(&work, certificate, 0));
    g_assert_false(signature_work_take(&work, certificate, 1000));
    g_assert_true(signature_work_take(&work, certificate, 0));
    g_assert_false(signature_work_take(&work, certificate, 0));
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    for (gsize i = 0; i < G_N_ELEMENTS(limit_cases); i++) {
        g_autofree gchar *path = g_strconcat("/limits/", limit_cases[i].name, NULL);
        g_test_add_data_func(path, &limit_cases[i], test_limit);
    }
    g_test_add_func("/limits/rsa-bits", test_rsa_bits);
    g_test_add_func("/limits/crl-issuers", test_crl_issuers);
    g_test_add_func("/limits/signature-work", test_signature_work);
    return support_run();
}
