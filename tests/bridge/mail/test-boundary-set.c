/* SPDX-License-Identifier: MPL-2.0 */
#include "boundary-set.h"

#include "mail-test.h"

typedef struct {
    const gchar *name;
    const gchar *line;
    gint depth; /* -1: no delimiter */
    gboolean is_close;
} MatchCase;

/* Open are "a" (depth 0), "a--" (1), "ab" (2) and "with space " (3). */
static const MatchCase match_cases[] = {
    {"delimiter", "--ab", 2, FALSE},
    {"close", "--ab--", 2, TRUE},
    {"prefix-of-another", "--a", 0, FALSE},
    {"longer-than-any", "--abc", -1, FALSE},
    /* RFC 2046 §5.1.1: transport padding */
    {"padding", "--ab \t ", 2, FALSE},
    {"close-with-padding", "--ab-- ", 2, TRUE},
    {"cr", "--ab\r", 2, FALSE},
    /* Either the close of "a" or the delimiter of "a--": the outer one. */
    {"close-or-delimiter", "--a--", 0, TRUE},
    {"close-of-dashed", "--a----", 1, TRUE},
    {"boundary-ending-in-space", "--with space", 3, FALSE},
    {"one-dash", "-ab", -1, FALSE},
    {"dashes-only", "--", -1, FALSE},
    {"four-dashes", "----", -1, FALSE},
    {"empty", "", -1, FALSE},
    {"case", "--AB", -1, FALSE},
    {"space-before", " --ab", -1, FALSE},
};

static void
test_match(gconstpointer data)
{
    const MatchCase *c = data;
    g_autoptr(BoundarySet) set = boundary_set_new();
    boundary_set_add(set, "a", 0);
    boundary_set_add(set, "a--", 1);
    boundary_set_add(set, "ab", 2);
    boundary_set_add(set, "with space ", 3);
    BoundaryMatch match = {99, FALSE};
    gboolean found = boundary_set_match(set, (const guint8 *)c->line, strlen(c->line), &match);
    g_assert_cmpint(found, ==, c->depth >= 0);
    if (found) {
        g_assert_cmpuint(match.depth, ==, (guint)c->depth);
        g_assert_cmpint(match.is_close, ==, c->is_close);
    }
}

static void
test_same_boundary_twice(void)
{
    g_autoptr(BoundarySet) set = boundary_set_new();
    boundary_set_add(set, "x", 0);
    boundary_set_add(set, "x", 1);
    BoundaryMatch match;
    g_assert_true(boundary_set_match(set, (const guint8 *)"--x", 3, &match));
    g_assert_cmpuint(match.depth, ==, 0);
    boundary_set_remove(set, "x", 1); /* not its own */
    g_assert_true(boundary_set_match(set, (const guint8 *)"--x", 3, &match));
    boundary_set_remove(set, "x", 0);
    g_assert_false(boundary_set_match(set, (const guint8 *)"--x", 3, &match));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/boundary-set/match/", match_cases, test_match)
    g_test_add_func("/boundary-set/same-boundary-twice", test_same_boundary_twice);
    return g_test_run();
}
