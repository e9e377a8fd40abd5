/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "crl.h"
#include "path-private.h"

/* Whether the certificates of a chain are revoked (RFC 5280 §6.3), by the CRLs at hand.
 *
 * CRLs come from whoever sent the mail or from the user's folder, and may be old or missing: what
 * can't be found out revokes nothing. The result tells whether it was found out. */
typedef struct _PathRevocation PathRevocation;

/* Whether @signer, who isn't the certificate's own issuer but has the name of a CRL's, has a valid
 * path to @anchor. */
typedef gboolean (*PathSignerFunc)(gpointer data, PathNode *signer, const PathNode *anchor);

/* Borrows all. @nodes: (element-type PathNode): who may have signed CRLs. */
PathRevocation *path_revocation_new(GPtrArray *crls, GPtrArray *nodes, gint64 now,
                                    PathSignerFunc is_valid, gpointer data);
void path_revocation_free(PathRevocation *revocation);

/* Notes revoked ones. Whether the state of each but the anchor was found out; if it wasn't,
 * @remarks tells why. */
gboolean path_revocation_judge(PathRevocation *revocation, const PathChain *chain, GString *remarks,
                               PathFault *fault);
