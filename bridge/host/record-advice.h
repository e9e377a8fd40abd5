/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "dane-records.h"

/**
 * record_advice_new:
 * @address: (nullable): of which the record is
 *
 * What is wrong with a record, or unusual, and what to publish instead, for who keeps the zone. It
 * has no part in any decision.
 *
 * Returns: (transfer full): NULL if there is nothing to say
 */
gchar *record_advice_new(const DaneRecord *record, const gchar *address);
