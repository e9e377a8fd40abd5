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
    OctetSource *octets;
    OctetReader *reader; /* from the first chunk on */
    OctetPiece piece;    /* what is left of it */
    guint index;
    gboolean ended;
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
    g_clear_pointer(&entry->reader, octet_reader_close);
    g_clear_pointer(&entry->octets, octet_source_unref);
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
push_part(OutQueue *queue, gint64 id, gchar *part, OctetSource *octets)
{
    Entry *entry = g_new0(Entry, 1);
    entry->id = id;
    entry->part = part;
    entry->octets = octet_source_ref(octets);
    g_queue_push_tail(&queue->entries, entry);
}

static gboolean
set_inline(JsonObject *object, const OctetSource *body, GError **error)
{
    gsize n_octets = 0;
    g_autoptr(GBytes) octets = octet_source_to_bytes(body, error);
    if (octets == NULL)
        return FALSE;
    const guint8 *data = g_bytes_get_data(octets, &n_octets);
    g_autofree gchar *text = g_base64_encode(data, n_octets);
    json_object_set_string_member(object, "inline", text);
    return TRUE;
}

/* At most one body inline, so that the answer's own frame has an upper bound. */
static JsonObject *
describe_body(const OctetSource *body, gboolean is_first, const gchar *file, GError **error)
{
    guint64 n_octets = octet_source_get_size(body);
    g_autoptr(JsonObject) object = json_object_new();
    json_object_set_int_member(object, "octets", (gint64)n_octets);
    if (file != NULL)
        json_object_set_string_member(object, "file", file);
    else if (!is_first || n_octets > INLINE_OCTETS)
        json_object_set_boolean_member(object, "chunks", TRUE);
    else if (!set_inline(object, body, error))
        return NULL;
    return g_steal_pointer(&object);
}

static const gchar *
file_of_body(GPtrArray *files, guint index)
{
    return files != NULL && index < files->len ? g_ptr_array_index(files, index) : NULL;
}

static JsonArray *
describe_bodies(OutQueue *chunks, gint64 id, GPtrArray *bodies, GPtrArray *files, GError **error)
{
    g_autoptr(JsonArray) array = json_array_new();
    for (guint i = 0; bodies != NULL && i < bodies->len; i++) {
        OctetSource *body = g_ptr_array_index(bodies, i);
        JsonObject *description = describe_body(body, i == 0, file_of_body(files, i), error);
        if (description == NULL)
            return NULL;
        json_array_add_object_element(array, description);
        if (json_object_has_member(description, "chunks"))
            push_part(chunks, id, g_strdup_printf("body-%u", i), body);
    }
    return g_steal_pointer(&array);
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
    g_autoptr(OctetSource) source = octet_source_new_bytes(octets);
    json_object_set_null_member(object, name);
    json_object_set_boolean_member(object, chunks_name, TRUE);
    push_part(chunks, id, g_strdup(name), source);
}

static void
move_entries(OutQueue *to, OutQueue *from)
{
    for (Entry *entry = g_queue_pop_head(&from->entries); entry != NULL;
         entry = g_queue_pop_head(&from->entries))
        g_queue_push_tail(&to->entries, entry);
}

static JsonObject *
describe_fault(const GError *error)
{
    const FaultRow *row = fault_find(error);
    JsonObject *fault = json_object_new();
    g_autofree gchar *message = g_strndup(error->message, MESSAGE_OCTETS);
    json_set_string(fault, "code", row->name);
    json_set_string(fault, "message", message);
    json_object_set_boolean_member(fault, "retry", row->retry);
    return fault;
}

void
out_queue_push_fault(OutQueue *queue, gint64 id, const GError *error, JsonObject *details)
{
    g_autoptr(OutQueue) chunks = out_queue_new();
    JsonObject *fault = describe_fault(error);
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
    g_autoptr(GError) error = NULL;
    JsonArray *descriptions = describe_bodies(chunks, id, bodies, files, &error);
    if (descriptions == NULL) {
        out_queue_push_fault(queue, id, error, NULL);
        return;
    }
    json_object_set_array_member(answer, "bodies", descriptions);
    g_autofree gchar *text = json_object_to_text(answer);
    if (strlen(text) <= LIMIT_FRAME_OUT_OCTETS) {
        push_text(queue, g_steal_pointer(&text));
        move_entries(queue, chunks);
        return;
    }
    g_set_error_literal(&error, PROTOCOL_ERROR, PROTOCOL_ERROR_TOO_LARGE,
                        "the answer fits into no frame");
    out_queue_push_fault(queue, id, error, NULL);
}

gboolean
out_queue_is_empty(const OutQueue *queue)
{
    return queue->entries.length == 0;
}

/* The next octets of the part, up to CHUNK_OCTETS. Whether they are the last is known only when
 * nothing comes after them, and no fault. */
static gboolean
read_chunk(Entry *entry, GByteArray *chunk, GError **error)
{
    if (entry->reader == NULL)
        entry->reader = octet_source_open(entry->octets, error);
    if (entry->reader == NULL)
        return FALSE;
    for (;;) {
        if (entry->piece.n_octets == 0 && !octet_reader_next(entry->reader, &entry->piece, error))
            return FALSE;
        entry->ended = entry->piece.n_octets == 0;
        gsize n_taken = MIN(entry->piece.n_octets, CHUNK_OCTETS - chunk->len);
        if (n_taken == 0)
            return TRUE;
        g_byte_array_append(chunk, entry->piece.octets, (guint)n_taken);
        octet_piece_skip(&entry->piece, n_taken);
    }
}

static JsonObject *
describe_chunk(Entry *entry, const GByteArray *chunk)
{
    g_autofree gchar *base64 = g_base64_encode(chunk->data, chunk->len);
    JsonObject *object = json_object_new();
    json_object_set_int_member(object, "id", entry->id);
    json_object_set_string_member(object, "part", entry->part);
    json_object_set_int_member(object, "index", entry->index++);
    json_object_set_string_member(object, "chunk", base64);
    json_object_set_boolean_member(object, "last", entry->ended);
    return object;
}

/* The answer is over with it; no chunk of its other parts comes any more. */
static JsonObject *
break_off(OutQueue *queue, Entry *entry, const GError *error)
{
    for (GList *l = queue->entries.head, *next; l != NULL; l = next) {
        Entry *other = l->data;
        next = l->next;
        if (other->part == NULL || other->id != entry->id)
            continue;
        g_queue_delete_link(&queue->entries, l);
        entry_free(other);
    }
    entry->ended = TRUE;
    JsonObject *object = json_object_new();
    JsonObject *fault = describe_fault(error);
    json_object_set_null_member(fault, "details");
    json_object_set_int_member(object, "id", entry->id);
    json_object_set_string_member(object, "part", entry->part);
    json_object_set_object_member(object, "fault", fault);
    return object;
}

static gchar *
next_chunk(OutQueue *queue, Entry *entry)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GByteArray) chunk = g_byte_array_sized_new(CHUNK_OCTETS);
    g_autoptr(JsonObject) object = read_chunk(entry, chunk, &error)
                                       ? describe_chunk(entry, chunk)
                                       : break_off(queue, entry, error);
    return json_object_to_text(object);
}

GBytes *
out_queue_pop(OutQueue *queue)
{
    Entry *entry = g_queue_pop_head(&queue->entries);
    if (entry == NULL)
        return NULL;
    g_autofree gchar *text =
        entry->text != NULL ? g_steal_pointer(&entry->text) : next_chunk(queue, entry);
    if (entry->octets != NULL && !entry->ended)
        g_queue_push_tail(&queue->entries, entry);
    else
        entry_free(entry);
    return frame_serialize(text, strlen(text), LIMIT_FRAME_OUT_OCTETS, NULL);
}
