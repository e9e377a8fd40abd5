/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>

typedef struct {
    guint n_secure;
} AskResult;

/* One way to look names up; the program ends where it fails to begin. */
typedef struct {
    const gchar *name; /* NULL ends the list */
    gpointer (*begin)(const gchar *server, const gchar *anchor_file);
    /* All at once; returns when all are answered. */
    void (*ask)(gpointer asker, const gchar *const *names, AskResult *out_result);
    gsize (*get_memory)(gpointer asker); /* octets */
    void (*end)(gpointer asker);
} AskWay;

/* "getdns", "unbound": cache, client, and the resolver program with that engine, as the host has
 * them. "getdns-engine", "unbound-engine": the engine in this process. "libunbound": nothing but
 * that library. */
extern const AskWay ask_ways[];

/* dns-ask-libunbound.c */
gpointer ask_libunbound_begin(const gchar *server, const gchar *anchor_file);
void ask_libunbound_ask(gpointer asker, const gchar *const *names, AskResult *out_result);
void ask_libunbound_end(gpointer asker);

/* Resident octets of a process; 0: this one. */
gsize ask_get_memory(GPid pid);
