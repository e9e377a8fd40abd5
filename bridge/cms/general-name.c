/* SPDX-License-Identifier: MPL-2.0 */

#include "general-name.h"

#include <string.h>

#include "cms-error.h"
#include "core-limits.h"

/* 1.3.6.1.5.5.7.8.9, id-on-SmtpUTF8Mailbox (RFC 9598 §3). */
static const guint8 oid_smtp_utf8_mailbox[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x09};

#define TAG_UTF8_STRING 0x0c

static gchar *
dup_text(BerSlice slice)
{
    if (slice.n_octets > 0 &&
        !g_utf8_validate_len((const gchar *)slice.octets, slice.n_octets, NULL))
        return NULL;
    return g_strndup((const gchar *)slice.octets, slice.n_octets);
}

static gboolean
read_text(GeneralName *name, BerReader *reader, GError **error)
{
    BerSlice contents;
    if (!ber_read(reader, name->tag, "name", &contents, error))
        return FALSE;
    name->text = dup_text(contents);
    return TRUE;
}

static gboolean
read_directory(GeneralName *name, BerReader *reader, GError **error)
{
    BerReader wrapper;
    BerSlice whole;
    if (!ber_enter(reader, GENERAL_NAME_DIRECTORY, "directoryName", &wrapper, error) ||
        !ber_skip(&wrapper, "directoryName", &whole, error) ||
        !ber_leave(reader, &wrapper, "directoryName", error))
        return FALSE;
    name->name = distinguished_name_new_slice(reader->owner, whole, error);
    return name->name != NULL;
}

static gboolean
read_other(GeneralName *name, BerReader *reader, GError **error)
{
    BerReader fields, wrapper;
    BerSlice id, value;
    if (!ber_enter(reader, GENERAL_NAME_OTHER, "otherName", &fields, error) ||
        !ber_read(&fields, BER_OID, "otherName", &id, error))
        return FALSE;
    if (id.n_octets != sizeof oid_smtp_utf8_mailbox ||
        memcmp(id.octets, oid_smtp_utf8_mailbox, id.n_octets) != 0)
        return TRUE;
    if (!ber_enter(&fields, BER_CONTEXT_CONSTRUCTED(0), "SmtpUTF8Mailbox", &wrapper, error) ||
        !ber_read(&wrapper, TAG_UTF8_STRING, "SmtpUTF8Mailbox", &value, error))
        return FALSE;
    name->tag = GENERAL_NAME_RFC822;
    name->text = dup_text(value);
    return TRUE;
}

GeneralName *
general_name_read(BerReader *reader, GError **error)
{
    g_autoptr(GeneralName) name = g_new0(GeneralName, 1);
    BerReader start = *reader;
    BerSlice whole;
    gint tag = ber_peek(reader);
    if (!ber_skip(reader, "name", &whole, error))
        return NULL;
    name->tag = (guint8)tag;
    name->whole = ber_slice_to_bytes(reader->owner, whole);
    gboolean good = TRUE;
    if (tag == GENERAL_NAME_RFC822 || tag == GENERAL_NAME_DNS || tag == GENERAL_NAME_URI)
        good = read_text(name, &start, error);
    else if (tag == GENERAL_NAME_DIRECTORY)
        good = read_directory(name, &start, error);
    else if (tag == GENERAL_NAME_OTHER)
        good = read_other(name, &start, error);
    return good ? g_steal_pointer(&name) : NULL;
}

GPtrArray *
general_names_read(BerReader *reader, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func((GDestroyNotify)general_name_free);
    while (!ber_at_end(reader)) {
        GeneralName *name = general_name_read(reader, error);
        if (name == NULL)
            return NULL;
        g_ptr_array_add(names, name);
        if (names->len > LIMIT_GENERAL_NAMES) {
            g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "more than %u names in one place",
                        LIMIT_GENERAL_NAMES);
            return NULL;
        }
    }
    return g_steal_pointer(&names);
}

GeneralName *
general_name_new_text(guint8 tag, const gchar *text)
{
    GeneralName *name = g_new0(GeneralName, 1);
    name->tag = tag;
    name->text = g_strdup(text);
    return name;
}

void
general_name_free(GeneralName *name)
{
    if (name == NULL)
        return;
    g_free(name->text);
    g_clear_pointer(&name->name, distinguished_name_free);
    g_clear_pointer(&name->whole, g_bytes_unref);
    g_free(name);
}

static gboolean
is_same(const GeneralName *a, const GeneralName *b)
{
    if (a->tag != b->tag)
        return FALSE;
    if (a->tag == GENERAL_NAME_DIRECTORY)
        return distinguished_name_equal(a->name, b->name);
    return a->whole != NULL && b->whole != NULL && g_bytes_equal(a->whole, b->whole);
}

/* Lists of more than this are no distribution points of anybody, and comparing all with all would
 * take long. */
#define COMPARED_MAX 50u

gboolean
general_names_overlap(GPtrArray *a, GPtrArray *b)
{
    for (guint i = 0; i < MIN(a->len, COMPARED_MAX); i++)
        for (guint j = 0; j < MIN(b->len, COMPARED_MAX); j++)
            if (is_same(g_ptr_array_index(a, i), g_ptr_array_index(b, j)))
                return TRUE;
    return FALSE;
}
