/* SPDX-License-Identifier: MPL-2.0 */
#include "proxy-records.h"

#include "proxy-wire.h"

#define POINTER      0xc0
#define MAX_POINTERS 64
#define FIXED_OCTETS 10 /* type, class, TTL, length of the RDATA */
#define COUNTS_AT    6  /* ANCOUNT, behind QDCOUNT */
#define TYPE_NS      2
#define TYPE_CNAME   5
#define TYPE_SOA     6
#define MAX_NAME     255

static void
record_free(gpointer data)
{
    Record *record = data;
    g_byte_array_unref(record->owner);
    g_byte_array_unref(record->rdata);
    g_free(record);
}

void
records_free(Records *records)
{
    if (records == NULL)
        return;
    for (guint i = 0; i < RECORDS_N_SECTIONS; i++)
        g_ptr_array_unref(records->sections[i]);
    g_byte_array_unref(records->head);
    g_free(records);
}

/* Appends the name at *@at to @out, without pointers, and moves *@at behind it. */
static gboolean
read_name(const GByteArray *message, gsize *at, GByteArray *out)
{
    gsize place = *at;
    gboolean jumped = FALSE;
    for (guint n_steps = 0; n_steps < MAX_NAME + MAX_POINTERS; n_steps++) {
        if (place >= message->len)
            return FALSE;
        guint8 length = message->data[place];
        if ((length & POINTER) == POINTER) {
            if (place + 2 > message->len)
                return FALSE;
            if (!jumped)
                *at = place + 2;
            jumped = TRUE;
            place = wire_get_uint16(message, place) & 0x3fff;
            continue;
        }
        if (place + 1 + length > message->len)
            return FALSE;
        g_byte_array_append(out, message->data + place, length + 1u);
        place += 1u + length;
        if (length == 0) {
            *at = jumped ? *at : place;
            return TRUE;
        }
    }
    return FALSE;
}

/* The RDATA; of the types in which names may be compressed (RFC 3597 §4) those that occur here. */
static gboolean
read_rdata(const GByteArray *message, gsize at, gsize end, Record *record)
{
    guint n_names = record->type == TYPE_SOA                                ? 2
                    : record->type == TYPE_NS || record->type == TYPE_CNAME ? 1
                                                                            : 0;
    for (guint i = 0; i < n_names; i++)
        if (!read_name(message, &at, record->rdata))
            return FALSE;
    if (at > end)
        return FALSE;
    g_byte_array_append(record->rdata, message->data + at, (guint)(end - at));
    return TRUE;
}

static Record *
read_record(const GByteArray *message, gsize *at)
{
    Record *record = g_new0(Record, 1);
    record->owner = g_byte_array_new();
    record->rdata = g_byte_array_new();
    if (read_name(message, at, record->owner) && *at + FIXED_OCTETS <= message->len) {
        record->type = wire_get_uint16(message, *at);
        record->class = wire_get_uint16(message, *at + 2);
        record->ttl =
            (guint32)wire_get_uint16(message, *at + 4) << 16 | wire_get_uint16(message, *at + 6);
        gsize start = *at + FIXED_OCTETS;
        *at = start + wire_get_uint16(message, *at + 8);
        if (*at <= message->len && read_rdata(message, start, *at, record))
            return record;
    }
    record_free(record);
    return NULL;
}

Records *
records_parse(const GByteArray *message)
{
    WireQuestion question;
    if (!wire_read_question(message, &question))
        return NULL;
    g_autoptr(Records) records = g_new0(Records, 1);
    gsize at = question.end;
    records->head = g_byte_array_append(g_byte_array_new(), message->data, (guint)at);
    for (guint i = 0; i < RECORDS_N_SECTIONS; i++)
        records->sections[i] = g_ptr_array_new_with_free_func(record_free);
    for (guint i = 0; i < RECORDS_N_SECTIONS; i++) {
        for (guint n = wire_get_uint16(message, COUNTS_AT + 2u * i); n > 0; n--) {
            Record *record = read_record(message, &at);
            if (record == NULL)
                return NULL;
            g_ptr_array_add(records->sections[i], record);
        }
    }
    return g_steal_pointer(&records);
}

static void
append_uint16(GByteArray *message, guint value)
{
    const guint8 octets[] = {(guint8)(value >> 8), (guint8)value};
    g_byte_array_append(message, octets, sizeof octets);
}

void
records_serialize(const Records *records, GByteArray *message)
{
    g_byte_array_set_size(message, 0);
    g_byte_array_append(message, records->head->data, records->head->len);
    for (guint i = 0; i < RECORDS_N_SECTIONS; i++) {
        const GPtrArray *section = records->sections[i];
        wire_set_uint16(message, COUNTS_AT + 2u * i, (guint16)section->len);
        for (guint j = 0; j < section->len; j++) {
            const Record *record = g_ptr_array_index(section, j);
            g_byte_array_append(message, record->owner->data, record->owner->len);
            append_uint16(message, record->type);
            append_uint16(message, record->class);
            append_uint16(message, record->ttl >> 16);
            append_uint16(message, record->ttl & G_MAXUINT16);
            append_uint16(message, record->rdata->len);
            g_byte_array_append(message, record->rdata->data, record->rdata->len);
        }
    }
}
