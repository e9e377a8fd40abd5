/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate.h"
#include "core-limits.h"
#include "verdict.h"

/* Certification paths (RFC 5280 §6.1) over certificates outside NSS's stores.
 *
 * Checked: names chain, signatures, validity at @now, basicConstraints and path length, keyUsage
 * keyCertSign and extendedKeyUsage (PathPurpose) of those that issue, no unknown critical
 * extension; name constraints on mail addresses, directory names, host names and URIs; revocation
 * by the CRLs that are handed in (complete, delta and indirect ones); policies: a path is valid for
 * any, but where an authority requires one, one must be left.
 *
 * Certificates may be signed with SHA-1, as those of old authorities are. A path of which one is
 * signed with MD5 vouches for nobody, but is told from none at all; less than that, or a key of
 * less than LIMIT_RSA_BITS_MIN, makes no path.
 * What the subject itself may be used for: certificate_may_sign(), certificate_may_encrypt(). */

typedef struct {
    /* REASON_NONE; or, of the path that is nearest to being valid, the gravest of
     * CERTIFICATE_UNTRUSTED (no path of good signatures to an anchor, or it breaks a constraint),
     * CERTIFICATE_REVOKED, CERTIFICATE_UNFIT (an issuer is not meant to sign certificates, or not
     * for mail), CERTIFICATE_EXPIRED, CERTIFICATE_NOT_YET_VALID, WEAK_ALGORITHM (signed with MD5:
     * right in all else). */
    VerdictReason reason;
    /* (element-type Certificate): from the subject to the anchor; NULL when untrusted. */
    GPtrArray *path;
    /* Whether usable CRLs told the state of each certificate of @path but the anchor; FALSE is no
     * fault. */
    gboolean revocation_known;
    /* English, for logs and --verbose: which certificate failed and how, or why its revocation
     * isn't known although there are CRLs; else NULL. */
    gchar *detail;
} PathResult;

/* Looks for the paths of several certificates, such as those of a message's signers, among the same
 * others: what was computed for one serves the next, and the limits are for all of them. */
typedef struct _PathFinder PathFinder;

/**
 * path_finder_new:
 * @others: (element-type Certificate) (nullable): intermediates, in any order, from anywhere
 * @anchors: (element-type Certificate): what is trusted, self-signed or not. What they say of
 *   themselves counts (validity, usages, path length); their signature and critical extensions
 *   don't. One of version 1, without extensions, may issue
 * @crls: (element-type GBytes) (nullable): DER. Those that can't be used (not current, not signed
 * by one who may, of other certificates, malformed) revoke nothing, nor do missing ones
 * @now: seconds since 1970
 */
PathFinder *path_finder_new(GPtrArray *others, GPtrArray *anchors, GPtrArray *crls, gint64 now);
void path_finder_free(PathFinder *finder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PathFinder, path_finder_free)

/* What certificates are for, where those that issue them have an extendedKeyUsage (any, or all that
 * is named here, has to stand in it). The subject's own is not looked at. */
typedef enum {
    PATH_PURPOSE_MAIL, /* emailProtection */
    PATH_PURPOSE_HOSTS /* clientAuth and serverAuth */
} PathPurpose;
/* PATH_PURPOSE_MAIL unless it is set, before the first path is looked for. */
void path_finder_set_purpose(PathFinder *finder, PathPurpose purpose);

/* Certificates of a path, and issuers that are tried. */
#define PATH_MAX_LENGTH LIMIT_PATH_LENGTH
#define PATH_MAX_STEPS  LIMIT_PATH_STEPS

/**
 * path_finder_validate:
 * @certificate: whose path is wanted; one of the anchors is a path of itself
 *
 * Tries at most PATH_MAX_STEPS issuers in all the calls for one finder, and PATH_MAX_LENGTH deep,
 * so that hostile sets cost little; anchors and those with the right key identifier first. Nor does
 * it compute more than LIMIT_PATH_WORK of signatures for them.
 *
 * Returns: (transfer full): never %NULL
 */
PathResult *path_finder_validate(PathFinder *finder, Certificate *certificate);

/* Whether a certificate is one that a path has to lead to or through. */
typedef gboolean (*PathWantedFunc)(Certificate *certificate, gpointer data);

/**
 * path_finder_validate_through:
 * @is_wanted: asked of the certificates above @certificate; of that itself only where it is the
 *   whole path
 *
 * Looks only at paths that have a wanted certificate (RFC 7671 §5.4: one that the domain names). It
 * may stand above the anchor: from there on names and signatures have to chain, and the issuers to
 * be authorities, but no more is asked of them, since nothing rests on them. The path of the result
 * then goes on to the wanted one.
 */
PathResult *path_finder_validate_through(PathFinder *finder, Certificate *certificate,
                                         PathWantedFunc is_wanted, gpointer data);

/* What the CRLs tell of one certificate. */
typedef enum {
    PATH_STATE_NO_ISSUER, /* no anchor issued it */
    PATH_STATE_UNKNOWN,
    PATH_STATE_NOT_REVOKED,
    PATH_STATE_REVOKED
} PathState;

/* Of @certificate alone, below an anchor that issued it, whatever else is wrong with it: that it
 * has expired, or an extension that is not known here, does not make it less revoked. */
PathState path_finder_find_state(PathFinder *finder, Certificate *certificate);

/* The same as path_finder_validate() for one certificate. */
PathResult *path_validate(Certificate *certificate, GPtrArray *others, GPtrArray *anchors,
                          GPtrArray *crls, gint64 now);
void path_result_free(PathResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PathResult, path_result_free)
