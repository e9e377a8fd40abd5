/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-wire.h"

#include <string.h>

#include "core-limits.h"

static ResolverWireMessage *
parse_one(GBytes *framed, GError **error)
{
    g_autoptr(ResolverWireReader) reader = resolver_wire_reader_new(RESOLVER_WIRE_MAX_OCTETS);
    g_autoptr(GBytes) owned = framed;
    g_autoptr(GBytes) body = NULL;
    g_autoptr(GBytes) more = NULL;
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(owned, &n_octets);
    resolver_wire_reader_push(reader, octets, n_octets);
    g_assert_true(resolver_wire_reader_pop(reader, &body, NULL));
    g_assert_nonnull(body);
    g_assert_true(resolver_wire_reader_pop(reader, &more, NULL));
    g_assert_null(more);
    return resolver_wire_parse(body, error);
}

static void
test_setup(void)
{
    static const gchar *const anchors[] = {". IN DS 1 8 2 AA", ". IN DNSKEY 257 3 8 AA==", NULL};
    g_autoptr(ResolverConfig) config = resolver_config_new();
    config->servers = g_strsplit("192.0.2.1 192.0.2.2@54", " ", -1);
    config->recursive = TRUE;
    config->transport = RESOLVER_TRANSPORT_UDP;
    config->engine = RESOLVER_ENGINE_UNBOUND;
    config->window = 7;
    config->root_servers = g_strsplit("192.0.2.3 2001:db8::3", " ", -1);
    config->tls_ca_file = g_strdup("/ca.pem");
    g_autoptr(GError) error = NULL;
    g_autoptr(ResolverWireMessage) message =
        parse_one(resolver_wire_serialize_setup(config, anchors), &error);
    g_assert_no_error(error);
    g_assert_cmpint(message->kind, ==, RESOLVER_WIRE_SETUP);
    g_assert_cmpstr(message->anchors[1], ==, anchors[1]);
    g_assert_cmpuint(g_strv_length(message->anchors), ==, 2);
    g_assert_cmpstr(message->config->servers[1], ==, "192.0.2.2@54");
    g_assert_true(message->config->recursive);
    g_assert_cmpint(message->config->transport, ==, RESOLVER_TRANSPORT_UDP);
    g_assert_cmpint(message->config->engine, ==, RESOLVER_ENGINE_UNBOUND);
    g_assert_cmpuint(message->config->attempts, ==, 3);
    g_assert_cmpuint(message->config->attempt_timeout_ms, ==, 2000);
    g_assert_cmpuint(message->config->deadline_ms, ==, 8000);
    g_assert_cmpuint(message->config->window, ==, 7);
    g_assert_cmpstr(message->config->root_servers[1], ==, "2001:db8::3");
    g_assert_cmpstr(message->config->tls_ca_file, ==, "/ca.pem");
    g_assert_cmpint(message->config->avoidance, ==, RESOLVER_AVOIDANCE_OFF);
}

static void
test_lookup_and_cancel(void)
{
    g_autoptr(ResolverWireMessage) lookup =
        parse_one(resolver_wire_serialize_lookup(G_MAXUINT32, "a.example.org", 65444), NULL);
    g_assert_cmpint(lookup->kind, ==, RESOLVER_WIRE_LOOKUP);
    g_assert_cmpuint(lookup->id, ==, G_MAXUINT32);
    g_assert_cmpstr(lookup->owner_name, ==, "a.example.org");
    g_assert_cmpuint(lookup->rr_type, ==, 65444);
    g_autoptr(ResolverWireMessage) cancel = parse_one(resolver_wire_serialize_cancel(9), NULL);
    g_assert_cmpint(cancel->kind, ==, RESOLVER_WIRE_CANCEL);
    g_assert_cmpuint(cancel->id, ==, 9);
    g_autoptr(ResolverWireMessage) ping = parse_one(resolver_wire_serialize_ping(8), NULL);
    g_assert_cmpint(ping->kind, ==, RESOLVER_WIRE_PING);
    g_assert_cmpuint(ping->id, ==, 8);
}

/* Only what is known can be in force, and something always is. */
static void
test_ready(void)
{
    static const guint bad[] = {0, RESOLVER_ISOLATION_KNOWN + 1, G_MAXUINT32};
    g_autoptr(ResolverWireMessage) ready =
        parse_one(resolver_wire_serialize_ready(RESOLVER_ISOLATION_ALL), NULL);
    g_assert_cmpint(ready->kind, ==, RESOLVER_WIRE_READY);
    g_assert_cmpuint(ready->isolation, ==, RESOLVER_ISOLATION_ALL);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(parse_one(resolver_wire_serialize_ready(bad[i]), &error));
        g_assert_error(error, DNS_ERROR, DNS_ERROR_PROGRAM);
    }
}

static ResolverAnswer *
make_answer(DnsOutcome outcome, guint n_records, gsize n_octets)
{
    ResolverAnswer *answer = resolver_answer_new("", 0, outcome);
    for (guint i = 0; i < n_records; i++) {
        guint8 *octets = g_malloc(MAX(n_octets, 1));
        memset(octets, (int)i, n_octets);
        g_ptr_array_add(answer->records, g_bytes_new_take(octets, n_octets));
    }
    return answer;
}

static void
test_answer(void)
{
    g_autoptr(ResolverAnswer) answer = make_answer(DNS_OUTCOME_SECURE_RECORDS, 3, 5);
    g_ptr_array_add(answer->records, g_bytes_new(NULL, 0));
    answer->ttl = 3600;
    answer->canonical_name = g_strdup("b\\032.example.org");
    answer->detail = g_strdup("so");
    g_autoptr(GError) error = NULL;
    g_autoptr(ResolverWireMessage) message =
        parse_one(resolver_wire_serialize_answer(3, answer), &error);
    g_assert_no_error(error);
    g_assert_cmpint(message->kind, ==, RESOLVER_WIRE_ANSWER);
    g_assert_cmpuint(message->id, ==, 3);
    g_assert_cmpint(message->answer->outcome, ==, DNS_OUTCOME_SECURE_RECORDS);
    g_assert_false(message->answer->name_exists);
    g_assert_cmpuint(message->answer->ttl, ==, 3600);
    g_assert_cmpstr(message->answer->canonical_name, ==, "b\\032.example.org");
    g_assert_cmpstr(message->answer->detail, ==, "so");
    g_assert_cmpuint(message->answer->records->len, ==, 4);
    for (guint i = 0; i < 4; i++)
        g_assert_true(g_bytes_equal(message->answer->records->pdata[i], answer->records->pdata[i]));
}

static void
test_denial(void)
{
    g_autoptr(ResolverAnswer) answer = make_answer(DNS_OUTCOME_SECURE_DENIAL, 0, 0);
    answer->name_exists = TRUE;
    g_autoptr(ResolverWireMessage) message =
        parse_one(resolver_wire_serialize_answer(3, answer), NULL);
    g_assert_true(message->answer->name_exists);
    g_assert_null(message->answer->canonical_name);
    g_assert_null(message->answer->detail);
}

typedef struct {
    const gchar *label;
    guint32 outcome;
    gboolean name_exists;
    guint n_records;
    gsize record_octets;
    guint name_octets;
    gchar name_fill;
    gboolean valid;
} AnswerCase;

static const AnswerCase answer_cases[] = {
    {"outcome-too-large", DNS_N_OUTCOMES, FALSE, 0, 0, 0, 0, FALSE},
    {"secure-without-records", DNS_OUTCOME_SECURE_RECORDS, FALSE, 0, 0, 3, 'a', FALSE},
    {"denial-with-records", DNS_OUTCOME_SECURE_DENIAL, FALSE, 1, 4, 3, 'a', FALSE},
    {"unreachable-with-records", DNS_OUTCOME_UNREACHABLE, FALSE, 1, 4, 3, 'a', FALSE},
    {"indeterminate-with-records", DNS_OUTCOME_INDETERMINATE, FALSE, 1, 4, 3, 'a', FALSE},
    {"insecure-with-records", DNS_OUTCOME_INSECURE, FALSE, 1, 4, 3, 'a', TRUE},
    {"bogus-with-records", DNS_OUTCOME_BOGUS, FALSE, 1, 4, 3, 'a', TRUE},
    {"name-exists-and-insecure", DNS_OUTCOME_INSECURE, TRUE, 0, 0, 0, 0, FALSE},
    {"records-200", DNS_OUTCOME_SECURE_RECORDS, FALSE, LIMIT_RECORDS, 4, 3, 'a', TRUE},
    {"records-201", DNS_OUTCOME_SECURE_RECORDS, FALSE, LIMIT_RECORDS + 1, 4, 3, 'a', FALSE},
    {"rdata-65535", DNS_OUTCOME_SECURE_RECORDS, FALSE, 1, LIMIT_RDATA_OCTETS, 3, 'a', TRUE},
    {"rdata-65536", DNS_OUTCOME_SECURE_RECORDS, FALSE, 1, LIMIT_RDATA_OCTETS + 1, 3, 'a', FALSE},
    {"name-1012", DNS_OUTCOME_INSECURE, FALSE, 0, 0, 1012, 'a', TRUE},
    {"name-1013", DNS_OUTCOME_INSECURE, FALSE, 0, 0, 1013, 'a', FALSE},
    {"name-with-line-feed", DNS_OUTCOME_INSECURE, FALSE, 0, 0, 3, '\n', FALSE},
    {"name-with-space", DNS_OUTCOME_INSECURE, FALSE, 0, 0, 3, ' ', FALSE},
};

static void
test_answer_checks(gconstpointer data)
{
    const AnswerCase *answer_case = data;
    g_autoptr(ResolverAnswer) answer =
        make_answer(answer_case->outcome, answer_case->n_records, answer_case->record_octets);
    answer->name_exists = answer_case->name_exists;
    if (answer_case->name_octets > 0)
        answer->canonical_name = g_strnfill(answer_case->name_octets, answer_case->name_fill);
    g_autoptr(GError) error = NULL;
    g_autoptr(ResolverWireMessage) message =
        parse_one(resolver_wire_serialize_answer(1, answer), &error);
    g_assert_cmpint(message != NULL, ==, answer_case->valid);
    if (!answer_case->valid)
        g_assert_error(error, DNS_ERROR, DNS_ERROR_PROGRAM);
}

static void
assert_refused(GBytes *framed)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(parse_one(framed, &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_PROGRAM);
}

/* What is too long loses its end, between characters. */
static void
test_long_detail(void)
{
    g_autoptr(ResolverAnswer) answer =
        resolver_answer_new("a.example", 53, DNS_OUTCOME_UNREACHABLE);
    g_autoptr(GString) detail = g_string_new("x");
    while (detail->len < 2 * RESOLVER_WIRE_MAX_DETAIL_OCTETS)
        g_string_append(detail, "\u00e4");
    answer->detail = g_strdup(detail->str);
    g_autoptr(ResolverWireMessage) message =
        parse_one(resolver_wire_serialize_answer(1, answer), NULL);
    g_string_truncate(detail, RESOLVER_WIRE_MAX_DETAIL_OCTETS - 1);
    g_assert_nonnull(message);
    g_assert_cmpstr(message->answer->detail, ==, detail->str);
}

static void
test_question_checks(void)
{
    static const gchar *const no_anchors[] = {NULL};
    assert_refused(resolver_wire_serialize_lookup(1, "exa mple.org", 53));
    assert_refused(resolver_wire_serialize_lookup(1, "", 53));
    assert_refused(resolver_wire_serialize_lookup(1, "example.org", 0));
    g_autoptr(ResolverConfig) config = resolver_config_new();
    config->transport = RESOLVER_N_TRANSPORTS;
    assert_refused(resolver_wire_serialize_setup(config, no_anchors));
    config->transport = RESOLVER_TRANSPORT_TCP;
    config->engine = RESOLVER_N_ENGINES;
    assert_refused(resolver_wire_serialize_setup(config, no_anchors));
    config->engine = RESOLVER_ENGINE_GETDNS;
    config->servers = g_new0(gchar *, RESOLVER_WIRE_MAX_SERVERS + 2);
    for (guint i = 0; i <= RESOLVER_WIRE_MAX_SERVERS; i++)
        config->servers[i] = g_strdup("192.0.2.1");
    assert_refused(resolver_wire_serialize_setup(config, no_anchors));
}

static void
test_bodies(void)
{
    static const struct {
        const gchar *octets;
        gsize n_octets;
    } bodies[] = {{"", 0},
                  {"\0", 1},
                  {"\5\0\0\0\0", 5}, /* nothing in force */
                  {"\7\0\0\0\0", 5},
                  {"\3", 1},
                  {"\3\0\0\0", 4},     /* one octet short */
                  {"\3\0\0\0\0\0", 6}, /* one too many */
                  {"\4\0\0\0\0", 5},
                  {"\xff", 1}};
    for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(GBytes) body = g_bytes_new(bodies[i].octets, bodies[i].n_octets);
        g_autoptr(GError) error = NULL;
        g_assert_null(resolver_wire_parse(body, &error));
        g_assert_error(error, DNS_ERROR, DNS_ERROR_PROGRAM);
    }
}

/* Every way of cutting or bending a good message is refused or understood, never more than that. */
static void
test_bent(void)
{
    g_autoptr(ResolverAnswer) answer = make_answer(DNS_OUTCOME_SECURE_RECORDS, 2, 7);
    answer->detail = g_strdup("so");
    g_autoptr(GBytes) framed = resolver_wire_serialize_answer(3, answer);
    gsize n_octets = g_bytes_get_size(framed) - RESOLVER_WIRE_HEADER_OCTETS;
    const guint8 *octets =
        (const guint8 *)g_bytes_get_data(framed, NULL) + RESOLVER_WIRE_HEADER_OCTETS;
    for (gsize i = 0; i < n_octets; i++) {
        g_autoptr(GBytes) cut = g_bytes_new(octets, i);
        g_assert_null(resolver_wire_parse(cut, NULL));
        g_autofree guint8 *bent = g_memdup2(octets, n_octets);
        bent[i] ^= 0xff;
        g_autoptr(GBytes) body = g_bytes_new(bent, n_octets);
        g_autoptr(ResolverWireMessage) message = resolver_wire_parse(body, NULL);
        g_assert_true(message == NULL || message->kind == RESOLVER_WIRE_ANSWER);
    }
}

static void
test_reader_in_pieces(void)
{
    g_autoptr(ResolverWireReader) reader = resolver_wire_reader_new(100);
    g_autoptr(GBytes) framed = resolver_wire_serialize_cancel(9);
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(framed, &n_octets);
    for (guint round = 0; round < 3; round++) {
        for (gsize i = 0; i < n_octets; i++) {
            g_autoptr(GBytes) body = NULL;
            g_assert_true(resolver_wire_reader_pop(reader, &body, NULL));
            g_assert_null(body);
            resolver_wire_reader_push(reader, octets + i, 1);
        }
        g_autoptr(GBytes) body = NULL;
        g_assert_true(resolver_wire_reader_pop(reader, &body, NULL));
        g_assert_cmpuint(g_bytes_get_size(body), ==, n_octets - RESOLVER_WIRE_HEADER_OCTETS);
    }
}

static void
test_reader_limits(void)
{
    static const struct {
        const gchar *header;
        gboolean valid;
    } rows[] = {{"\0\0\0\0", FALSE},
                {"\0\0\0\144", TRUE},
                {"\0\0\0\145", FALSE},
                {"\377\377\377\377", FALSE}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(ResolverWireReader) reader = resolver_wire_reader_new(100);
        g_autoptr(GBytes) body = NULL;
        g_autoptr(GError) error = NULL;
        resolver_wire_reader_push(reader, (const guint8 *)rows[i].header, 4);
        g_assert_cmpint(resolver_wire_reader_pop(reader, &body, &error), ==, rows[i].valid);
        g_assert_null(body);
        if (!rows[i].valid)
            g_assert_error(error, DNS_ERROR, DNS_ERROR_PROGRAM);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/resolver-wire/setup", test_setup);
    g_test_add_func("/resolver-wire/lookup-and-cancel", test_lookup_and_cancel);
    g_test_add_func("/resolver-wire/ready", test_ready);
    g_test_add_func("/resolver-wire/answer", test_answer);
    g_test_add_func("/resolver-wire/denial", test_denial);
    g_test_add_func("/resolver-wire/long-detail", test_long_detail);
    for (gsize i = 0; i < G_N_ELEMENTS(answer_cases); i++) {
        g_autofree gchar *path = g_strconcat("/resolver-wire/answer/", answer_cases[i].label, NULL);
        g_test_add_data_func(path, &answer_cases[i], test_answer_checks);
    }
    g_test_add_func("/resolver-wire/question-checks", test_question_checks);
    g_test_add_func("/resolver-wire/bodies", test_bodies);
    g_test_add_func("/resolver-wire/bent", test_bent);
    g_test_add_func("/resolver-wire/reader/in-pieces", test_reader_in_pieces);
    g_test_add_func("/resolver-wire/reader/limits", test_reader_limits);
    return g_test_run();
}
