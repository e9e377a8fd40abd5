/* SPDX-License-Identifier: MPL-2.0 */

/* What the resolver program may send its client: a stream of messages. */

#include "fuzz.h"
#include "resolver-wire.h"

/* What was understood is written and read again as the same. */
static void
check_again(const ResolverWireMessage *message)
{
    if (message->kind != RESOLVER_WIRE_ANSWER)
        return;
    g_autoptr(GBytes) first = resolver_wire_serialize_answer(message->id, message->answer);
    g_autoptr(GBytes) body = g_bytes_new_from_bytes(
        first, RESOLVER_WIRE_HEADER_OCTETS, g_bytes_get_size(first) - RESOLVER_WIRE_HEADER_OCTETS);
    g_autoptr(ResolverWireMessage) again = resolver_wire_parse(body, NULL);
    g_assert_nonnull(again);
    g_autoptr(GBytes) second = resolver_wire_serialize_answer(again->id, again->answer);
    g_assert_true(g_bytes_equal(first, second));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    g_autoptr(ResolverWireReader) reader = resolver_wire_reader_new(RESOLVER_WIRE_MAX_OCTETS);
    size_t half = n_octets / 2;
    gboolean more = TRUE;
    resolver_wire_reader_push(reader, octets, half);
    for (guint push = 0; push < 2; push++) {
        while (more) {
            g_autoptr(GBytes) body = NULL;
            if (!resolver_wire_reader_pop(reader, &body, NULL))
                return 0;
            more = body != NULL;
            g_autoptr(ResolverWireMessage) message =
                body == NULL ? NULL : resolver_wire_parse(body, NULL);
            if (message != NULL)
                check_again(message);
        }
        if (push == 0 && n_octets > 0)
            resolver_wire_reader_push(reader, octets + half, n_octets - half);
        more = TRUE;
    }
    return 0;
}
