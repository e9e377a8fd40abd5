/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "entity.h"

/* When a message says that it was written (RFC 5322 §3.6.1). */
typedef enum {
    MESSAGE_DATE_ABSENT,
    MESSAGE_DATE_UNCLEAR, /* no date-time, or more than one field: readers show what they like */
    MESSAGE_DATE_STATED
} MessageDate;

/* @out_seconds: since 1970; written with MESSAGE_DATE_STATED only. */
MessageDate message_date_find(const Entity *message, gint64 *out_seconds);

/* The value of a Date field; NULL if it is no date-time. */
GDateTime *message_date_parse(const gchar *value) G_GNUC_WARN_UNUSED_RESULT;
