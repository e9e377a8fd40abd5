/* SPDX-License-Identifier: MPL-2.0 */
#include "proxy-rule.h"

#include <string.h>

#include "proxy-spoil.h"
#include "proxy-wire.h"

#define PERCENT 100.0

struct _ProxyRule {
    const SpoilAction *action;
    gchar *value;
    gint64 number; /* of the value, if it is one */
    gboolean is_for_answers;
    gboolean on_a_copy; /* which goes first, before the message as it was */
    gint tcp;           /* 0 UDP only, 1 TCP only, -1 both */
    gint type;          /* of the question, or -1 */
    gchar *name;        /* the question's name is this or below it; NULL: any */
    gint server;        /* index, or -1 */
    guint skip;         /* this many fitting messages pass before it begins */
    guint first;        /* and then it is for this many */
    gdouble rate;
    guint n_seen;
    guint n_applied;
};

ProxyMessage *
proxy_message_new(gboolean is_answer, gboolean is_tcp, guint server, GByteArray *octets)
{
    ProxyMessage *message = g_new0(ProxyMessage, 1);
    message->is_answer = is_answer;
    message->is_tcp = is_tcp;
    message->server = server;
    message->octets = octets;
    return message;
}

ProxyMessage *
proxy_message_copy(const ProxyMessage *message)
{
    ProxyMessage *copy = g_memdup2(message, sizeof *message);
    copy->octets =
        g_byte_array_append(g_byte_array_new(), message->octets->data, message->octets->len);
    copy->before = NULL;
    return copy;
}

void
proxy_message_free(ProxyMessage *message)
{
    if (message == NULL)
        return;
    g_byte_array_unref(message->octets);
    g_clear_pointer(&message->before, g_ptr_array_unref);
    g_free(message);
}

void
proxy_rule_free(ProxyRule *rule)
{
    if (rule == NULL)
        return;
    g_free(rule->value);
    g_free(rule->name);
    g_free(rule);
}

static gboolean
set_action(ProxyRule *rule, const gchar *word, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(word, "=", 2);
    rule->action = spoil_find(parts[0]);
    if (rule->action == NULL || rule->action->needs_value != (parts[1] != NULL)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no action \"%s\"", word);
        return FALSE;
    }
    rule->is_for_answers = rule->action->is_for_answers;
    rule->value = g_strdup(parts[1]);
    rule->number = parts[1] == NULL ? 0 : g_ascii_strtoll(parts[1], NULL, 10);
    return TRUE;
}

static gboolean
set_condition(ProxyRule *rule, const gchar *name, const gchar *value)
{
    gint number = (gint)g_ascii_strtoll(value, NULL, 10);
    if (g_str_equal(name, "side"))
        rule->is_for_answers = g_str_equal(value, "answer");
    else if (g_str_equal(name, "copy"))
        rule->on_a_copy = number != 0;
    else if (g_str_equal(name, "over"))
        rule->tcp = g_str_equal(value, "tcp");
    else if (g_str_equal(name, "type"))
        rule->type = number;
    else if (g_str_equal(name, "server"))
        rule->server = number;
    else if (g_str_equal(name, "skip"))
        rule->skip = (guint)number;
    else if (g_str_equal(name, "first"))
        rule->first = (guint)number;
    else if (g_str_equal(name, "rate"))
        rule->rate = g_ascii_strtod(value, NULL) / PERCENT;
    else if (g_str_equal(name, "name") && rule->name == NULL)
        rule->name = g_ascii_strdown(value, -1);
    else
        return FALSE;
    return TRUE;
}

ProxyRule *
proxy_rule_parse(const gchar *text, GError **error)
{
    g_autoptr(ProxyRule) rule = g_new0(ProxyRule, 1);
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    rule->tcp = rule->type = rule->server = -1;
    rule->first = G_MAXUINT;
    rule->rate = 1;
    if (words[0] == NULL || !set_action(rule, words[0], error))
        return NULL;
    for (guint i = 1; words[i] != NULL; i++) {
        g_auto(GStrv) parts = g_strsplit(words[i], "=", 2);
        if (parts[0] == NULL || parts[1] == NULL || !set_condition(rule, parts[0], parts[1])) {
            g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no condition \"%s\"",
                        words[i]);
            return NULL;
        }
    }
    return g_steal_pointer(&rule);
}

/* Whether @name is @top or below it; both end with a dot. */
static gboolean
is_below(const gchar *name, const gchar *top)
{
    if (g_str_equal(top, ".") || g_str_equal(name, top))
        return TRUE;
    return g_str_has_suffix(name, top) && name[strlen(name) - strlen(top) - 1] == '.';
}

static gboolean
rule_fits(const ProxyRule *rule, const ProxyMessage *message)
{
    WireQuestion question;
    if (message->is_answer != rule->is_for_answers ||
        (rule->tcp >= 0 && message->is_tcp != rule->tcp) ||
        (rule->server >= 0 && message->server != (guint)rule->server))
        return FALSE;
    if (rule->type < 0 && rule->name == NULL)
        return TRUE;
    return wire_read_question(message->octets, &question) &&
           (rule->type < 0 || question.type == rule->type) &&
           (rule->name == NULL || is_below(question.name, rule->name));
}

static gboolean
is_its_turn(ProxyRule *rule, GRand *random)
{
    guint n_before = rule->n_seen++;
    return n_before >= rule->skip && n_before - rule->skip < rule->first &&
           (rule->rate >= 1 || g_rand_double(random) < rule->rate);
}

static void
apply(const ProxyRule *rule, GRand *random, ProxyMessage *message)
{
    const SpoilArgument argument = {.value = rule->value, .number = rule->number, .random = random};
    if (!rule->on_a_copy) {
        rule->action->apply(&argument, message);
        return;
    }
    ProxyMessage *copy = proxy_message_copy(message);
    rule->action->apply(&argument, copy);
    if (message->before == NULL)
        message->before = g_ptr_array_new_with_free_func((GDestroyNotify)proxy_message_free);
    g_ptr_array_add(message->before, copy);
}

void
proxy_rules_apply(const GPtrArray *rules, GRand *random, ProxyMessage *message)
{
    for (guint i = 0; i < rules->len && message->fate == FATE_PASS; i++) {
        ProxyRule *rule = g_ptr_array_index(rules, i);
        if (!rule_fits(rule, message) || !is_its_turn(rule, random))
            continue;
        rule->n_applied++;
        apply(rule, random, message);
    }
}

guint
proxy_rules_count_applied(const GPtrArray *rules)
{
    guint n_applied = 0;
    for (guint i = 0; i < rules->len; i++)
        n_applied += ((const ProxyRule *)g_ptr_array_index(rules, i))->n_applied;
    return n_applied;
}
