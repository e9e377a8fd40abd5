/* SPDX-License-Identifier: MPL-2.0 */

#include "verdict.h"

static const gchar *const dns_outcome_names[DNS_N_OUTCOMES] = {
    [DNS_OUTCOME_UNREACHABLE] = "unreachable",
    [DNS_OUTCOME_INDETERMINATE] = "indeterminate",
    [DNS_OUTCOME_BOGUS] = "bogus",
    [DNS_OUTCOME_INSECURE] = "insecure",
    [DNS_OUTCOME_SECURE_DENIAL] = "secure-denial",
    [DNS_OUTCOME_SECURE_RECORDS] = "secure-records",
};

static const gchar *const record_usability_names[RECORD_N_USABILITIES] = {
    [RECORD_UNUSABLE_MALFORMED] = "malformed",
    [RECORD_UNUSABLE_USAGE] = "unknown-usage",
    [RECORD_UNUSABLE_SELECTOR] = "unknown-selector",
    [RECORD_UNUSABLE_MATCHING_TYPE] = "unknown-matching-type",
    [RECORD_UNUSABLE_DIGEST_LENGTH] = "wrong-digest-length",
    [RECORD_UNUSABLE_CERTIFICATE] = "bad-certificate",
    [RECORD_USABLE] = "usable",
};

static const gchar *const signature_math_names[SIGNATURE_N_MATHS] = {
    [SIGNATURE_MATH_UNKNOWN] = "unknown",
    [SIGNATURE_MATH_BAD] = "bad",
    [SIGNATURE_MATH_ABSENT] = "absent",
    [SIGNATURE_MATH_GOOD] = "good",
};

static const gchar *const signature_scope_names[SCOPE_N_SCOPES] = {
    [SCOPE_NONE] = "none",
    [SCOPE_PART] = "part",
    [SCOPE_WHOLE] = "whole",
};

static const gchar *const signature_status_names[STATUS_N_STATUSES] = {
    [STATUS_INVALID] = "invalid",
    [STATUS_UNVERIFIED] = "unverified",
    [STATUS_NONE] = "none",
    [STATUS_VERIFIED] = "verified",
};

static const gchar *const trust_source_names[TRUST_N_SOURCES] = {
    [TRUST_NOBODY] = NULL,
    [TRUST_AUTHORITY] = "authority",
    [TRUST_DANE] = "dane",
    [TRUST_PINNED] = "pinned",
};

static const gchar *const verdict_reason_names[REASON_N_REASONS] = {
    [REASON_NONE] = NULL,
    [REASON_NO_RECORD] = "no-record",
    [REASON_INSECURE] = "insecure",
    [REASON_BOGUS] = "bogus",
    [REASON_INDETERMINATE] = "indeterminate",
    [REASON_UNREACHABLE] = "unreachable",
    [REASON_UNUSABLE_RECORDS] = "unusable-records",
    [REASON_HASH_ONLY] = "hash-only",
    [REASON_NOT_LOOKED_UP] = "not-looked-up",
    [REASON_CERTIFICATE_EXPIRED] = "certificate-expired",
    [REASON_CERTIFICATE_NOT_YET_VALID] = "certificate-not-yet-valid",
    [REASON_CERTIFICATE_UNFIT] = "certificate-unfit",
    [REASON_CERTIFICATE_MISSING] = "certificate-missing",
    [REASON_CERTIFICATE_UNTRUSTED] = "certificate-untrusted",
    [REASON_CERTIFICATE_REVOKED] = "certificate-revoked",
    [REASON_REVOCATION_UNKNOWN] = "revocation-unknown",
    [REASON_ADDRESS_MISMATCH] = "address-mismatch",
    [REASON_NO_AUTHOR] = "no-author",
    [REASON_SEVERAL_AUTHORS] = "several-authors",
    [REASON_NO_MATCH] = "no-match",
    [REASON_NOT_PINNED] = "not-pinned",
    [REASON_PARTIAL] = "partial",
    [REASON_WEAK_ALGORITHM] = "weak-algorithm",
    [REASON_UNSUPPORTED_ALGORITHM] = "unsupported-algorithm",
    [REASON_SIGNATURE_BAD] = "signature-bad",
    [REASON_CONTENT_MISMATCH] = "content-mismatch",
    [REASON_MALFORMED] = "malformed",
    [REASON_NO_SIGNER] = "no-signer",
    [REASON_SIGNING_TIME] = "signing-time",
    [REASON_NESTED_SIGNATURE] = "nested-signature",
    [REASON_SIGNED_EARLIER] = "signed-earlier",
};

static gboolean
find_name(const gchar *const *names, guint n_names, const gchar *name, guint *out_value)
{
    if (name == NULL)
        return FALSE;
    for (guint i = 0; i < n_names; i++) {
        if (names[i] == NULL || !g_str_equal(names[i], name))
            continue;
        *out_value = i;
        return TRUE;
    }
    return FALSE;
}

const gchar *
dns_outcome_to_string(DnsOutcome outcome)
{
    g_return_val_if_fail(outcome < DNS_N_OUTCOMES, NULL);
    return dns_outcome_names[outcome];
}

gboolean
dns_outcome_from_string(const gchar *name, DnsOutcome *out_outcome)
{
    return find_name(dns_outcome_names, DNS_N_OUTCOMES, name, out_outcome);
}

const gchar *
record_usability_to_string(RecordUsability usability)
{
    g_return_val_if_fail(usability < RECORD_N_USABILITIES, NULL);
    return record_usability_names[usability];
}

gboolean
record_usability_from_string(const gchar *name, RecordUsability *out_usability)
{
    return find_name(record_usability_names, RECORD_N_USABILITIES, name, out_usability);
}

const gchar *
signature_math_to_string(SignatureMath math)
{
    g_return_val_if_fail(math < SIGNATURE_N_MATHS, NULL);
    return signature_math_names[math];
}

gboolean
signature_math_from_string(const gchar *name, SignatureMath *out_math)
{
    return find_name(signature_math_names, SIGNATURE_N_MATHS, name, out_math);
}

const gchar *
signature_scope_to_string(SignatureScope scope)
{
    g_return_val_if_fail(scope < SCOPE_N_SCOPES, NULL);
    return signature_scope_names[scope];
}

gboolean
signature_scope_from_string(const gchar *name, SignatureScope *out_scope)
{
    return find_name(signature_scope_names, SCOPE_N_SCOPES, name, out_scope);
}

const gchar *
signature_status_to_string(SignatureStatus status)
{
    g_return_val_if_fail(status < STATUS_N_STATUSES, NULL);
    return signature_status_names[status];
}

gboolean
signature_status_from_string(const gchar *name, SignatureStatus *out_status)
{
    return find_name(signature_status_names, STATUS_N_STATUSES, name, out_status);
}

const gchar *
trust_source_to_string(TrustSource source)
{
    g_return_val_if_fail(source < TRUST_N_SOURCES, NULL);
    return trust_source_names[source];
}

const gchar *
verdict_reason_to_string(VerdictReason reason)
{
    g_return_val_if_fail(reason < REASON_N_REASONS, NULL);
    return verdict_reason_names[reason];
}

gboolean
verdict_reason_from_string(const gchar *name, VerdictReason *out_reason)
{
    return find_name(verdict_reason_names, REASON_N_REASONS, name, out_reason);
}
