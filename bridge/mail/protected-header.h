/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "entity.h"

/* Header fields that a message has inside of its protection (RFC 9788 §4). They stand in the header
 * section of the cryptographic payload's root, whose Content-Type has the parameter hp; HP-Outer
 * fields beside them tell what its composer let stand outside. Nothing here looks at signatures,
 * and nothing depends on one being good. */

typedef enum {
    HEADER_FORM_NONE,      /* the payload has no header fields of its own */
    HEADER_FORM_HP_CIPHER, /* hp="cipher" */
    HEADER_FORM_HP_CLEAR,  /* hp="clear" */
    /* Two older ones, without a word of the composer about what was hidden: what is told of that
     * comes from the real outer header section, which anybody on the way can have changed. */
    HEADER_FORM_RFC8551,           /* the payload is a message/rfc822 (RFC 9788 §4.10) */
    HEADER_FORM_PROTECTED_HEADERS, /* protected-headers="v1" (RFC 9788 appendix F.3) */
    HEADER_N_FORMS
} HeaderForm;
/* "hp-cipher", …; NULL for HEADER_FORM_NONE */
const gchar *header_form_to_string(HeaderForm form);

/* RFC 9788 §4.3 */
typedef enum {
    FIELD_STATE_UNPROTECTED,
    FIELD_STATE_SIGNED_ONLY,
    FIELD_STATE_ENCRYPTED_ONLY,
    FIELD_STATE_SIGNED_AND_ENCRYPTED,
    FIELD_N_STATES
} FieldState;
const gchar *field_state_to_string(FieldState state); /* "unprotected", … */

/* Borrowed from the ProtectedHeader. */
typedef struct {
    const gchar *name;
    const gchar *value; /* as entity_get_field_value() */
    /* What its composer put outside under this name; @value where that was not hidden; NULL: none.
     */
    const gchar *outer;
    gboolean is_hidden; /* inside of encryption, and not the same outside, says its composer */
    gboolean is_seen;   /* the outer header section has it all the same */
} ProtectedField;

typedef struct _ProtectedHeader ProtectedHeader;

/**
 * protected_header_read:
 * @outer: (nullable): the message as it came; %NULL for a bare CMS object
 * @payload: (nullable): what is inside of all its layers, of which there is one at least that signs
 * or encrypts; %NULL where one stays closed
 * @is_encrypted: whether one of them encrypts
 * @error: what reading @payload gives; a payload that is no MIME entity is no error
 *
 * Only the start of @payload is read.
 */
ProtectedHeader *protected_header_read(const Entity *outer, OctetSource *payload,
                                       gboolean is_encrypted,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void protected_header_free(ProtectedHeader *header);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProtectedHeader, protected_header_free)

HeaderForm protected_header_get_form(const ProtectedHeader *header);
/* Whether its composer said so: one of the two hp forms. */
gboolean protected_header_is_declared(const ProtectedHeader *header);

/* All but MIME-Version, Content-* and HP-Outer, in their order. (element-type ProtectedField) */
const GArray *protected_header_get_fields(const ProtectedHeader *header);
/* @is_signed: whether a signature over all of it is good, and its signer the author. */
FieldState protected_header_get_state(const ProtectedHeader *header, const ProtectedField *field,
                                      gboolean is_signed);

/* The entity that has the fields; NULL for HEADER_FORM_NONE. */
const Entity *protected_header_get_root(const ProtectedHeader *header);
/* What is to be shown: the payload, or the message in it (HEADER_FORM_RFC8551), whole; NULL if
 * there is none. */
OctetSource *protected_header_get_content(const ProtectedHeader *header);

/* Names of fields that stand outside only, each once, but for MIME-Version and Content-*. All of
 * them for HEADER_FORM_NONE. (element-type utf8) (transfer container) */
GPtrArray *protected_header_get_unprotected(const ProtectedHeader *header);

/* The From fields (RFC 9788 §4.4). */
typedef struct {
    gchar *inner; /* the one address; NULL: none, several, or there is no protected header */
    gchar *outer;
    gboolean has_several; /* inside */
    gboolean is_mismatch; /* they differ, or one side has not just one; not without an outer one */
} FromPair;
void protected_header_get_from(const ProtectedHeader *header, FromPair *out_pair);
/* Whether @address (nullable) is the one inside. */
gboolean from_pair_is_inner(const FromPair *pair, const gchar *address);
void from_pair_clear(FromPair *pair);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FromPair, from_pair_clear)

/**
 * protected_header_compose:
 * @content: what protected_header_get_content() gave, or that without some of its body
 * @outer_from: show the From that stands outside
 *
 * The message without protection, for reading: of the outer fields those that are added on the way
 * (RFC 9788 §7) or by mail programs for themselves, and Bcc; then the protected ones, without
 * HP-Outer, and the body. Not for HEADER_FORM_NONE, which compose_open() is for.
 */
OctetSource *protected_header_compose(const ProtectedHeader *header, OctetSource *content,
                                      gboolean outer_from,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
