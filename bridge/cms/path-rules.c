/* SPDX-License-Identifier: MPL-2.0 */

#include "path-private.h"

/* Those that this layer looks at, so that they may be critical (RFC 5280 §4.2). */
static const SECOidTag known_extensions[] = {
    SEC_OID_X509_AUTH_KEY_ID,        SEC_OID_X509_SUBJECT_KEY_ID,
    SEC_OID_X509_KEY_USAGE,          SEC_OID_X509_EXT_KEY_USAGE,
    SEC_OID_X509_BASIC_CONSTRAINTS,  SEC_OID_X509_SUBJECT_ALT_NAME,
    SEC_OID_X509_NAME_CONSTRAINTS,   SEC_OID_X509_CRL_DIST_POINTS,
    SEC_OID_X509_FRESHEST_CRL,       SEC_OID_X509_CERTIFICATE_POLICIES,
    SEC_OID_X509_POLICY_MAPPINGS,    SEC_OID_X509_POLICY_CONSTRAINTS,
    SEC_OID_X509_INHIBIT_ANY_POLICY,
};

guint
path_reason_gravity(VerdictReason reason)
{
    static const VerdictReason ascending[] = {
        REASON_NONE,
        REASON_WEAK_ALGORITHM,
        REASON_CERTIFICATE_NOT_YET_VALID,
        REASON_CERTIFICATE_EXPIRED,
        REASON_CERTIFICATE_UNFIT,
        REASON_CERTIFICATE_REVOKED,
        REASON_CERTIFICATE_UNTRUSTED,
    };
    for (guint i = 0; i < G_N_ELEMENTS(ascending); i++)
        if (ascending[i] == reason)
            return i;
    return G_N_ELEMENTS(ascending);
}

void
path_fault_note(PathFault *fault, VerdictReason reason, const PathNode *node, const gchar *what)
{
    if (path_reason_gravity(reason) <= path_reason_gravity(fault->reason))
        return;
    fault->reason = reason;
    g_free(fault->detail);
    fault->detail =
        node == NULL ? g_strdup(what)
                     : g_strdup_printf("%s: %s", certificate_get_subject(node->certificate), what);
}

static void
judge_time(PathFault *fault, const PathNode *node, gint64 now)
{
    CertificateTime time = certificate_check_time(node->certificate, now);
    if (time == CERTIFICATE_EXPIRED)
        path_fault_note(fault, REASON_CERTIFICATE_EXPIRED, node, "expired");
    else if (time == CERTIFICATE_NOT_YET_VALID)
        path_fault_note(fault, REASON_CERTIFICATE_NOT_YET_VALID, node, "not valid yet");
}

static gboolean
is_known(const SECItem *id)
{
    SECOidTag tag = SECOID_FindOIDTag(id);
    for (gsize i = 0; i < G_N_ELEMENTS(known_extensions); i++)
        if (tag == known_extensions[i])
            return TRUE;
    return FALSE;
}

static void
judge_critical(PathFault *fault, const PathNode *node)
{
    CERTCertExtension **extensions = certificate_peek_nss(node->certificate)->extensions;
    for (gsize i = 0; extensions != NULL && extensions[i] != NULL; i++) {
        const SECItem *critical = &extensions[i]->critical;
        if (critical->len == 0 || critical->data[0] == 0 || is_known(&extensions[i]->id))
            continue;
        g_autofree gchar *id = certificate_oid_to_string(&extensions[i]->id);
        g_autofree gchar *what = g_strdup_printf("critical extension %s is not known here", id);
        path_fault_note(fault, REASON_CERTIFICATE_UNTRUSTED, node, what);
    }
}

static gboolean
allows(const gchar *const *usages, PathPurpose purpose)
{
    if (usages == NULL || g_strv_contains(usages, "anyExtendedKeyUsage"))
        return TRUE;
    return purpose == PATH_PURPOSE_MAIL
               ? g_strv_contains(usages, "emailProtection")
               : g_strv_contains(usages, "clientAuth") && g_strv_contains(usages, "serverAuth");
}

/* Of those that issue: RFC 5280 §4.2.1.3; and what they may issue for, which §4.2.1.12 leaves open
 * but everyone reads so. */
static void
judge_usages(PathFault *fault, const PathNode *node, PathPurpose purpose)
{
    const Certificate *certificate = node->certificate;
    if ((certificate->key_usage & (KEY_USAGE_ABSENT | KEY_USAGE_KEY_CERT_SIGN)) == 0)
        path_fault_note(fault, REASON_CERTIFICATE_UNFIT, node, "may not sign certificates");
    if (!allows((const gchar *const *)certificate->extended_usages, purpose))
        path_fault_note(fault, REASON_CERTIFICATE_UNFIT, node,
                        purpose == PATH_PURPOSE_MAIL ? "is no authority for mail"
                                                     : "is no authority for hosts");
}

void
path_rules_judge(const PathChain *chain, gint64 now, PathPurpose purpose, PathFault *fault)
{
    for (guint i = 0; i < chain->n_nodes; i++) {
        judge_time(fault, chain->nodes[i], now);
        if (!chain->nodes[i]->is_anchor)
            judge_critical(fault, chain->nodes[i]);
        if (i > 0)
            judge_usages(fault, chain->nodes[i], purpose);
    }
}
