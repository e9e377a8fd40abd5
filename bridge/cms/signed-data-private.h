/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "content-digest.h"
#include "der-writer.h"
#include "signed-data.h"
#include "signer-id.h"

/* RFC 5652 §5.3. Everything points into the message. */
typedef struct {
    SignerId id;
    CmsAlgorithm digest_algorithm;
    gboolean has_attributes;
    BerSlice attributes; /* signedAttrs: what stands inside of the [0] */
    CmsAlgorithm signature_algorithm;
    GBytes *signature;
    gboolean has_unsigned_attributes;
    BerSlice unsigned_attributes; /* unsignedAttrs, likewise */
} SignerInfo;

/* What the content that was verified last is found to be: once for all SignerInfos. */
typedef struct {
    OctetSource *content; /* NULL: none yet */
    gboolean is_readable;
    gboolean is_ambiguous;              /* there is another one in the message */
    DigestValue digests[CMS_N_DIGESTS]; /* those that SignerInfos name */
} ContentFindings;

struct _SignedData {
    GBytes *ber;
    gboolean pkcs7;        /* signed_data_parse_pkcs7() */
    BerSlice content_type; /* contents of the OBJECT IDENTIFIER */
    OctetSource *content;  /* or NULL */
    gboolean is_bare;      /* it has no OCTET STRING round it: RFC 2315 §9.1 */
    GPtrArray *certificates;
    GPtrArray *crls;
    GPtrArray *signers; /* (element-type SignerInfo) */
    ContentFindings *findings;
};

/* Who signs, and how: the key is behind two functions, so that whoever has another way to sign (the
 * digests that are not written here) brings it along. */
typedef struct {
    Certificate *certificate;
    CmsDigest digest;
    gconstpointer key;
    /* Appends signatureAlgorithm; not asked where the options say PKCS #7. */
    void (*add_algorithm)(DerNode *signer_info, gconstpointer key);
    GBytes *(*sign)(gconstpointer key, GBytes *octets, GError **error);
} SignedDataSigner;

/* signed_data_sign() with that; of @options, digest does not count. */
OctetSource *signed_data_make(OctetSource *content, const SignedDataSigner *signer,
                              const SignedDataOptions *options,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the signed attributes say (RFC 5652 §11, RFC 8551 §2.5, RFC 5035). */
typedef struct {
    BerSlice content_type; /* contents of the OBJECT IDENTIFIER */
    GBytes *message_digest;
    gint64 signing_time;          /* G_MININT64: absent */
    BerSlice capabilities;        /* the value; octets NULL: absent */
    GBytes *certificate_hash;     /* of signingCertificate or signingCertificateV2; NULL: absent */
    CmsDigest certificate_digest; /* what that is of the certificate */
} SignedAttributes;
void signed_attributes_clear(SignedAttributes *attributes);

/* @attributes: elements of a SET OF Attribute. CMS_ERROR_MALFORMED: also for attributes that stand
 * there twice or have several values where there must be one; CMS_ERROR_LIMIT. To be cleared in any
 * case. */
gboolean signed_attributes_parse(GBytes *owner, BerSlice attributes,
                                 SignedAttributes *out_attributes, GError **error);

/* Whether they parse, and none of them is of a kind that must be signed: RFC 5652 §11.1-11.3, RFC
 * 8551 §2.5. */
gboolean unsigned_attributes_are_right(GBytes *owner, BerSlice attributes);

/* The octets that are signed: DER of the SET OF Attribute (RFC 5652 §5.4), and the same in the
 * order in which the message has them, or NULL if that order is DER's. */
GBytes *signed_attributes_to_der(GBytes *owner, BerSlice attributes, GBytes **out_as_sent,
                                 GError **error);

/* Whether @content parses as a SET OF Attribute in full; of one that is longer than attributes may
 * be, whether it begins like one. TRUE if it can't be read. */
gboolean signed_attributes_are_in(const OctetSource *content);

/* Seconds since 1970 of a UTCTime or GeneralizedTime in the form of RFC 5652 §11.3. */
gboolean signed_attributes_parse_time(guint8 tag, BerSlice contents, gint64 *out_seconds);
