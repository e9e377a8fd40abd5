/* SPDX-License-Identifier: MPL-2.0 */

#include "core-limits.h"
#include "drs-error.h"
#include "drs-json.h"
#include "drs-local.h"
#include "ops.h"
#include "params.h"

/* The one that is no authority's; or the only one. (transfer full) */
static Certificate *
choose_certificate(GPtrArray *certificates, GError **error)
{
    Certificate *chosen = certificates->len == 1 ? g_ptr_array_index(certificates, 0) : NULL;
    guint n_found = 0;
    for (guint i = 0; i < certificates->len && certificates->len > 1; i++) {
        Certificate *certificate = g_ptr_array_index(certificates, i);
        if (certificate_is_authority(certificate))
            continue;
        chosen = certificate;
        n_found++;
    }
    if (chosen != NULL && n_found <= 1)
        return certificate_ref(chosen);
    g_set_error(error, DRS_ERROR,
                chosen == NULL ? DRS_ERROR_CERTIFICATE_MISSING : DRS_ERROR_CERTIFICATES,
                "one certificate of a domain controller is wanted, there are %u", n_found);
    return NULL;
}

static Certificate *
read_certificate(JsonObject *file, GError **error)
{
    g_autoptr(GBytes) octets = NULL;
    if (!params_get_octets(file, "octets", &octets, error))
        return NULL;
    if (octets == NULL) {
        g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                            "parameter \"add\": \"octets\" is missing");
        return NULL;
    }
    g_autoptr(GPtrArray) certificates = certificates_parse_file(octets, error);
    return certificates == NULL ? NULL : choose_certificate(certificates, error);
}

static gchar *
dup_address(const gchar *address, const gchar *name, const Certificate *certificate, GError **error)
{
    gchar *chosen = address != NULL
                        ? g_strdup(address)
                        : drs_map_dup_address_of_file(name == NULL ? "" : name, certificate);
    if (chosen == NULL)
        g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED,
                            "neither the file's name nor the certificate is one address");
    return chosen;
}

static gboolean
add_file(const DrsMap *map, const gchar *address, JsonObject *file, JsonArray *entries,
         GError **error)
{
    const gchar *name = NULL;
    g_autoptr(Certificate) certificate = NULL;
    if (!params_get_string(file, "name", &name, error) ||
        (certificate = read_certificate(file, error)) == NULL)
        return FALSE;
    g_autofree gchar *chosen = dup_address(address, name, certificate, error);
    if (chosen == NULL || !drs_map_set(map, chosen, certificate, DRS_ORIGIN_ADDED, error))
        return FALSE;
    g_autoptr(DrsMapEntry) entry = drs_map_find(map, chosen, error);
    if (entry == NULL)
        return FALSE;
    json_array_add_object_element(entries, json_from_drs_map_entry(entry));
    return TRUE;
}

/* Of several files those that are none do not keep the others out. */
static void
add_problem(JsonArray *problems, JsonObject *file, const GError *error)
{
    const gchar *name = NULL;
    JsonObject *problem = json_object_new();
    params_get_string(file, "name", &name, NULL);
    json_object_set_string_member(problem, "name", name == NULL ? "" : name);
    json_object_set_string_member(problem, "problem", error->message);
    json_array_add_object_element(problems, problem);
}

static gboolean
add(const DrsMap *map, const gchar *address, GPtrArray *files, JsonArray *entries,
    JsonArray *problems, GError **error)
{
    for (guint i = 0; i < files->len; i++) {
        JsonObject *file = g_ptr_array_index(files, i);
        GError *problem = NULL;
        if (add_file(map, address, file, entries, &problem))
            continue;
        gboolean is_about_file = address == NULL &&
                                 !g_error_matches(problem, DRS_ERROR, DRS_ERROR_MAP) &&
                                 !g_error_matches(problem, DRS_ERROR, DRS_ERROR_MAP_FULL);
        if (!is_about_file) {
            g_propagate_error(error, problem);
            return FALSE;
        }
        add_problem(problems, file, problem);
        g_error_free(problem);
    }
    return TRUE;
}

static gboolean
list(const DrsMap *map, const gchar *address, JsonArray *entries, GError **error)
{
    if (address != NULL) {
        g_autoptr(DrsMapEntry) entry = drs_map_find(map, address, error);
        if (entry != NULL)
            json_array_add_object_element(entries, json_from_drs_map_entry(entry));
        return entry != NULL;
    }
    g_autoptr(GPtrArray) all = drs_map_list(map, error);
    for (guint i = 0; all != NULL && i < all->len; i++)
        json_array_add_object_element(entries, json_from_drs_map_entry(g_ptr_array_index(all, i)));
    return all != NULL;
}

static gboolean
check_params(const gchar *address, GPtrArray *files, gboolean remove, GError **error)
{
    const gchar *fault = NULL;
    if (remove && files->len > 0)
        fault = "\"add\" and \"remove\" can't stand together";
    else if (address != NULL && files->len > 1)
        fault = "an address has one certificate, and \"add\" has several files";
    if (fault == NULL)
        return TRUE;
    g_set_error_literal(error, PROTOCOL_ERROR, PROTOCOL_ERROR_MALFORMED, fault);
    return FALSE;
}

gboolean
op_drs_map(const OpCall *call, OpReply *reply, GError **error)
{
    const gchar *address = NULL;
    gboolean remove = FALSE;
    guint n_removed = 0;
    g_auto(DrsLocal) local = {0};
    g_autoptr(GPtrArray) files = NULL;
    g_autoptr(JsonArray) entries = json_array_new();
    g_autoptr(JsonArray) problems = json_array_new();
    if (!params_get_string(call->params, "address", &address, error) ||
        !params_get_boolean(call->params, "remove", FALSE, &remove, error) ||
        !params_get_objects(call->params, "add", LIMIT_DRS_MAP_ENTRIES, &files, error) ||
        !check_params(address, files, remove, error) || !drs_local_open(call, FALSE, &local, error))
        return FALSE;
    gboolean done = remove           ? drs_map_remove(&local.map, address, &n_removed, error)
                    : files->len > 0 ? add(&local.map, address, files, entries, problems, error)
                                     : list(&local.map, address, entries, error);
    if (!done)
        return FALSE;
    reply->result = json_object_new();
    json_object_set_array_member(reply->result, "entries", g_steal_pointer(&entries));
    json_object_set_array_member(reply->result, "problems", g_steal_pointer(&problems));
    json_object_set_int_member(reply->result, "removed", n_removed);
    return TRUE;
}
