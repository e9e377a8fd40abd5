/* SPDX-License-Identifier: MPL-2.0 */
#include "compose.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base64.h"
#include "entity-private.h"
#include "header-field.h"
#include "octet-buffer.h"

#define BOUNDARY_OCTETS 16

/* Takes both. @rest: (nullable): what comes after @head. */
static OctetSource *
finish(GByteArray *head, OctetSource *rest)
{
    g_autoptr(GBytes) octets = g_byte_array_free_to_bytes(head);
    OctetSource *start = octet_source_new_bytes(octets);
    if (rest == NULL)
        return start;
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    g_ptr_array_add(parts, start);
    g_ptr_array_add(parts, rest);
    return octet_source_new_joined(parts);
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
        octet_buffer_append_field(out, field);
    }
}

static void
append_mime_version(GByteArray *out)
{
    octet_buffer_append_text(out, "MIME-Version: 1.0\r\n");
}

/* "=_" is in no quoted-printable and no base64; and whoever wrote the payload has not known 128
 * random bits: it need not be searched for them. */
static gchar *
make_boundary(void)
{
    guint8 random[BOUNDARY_OCTETS];
    while (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        g_assert(errno == EINTR);
    GString *boundary = g_string_new("=_");
    for (gsize i = 0; i < sizeof random; i++)
        g_string_append_printf(boundary, "%02x", random[i]);
    return g_string_free(boundary, FALSE);
}

/* The fields that base64 in a file called @file_name needs, and the empty line. */
static void
append_attached_fields(GByteArray *out, const gchar *file_name, const gchar *description)
{
    g_autofree gchar *fields =
        g_strdup_printf("Content-Transfer-Encoding: base64\r\n"
                        "Content-Disposition: attachment; filename=\"%s\"\r\n"
                        "Content-Description: %s\r\n"
                        "\r\n",
                        file_name, description);
    octet_buffer_append_text(out, fields);
}

/* What lies between the payload and the signature. */
static OctetSource *
make_signature_head(const gchar *boundary)
{
    GByteArray *head = g_byte_array_new();
    g_autofree gchar *line = g_strdup_printf("\r\n--%s\r\n", boundary);
    octet_buffer_append_text(head, line);
    octet_buffer_append_text(head,
                             "Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n");
    append_attached_fields(head, "smime.p7s", "S/MIME cryptographic signature");
    return finish(head, NULL);
}

/* Takes @head. */
static OctetSource *
make_multipart_signed(GByteArray *head, OctetSource *payload, OctetSource *signature,
                      const gchar *micalg)
{
    g_autofree gchar *boundary = make_boundary();
    g_autofree gchar *start = g_strdup_printf(
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\";\r\n"
        " micalg=%s; boundary=\"%s\"\r\n"
        "\r\n"
        "This is a cryptographically signed message in MIME format (S/MIME).\r\n"
        "\r\n"
        "--%s\r\n",
        micalg, boundary, boundary);
    g_autofree gchar *end = g_strdup_printf("\r\n--%s--\r\n", boundary);
    octet_buffer_append_text(head, start);
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    g_ptr_array_add(parts, finish(head, NULL));
    g_ptr_array_add(parts, octet_source_ref(payload));
    g_ptr_array_add(parts, make_signature_head(boundary));
    g_ptr_array_add(parts, base64_source_new(signature));
    g_ptr_array_add(parts, octet_source_new_text(end));
    return octet_source_new_joined(parts);
}

OctetSource *
compose_multipart_signed(const EntityTree *message, OctetSource *payload, OctetSource *signature,
                         const gchar *micalg)
{
    GByteArray *head = g_byte_array_new();
    append_outer_fields(head, message);
    append_mime_version(head);
    return make_multipart_signed(head, payload, signature, micalg);
}

OctetSource *
compose_multipart_signed_entity(OctetSource *payload, OctetSource *signature, const gchar *micalg)
{
    return make_multipart_signed(g_byte_array_new(), payload, signature, micalg);
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

/* Takes @head. */
static OctetSource *
make_pkcs7_mime(GByteArray *head, OctetSource *cms, const gchar *smime_type)
{
    const Pkcs7MimeRow *row = find_pkcs7_mime_row(smime_type);
    g_autofree gchar *type =
        g_strdup_printf("Content-Type: application/pkcs7-mime; smime-type=%s;\r\n name=\"%s\"\r\n",
                        smime_type, row->file_name);
    octet_buffer_append_text(head, type);
    append_attached_fields(head, row->file_name, row->description);
    return finish(head, base64_source_new(cms));
}

OctetSource *
compose_pkcs7_mime(const EntityTree *message, OctetSource *cms, const gchar *smime_type)
{
    GByteArray *head = g_byte_array_new();
    append_outer_fields(head, message);
    append_mime_version(head);
    return make_pkcs7_mime(head, cms, smime_type);
}

OctetSource *
compose_pkcs7_mime_entity(OctetSource *cms, const gchar *smime_type)
{
    return make_pkcs7_mime(g_byte_array_new(), cms, smime_type);
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

static gboolean
is_one_of(const gchar *const *names, const gchar *name)
{
    for (; *names != NULL; names++)
        if (g_ascii_strcasecmp(*names, name) == 0)
            return TRUE;
    return FALSE;
}

static void
append_header_without(GByteArray *out, const EntityTree *message, const gchar *const *names)
{
    const Entity *root = entity_tree_get_root(message);
    const guint8 *octets = g_bytes_get_data(message->message, NULL);
    gsize at = 0;
    for (guint i = 0; i < root->fields->len; i++) {
        const HeaderField *field = &g_array_index(root->fields, HeaderField, i);
        if (!is_one_of(names, field->name))
            continue;
        g_byte_array_append(out, octets + at, (guint)(root->start + field->start - at));
        at = root->start + field->end;
    }
    g_byte_array_append(out, octets + at, (guint)(root->body - at));
}

/* Lines that are no field are left out: "CR From: …" is one to others. */
static void
append_fields_without(GByteArray *out, const Entity *root, const gchar *const *names)
{
    for (guint i = 0; i < entity_get_n_fields(root); i++) {
        if (is_one_of(names, entity_get_field_name(root, i)))
            continue;
        g_autoptr(GBytes) field = entity_get_field_octets(root, i);
        octet_buffer_append_field(out, field);
    }
    octet_buffer_append_text(out, "\r\n");
}

OctetSource *
compose_open(const EntityTree *message, OctetSource *payload, GError **error)
{
    g_autoptr(GByteArray) head = g_byte_array_new();
    append_outer_fields(head, message);
    g_autoptr(GError) fault = NULL;
    g_autoptr(EntityTree) tree = entity_tree_parse_header(payload, &fault);
    if (tree == NULL) {
        if (!g_error_matches(fault, MAIL_ERROR, MAIL_ERROR_NO_HEADER_END) &&
            !g_error_matches(fault, MAIL_ERROR, MAIL_ERROR_EMPTY)) {
            g_propagate_error(error, g_steal_pointer(&fault));
            return NULL;
        }
        /* Without a header section of its own it is text, which must not be read as one. */
        append_mime_version(head);
        octet_buffer_append_text(head, "\r\n");
        return finish(g_steal_pointer(&head), octet_source_ref(payload));
    }
    const Entity *root = entity_tree_get_root(tree);
    if (entity_count_fields(root, "MIME-Version") == 0)
        append_mime_version(head);
    g_autoptr(GPtrArray) doubled = find_doubled_fields(entity_tree_get_root(message), root);
    append_fields_without(head, root, (const gchar *const *)(gpointer)doubled->pdata);
    return finish(g_steal_pointer(&head), octet_source_new_without_start(payload, root->body));
}

GBytes *
compose_header_without_fields(const EntityTree *message, const gchar *const *names)
{
    GByteArray *out = g_byte_array_new();
    append_header_without(out, message, names);
    return g_byte_array_free_to_bytes(out);
}
