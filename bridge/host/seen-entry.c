/* SPDX-License-Identifier: MPL-2.0 */

#include "seen-entry.h"

#include <string.h>
#include <sys/stat.h>

#include "addr-spec.h"
#include "core-limits.h"

#define GROUP          "seen-certificate"
#define VERSION        1
#define ADDRESS_DIGITS 32
#define DIGEST_DIGITS  64

static const gchar *const origin_names[] = {[SEEN_IN_MESSAGE] = "message", [SEEN_IN_FILE] = "file"};
G_STATIC_ASSERT(G_N_ELEMENTS(origin_names) == SEEN_N_ORIGINS);

const gchar *
seen_origin_to_string(SeenOrigin origin)
{
    return (guint)origin < SEEN_N_ORIGINS ? origin_names[origin] : NULL;
}

SeenCertificate *
seen_certificate_new(const gchar *address, Certificate *certificate, gint64 recorded)
{
    SeenCertificate *seen = g_new0(SeenCertificate, 1);
    seen->address = g_strdup(address);
    seen->message_date = G_MININT64;
    seen->recorded = recorded;
    seen->certificate = certificate_ref(certificate);
    seen->issuers = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    return seen;
}

SeenCertificate *
seen_certificate_copy(const SeenCertificate *seen)
{
    SeenCertificate *copy = seen_certificate_new(seen->address, seen->certificate, seen->recorded);
    copy->origin = seen->origin;
    copy->trust = seen->trust;
    copy->message_date = seen->message_date;
    for (guint i = 0; i < seen->issuers->len; i++)
        g_ptr_array_add(copy->issuers, certificate_ref(g_ptr_array_index(seen->issuers, i)));
    return copy;
}

void
seen_certificate_free(SeenCertificate *seen)
{
    if (seen == NULL)
        return;
    g_free(seen->address);
    g_clear_pointer(&seen->certificate, certificate_unref);
    g_clear_pointer(&seen->issuers, g_ptr_array_unref);
    g_free(seen);
}

/* The first @n_digits of the SHA-256 of @text without case. */
static void
append_digest(GString *name, const gchar *text, gssize n_digits)
{
    g_autofree gchar *folded = g_utf8_casefold(text, -1);
    g_autofree gchar *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, folded, -1);
    g_string_append_len(name, digest, n_digits);
    g_string_append_c(name, '-');
}

gchar *
seen_address_dup_prefix(const gchar *address)
{
    g_autoptr(AddrSpec) spec = addr_spec_parse(address, -1, NULL);
    g_autofree gchar *plain =
        spec == NULL ? g_strdup(address) : g_strconcat(spec->local_part, "@", spec->domain, NULL);
    const gchar *at = strrchr(plain, '@');
    GString *prefix = g_string_new(NULL);
    append_digest(prefix, at == NULL ? "" : at + 1, SEEN_DOMAIN_DIGITS);
    append_digest(prefix, plain, ADDRESS_DIGITS);
    return g_string_free(prefix, FALSE);
}

gchar *
seen_certificate_dup_name(const SeenCertificate *seen)
{
    g_autofree gchar *prefix = seen_address_dup_prefix(seen->address);
    g_autofree gchar *sha256 = certificate_dup_sha256_hex(seen->certificate);
    return g_strconcat(prefix, sha256, NULL);
}

gboolean
seen_name_is_sound(const gchar *name)
{
    static const gsize n_digits[] = {SEEN_DOMAIN_DIGITS, ADDRESS_DIGITS, DIGEST_DIGITS};
    for (gsize i = 0; i < G_N_ELEMENTS(n_digits); i++) {
        gboolean is_last = i + 1 == G_N_ELEMENTS(n_digits);
        if (strspn(name, "0123456789abcdef") != n_digits[i] ||
            name[n_digits[i]] != (is_last ? '\0' : '-'))
            return FALSE;
        name += n_digits[i] + (is_last ? 0 : 1);
    }
    return TRUE;
}

static gsize
get_size(const Certificate *certificate)
{
    return g_bytes_get_size(certificate_get_der(certificate));
}

gboolean
seen_certificate_is_sound(const SeenCertificate *seen)
{
    gsize n_issuers_octets = 0;
    for (guint i = 0; i < seen->issuers->len; i++)
        n_issuers_octets += get_size(g_ptr_array_index(seen->issuers, i));
    return strlen(seen->address) <= LIMIT_ADDRESS_OCTETS &&
           g_utf8_validate(seen->address, -1, NULL) &&
           get_size(seen->certificate) <= LIMIT_SEEN_CERTIFICATE_OCTETS &&
           seen->issuers->len <= LIMIT_SEEN_ISSUERS &&
           n_issuers_octets <= LIMIT_SEEN_CERTIFICATE_OCTETS;
}

static gboolean
has_issuer(const SeenCertificate *seen, const Certificate *issuer)
{
    for (guint i = 0; i < seen->issuers->len; i++)
        if (g_bytes_equal(certificate_get_der(g_ptr_array_index(seen->issuers, i)),
                          certificate_get_der(issuer)))
            return TRUE;
    return FALSE;
}

void
seen_certificate_keep_issuers(SeenCertificate *seen, const SeenCertificate *known)
{
    for (guint i = 0; i < known->issuers->len; i++) {
        Certificate *issuer = g_ptr_array_index(known->issuers, i);
        if (has_issuer(seen, issuer))
            continue;
        g_ptr_array_add(seen->issuers, certificate_ref(issuer));
        if (!seen_certificate_is_sound(seen))
            g_ptr_array_remove_index(seen->issuers, seen->issuers->len - 1);
    }
}

static gchar *
encode(const Certificate *certificate)
{
    gsize n_octets = 0;
    const guchar *octets = g_bytes_get_data(certificate_get_der(certificate), &n_octets);
    return g_base64_encode(octets, n_octets);
}

/* NULL for NULL too. */
static Certificate *
decode(const gchar *base64)
{
    if (base64 == NULL)
        return NULL;
    gsize n_octets = 0;
    guchar *octets = g_base64_decode(base64, &n_octets);
    g_autoptr(GBytes) der = g_bytes_new_take(octets, n_octets);
    return certificate_new(der, NULL);
}

gchar *
seen_certificate_serialize(const SeenCertificate *seen, gsize *out_n_octets)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree gchar *certificate = encode(seen->certificate);
    g_autoptr(GPtrArray) issuers = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < seen->issuers->len; i++)
        g_ptr_array_add(issuers, encode(g_ptr_array_index(seen->issuers, i)));
    g_key_file_set_integer(file, GROUP, "version", VERSION);
    g_key_file_set_string(file, GROUP, "address", seen->address);
    g_key_file_set_string(file, GROUP, "origin", seen_origin_to_string(seen->origin));
    if (seen->trust != TRUST_NOBODY)
        g_key_file_set_string(file, GROUP, "trust", trust_source_to_string(seen->trust));
    if (seen->message_date != G_MININT64)
        g_key_file_set_int64(file, GROUP, "message-date", seen->message_date);
    g_key_file_set_int64(file, GROUP, "recorded", seen->recorded);
    g_key_file_set_string(file, GROUP, "certificate", certificate);
    if (issuers->len > 0)
        g_key_file_set_string_list(file, GROUP, "issuers",
                                   (const gchar *const *)(gpointer)issuers->pdata, issuers->len);
    return g_key_file_to_data(file, out_n_octets, NULL);
}

static SeenOrigin
read_origin(GKeyFile *file)
{
    g_autofree gchar *name = g_key_file_get_string(file, GROUP, "origin", NULL);
    return g_strcmp0(name, origin_names[SEEN_IN_FILE]) == 0 ? SEEN_IN_FILE : SEEN_IN_MESSAGE;
}

static TrustSource
read_trust(GKeyFile *file)
{
    g_autofree gchar *name = g_key_file_get_string(file, GROUP, "trust", NULL);
    for (TrustSource source = TRUST_NOBODY + 1; name != NULL && source < TRUST_N_SOURCES; source++)
        if (g_str_equal(name, trust_source_to_string(source)))
            return source;
    return TRUST_NOBODY;
}

/* Those that can't be read, or are too many, are missing: the path to them is not found then. */
static void
read_issuers(GKeyFile *file, GPtrArray *issuers)
{
    g_auto(GStrv) list = g_key_file_get_string_list(file, GROUP, "issuers", NULL, NULL);
    for (gchar **base64 = list; list != NULL && *base64 != NULL; base64++) {
        Certificate *issuer = issuers->len < LIMIT_SEEN_ISSUERS ? decode(*base64) : NULL;
        if (issuer != NULL)
            g_ptr_array_add(issuers, issuer);
    }
}

static SeenCertificate *
read_entry(GKeyFile *file)
{
    g_autofree gchar *address = g_key_file_get_string(file, GROUP, "address", NULL);
    g_autofree gchar *base64 = g_key_file_get_string(file, GROUP, "certificate", NULL);
    g_autoptr(Certificate) certificate = decode(base64);
    if (g_key_file_get_integer(file, GROUP, "version", NULL) != VERSION || address == NULL ||
        certificate == NULL)
        return NULL;
    g_autoptr(SeenCertificate) seen = seen_certificate_new(
        address, certificate, g_key_file_get_int64(file, GROUP, "recorded", NULL));
    seen->origin = read_origin(file);
    seen->trust = read_trust(file);
    if (g_key_file_has_key(file, GROUP, "message-date", NULL))
        seen->message_date = g_key_file_get_int64(file, GROUP, "message-date", NULL);
    read_issuers(file, seen->issuers);
    return seen_certificate_is_sound(seen) ? g_steal_pointer(&seen) : NULL;
}

SeenCertificate *
seen_certificate_load(const gchar *path)
{
    struct stat facts;
    g_autofree gchar *text = NULL;
    gsize n_octets = 0;
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (stat(path, &facts) != 0 || !S_ISREG(facts.st_mode) ||
        (guint64)facts.st_size > LIMIT_SEEN_FILE_OCTETS ||
        !g_file_get_contents(path, &text, &n_octets, NULL) ||
        !g_key_file_load_from_data(file, text, n_octets, G_KEY_FILE_NONE, NULL))
        return NULL;
    return read_entry(file);
}
