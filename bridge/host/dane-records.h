/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate.h"
#include "resolver.h"
#include "smimea.h"

/* The SMIMEA records of one DNS answer, with the certificates in them decoded: where dns and cms
 * meet. */

typedef struct {
    SmimeaRecord *record; /* NULL if the RDATA is malformed */
    RecordUsability usability;
    Certificate *certificate; /* of full data with selector Cert; else NULL */
} DaneRecord;

/* @rdata: in wire form; any */
DaneRecord *dane_record_new(GBytes *rdata);
void dane_record_free(DaneRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DaneRecord, dane_record_free)

typedef struct {
    gchar *address; /* as asked for */
    gchar *owner_name;
    DnsOutcome dns;
    guint32 ttl;
    gchar *detail;         /* may be NULL */
    gchar *canonical_name; /* may be NULL */
    GPtrArray *records;    /* (element-type DaneRecord); trusted only if @dns is SECURE_RECORDS */
} DaneAnswer;

/* Reads at most LIMIT_RECORDS records. @answer is not kept. */
DaneAnswer *dane_answer_new(const gchar *address, const ResolverAnswer *answer);
/* For what was not asked or could not be asked. */
DaneAnswer *dane_answer_new_empty(const gchar *address, const gchar *owner_name, DnsOutcome dns);
void dane_answer_free(DaneAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DaneAnswer, dane_answer_free)

/* (element-type SmimeaRecord, borrowed): those that parse. */
GPtrArray *dane_answer_get_smimea(const DaneAnswer *answer);
/* (element-type Certificate): the certificates of usable records of a SECURE answer. */
GPtrArray *dane_answer_get_certificates(const DaneAnswer *answer);
