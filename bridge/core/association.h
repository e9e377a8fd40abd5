/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "smimea.h"

/* What ties a SMIMEA record to a certificate: octets on both sides, no more (RFC 6698 §2.1). */

/**
 * association_data_new:
 * @certificate: (nullable): DER of a certificate
 * @spki: (nullable): DER of its SubjectPublicKeyInfo, exactly as it stands in the certificate
 * @selector: which of the two
 * @matching_type: as it is, or its SHA-256 or SHA-512
 *
 * Returns: (transfer full): the association data, or %NULL if selector or matching type is unknown
 * or what the selector wants was not given
 */
GBytes *association_data_new(GBytes *certificate, GBytes *spki, guint8 selector,
                             guint8 matching_type);

/* Whether @record's association is with this certificate or key. FALSE for unusable records. The
 * certificate usage does not matter here: who is to be compared with the record, the signer or an
 * authority above, is policy. */
gboolean association_matches(const SmimeaRecord *record, GBytes *certificate, GBytes *spki);

/* Digest agility (RFC 7671 §9): whether @record takes part in matching within @records
 * (element-type SmimeaRecord): full data always does; of the digests for one usage and selector
 * only the strongest that is usable. */
gboolean association_is_considered(const SmimeaRecord *record, const GPtrArray *records);
