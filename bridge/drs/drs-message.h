/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "drs-certificate.h"
#include "drs-error.h"
#include "drs-type.h"
#include "enveloped-data.h"
#include "signed-data.h"

/* Cryptographic processing of [MS-SRPL]: 3.2.4.3 when sending, 3.3.5.3 when receiving.
 *
 * Send-Message-Compressed-Data goes in, Send-Message-Data-Authenticated comes out: a PKCS #7
 * SignedData (RFC 2315 §9) over id-data, in DER, with the sender's certificate. The data of a
 * request is signed as it is. That of a response is encrypted first, for one recipient, and what is
 * signed is the DER of the ContentInfo of EnvelopedData (RFC 2315 §10). */

/* Algorithms of the servers of the years 2000 and 2003; bits. */
typedef enum {
    DRS_LEGACY_NONE = 0,
    DRS_LEGACY_RC4 = 1 << 0, /* instead of AES-128 in CBC mode; of responses alone */
    DRS_LEGACY_MD5 = 1 << 1  /* instead of SHA-256 */
} DrsLegacy;
#define DRS_LEGACY_NAMES "rc4, md5"
gboolean drs_legacy_from_string(const gchar *name, DrsLegacy *out_legacy);

typedef struct {
    DrsMessageType type;
    KeyPair *signer;        /* the one of Local-DC-Certificate */
    Certificate *recipient; /* Send-Recipient-Certificate; needed for a response, else not used */
    DrsLegacy legacy;       /* written with these */
    gint64 now;             /* seconds since 1970; goes into the signature */
} DrsProtection;

/**
 * drs_message_protect:
 * @error: of a certificate that the other end would refuse: DRS_ERROR_UNTRUSTED (not valid now),
 * DRS_ERROR_NOT_CONTROLLER (its keyUsage), DRS_ERROR_ALGORITHM (not an RSA key); DRS_ERROR_NO_ENTRY
 * for a response without recipient; or as signed_data_sign() and enveloped_data_encrypt() have it
 */
OctetSource *drs_message_protect(OctetSource *data, const DrsProtection *protection,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a message is expected to be, and whom it may come from. */
typedef struct {
    DrsMessageType type;
    DrsLegacy legacy;              /* read besides SHA-256 and AES-128 */
    const DrsAuthority *authority; /* the common one; NULL with pinned */
    GPtrArray *crls;               /* (element-type GBytes) (nullable): DER */
    Certificate *pinned;      /* what the map has of the sender, which then is enough; or NULL */
    const EnvelopeKeys *keys; /* of the local domain controller, for a response */
    gint64 now;
} DrsExpectation;

/* What was found out; filled as far as it is known, on failure too. */
typedef struct {
    Certificate *sender;  /* Sender-DC-Certificate */
    gboolean is_verified; /* it is acceptable, and the signature is good */
    CmsDigest digest;
    gint64 signing_time;    /* G_MININT64: not stated */
    const gchar *cipher;    /* "aes-128-cbc", "rc4"; NULL: none */
    Certificate *recipient; /* whose key opened it */
} DrsMessageFacts;
void drs_message_facts_clear(DrsMessageFacts *facts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DrsMessageFacts, drs_message_facts_clear)

/**
 * drs_message_unprotect:
 * @authenticated: Receive-Data, in BER
 * @out_facts: (out caller-allocates): to be cleared in any case
 * @error: DRS_ERROR, one for each thing that can be wrong; CMS_ERROR_LIMIT; of the decryption
 * those of enveloped_data_decrypt()
 *
 * First the sender's certificate is found and judged, then the signature is verified, then a
 * response is decrypted and a request is not. The certificates that come along must have one that
 * is no authority's: the sender's. Those of authorities may stand beside it, and help to find the
 * path.
 *
 * Returns: (transfer full): the compressed data; or %NULL
 */
OctetSource *drs_message_unprotect(GBytes *authenticated, const DrsExpectation *expectation,
                                   DrsMessageFacts *out_facts,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
