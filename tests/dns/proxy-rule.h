/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>

/* What is done to the messages that pass a door of the proxy. README.md has the list of rules. */

typedef enum {
    FATE_PASS,  /* goes where it was to go */
    FATE_DROP,  /* is lost */
    FATE_REPLY, /* a query that has been made an answer, and goes back */
    FATE_CLOSE, /* of a TCP connection: the end, in order */
    FATE_RESET  /* of a TCP connection: at once (RST); over UDP the same as FATE_DROP */
} Fate;

/* One message on its way. */
typedef struct {
    gboolean is_answer;
    gboolean is_tcp;
    guint server; /* index of the upstream that it goes to or comes from */
    GByteArray *octets;
    Fate fate;
    gint64 delay_us;
    gint64 drip_us;    /* over TCP: the pause between two octets */
    gboolean is_stray; /* over UDP: leaves from another address than was asked */
    gboolean is_cut;   /* over TCP: the announced length is longer, and the connection closed */
    gsize announced;   /* the length that TCP announces, if not that of the octets */
    GPtrArray *before; /* (element-type ProxyMessage) (nullable): to be sent first */
} ProxyMessage;

/* Takes @octets. */
ProxyMessage *proxy_message_new(gboolean is_answer, gboolean is_tcp, guint server,
                                GByteArray *octets);
/* Less what is to be sent before it. */
ProxyMessage *proxy_message_copy(const ProxyMessage *message);
void proxy_message_free(ProxyMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProxyMessage, proxy_message_free)

typedef struct _ProxyRule ProxyRule;

/* @text: ACTION[=VALUE] [CONDITION=VALUE]…
 * Returns: (transfer full): the rule, or NULL with G_IO_ERROR_INVALID_ARGUMENT */
ProxyRule *proxy_rule_parse(const gchar *text, GError **error);
void proxy_rule_free(ProxyRule *rule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProxyRule, proxy_rule_free)

/* Applies each rule that fits, in their order, until one has decided on another fate than
 * FATE_PASS. @random: decides where a rule has a rate. */
void proxy_rules_apply(const GPtrArray *rules, GRand *random, ProxyMessage *message);

/* How often one of them has changed a message. */
guint proxy_rules_count_applied(const GPtrArray *rules);
