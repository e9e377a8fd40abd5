/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-error.h"
#include "core-limits.h"
#include "der-writer.h"
#include "signed-data-private.h"

typedef gboolean (*ReadValue)(BerReader *values, SignedAttributes *attributes, GError **error);

static gboolean
fail(GError **error, const gchar *text)
{
    g_set_error_literal(error, CMS_ERROR, CMS_ERROR_MALFORMED, text);
    return FALSE;
}

static gboolean
read_content_type(BerReader *values, SignedAttributes *attributes, GError **error)
{
    return ber_read(values, BER_OID, "contentType", &attributes->content_type, error);
}

static gboolean
read_message_digest(BerReader *values, SignedAttributes *attributes, GError **error)
{
    attributes->message_digest = ber_read_octets(values, BER_OCTET_STRING, "messageDigest", error);
    return attributes->message_digest != NULL;
}

static gboolean
parse_digits(const guint8 *octets, guint n_digits, gint *out_number)
{
    gint number = 0;
    for (guint i = 0; i < n_digits; i++) {
        if (!g_ascii_isdigit(octets[i]))
            return FALSE;
        number = number * 10 + (octets[i] - '0');
    }
    *out_number = number;
    return TRUE;
}

/* RFC 5652 §11.3: seconds must be there, fractions must not, and the zone is Z. */
gboolean
signed_attributes_parse_time(guint8 tag, BerSlice contents, gint64 *out_seconds)
{
    guint n_year_digits = tag == BER_UTC_TIME ? 2 : 4;
    gint year = 0, part[5] = {0};
    if (contents.n_octets != n_year_digits + 11 || contents.octets[contents.n_octets - 1] != 'Z' ||
        !parse_digits(contents.octets, n_year_digits, &year))
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(part); i++)
        if (!parse_digits(contents.octets + n_year_digits + 2 * i, 2, &part[i]))
            return FALSE;
    if (tag == BER_UTC_TIME)
        year += year < 50 ? 2000 : 1900;
    g_autoptr(GDateTime) time =
        g_date_time_new_utc(year, part[0], part[1], part[2], part[3], part[4]);
    if (time == NULL)
        return FALSE;
    *out_seconds = g_date_time_to_unix(time);
    return TRUE;
}

static gboolean
read_signing_time(BerReader *values, SignedAttributes *attributes, GError **error)
{
    BerSlice contents;
    guint8 tag = ber_peek(values) == BER_UTC_TIME ? BER_UTC_TIME : BER_GENERALIZED_TIME;
    if (!ber_read(values, tag, "signingTime", &contents, error))
        return FALSE;
    return signed_attributes_parse_time(tag, contents, &attributes->signing_time) ||
           fail(error, "signingTime: not a time");
}

static gboolean
read_capabilities(BerReader *values, SignedAttributes *attributes, GError **error)
{
    if (ber_peek(values) != BER_SEQUENCE)
        return fail(error, "sMIMECapabilities: not a SEQUENCE");
    return ber_skip(values, "sMIMECapabilities", &attributes->capabilities, error);
}

static gboolean
read_key_preference(BerReader *values, SignedAttributes *attributes G_GNUC_UNUSED, GError **error)
{
    return ber_skip(values, "sMIMEEncryptionKeyPreference", NULL, error);
}

/* RFC 5035 §3, §4: the first ESSCertID is the signer's; more of them, and policies, may follow. */
static gboolean
read_certificate_id(BerReader *values, gboolean is_v2, SignedAttributes *attributes, GError **error)
{
    BerReader value, ids, id;
    CmsAlgorithm algorithm = {.id = is_v2 ? OID_SHA256 : OID_SHA1};
    if (attributes->certificate_hash != NULL && !is_v2)
        return ber_skip(values, "signingCertificate", NULL, error);
    g_clear_pointer(&attributes->certificate_hash, g_bytes_unref);
    if (!ber_enter(values, BER_SEQUENCE, "signingCertificate", &value, error) ||
        !ber_enter(&value, BER_SEQUENCE, "signingCertificate certs", &ids, error) ||
        !ber_enter(&ids, BER_SEQUENCE, "ESSCertID", &id, error))
        return FALSE;
    if (is_v2 && ber_peek(&id) == BER_SEQUENCE &&
        !cms_algorithm_read(&id, "ESSCertIDv2 hashAlgorithm", &algorithm, error))
        return FALSE;
    attributes->certificate_hash = ber_read_octets(&id, BER_OCTET_STRING, "certHash", error);
    attributes->certificate_digest = cms_digest_find(algorithm.id);
    if (attributes->certificate_hash == NULL)
        return FALSE;
    BerReader *const rest[] = {&id, &ids, &value};
    for (gsize i = 0; i < G_N_ELEMENTS(rest); i++) {
        while (!ber_at_end(rest[i]))
            if (!ber_skip(rest[i], "signingCertificate", NULL, error))
                return FALSE;
        BerReader *outer = i + 1 < G_N_ELEMENTS(rest) ? rest[i + 1] : values;
        if (!ber_leave(outer, rest[i], "signingCertificate", error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_signing_certificate(BerReader *values, SignedAttributes *attributes, GError **error)
{
    return read_certificate_id(values, FALSE, attributes, error);
}

static gboolean
read_signing_certificate_v2(BerReader *values, SignedAttributes *attributes, GError **error)
{
    return read_certificate_id(values, TRUE, attributes, error);
}

/* Attributes that stand there once at most and have one value: RFC 5652 §11, RFC 8551 §2.5, RFC
 * 5035 §3. */
static const struct {
    Oid oid;
    ReadValue read;
} known_attributes[] = {
    {OID_CONTENT_TYPE, read_content_type},
    {OID_MESSAGE_DIGEST, read_message_digest},
    {OID_SIGNING_TIME, read_signing_time},
    {OID_SMIME_CAPABILITIES, read_capabilities},
    {OID_ENCRYPTION_KEY_PREFERENCE, read_key_preference},
    {OID_SIGNING_CERTIFICATE, read_signing_certificate},
    {OID_SIGNING_CERTIFICATE_V2, read_signing_certificate_v2},
};

void
signed_attributes_clear(SignedAttributes *attributes)
{
    g_clear_pointer(&attributes->message_digest, g_bytes_unref);
    g_clear_pointer(&attributes->certificate_hash, g_bytes_unref);
}

static gint
find_known(BerSlice type)
{
    Oid oid = oid_find(type);
    for (gsize i = 0; oid != OID_UNKNOWN && i < G_N_ELEMENTS(known_attributes); i++)
        if (known_attributes[i].oid == oid)
            return (gint)i;
    return -1;
}

/* Reads type and values' SET of an Attribute, and leaves @out_values before the first value. */
static gboolean
enter_attribute(BerReader *set, BerReader *out_fields, BerSlice *out_type, BerReader *out_values,
                GError **error)
{
    return ber_enter(set, BER_SEQUENCE, "Attribute", out_fields, error) &&
           ber_read(out_fields, BER_OID, "attrType", out_type, error) &&
           ber_enter(out_fields, BER_SET, "attrValues", out_values, error);
}

static gboolean
leave_attribute(BerReader *set, BerReader *fields, BerReader *values, GError **error)
{
    while (!ber_at_end(values))
        if (!ber_skip(values, "attrValues", NULL, error))
            return FALSE;
    return ber_leave(fields, values, "attrValues", error) &&
           ber_leave(set, fields, "Attribute", error);
}

gboolean
unsigned_attributes_are_right(GBytes *owner, BerSlice attributes)
{
    BerReader set;
    ber_reader_init_slice(&set, owner, attributes);
    for (guint i = 0; !ber_at_end(&set); i++) {
        BerReader fields, values;
        BerSlice type;
        if (i >= LIMIT_ATTRIBUTES || !enter_attribute(&set, &fields, &type, &values, NULL) ||
            find_known(type) >= 0 || !leave_attribute(&set, &fields, &values, NULL))
            return FALSE;
    }
    return TRUE;
}

static gboolean
read_attribute(BerReader *set, guint *seen, SignedAttributes *attributes, GError **error)
{
    BerReader fields, values;
    BerSlice type;
    if (!enter_attribute(set, &fields, &type, &values, error))
        return FALSE;
    gint known = find_known(type);
    if (oid_find(type) == OID_COUNTERSIGNATURE)
        return fail(error, "countersignature among the signed attributes");
    if (known < 0)
        return leave_attribute(set, &fields, &values, error);
    if ((*seen & 1u << known) != 0)
        return fail(error, "signed attribute that may stand there once stands there twice");
    *seen |= 1u << known;
    if (!known_attributes[known].read(&values, attributes, error))
        return FALSE;
    if (!ber_at_end(&values))
        return fail(error, "signed attribute of one value has several");
    return leave_attribute(set, &fields, &values, error);
}

gboolean
signed_attributes_parse(GBytes *owner, BerSlice attributes, SignedAttributes *out_attributes,
                        GError **error)
{
    BerReader set;
    guint seen = 0;
    *out_attributes = (SignedAttributes){.signing_time = G_MININT64};
    ber_reader_init_slice(&set, owner, attributes);
    for (guint i = 0; !ber_at_end(&set); i++) {
        if (i >= LIMIT_ATTRIBUTES) {
            g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "more than %u signed attributes",
                        LIMIT_ATTRIBUTES);
            return FALSE;
        }
        if (!read_attribute(&set, &seen, out_attributes, error))
            return FALSE;
    }
    if (out_attributes->content_type.octets == NULL || out_attributes->message_digest == NULL)
        return fail(error, "signed attributes lack contentType or messageDigest");
    return TRUE;
}

GBytes *
signed_attributes_to_der(GBytes *owner, BerSlice attributes, GBytes **out_as_sent, GError **error)
{
    g_autoptr(DerNode) set = der_node_new(BER_SET);
    BerReader elements;
    ber_reader_init_slice(&elements, owner, attributes);
    while (!ber_at_end(&elements)) {
        BerSlice element;
        if (!ber_skip(&elements, "Attribute", &element, error))
            return NULL;
        /* RFC 5652 §5.3 asks for DER even where the rest is BER; whoever signs another encoding
         * than they send is not guessed after. */
        if (!ber_slice_has_der_lengths(owner, element)) {
            fail(error, "signed attributes are not in DER");
            return NULL;
        }
        der_add_encoded_slice(set, element);
    }
    GBytes *as_sent = der_node_serialize(set);
    der_node_sort(set);
    GBytes *sorted = der_node_serialize(set);
    if (g_bytes_equal(sorted, as_sent))
        g_clear_pointer(&as_sent, g_bytes_unref);
    *out_as_sent = as_sent;
    return sorted;
}

/* The first octets of a content that is too long to be looked at as a whole: a SET, in it a
 * SEQUENCE, in it an OBJECT IDENTIFIER. No MIME entity begins so. */
static gboolean
attributes_begin(GBytes *start)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(start, &n_octets);
    gsize at = 0;
    for (gsize i = 0; i < 2; i++) {
        static const guint8 tags[] = {BER_SET, BER_SEQUENCE};
        if (n_octets - at < 2 || octets[at] != tags[i])
            return FALSE;
        gsize n_length = octets[at + 1] > 0x80 ? octets[at + 1] & 0x7fu : 0;
        if (n_length > n_octets - at - 2)
            return FALSE;
        at += 2 + n_length;
    }
    return at < n_octets && octets[at] == BER_OID;
}

gboolean
signed_attributes_are_in(const OctetSource *content)
{
    BerReader all, set;
    g_autoptr(GBytes) start = octet_source_get_start(content, LIMIT_ATTRIBUTE_OCTETS, NULL);
    if (start == NULL)
        return TRUE;
    if (octet_source_get_size(content) > LIMIT_ATTRIBUTE_OCTETS)
        return attributes_begin(start);
    ber_reader_init(&all, start);
    if (!ber_enter(&all, BER_SET, "", &set, NULL) || ber_at_end(&set))
        return FALSE;
    while (!ber_at_end(&set)) {
        BerReader fields, values;
        BerSlice type;
        if (!enter_attribute(&set, &fields, &type, &values, NULL) ||
            !leave_attribute(&set, &fields, &values, NULL))
            return FALSE;
    }
    return ber_leave(&all, &set, "", NULL) && ber_finish(&all, "", NULL);
}
