/* SPDX-License-Identifier: MPL-2.0 */
#include "header-reply.h"

#include <time.h>

#include "mail-test.h"

/* What the answered message is made of: @outer of NULL: removed; "=": as inside. */
typedef struct {
    const gchar *name;
    const gchar *value;
    const gchar *outer;
} Field;

/* A message under hcp_shy, as RFC 9788 C.3.3. */
static const Field shy[] = {
    {"From", "Ana <ana@a.example>", "ana@a.example"},
    {"To", "Ben <ben@b.example>, Cy <cy@c.example>", "ben@b.example, cy@c.example"},
    {"Subject", "Rent", "[...]"},
    {"Message-ID", "<1@a.example>", "="},
    {"Keywords", "money", NULL},
    {"X-Topic", "=?utf-8?q?M=C3=BCll?=", NULL},
};
/* One under a policy that hides recipients and the thread. */
static const Field bold[] = {
    {"From", "Ana <ana@a.example>", "="},
    {"To", "ben@b.example", "="},
    {"Cc", "Dee <dee@d.example>", NULL},
    {"Subject", "Rent", NULL},
    {"Message-ID", "<inner@a.example>", "<outer@a.example>"},
    {"References", "<r1@x> <r2@x>", "<r2@x>"},
};
/* What stood outside is the peer's, or an attacker's. */
static const Field hostile[] = {
    {"Subject", "Rent", "a\r\nBcc: mallory@m.example"},
    {"Keywords", "money", "b\nX: y"},
    {"Message-ID", "<inner@a.example>", "<o\r\nX: y>"},
};
static const Field open[] = {{"Subject", "Rent", "="}};
static const Field answered[] = {{"Subject", "Re: Rent", "Re: [...]"}};

#define MESSAGE(fields) fields, G_N_ELEMENTS(fields)

/* @expected of NULL: kept; "": removed. */
typedef struct {
    const gchar *name;
    const Field *fields;
    gsize n_fields;
    const gchar *field;
    const gchar *value;
    const gchar *expected;
} ReplyCase;

static const ReplyCase reply_cases[] = {
    {"subject", MESSAGE(shy), "Subject", "Re: Rent", "Re: [...]"},
    {"subject-edited", MESSAGE(shy), "Subject", "Rent is due on Monday", "Re: [...]"},
    {"subject-forwarded", MESSAGE(shy), "subject", "Fwd: Rent", "Fwd: [...]"},
    {"subject-answered-again", MESSAGE(answered), "Subject", "Re: Rent", "Re: [...]"},
    {"subject-answer-forwarded", MESSAGE(answered), "Subject", "Fwd: Re: Rent", "Fwd: Re: [...]"},
    {"subject-removed", MESSAGE(bold), "Subject", "Re: Rent", ""},
    {"subject-hostile", MESSAGE(hostile), "Subject", "Re: Rent", "Re: [...]"},
    {"to-name", MESSAGE(shy), "To", "Ana <ana@a.example>", "ana@a.example"},
    {"to-name-of-another-spelling", MESSAGE(shy), "To", "Ana <Ana@A.EXAMPLE>", "Ana@A.EXAMPLE"},
    {"to-bare", MESSAGE(shy), "To", "ana@a.example", NULL},
    {"to-name-of-mine", MESSAGE(shy), "To", "My landlady <ana@a.example>", NULL},
    {"to-beside-others", MESSAGE(shy), "To", "Ana <ana@a.example>, Eve <eve@e.example>",
     "ana@a.example, eve@e.example"},
    {"to-group", MESSAGE(shy), "To", "Friends: Ana <ana@a.example>, Eve <eve@e.example>;",
     "ana@a.example, eve@e.example"},
    {"to-beside-group", MESSAGE(shy), "To", "Ana <ana@a.example>, undisclosed-recipients:;",
     "ana@a.example"},
    {"resent-to-name", MESSAGE(shy), "Resent-To", "Ana <ana@a.example>", "ana@a.example"},
    {"mail-reply-to-name", MESSAGE(shy), "Mail-Reply-To", "Ana <ana@a.example>", "ana@a.example"},
    {"to-beside-not-ascii", MESSAGE(shy), "To", "Ana <ana@a.example>, \303\244@b.example",
     "ana@a.example"},
    {"to-group-of-others", MESSAGE(shy), "To", "Friends: Eve <eve@e.example>;", NULL},
    {"cc-hidden-in-group", MESSAGE(bold), "Cc", "Friends: dee@d.example;", ""},
    {"to-others", MESSAGE(shy), "To", "Eve <eve@e.example>", NULL},
    {"cc-hidden", MESSAGE(bold), "Cc", "Dee <dee@d.example>", ""},
    {"cc-hidden-beside-others", MESSAGE(bold), "Cc", "dee@d.example, Eve <eve@e.example>",
     "eve@e.example"},
    {"followup-hidden", MESSAGE(bold), "Mail-Followup-To", "dee@d.example, eve@e.example",
     "eve@e.example"},
    {"from-is-mine", MESSAGE(shy), "From", "Ben <ben@b.example>", NULL},
    {"in-reply-to", MESSAGE(bold), "In-Reply-To", "<inner@a.example>", "<outer@a.example>"},
    {"in-reply-to-not-hidden", MESSAGE(shy), "In-Reply-To", "<1@a.example>", NULL},
    {"in-reply-to-hostile", MESSAGE(hostile), "In-Reply-To", "<inner@a.example>", ""},
    {"references", MESSAGE(bold), "References", "<r1@x> <r2@x> <inner@a.example>",
     "<r2@x> <outer@a.example>"},
    {"keywords-same", MESSAGE(shy), "Keywords", "money", ""},
    {"keywords-other", MESSAGE(shy), "Keywords", "cats", NULL},
    {"keywords-hostile", MESSAGE(hostile), "Keywords", "money", ""},
    {"encoded-otherwise", MESSAGE(shy), "X-Topic", "=?UTF-8?B?TcO8bGw=?=", ""},
    {"thread-topic", MESSAGE(shy), "Thread-Topic", "Rent", ""},
    {"thread-topic-of-nothing-hidden", MESSAGE(open), "Thread-Topic", "Rent", NULL},
    {"something-else", MESSAGE(shy), "X-Other", "x", NULL},
};

static void
free_field(gpointer field)
{
    reference_field_free(field);
}

static GPtrArray *
make_message(const Field *fields, gsize n_fields)
{
    GPtrArray *message = g_ptr_array_new_with_free_func(free_field);
    for (gsize i = 0; i < n_fields; i++) {
        gboolean is_open = g_strcmp0(fields[i].outer, "=") == 0;
        ReferenceField *field = g_new0(ReferenceField, 1);
        field->name = g_strdup(fields[i].name);
        field->value = g_strdup(fields[i].value);
        field->outer = g_strdup(is_open ? fields[i].value : fields[i].outer);
        field->is_hidden = !is_open;
        g_ptr_array_add(message, field);
    }
    return message;
}

static void
check(const HeaderReply *reply, const gchar *field, const gchar *value, const gchar *expected)
{
    g_autofree gchar *other = NULL;
    HeaderFate fate = header_reply_apply(reply, field, value, &other);
    HeaderFate wanted = expected == NULL      ? HEADER_KEPT
                        : expected[0] == '\0' ? HEADER_REMOVED
                                              : HEADER_CHANGED;
    g_assert_cmpint(fate, ==, wanted);
    g_assert_cmpstr(other, ==, wanted == HEADER_CHANGED ? expected : NULL);
}

static void
test_reply(gconstpointer data)
{
    const ReplyCase *row = data;
    g_autoptr(GPtrArray) references =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    g_ptr_array_add(references, make_message(row->fields, row->n_fields));
    g_autoptr(HeaderReply) reply = header_reply_new(references);
    check(reply, row->field, row->value, row->expected);
}

/* The union of what they hid. */
static void
test_several(void)
{
    g_autoptr(GPtrArray) references =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    g_ptr_array_add(references, make_message(MESSAGE(shy)));
    g_ptr_array_add(references, make_message(MESSAGE(bold)));
    g_autoptr(HeaderReply) reply = header_reply_new(references);
    check(reply, "Cc", "Dee <dee@d.example>", "");
    check(reply, "To", "Cy <cy@c.example>", "cy@c.example");
    check(reply, "Keywords", "money", "");
    /* One of them showed the name. */
    check(reply, "To", "Ana <ana@a.example>", NULL);
}

/* A header section full of identifiers, inside and outside, none of them the same. */
static void
test_many_identifiers(void)
{
    g_autoptr(GString) inside = g_string_new(NULL);
    g_autoptr(GString) outside = g_string_new(NULL);
    for (guint i = 0; i < 60000; i++) {
        g_string_append_printf(inside, "<i%u>", i);
        g_string_append_printf(outside, "<o%u>", i);
    }
    const Field fields[] = {{"References", inside->str, outside->str}};
    g_autoptr(GPtrArray) references =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    g_ptr_array_add(references, make_message(MESSAGE(fields)));
    clock_t start = clock();
    g_autoptr(HeaderReply) reply = header_reply_new(references);
    g_assert_cmpint(clock() - start, <, 5 * CLOCKS_PER_SEC);
    check(reply, "References", "<i1> <o1> <x>", "<o1> <x>");
}

/* Of a peer's: a line that nobody can fold is not written. */
static void
test_long_words(void)
{
    g_autofree gchar *text = g_strnfill(990, 'a');
    g_autofree gchar *subject = g_strconcat("Re: ", text, "Bcc:mallory@m.example", NULL);
    g_autofree gchar *identifier = g_strconcat("<", text, "@x>", NULL);
    const Field fields[] = {{"Subject", "Rent", subject},
                            {"Message-ID", "<inner@x>", identifier},
                            {"X-Other", "x", subject}};
    g_autoptr(GPtrArray) references =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    g_ptr_array_add(references, make_message(MESSAGE(fields)));
    g_autoptr(HeaderReply) reply = header_reply_new(references);
    check(reply, "Subject", "Re: Rent", "Re: [...]");
    check(reply, "In-Reply-To", "<inner@x>", "");
    check(reply, "X-Other", "x", "");
}

/* Nor one that servers would cut off, with what comes after it. */
static void
test_many_words(void)
{
    g_autoptr(GString) subject = g_string_new("Re:");
    while (subject->len < 100000)
        g_string_append(subject, " offer");
    const Field fields[] = {{"Subject", "Rent", subject->str}, {"X-Other", "x", subject->str}};
    g_autoptr(GPtrArray) references =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    g_ptr_array_add(references, make_message(MESSAGE(fields)));
    g_autoptr(HeaderReply) reply = header_reply_new(references);
    check(reply, "Subject", "Re: Rent", "Re: [...]");
    check(reply, "X-Other", "x", "");
}

static void
test_nothing(void)
{
    g_autoptr(GPtrArray) references = g_ptr_array_new();
    g_autoptr(HeaderReply) reply = header_reply_new(references);
    check(reply, "Subject", "Re: Rent", NULL);
    check(reply, "To", "Ana <ana@a.example>", NULL);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/header-reply/", reply_cases, test_reply);
    g_test_add_func("/header-reply/several", test_several);
    g_test_add_func("/header-reply/many-identifiers", test_many_identifiers);
    g_test_add_func("/header-reply/long-words", test_long_words);
    g_test_add_func("/header-reply/many-words", test_many_words);
    g_test_add_func("/header-reply/nothing", test_nothing);
    return g_test_run();
}
