/* SPDX-License-Identifier: MPL-2.0 */
#include <string.h>

#include "proxy-records.h"
#include "proxy-spoil.h"
#include "proxy-wire.h"

#define COUNTS_AT 6

/* Whether a record is of one of the types in "46,47,50". */
static gboolean
is_listed(const Record *record, const gchar *list)
{
    g_auto(GStrv) numbers = g_strsplit(list, ",", -1);
    for (guint i = 0; numbers[i] != NULL; i++)
        if (g_ascii_strtoull(numbers[i], NULL, 10) == record->type)
            return TRUE;
    return FALSE;
}

/* OPT stays, unless it is listed to be stripped. */
static void
filter(const SpoilArgument *argument, ProxyMessage *message, gboolean keep_listed)
{
    g_autoptr(Records) records = records_parse(message->octets);
    if (records == NULL)
        return;
    for (guint i = 0; i < RECORDS_N_SECTIONS; i++) {
        GPtrArray *section = records->sections[i];
        for (guint j = section->len; j > 0; j--) {
            const Record *record = g_ptr_array_index(section, j - 1);
            if (keep_listed
                    ? !is_listed(record, argument->value) && record->type != RECORDS_TYPE_OPT
                    : is_listed(record, argument->value))
                g_ptr_array_remove_index(section, j - 1);
        }
    }
    records_serialize(records, message->octets);
}

void
spoil_strip(const SpoilArgument *argument, ProxyMessage *message)
{
    filter(argument, message, FALSE);
}

void
spoil_keep(const SpoilArgument *argument, ProxyMessage *message)
{
    filter(argument, message, TRUE);
}

/* SECTION:COUNT:HEX, records in wire form without compression. What stands behind them in the
 * message is written anew, so that compression does not matter. */
void
spoil_append(const SpoilArgument *argument, ProxyMessage *message)
{
    g_auto(GStrv) parts = g_strsplit(argument->value, ":", 3);
    g_autoptr(Records) records = records_parse(message->octets);
    guint section = (guint)argument->number;
    if (records == NULL || g_strv_length(parts) != 3 || section >= RECORDS_N_SECTIONS)
        return;
    g_autoptr(GByteArray) added = spoil_read_hex(parts[2]);
    g_autoptr(GByteArray) whole = g_byte_array_new();
    g_byte_array_append(whole, records->head->data, records->head->len);
    memset(whole->data + COUNTS_AT, 0, WIRE_HEADER_OCTETS - COUNTS_AT);
    wire_set_uint16(whole, COUNTS_AT + 2u * section, (guint16)g_ascii_strtoull(parts[1], NULL, 10));
    g_byte_array_append(whole, added->data, added->len);
    g_autoptr(Records) others = records_parse(whole);
    while (others != NULL && others->sections[section]->len > 0)
        g_ptr_array_add(records->sections[section],
                        g_ptr_array_steal_index(others->sections[section], 0));
    records_serialize(records, message->octets);
}

/* Calls @function for each record but OPT. */
static void
for_each(ProxyMessage *message, void (*function)(Record *record, const SpoilArgument *argument),
         const SpoilArgument *argument)
{
    g_autoptr(Records) records = records_parse(message->octets);
    if (records == NULL)
        return;
    for (guint i = 0; i < RECORDS_N_SECTIONS; i++) {
        for (guint j = 0; j < records->sections[i]->len; j++) {
            Record *record = g_ptr_array_index(records->sections[i], j);
            if (record->type != RECORDS_TYPE_OPT)
                function(record, argument);
        }
    }
    records_serialize(records, message->octets);
}

static void
set_ttl(Record *record, const SpoilArgument *argument)
{
    record->ttl = (guint32)argument->number;
}

void
spoil_ttl(const SpoilArgument *argument, ProxyMessage *message)
{
    for_each(message, set_ttl, argument);
}

static void
flip_last(Record *record, const SpoilArgument *argument)
{
    if (is_listed(record, argument->value) && record->rdata->len > 0)
        record->rdata->data[record->rdata->len - 1] ^= 1;
}

/* The last bit of the RDATA of the types that are listed. */
void
spoil_flip_record(const SpoilArgument *argument, ProxyMessage *message)
{
    for_each(message, flip_last, argument);
}

void
spoil_reverse(const SpoilArgument *argument G_GNUC_UNUSED, ProxyMessage *message)
{
    g_autoptr(Records) records = records_parse(message->octets);
    for (guint i = 0; records != NULL && i < RECORDS_N_SECTIONS; i++) {
        GPtrArray *section = records->sections[i];
        for (guint j = 0; j + 1 < section->len; j++)
            g_ptr_array_insert(section, (gint)j,
                               g_ptr_array_steal_index(section, section->len - 1));
    }
    if (records != NULL)
        records_serialize(records, message->octets);
}

/* Each record of the answer twice. */
void
spoil_double(const SpoilArgument *argument G_GNUC_UNUSED, ProxyMessage *message)
{
    g_autoptr(Records) records = records_parse(message->octets);
    g_autoptr(Records) twin = records_parse(message->octets);
    while (twin != NULL && records != NULL && twin->sections[0]->len > 0)
        g_ptr_array_add(records->sections[0], g_ptr_array_steal_index(twin->sections[0], 0));
    if (records != NULL)
        records_serialize(records, message->octets);
}
