/* SPDX-License-Identifier: MPL-2.0 */

#include "distinguished-name.h"

#include <string.h>

#include "cms-error.h"
#include "core-limits.h"

/* Longer text is compared as octets: to normalise it takes a time that can grow with the square of
 * its length. The upper bounds of RFC 5280 §A.1 for what CAs are called lie at 64 characters. */
#define TEXT_OCTETS_MAX 1024u

enum {
    TAG_UTF8_STRING = 0x0c,
    TAG_NUMERIC_STRING = 0x12,
    TAG_PRINTABLE_STRING = 0x13,
    TAG_T61_STRING = 0x14,
    TAG_IA5_STRING = 0x16,
    TAG_VISIBLE_STRING = 0x1a,
    TAG_UNIVERSAL_STRING = 0x1c,
    TAG_BMP_STRING = 0x1e
};

/* The character set of a string type; NULL: no text. */
static const gchar *
charset_of(gint tag)
{
    switch (tag) {
    case TAG_UTF8_STRING:
    case TAG_NUMERIC_STRING:
    case TAG_PRINTABLE_STRING:
    case TAG_IA5_STRING:
    case TAG_VISIBLE_STRING:
        return "UTF-8";
    case TAG_T61_STRING:
        return "ISO-8859-1"; /* what all who still write it mean */
    case TAG_UNIVERSAL_STRING:
        return "UCS-4BE";
    case TAG_BMP_STRING:
        return "UCS-2BE";
    default:
        return NULL;
    }
}

/* RFC 4518 §2.6.1: no spaces at the ends, one between words. */
static void
squeeze_spaces(gchar *text)
{
    gchar *out = text;
    gboolean is_gap = FALSE;
    for (const gchar *in = text; *in != '\0'; in++) {
        if (g_ascii_isspace(*in)) {
            is_gap = TRUE;
            continue;
        }
        if (is_gap && out != text)
            *out++ = ' ';
        is_gap = FALSE;
        *out++ = *in;
    }
    *out = '\0';
}

/* NULL if the octets are no text of that type. */
static gchar *
prepare_text(gint tag, BerSlice value)
{
    const gchar *charset = charset_of(tag);
    if (charset == NULL || value.n_octets > TEXT_OCTETS_MAX)
        return NULL;
    gsize n_text = 0;
    g_autofree gchar *text = g_convert((const gchar *)value.octets, (gssize)value.n_octets, "UTF-8",
                                       charset, NULL, &n_text, NULL);
    if (text == NULL || !g_utf8_validate_len(text, n_text, NULL))
        return NULL;
    g_autofree gchar *compatible = g_utf8_normalize(text, (gssize)n_text, G_NORMALIZE_NFKC);
    gchar *folded = g_utf8_casefold(compatible, -1);
    squeeze_spaces(folded);
    return folded;
}

static void
append_counted(GByteArray *out, const void *octets, gsize n_octets)
{
    guint32 count = GUINT32_TO_BE((guint32)n_octets);
    g_byte_array_append(out, (const guint8 *)&count, sizeof count);
    if (n_octets > 0)
        g_byte_array_append(out, octets, (guint)n_octets);
}

/* AttributeTypeAndValue, in a form in which equal ones have equal octets. */
static GBytes *
read_attribute(BerReader *rdn, GError **error)
{
    BerReader fields;
    BerSlice type, value;
    if (!ber_enter(rdn, BER_SEQUENCE, "attribute", &fields, error) ||
        !ber_read(&fields, BER_OID, "attribute type", &type, error))
        return NULL;
    gint tag = ber_peek(&fields);
    BerReader rest = fields;
    if (!ber_skip(&fields, "attribute value", &value, error) ||
        !ber_leave(rdn, &fields, "attribute", error))
        return NULL;

    g_autofree gchar *text = NULL;
    BerSlice contents;
    if (charset_of(tag) != NULL && ber_read(&rest, (guint8)tag, "attribute value", &contents, NULL))
        text = prepare_text(tag, contents);
    GByteArray *out = g_byte_array_new();
    append_counted(out, type.octets, type.n_octets);
    g_byte_array_append(out, (const guint8 *)(text != NULL ? "t" : "o"), 1);
    if (text != NULL)
        append_counted(out, text, strlen(text));
    else
        append_counted(out, value.octets, value.n_octets);
    return g_byte_array_free_to_bytes(out);
}

static gint
compare_attributes(gconstpointer a, gconstpointer b)
{
    return g_bytes_compare(*(GBytes *const *)a, *(GBytes *const *)b);
}

static gboolean
fail_too_many(GError **error)
{
    g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "name of more than %u attributes",
                LIMIT_NAME_ATTRIBUTES);
    return FALSE;
}

/* The attributes of one RDN are a set: sorted. */
static gboolean
add_rdn(DistinguishedName *name, BerReader *set, GError **error)
{
    g_autoptr(GPtrArray) attributes = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    while (!ber_at_end(set)) {
        if (name->rdns->len + attributes->len >= LIMIT_NAME_ATTRIBUTES)
            return fail_too_many(error);
        GBytes *attribute = read_attribute(set, error);
        if (attribute == NULL)
            return FALSE;
        g_ptr_array_add(attributes, attribute);
    }
    g_ptr_array_sort(attributes, compare_attributes);
    GByteArray *out = g_byte_array_new();
    for (guint i = 0; i < attributes->len; i++) {
        gsize n_octets;
        const guint8 *octets = g_bytes_get_data(g_ptr_array_index(attributes, i), &n_octets);
        append_counted(out, octets, n_octets);
    }
    g_ptr_array_add(name->rdns, g_byte_array_free_to_bytes(out));
    return TRUE;
}

static DistinguishedName *
name_new_empty(void)
{
    DistinguishedName *name = g_new0(DistinguishedName, 1);
    name->rdns = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    return name;
}

static DistinguishedName *
name_read(BerReader *reader, GError **error)
{
    g_autoptr(DistinguishedName) name = name_new_empty();
    BerReader rdns, set;
    gsize n_octets = (gsize)(reader->end - reader->next);
    if (n_octets > LIMIT_NAME_OCTETS) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT,
                    "name of %" G_GSIZE_FORMAT " octets (at most %u)", n_octets, LIMIT_NAME_OCTETS);
        return NULL;
    }
    if (!ber_enter(reader, BER_SEQUENCE, "name", &rdns, error))
        return NULL;
    while (!ber_at_end(&rdns)) {
        if (name->rdns->len >= LIMIT_NAME_ATTRIBUTES) {
            fail_too_many(error);
            return NULL;
        }
        if (!ber_enter(&rdns, BER_SET, "name", &set, error) || !add_rdn(name, &set, error) ||
            !ber_leave(&rdns, &set, "name", error))
            return NULL;
    }
    if (!ber_leave(reader, &rdns, "name", error) || !ber_finish(reader, "name", error))
        return NULL;
    return g_steal_pointer(&name);
}

DistinguishedName *
distinguished_name_new(GBytes *der, GError **error)
{
    BerReader reader;
    ber_reader_init(&reader, der);
    return name_read(&reader, error);
}

DistinguishedName *
distinguished_name_new_slice(GBytes *owner, BerSlice der, GError **error)
{
    BerReader reader;
    ber_reader_init_slice(&reader, owner, der);
    return name_read(&reader, error);
}

DistinguishedName *
distinguished_name_new_relative(const DistinguishedName *base, GBytes *owner, BerSlice rdn,
                                GError **error)
{
    g_autoptr(DistinguishedName) name = name_new_empty();
    BerReader set;
    for (guint i = 0; i < base->rdns->len; i++)
        g_ptr_array_add(name->rdns, g_bytes_ref(g_ptr_array_index(base->rdns, i)));
    ber_reader_init_slice(&set, owner, rdn);
    return add_rdn(name, &set, error) ? g_steal_pointer(&name) : NULL;
}

void
distinguished_name_free(DistinguishedName *name)
{
    if (name == NULL)
        return;
    g_ptr_array_unref(name->rdns);
    g_free(name);
}

gboolean
distinguished_name_is_within(const DistinguishedName *name, const DistinguishedName *subtree)
{
    if (name->rdns->len < subtree->rdns->len)
        return FALSE;
    for (guint i = 0; i < subtree->rdns->len; i++)
        if (!g_bytes_equal(g_ptr_array_index(name->rdns, i), g_ptr_array_index(subtree->rdns, i)))
            return FALSE;
    return TRUE;
}

gboolean
distinguished_name_equal(const DistinguishedName *a, const DistinguishedName *b)
{
    return a->rdns->len == b->rdns->len && distinguished_name_is_within(a, b);
}

gboolean
distinguished_name_is_empty(const DistinguishedName *name)
{
    return name->rdns->len == 0;
}
