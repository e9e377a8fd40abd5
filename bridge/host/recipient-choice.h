/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "dane-records.h"
#include "op.h"
#include "policy.h"
#include "seen-entry.h"
#include "trust-params.h"

/* Which certificate is encrypted to.
 *
 * A record with full data of the recipient's own certificate gives it. Any other record (a digest,
 * a bare key, the authority above: PKIX-TA and DANE-TA) only says which one is right, or who
 * vouches for it; the certificate is looked for among those that were seen in verified mail
 * (seen-certificates.h) and the user's own. That is done only where no record gives one that will
 * do, and nothing that was seen counts without a usable record of a SECURE answer that is
 * associated with it now.
 *
 * The certificates above the recipient's come from there too: for the path of one that a PKIX-EE
 * record gives, and for revocation lists, which count by their issuer's key. */

typedef enum {
    CERTIFICATE_FROM_NOWHERE,
    CERTIFICATE_FROM_DNS,
    CERTIFICATE_SEEN,
    CERTIFICATE_FROM_KEY_STORE,
    CERTIFICATE_GIVEN, /* by the user, with the request */
    CERTIFICATE_N_SOURCES
} CertificateSource;
/* NULL for CERTIFICATE_FROM_NOWHERE. */
const gchar *certificate_source_to_string(CertificateSource source);

typedef struct {
    VerdictReason reason;     /* REASON_NONE: ready */
    Certificate *certificate; /* NULL unless ready */
    CertificateSource source;
    SeenCertificate *seen; /* with CERTIFICATE_SEEN, else NULL */
} RecipientChoice;
void recipient_choice_clear(RecipientChoice *choice);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RecipientChoice, recipient_choice_clear)

/**
 * recipient_choose:
 * @trust: (nullable): whose authorities count under usages 0 and 1, and which certificates are
 *   revoked; %NULL: nobody's, none
 * @out_choice: (out caller-allocates): what policy_choose_recipient() says; to be cleared
 *
 * What can't be read of the certificates that were seen is logged and left out.
 */
void recipient_choose(const OpCall *call, const TrustParams *trust, const DaneAnswer *answer,
                      RecipientChoice *out_choice);

/* Whether the certificate can be encrypted to: REASON_NONE, CERTIFICATE_EXPIRED,
 * CERTIFICATE_NOT_YET_VALID, CERTIFICATE_UNFIT or UNSUPPORTED_ALGORITHM. */
VerdictReason recipient_fitness(const Certificate *certificate, gint64 now);
