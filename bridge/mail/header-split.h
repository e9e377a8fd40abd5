/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "entity.h"
#include "header-policy.h"
#include "header-protection.h"
#include "header-reply.h"

/* The header section of a message that is composed, as it goes into the cryptographic payload and
 * as it stands outside (RFC 9788 §5.2.1). */

typedef struct {
    /* HP_INTENT_CLEAR hides nothing; but what an answered message hid is not inside either */
    HpIntent intent;
    HeaderPolicy policy;      /* with HP_INTENT_CIPHER */
    const HeaderReply *reply; /* NULL: it answers nothing */
    /* Encrypted to oneself: Bcc is inside too, and the Subject is hidden by every policy. */
    gboolean is_draft;
} HeaderSplitOptions;

typedef struct {
    HpIntent intent;
    /* Lines with CRLF, to go before the payload's own Content-* fields: MIME-Version, the protected
     * fields, HP-Outer. */
    GBytes *inner;
    /* A header section with its empty line: what stands outside, but for the structural fields.
     * Fields that are not protected (Bcc, local ones, traces of transport) are there in their
     * place. */
    EntityTree *outer;
    GPtrArray
        *hidden; /* (element-type utf8): names of fields that are removed or changed outside */
    GPtrArray *visible; /* … of those that are protected and stand outside as they are */
    gchar *subject;     /* what stands outside, decoded; NULL: none */
    /* (element-type utf8): "Name: value" of user-facing fields that are hidden, decoded, without
     * control characters */
    GPtrArray *legacy_lines;
} HeaderSplit;
void header_split_free(HeaderSplit *split);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeaderSplit, header_split_free)

/**
 * header_split_new:
 * @message: as it is to be read, with Bcc and local fields; its own HP-Outer fields are left out
 * @error: MAIL_ERROR_MALFORMED if the header section has a NUL or a CR without LF, at which others
 * would see another field begin; MAIL_ERROR_LIMIT if readers of this program would refuse the
 * payload's header section (core/core-limits.h)
 */
HeaderSplit *header_split_new(const EntityTree *message, const HeaderSplitOptions *options,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a message's fields can be protected: not if it is a cryptographic layer itself, since the
 * payload inside is finished. */
gboolean header_split_is_possible(const EntityTree *message);
