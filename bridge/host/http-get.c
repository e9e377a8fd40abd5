/* SPDX-License-Identifier: MPL-2.0 */

#include "http-get.h"

#include <string.h>

#include "http-head.h"

#define PORT_HTTP 80

static gboolean
fail(GError **error, const gchar *text)
{
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, text);
    return FALSE;
}

/* What could end a line of the request has no place in it. */
static gboolean
is_clean(const gchar *url)
{
    for (const guchar *c = (const guchar *)url; *c != '\0'; c++)
        if (*c <= ' ' || *c >= 0x7f)
            return FALSE;
    return TRUE;
}

static GUri *
parse_url(const gchar *url, GError **error)
{
    g_autoptr(GUri) uri = is_clean(url) ? g_uri_parse(url, G_URI_FLAGS_ENCODED, error) : NULL;
    if (uri == NULL) {
        g_clear_error(error);
        fail(error, "not an address of the web");
        return NULL;
    }
    const gchar *host = g_uri_get_host(uri);
    if (!g_str_equal(g_uri_get_scheme(uri), "http")) {
        fail(error, "only http is fetched: a revocation list is signed itself");
        return NULL;
    }
    if (host == NULL || *host == '\0' || g_uri_get_userinfo(uri) != NULL) {
        fail(error, "not an address of the web");
        return NULL;
    }
    return g_steal_pointer(&uri);
}

static gchar *
make_request(GUri *uri)
{
    const gchar *path = g_uri_get_path(uri);
    const gchar *query = g_uri_get_query(uri);
    const gchar *host = g_uri_get_host(uri);
    gboolean is_ip6 = strchr(host, ':') != NULL;
    g_autofree gchar *port =
        g_uri_get_port(uri) == -1 ? g_strdup("") : g_strdup_printf(":%d", g_uri_get_port(uri));
    return g_strdup_printf("GET %s%s%s HTTP/1.0\r\nHost: %s%s%s%s\r\nUser-Agent: dane-smime\r\n"
                           "Accept: */*\r\nConnection: close\r\n\r\n",
                           *path == '\0' ? "/" : path, query == NULL ? "" : "?",
                           query == NULL ? "" : query, is_ip6 ? "[" : "", host, is_ip6 ? "]" : "",
                           port);
}

/* All that comes, up to @max_octets and one more. */
static GByteArray *
read_all(GInputStream *input, gsize max_octets, GError **error)
{
    guint8 piece[16384];
    g_autoptr(GByteArray) all = g_byte_array_new();
    gssize n = 0;
    while (all->len <= max_octets &&
           (n = g_input_stream_read(input, piece, sizeof piece, NULL, error)) > 0)
        g_byte_array_append(all, piece, (guint)n);
    return n < 0 ? NULL : g_steal_pointer(&all);
}

static GByteArray *
exchange(GUri *uri, gsize max_octets, guint timeout_seconds, GError **error)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autofree gchar *request = make_request(uri);
    guint16 port = g_uri_get_port(uri) == -1 ? PORT_HTTP : (guint16)g_uri_get_port(uri);
    g_socket_client_set_timeout(client, timeout_seconds);
    g_socket_client_set_enable_proxy(client, FALSE);
    g_autoptr(GSocketConnection) connection =
        g_socket_client_connect_to_host(client, g_uri_get_host(uri), port, NULL, error);
    if (connection == NULL)
        return NULL;
    GIOStream *stream = G_IO_STREAM(connection);
    if (!g_output_stream_write_all(g_io_stream_get_output_stream(stream), request, strlen(request),
                                   NULL, NULL, error))
        return NULL;
    return read_all(g_io_stream_get_input_stream(stream), HTTP_MAX_HEAD_OCTETS + max_octets, error);
}

GBytes *
http_get(const gchar *url, gsize max_octets, guint timeout_seconds, GError **error)
{
    g_autofree gchar *next = g_strdup(url);
    for (guint i = 0; i <= HTTP_MAX_REDIRECTIONS; i++) {
        g_auto(HttpHead) head = HTTP_HEAD_INIT;
        g_autoptr(GUri) uri = parse_url(next, error);
        g_autoptr(GByteArray) answer =
            uri == NULL ? NULL : exchange(uri, max_octets, timeout_seconds, error);
        if (answer == NULL)
            return NULL;
        gsize n_head = http_head_read(answer->data, answer->len, &head);
        if (n_head == 0) {
            fail(error, "the server does not answer with HTTP");
            return NULL;
        }
        if (head.status / 100 != 3 || head.location == NULL)
            return http_head_take_content(&head, answer->data + n_head, answer->len - n_head,
                                          max_octets, error);
        g_autofree gchar *from = g_steal_pointer(&next);
        next = g_uri_resolve_relative(from, head.location, G_URI_FLAGS_ENCODED, NULL);
        if (next == NULL)
            next = g_steal_pointer(&head.location);
    }
    fail(error, "too many redirections");
    return NULL;
}
