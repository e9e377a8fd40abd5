/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "ber.h"
#include "certificate.h"
#include "der-writer.h"

/* How CMS names a certificate: issuer and serial number, or subject key identifier (RFC 5652 §5.3
 * SignerIdentifier, §6.2.1 RecipientIdentifier, §6.2.2 KeyAgreeRecipientIdentifier). */
typedef struct {
    BerSlice issuer;         /* the whole Name */
    BerSlice serial;         /* contents of the INTEGER */
    BerSlice key_identifier; /* octets NULL: named by the two above */
} SignerId;

/* IssuerAndSerialNumber. */
gboolean signer_id_read_issuer_and_serial(BerReader *reader, const gchar *what, SignerId *out_id,
                                          GError **error);
/* The CHOICE of it and [0] SubjectKeyIdentifier. */
gboolean signer_id_read(BerReader *reader, const gchar *what, SignerId *out_id, GError **error);

/* Whether @certificate is one that is meant: different certificates may be.
 * @n_comparisons: so many issuers that are not the same octets may still be compared as names. */
gboolean signer_id_matches(const SignerId *id, Certificate *certificate, guint *n_comparisons);

/* Appends @certificate's IssuerAndSerialNumber with the identifier octet @tag. */
void signer_id_add_issuer_and_serial(DerNode *parent, guint8 tag, const Certificate *certificate);
