/* SPDX-License-Identifier: MPL-2.0 */
#include "root-hints.h"

#include <gio/gio.h>
#include <string.h>

#include "resolver.h"

typedef struct {
    const gchar *label;
    const gchar *text;
    const gchar *addresses; /* NULL: DNS_ERROR_SERVER */
    const gchar *message;   /* what the error's text begins with */
} HintsCase;

/* The form of InterNIC's named.root. */
#define NAMED_ROOT                                                                                 \
    ";       This file holds the information on root name servers\n"                               \
    ";\n"                                                                                          \
    ".                        3600000      NS    A.ROOT-SERVERS.NET.\n"                            \
    "A.ROOT-SERVERS.NET.      3600000      A     198.41.0.4\n"                                     \
    "A.ROOT-SERVERS.NET.      3600000      AAAA  2001:503:ba3e::2:30\n"                            \
    "; FORMERLY NS1.ISI.EDU\n"                                                                     \
    ".                        3600000      NS    B.ROOT-SERVERS.NET.\n"                            \
    "B.ROOT-SERVERS.NET.      3600000      A     170.247.170.2\n"                                  \
    "; End of file"

static const HintsCase hints_cases[] = {
    {"named-root", NAMED_ROOT, "198.41.0.4 2001:503:ba3e::2:30 170.247.170.2", NULL},
    {"short", ". NS a.root\na.root A 192.0.2.1", "192.0.2.1", NULL},
    {"class", ". 60 IN NS a.root.\r\na.root. IN 60 a 192.0.2.1\r\n", "192.0.2.1", NULL},
    {"owner-repeated", ". IN NS a.\n\tIN NS b.\na. IN A 192.0.2.1\nb. IN A 192.0.2.2\n",
     "192.0.2.1 192.0.2.2", NULL},
    {"address-first", "a. A 192.0.2.1\n. NS A.\n", "192.0.2.1", NULL},
    {"other-servers", ". NS a.\na. A 192.0.2.1\nb. A 192.0.2.2\nlab. NS b.\n", "192.0.2.1", NULL},
    {"other-types", ". NS a.\n. SOA a. b. 1 2 3 4 5\na. A 192.0.2.1\na. TXT \"x\"\n", "192.0.2.1",
     NULL},
    {"blank-lines", "\n  \n. NS a.\n\t; nothing\na. A 192.0.2.1\n\n", "192.0.2.1", NULL},
    {"empty", "", NULL, "hints: no address"},
    {"no-name-server", "a. A 192.0.2.1\n", NULL, "hints: no address"},
    {"no-address", ". NS a.\n", NULL, "hints: no address"},
    {"wrong-family", ". NS a.\na. A 2001:db8::1\n", NULL, "hints:2: "},
    {"no-ip-address", ". NS a.\na. A example.org\n", NULL, "hints:2: "},
    {"no-data", ". NS a.\na. A\n", NULL, "hints:2: "},
    {"no-type", ". NS a.\na. 60 IN\n", NULL, "hints:2: "},
    {"name-alone", ". NS a.\na.\n", NULL, "hints:2: "},
    {"no-owner", " NS a.\n", NULL, "hints:1: "},
};

static void
test_hints(gconstpointer data)
{
    const HintsCase *hints_case = data;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) addresses =
        root_hints_parse(hints_case->text, strlen(hints_case->text), "hints", &error);
    if (hints_case->addresses == NULL) {
        g_assert_null(addresses);
        g_assert_error(error, DNS_ERROR, DNS_ERROR_SERVER);
        g_assert_true(g_str_has_prefix(error->message, hints_case->message));
        return;
    }
    g_assert_no_error(error);
    g_autofree gchar *joined = g_strjoinv(" ", addresses);
    g_assert_cmpstr(joined, ==, hints_case->addresses);
}

/* What stands behind a NUL is not passed over in silence. */
static void
test_no_text(void)
{
    static const gchar octets[] = ". NS a.\na. A 192.0.2.1\n\0a. A 192.0.2.2\n";
    g_autoptr(GError) error = NULL;
    g_assert_null(root_hints_parse(octets, sizeof octets - 1, "hints", &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_SERVER);
    g_assert_cmpstr(error->message, ==, "hints: not a text file");
}

static void
test_limits(void)
{
    g_autoptr(GString) text = g_string_new(". NS a.\n");
    for (guint i = 0; i <= ROOT_HINTS_MAX_ADDRESSES; i++)
        g_string_append_printf(text, "a. A 192.0.2.%u\n", i);
    g_autoptr(GError) error = NULL;
    g_assert_null(root_hints_parse(text->str, text->len, "hints", &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_SERVER);
    g_clear_error(&error);
    g_assert_null(root_hints_load("/nonexistent/root.hints", &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_SERVER);
    g_clear_error(&error);
    g_assert_null(root_hints_load("/dev/zero", &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_SERVER);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(hints_cases); i++) {
        g_autofree gchar *path = g_strconcat("/root-hints/", hints_cases[i].label, NULL);
        g_test_add_data_func(path, &hints_cases[i], test_hints);
    }
    g_test_add_func("/root-hints/no-text", test_no_text);
    g_test_add_func("/root-hints/limits", test_limits);
    return g_test_run();
}
