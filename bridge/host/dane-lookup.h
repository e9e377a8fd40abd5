/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "dane-records.h"
#include "op.h"
#include "policy.h"

/* From addresses to what their domains publish. */

typedef struct {
    gboolean draft;  /* the guide's SHA-224 name */
    guint16 rr_type; /* SMIMEA_RR_TYPE or a private one */
    BridgeMemory memory;
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

/* Whether the certificate names @address, in whatever case its local part is written. */
gboolean dane_certificate_names(const Certificate *certificate, const gchar *address);
/* REASON_NONE, CERTIFICATE_EXPIRED or CERTIFICATE_NOT_YET_VALID. */
VerdictReason dane_certificate_validity(const Certificate *certificate, gint64 now);
