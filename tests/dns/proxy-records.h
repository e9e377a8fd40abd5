/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* The records of a DNS message, to be changed one by one: read with names written out in full,
 * written without compression. */

#define RECORDS_N_SECTIONS 3 /* answer, authority, additional */
#define RECORDS_TYPE_OPT   41
#define RECORDS_TYPE_RRSIG 46

typedef struct {
    GByteArray *owner; /* wire form */
    guint16 type;
    guint16 class;
    guint32 ttl;
    GByteArray *rdata;
} Record;

typedef struct {
    GByteArray *head;                        /* header and question */
    GPtrArray *sections[RECORDS_N_SECTIONS]; /* (element-type Record) */
} Records;

/* NULL if the message can't be read to its end. */
Records *records_parse(const GByteArray *message);
void records_free(Records *records);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Records, records_free)

/* Replaces the octets of @message by these records. */
void records_serialize(const Records *records, GByteArray *message);
