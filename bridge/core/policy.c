/* SPDX-License-Identifier: MPL-2.0 */

#include "policy.h"

#include "smimea.h"

static PolicyVerdict
verdict(SignatureStatus status, VerdictReason reason)
{
    return (PolicyVerdict){status, reason, TRUST_NOBODY, -1};
}

static PolicyVerdict
unverified(VerdictReason reason)
{
    return verdict(STATUS_UNVERIFIED, reason);
}

static PolicyVerdict
verified(TrustSource trust, gssize record)
{
    return (PolicyVerdict){STATUS_VERIFIED, REASON_NONE, trust, record};
}

static VerdictReason
address_reason(AddressMatch match)
{
    static const VerdictReason reasons[] = {
        [ADDRESS_NO_AUTHOR] = REASON_NO_AUTHOR,
        [ADDRESS_SEVERAL_AUTHORS] = REASON_SEVERAL_AUTHORS,
        [ADDRESS_DIFFERS] = REASON_ADDRESS_MISMATCH,
        /* RFC 8550 §3: such certificates are legal, but as the only link between sender and key
         * they link nothing. */
        [ADDRESS_UNNAMED] = REASON_ADDRESS_MISMATCH,
        [ADDRESS_SAME] = REASON_NONE,
    };
    return reasons[match];
}

/* Why @record, which matches, does not vouch for the signer; REASON_NONE if it does. */
static VerdictReason
record_objection(const PolicySignature *found, const PolicyRecord *record)
{
    if (record->usage == SMIMEA_USAGE_DANE_EE)
        return REASON_NONE;
    if (record->path != REASON_NONE)
        return record->path;
    return address_reason(found->address);
}

static PolicyVerdict
judge_records(const PolicySignature *found)
{
    gboolean any_usable = FALSE;
    VerdictReason objection = REASON_NONE;
    for (gsize i = 0; i < found->n_records; i++) {
        const PolicyRecord *record = &found->records[i];
        if (record->usability != RECORD_USABLE)
            continue;
        any_usable = TRUE;
        if (!record->matches)
            continue;
        VerdictReason reason = record_objection(found, record);
        if (reason == REASON_NONE)
            return verified(TRUST_DANE, (gssize)i);
        if (objection == REASON_NONE)
            objection = reason;
    }
    if (!any_usable)
        return unverified(REASON_UNUSABLE_RECORDS);
    if (objection != REASON_NONE)
        return unverified(objection);
    return verdict(STATUS_INVALID, REASON_NO_MATCH);
}

static PolicyVerdict
judge_authority(const PolicySignature *found, VerdictReason dns_reason)
{
    if (!found->accept_authorities || found->authority != REASON_NONE)
        return unverified(dns_reason);
    VerdictReason reason = address_reason(found->address);
    return reason == REASON_NONE ? verified(TRUST_AUTHORITY, -1) : unverified(reason);
}

static PolicyVerdict
judge_trust(const PolicySignature *found)
{
    if (found->has_pins)
        return found->is_pinned ? verified(TRUST_PINNED, -1)
                                : verdict(STATUS_INVALID, REASON_NOT_PINNED);
    if (!found->looked_up) {
        VerdictReason reason = address_reason(found->address);
        gboolean no_author = reason == REASON_NO_AUTHOR || reason == REASON_SEVERAL_AUTHORS;
        return judge_authority(found, no_author ? reason : REASON_NOT_LOOKED_UP);
    }
    switch (found->dns) {
    case DNS_OUTCOME_SECURE_RECORDS:
        return judge_records(found);
    case DNS_OUTCOME_SECURE_DENIAL:
        return judge_authority(found, REASON_NO_RECORD);
    case DNS_OUTCOME_INSECURE:
        return judge_authority(found, REASON_INSECURE);
    case DNS_OUTCOME_BOGUS:
        return unverified(REASON_BOGUS);
    case DNS_OUTCOME_INDETERMINATE:
        return unverified(REASON_INDETERMINATE);
    case DNS_OUTCOME_UNREACHABLE:
    case DNS_N_OUTCOMES:
    default:
        return unverified(REASON_UNREACHABLE);
    }
}

/* What is wrong with the signature or the certificate whoever vouches for it. */
static VerdictReason
common_objection(const PolicySignature *found)
{
    if (found->nested)
        return REASON_NESTED_SIGNATURE;
    if (found->weak)
        return REASON_WEAK_ALGORITHM;
    if (!found->may_sign)
        return REASON_CERTIFICATE_UNFIT;
    if (found->validity != REASON_NONE)
        return found->validity;
    if (found->from_future)
        return REASON_SIGNING_TIME;
    return found->signed_earlier ? REASON_SIGNED_EARLIER : REASON_NONE;
}

static VerdictReason
dns_reason(DnsOutcome dns)
{
    static const VerdictReason reasons[] = {
        [DNS_OUTCOME_UNREACHABLE] = REASON_UNREACHABLE,
        [DNS_OUTCOME_INDETERMINATE] = REASON_INDETERMINATE,
        [DNS_OUTCOME_BOGUS] = REASON_BOGUS,
        [DNS_OUTCOME_INSECURE] = REASON_INSECURE,
        [DNS_OUTCOME_SECURE_DENIAL] = REASON_NO_RECORD,
        [DNS_OUTCOME_SECURE_RECORDS] = REASON_NONE,
    };
    return (gsize)dns < G_N_ELEMENTS(reasons) ? reasons[dns] : REASON_UNREACHABLE;
}

/* Why nothing can be said about the mathematics. A certificate that the message lacks comes from
 * the DNS: where that could not be asked, it is not known to be missing. */
static VerdictReason
unknown_reason(const PolicySignature *found)
{
    VerdictReason reason =
        found->math_reason == REASON_NONE ? REASON_CERTIFICATE_MISSING : found->math_reason;
    if (reason != REASON_CERTIFICATE_MISSING || found->has_pins)
        return reason;
    if (!found->looked_up)
        return found->address == ADDRESS_NO_AUTHOR || found->address == ADDRESS_SEVERAL_AUTHORS
                   ? reason
                   : REASON_NOT_LOOKED_UP;
    VerdictReason dns = dns_reason(found->dns);
    return policy_reason_is_temporary(dns) ? dns : reason;
}

PolicyVerdict
policy_judge_signature(const PolicySignature *found)
{
    switch (found->math) {
    case SIGNATURE_MATH_ABSENT:
        return verdict(STATUS_NONE, REASON_NONE);
    case SIGNATURE_MATH_BAD:
        return verdict(STATUS_INVALID, found->math_reason == REASON_NONE ? REASON_SIGNATURE_BAD
                                                                         : found->math_reason);
    case SIGNATURE_MATH_GOOD:
        break;
    case SIGNATURE_MATH_UNKNOWN:
    case SIGNATURE_N_MATHS:
    default:
        return unverified(unknown_reason(found));
    }

    if (found->scope != SCOPE_WHOLE)
        return unverified(REASON_PARTIAL);
    PolicyVerdict trust = judge_trust(found);
    VerdictReason objection = common_objection(found);
    /* That the domain names other keys is worse news than an expired certificate. */
    if (objection == REASON_NONE || trust.status == STATUS_INVALID)
        return trust;
    return unverified(objection);
}

PolicyVerdict
policy_combine(const PolicyVerdict *verdicts, gsize n_verdicts)
{
    if (n_verdicts == 0)
        return verdict(STATUS_NONE, REASON_NONE);
    gsize least = 0;
    for (gsize i = 1; i < n_verdicts; i++)
        if (verdicts[i].status < verdicts[least].status)
            least = i;
    return verdicts[least];
}

static VerdictReason
candidate_objection(const PolicyCandidate *candidate)
{
    if (candidate->usability != RECORD_USABLE)
        return REASON_UNUSABLE_RECORDS;
    if (!candidate->has_certificate)
        return REASON_HASH_ONLY;
    if (candidate->fitness != REASON_NONE)
        return candidate->fitness;
    if (candidate->usage == SMIMEA_USAGE_DANE_EE)
        return REASON_NONE;
    if (candidate->path != REASON_NONE)
        return candidate->path;
    return candidate->names_address ? REASON_NONE : REASON_ADDRESS_MISMATCH;
}

/* Of several reasons the one that is told: what comes closest to a certificate that would do. */
static guint
objection_rank(VerdictReason reason)
{
    if (reason == REASON_UNUSABLE_RECORDS)
        return 0;
    return reason == REASON_HASH_ONLY ? 1 : 2;
}

static gboolean
is_better(const PolicyCandidate *a, const PolicyCandidate *b)
{
    if (a->is_from_elsewhere != b->is_from_elsewhere)
        return b->is_from_elsewhere;
    if (a->strength != b->strength)
        return a->strength > b->strength;
    return a->not_before > b->not_before;
}

VerdictReason
policy_choose_recipient(DnsOutcome dns, const PolicyCandidate *candidates, gsize n_candidates,
                        gssize *out_index)
{
    *out_index = -1;
    if (dns != DNS_OUTCOME_SECURE_RECORDS)
        return dns_reason(dns);

    VerdictReason told = REASON_UNUSABLE_RECORDS;
    for (gsize i = 0; i < n_candidates; i++) {
        VerdictReason objection = candidate_objection(&candidates[i]);
        if (objection != REASON_NONE) {
            if (objection_rank(objection) > objection_rank(told))
                told = objection;
            continue;
        }
        if (*out_index < 0 || is_better(&candidates[i], &candidates[*out_index]))
            *out_index = (gssize)i;
    }
    return *out_index >= 0 ? REASON_NONE : told;
}

gboolean
policy_reason_is_temporary(VerdictReason reason)
{
    return reason == REASON_BOGUS || reason == REASON_INDETERMINATE ||
           reason == REASON_UNREACHABLE || reason == REASON_NOT_LOOKED_UP;
}
