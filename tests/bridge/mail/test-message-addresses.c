/* SPDX-License-Identifier: MPL-2.0 */
#include "address.h"

#include "mail-test.h"

static gchar *
join(const GPtrArray *mailboxes)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < mailboxes->len; i++) {
        const Mailbox *mailbox = mailboxes->pdata[i];
        g_string_append_printf(text, "%s|", mailbox->address);
    }
    return g_string_free(text, FALSE);
}

static MessageAddresses *
read_addresses(const gchar *message, GError **error)
{
    g_autoptr(EntityTree) tree = parse_text(message);
    return message_addresses_parse(entity_tree_get_root(tree), error);
}

typedef struct {
    const gchar *name;
    const gchar *message;
    const gchar *from;
    const gchar *author; /* NULL: none */
    const gchar *recipients;
} AddressesCase;

static const AddressesCase addresses_cases[] = {
    {"all", "From: A <a@x.example>\nTo: b@x.example\nCc: c@x.example\nBcc: d@x.example\n\n",
     "a@x.example|", "a@x.example", "b@x.example|c@x.example|d@x.example|"},
    {"no-from", "To: b@x.example\n\n", "", NULL, "b@x.example|"},
    {"several-authors", "From: a@x.example, b@x.example\nSender: a@x.example\n\n",
     "a@x.example|b@x.example|", NULL, ""},
    {"two-from-fields", "From: a@x.example\nFROM : b@x.example\n\n", "a@x.example|b@x.example|",
     NULL, ""},
    {"sender-does-not-count", "From: a@x.example\nSender: s@x.example\n\n", "a@x.example|",
     "a@x.example", ""},
    {"two-to-fields", "From: a@x.example\nTo: b@x.example\nTo: c@x.example\n\n", "a@x.example|",
     "a@x.example", "b@x.example|c@x.example|"},
    {"once-each", "From: a@x.example\nTo: b@x.example, B <b@X.EXAMPLE>\nCc: \"b\"@x.example\n\n",
     "a@x.example|", "a@x.example", "b@x.example|"},
    /* RFC 8162 §4: the local part has a case */
    {"case-of-local-part", "From: a@x.example\nTo: b@x.example, B@x.example\n\n", "a@x.example|",
     "a@x.example", "b@x.example|B@x.example|"},
    {"unreadable-to-is-not-dropped", "From: a@x.example\nTo: undisclosed recipients\n\n",
     "a@x.example|", "a@x.example", "undisclosed recipients|"},
    {"folded", "From: A\r\n <a@x.example>\r\nTo: b@x.example,\r\n\tc@x.example\r\n\r\n",
     "a@x.example|", "a@x.example", "b@x.example|c@x.example|"},
};

static void
test_addresses(gconstpointer data)
{
    const AddressesCase *c = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(MessageAddresses) addresses = read_addresses(c->message, &error);
    g_assert_no_error(error);
    g_autofree gchar *from = join(addresses->from);
    g_assert_cmpstr(from, ==, c->from);
    const Mailbox *author = message_addresses_get_author(addresses);
    g_assert_cmpstr(author != NULL ? author->address : NULL, ==, c->author);
    g_autoptr(GPtrArray) recipients = message_addresses_get_recipients(addresses, TRUE);
    g_autofree gchar *text = join(recipients);
    g_assert_cmpstr(text, ==, c->recipients);
    g_assert_false(addresses->resent);
}

static void
test_without_bcc(void)
{
    g_autoptr(MessageAddresses) addresses =
        read_addresses("From: a@x.example\nTo: b@x.example\nBcc: c@x.example\n\n", NULL);
    g_autoptr(GPtrArray) recipients = message_addresses_get_recipients(addresses, FALSE);
    g_autofree gchar *text = join(recipients);
    g_assert_cmpstr(text, ==, "b@x.example|");
}

static void
test_sender_and_resent(void)
{
    g_autoptr(MessageAddresses) addresses = read_addresses(
        "From: a@x.example\nSender: S <s@x.example>\nResent-To: r@x.example\n\n", NULL);
    g_assert_cmpstr(addresses->sender->address, ==, "s@x.example");
    g_assert_true(addresses->resent);
    g_autoptr(GPtrArray) recipients = message_addresses_get_recipients(addresses, TRUE);
    g_assert_cmpuint(recipients->len, ==, 0);
}

static void
test_from_error(void)
{
    const gchar *messages[] = {"From: nobody\n\n", "From: a@x.example b@x.example\n\n",
                               "From: a@x.example\nFrom: b\n\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(messages); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(read_addresses(messages[i], &error));
        g_assert_error(error, MAIL_ERROR, MAIL_ERROR_ADDRESS);
        g_assert_true(g_str_has_prefix(error->message, "From: "));
    }
}

/* What is one line here is two elsewhere. */
static void
test_bare_cr(void)
{
    const gchar *messages[] = {"Subject: x\rFrom: b@y.example\r\nFrom: a@x.example\r\n\r\n",
                               "From: a@x.example\r\nSubject: x\r\rFrom: b@y.example\r\n\r\n",
                               "From: A\r <a@x.example>\n\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(messages); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(read_addresses(messages[i], &error));
        g_assert_error(error, MAIL_ERROR, MAIL_ERROR_ADDRESS);
    }
    g_autoptr(MessageAddresses) addresses =
        read_addresses("From: a@x.example\r\r\nSubject: x\r\n\r\nx\ry\r\n", NULL);
    g_assert_cmpstr(message_addresses_get_author(addresses)->address, ==, "a@x.example");
}

/* A NUL must not cut the address that is judged. */
static void
test_nul_in_from(void)
{
    g_autoptr(GBytes) octets = g_bytes_new_static(OCTETS("From: a@x.example\0.evil\n\n"));
    g_autoptr(EntityTree) tree = entity_tree_parse(octets, NULL, NULL);
    g_autoptr(MessageAddresses) addresses =
        message_addresses_parse(entity_tree_get_root(tree), NULL);
    const Mailbox *author = message_addresses_get_author(addresses);
    g_assert_cmpstr(author->address, !=, "a@x.example");
    g_assert_null(addr_spec_parse(author->address, -1, NULL));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/message-addresses/", addresses_cases, test_addresses)
    g_test_add_func("/message-addresses/without-bcc", test_without_bcc);
    g_test_add_func("/message-addresses/sender-and-resent", test_sender_and_resent);
    g_test_add_func("/message-addresses/from-error", test_from_error);
    g_test_add_func("/message-addresses/bare-cr", test_bare_cr);
    g_test_add_func("/message-addresses/nul-in-from", test_nul_in_from);
    return g_test_run();
}
