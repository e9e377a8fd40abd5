/* SPDX-License-Identifier: MPL-2.0 */

#include "message-crls.h"

static gboolean
is_vouched_for(const JudgedSigner *signer)
{
    return signer->verdict.status == STATUS_VERIFIED ||
           (signer->result->math == SIGNATURE_MATH_GOOD && signer->has_authority_path &&
            signer->authority == REASON_REVOCATION_UNKNOWN);
}

static gboolean
are_vouched_for(GPtrArray *signers)
{
    for (guint i = 0; i < signers->len; i++)
        if (!is_vouched_for(g_ptr_array_index(signers, i)))
            return FALSE;
    return TRUE;
}

GPtrArray *
message_crls_fetch(const OpCall *call, GPtrArray *signers, HttpReach reach, GError **error)
{
    g_autoptr(GPtrArray) urls = g_ptr_array_new_with_free_func(g_free);
    if (!bridge_is_offline(call->bridge) && are_vouched_for(signers)) {
        for (guint i = 0; i < signers->len; i++) {
            const JudgedSigner *signer = g_ptr_array_index(signers, i);
            if (!signer->revocation_known)
                crl_fetch_collect_urls(signer->revocable, urls);
        }
        op_report_progress(call, "fetch", 0, urls->len);
    }
    g_autoptr(GPtrArray) fetched = crl_fetch_all(urls, reach, call->cancellable);
    if (g_cancellable_set_error_if_cancelled(call->cancellable, error))
        return NULL;
    return g_steal_pointer(&fetched);
}
