/* SPDX-License-Identifier: MPL-2.0 */

#include "learning.h"

#include "core-limits.h"
#include "peer-capabilities.h"

gint64
learning_get_latest_time(void)
{
    return g_get_real_time() / G_USEC_PER_SEC + SIGNING_TIME_SLACK;
}

static gboolean
is_statement(const JudgedSigner *signer)
{
    const SignerResult *result = signer->result;
    return signer->verdict.status == STATUS_VERIFIED && result->certificate != NULL &&
           result->capabilities != NULL && result->signing_time != G_MININT64;
}

void
learning_note_signers(const OpCall *call, const VerdictFacts *facts)
{
    gint64 latest = learning_get_latest_time();
    if (facts->verdict.status != STATUS_VERIFIED || facts->scope != SCOPE_WHOLE ||
        facts->author == NULL || !bridge_is_learning(call->bridge))
        return;
    for (guint i = 0; i < facts->signers->len; i++) {
        const JudgedSigner *signer = g_ptr_array_index(facts->signers, i);
        g_autoptr(GError) problem = NULL;
        if (!is_statement(signer))
            continue;
        g_autoptr(PeerCapabilities) said =
            peer_capabilities_new(facts->author, signer->result->certificate,
                                  signer->result->signing_time, signer->result->capabilities);
        if (!peer_capabilities_learn(bridge_get_profile(call->bridge), said, latest, LIMIT_PEERS,
                                     &problem))
            g_warning("not recorded what %s can read: %s", facts->author, problem->message);
    }
}
