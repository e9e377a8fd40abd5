/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "algorithm.h"
#include "der-writer.h"

/* SMIMECapabilities (RFC 8551 §2.5.2): what somebody can read, as they say it themselves in the
 * signed attribute of that name, or as their certificate's extension of that name has it (RFC
 * 4262).
 *
 * Wire form, DER: SEQUENCE OF SEQUENCE { OBJECT IDENTIFIER, parameters OPTIONAL }, most preferred
 * first. What is not known here, by its identifier or by its parameters, is passed over; RFC 8551
 * asks for that so that lists can grow. */

typedef struct {
    guint n_ciphers;
    CmsCipher ciphers[CMS_N_CIPHERS]; /* each once, in the order of the list */
    /* id-RSAES-OAEP (RFC 3560 §5), a bit for each digest, 1u << CmsDigest: with that digest, also
     * in MGF1, and no label */
    guint oaep_digests;
    /* Key agreement (RFC 5753 §8), a bit each: 1u << (scheme - OID_ECDH_STD_SHA1) */
    guint ecdh_schemes;
} SmimeCapabilities;

/**
 * smime_capabilities_parse:
 * @der: one list and nothing behind it
 * @error: CMS_ERROR_MALFORMED; CMS_ERROR_LIMIT for more than LIMIT_CAPABILITIES_OCTETS or
 * LIMIT_CAPABILITIES entries
 *
 * An empty list is well-formed: somebody who reads nothing that is known here.
 */
gboolean smime_capabilities_parse(GBytes *der, SmimeCapabilities *out_capabilities,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean smime_capabilities_read_cipher(const SmimeCapabilities *capabilities, CmsCipher cipher);
gboolean smime_capabilities_read_oaep(const SmimeCapabilities *capabilities, CmsDigest digest);
/* @scheme: OID_ECDH_…; the key-wrap algorithm that may stand with it is not looked at. */
gboolean smime_capabilities_read_ecdh(const SmimeCapabilities *capabilities, Oid scheme);

/* The list of what this program likes to be sent, best first: what it writes, and so reads, itself.
 * The weak ciphers that it reads too are nobody's to choose. */
DerNode *smime_capabilities_new_own(void) G_GNUC_WARN_UNUSED_RESULT;
