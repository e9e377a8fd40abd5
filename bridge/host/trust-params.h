/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "op.h"

/* Whom a request trusts besides the DNS: its parameters "authorities", "system_authorities",
 * "crls", "require_crl". */
typedef struct {
    GPtrArray *authorities; /* (element-type Certificate): NULL: none */
    GPtrArray *crls;        /* (element-type GBytes): DER; NULL: none */
    gboolean require_revocation;
    gboolean wants_system;
} TrustParams;

void trust_params_clear(TrustParams *trust);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TrustParams, trust_params_clear)

/* Reads the parameters, and nothing else yet. */
gboolean trust_params_read(const OpCall *call, TrustParams *trust, GError **error);
/* Adds the system's authorities, if they are wanted, and the revocation lists that are kept in the
 * profile (crl-folder.h): needed before anything is judged.
 * CMS_ERROR_AUTHORITIES. */
gboolean trust_params_load(const OpCall *call, TrustParams *trust, GError **error);

/* @lists: (element-type GBytes) (nullable): further ones, beside which is judged from now on */
void trust_params_add_crls(TrustParams *trust, GPtrArray *lists);

/* Reads the files of a parameter, each of which gives one or more (transfer full) of what they
 * hold. */
typedef GPtrArray *(*TrustFileParser)(GBytes *octets, GError **error);
/* *out_items stays as it is, mostly NULL, if there is no such parameter. */
gboolean trust_params_get_files(const OpCall *call, const gchar *name, TrustFileParser parse,
                                GPtrArray **out_items, GError **error);
