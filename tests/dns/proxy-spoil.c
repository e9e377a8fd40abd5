/* SPDX-License-Identifier: MPL-2.0 */
#include "proxy-spoil.h"

#include <string.h>

#include "proxy-wire.h"

#define MILLISECOND 1000
#define FLAGS_AT    2
#define BITS        8

GByteArray *
spoil_read_hex(const gchar *text)
{
    GByteArray *octets = g_byte_array_new();
    for (; g_ascii_isxdigit(text[0]) && g_ascii_isxdigit(text[1]); text += 2) {
        guint8 octet = (guint8)(g_ascii_xdigit_value(text[0]) << 4 | g_ascii_xdigit_value(text[1]));
        g_byte_array_append(octets, &octet, 1);
    }
    return octets;
}

static void
spoil_delay(const SpoilArgument *argument, ProxyMessage *message)
{
    message->delay_us += argument->number * MILLISECOND;
}

static void
spoil_drop(const SpoilArgument *argument G_GNUC_UNUSED, ProxyMessage *message)
{
    message->fate = FATE_DROP;
}

static void
spoil_close(const SpoilArgument *argument G_GNUC_UNUSED, ProxyMessage *message)
{
    message->fate = message->is_tcp ? FATE_CLOSE : FATE_DROP;
}

static void
spoil_reset(const SpoilArgument *argument G_GNUC_UNUSED, ProxyMessage *message)
{
    message->fate = message->is_tcp ? FATE_RESET : FATE_DROP;
}

static void
spoil_drip(const SpoilArgument *argument, ProxyMessage *message)
{
    message->drip_us = argument->number * MILLISECOND;
}

static void
spoil_stray(const SpoilArgument *argument G_GNUC_UNUSED, ProxyMessage *message)
{
    message->is_stray = TRUE;
}

static void
spoil_rcode(const SpoilArgument *argument, ProxyMessage *message)
{
    wire_make_response(message->octets, 0, (guint8)argument->number);
    message->fate = message->is_answer ? FATE_PASS : FATE_REPLY;
}

/* TC, so that one asks by TCP. */
static void
spoil_truncate(const SpoilArgument *argument G_GNUC_UNUSED, ProxyMessage *message)
{
    wire_make_response(message->octets, WIRE_FLAG_TC, 0);
}

/* The first octets only; TCP announces them all, and closes. */
static void
spoil_cut(const SpoilArgument *argument, ProxyMessage *message)
{
    message->announced = message->octets->len;
    message->is_cut = TRUE;
    g_byte_array_set_size(message->octets, (guint)MIN(argument->number, message->octets->len));
}

/* TCP announces this many octets, and the rest never comes. */
static void
spoil_announce(const SpoilArgument *argument, ProxyMessage *message)
{
    message->announced = (gsize)argument->number;
}

static void
spoil_pad(const SpoilArgument *argument, ProxyMessage *message)
{
    guint old = message->octets->len;
    g_byte_array_set_size(message->octets, (guint)MIN(old + argument->number, WIRE_MAX_OCTETS));
    memset(message->octets->data + old, 0, message->octets->len - old);
}

static void
spoil_garbage(const SpoilArgument *argument, ProxyMessage *message)
{
    g_byte_array_set_size(message->octets, (guint)argument->number);
    for (guint i = FLAGS_AT; i < message->octets->len; i++)
        message->octets->data[i] = (guint8)g_rand_int(argument->random);
}

/* Another message, with the id of this one. */
static void
spoil_replace(const SpoilArgument *argument, ProxyMessage *message)
{
    g_autoptr(GByteArray) other = spoil_read_hex(argument->value);
    if (other->len < WIRE_HEADER_OCTETS)
        return;
    g_byte_array_set_size(message->octets, FLAGS_AT);
    g_byte_array_append(message->octets, other->data + FLAGS_AT, other->len - FLAGS_AT);
    if (!message->is_answer)
        message->fate = FATE_REPLY;
}

/* Inverts the bits of a mask in the 16 bits at an offset: OFFSET:HEX. */
static void
spoil_invert(const SpoilArgument *argument, ProxyMessage *message)
{
    const gchar *colon = strchr(argument->value, ':');
    gsize at = (gsize)argument->number;
    if (colon == NULL || at + 2 > message->octets->len)
        return;
    guint16 mask = (guint16)g_ascii_strtoull(colon + 1, NULL, 16);
    wire_set_uint16(message->octets, at, wire_get_uint16(message->octets, at) ^ mask);
}

/* One bit, anywhere. */
static void
spoil_flip(const SpoilArgument *argument, ProxyMessage *message)
{
    guint32 bit =
        (guint32)g_rand_int_range(argument->random, 0, (gint32)(message->octets->len * BITS));
    message->octets->data[bit / BITS] ^= (guint8)(1u << bit % BITS);
}

static void
spoil_again(const SpoilArgument *argument, ProxyMessage *message)
{
    if (message->before == NULL)
        message->before = g_ptr_array_new_with_free_func((GDestroyNotify)proxy_message_free);
    for (gint64 i = 0; i < argument->number; i++)
        g_ptr_array_add(message->before, proxy_message_copy(message));
}

static const SpoilAction actions[] = {
    {"again", TRUE, TRUE, spoil_again},
    {"announce", TRUE, TRUE, spoil_announce},
    {"append", TRUE, TRUE, spoil_append},
    {"close", FALSE, FALSE, spoil_close},
    {"cut", TRUE, TRUE, spoil_cut},
    {"delay", TRUE, TRUE, spoil_delay},
    {"double", TRUE, FALSE, spoil_double},
    {"drip", TRUE, TRUE, spoil_drip},
    {"drop", FALSE, FALSE, spoil_drop},
    {"flip", TRUE, FALSE, spoil_flip},
    {"flip-record", TRUE, TRUE, spoil_flip_record},
    {"garbage", TRUE, TRUE, spoil_garbage},
    {"invert", TRUE, TRUE, spoil_invert},
    {"keep", TRUE, TRUE, spoil_keep},
    {"pad", TRUE, TRUE, spoil_pad},
    {"rcode", FALSE, TRUE, spoil_rcode},
    {"replace", TRUE, TRUE, spoil_replace},
    {"reset", FALSE, FALSE, spoil_reset},
    {"reverse", TRUE, FALSE, spoil_reverse},
    {"stray", TRUE, FALSE, spoil_stray},
    {"strip", TRUE, TRUE, spoil_strip},
    {"truncate", TRUE, FALSE, spoil_truncate},
    {"ttl", TRUE, TRUE, spoil_ttl},
};

const SpoilAction *
spoil_find(const gchar *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(actions); i++)
        if (g_str_equal(actions[i].name, name))
            return &actions[i];
    return NULL;
}
