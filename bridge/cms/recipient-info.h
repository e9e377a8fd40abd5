/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "algorithm.h"
#include "core-limits.h"
#include "key-pair.h"
#include "signer-id.h"

/* RecipientInfos of RFC 5652 §6.2, as far as keys at hand are named in it. */

typedef enum {
    RECIPIENT_KEY_TRANSPORT, /* KeyTransRecipientInfo */
    RECIPIENT_KEY_AGREEMENT  /* one RecipientEncryptedKey of a KeyAgreeRecipientInfo */
} RecipientKind;

/* Points into the message, apart from what is counted. */
typedef struct {
    RecipientKind kind;
    CmsAlgorithm algorithm; /* keyEncryptionAlgorithm */
    GBytes *encrypted_key;
    KeyPair *pair; /* borrowed: one that is named */
    /* Key agreement: */
    CmsAlgorithm originator_algorithm;
    BerSlice originator_point; /* octets NULL: another originator than a fresh key */
    GBytes *ukm;               /* user keying material, or NULL */
} Recipient;

/* Recipients of one message that are tried. More keys with one name are nobody's; more
 * RecipientInfos for one key are an attempt to keep us busy. */
#define RECIPIENTS_TRIED_MAX LIMIT_RECIPIENTS_TRIED

/* @pairs: (element-type KeyPair). Puts into @out_recipients (element-type Recipient) one for each
 * recipient and key that it names, RECIPIENTS_TRIED_MAX at most; kinds that are not known here are
 * passed over (RFC 5652 §6.2). CMS_ERROR_MALFORMED, CMS_ERROR_LIMIT. */
gboolean recipient_infos_read(BerReader *fields, GPtrArray *pairs, GPtrArray *out_recipients,
                              guint *out_n_recipients, GError **error);
void recipient_free(Recipient *recipient);
