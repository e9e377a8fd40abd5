/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "address.h"

/* Header confidentiality policies: what of an encrypted message's fields stands outside of the
 * envelope (RFC 9788 §3). They are never told on the wire. */

typedef enum {
    /* Subject obscured, Comments and Keywords removed (§3.2.1); and what repeats the Subject, of
     * which §3.2.1 does not know: header_field_is_topic() */
    HEADER_POLICY_BASELINE,
    /* … and of From, To, Cc the addresses alone, Date in UTC (§3.2.2); so too of what repeats
     * these, which §3.2.2 leaves alone: Reply-To, requests for receipts, header_field_has_people()
     */
    HEADER_POLICY_SHY,
    HEADER_POLICY_NO_CONFIDENTIALITY, /* everything as it is (§3.2.3) */
    HEADER_POLICY_N_POLICIES
} HeaderPolicy;
/* "baseline", "shy", "none". */
const gchar *header_policy_to_string(HeaderPolicy policy);
gboolean header_policy_from_string(const gchar *name, HeaderPolicy *out_policy);

/* What stands outside for a hidden Subject. */
#define HEADER_POLICY_SUBJECT "[...]"

typedef enum {
    HEADER_KEPT,    /* stands outside as it is */
    HEADER_CHANGED, /* stands outside with another value */
    HEADER_REMOVED
} HeaderFate;

/**
 * header_policy_apply:
 * @value: unfolded
 * @out_value: of HEADER_CHANGED: the other value, in printable ASCII (§3.1)
 *
 * A field of addresses that can't be read strictly, or has a group or addresses that are not ASCII,
 * is kept, as is a Date that can't be read.
 */
HeaderFate header_policy_apply(HeaderPolicy policy, const gchar *name, const gchar *value,
                               gchar **out_value);

/* Whether @text may stand in a header field as it is: printable ASCII, space and tab (§3.1). */
gboolean header_value_is_plain(const gchar *text);

/* The mailboxes of an address field that may be written anew with their addresses alone; NULL if
 * there is a group, something that can't be read strictly, or an address that is not ASCII.
 * (element-type Mailbox) */
GPtrArray *header_value_get_mailboxes(const gchar *value) G_GNUC_WARN_UNUSED_RESULT;
