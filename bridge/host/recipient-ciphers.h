/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "cipher-choice.h"
#include "recipients.h"

/* What recipients can read, and what comes of it: the cipher of each envelope.
 *
 * There are two kinds of statement: the extension in the certificate that is encrypted to (RFC
 * 4262; RFC 8162 §5 wants it heeded), made when the certificate's validity began; and what was
 * learned from verified signatures (peer-capabilities.h), made at their signing time. The later one
 * counts: RFC 4262 §3 does not want the extension used where something more reliable is known, and
 * somebody who has moved to another program with the same key signs with its list.
 *
 * What was learned counts for the public key that signed (RFC 8551 §2.7.1), and for the other keys
 * that the domain publishes beside it for the same address: people have one key to sign with and
 * one to be encrypted to. It does not count for whoever else has the address later.
 *
 * Oneself, beside others, reads what this program reads, unless one's own certificate says less:
 * the copy that one keeps must not decide what correspondents get. A message for oneself alone, a
 * draft, is there to be gone on with in any program that has the key; there only the own
 * certificate counts. Own signatures that were read back don't: this program has written their
 * lists. */

/**
 * recipients_choose_ciphers:
 * @recipients: (element-type Recipient): @capabilities, @capabilities_source and @cipher of each
 * are set
 * @asked_for: CMS_CIPHER_UNKNOWN: nobody did
 * @separate_bcc: blind recipients get envelopes of their own. Each has its own cipher then: nothing
 * about the others' envelope is to tell of them
 *
 * Returns: the choice for the common envelope; it borrows from @recipients
 */
CipherChoice recipients_choose_ciphers(const OpCall *call, GPtrArray *recipients,
                                       CmsCipher asked_for, gboolean separate_bcc);

/* Those who are known to read RSAES-OAEP as it is written here. (element-type Certificate,
 * borrowed): a set */
GHashTable *recipients_get_oaep_readers(GPtrArray *recipients);

/* The members "cipher", "cipher_reason" and "cipher_detail". */
void json_set_cipher_choice(JsonObject *object, const CipherChoice *choice);
