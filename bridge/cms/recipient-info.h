/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "algorithm.h"
#include "core-limits.h"
#include "enveloped-data.h"
#include "signer-id.h"

/* RecipientInfos of RFC 5652 §6.2, as far as keys at hand are named in it. */

typedef enum {
    RECIPIENT_KEY_TRANSPORT, /* KeyTransRecipientInfo */
    RECIPIENT_KEY_AGREEMENT, /* one RecipientEncryptedKey of a KeyAgreeRecipientInfo */
    RECIPIENT_PASSWORD       /* PasswordRecipientInfo */
} RecipientKind;

/* Points into the message, apart from what is counted. */
typedef struct {
    RecipientKind kind;
    CmsAlgorithm algorithm; /* keyEncryptionAlgorithm */
    GBytes *encrypted_key;
    KeyPair *pair; /* borrowed: one that is named; NULL for a password */
    /* Key agreement: */
    CmsAlgorithm originator_algorithm;
    BerSlice originator_point; /* octets NULL: another originator than a fresh key */
    GBytes *ukm;               /* user keying material, or NULL */
    /* Passwords: */
    const gchar *password;   /* borrowed */
    CmsAlgorithm derivation; /* keyDerivationAlgorithm; all zero if there is none */
    guint64 n_rounds;        /* that it asks for, with all password recipients before it */
    guint n_rounds_max;
} Recipient;

/* Recipients of one message that are tried. More keys with one name are nobody's; more
 * RecipientInfos for one key are an attempt to keep us busy. */
#define RECIPIENTS_TRIED_MAX LIMIT_RECIPIENTS_TRIED

typedef struct {
    guint n_recipients;
    guint n_passwords; /* of them: those that have a password */
    guint64 n_rounds;  /* that these ask for, with those of the envelopes before */
} RecipientCounts;

/* Puts into @out_recipients (element-type Recipient) one for each recipient and key of @keys that
 * it names, and with a password one for each recipient that has one, RECIPIENTS_TRIED_MAX at most;
 * kinds that are not known here are passed over (RFC 5652 §6.2). CMS_ERROR_MALFORMED,
 * CMS_ERROR_LIMIT. */
gboolean recipient_infos_read(BerReader *fields, const EnvelopeKeys *keys,
                              GPtrArray *out_recipients, RecipientCounts *out_counts,
                              GError **error);
void recipient_free(Recipient *recipient);
