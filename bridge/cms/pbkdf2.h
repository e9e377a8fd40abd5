/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <pk11pub.h>

#include "algorithm.h"

/* PBKDF2 (RFC 8018 §5.2) as messages name it. */

typedef struct {
    BerSlice salt;
    guint n_rounds;
    guint n_key_octets; /* 0: not stated */
    CmsDigest prf;      /* HMAC with it */
} Pbkdf2Parameters;

/* PBKDF2-params (RFC 8018 §A.2). FALSE: malformed, a salt that is not in the message or longer than
 * LIMIT_PASSWORD_SALT_OCTETS, or a function that is not HMAC with SHA-1 or SHA-2. */
gboolean pbkdf2_parameters_parse(GBytes *owner, BerSlice element, Pbkdf2Parameters *out_parameters);

/* @password: UTF-8, of which the octets count. NULL with NSS's error. The rounds are the caller's
 * to limit. */
PK11SymKey *pbkdf2_derive(const Pbkdf2Parameters *parameters, const gchar *password, gsize n_octets,
                          CK_MECHANISM_TYPE mechanism, CK_ATTRIBUTE_TYPE operation);
