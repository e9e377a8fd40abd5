/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate.h"
#include "nss-scoped.h"

/* PrivateKeyInfo (RFC 5208 §5) of keys that NSS writes in another form than their standards have:
 * a key of id-RSASSA-PSS as rsaEncryption, and Ed25519 and X25519 as ECPrivateKey, where RFC 8410
 * §7 has the bare octets. A key of id-RSAES-OAEP stays rsaEncryption: neither OpenSSL nor NSS reads
 * it under its own name, and what it is for its certificate says. */
gboolean private_key_form_is_own(const Certificate *certificate);

/* @der: as NSS writes it. Returns secret octets: the same key under the algorithm, and its
 * parameters, that @certificate has for it. CMS_ERROR_KEY. */
GBytes *private_key_form_restore(const SECItem *der, const Certificate *certificate,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
