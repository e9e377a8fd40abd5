/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "entity.h"
#include "verdict.h"

/* What protection a message declares, from header fields and structure alone; nothing is decoded or
 * believed. */

/* One cryptographic layer (RFC 8551 §3). */
typedef enum {
    LAYER_NONE,
    LAYER_MULTIPART_SIGNED, /* protocol application/pkcs7-signature or x-pkcs7-signature */
    LAYER_SIGNED_DATA,      /* application/pkcs7-mime, opaque */
    LAYER_ENVELOPED_DATA,
    LAYER_AUTH_ENVELOPED_DATA,
    LAYER_COMPRESSED_DATA,
    LAYER_CERTS_ONLY,
    /* application/pkcs7-mime, or application/octet-stream named *.p7m, without a telling
     * smime-type: the CMS object itself must say */
    LAYER_PKCS7_MIME,
    LAYER_N_LAYERS
} CryptoLayer;
/* "multipart-signed", "signed-data", … NULL for LAYER_NONE */
const gchar *crypto_layer_to_string(CryptoLayer layer);

/* The layer that @entity itself is. smime-type decides; "usually encrypted" is no guess of ours. */
CryptoLayer crypto_layer_of(const Entity *entity);

typedef struct {
    gchar *part; /* IMAP section number, "1.2"; "" for the root */
    CryptoLayer layer;
} ClassifiedPart;

typedef struct {
    CryptoLayer root;
    gboolean is_signed;    /* declared, in the root or, with SCOPE_PART, below it */
    gboolean is_encrypted; /* declared, in the root or below it */
    /* Of the signature: WHOLE if the root is signed. What is inside an envelope is not known. */
    SignatureScope scope;
    /* (element-type ClassifiedPart): every layer in order of the message; not into attached
     * messages. */
    GArray *parts;
    gchar *structure; /* "multipart/mixed(text/plain,image/png)" */
} Classification;

Classification *classify_message(const EntityTree *tree);
void classification_free(Classification *classification);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Classification, classification_free)

/* The signed part and the signature of a multipart/signed. MAIL_ERROR_MALFORMED unless there are
 * exactly two parts, the second of them a pkcs7-signature or an application/octet-stream named
 * *.p7s and the like (RFC 1847 §2.1, RFC 8551 §3.9), and every reader finds the same two: libmime
 * knows no comments in Content-Type, ends lines at a lone CR and skips NUL, so that a message could
 * be made to show other text than the one whose signature is good. */
gboolean classify_split_signed(const Entity *multipart, const Entity **out_signed,
                               const Entity **out_signature, GError **error);
