/* SPDX-License-Identifier: MPL-2.0 */

#include "path-revocation.h"

#include "cms-error.h"
#include "signature-work.h"
#include "x509-signature.h"

struct _PathRevocation {
    GPtrArray *crls; /* (element-type Crl) */
    GPtrArray *nodes;
    gint64 now;
    PathSignerFunc is_valid;
    gpointer data;
    GHashTable *usable;        /* of a CRL and an anchor, see find_usability() */
    SignatureWork issuer_work; /* of CRLs' signatures under the keys of certificates' issuers */
    SignatureWork other_work;  /* … and under others' */
    CrlRoom room;
};

/* One certificate of a chain, while its state is being found out. */
typedef struct {
    PathRevocation *revocation;
    PathNode *node;
    PathNode *issuer;
    const PathNode *anchor;
    guint reasons; /* covered so far */
    gboolean is_revoked;
    const gchar *obstacle; /* why a CRL that seemed to be meant isn't used */
} Inquiry;

PathRevocation *
path_revocation_new(GPtrArray *crls, GPtrArray *nodes, gint64 now, PathSignerFunc is_valid,
                    gpointer data)
{
    PathRevocation *revocation = g_new0(PathRevocation, 1);
    gsize n_octets = 0;
    revocation->crls = g_ptr_array_new_with_free_func((GDestroyNotify)crl_free);
    revocation->nodes = nodes;
    revocation->now = now;
    revocation->is_valid = is_valid;
    revocation->data = data;
    revocation->issuer_work.n_left = LIMIT_ISSUER_CRL_WORK;
    revocation->other_work.n_left = LIMIT_OTHER_CRL_WORK;
    revocation->room = CRL_ROOM_ALL;
    revocation->usable = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; crls != NULL && i < MIN(crls->len, LIMIT_CERTIFICATES); i++) {
        GBytes *der = g_ptr_array_index(crls, i);
        n_octets += g_bytes_get_size(der);
        Crl *crl = n_octets > LIMIT_CRLS_OCTETS ? NULL : crl_new(der, NULL);
        if (crl != NULL)
            g_ptr_array_add(revocation->crls, crl);
    }
    return revocation;
}

void
path_revocation_free(PathRevocation *revocation)
{
    if (revocation == NULL)
        return;
    g_hash_table_unref(revocation->usable);
    g_ptr_array_unref(revocation->crls);
    g_free(revocation);
}

static gboolean
has_signed(const Crl *crl, const PathNode *signer, SignatureWork *work)
{
    guint usages = KEY_USAGE_ABSENT | KEY_USAGE_CRL_SIGN;
    return distinguished_name_equal(signer->subject, crl_get_issuer(crl)) &&
           (signer->certificate->key_usage & usages) != 0 &&
           signature_work_take(work, signer->certificate, g_bytes_get_size(crl_get_der(crl))) &&
           x509_signature_check(crl_get_der(crl), signer->certificate) == SIGNATURE_CHECK_GOOD;
}

/* RFC 5280 §6.3.3 (f): the path of the CRL's signer ends at the same anchor. The certificate's
 * issuer is on the chain that is judged; others need one of their own. */
static gboolean
find_signer(const Inquiry *inquiry, const Crl *crl)
{
    PathRevocation *revocation = inquiry->revocation;
    if (has_signed(crl, inquiry->issuer, &revocation->issuer_work))
        return TRUE;
    for (guint i = 0; i < revocation->nodes->len; i++) {
        PathNode *signer = g_ptr_array_index(revocation->nodes, i);
        if (signer != inquiry->issuer && has_signed(crl, signer, &revocation->other_work) &&
            (signer == inquiry->anchor ||
             revocation->is_valid(revocation->data, signer, inquiry->anchor)))
            return TRUE;
    }
    return FALSE;
}

static const gchar *
find_fault(const Inquiry *inquiry, Crl *crl)
{
    if (!crl_is_current(crl, inquiry->revocation->now))
        return "its CRL is not current";
    if (!find_signer(inquiry, crl))
        return "its CRL is not signed by one who may";
    g_autoptr(GError) error = NULL;
    if (crl_load_entries(crl, &inquiry->revocation->room, &error))
        return NULL;
    return g_error_matches(error, CMS_ERROR, CMS_ERROR_LIMIT) ? "its CRL has too many entries"
                                                              : "its CRL is malformed";
}

/* NULL: the CRL may be used. Computed once for each CRL, issuer and anchor. */
static const gchar *
find_obstacle(const Inquiry *inquiry, Crl *crl)
{
    g_autofree gchar *key =
        g_strdup_printf("%p %p %p", (const void *)crl, (const void *)inquiry->issuer,
                        (const void *)inquiry->anchor);
    gpointer known;
    if (g_hash_table_lookup_extended(inquiry->revocation->usable, key, NULL, &known))
        return known;
    const gchar *obstacle = find_fault(inquiry, crl);
    g_hash_table_insert(inquiry->revocation->usable, g_steal_pointer(&key), (gpointer)obstacle);
    return obstacle;
}

static gboolean
names_directory(GPtrArray *names, const DistinguishedName *wanted)
{
    for (guint i = 0; i < names->len; i++) {
        const GeneralName *name = g_ptr_array_index(names, i);
        if (name->tag == GENERAL_NAME_DIRECTORY && distinguished_name_equal(name->name, wanted))
            return TRUE;
    }
    return FALSE;
}

/* RFC 5280 §6.3.3 (b) (1). */
static gboolean
is_of_issuer(const Inquiry *inquiry, const DistributionPoint *point, const Crl *crl)
{
    if (point->crl_issuer == NULL)
        return distinguished_name_equal(crl_get_issuer(crl), inquiry->node->issuer);
    return crl_get_point(crl)->is_indirect &&
           names_directory(point->crl_issuer, crl_get_issuer(crl));
}

/* (b) (2) (i): a point without a name is that of its cRLIssuer, or without that the issuer's. */
static gboolean
is_of_point(const Inquiry *inquiry, const DistributionPoint *point, const Crl *crl)
{
    GPtrArray *covered = crl_get_point(crl)->names;
    if (covered == NULL)
        return TRUE;
    if (point->names != NULL)
        return general_names_overlap(covered, point->names);
    if (point->crl_issuer != NULL)
        return general_names_overlap(covered, point->crl_issuer);
    return names_directory(covered, inquiry->node->issuer);
}

/* (b) (2) (ii) to (iv). */
static gboolean
is_of_kind(const Inquiry *inquiry, const Crl *crl)
{
    const IssuingPoint *covered = crl_get_point(crl);
    gboolean is_authority = certificate_is_authority(inquiry->node->certificate);
    return !(covered->only_user_certificates && is_authority) &&
           !(covered->only_authority_certificates && !is_authority) &&
           !covered->only_attribute_certificates;
}

static CrlEntry
find_entry(const Inquiry *inquiry, const Crl *crl)
{
    return crl_find(crl, inquiry->node->issuer, certificate_get_serial(inquiry->node->certificate));
}

/* (c), (i): what a newer delta says stands above the complete CRL. */
static CrlEntry
find_delta_entry(Inquiry *inquiry, const Crl *base)
{
    GPtrArray *crls = inquiry->revocation->crls;
    CrlEntry found = CRL_ENTRY_ABSENT;
    for (guint i = 0; i < crls->len && found != CRL_ENTRY_REVOKED; i++) {
        Crl *delta = g_ptr_array_index(crls, i);
        if (!crl_is_delta(delta) || !crl_delta_fits(delta, base) ||
            find_obstacle(inquiry, delta) != NULL)
            continue;
        CrlEntry entry = find_entry(inquiry, delta);
        if (entry != CRL_ENTRY_ABSENT)
            found = entry;
    }
    return found;
}

static void
consult(Inquiry *inquiry, const DistributionPoint *point, Crl *crl)
{
    if (crl_is_delta(crl) || !is_of_issuer(inquiry, point, crl))
        return;
    if (!is_of_point(inquiry, point, crl) || !is_of_kind(inquiry, crl)) {
        inquiry->obstacle = "its issuer's CRL is for others";
        return;
    }
    const gchar *obstacle = find_obstacle(inquiry, crl);
    if (obstacle != NULL) {
        inquiry->obstacle = obstacle;
        return;
    }
    CrlEntry entry = find_delta_entry(inquiry, crl);
    if (entry == CRL_ENTRY_ABSENT)
        entry = find_entry(inquiry, crl);
    if (entry == CRL_ENTRY_REVOKED)
        inquiry->is_revoked = TRUE;
    /* X.509 §7.3: a list with an unknown critical extension may be incomplete. */
    if (crl_has_unknown_critical(crl))
        inquiry->obstacle = "its CRL has a critical extension that is not known here";
    else
        inquiry->reasons |= point->reasons & crl_get_point(crl)->reasons;
}

static void
consult_all(Inquiry *inquiry, const DistributionPoint *point)
{
    GPtrArray *crls = inquiry->revocation->crls;
    for (guint i = 0; i < crls->len; i++)
        consult(inquiry, point, g_ptr_array_index(crls, i));
}

static void
inquire(Inquiry *inquiry)
{
    g_autoptr(GPtrArray) points = distribution_points_read(inquiry->node->certificate);
    for (guint i = 0; points != NULL && i < points->len; i++)
        consult_all(inquiry, g_ptr_array_index(points, i));
    /* §6.3.3, last paragraph, and §6.3.2 for certificates that name no point at all. */
    static const DistributionPoint any = {NULL, DISTRIBUTION_REASONS_ALL, NULL};
    if (inquiry->reasons != DISTRIBUTION_REASONS_ALL)
        consult_all(inquiry, &any);
}

static void
add_remark(GString *remarks, const Inquiry *inquiry)
{
    const gchar *why = inquiry->obstacle;
    if (why == NULL)
        why = inquiry->reasons == 0 ? "no CRL is at hand" : "its CRLs are for some reasons only";
    if (remarks->len > 0)
        g_string_append(remarks, "; ");
    g_string_append_printf(remarks, "%s: revocation unknown, %s",
                           certificate_get_subject(inquiry->node->certificate), why);
}

/* From the anchor down: what an authority below brings (its CRLs may be many and long) must not use
 * up what those above it need to say that it is revoked. */
gboolean
path_revocation_judge(PathRevocation *revocation, const PathChain *chain, GString *remarks,
                      PathFault *fault)
{
    gboolean is_complete = TRUE;
    const PathNode *anchor = chain->nodes[chain->n_nodes - 1];
    for (guint i = chain->n_nodes - 1; i > 0; i--) {
        Inquiry inquiry = {revocation, chain->nodes[i - 1], chain->nodes[i], anchor, 0, FALSE,
                           NULL};
        inquire(&inquiry);
        if (inquiry.is_revoked) {
            path_fault_note(fault, REASON_CERTIFICATE_REVOKED, chain->nodes[i - 1], "revoked");
            return FALSE;
        }
        if (inquiry.reasons != DISTRIBUTION_REASONS_ALL) {
            is_complete = FALSE;
            add_remark(remarks, &inquiry);
        }
    }
    return is_complete;
}
