/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate.h"
#include "general-name.h"

/* Where a certificate says that it would be revoked, and what a CRL says that it covers (RFC 5280
 * §4.2.1.13, §5.2.5). */

/* ReasonFlags: bit n as RFC 5280 numbers them; 0 is not used. */
#define DISTRIBUTION_REASONS_ALL 0x1feu

typedef struct {
    GPtrArray *names; /* (element-type GeneralName): of the point; NULL: not stated */
    guint reasons;
    GPtrArray *crl_issuer; /* (element-type GeneralName): NULL: the certificate's issuer */
} DistributionPoint;

/* (element-type DistributionPoint): the first 50 of the extension; empty if it is absent. NULL:
 * malformed. */
GPtrArray *distribution_points_read(const Certificate *certificate) G_GNUC_WARN_UNUSED_RESULT;
/* The http addresses of a certificate's points, for whoever wants to fetch lists from there: each
 * once. (element-type utf8) (transfer full) */
GPtrArray *distribution_points_get_urls(const Certificate *certificate);
void distribution_point_free(DistributionPoint *point);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DistributionPoint, distribution_point_free)

/* issuingDistributionPoint. */
typedef struct {
    GPtrArray *names; /* as above */
    gboolean only_user_certificates;
    gboolean only_authority_certificates;
    gboolean only_attribute_certificates;
    gboolean is_indirect;
    guint reasons;
} IssuingPoint;

/* @issuer: of the CRL; a point may be named relative to it. */
gboolean issuing_point_read(GBytes *extension, const DistinguishedName *issuer,
                            IssuingPoint *out_point);
void issuing_point_clear(IssuingPoint *point);
