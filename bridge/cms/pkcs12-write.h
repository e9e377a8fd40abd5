/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "key-pair.h"

/**
 * pkcs12_write:
 * @chain: (element-type Certificate): further certificates
 * @password: UTF-8, not empty
 *
 * PKCS#12 (RFC 7292): key in PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA256, MAC with SHA-256; the
 * certificates are in the clear beside it, being public. CMS_ERROR_PASSWORD, CMS_ERROR_FAILED.
 */
GBytes *pkcs12_write(const KeyPair *pair, GPtrArray *chain, const gchar *password,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
