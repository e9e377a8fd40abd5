/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "dane-lookup.h"
#include "message-input.h"
#include "recipient-choice.h"
#include "smime-capabilities.h"

/* To whom a message is encrypted, for the operations "encrypt" and "sign-encrypt". */

typedef enum { RECIPIENT_SHOWN, RECIPIENT_BCC, RECIPIENT_SELF } RecipientRole;

/* Whence it is known what somebody can read: see recipient-ciphers.h. */
typedef enum {
    CAPABILITIES_NONE,        /* it is not */
    CAPABILITIES_CERTIFICATE, /* from its extension */
    CAPABILITIES_LEARNED,     /* from a verified signature */
    CAPABILITIES_OWN          /* this program */
} CapabilitiesSource;

typedef struct {
    gchar *address; /* NULL for a certificate that was handed in */
    RecipientRole role;
    RecipientChoice choice;
    DaneAnswer *dane; /* NULL if it was not looked up */
    CapabilitiesSource capabilities_source;
    SmimeCapabilities capabilities; /* nothing if there is no source */
    CmsCipher cipher;               /* of the envelope that they get */
} Recipient;

/**
 * recipients_find:
 *
 * From the parameters "recipients" and "certificates"; without either, To, Cc and Bcc of the
 * message. Unless "self" is false, the author's own certificate too, if the key store has one.
 * Returns: (element-type Recipient) (transfer full): or %NULL with PROTOCOL_ERROR_NO_RECIPIENTS,
 * ADDR_SPEC_ERROR, …
 */
GPtrArray *recipients_find(const OpCall *call, const MessageInput *input,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The author alone, without a lookup: what nobody else is to read yet. CMS_ERROR_KEY_NOT_FOUND if
 * the key store has no certificate of theirs that can be encrypted to; PROTOCOL_ERROR_MALFORMED if
 * somebody else is named by the parameters. */
GPtrArray *recipients_find_self(const OpCall *call, const MessageInput *input,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* FALSE with PROTOCOL_ERROR_RECIPIENTS or PROTOCOL_ERROR_RECIPIENTS_UNKNOWN, which name those who
 * are not ready. */
gboolean recipients_check(GPtrArray *recipients, GError **error);

/* The result's member "recipients". */
JsonArray *recipients_to_json(GPtrArray *recipients);
