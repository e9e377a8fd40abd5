/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-mail.h"

#include <string.h>

#include "address.h"
#include "base64.h"
#include "drs-error.h"
#include "encoded-word.h"

/* RFC 2047 §2: an encoded word has 75 characters at most, of which 63 are left for base64. */
#define WORD_OCTETS_MAX 45u
/* RFC 5322 §2.1.1 wants lines of 78; the words of the prefix stand before. */
#define LINE_CHARACTERS 76u

static gchar *
normalize(const gchar *address, GError **error)
{
    g_autoptr(AddrSpec) parsed = addr_spec_parse_service(address, -1, error);
    if (parsed != NULL)
        return addr_spec_to_string(parsed);
    g_prefix_error(error, "address \"%.100s\": ", address);
    return NULL;
}

gboolean
drs_address_equal(const gchar *a, const gchar *b)
{
    g_autoptr(AddrSpec) one = addr_spec_parse_service(a, -1, NULL);
    g_autoptr(AddrSpec) other = addr_spec_parse_service(b, -1, NULL);
    return one != NULL && other != NULL && addr_spec_matches(one, other);
}

static gboolean
check_commentary(const gchar *commentary, GError **error)
{
    gsize n_octets = strlen(commentary);
    if (n_octets > DRS_COMMENTARY_MAX_OCTETS || !g_utf8_validate(commentary, -1, NULL)) {
        g_set_error(error, DRS_ERROR, DRS_ERROR_SETTINGS,
                    "the commentary is not UTF-8 of at most %u octets", DRS_COMMENTARY_MAX_OCTETS);
        return FALSE;
    }
    for (const gchar *p = commentary; *p != '\0'; p = g_utf8_next_char(p))
        if (g_unichar_iscntrl(g_utf8_get_char(p))) {
            g_set_error_literal(error, DRS_ERROR, DRS_ERROR_SETTINGS,
                                "the commentary has control characters");
            return FALSE;
        }
    return TRUE;
}

/* Folded at its spaces: RFC 5322 §2.2.3. */
static void
append_plain(GString *subject, const gchar *commentary)
{
    gsize line_start = 0;
    g_auto(GStrv) words = g_strsplit(commentary, " ", -1);
    for (guint i = 0; words[i] != NULL; i++) {
        /* Never a line of white space alone: an empty word stays on its line. */
        gboolean folds =
            *words[i] != '\0' && subject->len - line_start + 1 + strlen(words[i]) > LINE_CHARACTERS;
        g_string_append(subject, folds ? "\r\n " : " ");
        if (folds)
            line_start = subject->len - 1;
        g_string_append(subject, words[i]);
    }
}

/* RFC 2047: words of whole characters; where it can be such that their base64 needs no padding,
 * after which some readers stop. */
static const gchar *
find_word_end(const gchar *start)
{
    const gchar *end = start;
    const gchar *aligned = NULL;
    while (*end != '\0' && g_utf8_next_char(end) - start <= (glong)WORD_OCTETS_MAX) {
        end = g_utf8_next_char(end);
        if ((end - start) % 3 == 0)
            aligned = end;
    }
    return *end != '\0' && aligned != NULL ? aligned : end;
}

static void
append_encoded(GString *subject, const gchar *commentary)
{
    for (const gchar *at = commentary; *at != '\0';) {
        const gchar *end = find_word_end(at);
        g_autofree gchar *encoded = g_base64_encode((const guchar *)at, (gsize)(end - at));
        g_string_append_printf(subject, "\r\n =?UTF-8?B?%s?=", encoded);
        at = end;
    }
}

/* What an encoded word looks like is one to those who read it. */
static gchar *
make_subject(const gchar *commentary)
{
    GString *subject = g_string_new("Subject: " DRS_MAIL_SUBJECT);
    if (commentary != NULL && *commentary != '\0') {
        gboolean plain = g_str_is_ascii(commentary) && strstr(commentary, "=?") == NULL &&
                         !g_str_has_suffix(commentary, " ") && *commentary != ' ';
        plain ? append_plain(subject, commentary) : append_encoded(subject, commentary);
    }
    return g_string_free(subject, FALSE);
}

static gchar *
make_date(gint64 now)
{
    static const gchar *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const gchar *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(now);
    if (date == NULL)
        date = g_date_time_new_from_unix_utc(0);
    return g_strdup_printf(
        "Date: %s, %d %s %04d %02d:%02d:%02d +0000", days[g_date_time_get_day_of_week(date) - 1],
        g_date_time_get_day_of_month(date), months[g_date_time_get_month(date) - 1],
        g_date_time_get_year(date), g_date_time_get_hour(date), g_date_time_get_minute(date),
        g_date_time_get_second(date));
}

OctetSource *
drs_mail_build(const DrsMailSettings *settings, OctetSource *frame, GError **error)
{
    g_autofree gchar *sender = normalize(settings->sender, error);
    g_autofree gchar *recipient = sender != NULL ? normalize(settings->recipient, error) : NULL;
    if (recipient == NULL ||
        (settings->commentary != NULL && !check_commentary(settings->commentary, error)))
        return NULL;
    g_autofree gchar *subject = make_subject(settings->commentary);
    g_autofree gchar *date = make_date(settings->now);
    g_autofree gchar *head = g_strdup_printf("From: <%s>\r\n"
                                             "To: <%s>\r\n"
                                             "%s\r\n"
                                             "%s\r\n"
                                             "MIME-Version: 1.0\r\n"
                                             "Content-Type: " DRS_MAIL_TYPE "\r\n"
                                             "Content-Transfer-Encoding: base64\r\n"
                                             "\r\n",
                                             sender, recipient, date, subject);
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    g_ptr_array_add(parts, octet_source_new_text(head));
    g_ptr_array_add(parts, base64_source_new(frame));
    return octet_source_new_joined(parts);
}

void
drs_mail_free(DrsMail *mail)
{
    if (mail == NULL)
        return;
    g_free(mail->sender);
    g_free(mail->recipient);
    g_free(mail->commentary);
    g_clear_pointer(&mail->frame, g_bytes_unref);
    g_free(mail);
}

static gboolean
refuse(GError **error, const gchar *text)
{
    g_set_error_literal(error, DRS_ERROR, DRS_ERROR_MAIL, text);
    return FALSE;
}

/* The only mailbox of a field. */
static gchar *
get_single(GPtrArray *mailboxes, const gchar *field, GError **error)
{
    if (mailboxes->len == 1)
        return normalize(((const Mailbox *)g_ptr_array_index(mailboxes, 0))->address, error);
    g_set_error(error, DRS_ERROR, DRS_ERROR_MAIL, "%s has %u addresses where one is wanted", field,
                mailboxes->len);
    return NULL;
}

static gboolean
read_addresses(const Entity *root, const gchar *recipient, DrsMail *mail, GError **error)
{
    g_autoptr(MessageAddresses) addresses = message_addresses_parse(root, error);
    if (addresses == NULL)
        return FALSE;
    mail->recipient = get_single(addresses->to, "To", error);
    mail->sender = mail->recipient != NULL ? get_single(addresses->from, "From", error) : NULL;
    if (mail->sender == NULL)
        return FALSE;
    if (recipient == NULL || drs_address_equal(mail->recipient, recipient))
        return TRUE;
    g_set_error(error, DRS_ERROR, DRS_ERROR_MAIL, "To is %s, not %s", mail->recipient, recipient);
    return FALSE;
}

/* For people, and as it can be written again: control characters as blanks. (transfer full) */
static gchar *
dup_commentary(const gchar *text)
{
    GString *commentary = g_string_new(NULL);
    for (const gchar *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar character = g_utf8_get_char(p);
        g_string_append_unichar(commentary, g_unichar_iscntrl(character) ? ' ' : character);
    }
    return g_strstrip(g_string_free(commentary, FALSE));
}

static gboolean
read_subject(const Entity *root, DrsMail *mail, GError **error)
{
    const gchar *value = entity_find_field(root, "Subject");
    g_autofree gchar *subject = encoded_words_decode(value != NULL ? value : "");
    if (!g_str_has_prefix(subject, DRS_MAIL_SUBJECT))
        return refuse(error, "Subject does not begin with \"" DRS_MAIL_SUBJECT "\"");
    mail->commentary = dup_commentary(subject + strlen(DRS_MAIL_SUBJECT));
    return TRUE;
}

static gboolean
is_base64(const Entity *root)
{
    const gchar *value = entity_find_field(root, "Content-Transfer-Encoding");
    g_autofree gchar *encoding = g_strstrip(g_strdup(value != NULL ? value : ""));
    return g_ascii_strcasecmp(encoding, "base64") == 0;
}

static gboolean
read_body(const Entity *root, DrsMail *mail, GError **error)
{
    if (entity_count_fields(root, "Content-Type") != 1 ||
        !entity_is_media_type(root, DRS_MAIL_TYPE))
        return refuse(error, "Content-Type is not " DRS_MAIL_TYPE);
    if (entity_count_fields(root, "Content-Transfer-Encoding") != 1 || !is_base64(root))
        return refuse(error, "Content-Transfer-Encoding is not base64");
    mail->frame = entity_decode_body(root, TRUE, error);
    if (mail->frame == NULL)
        return FALSE;
    return g_bytes_get_size(mail->frame) > 0 || refuse(error, "there is no body");
}

DrsMail *
drs_mail_parse(GBytes *message, const gchar *recipient, GError **error)
{
    g_autoptr(EntityTree) tree = entity_tree_parse(message, NULL, error);
    if (tree == NULL)
        return NULL;
    const Entity *root = entity_tree_get_root(tree);
    g_autoptr(DrsMail) mail = g_new0(DrsMail, 1);
    return read_addresses(root, recipient, mail, error) && read_subject(root, mail, error) &&
                   read_body(root, mail, error)
               ? g_steal_pointer(&mail)
               : NULL;
}
