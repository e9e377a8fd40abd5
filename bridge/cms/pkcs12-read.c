/* SPDX-License-Identifier: MPL-2.0 */

#include "ber.h"
#include "cms-error.h"
#include "core-limits.h"
#include "key-file-private.h"
#include "pkcs12-private.h"
#include "wiped-octets.h"

typedef struct {
    KeyFileParts *parts;
    PLArenaPool *arena; /* wiped */
    const gchar *password;
    PbeBudget *budget;
    guint n_bags; /* that may still be read */
} Reader;

static gboolean read_safe_contents(Reader *reader, const SECItem *octets, guint depth,
                                   GError **error);

static gboolean
read_octet_string(Reader *reader, const SECItem *ber, SECItem *out_octets, GError **error)
{
    SECItem octets = {siBuffer, NULL, 0};
    if (!key_file_decode_ber(reader->arena, &octets, SEC_ASN1_GET(SEC_OctetStringTemplate), ber,
                             error))
        return FALSE;
    *out_octets = octets;
    return TRUE;
}

/* Takes the elements of the SEQUENCE in @sequence from those that are left. */
static gboolean
count_elements(const SECItem *sequence, const gchar *what, guint limit, guint *n_left,
               GError **error)
{
    BerReader all, elements;
    g_autoptr(GBytes) octets = g_bytes_new_static(sequence->data, sequence->len);
    ber_reader_init(&all, octets);
    if (!ber_enter(&all, BER_SEQUENCE, "PKCS#12 safe", &elements, error))
        return FALSE;
    for (; !ber_at_end(&elements); (*n_left)--) {
        if (*n_left == 0) {
            g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "more than %u %s in a PKCS#12 file",
                        limit, what);
            return FALSE;
        }
        if (!ber_skip(&elements, "PKCS#12 safe", NULL, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
needs_password(const Reader *reader, GError **error)
{
    if (reader->password == NULL)
        g_set_error(error, CMS_ERROR, CMS_ERROR_PASSWORD, "the file wants a password");
    return reader->password == NULL;
}

static gboolean
read_shrouded_key(Reader *reader, const SECItem *value, GError **error)
{
    SECKEYEncryptedPrivateKeyInfo info = {0};

    if (needs_password(reader, error) ||
        !key_file_decode_ber(reader->arena, &info,
                             SEC_ASN1_GET(SECKEY_EncryptedPrivateKeyInfoTemplate), value, error))
        return FALSE;
    g_autoptr(GBytes) key =
        pbe_decrypt(&info.algorithm, &info.encryptedData, reader->password, reader->budget, error);
    return key != NULL && key_file_parts_add_key(reader->parts, key, error);
}

static gboolean
read_certificate(Reader *reader, const SECItem *value, GError **error)
{
    Pkcs12CertBag bag = {0};

    if (!key_file_decode_ber(reader->arena, &bag, pkcs12_cert_bag_template, value, error))
        return FALSE;
    if (SECOID_FindOIDTag(&bag.type) != SEC_OID_PKCS9_X509_CERT)
        return TRUE;
    g_autoptr(GBytes) der = g_bytes_new(bag.octets.data, bag.octets.len);
    return key_file_parts_add_certificate(reader->parts, der, error);
}

static gboolean
read_bag(Reader *reader, const Pkcs12SafeBag *bag, guint depth, GError **error)
{
    /* As an integer: NSS's list of names is longer than what can be in a bag. */
    switch ((gint)SECOID_FindOIDTag(&bag->type)) {
    case SEC_OID_PKCS12_V1_KEY_BAG_ID: {
        g_autoptr(GBytes) key =
            wiped_octets_to_bytes(g_memdup2(bag->value.data, bag->value.len), bag->value.len);
        return key_file_parts_add_key(reader->parts, key, error);
    }
    case SEC_OID_PKCS12_V1_PKCS8_SHROUDED_KEY_BAG_ID:
        return read_shrouded_key(reader, &bag->value, error);
    case SEC_OID_PKCS12_V1_CERT_BAG_ID:
        return read_certificate(reader, &bag->value, error);
    case SEC_OID_PKCS12_V1_SAFE_CONTENTS_BAG_ID:
        return read_safe_contents(reader, &bag->value, depth + 1, error);
    default: /* CRLs and secrets are not for us */
        return TRUE;
    }
}

static gboolean
read_safe_contents(Reader *reader, const SECItem *octets, guint depth, GError **error)
{
    Pkcs12SafeBag **bags = NULL;

    if (depth > LIMIT_SAFE_DEPTH) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "PKCS#12 safes nested deeper than %u",
                    LIMIT_SAFE_DEPTH);
        return FALSE;
    }
    if (!count_elements(octets, "bags", LIMIT_SAFE_BAGS, &reader->n_bags, error) ||
        !key_file_decode_ber(reader->arena, &bags, pkcs12_safe_contents_template, octets, error))
        return FALSE;
    for (gsize i = 0; bags != NULL && bags[i] != NULL; i++) {
        if (!read_bag(reader, bags[i], depth, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_encrypted_safe(Reader *reader, const SECItem *content, GError **error)
{
    Pkcs12EncryptedData data = {0};

    if (needs_password(reader, error) ||
        !key_file_decode_ber(reader->arena, &data, pkcs12_encrypted_data_template, content, error))
        return FALSE;
    g_autoptr(GBytes) plain =
        pbe_decrypt(&data.algorithm, &data.octets, reader->password, reader->budget, error);
    if (plain == NULL)
        return FALSE;
    SECItem safe = nss_borrow_bytes(plain);
    return read_safe_contents(reader, &safe, 0, error);
}

static gboolean
read_safe(Reader *reader, const Pkcs12ContentInfo *info, GError **error)
{
    SECOidTag type = SECOID_FindOIDTag(&info->type);
    SECItem safe;

    if (type == SEC_OID_PKCS7_ENCRYPTED_DATA)
        return read_encrypted_safe(reader, &info->content, error);
    if (type != SEC_OID_PKCS7_DATA) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                    "PKCS#12 file is protected by a certificate, not by a password");
        return FALSE;
    }
    return read_octet_string(reader, &info->content, &safe, error) &&
           read_safe_contents(reader, &safe, 0, error);
}

static gboolean
mac_holds(const Pkcs12MacData *mac, guint n_rounds, const SECItem *password, const SECItem *content,
          gboolean *out_holds, GError **error)
{
    guint8 octets[HASH_LENGTH_MAX];
    guint n_octets = 0;

    if (!pbe_pkcs12_mac(SECOID_GetAlgorithmTag(&mac->digest_algorithm), &mac->salt, n_rounds,
                        password, content, octets, &n_octets, error))
        return FALSE;
    *out_holds =
        n_octets == mac->digest.len && NSS_SecureMemcmp(octets, mac->digest.data, n_octets) == 0;
    return TRUE;
}

static gboolean
read_n_rounds(const SECItem *integer, PbeBudget *budget, guint *out_n_rounds, GError **error)
{
    guint64 n_rounds = integer->len == 0 ? 1 : 0;

    for (guint i = 0; i < MIN(integer->len, 6); i++)
        n_rounds = n_rounds << 8 | integer->data[i];
    if (integer->len > 5 || n_rounds == 0) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_MALFORMED, "PKCS#12 MAC has no sane round count");
        return FALSE;
    }
    *out_n_rounds = (guint)n_rounds;
    /* Perhaps twice: with and without a terminator of the empty password. */
    return pbe_budget_take(budget, n_rounds * 2, error);
}

/* Whether the MAC is right; a wrong one is a wrong password, as far as anybody can tell. */
static gboolean
check_mac(Reader *reader, const Pkcs12MacData *mac, const SECItem *content, GError **error)
{
    guint n_rounds;
    SECItem password = {siBuffer, NULL, 0};
    SECItem nothing = {siBuffer, (unsigned char *)"", 0};
    gboolean holds = FALSE;
    const gchar *text = reader->password != NULL ? reader->password : "";

    if (!read_n_rounds(&mac->n_rounds, reader->budget, &n_rounds, error) ||
        !pbe_password_to_bmp(reader->arena, text, &password, error) ||
        !mac_holds(mac, n_rounds, &password, content, &holds, error))
        return FALSE;
    /* Without a password some write the terminator alone, and some nothing at all. */
    if (!holds && *text == '\0' && !mac_holds(mac, n_rounds, &nothing, content, &holds, error))
        return FALSE;
    if (!holds)
        g_set_error(error, CMS_ERROR, CMS_ERROR_PASSWORD,
                    reader->password == NULL ? "the file wants a password" : "wrong password");
    else if (reader->password == NULL)
        reader->password = "";
    return holds;
}

gboolean
pkcs12_read(KeyFileParts *parts, GBytes *octets, const gchar *password, PbeBudget *budget,
            GError **error)
{
    g_autoptr(WipedArena) arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    Reader reader = {parts, arena, password, budget, LIMIT_SAFE_BAGS};
    guint n_safes = LIMIT_SAFES;
    SECItem file = nss_borrow_bytes(octets);
    Pkcs12Pfx pfx = {0};
    SECItem content;
    Pkcs12ContentInfo **safes = NULL;

    if (!key_file_decode_ber(arena, &pfx, pkcs12_pfx_template, &file, error))
        return FALSE;
    if (SECOID_FindOIDTag(&pfx.authenticated_safe.type) != SEC_OID_PKCS7_DATA) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                    "PKCS#12 file is signed, not protected by a password");
        return FALSE;
    }
    if (!read_octet_string(&reader, &pfx.authenticated_safe.content, &content, error) ||
        (pfx.mac.digest.len > 0 && !check_mac(&reader, &pfx.mac, &content, error)) ||
        !count_elements(&content, "safes", LIMIT_SAFES, &n_safes, error) ||
        !key_file_decode_ber(arena, &safes, pkcs12_authenticated_safe_template, &content, error))
        return FALSE;
    for (gsize i = 0; safes != NULL && safes[i] != NULL; i++) {
        if (!read_safe(&reader, safes[i], error))
            return FALSE;
    }
    return TRUE;
}
