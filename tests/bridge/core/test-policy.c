/* SPDX-License-Identifier: MPL-2.0 */

#include "policy.h"

#include "smimea.h"

/* The truth table. Rows name the section that wants them; those without one are decisions of this
 * program (core/policy.h). */

#define SOUND .scope = SCOPE_WHOLE, .math = SIGNATURE_MATH_GOOD, .may_sign = TRUE
#define NO_CERTIFICATE                                                                             \
    .scope = SCOPE_WHOLE, .math = SIGNATURE_MATH_UNKNOWN,                                          \
    .math_reason = REASON_CERTIFICATE_MISSING, .address = ADDRESS_UNNAMED
#define FROM_SIGNER        .address = ADDRESS_SAME
#define DNS(outcome)       .looked_up = TRUE, .dns = DNS_OUTCOME_##outcome
#define NO_AUTHORITY       .authority = REASON_CERTIFICATE_UNTRUSTED
#define AUTHORITY          .accept_authorities = TRUE
#define BAD_AUTHORITY(why) AUTHORITY, .authority = REASON_##why
#define RECORDS(...)                                                                               \
    DNS(SECURE_RECORDS), .records = (const PolicyRecord[]){__VA_ARGS__},                           \
                         .n_records = G_N_ELEMENTS(((const PolicyRecord[]){__VA_ARGS__}))

#define MATCH(kind)                                                                                \
    {                                                                                              \
        RECORD_USABLE, SMIMEA_USAGE_##kind, TRUE, REASON_NONE                                      \
    }
#define MATCH_BUT(kind, why)                                                                       \
    {                                                                                              \
        RECORD_USABLE, SMIMEA_USAGE_##kind, TRUE, REASON_##why                                     \
    }
#define OTHER(kind)                                                                                \
    {                                                                                              \
        RECORD_USABLE, SMIMEA_USAGE_##kind, FALSE, REASON_NONE                                     \
    }
#define UNUSABLE(why)                                                                              \
    {                                                                                              \
        RECORD_UNUSABLE_##why, SMIMEA_USAGE_DANE_EE, TRUE, REASON_NONE                             \
    }

#define VERIFIED(source, index)                                                                    \
    {                                                                                              \
        STATUS_VERIFIED, REASON_NONE, TRUST_##source, index                                        \
    }
#define UNVERIFIED(why)                                                                            \
    {                                                                                              \
        STATUS_UNVERIFIED, REASON_##why, TRUST_NOBODY, -1                                          \
    }
#define INVALID(why)                                                                               \
    {                                                                                              \
        STATUS_INVALID, REASON_##why, TRUST_NOBODY, -1                                             \
    }

typedef struct {
    const gchar *name;
    PolicySignature found;
    PolicyVerdict expected;
} SignatureCase;

/* What the mathematics and the extent of the signature decide alone. */
static const SignatureCase math_cases[] = {
#include "test-policy-math.inc"
};

/* RFC 8162 §6: every outcome of the DNS, with and without authorities to fall back to. The
 * certificate has a good path to an authority and names the author. */
static const SignatureCase dns_cases[] = {
    {"secure-denial", {SOUND, FROM_SIGNER, DNS(SECURE_DENIAL)}, UNVERIFIED(NO_RECORD)},
    {"insecure", {SOUND, FROM_SIGNER, DNS(INSECURE)}, UNVERIFIED(INSECURE)},
    {"bogus", {SOUND, FROM_SIGNER, DNS(BOGUS)}, UNVERIFIED(BOGUS)},
    {"indeterminate", {SOUND, FROM_SIGNER, DNS(INDETERMINATE)}, UNVERIFIED(INDETERMINATE)},
    {"unreachable", {SOUND, FROM_SIGNER, DNS(UNREACHABLE)}, UNVERIFIED(UNREACHABLE)},
    {"not-looked-up", {SOUND, FROM_SIGNER}, UNVERIFIED(NOT_LOOKED_UP)},
    {"records", {SOUND, FROM_SIGNER, RECORDS(MATCH(DANE_EE))}, VERIFIED(DANE, 0)},

    {"secure-denial-authority",
     {SOUND, FROM_SIGNER, DNS(SECURE_DENIAL), AUTHORITY},
     VERIFIED(AUTHORITY, -1)},
    {"insecure-authority", {SOUND, FROM_SIGNER, DNS(INSECURE), AUTHORITY}, VERIFIED(AUTHORITY, -1)},
    {"not-looked-up-authority", {SOUND, FROM_SIGNER, AUTHORITY}, VERIFIED(AUTHORITY, -1)},
    /* RFC 8162 §6, §9: bogus is a fault or an attack, never "no record" */
    {"bogus-authority", {SOUND, FROM_SIGNER, DNS(BOGUS), AUTHORITY}, UNVERIFIED(BOGUS)},
    {"indeterminate-authority",
     {SOUND, FROM_SIGNER, DNS(INDETERMINATE), AUTHORITY},
     UNVERIFIED(INDETERMINATE)},
    {"unreachable-authority",
     {SOUND, FROM_SIGNER, DNS(UNREACHABLE), AUTHORITY},
     UNVERIFIED(UNREACHABLE)},
    {"no-match-authority",
     {SOUND, FROM_SIGNER, RECORDS(OTHER(DANE_EE)), AUTHORITY},
     INVALID(NO_MATCH)},
    {"unusable-authority",
     {SOUND, FROM_SIGNER, RECORDS(UNUSABLE(USAGE)), AUTHORITY},
     UNVERIFIED(UNUSABLE_RECORDS)},
};

static const SignatureCase authority_cases[] = {
    {"no-path",
     {SOUND, FROM_SIGNER, DNS(SECURE_DENIAL), BAD_AUTHORITY(CERTIFICATE_UNTRUSTED)},
     UNVERIFIED(NO_RECORD)},
    {"revoked",
     {SOUND, FROM_SIGNER, DNS(INSECURE), BAD_AUTHORITY(CERTIFICATE_REVOKED)},
     UNVERIFIED(INSECURE)},
    /* RFC 8550 §3: the address in the certificate must be the author's */
    {"another-address",
     {SOUND, .address = ADDRESS_DIFFERS, DNS(SECURE_DENIAL), AUTHORITY},
     UNVERIFIED(ADDRESS_MISMATCH)},
    {"no-address",
     {SOUND, .address = ADDRESS_UNNAMED, DNS(SECURE_DENIAL), AUTHORITY},
     UNVERIFIED(ADDRESS_MISMATCH)},
    {"no-author", {SOUND, .address = ADDRESS_NO_AUTHOR, AUTHORITY}, UNVERIFIED(NO_AUTHOR)},
    {"no-author-no-authority",
     {SOUND, .address = ADDRESS_NO_AUTHOR, NO_AUTHORITY},
     UNVERIFIED(NO_AUTHOR)},
    {"several-authors",
     {SOUND, .address = ADDRESS_SEVERAL_AUTHORS, NO_AUTHORITY},
     UNVERIFIED(SEVERAL_AUTHORS)},
    {"address-not-looked-up",
     {SOUND, .address = ADDRESS_DIFFERS, NO_AUTHORITY},
     UNVERIFIED(NOT_LOOKED_UP)},
};

/* RFC 6698 §2.1.1, RFC 7671 §5: what each usage asks for besides the match. */
static const SignatureCase usage_cases[] = {
    /* RFC 7671 §5.1: DANE-EE binds the key to the name itself */
    {"dane-ee-another-address",
     {SOUND, .address = ADDRESS_DIFFERS, RECORDS(MATCH(DANE_EE))},
     VERIFIED(DANE, 0)},
    {"dane-ee-no-address",
     {SOUND, .address = ADDRESS_UNNAMED, RECORDS(MATCH(DANE_EE))},
     VERIFIED(DANE, 0)},
    {"dane-ee-no-path",
     {SOUND, FROM_SIGNER, RECORDS(MATCH_BUT(DANE_EE, CERTIFICATE_UNTRUSTED))},
     VERIFIED(DANE, 0)},
    {"dane-ta", {SOUND, FROM_SIGNER, RECORDS(MATCH(DANE_TA))}, VERIFIED(DANE, 0)},
    /* RFC 7671 §5.2 */
    {"dane-ta-another-address",
     {SOUND, .address = ADDRESS_DIFFERS, RECORDS(MATCH(DANE_TA))},
     UNVERIFIED(ADDRESS_MISMATCH)},
    {"dane-ta-bad-path",
     {SOUND, FROM_SIGNER, RECORDS(MATCH_BUT(DANE_TA, CERTIFICATE_EXPIRED))},
     UNVERIFIED(CERTIFICATE_EXPIRED)},
    {"pkix-ee", {SOUND, FROM_SIGNER, RECORDS(MATCH(PKIX_EE))}, VERIFIED(DANE, 0)},
    /* RFC 7671 §5.3 */
    {"pkix-ee-no-path",
     {SOUND, FROM_SIGNER, RECORDS(MATCH_BUT(PKIX_EE, CERTIFICATE_UNTRUSTED))},
     UNVERIFIED(CERTIFICATE_UNTRUSTED)},
    {"pkix-ee-another-address",
     {SOUND, .address = ADDRESS_DIFFERS, RECORDS(MATCH(PKIX_EE))},
     UNVERIFIED(ADDRESS_MISMATCH)},
    {"pkix-ta", {SOUND, FROM_SIGNER, RECORDS(MATCH(PKIX_TA))}, VERIFIED(DANE, 0)},
    /* RFC 7671 §5.4 */
    {"pkix-ta-revoked",
     {SOUND, FROM_SIGNER, RECORDS(MATCH_BUT(PKIX_TA, CERTIFICATE_REVOKED))},
     UNVERIFIED(CERTIFICATE_REVOKED)},
    {"pkix-ta-unnamed",
     {SOUND, .address = ADDRESS_UNNAMED, RECORDS(MATCH(PKIX_TA))},
     UNVERIFIED(ADDRESS_MISMATCH)},
};

/* RFC 7671 §8.1: any match of the set counts. RFC 6698 §4.1: unusable records are ignored. */
static const SignatureCase set_cases[] = {
    {"rollover-old", {SOUND, RECORDS(MATCH(DANE_EE), OTHER(DANE_EE))}, VERIFIED(DANE, 0)},
    {"rollover-new", {SOUND, RECORDS(OTHER(DANE_EE), MATCH(DANE_EE))}, VERIFIED(DANE, 1)},
    {"good-after-objected",
     {SOUND, FROM_SIGNER, RECORDS(MATCH_BUT(PKIX_EE, CERTIFICATE_UNTRUSTED), MATCH(DANE_EE))},
     VERIFIED(DANE, 1)},
    {"first-objection-is-told",
     {SOUND, FROM_SIGNER,
      RECORDS(OTHER(DANE_EE), MATCH_BUT(PKIX_EE, CERTIFICATE_UNTRUSTED),
              MATCH_BUT(DANE_TA, CERTIFICATE_EXPIRED))},
     UNVERIFIED(CERTIFICATE_UNTRUSTED)},
    {"none-matches", {SOUND, RECORDS(OTHER(DANE_EE), OTHER(PKIX_TA))}, INVALID(NO_MATCH)},
    {"unusable-beside-match",
     {SOUND, RECORDS(UNUSABLE(SELECTOR), MATCH(DANE_EE))},
     VERIFIED(DANE, 1)},
    {"unusable-beside-other",
     {SOUND, RECORDS(UNUSABLE(MATCHING_TYPE), OTHER(DANE_EE))},
     INVALID(NO_MATCH)},
    {"unusable-malformed", {SOUND, RECORDS(UNUSABLE(MALFORMED))}, UNVERIFIED(UNUSABLE_RECORDS)},
    {"unusable-usage", {SOUND, RECORDS(UNUSABLE(USAGE))}, UNVERIFIED(UNUSABLE_RECORDS)},
    {"unusable-selector", {SOUND, RECORDS(UNUSABLE(SELECTOR))}, UNVERIFIED(UNUSABLE_RECORDS)},
    {"unusable-matching-type",
     {SOUND, RECORDS(UNUSABLE(MATCHING_TYPE))},
     UNVERIFIED(UNUSABLE_RECORDS)},
    {"unusable-digest-length",
     {SOUND, RECORDS(UNUSABLE(DIGEST_LENGTH))},
     UNVERIFIED(UNUSABLE_RECORDS)},
    {"unusable-certificate", {SOUND, RECORDS(UNUSABLE(CERTIFICATE))}, UNVERIFIED(UNUSABLE_RECORDS)},
    {"no-records-after-all", {SOUND, DNS(SECURE_RECORDS)}, UNVERIFIED(UNUSABLE_RECORDS)},
};

static const SignatureCase pin_cases[] = {
    {"pinned", {SOUND, .has_pins = TRUE, .is_pinned = TRUE}, VERIFIED(PINNED, -1)},
    {"pinned-another-address",
     {SOUND, .address = ADDRESS_DIFFERS, .has_pins = TRUE, .is_pinned = TRUE},
     VERIFIED(PINNED, -1)},
    {"pinned-no-author",
     {SOUND, .address = ADDRESS_NO_AUTHOR, .has_pins = TRUE, .is_pinned = TRUE},
     VERIFIED(PINNED, -1)},
    {"not-pinned", {SOUND, FROM_SIGNER, .has_pins = TRUE}, INVALID(NOT_PINNED)},
    {"not-pinned-authority",
     {SOUND, FROM_SIGNER, .has_pins = TRUE, AUTHORITY},
     INVALID(NOT_PINNED)},
    {"pins-replace-dns",
     {SOUND, FROM_SIGNER, .has_pins = TRUE, RECORDS(MATCH(DANE_EE))},
     INVALID(NOT_PINNED)},
    {"pinned-expired",
     {SOUND, .validity = REASON_CERTIFICATE_EXPIRED, .has_pins = TRUE, .is_pinned = TRUE},
     UNVERIFIED(CERTIFICATE_EXPIRED)},
};

/* What stands against a signature whoever vouches for it. */
static const SignatureCase objection_cases[] = {
    /* RFC 8162 §9, against RFC 7671 §5.1 */
    {"expired",
     {SOUND, .validity = REASON_CERTIFICATE_EXPIRED, RECORDS(MATCH(DANE_EE))},
     UNVERIFIED(CERTIFICATE_EXPIRED)},
    {"not-yet-valid",
     {SOUND, .validity = REASON_CERTIFICATE_NOT_YET_VALID, RECORDS(MATCH(DANE_EE))},
     UNVERIFIED(CERTIFICATE_NOT_YET_VALID)},
    {"weak", {SOUND, .weak = TRUE, RECORDS(MATCH(DANE_EE))}, UNVERIFIED(WEAK_ALGORITHM)},
    {"nested", {SOUND, .nested = TRUE, RECORDS(MATCH(DANE_EE))}, UNVERIFIED(NESTED_SIGNATURE)},
    {"from-future",
     {SOUND, .from_future = TRUE, RECORDS(MATCH(DANE_EE))},
     UNVERIFIED(SIGNING_TIME)},
    {"signed-earlier",
     {SOUND, .signed_earlier = TRUE, RECORDS(MATCH(DANE_EE))},
     UNVERIFIED(SIGNED_EARLIER)},
    {"from-future-before-signed-earlier",
     {SOUND, .from_future = TRUE, .signed_earlier = TRUE, RECORDS(MATCH(DANE_EE))},
     UNVERIFIED(SIGNING_TIME)},
    {"signed-earlier-and-no-match",
     {SOUND, .signed_earlier = TRUE, RECORDS(OTHER(DANE_EE))},
     INVALID(NO_MATCH)},
    {"not-yet-valid-before-from-future",
     {SOUND, .from_future = TRUE, .validity = REASON_CERTIFICATE_NOT_YET_VALID,
      RECORDS(MATCH(DANE_EE))},
     UNVERIFIED(CERTIFICATE_NOT_YET_VALID)},
    {"from-future-and-no-match",
     {SOUND, .from_future = TRUE, RECORDS(OTHER(DANE_EE))},
     INVALID(NO_MATCH)},
    /* RFC 8550 §4.4.2, §4.4.4 */
    {"may-not-sign",
     {.scope = SCOPE_WHOLE, .math = SIGNATURE_MATH_GOOD, RECORDS(MATCH(DANE_EE))},
     UNVERIFIED(CERTIFICATE_UNFIT)},
    {"weak-authority",
     {SOUND, FROM_SIGNER, .weak = TRUE, DNS(SECURE_DENIAL), AUTHORITY},
     UNVERIFIED(WEAK_ALGORITHM)},
    /* That the domain names other keys is worse news. */
    {"expired-and-no-match",
     {SOUND, .validity = REASON_CERTIFICATE_EXPIRED, RECORDS(OTHER(DANE_EE))},
     INVALID(NO_MATCH)},
    {"weak-and-not-pinned", {SOUND, .weak = TRUE, .has_pins = TRUE}, INVALID(NOT_PINNED)},
    {"nested-before-weak",
     {SOUND, .nested = TRUE, .weak = TRUE, RECORDS(MATCH(DANE_EE))},
     UNVERIFIED(NESTED_SIGNATURE)},
    {"weak-before-expired",
     {SOUND, .weak = TRUE, .validity = REASON_CERTIFICATE_EXPIRED, RECORDS(MATCH(DANE_EE))},
     UNVERIFIED(WEAK_ALGORITHM)},
};

static void
assert_verdict(const PolicyVerdict *actual, const PolicyVerdict *expected)
{
    g_assert_cmpstr(signature_status_to_string(actual->status), ==,
                    signature_status_to_string(expected->status));
    g_assert_cmpstr(verdict_reason_to_string(actual->reason), ==,
                    verdict_reason_to_string(expected->reason));
    g_assert_cmpint(actual->trust, ==, expected->trust);
    g_assert_cmpint(actual->record, ==, expected->record);
}

static void
test_signature(gconstpointer data)
{
    const SignatureCase *test = data;
    PolicyVerdict verdict = policy_judge_signature(&test->found);
    assert_verdict(&verdict, &test->expected);
}

/* What must hold of whatever is found: @found has every combination of the rest. */
static void
check_invariants(const PolicySignature *found)
{
    PolicyVerdict verdict = policy_judge_signature(found);
    gboolean verified = verdict.status == STATUS_VERIFIED;
    g_assert_cmpint(verified || verdict.status == STATUS_NONE, ==, verdict.reason == REASON_NONE);
    g_assert_cmpint(verified, ==, verdict.trust != TRUST_NOBODY);
    g_assert_cmpint(verdict.trust == TRUST_DANE, ==, verdict.record >= 0);
    if (!verified)
        return;
    g_assert_true(found->scope == SCOPE_WHOLE && found->math == SIGNATURE_MATH_GOOD);
    g_assert_true(!found->weak && !found->nested && !found->from_future && found->may_sign);
    g_assert_cmpint(found->validity, ==, REASON_NONE);
    g_assert_cmpint(found->has_pins, ==, verdict.trust == TRUST_PINNED);
    if (found->looked_up && !found->has_pins)
        g_assert_true(found->dns == DNS_OUTCOME_SECURE_RECORDS ||
                      found->dns == DNS_OUTCOME_SECURE_DENIAL ||
                      found->dns == DNS_OUTCOME_INSECURE);
}

/* The lowest digit of @number to @base, which is taken off. */
static guint
take_digit(guint *number, guint base)
{
    guint digit = *number % base;
    *number /= base;
    return digit;
}

static void
test_all_combinations(void)
{
    static const PolicyRecord records[] = {MATCH(DANE_EE),
                                           OTHER(DANE_EE),
                                           MATCH(PKIX_EE),
                                           MATCH_BUT(PKIX_TA, CERTIFICATE_UNTRUSTED),
                                           MATCH_BUT(DANE_TA, CERTIFICATE_REVOKED),
                                           UNUSABLE(USAGE)};
    static const VerdictReason validities[] = {REASON_NONE, REASON_CERTIFICATE_EXPIRED,
                                               REASON_CERTIFICATE_NOT_YET_VALID};
    const guint n_combinations =
        SCOPE_N_SCOPES * SIGNATURE_N_MATHS * 512 * 3 * 5 * DNS_N_OUTCOMES * 6;
    for (guint i = 0; i < n_combinations; i++) {
        guint rest = i;
        PolicySignature found = {.n_records = 1};
        found.scope = take_digit(&rest, SCOPE_N_SCOPES);
        found.math = take_digit(&rest, SIGNATURE_N_MATHS);
        found.weak = (gboolean)take_digit(&rest, 2);
        found.nested = (gboolean)take_digit(&rest, 2);
        found.from_future = (gboolean)take_digit(&rest, 2);
        found.may_sign = (gboolean)take_digit(&rest, 2);
        found.has_pins = (gboolean)take_digit(&rest, 2);
        found.is_pinned = (gboolean)take_digit(&rest, 2);
        found.looked_up = (gboolean)take_digit(&rest, 2);
        found.accept_authorities = (gboolean)take_digit(&rest, 2);
        found.authority = take_digit(&rest, 2) == 0 ? REASON_NONE : REASON_CERTIFICATE_UNTRUSTED;
        found.validity = validities[take_digit(&rest, G_N_ELEMENTS(validities))];
        found.address = take_digit(&rest, ADDRESS_SAME + 1);
        found.dns = take_digit(&rest, DNS_N_OUTCOMES);
        found.records = &records[take_digit(&rest, G_N_ELEMENTS(records))];
        check_invariants(&found);
    }
}

typedef struct {
    const gchar *name;
    PolicyVerdict verdicts[3];
    gsize n_verdicts;
    PolicyVerdict expected;
} CombineCase;

static const CombineCase combine_cases[] = {
    {"nobody", {VERIFIED(DANE, 0)}, 0, {STATUS_NONE, REASON_NONE, TRUST_NOBODY, -1}},
    {"one", {VERIFIED(DANE, 2)}, 1, VERIFIED(DANE, 2)},
    {"all-good", {VERIFIED(DANE, 0), VERIFIED(PINNED, -1)}, 2, VERIFIED(DANE, 0)},
    {"good-unverified", {VERIFIED(DANE, 0), UNVERIFIED(BOGUS)}, 2, UNVERIFIED(BOGUS)},
    {"unverified-good", {UNVERIFIED(BOGUS), VERIFIED(DANE, 0)}, 2, UNVERIFIED(BOGUS)},
    {"invalid-is-least",
     {VERIFIED(DANE, 0), UNVERIFIED(PARTIAL), INVALID(SIGNATURE_BAD)},
     3,
     INVALID(SIGNATURE_BAD)},
    {"first-of-equals", {UNVERIFIED(INSECURE), UNVERIFIED(BOGUS)}, 2, UNVERIFIED(INSECURE)},
};

static void
test_combine(gconstpointer data)
{
    const CombineCase *test = data;
    PolicyVerdict verdict = policy_combine(test->verdicts, test->n_verdicts);
    assert_verdict(&verdict, &test->expected);
}

#define READY(kind, bits, since)                                                                   \
    {                                                                                              \
        RECORD_USABLE, SMIMEA_USAGE_##kind, TRUE, REASON_NONE, REASON_NONE, TRUE, bits, since,     \
            FALSE                                                                                  \
    }
#define UNFIT(why)                                                                                 \
    {                                                                                              \
        RECORD_USABLE, SMIMEA_USAGE_DANE_EE, TRUE, REASON_##why, REASON_NONE, TRUE, 128, 0, FALSE  \
    }
#define NO_PATH(kind, why)                                                                         \
    {                                                                                              \
        RECORD_USABLE, SMIMEA_USAGE_##kind, TRUE, REASON_NONE, REASON_##why, TRUE, 128, 0, FALSE   \
    }
#define NAMELESS(kind)                                                                             \
    {                                                                                              \
        RECORD_USABLE, SMIMEA_USAGE_##kind, TRUE, REASON_NONE, REASON_NONE, FALSE, 128, 0, FALSE   \
    }
#define DIGEST                                                                                     \
    {                                                                                              \
        RECORD_USABLE, SMIMEA_USAGE_DANE_EE, FALSE, REASON_NONE, REASON_NONE, FALSE, 0, 0, FALSE   \
    }
#define OF_NO_USE(why)                                                                             \
    {                                                                                              \
        RECORD_UNUSABLE_##why, SMIMEA_USAGE_DANE_EE, FALSE, REASON_NONE, REASON_NONE, FALSE, 0, 0, \
            FALSE                                                                                  \
    }

/* Matched by a record of usage 3, or with the path that the record wants. */
#define SEEN(kind, strength, not_before)                                                           \
    {                                                                                              \
        RECORD_USABLE, SMIMEA_USAGE_##kind, TRUE, REASON_NONE, REASON_NONE, TRUE, strength,        \
            not_before, TRUE                                                                       \
    }

typedef struct {
    const gchar *name;
    DnsOutcome dns;
    PolicyCandidate candidates[3];
    gsize n_candidates;
    VerdictReason expected;
    gssize index;
} RecipientCase;

static const RecipientCase recipient_cases[] = {
#include "test-policy-recipients.inc"
};

static void
test_recipient(gconstpointer data)
{
    const RecipientCase *test = data;
    gssize index = 99;
    VerdictReason reason =
        policy_choose_recipient(test->dns, test->candidates, test->n_candidates, &index);
    g_assert_cmpstr(verdict_reason_to_string(reason), ==, verdict_reason_to_string(test->expected));
    g_assert_cmpint(index, ==, test->index);
}

static void
test_temporary(void)
{
    for (VerdictReason reason = REASON_NONE; reason < REASON_N_REASONS; reason++) {
        gboolean temporary = reason == REASON_BOGUS || reason == REASON_INDETERMINATE ||
                             reason == REASON_UNREACHABLE || reason == REASON_NOT_LOOKED_UP;
        g_assert_cmpint(policy_reason_is_temporary(reason), ==, temporary);
    }
}

static void
add_signature_cases(const gchar *group, const SignatureCase *cases, gsize n_cases)
{
    for (gsize i = 0; i < n_cases; i++) {
        g_autofree gchar *path = g_strconcat("/policy/signature/", group, "/", cases[i].name, NULL);
        g_test_add_data_func(path, &cases[i], test_signature);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_signature_cases("math", math_cases, G_N_ELEMENTS(math_cases));
    add_signature_cases("dns", dns_cases, G_N_ELEMENTS(dns_cases));
    add_signature_cases("authority", authority_cases, G_N_ELEMENTS(authority_cases));
    add_signature_cases("usage", usage_cases, G_N_ELEMENTS(usage_cases));
    add_signature_cases("set", set_cases, G_N_ELEMENTS(set_cases));
    add_signature_cases("pins", pin_cases, G_N_ELEMENTS(pin_cases));
    add_signature_cases("objection", objection_cases, G_N_ELEMENTS(objection_cases));
    g_test_add_func("/policy/signature/all-combinations", test_all_combinations);
    for (gsize i = 0; i < G_N_ELEMENTS(combine_cases); i++) {
        g_autofree gchar *path = g_strconcat("/policy/combine/", combine_cases[i].name, NULL);
        g_test_add_data_func(path, &combine_cases[i], test_combine);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(recipient_cases); i++) {
        g_autofree gchar *path = g_strconcat("/policy/recipient/", recipient_cases[i].name, NULL);
        g_test_add_data_func(path, &recipient_cases[i], test_recipient);
    }
    g_test_add_func("/policy/temporary", test_temporary);
    return g_test_run();
}
