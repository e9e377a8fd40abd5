/* SPDX-License-Identifier: MPL-2.0 */

#include "certificate-judge.h"

#include "associations.h"
#include "key-anchor.h"

/* Bare keys of "2 1 0" records times the names of issuers that they may have; beyond that, further
 * ones are left out. Real messages have two names, and domains two such records. */
#define MAX_KEY_ANCHORS 200u

struct _CertificateJudge {
    CertificateEvidence evidence;
    GPtrArray *at_hand; /* (element-type Certificate): others and those in the records */
    GPtrArray *records; /* (element-type SmimeaRecord): NULL unless there are SECURE ones */
    Associations *associations;
    PathFinder *authority; /* to those that are trusted here; NULL: none is */
    PathFinder *dane_ta;   /* to those that DANE-TA records name; NULL: none is at hand */
    PathFinder *pkix_ta;   /* to those that PKIX-TA records name; … */
    PathFinder *issuers;   /* to all that may issue; NULL: no CRL is at hand */
};

static GPtrArray *
new_certificates(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
}

static void
add_all(GPtrArray *to, GPtrArray *from)
{
    for (guint i = 0; from != NULL && i < from->len; i++)
        g_ptr_array_add(to, certificate_ref(g_ptr_array_index(from, i)));
}

static gboolean
is_considered(const CertificateJudge *judge, const DaneRecord *record, guint8 usage)
{
    return record->usability == RECORD_USABLE && record->record->usage == usage &&
           association_is_considered(record->record, judge->records);
}

static gboolean
is_named(const CertificateJudge *judge, Certificate *certificate, guint8 usage)
{
    GPtrArray *records = judge->evidence.dane->records;
    for (guint i = 0; i < records->len; i++) {
        const DaneRecord *record = g_ptr_array_index(records, i);
        if (is_considered(judge, record, usage) &&
            associations_match(judge->associations, record->record, certificate))
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_named_by_pkix_ta(Certificate *certificate, gpointer data)
{
    return is_named(data, certificate, SMIMEA_USAGE_PKIX_TA);
}

static GPtrArray *
find_named(const CertificateJudge *judge, guint8 usage)
{
    GPtrArray *named = new_certificates();
    for (guint i = 0; i < judge->at_hand->len; i++) {
        Certificate *certificate = g_ptr_array_index(judge->at_hand, i);
        if (is_named(judge, certificate, usage))
            g_ptr_array_add(named, certificate_ref(certificate));
    }
    return named;
}

/* Whether the key under that name is there as a certificate, which says more than the key. */
static gboolean
has_certificate_of(const CertificateJudge *judge, GBytes *key, GBytes *name)
{
    for (guint i = 0; i < judge->at_hand->len; i++) {
        const Certificate *certificate = g_ptr_array_index(judge->at_hand, i);
        if (g_bytes_equal(certificate_get_spki(certificate), key) &&
            g_bytes_equal(certificate_get_subject_der(certificate), name))
            return TRUE;
    }
    return FALSE;
}

/* RFC 7671 §5.2.3: a path may end at a certificate that the key of a record signed, whose own
 * certificate is nowhere. Which one that is comes out with the signatures. */
static void
add_key_anchors(const CertificateJudge *judge, GBytes *key, GPtrArray *anchors, guint *n_left)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_bytes_hash, g_bytes_equal);
    for (guint i = 0; i<judge->at_hand->len && * n_left> 0; i++) {
        GBytes *name = certificate_get_issuer_der(g_ptr_array_index(judge->at_hand, i));
        if (!g_hash_table_add(names, name) || has_certificate_of(judge, key, name))
            continue;
        Certificate *anchor = key_anchor_new(key, name, NULL);
        if (anchor != NULL)
            g_ptr_array_add(anchors, anchor);
        (*n_left)--;
    }
}

static void
add_keys(const CertificateJudge *judge, GPtrArray *anchors)
{
    guint n_left = MAX_KEY_ANCHORS;
    GPtrArray *records = judge->evidence.dane->records;
    for (guint i = 0; i < records->len; i++) {
        const DaneRecord *record = g_ptr_array_index(records, i);
        if (is_considered(judge, record, SMIMEA_USAGE_DANE_TA) &&
            record->record->selector == SMIMEA_SELECTOR_SPKI &&
            record->record->matching_type == SMIMEA_MATCHING_FULL)
            add_key_anchors(judge, record->record->association_data, anchors, &n_left);
    }
}

/* NULL without an anchor. */
static PathFinder *
new_finder(const CertificateJudge *judge, GPtrArray *anchors)
{
    const CertificateEvidence *evidence = &judge->evidence;
    if (anchors == NULL || anchors->len == 0)
        return NULL;
    return path_finder_new(judge->at_hand, anchors, evidence->crls, evidence->now);
}

static void
prepare_records(CertificateJudge *judge)
{
    judge->records = dane_answer_get_smimea(judge->evidence.dane);
    judge->associations = associations_new();
    g_autoptr(GPtrArray) pkix_ta = find_named(judge, SMIMEA_USAGE_PKIX_TA);
    judge->pkix_ta = new_finder(judge, pkix_ta);
    g_autoptr(GPtrArray) dane_ta = find_named(judge, SMIMEA_USAGE_DANE_TA);
    add_keys(judge, dane_ta);
    judge->dane_ta = new_finder(judge, dane_ta);
}

/* Whether @to has one of that name and key. */
static gboolean
has_issuer(GPtrArray *to, const Certificate *issuer)
{
    for (guint i = 0; i < to->len; i++) {
        const Certificate *known = g_ptr_array_index(to, i);
        if (g_bytes_equal(certificate_get_spki(known), certificate_get_spki(issuer)) &&
            g_bytes_equal(certificate_get_subject_der(known), certificate_get_subject_der(issuer)))
            return TRUE;
    }
    return FALSE;
}

/* By name and key alone: what revokes is whatever the key has signed that issued. Certificates of
 * the same name and key that nobody vouches for, which may come with a message, must not bring it
 * about that its lists count for nothing (no cRLSign, over, …). */
static void
add_issuers(GPtrArray *to, GPtrArray *from)
{
    for (guint i = 0; from != NULL && i < from->len; i++) {
        Certificate *issuer = g_ptr_array_index(from, i);
        if (has_issuer(to, issuer))
            continue;
        Certificate *bare =
            key_anchor_new(certificate_get_spki(issuer), certificate_get_subject_der(issuer), NULL);
        g_ptr_array_add(to, bare != NULL ? bare : certificate_ref(issuer));
    }
}

static void
add_authorities(GPtrArray *to, GPtrArray *from)
{
    for (guint i = 0; from != NULL && i < from->len; i++)
        if (certificate_is_authority(g_ptr_array_index(from, i)))
            g_ptr_array_add(to, certificate_ref(g_ptr_array_index(from, i)));
}

static void
prepare_issuers(CertificateJudge *judge)
{
    if (judge->evidence.crls == NULL || judge->evidence.crls->len == 0)
        return;
    g_autoptr(GPtrArray) issuers = new_certificates();
    g_autoptr(GPtrArray) at_hand = new_certificates();
    add_authorities(at_hand, judge->evidence.issuers);
    add_authorities(at_hand, judge->at_hand);
    add_issuers(issuers, judge->evidence.authorities);
    add_issuers(issuers, at_hand);
    judge->issuers = new_finder(judge, issuers);
}

CertificateJudge *
certificate_judge_new(const CertificateEvidence *evidence)
{
    CertificateJudge *judge = g_new0(CertificateJudge, 1);
    judge->evidence = *evidence;
    judge->at_hand = new_certificates();
    if (evidence->dane != NULL) {
        g_autoptr(GPtrArray) published = dane_answer_get_certificates(evidence->dane);
        add_all(judge->at_hand, published);
    }
    add_all(judge->at_hand, evidence->others);
    judge->authority = new_finder(judge, evidence->authorities);
    if (evidence->dane != NULL && evidence->dane->dns == DNS_OUTCOME_SECURE_RECORDS)
        prepare_records(judge);
    prepare_issuers(judge);
    return judge;
}

void
certificate_judge_free(CertificateJudge *judge)
{
    if (judge == NULL)
        return;
    g_clear_pointer(&judge->authority, path_finder_free);
    g_clear_pointer(&judge->dane_ta, path_finder_free);
    g_clear_pointer(&judge->pkix_ta, path_finder_free);
    g_clear_pointer(&judge->issuers, path_finder_free);
    g_clear_pointer(&judge->at_hand, g_ptr_array_unref);
    g_clear_pointer(&judge->records, g_ptr_array_unref);
    g_clear_pointer(&judge->associations, associations_free);
    g_free(judge);
}

static PathResult *
demand_revocation(const CertificateJudge *judge, PathResult *path)
{
    if (judge->evidence.require_revocation && path->reason == REASON_NONE &&
        !path->revocation_known)
        path->reason = REASON_REVOCATION_UNKNOWN;
    return path;
}

static PathResult *
find_path(const CertificateJudge *judge, PathFinder *finder, Certificate *certificate)
{
    return finder == NULL ? NULL
                          : demand_revocation(judge, path_finder_validate(finder, certificate));
}

PathResult *
certificate_judge_find_authority(CertificateJudge *judge, Certificate *certificate)
{
    return find_path(judge, judge->authority, certificate);
}

gboolean
certificate_judge_is_revoked(CertificateJudge *judge, Certificate *certificate)
{
    return judge->issuers != NULL &&
           path_finder_find_state(judge->issuers, certificate) == PATH_STATE_REVOKED;
}

gboolean
certificate_judge_knows_revocation(CertificateJudge *judge, Certificate *certificate)
{
    PathFinder *finders[] = {judge->authority, judge->dane_ta};
    PathState state = judge->issuers == NULL ? PATH_STATE_UNKNOWN
                                             : path_finder_find_state(judge->issuers, certificate);
    gboolean known = state != PATH_STATE_UNKNOWN;
    if (state == PATH_STATE_REVOKED)
        return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(finders); i++) {
        if (finders[i] == NULL)
            continue;
        g_autoptr(PathResult) path = path_finder_validate(finders[i], certificate);
        if (path->reason == REASON_CERTIFICATE_REVOKED)
            return TRUE;
        if (path->reason == REASON_NONE && !path->revocation_known)
            known = FALSE;
    }
    return known;
}

/* (element-type Certificate): but for the last one, from there on. */
static void
add_below_anchor(GPtrArray *to, GPtrArray *path)
{
    for (guint i = path == NULL ? 0 : path->len; i > 1; i--) {
        Certificate *certificate = g_ptr_array_index(path, i - 2);
        if (!g_ptr_array_find(to, certificate, NULL))
            g_ptr_array_add(to, certificate_ref(certificate));
    }
}

GPtrArray *
certificate_judge_find_revocable(CertificateJudge *judge, Certificate *certificate)
{
    PathFinder *finders[] = {judge->authority, judge->dane_ta};
    GPtrArray *revocable = new_certificates();
    for (gsize i = 0; i < G_N_ELEMENTS(finders); i++) {
        if (finders[i] == NULL)
            continue;
        g_autoptr(PathResult) path = path_finder_validate(finders[i], certificate);
        add_below_anchor(revocable, path->path);
    }
    if (!g_ptr_array_find(revocable, certificate, NULL))
        g_ptr_array_add(revocable, certificate_ref(certificate));
    return revocable;
}

/* Of one certificate; each NULL without anything that it could end at. */
typedef struct {
    Certificate *certificate;
    PathResult *authority; /* to one that is trusted here */
    PathResult *through;   /* … of those with a certificate that a PKIX-TA record names */
    PathResult *dane_ta;
    PathResult *pkix_ta;
} Paths;

static void
paths_clear(Paths *paths)
{
    g_clear_pointer(&paths->authority, path_result_free);
    g_clear_pointer(&paths->through, path_result_free);
    g_clear_pointer(&paths->dane_ta, path_result_free);
    g_clear_pointer(&paths->pkix_ta, path_result_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Paths, paths_clear)

static gboolean
has_usage(const CertificateJudge *judge, guint8 usage)
{
    GPtrArray *records = judge->evidence.dane->records;
    for (guint i = 0; i < records->len; i++)
        if (is_considered(judge, g_ptr_array_index(records, i), usage))
            return TRUE;
    return FALSE;
}

static void
find_paths(CertificateJudge *judge, Paths *paths)
{
    paths->dane_ta = find_path(judge, judge->dane_ta, paths->certificate);
    paths->pkix_ta = find_path(judge, judge->pkix_ta, paths->certificate);
    if (has_usage(judge, SMIMEA_USAGE_PKIX_EE))
        paths->authority = find_path(judge, judge->authority, paths->certificate);
    if (judge->authority != NULL && has_usage(judge, SMIMEA_USAGE_PKIX_TA))
        paths->through = demand_revocation(
            judge, path_finder_validate_through(judge->authority, paths->certificate,
                                                is_named_by_pkix_ta, judge));
}

/* Whether the record is associated with a certificate of the path that stands above the first one,
 * or with the first one where that is an anchor itself. */
static gboolean
path_has_association(const CertificateJudge *judge, const PathResult *path,
                     const SmimeaRecord *record)
{
    guint n_path = path == NULL || path->path == NULL ? 0 : path->path->len;
    for (guint i = n_path == 1 ? 0 : 1; i < n_path; i++)
        if (associations_match(judge->associations, record, g_ptr_array_index(path->path, i)))
            return TRUE;
    return FALSE;
}

/* DANE-TA (RFC 7671 §5.2): what the records are associated with are the anchors. A certificate
 * without a path to one is another than the domain means. */
static void
compare_dane_ta(const CertificateJudge *judge, const Paths *paths, const SmimeaRecord *record,
                PolicyRecord *compared)
{
    compared->matches = path_has_association(judge, paths->dane_ta, record);
    if (compared->matches)
        compared->path = paths->dane_ta->reason;
}

/* PKIX-TA (RFC 7671 §5.4): some certificate of a path to an authority, or above that, is the
 * association. Without an authority that is trusted here, the path may be as published all the
 * same: then nobody vouches, but nothing is wrong. */
static void
compare_pkix_ta(const CertificateJudge *judge, const Paths *paths, const SmimeaRecord *record,
                PolicyRecord *compared)
{
    if (paths->through != NULL && paths->through->path != NULL) {
        compared->matches = path_has_association(judge, paths->through, record);
        compared->path = paths->through->reason;
        return;
    }
    compared->matches = path_has_association(judge, paths->pkix_ta, record);
}

static PolicyRecord
compare_record(const CertificateJudge *judge, const Paths *paths, const DaneRecord *source)
{
    const SmimeaRecord *record = source->record;
    PolicyRecord compared = {.usability = source->usability, .path = REASON_CERTIFICATE_UNTRUSTED};
    if (record == NULL)
        return compared;
    compared.usage = record->usage;
    if (!is_considered(judge, source, record->usage))
        return compared;
    if (record->usage == SMIMEA_USAGE_DANE_TA)
        compare_dane_ta(judge, paths, record, &compared);
    else if (record->usage == SMIMEA_USAGE_PKIX_TA)
        compare_pkix_ta(judge, paths, record, &compared);
    else
        compared.matches = associations_match(judge->associations, record, paths->certificate);
    if (record->usage == SMIMEA_USAGE_PKIX_EE && paths->authority != NULL)
        compared.path = paths->authority->reason;
    return compared;
}

GArray *
certificate_judge_compare_records(CertificateJudge *judge, Certificate *certificate)
{
    GArray *compared = g_array_new(FALSE, TRUE, sizeof(PolicyRecord));
    if (judge->records == NULL)
        return compared;
    g_auto(Paths) paths = {.certificate = certificate};
    find_paths(judge, &paths);
    GPtrArray *records = judge->evidence.dane->records;
    for (guint i = 0; i < records->len; i++) {
        PolicyRecord record = compare_record(judge, &paths, g_ptr_array_index(records, i));
        g_array_append_val(compared, record);
    }
    return compared;
}
