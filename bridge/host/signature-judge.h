/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "dane-records.h"
#include "policy.h"
#include "signed-data.h"

/* Gathers what policy wants to know of each signer, and asks it. */

/* Beside what the signature is judged. Borrowed, all of it. */
typedef struct {
    const gchar *author;    /* NULL: see @no_author */
    AddressMatch no_author; /* ADDRESS_NO_AUTHOR or ADDRESS_SEVERAL_AUTHORS */
    const DaneAnswer *dane; /* NULL: not looked up */
    GPtrArray *pins;        /* (element-type Certificate) */
    GPtrArray *authorities; /* (element-type Certificate) */
    GPtrArray *crls;        /* (element-type GBytes) */
    gint64 now;
    gboolean require_revocation; /* a path counts only if CRLs tell the state of all of it */
    gboolean is_nested;          /* the signature is directly round another one */
} JudgeContext;

typedef struct {
    SignerResult *result;
    PolicyVerdict verdict;
    /* Whether @authority was asked for: authorities were given and there is a certificate. */
    gboolean has_authority_path;
    VerdictReason authority; /* REASON_NONE: valid path */
    gchar *path_detail;      /* why there is none, in English; may be NULL */
} JudgedSigner;

/* One entry a SignerInfo, in order. (element-type JudgedSigner) (transfer full). NULL with
 * CMS_ERROR_LIMIT if it would take too long. */
GPtrArray *judge_signers(const SignedData *data, GBytes *content, SignatureScope scope,
                         const JudgeContext *context, GError **error);
