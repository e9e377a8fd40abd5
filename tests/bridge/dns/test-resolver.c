/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver.h"

#include <string.h>

#include "resolver-client.h"

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

typedef struct {
    const gchar *label;
    const gchar *name;
    gboolean valid;
} NameCase;

static const NameCase name_cases[] = {
    {"smimea", "c93f1e40._smimecert.example.org", TRUE},
    {"dot-at-the-end", "example.org.", TRUE},
    {"one-label", "lab", TRUE},
    {"upper-case", "EXAMPLE.ORG", TRUE},
    {"a-label", "xn--bcher-kva.lab", TRUE},
    {"label-63", LABEL_63 ".lab", TRUE},
    {"label-64", LABEL_63 "a.lab", FALSE},
    /* RFC 1035 §2.3.4: 255 octets in wire form are 253 of text */
    {"octets-253",
     LABEL_63 "." LABEL_63 "." LABEL_63
              ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     TRUE},
    {"octets-253-and-dot",
     LABEL_63 "." LABEL_63 "." LABEL_63
              ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.",
     TRUE},
    {"octets-254",
     LABEL_63 "." LABEL_63 "." LABEL_63
              ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     FALSE},
    {"empty", "", FALSE},
    {"root", ".", FALSE},
    {"two-dots", "example..org", FALSE},
    {"dot-at-the-beginning", ".example.org", FALSE},
    {"two-dots-at-the-end", "example.org..", FALSE},
    {"space", "exa mple.org", FALSE},
    /* RFC 1035 §5.1: the backslash quotes in presentation form */
    {"backslash", "exa\\046mple.org", FALSE},
    {"address-literal", "[127.0.0.1]", FALSE},
    {"at", "alice@example.org", FALSE},
    {"wildcard", "*.example.org", FALSE},
    {"utf-8",
     "b\xc3\xbc"
     "cher.lab",
     FALSE},
    {"line-feed", "example.org\n", FALSE},
};

static void
test_name(gconstpointer data)
{
    const NameCase *name_case = data;
    g_assert_cmpint(resolver_name_is_valid(name_case->name), ==, name_case->valid);
}

static void
on_name_error(GObject *source, GAsyncResult *result, gpointer user_data)
{
    gboolean *called = user_data;
    g_autoptr(GError) error = NULL;
    g_assert_null(resolver_lookup_finish(DNS_RESOLVER(source), result, &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_NAME);
    *called = TRUE;
}

static void
test_lookup_bad_name(void)
{
    g_autoptr(ResolverConfig) config = resolver_config_new();
    g_autoptr(ResolverClient) client = resolver_client_new("/nonexistent/program", config);
    gboolean called = FALSE;
    resolver_lookup_async(DNS_RESOLVER(client), "exa mple.org", 53, NULL, on_name_error, &called);
    while (!called)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(resolver_client_get_pid(client), ==, 0);
}

static void
test_answer(void)
{
    g_autoptr(ResolverAnswer) answer =
        resolver_answer_new("a.example.org.", 53, DNS_OUTCOME_SECURE_RECORDS);
    answer->ttl = 17;
    answer->canonical_name = g_strdup("b.example.org");
    answer->detail = g_strdup("so");
    g_ptr_array_add(answer->records, g_bytes_new("\3\0\0x", 4));
    g_autoptr(ResolverAnswer) copy = resolver_answer_copy(answer);
    g_assert_cmpstr(copy->owner_name, ==, "a.example.org");
    g_assert_cmpuint(copy->rr_type, ==, 53);
    g_assert_cmpint(copy->outcome, ==, DNS_OUTCOME_SECURE_RECORDS);
    g_assert_cmpuint(copy->ttl, ==, 17);
    g_assert_cmpstr(copy->canonical_name, ==, "b.example.org");
    g_assert_cmpstr(copy->detail, ==, "so");
    g_assert_cmpuint(copy->records->len, ==, 1);
    g_assert_true(g_bytes_equal(copy->records->pdata[0], answer->records->pdata[0]));
}

/* RFC 2181 §5 */
static void
test_answer_record_twice(void)
{
    static const guint8 octets[] = "\3\0\0xy";
    g_autoptr(ResolverAnswer) answer =
        resolver_answer_new("a.example.org", 53, DNS_OUTCOME_SECURE_RECORDS);
    for (guint turn = 0; turn < 2; turn++)
        for (gsize n_octets = 4; n_octets <= 5; n_octets++)
            g_assert_true(resolver_answer_add_record(answer, octets, n_octets));
    g_assert_cmpuint(answer->records->len, ==, 2);
    g_assert_cmpuint(g_bytes_get_size(answer->records->pdata[0]), ==, 4);
    g_assert_cmpuint(g_bytes_get_size(answer->records->pdata[1]), ==, 5);
}

static void
test_answer_unreachable(void)
{
    g_autoptr(ResolverAnswer) answer =
        resolver_answer_new_unreachable("a.example.org", 65444, "no answer within %d s", 5);
    g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_UNREACHABLE);
    g_assert_cmpstr(answer->detail, ==, "no answer within 5 s");
    g_assert_cmpuint(answer->records->len, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(name_cases); i++) {
        g_autofree gchar *path = g_strconcat("/resolver/name/", name_cases[i].label, NULL);
        g_test_add_data_func(path, &name_cases[i], test_name);
    }
    g_test_add_func("/resolver/lookup-bad-name", test_lookup_bad_name);
    g_test_add_func("/resolver/answer", test_answer);
    g_test_add_func("/resolver/answer-record-twice", test_answer_record_twice);
    g_test_add_func("/resolver/answer-unreachable", test_answer_unreachable);
    return g_test_run();
}
