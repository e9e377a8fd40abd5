/* SPDX-License-Identifier: MPL-2.0 */

#include "dane-records.h"

#include "core-limits.h"
#include "key-anchor.h"

void
dane_record_free(DaneRecord *record)
{
    g_clear_pointer(&record->record, smimea_record_free);
    g_clear_pointer(&record->certificate, certificate_unref);
    g_free(record);
}

/* Full data must be what its selector says, or the record is of no use (RFC 6698 §4.1). */
static void
decode_full_data(DaneRecord *record)
{
    const SmimeaRecord *smimea = record->record;
    if (smimea->matching_type != SMIMEA_MATCHING_FULL)
        return;
    if (smimea->selector == SMIMEA_SELECTOR_CERT)
        record->certificate = certificate_new(smimea->association_data, NULL);
    if (smimea->selector == SMIMEA_SELECTOR_CERT ? record->certificate == NULL
                                                 : !key_anchor_is_key(smimea->association_data))
        record->usability = RECORD_UNUSABLE_CERTIFICATE;
}

DaneRecord *
dane_record_new(GBytes *rdata)
{
    DaneRecord *record = g_new0(DaneRecord, 1);
    record->record = smimea_record_parse(rdata, NULL);
    if (record->record == NULL)
        return record; /* RECORD_UNUSABLE_MALFORMED is zero */
    record->usability = smimea_record_get_usability(record->record);
    if (record->usability == RECORD_USABLE)
        decode_full_data(record);
    return record;
}

DaneAnswer *
dane_answer_new_empty(const gchar *address, const gchar *owner_name, DnsOutcome dns)
{
    DaneAnswer *answer = g_new0(DaneAnswer, 1);
    answer->address = g_strdup(address);
    answer->owner_name = g_strdup(owner_name);
    answer->dns = dns;
    answer->records = g_ptr_array_new_with_free_func((GDestroyNotify)dane_record_free);
    return answer;
}

DaneAnswer *
dane_answer_new(const gchar *address, const ResolverAnswer *source)
{
    DaneAnswer *answer = dane_answer_new_empty(address, source->owner_name, source->outcome);
    answer->ttl = source->ttl;
    answer->detail = g_strdup(source->detail);
    answer->canonical_name = g_strdup(source->canonical_name);
    for (guint i = 0; source->records != NULL && i < source->records->len && i < LIMIT_RECORDS; i++)
        g_ptr_array_add(answer->records, dane_record_new(g_ptr_array_index(source->records, i)));
    return answer;
}

void
dane_answer_free(DaneAnswer *answer)
{
    if (answer == NULL)
        return;
    g_free(answer->address);
    g_free(answer->owner_name);
    g_free(answer->detail);
    g_free(answer->canonical_name);
    g_clear_pointer(&answer->records, g_ptr_array_unref);
    g_free(answer);
}

GPtrArray *
dane_answer_get_smimea(const DaneAnswer *answer)
{
    GPtrArray *all = g_ptr_array_new();
    for (guint i = 0; i < answer->records->len; i++) {
        const DaneRecord *record = g_ptr_array_index(answer->records, i);
        if (record->record != NULL)
            g_ptr_array_add(all, record->record);
    }
    return all;
}

GPtrArray *
dane_answer_get_certificates(const DaneAnswer *answer)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    if (answer->dns != DNS_OUTCOME_SECURE_RECORDS)
        return all;
    for (guint i = 0; i < answer->records->len; i++) {
        const DaneRecord *record = g_ptr_array_index(answer->records, i);
        if (record->usability == RECORD_USABLE && record->certificate != NULL)
            g_ptr_array_add(all, certificate_ref(record->certificate));
    }
    return all;
}
