/* SPDX-License-Identifier: MPL-2.0 */

#include "out-queue.h"

#include "core-limits.h"
#include "fault.h"
#include "frame.h"
#include "json-facts.h"
#include "op.h"
#include "request.h"

/* In base64 and with its frame round it, below 1 MiB. */
#define CHUNK_OCTETS (512u * 1024)
/* Results and bodies up to this length go inline. */
#define INLINE_OCTETS (256u * 1024)
/* The text of a fault is for logs. */
#define MESSAGE_OCTETS 2000

/* Text to be sent as it is, or a part of an answer to be sent in chunks. */
typedef struct {
    gchar *text;
    gint64 id;
    gchar *part;
    GBytes *octets;
    gsize offset;
    guint index;
} Entry;

struct _OutQueue {
    GQueue entries;
};

static void
entry_free(gpointer data)
{
    Entry *entry = data;
    g_free(entry->text);
    g_free(entry->part);
    g_clear_pointer(&entry->octets, g_bytes_unref);
    g_free(entry);
}

OutQueue *
out_queue_new(void)
{
    OutQueue *queue = g_new0(OutQueue, 1);
    g_queue_init(&queue->entries);
    return queue;
}

void
out_queue_free(OutQueue *queue)
{
    if (queue == NULL)
        return;
    g_queue_clear_full(&queue->entries, entry_free);
    g_free(queue);
}

gchar *
json_object_to_text(JsonObject *object)
{
    g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
    json_node_set_object(node, object);
    g_autofree gchar *text = json_to_string(node, FALSE);
    /* Texts of faults quote a peer's octets and cut them anywhere; one stray octet would make the
     * whole frame unreadable. */
    return g_utf8_validate(text, -1, NULL) ? g_steal_pointer(&text) : g_utf8_make_valid(text, -1);
}

static void
push_text(OutQueue *queue, gchar *text)
{
    Entry *entry = g_new0(Entry, 1);
    entry->text = text;
    g_queue_push_tail(&queue->entries, entry);
}

void
out_queue_push(OutQueue *queue, JsonObject *object)
{
    push_text(queue, json_object_to_text(object));
    json_object_unref(object);
}

static void
push_part(OutQueue *queue, gint64 id, gchar *part, GBytes *octets)
{
    Entry *entry = g_new0(Entry, 1);
    entry->id = id;
    entry->part = part;
    entry->octets = g_bytes_ref(octets);
    g_queue_push_tail(&queue->entries, entry);
}

static JsonObject *
describe_body(GBytes *body, const gchar *file)
{
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(body, &n_octets);
    JsonObject *object = json_object_new();
    json_object_set_int_member(object, "octets", (gint64)n_octets);
    if (file != NULL) {
        json_object_set_string_member(object, "file", file);
    } else if (n_octets <= INLINE_OCTETS) {
        g_autofree gchar *text = g_base64_encode(data, n_octets);
        json_object_set_string_member(object, "inline", text);
    } else {
        json_object_set_boolean_member(object, "chunks", TRUE);
    }
    return object;
}

static const gchar *
file_of_body(GPtrArray *files, guint index)
{
    return files != NULL && index < files->len ? g_ptr_array_index(files, index) : NULL;
}

/* At most one body inline, so that the answer's own frame has an upper bound. */
static JsonArray *
describe_bodies(OutQueue *chunks, gint64 id, GPtrArray *bodies, GPtrArray *files)
{
    JsonArray *array = json_array_new();
    for (guint i = 0; bodies != NULL && i < bodies->len; i++) {
        GBytes *body = g_ptr_array_index(bodies, i);
        const gchar *file = file_of_body(files, i);
        JsonObject *description = describe_body(body, file);
        if (i > 0 && json_object_has_member(description, "inline")) {
            json_object_remove_member(description, "inline");
            json_object_set_boolean_member(description, "chunks", TRUE);
        }
        json_array_add_object_element(array, description);
        if (json_object_has_member(description, "chunks"))
            push_part(chunks, id, g_strdup_printf("body-%u", i), body);
    }
    return array;
}

/* Sets @name, or @name to null and @chunks_name to true where the value is too long. */
static void
set_or_chunk(JsonObject *object, const gchar *name, const gchar *chunks_name, JsonObject *value,
             OutQueue *chunks, gint64 id)
{
    g_autofree gchar *text = json_object_to_text(value);
    gsize n_octets = strlen(text);
    if (n_octets <= INLINE_OCTETS) {
        json_object_set_object_member(object, name, json_object_ref(value));
        return;
    }
    g_autoptr(GBytes) octets = g_bytes_new_take(g_steal_pointer(&text), n_octets);
    json_object_set_null_member(object, name);
    json_object_set_boolean_member(object, chunks_name, TRUE);
    push_part(chunks, id, g_strdup(name), octets);
}

static void
move_entries(OutQueue *to, OutQueue *from)
{
    for (Entry *entry = g_queue_pop_head(&from->entries); entry != NULL;
         entry = g_queue_pop_head(&from->entries))
        g_queue_push_tail(&to->entries, entry);
}

void
out_queue_push_fault(OutQueue *queue, gint64 id, const GError *error, JsonObject *details)
{
    g_autoptr(OutQueue) chunks = out_queue_new();
    const FaultRow *row = fault_find(error);
    JsonObject *fault = json_object_new();
    g_autofree gchar *message = g_strndup(error->message, MESSAGE_OCTETS);
    json_set_string(fault, "code", row->name);
    json_set_string(fault, "message", message);
    json_object_set_boolean_member(fault, "retry", row->retry);
    if (details == NULL)
        json_object_set_null_member(fault, "details");
    else
        set_or_chunk(fault, "details", "details_chunks", details, chunks, id);
    JsonObject *answer = json_object_new();
    if (id == REQUEST_NO_ID)
        json_object_set_null_member(answer, "id");
    else
        json_object_set_int_member(answer, "id", id);
    json_object_set_boolean_member(answer, "ok", FALSE);
    json_object_set_object_member(answer, "fault", fault);
    out_queue_push(queue, answer);
    move_entries(queue, chunks);
}

void
out_queue_push_answer(OutQueue *queue, gint64 id, JsonObject *result, GPtrArray *bodies,
                      GPtrArray *files)
{
    g_autoptr(OutQueue) chunks = out_queue_new();
    g_autoptr(JsonObject) answer = json_object_new();
    json_object_set_int_member(answer, "id", id);
    json_object_set_boolean_member(answer, "ok", TRUE);
    set_or_chunk(answer, "result", "result_chunks", result, chunks, id);
    json_object_set_array_member(answer, "bodies", describe_bodies(chunks, id, bodies, files));
    g_autofree gchar *text = json_object_to_text(answer);
    if (strlen(text) <= LIMIT_FRAME_OUT_OCTETS) {
        push_text(queue, g_steal_pointer(&text));
        move_entries(queue, chunks);
        return;
    }
    g_autoptr(GError) error = g_error_new_literal(PROTOCOL_ERROR, PROTOCOL_ERROR_TOO_LARGE,
                                                  "the answer fits into no frame");
    out_queue_push_fault(queue, id, error, NULL);
}

gboolean
out_queue_is_empty(const OutQueue *queue)
{
    return queue->entries.length == 0;
}

static gchar *
next_chunk(Entry *entry)
{
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(entry->octets, &n_octets);
    gsize n_chunk = MIN(CHUNK_OCTETS, n_octets - entry->offset);
    g_autofree gchar *base64 = g_base64_encode(data + entry->offset, n_chunk);
    entry->offset += n_chunk;
    g_autoptr(JsonObject) object = json_object_new();
    json_object_set_int_member(object, "id", entry->id);
    json_object_set_string_member(object, "part", entry->part);
    json_object_set_int_member(object, "index", entry->index++);
    json_object_set_string_member(object, "chunk", base64);
    json_object_set_boolean_member(object, "last", entry->offset == n_octets);
    return json_object_to_text(object);
}

GBytes *
out_queue_pop(OutQueue *queue)
{
    Entry *entry = g_queue_pop_head(&queue->entries);
    if (entry == NULL)
        return NULL;
    g_autofree gchar *text =
        entry->text != NULL ? g_steal_pointer(&entry->text) : next_chunk(entry);
    if (entry->octets != NULL && entry->offset < g_bytes_get_size(entry->octets))
        g_queue_push_tail(&queue->entries, entry);
    else
        entry_free(entry);
    return frame_serialize(text, strlen(text), LIMIT_FRAME_OUT_OCTETS, NULL);
}
