/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "dane-records.h"
#include "message-date.h"
#include "policy.h"
#include "signed-data.h"

/* Gathers what policy wants to know of each signer, and asks it. */

/* Seconds that a signing time may lie ahead. Clocks differ; an hour is what Thunderbird allows,
 * too. */
#define SIGNING_TIME_SLACK 3600

/* Beside what the signature is judged. Borrowed, all of it. */
typedef struct {
    const gchar *author;    /* NULL: see @no_author */
    AddressMatch no_author; /* ADDRESS_NO_AUTHOR or ADDRESS_SEVERAL_AUTHORS */
    const DaneAnswer *dane; /* NULL: not looked up */
    GPtrArray *pins;        /* (element-type Certificate) */
    GPtrArray *authorities; /* (element-type Certificate) */
    GPtrArray *crls;        /* (element-type GBytes) */
    GPtrArray *issuers;     /* (element-type Certificate): as of CertificateEvidence */
    gint64 now;
    MessageDate date_found;      /* of the message, beside which signing times are looked at */
    gint64 date;                 /* with MESSAGE_DATE_STATED */
    gboolean require_revocation; /* a path counts only if CRLs tell the state of all of it */
    gboolean may_fetch;          /* lists may be fetched: find out which are wanted */
    gboolean is_nested;          /* directly round another one, not both opaque: OpenedMessage */
} JudgeContext;

typedef struct {
    SignerResult *result;
    PolicyVerdict verdict;
    /* Whether @authority was asked for: authorities were given and there is a certificate. */
    gboolean has_authority_path;
    /* REASON_NONE: valid path, and the certificate is one for signing mail */
    VerdictReason authority;
    gchar *path_detail; /* why there is none, in English; may be NULL */
    /* Whether lists at hand, but for those that the message brings, tell of the certificate, and of
     * the paths that vouch for it. TRUE without one: there is nothing to ask about. Who has the key
     * of a revoked certificate brings an older list, and nobody would look for the newer one. Only
     * with may_fetch. */
    gboolean revocation_known;
    /* As certificate_judge_find_revocable() has it. NULL without a certificate, or may_fetch.
     * (element-type Certificate) */
    GPtrArray *revocable;
} JudgedSigner;

/* One entry a SignerInfo, in order. (element-type JudgedSigner) (transfer full). NULL with
 * CMS_ERROR_LIMIT if it would take too long. */
GPtrArray *judge_signers(const SignedData *data, OctetSource *content, SignatureScope scope,
                         const JudgeContext *context, GError **error);
