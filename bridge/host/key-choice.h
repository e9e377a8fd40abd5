/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "enveloped-data.h"
#include "op.h"

/* Which of the user's keys an operation works with. */

/* For signing as @author: the newest key of that address in the store that is valid now and may
 * sign. CMS_ERROR_KEY_NOT_FOUND says why none does. */
KeyPair *key_choose_signer(const OpCall *call, const gchar *author,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * key_give_for_decryption:
 * @call: an OpCall; as a LayerKeysFunc has it
 *
 * The keys in parameter "key_files" ([{"octets": base64, "password": text}]) if it is there, else
 * every key of the store, expired ones too; and the password in parameter "message_password".
 * (transfer full)
 */
EnvelopeKeys *key_give_for_decryption(gpointer call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
