/* SPDX-License-Identifier: MPL-2.0 */

#include "addr-spec.h"
#include "core-limits.h"
#include "json-facts.h"
#include "learning.h"
#include "ops.h"
#include "params.h"
#include "seen-certificates.h"

static gboolean
record_by_hand(const OpCall *call, const gchar *address, Certificate *certificate,
               GPtrArray *certificates, JsonArray *added, GError **error)
{
    g_autoptr(SeenCertificate) seen =
        seen_certificate_new(address, certificate, g_get_real_time() / G_USEC_PER_SEC);
    seen->origin = SEEN_IN_FILE;
    learning_add_issuers(seen->issuers, certificate, certificates);
    if (!seen_certificate_is_sound(seen)) {
        g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                    "the certificate \"%.200s\" is too large to be kept",
                    certificate_get_subject(certificate));
        return FALSE;
    }
    if (!seen_certificates_record(bridge_get_profile(call->bridge), seen, TRUE,
                                  &seen_default_limits, error))
        return FALSE;
    json_array_add_object_element(added, json_from_seen(seen));
    return TRUE;
}

/* Under the address that was named, or else under each that it names itself. */
static gboolean
add_certificate(const OpCall *call, const gchar *address, Certificate *certificate,
                GPtrArray *certificates, JsonArray *added, GError **error)
{
    const gchar *const *names = certificate_get_addresses(certificate);
    if (address == NULL && *names == NULL) {
        g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                    "the certificate \"%.200s\" names no address: say whose it is",
                    certificate_get_subject(certificate));
        return FALSE;
    }
    for (guint i = 0; i < LIMIT_SEEN_OF_ADDRESS; i++) {
        const gchar *name = address != NULL ? address : names[i];
        if (!record_by_hand(call, name, certificate, certificates, added, error))
            return FALSE;
        if (address != NULL || names[i + 1] == NULL)
            break;
    }
    return TRUE;
}

/* Those above others in the same file are theirs, not a correspondent's. */
static gboolean
is_issuer(GPtrArray *certificates, const Certificate *certificate)
{
    for (guint i = 0; i < certificates->len; i++) {
        const Certificate *other = g_ptr_array_index(certificates, i);
        if (!g_bytes_equal(certificate_get_der(other), certificate_get_der(certificate)) &&
            g_bytes_equal(certificate_get_issuer_der(other),
                          certificate_get_subject_der(certificate)))
            return TRUE;
    }
    return FALSE;
}

static gboolean
add_from_files(const OpCall *call, const gchar *address, GPtrArray *files, JsonArray *added,
               GError **error)
{
    for (guint i = 0; i < files->len; i++) {
        g_autoptr(GPtrArray) certificates =
            certificates_parse_file(g_ptr_array_index(files, i), error);
        if (certificates == NULL)
            return FALSE;
        for (guint j = 0; j < certificates->len; j++) {
            Certificate *certificate = g_ptr_array_index(certificates, j);
            if (!is_issuer(certificates, certificate) &&
                !add_certificate(call, address, certificate, certificates, added, error))
                return FALSE;
        }
    }
    return TRUE;
}

static gboolean
add(const OpCall *call, const gchar *address, GPtrArray *files, JsonArray *added, GError **error)
{
    g_autoptr(AddrSpec) spec = address == NULL ? NULL : addr_spec_parse(address, -1, error);
    if (address != NULL && spec == NULL) {
        g_prefix_error(error, "address \"%.200s\": ", address);
        return FALSE;
    }
    return add_from_files(call, address, files, added, error);
}

static gboolean
list(const OpCall *call, const gchar *address, JsonArray *found, GError **error)
{
    g_autoptr(GPtrArray) all =
        seen_certificates_load(bridge_get_profile(call->bridge), address, error);
    if (all == NULL)
        return FALSE;
    for (guint i = 0; i < all->len; i++)
        json_array_add_object_element(found, json_from_seen(g_ptr_array_index(all, i)));
    return TRUE;
}

gboolean
op_seen(const OpCall *call, OpReply *reply, GError **error)
{
    const gchar *address = NULL;
    gboolean forget = FALSE;
    guint n_forgotten = 0;
    g_autoptr(GPtrArray) files = NULL;
    g_autoptr(JsonArray) seen = json_array_new();
    if (!params_get_string(call->params, "address", &address, error) ||
        !params_get_boolean(call->params, "forget", FALSE, &forget, error) ||
        !params_get_octets_list(call->params, "add", LIMIT_SEEN_OF_ADDRESS, &files, error))
        return FALSE;
    if (forget && files->len > 0) {
        g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                            "\"add\" and \"forget\" can't stand together");
        return FALSE;
    }
    if (files->len > 0 ? !add(call, address, files, seen, error)
                       : !list(call, address, seen, error))
        return FALSE;
    if (forget &&
        !seen_certificates_forget(bridge_get_profile(call->bridge), address, &n_forgotten, error))
        return FALSE;
    reply->result = json_object_new();
    json_object_set_array_member(reply->result, "seen", g_steal_pointer(&seen));
    json_object_set_int_member(reply->result, "forgotten", n_forgotten);
    return TRUE;
}
