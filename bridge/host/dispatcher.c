/* SPDX-License-Identifier: MPL-2.0 */

#include "dispatcher.h"

#include "body-file.h"
#include "core-limits.h"
#include "fault.h"
#include "json-facts.h"
#include "octet-spool.h"
#include "op.h"
#include "params.h"

/* One for each request: most of the time they wait for the DNS, and where that does not answer,
 * those that ask nothing must not wait behind them. */
#define N_WORKERS ((gint)LIMIT_REQUESTS)
/* Between two reports of progress of one request. */
#define PROGRESS_INTERVAL_US (100 * 1000)

struct _Dispatcher {
    Bridge *bridge;
    OutQueue *queue;
    DispatcherWake wake;
    gpointer wake_data;
    GThreadPool *workers;
    GHashTable *jobs; /* id → Job, until it is answered */
    guint n_running;
};

/* One request from its first frame to its answer. While it runs, the worker has reply and error. */
typedef struct {
    Dispatcher *dispatcher;
    Request *request;
    const OpRow *row;
    OctetSpool *pieces; /* of a body in chunks */
    GCancellable *cancellable;
    OpReply reply;
    GError *error;
    gint64 last_progress; /* of the resolver's or the worker's thread, whoever reports */
    gboolean running;
} Job;

static void
job_free(gpointer data)
{
    Job *job = data;
    g_clear_pointer(&job->request, request_free);
    g_clear_pointer(&job->pieces, octet_spool_free);
    g_clear_object(&job->cancellable);
    op_reply_clear(&job->reply);
    g_clear_error(&job->error);
    g_free(job);
}

void
dispatcher_push_fault(Dispatcher *self, gint64 id, const GError *error, JsonObject *details)
{
    g_debug("request %" G_GINT64_FORMAT ": fault %s", id, fault_find(error)->name);
    out_queue_push_fault(self->queue, id, error, details);
    self->wake(self->wake_data);
}

static void
push_new_fault(Dispatcher *self, gint64 id, ProtocolError code, const gchar *text)
{
    g_autoptr(GError) error = g_error_new_literal(PROTOCOL_ERROR, (gint)code, text);
    dispatcher_push_fault(self, id, error, NULL);
}

static gboolean
write_outputs(Job *job, GError **error)
{
    GPtrArray *bodies = job->reply.bodies;
    for (guint i = 0; i < job->request->outputs->len && bodies != NULL && i < bodies->len; i++)
        if (!body_file_replace(g_ptr_array_index(job->request->outputs, i),
                               g_ptr_array_index(bodies, i), error))
            return FALSE;
    return TRUE;
}

/* On the main context, after the worker is done with the job. */
static gboolean
finish_job(gpointer data)
{
    Job *job = data;
    Dispatcher *self = job->dispatcher;
    if (job->error != NULL)
        dispatcher_push_fault(self, job->request->id, job->error, job->reply.result);
    else
        out_queue_push_answer(self->queue, job->request->id, job->reply.result, job->reply.bodies,
                              job->request->outputs);
    g_hash_table_remove(self->jobs, &job->request->id);
    self->n_running--;
    self->wake(self->wake_data);
    return G_SOURCE_REMOVE;
}

typedef struct {
    Dispatcher *dispatcher;
    gint64 id;
    JsonObject *report;
} Progress;

static gboolean
push_progress(gpointer data)
{
    g_autofree Progress *progress = data;
    /* The answer may have overtaken it. */
    if (g_hash_table_contains(progress->dispatcher->jobs, &progress->id))
        out_queue_push(progress->dispatcher->queue, progress->report);
    else
        json_object_unref(progress->report);
    progress->dispatcher->wake(progress->dispatcher->wake_data);
    return G_SOURCE_REMOVE;
}

static void
report_progress(const gchar *phase, guint n_done, guint n_total, gpointer data)
{
    Job *job = data;
    gint64 now = g_get_monotonic_time();
    if (now - job->last_progress < PROGRESS_INTERVAL_US)
        return;
    job->last_progress = now;
    JsonObject *facts = json_object_new();
    json_set_string(facts, "phase", phase);
    json_object_set_int_member(facts, "done", n_done);
    json_object_set_int_member(facts, "total", n_total);
    Progress *progress = g_new(Progress, 1);
    *progress = (Progress){job->dispatcher, job->request->id, json_object_new()};
    json_object_set_int_member(progress->report, "id", job->request->id);
    json_object_set_object_member(progress->report, "progress", facts);
    g_idle_add_full(G_PRIORITY_DEFAULT, push_progress, progress, NULL);
}

static gboolean
run_op(Job *job, GError **error)
{
    const Request *request = job->request;
    g_autoptr(GBytes) body = NULL;
    if (request->source == BODY_FILE)
        body = body_file_read(request->file, LIMIT_MESSAGE_OCTETS, error);
    else if (request->octets != NULL)
        body = g_bytes_ref(request->octets);
    if (body == NULL && request->source == BODY_FILE)
        return FALSE;
    OpCall call = {
        .bridge = job->dispatcher->bridge,
        .params = request->params,
        .body = body,
        .cancellable = job->cancellable,
        .progress = report_progress,
        .progress_data = job,
    };
    if (!op_run(job->row, &call, &job->reply, error))
        return FALSE;
    if (write_outputs(job, error))
        return TRUE;
    /* What it holds is no detail of this fault. */
    op_reply_clear(&job->reply);
    return FALSE;
}

/* On a worker thread. */
static void
run_job(gpointer data, G_GNUC_UNUSED gpointer user_data)
{
    Job *job = data;
    if (!run_op(job, &job->error) && job->error == NULL)
        g_set_error_literal(&job->error, G_IO_ERROR, G_IO_ERROR_FAILED,
                            "the operation gave no reason");
    if (job->error == NULL && job->reply.result == NULL)
        job->reply.result = json_object_new();
    g_idle_add_full(G_PRIORITY_DEFAULT, finish_job, job, NULL);
}

Dispatcher *
dispatcher_new(Bridge *bridge, OutQueue *queue, DispatcherWake wake, gpointer user_data)
{
    Dispatcher *self = g_new0(Dispatcher, 1);
    self->bridge = bridge;
    self->queue = queue;
    self->wake = wake;
    self->wake_data = user_data;
    self->workers = g_thread_pool_new(run_job, NULL, N_WORKERS, FALSE, NULL);
    self->jobs = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, job_free);
    return self;
}

void
dispatcher_free(Dispatcher *self)
{
    if (self == NULL)
        return;
    g_thread_pool_free(self->workers, FALSE, TRUE);
    g_hash_table_unref(self->jobs);
    g_free(self);
}

static void
start_job(Job *job)
{
    job->running = TRUE;
    job->dispatcher->n_running++;
    g_thread_pool_push(job->dispatcher->workers, job, NULL);
}

/* Cancelling is no operation of the table: it works on the requests themselves. */
static void
cancel_request(Dispatcher *self, const Request *request)
{
    gint64 target = REQUEST_NO_ID;
    g_autoptr(GError) problem = NULL;
    if (!params_get_integer(request->params, "id", 0, G_MAXINT32, REQUEST_NO_ID, &target,
                            &problem)) {
        dispatcher_push_fault(self, request->id, problem, NULL);
        return;
    }
    Job *job = g_hash_table_lookup(self->jobs, &target);
    g_autoptr(JsonObject) result = json_object_new();
    json_object_set_boolean_member(result, "cancelled", job != NULL);
    out_queue_push_answer(self->queue, request->id, result, NULL, NULL);
    self->wake(self->wake_data);
    if (job == NULL)
        return;
    g_cancellable_cancel(job->cancellable);
    if (job->running)
        return;
    g_autoptr(GError) error = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
    dispatcher_push_fault(self, target, error, NULL);
    g_hash_table_remove(self->jobs, &target);
}

static void
start_request(Dispatcher *self, Request *taken)
{
    g_autoptr(Request) request = taken;
    if (g_str_equal(request->op, "cancel")) {
        cancel_request(self, request);
        return;
    }
    const OpRow *row = op_find(request->op);
    if (row == NULL) {
        g_autofree gchar *text = g_strdup_printf("there is no operation \"%.100s\"", request->op);
        push_new_fault(self, request->id, PROTOCOL_ERROR_UNKNOWN_OP, text);
        return;
    }
    if (g_hash_table_contains(self->jobs, &request->id)) {
        push_new_fault(self, request->id, PROTOCOL_ERROR_MALFORMED, "this id is under way already");
        return;
    }
    if (g_hash_table_size(self->jobs) >= LIMIT_REQUESTS) {
        push_new_fault(self, request->id, PROTOCOL_ERROR_BUSY, "too many requests are under way");
        return;
    }
    Job *job = g_new0(Job, 1);
    job->dispatcher = self;
    job->row = row;
    job->cancellable = g_cancellable_new();
    job->request = g_steal_pointer(&request);
    g_hash_table_insert(self->jobs, &job->request->id, job);
    if (job->request->source == BODY_CHUNKS)
        job->pieces = octet_spool_new(LIMIT_MESSAGE_OCTETS);
    else
        start_job(job);
}

static void
add_piece(Dispatcher *self, const Request *piece)
{
    Job *job = g_hash_table_lookup(self->jobs, &piece->id);
    if (job == NULL || job->pieces == NULL) {
        push_new_fault(self, piece->id, PROTOCOL_ERROR_MALFORMED,
                       "no request waits for this chunk");
        return;
    }
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(piece->octets, &n_octets);
    g_autoptr(GError) error = NULL;
    if (octet_spool_append(job->pieces, octets, n_octets, &error)) {
        if (!piece->last)
            return;
        g_autoptr(OctetSpool) pieces = g_steal_pointer(&job->pieces);
        job->request->octets = octet_spool_finish(pieces, &error);
    }
    if (error == NULL) {
        start_job(job);
        return;
    }
    if (g_error_matches(error, OCTET_ERROR, OCTET_ERROR_LIMIT))
        push_new_fault(self, piece->id, PROTOCOL_ERROR_TOO_LARGE, "the body is too large");
    else
        dispatcher_push_fault(self, piece->id, error, NULL);
    g_hash_table_remove(self->jobs, &piece->id);
}

/* The fault answers the request of that id: if it still waits for pieces of its body, one of which
 * this may have been, it is over. */
static void
refuse_text(Dispatcher *self, gint64 id, const GError *error)
{
    const Job *job = g_hash_table_lookup(self->jobs, &id);
    if (job != NULL && !job->running)
        g_hash_table_remove(self->jobs, &id);
    dispatcher_push_fault(self, id, error, NULL);
}

void
dispatcher_handle(Dispatcher *self, GBytes *text)
{
    gint64 id = REQUEST_NO_ID;
    g_autoptr(GError) error = NULL;
    g_autoptr(Request) request = request_parse(text, &id, &error);
    if (request == NULL)
        refuse_text(self, id, error);
    else if (request->op == NULL)
        add_piece(self, request);
    else
        start_request(self, g_steal_pointer(&request));
}

guint
dispatcher_get_n_running(const Dispatcher *self)
{
    return self->n_running;
}

void
dispatcher_cancel_all(Dispatcher *self)
{
    GHashTableIter iter;
    gpointer job = NULL;
    g_hash_table_iter_init(&iter, self->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &job))
        g_cancellable_cancel(((Job *)job)->cancellable);
}
