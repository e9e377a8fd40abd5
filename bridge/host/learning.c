/* SPDX-License-Identifier: MPL-2.0 */

#include "learning.h"

#include "core-limits.h"
#include "peer-capabilities.h"
#include "seen-certificates.h"

gint64
learning_get_latest_time(void)
{
    return g_get_real_time() / G_USEC_PER_SEC + SIGNING_TIME_SLACK;
}

static gboolean
is_statement(const SignerResult *result)
{
    return result->capabilities != NULL && result->signing_time != G_MININT64;
}

static void
note_capabilities(const OpCall *call, const gchar *author, const SignerResult *result)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(PeerCapabilities) said = peer_capabilities_new(
        author, result->certificate, result->signing_time, result->capabilities);
    if (!peer_capabilities_learn(bridge_get_profile(call->bridge), said, learning_get_latest_time(),
                                 LIMIT_PEERS, &problem))
        g_warning("not recorded what %s can read: %s", author, problem->message);
}

static gboolean
has_certificate(GPtrArray *certificates, const Certificate *certificate)
{
    for (guint i = 0; i < certificates->len; i++)
        if (g_bytes_equal(certificate_get_der(g_ptr_array_index(certificates, i)),
                          certificate_get_der(certificate)))
            return TRUE;
    return FALSE;
}

static void
add_issuers_of(GPtrArray *issuers, const Certificate *below, const Certificate *first,
               GPtrArray *certificates)
{
    for (guint i = 0; i < certificates->len && issuers->len < LIMIT_SEEN_ISSUERS; i++) {
        Certificate *other = g_ptr_array_index(certificates, i);
        if (g_bytes_equal(certificate_get_subject_der(other), certificate_get_issuer_der(below)) &&
            !g_bytes_equal(certificate_get_der(other), certificate_get_der(first)) &&
            !has_certificate(issuers, other))
            g_ptr_array_add(issuers, certificate_ref(other));
    }
}

void
learning_add_issuers(GPtrArray *issuers, Certificate *certificate, GPtrArray *certificates)
{
    add_issuers_of(issuers, certificate, certificate, certificates);
    for (guint i = 0; i < issuers->len; i++)
        add_issuers_of(issuers, g_ptr_array_index(issuers, i), certificate, certificates);
}

static void
note_certificate(const OpCall *call, const VerdictFacts *facts, const JudgedSigner *signer,
                 gint64 date)
{
    g_autoptr(GError) problem = NULL;
    gint64 signing_time = signer->result->signing_time;
    g_autoptr(SeenCertificate) seen = seen_certificate_new(
        facts->author, signer->result->certificate, g_get_real_time() / G_USEC_PER_SEC);
    seen->origin = SEEN_IN_MESSAGE;
    seen->trust = signer->verdict.trust;
    seen->message_date = signing_time != G_MININT64 ? signing_time : date;
    if (seen->message_date > learning_get_latest_time())
        seen->message_date = G_MININT64;
    learning_add_issuers(seen->issuers, seen->certificate,
                         signed_data_get_certificates(facts->opened->signature->signed_data));
    if (!seen_certificates_record(bridge_get_profile(call->bridge), seen, FALSE,
                                  &seen_default_limits, &problem))
        g_warning("the certificate of %s is not recorded: %s", facts->author, problem->message);
}

void
learning_note_message(const OpCall *call, const VerdictFacts *facts, gint64 date)
{
    if (facts->verdict.status != STATUS_VERIFIED || facts->scope != SCOPE_WHOLE ||
        facts->author == NULL || facts->opened->signature == NULL ||
        !bridge_is_learning(call->bridge))
        return;
    gint64 latest = learning_get_latest_time();
    for (guint i = 0; i < facts->signers->len; i++) {
        const JudgedSigner *signer = g_ptr_array_index(facts->signers, i);
        const SignerResult *result = signer->result;
        if (signer->verdict.status != STATUS_VERIFIED || result->certificate == NULL)
            continue;
        if (is_statement(result) && result->signing_time <= latest)
            note_capabilities(call, facts->author, result);
        note_certificate(call, facts, signer, date);
    }
}
