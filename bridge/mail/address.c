/* SPDX-License-Identifier: MPL-2.0 */

/* Mailbox lists as mail programs read them. RFC 5322 §3.4 and §4.4 with the leniency of Thunderbird
 * where what is meant is plain; where an element could be read as two addresses ("a@b c@d", "<a@b>
 * <c@d>") it is an error, because a verdict about one of them would be shown beside the other. */

#include "address.h"

#include <string.h>

#include "address-token.h"
#include "encoded-word.h"

/* An addr-spec in the making: white space and comments next to dots and "@" are left out (RFC 5322
 * §4.4). */
typedef struct {
    GString *text;
    gboolean ends_in_word;
    gboolean has_gap; /* words with white space between them: no addr-spec */
    guint n_ats;
} SpecBuilder;

/* One element of the list, as far as it has been read. */
typedef struct {
    SpecBuilder bare;  /* what is outside angle brackets, as an addr-spec */
    SpecBuilder angle; /* what is inside */
    GString *phrase;   /* what is outside, as a display name */
    gchar *comment;    /* the last one outside */
    guint n_angles;
    gboolean in_angle;
    gboolean in_route; /* in the "@a,@b:" of an angle address */
    gboolean after_space;
} Element;

typedef struct {
    GPtrArray *mailboxes;
    Element element;
    gboolean in_group;
} ListParser;

void
mailbox_free(Mailbox *mailbox)
{
    if (mailbox == NULL)
        return;
    g_free(mailbox->display_name);
    g_free(mailbox->address);
    g_free(mailbox);
}

static void
mailbox_free_item(gpointer mailbox)
{
    mailbox_free(mailbox);
}

static void
spec_reset(SpecBuilder *spec)
{
    g_string_truncate(spec->text, 0);
    spec->ends_in_word = FALSE;
    spec->has_gap = FALSE;
    spec->n_ats = 0;
}

static void
spec_add(SpecBuilder *spec, const AddressToken *token, gboolean after_space)
{
    gboolean is_word = token->type != ADDRESS_TOKEN_SPECIAL;
    if (is_word && spec->ends_in_word && after_space) {
        spec->has_gap = TRUE;
        g_string_append_c(spec->text, ' ');
    }
    g_string_append_len(spec->text, token->raw, (gssize)token->n_raw);
    spec->ends_in_word = is_word;
    if (address_token_is(token, '@'))
        spec->n_ats++;
}

static void
element_reset(Element *element)
{
    spec_reset(&element->bare);
    spec_reset(&element->angle);
    g_string_truncate(element->phrase, 0);
    g_clear_pointer(&element->comment, g_free);
    element->n_angles = 0;
    element->in_angle = FALSE;
    element->in_route = FALSE;
    element->after_space = FALSE;
}

static void
element_add(Element *element, const AddressToken *token)
{
    if (element->in_angle) {
        spec_add(&element->angle, token, element->after_space);
    } else {
        spec_add(&element->bare, token, element->after_space);
        if (element->after_space && element->phrase->len > 0)
            g_string_append_c(element->phrase, ' ');
        if (token->type == ADDRESS_TOKEN_QUOTED)
            g_string_append(element->phrase, token->text);
        else
            g_string_append_len(element->phrase, token->raw, (gssize)token->n_raw);
    }
    element->after_space = FALSE;
}

/* "@a,@b:c@d" is c@d by a route (RFC 5322 §4.4). */
static const gchar *
skip_route(const gchar *address)
{
    const gchar *colon = address[0] == '@' ? strchr(address, ':') : NULL;
    return colon != NULL ? colon + 1 : address;
}

static gchar *
element_dup_name(const Element *element)
{
    const gchar *raw =
        element->n_angles > 0 && element->phrase->len > 0 ? element->phrase->str : element->comment;
    if (raw == NULL)
        return NULL;
    g_autofree gchar *name = g_strstrip(encoded_words_decode(raw));
    return name[0] != '\0' ? g_steal_pointer(&name) : NULL;
}

/* The addr-spec that the element says; NULL if it says none, or two. */
static const gchar *
element_get_address(const Element *element, const gchar **out_fault)
{
    *out_fault = "no address";
    if (element->n_angles > 1) {
        *out_fault = "two addresses";
        return NULL;
    }
    if (element->n_angles == 1) {
        const gchar *address = skip_route(element->angle.text->str);
        return address[0] != '\0' ? address : NULL;
    }
    if (element->bare.n_ats == 0)
        return NULL;
    if (element->bare.has_gap || element->bare.n_ats > 1) {
        *out_fault = "several words or addresses";
        return NULL;
    }
    return element->bare.text->str;
}

static gboolean
finish_element(ListParser *parser, GError **error)
{
    Element *element = &parser->element;
    if (element->n_angles == 0 && element->bare.text->len == 0) {
        element_reset(element);
        return TRUE;
    }
    const gchar *fault = NULL;
    const gchar *address = element_get_address(element, &fault);
    if (address != NULL && !g_utf8_validate(address, -1, NULL)) {
        fault = "an address that is not UTF-8";
        address = NULL;
    }
    if (address == NULL) {
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_ADDRESS, "%s in element %u of the address list",
                    fault, parser->mailboxes->len + 1);
        return FALSE;
    }
    if (parser->mailboxes->len >= LIMIT_ADDRESSES) {
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT, "more than %u addresses", LIMIT_ADDRESSES);
        return FALSE;
    }
    Mailbox *mailbox = g_new0(Mailbox, 1);
    mailbox->address = g_strdup(address);
    mailbox->display_name = element_dup_name(element);
    g_ptr_array_add(parser->mailboxes, mailbox);
    element_reset(element);
    return TRUE;
}

static gboolean
begin_group(ListParser *parser, GError **error)
{
    const Element *element = &parser->element;
    if (parser->in_group || element->n_angles > 0 || element->bare.n_ats > 0) {
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_ADDRESS, "\":\" in an address, or in a group");
        return FALSE;
    }
    parser->in_group = TRUE;
    element_reset(&parser->element);
    return TRUE;
}

static void
open_angle(Element *element)
{
    /* "a < <b@c>": the last one that opens counts. */
    if (!element->in_angle)
        element->n_angles++;
    spec_reset(&element->angle);
    element->in_angle = TRUE;
    element->in_route = FALSE;
    element->after_space = FALSE;
}

static gboolean
take_special(ListParser *parser, const AddressToken *token, GError **error)
{
    Element *element = &parser->element;
    switch (token->raw[0]) {
    case ',':
        if (element->in_route)
            break;
        return finish_element(parser, error);
    case ';':
        parser->in_group = FALSE;
        return finish_element(parser, error);
    case ':':
        if (!element->in_angle)
            return begin_group(parser, error);
        element->in_route = FALSE;
        break;
    case '@':
        if (element->in_angle && element->angle.text->len == 0)
            element->in_route = TRUE;
        break;
    case '<':
        if (element->n_angles == 1 && !element->in_angle) {
            g_set_error(error, MAIL_ERROR, MAIL_ERROR_ADDRESS, "two addresses in one element");
            return FALSE;
        }
        open_angle(element);
        return TRUE;
    case '>':
        if (!element->in_angle)
            break;
        element->in_angle = FALSE;
        element->after_space = FALSE;
        return TRUE;
    default:
        break;
    }
    element_add(element, token);
    return TRUE;
}

static gboolean
take_token(ListParser *parser, AddressToken *token, GError **error)
{
    Element *element = &parser->element;
    switch (token->type) {
    case ADDRESS_TOKEN_SPACE:
        element->after_space = TRUE;
        return TRUE;
    case ADDRESS_TOKEN_COMMENT:
        element->after_space = TRUE;
        if (!element->in_angle) {
            g_free(element->comment);
            element->comment = g_steal_pointer(&token->text);
        }
        return TRUE;
    case ADDRESS_TOKEN_SPECIAL:
        return take_special(parser, token, error);
    case ADDRESS_TOKEN_WORD:
    case ADDRESS_TOKEN_QUOTED:
    case ADDRESS_TOKEN_LITERAL:
        element_add(element, token);
        return TRUE;
    case ADDRESS_TOKEN_END:
    default:
        return finish_element(parser, error);
    }
}

static gboolean
parse_list(ListParser *parser, const gchar *value, GError **error)
{
    g_auto(AddressToken) token = {0};
    do {
        if (!address_token_next(&value, &token, error) || !take_token(parser, &token, error))
            return FALSE;
    } while (token.type != ADDRESS_TOKEN_END);
    return TRUE;
}

GPtrArray *
mailbox_list_parse(const gchar *value, GError **error)
{
    g_autoptr(GPtrArray) mailboxes = g_ptr_array_new_with_free_func(mailbox_free_item);
    g_autoptr(GString) bare = g_string_new(NULL);
    g_autoptr(GString) angle = g_string_new(NULL);
    g_autoptr(GString) phrase = g_string_new(NULL);
    ListParser parser = {
        .mailboxes = mailboxes,
        .element = {.bare.text = bare, .angle.text = angle, .phrase = phrase},
    };
    gboolean ok = parse_list(&parser, value, error);
    g_free(parser.element.comment);
    return ok ? g_steal_pointer(&mailboxes) : NULL;
}
