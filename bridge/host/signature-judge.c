/* SPDX-License-Identifier: MPL-2.0 */

#include "signature-judge.h"

#include "associations.h"
#include "dane-lookup.h"
#include "path.h"

static void
judged_signer_free(gpointer data)
{
    JudgedSigner *signer = data;
    g_clear_pointer(&signer->result, signer_result_free);
    g_free(signer->path_detail);
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
    GPtrArray *records; /* (element-type SmimeaRecord) */
    Associations *associations;
    PathFinder *authority; /* to those that are trusted here; NULL: none is */
    /* To certificates that some PKIX-TA or DANE-TA record is associated with; NULL: there is none.
     * One search for all records: they may be many, and a search is dear. */
    PathFinder *associated;
} Judging;

static void
judging_clear(Judging *judging)
{
    g_clear_pointer(&judging->authority, path_finder_free);
    g_clear_pointer(&judging->associated, path_finder_free);
    g_clear_pointer(&judging->candidates, g_ptr_array_unref);
    g_clear_pointer(&judging->others, g_ptr_array_unref);
    g_clear_pointer(&judging->crls, g_ptr_array_unref);
    g_clear_pointer(&judging->records, g_ptr_array_unref);
    g_clear_pointer(&judging->associations, associations_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Judging, judging_clear)

/* Of one signer. */
typedef struct {
    Associations *associations;
    Certificate *certificate;
    PathResult *authority;
    PathResult *associated;
} Paths;

static void
paths_clear(Paths *paths)
{
    g_clear_pointer(&paths->authority, path_result_free);
    g_clear_pointer(&paths->associated, path_result_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Paths, paths_clear)

static PathResult *
find_path(const Judging *judging, PathFinder *finder, Certificate *certificate)
{
    if (finder == NULL)
        return NULL;
    PathResult *path = path_finder_validate(finder, certificate);
    if (judging->context->require_revocation && path->reason == REASON_NONE &&
        !path->revocation_known)
        path->reason = REASON_REVOCATION_UNKNOWN;
    return path;
}

static gboolean
accepts_authorities(const JudgeContext *context)
{
    return context->authorities != NULL && context->authorities->len > 0;
}

static gboolean
names_authority(const DaneRecord *record, GPtrArray *all)
{
    return record->usability == RECORD_USABLE &&
           (record->record->usage == SMIMEA_USAGE_PKIX_TA ||
            record->record->usage == SMIMEA_USAGE_DANE_TA) &&
           association_is_considered(record->record, all);
}

static gboolean
is_associated_authority(const Judging *judging, Certificate *certificate)
{
    GPtrArray *records = judging->context->dane->records;
    for (guint i = 0; i < records->len; i++) {
        const DaneRecord *record = g_ptr_array_index(records, i);
        if (names_authority(record, judging->records) &&
            associations_match(judging->associations, record->record, certificate))
            return TRUE;
    }
    return FALSE;
}

static PathFinder *
find_associated_authorities(const Judging *judging)
{
    const JudgeContext *context = judging->context;
    g_autoptr(GPtrArray) anchors = new_certificates();
    for (guint i = 0; i < judging->others->len; i++) {
        Certificate *other = g_ptr_array_index(judging->others, i);
        if (is_associated_authority(judging, other))
            g_ptr_array_add(anchors, certificate_ref(other));
    }
    return anchors->len == 0
               ? NULL
               : path_finder_new(judging->others, anchors, judging->crls, context->now);
}

static gboolean
has_secure_records(const JudgeContext *context)
{
    return context->dane != NULL && context->dane->dns == DNS_OUTCOME_SECURE_RECORDS;
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
    if (accepts_authorities(context))
        judging->authority =
            path_finder_new(judging->others, context->authorities, judging->crls, context->now);
    if (!has_secure_records(context))
        return;
    judging->records = dane_answer_get_smimea(context->dane);
    judging->associations = associations_new();
    judging->associated = find_associated_authorities(judging);
}

/* Whether the record is associated with a certificate of the path that stands above the signer's,
 * or with the signer's where that is an anchor itself. */
static gboolean
path_has_association(const Paths *paths, const PathResult *path, const SmimeaRecord *record)
{
    guint n_path = path == NULL || path->path == NULL ? 0 : path->path->len;
    for (guint i = n_path == 1 ? 0 : 1; i < n_path; i++)
        if (associations_match(paths->associations, record, g_ptr_array_index(path->path, i)))
            return TRUE;
    return FALSE;
}

/* DANE-TA (RFC 7671 §5.2): the certificates that records are associated with are the anchors. A
 * signer without a path to one is another than the domain means. */
static void
judge_dane_ta(PolicyRecord *judged, const SmimeaRecord *record, const Paths *paths)
{
    judged->matches = path_has_association(paths, paths->associated, record);
    if (judged->matches)
        judged->path = paths->associated->reason;
}

/* PKIX-TA (RFC 7671 §5.4): some certificate of the path to an authority is the association. Without
 * an authority that is trusted here, the path may be as published all the same: then nobody
 * vouches, but nothing is wrong. */
static void
judge_pkix_ta(PolicyRecord *judged, const SmimeaRecord *record, const Paths *paths)
{
    if (paths->authority != NULL)
        judged->path = paths->authority->reason;
    judged->matches = path_has_association(paths, paths->authority, record);
    if (judged->path == REASON_CERTIFICATE_UNTRUSTED)
        judged->matches = path_has_association(paths, paths->associated, record);
}

static PolicyRecord
judge_record(const DaneRecord *source, GPtrArray *all, const Paths *paths)
{
    PolicyRecord judged = {.usability = source->usability, .path = REASON_CERTIFICATE_UNTRUSTED};
    const SmimeaRecord *record = source->record;
    if (record == NULL)
        return judged;
    judged.usage = record->usage;
    if (source->usability != RECORD_USABLE || !association_is_considered(record, all))
        return judged;
    if (record->usage == SMIMEA_USAGE_DANE_TA)
        judge_dane_ta(&judged, record, paths);
    else if (record->usage == SMIMEA_USAGE_PKIX_TA)
        judge_pkix_ta(&judged, record, paths);
    else
        judged.matches = associations_match(paths->associations, record, paths->certificate);
    if (record->usage == SMIMEA_USAGE_PKIX_EE && paths->authority != NULL)
        judged.path = paths->authority->reason;
    return judged;
}

static GArray *
judge_records(const Judging *judging, const Paths *paths)
{
    GArray *judged = g_array_new(FALSE, TRUE, sizeof(PolicyRecord));
    GPtrArray *records = judging->context->dane->records;
    for (guint i = 0; i < records->len; i++) {
        PolicyRecord record = judge_record(g_ptr_array_index(records, i), judging->records, paths);
        g_array_append_val(judged, record);
    }
    return judged;
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
fill_from_certificate(PolicySignature *found, JudgedSigner *signer, const Judging *judging,
                      const Paths *paths)
{
    const JudgeContext *context = judging->context;
    const Certificate *certificate = paths->certificate;
    found->may_sign = certificate_may_sign(certificate);
    found->validity = dane_certificate_validity(certificate, context->now);
    found->address = match_address(certificate, context);
    found->is_pinned = is_pinned(certificate, context->pins);
    if (paths->authority == NULL)
        return;
    found->authority = paths->authority->reason;
    signer->has_authority_path = TRUE;
    signer->authority = found->authority;
    signer->path_detail = g_strdup(paths->authority->detail);
    /* An authority's word for another use than this. */
    if (!found->may_sign &&
        (found->authority == REASON_NONE || found->authority == REASON_WEAK_ALGORITHM)) {
        signer->authority = REASON_CERTIFICATE_UNFIT;
        g_free(signer->path_detail);
        signer->path_detail = g_strdup("the certificate is not for signing mail");
    }
}

static JudgedSigner *
judge_signer(const Judging *judging, guint index, OctetSource *content, SignatureScope scope)
{
    const JudgeContext *context = judging->context;
    g_autoptr(GArray) records = NULL;
    JudgedSigner *signer = g_new0(JudgedSigner, 1);
    signer->result = signed_data_verify(judging->data, index, content, judging->candidates);

    PolicySignature found = {.scope = scope};
    fill_from_result(&found, signer->result, context);
    Certificate *certificate = signer->result->certificate;
    if (certificate != NULL) {
        g_auto(Paths) paths = {judging->associations, certificate,
                               find_path(judging, judging->authority, certificate),
                               find_path(judging, judging->associated, certificate)};
        fill_from_certificate(&found, signer, judging, &paths);
        if (has_secure_records(context)) {
            records = judge_records(judging, &paths);
            found.records = (const PolicyRecord *)(gpointer)records->data;
            found.n_records = records->len;
        }
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
