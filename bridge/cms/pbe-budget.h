/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "core-limits.h"
#include "pbkdf2.h"

/* What the files of one call may still cost. A file says by itself how many rounds of key
 * derivation it wants, and one that wants 2³¹ would keep us busy for an hour. Rounds of different
 * schemes differ by a hundred times, so they are weighed: a unit is about a tenth of a microsecond
 * with NSS 3.87 and 3.125. */
typedef struct {
    guint64 n_left;
} PbeBudget;

/* CMS_ERROR_LIMIT if @budget has no @n_rounds any more that cost @cost each. */
gboolean pbe_budget_take(PbeBudget *budget, guint64 n_rounds, guint64 cost, GError **error);

/* Of one round: of PBKDF2, counted as if a key of 32 octets were wanted where less is said ... */
guint64 pbe_cost_of_pbkdf2(const Pbkdf2Parameters *parameters);
/* ... of MacData (RFC 7292 §B.2) ... */
guint64 pbe_cost_of_mac(SECOidTag digest);
/* ... and of PBES1 and the schemes of PKCS#12. */
guint64 pbe_cost_of_scheme(SECOidTag scheme);
