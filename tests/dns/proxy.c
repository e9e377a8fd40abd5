/* SPDX-License-Identifier: MPL-2.0 */

/* Stands between a resolver and name servers, and loses, delays and spoils what passes. README.md
 * has its rules and commands. Ends when standard input closes. */

#include <arpa/inet.h>
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "proxy-door.h"
#include "proxy-later.h"
#include "proxy-net.h"

#define EXIT_USAGE     2
#define MILLISECOND    1000
#define DNS_PORT       "53"
#define STRAY_ADDRESS  "127.0.0.2"
#define RETRANSMISSION "200" /* ms after which Linux sends a TCP segment again at the earliest */

typedef struct {
    GMainLoop *loop;
    GPtrArray *doors; /* (element-type ProxyDoor); NULL where one was closed */
} Proxy;

static gboolean
parse_address(const gchar *text, struct sockaddr_in *out_address, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, "@", 2);
    guint64 port = 0;
    *out_address = (struct sockaddr_in){.sin_family = AF_INET};
    if (parts[0] == NULL || parts[1] == NULL ||
        inet_pton(AF_INET, parts[0], &out_address->sin_addr) != 1 ||
        !g_ascii_string_to_unsigned(parts[1], 10, 0, G_MAXUINT16, &port, NULL)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "\"%s\" is not ADDR@PORT",
                    text);
        return FALSE;
    }
    out_address->sin_port = htons((guint16)port);
    return TRUE;
}

/* Takes @net. */
static gchar *
add_door(Proxy *proxy, int net, const ProxyGateAddresses *gates, guint n_gates, GError **error)
{
    ProxyDoor *door = proxy_door_new(net, gates, n_gates, error);
    if (door == NULL)
        return NULL;
    g_ptr_array_add(proxy->doors, door);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%u", proxy->doors->len);
    for (guint i = 0; i < n_gates; i++) {
        g_autofree gchar *address = proxy_door_get_address(door, i);
        g_string_append_printf(text, " %s", address);
    }
    if (net >= 0)
        g_string_append_printf(text, " /proc/%d/fd/%d", getpid(), net);
    return g_string_free(text, FALSE);
}

/* "open UPSTREAM…" */
static gchar *
open_door(Proxy *proxy, gchar **words, GError **error)
{
    guint n_gates = g_strv_length(words);
    g_autofree ProxyGateAddresses *gates = g_new0(ProxyGateAddresses, n_gates);
    for (guint i = 0; i < n_gates; i++) {
        if (!parse_address(words[i], &gates[i].upstream, error) ||
            !parse_address("127.0.0.1@0", &gates[i].listen, error) ||
            !parse_address(STRAY_ADDRESS "@0", &gates[i].stray, error))
            return NULL;
    }
    return add_door(proxy, -1, gates, n_gates, error);
}

/* "open-net ADDR=UPSTREAM…": port 53 in a network namespace */
static gchar *
open_net(Proxy *proxy, gchar **words, GError **error)
{
    guint n_gates = g_strv_length(words);
    g_autofree ProxyGateAddresses *gates = g_new0(ProxyGateAddresses, n_gates);
    g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < n_gates; i++) {
        g_auto(GStrv) parts = g_strsplit(words[i], "=", 2);
        g_autofree gchar *listen = g_strconcat(parts[0], "@" DNS_PORT, NULL);
        g_ptr_array_add(addresses, g_strdup(parts[0]));
        if (!parse_address(parts[1] == NULL ? "" : parts[1], &gates[i].upstream, error) ||
            !parse_address(listen, &gates[i].listen, error) ||
            !parse_address(STRAY_ADDRESS "@0", &gates[i].stray, error))
            return NULL;
    }
    g_ptr_array_add(addresses, NULL);
    int net = proxy_net_new((const gchar *const *)addresses->pdata, error);
    return net < 0 ? NULL : add_door(proxy, net, gates, n_gates, error);
}

static gboolean
add_rule(ProxyDoor *door, const gchar *text, GError **error)
{
    ProxyRule *rule = proxy_rule_parse(text, error);
    if (rule != NULL)
        proxy_door_add_rule(door, rule);
    return rule != NULL;
}

/* Datagrams of both directions are lost; what TCP loses comes with the next attempt. */
static gboolean
add_loss(ProxyDoor *door, const gchar *percent, GError **error)
{
    static const gchar *const rules[] = {
        "drop side=query over=udp rate=",
        "drop side=answer over=udp rate=",
        "delay=" RETRANSMISSION " over=tcp rate=",
        "delay=" RETRANSMISSION " over=tcp rate=",
    };
    for (guint i = 0; i < G_N_ELEMENTS(rules); i++) {
        g_autofree gchar *text = g_strconcat(rules[i], percent, NULL);
        if (!add_rule(door, text, error))
            return FALSE;
    }
    return TRUE;
}

static void
set_round_trip(ProxyDoor *door, const gchar *milliseconds)
{
    proxy_door_set_round_trip(door, (gint64)(g_ascii_strtod(milliseconds, NULL) * MILLISECOND));
}

static ProxyDoor *
find_door(Proxy *proxy, const gchar *number, guint *out_index, GError **error)
{
    guint64 index = number == NULL ? 0 : g_ascii_strtoull(number, NULL, 10);
    ProxyDoor *door =
        index == 0 || index > proxy->doors->len ? NULL : g_ptr_array_index(proxy->doors, index - 1);
    if (door == NULL)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no such door");
    *out_index = (guint)index - 1;
    return door;
}

/* A command about one door: VERB DOOR [REST] */
static gchar *
command_door(Proxy *proxy, gchar **words, GError **error)
{
    const gchar *verb = words[0];
    guint index;
    ProxyDoor *door = find_door(proxy, words[1], &index, error);
    g_autofree gchar *rest = door == NULL ? NULL : g_strjoinv(" ", words + 2);
    if (door == NULL)
        return NULL;
    if (g_str_equal(verb, "count"))
        return proxy_door_describe_counts(door);
    if (g_str_equal(verb, "questions"))
        return proxy_door_describe_questions(door);
    if (g_str_equal(verb, "rule"))
        return add_rule(door, rest, error) ? g_strdup("") : NULL;
    if (g_str_equal(verb, "loss"))
        return add_loss(door, rest, error) ? g_strdup("") : NULL;
    if (g_str_equal(verb, "round-trip")) {
        set_round_trip(door, rest);
    } else if (g_str_equal(verb, "clear")) {
        proxy_door_add_rule(door, NULL);
        proxy_door_set_round_trip(door, 0);
    } else if (g_str_equal(verb, "reset")) {
        proxy_door_reset_counts(door);
    } else if (g_str_equal(verb, "close")) {
        proxy_door_free(door);
        proxy->doors->pdata[index] = NULL;
    } else {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no command \"%s\"", verb);
        return NULL;
    }
    return g_strdup("");
}

static void
command(Proxy *proxy, const gchar *line)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    g_autofree gchar *text = NULL;
    if (words[0] != NULL && g_str_equal(words[0], "open"))
        text = open_door(proxy, words + 1, &error);
    else if (words[0] != NULL && g_str_equal(words[0], "open-net"))
        text = open_net(proxy, words + 1, &error);
    else if (words[0] != NULL)
        text = command_door(proxy, words, &error);
    if (text != NULL)
        printf("ok%s%s\n", *text == '\0' ? "" : " ", text);
    else
        printf("error %s\n", error == NULL ? "nothing asked" : error->message);
    fflush(stdout);
}

static gboolean
on_input(GIOChannel *input, GIOCondition condition G_GNUC_UNUSED, gpointer user_data)
{
    Proxy *proxy = user_data;
    g_autofree gchar *line = NULL;
    gsize end = 0;
    if (g_io_channel_read_line(input, &line, NULL, &end, NULL) != G_IO_STATUS_NORMAL) {
        g_main_loop_quit(proxy->loop);
        return G_SOURCE_REMOVE;
    }
    line[end] = '\0';
    command(proxy, line);
    return G_SOURCE_CONTINUE;
}

/* The first door, as the command line describes it. */
static gboolean
open_first(Proxy *proxy, gchar **upstreams, const gchar *round_trip, const gchar *loss,
           gchar **rules, GError **error)
{
    g_autofree gchar *text = upstreams == NULL ? g_strdup("") : open_door(proxy, upstreams, error);
    if (text == NULL)
        return FALSE;
    ProxyDoor *door = upstreams == NULL ? NULL : g_ptr_array_index(proxy->doors, 0);
    if (door != NULL && round_trip != NULL)
        set_round_trip(door, round_trip);
    if (door != NULL && loss != NULL && !add_loss(door, loss, error))
        return FALSE;
    for (guint i = 0; door != NULL && rules != NULL && rules[i] != NULL; i++)
        if (!add_rule(door, rules[i], error))
            return FALSE;
    printf("ready%s%s\n", *text == '\0' ? "" : " ", text);
    fflush(stdout);
    return TRUE;
}

static gboolean
start(Proxy *proxy, int argc, char **argv, GError **error)
{
    g_auto(GStrv) upstreams = NULL;
    g_auto(GStrv) rules = NULL;
    g_autofree gchar *round_trip = NULL;
    g_autofree gchar *loss = NULL;
    const GOptionEntry entries[] = {
        {"upstream", 0, 0, G_OPTION_ARG_STRING_ARRAY, &upstreams, "a name server", "ADDR@PORT"},
        {"round-trip", 0, 0, G_OPTION_ARG_STRING, &round_trip, "to a client and back", "MS"},
        {"loss", 0, 0, G_OPTION_ARG_STRING, &loss, "of packets, in each direction", "PERCENT"},
        {"rule", 0, 0, G_OPTION_ARG_STRING_ARRAY, &rules, "what is done to messages", "RULE"},
        {0},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    return g_option_context_parse(context, &argc, &argv, error) &&
           open_first(proxy, upstreams, round_trip, loss, rules, error);
}

/* A door with many addresses has many descriptors. */
static void
raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int
main(int argc, char **argv)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(GPtrArray) doors = g_ptr_array_new();
    g_autoptr(GIOChannel) input = g_io_channel_unix_new(STDIN_FILENO);
    g_autoptr(GError) error = NULL;
    Proxy proxy = {.loop = loop, .doors = doors};
    later_init();
    raise_limit();
    if (!start(&proxy, argc, argv, &error)) {
        g_printerr("proxy: %s\n", error->message);
        return EXIT_USAGE;
    }
    g_io_add_watch(input, G_IO_IN | G_IO_HUP, on_input, &proxy);
    g_main_loop_run(loop);
    for (guint i = 0; i < doors->len; i++)
        if (g_ptr_array_index(doors, i) != NULL)
            proxy_door_free(g_ptr_array_index(doors, i));
    return EXIT_SUCCESS;
}
