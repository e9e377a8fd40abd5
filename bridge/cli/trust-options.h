/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "cli.h"

/* The options by which "verify", "read", "encrypt" and "lookup" are told whom to trust besides the
 * DNS: --ca, --system-authorities, --crl, --require-crl. */
typedef struct {
    gchar **authorities;
    gchar **crls;
    gboolean system_authorities;
    gboolean require_crl;
} TrustOptions;

void trust_options_clear(TrustOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TrustOptions, trust_options_clear)

/* The entries, into @options. @into: (element-type GOptionEntry): zero-terminated */
void trust_options_add_entries(TrustOptions *options, GArray *into);
/* Prints what is wrong with a file, unless EXIT_HOLDS. */
CliExit trust_options_add_params(Cli *cli, JsonObject *params, const TrustOptions *options);
