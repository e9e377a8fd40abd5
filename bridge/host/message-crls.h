/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "crl-fetch.h"
#include "op.h"
#include "signature-judge.h"

/**
 * message_crls_fetch:
 * @signers: (element-type JudgedSigner)
 * @reach: whom the certificates may make this machine ask
 *
 * Fetches the revocation lists that the certificates of the signers name, and those above them on
 * the paths that vouch for them, unless those at hand tell of them. Only where somebody vouches for
 * all of the signers: nobody learns of a message on which no list could throw another light, and
 * who just sends mail makes nobody ask anybody. Nor is anybody asked offline. Where there are more
 * addresses than are asked, those of authorities come first: who has the key of a revoked one
 * writes what stands below it.
 *
 * Returns: (element-type FetchedCrls) (transfer full): empty if nothing is wanted; %NULL with
 * G_IO_ERROR_CANCELLED
 */
GPtrArray *message_crls_fetch(const OpCall *call, GPtrArray *signers, HttpReach reach,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
