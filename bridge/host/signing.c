/* SPDX-License-Identifier: MPL-2.0 */

#include "signing.h"

#include "json-facts.h"
#include "key-choice.h"
#include "params.h"

void
signing_clear(Signing *signing)
{
    g_clear_pointer(&signing->pair, key_pair_unref);
    g_clear_pointer(&signing->options.chain, g_ptr_array_unref);
}

static gboolean
read_digest(const OpCall *call, CmsDigest *out_digest, GError **error)
{
    const gchar *name = NULL;
    if (!params_get_string(call->params, "digest", &name, error))
        return FALSE;
    *out_digest = CMS_DIGEST_UNKNOWN;
    if (name == NULL)
        return TRUE;
    for (CmsDigest digest = CMS_DIGEST_SHA256; digest < CMS_N_DIGESTS; digest++)
        if (g_str_equal(name, cms_digest_to_string(digest))) {
            *out_digest = digest;
            return TRUE;
        }
    g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                "parameter \"digest\": \"%.50s\" is not one of sha-256, sha-384, sha-512", name);
    return FALSE;
}

/* What lies between the signer's certificate and its authority; receivers may have nothing but the
 * authority (RFC 8550 §2.3). */
static GPtrArray *
find_chain(const OpCall *call, const KeyPair *pair)
{
    g_autoptr(KeyStore) store = bridge_get_key_store(call->bridge, FALSE, NULL);
    return store == NULL ? NULL : key_store_find_chain(store, pair);
}

gboolean
signing_prepare(const OpCall *call, const MessageInput *input, Signing *out_signing, GError **error)
{
    const gchar *named = NULL;
    gboolean certificate = TRUE;
    CmsDigest digest = CMS_DIGEST_UNKNOWN;
    if (!params_get_string(call->params, "author", &named, error) ||
        !read_digest(call, &digest, error) ||
        !params_get_boolean(call->params, "certificate", TRUE, &certificate, error))
        return FALSE;
    const gchar *author = message_input_get_author(input, named, error);
    if (author == NULL)
        return FALSE;
    KeyPair *pair = key_choose_signer(call, author, error);
    if (pair == NULL)
        return FALSE;
    *out_signing = (Signing){
        .author = author,
        .pair = pair,
        .options = {.detached = TRUE,
                    .without_certificates = !certificate,
                    .signing_time = bridge_get_now(call->bridge),
                    .digest = digest,
                    .chain = certificate ? find_chain(call, pair) : NULL},
    };
    return TRUE;
}

OctetSource *
signing_sign(const Signing *signing, OctetSource *payload, const gchar **out_micalg, GError **error)
{
    CmsDigest digest = CMS_DIGEST_UNKNOWN;
    OctetSource *signature =
        signed_data_sign(payload, signing->pair, &signing->options, &digest, error);
    if (signature != NULL)
        *out_micalg = cms_digest_to_string(digest);
    return signature;
}

void
signing_describe(const Signing *signing, JsonObject *result)
{
    json_set_string(result, "author", signing->author);
    json_object_set_object_member(result, "signer",
                                  json_from_certificate(key_pair_get_certificate(signing->pair)));
}
