/* SPDX-License-Identifier: MPL-2.0 */

#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "octet-source.h"
#include "octet-spool.h"

static struct {
    gboolean to_stderr;
    gint error;       /* errno of the first write that failed */
    gboolean json;    /* an object was written */
    gchar *complaint; /* the last text of report_error() */
} state;

static void
write_octets(gint fd, const gchar *data, gsize n_octets)
{
    if (state.error == 0 && !octets_write(fd, (const guint8 *)data, n_octets))
        state.error = errno;
}

void
report_to_stderr(gboolean on)
{
    state.to_stderr = on;
}

void
report_text(const gchar *text)
{
    write_octets(state.to_stderr ? STDERR_FILENO : STDOUT_FILENO, text, strlen(text));
}

gboolean
report_has_failed(void)
{
    return state.error != 0;
}

gboolean
report_octets(const guint8 *octets, gsize n_octets, gpointer unused G_GNUC_UNUSED, GError **error)
{
    write_octets(STDOUT_FILENO, (const gchar *)octets, n_octets);
    if (state.error == 0)
        return TRUE;
    g_set_error_literal(error, OCTET_ERROR, OCTET_ERROR_FAILED, g_strerror(state.error));
    return FALSE;
}

/* Controls and what is not UTF-8 as \x1b: no text from outside moves the cursor or paints a verdict
 * of its own. */
static gchar *
make_printable(const gchar *text)
{
    g_autofree gchar *valid = g_utf8_make_valid(text, -1);
    GString *printable = g_string_new(NULL);
    for (const gchar *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        GUnicodeType type = g_unichar_type(c);
        /* Format characters turn writing directions round. */
        if (type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || c == 0x2028 || c == 0x2029)
            g_string_append_printf(printable, c < 0x100 ? "\\x%02x" : "\\u%04x", c);
        else
            g_string_append_unichar(printable, c);
    }
    return g_string_free(printable, FALSE);
}

void
report_line(const gchar *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree gchar *raw = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree gchar *text = make_printable(raw);
    report_text(text);
    report_text("\n");
}

void
report_field(const gchar *name, const gchar *value)
{
    if (value != NULL)
        report_line("  %-13s %s", name, value);
}

void
report_json(JsonObject *object)
{
    g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
    json_node_set_object(node, object);
    g_autofree gchar *text = json_to_string(node, TRUE);
    write_octets(STDOUT_FILENO, text, strlen(text));
    write_octets(STDOUT_FILENO, "\n", 1);
    state.json = TRUE;
}

void
report_json_error(JsonObject *object, const gchar *code, const gchar *message)
{
    JsonObject *fault = json_object_new();
    json_object_set_string_member(fault, "code", code);
    json_object_set_string_member(fault, "message", message);
    json_object_set_object_member(object, "error", fault);
    report_json(object);
}

void
report_json_complaint(const gchar *code)
{
    if (state.json || state.complaint == NULL)
        return;
    g_autoptr(JsonObject) object = json_object_new();
    g_autofree gchar *message = g_utf8_make_valid(state.complaint, -1);
    report_json_error(object, code, message);
}

void
report_error(const gchar *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree gchar *raw = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree gchar *text = make_printable(raw);
    g_printerr("dane-smime: %s\n", text);
    g_free(state.complaint);
    state.complaint = g_steal_pointer(&raw);
}

gboolean
report_finish(void)
{
    g_clear_pointer(&state.complaint, g_free);
    if (state.error == 0)
        return TRUE;
    /* Who closes a pipe early has seen enough. */
    if (state.error != EPIPE)
        report_error("standard output: %s", g_strerror(state.error));
    return FALSE;
}

typedef struct {
    const gchar *name;
    const gchar *words;
} Words;

static const gchar *
find_words(const Words *rows, gsize n_rows, const gchar *name)
{
    for (gsize i = 0; i < n_rows; i++)
        if (g_strcmp0(rows[i].name, name) == 0)
            return rows[i].words;
    return name;
}

const gchar *
words_for_reason(const gchar *reason)
{
    static const Words rows[] = {
        {"no-record", "the domain publishes no certificate for this address (proven by DNSSEC)"},
        {"insecure", "the domain is not signed with DNSSEC, so its records prove nothing"},
        {"bogus",
         "the DNS answer failed DNSSEC validation: a fault at the domain, or somebody tampers"},
        {"indeterminate", "no usable DNSSEC trust anchor"},
        {"unreachable", "the DNS gave no answer"},
        {"unusable-records", "the domain's records can't be used"},
        {"hash-only",
         "the domain publishes no certificate of this address, but a digest, a key or an "
         "authority, "
         "and none that fits has been seen yet: read a signed message of theirs first"},
        {"not-looked-up", "the DNS was not asked"},
        {"certificate-expired", "the certificate has expired"},
        {"certificate-not-yet-valid", "the certificate is not valid yet"},
        {"certificate-unfit", "the certificate is not meant for this use"},
        {"certificate-missing", "the signer's certificate is not at hand"},
        {"certificate-untrusted", "no trusted authority stands above the certificate"},
        {"certificate-revoked", "the certificate was revoked"},
        {"revocation-unknown", "no revocation list says that the certificates above it still hold"},
        {"address-mismatch", "the certificate is not for the author's address"},
        {"no-author", "there is no author whose address could be looked up"},
        {"several-authors", "several authors: which one signed can't be told"},
        {"no-match",
         "the domain publishes certificates for this address, and none is the signer's"},
        {"not-pinned", "the signer's certificate is none of those given"},
        {"partial", "the signature covers a part of the message only"},
        {"weak-algorithm", "the signature uses an algorithm that is too weak today"},
        {"unsupported-algorithm", "the algorithm is not known here"},
        {"signature-bad",
         "the signature does not fit the message: it was altered, or never signed so"},
        {"content-mismatch", "the signature holds another content than the message shows"},
        {"malformed", "the signature is malformed"},
        {"no-signer", "nobody signed"},
        {"signing-time", "the signature says that it was made in the future"},
        {"nested-signature", "one signature directly round another: whose it is can't be told"},
        {"signed-earlier", "it was signed over an hour before the message's date"},
    };
    return find_words(rows, G_N_ELEMENTS(rows), reason);
}

const gchar *
words_for_dns(const gchar *dns)
{
    static const Words rows[] = {
        {"secure-records", "validated by DNSSEC"},
        {"secure-denial", "DNSSEC proves that there is no such record"},
        {"insecure", "DNSSEC proves that the domain is not signed"},
        {"bogus", "DNSSEC validation failed"},
        {"indeterminate", "no usable trust anchor"},
        {"unreachable", "no answer, or only failures"},
    };
    return find_words(rows, G_N_ELEMENTS(rows), dns);
}

gchar *
words_for_seen(JsonObject *seen)
{
    const gchar *date = json_text(seen, "message_date");
    const gchar *trust = json_text(seen, "trust");
    if (g_strcmp0(json_text(seen, "origin"), "message") != 0)
        return g_strdup_printf("by hand, %s", json_text(seen, "recorded"));
    return g_strdup_printf("in mail%s%s, verified by %s", date == NULL ? "" : " of ",
                           date == NULL ? "" : date, trust == NULL ? "nobody" : trust);
}

const gchar *
json_text(JsonObject *object, const gchar *name)
{
    JsonNode *node = json_object_get_member(object, name);
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
}

JsonObject *
json_object(JsonObject *object, const gchar *name)
{
    JsonNode *node = json_object_get_member(object, name);
    return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

JsonArray *
json_array(JsonObject *object, const gchar *name)
{
    JsonNode *node = json_object_get_member(object, name);
    return node != NULL && JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
}

gchar *
json_joined(JsonObject *object, const gchar *name)
{
    JsonArray *array = json_array(object, name);
    GString *joined = g_string_new(NULL);
    for (guint i = 0; array != NULL && i < json_array_get_length(array); i++)
        g_string_append_printf(joined, "%s%s", i > 0 ? ", " : "",
                               json_array_get_string_element(array, i));
    return g_string_free(joined, joined->len == 0);
}
