/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/**
 * content_type_edit:
 * @value: of a Content-Type field, unfolded
 * @names: names of parameters in lower case that go away, in all the forms of RFC 2231;
 * NULL-terminated
 * @added: parameters that come instead, each as "name=\"value\"" in a token or quoted string that
 * needs no escapes; NULL-terminated
 *
 * All other parameters stay as they are written. What is written so that @added would not be read
 * (a quoted string or comment without its end) is written anew, with those parameters that MIME has
 * for it.
 *
 * Returns: (transfer full): "Content-Type: …" with CRLF, folded between parameters
 */
gchar *content_type_edit(const gchar *value, const gchar *const *names,
                         const gchar *const *added) G_GNUC_WARN_UNUSED_RESULT;
