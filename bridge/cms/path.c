/* SPDX-License-Identifier: MPL-2.0 */

#include "path.h"

#include "path-private.h"
#include "path-revocation.h"
#include "signature-work.h"
#include "x509-signature.h"

#define HASHED_OCTETS 16u

/* What was found out of a chain that has reached an anchor. */
typedef struct {
    PathFault fault;
    gboolean revocation_known;
} Finding;

static void
finding_clear(Finding *finding)
{
    g_free(finding->fault.detail);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Finding, finding_clear)

typedef struct {
    gint64 now;
    PathPurpose purpose;
    GPtrArray *nodes;       /* (element-type PathNode): each certificate once */
    GHashTable *by_der;     /* (element-type GBytes PathNode) */
    GHashTable *signatures; /* of a pair of nodes, see check_link() */
    guint n_steps;
    guint n_comparisons; /* of names with constraints, that may still be made */
    SignatureWork work;  /* of signatures, likewise */

    GPtrArray *crls; /* (element-type GBytes) (nullable) */
    PathRevocation *revocation;
    const PathNode *only_anchor; /* (nullable): no other one will do */

    PathWantedFunc is_wanted; /* (nullable): see path_finder_validate_through() */
    gpointer wanted_data;
    const Finding *anchored; /* (nullable): of the chain's part up to the best anchor on it */

    PathNode *chain[PATH_MAX_LENGTH];
    guint n_chain;

    PathResult *best;
    guint best_depth; /* of chains without an anchor: the longest one explains most */
} PathSearch;

static PathResult *
path_result_new(void)
{
    PathResult *result = g_new0(PathResult, 1);
    result->reason = REASON_CERTIFICATE_UNTRUSTED;
    return result;
}

static void
node_free(gpointer data)
{
    PathNode *node = data;
    certificate_unref(node->certificate);
    g_clear_pointer(&node->names, path_names_free);
    g_free(node);
}

/* Of the last octets, which are the signature's. To read all of every anchor, for each message,
 * would cost more than the collisions that somebody could make among the few certificates they
 * send. */
static guint
hash_der(gconstpointer key)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data((GBytes *)key, &n_octets);
    guint hash = 0;
    for (gsize i = n_octets - MIN(n_octets, HASHED_OCTETS); i < n_octets; i++)
        hash = hash * 33 + octets[i];
    return hash;
}

/* NULL if its names can't be compared: nothing chains to it then. */
static PathNode *
add_node(PathSearch *search, Certificate *certificate, gboolean is_anchor)
{
    PathNode *node = g_hash_table_lookup(search->by_der, certificate_get_der(certificate));
    if (node != NULL) {
        node->is_anchor = node->is_anchor || is_anchor;
        return node;
    }
    const DistinguishedName *subject = NULL, *issuer = NULL;
    if (!certificate_prepare_names(certificate, &subject, &issuer))
        return NULL;
    node = g_new0(PathNode, 1);
    node->certificate = certificate_ref(certificate);
    node->is_anchor = is_anchor;
    node->is_self_issued = distinguished_name_equal(subject, issuer);
    node->subject = subject;
    node->issuer = issuer;
    g_ptr_array_add(search->nodes, node);
    g_hash_table_insert(search->by_der, certificate_get_der(certificate), node);
    return node;
}

static void
add_nodes(PathSearch *search, GPtrArray *certificates, gboolean are_anchors)
{
    for (guint i = 0; certificates != NULL && i < certificates->len; i++)
        add_node(search, g_ptr_array_index(certificates, i), are_anchors);
}

/* Takes @detail. */
static void
note_broken(PathSearch *search, gchar *detail)
{
    PathResult *best = search->best;
    if (best->reason != REASON_CERTIFICATE_UNTRUSTED || search->n_chain <= search->best_depth) {
        g_free(detail);
        return;
    }
    search->best_depth = search->n_chain;
    g_free(best->detail);
    best->detail = detail;
}

/* How a certificate is signed by another one. */
typedef enum { LINK_UNSUPPORTED, LINK_BAD, LINK_WEAK, LINK_GOOD } Link;

static Link
examine_link(const PathNode *node, const PathNode *issuer)
{
    gboolean is_weak = FALSE;
    switch (x509_signature_examine(certificate_get_der(node->certificate), issuer->certificate,
                                   &is_weak)) {
    case SIGNATURE_CHECK_GOOD:
        return is_weak ? LINK_WEAK : LINK_GOOD;
    case SIGNATURE_CHECK_BAD:
        return LINK_BAD;
    case SIGNATURE_CHECK_UNSUPPORTED:
    default:
        return LINK_UNSUPPORTED;
    }
}

/* Each pair is computed once, in however many chains it stands. */
static Link
check_link(PathSearch *search, const PathNode *node, const PathNode *issuer)
{
    g_autofree gchar *pair = g_strdup_printf("%p %p", (const void *)node, (const void *)issuer);
    gpointer known;
    if (g_hash_table_lookup_extended(search->signatures, pair, NULL, &known))
        return (Link)GPOINTER_TO_INT(known);
    gsize n_octets = g_bytes_get_size(certificate_get_der(node->certificate));
    if (!signature_work_take(&search->work, issuer->certificate, n_octets))
        return LINK_UNSUPPORTED;
    Link link = examine_link(node, issuer);
    g_hash_table_insert(search->signatures, g_steal_pointer(&pair), GINT_TO_POINTER((gint)link));
    return link;
}

/* RFC 4158 §2.4.2: neither a certificate twice nor, in other certificates, the same name with the
 * same key: cross-certificates would lead round and round. */
static gboolean
is_in_chain(const PathSearch *search, const PathNode *candidate)
{
    for (guint i = 0; i < search->n_chain; i++) {
        const PathNode *node = search->chain[i];
        if (node == candidate || (g_bytes_equal(certificate_get_spki(node->certificate),
                                                certificate_get_spki(candidate->certificate)) &&
                                  distinguished_name_equal(node->subject, candidate->subject)))
            return TRUE;
    }
    return FALSE;
}

/* RFC 5280 §6.1.4 (k). Certificates of version 1 know no extensions: as anchors, they are what the
 * user says they are. */
static gboolean
is_issuer(const PathNode *node)
{
    const CERTCertificate *nss = certificate_peek_nss(node->certificate);
    if (node->is_anchor && nss->extensions == NULL)
        return TRUE;
    return certificate_is_authority(node->certificate);
}

/* RFC 5280 §4.2.1.9: self-issued certificates between don't count, nor does the subject. */
static gboolean
is_short_enough(const PathSearch *search, const PathNode *issuer)
{
    gint n_between = 0;
    for (guint i = 1; i < search->n_chain; i++)
        if (!search->chain[i]->is_self_issued)
            n_between++;
    return issuer->certificate->path_length < 0 || n_between <= issuer->certificate->path_length;
}

/* NULL: @issuer can be the next one of the chain. */
static const gchar *
find_obstacle(PathSearch *search, const PathNode *issuer)
{
    if (!is_issuer(issuer))
        return "is no authority";
    if (!is_short_enough(search, issuer))
        return "allows no path of this length";
    switch (check_link(search, search->chain[search->n_chain - 1], issuer)) {
    case LINK_GOOD:
    case LINK_WEAK:
        return NULL;
    case LINK_UNSUPPORTED:
        return "its key, or the algorithm that it signed with, is not taken, or there are too many "
               "signatures to compute";
    case LINK_BAD:
    default:
        return "is of that name, but its key did not sign";
    }
}

/* The identifier of the issuer's key that @certificate states (RFC 5280 §4.2.1.1), or NULL. */
static GBytes *
dup_authority_key_identifier(const Certificate *certificate)
{
    SECItem value;
    if (!certificate_find_extension(certificate, SEC_OID_X509_AUTH_KEY_ID, &value))
        return NULL;
    g_autoptr(GBytes) der = g_bytes_new_static(value.data, value.len);
    BerReader all, fields;
    BerSlice identifier;
    ber_reader_init(&all, der);
    if (!ber_enter(&all, BER_SEQUENCE, "", &fields, NULL) || ber_peek(&fields) != BER_CONTEXT(0) ||
        !ber_read(&fields, BER_CONTEXT(0), "", &identifier, NULL))
        return NULL;
    return g_bytes_new(identifier.octets, identifier.n_octets);
}

typedef struct {
    PathNode *node;
    gint rank;
} Candidate;

/* Anchors first; then those with the right key identifier, at last those with a wrong one: it is a
 * hint (RFC 4158 §3.5.12). */
static gint
rank_candidate(const PathSearch *search, const PathNode *node, GBytes *wanted)
{
    gint rank = node->is_anchor ? 8 : 0;
    GBytes *identifier = certificate_get_key_identifier(node->certificate);
    if (wanted != NULL && identifier != NULL)
        rank += g_bytes_equal(wanted, identifier) ? 4 : -4;
    if (certificate_check_time(node->certificate, search->now) == CERTIFICATE_VALID)
        rank += 2;
    return rank + (certificate_is_authority(node->certificate) ? 1 : 0);
}

static gint
compare_candidates(gconstpointer a, gconstpointer b)
{
    return ((const Candidate *)b)->rank - ((const Candidate *)a)->rank;
}

static GArray *
find_candidates(PathSearch *search, const PathNode *node)
{
    g_autoptr(GBytes) wanted = dup_authority_key_identifier(node->certificate);
    GArray *candidates = g_array_new(FALSE, FALSE, sizeof(Candidate));
    for (guint i = 0; i < search->nodes->len; i++) {
        PathNode *other = g_ptr_array_index(search->nodes, i);
        if (!distinguished_name_equal(other->subject, node->issuer) || is_in_chain(search, other))
            continue;
        Candidate candidate = {other, rank_candidate(search, other, wanted)};
        g_array_append_val(candidates, candidate);
    }
    g_array_sort(candidates, compare_candidates);
    return candidates;
}

static gboolean extend(PathSearch *search);

/* Of those who sign CRLs for others: a search within the search, at its expense. */
static gboolean
is_valid_signer(gpointer data, PathNode *signer, const PathNode *anchor)
{
    PathSearch *search = data;
    if (signer->is_judged)
        return FALSE;
    PathSearch inner = *search;
    inner.best = path_result_new();
    inner.best_depth = 0;
    inner.only_anchor = anchor;
    inner.is_wanted = NULL;
    inner.anchored = NULL;
    inner.chain[0] = signer;
    inner.n_chain = 1;
    signer->is_judged = TRUE;
    gboolean is_valid = extend(&inner);
    signer->is_judged = FALSE;
    search->n_steps = inner.n_steps;
    search->n_comparisons = inner.n_comparisons;
    search->work = inner.work;
    path_result_free(inner.best);
    return is_valid;
}

static gboolean
judge_revocation(PathSearch *search, const PathChain *chain, GString *remarks, PathFault *fault)
{
    if (search->crls == NULL || search->crls->len == 0)
        return chain->n_nodes == 1;
    return path_revocation_judge(search->revocation, chain, remarks, fault);
}

static void
judge_links(PathSearch *search, PathFault *fault)
{
    for (guint i = 0; i + 1 < search->n_chain; i++)
        if (check_link(search, search->chain[i], search->chain[i + 1]) == LINK_WEAK)
            path_fault_note(fault, REASON_WEAK_ALGORITHM, search->chain[i], "is signed with MD5");
}

/* The chain has reached an anchor. */
static void
examine_chain(PathSearch *search, Finding *finding)
{
    PathChain chain = {search->chain, search->n_chain};
    PathFault *fault = &finding->fault;
    g_autoptr(GString) remarks = g_string_new(NULL);
    judge_links(search, fault);
    path_rules_judge(&chain, search->now, search->purpose, fault);
    path_constraints_judge(&chain, &search->n_comparisons, fault);
    path_policy_judge(&chain, fault);
    finding->revocation_known = judge_revocation(search, &chain, remarks, fault);
    if (fault->detail == NULL && remarks->len > 0)
        fault->detail = g_string_free(g_steal_pointer(&remarks), FALSE);
}

/* Whether the chain, of which that was found, is a valid path. It is the result unless there was a
 * better one. */
static gboolean
offer_chain(PathSearch *search, const Finding *finding)
{
    PathResult *best = search->best;
    VerdictReason reason = finding->fault.reason;
    if (best->path != NULL && path_reason_gravity(reason) >= path_reason_gravity(best->reason))
        return FALSE;
    g_clear_pointer(&best->path, g_ptr_array_unref);
    best->path = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    for (guint i = 0; i < search->n_chain; i++)
        g_ptr_array_add(best->path, certificate_ref(search->chain[i]->certificate));
    best->reason = reason;
    best->revocation_known = finding->revocation_known;
    g_free(best->detail);
    best->detail = g_strdup(finding->fault.detail);
    search->best_depth = G_MAXUINT;
    return reason == REASON_NONE;
}

static gboolean
has_wanted(const PathSearch *search)
{
    if (search->is_wanted == NULL)
        return TRUE;
    for (guint i = search->n_chain == 1 ? 0 : 1; i < search->n_chain; i++)
        if (search->is_wanted(search->chain[i]->certificate, search->wanted_data))
            return TRUE;
    return FALSE;
}

/* The last one of the chain, above an anchor. */
static gboolean
is_wanted_above(const PathSearch *search)
{
    return search->anchored != NULL &&
           search->is_wanted(search->chain[search->n_chain - 1]->certificate, search->wanted_data);
}

static gboolean
try_candidate(PathSearch *search, PathNode *issuer)
{
    const gchar *obstacle = find_obstacle(search, issuer);
    if (obstacle != NULL) {
        note_broken(search, g_strdup_printf("%s: %s", certificate_get_subject(issuer->certificate),
                                            obstacle));
        return FALSE;
    }
    search->chain[search->n_chain++] = issuer;
    gboolean found = extend(search);
    search->n_chain--;
    return found;
}

static gboolean
try_candidates(PathSearch *search, const PathNode *last)
{
    g_autoptr(GArray) candidates = find_candidates(search, last);
    if (candidates->len == 0 && !last->is_anchor)
        note_broken(search, g_strdup_printf("%s: the certificate of its issuer is not at hand",
                                            certificate_get_subject(last->certificate)));
    if (candidates->len > 0 && search->n_chain == PATH_MAX_LENGTH) {
        note_broken(search, g_strdup_printf("path of more than %u certificates", PATH_MAX_LENGTH));
        return FALSE;
    }
    for (guint i = 0; i < candidates->len; i++) {
        if (++search->n_steps > PATH_MAX_STEPS) {
            note_broken(search, g_strdup("too many certificates to choose from"));
            return FALSE;
        }
        if (try_candidate(search, g_array_index(candidates, Candidate, i).node))
            return TRUE;
    }
    return FALSE;
}

/* At an anchor. A chain that lacks what is wanted goes on above it. */
static gboolean
extend_from_anchor(PathSearch *search, const PathNode *last)
{
    g_auto(Finding) finding = {0};
    const Finding *below = search->anchored;
    examine_chain(search, &finding);
    if (has_wanted(search) && offer_chain(search, &finding))
        return TRUE;
    if (search->is_wanted != NULL &&
        (below == NULL ||
         path_reason_gravity(finding.fault.reason) < path_reason_gravity(below->fault.reason)))
        search->anchored = &finding;
    gboolean found = try_candidates(search, last);
    search->anchored = below;
    return found;
}

/* Depth first, to every issuer of the chain's last certificate. TRUE: a valid path is found. */
static gboolean
extend(PathSearch *search)
{
    const PathNode *last = search->chain[search->n_chain - 1];
    if (is_wanted_above(search) && offer_chain(search, search->anchored))
        return TRUE;
    gboolean is_end =
        last->is_anchor && (search->only_anchor == NULL || search->only_anchor == last);
    return is_end ? extend_from_anchor(search, last) : try_candidates(search, last);
}

struct _PathFinder {
    PathSearch search;
};

PathFinder *
path_finder_new(GPtrArray *others, GPtrArray *anchors, GPtrArray *crls, gint64 now)
{
    g_return_val_if_fail(anchors != NULL, NULL);
    PathFinder *finder = g_new0(PathFinder, 1);
    PathSearch *search = &finder->search;
    search->now = now;
    search->crls = crls == NULL ? NULL : g_ptr_array_ref(crls);
    search->n_comparisons = LIMIT_CONSTRAINT_COMPARISONS;
    search->work.n_left = LIMIT_PATH_WORK;
    search->nodes = g_ptr_array_new_with_free_func(node_free);
    search->by_der = g_hash_table_new(hash_der, g_bytes_equal);
    search->signatures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    add_nodes(search, anchors, TRUE);
    add_nodes(search, others, FALSE);
    search->revocation = path_revocation_new(crls, search->nodes, now, is_valid_signer, search);
    return finder;
}

void
path_finder_set_purpose(PathFinder *finder, PathPurpose purpose)
{
    finder->search.purpose = purpose;
}

void
path_finder_free(PathFinder *finder)
{
    if (finder == NULL)
        return;
    PathSearch *search = &finder->search;
    g_clear_pointer(&search->signatures, g_hash_table_unref);
    g_clear_pointer(&search->by_der, g_hash_table_unref);
    g_clear_pointer(&search->revocation, path_revocation_free);
    g_clear_pointer(&search->nodes, g_ptr_array_unref);
    g_clear_pointer(&search->crls, g_ptr_array_unref);
    g_free(finder);
}

PathResult *
path_finder_validate_through(PathFinder *finder, Certificate *certificate, PathWantedFunc is_wanted,
                             gpointer data)
{
    g_return_val_if_fail(certificate != NULL, NULL);
    PathSearch *search = &finder->search;
    PathNode *subject = add_node(search, certificate, FALSE);
    search->is_wanted = is_wanted;
    search->wanted_data = data;
    search->best = path_result_new();
    search->best_depth = 0;
    search->n_chain = 0;
    if (subject == NULL) {
        search->best->detail = g_strdup("certificate's names can't be read");
    } else {
        search->chain[search->n_chain++] = subject;
        extend(search);
    }
    if (search->best->reason == REASON_CERTIFICATE_UNTRUSTED)
        g_clear_pointer(&search->best->path, g_ptr_array_unref);
    if (search->best->path != NULL) {
        /* The node may be of another object with the same octets. */
        certificate_unref(search->best->path->pdata[0]);
        search->best->path->pdata[0] = certificate_ref(certificate);
    }
    return g_steal_pointer(&search->best);
}

PathResult *
path_finder_validate(PathFinder *finder, Certificate *certificate)
{
    return path_finder_validate_through(finder, certificate, NULL, NULL);
}

static PathState
find_state_below(PathSearch *search, PathNode *issuer)
{
    g_auto(Finding) finding = {0};
    g_autoptr(GString) remarks = g_string_new(NULL);
    if (!issuer->is_anchor || find_obstacle(search, issuer) != NULL)
        return PATH_STATE_NO_ISSUER;
    search->chain[1] = issuer;
    const PathChain chain = {search->chain, 2};
    gboolean is_known = judge_revocation(search, &chain, remarks, &finding.fault);
    if (finding.fault.reason == REASON_CERTIFICATE_REVOKED)
        return PATH_STATE_REVOKED;
    return is_known ? PATH_STATE_NOT_REVOKED : PATH_STATE_UNKNOWN;
}

PathState
path_finder_find_state(PathFinder *finder, Certificate *certificate)
{
    PathSearch *search = &finder->search;
    PathNode *subject = add_node(search, certificate, FALSE);
    PathState state = PATH_STATE_NO_ISSUER;
    if (subject == NULL)
        return state;
    search->chain[0] = subject;
    search->n_chain = 1;
    g_autoptr(GArray) candidates = find_candidates(search, subject);
    for (guint i = 0; i < candidates->len && state != PATH_STATE_REVOKED; i++) {
        if (++search->n_steps > PATH_MAX_STEPS)
            break;
        PathState found = find_state_below(search, g_array_index(candidates, Candidate, i).node);
        state = MAX(state, found);
    }
    return state;
}

PathResult *
path_validate(Certificate *certificate, GPtrArray *others, GPtrArray *anchors, GPtrArray *crls,
              gint64 now)
{
    g_return_val_if_fail(certificate != NULL && anchors != NULL, NULL);
    g_autoptr(PathFinder) finder = path_finder_new(others, anchors, crls, now);
    return path_finder_validate(finder, certificate);
}

void
path_result_free(PathResult *result)
{
    if (result == NULL)
        return;
    g_clear_pointer(&result->path, g_ptr_array_unref);
    g_free(result->detail);
    g_free(result);
}
