/* SPDX-License-Identifier: MPL-2.0 */

/* dns-ask WAY SERVER ANCHOR-FILE: asks for SMIMEA records, many at once, and tells how long it
 * took. WAY: a name of ask_ways. Commands on standard input:
 *
 *     ask NAME…   answered by "MICROSECONDS SECURE OTHER OCTETS": the time from the first question
 *                 to the last answer, how many were secure (records or a denial) and how many not,
 *                 and the resident memory of what looks up
 *     forget      begins anew: whatever was asked next is asked for the first time
 *
 * The first "ask" after that has the start of everything in its time. $DANE_SMIME_RESOLVER is the
 * resolver program. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns-ask-way.h"

#define LINE_MAX_OCTETS (64 * 1024)
#define EXIT_USAGE      2

static const AskWay *
find_way(const gchar *name)
{
    for (guint i = 0; ask_ways[i].name != NULL; i++)
        if (strcmp(ask_ways[i].name, name) == 0)
            return &ask_ways[i];
    return NULL;
}

static void
print_times(const AskWay *way, gpointer asker, gchar **names)
{
    AskResult result = {0};
    gint64 start = g_get_monotonic_time();
    way->ask(asker, (const gchar *const *)names, &result);
    gint64 end = g_get_monotonic_time();
    printf("%" G_GINT64_FORMAT " %u %u %" G_GSIZE_FORMAT "\n", end - start, result.n_secure,
           g_strv_length(names) - result.n_secure, way->get_memory(asker));
    fflush(stdout);
}

int
main(int argc, char **argv)
{
    const AskWay *way = argc == 4 ? find_way(argv[1]) : NULL;
    static gchar line[LINE_MAX_OCTETS];
    if (way == NULL) {
        fprintf(stderr, "dns-ask WAY SERVER ANCHOR-FILE\n");
        return EXIT_USAGE;
    }
    gpointer asker = NULL;
    while (fgets(line, sizeof line, stdin) != NULL) {
        g_auto(GStrv) words = g_strsplit(g_strstrip(line), " ", -1);
        if (words[0] != NULL && strcmp(words[0], "ask") == 0) {
            if (asker == NULL)
                asker = way->begin(argv[2], argv[3]);
            print_times(way, asker, words + 1);
        } else if (asker != NULL) {
            way->end(g_steal_pointer(&asker));
        }
    }
    if (asker != NULL)
        way->end(asker);
    return EXIT_SUCCESS;
}
