/* SPDX-License-Identifier: MPL-2.0 */

#include "header-report.h"

#include "header-protection.h"
#include "report.h"

static const gchar *
words_for_form(const gchar *form)
{
    if (form == NULL)
        return "not protected: others could have changed Subject, From and Date on the way";
    if (g_str_equal(form, "rfc8551"))
        return "in a message inside (RFC 8551)";
    if (g_str_equal(form, "protected-headers"))
        return "inside (protected-headers=\"v1\")";
    return "protected (RFC 9788)";
}

/* One line with the names of the fields in that state. */
static void
show_state(JsonArray *fields, const gchar *state, const gchar *label)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < json_array_get_length(fields); i++) {
        JsonObject *field = json_array_get_object_element(fields, i);
        if (g_str_equal(json_text(field, "state"), state))
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
        report_field("left out", names->str);
}

static const gchar *
text_or(JsonObject *object, const gchar *name, const gchar *otherwise)
{
    const gchar *text = json_text(object, name);
    return text == NULL ? otherwise : text;
}

void
header_report(JsonObject *verdict)
{
    JsonObject *header = json_object(verdict, "header");
    if (header == NULL)
        return;
    const gchar *form = json_text(header, "form");
    JsonObject *from = json_object(header, "from");
    JsonArray *fields = json_array(header, "fields");
    report_field("header fields", words_for_form(form));
    show_state(fields, "signed-and-encrypted", "hidden");
    show_state(fields, "encrypted-only", "hidden only");
    show_state(fields, "signed-only", "signed");
    show_state(fields, "unprotected", "unprotected");
    if (form != NULL)
        show_unprotected(json_array(header, "unprotected"));
    if (json_object_get_boolean_member(from, "warning"))
        report_line("  %-13s inside it is from %s, outside from %s, and nobody vouches for the one "
                    "inside; the one outside is shown",
                    "WARNING", text_or(from, "inner", "nobody, or several"),
                    text_or(from, "outer", "nobody, or several"));
}
