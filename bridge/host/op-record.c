/* SPDX-License-Identifier: MPL-2.0 */

#include "association.h"
#include "cms-error.h"
#include "dane-lookup.h"
#include "json-facts.h"
#include "lookup-json.h"
#include "ops.h"
#include "params.h"
#include "record-advice.h"

#define MAX_TTL 2147483647 /* RFC 2181 §8 */

typedef struct {
    const gchar *address;
    const gchar *rdata;
    Certificate *certificate;
    gint64 usage;
    gint64 selector;
    gint64 matching_type;
    gint64 ttl;
    gint64 rr_type;
    gboolean generic;
    gboolean draft;
    gboolean check;
    SmimeaRecord *record;
} Recording;

static void
recording_clear(Recording *recording)
{
    g_clear_pointer(&recording->certificate, certificate_unref);
    g_clear_pointer(&recording->record, smimea_record_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Recording, recording_clear)

static gboolean
read_numbers(JsonObject *params, Recording *recording, GError **error)
{
    return params_get_integer(params, "usage", 0, 255, SMIMEA_USAGE_DANE_EE, &recording->usage,
                              error) &&
           params_get_integer(params, "selector", 0, 255, SMIMEA_SELECTOR_CERT,
                              &recording->selector, error) &&
           params_get_integer(params, "matching_type", 0, 255, SMIMEA_MATCHING_FULL,
                              &recording->matching_type, error) &&
           params_get_integer(params, "ttl", 0, MAX_TTL, 0, &recording->ttl, error) &&
           params_get_integer(params, "type", 1, G_MAXUINT16, SMIMEA_RR_TYPE, &recording->rr_type,
                              error);
}

static gboolean
read_params(const OpCall *call, Recording *recording, GError **error)
{
    JsonObject *params = call->params;
    g_autoptr(GBytes) file = NULL;
    if (!params_get_string(params, "address", &recording->address, error) ||
        !params_get_string(params, "rdata", &recording->rdata, error) ||
        !params_get_octets(params, "certificate", &file, error) ||
        !params_get_boolean(params, "generic", FALSE, &recording->generic, error) ||
        !params_get_boolean(params, "draft", FALSE, &recording->draft, error) ||
        !params_get_boolean(params, "check", FALSE, &recording->check, error) ||
        !read_numbers(params, recording, error))
        return FALSE;
    if (file == NULL)
        return TRUE;
    g_autoptr(GPtrArray) certificates = certificates_parse_file(file, error);
    if (certificates == NULL)
        return FALSE;
    recording->certificate = certificate_ref(g_ptr_array_index(certificates, 0));
    return TRUE;
}

/* The newest certificate of the address in the key store. */
static Certificate *
find_own_certificate(const OpCall *call, const gchar *address, GError **error)
{
    g_autoptr(KeyStore) store = bridge_get_key_store(call->bridge, FALSE, error);
    g_autoptr(GPtrArray) pairs = store == NULL ? NULL : key_store_find(store, address, error);
    if (pairs == NULL)
        return NULL;
    if (pairs->len > 0)
        return certificate_ref(key_pair_get_certificate(g_ptr_array_index(pairs, 0)));
    g_set_error(error, CMS_ERROR, CMS_ERROR_KEY_NOT_FOUND, "no key for %.200s in the key store",
                address);
    return NULL;
}

/* Record data alone stand nowhere, nor does a certificate that names nobody. */
static gboolean
check_purpose(const Recording *recording, GError **error)
{
    gboolean named = recording->certificate != NULL &&
                     certificate_get_addresses(recording->certificate)[0] != NULL;
    if (!recording->check || recording->address != NULL || named)
        return TRUE;
    g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                        "an address is wanted, at whose name the record is to be looked up");
    return FALSE;
}

static gboolean
make_record(const OpCall *call, Recording *recording, GError **error)
{
    if (recording->rdata != NULL) {
        recording->record = smimea_record_parse_presentation(recording->rdata, error);
        return recording->record != NULL;
    }
    if (recording->certificate == NULL && recording->address == NULL) {
        g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                            "an address, a certificate or RDATA is wanted");
        return FALSE;
    }
    if (recording->certificate == NULL)
        recording->certificate = find_own_certificate(call, recording->address, error);
    if (recording->certificate == NULL)
        return FALSE;
    g_autoptr(GBytes) data = association_data_new(
        certificate_get_der(recording->certificate), certificate_get_spki(recording->certificate),
        (guint8)recording->selector, (guint8)recording->matching_type);
    if (data == NULL || recording->usage > SMIMEA_USAGE_DANE_EE) {
        g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                            "usage is 0 to 3, selector 0 or 1, matching type 0 to 2");
        return FALSE;
    }
    recording->record = smimea_record_new((guint8)recording->usage, (guint8)recording->selector,
                                          (guint8)recording->matching_type, data);
    return TRUE;
}

/* Whether the DNS has this very record at that name, securely. */
static JsonObject *
check_published(const OpCall *call, const Recording *recording, const gchar *address,
                GError **error)
{
    const DaneLookupChoices choices = {recording->draft, (guint16)recording->rr_type,
                                       BRIDGE_MEMORY_NONE};
    g_autoptr(GPtrArray) addresses = g_ptr_array_new();
    g_ptr_array_add(addresses, (gpointer)address);
    g_autoptr(GPtrArray) answers = dane_lookup(call, addresses, &choices, error);
    if (answers == NULL)
        return NULL;
    const DaneAnswer *answer = g_ptr_array_index(answers, 0);
    g_autoptr(GBytes) wanted = smimea_record_serialize(recording->record);
    gboolean found = FALSE;
    for (guint i = 0; i < answer->records->len; i++) {
        const DaneRecord *other = g_ptr_array_index(answer->records, i);
        g_autoptr(GBytes) rdata =
            other->record == NULL ? NULL : smimea_record_serialize(other->record);
        found = found || (rdata != NULL && g_bytes_equal(rdata, wanted));
    }
    g_auto(RecipientChoice) choice = {0};
    recipient_choose(call, NULL, answer, &choice);
    JsonObject *check = json_from_dane_answer(answer, &choice);
    json_object_set_boolean_member(check, "published",
                                   found && answer->dns == DNS_OUTCOME_SECURE_RECORDS);
    json_object_set_boolean_member(check, "found", found);
    return check;
}

static JsonObject *
make_line(const OpCall *call, const Recording *recording, const gchar *address, GError **error)
{
    g_autofree gchar *owner_name = dane_owner_name(address, recording->draft, error);
    if (owner_name == NULL) {
        g_prefix_error(error, "address \"%.200s\": ", address);
        return NULL;
    }
    g_autofree gchar *line =
        smimea_record_to_zone_line(recording->record, owner_name, (guint16)recording->rr_type,
                                   (guint32)recording->ttl, recording->generic);
    g_autoptr(JsonObject) object = json_object_new();
    json_set_string(object, "address", address);
    json_set_string(object, "owner_name", owner_name);
    json_set_string(object, "line", line);
    if (!recording->check)
        return g_steal_pointer(&object);
    JsonObject *check = check_published(call, recording, address, error);
    if (check == NULL)
        return NULL;
    json_object_set_object_member(object, "check", check);
    return g_steal_pointer(&object);
}

/* A line for the address that was named, or else for each that the certificate names. */
static JsonArray *
make_lines(const OpCall *call, const Recording *recording, GError **error)
{
    const gchar *const named[] = {recording->address, NULL};
    const gchar *const nobody[] = {NULL};
    const gchar *const *addresses = named;
    if (recording->address == NULL)
        addresses = recording->certificate == NULL
                        ? nobody
                        : certificate_get_addresses(recording->certificate);
    g_autoptr(JsonArray) lines = json_array_new();
    for (; *addresses != NULL; addresses++) {
        JsonObject *line = make_line(call, recording, *addresses, error);
        if (line == NULL)
            return NULL;
        json_array_add_object_element(lines, line);
    }
    return g_steal_pointer(&lines);
}

gboolean
op_record(const OpCall *call, OpReply *reply, GError **error)
{
    g_auto(Recording) recording = {0};
    if (!read_params(call, &recording, error) || !check_purpose(&recording, error) ||
        !make_record(call, &recording, error))
        return FALSE;
    JsonArray *lines = make_lines(call, &recording, error);
    if (lines == NULL)
        return FALSE;
    const SmimeaRecord *record = recording.record;
    g_autoptr(GBytes) wire = smimea_record_serialize(record);
    g_autoptr(DaneRecord) as_read = dane_record_new(wire);
    g_autofree gchar *advice = record_advice_new(as_read, recording.address);
    g_autofree gchar *rdata = recording.generic ? smimea_record_to_generic(record)
                                                : smimea_record_to_presentation(record);
    g_autofree gchar *hex = octets_to_hex(wire);
    JsonObject *result = json_from_record(record, as_read->usability, NULL);
    json_set_string(result, "advice", advice);
    json_object_remove_member(result, "certificate");
    json_set_string(result, "rdata", rdata);
    json_set_string(result, "rdata_hex", hex);
    json_object_set_int_member(result, "type", recording.rr_type);
    json_object_set_array_member(result, "lines", lines);
    reply->result = result;
    return TRUE;
}
