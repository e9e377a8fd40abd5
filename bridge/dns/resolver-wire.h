/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-config.h"
#include "resolver-isolation.h"
#include "resolver.h"

/* Messages between the resolver's client and its program, on a stream socket.
 *
 * One message: its length in octets without these four (32 bits, big-endian), one octet kind, then
 * a GVariant in normal form and in the machine's byte order, of the type that belongs to the kind:
 *
 *     SETUP   (asasbuuuuuuasbs) servers, anchors, recursive, transport, engine, attempts,
 *                               attempt_timeout_ms, deadline_ms, window, root_servers, whether
 *                               roadblocks are avoided, tls_ca_file or ""; the client's first
 *                               message
 *     LOOKUP  (usq)             id, owner name, RR type
 *     CANCEL  (u)               id; no answer follows
 *     ANSWER  (uubusaays)       id, outcome, name_exists, ttl, canonical name or "", records,
 *                               detail or ""
 *
 *     READY   (u)               ResolverIsolation: the program's first message, when it is set up
 *     PING    (u)               id; the program sends it back as it is
 *
 * The program reads what the network sends, so the client takes nothing from it unchecked. */

/* The descriptor at which the program finds its end. */
#define RESOLVER_WIRE_FD 3

#define RESOLVER_WIRE_HEADER_OCTETS 4
/* A DNS message has at most 65535 octets; the anchor file has its own limit. */
#define RESOLVER_WIRE_MAX_OCTETS        (256u * 1024)
#define RESOLVER_WIRE_MAX_DETAIL_OCTETS 1024u
#define RESOLVER_WIRE_MAX_SERVERS       64u

typedef enum {
    RESOLVER_WIRE_SETUP = 1,
    RESOLVER_WIRE_LOOKUP,
    RESOLVER_WIRE_CANCEL,
    RESOLVER_WIRE_ANSWER,
    RESOLVER_WIRE_READY,
    RESOLVER_WIRE_PING
} ResolverWireKind;

typedef struct {
    ResolverWireKind kind;
    guint32 id;             /* LOOKUP, CANCEL, ANSWER, PING */
    gchar *owner_name;      /* LOOKUP */
    guint16 rr_type;        /* LOOKUP */
    guint isolation;        /* READY */
    ResolverConfig *config; /* SETUP; without what only the asking side uses */
    GStrv anchors;          /* SETUP; in the form of trust_anchor_parse() */
    ResolverAnswer
        *answer; /* ANSWER; its owner_name is "" and its rr_type 0: the client knows them */
} ResolverWireMessage;

void resolver_wire_message_free(ResolverWireMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResolverWireMessage, resolver_wire_message_free)

/* Each with its header. */
GBytes *resolver_wire_serialize_setup(const ResolverConfig *config, const gchar *const *anchors);
GBytes *resolver_wire_serialize_lookup(guint32 id, const gchar *owner_name, guint16 rr_type);
GBytes *resolver_wire_serialize_cancel(guint32 id);
GBytes *resolver_wire_serialize_answer(guint32 id, const ResolverAnswer *answer);
GBytes *resolver_wire_serialize_ready(guint isolation);
GBytes *resolver_wire_serialize_ping(guint32 id);

/**
 * resolver_wire_parse:
 * @body: one message without its header
 * @error: DNS_ERROR_PROGRAM
 *
 * Checks every value: names are names, the outcome is one, records come only with outcomes that
 * have some (and with DNS_OUTCOME_SECURE_RECORDS at least one), none is over LIMIT_RDATA_OCTETS,
 * there are at most LIMIT_RECORDS.
 *
 * Returns: (transfer full): the message, or %NULL
 */
ResolverWireMessage *resolver_wire_parse(GBytes *body, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Cuts a stream into messages. */
typedef struct _ResolverWireReader ResolverWireReader;

ResolverWireReader *resolver_wire_reader_new(guint32 max_octets);
void resolver_wire_reader_free(ResolverWireReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResolverWireReader, resolver_wire_reader_free)

void resolver_wire_reader_push(ResolverWireReader *reader, const guint8 *octets, gsize n_octets);

/* @out_body: NULL when more octets are needed. Returns: FALSE with DNS_ERROR_PROGRAM for a length
 * of zero or over the limit; the stream cannot be followed any further. */
gboolean resolver_wire_reader_pop(ResolverWireReader *reader, GBytes **out_body, GError **error);
