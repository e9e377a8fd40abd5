/* SPDX-License-Identifier: MPL-2.0 */

#include "learning.h"

#include "core-limits.h"
#include "peer-capabilities.h"

/* Certificates may be judged at a moment of the user's choice; what is to stay is not recorded for
 * a moment that is still to come. */
static gint64
get_latest_time(const OpCall *call)
{
    gint64 real = g_get_real_time() / G_USEC_PER_SEC;
    return MIN(bridge_get_now(call->bridge), real) + SIGNING_TIME_SLACK;
}

static gboolean
is_statement(const JudgedSigner *signer, gint64 latest)
{
    const SignerResult *result = signer->result;
    return signer->verdict.status == STATUS_VERIFIED && result->certificate != NULL &&
           result->capabilities != NULL && result->signing_time != G_MININT64 &&
           result->signing_time <= latest;
}

void
learn_from_signers(const OpCall *call, const VerdictFacts *facts)
{
    gint64 latest = get_latest_time(call);
    if (facts->verdict.status != STATUS_VERIFIED || facts->scope != SCOPE_WHOLE ||
        facts->author == NULL || !bridge_is_learning(call->bridge))
        return;
    for (guint i = 0; i < facts->signers->len; i++) {
        const JudgedSigner *signer = g_ptr_array_index(facts->signers, i);
        g_autoptr(GError) problem = NULL;
        if (!is_statement(signer, latest))
            continue;
        g_autoptr(PeerCapabilities) said =
            peer_capabilities_new(facts->author, signer->result->certificate,
                                  signer->result->signing_time, signer->result->capabilities);
        if (!peer_capabilities_learn(bridge_get_profile(call->bridge), said, LIMIT_PEERS, &problem))
            g_warning("not recorded what %s can read: %s", facts->author, problem->message);
    }
}
