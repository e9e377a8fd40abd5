/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "key-pair.h"
#include "pbe.h"

/* What a key file holds, before keys are handed to NSS. */
typedef struct {
    GPtrArray *keys; /* (element-type GBytes): PrivateKeyInfo (RFC 5208), wiped when freed */
    GPtrArray *certificates; /* (element-type Certificate) */
} KeyFileParts;
void key_file_parts_free(KeyFileParts *parts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KeyFileParts, key_file_parts_free)

/* Errors as key_file_parse(); @cost_max of key derivation, in the units of pbe-budget.h. */
KeyFileParts *key_file_read(GBytes *octets, const gchar *password, guint64 cost_max,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Adds what a PKCS#12 file holds (pkcs12-read.c). */
gboolean pkcs12_read(KeyFileParts *parts, GBytes *octets, const gchar *password, PbeBudget *budget,
                     GError **error);

/* Adds one PrivateKeyInfo or certificate. Certificates that don't decode are left out.
 * CMS_ERROR_LIMIT. */
gboolean key_file_parts_add_key(KeyFileParts *parts, GBytes *pkcs8, GError **error);
gboolean key_file_parts_add_certificate(KeyFileParts *parts, GBytes *der, GError **error);

/* Hands a PrivateKeyInfo to a token; @permanent: writes it there. CMS_ERROR_KEY,
 * CMS_ERROR_UNSUPPORTED. */
SECKEYPrivateKey *key_file_import_key(PK11SlotInfo *slot, GBytes *pkcs8, gboolean permanent,
                                      GError **error);

/* A key and a certificate that belong together. */
typedef struct {
    Certificate *certificate;
    GBytes *pkcs8;
    SECKEYPrivateKey *private_key; /* a session key */
} KeyFileMatch;
/* (element-type KeyFileMatch): none if there are no keys. CMS_ERROR_KEY, CMS_ERROR_UNSUPPORTED if
 * there are, and not one can be used. */
GPtrArray *key_file_match(const KeyFileParts *parts, GError **error);

/* Decodes BER, also of indefinite length, as Mozilla and others write it. */
gboolean key_file_decode_ber(PLArenaPool *arena, gpointer out, const SEC_ASN1Template *template,
                             const SECItem *octets, GError **error);
