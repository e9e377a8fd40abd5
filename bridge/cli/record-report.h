/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <json-glib/json-glib.h>

/* What a result of "lookup" tells of the DNS, in words (json_from_dane_answer()). */

/* Why it came out so. */
void report_detail(JsonObject *answer);

/* Where an alias has led, and the records there: what each holds, and what is wrong with it. */
void report_records(JsonObject *answer);
