/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate-private.h"
#include "distinguished-name.h"
#include "path.h"

/* A certificate that may be part of a path. */
typedef struct {
    Certificate *certificate;
    DistinguishedName *subject;
    DistinguishedName *issuer;
    gboolean is_anchor;
    gboolean is_self_issued; /* RFC 5280 §3.2: names alone, the key may be another's */
} PathNode;

/* From the subject to an anchor: names chain and signatures hold, each issuer is an authority. */
typedef struct {
    PathNode *const *nodes;
    guint n_nodes;
} PathChain;

/* path-rules.c: what a chain has to fulfil in validity, usages and critical extensions. The
 * gravest fault of all, or REASON_NONE; @out_detail tells of it. */
VerdictReason path_rules_judge(const PathChain *chain, gint64 now, gchar **out_detail);
/* How bad a reason is: of several faults of one path the gravest is reported, of several paths the
 * one with the least. */
guint path_reason_gravity(VerdictReason reason);
