/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <json-glib/json-glib.h>

#include "message-layers.h"
#include "shown-header.h"
#include "signature-judge.h"

/* The result of "read" and "verify". */

typedef struct {
    const OpenedMessage *opened;
    const ShownHeader *shown;
    const gchar *author;
    const DaneAnswer *dane; /* NULL: not looked up */
    GPtrArray *signers;     /* (element-type JudgedSigner); may be empty */
    PolicyVerdict verdict;
    SignatureScope scope;
    GPtrArray *fetched;   /* (element-type FetchedCrls); NULL: no lists were to be fetched */
    OctetSource *covered; /* what the signature covers, else the payload; or NULL */
} VerdictFacts;

/* The member "encryption": null if @opened has no opened envelope. */
void json_set_encryption(JsonObject *object, const OpenedMessage *opened);

/* A member with the SHA-256 of @octets in hexadecimal; null for NULL. */
gboolean json_set_sha256(JsonObject *object, const gchar *name, const OctetSource *octets,
                         GError **error);

/* NULL if what is covered can't be read. */
JsonObject *verdict_to_json(const VerdictFacts *facts, GError **error);
