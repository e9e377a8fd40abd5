/* SPDX-License-Identifier: MPL-2.0 */

#include "http-get.h"

#include <string.h>

#include "http-connect.h"
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

/* Appends what comes next, which may be nothing. FALSE: an error. */
static gboolean
read_piece(GInputStream *input, GByteArray *answer, gsize *out_n_octets, GError **error)
{
    guint8 piece[16384];
    gssize n = g_input_stream_read(input, piece, sizeof piece, NULL, error);
    if (n > 0)
        g_byte_array_append(answer, piece, (guint)n);
    *out_n_octets = n > 0 ? (gsize)n : 0;
    return n >= 0;
}

/* Until there are @n_octets, or no more come. */
static gboolean
read_until(GInputStream *input, GByteArray *answer, gsize n_octets, GError **error)
{
    gsize n_new = 1;
    while (answer->len < n_octets && n_new > 0)
        if (!read_piece(input, answer, &n_new, error))
            return FALSE;
    return TRUE;
}

static gboolean
read_head(GInputStream *input, GByteArray *answer, HttpHead *head, gsize *out_n_head,
          GError **error)
{
    gsize n_new = 1;
    while (http_head_find_end(answer->data, answer->len) == 0 &&
           answer->len < HTTP_MAX_HEAD_OCTETS && n_new > 0)
        if (!read_piece(input, answer, &n_new, error))
            return FALSE;
    *out_n_head = http_head_read(answer->data, answer->len, head);
    return *out_n_head > 0 || fail(error, "the server does not answer with HTTP");
}

/* NULL without an error: @head says where else it is. */
static GBytes *
read_answer(GInputStream *input, gsize max_octets, HttpHead *head, GError **error)
{
    gsize n_head = 0;
    g_autoptr(GByteArray) answer = g_byte_array_new();
    if (!read_head(input, answer, head, &n_head, error))
        return NULL;
    if (head->status / 100 == 3 && head->location != NULL)
        return NULL;
    if (!http_head_promises_content(head, max_octets, error))
        return NULL;
    gsize n_content = head->n_octets >= 0 ? (gsize)head->n_octets : max_octets + 1;
    if (!read_until(input, answer, n_head + n_content, error))
        return NULL;
    return http_head_take_content(head, answer->data + n_head, answer->len - n_head, max_octets,
                                  error);
}

/* What does not change from one redirection to the next, and what does. */
typedef struct {
    HttpReach reach;
    gboolean may_be_private;
    gsize max_octets;
    guint timeout_seconds;
} Errand;

static GBytes *
exchange(GUri *uri, Errand *errand, HttpHead *head, GError **error)
{
    gboolean is_private = FALSE;
    g_autofree gchar *request = make_request(uri);
    guint16 port = g_uri_get_port(uri) == -1 ? PORT_HTTP : (guint16)g_uri_get_port(uri);
    g_autoptr(GSocketConnection) connection =
        http_connect(g_uri_get_host(uri), port, errand->may_be_private, errand->timeout_seconds,
                     &is_private, error);
    if (connection == NULL)
        return NULL;
    errand->may_be_private =
        errand->reach == HTTP_REACH_ANY || (errand->may_be_private && is_private);
    GIOStream *stream = G_IO_STREAM(connection);
    if (!g_output_stream_write_all(g_io_stream_get_output_stream(stream), request, strlen(request),
                                   NULL, NULL, error))
        return NULL;
    return read_answer(g_io_stream_get_input_stream(stream), errand->max_octets, head, error);
}

GBytes *
http_get(const gchar *url, HttpReach reach, gsize max_octets, guint timeout_seconds, GError **error)
{
    g_autofree gchar *next = g_strdup(url);
    Errand errand = {reach, reach != HTTP_REACH_PUBLIC, max_octets, timeout_seconds};
    for (guint i = 0; i <= HTTP_MAX_REDIRECTIONS; i++) {
        g_auto(HttpHead) head = HTTP_HEAD_INIT;
        g_autoptr(GError) problem = NULL;
        g_autoptr(GUri) uri = parse_url(next, error);
        if (uri == NULL)
            return NULL;
        GBytes *content = exchange(uri, &errand, &head, &problem);
        if (content != NULL)
            return content;
        if (problem != NULL) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return NULL;
        }
        g_autofree gchar *from = g_steal_pointer(&next);
        next = g_uri_resolve_relative(from, head.location, G_URI_FLAGS_ENCODED, NULL);
        if (next == NULL)
            next = g_steal_pointer(&head.location);
    }
    fail(error, "too many redirections");
    return NULL;
}
