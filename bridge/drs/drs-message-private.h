/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "drs-message.h"

/* What both directions (drs-protect.c, drs-unprotect.c) need. */

/* DRS_ERROR_UNTRUSTED if @certificate is not valid at @now. */
gboolean drs_check_time(const Certificate *certificate, gint64 now, GError **error);
