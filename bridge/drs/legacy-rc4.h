/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "enveloped-data.h"

/* EnvelopedData of RFC 2315 §10 whose content is encrypted with RC4, which servers of the years
 * 2000 and 2003 want ([MS-SRPL] appendix A <13>). RC4 is broken: its first octets tell of the key,
 * and whoever changes the ciphertext changes the plaintext in the same places.
 *
 * RC4 is no cipher of cms/, so that nothing there can be made to use it: this is a reader and a
 * writer for it alone, on the bare operations of NSS. No other caller than drs-message.c has a
 * reason to call this. */

/* Whether @ber is EnvelopedData that names RC4. FALSE also for what can't be read. */
gboolean legacy_rc4_is_named(GBytes *ber);

/* For one recipient, who needs an RSA key; the key of the content has 128 bits. The result is made
 * in memory. CMS_ERROR_UNSUPPORTED: another key, or an NSS without RC4; CMS_ERROR_LIMIT: over
 * LIMIT_BUFFERED_OCTETS; CMS_ERROR_FAILED; or the error of a @content that can't be read. */
GBytes *legacy_rc4_encrypt(OctetSource *content, const Certificate *recipient,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The content, in memory that is wiped when it is freed. Errors as of enveloped_data_decrypt(),
 * though RC4 shows a wrong key by nothing but nonsense.
 * @out_recipient: (out) (transfer full) (optional): whose key opened it */
GBytes *legacy_rc4_decrypt(GBytes *ber, const EnvelopeKeys *keys, Certificate **out_recipient,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
