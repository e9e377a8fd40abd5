/* SPDX-License-Identifier: MPL-2.0 */

#include "learning.h"

#include "certificate-judge.h"
#include "core-limits.h"
#include "dane-lookup.h"
#include "peer-capabilities.h"
#include "recipient-choice.h"
#include "seen-certificates.h"
#include "signature-work.h"
#include "x509-signature.h"

gint64
learning_get_latest_time(void)
{
    return g_get_real_time() / G_USEC_PER_SEC + SIGNING_TIME_SLACK;
}

/* One verified message. */
typedef struct {
    const OpCall *call;
    const VerdictFacts *facts;
    GPtrArray *certificates; /* (element-type Certificate): that it carries; borrowed */
    gint64 date;
    SignatureWork *work; /* of signatures under certificates, for all of them */
} Noting;

static gboolean
is_statement(const SignerResult *result)
{
    return result->capabilities != NULL && result->signing_time != G_MININT64;
}

static void
note_capabilities(const Noting *noting, const SignerResult *result)
{
    const gchar *author = noting->facts->author;
    g_autoptr(GError) problem = NULL;
    if (!is_statement(result))
        return;
    g_autoptr(PeerCapabilities) said = peer_capabilities_new(
        author, result->certificate, result->signing_time, result->capabilities);
    if (!peer_capabilities_learn(bridge_get_profile(noting->call->bridge), said,
                                 learning_get_latest_time(), LIMIT_PEERS, &problem))
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

static gboolean
has_issued(const Certificate *issuer, const Certificate *below, SignatureWork *work)
{
    GBytes *der = certificate_get_der(below);
    return g_bytes_equal(certificate_get_subject_der(issuer), certificate_get_issuer_der(below)) &&
           signature_work_take(work, issuer, g_bytes_get_size(der)) &&
           x509_signature_check(der, issuer) == SIGNATURE_CHECK_GOOD;
}

static void
add_issuers_of(GPtrArray *issuers, const Certificate *below, const Certificate *first,
               GPtrArray *certificates, SignatureWork *work)
{
    for (guint i = 0; i < certificates->len && issuers->len < LIMIT_SEEN_ISSUERS; i++) {
        Certificate *other = g_ptr_array_index(certificates, i);
        if (!g_bytes_equal(certificate_get_der(other), certificate_get_der(first)) &&
            !has_certificate(issuers, other) && has_issued(other, below, work))
            g_ptr_array_add(issuers, certificate_ref(other));
    }
}

static void
add_issuers(GPtrArray *issuers, Certificate *certificate, GPtrArray *certificates,
            SignatureWork *work)
{
    add_issuers_of(issuers, certificate, certificate, certificates, work);
    for (guint i = 0; i < issuers->len; i++)
        add_issuers_of(issuers, g_ptr_array_index(issuers, i), certificate, certificates, work);
}

void
learning_add_issuers(GPtrArray *issuers, Certificate *certificate, GPtrArray *certificates)
{
    SignatureWork work = {LIMIT_PATH_WORK};
    add_issuers(issuers, certificate, certificates, &work);
}

static void
note_certificate(const Noting *noting, Certificate *certificate, TrustSource trust, gint64 date)
{
    const gchar *author = noting->facts->author;
    g_autoptr(GError) problem = NULL;
    g_autoptr(SeenCertificate) seen =
        seen_certificate_new(author, certificate, g_get_real_time() / G_USEC_PER_SEC);
    seen->origin = SEEN_IN_MESSAGE;
    seen->trust = trust;
    if (date <= learning_get_latest_time())
        seen->message_date = date;
    add_issuers(seen->issuers, certificate, noting->certificates, noting->work);
    if (!seen_certificates_record(bridge_get_profile(noting->call->bridge), seen, FALSE,
                                  &seen_default_limits, &problem))
        g_warning("the certificate of %s is not recorded: %s", author, problem->message);
}

static gboolean
issued_one_of(const Certificate *issuer, GPtrArray *certificates, SignatureWork *work)
{
    for (guint i = 0; i < certificates->len; i++)
        if (has_issued(issuer, g_ptr_array_index(certificates, i), work))
            return TRUE;
    return FALSE;
}

/* Whether who has its key, or who issued a signer's certificate, has signed it. A record of a key
 * says nothing of what stands round it: anybody can put the author's key into a certificate with a
 * serial number of their own, and what is encrypted to that the author can't read. */
static gboolean
is_genuine(const Noting *noting, GPtrArray *signers, Certificate *certificate)
{
    if (has_issued(certificate, certificate, noting->work))
        return TRUE;
    for (guint i = 0; i < noting->certificates->len; i++) {
        const Certificate *issuer = g_ptr_array_index(noting->certificates, i);
        if (has_issued(issuer, certificate, noting->work) &&
            issued_one_of(issuer, signers, noting->work))
            return TRUE;
    }
    return FALSE;
}

/* Whether some record names it as the author's own, or the authority above it. */
static gboolean
is_published(const Noting *noting, CertificateJudge *judge, GPtrArray *signers,
             Certificate *certificate)
{
    gboolean key_is_named = FALSE;
    g_autoptr(GArray) compared = certificate_judge_compare_records(judge, certificate);
    for (guint i = 0; i < compared->len; i++) {
        const PolicyRecord *record = &g_array_index(compared, PolicyRecord, i);
        const DaneRecord *source = g_ptr_array_index(noting->facts->dane->records, i);
        if (!record->matches)
            continue;
        if (record->path == REASON_NONE &&
            dane_certificate_names(certificate, noting->facts->author))
            return TRUE;
        if (record->usage != SMIMEA_USAGE_DANE_EE)
            continue;
        if (source->record->selector == SMIMEA_SELECTOR_CERT)
            return TRUE;
        key_is_named = TRUE;
    }
    return key_is_named && is_genuine(noting, signers, certificate);
}

/* The author's other certificates, as that of a key for encryption beside one for signatures.
 * Nobody has signed them with the message: those that the domain does not name now are left, or
 * anybody on the way could fill the place. */
static void
note_other_certificates(const Noting *noting, GPtrArray *signers)
{
    gint64 now = bridge_get_now(noting->call->bridge);
    const CertificateEvidence evidence = {
        .dane = noting->facts->dane, .others = noting->certificates, .now = now};
    g_autoptr(CertificateJudge) judge = NULL;
    for (guint i = 0; i < noting->certificates->len; i++) {
        Certificate *certificate = g_ptr_array_index(noting->certificates, i);
        if (has_certificate(signers, certificate) ||
            recipient_fitness(certificate, now) != REASON_NONE)
            continue;
        if (judge == NULL)
            judge = certificate_judge_new(&evidence);
        if (is_published(noting, judge, signers, certificate))
            note_certificate(noting, certificate, TRUST_DANE, noting->date);
    }
}

static void
note_all(const Noting *noting)
{
    g_autoptr(GPtrArray) signers = g_ptr_array_new();
    gint64 latest = learning_get_latest_time();
    for (guint i = 0; i < noting->facts->signers->len; i++) {
        const JudgedSigner *signer = g_ptr_array_index(noting->facts->signers, i);
        const SignerResult *result = signer->result;
        if (signer->verdict.status != STATUS_VERIFIED || result->certificate == NULL)
            continue;
        if (result->signing_time <= latest)
            note_capabilities(noting, result);
        note_certificate(noting, result->certificate, signer->verdict.trust,
                         result->signing_time != G_MININT64 ? result->signing_time : noting->date);
        g_ptr_array_add(signers, result->certificate);
    }
    if (noting->facts->dane != NULL)
        note_other_certificates(noting, signers);
}

void
learning_note_message(const OpCall *call, const VerdictFacts *facts, gint64 date)
{
    if (facts->verdict.status != STATUS_VERIFIED || facts->scope != SCOPE_WHOLE ||
        facts->author == NULL || facts->opened->signature == NULL ||
        !bridge_is_learning(call->bridge))
        return;
    SignatureWork work = {LIMIT_PATH_WORK};
    const Noting noting = {.call = call,
                           .facts = facts,
                           .certificates =
                               signed_data_get_certificates(facts->opened->signature->signed_data),
                           .date = date,
                           .work = &work};
    note_all(&noting);
}
