/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "key-pair.h"

/* As key_pair_new(), for keys of a token: @owner is what must stay alive as long as the key, and is
 * handed to
 * @release at the end. @private_key may be NULL: the token is locked. The two are not compared, the
 * caller found them by the key itself. */
KeyPair *key_pair_new_owned(Certificate *certificate, SECKEYPrivateKey *private_key, gpointer owner,
                            GDestroyNotify release);

/* Whether @private_key belongs to @certificate. CMS_ERROR_KEY, CMS_ERROR_UNSUPPORTED. */
gboolean key_pair_check(const Certificate *certificate, SECKEYPrivateKey *private_key,
                        GError **error);
