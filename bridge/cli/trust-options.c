/* SPDX-License-Identifier: MPL-2.0 */

#include "trust-options.h"

#include "input.h"
#include "run.h"

void
trust_options_clear(TrustOptions *options)
{
    g_clear_pointer(&options->authorities, g_strfreev);
    g_clear_pointer(&options->crls, g_strfreev);
}

void
trust_options_add_entries(TrustOptions *options, GArray *into)
{
    const GOptionEntry entries[] = {
        {"ca", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->authorities,
         "Trust this certificate authority for records of usage 0 and 1, and where the DNS has "
         "nothing; may be repeated",
         "FILE"},
        {"system-authorities", 0, 0, G_OPTION_ARG_NONE, &options->system_authorities,
         "Trust the certificate authorities of the system like those of --ca", NULL},
        {"crl", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->crls,
         "Certificate revocation list; may be repeated", "FILE"},
        {"require-crl", 0, 0, G_OPTION_ARG_NONE, &options->require_crl,
         "Trust an authority only where lists say that nothing was revoked", NULL},
    };
    g_array_append_vals(into, entries, G_N_ELEMENTS(entries));
}

CliExit
trust_options_add_params(Cli *cli, JsonObject *params, const TrustOptions *options)
{
    if (options->require_crl)
        json_object_set_boolean_member(params, "require_crl", TRUE);
    if (options->system_authorities)
        json_object_set_boolean_member(params, "system_authorities", TRUE);
    if (!input_add_crls(params, "crls", options->crls))
        return EXIT_UNKNOWN;
    return cli_add_certificates(cli, params, "authorities", options->authorities);
}
