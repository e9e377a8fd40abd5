/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate.h"
#include "verdict.h"

/* Certification paths (RFC 5280 §6.1) over certificates outside NSS's stores.
 *
 * Checked: names chain, signatures, validity at @now, basicConstraints and path length, keyUsage
 * keyCertSign, no unknown critical extension, name constraints on rfc822Name and directoryName,
 * revocation by the CRLs that are handed in. Policies are not mapped: a path is valid for any
 * policy. */

typedef struct {
    VerdictReason reason; /* REASON_NONE: there is a valid path; else why the best one fails */
    GPtrArray
        *path; /* (element-type Certificate): from the subject to the anchor; NULL without one */
    gchar *detail; /* English, for logs and --verbose: which certificate failed and how */
} PathResult;

/**
 * path_validate:
 * @certificate: whose path is wanted
 * @others: (element-type Certificate) (nullable): intermediates, in any order, from anywhere
 * @anchors: (element-type Certificate): what is trusted; its signature and validity are not
 * checked… except expiry
 * @crls: (element-type GBytes) (nullable): DER
 * @now: seconds since 1970
 *
 * Tries at most PATH_MAX_STEPS certificates and PATH_MAX_LENGTH deep, so that hostile sets cost
 * little.
 */
#define PATH_MAX_LENGTH 12
#define PATH_MAX_STEPS  200
PathResult *path_validate(Certificate *certificate, GPtrArray *others, GPtrArray *anchors,
                          GPtrArray *crls, gint64 now);
void path_result_free(PathResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PathResult, path_result_free)
