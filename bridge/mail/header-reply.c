/* SPDX-License-Identifier: MPL-2.0 */

#include "header-reply.h"

#include <string.h>

#include "addr-spec.h"
#include "address.h"
#include "encoded-word.h"
#include "header-protection.h"

/* Of a peer's value in a header section of ours: of one word, and of all. Servers cut off header
 * sections of more than some ten thousand octets. */
#define MAX_WORD_OCTETS  900u
#define MAX_OUTER_OCTETS 4000u

/* Each message in full, and each value once: an answer has a few fields, its references may have
 * thousands. */
struct _HeaderReply {
    gchar *subject;      /* what stood outside for a hidden one; "": nothing; NULL: not hidden */
    GHashTable *values;  /* "name\nvalue" of hidden fields → what stood outside, or NULL */
    GHashTable *people;  /* address → Person */
    GHashTable *threads; /* hidden message identifier → the one that stood outside, or NULL */
};

/* Somebody in the address fields of the references. */
typedef struct {
    gboolean was_outside;   /* the address stood outside */
    GHashTable *open_names; /* display names that stood outside with it */
    GHashTable *names;      /* … that were protected */
} Person;

static void
person_free(gpointer data)
{
    Person *person = data;
    g_hash_table_unref(person->open_names);
    g_hash_table_unref(person->names);
    g_free(person);
}

void
reference_field_free(ReferenceField *field)
{
    if (field == NULL)
        return;
    g_free(field->name);
    g_free(field->value);
    g_free(field->outer);
    g_free(field);
}

/* Equal for two spellings of one address; the domain without case, the local part in ASCII too:
 * what is hidden stays so. */
static gchar *
dup_address_key(const gchar *address)
{
    g_autoptr(AddrSpec) spec = addr_spec_parse(address, -1, NULL);
    g_autofree gchar *text = spec == NULL ? NULL : addr_spec_to_string(spec);
    return g_ascii_strdown(text != NULL ? text : address, -1);
}

static Person *
find_person(HeaderReply *reply, const gchar *address)
{
    g_autofree gchar *key = dup_address_key(address);
    Person *person = g_hash_table_lookup(reply->people, key);
    if (person == NULL) {
        person = g_new0(Person, 1);
        person->open_names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        person->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_hash_table_insert(reply->people, g_steal_pointer(&key), person);
    }
    return person;
}

static void
add_people(HeaderReply *reply, const gchar *value, gboolean stood_outside)
{
    g_autoptr(GPtrArray) mailboxes = value == NULL ? NULL : mailbox_list_parse(value, NULL);
    for (guint i = 0; mailboxes != NULL && i < mailboxes->len; i++) {
        const Mailbox *mailbox = g_ptr_array_index(mailboxes, i);
        Person *person = find_person(reply, mailbox->address);
        person->was_outside |= stood_outside;
        if (mailbox->display_name != NULL)
            g_hash_table_add(stood_outside ? person->open_names : person->names,
                             g_strdup(mailbox->display_name));
    }
}

/* "<id>" tokens of a field. */
static GPtrArray *
split_identifiers(const gchar *value)
{
    GPtrArray *identifiers = g_ptr_array_new_with_free_func(g_free);
    const gchar *start = value == NULL ? NULL : strchr(value, '<');
    while (start != NULL) {
        const gchar *end = strchr(start, '>');
        if (end == NULL)
            break;
        g_ptr_array_add(identifiers, g_strndup(start, (gsize)(end - start) + 1));
        start = strchr(end, '<');
    }
    return identifiers;
}

static gboolean
has_identifiers(const gchar *name)
{
    return g_ascii_strcasecmp(name, "Message-ID") == 0 ||
           g_ascii_strcasecmp(name, "In-Reply-To") == 0 ||
           g_ascii_strcasecmp(name, "References") == 0;
}

/* What a peer wrote outside goes into a header section of ours, folded between words. Relays break
 * a line that is longer than RFC 5322 §2.1.1 allows where they like, and a field begins there. */
static gchar *
dup_plain(const gchar *outer)
{
    if (outer == NULL || strlen(outer) > MAX_OUTER_OCTETS || !header_value_is_plain(outer))
        return NULL;
    for (const gchar *at = outer; *at != '\0';) {
        gsize n_word = strcspn(at, " \t");
        if (n_word > MAX_WORD_OCTETS)
            return NULL;
        at += n_word + strspn(at + n_word, " \t");
    }
    return g_strdup(outer);
}

/* Both can be as many as fit into a header section. */
static void
add_identifiers(HeaderReply *reply, const ReferenceField *field)
{
    g_autoptr(GPtrArray) hidden = split_identifiers(field->value);
    g_autoptr(GPtrArray) outer = split_identifiers(field->outer);
    g_autoptr(GHashTable) shown = g_hash_table_new(g_str_hash, g_str_equal);
    gboolean is_message_id = g_ascii_strcasecmp(field->name, "Message-ID") == 0;
    for (guint i = 0; i < outer->len; i++)
        g_hash_table_add(shown, g_ptr_array_index(outer, i));
    for (guint i = 0; i < hidden->len; i++) {
        gchar *identifier = g_ptr_array_index(hidden, i);
        if (g_hash_table_contains(shown, identifier))
            continue;
        const gchar *other = is_message_id && outer->len > 0 ? g_ptr_array_index(outer, 0) : NULL;
        g_hash_table_insert(reply->threads, g_strdup(identifier), dup_plain(other));
    }
}

/* Equal for two ways to write one value in encoded words (RFC 2047). */
static gchar *
make_value_key(const gchar *name, const gchar *value)
{
    g_autofree gchar *lower = g_ascii_strdown(name, -1);
    g_autofree gchar *text = encoded_words_decode(value);
    return g_strconcat(lower, "\n", g_strstrip(text), NULL);
}

static void
add_field(HeaderReply *reply, const ReferenceField *field)
{
    if (header_field_has_people(field->name)) {
        add_people(reply, field->is_hidden ? field->outer : field->value, TRUE);
        add_people(reply, field->value, FALSE);
    }
    if (!field->is_hidden)
        return;
    if (g_ascii_strcasecmp(field->name, "Subject") == 0) {
        g_free(reply->subject);
        reply->subject = dup_plain(field->outer != NULL ? field->outer : "");
        if (reply->subject == NULL)
            reply->subject = g_strdup(HEADER_POLICY_SUBJECT);
        return;
    }
    if (has_identifiers(field->name))
        add_identifiers(reply, field);
    g_hash_table_insert(reply->values, make_value_key(field->name, field->value),
                        dup_plain(field->outer));
}

HeaderReply *
header_reply_new(const GPtrArray *references)
{
    HeaderReply *reply = g_new0(HeaderReply, 1);
    reply->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    reply->people = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, person_free);
    reply->threads = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint i = 0; i < references->len; i++) {
        const GPtrArray *fields = g_ptr_array_index(references, i);
        for (guint j = 0; j < fields->len; j++)
            add_field(reply, g_ptr_array_index(fields, j));
    }
    return reply;
}

void
header_reply_free(HeaderReply *reply)
{
    if (reply == NULL)
        return;
    g_free(reply->subject);
    g_hash_table_unref(reply->values);
    g_hash_table_unref(reply->people);
    g_hash_table_unref(reply->threads);
    g_free(reply);
}

/* Empty values are no fields. */
static HeaderFate
decide(gchar *other, const gchar *value, gchar **out_value)
{
    if (other == NULL || *other == '\0') {
        g_free(other);
        return HEADER_REMOVED;
    }
    if (g_str_equal(other, value)) {
        g_free(other);
        return HEADER_KEPT;
    }
    *out_value = other;
    return HEADER_CHANGED;
}

static gboolean
begins_with_one_of(const gchar *text, const gchar *const *prefixes)
{
    for (; *prefixes != NULL; prefixes++)
        if (g_ascii_strncasecmp(text, *prefixes, strlen(*prefixes)) == 0)
            return TRUE;
    return FALSE;
}

/* "Re: [...]" of "Re: Rent for April", and of whatever somebody made of it. */
static HeaderFate
apply_to_subject(const HeaderReply *reply, const gchar *value, gchar **out_value)
{
    static const gchar *const replies[] = {"Re:", NULL};
    static const gchar *const forwards[] = {"Fwd:", "Fw:", "[Fwd:", NULL};
    if (reply->subject[0] == '\0')
        return HEADER_REMOVED;
    gboolean is_forward = begins_with_one_of(value, forwards);
    const gchar *prefix = is_forward                                    ? "Fwd: "
                          : begins_with_one_of(reply->subject, replies) ? ""
                                                                        : "Re: ";
    return decide(g_strconcat(prefix, reply->subject, NULL), value, out_value);
}

/* A name that only the protected fields had. What the answer's author calls somebody otherwise is
 * theirs to tell. */
static gboolean
is_name_hidden(const Person *person, const gchar *display_name)
{
    return display_name != NULL && g_hash_table_contains(person->names, display_name) &&
           !g_hash_table_contains(person->open_names, display_name);
}

/* Whether it may be written anew with its address alone. */
static gboolean
is_writable(const Mailbox *mailbox)
{
    g_autoptr(AddrSpec) address = addr_spec_parse(mailbox->address, -1, NULL);
    return address != NULL && header_value_is_plain(mailbox->address);
}

/* Once a name has to go, the others do too, with those of groups, and addresses that are not ASCII:
 * the field inside has them all. */
static HeaderFate
apply_to_people(const HeaderReply *reply, const gchar *value, gchar **out_value)
{
    g_autoptr(GPtrArray) mailboxes = mailbox_list_parse(value, NULL);
    g_autoptr(GString) list = g_string_new(NULL);
    gboolean has_hidden = FALSE;
    for (guint i = 0; mailboxes != NULL && i < mailboxes->len; i++) {
        const Mailbox *mailbox = g_ptr_array_index(mailboxes, i);
        g_autofree gchar *key = dup_address_key(mailbox->address);
        const Person *person = g_hash_table_lookup(reply->people, key);
        gboolean is_away = person != NULL && !person->was_outside;
        has_hidden |= is_away || (person != NULL && is_name_hidden(person, mailbox->display_name));
        if (!is_away && is_writable(mailbox))
            g_string_append_printf(list, "%s%s", list->len == 0 ? "" : ", ", mailbox->address);
    }
    return has_hidden ? decide(g_strdup(list->str), value, out_value) : HEADER_KEPT;
}

static HeaderFate
apply_to_thread(const HeaderReply *reply, const gchar *value, gchar **out_value)
{
    g_autoptr(GPtrArray) identifiers = split_identifiers(value);
    g_autoptr(GString) list = g_string_new(NULL);
    gboolean has_hidden = FALSE;
    for (guint i = 0; i < identifiers->len; i++) {
        const gchar *identifier = g_ptr_array_index(identifiers, i);
        gboolean is_hidden = g_hash_table_contains(reply->threads, identifier);
        const gchar *other =
            is_hidden ? g_hash_table_lookup(reply->threads, identifier) : identifier;
        has_hidden |= is_hidden;
        if (other != NULL && header_value_is_plain(other))
            g_string_append_printf(list, "%s%s", list->len == 0 ? "" : " ", other);
    }
    return has_hidden ? decide(g_strdup(list->str), value, out_value) : HEADER_KEPT;
}

static gboolean
has_recipients(const gchar *name)
{
    static const gchar *const names[] = {
        "To",        "Cc",         "Bcc", "Mail-Followup-To", "Mail-Reply-To", "Resent-To",
        "Resent-Cc", "Resent-Bcc", NULL};
    for (guint i = 0; names[i] != NULL; i++)
        if (g_ascii_strcasecmp(name, names[i]) == 0)
            return TRUE;
    return FALSE;
}

HeaderFate
header_reply_apply(const HeaderReply *reply, const gchar *name, const gchar *value,
                   gchar **out_value)
{
    if (g_ascii_strcasecmp(name, "Subject") == 0)
        return reply->subject == NULL ? HEADER_KEPT : apply_to_subject(reply, value, out_value);
    if (header_field_is_topic(name) && reply->subject != NULL)
        return HEADER_REMOVED;
    if (g_ascii_strcasecmp(name, "In-Reply-To") == 0 || g_ascii_strcasecmp(name, "References") == 0)
        return apply_to_thread(reply, value, out_value);
    /* The author's own address and the moment are not taken from the references. */
    if (g_ascii_strcasecmp(name, "From") == 0 || g_ascii_strcasecmp(name, "Date") == 0)
        return HEADER_KEPT;
    HeaderFate fate = has_recipients(name) ? apply_to_people(reply, value, out_value) : HEADER_KEPT;
    g_autofree gchar *key = make_value_key(name, value);
    gpointer other = NULL;
    if (fate == HEADER_KEPT && g_hash_table_lookup_extended(reply->values, key, NULL, &other))
        return decide(g_strdup(other), value, out_value);
    return fate;
}
