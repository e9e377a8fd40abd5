/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-config.h"

/* What host and command line alike offer about how the DNS is asked. */

/* As on the command line; NULL: not given. */
typedef struct {
    gchar *engine;
    gchar *transport;
    gchar *tls_ca;
    gchar *root_hints;
    gchar *avoidance;
    gchar *deadline;
} DnsOptions;

#define DNS_OPTIONS_N_ENTRIES 7

/* Seconds for all lookups of one call. */
#define DNS_OPTIONS_MAX_DEADLINE 3600u

/* Into @options, and alive as long. */
void dns_options_fill_entries(DnsOptions *options, GOptionEntry entries[DNS_OPTIONS_N_ENTRIES]);

/* Those of @from win, and are taken from it. */
void dns_options_merge(DnsOptions *into, DnsOptions *from);

/* Reads the file of root servers. What was not given stays as it is in @config. @error:
 * DNS_ERROR_SERVER, with the option's name */
gboolean dns_options_apply(const DnsOptions *options, ResolverConfig *config, GError **error);

void dns_options_clear(DnsOptions *options);
