/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <keyhi.h>

#include "keystore.h"

/* The certificate of key_store_generate(). */
typedef struct {
    const gchar *address; /* in printable form */
    const gchar *name;    /* or NULL: the address */
    KeyAlgorithm algorithm;
    guint n_days;
    gint64 now; /* seconds since 1970 */
} KeyRequest;

/* A key pair made inside @slot; @permanent: kept there. CMS_ERROR_STORE. */
SECKEYPrivateKey *key_generate_pair(PK11SlotInfo *slot, KeyAlgorithm algorithm, gboolean permanent,
                                    SECKEYPublicKey **out_public_key, GError **error);

/* A certificate for that pair, signed by itself. CMS_ERROR_CERTIFICATE: the address is none, or the
 * validity goes beyond the year 9999. */
Certificate *key_generate_certificate(const KeyRequest *request, SECKEYPublicKey *public_key,
                                      SECKEYPrivateKey *private_key, GError **error);
