/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "entity.h"
#include "header-protection.h"

/* Builds protected messages out of the one that came, whose other header fields stay in their order
 * and octets. All output has CRLF line ends. Bodies are made while they are read, from the message
 * that came: its octets must stay as they are. */

/**
 * compose_get_payload:
 * @message: a whole message
 * @seven_bit: for signing: leaves with octets above 127, NUL, bare CR, or lines over 998 octets are
 * re-encoded in quoted-printable (text) or base64, in attached messages too, so that no relay has
 * to touch the signed part (RFC 8551 §3.1.2, §3.1.3); so are texts with lines that begin "From " or
 * end in white space, which mailboxes and relays change. What is inside multipart/signed or
 * multipart/encrypted, and in message types other than rfc822 and global, stays octet for octet
 *
 * @out_travels: (out) (optional): with @seven_bit: whether relays without 8BITMIME pass the payload
 * on as it is: what could not be re-encoded may keep octets or lines that they don't. Only inside
 * of base64 such a payload is safe
 * @error: MAIL_ERROR_LIMIT; OCTET_ERROR if what was re-encoded can't be kept
 *
 * The MIME entity that protection is put round: the message's Content-* fields and body,
 * CRLF-canonical. Without a Content-Type it is text/plain (RFC 2045 §5.2; the field is written).
 * What needs no re-encoding is read out of the message each time.
 */
OctetSource *compose_get_payload(const EntityTree *message, gboolean seven_bit,
                                 gboolean *out_travels, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What protected header fields add to a payload (RFC 9788 §5.2.1; mail/header-split.h makes it). */
typedef struct {
    GBytes *fields;  /* lines with CRLF, before the payload's own fields */
    HpIntent intent; /* of the root's Content-Type, whatever was there */
    /* (element-type utf8): of the legacy display elements; NULL or none: no such elements */
    const GPtrArray *legacy_lines;
} PayloadHeader;

/* compose_get_payload() with protected header fields. Main body parts that get a legacy display
 * element may change their transfer encoding and character set; other parts don't. */
OctetSource *compose_get_protected_payload(const EntityTree *message, gboolean seven_bit,
                                           const PayloadHeader *header, gboolean *out_travels,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * compose_get_entity:
 * @octets: a whole message, or what was inside its protection
 * @error: MAIL_ERROR_LIMIT, OCTET_ERROR
 *
 * The MIME entity alone, for a program that shows it in the place of a part: Content-* fields,
 * empty line and body, with CRLF. Octets without a header section are text; those that can't be cut
 * into entities otherwise stay as they are, but for the line ends.
 */
OctetSource *compose_get_entity(GBytes *octets, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * compose_multipart_signed:
 * @message: where the other header fields come from
 * @payload: from compose_get_payload(); goes in octet for octet
 * @signature: DER of the detached SignedData
 * @micalg: "sha-256"
 *
 * multipart/signed of RFC 8551 §3.5.3: protocol="application/pkcs7-signature", smime.p7s.
 */
OctetSource *compose_multipart_signed(const EntityTree *message, OctetSource *payload,
                                      OctetSource *signature, const gchar *micalg);
/* The same as an entity without the message's other fields, to be encrypted. */
OctetSource *compose_multipart_signed_entity(OctetSource *payload, OctetSource *signature,
                                             const gchar *micalg);

/* application/pkcs7-mime with that smime-type ("enveloped-data", …), base64, smime.p7m (RFC 8551
 * §3.2). */
OctetSource *compose_pkcs7_mime(const EntityTree *message, OctetSource *cms,
                                const gchar *smime_type);
OctetSource *compose_pkcs7_mime_entity(OctetSource *cms, const gchar *smime_type);

/**
 * compose_open:
 * @message: the message as it came
 * @payload: the MIME entity found inside its protection
 *
 * @error: MAIL_ERROR_LIMIT if the header section of @payload is too large; what reading it gives
 *
 * The message without protection, for reading: @message's fields but Content-* and MIME-Version,
 * then MIME-Version unless @payload has it, and @payload as it stands, but for those of its other
 * fields that @message has too: nothing is there twice. A payload without a header section is text,
 * and becomes the body.
 */
OctetSource *compose_open(const EntityTree *message, OctetSource *payload,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The message's header section, with its empty line and what stands before it, without the fields
 * of these names (NULL-terminated); all else octet for octet, line ends too. */
GBytes *compose_header_without_fields(const EntityTree *message, const gchar *const *names);
