/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "nss-scoped.h"
#include "pbe-budget.h"

/* Password-based encryption of key files: PBES2 and PBES1 (RFC 8018) and the schemes of PKCS#12
 * (RFC 7292 §C), old ones with RC2, RC4 and triple DES included, since files live long. */

/* @password in the form of RFC 7292 §B.1: BMPString, big-endian, with its terminator. Allocated in
 * @arena. CMS_ERROR_PASSWORD for text that has no such form. */
gboolean pbe_password_to_bmp(PLArenaPool *arena, const gchar *password, SECItem *out_password,
                             GError **error);

/* Returns secret octets, or NULL with CMS_ERROR_PASSWORD (wrong padding: most likely the password),
 * CMS_ERROR_UNSUPPORTED, CMS_ERROR_LIMIT. */
GBytes *pbe_decrypt(SECAlgorithmID *algorithm, const SECItem *octets, const gchar *password,
                    PbeBudget *budget, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The reverse, with an @algorithm whose parameters are set: of PBES2. The caller wipes what it has
 * of @octets. CMS_ERROR_FAILED. */
GBytes *pbe_encrypt(SECAlgorithmID *algorithm, GBytes *octets, const gchar *password,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* HMAC over @content with a key by RFC 7292 §B.2, as in MacData; @out_mac: HASH_LENGTH_MAX. */
gboolean pbe_pkcs12_mac(SECOidTag digest, const SECItem *salt, guint n_rounds,
                        const SECItem *bmp_password, const SECItem *content, guint8 *out_mac,
                        guint *out_n_mac, GError **error);
