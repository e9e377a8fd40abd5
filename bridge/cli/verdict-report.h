/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "cli.h"

/* The result of "verify" and "read" in words, and the exit status that goes with it. */

void verdict_report(JsonObject *verdict, gboolean verbose);

/* A line of an "encryption" that is weak; nothing for others. */
void verdict_report_weakness(JsonObject *encryption);

/* @for_reading: unsigned mail is no fault. */
CliExit verdict_get_exit(JsonObject *verdict, gboolean for_reading);
