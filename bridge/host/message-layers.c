/* SPDX-License-Identifier: MPL-2.0 */

#include "message-layers.h"

#include "cms-error.h"
#include "compressed-data.h"
#include "core-limits.h"
#include "op.h"

static void
empty_layer(OpenedLayer *layer)
{
    g_clear_pointer(&layer->signed_data, signed_data_free);
    g_clear_pointer(&layer->cms, g_bytes_unref);
    g_clear_pointer(&layer->content, octet_source_unref);
    g_clear_pointer(&layer->payload, octet_source_unref);
}

void
opened_layer_free(OpenedLayer *layer)
{
    if (layer == NULL)
        return;
    empty_layer(layer);
    g_free(layer);
}

void
opened_message_free(OpenedMessage *opened)
{
    if (opened == NULL)
        return;
    g_clear_pointer(&opened->layers, g_ptr_array_unref);
    g_clear_pointer(&opened->certificates, g_ptr_array_unref);
    g_clear_pointer(&opened->payload, octet_source_unref);
    g_clear_pointer(&opened->tree, entity_tree_free);
    envelope_facts_clear(&opened->encryption);
    g_free(opened);
}

static OpenedLayer *
layer_new(CryptoLayer kind, GBytes *cms)
{
    OpenedLayer *layer = g_new0(OpenedLayer, 1);
    layer->kind = kind;
    layer->cms = g_bytes_ref(cms);
    return layer;
}

static void
set_content(OpenedLayer *layer, OctetSource *content)
{
    layer->content = octet_source_ref(content);
    layer->payload = octet_source_ref(content);
}

/* @covered: NULL for eContent. */
static OpenedLayer *
signature_layer_new(CryptoLayer kind, GBytes *cms, OctetSource *covered, GError **error)
{
    g_autoptr(OpenedLayer) layer = layer_new(kind, cms);
    layer->signed_data = signed_data_parse(cms, error);
    if (layer->signed_data == NULL)
        return NULL;
    if (signed_data_get_n_signers(layer->signed_data) == 0 && covered == NULL)
        layer->kind = LAYER_CERTS_ONLY;
    OctetSource *inside = signed_data_get_content(layer->signed_data);
    if (covered != NULL || inside != NULL)
        set_content(layer, covered != NULL ? covered : inside);
    return g_steal_pointer(&layer);
}

static OpenedLayer *
open_multipart_signed(const Entity *entity, gboolean is_exact, GError **error)
{
    const Entity *part = NULL, *signature = NULL;
    if (!classify_split_signed(entity, &part, &signature, error))
        return NULL;
    g_autoptr(GBytes) cms = entity_decode_body(signature, FALSE, error);
    if (cms == NULL)
        return NULL;
    g_autoptr(OctetSource) covered = entity_get_canonical(part);
    g_autoptr(OpenedLayer) layer = signature_layer_new(LAYER_MULTIPART_SIGNED, cms, covered, error);
    if (layer == NULL)
        g_prefix_error(error, "signature of multipart/signed: ");
    if (layer == NULL || !is_exact)
        return g_steal_pointer(&layer);
    g_autoptr(GBytes) exact = entity_get_octets(part);
    octet_source_unref(layer->payload);
    layer->payload = octet_source_new_bytes(exact);
    return g_steal_pointer(&layer);
}

OpenedLayer *
opened_layer_of_signature(const Entity *entity, GError **error)
{
    if (crypto_layer_of(entity) == LAYER_MULTIPART_SIGNED)
        return open_multipart_signed(entity, FALSE, error);
    g_autoptr(GBytes) cms = entity_decode_body(entity, TRUE, error);
    return cms == NULL ? NULL : signature_layer_new(LAYER_SIGNED_DATA, cms, NULL, error);
}

/* State while a message is being opened. */
typedef struct {
    OpenedMessage *opened;
    OctetSource *detached;
    LayerKeysFunc keys;
    gpointer keys_data;
    gsize max_inflated; /* octets that may still be inflated in this message */
    gboolean only_envelope;
    guint64 n_rounds;   /* of key derivation that its envelopes have asked for so far */
    guint n_signatures; /* one in another, inside of the innermost envelope so far */
} Opening;

/* Messages are signed, encrypted, or both in turn. A second signature directly inside of the first
 * is none of these shapes: who signed twice is shown, but an envelope in it is content like an
 * attached one, which is not opened either. Whoever asks to decrypt gets it. */
static gboolean
stays_closed(const Opening *opening)
{
    return opening->n_signatures > 1 && !opening->only_envelope;
}

static OpenedLayer *
open_envelope(Opening *opening, CmsContentType type, GBytes *cms, GError **error)
{
    OpenedMessage *opened = opening->opened;
    CryptoLayer kind =
        type == CMS_CONTENT_ENVELOPED_DATA ? LAYER_ENVELOPED_DATA : LAYER_AUTH_ENVELOPED_DATA;
    g_autoptr(OpenedLayer) layer = layer_new(kind, cms);
    opened->is_encrypted = TRUE;
    if (opening->keys == NULL)
        return g_steal_pointer(&layer);
    g_autoptr(EnvelopeKeys) keys = opening->keys(opening->keys_data, error);
    if (keys == NULL)
        return NULL;
    envelope_facts_clear(&opened->encryption);
    keys->n_rounds_before = opening->n_rounds;
    g_autoptr(OctetSource) plain = enveloped_data_decrypt(cms, keys, &opened->encryption, error);
    opening->n_rounds = opened->encryption.n_rounds;
    if (plain == NULL)
        return NULL;
    set_content(layer, plain);
    return g_steal_pointer(&layer);
}

static OpenedLayer *
open_compressed(Opening *opening, GBytes *cms, GError **error)
{
    g_autoptr(OctetSource) content = compressed_data_open(cms, opening->max_inflated, error);
    if (content == NULL)
        return NULL;
    /* For all layers: padded between them, each could be as large as the limit. */
    opening->max_inflated -= (gsize)octet_source_get_size(content);
    OpenedLayer *layer = layer_new(LAYER_COMPRESSED_DATA, cms);
    set_content(layer, content);
    return layer;
}

/* What smime-type says is a hint; the object itself decides (RFC 8551 §3.2.2). NULL without an
 * error: the object is content. */
static OpenedLayer *
open_cms(Opening *opening, GBytes *cms, GError **error)
{
    CmsContentType type = cms_content_info_peek(cms);
    switch ((int)type) {
    case CMS_CONTENT_SIGNED_DATA:
        return signature_layer_new(LAYER_SIGNED_DATA, cms, opening->detached, error);
    case CMS_CONTENT_ENVELOPED_DATA:
    case CMS_CONTENT_AUTH_ENVELOPED_DATA:
        return stays_closed(opening) ? NULL : open_envelope(opening, type, cms, error);
    case CMS_CONTENT_COMPRESSED_DATA:
        return open_compressed(opening, cms, error);
    case CMS_CONTENT_UNKNOWN:
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_MALFORMED, "this is no CMS object");
        return NULL;
    default:
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                    "CMS content of type %s can't be opened", cms_content_type_to_string(type));
        return NULL;
    }
}

/* NULL without an error: @entity is not a layer. */
static OpenedLayer *
open_entity(Opening *opening, const Entity *entity, GError **error)
{
    CryptoLayer kind = crypto_layer_of(entity);
    if (kind == LAYER_NONE)
        return NULL;
    if (kind == LAYER_MULTIPART_SIGNED)
        return open_multipart_signed(entity, opening->opened->layers->len > 0, error);
    g_autoptr(GBytes) cms = entity_decode_body(entity, kind != LAYER_CERTS_ONLY, error);
    if (cms == NULL)
        return NULL;
    /* An attachment may be called *.p7m and be anything, and certificates protect nothing. */
    gboolean may_be_anything =
        kind == LAYER_CERTS_ONLY || entity_is_media_type(entity, "application/octet-stream");
    if (may_be_anything && cms_content_info_peek(cms) == CMS_CONTENT_UNKNOWN)
        return NULL;
    return open_cms(opening, cms, error);
}

static gboolean
is_envelope(const OpenedLayer *layer)
{
    return layer->kind == LAYER_ENVELOPED_DATA || layer->kind == LAYER_AUTH_ENVELOPED_DATA;
}

static gboolean
is_signature(const OpenedLayer *layer)
{
    return layer->kind == LAYER_MULTIPART_SIGNED || layer->kind == LAYER_SIGNED_DATA;
}

/* The outermost signature inside of the innermost envelope counts. One round an envelope says who
 * sent the ciphertext, not who wrote what is in it; it is passed over. One round another signature
 * is its signer's word for all that is inside, if both are opaque: every reader finds the same two.
 * A multipart/signed in or round another signature can be read without one of them; whose the text
 * is can't be told then. */
static void
note_signature(Opening *opening, OpenedLayer *layer)
{
    OpenedMessage *opened = opening->opened;
    if (is_envelope(layer)) {
        if (opened->signature != NULL)
            empty_layer(opened->signature);
        opened->signature = NULL;
        opened->is_nested = FALSE;
        opening->n_signatures = 0;
        return;
    }
    if (!is_signature(layer))
        return;
    opening->n_signatures++;
    if (opened->signature == NULL)
        opened->signature = layer;
    else if (opened->signature->kind != LAYER_SIGNED_DATA || layer->kind != LAYER_SIGNED_DATA)
        opened->is_nested = TRUE;
}

static gboolean
add_layer(Opening *opening, OpenedLayer *layer, GError **error)
{
    if (opening->opened->layers->len >= LIMIT_CRYPTO_LAYERS) {
        opened_layer_free(layer);
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "more than %u cryptographic layers",
                    LIMIT_CRYPTO_LAYERS);
        return FALSE;
    }
    g_ptr_array_add(opening->opened->layers, layer);
    note_signature(opening, layer);
    if (layer->kind == LAYER_CERTS_ONLY && opening->opened->certificates == NULL)
        opening->opened->certificates =
            g_ptr_array_ref(signed_data_get_certificates(layer->signed_data));
    return TRUE;
}

/* What is inside of @layer, for the next one. Layers one in another hold nearly the same octets,
 * each its own: only of the signature that counts they are kept. */
static OctetSource *
take_payload(Opening *opening, OpenedLayer *layer)
{
    OctetSource *payload = octet_source_ref(layer->payload);
    if (layer != opening->opened->signature)
        empty_layer(layer);
    return payload;
}

static gboolean
is_finished(Opening *opening, const OpenedLayer *layer)
{
    if (!opening->only_envelope || !is_envelope(layer))
        return FALSE;
    opening->opened->payload = octet_source_ref(layer->content);
    return TRUE;
}

static gboolean
is_multipart(const Entity *entity)
{
    return g_str_has_prefix(entity_get_media_type(entity), "multipart/");
}

/* Whether more than the header section must be read: of a layer, and where a signed part may lie
 * below the root. */
static gboolean
has_more_to_tell(const OpenedMessage *opened, const EntityTree *header)
{
    const Entity *root = entity_tree_get_root(header);
    return crypto_layer_of(root) != LAYER_NONE || (opened->signature == NULL && is_multipart(root));
}

/* Cuts *@octets into entities, which takes all of them in memory, and leaves them there; what came
 * out of a layer and needs no look inside stays as it is. FALSE with an error if *@octets can't be
 * read; *out_tree is NULL where there is nothing to see, or with *out_problem. */
static gboolean
look_inside(const OpenedMessage *opened, OctetSource **octets, EntityTree **out_tree,
            GError **out_problem, GError **error)
{
    if (opened->layers->len > 0) {
        g_autoptr(EntityTree) header = entity_tree_parse_header(*octets, out_problem);
        if (header == NULL || !has_more_to_tell(opened, header))
            return TRUE;
    }
    g_autoptr(GBytes) whole = octet_source_to_bytes(*octets, error);
    if (whole == NULL)
        return FALSE;
    octet_source_unref(*octets);
    *octets = octet_source_new_bytes(whole);
    *out_tree = entity_tree_parse(whole, NULL, out_problem);
    return TRUE;
}

/* Takes one layer off *@octets. NULL without an error: there is none, and *out_tree may be set. */
static OpenedLayer *
open_next(Opening *opening, OctetSource **octets, EntityTree **out_tree, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autoptr(EntityTree) tree = NULL;
    if (!look_inside(opening->opened, octets, &tree, &problem, error))
        return NULL;
    if (tree == NULL) {
        /* What came out of a layer may be anything. */
        if (opening->opened->layers->len == 0)
            g_propagate_error(error, g_steal_pointer(&problem));
        return NULL;
    }
    OpenedLayer *layer = open_entity(opening, entity_tree_get_root(tree), error);
    *out_tree = g_steal_pointer(&tree);
    return layer;
}

/* Opens layer after layer of @octets; ends with the first entity that is none. */
static gboolean
open_entities(Opening *opening, OctetSource *octets, GError **error)
{
    OpenedMessage *opened = opening->opened;
    g_autoptr(OctetSource) current = octet_source_ref(octets);
    for (;;) {
        g_autoptr(GError) problem = NULL;
        g_autoptr(EntityTree) tree = NULL;
        OpenedLayer *layer = open_next(opening, &current, &tree, &problem);
        if (problem != NULL) {
            g_propagate_error(error, g_steal_pointer(&problem));
            return FALSE;
        }
        if (layer != NULL && !add_layer(opening, layer, error))
            return FALSE;
        if (layer != NULL && is_finished(opening, layer))
            return TRUE;
        if (layer == NULL || layer->content == NULL) {
            opened->is_open = layer == NULL && opened->layers->len > 0;
            opened->payload = g_steal_pointer(&current);
            opened->tree = g_steal_pointer(&tree);
            return TRUE;
        }
        octet_source_unref(current);
        current = take_payload(opening, layer);
    }
}

static gboolean
open_bare(Opening *opening, GBytes *cms, GError **error)
{
    OpenedLayer *layer = open_cms(opening, cms, error);
    if (layer == NULL || !add_layer(opening, layer, error))
        return FALSE;
    opening->detached = NULL;
    if (layer->content == NULL || is_finished(opening, layer))
        return TRUE;
    g_autoptr(OctetSource) payload = take_payload(opening, layer);
    return open_entities(opening, payload, error);
}

static const Entity *
find_partial(const Entity *entity)
{
    for (guint i = 0; i < entity_get_n_children(entity); i++) {
        const Entity *child = entity_get_child(entity, i);
        CryptoLayer kind = crypto_layer_of(child);
        if (kind == LAYER_MULTIPART_SIGNED || kind == LAYER_SIGNED_DATA)
            return child;
        if (!g_str_has_prefix(entity_get_media_type(child), "multipart/"))
            continue;
        const Entity *found = find_partial(child);
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* Fills @opening->opened, which is given back on success. */
static OpenedMessage *
open_message(Opening *opening, GBytes *message, gboolean is_cms, GError **error)
{
    g_autoptr(OpenedMessage) opened = g_new0(OpenedMessage, 1);
    opened->layers = g_ptr_array_new_with_free_func((GDestroyNotify)opened_layer_free);
    opening->opened = opened;
    opening->max_inflated = compressed_data_limit(g_bytes_get_size(message));
    g_autoptr(OctetSource) octets = octet_source_new_bytes(message);
    gboolean done =
        is_cms ? open_bare(opening, message, error) : open_entities(opening, octets, error);
    return done ? g_steal_pointer(&opened) : NULL;
}

OpenedMessage *
opened_message_new(GBytes *message, gboolean is_cms, GBytes *detached, LayerKeysFunc keys,
                   gpointer user_data, GError **error)
{
    g_autoptr(OctetSource) content = detached == NULL ? NULL : octet_source_new_bytes(detached);
    Opening opening = {.detached = content, .keys = keys, .keys_data = user_data};
    OpenedMessage *opened = open_message(&opening, message, is_cms, error);
    if (opened != NULL && opened->signature == NULL && opened->tree != NULL &&
        is_multipart(entity_tree_get_root(opened->tree)))
        opened->partial = find_partial(entity_tree_get_root(opened->tree));
    return opened;
}

OpenedMessage *
opened_message_decrypt(GBytes *message, gboolean is_cms, LayerKeysFunc keys, gpointer user_data,
                       GError **error)
{
    Opening opening = {.keys = keys, .keys_data = user_data, .only_envelope = TRUE};
    g_autoptr(OpenedMessage) opened = open_message(&opening, message, is_cms, error);
    if (opened == NULL || opened->is_encrypted)
        return g_steal_pointer(&opened);
    g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_NOT_PROTECTED,
                        "the message is not encrypted");
    return NULL;
}
