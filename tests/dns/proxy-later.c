/* SPDX-License-Identifier: MPL-2.0 */
#include "proxy-later.h"

#include <glib-unix.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define NANOSECONDS 1000

typedef struct {
    gint64 due_us;
    LaterFunction function;
    gpointer data;
} Entry;

static GSequence *entries; /* of Entry, the next one first */
static int timer = -1;

static gint
compare_entries(gconstpointer a, gconstpointer b, gpointer user_data G_GNUC_UNUSED)
{
    const Entry *first = a;
    const Entry *second = b;
    return (first->due_us > second->due_us) - (first->due_us < second->due_us);
}

/* The monotonic clock of GLib is CLOCK_MONOTONIC. A moment that has passed fires at once. */
static void
set_timer(void)
{
    struct itimerspec when = {0};
    if (!g_sequence_is_empty(entries)) {
        const Entry *next = g_sequence_get(g_sequence_get_begin_iter(entries));
        when.it_value.tv_sec = next->due_us / G_USEC_PER_SEC;
        when.it_value.tv_nsec = next->due_us % G_USEC_PER_SEC * NANOSECONDS;
    }
    if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL) != 0)
        g_error("cannot set the timer");
}

static gboolean
on_timer(gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer user_data G_GNUC_UNUSED)
{
    guint64 n_expirations;
    if (read(fd, &n_expirations, sizeof n_expirations) < 0)
        return G_SOURCE_CONTINUE;
    gint64 now = g_get_monotonic_time();
    while (!g_sequence_is_empty(entries)) {
        GSequenceIter *first = g_sequence_get_begin_iter(entries);
        g_autofree Entry *entry = g_sequence_get(first);
        if (entry->due_us > now) {
            g_steal_pointer(&entry);
            break;
        }
        g_sequence_remove(first);
        entry->function(entry->data);
    }
    set_timer();
    return G_SOURCE_CONTINUE;
}

void
later_init(void)
{
    entries = g_sequence_new(NULL);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timer < 0)
        g_error("no timer");
    g_unix_fd_add(timer, G_IO_IN, on_timer, NULL);
}

void
later_add(gint64 due_us, LaterFunction function, gpointer data)
{
    Entry *entry = g_new(Entry, 1);
    *entry = (Entry){.due_us = due_us, .function = function, .data = data};
    GSequenceIter *place = g_sequence_insert_sorted(entries, entry, compare_entries, NULL);
    if (g_sequence_iter_is_begin(place))
        set_timer();
}
