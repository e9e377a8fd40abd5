/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "certificate-private.h"
#include "core-limits.h"

/* 1.3.6.1.5.5.7.8.9, id-on-SmtpUTF8Mailbox (RFC 9598 §3). */
static const guint8 oid_smtp_utf8_mailbox[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x09};

/* GeneralName tags of RFC 5280 §4.2.1.6. */
#define TAG_OTHER_NAME  (SEC_ASN1_CONTEXT_SPECIFIC | SEC_ASN1_CONSTRUCTED | 0)
#define TAG_RFC822_NAME (SEC_ASN1_CONTEXT_SPECIFIC | 1)

typedef struct {
    SECItem type_id;
    SECItem value;
} OtherNameValue;

static const SEC_ASN1Template other_name_sequence_template[] = {
    {SEC_ASN1_SEQUENCE, 0, NULL, sizeof(OtherNameValue)},
    {SEC_ASN1_OBJECT_ID, offsetof(OtherNameValue, type_id), NULL, 0},
    {SEC_ASN1_ANY, offsetof(OtherNameValue, value), NULL, 0},
    {0, 0, NULL, 0},
};

static const SEC_ASN1Template other_name_template[] = {
    {TAG_OTHER_NAME, 0, other_name_sequence_template, sizeof(OtherNameValue)},
};

static const SEC_ASN1Template explicit_utf8_template[] = {
    {SEC_ASN1_EXPLICIT | SEC_ASN1_CONSTRUCTED | SEC_ASN1_CONTEXT_SPECIFIC | 0, 0,
     SEC_UTF8StringTemplate, sizeof(SECItem)},
};

static const SEC_ASN1Template rfc822_name_template[] = {
    {TAG_RFC822_NAME, 0, SEC_IA5StringTemplate, sizeof(SECItem)},
};

/* Characters that move the cursor, turn the text round or don't show would let one name look like
 * another. */
static gboolean
is_deceptive(gunichar c)
{
    GUnicodeType type = g_unichar_type(c);
    return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_SURROGATE ||
           type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR;
}

/* Whether @octets are UTF-8 that shows as it is. */
static gboolean
is_clean_text(const guint8 *octets, gsize n_octets)
{
    const gchar *text = (const gchar *)octets;
    const gchar *end = text + n_octets;

    if (!g_utf8_validate_len(text, n_octets, NULL))
        return FALSE;
    for (; text < end; text = g_utf8_next_char(text)) {
        if (is_deceptive(g_utf8_get_char(text)))
            return FALSE;
    }
    return TRUE;
}

static void
append_escaped(GString *out, const gchar *octets, gsize n_octets)
{
    for (gsize i = 0; i < n_octets; i++)
        g_string_append_printf(out, "\\%02X", (guint)(guint8)octets[i]);
}

/* RFC 4514 §2.4 lets any octet be written as "\XX". */
static gchar *
escape_name(const gchar *name)
{
    GString *out = g_string_new(NULL);

    while (*name != '\0') {
        gunichar c = g_utf8_get_char_validated(name, -1);
        gsize n = (gint32)c < 0 ? 1 : (gsize)(g_utf8_next_char(name) - name);
        if ((gint32)c < 0 || is_deceptive(c))
            append_escaped(out, name, n);
        else
            g_string_append_len(out, name, (gssize)n);
        name += n;
    }
    return g_string_free(out, FALSE);
}

static gchar *
dup_name_hex(const SECItem *der)
{
    GString *out = g_string_new("#");
    for (guint i = 0; i < der->len && i < LIMIT_NAME_OCTETS; i++)
        g_string_append_printf(out, "%02x", der->data[i]);
    if (der->len > LIMIT_NAME_OCTETS)
        g_string_append(out, "…");
    return g_string_free(out, FALSE);
}

static gchar *
dup_name(CERTName *name, const SECItem *der)
{
    if (der->len > LIMIT_NAME_OCTETS)
        return dup_name_hex(der);
    char *text = CERT_NameToAscii(name);
    if (text == NULL)
        return dup_name_hex(der);
    gchar *escaped = escape_name(text);
    PORT_Free(text);
    return escaped;
}

gchar *
certificate_dup_name_text(GBytes *der)
{
    PLArenaPool *arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    CERTName *name = PORT_ArenaZNew(arena, CERTName);
    SECItem item = nss_borrow_bytes(der);
    gchar *text = item.len <= LIMIT_NAME_OCTETS &&
                          SEC_QuickDERDecodeItem(arena, name, SEC_ASN1_GET(CERT_NameTemplate),
                                                 &item) == SECSuccess
                      ? dup_name(name, &item)
                      : dup_name_hex(&item);
    PORT_FreeArena(arena, PR_FALSE);
    return text;
}

/* Each once, in order. */
typedef struct {
    GPtrArray *list;
    GTree *seen; /* borrows from the list; a sender could make a table's keys fall into one place */
} Addresses;

static void
add_address(Addresses *addresses, const SECItem *text)
{
    if (text->len == 0 || text->len > LIMIT_ADDRESS_OCTETS ||
        addresses->list->len >= LIMIT_CERTIFICATE_ADDRESSES ||
        !is_clean_text(text->data, text->len))
        return;
    g_autofree gchar *address = g_strndup((const gchar *)text->data, text->len);
    if (g_tree_lookup(addresses->seen, address) != NULL)
        return;
    g_tree_insert(addresses->seen, address, address);
    g_ptr_array_add(addresses->list, g_steal_pointer(&address));
}

static void
add_other_name(PLArenaPool *arena, Addresses *addresses, const SECItem *name)
{
    OtherNameValue other = {0};
    SECItem text = {siBuffer, NULL, 0};

    if (SEC_QuickDERDecodeItem(arena, &other, other_name_template, name) != SECSuccess ||
        other.type_id.len != sizeof oid_smtp_utf8_mailbox ||
        memcmp(other.type_id.data, oid_smtp_utf8_mailbox, sizeof oid_smtp_utf8_mailbox) != 0)
        return;
    if (SEC_QuickDERDecodeItem(arena, &text, explicit_utf8_template, &other.value) == SECSuccess)
        add_address(addresses, &text);
}

static void
add_subject_alt_names(Certificate *certificate, PLArenaPool *arena, Addresses *addresses)
{
    SECItem value;
    SECItem **names = NULL;

    if (!certificate_find_extension(certificate, SEC_OID_X509_SUBJECT_ALT_NAME, &value) ||
        SEC_QuickDERDecodeItem(arena, &names, SEC_ASN1_GET(SEC_SequenceOfAnyTemplate), &value) !=
            SECSuccess)
        return;
    for (gsize i = 0; names != NULL && names[i] != NULL; i++) {
        SECItem text = {siBuffer, NULL, 0};
        if (names[i]->len == 0)
            continue;
        if (names[i]->data[0] == TAG_OTHER_NAME)
            add_other_name(arena, addresses, names[i]);
        else if (names[i]->data[0] == TAG_RFC822_NAME &&
                 SEC_QuickDERDecodeItem(arena, &text, rfc822_name_template, names[i]) == SECSuccess)
            add_address(addresses, &text);
    }
}

static void
add_subject_addresses(Certificate *certificate, Addresses *addresses)
{
    CERTRDN **rdns = certificate->nss->subject.rdns;

    for (gsize i = 0; rdns != NULL && rdns[i] != NULL; i++) {
        CERTAVA **avas = rdns[i]->avas;
        for (gsize j = 0; avas != NULL && avas[j] != NULL; j++) {
            if (CERT_GetAVATag(avas[j]) != SEC_OID_PKCS9_EMAIL_ADDRESS)
                continue;
            g_autoptr(SECItem) text = CERT_DecodeAVAValue(&avas[j]->value);
            if (text != NULL)
                add_address(addresses, text);
        }
    }
}

void
certificate_read_names(Certificate *certificate)
{
    CERTCertificate *nss = certificate->nss;
    g_autoptr(PLArenaPool) scratch = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    g_autoptr(GTree) seen = g_tree_new((GCompareFunc)strcmp);
    Addresses addresses = {list, seen};

    certificate->subject = dup_name(&nss->subject, &nss->derSubject);
    certificate->issuer = dup_name(&nss->issuer, &nss->derIssuer);
    add_subject_alt_names(certificate, scratch, &addresses);
    if (list->len == 0)
        add_subject_addresses(certificate, &addresses);
    g_ptr_array_add(list, NULL);
    certificate->addresses = (gchar **)g_ptr_array_free(g_steal_pointer(&list), FALSE);
}

static void
prepare_names(Certificate *certificate)
{
    certificate->prepared_subject = distinguished_name_new(certificate->subject_der, NULL);
    certificate->prepared_issuer = g_bytes_equal(certificate->subject_der, certificate->issuer_der)
                                       ? certificate->prepared_subject
                                       : distinguished_name_new(certificate->issuer_der, NULL);
}

gboolean
certificate_prepare_names(Certificate *certificate, const DistinguishedName **out_subject,
                          const DistinguishedName **out_issuer)
{
    if (g_once_init_enter(&certificate->names_are_prepared)) {
        prepare_names(certificate);
        g_once_init_leave(&certificate->names_are_prepared, 1);
    }
    if (certificate->prepared_subject == NULL || certificate->prepared_issuer == NULL)
        return FALSE;
    *out_subject = certificate->prepared_subject;
    *out_issuer = certificate->prepared_issuer;
    return TRUE;
}
