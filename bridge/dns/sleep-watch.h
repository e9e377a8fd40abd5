/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Notices that the machine has slept: Linux' CLOCK_BOOTTIME runs on then, CLOCK_MONOTONIC stands
 * still. Connections of before are dead although no timer has run out. */

typedef struct {
    gint64 asleep_us; /* in all, since the machine was started */
} SleepWatch;

/* Shorter is no sleep. */
#define SLEEP_WATCH_MIN_US (2 * G_TIME_SPAN_SECOND)

void sleep_watch_init(SleepWatch *watch);
/* Whether it has slept since this was last called. */
gboolean sleep_watch_has_slept(SleepWatch *watch);
/* The same, for a machine that has slept @asleep_us in all. */
gboolean sleep_watch_update(SleepWatch *watch, gint64 asleep_us);
