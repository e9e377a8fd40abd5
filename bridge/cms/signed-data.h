/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "algorithm.h"
#include "certificate.h"
#include "key-pair.h"
#include "octet-source.h"
#include "verdict.h"

/* SignedData of RFC 5652 §5 with the profile of RFC 8551. Written in DER, read in BER. */

typedef struct {
    gboolean detached;             /* no eContent: for multipart/signed */
    gboolean without_certificates; /* signer's certificate and chain left out */
    gint64 signing_time;           /* seconds since 1970 */
    /* CMS_DIGEST_UNKNOWN: what suits the key (signature-make.h) */
    CmsDigest digest;
    GPtrArray *chain; /* (nullable) (element-type Certificate): further ones to include */
    /* As software of the time of RFC 2315 knows it: the signed attributes are contentType,
     * messageDigest and signingTime alone, and signatureAlgorithm is rsaEncryption; RSA keys only.
     * What remains is the same in both: version 1, id-data, one SignerInfo */
    gboolean pkcs7;
} SignedDataOptions;

/**
 * signed_data_sign:
 * @content: what is signed, in the octets that the receiver's software will digest (CRLF-canonical
 * MIME entity). Read once here, and, unless it is detached, whenever the result is
 * @out_digest: (out) (optional): the digest that was used, for micalg
 *
 * Signed attributes: contentType, messageDigest, signingTime, sMIMECapabilities,
 * signingCertificateV2 (RFC 5035), sMIMEEncryptionKeyPreference. Signer named by
 * issuerAndSerialNumber. The preference is left out where the key may not encrypt.
 *
 * Returns: (transfer full): DER of the ContentInfo, or %NULL with CMS_ERROR_UNSUPPORTED (also for a
 * weak digest), CMS_ERROR_KEY_LOCKED, CMS_ERROR_LIMIT, CMS_ERROR_FAILED, or the error of a
 * @content that can't be read
 */
OctetSource *signed_data_sign(OctetSource *content, const KeyPair *signer,
                              const SignedDataOptions *options, CmsDigest *out_digest,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct _SignedData SignedData;

/* CMS_ERROR_MALFORMED, CMS_ERROR_LIMIT, CMS_ERROR_CONTENT_TYPE. Keeps a reference on @ber and
 * points into it. */
SignedData *signed_data_parse(GBytes *ber, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same for messages that are no mail and as RFC 2315 has them. The content may also be
 * EnvelopedData: in RFC 2315's way (§9.1), as it stands in a ContentInfo, of which the contents
 * octets are digested (§9.3), or in RFC 5652's, inside an OCTET STRING. And digestAlgorithm may be
 * named by the signature algorithm that it is used with ([MS-SRPL] §2.3 lists SHA-256 so). */
SignedData *signed_data_parse_pkcs7(GBytes *ber, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void signed_data_free(SignedData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SignedData, signed_data_free)

/* eContent, or NULL if there is none (detached, or certs-only). Lent; its octets are those of the
 * message, in one piece or as they were strung together. */
OctetSource *signed_data_get_content(const SignedData *data);
/* Whether eContentType is id-data, as S/MIME has it (RFC 8551 §2.4.1). */
gboolean signed_data_is_mail(const SignedData *data);
/* The content as a CMS object of its own: of EnvelopedData its ContentInfo, else what eContent has
 * (shares its memory if it can). NULL with an error if it can't be read, or there is none. */
GBytes *signed_data_dup_inner(const SignedData *data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Those that decode, in order; others are skipped (RFC 8550 §2.3). (element-type Certificate) */
GPtrArray *signed_data_get_certificates(const SignedData *data);
/* DER of the CRLs carried. (element-type GBytes) */
GPtrArray *signed_data_get_crls(const SignedData *data);
guint signed_data_get_n_signers(const SignedData *data);

/* Whether the signatures are few enough, and the keys of those whose certificates are named small
 * enough, for all of them to be computed (cms/signature-work.h). CMS_ERROR_LIMIT. To be asked
 * before signed_data_verify(), with the same @candidates. */
gboolean signed_data_check_work(const SignedData *data, GPtrArray *candidates, GError **error);

/* What is found out of one SignerInfo. */
typedef struct {
    SignatureMath math;
    /* NONE with GOOD; else SIGNATURE_BAD, CONTENT_MISMATCH (also without any content, or with one
     * that can't be read), MALFORMED, UNSUPPORTED_ALGORITHM or CERTIFICATE_MISSING */
    VerdictReason reason;
    /* the one under which the mathematics is good, else the one that was tried; or NULL */
    Certificate *certificate;
    CmsDigest digest;
    gboolean weak;    /* digest or key too weak to mean anything today */
    gchar *algorithm; /* "rsa-pkcs1-sha256", "ecdsa-sha384", "ed25519", or the OID */
    gchar
        *detail; /* with UNSUPPORTED_ALGORITHM: what is missing, for people, in English; or NULL */
    gint64 signing_time;  /* seconds since 1970; G_MININT64 if absent */
    GBytes *capabilities; /* DER of sMIMECapabilities, or NULL */
} SignerResult;

/**
 * signed_data_verify:
 * @index: of the SignerInfo
 * @content: the detached content; %NULL to use eContent. When there are both and they differ, the
 * result is BAD with REASON_CONTENT_MISMATCH
 * @candidates: (element-type Certificate): those from DNS, the key store, pins; tried before the
 * ones that the message carries, each whose issuer and serial number or key identifier the
 * SignerInfo names
 *
 * Rules: RFC 8551 §2.4.1: only id-data is signed mail; RFC 5652 §5.4, §5.6, §11: signed attributes
 * hold contentType and messageDigest exactly once and right, at most one signingTime …; without
 * signed attributes, content that itself parses as SignedAttributes is refused; what must be a
 * signed attribute is refused among the unsigned ones; a key for PSS only never verifies PKCS#1
 * v1.5; a certificate that signingCertificate(V2) (RFC 5035) does not mean makes nothing good. The
 * rest of the message, its other certificates among it, is not signed by anybody.
 *
 * A content is read once for all SignerInfos that are verified with the same source one after the
 * other, which is remembered in @data: not from two threads at a time.
 *
 * Returns: (transfer full): never %NULL
 */
SignerResult *signed_data_verify(const SignedData *data, guint index, OctetSource *content,
                                 GPtrArray *candidates);
void signer_result_free(SignerResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SignerResult, signer_result_free)
