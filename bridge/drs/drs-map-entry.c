/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-map-entry.h"

#include <string.h>
#include <sys/stat.h>

#include "addr-spec.h"
#include "cms-error.h"
#include "core-limits.h"

#define GROUP         "drs-map-entry"
#define VERSION       1
#define DIGEST_DIGITS 64

static const gchar *const origin_names[] = {
    [DRS_ORIGIN_OWN] = "own",
    [DRS_ORIGIN_ADDED] = "added",
    [DRS_ORIGIN_REQUEST] = "request",
    [DRS_ORIGIN_RESPONSE] = "response",
};
G_STATIC_ASSERT(G_N_ELEMENTS(origin_names) == DRS_N_ORIGINS);

const gchar *
drs_map_origin_to_string(DrsMapOrigin origin)
{
    return (guint)origin < DRS_N_ORIGINS ? origin_names[origin] : NULL;
}

DrsMapEntry *
drs_map_entry_new(const gchar *address, DrsMapOrigin origin, Certificate *certificate,
                  gint64 recorded)
{
    DrsMapEntry *entry = g_new0(DrsMapEntry, 1);
    entry->address = g_strdup(address);
    entry->origin = origin;
    entry->recorded = recorded;
    entry->certificate = certificate_ref(certificate);
    return entry;
}

void
drs_map_entry_free(DrsMapEntry *entry)
{
    if (entry == NULL)
        return;
    g_free(entry->address);
    g_clear_pointer(&entry->certificate, certificate_unref);
    g_free(entry);
}

gchar *
drs_address_fold(const gchar *address, GError **error)
{
    g_autoptr(AddrSpec) spec = addr_spec_parse_service(address, -1, error);
    if (spec == NULL) {
        g_prefix_error(error, "address \"%.200s\": ", address);
        return NULL;
    }
    g_autofree gchar *text = addr_spec_to_string(spec);
    return g_utf8_casefold(text, -1);
}

gchar *
drs_map_dup_file_name(const gchar *folded)
{
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, folded, -1);
}

gboolean
drs_map_name_is_sound(const gchar *name)
{
    return strlen(name) == DIGEST_DIGITS && strspn(name, "0123456789abcdef") == DIGEST_DIGITS;
}

gboolean
drs_map_entry_check(const DrsMapEntry *entry, GError **error)
{
    gsize n_octets = g_bytes_get_size(certificate_get_der(entry->certificate));
    if (n_octets <= LIMIT_SEEN_CERTIFICATE_OCTETS)
        return TRUE;
    g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT,
                "the certificate \"%.200s\" is too large to be kept (%" G_GSIZE_FORMAT
                " octets of at most %u)",
                certificate_get_subject(entry->certificate), n_octets,
                LIMIT_SEEN_CERTIFICATE_OCTETS);
    return FALSE;
}

gchar *
drs_map_entry_serialize(const DrsMapEntry *entry, gsize *out_n_octets)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    gsize n_octets = 0;
    const guchar *octets = g_bytes_get_data(certificate_get_der(entry->certificate), &n_octets);
    g_autofree gchar *certificate = g_base64_encode(octets, n_octets);
    g_key_file_set_integer(file, GROUP, "version", VERSION);
    g_key_file_set_string(file, GROUP, "address", entry->address);
    g_key_file_set_string(file, GROUP, "origin", drs_map_origin_to_string(entry->origin));
    g_key_file_set_int64(file, GROUP, "recorded", entry->recorded);
    g_key_file_set_string(file, GROUP, "certificate", certificate);
    return g_key_file_to_data(file, out_n_octets, NULL);
}

/* What is own stands in the key store and nowhere else. FALSE: none of the others. */
static gboolean
read_origin(GKeyFile *file, DrsMapOrigin *out_origin)
{
    g_autofree gchar *name = g_key_file_get_string(file, GROUP, "origin", NULL);
    for (guint i = DRS_ORIGIN_ADDED; name != NULL && i < DRS_N_ORIGINS; i++)
        if (g_str_equal(name, origin_names[i])) {
            *out_origin = (DrsMapOrigin)i;
            return TRUE;
        }
    return FALSE;
}

static Certificate *
read_certificate(GKeyFile *file)
{
    g_autofree gchar *base64 = g_key_file_get_string(file, GROUP, "certificate", NULL);
    if (base64 == NULL)
        return NULL;
    gsize n_octets = 0;
    guchar *octets = g_base64_decode(base64, &n_octets);
    g_autoptr(GBytes) der = g_bytes_new_take(octets, n_octets);
    return certificate_new(der, NULL);
}

DrsMapEntry *
drs_map_entry_parse(const gchar *text, gsize n_octets)
{
    DrsMapOrigin origin = DRS_ORIGIN_ADDED;
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (!g_key_file_load_from_data(file, text, n_octets, G_KEY_FILE_NONE, NULL) ||
        g_key_file_get_integer(file, GROUP, "version", NULL) != VERSION ||
        !read_origin(file, &origin))
        return NULL;
    g_autofree gchar *address = g_key_file_get_string(file, GROUP, "address", NULL);
    g_autofree gchar *folded = address == NULL ? NULL : drs_address_fold(address, NULL);
    g_autoptr(Certificate) certificate = folded == NULL ? NULL : read_certificate(file);
    if (certificate == NULL)
        return NULL;
    g_autoptr(DrsMapEntry) entry = drs_map_entry_new(
        address, origin, certificate, g_key_file_get_int64(file, GROUP, "recorded", NULL));
    return drs_map_entry_check(entry, NULL) ? g_steal_pointer(&entry) : NULL;
}

DrsMapEntry *
drs_map_entry_load(const gchar *path)
{
    struct stat facts;
    g_autofree gchar *text = NULL;
    gsize n_octets = 0;
    if (stat(path, &facts) != 0 || !S_ISREG(facts.st_mode) ||
        (guint64)facts.st_size > LIMIT_DRS_ENTRY_OCTETS ||
        !g_file_get_contents(path, &text, &n_octets, NULL))
        return NULL;
    return drs_map_entry_parse(text, n_octets);
}

static gchar *
dup_if_address(const gchar *text)
{
    g_autofree gchar *folded = drs_address_fold(text, NULL);
    return folded == NULL ? NULL : g_strdup(text);
}

gboolean
drs_map_is_certificate_file(const gchar *name)
{
    static const gchar *const extensions[] = {".cer", ".crt", ".der", ".pem"};
    gsize n_name = strlen(name);
    for (gsize i = 0; i < G_N_ELEMENTS(extensions); i++)
        if (n_name > 4 && g_ascii_strcasecmp(name + n_name - 4, extensions[i]) == 0)
            return TRUE;
    return FALSE;
}

gchar *
drs_map_dup_address_of_file(const gchar *name, const Certificate *certificate)
{
    const gchar *const *addresses = certificate_get_addresses(certificate);
    g_autofree gchar *base = g_path_get_basename(name);
    if (drs_map_is_certificate_file(base))
        base[strlen(base) - 4] = '\0';
    gchar *address = dup_if_address(base);
    if (address != NULL || addresses[0] == NULL || addresses[1] != NULL)
        return address;
    return dup_if_address(addresses[0]);
}
