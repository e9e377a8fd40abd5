/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "op.h"
#include "verdict-json.h"

/* The latest signing time that can be right: by the real clock, not by the moment at which
 * certificates are judged, which the user may choose. */
gint64 learning_get_latest_time(void);

/**
 * learning_note_message:
 * @date: of the message, where a signer gives no signing time; G_MININT64: there is none
 *
 * Records what the signers of a message say that they can read (peer-capabilities.h), and their
 * certificates (seen-certificates.h), if the message is verified as a whole and the user wants it;
 * of other certificates in the message those that the author's domain names. RFC 8551 §2.7.1: no
 * capabilities are taken from signatures that are not, or whose signing time lies ahead; what has
 * no signing time can't be put in order with other lists. A failure is logged, and that is all: the
 * verdict does not depend on it.
 */
void learning_note_message(const OpCall *call, const VerdictFacts *facts, gint64 date);

/* Appends to @issuers those of @certificates that stand above @certificate and have signed what is
 * below them, at most LIMIT_SEEN_ISSUERS. Certificates are not signed with a message: others of the
 * same names, which anybody on the way can add, must not take their place.
 * (element-type Certificate) */
void learning_add_issuers(GPtrArray *issuers, Certificate *certificate, GPtrArray *certificates);
