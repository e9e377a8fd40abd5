/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "frame.h"

#define MAX_OCTETS 8u

/* A frame as a peer sends it, right or not: the stated length and the text. */
static void
append_frame(GByteArray *stream, guint32 stated, const gchar *text)
{
    g_byte_array_append(stream, (const guint8 *)&stated, sizeof stated);
    g_byte_array_append(stream, (const guint8 *)text, (guint)strlen(text));
}

static void
append_error(GString *log, const GError *error)
{
    static const gchar *const names[FRAME_N_ERRORS] = {"too-long", "empty", "truncated"};
    g_assert_true(error->domain == FRAME_ERROR);
    g_string_append_printf(log, "<%s>", names[error->code]);
}

/* All that can be popped, in one line: texts in brackets, errors by name. */
static void
pop_all(FrameReader *reader, GString *log)
{
    while (TRUE) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) frame = NULL;
        if (!frame_reader_pop(reader, &frame, &error)) {
            append_error(log, error);
            continue;
        }
        if (frame == NULL)
            return;
        g_string_append_printf(log, "[%.*s]", (int)g_bytes_get_size(frame),
                               (const gchar *)g_bytes_get_data(frame, NULL));
    }
}

/* @stream given to a reader in pieces of @n_piece octets. */
static gchar *
read_in_pieces(GByteArray *stream, guint n_piece)
{
    g_autoptr(FrameReader) reader = frame_reader_new(MAX_OCTETS);
    g_autoptr(GString) log = g_string_new(NULL);
    for (guint at = 0; at < stream->len; at += n_piece) {
        frame_reader_push(reader, stream->data + at, MIN(n_piece, stream->len - at));
        pop_all(reader, log);
    }
    g_autoptr(GError) error = NULL;
    if (!frame_reader_finish(reader, &error))
        append_error(log, error);
    return g_string_free(g_steal_pointer(&log), FALSE);
}

typedef struct {
    guint32 stated;
    const gchar *text;
} Frame;

typedef struct {
    const gchar *name;
    Frame frames[4];
    const gchar *cut; /* octets at the end that are no frame */
    const gchar *log;
} ReadCase;

static const ReadCase read_cases[] = {
    {"nothing", {{0, NULL}}, "", ""},
    {"one", {{2, "{}"}}, "", "[{}]"},
    {"several", {{2, "{}"}, {1, "7"}, {4, "null"}}, "", "[{}][7][null]"},
    {"at-the-limit", {{8, "12345678"}}, "", "[12345678]"},
    {"past-the-limit", {{9, "123456789"}, {1, "a"}}, "", "<too-long>[a]"},
    {"empty", {{0, ""}, {1, "a"}, {0, ""}}, "", "<empty>[a]<empty>"},
    {"refused-one-after-another",
     {{20, "12345678901234567890"}, {10, "1234567890"}, {1, "a"}},
     "",
     "<too-long><too-long>[a]"},
    {"header-cut", {{1, "a"}}, "\1\1\1", "[a]<truncated>"},
    {"text-cut", {{1, "a"}, {5, "abcd"}}, "", "[a]<truncated>"},
    {"refused-text-cut", {{9, "12345678"}}, "", "<too-long><truncated>"},
    {"4-gib", {{G_MAXUINT32, "{}"}}, "", "<too-long><truncated>"},
};

static void
test_read(gconstpointer data)
{
    const ReadCase *test = data;
    g_autoptr(GByteArray) stream = g_byte_array_new();
    for (gsize i = 0; i < G_N_ELEMENTS(test->frames) && test->frames[i].text != NULL; i++)
        append_frame(stream, test->frames[i].stated, test->frames[i].text);
    g_byte_array_append(stream, (const guint8 *)test->cut, (guint)strlen(test->cut));
    for (guint n_piece = 1; n_piece <= stream->len + 1; n_piece++) {
        g_autofree gchar *log = read_in_pieces(stream, n_piece);
        g_assert_cmpstr(log, ==, test->log);
    }
}

/* The octets of a frame of nearly 4 GiB go by without being kept, and the next frame is read. */
static void
test_skip_4_gib(void)
{
    const guint32 stated = G_MAXUINT32;
    const gsize n_chunk = 16 * 1024 * 1024;
    g_autofree guint8 *chunk = g_malloc0(n_chunk);
    g_autoptr(FrameReader) reader = frame_reader_new(MAX_OCTETS);
    g_autoptr(GString) log = g_string_new(NULL);
    frame_reader_push(reader, (const guint8 *)&stated, sizeof stated);
    pop_all(reader, log);
    for (guint64 left = stated; left > 0;) {
        gsize n_octets = (gsize)MIN(left, n_chunk);
        frame_reader_push(reader, chunk, n_octets);
        pop_all(reader, log);
        left -= n_octets;
    }
    g_autoptr(GByteArray) next = g_byte_array_new();
    append_frame(next, 2, "{}");
    frame_reader_push(reader, next->data, next->len);
    pop_all(reader, log);
    g_assert_cmpstr(log->str, ==, "<too-long>[{}]");
    g_assert_true(frame_reader_finish(reader, NULL));
}

/* Many frames in one push, and a large one: both ways of making room again. */
static void
test_many_and_large(void)
{
    const guint n_large = 1024 * 1024;
    const guint n_small = 100000;
    g_autoptr(FrameReader) reader = frame_reader_new(n_large);
    g_autofree gchar *large = g_strnfill(n_large, 'x');
    g_autoptr(GByteArray) stream = g_byte_array_new();
    for (guint i = 0; i < n_small; i++)
        append_frame(stream, 1, "a");
    append_frame(stream, n_large, large);
    frame_reader_push(reader, stream->data, stream->len);
    for (guint i = 0; i <= n_small; i++) {
        g_autoptr(GBytes) frame = NULL;
        g_assert_true(frame_reader_pop(reader, &frame, NULL));
        g_assert_cmpuint(g_bytes_get_size(frame), ==, i < n_small ? 1 : n_large);
    }
    g_assert_true(frame_reader_finish(reader, NULL));
    frame_reader_push(reader, stream->data, 5);
    g_autoptr(GBytes) after = NULL;
    g_assert_true(frame_reader_pop(reader, &after, NULL));
    g_assert_cmpuint(g_bytes_get_size(after), ==, 1);
}

static void
test_serialize(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) frame = frame_serialize("{\"a\":1}", 7, MAX_OCTETS, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(frame), ==, FRAME_HEADER_OCTETS + 7);

    g_autoptr(FrameReader) reader = frame_reader_new(MAX_OCTETS);
    frame_reader_push(reader, g_bytes_get_data(frame, NULL), g_bytes_get_size(frame));
    g_autoptr(GBytes) text = NULL;
    g_assert_true(frame_reader_pop(reader, &text, &error));
    g_autoptr(GBytes) expected = g_bytes_new_static("{\"a\":1}", 7);
    g_assert_true(g_bytes_equal(text, expected));
}

static void
test_serialize_refuses(void)
{
    g_autoptr(GError) too_long = NULL;
    g_assert_null(frame_serialize("123456789", 9, MAX_OCTETS, &too_long));
    g_assert_error(too_long, FRAME_ERROR, FRAME_ERROR_TOO_LONG);
    g_assert_cmpstr(too_long->message, ==, "frame too long (9 octets of at most 8)");
    g_autoptr(GError) empty = NULL;
    g_assert_null(frame_serialize("", 0, MAX_OCTETS, &empty));
    g_assert_error(empty, FRAME_ERROR, FRAME_ERROR_EMPTY);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(read_cases); i++) {
        g_autofree gchar *path = g_strconcat("/frame/read/", read_cases[i].name, NULL);
        g_test_add_data_func(path, &read_cases[i], test_read);
    }
    g_test_add_func("/frame/skip-4-gib", test_skip_4_gib);
    g_test_add_func("/frame/many-and-large", test_many_and_large);
    g_test_add_func("/frame/serialize", test_serialize);
    g_test_add_func("/frame/serialize-refuses", test_serialize_refuses);
    return g_test_run();
}
