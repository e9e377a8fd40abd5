/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>
#include <keyhi.h>

/* An X.509 certificate (RFC 5280) outside of NSS's certificate stores.
 *
 * NSS keeps one certificate for an issuer and serial number and answers with that one for every
 * other that claims the same; whoever sends mail could so replace a certificate. This type decodes
 * DER into its own arena and never registers anything. Immutable, reference-counted, safe between
 * threads. */
typedef struct _Certificate Certificate;

typedef enum { CERTIFICATE_NOT_YET_VALID, CERTIFICATE_EXPIRED, CERTIFICATE_VALID } CertificateTime;

typedef enum {
    KEY_TYPE_UNKNOWN,
    KEY_TYPE_RSA,
    KEY_TYPE_RSA_PSS, /* id-RSASSA-PSS: this key signs with PSS only (RFC 4055 §1.2) */
    KEY_TYPE_EC,
    KEY_TYPE_DSA,
    KEY_TYPE_ED25519,
    KEY_TYPE_X25519,
    KEY_TYPE_DH,
    KEY_TYPE_RSA_OAEP /* id-RSAES-OAEP: keys are encrypted to it with OAEP only (RFC 4055 §1.2) */
} CertificateKeyType;

/**
 * certificate_new:
 * @der: one certificate; octets left over are an error, so is more than LIMIT_CERTIFICATE_OCTETS
 * @error: CMS_ERROR_CERTIFICATE, CMS_ERROR_LIMIT
 */
Certificate *certificate_new(GBytes *der, GError **error) G_GNUC_WARN_UNUSED_RESULT;
Certificate *certificate_ref(Certificate *certificate);
void certificate_unref(Certificate *certificate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Certificate, certificate_unref)

/**
 * certificates_parse_file:
 * @octets: a file's: DER of one certificate; a certs-only CMS object (RFC 8551 §3.8: *.p7c, *.p7b)
 * in BER or base64; or PEM with one or more "CERTIFICATE" (also "X509 CERTIFICATE"; "TRUSTED
 * CERTIFICATE" is refused) or "PKCS7" (also "CMS") and anything between them, keys too. What bears
 * a signature is refused
 *
 * Returns: (element-type Certificate) (transfer full): at least one, or %NULL with
 * CMS_ERROR_CERTIFICATE
 */
GPtrArray *certificates_parse_file(GBytes *octets, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* RFC 3279 §2.3.2: a DSA key without parameters has those of its issuer. Returns (transfer full):
 * the certificate with those of @anchor, the same octets otherwise; NULL where it needs none, or
 * @anchor did not issue it or has none. @anchor: must be trusted, or forgeries are easy. */
Certificate *certificate_inherit_parameters(const Certificate *certificate,
                                            const Certificate *anchor);

GBytes *certificate_get_der(const Certificate *certificate);
/* DER of the SubjectPublicKeyInfo, exactly as it stands in the certificate. */
GBytes *certificate_get_spki(const Certificate *certificate);
/* RFC 4514 text, readable; "#3081…" (the DER) for names that are too long or too odd to be written
 * out; controls and non-UTF-8 octets escaped. */
const gchar *certificate_get_subject(const Certificate *certificate);
const gchar *certificate_get_issuer(const Certificate *certificate);
/* DER of the two names, and the serial number's content octets. */
GBytes *certificate_get_subject_der(const Certificate *certificate);
GBytes *certificate_get_issuer_der(const Certificate *certificate);
GBytes *certificate_get_serial(const Certificate *certificate);
/* subjectKeyIdentifier, or NULL when the extension is absent. */
GBytes *certificate_get_key_identifier(const Certificate *certificate);
/* SMIMECapabilities of the extension (RFC 4262), for smime_capabilities_parse(); NULL when it is
 * absent. Nothing has been read of it yet. (transfer full) */
GBytes *certificate_dup_capabilities(const Certificate *certificate);
gchar *certificate_dup_serial_hex(const Certificate *certificate);
gchar *certificate_dup_sha256_hex(const Certificate *certificate);
/* E-mail addresses as they stand: rfc822Name and SmtpUTF8Mailbox (RFC 9598) of the subjectAltName;
 * if that names none, emailAddress of the subject. UTF-8 without controls or NUL; others are left
 * out. */
const gchar *const *certificate_get_addresses(const Certificate *certificate);

/* Seconds since 1970. */
gint64 certificate_get_not_before(const Certificate *certificate);
gint64 certificate_get_not_after(const Certificate *certificate);
CertificateTime certificate_check_time(const Certificate *certificate, gint64 now);

CertificateKeyType certificate_get_key_type(const Certificate *certificate);
guint certificate_get_key_bits(const Certificate *certificate);
/* "rsa-2048", "ec-p256", "ed25519", … for people and JSON. */
const gchar *certificate_get_key_name(const Certificate *certificate);

/* RFC 8550 §4.4.2, §4.4.4: a missing keyUsage allows everything; extendedKeyUsage, if there, has
 * emailProtection or any. May sign: digitalSignature or nonRepudiation, and a key that can sign.
 * May encrypt: keyEncipherment (RSA), keyAgreement or keyEncipherment (EC, DH, X25519), and a key
 * that can. Whether this program can work with the key is another question:
 * certificate_extract_public_key(). */
gboolean certificate_may_sign(const Certificate *certificate);
gboolean certificate_may_encrypt(const Certificate *certificate);
gboolean certificate_is_authority(const Certificate *certificate); /* basicConstraints cA */
gboolean certificate_is_self_issued(const Certificate *certificate);
/* Names of keyUsage bits and extendedKeyUsage purposes, for people and JSON; empty if absent. */
gchar **certificate_dup_key_usages(const Certificate *certificate);
gchar **certificate_dup_extended_key_usages(const Certificate *certificate);

/* The contents of the extension @oid, "2.5.29.17", for extensions that this layer does not know;
 * NULL when it is absent. Nothing has been read of them yet. (transfer full) */
GBytes *certificate_dup_extension(const Certificate *certificate, const gchar *oid);

/* A fresh NSS public key, to be destroyed with SECKEY_DestroyPublicKey(). CMS_ERROR_UNSUPPORTED for
 * key types or sizes that are not taken (core/core-limits.h). */
SECKEYPublicKey *certificate_extract_public_key(const Certificate *certificate, GError **error);

/* The decoded certificate inside, for this layer's own use. Not in any store; do not hand it to
 * functions that look certificates up. */
struct CERTCertificateStr;
struct CERTCertificateStr *certificate_peek_nss(const Certificate *certificate);
