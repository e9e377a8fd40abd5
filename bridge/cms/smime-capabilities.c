/* SPDX-License-Identifier: MPL-2.0 */

#include "smime-capabilities.h"

#include "cms-error.h"
#include "core-limits.h"
#include "rsa-parameters.h"

G_STATIC_ASSERT(OID_ECDH_COFACTOR_SHA512 - OID_ECDH_STD_SHA1 < 32);

/* RFC 8551 §2.7: GCM before CBC, and within each the longer key first. AES-192-GCM is read, but no
 * RFC asks anybody to write it. */
static const Oid own_ciphers[] = {OID_AES_256_GCM, OID_AES_128_GCM, OID_AES_256_CBC,
                                  OID_AES_192_CBC, OID_AES_128_CBC};

/* As key transport writes it. */
static const RsaOaepParameters own_oaep = {CMS_DIGEST_SHA256, CMS_DIGEST_SHA256, {0}};

static void
note_cipher(SmimeCapabilities *capabilities, const CmsAlgorithm *entry)
{
    CmsCipher cipher = cms_cipher_find(entry->id);
    /* RFC 3565 §4.2, RFC 5084 §3: AES has no parameters here. RC2 has the key's length, which does
     * not matter: it is not written. */
    if (cipher == CMS_CIPHER_UNKNOWN || smime_capabilities_read_cipher(capabilities, cipher) ||
        (!cms_cipher_is_weak(cipher) && !cms_algorithm_has_no_parameters(entry)))
        return;
    capabilities->ciphers[capabilities->n_ciphers++] = cipher;
}

/* RFC 3560 §5 has parameters always, an empty SEQUENCE for the defaults. Without any it is not
 * known which are meant. */
static void
note_oaep(SmimeCapabilities *capabilities, GBytes *der, const CmsAlgorithm *entry)
{
    RsaOaepParameters parameters;
    if (entry->id != OID_RSAES_OAEP || entry->parameters.octets == NULL ||
        !rsa_oaep_parameters_parse(der, entry->parameters, &parameters) ||
        parameters.digest != parameters.mgf_digest || parameters.label.n_octets > 0)
        return;
    capabilities->oaep_digests |= 1u << parameters.digest;
}

static void
note_ecdh(SmimeCapabilities *capabilities, const CmsAlgorithm *entry)
{
    if (entry->id >= OID_ECDH_STD_SHA1 && entry->id <= OID_ECDH_COFACTOR_SHA512)
        capabilities->ecdh_schemes |= 1u << (entry->id - OID_ECDH_STD_SHA1);
}

static gboolean
read_entries(BerReader *list, GBytes *der, SmimeCapabilities *capabilities, GError **error)
{
    for (guint i = 0; !ber_at_end(list); i++) {
        CmsAlgorithm entry;
        if (i >= LIMIT_CAPABILITIES) {
            g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "more than %u capabilities",
                        LIMIT_CAPABILITIES);
            return FALSE;
        }
        if (!cms_algorithm_read(list, "SMIMECapability", &entry, error))
            return FALSE;
        note_cipher(capabilities, &entry);
        note_oaep(capabilities, der, &entry);
        note_ecdh(capabilities, &entry);
    }
    return TRUE;
}

gboolean
smime_capabilities_parse(GBytes *der, SmimeCapabilities *out_capabilities, GError **error)
{
    SmimeCapabilities capabilities = {0};
    BerSlice whole = {0};
    BerReader all, list;
    whole.octets = g_bytes_get_data(der, &whole.n_octets);
    if (whole.n_octets > LIMIT_CAPABILITIES_OCTETS) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "SMIMECapabilities of more than %u octets",
                    LIMIT_CAPABILITIES_OCTETS);
        return FALSE;
    }
    ber_reader_init(&all, der);
    if (!ber_enter(&all, BER_SEQUENCE, "SMIMECapabilities", &list, error) ||
        !read_entries(&list, der, &capabilities, error) ||
        !ber_leave(&all, &list, "SMIMECapabilities", error) ||
        !ber_finish(&all, "SMIMECapabilities", error))
        return FALSE;
    if (!ber_slice_has_der_lengths(der, whole)) {
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_MALFORMED,
                            "SMIMECapabilities are not in DER");
        return FALSE;
    }
    *out_capabilities = capabilities;
    return TRUE;
}

gboolean
smime_capabilities_read_cipher(const SmimeCapabilities *capabilities, CmsCipher cipher)
{
    for (guint i = 0; i < capabilities->n_ciphers; i++)
        if (capabilities->ciphers[i] == cipher)
            return TRUE;
    return FALSE;
}

gboolean
smime_capabilities_read_oaep(const SmimeCapabilities *capabilities, CmsDigest digest)
{
    return (capabilities->oaep_digests & 1u << digest) != 0;
}

gboolean
smime_capabilities_read_ecdh(const SmimeCapabilities *capabilities, Oid scheme)
{
    g_return_val_if_fail(scheme >= OID_ECDH_STD_SHA1 && scheme <= OID_ECDH_COFACTOR_SHA512, FALSE);
    return (capabilities->ecdh_schemes & 1u << (scheme - OID_ECDH_STD_SHA1)) != 0;
}

DerNode *
smime_capabilities_new_own(void)
{
    DerNode *list = der_node_new(BER_SEQUENCE);
    for (gsize i = 0; i < G_N_ELEMENTS(own_ciphers); i++)
        der_add_algorithm(list, own_ciphers[i], FALSE);
    rsa_oaep_parameters_add(list, &own_oaep);
    return list;
}
