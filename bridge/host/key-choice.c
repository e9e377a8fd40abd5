/* SPDX-License-Identifier: MPL-2.0 */

#include "key-choice.h"

#include "cms-error.h"
#include "dane-lookup.h"
#include "params.h"

#define MAX_KEY_FILES 64

/* Why @pair can't sign now; NULL if it can. */
static const gchar *
signer_objection(const KeyPair *pair, gint64 now)
{
    Certificate *certificate = key_pair_get_certificate(pair);
    switch (certificate_check_time(certificate, now)) {
    case CERTIFICATE_EXPIRED:
        return "its certificate has expired";
    case CERTIFICATE_NOT_YET_VALID:
        return "its certificate is not valid yet";
    case CERTIFICATE_VALID:
    default:
        break;
    }
    return certificate_may_sign(certificate) ? NULL : "its certificate is not for signing mail";
}

KeyPair *
key_choose_signer(const OpCall *call, const gchar *author, GError **error)
{
    g_autoptr(KeyStore) store = bridge_get_unlocked_store(call->bridge, FALSE, error);
    if (store == NULL)
        return NULL;
    g_autoptr(GPtrArray) pairs = key_store_find(store, author, error);
    if (pairs == NULL)
        return NULL;
    const gchar *objection = NULL;
    for (guint i = 0; i < pairs->len; i++) {
        KeyPair *pair = g_ptr_array_index(pairs, i);
        const gchar *why = signer_objection(pair, bridge_get_now(call->bridge));
        if (why == NULL)
            return key_pair_ref(pair);
        if (objection == NULL)
            objection = why;
    }
    if (objection == NULL)
        g_set_error(error, CMS_ERROR, CMS_ERROR_KEY_NOT_FOUND, "no key for %s in the key store",
                    author);
    else
        g_set_error(error, CMS_ERROR, CMS_ERROR_KEY_NOT_FOUND, "the key for %s can't sign: %s",
                    author, objection);
    return NULL;
}

static gboolean
add_pairs(GPtrArray *pairs, GBytes *octets, const gchar *password, GError **error)
{
    g_autoptr(KeyFile) keys = key_file_parse(octets, password, error);
    if (keys == NULL)
        return FALSE;
    if (keys->pairs->len == 0) {
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_KEY,
                            "the file has no private key with its certificate");
        return FALSE;
    }
    for (guint i = 0; i < keys->pairs->len; i++)
        g_ptr_array_add(pairs, key_pair_ref(g_ptr_array_index(keys->pairs, i)));
    return TRUE;
}

static gboolean
add_key_file(JsonObject *file, GPtrArray *pairs, GError **error)
{
    g_autoptr(GBytes) octets = NULL;
    const gchar *password = NULL, *name = NULL;
    if (!params_get_octets(file, "octets", &octets, error) ||
        !params_get_string(file, "name", &name, error) ||
        !params_get_string(file, "password", &password, error))
        return FALSE;
    if (octets == NULL) {
        g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                            "parameter \"key_files\": a file has no \"octets\"");
        return FALSE;
    }
    gboolean added = add_pairs(pairs, octets, password, error);
    if (!added && name != NULL)
        g_prefix_error(error, "%s: ", name);
    return added;
}

static GPtrArray *
get_key_pairs(const OpCall *call, gboolean needs_store, GError **error)
{
    g_autoptr(GPtrArray) files = NULL;
    if (!params_get_objects(call->params, "key_files", MAX_KEY_FILES, &files, error))
        return NULL;
    if (files->len == 0) {
        g_autoptr(GError) problem = NULL;
        g_autoptr(KeyStore) store = bridge_get_unlocked_store(call->bridge, FALSE, &problem);
        if (store != NULL)
            return key_store_list(store, error);
        if (!needs_store && g_error_matches(problem, CMS_ERROR, CMS_ERROR_STORE_MISSING))
            return g_ptr_array_new();
        g_propagate_error(error, g_steal_pointer(&problem));
        return NULL;
    }
    g_autoptr(GPtrArray) pairs = g_ptr_array_new_with_free_func((GDestroyNotify)key_pair_unref);
    for (guint i = 0; i < files->len; i++)
        if (!add_key_file(g_ptr_array_index(files, i), pairs, error))
            return NULL;
    return g_steal_pointer(&pairs);
}

EnvelopeKeys *
key_give_for_decryption(gpointer data, GError **error)
{
    const OpCall *call = data;
    const gchar *password = NULL;
    if (!params_get_string(call->params, "message_password", &password, error))
        return NULL;
    /* Who knows the message's password needs no key. */
    GPtrArray *pairs = get_key_pairs(call, password == NULL, error);
    return pairs != NULL ? envelope_keys_new(pairs, password) : NULL;
}
