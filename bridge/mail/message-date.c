/* SPDX-License-Identifier: MPL-2.0 */

#include "message-date.h"

#include <gmime/gmime.h>

GDateTime *
message_date_parse(const gchar *value)
{
    return g_mime_utils_header_decode_date(value);
}

MessageDate
message_date_find(const Entity *message, gint64 *out_seconds)
{
    guint n_fields = entity_count_fields(message, "Date");
    if (n_fields == 0)
        return MESSAGE_DATE_ABSENT;
    g_autoptr(GDateTime) date =
        n_fields > 1 ? NULL : message_date_parse(entity_find_field(message, "Date"));
    if (date == NULL)
        return MESSAGE_DATE_UNCLEAR;
    *out_seconds = g_date_time_to_unix(date);
    return MESSAGE_DATE_STATED;
}
