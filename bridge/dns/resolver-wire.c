/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-wire.h"

#include <string.h>

#include "core-limits.h"
#include "root-hints.h"
#include "trust-anchor.h"

#define SETUP_TYPE  "(asasbuuuuuuasbs)"
#define LOOKUP_TYPE "(usq)"
#define CANCEL_TYPE "(u)"
#define ANSWER_TYPE "(uubusaays)"
#define READY_TYPE  "(u)"
#define PING_TYPE   "(u)"

/* A name of 253 octets, each written as \DDD. */
#define CANONICAL_NAME_MAX_OCTETS 1012u

void
resolver_wire_message_free(ResolverWireMessage *message)
{
    if (message == NULL)
        return;
    g_free(message->owner_name);
    resolver_config_free(message->config);
    g_strfreev(message->anchors);
    resolver_answer_free(message->answer);
    g_free(message);
}

/* Consumes @variant. */
static GBytes *
serialize(ResolverWireKind kind, GVariant *variant)
{
    g_autoptr(GVariant) owned = g_variant_ref_sink(variant);
    gsize n_octets = g_variant_get_size(owned);
    guint32 length = GUINT32_TO_BE((guint32)(n_octets + 1));
    guint8 kind_octet = (guint8)kind;
    g_autoptr(GByteArray) message = g_byte_array_new();
    g_byte_array_append(message, (const guint8 *)&length, sizeof length);
    g_byte_array_append(message, &kind_octet, 1);
    g_byte_array_append(message, g_variant_get_data(owned), (guint)n_octets);
    return g_byte_array_free_to_bytes(g_steal_pointer(&message));
}

GBytes *
resolver_wire_serialize_setup(const ResolverConfig *config, const gchar *const *anchors)
{
    static const gchar *const none[] = {NULL};
    const gchar *const *servers =
        config->servers == NULL ? none : (const gchar *const *)config->servers;
    const gchar *const *root_servers =
        config->root_servers == NULL ? none : (const gchar *const *)config->root_servers;
    return serialize(RESOLVER_WIRE_SETUP,
                     g_variant_new("(^as^asbuuuuuu^asbs)", servers, anchors, config->recursive,
                                   (guint32)config->transport, (guint32)config->engine,
                                   config->attempts, config->attempt_timeout_ms,
                                   config->deadline_ms, config->window, root_servers,
                                   resolver_config_avoids_roadblocks(config),
                                   config->tls_ca_file == NULL ? "" : config->tls_ca_file));
}

GBytes *
resolver_wire_serialize_lookup(guint32 id, const gchar *owner_name, guint16 rr_type)
{
    return serialize(RESOLVER_WIRE_LOOKUP, g_variant_new(LOOKUP_TYPE, id, owner_name, rr_type));
}

GBytes *
resolver_wire_serialize_cancel(guint32 id)
{
    return serialize(RESOLVER_WIRE_CANCEL, g_variant_new(CANCEL_TYPE, id));
}

/* What is too long loses its end. */
static gchar *
cut_detail(const gchar *detail)
{
    if (detail == NULL)
        return g_strdup("");
    if (strlen(detail) <= RESOLVER_WIRE_MAX_DETAIL_OCTETS)
        return g_strdup(detail);
    const gchar *end = g_utf8_find_prev_char(detail, detail + RESOLVER_WIRE_MAX_DETAIL_OCTETS + 1);
    return g_strndup(detail, (gsize)(end - detail));
}

GBytes *
resolver_wire_serialize_answer(guint32 id, const ResolverAnswer *answer)
{
    g_auto(GVariantBuilder) records = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("aay"));
    g_autofree gchar *detail = cut_detail(answer->detail);
    for (guint i = 0; i < answer->records->len; i++)
        g_variant_builder_add_value(
            &records, g_variant_new_from_bytes(G_VARIANT_TYPE_BYTESTRING,
                                               g_ptr_array_index(answer->records, i), TRUE));
    return serialize(RESOLVER_WIRE_ANSWER,
                     g_variant_new(ANSWER_TYPE, id, (guint32)answer->outcome, answer->name_exists,
                                   answer->ttl,
                                   answer->canonical_name == NULL ? "" : answer->canonical_name,
                                   &records, detail));
}

GBytes *
resolver_wire_serialize_ready(guint isolation)
{
    return serialize(RESOLVER_WIRE_READY, g_variant_new(READY_TYPE, isolation));
}

GBytes *
resolver_wire_serialize_ping(guint32 id)
{
    return serialize(RESOLVER_WIRE_PING, g_variant_new(PING_TYPE, id));
}

static gboolean
fail(GError **error, const gchar *what)
{
    g_set_error(error, DNS_ERROR, DNS_ERROR_PROGRAM, "resolver message with %s", what);
    return FALSE;
}

static gboolean
parse_lookup(GVariant *variant, ResolverWireMessage *message, GError **error)
{
    g_variant_get(variant, LOOKUP_TYPE, &message->id, &message->owner_name, &message->rr_type);
    if (!resolver_name_is_valid(message->owner_name) || message->rr_type == 0)
        return fail(error, "a bad question");
    return TRUE;
}

static gboolean
parse_cancel(GVariant *variant, ResolverWireMessage *message, GError **error G_GNUC_UNUSED)
{
    g_variant_get(variant, CANCEL_TYPE, &message->id);
    return TRUE;
}

static gboolean
parse_setup(GVariant *variant, ResolverWireMessage *message, GError **error)
{
    ResolverConfig *config = message->config = resolver_config_new();
    guint32 transport = 0;
    guint32 engine = 0;
    gboolean avoids = FALSE;
    g_variant_get(variant, "(^as^asbuuuuuu^asbs)", &config->servers, &message->anchors,
                  &config->recursive, &transport, &engine, &config->attempts,
                  &config->attempt_timeout_ms, &config->deadline_ms, &config->window,
                  &config->root_servers, &avoids, &config->tls_ca_file);
    if (transport >= RESOLVER_N_TRANSPORTS || engine >= RESOLVER_N_ENGINES ||
        g_strv_length(config->servers) > RESOLVER_WIRE_MAX_SERVERS ||
        g_strv_length(config->root_servers) > ROOT_HINTS_MAX_ADDRESSES ||
        g_strv_length(message->anchors) > TRUST_ANCHOR_MAX_RECORDS)
        return fail(error, "a bad set-up");
    config->transport = (ResolverTransport)transport;
    config->avoidance = avoids ? RESOLVER_AVOIDANCE_ON : RESOLVER_AVOIDANCE_OFF;
    if (config->tls_ca_file[0] == '\0')
        g_clear_pointer(&config->tls_ca_file, g_free);
    config->engine = (ResolverEngine)engine;
    /* Who sends it has decided already. */
    if (avoids && !resolver_config_avoids_roadblocks(config))
        return fail(error, "a bad set-up");
    return TRUE;
}

static gboolean
is_canonical_name(const gchar *name)
{
    gsize n_octets = strlen(name);
    for (gsize i = 0; i < n_octets; i++)
        if (!g_ascii_isgraph(name[i]))
            return FALSE;
    return n_octets <= CANONICAL_NAME_MAX_OCTETS;
}

static gboolean
outcome_may_have_records(guint32 outcome)
{
    return outcome == DNS_OUTCOME_SECURE_RECORDS || outcome == DNS_OUTCOME_INSECURE ||
           outcome == DNS_OUTCOME_BOGUS;
}

static gboolean
take_records(GVariant *records, ResolverAnswer *answer, GError **error)
{
    gsize n_records = g_variant_n_children(records);
    if (n_records > LIMIT_RECORDS)
        return fail(error, "too many records");
    if (n_records > 0 && !outcome_may_have_records(answer->outcome))
        return fail(error, "records that do not go with its outcome");
    if (n_records == 0 && answer->outcome == DNS_OUTCOME_SECURE_RECORDS)
        return fail(error, "no record where there should be one");
    for (gsize i = 0; i < n_records; i++) {
        g_autoptr(GVariant) record = g_variant_get_child_value(records, i);
        if (g_variant_get_size(record) > LIMIT_RDATA_OCTETS)
            return fail(error, "too long a record");
        /* A copy, so that one record that is kept does not keep the whole message. */
        g_ptr_array_add(answer->records,
                        g_bytes_new(g_variant_get_data(record), g_variant_get_size(record)));
    }
    return TRUE;
}

static gboolean
parse_answer(GVariant *variant, ResolverWireMessage *message, GError **error)
{
    guint32 outcome = 0;
    gboolean name_exists = FALSE;
    guint32 ttl = 0;
    const gchar *canonical_name = NULL;
    g_autoptr(GVariant) records = NULL;
    const gchar *detail = NULL;
    g_variant_get(variant, "(uubu&s@aay&s)", &message->id, &outcome, &name_exists, &ttl,
                  &canonical_name, &records, &detail);
    if (outcome >= DNS_N_OUTCOMES || !is_canonical_name(canonical_name) ||
        (name_exists && outcome != DNS_OUTCOME_SECURE_DENIAL) ||
        strlen(detail) > RESOLVER_WIRE_MAX_DETAIL_OCTETS)
        return fail(error, "a bad answer");
    message->answer = resolver_answer_new("", 0, (DnsOutcome)outcome);
    message->answer->name_exists = name_exists;
    message->answer->ttl = ttl;
    message->answer->canonical_name = canonical_name[0] == '\0' ? NULL : g_strdup(canonical_name);
    message->answer->detail = detail[0] == '\0' ? NULL : g_strdup(detail);
    return take_records(records, message->answer, error);
}

static gboolean
parse_ready(GVariant *variant, ResolverWireMessage *message, GError **error)
{
    g_variant_get(variant, READY_TYPE, &message->isolation);
    if (message->isolation == 0 || (message->isolation & ~(guint)RESOLVER_ISOLATION_KNOWN) != 0)
        return fail(error, "a bad state");
    return TRUE;
}

static gboolean
parse_ping(GVariant *variant, ResolverWireMessage *message, GError **error G_GNUC_UNUSED)
{
    g_variant_get(variant, PING_TYPE, &message->id);
    return TRUE;
}

static const struct {
    ResolverWireKind kind;
    const gchar *type;
    gboolean (*parse)(GVariant *variant, ResolverWireMessage *message, GError **error);
} message_rows[] = {
    {RESOLVER_WIRE_SETUP, SETUP_TYPE, parse_setup},
    {RESOLVER_WIRE_LOOKUP, LOOKUP_TYPE, parse_lookup},
    {RESOLVER_WIRE_CANCEL, CANCEL_TYPE, parse_cancel},
    {RESOLVER_WIRE_ANSWER, ANSWER_TYPE, parse_answer},
    {RESOLVER_WIRE_READY, READY_TYPE, parse_ready},
    {RESOLVER_WIRE_PING, PING_TYPE, parse_ping},
};

ResolverWireMessage *
resolver_wire_parse(GBytes *body, GError **error)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(body, &n_octets);
    guint row = 0;
    while (row < G_N_ELEMENTS(message_rows) &&
           (n_octets == 0 || message_rows[row].kind != octets[0]))
        row++;
    if (row == G_N_ELEMENTS(message_rows)) {
        fail(error, "an unknown kind");
        return NULL;
    }
    g_autoptr(GBytes) payload = g_bytes_new_from_bytes(body, 1, n_octets - 1);
    g_autoptr(GVariant) variant = g_variant_ref_sink(
        g_variant_new_from_bytes(G_VARIANT_TYPE(message_rows[row].type), payload, FALSE));
    if (!g_variant_is_normal_form(variant)) {
        fail(error, "malformed contents");
        return NULL;
    }
    g_autoptr(ResolverWireMessage) message = g_new0(ResolverWireMessage, 1);
    message->kind = message_rows[row].kind;
    if (!message_rows[row].parse(variant, message, error))
        return NULL;
    return g_steal_pointer(&message);
}

struct _ResolverWireReader {
    GByteArray *pending;
    guint32 max_octets;
};

ResolverWireReader *
resolver_wire_reader_new(guint32 max_octets)
{
    ResolverWireReader *reader = g_new0(ResolverWireReader, 1);
    reader->pending = g_byte_array_new();
    reader->max_octets = max_octets;
    return reader;
}

void
resolver_wire_reader_free(ResolverWireReader *reader)
{
    if (reader == NULL)
        return;
    g_byte_array_unref(reader->pending);
    g_free(reader);
}

void
resolver_wire_reader_push(ResolverWireReader *reader, const guint8 *octets, gsize n_octets)
{
    g_byte_array_append(reader->pending, octets, (guint)n_octets);
}

gboolean
resolver_wire_reader_pop(ResolverWireReader *reader, GBytes **out_body, GError **error)
{
    *out_body = NULL;
    if (reader->pending->len < RESOLVER_WIRE_HEADER_OCTETS)
        return TRUE;
    guint32 length = 0;
    memcpy(&length, reader->pending->data, sizeof length);
    length = GUINT32_FROM_BE(length);
    if (length == 0 || length > reader->max_octets)
        return fail(error, "an impossible length");
    if (reader->pending->len - RESOLVER_WIRE_HEADER_OCTETS < length)
        return TRUE;
    *out_body = g_bytes_new(reader->pending->data + RESOLVER_WIRE_HEADER_OCTETS, length);
    g_byte_array_remove_range(reader->pending, 0, RESOLVER_WIRE_HEADER_OCTETS + length);
    return TRUE;
}
