/* SPDX-License-Identifier: MPL-2.0 */
#include "address.h"

static void
mailbox_free_item(gpointer mailbox)
{
    mailbox_free(mailbox);
}

/* Reads all fields called @name into @list. A field that can't be read goes in as one mailbox whose
 * address is the field's text, so that nobody takes the list for shorter than it is: it can't be
 * encrypted to, and is named when that fails. */
static gboolean
add_fields(const Entity *message, const gchar *name, gboolean must_be_read, GPtrArray *list,
           GError **error)
{
    guint n_fields = entity_get_n_fields(message);
    for (guint i = 0; i < n_fields; i++) {
        if (g_ascii_strcasecmp(entity_get_field_name(message, i), name) != 0)
            continue;
        const gchar *value = entity_get_field_value(message, i);
        g_autoptr(GError) fault = NULL;
        g_autoptr(GPtrArray) mailboxes = mailbox_list_parse(value, &fault);
        if (mailboxes != NULL) {
            g_ptr_array_extend_and_steal(list, g_steal_pointer(&mailboxes));
        } else if (must_be_read || g_error_matches(fault, MAIL_ERROR, MAIL_ERROR_LIMIT)) {
            g_propagate_prefixed_error(error, g_steal_pointer(&fault), "%s: ", name);
            return FALSE;
        } else {
            Mailbox *mailbox = g_new0(Mailbox, 1);
            mailbox->address = g_utf8_make_valid(value, -1);
            g_ptr_array_add(list, mailbox);
        }
        if (list->len > LIMIT_ADDRESSES) {
            g_set_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT, "%s: more than %u addresses", name,
                        LIMIT_ADDRESSES);
            return FALSE;
        }
    }
    return TRUE;
}

/* Thunderbird and others take a CR alone for a line end. A From that begins behind one would be
 * shown beside a verdict on the From that is read here. CRs before a LF hide nothing. */
static gboolean
check_line_ends(const Entity *message, GError **error)
{
    g_autoptr(GBytes) header = entity_get_header_octets(message);
    gsize n_octets = 0;
    const gchar *octets = g_bytes_get_data(header, &n_octets);
    for (gsize i = 0; i + 1 < n_octets; i++) {
        if (octets[i] != '\r' || octets[i + 1] == '\r' || octets[i + 1] == '\n')
            continue;
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_ADDRESS,
                    "CR without LF at octet %" G_GSIZE_FORMAT " of the header section", i + 1);
        return FALSE;
    }
    return TRUE;
}

static gboolean
has_resent_fields(const Entity *message)
{
    for (guint i = 0; i < entity_get_n_fields(message); i++) {
        if (g_ascii_strncasecmp(entity_get_field_name(message, i), "Resent-", 7) == 0)
            return TRUE;
    }
    return FALSE;
}

MessageAddresses *
message_addresses_parse(const Entity *message, GError **error)
{
    g_autoptr(MessageAddresses) addresses = g_new0(MessageAddresses, 1);
    addresses->from = g_ptr_array_new_with_free_func(mailbox_free_item);
    addresses->to = g_ptr_array_new_with_free_func(mailbox_free_item);
    addresses->cc = g_ptr_array_new_with_free_func(mailbox_free_item);
    addresses->bcc = g_ptr_array_new_with_free_func(mailbox_free_item);
    g_autoptr(GPtrArray) senders = g_ptr_array_new_with_free_func(mailbox_free_item);
    if (!check_line_ends(message, error) ||
        !add_fields(message, "From", TRUE, addresses->from, error) ||
        !add_fields(message, "Sender", FALSE, senders, error) ||
        !add_fields(message, "To", FALSE, addresses->to, error) ||
        !add_fields(message, "Cc", FALSE, addresses->cc, error) ||
        !add_fields(message, "Bcc", FALSE, addresses->bcc, error))
        return NULL;
    if (senders->len > 0)
        addresses->sender = g_ptr_array_steal_index(senders, 0);
    addresses->resent = has_resent_fields(message);
    return g_steal_pointer(&addresses);
}

void
message_addresses_free(MessageAddresses *addresses)
{
    if (addresses == NULL)
        return;
    g_clear_pointer(&addresses->from, g_ptr_array_unref);
    mailbox_free(addresses->sender);
    g_clear_pointer(&addresses->to, g_ptr_array_unref);
    g_clear_pointer(&addresses->cc, g_ptr_array_unref);
    g_clear_pointer(&addresses->bcc, g_ptr_array_unref);
    g_free(addresses);
}

const Mailbox *
message_addresses_get_author(const MessageAddresses *addresses)
{
    return addresses->from->len == 1 ? addresses->from->pdata[0] : NULL;
}

/* Equal for two spellings of one address, as addr_spec_equal() has it. */
static gchar *
dup_key(const Mailbox *mailbox)
{
    g_autoptr(AddrSpec) address = addr_spec_parse(mailbox->address, -1, NULL);
    if (address == NULL)
        return g_strdup(mailbox->address);
    g_autofree gchar *domain = g_ascii_strdown(address->domain, -1);
    return g_strconcat(domain, "@", address->local_part, NULL);
}

static void
add_recipients(GPtrArray *recipients, GHashTable *seen, const GPtrArray *list)
{
    for (guint i = 0; i < list->len; i++) {
        if (g_hash_table_add(seen, dup_key(list->pdata[i])))
            g_ptr_array_add(recipients, list->pdata[i]);
    }
}

GPtrArray *
message_addresses_get_recipients(const MessageAddresses *addresses, gboolean with_bcc)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GPtrArray *recipients = g_ptr_array_new();
    add_recipients(recipients, seen, addresses->to);
    add_recipients(recipients, seen, addresses->cc);
    if (with_bcc)
        add_recipients(recipients, seen, addresses->bcc);
    return recipients;
}
