/* SPDX-License-Identifier: MPL-2.0 */

/* What the resolver program and its client send each other: a stream of messages. */

#include "fuzz.h"
#include "resolver-wire.h"

static GBytes *
serialize(const ResolverWireMessage *message)
{
    switch (message->kind) {
    case RESOLVER_WIRE_SETUP:
        return resolver_wire_serialize_setup(message->config,
                                             (const gchar *const *)message->anchors);
    case RESOLVER_WIRE_LOOKUP:
        return resolver_wire_serialize_lookup(message->id, message->owner_name, message->rr_type);
    case RESOLVER_WIRE_CANCEL:
        return resolver_wire_serialize_cancel(message->id);
    case RESOLVER_WIRE_ANSWER:
        return resolver_wire_serialize_answer(message->id, message->answer);
    case RESOLVER_WIRE_READY:
        return resolver_wire_serialize_ready(message->isolation);
    case RESOLVER_WIRE_PING:
        return resolver_wire_serialize_ping(message->id);
    default:
        g_assert_not_reached();
    }
}

/* What was understood is written as it came. */
static void
check_again(const ResolverWireMessage *message, GBytes *body)
{
    g_autoptr(GBytes) framed = serialize(message);
    g_autoptr(GBytes) again =
        g_bytes_new_from_bytes(framed, RESOLVER_WIRE_HEADER_OCTETS,
                               g_bytes_get_size(framed) - RESOLVER_WIRE_HEADER_OCTETS);
    g_assert_true(g_bytes_equal(again, body));
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
                check_again(message, body);
        }
        if (push == 0 && n_octets > 0)
            resolver_wire_reader_push(reader, octets + half, n_octets - half);
        more = TRUE;
    }
    return 0;
}
