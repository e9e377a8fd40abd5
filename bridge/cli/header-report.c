/* SPDX-License-Identifier: MPL-2.0 */

#include "header-report.h"

#include "header-protection.h"
#include "report.h"

static const gchar *
words_for_place(const gchar *form)
{
    if (g_str_equal(form, "rfc8551"))
        return "carried in a message inside (RFC 8551)";
    return g_str_equal(form, "protected-headers") ? "carried inside (protected-headers=\"v1\")"
                                                  : "carried inside (RFC 9788)";
}

static void
show_form(const gchar *form, const gchar *status)
{
    if (form == NULL) {
        report_field("header fields",
                     "not protected: others could have changed Subject, From and Date on the way");
        return;
    }
    const gchar *doubt = g_str_equal(status, "verified") ? ", signed"
                         : g_str_equal(status, "none")   ? ", but nobody signed them"
                                                       : ", but nobody vouches for their signature";
    report_line("  %-13s %s%s", "header fields", words_for_place(form), doubt);
}

/* One line with the names of the fields whose state begins or ends so. */
static void
show_state(JsonArray *fields, const gchar *state, const gchar *label)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < json_array_get_length(fields); i++) {
        JsonObject *field = json_array_get_object_element(fields, i);
        const gchar *its_state = json_text(field, "state");
        if (g_str_has_prefix(its_state, state) || g_str_has_suffix(its_state, state))
            g_string_append_printf(names, "%s%s", names->len == 0 ? "" : ", ",
                                   json_text(field, "name"));
    }
    if (names->len > 0)
        report_field(label, names->str);
}

/* Of what stands outside only, what people look at. */
static void
show_unprotected(JsonArray *unprotected)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < json_array_get_length(unprotected); i++) {
        const gchar *name = json_array_get_string_element(unprotected, i);
        if (header_field_is_user_facing(name))
            g_string_append_printf(names, "%s%s", names->len == 0 ? "" : ", ", name);
    }
    if (names->len > 0)
        report_field("not shown", names->str);
}

static const gchar *
text_or(JsonObject *object, const gchar *name, const gchar *otherwise)
{
    const gchar *text = json_text(object, name);
    return text == NULL ? otherwise : text;
}

/* "verify" opens no envelope. */
static gboolean
is_closed(JsonObject *verdict)
{
    return json_object_get_boolean_member(verdict, "encrypted") &&
           json_object(verdict, "encryption") == NULL;
}

void
header_report(JsonObject *verdict)
{
    JsonObject *header = json_object(verdict, "header");
    if (header == NULL)
        return;
    if (is_closed(verdict)) {
        report_field("header fields", "inside the envelope, if they are protected");
        return;
    }
    const gchar *form = json_text(header, "form");
    JsonObject *from = json_object(header, "from");
    JsonArray *fields = json_array(header, "fields");
    show_form(form, json_text(verdict, "status"));
    show_state(fields, "encrypted", "hidden");
    show_state(fields, "signed-only", "signed");
    if (form != NULL)
        show_unprotected(json_array(header, "unprotected"));
    if (json_object_get_boolean_member(from, "warning"))
        report_line("  %-13s inside it is from %s, outside from %s, and nobody vouches for the one "
                    "inside; the one outside is shown",
                    "WARNING", text_or(from, "inner", "nobody, or several"),
                    text_or(from, "outer", "nobody, or several"));
}
