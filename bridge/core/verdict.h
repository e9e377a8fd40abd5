/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* The values in which this program speaks about trust, each with its name on the wire and on the
 * command line. In every enum zero is the value that trusts least.
 *
 * x_to_string() gives the name (static; NULL where the enum says so); x_from_string() stores the
 * value of a name and returns whether there is one. */

/* Outcome of looking up one owner name (RFC 4035 §4.3, RFC 8162 §6). */
typedef enum {
    DNS_OUTCOME_UNREACHABLE,    /* time-out, SERVFAIL, no network */
    DNS_OUTCOME_INDETERMINATE,  /* no usable trust anchor */
    DNS_OUTCOME_BOGUS,          /* validation failed: a fault or an attack */
    DNS_OUTCOME_INSECURE,       /* proven to be unsigned */
    DNS_OUTCOME_SECURE_DENIAL,  /* NXDOMAIN or NODATA, proven */
    DNS_OUTCOME_SECURE_RECORDS, /* at least one record of the asked type at that name */
    DNS_N_OUTCOMES
} DnsOutcome;
const gchar *dns_outcome_to_string(DnsOutcome outcome);
gboolean dns_outcome_from_string(const gchar *name, DnsOutcome *out_outcome);

/* Why a SMIMEA record can't be used (RFC 6698 §4.1 "unusable"). */
typedef enum {
    RECORD_UNUSABLE_MALFORMED, /* shorter than its three parameters, or without data */
    RECORD_UNUSABLE_USAGE,
    RECORD_UNUSABLE_SELECTOR,
    RECORD_UNUSABLE_MATCHING_TYPE,
    RECORD_UNUSABLE_DIGEST_LENGTH,
    RECORD_UNUSABLE_CERTIFICATE, /* full data that is no certificate or no public key */
    RECORD_USABLE,
    RECORD_N_USABILITIES
} RecordUsability;
const gchar *record_usability_to_string(RecordUsability usability);
gboolean record_usability_from_string(const gchar *name, RecordUsability *out_usability);

/* The mathematics of a signature alone. */
typedef enum {
    SIGNATURE_MATH_UNKNOWN, /* can't be computed: no certificate, algorithm not known here */
    SIGNATURE_MATH_BAD,
    SIGNATURE_MATH_ABSENT,
    SIGNATURE_MATH_GOOD,
    SIGNATURE_N_MATHS
} SignatureMath;
const gchar *signature_math_to_string(SignatureMath math);
gboolean signature_math_from_string(const gchar *name, SignatureMath *out_math);

/* How much of a message a signature covers. */
typedef enum { SCOPE_NONE, SCOPE_PART, SCOPE_WHOLE, SCOPE_N_SCOPES } SignatureScope;
const gchar *signature_scope_to_string(SignatureScope scope);
gboolean signature_scope_from_string(const gchar *name, SignatureScope *out_scope);

/* What the user is told about a message's signature. */
typedef enum {
    STATUS_INVALID,
    STATUS_UNVERIFIED,
    STATUS_NONE,
    STATUS_VERIFIED,
    STATUS_N_STATUSES
} SignatureStatus;
const gchar *signature_status_to_string(SignatureStatus status);
gboolean signature_status_from_string(const gchar *name, SignatureStatus *out_status);

/* Who vouches for the signer's certificate. TRUST_NOBODY has the name NULL: JSON null. */
typedef enum {
    TRUST_NOBODY,
    TRUST_AUTHORITY,
    TRUST_DANE,
    TRUST_PINNED,
    TRUST_N_SOURCES
} TrustSource;
const gchar *trust_source_to_string(TrustSource source);

/* Why a status is not "verified", or a recipient not "ready". REASON_NONE has the name NULL. */
typedef enum {
    REASON_NONE,
    /* DNS */
    REASON_NO_RECORD,
    REASON_INSECURE,
    REASON_BOGUS,
    REASON_INDETERMINATE,
    REASON_UNREACHABLE,
    REASON_UNUSABLE_RECORDS,
    REASON_HASH_ONLY, /* a digest is published and no certificate with it has been seen */
    REASON_NOT_LOOKED_UP,
    /* certificate */
    REASON_CERTIFICATE_EXPIRED,
    REASON_CERTIFICATE_NOT_YET_VALID,
    REASON_CERTIFICATE_UNFIT,     /* key usage or extended key usage forbids it */
    REASON_CERTIFICATE_MISSING,   /* signed, but neither message nor DNS has the certificate */
    REASON_CERTIFICATE_UNTRUSTED, /* no path to an authority */
    REASON_CERTIFICATE_REVOKED,
    REASON_REVOCATION_UNKNOWN, /* no usable CRL, and one is wanted */
    REASON_ADDRESS_MISMATCH,
    REASON_NO_AUTHOR,
    REASON_SEVERAL_AUTHORS,
    REASON_NO_MATCH, /* usable records are published securely, none of them is the signer's */
    REASON_NOT_PINNED,
    /* signature */
    REASON_PARTIAL,
    REASON_WEAK_ALGORITHM,
    REASON_UNSUPPORTED_ALGORITHM,
    REASON_SIGNATURE_BAD,
    REASON_CONTENT_MISMATCH, /* eContent differs from the signed part (RFC 8551 §3.5.3) */
    REASON_MALFORMED,
    REASON_NO_SIGNER,
    REASON_SIGNING_TIME,     /* signed in the future, by its own word */
    REASON_NESTED_SIGNATURE, /* a signature directly round another one, not both opaque */
    REASON_SIGNED_EARLIER,   /* than the message's Date: an old one under a new date */
    REASON_N_REASONS
} VerdictReason;
const gchar *verdict_reason_to_string(VerdictReason reason);
gboolean verdict_reason_from_string(const gchar *name, VerdictReason *out_reason);
