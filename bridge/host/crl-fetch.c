/* SPDX-License-Identifier: MPL-2.0 */

#include "crl-fetch.h"

#include "bridge.h"
#include "core-limits.h"
#include "crl-file.h"
#include "distribution-point.h"
#include "op.h"

/* What dane-smime-fetch may say of a failure. */
#define MAX_MESSAGE_OCTETS 1000u

/* Up to @max_octets; NULL for more, or after an error. */
static GBytes *
read_limited(GInputStream *input, gsize max_octets, GCancellable *cancellable)
{
    guint8 piece[16384];
    g_autoptr(GByteArray) all = g_byte_array_new();
    gssize n = 0;
    while ((n = g_input_stream_read(input, piece, sizeof piece, cancellable, NULL)) > 0) {
        if (all->len + (gsize)n > max_octets)
            return NULL;
        g_byte_array_append(all, piece, (guint)n);
    }
    return n < 0 ? NULL : g_byte_array_free_to_bytes(g_steal_pointer(&all));
}

/* What the program says is for people; it can't say what is not text. */
static gchar *
dup_message(GSubprocess *process, GCancellable *cancellable)
{
    g_autoptr(GBytes) said =
        read_limited(g_subprocess_get_stderr_pipe(process), MAX_MESSAGE_OCTETS, cancellable);
    gsize n_octets = 0;
    const gchar *octets = said == NULL ? NULL : g_bytes_get_data(said, &n_octets);
    if (n_octets == 0)
        return g_strdup("no answer in time");
    g_autofree gchar *text = g_utf8_make_valid(octets, (gssize)n_octets);
    return g_strdup(g_strstrip(text));
}

static GSubprocess *
start_program(const gchar *url, HttpReach reach, GError **error)
{
    g_autofree gchar *program = bridge_dup_fetch_program();
    const gchar *words[4] = {program};
    guint n = 1;
    if (reach != HTTP_REACH_PUBLIC)
        words[n++] = reach == HTTP_REACH_ANY ? HTTP_REACH_OPTION_ANY : HTTP_REACH_OPTION_NAMED;
    words[n] = url;
    return g_subprocess_newv(words, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
                             error);
}

GBytes *
crl_fetch(const gchar *url, HttpReach reach, GCancellable *cancellable, GError **error)
{
    g_autoptr(GSubprocess) process = start_program(url, reach, error);
    if (process == NULL)
        return NULL;
    g_autoptr(GBytes) octets =
        read_limited(g_subprocess_get_stdout_pipe(process), LIMIT_CRL_OCTETS, cancellable);
    if (octets == NULL)
        g_subprocess_force_exit(process);
    g_autofree gchar *message = dup_message(process, cancellable);
    gboolean ended = g_subprocess_wait(process, NULL, NULL);
    if (octets != NULL && ended && g_subprocess_get_if_exited(process) &&
        g_subprocess_get_exit_status(process) == 0)
        return g_steal_pointer(&octets);
    g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_FILE, message);
    return NULL;
}

void
fetched_crls_free(FetchedCrls *fetched)
{
    if (fetched == NULL)
        return;
    g_free(fetched->url);
    g_clear_pointer(&fetched->lists, g_ptr_array_unref);
    g_clear_error(&fetched->problem);
    g_free(fetched);
}

typedef struct {
    FetchedCrls *fetched;
    HttpReach reach;
    GCancellable *cancellable;
    GThread *thread;
} Errand;

static gpointer
run_errand(gpointer data)
{
    Errand *errand = data;
    FetchedCrls *fetched = errand->fetched;
    g_autoptr(GBytes) octets =
        crl_fetch(fetched->url, errand->reach, errand->cancellable, &fetched->problem);
    if (octets != NULL)
        fetched->lists = crls_parse_file(octets, &fetched->problem);
    return NULL;
}

GPtrArray *
crl_fetch_all(GPtrArray *urls, HttpReach reach, GCancellable *cancellable)
{
    GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)fetched_crls_free);
    g_autofree Errand *errands = g_new0(Errand, urls->len);
    for (guint i = 0; i < urls->len; i++) {
        FetchedCrls *fetched = g_new0(FetchedCrls, 1);
        fetched->url = g_strdup(g_ptr_array_index(urls, i));
        g_ptr_array_add(all, fetched);
        errands[i] = (Errand){fetched, reach, cancellable, NULL};
        errands[i].thread = g_thread_new("fetch", run_errand, &errands[i]);
    }
    for (guint i = 0; i < urls->len; i++)
        g_thread_join(errands[i].thread);
    return all;
}

static void
add_urls(Certificate *certificate, GPtrArray *urls)
{
    g_autoptr(GPtrArray) named = distribution_points_get_urls(certificate);
    for (guint i = 0; i < named->len && urls->len < CRL_FETCH_MAX_URLS; i++) {
        const gchar *url = g_ptr_array_index(named, i);
        if (!g_ptr_array_find_with_equal_func(urls, url, g_str_equal, NULL))
            g_ptr_array_add(urls, g_strdup(url));
    }
}

void
crl_fetch_collect_urls(GPtrArray *certificates, GPtrArray *urls)
{
    for (guint i = 0; i < certificates->len; i++)
        add_urls(g_ptr_array_index(certificates, i), urls);
}
