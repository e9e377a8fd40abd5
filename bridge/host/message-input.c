/* SPDX-License-Identifier: MPL-2.0 */

#include "message-input.h"

#include "content-info.h"

/* No header field begins so: a DER SEQUENCE, PEM armour, or base64 of a long SEQUENCE alone. */
static gboolean
looks_like_cms(GBytes *body)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(body, &n_octets);
    if (n_octets < 4)
        return FALSE;
    if (octets[0] == 0x30)
        return cms_content_info_peek(body) != CMS_CONTENT_UNKNOWN || (octets[1] & 0x80) != 0;
    if (memcmp(octets, "----", 4) == 0)
        return TRUE;
    if (octets[0] != 'M')
        return FALSE;
    const guint8 *line_end = memchr(octets, '\n', n_octets);
    gsize n_line = line_end == NULL ? n_octets : (gsize)(line_end - octets);
    return memchr(octets, ':', n_line) == NULL;
}

static gboolean
read_message(MessageInput *input, GBytes *body, GError **error)
{
    input->octets = g_bytes_ref(body);
    input->tree = entity_tree_parse(body, NULL, error);
    if (input->tree == NULL)
        return FALSE;
    input->addresses =
        message_addresses_parse(entity_tree_get_root(input->tree), &input->address_error);
    return TRUE;
}

static gboolean
read_cms(MessageInput *input, GBytes *body, GError **error)
{
    input->is_cms = TRUE;
    input->octets = cms_content_info_from_file(body, error);
    return input->octets != NULL;
}

MessageInput *
message_input_new(GBytes *body, gboolean allow_cms, GError **error)
{
    g_autoptr(MessageInput) input = g_new0(MessageInput, 1);
    gboolean is_cms = allow_cms && looks_like_cms(body);
    if (!(is_cms ? read_cms(input, body, error) : read_message(input, body, error)))
        return NULL;
    return g_steal_pointer(&input);
}

void
message_input_free(MessageInput *input)
{
    if (input == NULL)
        return;
    g_clear_pointer(&input->octets, g_bytes_unref);
    g_clear_pointer(&input->tree, entity_tree_free);
    g_clear_pointer(&input->addresses, message_addresses_free);
    g_clear_error(&input->address_error);
    g_free(input);
}

const gchar *
message_input_get_author(const MessageInput *input, const gchar *named, GError **error)
{
    if (named != NULL)
        return named;
    if (input->address_error != NULL) {
        g_propagate_error(error, g_error_copy(input->address_error));
        return NULL;
    }
    if (input->addresses == NULL || input->addresses->from->len == 0) {
        g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_NO_AUTHOR, "there is no From");
        return NULL;
    }
    const Mailbox *author = message_addresses_get_author(input->addresses);
    if (author == NULL) {
        g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_NO_AUTHOR,
                    "From names %u addresses; one has to be chosen", input->addresses->from->len);
        return NULL;
    }
    return author->address;
}
