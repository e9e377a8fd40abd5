/* SPDX-License-Identifier: MPL-2.0 */

#include "crl.h"

#include <secder.h>
#include <string.h>

#include "certificate-private.h"
#include "cms-error.h"

/* The last octet of 2.5.29.n, id-ce; 0 stands for all others. */
enum {
    EXTENSION_OTHER = 0,
    EXTENSION_CRL_NUMBER = 20,
    EXTENSION_REASON_CODE = 21,
    EXTENSION_INVALIDITY_DATE = 24,
    EXTENSION_DELTA_INDICATOR = 27,
    EXTENSION_ISSUING_POINT = 28,
    EXTENSION_CERTIFICATE_ISSUER = 29,
    EXTENSION_AUTHORITY_KEY_IDENTIFIER = 35,
    EXTENSION_FRESHEST = 46
};

/* CRLReason (RFC 5280 §5.3.1). */
#define REASON_REMOVE_FROM_CRL 8
#define TAG_ENUMERATED         0x0a

struct _Crl {
    GBytes *der;
    DistinguishedName *issuer;
    BerSlice issuer_der;
    gint64 this_update;
    gint64 next_update; /* G_MAXINT64: none */
    IssuingPoint point;
    GBytes *point_der;   /* or NULL */
    GBytes *number;      /* INTEGER contents, or NULL */
    GBytes *base_number; /* of a delta, else NULL */
    gboolean has_unknown_critical;
    BerSlice list;   /* revokedCertificates, with its SEQUENCE; octets NULL: absent */
    GArray *entries; /* (element-type Entry): by serial number; NULL until crl_load_entries() */
};

typedef struct {
    BerSlice serial;
    DistinguishedName *issuer; /* borrowed: of the CRL or kept by an entry */
    DistinguishedName *owned;
    gboolean is_removed;
} Entry;

typedef struct {
    guint id;
    gboolean is_critical;
    GBytes *value;
} Extension;

static void
entry_clear(gpointer data)
{
    Entry *entry = data;
    g_clear_pointer(&entry->owned, distinguished_name_free);
}

static gboolean
read_extension(BerReader *list, Extension *out_extension, GError **error)
{
    BerReader fields;
    BerSlice id, critical = {NULL, 0};
    if (!ber_enter(list, BER_SEQUENCE, "extension", &fields, error) ||
        !ber_read(&fields, BER_OID, "extension", &id, error))
        return FALSE;
    if (ber_peek(&fields) == BER_BOOLEAN &&
        !ber_read(&fields, BER_BOOLEAN, "extension", &critical, error))
        return FALSE;
    g_autoptr(GBytes) value = ber_read_octets(&fields, BER_OCTET_STRING, "extension", error);
    if (value == NULL || !ber_leave(list, &fields, "extension", error))
        return FALSE;
    out_extension->id =
        id.n_octets == 3 && id.octets[0] == 0x55 && id.octets[1] == 0x1d ? id.octets[2] : 0;
    out_extension->is_critical = critical.n_octets == 1 && critical.octets[0] != 0;
    out_extension->value = g_steal_pointer(&value);
    return TRUE;
}

static gboolean
fail(GError **error, const gchar *text)
{
    g_set_error_literal(error, CMS_ERROR, CMS_ERROR_MALFORMED, text);
    return FALSE;
}

static GBytes *
dup_integer(GBytes *der)
{
    BerReader reader;
    BerSlice contents;
    ber_reader_init(&reader, der);
    if (!ber_read(&reader, BER_INTEGER, "", &contents, NULL))
        return NULL;
    return ber_slice_to_bytes(der, contents);
}

static gboolean
take_number(GBytes **number, GBytes *value, GError **error)
{
    g_clear_pointer(number, g_bytes_unref);
    *number = dup_integer(value);
    return *number != NULL || fail(error, "CRL number is malformed");
}

static gboolean
take_point(Crl *crl, GBytes *value, GError **error)
{
    g_clear_pointer(&crl->point_der, g_bytes_unref);
    issuing_point_clear(&crl->point);
    crl->point_der = g_bytes_ref(value);
    return issuing_point_read(value, crl->issuer, &crl->point) ||
           fail(error, "issuingDistributionPoint is malformed");
}

static gboolean
take_extension(Crl *crl, const Extension *extension, GError **error)
{
    switch (extension->id) {
    case EXTENSION_CRL_NUMBER:
        return take_number(&crl->number, extension->value, error);
    case EXTENSION_DELTA_INDICATOR:
        return take_number(&crl->base_number, extension->value, error);
    case EXTENSION_ISSUING_POINT:
        return take_point(crl, extension->value, error);
    case EXTENSION_AUTHORITY_KEY_IDENTIFIER:
    case EXTENSION_FRESHEST:
        return TRUE;
    default:
        crl->has_unknown_critical = crl->has_unknown_critical || extension->is_critical;
        return TRUE;
    }
}

static gboolean
read_extensions(Crl *crl, BerReader *fields, GError **error)
{
    BerReader wrapper, list;
    if (ber_peek(fields) != BER_CONTEXT_CONSTRUCTED(0))
        return TRUE;
    if (!ber_enter(fields, BER_CONTEXT_CONSTRUCTED(0), "crlExtensions", &wrapper, error) ||
        !ber_enter(&wrapper, BER_SEQUENCE, "crlExtensions", &list, error))
        return FALSE;
    while (!ber_at_end(&list)) {
        Extension extension;
        if (!read_extension(&list, &extension, error))
            return FALSE;
        gboolean good = take_extension(crl, &extension, error);
        g_bytes_unref(extension.value);
        if (!good)
            return FALSE;
    }
    return ber_leave(&wrapper, &list, "crlExtensions", error) &&
           ber_leave(fields, &wrapper, "crlExtensions", error);
}

static gboolean
fail_room(GError **error, const gchar *what, guint limit)
{
    g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "more than %u %s", limit, what);
    return FALSE;
}

static gboolean
take_room(gsize *room, gsize n)
{
    if (n > *room)
        return FALSE;
    *room -= n;
    return TRUE;
}

/* The certificate's issuer that an entry of an indirect CRL names (RFC 5280 §5.3.3), or NULL. */
static DistinguishedName *
read_certificate_issuer(GBytes *value)
{
    BerReader all, list;
    ber_reader_init(&all, value);
    if (!ber_enter(&all, BER_SEQUENCE, "", &list, NULL))
        return NULL;
    g_autoptr(GPtrArray) names = general_names_read(&list, NULL);
    for (guint i = 0; names != NULL && i < names->len; i++) {
        GeneralName *name = g_ptr_array_index(names, i);
        if (name->tag == GENERAL_NAME_DIRECTORY)
            return g_steal_pointer(&name->name);
    }
    return NULL;
}

static gboolean
is_removal(GBytes *value)
{
    BerReader reader;
    BerSlice reason;
    ber_reader_init(&reader, value);
    return ber_read(&reader, TAG_ENUMERATED, "", &reason, NULL) && reason.n_octets == 1 &&
           reason.octets[0] == REASON_REMOVE_FROM_CRL;
}

static gboolean
take_entry_extension(Crl *crl, Entry *entry, const Extension *extension, CrlRoom *room,
                     GError **error)
{
    switch (extension->id) {
    case EXTENSION_REASON_CODE:
        entry->is_removed = is_removal(extension->value);
        return TRUE;
    case EXTENSION_INVALIDITY_DATE:
        return TRUE;
    case EXTENSION_CERTIFICATE_ISSUER:
        g_clear_pointer(&entry->owned, distinguished_name_free);
        if (!take_room(&room->n_name_octets, g_bytes_get_size(extension->value)))
            return fail_room(error, "octets of names of issuers in CRLs", LIMIT_CRL_NAME_OCTETS);
        entry->owned = read_certificate_issuer(extension->value);
        return entry->owned != NULL || fail(error, "certificateIssuer of a CRL entry is malformed");
    default:
        crl->has_unknown_critical = crl->has_unknown_critical || extension->is_critical;
        return TRUE;
    }
}

static gboolean
read_entry_extensions(Crl *crl, BerReader *fields, Entry *entry, CrlRoom *room, GError **error)
{
    BerReader list;
    if (ber_at_end(fields))
        return TRUE;
    if (!ber_enter(fields, BER_SEQUENCE, "crlEntryExtensions", &list, error))
        return FALSE;
    while (!ber_at_end(&list)) {
        Extension extension;
        if (!read_extension(&list, &extension, error))
            return FALSE;
        gboolean good = take_entry_extension(crl, entry, &extension, room, error);
        g_bytes_unref(extension.value);
        if (!good)
            return FALSE;
    }
    return ber_leave(fields, &list, "crlEntryExtensions", error);
}

static gboolean
read_entry(Crl *crl, BerReader *list, DistinguishedName **issuer, CrlRoom *room, GError **error)
{
    BerReader fields;
    Entry entry = {.issuer = *issuer};
    if (room->n_entries == 0)
        return fail_room(error, "entries of CRLs", LIMIT_CRL_ENTRIES);
    room->n_entries--;
    if (!ber_enter(list, BER_SEQUENCE, "revoked certificate", &fields, error) ||
        !ber_read(&fields, BER_INTEGER, "revoked certificate", &entry.serial, error) ||
        !ber_skip(&fields, "revocationDate", NULL, error))
        return FALSE;
    if (!read_entry_extensions(crl, &fields, &entry, room, error) ||
        !ber_leave(list, &fields, "revoked certificate", error)) {
        entry_clear(&entry);
        return FALSE;
    }
    /* §5.3.3: an issuer once named holds for the entries that follow. */
    if (entry.owned != NULL)
        *issuer = entry.issuer = entry.owned;
    g_array_append_val(crl->entries, entry);
    return TRUE;
}

static gint
compare_serials(BerSlice a, BerSlice b)
{
    if (a.n_octets != b.n_octets)
        return a.n_octets < b.n_octets ? -1 : 1;
    return a.n_octets == 0 ? 0 : memcmp(a.octets, b.octets, a.n_octets);
}

static gint
compare_entries(gconstpointer a, gconstpointer b)
{
    return compare_serials(((const Entry *)a)->serial, ((const Entry *)b)->serial);
}

static gboolean
read_entries(Crl *crl, CrlRoom *room, GError **error)
{
    BerReader all, list;
    DistinguishedName *issuer = crl->issuer;
    if (crl->list.octets == NULL)
        return TRUE;
    ber_reader_init_slice(&all, crl->der, crl->list);
    if (!ber_enter(&all, BER_SEQUENCE, "revokedCertificates", &list, error))
        return FALSE;
    while (!ber_at_end(&list))
        if (!read_entry(crl, &list, &issuer, room, error))
            return FALSE;
    return TRUE;
}

/* Sorted, not hashed: who writes the numbers could make them fall into one place of a table. */
gboolean
crl_load_entries(Crl *crl, CrlRoom *room, GError **error)
{
    if (crl->entries != NULL)
        return TRUE;
    crl->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    g_array_set_clear_func(crl->entries, entry_clear);
    if (!read_entries(crl, room, error)) {
        g_clear_pointer(&crl->entries, g_array_unref);
        return FALSE;
    }
    g_array_sort(crl->entries, compare_entries);
    return TRUE;
}

static gboolean
is_time(const BerReader *fields)
{
    return ber_peek(fields) == BER_UTC_TIME || ber_peek(fields) == BER_GENERALIZED_TIME;
}

static gboolean
read_time(BerReader *fields, gint64 *out_time, GError **error)
{
    gint tag = ber_peek(fields);
    BerSlice text;
    PRTime time;
    if (!is_time(fields))
        return fail(error, "CRL without a time");
    if (!ber_read(fields, (guint8)tag, "CRL's time", &text, error))
        return FALSE;
    SECItem item = {tag == BER_UTC_TIME ? siUTCTime : siGeneralizedTime, (guint8 *)text.octets,
                    (unsigned)text.n_octets};
    if (DER_DecodeTimeChoice(&time, &item) != SECSuccess)
        return fail(error, "CRL's time can't be read");
    *out_time = time / G_USEC_PER_SEC;
    return TRUE;
}

static gboolean
read_issuer(Crl *crl, BerReader *fields, GError **error)
{
    if (!ber_skip(fields, "CRL's issuer", &crl->issuer_der, error))
        return FALSE;
    crl->issuer = distinguished_name_new_slice(crl->der, crl->issuer_der, error);
    return crl->issuer != NULL;
}

/* TBSCertList (RFC 5280 §5.1). */
static gboolean
read_list(Crl *crl, GError **error)
{
    BerReader all, outer, fields;
    ber_reader_init(&all, crl->der);
    if (!ber_enter(&all, BER_SEQUENCE, "CRL", &outer, error) ||
        !ber_enter(&outer, BER_SEQUENCE, "CRL", &fields, error) ||
        (ber_peek(&fields) == BER_INTEGER && !ber_skip(&fields, "CRL's version", NULL, error)) ||
        !ber_skip(&fields, "CRL's algorithm", NULL, error) || !read_issuer(crl, &fields, error) ||
        !read_time(&fields, &crl->this_update, error) ||
        (is_time(&fields) && !read_time(&fields, &crl->next_update, error)) ||
        (ber_peek(&fields) == BER_SEQUENCE &&
         !ber_skip(&fields, "revokedCertificates", &crl->list, error)) ||
        !read_extensions(crl, &fields, error))
        return FALSE;
    return ber_leave(&outer, &fields, "CRL", error);
}

Crl *
crl_new(GBytes *der, GError **error)
{
    g_return_val_if_fail(der != NULL, NULL);
    if (g_bytes_get_size(der) > LIMIT_CRL_OCTETS) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT,
                    "CRL too large (%" G_GSIZE_FORMAT " octets of at most %u)",
                    g_bytes_get_size(der), LIMIT_CRL_OCTETS);
        return NULL;
    }
    g_autoptr(Crl) crl = g_new0(Crl, 1);
    crl->der = g_bytes_ref(der);
    crl->next_update = G_MAXINT64;
    crl->point.reasons = DISTRIBUTION_REASONS_ALL;
    return read_list(crl, error) ? g_steal_pointer(&crl) : NULL;
}

void
crl_free(Crl *crl)
{
    if (crl == NULL)
        return;
    g_clear_pointer(&crl->entries, g_array_unref);
    issuing_point_clear(&crl->point);
    g_clear_pointer(&crl->point_der, g_bytes_unref);
    g_clear_pointer(&crl->number, g_bytes_unref);
    g_clear_pointer(&crl->base_number, g_bytes_unref);
    g_clear_pointer(&crl->issuer, distinguished_name_free);
    g_clear_pointer(&crl->der, g_bytes_unref);
    g_free(crl);
}

GBytes *
crl_get_der(const Crl *crl)
{
    return crl->der;
}

const DistinguishedName *
crl_get_issuer(const Crl *crl)
{
    return crl->issuer;
}

const IssuingPoint *
crl_get_point(const Crl *crl)
{
    return &crl->point;
}

gint64
crl_get_this_update(const Crl *crl)
{
    return crl->this_update;
}

gint64
crl_get_next_update(const Crl *crl)
{
    return crl->next_update;
}

gchar *
crl_dup_issuer_text(const Crl *crl)
{
    g_autoptr(GBytes) der = ber_slice_to_bytes(crl->der, crl->issuer_der);
    return certificate_dup_name_text(der);
}

gboolean
crl_is_current(const Crl *crl, gint64 now)
{
    return crl->this_update <= now && now <= crl->next_update;
}

gboolean
crl_has_unknown_critical(const Crl *crl)
{
    return crl->has_unknown_critical;
}

gboolean
crl_is_delta(const Crl *crl)
{
    return crl->base_number != NULL;
}

/* INTEGERs that are not negative, in DER: the longer is the greater. */
static gint
compare_numbers(GBytes *a, GBytes *b)
{
    gsize n_a = g_bytes_get_size(a);
    gsize n_b = g_bytes_get_size(b);
    return n_a != n_b ? (n_a < n_b ? -1 : 1) : g_bytes_compare(a, b);
}

static gboolean
has_same_point(const Crl *a, const Crl *b)
{
    if (a->point_der == NULL || b->point_der == NULL)
        return a->point_der == b->point_der;
    return g_bytes_equal(a->point_der, b->point_der);
}

gboolean
crl_has_same_scope(const Crl *a, const Crl *b)
{
    return crl_is_delta(a) == crl_is_delta(b) && has_same_point(a, b) &&
           distinguished_name_equal(a->issuer, b->issuer);
}

gboolean
crl_delta_fits(const Crl *delta, const Crl *base)
{
    return delta->base_number != NULL && base->base_number == NULL && delta->number != NULL &&
           base->number != NULL && compare_numbers(delta->base_number, base->number) <= 0 &&
           compare_numbers(base->number, delta->number) < 0 && has_same_point(delta, base) &&
           distinguished_name_equal(delta->issuer, base->issuer);
}

static guint
find_first(const GArray *entries, BerSlice serial)
{
    guint low = 0;
    guint high = entries->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (compare_serials(g_array_index(entries, Entry, middle).serial, serial) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

CrlEntry
crl_find(const Crl *crl, const DistinguishedName *issuer, GBytes *serial)
{
    BerSlice wanted = {NULL, 0};
    wanted.octets = g_bytes_get_data(serial, &wanted.n_octets);
    g_return_val_if_fail(crl->entries != NULL, CRL_ENTRY_ABSENT);
    CrlEntry found = CRL_ENTRY_ABSENT;
    for (guint i = find_first(crl->entries, wanted); i < crl->entries->len; i++) {
        const Entry *entry = &g_array_index(crl->entries, Entry, i);
        if (compare_serials(entry->serial, wanted) != 0 || found == CRL_ENTRY_REVOKED)
            break;
        if (distinguished_name_equal(entry->issuer, issuer))
            found = entry->is_removed ? CRL_ENTRY_REMOVED : CRL_ENTRY_REVOKED;
    }
    return found;
}
