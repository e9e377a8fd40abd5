/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-engine.h"

#include "resolver-getdns.h"
#include "resolver-unbound.h"

Resolver *
resolver_engine_new(const ResolverConfig *config, const gchar *const *anchors, GError **error)
{
    switch (config->recursive ? RESOLVER_ENGINE_UNBOUND : config->engine) {
    case RESOLVER_ENGINE_UNBOUND:
        return (Resolver *)resolver_unbound_new(config, anchors, error);
    case RESOLVER_ENGINE_GETDNS:
    case RESOLVER_N_ENGINES:
    default:
        return (Resolver *)resolver_getdns_new(config, anchors, error);
    }
}
