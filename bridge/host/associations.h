/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "association.h"
#include "certificate.h"

/* Which records are associated with which certificates. Both are many if a sender likes, and the
 * certificates large: each digest of a certificate is computed once. */
typedef struct _Associations Associations;

Associations *associations_new(void);
void associations_free(Associations *associations);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Associations, associations_free)

/* As association_matches(). Keeps a reference on @certificate. */
gboolean associations_match(Associations *associations, const SmimeaRecord *record,
                            Certificate *certificate);
