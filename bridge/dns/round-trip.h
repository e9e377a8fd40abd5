/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* How long a name server takes to answer over UDP, and after which time a datagram counts as lost:
 * the smoothed round trip and its variation (RFC 6298 §2). */

/* Until the first answer: a second datagram that was not needed costs less than a first that is
 * waited for in vain. */
#define ROUND_TRIP_FIRST_TIMEOUT_MS 100u
#define ROUND_TRIP_MIN_TIMEOUT_MS   15u
#define ROUND_TRIP_MAX_TIMEOUT_MS   1000u

typedef struct {
    gint64 smoothed_us; /* 0: nothing known */
    gint64 variation_us;
} RoundTrip;

/* An answer came after that time. */
void round_trip_add(RoundTrip *trip, gint64 elapsed_us);

guint round_trip_get_timeout_ms(const RoundTrip *trip);
