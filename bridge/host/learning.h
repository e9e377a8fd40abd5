/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "op.h"
#include "verdict-json.h"

/* The latest signing time that can be right: by the real clock, not by the moment at which
 * certificates are judged, which the user may choose. */
gint64 learning_get_latest_time(void);

/* Records what the signers of a message say that they can read (peer-capabilities.h), if the
 * message is verified as a whole. RFC 8551 §2.7.1: nothing is taken from signatures that are not,
 * or whose signing time lies ahead; what has no signing time can't be put in order with other
 * lists. A failure is logged, and that is all: the verdict does not depend on it. */
void learning_note_signers(const OpCall *call, const VerdictFacts *facts);
