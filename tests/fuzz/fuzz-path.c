/* SPDX-License-Identifier: MPL-2.0 */

#include <glib.h>

#include "cms-init.h"
#include "crl.h"
#include "fuzz.h"
#include "path-private.h"

/* Certificates and CRLs one behind the other: the subject first, the anchor last. */

/* 2026-11-22, at which the certificates of the corpus are valid. */
#define NOW           G_GINT64_CONSTANT(1795305600)
#define ELEMENTS_MAX  40u
#define N_COMPARISONS 10000u

typedef struct {
    GPtrArray *certificates;
    GPtrArray *crls;
} Input;

static void
add_element(Input *input, GBytes *element)
{
    Certificate *certificate = certificate_new(element, NULL);
    if (certificate != NULL)
        g_ptr_array_add(input->certificates, certificate);
    else
        g_ptr_array_add(input->crls, g_bytes_ref(element));
}

static void
split(Input *input, GBytes *all)
{
    BerReader reader;
    BerSlice slice;
    ber_reader_init(&reader, all);
    for (guint i = 0; i < ELEMENTS_MAX && ber_skip(&reader, "", &slice, NULL); i++) {
        g_autoptr(GBytes) element = ber_slice_to_bytes(all, slice);
        add_element(input, element);
    }
}

static void
read_crl(GBytes *der, GBytes *serial)
{
    g_autoptr(Crl) crl = crl_new(der, NULL);
    CrlRoom room = CRL_ROOM_ALL;
    if (crl == NULL || !crl_load_entries(crl, &room, NULL))
        return;
    crl_find(crl, crl_get_issuer(crl), serial);
    crl_delta_fits(crl, crl);
}

/* What stands behind the signatures, which nobody who changes octets gets right. */
static void
judge_unsigned(PathNode *nodes, guint n_nodes)
{
    PathNode *pointers[PATH_MAX_LENGTH];
    PathFault fault = {REASON_NONE, NULL};
    guint n_comparisons = N_COMPARISONS;
    for (guint i = 0; i < n_nodes; i++) {
        pointers[i] = &nodes[i];
        if (nodes[i].subject == NULL || nodes[i].issuer == NULL)
            return;
        nodes[i].is_self_issued = distinguished_name_equal(nodes[i].subject, nodes[i].issuer);
    }
    PathChain chain = {pointers, n_nodes};
    path_rules_judge(&chain, NOW, PATH_PURPOSE_MAIL, &fault);
    path_constraints_judge(&chain, &n_comparisons, &fault);
    path_policy_judge(&chain, &fault);
    g_assert((fault.reason == REASON_NONE) == (fault.detail == NULL));
    g_free(fault.detail);
}

static void
judge_as_chain(GPtrArray *certificates)
{
    PathNode nodes[PATH_MAX_LENGTH] = {0};
    guint n_nodes = MIN(certificates->len, PATH_MAX_LENGTH);
    for (guint i = 0; i < n_nodes; i++) {
        Certificate *certificate = g_ptr_array_index(certificates, i);
        nodes[i].certificate = certificate;
        certificate_prepare_names(certificate, &nodes[i].subject, &nodes[i].issuer);
        GPtrArray *points = distribution_points_read(certificate);
        g_clear_pointer(&points, g_ptr_array_unref);
    }
    judge_unsigned(nodes, n_nodes);
    for (guint i = 0; i < n_nodes; i++)
        g_clear_pointer(&nodes[i].names, path_names_free);
}

static void
validate(const Input *input)
{
    Certificate *subject = g_ptr_array_index(input->certificates, 0);
    g_autoptr(GPtrArray) anchors = g_ptr_array_new();
    g_ptr_array_add(anchors, g_ptr_array_index(input->certificates, input->certificates->len - 1));
    g_autoptr(PathResult) result =
        path_validate(subject, input->certificates, anchors, input->crls, NOW);
    g_assert((result->path == NULL) == (result->reason == REASON_CERTIFICATE_UNTRUSTED));
    g_assert(result->path == NULL || g_ptr_array_index(result->path, 0) == subject);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    static gboolean is_ready = FALSE;
    is_ready = is_ready || cms_init(NULL);
    g_assert(is_ready);
    g_autoptr(GBytes) all = g_bytes_new(octets, n_octets);
    g_autoptr(GPtrArray) certificates =
        g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    g_autoptr(GPtrArray) crls = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    Input input = {certificates, crls};
    split(&input, all);
    if (certificates->len > 0) {
        for (guint i = 0; i < crls->len; i++)
            read_crl(g_ptr_array_index(crls, i),
                     certificate_get_serial(g_ptr_array_index(certificates, 0)));
        judge_as_chain(certificates);
        validate(&input);
    }
    return 0;
}
