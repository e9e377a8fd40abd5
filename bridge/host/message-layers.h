/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "classify.h"
#include "content-info.h"
#include "enveloped-data.h"
#include "signed-data.h"

/* Opens the cryptographic layers of a message one inside another (RFC 8551 §3.7): the unbroken run
 * that starts at the message's root. What lies below a multipart or in an attached message is
 * content, and so is an envelope directly inside of two signatures. */

typedef struct {
    CryptoLayer kind;
    GBytes *cms; /* the CMS object */
    /* What it covers: the signed part, CRLF-canonical, of multipart/signed; eContent; plaintext.
     * NULL if there is none (certs-only). */
    OctetSource *content;
    /* The same, for the next layer: of a multipart/signed that came out of another layer in its own
     * octets. A message in a file may have LF for the CRLF that it has on the way; what a CMS
     * object held is exact. */
    OctetSource *payload;
    SignedData *signed_data; /* of signatures */
} OpenedLayer;

typedef struct {
    GPtrArray *layers; /* (element-type OpenedLayer), outermost first; of those that were opened,
                          all but @signature are left without their octets */
    gboolean is_encrypted;
    EnvelopeFacts encryption; /* of the innermost envelope */
    OctetSource *payload;     /* the MIME entity inside of all layers: octets as they came out */
    /* Whether @payload is inside of them all: the last one may be closed, or hold nothing. */
    gboolean is_open;
    /* Of the payload; NULL if it can't be read as MIME, and where only its header section had to be
     * read to see that there is no layer in it. */
    EntityTree *tree;
    /* The one that counts: the outermost inside of the innermost envelope; or NULL. */
    OpenedLayer *signature;
    /* … and it covers another signature directly, in which one of the two is multipart/signed. */
    gboolean is_nested;
    GPtrArray *certificates; /* (element-type Certificate): of a certs-only object (RFC 8551 §3.8);
                                NULL: there is none */
    /* A signed entity below the payload's root, when @signature is NULL; or NULL. */
    const Entity *partial;
} OpenedMessage;

/* Gives the keys for an envelope: (transfer full), or NULL with an error.
 * Called only if there is one. */
typedef EnvelopeKeys *(*LayerKeysFunc)(gpointer user_data, GError **error);

/**
 * opened_message_new:
 * @message: a message or MIME entity; or with @is_cms a bare CMS object in BER
 * @detached: (nullable): with @is_cms: the content of a detached signature
 * @keys: (nullable): %NULL to leave envelopes closed: the innermost layer is then the envelope,
 * without content
 * @error: MAIL_ERROR, CMS_ERROR, and what @keys gives
 */
OpenedMessage *opened_message_new(GBytes *message, gboolean is_cms, GBytes *detached,
                                  LayerKeysFunc keys, gpointer user_data,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same, but no further than the first envelope: its plaintext is the payload.
 * PROTOCOL_ERROR_NOT_PROTECTED if there is none. */
OpenedMessage *opened_message_decrypt(GBytes *message, gboolean is_cms, LayerKeysFunc keys,
                                      gpointer user_data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void opened_message_free(OpenedMessage *opened);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OpenedMessage, opened_message_free)

/* The CMS object and the covered octets of one signed entity. */
OpenedLayer *opened_layer_of_signature(const Entity *entity, GError **error);
void opened_layer_free(OpenedLayer *layer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OpenedLayer, opened_layer_free)
