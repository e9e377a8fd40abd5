/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* What composing and reading of protected header fields (RFC 9788) share: the wire's words, and
 * which fields are which. Names are compared in ASCII without case. */

/* Parameter of the Content-Type of the cryptographic payload's root, and of nothing else (§2.1). */
#define HP_PARAMETER "hp"

typedef enum {
    HP_INTENT_NONE,  /* the payload protects no header fields */
    HP_INTENT_CLEAR, /* "clear": signed, and meant to be read by everybody */
    HP_INTENT_CIPHER /* "cipher": encrypted by its composer */
} HpIntent;
/* NULL for HP_INTENT_NONE. */
const gchar *hp_intent_to_string(HpIntent intent);
/* HP_INTENT_NONE for NULL and unknown values. */
HpIntent hp_intent_from_string(const gchar *value);

/* Field of the same root that tells what stood outside: "HP-Outer: Name: value" (§2.2). */
#define HP_OUTER_FIELD "HP-Outer"

/* Parameter of the Content-Type of a text part that begins with a legacy display element, with the
 * value "1"; in HTML the element is a <div> of that class (§5.2.2, §5.2.3). */
#define HP_LEGACY_PARAMETER "hp-legacy-display"
#define HP_LEGACY_CLASS     "header-protection-legacy-display"

/* MIME-Version and Content-*: they describe the body, are never protected on their own, and stay
 * with the payload (RFC 9787 §1.1.1). */
gboolean header_field_is_structural(const gchar *name);
/* What mail programs show (RFC 9787 §1.1.2, and Comments and Keywords: RFC 9788 §1.9): a legacy
 * display element has these when they are hidden. */
gboolean header_field_is_user_facing(const gchar *name);
/* Fields that have the Subject's text, as Outlook's Thread-Topic and SpamAssassin's
 * X-Spam-Prev-Subject, or begin to tell the body (X-Spam-Report): where that is hidden, they must
 * not tell it. */
gboolean header_field_is_topic(const gchar *name);
/* Fields of mailboxes, whose display names are those of the author and the recipients: From, To,
 * Reply-To, Disposition-Notification-To, Resent-From, …. */
gboolean header_field_has_people(const gchar *name);
/* Bcc and Resent-Bcc, which not every recipient may see (RFC 9788 §11.2.1). */
gboolean header_field_is_blind(const gchar *name);
/* A mail program's own notes in a file that it queues or stores: FCC, X-Identity-Key, X-Mozilla-*,
 * X-Dane-*, Status, …. They are not sent, and are in no payload. */
gboolean header_field_is_local(const gchar *name);
/* Added on the way, and by nobody else: Received, Return-Path, DKIM-Signature, ARC-*, …. What a
 * composed message has of them tells of another way; they are in no payload. */
gboolean header_field_is_trace(const gchar *name);
/* The same, and what mailing lists add: List-*, Archived-At. Readers may use these although they
 * are not protected (RFC 9788 §7); who composes them protects them. */
gboolean header_field_is_transit(const gchar *name);
