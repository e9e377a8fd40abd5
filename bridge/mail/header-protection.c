/* SPDX-License-Identifier: MPL-2.0 */

#include "header-protection.h"

#include <string.h>

const gchar *
hp_intent_to_string(HpIntent intent)
{
    static const gchar *const names[] = {NULL, "clear", "cipher"};
    return names[intent];
}

HpIntent
hp_intent_from_string(const gchar *value)
{
    if (value == NULL)
        return HP_INTENT_NONE;
    if (g_ascii_strcasecmp(value, "clear") == 0)
        return HP_INTENT_CLEAR;
    return g_ascii_strcasecmp(value, "cipher") == 0 ? HP_INTENT_CIPHER : HP_INTENT_NONE;
}

/* @names: NULL-terminated; one that ends in "-" stands for all that begin so. */
static gboolean
is_one_of(const gchar *name, const gchar *const *names)
{
    for (; *names != NULL; names++) {
        gsize n_octets = strlen(*names);
        if (g_str_has_suffix(*names, "-") ? g_ascii_strncasecmp(name, *names, n_octets) == 0
                                          : g_ascii_strcasecmp(name, *names) == 0)
            return TRUE;
    }
    return FALSE;
}

gboolean
header_field_is_structural(const gchar *name)
{
    static const gchar *const names[] = {"MIME-Version", "Content-", NULL};
    return is_one_of(name, names);
}

gboolean
header_field_is_user_facing(const gchar *name)
{
    static const gchar *const names[] = {"From",     "To",       "Cc",       "Date",
                                         "Subject",  "Sender",   "Reply-To", "Followup-To",
                                         "Comments", "Keywords", "Resent-",  NULL};
    return is_one_of(name, names);
}

gboolean
header_field_is_topic(const gchar *name)
{
    static const gchar *const names[] = {"Thread-Topic",       "Resent-Subject",
                                         "X-Original-Subject", "X-Spam-Prev-Subject",
                                         "X-Spam-Report",      NULL};
    return is_one_of(name, names);
}

gboolean
header_field_has_people(const gchar *name)
{
    static const gchar *const names[] = {"From",
                                         "Sender",
                                         "Reply-To",
                                         "To",
                                         "Cc",
                                         "Bcc",
                                         "Mail-Followup-To",
                                         "Mail-Reply-To",
                                         "Disposition-Notification-To",
                                         "Return-Receipt-To",
                                         "Resent-From",
                                         "Resent-Sender",
                                         "Resent-Reply-To",
                                         "Resent-To",
                                         "Resent-Cc",
                                         "Resent-Bcc",
                                         NULL};
    return is_one_of(name, names);
}

gboolean
header_field_is_blind(const gchar *name)
{
    static const gchar *const names[] = {"Bcc", "Resent-Bcc", NULL};
    return is_one_of(name, names);
}

gboolean
header_field_is_local(const gchar *name)
{
    static const gchar *const names[] = {
        "FCC",     "FCC2",   "X-Identity-Key", "X-Account-Key", "X-UIDL", "X-Mozilla-",
        "X-Dane-", "Status", "X-Status",       "X-Unsent",      "Lines",  "X-Evolution-",
        NULL};
    return is_one_of(name, names);
}

gboolean
header_field_is_trace(const gchar *name)
{
    static const gchar *const names[] = {"Received",
                                         "Received-SPF",
                                         "X-Received",
                                         "Return-Path",
                                         "Delivered-To",
                                         "Envelope-To",
                                         "X-Original-To",
                                         "Delivery-Date",
                                         "DKIM-Signature",
                                         "DomainKey-Signature",
                                         "Authentication-Results",
                                         "ARC-",
                                         "X-Spam-",
                                         NULL};
    return is_one_of(name, names);
}

gboolean
header_field_is_transit(const gchar *name)
{
    static const gchar *const names[] = {"List-", "Archived-At", NULL};
    return header_field_is_trace(name) || is_one_of(name, names);
}
