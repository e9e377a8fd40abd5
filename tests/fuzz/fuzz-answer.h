/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "core-limits.h"
#include "resolver-wire.h"

/* What must hold of each answer that the resolver program makes: its client takes it, as it is. */
static inline void
check_answer(const ResolverAnswer *answer)
{
    g_autoptr(GBytes) framed = resolver_wire_serialize_answer(1, answer);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) body =
        g_bytes_new_from_bytes(framed, RESOLVER_WIRE_HEADER_OCTETS,
                               g_bytes_get_size(framed) - RESOLVER_WIRE_HEADER_OCTETS);
    g_autoptr(ResolverWireMessage) message = resolver_wire_parse(body, &error);
    g_assert_cmpuint(g_bytes_get_size(body), <=, RESOLVER_WIRE_MAX_OCTETS);
    g_assert_no_error(error);
    g_assert_cmpint(message->answer->outcome, ==, answer->outcome);
    g_assert_cmpuint(message->answer->records->len, ==, answer->records->len);
}
