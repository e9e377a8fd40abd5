/* SPDX-License-Identifier: MPL-2.0 */

#include "signature-judge.h"

#include "certificate-judge.h"
#include "dane-lookup.h"

static void
judged_signer_free(gpointer data)
{
    JudgedSigner *signer = data;
    g_clear_pointer(&signer->result, signer_result_free);
    g_free(signer->path_detail);
    g_clear_pointer(&signer->revocable, g_ptr_array_unref);
    g_free(signer);
}

static void
add_all(GPtrArray *to, GPtrArray *from)
{
    for (guint i = 0; from != NULL && i < from->len; i++)
        g_ptr_array_add(to, certificate_ref(g_ptr_array_index(from, i)));
}

static GPtrArray *
new_certificates(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
}

/* Whose certificates may be under the signature, besides those that the message brings. */
static GPtrArray *
collect_candidates(const JudgeContext *context)
{
    GPtrArray *candidates = new_certificates();
    add_all(candidates, context->pins);
    if (context->dane != NULL) {
        g_autoptr(GPtrArray) published = dane_answer_get_certificates(context->dane);
        add_all(candidates, published);
    }
    return candidates;
}

/* Of @certificates those whose keys lack parameters, with those of the authority that issued them.
 */
static void
add_complete(GPtrArray *to, GPtrArray *certificates, GPtrArray *authorities)
{
    for (guint i = 0; authorities != NULL && certificates != NULL && i < certificates->len; i++) {
        const Certificate *certificate = g_ptr_array_index(certificates, i);
        if (certificate_get_key_type(certificate) != KEY_TYPE_DSA)
            continue;
        for (guint j = 0; j < authorities->len; j++) {
            Certificate *complete =
                certificate_inherit_parameters(certificate, g_ptr_array_index(authorities, j));
            if (complete != NULL)
                g_ptr_array_add(to, complete);
        }
    }
}

static GPtrArray *
collect_crls(const SignedData *data, const JudgeContext *context)
{
    GPtrArray *crls = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    GPtrArray *sources[] = {context->crls, signed_data_get_crls(data)};
    for (gsize s = 0; s < G_N_ELEMENTS(sources); s++)
        for (guint i = 0; sources[s] != NULL && i < sources[s]->len; i++)
            g_ptr_array_add(crls, g_bytes_ref(g_ptr_array_index(sources[s], i)));
    return crls;
}

/* What all signers of a message have in common. */
typedef struct {
    const SignedData *data;
    const JudgeContext *context;
    GPtrArray *candidates; /* for the signatures */
    GPtrArray *others;     /* of which a path could be built: those and what the message brings */
    GPtrArray *crls;
    CertificateJudge *judge;
    CertificateJudge *unprompted; /* without the message's CRLs; NULL: it has none */
} Judging;

static void
judging_clear(Judging *judging)
{
    g_clear_pointer(&judging->judge, certificate_judge_free);
    g_clear_pointer(&judging->unprompted, certificate_judge_free);
    g_clear_pointer(&judging->candidates, g_ptr_array_unref);
    g_clear_pointer(&judging->others, g_ptr_array_unref);
    g_clear_pointer(&judging->crls, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Judging, judging_clear)

static gboolean
accepts_authorities(const JudgeContext *context)
{
    return context->authorities != NULL && context->authorities->len > 0;
}

static void
prepare(Judging *judging)
{
    const JudgeContext *context = judging->context;
    judging->candidates = new_certificates();
    add_complete(judging->candidates, signed_data_get_certificates(judging->data),
                 context->authorities);
    g_autoptr(GPtrArray) named = collect_candidates(context);
    add_all(judging->candidates, named);
    judging->others = new_certificates();
    add_all(judging->others, judging->candidates);
    add_all(judging->others, signed_data_get_certificates(judging->data));
    judging->crls = collect_crls(judging->data, context);
    CertificateEvidence evidence = {.dane = context->dane,
                                    .others = judging->others,
                                    .authorities = context->authorities,
                                    .crls = judging->crls,
                                    .issuers = context->issuers,
                                    .now = context->now,
                                    .require_revocation = context->require_revocation};
    judging->judge = certificate_judge_new(&evidence);
    evidence.crls = context->crls;
    if (context->may_fetch && signed_data_get_crls(judging->data)->len > 0)
        judging->unprompted = certificate_judge_new(&evidence);
}

static AddressMatch
match_address(const Certificate *certificate, const JudgeContext *context)
{
    if (context->author == NULL)
        return context->no_author;
    if (dane_certificate_names(certificate, context->author))
        return ADDRESS_SAME;
    return *certificate_get_addresses(certificate) == NULL ? ADDRESS_UNNAMED : ADDRESS_DIFFERS;
}

static gboolean
is_pinned(const Certificate *certificate, GPtrArray *pins)
{
    for (guint i = 0; pins != NULL && i < pins->len; i++)
        if (g_bytes_equal(certificate_get_der(certificate),
                          certificate_get_der(g_ptr_array_index(pins, i))))
            return TRUE;
    return FALSE;
}

/* Date stands outside of what is signed: an old signed message must not pass for today's. With the
 * slack that Thunderbird allows; it refuses signatures made later than Date as well, but a draft
 * that is signed when it is sent is no replay. */
static gboolean
is_signed_earlier(const SignerResult *result, const JudgeContext *context)
{
    if (result->signing_time == G_MININT64 || context->date_found == MESSAGE_DATE_ABSENT)
        return FALSE;
    return context->date_found == MESSAGE_DATE_UNCLEAR ||
           result->signing_time < context->date - SIGNING_TIME_SLACK;
}

static void
fill_from_result(PolicySignature *found, const SignerResult *result, const JudgeContext *context)
{
    found->math = result->math;
    found->math_reason = result->reason;
    found->weak = result->weak;
    found->nested = context->is_nested;
    found->from_future = result->signing_time != G_MININT64 &&
                         result->signing_time > context->now + SIGNING_TIME_SLACK;
    found->signed_earlier = is_signed_earlier(result, context);
    found->has_pins = context->pins != NULL && context->pins->len > 0;
    found->address = context->author == NULL ? context->no_author : ADDRESS_UNNAMED;
    found->looked_up = context->dane != NULL;
    if (context->dane != NULL)
        found->dns = context->dane->dns;
    found->accept_authorities = accepts_authorities(context);
    found->authority = REASON_CERTIFICATE_UNTRUSTED;
}

static void
fill_authority(PolicySignature *found, JudgedSigner *signer, const Judging *judging)
{
    g_autoptr(PathResult) path =
        certificate_judge_find_authority(judging->judge, signer->result->certificate);
    if (path == NULL)
        return;
    found->authority = path->reason;
    signer->has_authority_path = TRUE;
    signer->authority = path->reason;
    signer->path_detail = g_strdup(path->detail);
    /* An authority's word for another use than this. */
    if (!found->may_sign &&
        (found->authority == REASON_NONE || found->authority == REASON_WEAK_ALGORITHM)) {
        signer->authority = REASON_CERTIFICATE_UNFIT;
        g_free(signer->path_detail);
        signer->path_detail = g_strdup("the certificate is not for signing mail");
    }
}

static void
find_wanted_lists(JudgedSigner *signer, const Judging *judging)
{
    Certificate *certificate = signer->result->certificate;
    CertificateJudge *judge = judging->unprompted != NULL ? judging->unprompted : judging->judge;
    signer->revocation_known = certificate_judge_knows_revocation(judge, certificate);
    signer->revocable = certificate_judge_find_revocable(judging->judge, certificate);
}

static void
fill_from_certificate(PolicySignature *found, JudgedSigner *signer, const Judging *judging)
{
    const JudgeContext *context = judging->context;
    Certificate *certificate = signer->result->certificate;
    found->may_sign = certificate_may_sign(certificate);
    found->validity = dane_certificate_validity(certificate, context->now);
    if (certificate_judge_is_revoked(judging->judge, certificate))
        found->validity = REASON_CERTIFICATE_REVOKED;
    if (context->may_fetch)
        find_wanted_lists(signer, judging);
    found->address = match_address(certificate, context);
    found->is_pinned = is_pinned(certificate, context->pins);
    fill_authority(found, signer, judging);
}

static JudgedSigner *
judge_signer(const Judging *judging, guint index, OctetSource *content, SignatureScope scope)
{
    const JudgeContext *context = judging->context;
    g_autoptr(GArray) records = NULL;
    JudgedSigner *signer = g_new0(JudgedSigner, 1);
    signer->revocation_known = TRUE;
    signer->result = signed_data_verify(judging->data, index, content, judging->candidates);

    PolicySignature found = {.scope = scope};
    fill_from_result(&found, signer->result, context);
    if (signer->result->certificate != NULL) {
        fill_from_certificate(&found, signer, judging);
        records = certificate_judge_compare_records(judging->judge, signer->result->certificate);
        found.records = (const PolicyRecord *)(gpointer)records->data;
        found.n_records = records->len;
    }
    signer->verdict = policy_judge_signature(&found);
    return signer;
}

GPtrArray *
judge_signers(const SignedData *data, OctetSource *content, SignatureScope scope,
              const JudgeContext *context, GError **error)
{
    g_auto(Judging) judging = {.data = data, .context = context};
    prepare(&judging);
    if (!signed_data_check_work(data, judging.candidates, error))
        return NULL;
    GPtrArray *signers = g_ptr_array_new_with_free_func(judged_signer_free);
    for (guint i = 0; i < signed_data_get_n_signers(data); i++)
        g_ptr_array_add(signers, judge_signer(&judging, i, content, scope));
    return signers;
}
