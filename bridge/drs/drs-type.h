/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* What a message is ([MS-SRPL] §3.2.1, Send-Message-Type). Requests are signed, responses encrypted
 * and then signed. */
typedef enum { DRS_REQUEST, DRS_RESPONSE, DRS_N_TYPES } DrsMessageType;

const gchar *drs_message_type_to_string(DrsMessageType type); /* "request", "response" */
gboolean drs_message_type_from_string(const gchar *name, DrsMessageType *out_type);
