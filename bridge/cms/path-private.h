/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate-private.h"
#include "path.h"

/* nameConstraints and the names that they apply to, read once (path-constraints.c). */
typedef struct _PathNames PathNames;
void path_names_free(PathNames *names);

/* A certificate that may be part of a path. */
typedef struct {
    Certificate *certificate;
    const DistinguishedName *subject; /* the certificate's own */
    const DistinguishedName *issuer;
    gboolean is_anchor;
    gboolean is_self_issued; /* RFC 5280 §3.2: names alone, the key may be another's */
    gboolean is_judged;      /* as a signer of CRLs, at this moment */
    PathNames *names;        /* NULL until wanted */
} PathNode;

/* From the subject to an anchor: names chain and signatures hold, each issuer is an authority. */
typedef struct {
    PathNode *const *nodes;
    guint n_nodes;
} PathChain;

/* The gravest fault of a chain. */
typedef struct {
    VerdictReason reason;
    gchar *detail; /* of that one */
} PathFault;
/* @node: (nullable): whose fault it is. */
void path_fault_note(PathFault *fault, VerdictReason reason, const PathNode *node,
                     const gchar *what);
/* How bad a reason is: of several faults of one path the gravest is reported, of several paths the
 * one with the least. */
guint path_reason_gravity(VerdictReason reason);

/* Each notes what a chain lacks. path-rules.c: validity, usages, critical extensions. */
void path_rules_judge(const PathChain *chain, gint64 now, PathPurpose purpose, PathFault *fault);
/* path-constraints.c: nameConstraints (RFC 5280 §4.2.1.10). @n_comparisons: so many may still be
 * made for this and further chains. */
void path_constraints_judge(const PathChain *chain, guint *n_comparisons, PathFault *fault);
/* path-policy.c: that a policy is left where one is required (RFC 5280 §6.1, with any policy wanted
 * and nothing inhibited at the beginning). */
void path_policy_judge(const PathChain *chain, PathFault *fault);
