/* SPDX-License-Identifier: MPL-2.0 */

#include "bench-pairs.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TURNS_MIN 5u
#define TURNS_MAX 301u
/* What is shorter is run so often that it takes this long: the clock and the caches of the way
 * before would be measured else. */
#define TURN_US 2000.0

static gint
compare_figures(gconstpointer a, gconstpointer b)
{
    const gdouble *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* @place: 0.5 for the median. Sorts @figures. */
static gdouble
quantile(GArray *figures, gdouble place)
{
    g_array_sort(figures, compare_figures);
    gdouble index = place * (gdouble)(figures->len - 1);
    guint below = (guint)index;
    guint above = MIN(below + 1, figures->len - 1);
    gdouble share = index - (gdouble)below;
    return g_array_index(figures, gdouble, below) * (1 - share) +
           g_array_index(figures, gdouble, above) * share;
}

static gdouble
get_processor_us(void)
{
    struct timespec time = {0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (gdouble)time.tv_sec * 1e6 + (gdouble)time.tv_nsec / 1e3;
}

static gdouble
run_for(const PairsWay *way, guint n_runs)
{
    gdouble start = get_processor_us();
    for (guint i = 0; i < n_runs; i++)
        way->run(way->user_data);
    return (get_processor_us() - start) / n_runs;
}

/* A field of /proc/self/status that is in kB. */
static gsize
read_memory(const gchar *name)
{
    g_autofree gchar *status = NULL;
    if (!g_file_get_contents("/proc/self/status", &status, NULL, NULL))
        return 0;
    const gchar *line = strstr(status, name);
    return line == NULL ? 0 : (gsize)strtoul(line + strlen(name), NULL, 10) * 1024;
}

/* "5" sets VmHWM back (proc(5)). */
static void
forget_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "w");
    if (file == NULL)
        return;
    fputs("5", file);
    fclose(file);
}

static gsize
measure_peak(const PairsWay *way)
{
    malloc_trim(0);
    forget_peak();
    gsize before = read_memory("VmRSS:");
    way->run(way->user_data);
    gsize peak = read_memory("VmHWM:");
    return peak > before ? peak - before : 0;
}

typedef struct {
    const PairsWay *ways;
    guint n_runs[PAIRS_WAYS_MAX]; /* in a turn */
    GArray *times[PAIRS_WAYS_MAX];
    GArray *ratios[PAIRS_WAYS_MAX];
} Measuring;

/* Each way begins a turn as often as the others. */
static void
take_turn(Measuring *measuring, guint turn)
{
    gdouble times[PAIRS_WAYS_MAX] = {0};
    for (guint i = 0; i < PAIRS_WAYS_MAX; i++) {
        guint way = (turn + i) % PAIRS_WAYS_MAX;
        if (measuring->ways[way].run != NULL)
            times[way] = run_for(&measuring->ways[way], measuring->n_runs[way]);
    }
    for (guint way = 0; way < PAIRS_WAYS_MAX; way++) {
        if (measuring->ways[way].run == NULL)
            continue;
        gdouble ratio = times[0] / MAX(times[way], 0.001);
        g_array_append_val(measuring->times[way], times[way]);
        g_array_append_val(measuring->ratios[way], ratio);
    }
}

/* Warms up; returns how long a turn will take. */
static gdouble
prepare(Measuring *measuring, PairsResult *result)
{
    gdouble turn_us = 0;
    for (guint way = 0; way < PAIRS_WAYS_MAX; way++) {
        measuring->times[way] = g_array_new(FALSE, FALSE, sizeof(gdouble));
        measuring->ratios[way] = g_array_new(FALSE, FALSE, sizeof(gdouble));
        if (measuring->ways[way].run == NULL)
            continue;
        run_for(&measuring->ways[way], 1);
        result->ways[way].peak_octets = measure_peak(&measuring->ways[way]);
        gdouble once = MAX(run_for(&measuring->ways[way], 1), 1.0);
        measuring->n_runs[way] = once > TURN_US ? 1 : (guint)(TURN_US / once) + 1;
        turn_us += once * measuring->n_runs[way];
    }
    return turn_us;
}

void
pairs_measure(const PairsWay ways[PAIRS_WAYS_MAX], gdouble seconds, PairsResult *out_result)
{
    Measuring measuring = {.ways = ways};
    *out_result = (PairsResult){0};
    gdouble turns = seconds * G_USEC_PER_SEC / prepare(&measuring, out_result);
    out_result->n_turns = (guint)CLAMP(turns, TURNS_MIN, TURNS_MAX);
    for (guint turn = 0; turn < out_result->n_turns; turn++)
        take_turn(&measuring, turn);
    for (guint way = 0; way < PAIRS_WAYS_MAX; way++) {
        PairsFigures *figures = &out_result->ways[way];
        if (ways[way].run != NULL) {
            figures->median_us = quantile(measuring.times[way], 0.5);
            figures->ratio = quantile(measuring.ratios[way], 0.5);
            figures->ratio_quartiles[0] = quantile(measuring.ratios[way], 0.25);
            figures->ratio_quartiles[1] = quantile(measuring.ratios[way], 0.75);
        }
        g_array_unref(measuring.times[way]);
        g_array_unref(measuring.ratios[way]);
    }
}
