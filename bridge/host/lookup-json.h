/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <json-glib/json-glib.h>

#include "recipient-choice.h"

/* The members "recipient", "certificate_sha256", "certificate_source" and "seen": "ready" and the
 * certificate to encrypt to, or the reason and nulls. */
void json_set_recipient(JsonObject *object, const RecipientChoice *choice);

/* One entry of the results of "lookup", with what recipient_choose() said of it. */
JsonObject *json_from_dane_answer(const DaneAnswer *answer, const RecipientChoice *choice);
