/* SPDX-License-Identifier: MPL-2.0 */

#include "out-queue.h"

#include <gio/gio.h>
#include <string.h>

#include "core-limits.h"
#include "frame.h"
#include "host-test.h"
#include "op.h"
#include "request.h"

/* The next message; NULL if there is none. */
static JsonObject *
pop(OutQueue *queue)
{
    g_autoptr(GBytes) frame = out_queue_pop(queue);
    if (frame == NULL)
        return NULL;
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(frame, &n_octets);
    g_assert_cmpuint(n_octets, <=, FRAME_HEADER_OCTETS + LIMIT_FRAME_OUT_OCTETS);
    guint32 n_text = 0;
    memcpy(&n_text, octets, FRAME_HEADER_OCTETS);
    g_assert_cmpuint(n_text, ==, n_octets - FRAME_HEADER_OCTETS);
    const gchar *text = (const gchar *)octets + FRAME_HEADER_OCTETS;
    g_assert_true(g_utf8_validate_len(text, n_text, NULL));
    g_autoptr(JsonParser) parser = json_parser_new();
    g_assert_true(json_parser_load_from_data(parser, text, n_text, NULL));
    return json_object_ref(json_node_get_object(json_parser_get_root(parser)));
}

/* Adds the octets of a chunk to @whole; whether it was the last. */
static gboolean
take_chunk(JsonObject *chunk, gint64 id, const gchar *part, gint64 index, GByteArray *whole)
{
    g_assert_cmpint(json_object_get_int_member(chunk, "id"), ==, id);
    g_assert_cmpstr(json_object_get_string_member(chunk, "part"), ==, part);
    g_assert_cmpint(json_object_get_int_member(chunk, "index"), ==, index);
    gsize n_octets = 0;
    g_autofree guchar *octets =
        g_base64_decode(json_object_get_string_member(chunk, "chunk"), &n_octets);
    g_byte_array_append(whole, octets, (guint)n_octets);
    return json_object_get_boolean_member(chunk, "last");
}

/* All chunks of one part, with nothing in between. */
static GByteArray *
pop_part(OutQueue *queue, gint64 id, const gchar *part)
{
    GByteArray *whole = g_byte_array_new();
    gboolean last = FALSE;
    for (gint64 index = 0; !last; index++) {
        g_autoptr(JsonObject) chunk = pop(queue);
        g_assert_nonnull(chunk);
        last = take_chunk(chunk, id, part, index, whole);
    }
    return whole;
}

static GBytes *
make_body(gsize n_octets)
{
    guint8 *octets = g_malloc(n_octets + 1);
    for (gsize i = 0; i < n_octets; i++)
        octets[i] = (guint8)(i * 131 + (i >> 9));
    return g_bytes_new_take(octets, n_octets);
}

static OctetSource *
make_source(gsize n_octets)
{
    g_autoptr(GBytes) body = make_body(n_octets);
    return octet_source_new_bytes(body);
}

/* A body in pieces of an odd length that breaks off after @n_good octets. */
#define ODD_OCTETS 50021u
typedef struct {
    gsize n_good;
    gsize n_given;
    guint8 octets[ODD_OCTETS];
} BrokenPass;

static gpointer
open_broken(gconstpointer origin, G_GNUC_UNUSED GError **error)
{
    BrokenPass *pass = g_new0(BrokenPass, 1);
    pass->n_good = *(const gsize *)origin;
    return pass;
}

static gboolean
next_of_broken(gpointer data, OctetPiece *out_piece, GError **error)
{
    BrokenPass *pass = data;
    if (pass->n_given == pass->n_good) {
        g_set_error_literal(error, OCTET_ERROR, OCTET_ERROR_FAILED, "breaks off");
        return FALSE;
    }
    *out_piece = (OctetPiece){pass->octets, MIN(ODD_OCTETS, pass->n_good - pass->n_given)};
    pass->n_given += out_piece->n_octets;
    return TRUE;
}

static const OctetSourceType broken_type = {
    .open = open_broken,
    .next = next_of_broken,
    .close = g_free,
    .free_origin = g_free,
};

static OctetSource *
make_broken_source(gsize n_good, gsize n_promised)
{
    return octet_source_new(&broken_type, g_memdup2(&n_good, sizeof n_good), n_promised);
}

static JsonObject *
make_result(gsize n_octets)
{
    g_autofree gchar *text = g_strnfill(n_octets, 'x');
    JsonObject *result = json_object_new();
    json_object_set_string_member(result, "text", text);
    return result;
}

static JsonObject *
get_body(JsonObject *answer, guint index)
{
    return json_array_get_object_element(json_object_get_array_member(answer, "bodies"), index);
}

static void
test_short_answer(void)
{
    g_autoptr(OutQueue) queue = out_queue_new();
    g_assert_true(out_queue_is_empty(queue));
    g_assert_null(pop(queue));
    g_autoptr(JsonObject) result = make_result(3);
    out_queue_push_answer(queue, 5, result, NULL, NULL);
    g_assert_false(out_queue_is_empty(queue));
    g_autoptr(JsonObject) answer = pop(queue);
    g_assert_cmpint(json_object_get_int_member(answer, "id"), ==, 5);
    g_assert_true(json_object_get_boolean_member(answer, "ok"));
    JsonObject *inside = json_object_get_object_member(answer, "result");
    g_assert_cmpstr(json_object_get_string_member(inside, "text"), ==, "xxx");
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(answer, "bodies")), ==, 0);
    g_assert_true(out_queue_is_empty(queue));
}

static void
test_long_result(void)
{
    g_autoptr(OutQueue) queue = out_queue_new();
    g_autoptr(JsonObject) result = make_result(3 * 1024 * 1024);
    out_queue_push_answer(queue, 5, result, NULL, NULL);
    g_autoptr(JsonObject) answer = pop(queue);
    g_assert_true(json_object_get_null_member(answer, "result"));
    g_assert_true(json_object_get_boolean_member(answer, "result_chunks"));
    g_autoptr(GByteArray) whole = pop_part(queue, 5, "result");
    g_autofree gchar *expected = json_object_to_text(result);
    assert_same_octets(whole->data, whole->len, expected, strlen(expected));
    g_assert_true(out_queue_is_empty(queue));
}

static const gsize body_lengths[] = {
    0, 1, 256 * 1024, 256 * 1024 + 1, 512 * 1024, 512 * 1024 + 1, 5 * 1024 * 1024};

static void
test_body(gconstpointer data)
{
    gsize n_octets = *(const gsize *)data;
    g_autoptr(OutQueue) queue = out_queue_new();
    g_autoptr(JsonObject) result = json_object_new();
    g_autoptr(GPtrArray) bodies =
        g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    g_autoptr(GBytes) body = make_body(n_octets);
    g_ptr_array_add(bodies, octet_source_new_bytes(body));
    out_queue_push_answer(queue, 1, result, bodies, NULL);
    g_autoptr(JsonObject) answer = pop(queue);
    JsonObject *description = get_body(answer, 0);
    g_assert_cmpint(json_object_get_int_member(description, "octets"), ==, (gint64)n_octets);
    g_autoptr(GByteArray) whole = NULL;
    if (json_object_has_member(description, "chunks")) {
        g_assert_false(json_object_has_member(description, "inline"));
        whole = pop_part(queue, 1, "body-0");
    } else {
        gsize n_decoded = 0;
        guint8 *decoded =
            g_base64_decode(json_object_get_string_member(description, "inline"), &n_decoded);
        whole = g_byte_array_new_take(decoded, n_decoded);
    }
    assert_same_octets(whole->data, whole->len, g_bytes_get_data(body, NULL), n_octets);
    g_assert_true(out_queue_is_empty(queue));
}

/* The first body is in a file, the second comes in a chunk though it is short. */
static void
test_files_and_bodies(void)
{
    g_autoptr(OutQueue) queue = out_queue_new();
    g_autoptr(JsonObject) result = json_object_new();
    g_autoptr(GPtrArray) bodies =
        g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    for (guint i = 0; i < 3; i++)
        g_ptr_array_add(bodies, make_source(10 + i));
    g_autoptr(GPtrArray) files = g_ptr_array_new();
    g_ptr_array_add(files, (gpointer) "/tmp/first");
    out_queue_push_answer(queue, 1, result, bodies, files);
    g_autoptr(JsonObject) answer = pop(queue);
    g_assert_cmpstr(json_object_get_string_member(get_body(answer, 0), "file"), ==, "/tmp/first");
    g_assert_true(json_object_get_boolean_member(get_body(answer, 1), "chunks"));
    g_assert_true(json_object_get_boolean_member(get_body(answer, 2), "chunks"));
    g_autoptr(GByteArray) second = pop_part(queue, 1, "body-1");
    g_assert_cmpuint(second->len, ==, 11);
    g_autoptr(GByteArray) third = pop_part(queue, 1, "body-2");
    g_assert_cmpuint(third->len, ==, 12);
    g_assert_true(out_queue_is_empty(queue));
}

/* A short answer does not wait behind a long one. */
static void
test_turns(void)
{
    g_autoptr(OutQueue) queue = out_queue_new();
    g_autoptr(JsonObject) result = json_object_new();
    g_autoptr(GPtrArray) bodies =
        g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    g_ptr_array_add(bodies, make_source(3 * 512 * 1024));
    out_queue_push_answer(queue, 1, result, bodies, NULL);
    out_queue_push_answer(queue, 2, result, NULL, NULL);
    static const gint64 order[] = {1, 1, 2, 1, 1};
    for (gsize i = 0; i < G_N_ELEMENTS(order); i++) {
        g_autoptr(JsonObject) message = pop(queue);
        g_assert_cmpint(json_object_get_int_member(message, "id"), ==, order[i]);
    }
    g_assert_true(out_queue_is_empty(queue));
}

static JsonObject *
pop_fault(OutQueue *queue, gint64 id)
{
    g_autoptr(JsonObject) answer = pop(queue);
    g_assert_false(json_object_get_boolean_member(answer, "ok"));
    if (id == REQUEST_NO_ID)
        g_assert_true(json_object_get_null_member(answer, "id"));
    else
        g_assert_cmpint(json_object_get_int_member(answer, "id"), ==, id);
    return json_object_ref(json_object_get_object_member(answer, "fault"));
}

static void
test_fault(void)
{
    g_autoptr(OutQueue) queue = out_queue_new();
    g_autoptr(GError) error =
        g_error_new_literal(PROTOCOL_ERROR, PROTOCOL_ERROR_BUSY, "too many requests");
    out_queue_push_fault(queue, REQUEST_NO_ID, error, NULL);
    g_autoptr(JsonObject) fault = pop_fault(queue, REQUEST_NO_ID);
    g_assert_cmpstr(json_object_get_string_member(fault, "code"), ==, "busy");
    g_assert_cmpstr(json_object_get_string_member(fault, "message"), ==, "too many requests");
    g_assert_true(json_object_get_boolean_member(fault, "retry"));
    g_assert_true(json_object_get_null_member(fault, "details"));
}

static void
test_long_fault(void)
{
    g_autoptr(OutQueue) queue = out_queue_new();
    g_autofree gchar *text = g_strnfill(2 * 1024 * 1024, 'm');
    g_autoptr(GError) error = g_error_new_literal(PROTOCOL_ERROR, PROTOCOL_ERROR_RECIPIENTS, text);
    g_autoptr(JsonObject) details = make_result(2 * 1024 * 1024);
    out_queue_push_fault(queue, 4, error, details);
    g_autoptr(JsonObject) fault = pop_fault(queue, 4);
    g_assert_cmpuint(strlen(json_object_get_string_member(fault, "message")), ==, 2000);
    g_assert_true(json_object_get_null_member(fault, "details"));
    g_assert_true(json_object_get_boolean_member(fault, "details_chunks"));
    g_autoptr(GByteArray) whole = pop_part(queue, 4, "details");
    g_autofree gchar *expected = json_object_to_text(details);
    assert_same_octets(whole->data, whole->len, expected, strlen(expected));
}

/* pop() asserts that the frame is UTF-8. */
static void
test_stray_octets(void)
{
    g_autoptr(OutQueue) queue = out_queue_new();
    g_autoptr(GError) error =
        g_error_new(PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED, "\"%.4s\"", "abc\xc3\xbc");
    out_queue_push_fault(queue, 4, error, NULL);
    g_autoptr(JsonObject) fault = pop_fault(queue, 4);
    g_assert_cmpstr(json_object_get_string_member(fault, "message"), ==, "\"abc\xef\xbf\xbd\"");

    JsonObject *object = json_object_new();
    json_object_set_string_member(object, "name", "caf\xe9");
    out_queue_push(queue, object);
    g_autoptr(JsonObject) message = pop(queue);
    g_assert_cmpstr(json_object_get_string_member(message, "name"), ==, "caf\xef\xbf\xbd");
}

/* The rest of the answer does not come; other answers do. */
static void
test_body_breaks_off(void)
{
    g_autoptr(OutQueue) queue = out_queue_new();
    g_autoptr(JsonObject) result = json_object_new();
    g_autoptr(GPtrArray) bodies =
        g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    g_ptr_array_add(bodies, make_broken_source(600000, 3000000));
    g_ptr_array_add(bodies, make_source(3000000));
    out_queue_push_answer(queue, 1, result, bodies, NULL);
    g_autoptr(JsonObject) answer = pop(queue);
    g_assert_true(json_object_get_boolean_member(answer, "ok"));
    g_autoptr(JsonObject) first = pop(queue);
    g_assert_cmpstr(json_object_get_string_member(first, "part"), ==, "body-0");
    g_autoptr(JsonObject) other = pop(queue);
    g_assert_cmpstr(json_object_get_string_member(other, "part"), ==, "body-1");
    out_queue_push_answer(queue, 2, result, NULL, NULL);
    g_autoptr(JsonObject) broken = pop(queue);
    g_assert_cmpint(json_object_get_int_member(broken, "id"), ==, 1);
    g_assert_cmpstr(json_object_get_string_member(broken, "part"), ==, "body-0");
    g_assert_false(json_object_has_member(broken, "chunk"));
    JsonObject *fault = json_object_get_object_member(broken, "fault");
    g_assert_cmpstr(json_object_get_string_member(fault, "code"), ==, "storage-failed");
    g_assert_cmpstr(json_object_get_string_member(fault, "message"), ==, "breaks off");
    g_autoptr(JsonObject) next = pop(queue);
    g_assert_cmpint(json_object_get_int_member(next, "id"), ==, 2);
    g_assert_true(out_queue_is_empty(queue));
}

/* A fault that shows itself only after the last octet comes before "last". */
static void
test_body_fails_at_its_end(void)
{
    g_autoptr(OutQueue) queue = out_queue_new();
    g_autoptr(JsonObject) result = json_object_new();
    g_autoptr(GPtrArray) bodies =
        g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    g_ptr_array_add(bodies, make_broken_source(400000, 400000));
    out_queue_push_answer(queue, 1, result, bodies, NULL);
    g_autoptr(JsonObject) answer = pop(queue);
    g_autoptr(JsonObject) broken = pop(queue);
    g_assert_true(json_object_has_member(broken, "fault"));
    g_assert_true(out_queue_is_empty(queue));
}

/* Where the body would have stood in the answer, there is no answer but a fault. */
static void
test_inline_body_breaks_off(void)
{
    g_autoptr(OutQueue) queue = out_queue_new();
    g_autoptr(JsonObject) result = json_object_new();
    g_autoptr(GPtrArray) bodies =
        g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    g_ptr_array_add(bodies, make_broken_source(1000, 2000));
    g_ptr_array_add(bodies, make_source(3000000));
    out_queue_push_answer(queue, 1, result, bodies, NULL);
    g_autoptr(JsonObject) fault = pop_fault(queue, 1);
    g_assert_cmpstr(json_object_get_string_member(fault, "code"), ==, "storage-failed");
    g_assert_true(out_queue_is_empty(queue));
}

static void
test_too_many_file_names(void)
{
    g_autoptr(OutQueue) queue = out_queue_new();
    g_autoptr(JsonObject) result = json_object_new();
    g_autoptr(GPtrArray) bodies =
        g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    g_autoptr(GPtrArray) files = g_ptr_array_new();
    g_autofree gchar *name = g_strnfill(4000, 'n');
    for (guint i = 0; i < 300; i++) {
        g_ptr_array_add(bodies, make_source(1));
        g_ptr_array_add(files, name);
    }
    out_queue_push_answer(queue, 9, result, bodies, files);
    g_autoptr(JsonObject) fault = pop_fault(queue, 9);
    g_assert_cmpstr(json_object_get_string_member(fault, "code"), ==, "body-too-large");
    g_assert_true(out_queue_is_empty(queue));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/out-queue/short-answer", test_short_answer);
    g_test_add_func("/out-queue/long-result", test_long_result);
    for (gsize i = 0; i < G_N_ELEMENTS(body_lengths); i++) {
        g_autofree gchar *path =
            g_strdup_printf("/out-queue/body/%" G_GSIZE_FORMAT, body_lengths[i]);
        g_test_add_data_func(path, &body_lengths[i], test_body);
    }
    g_test_add_func("/out-queue/files-and-bodies", test_files_and_bodies);
    g_test_add_func("/out-queue/turns", test_turns);
    g_test_add_func("/out-queue/body-breaks-off", test_body_breaks_off);
    g_test_add_func("/out-queue/body-fails-at-its-end", test_body_fails_at_its_end);
    g_test_add_func("/out-queue/inline-body-breaks-off", test_inline_body_breaks_off);
    g_test_add_func("/out-queue/fault", test_fault);
    g_test_add_func("/out-queue/long-fault", test_long_fault);
    g_test_add_func("/out-queue/stray-octets", test_stray_octets);
    g_test_add_func("/out-queue/too-many-file-names", test_too_many_file_names);
    return g_test_run();
}
