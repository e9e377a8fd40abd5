/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "ber.h"

/* A Name of X.501, prepared to be compared as RFC 5280 §7.1 asks: attribute values that are text
 * are equal whatever their string type, case and runs of spaces; all others are equal if their
 * octets are. */
typedef struct {
    GPtrArray *rdns; /* (element-type GBytes): one octet string for what compares as one RDN */
} DistinguishedName;

/* CMS_ERROR_MALFORMED, CMS_ERROR_LIMIT. @der: the whole Name, with its SEQUENCE. */
DistinguishedName *distinguished_name_new(GBytes *der, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same of a part of @owner. */
DistinguishedName *distinguished_name_new_slice(GBytes *owner, BerSlice der,
                                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @base with one more RDN behind it: @rdn is the contents of its SET (RFC 5280 §4.2.1.13,
 * nameRelativeToCRLIssuer). */
DistinguishedName *distinguished_name_new_relative(const DistinguishedName *base, GBytes *owner,
                                                   BerSlice rdn,
                                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void distinguished_name_free(DistinguishedName *name);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DistinguishedName, distinguished_name_free)

gboolean distinguished_name_equal(const DistinguishedName *a, const DistinguishedName *b);
/* Whether @name begins with all of @subtree (RFC 5280 §4.2.1.10); every name does with the empty
 * one. */
gboolean distinguished_name_is_within(const DistinguishedName *name,
                                      const DistinguishedName *subtree);
gboolean distinguished_name_is_empty(const DistinguishedName *name);
