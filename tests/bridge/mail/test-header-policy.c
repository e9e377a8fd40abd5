/* SPDX-License-Identifier: MPL-2.0 */
#include "header-policy.h"

#include "mail-test.h"

/* @expected of NULL: kept; "": removed. */
typedef struct {
    const gchar *name;
    HeaderPolicy policy;
    const gchar *field;
    const gchar *value;
    const gchar *expected;
} PolicyCase;

#define B HEADER_POLICY_BASELINE
#define S HEADER_POLICY_SHY
#define N HEADER_POLICY_NO_CONFIDENTIALITY

static const PolicyCase policy_cases[] = {
    /* RFC 9788 §3.2.1 */
    {"baseline-subject", B, "Subject", "Rent", "[...]"},
    {"baseline-subject-without-case", B, "sUBJECT", "Rent", "[...]"},
    {"baseline-subject-is-dots", B, "Subject", "[...]", NULL},
    {"baseline-empty-subject", B, "Subject", "", "[...]"},
    {"baseline-keywords", B, "Keywords", "money", ""},
    {"baseline-comments", B, "comments", "x", ""},
    {"baseline-topic", B, "thread-topic", "Rent", ""},
    {"baseline-resent-subject", B, "Resent-Subject", "Rent", ""},
    {"baseline-from", B, "From", "Ana <ana@a.example>", NULL},
    {"baseline-date", B, "Date", "Sat, 20 Feb 2021 10:12:02 -0500", NULL},
    {"baseline-other", B, "X-Other", "x", NULL},
    /* RFC 9788 §3.2.2 */
    {"shy-subject", S, "Subject", "Rent", "[...]"},
    {"shy-topic", S, "Thread-Topic", "Rent", ""},
    {"shy-from", S, "From", "Ana <ana@a.example>", "ana@a.example"},
    {"shy-from-encoded", S, "From", "=?utf-8?q?=C3=84na?= <ana@a.example>", "ana@a.example"},
    {"shy-from-bare", S, "From", "ana@a.example", NULL},
    {"shy-from-several", S, "From", "Ana <ana@a.example>, Ben <ben@b.example>", NULL},
    {"shy-to", S, "To", "Ana <ana@a.example>, \"B, C\" <ben@b.example>",
     "ana@a.example, ben@b.example"},
    {"shy-cc", S, "Cc", "Ana (secret) <ana@a.example>", "ana@a.example"},
    {"shy-bcc-of-draft", S, "Bcc", "Ana <ana@a.example>", "ana@a.example"},
    {"shy-to-quoted-local-part", S, "To", "X <\"a b\"@b.example>", "\"a b\"@b.example"},
    {"shy-to-empty-group", S, "To", "undisclosed-recipients:;", NULL},
    {"shy-to-group", S, "To", "Friends: Ana <ana@a.example>;", NULL},
    {"shy-to-group-beside", S, "To", "Ben <b@b.example>, Friends: Ana <ana@a.example>;", NULL},
    {"shy-to-unreadable", S, "To", "Ana <ana@", NULL},
    {"shy-to-no-address", S, "To", "Ana", NULL},
    {"shy-to-literal", S, "To", "Ana <ana@[192.0.2.1]>", NULL},
    {"shy-to-not-ascii", S, "To", "Ana <\303\244na@a.example>", NULL},
    {"shy-to-empty", S, "To", "", NULL},
    {"shy-reply-to", S, "Reply-To", "Ana <ana@a.example>", "ana@a.example"},
    {"shy-sender", S, "sender", "Ana <ana@a.example>", "ana@a.example"},
    {"shy-receipt", S, "Disposition-Notification-To", "Ana <ana@a.example>", "ana@a.example"},
    {"shy-resent-to", S, "Resent-To", "Ana <ana@a.example>, b@b.example",
     "ana@a.example, b@b.example"},
    {"shy-resent-date", S, "Resent-Date", "Sat, 20 Feb 2021 10:12:02 -0500",
     "Sat, 20 Feb 2021 15:12:02 +0000"},
    {"shy-other", S, "X-People", "Ana <ana@a.example>", NULL},
    {"shy-date", S, "Date", "Sat, 20 Feb 2021 10:12:02 -0500", "Sat, 20 Feb 2021 15:12:02 +0000"},
    {"shy-date-next-day", S, "Date", "31 Dec 2023 23:30:00 -0100",
     "Mon, 01 Jan 2024 00:30:00 +0000"},
    {"shy-date-in-utc", S, "Date", "Sat, 20 Feb 2021 15:12:02 +0000", NULL},
    {"shy-date-unreadable", S, "Date", "tomorrow", NULL},
    {"shy-message-id", S, "Message-ID", "<1@a.example>", NULL},
    /* RFC 9788 §3.2.3 */
    {"none-subject", N, "Subject", "Rent", NULL},
    {"none-topic", N, "Thread-Topic", "Rent", NULL},
    {"none-keywords", N, "Keywords", "money", NULL},
    {"none-from", N, "From", "Ana <ana@a.example>", NULL},
};

static void
test_policy(gconstpointer data)
{
    const PolicyCase *row = data;
    g_autofree gchar *other = NULL;
    HeaderFate fate = header_policy_apply(row->policy, row->field, row->value, &other);
    HeaderFate wanted = row->expected == NULL      ? HEADER_KEPT
                        : row->expected[0] == '\0' ? HEADER_REMOVED
                                                   : HEADER_CHANGED;
    g_assert_cmpint(fate, ==, wanted);
    g_assert_cmpstr(other, ==, wanted == HEADER_CHANGED ? row->expected : NULL);
}

static void
test_names(void)
{
    for (guint i = 0; i < HEADER_POLICY_N_POLICIES; i++) {
        HeaderPolicy policy = HEADER_POLICY_N_POLICIES;
        g_assert_true(header_policy_from_string(header_policy_to_string((HeaderPolicy)i), &policy));
        g_assert_cmpint(policy, ==, i);
    }
    HeaderPolicy policy = HEADER_POLICY_SHY;
    g_assert_false(header_policy_from_string("Baseline", &policy));
    g_assert_cmpint(policy, ==, HEADER_POLICY_SHY);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/header-policy/", policy_cases, test_policy);
    g_test_add_func("/header-policy/names", test_names);
    return g_test_run();
}
