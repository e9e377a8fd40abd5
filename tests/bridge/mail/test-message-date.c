/* SPDX-License-Identifier: MPL-2.0 */

#include "message-date.h"

#include <string.h>

typedef struct {
    const gchar *name;
    const gchar *header;
    MessageDate found;
    gint64 seconds;
} DateCase;

static const DateCase date_cases[] = {
    {"absent", "From: a@b.example\n", MESSAGE_DATE_ABSENT, 0},
    {"zone-east", "Date: Tue, 21 Nov 2023 21:50:06 +0100\n", MESSAGE_DATE_STATED, 1700599806},
    {"zone-named", "Date: Tue, 21 Nov 2023 20:50:06 GMT\n", MESSAGE_DATE_STATED, 1700599806},
    {"comment", "Date: Tue, 21 Nov 2023 20:50:06 +0000 (UTC)\n", MESSAGE_DATE_STATED, 1700599806},
    {"folded", "Date: Tue, 21 Nov 2023\n 20:50:06 +0000\n", MESSAGE_DATE_STATED, 1700599806},
    /* RFC 5322 §4.3 */
    {"two-digit-year", "Date: 21 Nov 97 09:55:06 -0600\n", MESSAGE_DATE_STATED, 880127706},
    {"empty", "Date:\n", MESSAGE_DATE_UNCLEAR, 0},
    {"no-date", "Date: yesterday\n", MESSAGE_DATE_UNCLEAR, 0},
    {"day-32", "Date: Tue, 32 Nov 2023 20:50:06 +0000\n", MESSAGE_DATE_UNCLEAR, 0},
    {"twice", "Date: Tue, 21 Nov 2023 20:50:06 +0000\ndate: Tue, 21 Nov 2023 20:50:06 +0000\n",
     MESSAGE_DATE_UNCLEAR, 0},
};

static void
test_date(gconstpointer data)
{
    const DateCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autofree gchar *text = g_strconcat(test->header, "\ntext\n", NULL);
    g_autoptr(GBytes) message = g_bytes_new_static(text, strlen(text));
    g_autoptr(EntityTree) tree = entity_tree_parse(message, NULL, &error);
    g_assert_no_error(error);
    gint64 seconds = 0;
    g_assert_cmpint(message_date_find(entity_tree_get_root(tree), &seconds), ==, test->found);
    g_assert_cmpint(seconds, ==, test->seconds);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(date_cases); i++) {
        g_autofree gchar *path = g_strconcat("/message-date/", date_cases[i].name, NULL);
        g_test_add_data_func(path, &date_cases[i], test_date);
    }
    return g_test_run();
}
