/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate.h"
#include "distinguished-name.h"
#include "nss-scoped.h"

/* keyUsage bits as RFC 5280 §4.2.1.3 numbers them; bit 0 is the first one. */
enum {
    KEY_USAGE_DIGITAL_SIGNATURE = 1u << 0,
    KEY_USAGE_NON_REPUDIATION = 1u << 1,
    KEY_USAGE_KEY_ENCIPHERMENT = 1u << 2,
    KEY_USAGE_DATA_ENCIPHERMENT = 1u << 3,
    KEY_USAGE_KEY_AGREEMENT = 1u << 4,
    KEY_USAGE_KEY_CERT_SIGN = 1u << 5,
    KEY_USAGE_CRL_SIGN = 1u << 6,
    KEY_USAGE_ENCIPHER_ONLY = 1u << 7,
    KEY_USAGE_DECIPHER_ONLY = 1u << 8,
    KEY_USAGE_ABSENT = 1u << 16 /* no such extension: everything is allowed */
};

struct _Certificate {
    GBytes *der;          /* what nss points into */
    PLArenaPool *arena;   /* what nss lies in */
    CERTCertificate *nss; /* never registered anywhere */

    GBytes *spki;
    GBytes *subject_der;
    GBytes *issuer_der;
    GBytes *serial;
    GBytes *key_identifier; /* or NULL */
    gchar *subject;
    gchar *issuer;
    gsize names_are_prepared; /* of certificate_prepare_names() */
    DistinguishedName *prepared_subject;
    DistinguishedName *prepared_issuer; /* the same one where both have the same octets */
    gchar **addresses;

    gint64 not_before;
    gint64 not_after;

    CertificateKeyType key_type;
    guint key_bits;
    gchar *key_name;

    guint key_usage;         /* KEY_USAGE_… */
    gchar **extended_usages; /* names or OIDs; NULL if the extension is absent */
    gboolean is_authority;
    gint path_length; /* basicConstraints pathLenConstraint; -1: none */
};

/* "1.2.840.113549.1.9.1"; whatever can't be read as an OID gives "". */
gchar *certificate_oid_to_string(const SECItem *oid);

/* A Name as certificate_get_subject() gives it. */
gchar *certificate_dup_name_text(GBytes *der);

/* One step each of certificate_new(). */
void certificate_read_names(Certificate *certificate); /* certificate-names.c */
gboolean certificate_read_usages(Certificate *certificate,
                                 GError **error);    /* certificate-usages.c */
void certificate_read_key(Certificate *certificate); /* certificate-key.c */

/* The two names, to be compared; made with the first call, since that is dear and few certificates
 * need it. FALSE if one of them can't be read: nothing chains to it then. */
gboolean certificate_prepare_names(Certificate *certificate, const DistinguishedName **out_subject,
                                   const DistinguishedName **out_issuer);

/* The value of an extension, pointing into the certificate; FALSE if there is none. */
gboolean certificate_find_extension(const Certificate *certificate, SECOidTag tag,
                                    SECItem *out_value);
