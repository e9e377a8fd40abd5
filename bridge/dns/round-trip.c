/* SPDX-License-Identifier: MPL-2.0 */
#include "round-trip.h"

void
round_trip_add(RoundTrip *trip, gint64 elapsed_us)
{
    gint64 elapsed = MAX(elapsed_us, 1);
    if (trip->smoothed_us == 0) {
        trip->smoothed_us = elapsed;
        trip->variation_us = elapsed / 2;
        return;
    }
    trip->variation_us += (ABS(trip->smoothed_us - elapsed) - trip->variation_us) / 4;
    trip->smoothed_us += (elapsed - trip->smoothed_us) / 8;
}

guint
round_trip_get_timeout_ms(const RoundTrip *trip)
{
    if (trip->smoothed_us == 0)
        return ROUND_TRIP_FIRST_TIMEOUT_MS;
    gint64 timeout_ms = (trip->smoothed_us + 4 * trip->variation_us) / 1000 + 1;
    return (guint)CLAMP(timeout_ms, ROUND_TRIP_MIN_TIMEOUT_MS, ROUND_TRIP_MAX_TIMEOUT_MS);
}
