/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "smime-capabilities.h"

/* With what a message is encrypted when nobody says.
 *
 * RFC 8551 §2.7.1 lets the recipient's list decide and has AES-256-GCM, else AES-128-CBC, where
 * nothing is known. Here it is a choice of two, and the lists decide between them alone:
 *
 * AES-256-GCM if every recipient of the envelope is known to read it: it protects the content from
 * being changed on its way (RFC 8551 §6). Else AES-256-CBC: most of today's mail programs cannot
 * open AuthEnvelopedData and show such a message empty, so it is for those who say that they read
 * it (§2.7.1.1 asks for what the recipient can reasonably be expected to decrypt); and all of them
 * read AES-256-CBC.
 *
 * Nothing less, whatever a list says. A list of weaker ciphers only, an empty one or one of RC2
 * comes from certificate templates and programs of the last century, whose successors read AES; and
 * a choice that goes down to what all have in common lets the weakest of the recipients choose for
 * the others (§2.7.2: a decision against weak ciphers overrides every other). AES-128-GCM, which
 * could stand between, has a shorter key than what it would replace: who wants it names it. */

typedef enum {
    CIPHER_REASON_UNKNOWN,    /* CBC: of somebody it is not known what they read */
    CIPHER_REASON_NOT_LISTED, /* CBC: somebody says what they read, and it is not among that */
    CIPHER_REASON_ALL_READ,   /* GCM */
    CIPHER_REASON_ASKED_FOR,  /* nothing was chosen */
    CIPHER_N_REASONS
} CipherReason;
const gchar *cipher_reason_to_string(CipherReason reason); /* "capabilities-unknown", … */

/* A recipient. */
typedef struct {
    const gchar *name;                     /* an address, or what else people know them by */
    const SmimeCapabilities *capabilities; /* NULL: not known */
} CipherReader;

typedef struct {
    CmsCipher cipher;
    CipherReason reason;
    guint n_without;    /* readers who are not known to read GCM */
    const gchar *first; /* the name of the first of them; NULL: there is none */
} CipherChoice;

/* Without readers, the cipher that needs no knowledge of them. */
CipherChoice cipher_choose(const CipherReader *readers, gsize n_readers);

/* For people, in English: "aes-256-cbc: carol@example.org and 2 others are not known to read
 * aes-256-gcm". */
gchar *cipher_choice_describe(const CipherChoice *choice) G_GNUC_WARN_UNUSED_RESULT;
