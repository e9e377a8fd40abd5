/* SPDX-License-Identifier: MPL-2.0 */

/* The value of an address field. */

#include "address.h"
#include "fuzz.h"

static void
check_display_name(const gchar *name)
{
    g_assert(g_utf8_validate(name, -1, NULL) && name[0] != '\0');
    for (const gchar *p = name; *p != '\0'; p++)
        g_assert(!g_ascii_iscntrl(*p));
}

/* An address that is good enough for DNS is read again as itself, when it stands in a list of its
 * own. */
static void
check_address(const gchar *text)
{
    g_autoptr(AddrSpec) address = addr_spec_parse(text, -1, NULL);
    if (address == NULL)
        return;
    g_autofree gchar *written = addr_spec_to_string(address);
    g_autofree gchar *field = g_strdup_printf("\"x, y\" <%s>", written);
    g_autoptr(GPtrArray) mailboxes = mailbox_list_parse(field, NULL);
    g_assert(mailboxes != NULL && mailboxes->len == 1);
    const Mailbox *mailbox = mailboxes->pdata[0];
    g_autoptr(AddrSpec) again = addr_spec_parse(mailbox->address, -1, NULL);
    g_assert(again != NULL && addr_spec_equal(address, again));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    if (n_octets == 0)
        return 0;
    g_autofree gchar *value = g_strndup((const gchar *)octets, n_octets);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) mailboxes = mailbox_list_parse(value, &error);
    g_assert((mailboxes == NULL) == (error != NULL));
    for (guint i = 0; mailboxes != NULL && i < mailboxes->len; i++) {
        const Mailbox *mailbox = mailboxes->pdata[i];
        g_assert(mailbox->address[0] != '\0' && g_utf8_validate(mailbox->address, -1, NULL));
        if (mailbox->display_name != NULL)
            check_display_name(mailbox->display_name);
        check_address(mailbox->address);
    }
    return 0;
}
