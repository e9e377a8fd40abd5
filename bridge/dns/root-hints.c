/* SPDX-License-Identifier: MPL-2.0 */
#include "root-hints.h"

#include <gio/gio.h>
#include <string.h>

#include "resolver.h"

typedef struct {
    const gchar *file_name;
    guint line;
    gchar *owner;        /* of the last record */
    GHashTable *servers; /* (element-type utf8): what the root's NS records name */
    GPtrArray *owners;   /* of the address at the same index */
    GPtrArray *addresses;
} HintsReader;

static gboolean
fail(const HintsReader *reader, GError **error, const gchar *what)
{
    g_set_error(error, DNS_ERROR, DNS_ERROR_SERVER, "%s:%u: %s", reader->file_name, reader->line,
                what);
    return FALSE;
}

/* Lower case, without a dot at the end; "" is the root. */
static gchar *
fold_name(const gchar *name)
{
    gchar *folded = g_ascii_strdown(name, -1);
    gsize n_octets = strlen(folded);
    if (n_octets > 0 && folded[n_octets - 1] == '.')
        folded[n_octets - 1] = '\0';
    return folded;
}

static gboolean
is_number(const gchar *text)
{
    return text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
}

static gboolean
take_address(HintsReader *reader, const gchar *data, GSocketFamily family, GError **error)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(data);
    if (address == NULL || g_inet_address_get_family(address) != family)
        return fail(reader, error, "not an IP address of the record's kind");
    if (reader->addresses->len == ROOT_HINTS_MAX_ADDRESSES)
        return fail(reader, error, "too many addresses");
    g_ptr_array_add(reader->owners, g_strdup(reader->owner));
    g_ptr_array_add(reader->addresses, g_inet_address_to_string(address));
    return TRUE;
}

static gboolean
take_record(HintsReader *reader, const gchar *type, const gchar *data, GError **error)
{
    if (data == NULL)
        return fail(reader, error, "a record without data");
    if (g_ascii_strcasecmp(type, "A") == 0)
        return take_address(reader, data, G_SOCKET_FAMILY_IPV4, error);
    if (g_ascii_strcasecmp(type, "AAAA") == 0)
        return take_address(reader, data, G_SOCKET_FAMILY_IPV6, error);
    if (g_ascii_strcasecmp(type, "NS") == 0 && reader->owner[0] == '\0')
        g_hash_table_add(reader->servers, fold_name(data));
    return TRUE;
}

/* @words: of the line, the first one "" if white space stands before it, which repeats the last
 * owner (RFC 1035 §5.1) */
static gboolean
read_words(HintsReader *reader, GPtrArray *words, GError **error)
{
    const gchar *first = g_ptr_array_index(words, 0);
    if (first[0] != '\0') {
        g_free(reader->owner);
        reader->owner = fold_name(first);
    }
    if (reader->owner == NULL)
        return fail(reader, error, "a record without an owner");
    guint at = 1;
    while (at < words->len && (is_number(g_ptr_array_index(words, at)) ||
                               g_ascii_strcasecmp(g_ptr_array_index(words, at), "IN") == 0))
        at++;
    if (at == words->len)
        return fail(reader, error, "a record without a type");
    return take_record(reader, g_ptr_array_index(words, at),
                       at + 1 < words->len ? g_ptr_array_index(words, at + 1) : NULL, error);
}

static gboolean
read_line(HintsReader *reader, gchar *line, GError **error)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    line[strcspn(line, ";")] = '\0';
    g_auto(GStrv) pieces = g_strsplit_set(line, " \t\r", -1);
    for (guint i = 0; pieces[i] != NULL; i++)
        if (i == 0 || pieces[i][0] != '\0')
            g_ptr_array_add(words, pieces[i]);
    if (words->len < 2)
        return words->len == 0 || pieces[0][0] == '\0' ||
               fail(reader, error, "a name without a record");
    return read_words(reader, words, error);
}

static GStrv
take_result(HintsReader *reader, GError **error)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    guint n_addresses = 0;
    for (guint i = 0; i < reader->addresses->len; i++) {
        if (!g_hash_table_contains(reader->servers, g_ptr_array_index(reader->owners, i)))
            continue;
        g_strv_builder_add(builder, g_ptr_array_index(reader->addresses, i));
        n_addresses++;
    }
    if (n_addresses > 0)
        return g_strv_builder_end(builder);
    g_set_error(error, DNS_ERROR, DNS_ERROR_SERVER, "%s: no address of a name server of the root",
                reader->file_name);
    return NULL;
}

GStrv
root_hints_parse(const gchar *text, gsize n_octets, const gchar *file_name, GError **error)
{
    if (memchr(text, '\0', n_octets) != NULL) {
        g_set_error(error, DNS_ERROR, DNS_ERROR_SERVER, "%s: not a text file", file_name);
        return NULL;
    }
    g_autofree gchar *copy = g_strndup(text, n_octets);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    g_autoptr(GHashTable) servers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) owners = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(g_free);
    HintsReader reader = {file_name, 0, NULL, servers, owners, addresses};
    gboolean ok = TRUE;
    while (ok && lines[reader.line] != NULL) {
        gchar *line = lines[reader.line++];
        ok = read_line(&reader, line, error);
    }
    GStrv result = ok ? take_result(&reader, error) : NULL;
    g_free(reader.owner);
    return result;
}

GStrv
root_hints_load(const gchar *file, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(GFile) handle = g_file_new_for_path(file);
    g_autoptr(GFileInputStream) stream = g_file_read(handle, NULL, &problem);
    g_autofree gchar *octets = g_malloc(ROOT_HINTS_MAX_OCTETS + 1);
    gsize n_octets = 0;
    if (stream == NULL ||
        !g_input_stream_read_all(G_INPUT_STREAM(stream), octets, ROOT_HINTS_MAX_OCTETS + 1,
                                 &n_octets, NULL, &problem)) {
        g_set_error_literal(error, DNS_ERROR, DNS_ERROR_SERVER, problem->message);
        return NULL;
    }
    if (n_octets <= ROOT_HINTS_MAX_OCTETS)
        return root_hints_parse(octets, n_octets, file, error);
    g_set_error(error, DNS_ERROR, DNS_ERROR_SERVER, "%s: longer than %u octets", file,
                ROOT_HINTS_MAX_OCTETS);
    return NULL;
}
