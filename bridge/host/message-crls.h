/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "crl-fetch.h"
#include "op.h"
#include "signature-judge.h"

/**
 * message_crls_fetch:
 * @context: beside which @signers were judged
 * @signers: (element-type JudgedSigner)
 * @reach: whom the certificates may make this machine ask
 *
 * Fetches the revocation lists that the certificates of the signers and their issuers name, unless
 * those at hand tell of them. Only where somebody vouches for all of the signers: nobody learns of
 * a message on which no list could throw another light, and who just sends mail makes nobody ask
 * anybody. Nor is anybody asked offline.
 *
 * Returns: (element-type FetchedCrls) (transfer full): empty if nothing is wanted; %NULL with
 * G_IO_ERROR_CANCELLED
 */
GPtrArray *message_crls_fetch(const OpCall *call, const SignedData *data,
                              const JudgeContext *context, GPtrArray *signers, HttpReach reach,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
