/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "header-policy.h"
#include "header-reply.h"
#include "op.h"

/* The parameters "header_protection", "legacy_display" and "responds_to" of the operations that
 * make messages. */

typedef struct {
    HeaderPolicy policy;
    gboolean legacy_display;
    HeaderReply *reply; /* NULL: it answers nothing */
} HeaderParams;
void header_params_clear(HeaderParams *params);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HeaderParams, header_params_clear)

/* PROTOCOL_ERROR_MALFORMED */
gboolean header_params_read(const OpCall *call, HeaderParams *out_params, GError **error);
