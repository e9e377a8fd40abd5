/* SPDX-License-Identifier: MPL-2.0 */

#include "lookup-json.h"

#include "json-facts.h"
#include "record-advice.h"

static JsonArray *
records_to_json(const DaneAnswer *answer)
{
    JsonArray *records = json_array_new();
    for (guint i = 0; i < answer->records->len; i++) {
        const DaneRecord *record = g_ptr_array_index(answer->records, i);
        g_autofree gchar *advice = record_advice_new(record, answer->address);
        JsonObject *object = NULL;
        if (record->record != NULL) {
            object = json_from_record(record->record, record->usability, record->certificate);
        } else {
            object = json_object_new();
            json_object_set_boolean_member(object, "usable", FALSE);
            json_set_string(object, "reason", record_usability_to_string(record->usability));
        }
        json_set_string(object, "advice", advice);
        json_array_add_object_element(records, object);
    }
    return records;
}

void
json_set_recipient(JsonObject *object, const RecipientChoice *choice)
{
    g_autofree gchar *sha256 =
        choice->certificate == NULL ? NULL : certificate_dup_sha256_hex(choice->certificate);
    json_set_string(object, "recipient",
                    choice->reason == REASON_NONE ? "ready"
                                                  : verdict_reason_to_string(choice->reason));
    json_set_string(object, "certificate_sha256", sha256);
    json_set_string(object, "certificate_source", certificate_source_to_string(choice->source));
    if (choice->seen == NULL)
        json_object_set_null_member(object, "seen");
    else
        json_object_set_object_member(object, "seen", json_from_seen(choice->seen));
}

JsonObject *
json_from_dane_answer(const DaneAnswer *answer, const RecipientChoice *choice)
{
    JsonObject *object = json_object_new();
    json_set_string(object, "address", answer->address);
    json_set_string(object, "owner_name", answer->owner_name);
    json_set_string(object, "dns", dns_outcome_to_string(answer->dns));
    json_object_set_int_member(object, "ttl", answer->ttl);
    json_set_recipient(object, choice);
    json_set_string(object, "detail", answer->detail);
    json_set_string(object, "canonical_name", answer->canonical_name);
    json_object_set_array_member(object, "records", records_to_json(answer));
    return object;
}
