/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "dane-records.h"
#include "op.h"
#include "policy.h"

/* From addresses to what their domains publish. */

typedef struct {
    gboolean draft;  /* the guide's SHA-224 name */
    guint16 rr_type; /* SMIMEA_RR_TYPE or a private one */
    gboolean fresh;  /* asked for, whatever is remembered */
} DaneLookupChoices;

/* Name at which @address has its records. ADDR_SPEC_ERROR, OWNER_NAME_ERROR. */
gchar *dane_owner_name(const gchar *address, gboolean draft,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * dane_lookup:
 * @addresses: (element-type utf8)
 *
 * All at once. An address without an owner name is an error here; check addresses before. Offline,
 * each answer is UNREACHABLE. Returns: (element-type DaneAnswer) (transfer full): in order
 */
GPtrArray *dane_lookup(const OpCall *call, GPtrArray *addresses, const DaneLookupChoices *choices,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * dane_choose_recipient:
 * @out_certificate: (out) (transfer full) (nullable): whom to encrypt to, if the answer is
 * REASON_NONE
 *
 * See policy_choose_recipient().
 */
VerdictReason dane_choose_recipient(const OpCall *call, const DaneAnswer *answer,
                                    Certificate **out_certificate);

/* Whether the certificate names @address, in whatever case its local part is written. */
gboolean dane_certificate_names(const Certificate *certificate, const gchar *address);
/* REASON_NONE, CERTIFICATE_EXPIRED or CERTIFICATE_NOT_YET_VALID. */
VerdictReason dane_certificate_validity(const Certificate *certificate, gint64 now);

/* Whether the certificate can be encrypted to: REASON_NONE, CERTIFICATE_EXPIRED,
 * CERTIFICATE_NOT_YET_VALID, CERTIFICATE_UNFIT or UNSUPPORTED_ALGORITHM. */
VerdictReason dane_recipient_fitness(const Certificate *certificate, gint64 now);

/* The members "recipient" and "certificate_sha256": "ready" and the certificate to encrypt to, or
 * the reason and null. */
void json_set_recipient(JsonObject *object, VerdictReason reason, const Certificate *certificate);
/* One entry of the results of "lookup", from what dane_choose_recipient() said. */
JsonObject *dane_answer_describe(const DaneAnswer *answer, VerdictReason reason,
                                 const Certificate *certificate);
/* The same, asking it. */
JsonObject *dane_answer_to_json(const OpCall *call, const DaneAnswer *answer);
