/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-error.h"
#include "content-encryption.h"
#include "core-limits.h"
#include "enveloped-data.h"
#include "key-management.h"
#include "nss-scoped.h"

static PK11SymKey *
make_content_key(CmsCipher cipher, GError **error)
{
    const CmsCipherInfo *info = cms_cipher_get_info(cipher);
    PORT_SetError(0);
    g_autoptr(PK11SlotInfo) slot = PK11_GetBestSlot(info->mechanism, NULL);
    PK11SymKey *key =
        slot != NULL ? PK11_KeyGen(slot, info->key_generation, NULL, (int)info->n_key_octets, NULL)
                     : NULL;
    if (key == NULL)
        cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot make a content-encryption key");
    return key;
}

static DerNode *
build_recipient_infos(GPtrArray *recipients, PK11SymKey *key, const EnvelopeOptions *options,
                      gboolean *out_all_transport, GError **error)
{
    g_autoptr(DerNode) set = der_node_new(BER_SET);
    g_autoptr(EphemeralKeys) ephemeral_keys = ephemeral_keys_new();
    g_autoptr(GHashTable) seen = g_hash_table_new(g_bytes_hash, g_bytes_equal);
    *out_all_transport = TRUE;
    for (guint i = 0; i < recipients->len; i++) {
        const Certificate *certificate = g_ptr_array_index(recipients, i);
        gboolean is_transport = FALSE;
        if (!g_hash_table_add(seen, certificate_get_der(certificate)))
            continue;
        if (!key_management_add(set, certificate, key, options, ephemeral_keys, &is_transport,
                                error))
            return NULL;
        *out_all_transport = *out_all_transport && is_transport;
    }
    der_node_sort(set);
    return g_steal_pointer(&set);
}

/* EncryptedContentInfo and, for AEAD, what follows it. */
static gboolean
add_content(DerNode *data, OctetSource *content, CmsCipher cipher, PK11SymKey *key, GError **error)
{
    ContentCipher parameters;
    guint8 tag[CONTENT_TAG_MAX];
    if (!content_cipher_init(cipher, &parameters, error))
        return FALSE;
    g_autoptr(OctetSource) ciphertext =
        content_cipher_encrypt(&parameters, key, content, NULL, tag, error);
    if (ciphertext == NULL)
        return FALSE;
    DerNode *info = der_add(data, BER_SEQUENCE);
    der_add_oid(info, OID_DATA);
    content_cipher_add(info, &parameters);
    der_add_source(info, BER_CONTEXT(0), ciphertext);
    if (cms_cipher_is_aead(cipher))
        der_add_octets(data, BER_OCTET_STRING, tag, parameters.n_tag);
    return TRUE;
}

static gboolean
check_input(OctetSource *content, GPtrArray *recipients, CmsCipher cipher, GError **error)
{
    if (!cms_cipher_is_written(cipher)) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED, "cipher %s is not written",
                    cms_cipher_to_string(cipher));
        return FALSE;
    }
    if (octet_source_get_size(content) <= LIMIT_STREAMED_OCTETS &&
        recipients->len <= LIMIT_RECIPIENT_INFOS)
        return TRUE;
    g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT,
                "content of more than %" G_GUINT64_FORMAT " octets, or more than %u recipients",
                LIMIT_STREAMED_OCTETS, LIMIT_RECIPIENT_INFOS);
    return FALSE;
}

OctetSource *
enveloped_data_encrypt(OctetSource *content, GPtrArray *recipients, const EnvelopeOptions *options,
                       GError **error)
{
    g_return_val_if_fail(recipients->len > 0, NULL);
    CmsCipher cipher = options->cipher;
    gboolean all_transport = FALSE;
    gboolean aead = cms_cipher_is_aead(cipher);
    if (!check_input(content, recipients, cipher, error))
        return NULL;
    g_autoptr(PK11SymKey) key = make_content_key(cipher, error);
    if (key == NULL)
        return NULL;
    DerNode *infos = build_recipient_infos(recipients, key, options, &all_transport, error);
    if (infos == NULL)
        return NULL;
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_oid(root, aead ? OID_AUTH_ENVELOPED_DATA : OID_ENVELOPED_DATA);
    DerNode *data = der_add(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
    /* RFC 5652 §6.1, RFC 5083 §2.1. */
    der_add_small(data, aead || all_transport ? 0 : 2);
    der_add_node(data, infos);
    if (!add_content(data, content, cipher, key, error))
        return NULL;
    return der_node_to_source(root);
}
