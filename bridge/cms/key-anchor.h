/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate.h"

/* Trust anchors that are a key alone: what a "2 1 0" record publishes (RFC 7671 §5.2.3). */

/* Whether @spki is one SubjectPublicKeyInfo (RFC 5280 §4.1) and nothing else; of what algorithm
 * does not matter. */
gboolean key_anchor_is_key(GBytes *spki);

/**
 * key_anchor_new:
 * @spki: DER of a SubjectPublicKeyInfo
 * @name: DER of the name under which the key issues: the issuer of a certificate that it may have
 *   signed
 * @error: CMS_ERROR_CERTIFICATE, CMS_ERROR_LIMIT
 *
 * Gives the pair the form in which path_finder_new() takes anchors: a certificate of version 1,
 * without extensions and as good as without an end, which nobody signed. It means nothing anywhere
 * else.
 */
Certificate *key_anchor_new(GBytes *spki, GBytes *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
