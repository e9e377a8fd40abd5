/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* How long a name server takes to answer, and after which time a message counts as lost: the
 * smoothed round trip and its variation (RFC 6298 §2). */

/* Until the first answer: a second datagram that was not needed costs less than a first that is
 * waited for in vain. */
#define ROUND_TRIP_FIRST_TIMEOUT_MS      100u
#define ROUND_TRIP_MIN_TIMEOUT_MS        15u
#define ROUND_TRIP_MAX_TIMEOUT_MS        1000u
#define ROUND_TRIP_MIN_STREAM_TIMEOUT_MS 30u

typedef struct {
    gint64 smoothed_us; /* 0: nothing known */
    gint64 variation_us;
    gint64 least_us; /* of late */
} RoundTrip;

/* An answer came after that time. */
void round_trip_add(RoundTrip *trip, gint64 elapsed_us);

/* Whether there was one. */
gboolean round_trip_is_known(const RoundTrip *trip);

guint round_trip_get_timeout_ms(const RoundTrip *trip);

/* The same for a stream, in which what is lost comes late and makes all late that is behind it, so
 * that the smoothed round trip would follow the losses: twice what it takes when nothing is lost.
 */
guint round_trip_get_stream_timeout_ms(const RoundTrip *trip);
