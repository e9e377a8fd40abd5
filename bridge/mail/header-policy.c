/* SPDX-License-Identifier: MPL-2.0 */

#include "header-policy.h"

#include "addr-spec.h"
#include "address-token.h"
#include "header-protection.h"
#include "message-date.h"

static const gchar *const policy_names[HEADER_POLICY_N_POLICIES] = {"baseline", "shy", "none"};

const gchar *
header_policy_to_string(HeaderPolicy policy)
{
    return policy_names[policy];
}

gboolean
header_policy_from_string(const gchar *name, HeaderPolicy *out_policy)
{
    for (guint i = 0; i < HEADER_POLICY_N_POLICIES; i++)
        if (g_str_equal(name, policy_names[i])) {
            *out_policy = (HeaderPolicy)i;
            return TRUE;
        }
    return FALSE;
}

gboolean
header_value_is_plain(const gchar *text)
{
    for (; *text != '\0'; text++)
        if (*text != '\t' && (*text < ' ' || *text > '~'))
            return FALSE;
    return TRUE;
}

/* ":" and ";" stand in mailboxes only inside of quotes, comments and literals. */
static gboolean
has_group(const gchar *value)
{
    g_auto(AddressToken) token = {0};
    do {
        if (!address_token_next(&value, &token, NULL) || address_token_is(&token, ':') ||
            address_token_is(&token, ';'))
            return TRUE;
    } while (token.type != ADDRESS_TOKEN_END);
    return FALSE;
}

GPtrArray *
header_value_get_mailboxes(const gchar *value)
{
    g_autoptr(GPtrArray) mailboxes = has_group(value) ? NULL : mailbox_list_parse(value, NULL);
    for (guint i = 0; mailboxes != NULL && i < mailboxes->len; i++) {
        const Mailbox *mailbox = g_ptr_array_index(mailboxes, i);
        g_autoptr(AddrSpec) address = addr_spec_parse(mailbox->address, -1, NULL);
        if (address == NULL || !header_value_is_plain(mailbox->address))
            return NULL;
    }
    return g_steal_pointer(&mailboxes);
}

/* "a@x.example, b@y.example"; NULL if it is no such list. */
static gchar *
get_addresses(const gchar *value, guint max_mailboxes)
{
    g_autoptr(GPtrArray) mailboxes = header_value_get_mailboxes(value);
    if (mailboxes == NULL || mailboxes->len == 0 || mailboxes->len > max_mailboxes)
        return NULL;
    GString *list = g_string_new(NULL);
    for (guint i = 0; i < mailboxes->len; i++) {
        const Mailbox *mailbox = g_ptr_array_index(mailboxes, i);
        g_string_append_printf(list, "%s%s", i == 0 ? "" : ", ", mailbox->address);
    }
    return g_string_free(list, FALSE);
}

/* "Sat, 20 Feb 2021 15:12:02 +0000": the names of RFC 5322 §3.3, whatever the locale has. */
static gchar *
get_date_in_utc(const gchar *value)
{
    static const gchar *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const gchar *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    g_autoptr(GDateTime) date = message_date_parse(value);
    g_autoptr(GDateTime) utc = date == NULL ? NULL : g_date_time_to_utc(date);
    if (utc == NULL)
        return NULL;
    return g_strdup_printf(
        "%s, %02d %s %04d %02d:%02d:%02d +0000", days[g_date_time_get_day_of_week(utc) - 1],
        g_date_time_get_day_of_month(utc), months[g_date_time_get_month(utc) - 1],
        g_date_time_get_year(utc), g_date_time_get_hour(utc), g_date_time_get_minute(utc),
        g_date_time_get_second(utc));
}

static gchar *
make_shy(const gchar *name, const gchar *value)
{
    if (g_ascii_strcasecmp(name, "From") == 0)
        return get_addresses(value, 1);
    if (header_field_has_people(name))
        return get_addresses(value, G_MAXUINT);
    gboolean is_date =
        g_ascii_strcasecmp(name, "Date") == 0 || g_ascii_strcasecmp(name, "Resent-Date") == 0;
    return is_date ? get_date_in_utc(value) : NULL;
}

HeaderFate
header_policy_apply(HeaderPolicy policy, const gchar *name, const gchar *value, gchar **out_value)
{
    if (policy == HEADER_POLICY_NO_CONFIDENTIALITY)
        return HEADER_KEPT;
    if (g_ascii_strcasecmp(name, "Comments") == 0 || g_ascii_strcasecmp(name, "Keywords") == 0 ||
        header_field_is_topic(name))
        return HEADER_REMOVED;
    g_autofree gchar *other = g_ascii_strcasecmp(name, "Subject") == 0
                                  ? g_strdup(HEADER_POLICY_SUBJECT)
                              : policy == HEADER_POLICY_SHY ? make_shy(name, value)
                                                            : NULL;
    if (other == NULL || g_str_equal(other, value))
        return HEADER_KEPT;
    *out_value = g_steal_pointer(&other);
    return HEADER_CHANGED;
}
