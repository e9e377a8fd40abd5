/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-certificate.h"

#include <string.h>

#include "drs-error.h"
#include "general-name.h"
#include "path.h"

#define OID_SUBJECT_ALT_NAME    "2.5.29.17"
#define OID_DIRECTORY_EMAIL     "1.3.6.1.4.1.311.21.19"
#define OID_TEMPLATE_NAME       "1.3.6.1.4.1.311.20.2"
#define OID_TEMPLATE_NAME_NOTED "1.3.6.1.4.1.311.21.6"

#define TAG_UTF8_STRING 0x0c
#define TAG_BMP_STRING  0x1e
#define GUID_OCTETS     16u
/* "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx" and its end. */
#define GUID_CHARACTERS 37

/* 1.3.6.1.4.1.311.25.1: the computer object's GUID, as an otherName. */
static const guint8 oid_guid[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x19, 0x01};

static const gchar *const kind_names[] = {
    [DRS_KIND_NONE] = NULL,
    [DRS_KIND_DOMAIN_CONTROLLER] = "domain-controller",
    [DRS_KIND_DIRECTORY_EMAIL] = "directory-email-replication",
};
G_STATIC_ASSERT(G_N_ELEMENTS(kind_names) == DRS_N_KINDS);

static const struct {
    DrsCertificateLacks lack;
    const gchar *name;
    const gchar *words;
} lacks[] = {
    {DRS_LACKS_KEY_USAGE, "key-usage", "keyUsage digitalSignature and keyEncipherment"},
    {DRS_LACKS_CLIENT_AUTH, "client-auth", "extendedKeyUsage clientAuth"},
    {DRS_LACKS_SERVER_AUTH, "server-auth", "extendedKeyUsage serverAuth"},
    {DRS_LACKS_GUID, "guid", "one GUID in subjectAltName"},
    {DRS_LACKS_DNS_NAME, "dns-name", "a dNSName in subjectAltName"},
    {DRS_LACKS_KIND, "kind",
     "the template name DomainController or the purpose of directory e-mail replication"},
};
G_STATIC_ASSERT(G_N_ELEMENTS(lacks) == DRS_N_LACKS);

const gchar *
drs_certificate_kind_to_string(DrsCertificateKind kind)
{
    return (guint)kind < DRS_N_KINDS ? kind_names[kind] : NULL;
}

const gchar *
drs_certificate_lack_to_string(DrsCertificateLacks lack)
{
    for (gsize i = 0; i < DRS_N_LACKS; i++)
        if (lacks[i].lack == lack)
            return lacks[i].name;
    return NULL;
}

/* [MS-DTYP] §2.3.4: the first three fields are little-endian, the rest are octets. */
static gchar *
dup_guid_text(const guint8 *o)
{
    gchar *text = g_malloc(GUID_CHARACTERS);
    g_snprintf(text, GUID_CHARACTERS,
               "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", o[3], o[2],
               o[1], o[0], o[5], o[4], o[7], o[6], o[8], o[9], o[10], o[11], o[12], o[13], o[14],
               o[15]);
    return text;
}

/* The octets of an otherName that is a GUID's; absent for another one. FALSE: malformed. */
static gboolean
read_guid(GBytes *name, BerSlice *out_guid)
{
    BerReader reader, fields, wrapper;
    BerSlice id;
    *out_guid = (BerSlice){NULL, 0};
    ber_reader_init(&reader, name);
    if (!ber_enter(&reader, GENERAL_NAME_OTHER, "otherName", &fields, NULL) ||
        !ber_read(&fields, BER_OID, "otherName", &id, NULL))
        return FALSE;
    if (id.n_octets != sizeof oid_guid || memcmp(id.octets, oid_guid, id.n_octets) != 0)
        return TRUE;
    return ber_enter(&fields, BER_CONTEXT_CONSTRUCTED(0), "GUID", &wrapper, NULL) &&
           ber_read(&wrapper, BER_OCTET_STRING, "GUID", out_guid, NULL) &&
           ber_leave(&fields, &wrapper, "GUID", NULL) && ber_finish(&fields, "otherName", NULL) &&
           out_guid->n_octets == GUID_OCTETS;
}

/* Letters, digits, and what else host names have: nothing that shows otherwise than it is. */
static gboolean
is_host_name(const gchar *text)
{
    return text != NULL && *text != '\0' &&
           text[strspn(
               text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")] == '\0';
}

/* NULL without the extension, or if it is malformed. (element-type GeneralName) */
static GPtrArray *
read_alternative_names(const Certificate *certificate)
{
    BerReader reader, names;
    g_autoptr(GBytes) value = certificate_dup_extension(certificate, OID_SUBJECT_ALT_NAME);
    if (value == NULL)
        return NULL;
    ber_reader_init(&reader, value);
    return ber_enter(&reader, BER_SEQUENCE, "subjectAltName", &names, NULL)
               ? general_names_read(&names, NULL)
               : NULL;
}

static void
examine_names(const Certificate *certificate, DrsCertificateFacts *facts)
{
    g_autoptr(GStrvBuilder) hosts = g_strv_builder_new();
    g_autoptr(GPtrArray) names = read_alternative_names(certificate);
    guint n_guids = 0;
    guint n_hosts = 0;
    for (guint i = 0; names != NULL && i < names->len; i++) {
        const GeneralName *name = g_ptr_array_index(names, i);
        BerSlice guid = {NULL, 0};
        if (name->tag == GENERAL_NAME_DNS && is_host_name(name->text)) {
            g_strv_builder_add(hosts, name->text);
            n_hosts++;
        }
        gboolean is_sound = name->tag == GENERAL_NAME_OTHER && read_guid(name->whole, &guid);
        if (name->tag != GENERAL_NAME_OTHER || (is_sound && guid.octets == NULL))
            continue;
        n_guids++;
        if (is_sound && facts->guid == NULL)
            facts->guid = dup_guid_text(guid.octets);
    }
    facts->dns_names = g_strv_builder_end(hosts);
    if (n_guids != 1)
        g_clear_pointer(&facts->guid, g_free);
    if (facts->guid == NULL)
        facts->lacks |= DRS_LACKS_GUID;
    if (n_hosts == 0)
        facts->lacks |= DRS_LACKS_DNS_NAME;
}

/* A BMPString, as note 8 has it and Windows writes it; or a SEQUENCE of an UTF8String, as [MS-WCCE]
 * §2.2.2.7.7.1 has it. */
static gboolean
is_template_name(GBytes *value, const gchar *wanted)
{
    BerReader reader, fields;
    BerSlice text;
    gsize n_wanted = strlen(wanted);
    ber_reader_init(&reader, value);
    if (ber_peek(&reader) == BER_SEQUENCE)
        return ber_enter(&reader, BER_SEQUENCE, "template name", &fields, NULL) &&
               ber_read(&fields, TAG_UTF8_STRING, "template name", &text, NULL) &&
               text.n_octets == n_wanted && memcmp(text.octets, wanted, n_wanted) == 0;
    if (!ber_read(&reader, TAG_BMP_STRING, "template name", &text, NULL) ||
        text.n_octets != 2 * n_wanted)
        return FALSE;
    for (gsize i = 0; i < n_wanted; i++)
        if (text.octets[2 * i] != 0 || text.octets[2 * i + 1] != (guint8)wanted[i])
            return FALSE;
    return TRUE;
}

static gboolean
has_template_name(const Certificate *certificate, const gchar *oid)
{
    g_autoptr(GBytes) value = certificate_dup_extension(certificate, oid);
    return value != NULL && is_template_name(value, "DomainController");
}

static void
examine_usages(const Certificate *certificate, DrsCertificateFacts *facts)
{
    g_auto(GStrv) usages = certificate_dup_key_usages(certificate);
    g_auto(GStrv) purposes = certificate_dup_extended_key_usages(certificate);
    const gchar *const *uses = (const gchar *const *)usages;
    const gchar *const *ends = (const gchar *const *)purposes;
    if (!g_strv_contains(uses, "digitalSignature") || !g_strv_contains(uses, "keyEncipherment"))
        facts->lacks |= DRS_LACKS_KEY_USAGE;
    if (!g_strv_contains(ends, "clientAuth"))
        facts->lacks |= DRS_LACKS_CLIENT_AUTH;
    if (!g_strv_contains(ends, "serverAuth"))
        facts->lacks |= DRS_LACKS_SERVER_AUTH;
    if (g_strv_contains(ends, OID_DIRECTORY_EMAIL))
        facts->kind = DRS_KIND_DIRECTORY_EMAIL;
    else if (has_template_name(certificate, OID_TEMPLATE_NAME) ||
             has_template_name(certificate, OID_TEMPLATE_NAME_NOTED))
        facts->kind = DRS_KIND_DOMAIN_CONTROLLER;
    else
        facts->lacks |= DRS_LACKS_KIND;
}

DrsCertificateFacts *
drs_certificate_examine(const Certificate *certificate)
{
    DrsCertificateFacts *facts = g_new0(DrsCertificateFacts, 1);
    examine_usages(certificate, facts);
    examine_names(certificate, facts);
    return facts;
}

void
drs_certificate_facts_free(DrsCertificateFacts *facts)
{
    if (facts == NULL)
        return;
    g_free(facts->guid);
    g_strfreev(facts->dns_names);
    g_free(facts);
}

DrsAuthority *
drs_authority_new(GPtrArray *certificates, GError **error)
{
    Certificate *anchor = certificates->len == 1 ? g_ptr_array_index(certificates, 0) : NULL;
    guint n_roots = 0;
    for (guint i = 0; i < certificates->len; i++) {
        Certificate *certificate = g_ptr_array_index(certificates, i);
        if (!certificate_is_self_issued(certificate))
            continue;
        anchor = certificate;
        n_roots++;
    }
    if (anchor == NULL || n_roots > 1) {
        g_set_error(error, DRS_ERROR, DRS_ERROR_AUTHORITY,
                    "one common authority is wanted; of the %u certificates %u are authorities' "
                    "own",
                    certificates->len, n_roots);
        return NULL;
    }
    DrsAuthority *authority = g_new0(DrsAuthority, 1);
    authority->anchor = certificate_ref(anchor);
    authority->intermediates = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    for (guint i = 0; i < certificates->len; i++) {
        Certificate *certificate = g_ptr_array_index(certificates, i);
        if (certificate != anchor)
            g_ptr_array_add(authority->intermediates, certificate_ref(certificate));
    }
    return authority;
}

void
drs_authority_free(DrsAuthority *authority)
{
    if (authority == NULL)
        return;
    certificate_unref(authority->anchor);
    g_ptr_array_unref(authority->intermediates);
    g_free(authority);
}

static gboolean
check_facts(const Certificate *certificate, GError **error)
{
    g_autoptr(DrsCertificateFacts) facts = drs_certificate_examine(certificate);
    g_autoptr(GString) missing = g_string_new(NULL);
    if (facts->lacks == DRS_LACKS_NOTHING)
        return TRUE;
    for (gsize i = 0; i < DRS_N_LACKS; i++)
        if ((facts->lacks & lacks[i].lack) != 0)
            g_string_append_printf(missing, "%s%s", missing->len > 0 ? "; " : "", lacks[i].words);
    g_set_error(error, DRS_ERROR, DRS_ERROR_NOT_CONTROLLER,
                "the certificate \"%.200s\" is no domain controller's, it lacks: %s",
                certificate_get_subject(certificate), missing->str);
    return FALSE;
}

static GPtrArray *
join_certificates(GPtrArray *a, GPtrArray *b)
{
    GPtrArray *all = g_ptr_array_new();
    g_ptr_array_extend(all, a, NULL, NULL);
    if (b != NULL)
        g_ptr_array_extend(all, b, NULL, NULL);
    return all;
}

gboolean
drs_certificate_check(Certificate *certificate, const DrsAuthority *authority, GPtrArray *others,
                      GPtrArray *crls, gint64 now, GError **error)
{
    if (!check_facts(certificate, error))
        return FALSE;
    g_autoptr(GPtrArray) all = join_certificates(authority->intermediates, others);
    g_autoptr(GPtrArray) anchors = g_ptr_array_new();
    g_ptr_array_add(anchors, authority->anchor);
    g_autoptr(PathFinder) finder = path_finder_new(all, anchors, crls, now);
    path_finder_set_purpose(finder, PATH_PURPOSE_HOSTS);
    g_autoptr(PathResult) result = path_finder_validate(finder, certificate);
    /* The authority itself is nobody that it issued. */
    gboolean is_issued = result->path != NULL && result->path->len > 1;
    if (result->reason == REASON_NONE && is_issued)
        return TRUE;
    g_set_error(error, DRS_ERROR, DRS_ERROR_UNTRUSTED,
                "the certificate \"%.200s\" is not the common authority's \"%.200s\": %s",
                certificate_get_subject(certificate), certificate_get_subject(authority->anchor),
                result->reason == REASON_NONE ? "it is the authority itself"
                : result->detail != NULL      ? result->detail
                                              : verdict_reason_to_string(result->reason));
    return FALSE;
}
