/* SPDX-License-Identifier: MPL-2.0 */
#include "sleep-watch.h"

#include <time.h>

static gint64
read_clock(clockid_t clock)
{
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static gint64
read_asleep(void)
{
    gint64 monotonic = read_clock(CLOCK_MONOTONIC);
    return read_clock(CLOCK_BOOTTIME) - monotonic;
}

void
sleep_watch_init(SleepWatch *watch)
{
    watch->asleep_us = read_asleep();
}

gboolean
sleep_watch_has_slept(SleepWatch *watch)
{
    return sleep_watch_update(watch, read_asleep());
}

gboolean
sleep_watch_update(SleepWatch *watch, gint64 asleep_us)
{
    gboolean has_slept = asleep_us - watch->asleep_us >= SLEEP_WATCH_MIN_US;
    if (has_slept)
        watch->asleep_us = asleep_us;
    return has_slept;
}
