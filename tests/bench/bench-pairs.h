/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Measures what does the same in several ways. The ways take turns, and each turn gives a ratio of
 * its own: where the machine's speed drifts, the ratios stay. The time is that of the processor,
 * which others that use the machine do not stretch: nothing here waits. */

#define PAIRS_WAYS_MAX 4

/* Does it once; the program ends where it fails. */
typedef void (*PairsFunc)(gpointer user_data);

typedef struct {
    PairsFunc run; /* NULL: this way does not exist */
    gpointer user_data;
} PairsWay;

typedef struct {
    gdouble median_us; /* of one run */
    /* The first way's time divided by this one's, turn by turn. */
    gdouble ratio;
    gdouble ratio_quartiles[2];
    gsize peak_octets; /* how much the process grew at most while it ran once */
} PairsFigures;

typedef struct {
    guint n_turns;
    PairsFigures ways[PAIRS_WAYS_MAX];
} PairsResult;

/* @seconds: about how long to go on. Not less than 5 turns and not more than 301. */
void pairs_measure(const PairsWay ways[PAIRS_WAYS_MAX], gdouble seconds, PairsResult *out_result);
