/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver.h"
#include "zone-chain.h"

/* One question answered with what is known of the zones: the quick way.
 *
 * The question goes out together with those about all zones on the way to the name of which nothing
 * is known, so that a first lookup takes one round trip, and one in a known zone one question. Each
 * record set on the way from the name through its aliases, and a denial at its end, is validated
 * with the keys of the zone that signed it; one without signature is insecure only if a delegation
 * without DS is proven above it.
 *
 * All else is left undecided, for getdns to look up its own way. */

/* Zones asked about for one lookup. */
#define CHAIN_LOOKUP_MAX_ZONES 24u
/* RFC 1034 §3.6.2: chains of aliases are to be short; libunbound follows 11. */
#define CHAIN_LOOKUP_MAX_ALIASES 11u

typedef struct _ChainLookup ChainLookup;

typedef enum {
    CHAIN_LOOKUP_UNDECIDED, /* no answer */
    CHAIN_LOOKUP_SILENT,    /* the server does not answer; the answer says so */
    CHAIN_LOOKUP_ANSWERED
} ChainLookupResult;

/* Called once, from the main loop. The lookup is gone then. @answer: (transfer full) */
typedef void (*ChainLookupDone)(ChainLookupResult result, ResolverAnswer *answer,
                                gpointer user_data);

ChainLookup *chain_lookup_new(ZoneChain *chain, const gchar *owner_name, guint16 rr_type,
                              ChainLookupDone done, gpointer user_data);

/* Whether the answer is too long for UDP, and TCP is waited for. */
gboolean chain_lookup_is_truncated(const ChainLookup *lookup);

/* Ends it without a call of @done. Not to be used after @done has been called. */
void chain_lookup_cancel(ChainLookup *lookup);
