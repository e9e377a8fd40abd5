/* SPDX-License-Identifier: MPL-2.0 */

#include "message-header.h"

#include "json-facts.h"

void
message_header_clear(MessageHeader *header)
{
    g_clear_pointer(&header->split, header_split_free);
}

gboolean
message_header_make(const HeaderParams *params, const EntityTree *message, HpIntent intent,
                    gboolean is_draft, MessageHeader *out_header, GError **error)
{
    MessageHeader header = {
        .message = message,
        /* Nobody but the author's own program opens a draft, and would find it in the text. */
        .legacy_display = params->legacy_display && !is_draft,
    };
    const HeaderSplitOptions options = {
        .intent = intent,
        .policy = params->policy,
        .reply = params->reply,
        .is_draft = is_draft,
    };
    if (header_split_is_possible(message)) {
        header.split = header_split_new(message, &options, error);
        if (header.split == NULL)
            return FALSE;
    }
    *out_header = header;
    return TRUE;
}

const EntityTree *
message_header_get_outer(const MessageHeader *header)
{
    return header->split == NULL ? header->message : header->split->outer;
}

OctetSource *
message_header_get_payload(const MessageHeader *header, gboolean seven_bit, gboolean *out_travels,
                           GError **error)
{
    const HeaderSplit *split = header->split;
    if (split == NULL)
        return compose_get_payload(header->message, seven_bit, out_travels, error);
    const PayloadHeader added = {
        .fields = split->inner,
        .intent = split->intent,
        .legacy_lines = header->legacy_display ? split->legacy_lines : NULL,
    };
    return compose_get_protected_payload(header->message, seven_bit, &added, out_travels, error);
}

static JsonArray *
names_to_json(const GPtrArray *names)
{
    JsonArray *array = json_array_new();
    for (guint i = 0; i < names->len; i++)
        json_array_add_string_element(array, g_ptr_array_index(names, i));
    return array;
}

void
message_header_describe(const MessageHeader *header, JsonObject *result)
{
    const HeaderSplit *split = header->split;
    if (split == NULL) {
        json_object_set_null_member(result, "header");
        return;
    }
    JsonObject *object = json_object_new();
    json_object_set_array_member(object, "hidden", names_to_json(split->hidden));
    json_object_set_array_member(object, "visible", names_to_json(split->visible));
    json_set_string(object, "subject", split->subject);
    json_object_set_object_member(result, "header", object);
}
