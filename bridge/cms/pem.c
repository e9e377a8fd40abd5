/* SPDX-License-Identifier: MPL-2.0 */

#include "pem.h"

#include <string.h>

#include "cms-error.h"
#include "wiped-octets.h"

#define PEM_BEGIN "-----BEGIN "
#define PEM_END   "-----END "
#define PEM_TAIL  "-----"

void
pem_block_free(PemBlock *block)
{
    g_clear_pointer(&block->label, g_free);
    g_clear_pointer(&block->headers, g_free);
    g_clear_pointer(&block->octets, g_bytes_unref);
    g_free(block);
}

/* The line at *@cursor without its end and the white space before it; moves *@cursor past it. FALSE
 * at the end. */
static gboolean
next_line(const gchar **cursor, const gchar *end, const gchar **out_line, gsize *out_n)
{
    if (*cursor >= end)
        return FALSE;

    const gchar *line = *cursor;
    const gchar *newline = memchr(line, '\n', (gsize)(end - line));
    const gchar *stop = newline != NULL ? newline : end;

    *cursor = newline != NULL ? newline + 1 : end;
    while (stop > line && g_ascii_isspace(stop[-1]))
        stop--;
    *out_line = line;
    *out_n = (gsize)(stop - line);
    return TRUE;
}

/* The label of a line such as "-----BEGIN X-----", or NULL. */
static gchar *
dup_label(const gchar *line, gsize n, const gchar *head)
{
    gsize n_head = strlen(head);
    gsize n_tail = strlen(PEM_TAIL);

    if (n < n_head + n_tail || memcmp(line, head, n_head) != 0 ||
        memcmp(line + n - n_tail, PEM_TAIL, n_tail) != 0)
        return NULL;

    const gchar *label = line + n_head;
    gsize n_label = n - n_head - n_tail;
    for (gsize i = 0; i < n_label; i++) {
        if (!g_ascii_isprint(label[i]))
            return NULL;
    }
    return g_strndup(label, n_label);
}

gboolean
pem_is_likely(GBytes *octets)
{
    gsize n_octets;
    const gchar *cursor = g_bytes_get_data(octets, &n_octets);
    const gchar *end = cursor != NULL ? cursor + n_octets : NULL;
    const gchar *line;
    gsize n;

    while (cursor != NULL && next_line(&cursor, end, &line, &n)) {
        g_autofree gchar *label = dup_label(line, n, PEM_BEGIN);
        if (label != NULL)
            return TRUE;
    }
    return FALSE;
}

static gboolean
append_base64(GString *text, const gchar *line, gsize n, GError **error)
{
    for (gsize i = 0; i < n; i++) {
        gchar c = line[i];
        if (g_ascii_isspace(c))
            continue;
        /* Nothing may follow the padding but more padding (RFC 4648 §3.3). */
        gboolean after_padding = text->len > 0 && text->str[text->len - 1] == '=';
        if (c != '=' && (after_padding || !(g_ascii_isalnum(c) || c == '+' || c == '/'))) {
            g_set_error(error, CMS_ERROR, CMS_ERROR_MALFORMED, "octet 0x%02x is not base64",
                        (guint)(guint8)c);
            return FALSE;
        }
        g_string_append_c(text, c);
    }
    return TRUE;
}

static GBytes *
decode_base64(GString *text, GError **error)
{
    gsize n_padding = 0;
    while (n_padding < text->len && text->str[text->len - 1 - n_padding] == '=')
        n_padding++;
    if (text->len % 4 != 0 || n_padding > 2) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_MALFORMED,
                    "%" G_GSIZE_FORMAT " characters are not whole base64", text->len);
        return NULL;
    }
    if (text->len == 0)
        return g_bytes_new(NULL, 0);
    gsize n_octets = 0;
    guint8 *octets = g_base64_decode(text->str, &n_octets);
    return wiped_octets_to_bytes(octets, n_octets);
}

/* Wiped: the text of a private key is as good as the key. */
static void
wiped_string_free(GString *string)
{
    explicit_bzero(string->str, string->allocated_len);
    g_string_free(string, TRUE);
}

/* Reads from behind the first line of a block to behind its last one. */
static gboolean
read_block(PemBlock *block, const gchar **cursor, const gchar *end, GError **error)
{
    g_autoptr(GString) headers = g_string_new(NULL);
    /* Large enough that the text of a key is never moved, which would leave a copy behind. */
    GString *text = g_string_sized_new(MIN((gsize)(end - *cursor), 64 * 1024) + 1);
    const gchar *line;
    gsize n;
    gboolean ok = TRUE;
    gboolean closed = FALSE;

    while (ok && !closed && next_line(cursor, end, &line, &n)) {
        g_autofree gchar *label = dup_label(line, n, PEM_END);
        if (label != NULL) {
            closed = TRUE;
            ok = g_str_equal(label, block->label);
            if (!ok)
                g_set_error(error, CMS_ERROR, CMS_ERROR_MALFORMED, "\"%s\" ends as \"%s\"",
                            block->label, label);
        } else if (text->len == 0 && memchr(line, ':', n) != NULL) {
            g_string_append_len(headers, line, (gssize)n);
            g_string_append_c(headers, '\n');
        } else {
            ok = append_base64(text, line, n, error);
        }
    }
    if (ok && !closed) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_MALFORMED, "\"%s\" has no end", block->label);
        ok = FALSE;
    }
    if (ok) {
        block->headers = g_strdup(headers->str);
        block->octets = decode_base64(text, error);
    }
    wiped_string_free(text);
    return ok && block->octets != NULL;
}

GPtrArray *
pem_parse(GBytes *octets, guint n_blocks_max, GError **error)
{
    gsize n_octets;
    const gchar *cursor = g_bytes_get_data(octets, &n_octets);
    const gchar *end = cursor != NULL ? cursor + n_octets : NULL;
    g_autoptr(GPtrArray) blocks = g_ptr_array_new_with_free_func((GDestroyNotify)pem_block_free);
    const gchar *line;
    gsize n;

    while (cursor != NULL && next_line(&cursor, end, &line, &n)) {
        g_autofree gchar *label = dup_label(line, n, PEM_BEGIN);
        if (label == NULL)
            continue;
        if (blocks->len >= n_blocks_max) {
            g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "more than %u PEM blocks", n_blocks_max);
            return NULL;
        }
        g_autoptr(PemBlock) block = g_new0(PemBlock, 1);
        block->label = g_steal_pointer(&label);
        if (!read_block(block, &cursor, end, error)) {
            g_prefix_error(error, "PEM: ");
            return NULL;
        }
        g_ptr_array_add(blocks, g_steal_pointer(&block));
    }
    return g_steal_pointer(&blocks);
}
