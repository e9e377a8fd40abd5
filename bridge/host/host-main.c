/* SPDX-License-Identifier: MPL-2.0 */

/* dane-smime-host: started by Thunderbird with the path of its manifest and the add-on's id. */

#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <locale.h>
#include <signal.h>
#include <unistd.h>

#include "cms-init.h"
#include "dns-options.h"
#include "host-config.h"
#include "session.h"

typedef struct {
    gchar *profile;
    gchar **servers;
    gboolean recursive;
    gboolean udp;
    DnsOptions dns;
    gchar *trust_anchor;
    gboolean offline;
    gboolean no_learning;
    gboolean no_cache;
    gboolean version;
    gchar **rest;
} HostOptions;

static void
host_options_clear(HostOptions *options)
{
    g_free(options->profile);
    g_strfreev(options->servers);
    g_free(options->trust_anchor);
    g_strfreev(options->rest);
    dns_options_clear(&options->dns);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HostOptions, host_options_clear)

static gboolean
read_options(int *argc, char ***argv, HostOptions *options, GError **error)
{
    const GOptionEntry entries[] = {
        {"profile", 0, 0, G_OPTION_ARG_FILENAME, &options->profile, "Folder of the key store",
         "DIR"},
        {"dns-server", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->servers,
         "Name server to ask; may be repeated", "ADDR[@PORT][#NAME]"},
        {"dns-recursive", 0, 0, G_OPTION_ARG_NONE, &options->recursive, "Resolve from the root",
         NULL},
        {"dns-udp", 0, 0, G_OPTION_ARG_NONE, &options->udp, "The same as --dns-transport udp",
         NULL},
        {"trust-anchor", 0, 0, G_OPTION_ARG_FILENAME, &options->trust_anchor,
         "DNSSEC trust anchor of the root", "FILE"},
        {"offline", 0, 0, G_OPTION_ARG_NONE, &options->offline, "Look nothing up", NULL},
        {"no-learn", 0, 0, G_OPTION_ARG_NONE, &options->no_learning,
         "Don't record what correspondents can read", NULL},
        {"no-cache", 0, 0, G_OPTION_ARG_NONE, &options->no_cache,
         "Neither use nor keep answers of the DNS on disk", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version and exit", NULL},
        /* Thunderbird's two arguments */
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->rest, NULL, NULL},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("[MANIFEST ADD-ON-ID]");
    g_option_context_set_summary(context,
                                 "Native-messaging host of dane-smime; Thunderbird starts it.");
    GOptionEntry dns_entries[DNS_OPTIONS_N_ENTRIES];
    dns_options_fill_entries(&options->dns, dns_entries);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, dns_entries, NULL);
    return g_option_context_parse(context, argc, argv, error);
}

static BridgeSettings *
make_settings(HostOptions *options, GError **error)
{
    g_autoptr(BridgeSettings) settings = bridge_settings_new();
    settings->profile =
        options->profile == NULL ? NULL : g_canonicalize_filename(options->profile, NULL);
    settings->offline = options->offline;
    settings->no_learning = options->no_learning;
    settings->no_cache = options->no_cache;
    settings->resolver->servers = g_steal_pointer(&options->servers);
    settings->resolver->recursive = options->recursive;
    settings->resolver->trust_anchor_file = g_steal_pointer(&options->trust_anchor);
    settings->resolver->transport = options->udp ? RESOLVER_TRANSPORT_UDP : RESOLVER_TRANSPORT_TCP;
    if (!dns_options_apply(&options->dns, settings->resolver, error))
        return NULL;
    return g_steal_pointer(&settings);
}

/* The stream keeps the real standard output for itself: a stray printf of a library lands on
 * standard error instead of between two frames. */
static gint
take_standard_output(void)
{
    gint fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (fd >= 0)
        dup2(STDERR_FILENO, STDOUT_FILENO);
    return fd;
}

static gboolean
run(Bridge *bridge)
{
    gint fd = take_standard_output();
    if (fd < 0)
        return FALSE;
    g_autoptr(GInputStream) input = g_unix_input_stream_new(STDIN_FILENO, FALSE);
    g_autoptr(GOutputStream) output = g_unix_output_stream_new(fd, TRUE);
    g_autoptr(Session) session = session_new(bridge, input, output);
    return session_run(session);
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    signal(SIGPIPE, SIG_IGN);
    g_auto(HostOptions) options = {0};
    g_autoptr(GError) error = NULL;
    if (!read_options(&argc, &argv, &options, &error)) {
        g_printerr("dane-smime-host: %s\n", error->message);
        return 2;
    }
    if (options.version) {
        g_printerr("dane-smime-host %s\n", HOST_VERSION);
        return 0;
    }
    BridgeSettings *settings = make_settings(&options, &error);
    Bridge *bridge = settings == NULL ? NULL : bridge_new(settings, &error);
    if (bridge == NULL) {
        g_printerr("dane-smime-host: %s\n", error->message);
        return 3;
    }
    gboolean done = run(bridge);
    bridge_free(bridge);
    cms_shutdown(NULL);
    return done ? 0 : 3;
}
