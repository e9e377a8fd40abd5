/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <json-glib/json-glib.h>

/* What of a message's header fields is protected, for people: the member "header" of a verdict. */
void header_report(JsonObject *verdict);
