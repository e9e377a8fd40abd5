/* SPDX-License-Identifier: MPL-2.0 */

#include "owner-name.h"

#include <string.h>

G_DEFINE_QUARK(owner_name_error_quark, owner_name_error)

#define NAME_OCTETS_MAX  253u
#define LABEL_OCTETS_MAX 63u
#define DIGEST_DIGITS    (2u * OWNER_NAME_DIGEST_OCTETS)

static gchar *
join(const guint8 *digest, const gchar *domain, GError **error)
{
    g_autoptr(GString) name = g_string_new(NULL);
    for (guint i = 0; i < OWNER_NAME_DIGEST_OCTETS; i++)
        g_string_append_printf(name, "%02x", digest[i]);
    g_string_append_printf(name, "._smimecert.%s", domain);
    if (name->len > NAME_OCTETS_MAX) {
        g_set_error(error, OWNER_NAME_ERROR, OWNER_NAME_ERROR_TOO_LONG,
                    "owner name too long (%" G_GSIZE_FORMAT " octets of at most %u)", name->len,
                    NAME_OCTETS_MAX);
        return NULL;
    }
    return g_string_free(g_steal_pointer(&name), FALSE);
}

gchar *
owner_name_new(const AddrSpec *address, GError **error)
{
    g_return_val_if_fail(address != NULL, NULL);

    guint8 digest[32];
    gsize n_digest = sizeof digest;
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)address->local_part,
                      (gssize)strlen(address->local_part));
    g_checksum_get_digest(checksum, digest, &n_digest);
    return join(digest, address->domain, error);
}

gchar *
owner_name_new_draft(const AddrSpec *address, OwnerNameSha224 sha224, GError **error)
{
    g_return_val_if_fail(address != NULL && sha224 != NULL, NULL);

    guint8 digest[OWNER_NAME_DIGEST_OCTETS] = {0};
    sha224((const guint8 *)address->local_part, strlen(address->local_part), digest);
    return join(digest, address->domain, error);
}

static gboolean
is_digest(const gchar *label)
{
    return strlen(label) == DIGEST_DIGITS &&
           strspn(label, "0123456789abcdefABCDEF") == DIGEST_DIGITS;
}

/* Labels after "_smimecert": what stands in them is the zone's affair, their sizes are DNS's. */
static gboolean
are_labels(gchar **labels)
{
    if (labels[0] == NULL)
        return FALSE;
    for (guint i = 0; labels[i] != NULL; i++) {
        gsize n_octets = strlen(labels[i]);
        if (n_octets == 0 || n_octets > LABEL_OCTETS_MAX)
            return FALSE;
    }
    return TRUE;
}

gboolean
owner_name_is_valid(const gchar *name)
{
    g_return_val_if_fail(name != NULL, FALSE);

    gsize n_octets = strlen(name);
    if (n_octets > 0 && name[n_octets - 1] == '.')
        n_octets--;
    if (n_octets > NAME_OCTETS_MAX)
        return FALSE;
    g_autofree gchar *relative = g_strndup(name, n_octets);
    g_auto(GStrv) labels = g_strsplit(relative, ".", -1);
    if (g_strv_length(labels) < 3)
        return FALSE;
    return is_digest(labels[0]) && g_ascii_strcasecmp(labels[1], "_smimecert") == 0 &&
           are_labels(labels + 2);
}
