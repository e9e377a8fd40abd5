/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "addr-spec.h"
#include "entity.h"

/* Mailboxes in header fields: RFC 5322 §3.4, groups of RFC 6854, comments nested as deep as they
 * like, encoded words in display names (RFC 2047), UTF-8 (RFC 6532). */

typedef struct {
    gchar *display_name; /* decoded, UTF-8; NULL if there is none */
    /* The addr-spec as it stands, without comments and outer white space: to be shown, and given to
     * addr_spec_parse(). */
    gchar *address;
} Mailbox;
void mailbox_free(Mailbox *mailbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mailbox, mailbox_free)

/**
 * mailbox_list_parse:
 * @value: value of an address field. Empty list elements and empty groups give nothing
 * @error: MAIL_ERROR_ADDRESS, MAIL_ERROR_LIMIT
 *
 * Lenient where the meaning is plain: ";" for ",", a group or "<" without its end, odd characters
 * in display names. What stands in angle brackets is the address even if it is no addr-spec. An
 * element without an address, or with two ("a@b c@d", "<a@b> <c@d>"), is an error.
 *
 * Returns: (element-type Mailbox) (transfer full): in order; the members of groups stand where the
 * group stands
 */
GPtrArray *mailbox_list_parse(const gchar *value, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The people of a message. */
typedef struct {
    GPtrArray *from; /* (element-type Mailbox) */
    Mailbox *sender; /* NULL if there is no Sender */
    GPtrArray *to;
    GPtrArray *cc;
    GPtrArray *bcc;
    gboolean resent; /* Resent-* fields are there; they are not looked at */
} MessageAddresses;

/* Reads all fields of these names. A From that can't be read is an error, as is a CR without LF in
 * the header section, at which others see another field begin; a message without From has an empty
 * list. A To, Cc, Bcc or Sender that can't be read is one mailbox with the field's
 * whole text as its address, which addr_spec_parse() refuses: mail can be read without knowing its
 * recipients, but none of them may be left out silently when it is encrypted. */
MessageAddresses *message_addresses_parse(const Entity *message,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void message_addresses_free(MessageAddresses *addresses);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MessageAddresses, message_addresses_free)

/* The one address for which a verdict speaks: that of From when there is exactly one (Sender does
 * not count: it is not what mail programs show). NULL when there are none or several. */
const Mailbox *message_addresses_get_author(const MessageAddresses *addresses);

/* To, Cc and with @with_bcc Bcc; each address once, in order. (element-type Mailbox, borrowed) */
GPtrArray *message_addresses_get_recipients(const MessageAddresses *addresses, gboolean with_bcc);
