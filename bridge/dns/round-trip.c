/* SPDX-License-Identifier: MPL-2.0 */
#include "round-trip.h"

/* By which part the least grows with each longer one: a line that became slow is found out after
 * some answers. */
#define LEAST_GROWTH 16

void
round_trip_add(RoundTrip *trip, gint64 elapsed_us)
{
    gint64 elapsed = MAX(elapsed_us, 1);
    if (trip->smoothed_us == 0) {
        trip->smoothed_us = elapsed;
        trip->variation_us = elapsed / 2;
        trip->least_us = elapsed;
        return;
    }
    trip->least_us = MIN(elapsed, trip->least_us + trip->least_us / LEAST_GROWTH + 1);
    trip->variation_us += (ABS(trip->smoothed_us - elapsed) - trip->variation_us) / 4;
    trip->smoothed_us += (elapsed - trip->smoothed_us) / 8;
}

gboolean
round_trip_is_known(const RoundTrip *trip)
{
    return trip->smoothed_us != 0;
}

guint
round_trip_get_timeout_ms(const RoundTrip *trip)
{
    if (!round_trip_is_known(trip))
        return ROUND_TRIP_FIRST_TIMEOUT_MS;
    gint64 timeout_ms = (trip->smoothed_us + 4 * trip->variation_us) / 1000 + 1;
    return (guint)CLAMP(timeout_ms, ROUND_TRIP_MIN_TIMEOUT_MS, ROUND_TRIP_MAX_TIMEOUT_MS);
}

guint
round_trip_get_stream_timeout_ms(const RoundTrip *trip)
{
    if (!round_trip_is_known(trip))
        return ROUND_TRIP_FIRST_TIMEOUT_MS;
    gint64 timeout_ms = 2 * trip->least_us / 1000 + 1;
    return (guint)CLAMP(timeout_ms, ROUND_TRIP_MIN_STREAM_TIMEOUT_MS, ROUND_TRIP_MAX_TIMEOUT_MS);
}
