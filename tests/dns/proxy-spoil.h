/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "proxy-rule.h"

/* What a rule does to a message. README.md tells what each is for. */

/* What the rule says behind the action's name. */
typedef struct {
    const gchar *value; /* NULL if there is none */
    gint64 number;      /* that value as a number */
    GRand *random;
} SpoilArgument;

typedef void (*SpoilFunction)(const SpoilArgument *argument, ProxyMessage *message);

typedef struct {
    const gchar *name;
    gboolean is_for_answers; /* unless the rule says otherwise */
    gboolean needs_value;
    SpoilFunction apply;
} SpoilAction;

/* NULL if there is no such action. */
const SpoilAction *spoil_find(const gchar *name);

/* proxy-spoil-records.c: those that need to know the records. A message that can't be read stays as
 * it is. */
void spoil_strip(const SpoilArgument *argument, ProxyMessage *message);
void spoil_keep(const SpoilArgument *argument, ProxyMessage *message);
void spoil_append(const SpoilArgument *argument, ProxyMessage *message);
void spoil_ttl(const SpoilArgument *argument, ProxyMessage *message);
void spoil_reverse(const SpoilArgument *argument, ProxyMessage *message);
void spoil_double(const SpoilArgument *argument, ProxyMessage *message);
void spoil_flip_record(const SpoilArgument *argument, ProxyMessage *message);

/* Octets from hexadecimal digits; up to the first character that is none. */
GByteArray *spoil_read_hex(const gchar *text);
