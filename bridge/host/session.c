/* SPDX-License-Identifier: MPL-2.0 */

#include "session.h"

#include "core-limits.h"
#include "dispatcher.h"
#include "frame.h"

#define READ_OCTETS (64u * 1024)

struct _Session {
    GInputStream *input;
    GOutputStream *output;
    GMainLoop *loop;
    GCancellable *io; /* of the reads and writes under way */
    FrameReader *frames;
    OutQueue *queue;
    Dispatcher *dispatcher;
    GBytes *writing; /* the frame that the stream has */
    gboolean reading;
    gboolean input_ended;
    gboolean failed;
    guint grace;
};

static void pump(gpointer data);
static void read_more(Session *self);

Session *
session_new(Bridge *bridge, GInputStream *input, GOutputStream *output)
{
    Session *self = g_new0(Session, 1);
    self->input = g_object_ref(input);
    self->output = g_object_ref(output);
    self->loop = g_main_loop_new(NULL, FALSE);
    self->io = g_cancellable_new();
    self->frames = frame_reader_new(LIMIT_FRAME_IN_OCTETS);
    self->queue = out_queue_new();
    self->dispatcher = dispatcher_new(bridge, self->queue, pump, self);
    return self;
}

void
session_free(Session *self)
{
    if (self == NULL)
        return;
    if (self->grace != 0)
        g_source_remove(self->grace);
    g_clear_pointer(&self->dispatcher, dispatcher_free);
    g_clear_pointer(&self->queue, out_queue_free);
    g_clear_pointer(&self->frames, frame_reader_free);
    g_clear_pointer(&self->writing, g_bytes_unref);
    g_clear_object(&self->io);
    g_clear_object(&self->input);
    g_clear_object(&self->output);
    g_main_loop_unref(self->loop);
    g_free(self);
}

static void
quit_if_done(Session *self)
{
    gboolean busy =
        self->reading || self->writing != NULL || dispatcher_get_n_running(self->dispatcher) > 0;
    if (!busy && (self->failed || (self->input_ended && out_queue_is_empty(self->queue))))
        g_main_loop_quit(self->loop);
}

/* There is nobody left to talk to. */
static void
give_up(Session *self, GError *error)
{
    if (!self->failed && !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_message("a stream failed: %s", error->message);
    self->failed = TRUE;
    dispatcher_cancel_all(self->dispatcher);
    g_cancellable_cancel(self->io);
    g_error_free(error);
}

static void
on_written(GObject *source, GAsyncResult *result, gpointer data)
{
    Session *self = data;
    GError *error = NULL;
    if (!g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, &error))
        give_up(self, error);
    g_clear_pointer(&self->writing, g_bytes_unref);
    pump(self);
}

/* Writes the next frame if none is being written. */
static void
pump(gpointer data)
{
    Session *self = data;
    if (self->writing == NULL && !self->failed && !out_queue_is_empty(self->queue)) {
        self->writing = out_queue_pop(self->queue);
        gsize n_octets = 0;
        const void *octets = g_bytes_get_data(self->writing, &n_octets);
        g_output_stream_write_all_async(self->output, octets, n_octets, G_PRIORITY_DEFAULT,
                                        self->io, on_written, self);
    }
    quit_if_done(self);
}

/* A request may hold a password. Nobody else has these octets. */
static void
wipe(GBytes *octets)
{
    gsize n_octets = 0;
    gconstpointer data = octets == NULL ? NULL : g_bytes_get_data(octets, &n_octets);
    if (n_octets > 0)
        explicit_bzero((gpointer)data, n_octets);
}

static void
handle_frames(Session *self)
{
    for (;;) {
        g_autoptr(GBytes) text = NULL;
        g_autoptr(GError) error = NULL;
        if (!frame_reader_pop(self->frames, &text, &error))
            dispatcher_push_fault(self->dispatcher, REQUEST_NO_ID, error, NULL);
        else if (text == NULL)
            return;
        else
            dispatcher_handle(self->dispatcher, text);
        wipe(text);
    }
}

static gboolean
end_grace(gpointer data)
{
    Session *self = data;
    self->grace = 0;
    dispatcher_cancel_all(self->dispatcher);
    return G_SOURCE_REMOVE;
}

static void
end_input(Session *self)
{
    g_autoptr(GError) error = NULL;
    self->input_ended = TRUE;
    if (!frame_reader_finish(self->frames, &error))
        dispatcher_push_fault(self->dispatcher, REQUEST_NO_ID, error, NULL);
    self->grace = g_timeout_add(SESSION_GRACE_MS, end_grace, self);
    pump(self);
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer data)
{
    Session *self = data;
    GError *error = NULL;
    g_autoptr(GBytes) octets =
        g_input_stream_read_bytes_finish(G_INPUT_STREAM(source), result, &error);
    self->reading = FALSE;
    if (octets == NULL) {
        give_up(self, error);
        quit_if_done(self);
        return;
    }
    gsize n_octets = 0;
    const guint8 *start = g_bytes_get_data(octets, &n_octets);
    if (n_octets == 0) {
        end_input(self);
        return;
    }
    frame_reader_push(self->frames, start, n_octets);
    wipe(octets);
    handle_frames(self);
    read_more(self);
}

static void
read_more(Session *self)
{
    if (self->failed)
        return;
    self->reading = TRUE;
    g_input_stream_read_bytes_async(self->input, READ_OCTETS, G_PRIORITY_DEFAULT, self->io, on_read,
                                    self);
}

gboolean
session_run(Session *self)
{
    read_more(self);
    g_main_loop_run(self->loop);
    return !self->failed;
}
