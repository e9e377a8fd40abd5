/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "verdict.h"

/* Every decision about trust: from all that was found out to what the user is told. Plain values
 * in, plain values out; the truth table is tests/bridge/core/test-policy.c. */

/* One record of a SECURE RRset beside the signer's certificate. */
typedef struct {
    RecordUsability usability;
    guint8 usage;
    /* PKIX-EE, DANE-EE: the signer's certificate is the association. PKIX-TA: a certificate of its
     * path to an authority is. DANE-TA: a certificate of its path to the associated one is. */
    gboolean matches;
    /* PKIX-TA, PKIX-EE: of the path to an authority; DANE-TA: of the path to the association.
     * REASON_NONE: there is a valid one. */
    VerdictReason path;
} PolicyRecord;

/* The signer's certificate beside the author's address. */
typedef enum {
    ADDRESS_NO_AUTHOR, /* no From, or a bare CMS object without a named author */
    ADDRESS_SEVERAL_AUTHORS,
    ADDRESS_DIFFERS,
    ADDRESS_UNNAMED, /* the certificate names no address at all (RFC 8550 §3) */
    ADDRESS_SAME
} AddressMatch;

/* What was found out about one signer. */
typedef struct {
    SignatureScope scope;
    SignatureMath math;
    VerdictReason math_reason; /* with UNKNOWN or BAD */
    gboolean weak;             /* digest or key */
    gboolean from_future; /* signingTime lies ahead: a wrong clock, or a signature made to last */
    gboolean signed_earlier; /* than Date, by more than clocks differ */
    gboolean
        nested; /* directly round another signature: which of the two is meant, nobody can tell */
    gboolean may_sign; /* key usage and extended key usage (RFC 8550 §4.4) */
    /* REASON_NONE, CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET_VALID or CERTIFICATE_REVOKED (by a CRL
     * at hand, whoever vouches) */
    VerdictReason validity;
    AddressMatch address;
    gboolean has_pins;  /* the user named certificates; they replace the DNS */
    gboolean is_pinned; /* … and this is one of them */
    gboolean looked_up;
    DnsOutcome dns;
    const PolicyRecord *records; /* with DNS_OUTCOME_SECURE_RECORDS */
    gsize n_records;
    gboolean accept_authorities; /* the user's choice */
    VerdictReason authority; /* of the path to an authority; REASON_NONE: there is a valid one */
} PolicySignature;

typedef struct {
    SignatureStatus status;
    VerdictReason reason; /* REASON_NONE exactly when status is VERIFIED or NONE */
    TrustSource trust;    /* who vouches; TRUST_NOBODY unless VERIFIED */
    gssize record;        /* index of the record that vouches, or -1 */
} PolicyVerdict;

/**
 * policy_judge_signature:
 *
 * Rules: RFC 8162 §6 (only SECURE is used), §9 (an expired or revoked certificate is not, under any
 * usage: this departs from RFC 7671 §5.1 as RFC 8162 demands); RFC 7671 §5.1 (DANE-EE
 * waives the name), §5.2-5.4 (the others don't), §8.1 (any match of a rollover set counts); RFC
 * 6698 §4.1 (unusable records are ignored, a set of them alone is not "no record"). BOGUS,
 * INDETERMINATE and UNREACHABLE never fall back to an authority, and stay the reason where they
 * kept the signer's certificate away.
 */
PolicyVerdict policy_judge_signature(const PolicySignature *found);

/* The verdict on a message with several signers: the one that trusts least. No verdicts:
 * STATUS_NONE. */
PolicyVerdict policy_combine(const PolicyVerdict *verdicts, gsize n_verdicts);

/* One record of a recipient. */
typedef struct {
    RecordUsability usability;
    guint8 usage;
    /* The recipient's own: full data, selector Cert, usage PKIX-EE or DANE-EE; or a certificate
     * seen elsewhere that the record matches. */
    gboolean has_certificate;
    /* REASON_NONE, CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET_VALID, CERTIFICATE_REVOKED,
     * CERTIFICATE_UNFIT or UNSUPPORTED_ALGORITHM. */
    VerdictReason fitness;
    VerdictReason path;     /* as in PolicyRecord; with PKIX-EE, PKIX-TA and DANE-TA */
    gboolean names_address; /* needed by all usages but DANE-EE */
    guint strength;         /* bits of security of the key */
    gint64 not_before;
    gboolean is_from_elsewhere; /* seen, not given by the DNS itself */
} PolicyCandidate;

/**
 * policy_choose_recipient:
 * @out_index: (out): the candidate to encrypt to, -1 without one: of those that are valid and fit
 * one that the DNS gives before one that it only names; then the strongest, then the newest
 *
 * Returns: REASON_NONE for "ready", else why there is none
 */
VerdictReason policy_choose_recipient(DnsOutcome dns, const PolicyCandidate *candidates,
                                      gsize n_candidates, gssize *out_index);

/* Whether a reason says that the answer could not be found out, so that trying again later makes
 * sense: BOGUS, INDETERMINATE, UNREACHABLE, NOT_LOOKED_UP. */
gboolean policy_reason_is_temporary(VerdictReason reason);
