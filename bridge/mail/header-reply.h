/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

#include "header-policy.h"

/* What an answer must not tell of the messages that it answers or forwards (RFC 9788 §6.1): fields
 * that were hidden there are hidden again, by whatever policy. */

/* One field of such a message, as reading it found it. */
typedef struct {
    gchar *name;
    gchar *value; /* protected, unfolded */
    gchar *outer; /* what stood outside; NULL: nothing */
    gboolean is_hidden;
} ReferenceField;
void reference_field_free(ReferenceField *field);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReferenceField, reference_field_free)

/* The rules that follow from all of them. */
typedef struct _HeaderReply HeaderReply;

/* @references: (element-type GPtrArray of ReferenceField): a message each, which was encrypted */
HeaderReply *header_reply_new(const GPtrArray *references);
void header_reply_free(HeaderReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HeaderReply, header_reply_free)

/**
 * header_reply_apply:
 * @value: of a field of the answer, unfolded
 * @out_value: of HEADER_CHANGED
 *
 * For fields that the policy keeps (RFC 9788 §6.1.2, which runs the answering twice: over what was
 * protected and over what stood outside). Subject goes by its name alone, so that one that was
 * edited stays hidden too, and so do fields that repeat it. Of recipients every mailbox goes by
 * itself: without its display name, or away, as it stood outside, and groups become the addresses
 * in them; of In-Reply-To and References every message identifier. Others go by name and value, in
 * whatever encoded words.
 */
HeaderFate header_reply_apply(const HeaderReply *reply, const gchar *name, const gchar *value,
                              gchar **out_value);
