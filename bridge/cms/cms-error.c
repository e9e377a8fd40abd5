/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-error.h"

#include <prerror.h>
#include <secport.h>

G_DEFINE_QUARK(cms_error_quark, cms_error)

gboolean
cms_set_nss_error(GError **error, CmsError code, const gchar *text)
{
    PRErrorCode nss_code = PORT_GetError();
    const gchar *name = PR_ErrorToName(nss_code);

    if (name != NULL)
        g_set_error(error, CMS_ERROR, (gint)code, "%s: %s", text, name);
    else if (nss_code != 0)
        g_set_error(error, CMS_ERROR, (gint)code, "%s: NSS error %d", text, (int)nss_code);
    else
        g_set_error(error, CMS_ERROR, (gint)code, "%s", text);
    return FALSE;
}
