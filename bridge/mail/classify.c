/* SPDX-License-Identifier: MPL-2.0 */
#include "classify.h"

#include <string.h>

static const gchar *const layer_names[LAYER_N_LAYERS] = {
    [LAYER_MULTIPART_SIGNED] = "multipart-signed",
    [LAYER_SIGNED_DATA] = "signed-data",
    [LAYER_ENVELOPED_DATA] = "enveloped-data",
    [LAYER_AUTH_ENVELOPED_DATA] = "auth-enveloped-data",
    [LAYER_COMPRESSED_DATA] = "compressed-data",
    [LAYER_CERTS_ONLY] = "certs-only",
    [LAYER_PKCS7_MIME] = "pkcs7-mime",
};

const gchar *
crypto_layer_to_string(CryptoLayer layer)
{
    g_return_val_if_fail(layer < LAYER_N_LAYERS, NULL);
    return layer_names[layer];
}

static gboolean
is_pkcs7_signature(const gchar *media_type)
{
    return media_type != NULL &&
           (g_ascii_strcasecmp(media_type, "application/pkcs7-signature") == 0 ||
            g_ascii_strcasecmp(media_type, "application/x-pkcs7-signature") == 0);
}

/* RFC 8551 §3.2.2 and §3.2.1; values without case (RFC 2045 §5.1 leaves it to the definition, and
 * peers differ). */
static CryptoLayer
layer_of_smime_type(const gchar *smime_type)
{
    static const struct {
        const gchar *smime_type;
        CryptoLayer layer;
    } rows[] = {
        {"signed-data", LAYER_SIGNED_DATA},
        {"enveloped-data", LAYER_ENVELOPED_DATA},
        {"authEnveloped-data", LAYER_AUTH_ENVELOPED_DATA},
        {"auth-enveloped-data", LAYER_AUTH_ENVELOPED_DATA},
        {"compressed-data", LAYER_COMPRESSED_DATA},
        {"certs-only", LAYER_CERTS_ONLY},
    };
    for (gsize i = 0; smime_type != NULL && i < G_N_ELEMENTS(rows); i++) {
        if (g_ascii_strcasecmp(smime_type, rows[i].smime_type) == 0)
            return rows[i].layer;
    }
    return LAYER_PKCS7_MIME;
}

static gboolean
has_suffix(const gchar *name, const gchar *suffix)
{
    if (name == NULL || strlen(name) < strlen(suffix))
        return FALSE;
    return g_ascii_strcasecmp(name + strlen(name) - strlen(suffix), suffix) == 0;
}

/* RFC 8551 §3.9: octets of no type are S/MIME by their name. */
static gboolean
is_named_pkcs7(const Entity *entity)
{
    static const gchar *const suffixes[] = {".p7m", ".p7s", ".p7c", ".p7z"};
    const gchar *name = entity_get_parameter(entity, "name");
    const gchar *file_name = entity_get_disposition_parameter(entity, "filename");
    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        if (has_suffix(name, suffixes[i]) || has_suffix(file_name, suffixes[i]))
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_signature_part(const Entity *entity)
{
    return is_pkcs7_signature(entity_get_media_type(entity)) ||
           (entity_is_media_type(entity, "application/octet-stream") && is_named_pkcs7(entity));
}

/* A multipart/signed names its protocol (RFC 1847 §2.1). Otherwise its second part tells. */
static gboolean
is_smime_signed(const Entity *entity)
{
    const gchar *protocol = entity_get_parameter(entity, "protocol");
    if (protocol != NULL)
        return is_pkcs7_signature(protocol);
    return entity_get_n_children(entity) == 2 && is_signature_part(entity_get_child(entity, 1));
}

CryptoLayer
crypto_layer_of(const Entity *entity)
{
    if (entity_is_media_type(entity, "multipart/signed"))
        return is_smime_signed(entity) ? LAYER_MULTIPART_SIGNED : LAYER_NONE;
    if (entity_is_media_type(entity, "application/pkcs7-mime") ||
        entity_is_media_type(entity, "application/x-pkcs7-mime"))
        return layer_of_smime_type(entity_get_parameter(entity, "smime-type"));
    if (entity_is_media_type(entity, "application/octet-stream") && is_named_pkcs7(entity))
        return LAYER_PKCS7_MIME;
    return LAYER_NONE;
}

static gboolean
is_signing_layer(CryptoLayer layer)
{
    return layer == LAYER_MULTIPART_SIGNED || layer == LAYER_SIGNED_DATA;
}

static gboolean
is_encrypting_layer(CryptoLayer layer)
{
    return layer == LAYER_ENVELOPED_DATA || layer == LAYER_AUTH_ENVELOPED_DATA;
}

static gboolean
is_multipart(const Entity *entity)
{
    return g_str_has_prefix(entity_get_media_type(entity), "multipart/");
}

static void
add_layer(Classification *classification, const gchar *part, CryptoLayer layer)
{
    if (layer == LAYER_NONE)
        return;
    ClassifiedPart classified = {g_strdup(part), layer};
    g_array_append_val(classification->parts, classified);
    if (is_encrypting_layer(layer))
        classification->is_encrypted = TRUE;
    if (!is_signing_layer(layer))
        return;
    classification->is_signed = TRUE;
    if (part[0] == '\0')
        classification->scope = SCOPE_WHOLE;
    else if (classification->scope == SCOPE_NONE)
        classification->scope = SCOPE_PART;
}

static void
walk_layers(const Entity *entity, const gchar *part, Classification *classification)
{
    CryptoLayer layer = crypto_layer_of(entity);
    add_layer(classification, part, layer);
    if (!is_multipart(entity))
        return;
    guint n_children = entity_get_n_children(entity);
    for (guint i = 0; i < n_children; i++) {
        const Entity *child = entity_get_child(entity, i);
        /* The signature is no layer of its own, whatever it is called. */
        if (layer == LAYER_MULTIPART_SIGNED && i == 1 && is_signature_part(child))
            continue;
        g_autofree gchar *child_part =
            g_strdup_printf("%s%s%u", part, part[0] != '\0' ? "." : "", i + 1);
        walk_layers(child, child_part, classification);
    }
}

static void
walk_structure(const Entity *entity, GString *structure)
{
    g_string_append(structure, entity_get_media_type(entity));
    guint n_children = entity_get_n_children(entity);
    for (guint i = 0; i < n_children; i++) {
        g_string_append_c(structure, i == 0 ? '(' : ',');
        walk_structure(entity_get_child(entity, i), structure);
    }
    if (n_children > 0)
        g_string_append_c(structure, ')');
}

static void
clear_part(gpointer data)
{
    ClassifiedPart *classified = data;
    g_free(classified->part);
}

Classification *
classify_message(const EntityTree *tree)
{
    const Entity *root = entity_tree_get_root(tree);
    Classification *classification = g_new0(Classification, 1);
    classification->parts = g_array_new(FALSE, FALSE, sizeof(ClassifiedPart));
    g_array_set_clear_func(classification->parts, clear_part);
    classification->root = crypto_layer_of(root);
    classification->scope = SCOPE_NONE;
    walk_layers(root, "", classification);
    GString *structure = g_string_new(NULL);
    walk_structure(root, structure);
    classification->structure = g_string_free(structure, FALSE);
    return classification;
}

void
classification_free(Classification *classification)
{
    if (classification == NULL)
        return;
    g_array_unref(classification->parts);
    g_free(classification->structure);
    g_free(classification);
}

/* Type, parameters, and nothing on which readers differ: comments, escapes, RFC 2231. */
#define PLAIN_CONTENT_TYPE                                                                         \
    "^[a-z0-9-]++/[a-z0-9-]++"                                                                     \
    "(?:\\s*+;\\s*+(?:[a-z0-9_.-]++\\s*+=\\s*+(?:\"[^\"\\\\]*+\"|[^\"();\\\\\\s]++))?+)*+\\s*+$"

static gboolean
is_plain_content_type(const gchar *value)
{
    return value != NULL &&
           g_regex_match_simple(PLAIN_CONTENT_TYPE, value, G_REGEX_CASELESS | G_REGEX_RAW, 0);
}

/* Some readers end a line at a lone CR, or do not see a NUL. */
static gboolean
is_plain_text(const guint8 *octets, const guint8 *end)
{
    for (const guint8 *p = octets; p < end; p++) {
        gboolean is_lone_cr = *p == '\r' && (p + 1 == end || p[1] != '\n');
        if (*p == '\0' || *p == '\v' || *p == '\f' || is_lone_cr)
            return FALSE;
    }
    return TRUE;
}

/* A signature in binary (RFC 2045 §6.2; AS2 has them, without saying so) is no text. */
static gboolean
is_binary(const Entity *signature)
{
    const gchar *encoding = entity_find_field(signature, "Content-Transfer-Encoding");
    return encoding == NULL || (entity_count_fields(signature, "Content-Transfer-Encoding") == 1 &&
                                g_ascii_strcasecmp(encoding, "binary") == 0);
}

/* All that follows the signed part, but for the octets of a signature in binary. */
static gboolean
is_plain_after(const guint8 *start, const guint8 *end, const Entity *signature)
{
    if (!is_binary(signature))
        return is_plain_text(start, end);
    g_autoptr(GBytes) body = entity_get_body(signature);
    gsize n_body = 0;
    const guint8 *octets = g_bytes_get_data(body, &n_body);
    return is_plain_text(start, octets) && is_plain_text(octets + n_body, end);
}

/* Whether every reader finds the same signed part: another one would show what nobody signed. */
static gboolean
is_framed_plainly(const Entity *multipart, const Entity *signed_part, const Entity *signature)
{
    g_autoptr(GBytes) whole = entity_get_octets(multipart);
    g_autoptr(GBytes) inner = entity_get_octets(signed_part);
    gsize n_whole = 0;
    gsize n_inner = 0;
    const guint8 *start = g_bytes_get_data(whole, &n_whole);
    const guint8 *inside = g_bytes_get_data(inner, &n_inner);
    return entity_count_fields(multipart, "Content-Type") == 1 &&
           is_plain_content_type(entity_find_field(multipart, "Content-Type")) &&
           is_plain_text(start, inside) &&
           is_plain_after(inside + n_inner, start + n_whole, signature);
}

gboolean
classify_split_signed(const Entity *multipart, const Entity **out_signed,
                      const Entity **out_signature, GError **error)
{
    guint n_parts = entity_get_n_children(multipart);
    if (n_parts != 2) {
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_MALFORMED,
                    "multipart/signed has %u parts instead of two", n_parts);
        return FALSE;
    }
    const Entity *signature = entity_get_child(multipart, 1);
    if (!is_signature_part(signature)) {
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_MALFORMED,
                    "second part of multipart/signed is %s", entity_get_media_type(signature));
        return FALSE;
    }
    if (!is_framed_plainly(multipart, entity_get_child(multipart, 0), signature)) {
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_MALFORMED,
                    "parts of multipart/signed that can be read in two ways");
        return FALSE;
    }
    *out_signed = entity_get_child(multipart, 0);
    *out_signature = signature;
    return TRUE;
}
