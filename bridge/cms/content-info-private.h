/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "ber.h"
#include "content-info.h"

/* How the readers of the content types get inside of their ContentInfo and out again. */

typedef struct {
    CmsContentType type;
    BerReader info;
    BerReader content; /* inside of the [0] EXPLICIT */
} ContentInfoReader;

gboolean content_info_enter(BerReader *all, ContentInfoReader *out_info, GError **error);
/* Nothing may be left over, neither inside nor behind. */
gboolean content_info_leave(BerReader *all, ContentInfoReader *info, GError **error);
/* CMS_ERROR_CONTENT_TYPE. */
void content_info_set_type_error(GError **error, CmsContentType found, const gchar *wanted);
