/* SPDX-License-Identifier: MPL-2.0 */

#include "peer-capabilities.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core-limits.h"
#include "folder-lock.h"
#include "op.h"
#include "smime-capabilities.h"

#define FILE_NAME "peer-capabilities"
#define HEAD      "peer-capabilities" /* the group that is no entry */
#define VERSION   1

static gboolean
fail(GError **error, const gchar *path, const gchar *why)
{
    g_set_error(error, PROTOCOL_ERROR, PROTOCOL_ERROR_FILE, "file %s: %s", path, why);
    return FALSE;
}

void
peer_capabilities_free(PeerCapabilities *peer)
{
    if (peer == NULL)
        return;
    g_free(peer->key_sha256);
    g_free(peer->address);
    g_free(peer->certificate_sha256);
    g_clear_pointer(&peer->capabilities, g_bytes_unref);
    g_free(peer);
}

gchar *
peer_capabilities_dup_key(const Certificate *certificate)
{
    return g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, certificate_get_spki(certificate));
}

PeerCapabilities *
peer_capabilities_new(const gchar *address, const Certificate *certificate, gint64 signing_time,
                      GBytes *capabilities)
{
    PeerCapabilities *peer = g_new0(PeerCapabilities, 1);
    peer->key_sha256 = peer_capabilities_dup_key(certificate);
    peer->address = g_strdup(address);
    peer->certificate_sha256 = certificate_dup_sha256_hex(certificate);
    peer->signing_time = signing_time;
    peer->capabilities = g_bytes_ref(capabilities);
    return peer;
}

gboolean
peer_address_equal(const gchar *a, const gchar *b)
{
    g_autofree gchar *folded_a = g_utf8_casefold(a, -1);
    g_autofree gchar *folded_b = g_utf8_casefold(b, -1);
    return g_str_equal(folded_a, folded_b);
}

static gboolean
is_sha256(const gchar *text)
{
    return text != NULL && strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* Also what somebody else may have written into the file. */
static gboolean
is_sound(const PeerCapabilities *peer, gint64 latest)
{
    SmimeCapabilities unused;
    return is_sha256(peer->key_sha256) && is_sha256(peer->certificate_sha256) &&
           peer->address != NULL && strlen(peer->address) <= LIMIT_ADDRESS_OCTETS &&
           g_utf8_validate(peer->address, -1, NULL) && peer->signing_time != G_MININT64 &&
           peer->signing_time <= latest &&
           smime_capabilities_parse(peer->capabilities, &unused, NULL);
}

static PeerCapabilities *
read_entry(GKeyFile *file, const gchar *group, gint64 latest)
{
    g_autoptr(PeerCapabilities) peer = g_new0(PeerCapabilities, 1);
    g_autoptr(GError) no_time = NULL;
    g_autofree gchar *base64 = g_key_file_get_string(file, group, "capabilities", NULL);
    gsize n_octets = 0;
    guchar *octets = base64 == NULL ? NULL : g_base64_decode(base64, &n_octets);
    peer->capabilities = g_bytes_new_take(octets, n_octets);
    peer->key_sha256 = g_strdup(group);
    peer->address = g_key_file_get_string(file, group, "address", NULL);
    peer->certificate_sha256 = g_key_file_get_string(file, group, "certificate", NULL);
    peer->signing_time = g_key_file_get_int64(file, group, "signing-time", &no_time);
    return no_time == NULL && is_sound(peer, latest) ? g_steal_pointer(&peer) : NULL;
}

static void
write_entry(GKeyFile *file, const PeerCapabilities *peer)
{
    gsize n_octets;
    const guchar *octets = g_bytes_get_data(peer->capabilities, &n_octets);
    g_autofree gchar *base64 = g_base64_encode(octets, n_octets);
    g_key_file_set_string(file, peer->key_sha256, "address", peer->address);
    g_key_file_set_string(file, peer->key_sha256, "certificate", peer->certificate_sha256);
    g_key_file_set_int64(file, peer->key_sha256, "signing-time", peer->signing_time);
    g_key_file_set_string(file, peer->key_sha256, "capabilities", base64);
}

/* Those that can be read; the others leave the file. */
static GPtrArray *
read_entries(GKeyFile *file, gint64 latest)
{
    GPtrArray *peers = g_ptr_array_new_with_free_func((GDestroyNotify)peer_capabilities_free);
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (gchar **group = groups; *group != NULL; group++) {
        if (g_str_equal(*group, HEAD))
            continue;
        PeerCapabilities *peer = peers->len < LIMIT_PEERS ? read_entry(file, *group, latest) : NULL;
        if (peer != NULL)
            g_ptr_array_add(peers, peer);
        else
            g_key_file_remove_group(file, *group, NULL);
    }
    return peers;
}

/* *out_text is NULL if there is no file. */
static gboolean
read_file(const gchar *path, gchar **out_text, gsize *out_n_octets, GError **error)
{
    struct stat facts;
    g_autoptr(GError) problem = NULL;
    if (stat(path, &facts) != 0)
        return errno == ENOENT || errno == ENOTDIR || fail(error, path, g_strerror(errno));
    if (!S_ISREG(facts.st_mode) || (guint64)facts.st_size > LIMIT_PEER_FILE_OCTETS)
        return fail(error, path, "not a regular file, or too large");
    return g_file_get_contents(path, out_text, out_n_octets, &problem) ||
           fail(error, path, problem->message);
}

/* What is in the file; an empty one for none and for a damaged one. */
static GKeyFile *
load_file(const gchar *path, GError **error)
{
    g_autofree gchar *text = NULL;
    gsize n_octets = 0;
    g_autoptr(GError) damage = NULL;
    if (!read_file(path, &text, &n_octets, error))
        return NULL;
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (text == NULL)
        return g_steal_pointer(&file);
    gint version = 0;
    if (g_key_file_load_from_data(file, text, n_octets, G_KEY_FILE_NONE, &damage))
        version = g_key_file_get_integer(file, HEAD, "version", &damage);
    if (damage == NULL && version == VERSION)
        return g_steal_pointer(&file);
    if (damage == NULL && version > VERSION) {
        fail(error, path, "written by a later version of this program");
        return NULL;
    }
    g_warning("%s is damaged and begun anew: %s", path,
              damage != NULL ? damage->message : "no version");
    g_clear_pointer(&file, g_key_file_unref);
    return g_key_file_new();
}

static gboolean
save_file(const gchar *path, GKeyFile *file, GError **error)
{
    gsize n_octets = 0;
    g_autoptr(GError) problem = NULL;
    g_key_file_set_integer(file, HEAD, "version", VERSION);
    g_autofree gchar *text = g_key_file_to_data(file, &n_octets, NULL);
    return g_file_set_contents_full(path, text, (gssize)n_octets, G_FILE_SET_CONTENTS_CONSISTENT,
                                    0600, &problem) ||
           fail(error, path, problem->message);
}

GPtrArray *
peer_capabilities_load(const gchar *folder, gint64 latest, GError **error)
{
    g_autofree gchar *path = g_build_filename(folder, FILE_NAME, NULL);
    g_autoptr(GKeyFile) file = load_file(path, error);
    return file == NULL ? NULL : read_entries(file, latest);
}

static const PeerCapabilities *
find_key(GPtrArray *peers, const gchar *key_sha256)
{
    for (guint i = 0; i < peers->len; i++) {
        const PeerCapabilities *peer = g_ptr_array_index(peers, i);
        if (g_str_equal(peer->key_sha256, key_sha256))
            return peer;
    }
    return NULL;
}

const PeerCapabilities *
peer_capabilities_find(GPtrArray *peers, const Certificate *certificate)
{
    g_autofree gchar *key = peer_capabilities_dup_key(certificate);
    return find_key(peers, key);
}

/* Takes the entries that were signed longest ago out of @file until one more fits. */
static void
make_room(GKeyFile *file, GPtrArray *peers, guint max_peers)
{
    while (peers->len > 0 && peers->len >= max_peers) {
        guint oldest = 0;
        for (guint i = 1; i < peers->len; i++) {
            const PeerCapabilities *peer = g_ptr_array_index(peers, i);
            const PeerCapabilities *other = g_ptr_array_index(peers, oldest);
            if (peer->signing_time < other->signing_time)
                oldest = i;
        }
        const PeerCapabilities *gone = g_ptr_array_index(peers, oldest);
        g_key_file_remove_group(file, gone->key_sha256, NULL);
        g_ptr_array_remove_index_fast(peers, oldest);
    }
}

static gboolean
learn_locked(const gchar *path, const PeerCapabilities *peer, gint64 latest, guint max_peers,
             GError **error)
{
    g_autoptr(GKeyFile) file = load_file(path, error);
    if (file == NULL)
        return FALSE;
    g_autoptr(GPtrArray) peers = read_entries(file, latest);
    const PeerCapabilities *known = find_key(peers, peer->key_sha256);
    if (known != NULL && known->signing_time >= peer->signing_time)
        return TRUE;
    if (known == NULL)
        make_room(file, peers, max_peers);
    write_entry(file, peer);
    return save_file(path, file, error);
}

gboolean
peer_capabilities_learn(const gchar *folder, const PeerCapabilities *peer, gint64 latest,
                        guint max_peers, GError **error)
{
    if (!is_sound(peer, latest))
        return TRUE;
    gint lock = folder_lock(folder);
    if (lock < 0)
        return TRUE;
    g_autofree gchar *path = g_build_filename(folder, FILE_NAME, NULL);
    gboolean learned = learn_locked(path, peer, latest, max_peers, error);
    close(lock);
    return learned;
}

static gboolean
forget_locked(const gchar *path, const gchar *address, guint *out_n_forgotten, GError **error)
{
    g_autoptr(GKeyFile) file = load_file(path, error);
    if (file == NULL)
        return FALSE;
    g_autoptr(GPtrArray) peers = read_entries(file, G_MAXINT64);
    guint n_forgotten = 0;
    for (guint i = 0; i < peers->len; i++) {
        const PeerCapabilities *peer = g_ptr_array_index(peers, i);
        if (address != NULL && !peer_address_equal(peer->address, address))
            continue;
        g_key_file_remove_group(file, peer->key_sha256, NULL);
        n_forgotten++;
    }
    if (n_forgotten > 0 && !save_file(path, file, error))
        return FALSE;
    *out_n_forgotten = n_forgotten;
    return TRUE;
}

gboolean
peer_capabilities_forget(const gchar *folder, const gchar *address, guint *out_n_forgotten,
                         GError **error)
{
    *out_n_forgotten = 0;
    gint lock = folder_lock(folder);
    if (lock < 0)
        return TRUE;
    g_autofree gchar *path = g_build_filename(folder, FILE_NAME, NULL);
    gboolean forgotten = forget_locked(path, address, out_n_forgotten, error);
    close(lock);
    return forgotten;
}
