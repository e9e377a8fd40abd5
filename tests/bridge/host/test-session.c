/* SPDX-License-Identifier: MPL-2.0 */

#include "session.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <unistd.h>

#include "core-limits.h"
#include "frame.h"
#include "host-test.h"

/* A session over two pipes. What it is sent is written by a thread, what it answers is read by
 * another, as the two ends of a pipe that is full would wait for each other. */
typedef struct {
    gchar *profile;
    GByteArray *input;
    GByteArray *output;
    gint to_session[2];
    gint from_session[2];
    gboolean ended_well;
} Talk;

static void
talk_set_up(Talk *talk, G_GNUC_UNUSED gconstpointer data)
{
    talk->profile = g_dir_make_tmp("test-session-XXXXXX", NULL);
    talk->input = g_byte_array_new();
    talk->output = g_byte_array_new();
    g_assert_true(g_unix_open_pipe(talk->to_session, FD_CLOEXEC, NULL));
    g_assert_true(g_unix_open_pipe(talk->from_session, FD_CLOEXEC, NULL));
}

static void
talk_tear_down(Talk *talk, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(g_rmdir(talk->profile), ==, 0);
    g_free(talk->profile);
    g_byte_array_unref(talk->input);
    g_byte_array_unref(talk->output);
}

static void
add_octets(Talk *talk, gconstpointer octets, gsize n_octets)
{
    g_byte_array_append(talk->input, octets, (guint)n_octets);
}

static void
add_length(Talk *talk, guint32 n_octets)
{
    add_octets(talk, &n_octets, sizeof n_octets);
}

static void
add_text(Talk *talk, const gchar *text)
{
    g_autoptr(GBytes) frame = frame_serialize(text, strlen(text), LIMIT_FRAME_IN_OCTETS, NULL);
    add_octets(talk, g_bytes_get_data(frame, NULL), g_bytes_get_size(frame));
}

static void add(Talk *talk, const gchar *format, ...) G_GNUC_PRINTF(2, 3);

static void
add(Talk *talk, const gchar *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree gchar *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    add_text(talk, text);
}

static gpointer
write_input(gpointer data)
{
    Talk *talk = data;
    gsize n_written = 0;
    while (n_written < talk->input->len) {
        gssize n =
            write(talk->to_session[1], talk->input->data + n_written, talk->input->len - n_written);
        if (n < 0)
            break;
        n_written += (gsize)n;
    }
    close(talk->to_session[1]);
    return NULL;
}

static gpointer
read_output(gpointer data)
{
    Talk *talk = data;
    guint8 octets[65536];
    for (gssize n = read(talk->from_session[0], octets, sizeof octets); n > 0;
         n = read(talk->from_session[0], octets, sizeof octets))
        g_byte_array_append(talk->output, octets, (guint)n);
    close(talk->from_session[0]);
    return NULL;
}

static Bridge *
make_bridge(const Talk *talk)
{
    g_autoptr(GError) error = NULL;
    BridgeSettings *settings = bridge_settings_new();
    settings->profile = g_build_filename(talk->profile, "absent", NULL);
    settings->offline = TRUE;
    Bridge *bridge = bridge_new(settings, &error);
    g_assert_no_error(error);
    return bridge;
}

/* What a session answers to the input: (element-type JsonObject), in the order in which it came. */
static GPtrArray *
run(Talk *talk)
{
    g_autoptr(Bridge) bridge = make_bridge(talk);
    g_autoptr(GInputStream) input = g_unix_input_stream_new(talk->to_session[0], TRUE);
    g_autoptr(GOutputStream) output = g_unix_output_stream_new(talk->from_session[1], TRUE);
    GThread *writer = g_thread_new("writer", write_input, talk);
    GThread *reader = g_thread_new("reader", read_output, talk);
    g_autoptr(Session) session = session_new(bridge, input, output);
    talk->ended_well = session_run(session);
    g_assert_true(g_output_stream_close(output, NULL, NULL));
    g_thread_join(writer);
    g_thread_join(reader);

    GPtrArray *answers = g_ptr_array_new_with_free_func((GDestroyNotify)json_object_unref);
    g_autoptr(FrameReader) frames = frame_reader_new(LIMIT_FRAME_OUT_OCTETS);
    frame_reader_push(frames, talk->output->data, talk->output->len);
    for (;;) {
        g_autoptr(GBytes) text = NULL;
        g_assert_true(frame_reader_pop(frames, &text, NULL));
        if (text == NULL)
            break;
        g_autoptr(JsonParser) parser = json_parser_new();
        g_assert_true(json_parser_load_from_data(parser, g_bytes_get_data(text, NULL),
                                                 (gssize)g_bytes_get_size(text), NULL));
        g_ptr_array_add(answers,
                        json_object_ref(json_node_get_object(json_parser_get_root(parser))));
    }
    g_assert_true(frame_reader_finish(frames, NULL));
    return answers;
}

static gint64
id_of(JsonObject *answer)
{
    return json_object_get_null_member(answer, "id") ? -1
                                                     : json_object_get_int_member(answer, "id");
}

/* The first message of that id which has the member @has. */
static JsonObject *
find(GPtrArray *answers, gint64 id, const gchar *has)
{
    for (guint i = 0; i < answers->len; i++) {
        JsonObject *answer = g_ptr_array_index(answers, i);
        if (id_of(answer) == id && json_object_has_member(answer, has))
            return answer;
    }
    g_assert_not_reached();
}

static void
assert_fault(JsonObject *answer, gint64 id, const gchar *code)
{
    g_assert_cmpint(id_of(answer), ==, id);
    g_assert_false(json_object_get_boolean_member(answer, "ok"));
    JsonObject *fault = json_object_get_object_member(answer, "fault");
    g_assert_cmpstr(json_object_get_string_member(fault, "code"), ==, code);
}

static void
test_nothing(Talk *talk, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GPtrArray) answers = run(talk);
    g_assert_cmpuint(answers->len, ==, 0);
    g_assert_true(talk->ended_well);
}

/* What can't be read is answered in its turn, and the session lives on. */
static void
test_hostile_frames(Talk *talk, G_GNUC_UNUSED gconstpointer data)
{
    add_length(talk, 0);
    add_text(talk, "{\"id\": ");
    add_text(talk, "\xff\xfe");
    guint32 n_too_long = LIMIT_FRAME_IN_OCTETS + 1;
    add_length(talk, n_too_long);
    g_autofree gchar *filler = g_strnfill(n_too_long, '[');
    add_octets(talk, filler, n_too_long);
    add_text(talk, "{\"id\": 5, \"op\": \"teleport\"}");
    add_text(talk, "{\"id\": 6, \"op\": \"flush\"}");
    add_length(talk, G_MAXUINT32);
    add_octets(talk, "{}", 2);
    g_autoptr(GPtrArray) answers = run(talk);
    g_assert_true(talk->ended_well);
    g_assert_cmpuint(answers->len, ==, 8);
    assert_fault(g_ptr_array_index(answers, 0), -1, "frame-malformed");
    assert_fault(g_ptr_array_index(answers, 1), -1, "request-malformed");
    assert_fault(g_ptr_array_index(answers, 2), -1, "request-malformed");
    assert_fault(g_ptr_array_index(answers, 3), -1, "frame-malformed");
    assert_fault(find(answers, 5, "ok"), 5, "request-unknown");
    g_assert_true(json_object_get_boolean_member(find(answers, 6, "ok"), "ok"));
}

#define N_REQUESTS 200

/* In whatever order: each once. */
static void
test_many_requests(Talk *talk, G_GNUC_UNUSED gconstpointer data)
{
    for (guint i = 0; i < N_REQUESTS; i++)
        add(talk,
            "{\"id\": %u, \"op\": \"owner-name\", \"params\": {\"addresses\": "
            "[\"u%u@a.example\"]}}",
            i, i);
    g_autoptr(GPtrArray) answers = run(talk);
    g_assert_cmpuint(answers->len, ==, N_REQUESTS);
    for (guint i = 0; i < N_REQUESTS; i++) {
        JsonObject *result = json_object_get_object_member(find(answers, i, "ok"), "result");
        JsonArray *results = json_object_get_array_member(result, "results");
        g_autofree gchar *address = g_strdup_printf("u%u@a.example", i);
        g_assert_cmpstr(
            json_object_get_string_member(json_array_get_object_element(results, 0), "address"), ==,
            address);
    }
}

#define BODY_OCTETS  (5u * 1024 * 1024)
#define PIECE_OCTETS (100u * 1000)

static GByteArray *
make_message(void)
{
    GByteArray *message = g_byte_array_new();
    const gchar *header = "From: a@a.example\r\nContent-Type: text/plain\r\n\r\n";
    g_byte_array_append(message, (const guint8 *)header, (guint)strlen(header));
    g_autofree gchar *filler = g_strnfill(900, 'x');
    while (message->len < BODY_OCTETS) {
        g_autofree gchar *line = g_strdup_printf("octet %u %s\r\n", message->len, filler);
        g_byte_array_append(message, (const guint8 *)line, (guint)strlen(line));
    }
    return message;
}

static void
add_in_pieces(Talk *talk, guint id, const GByteArray *message)
{
    for (guint at = 0; at < message->len; at += PIECE_OCTETS) {
        guint n_piece = MIN(PIECE_OCTETS, message->len - at);
        g_autofree gchar *base64 = g_base64_encode(message->data + at, n_piece);
        add(talk, "{\"id\": %u, \"chunk\": \"%s\", \"last\": %s}", id, base64,
            at + n_piece == message->len ? "true" : "false");
    }
}

/* "read" gives an unprotected message back as it is: through chunks both ways. */
static void
test_chunks(Talk *talk, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GByteArray) message = make_message();
    add_text(talk, "{\"id\": 3, \"op\": \"read\", \"body\": {\"chunks\": true}}");
    add_in_pieces(talk, 3, message);
    g_autoptr(GPtrArray) answers = run(talk);
    JsonObject *answer = find(answers, 3, "ok");
    g_assert_true(json_object_get_boolean_member(answer, "ok"));
    g_autoptr(GByteArray) whole = g_byte_array_new();
    gint64 index = 0;
    for (guint i = 0; i < answers->len; i++) {
        JsonObject *chunk = g_ptr_array_index(answers, i);
        if (!json_object_has_member(chunk, "chunk"))
            continue;
        gsize n_octets = 0;
        g_autofree guchar *octets =
            g_base64_decode(json_object_get_string_member(chunk, "chunk"), &n_octets);
        g_byte_array_append(whole, octets, (guint)n_octets);
        g_assert_cmpint(json_object_get_int_member(chunk, "index"), ==, index++);
        g_assert_cmpint(json_object_get_boolean_member(chunk, "last"), ==,
                        whole->len >= message->len);
    }
    assert_same_octets(whole->data, whole->len, message->data, message->len);
}

/* A request that waits for pieces is ended by its cancellation and by a piece that is none. */
static void
test_requests_that_wait(Talk *talk, G_GNUC_UNUSED gconstpointer data)
{
    add_text(talk, "{\"id\": 1, \"op\": \"read\", \"body\": {\"chunks\": true}}");
    add_text(talk, "{\"id\": 2, \"op\": \"read\", \"body\": {\"chunks\": true}}");
    add_text(talk, "{\"id\": 3, \"op\": \"read\", \"body\": {\"chunks\": true}}");
    add_text(talk, "{\"id\": 4, \"op\": \"cancel\", \"params\": {\"id\": 1}}");
    add_text(talk, "{\"id\": 2, \"chunk\": \"*\"}");
    add_text(talk, "{\"id\": 5, \"op\": \"cancel\", \"params\": {\"id\": 2}}");
    g_autoptr(GPtrArray) answers = run(talk);
    g_assert_cmpuint(answers->len, ==, 4);
    assert_fault(find(answers, 1, "ok"), 1, "cancelled");
    assert_fault(find(answers, 2, "ok"), 2, "request-malformed");
    JsonObject *first = json_object_get_object_member(find(answers, 4, "ok"), "result");
    g_assert_true(json_object_get_boolean_member(first, "cancelled"));
    JsonObject *second = json_object_get_object_member(find(answers, 5, "ok"), "result");
    g_assert_false(json_object_get_boolean_member(second, "cancelled"));
    g_assert_true(talk->ended_well);
}

/* Every one is answered, though the input has ended long before. */
static void
test_end_with_requests_under_way(Talk *talk, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GByteArray) message = make_message();
    g_autofree gchar *base64 = g_base64_encode(message->data, message->len);
    for (guint i = 0; i < 12; i++)
        add(talk, "{\"id\": %u, \"op\": \"classify\", \"body\": {\"inline\": \"%s\"}}", i, base64);
    g_autoptr(GPtrArray) answers = run(talk);
    g_assert_cmpuint(answers->len, ==, 12);
    for (guint i = 0; i < 12; i++)
        g_assert_nonnull(find(answers, i, "ok"));
    g_assert_true(talk->ended_well);
}

/* Details of many recipients are too long for a frame. */
static void
test_many_recipients(Talk *talk, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GString) text = g_string_new(
        "{\"id\": 1, \"op\": \"encrypt\", \"body\": {\"inline\": "
        "\"RnJvbTogYUBhLmV4YW1wbGUNCg0KeA==\"}, \"params\": {\"recipients\": [\"a@a.example\"");
    for (guint i = 0; i < 1500; i++)
        g_string_append_printf(text, ", \"user-%u@a.example\"", i);
    g_string_append(text, "]}}");
    add_text(talk, text->str);
    g_autoptr(GPtrArray) answers = run(talk);
    JsonObject *answer = find(answers, 1, "ok");
    assert_fault(answer, 1, "recipients-unknown");
    JsonObject *fault = json_object_get_object_member(answer, "fault");
    g_assert_true(json_object_get_boolean_member(fault, "details_chunks"));
    JsonObject *last = g_ptr_array_index(answers, answers->len - 1);
    g_assert_cmpstr(json_object_get_string_member(last, "part"), ==, "details");
    g_assert_true(json_object_get_boolean_member(last, "last"));
}

/* Nobody reads the answers any more: the session ends, and says so. */
static void
test_reader_gone(Talk *talk, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(Bridge) bridge = make_bridge(talk);
    g_autoptr(GInputStream) input = g_unix_input_stream_new(talk->to_session[0], TRUE);
    g_autoptr(GOutputStream) output = g_unix_output_stream_new(talk->from_session[1], TRUE);
    close(talk->from_session[0]);
    add_text(talk, "{\"id\": 1, \"op\": \"flush\"}");
    g_assert_cmpint(write(talk->to_session[1], talk->input->data, talk->input->len), ==,
                    talk->input->len);
    g_autoptr(Session) session = session_new(bridge, input, output);
    g_assert_false(session_run(session));
    close(talk->to_session[1]);
}

static void
add_case(const gchar *path, void (*test)(Talk *, gconstpointer))
{
    g_test_add(path, Talk, NULL, talk_set_up, test, talk_tear_down);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    signal(SIGPIPE, SIG_IGN);
    add_case("/session/nothing", test_nothing);
    add_case("/session/hostile-frames", test_hostile_frames);
    add_case("/session/many-requests", test_many_requests);
    add_case("/session/chunks", test_chunks);
    add_case("/session/requests-that-wait", test_requests_that_wait);
    add_case("/session/end-with-requests-under-way", test_end_with_requests_under_way);
    add_case("/session/many-recipients", test_many_recipients);
    add_case("/session/reader-gone", test_reader_gone);
    return g_test_run();
}
