/* SPDX-License-Identifier: MPL-2.0 */

#include "shown-header.h"

void
shown_header_clear(ShownHeader *shown)
{
    g_clear_pointer(&shown->header, protected_header_free);
    from_pair_clear(&shown->from);
}

/* SignedData without a SignerInfo is no signature. */
static gboolean
is_protected(const OpenedMessage *opened)
{
    return opened->is_encrypted || (opened->signature != NULL &&
                                    signed_data_get_n_signers(opened->signature->signed_data) > 0);
}

gboolean
shown_header_read(ShownHeader *shown, const MessageInput *input, const OpenedMessage *opened,
                  GError **error)
{
    if (!is_protected(opened))
        return TRUE;
    const Entity *outer = input->tree == NULL ? NULL : entity_tree_get_root(input->tree);
    shown->header = protected_header_read(outer, opened->is_open ? opened->payload : NULL,
                                          opened->is_encrypted, error);
    if (shown->header == NULL)
        return FALSE;
    protected_header_get_from(shown->header, &shown->from);
    return TRUE;
}

gboolean
shown_header_has_author(const ShownHeader *shown)
{
    return shown->header != NULL && protected_header_is_declared(shown->header);
}

const Entity *
shown_header_get_dated(const ShownHeader *shown, const MessageInput *input)
{
    if (shown_header_has_author(shown)) {
        const Entity *root = protected_header_get_root(shown->header);
        if (entity_find_field(root, "Date") != NULL)
            return root;
    }
    return input->tree == NULL ? NULL : entity_tree_get_root(input->tree);
}

void
shown_header_settle(ShownHeader *shown, SignatureStatus status, gboolean is_bound)
{
    if (shown->header == NULL)
        return;
    shown->is_signed = status == STATUS_VERIFIED;
    /* RFC 9788 §4.4.3. What an older form has inside binds nobody: it is a guess that it is meant
     * to be the message's. */
    shown->outer_from =
        shown->from.is_mismatch && !(is_bound && protected_header_is_declared(shown->header));
}
