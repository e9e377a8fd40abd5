/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "signed-data.h"

/* Signatures of MD5 with RSA, which servers of the years 2000 and 2003 want ([MS-SRPL] appendix A
 * <14>). MD5 is broken: whoever can choose what is signed can make two contents of one signature.
 *
 * The policy of NSS refuses MD5 in signatures, and is one for the whole process; it stays as it is.
 * Here the DigestInfo of RFC 8017 §9.2 is put together and signed by the bare operation of RSA. No
 * function of cms/ does so, and no other caller than drs-message.c has a reason to call this. */

/* signed_data_sign() with MD5, in the form of PKCS #7; of @options, digest and pkcs7 do not count.
 * CMS_ERROR_UNSUPPORTED for other keys than RSA, CMS_ERROR_KEY_LOCKED, CMS_ERROR_LIMIT,
 * CMS_ERROR_FAILED. */
OctetSource *legacy_md5_sign(OctetSource *content, const KeyPair *signer,
                             const SignedDataOptions *options,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
