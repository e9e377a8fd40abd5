/* SPDX-License-Identifier: MPL-2.0 */
#include "compose.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "entity-private.h"
#include "header-field.h"
#include "octet-buffer.h"
#include "transfer-encoding.h"

#define BOUNDARY_OCTETS 16

static GBytes *
finish(GByteArray *out)
{
    return g_byte_array_free_to_bytes(out);
}

/* MIME-Version and Content-* describe the body (RFC 2045 §3, §9). */
static gboolean
is_structural(const gchar *name)
{
    return g_ascii_strncasecmp(name, "Content-", 8) == 0 ||
           g_ascii_strcasecmp(name, "MIME-Version") == 0;
}

static void
append_outer_fields(GByteArray *out, const EntityTree *message)
{
    const Entity *root = entity_tree_get_root(message);
    guint n_fields = entity_get_n_fields(root);
    for (guint i = 0; i < n_fields; i++) {
        if (is_structural(entity_get_field_name(root, i)))
            continue;
        g_autoptr(GBytes) field = entity_get_field_octets(root, i);
        g_autoptr(GBytes) canonical = octets_to_crlf(field);
        octet_buffer_append(out, canonical);
    }
}

static void
append_mime_version(GByteArray *out)
{
    octet_buffer_append_text(out, "MIME-Version: 1.0\r\n");
}

/* A boundary that is not in @payload. "=_" is in no quoted-printable and no base64. */
static gchar *
make_boundary(GBytes *payload)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(payload, &n_octets);
    for (;;) {
        guint8 random[BOUNDARY_OCTETS];
        while (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
            g_assert(errno == EINTR);
        GString *boundary = g_string_new("=_");
        for (gsize i = 0; i < sizeof random; i++)
            g_string_append_printf(boundary, "%02x", random[i]);
        if (n_octets == 0 || memmem(octets, n_octets, boundary->str, boundary->len) == NULL)
            return g_string_free(boundary, FALSE);
        g_string_free(boundary, TRUE);
    }
}

/* The fields that base64 in a file called @file_name needs, the empty line, and the text. */
static void
append_attached_base64(GByteArray *out, const gchar *file_name, const gchar *description,
                       GBytes *octets)
{
    g_autofree gchar *fields =
        g_strdup_printf("Content-Transfer-Encoding: base64\r\n"
                        "Content-Disposition: attachment; filename=\"%s\"\r\n"
                        "Content-Description: %s\r\n"
                        "\r\n",
                        file_name, description);
    g_autoptr(GBytes) text = base64_encode_lines(octets);
    octet_buffer_append_text(out, fields);
    octet_buffer_append(out, text);
}

static void
append_multipart_signed(GByteArray *out, GBytes *payload, GBytes *signature, const gchar *micalg)
{
    g_autofree gchar *boundary = make_boundary(payload);
    g_autofree gchar *head = g_strdup_printf(
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n"
        " micalg=%s; boundary=\"%s\"\r\n"
        "\r\n"
        "This is a cryptographically signed message in MIME format (S/MIME).\r\n"
        "\r\n"
        "--%s\r\n",
        micalg, boundary, boundary);
    g_autofree gchar *middle = g_strdup_printf("\r\n--%s\r\n", boundary);
    g_autofree gchar *end = g_strdup_printf("\r\n--%s--\r\n", boundary);
    octet_buffer_append_text(out, head);
    octet_buffer_append(out, payload);
    octet_buffer_append_text(out, middle);
    octet_buffer_append_text(out,
                             "Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n");
    append_attached_base64(out, "smime.p7s", "S/MIME cryptographic signature", signature);
    octet_buffer_append_text(out, end);
}

GBytes *
compose_multipart_signed(const EntityTree *message, GBytes *payload, GBytes *signature,
                         const gchar *micalg)
{
    GByteArray *out = g_byte_array_new();
    append_outer_fields(out, message);
    append_mime_version(out);
    append_multipart_signed(out, payload, signature, micalg);
    return finish(out);
}

GBytes *
compose_multipart_signed_entity(GBytes *payload, GBytes *signature, const gchar *micalg)
{
    GByteArray *out = g_byte_array_new();
    append_multipart_signed(out, payload, signature, micalg);
    return finish(out);
}

/* RFC 8551 §3.2.1 and §3.2.2 */
typedef struct {
    const gchar *smime_type;
    const gchar *file_name;
    const gchar *description;
} Pkcs7MimeRow;

static const Pkcs7MimeRow *
find_pkcs7_mime_row(const gchar *smime_type)
{
    static const Pkcs7MimeRow rows[] = {
        {"signed-data", "smime.p7m", "S/MIME signed message"},
        {"certs-only", "smime.p7c", "S/MIME certificates"},
        {"compressed-data", "smime.p7z", "S/MIME compressed message"},
        {"enveloped-data", "smime.p7m", "S/MIME encrypted message"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (g_ascii_strcasecmp(smime_type, rows[i].smime_type) == 0)
            return &rows[i];
    }
    return &rows[G_N_ELEMENTS(rows) - 1];
}

static void
append_pkcs7_mime(GByteArray *out, GBytes *cms, const gchar *smime_type)
{
    const Pkcs7MimeRow *row = find_pkcs7_mime_row(smime_type);
    g_autofree gchar *type =
        g_strdup_printf("Content-Type: application/pkcs7-mime; smime-type=%s;\r\n name=\"%s\"\r\n",
                        smime_type, row->file_name);
    octet_buffer_append_text(out, type);
    append_attached_base64(out, row->file_name, row->description, cms);
}

GBytes *
compose_pkcs7_mime(const EntityTree *message, GBytes *cms, const gchar *smime_type)
{
    GByteArray *out = g_byte_array_new();
    append_outer_fields(out, message);
    append_mime_version(out);
    append_pkcs7_mime(out, cms, smime_type);
    return finish(out);
}

GBytes *
compose_pkcs7_mime_entity(GBytes *cms, const gchar *smime_type)
{
    GByteArray *out = g_byte_array_new();
    append_pkcs7_mime(out, cms, smime_type);
    return finish(out);
}

/* Fields of the payload that the message has outside, too. Two of a name, two From above all, are
 * shown by some programs as the one and by some as the other; what stays is what was judged. */
static GPtrArray *
find_doubled_fields(const Entity *outer, const Entity *payload)
{
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; i < entity_get_n_fields(payload); i++) {
        const gchar *name = entity_get_field_name(payload, i);
        if (!is_structural(name) && entity_find_field(outer, name) != NULL)
            g_ptr_array_add(names, (gpointer)name);
    }
    g_ptr_array_add(names, NULL);
    return names;
}

GBytes *
compose_open(const EntityTree *message, GBytes *payload)
{
    GByteArray *out = g_byte_array_new();
    append_outer_fields(out, message);
    g_autoptr(GError) fault = NULL;
    g_autoptr(EntityTree) tree = entity_tree_parse(payload, NULL, &fault);
    if (tree == NULL) {
        append_mime_version(out);
        /* Without a header section of its own it is text, which must not be read as one. */
        if (g_error_matches(fault, MAIL_ERROR, MAIL_ERROR_NO_HEADER_END) ||
            g_error_matches(fault, MAIL_ERROR, MAIL_ERROR_EMPTY))
            octet_buffer_append_text(out, "\r\n");
        octet_buffer_append(out, payload);
        return finish(out);
    }
    const Entity *root = entity_tree_get_root(tree);
    if (entity_count_fields(root, "MIME-Version") == 0)
        append_mime_version(out);
    g_autoptr(GPtrArray) doubled = find_doubled_fields(entity_tree_get_root(message), root);
    g_autoptr(GBytes) single =
        compose_without_fields(tree, (const gchar *const *)(gpointer)doubled->pdata);
    octet_buffer_append(out, single);
    return finish(out);
}

GBytes *
compose_without_fields(const EntityTree *message, const gchar *const *names)
{
    const Entity *root = entity_tree_get_root(message);
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(message->message, &n_octets);
    GByteArray *out = g_byte_array_sized_new((guint)n_octets);
    gsize at = 0;
    for (guint i = 0; i < root->fields->len; i++) {
        const HeaderField *field = &g_array_index(root->fields, HeaderField, i);
        gboolean is_named = FALSE;
        for (const gchar *const *name = names; *name != NULL && !is_named; name++)
            is_named = g_ascii_strcasecmp(*name, field->name) == 0;
        if (!is_named)
            continue;
        g_byte_array_append(out, octets + at, (guint)(root->start + field->start - at));
        at = root->start + field->end;
    }
    g_byte_array_append(out, octets + at, (guint)(n_octets - at));
    return finish(out);
}
