/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "verdict.h"

/* The functions of one enum in a form that fits every enum. */
#define ADAPT(prefix, Type)                                                                        \
    static const gchar *prefix##_name(guint value)                                                 \
    {                                                                                              \
        return prefix##_to_string((Type)value);                                                    \
    }                                                                                              \
    static gboolean prefix##_value(const gchar *name, guint *out_value)                            \
    {                                                                                              \
        Type value = (Type)0;                                                                      \
        gboolean found = prefix##_from_string(name, &value);                                       \
        *out_value = (guint)value;                                                                 \
        return found;                                                                              \
    }

ADAPT(dns_outcome, DnsOutcome)
ADAPT(record_usability, RecordUsability)
ADAPT(signature_math, SignatureMath)
ADAPT(signature_scope, SignatureScope)
ADAPT(signature_status, SignatureStatus)
ADAPT(verdict_reason, VerdictReason)

typedef struct {
    const gchar *name;
    guint n_values;
    const gchar *(*to_string)(guint value);
    gboolean (*from_string)(const gchar *name, guint *out_value);
    gboolean zero_is_null;
} EnumCase;

static const EnumCase enum_cases[] = {
    {"dns-outcome", DNS_N_OUTCOMES, dns_outcome_name, dns_outcome_value, FALSE},
    {"record-usability", RECORD_N_USABILITIES, record_usability_name, record_usability_value,
     FALSE},
    {"signature-math", SIGNATURE_N_MATHS, signature_math_name, signature_math_value, FALSE},
    {"signature-scope", SCOPE_N_SCOPES, signature_scope_name, signature_scope_value, FALSE},
    {"signature-status", STATUS_N_STATUSES, signature_status_name, signature_status_value, FALSE},
    {"reason", REASON_N_REASONS, verdict_reason_name, verdict_reason_value, TRUE},
};

/* A name without its row would be NULL, one with two rows would come back as the other. */
static void
test_both_ways(gconstpointer data)
{
    const EnumCase *test = data;
    for (guint value = 0; value < test->n_values; value++) {
        const gchar *name = test->to_string(value);
        if (value == 0 && test->zero_is_null) {
            g_assert_null(name);
            continue;
        }
        g_assert_nonnull(name);
        g_assert_cmpuint(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), ==, strlen(name));
        guint back = test->n_values;
        g_assert_true(test->from_string(name, &back));
        g_assert_cmpuint(back, ==, value);
    }
}

static void
test_unknown_name(gconstpointer data)
{
    const EnumCase *test = data;
    static const gchar *const names[] = {"", "Verified", "no such name", NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        guint value = 0;
        g_assert_false(test->from_string(names[i], &value));
    }
}

/* Names that others rely on: the wire and the command line. */
static void
test_fixed_names(void)
{
    g_assert_cmpstr(dns_outcome_to_string(DNS_OUTCOME_SECURE_RECORDS), ==, "secure-records");
    g_assert_cmpstr(record_usability_to_string(RECORD_USABLE), ==, "usable");
    g_assert_cmpstr(record_usability_to_string(RECORD_UNUSABLE_DIGEST_LENGTH), ==,
                    "wrong-digest-length");
    g_assert_cmpstr(signature_status_to_string(STATUS_VERIFIED), ==, "verified");
    g_assert_cmpstr(verdict_reason_to_string(REASON_CERTIFICATE_EXPIRED), ==,
                    "certificate-expired");
    g_assert_null(trust_source_to_string(TRUST_NOBODY));
    g_assert_cmpstr(trust_source_to_string(TRUST_AUTHORITY), ==, "authority");
    g_assert_cmpstr(trust_source_to_string(TRUST_DANE), ==, "dane");
    g_assert_cmpstr(trust_source_to_string(TRUST_PINNED), ==, "pinned");
}

/* A value that nobody set must not be one that trusts. */
static void
test_zero_trusts_least(void)
{
    g_assert_cmpstr(dns_outcome_to_string((DnsOutcome)0), ==, "unreachable");
    g_assert_cmpstr(record_usability_to_string((RecordUsability)0), ==, "malformed");
    g_assert_cmpstr(signature_math_to_string((SignatureMath)0), ==, "unknown");
    g_assert_cmpstr(signature_scope_to_string((SignatureScope)0), ==, "none");
    g_assert_cmpstr(signature_status_to_string((SignatureStatus)0), ==, "invalid");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(enum_cases); i++) {
        g_autofree gchar *both = g_strconcat("/verdict/both-ways/", enum_cases[i].name, NULL);
        g_test_add_data_func(both, &enum_cases[i], test_both_ways);
        g_autofree gchar *unknown = g_strconcat("/verdict/unknown/", enum_cases[i].name, NULL);
        g_test_add_data_func(unknown, &enum_cases[i], test_unknown_name);
    }
    g_test_add_func("/verdict/fixed-names", test_fixed_names);
    g_test_add_func("/verdict/zero-trusts-least", test_zero_trusts_least);
    return g_test_run();
}
