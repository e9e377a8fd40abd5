/* SPDX-License-Identifier: MPL-2.0 */

#include "classify.h"
#include "content-info.h"
#include "json-facts.h"
#include "message-input.h"
#include "ops.h"

gboolean
op_addresses(const OpCall *call, OpReply *reply, GError **error)
{
    g_autoptr(MessageInput) input = message_input_new(call->body, FALSE, error);
    if (input == NULL)
        return FALSE;
    if (input->address_error != NULL) {
        g_propagate_error(error, g_steal_pointer(&input->address_error));
        return FALSE;
    }
    const MessageAddresses *addresses = input->addresses;
    const Mailbox *author = message_addresses_get_author(addresses);
    JsonObject *result = json_object_new();
    json_set_string(result, "author", author == NULL ? NULL : author->address);
    json_object_set_array_member(result, "from", json_from_mailboxes(addresses->from));
    if (addresses->sender == NULL)
        json_object_set_null_member(result, "sender");
    else
        json_object_set_object_member(result, "sender", json_from_mailbox(addresses->sender));
    json_object_set_array_member(result, "to", json_from_mailboxes(addresses->to));
    json_object_set_array_member(result, "cc", json_from_mailboxes(addresses->cc));
    json_object_set_array_member(result, "bcc", json_from_mailboxes(addresses->bcc));
    reply->result = result;
    return TRUE;
}

static JsonArray *
parts_to_json(const Classification *classification)
{
    JsonArray *parts = json_array_new();
    for (guint i = 0; i < classification->parts->len; i++) {
        const ClassifiedPart *part = &g_array_index(classification->parts, ClassifiedPart, i);
        JsonObject *object = json_object_new();
        json_set_string(object, "part", part->part);
        json_set_string(object, "layer", crypto_layer_to_string(part->layer));
        json_array_add_object_element(parts, object);
    }
    return parts;
}

static JsonObject *
classify_tree(const EntityTree *tree)
{
    g_autoptr(Classification) found = classify_message(tree);
    JsonObject *result = json_object_new();
    json_object_set_boolean_member(result, "signed", found->is_signed);
    json_object_set_boolean_member(result, "encrypted", found->is_encrypted);
    json_set_string(result, "scope", signature_scope_to_string(found->scope));
    json_set_string(result, "layer", crypto_layer_to_string(found->root));
    json_set_string(result, "content_type", entity_get_media_type(entity_tree_get_root(tree)));
    json_set_string(result, "structure", found->structure);
    json_object_set_array_member(result, "parts", parts_to_json(found));
    return result;
}

/* A bare object has no header fields; its own content type is all there is to see. */
static JsonObject *
classify_cms(GBytes *ber)
{
    CmsContentType type = cms_content_info_peek(ber);
    gboolean is_signed = type == CMS_CONTENT_SIGNED_DATA;
    JsonObject *result = json_object_new();
    json_object_set_boolean_member(result, "signed", is_signed);
    json_object_set_boolean_member(result, "encrypted",
                                   type == CMS_CONTENT_ENVELOPED_DATA ||
                                       type == CMS_CONTENT_AUTH_ENVELOPED_DATA);
    json_set_string(result, "scope",
                    signature_scope_to_string(is_signed ? SCOPE_WHOLE : SCOPE_NONE));
    json_set_string(result, "layer", cms_content_type_to_string(type));
    json_set_string(result, "content_type", NULL);
    json_set_string(result, "structure", NULL);
    json_object_set_array_member(result, "parts", json_array_new());
    return result;
}

gboolean
op_classify(const OpCall *call, OpReply *reply, GError **error)
{
    g_autoptr(MessageInput) input = message_input_new(call->body, TRUE, error);
    if (input == NULL)
        return FALSE;
    reply->result = input->is_cms ? classify_cms(input->octets) : classify_tree(input->tree);
    return TRUE;
}
