/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "message-input.h"
#include "signed-data.h"

/* Signing, for the operations "sign" and "sign-encrypt". */

typedef struct {
    const gchar *author;
    KeyPair *pair;
    SignedDataOptions options;
} Signing;
void signing_clear(Signing *signing);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Signing, signing_clear)

/* Reads the parameters "author", "digest", "certificate", and finds the author's key. */
gboolean signing_prepare(const OpCall *call, const MessageInput *input, Signing *out_signing,
                         GError **error);

/* DER of SignedData over @payload; *out_micalg is static. */
OctetSource *signing_sign(const Signing *signing, OctetSource *payload, const gchar **out_micalg,
                          GError **error);

/* Adds "author", "signer" to a result. */
void signing_describe(const Signing *signing, JsonObject *result);
