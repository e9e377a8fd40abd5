/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "dane-records.h"
#include "path.h"
#include "policy.h"

/* What vouches for a certificate: beside each SMIMEA record, and beside the authorities that are
 * trusted here. It is found out in the same way for signers and for recipients; what follows from
 * it is policy. */

/* Borrowed, all of it, as long as the judge lives. */
typedef struct {
    const DaneAnswer *dane; /* (nullable): those of a SECURE answer count, no others */
    /* (element-type Certificate): at hand for paths, besides those in @dane */
    GPtrArray *others;
    GPtrArray *authorities; /* (element-type Certificate) (nullable) */
    GPtrArray *crls;        /* (element-type GBytes) (nullable) */
    /* (element-type Certificate) (nullable): authorities whose CRLs count, and no more: no path
     * leads through them */
    GPtrArray *issuers;
    gint64 now;
    gboolean require_revocation; /* a path counts only if CRLs tell the state of all of it */
} CertificateEvidence;

/* For all signers of one message, or all certificates of one recipient: the limits of path_finder
 * are for them together. */
typedef struct _CertificateJudge CertificateJudge;

CertificateJudge *certificate_judge_new(const CertificateEvidence *evidence);
void certificate_judge_free(CertificateJudge *judge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CertificateJudge, certificate_judge_free)

/* The path to an authority; NULL if none is trusted here. (transfer full) */
PathResult *certificate_judge_find_authority(CertificateJudge *judge, Certificate *certificate);

/* (element-type PolicyRecord) (transfer full): one for each record of the answer, in order; none if
 * it is not SECURE. */
GArray *certificate_judge_compare_records(CertificateJudge *judge, Certificate *certificate);

/* Whether a CRL at hand says so, whoever vouches (RFC 8162 §9). Its signer is the certificate's
 * issuer, or who may sign for that; nobody has to trust them for it. */
gboolean certificate_judge_is_revoked(CertificateJudge *judge, Certificate *certificate);

/* Those of which revocation lists should tell: @certificate, and what stands above it on the paths
 * that vouch for it, but for the anchors. Each once, those next to an anchor first: what they say
 * of themselves is the word of whom one trusts. (element-type Certificate) (transfer full) */
GPtrArray *certificate_judge_find_revocable(CertificateJudge *judge, Certificate *certificate);

/* Whether CRLs at hand tell that it is revoked, or that nothing is: neither it nor what stands
 * above it on the paths that vouch for it. */
gboolean certificate_judge_knows_revocation(CertificateJudge *judge, Certificate *certificate);
