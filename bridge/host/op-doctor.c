/* SPDX-License-Identifier: MPL-2.0 */

#include "algorithm.h"
#include "cms-init.h"
#include "dns-probe.h"
#include "dns-survey.h"
#include "host-config.h"
#include "json-facts.h"
#include "nss-capability.h"
#include "ops.h"
#include "resolver-isolation.h"
#include "resolver-store.h"
#include "system-authorities.h"
#include "trust-anchor.h"

static JsonObject *
describe_key_store(Bridge *bridge)
{
    JsonObject *object = json_object_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(KeyStore) store = bridge_get_key_store(bridge, FALSE, &error);
    g_autoptr(GPtrArray) pairs = store == NULL ? NULL : key_store_list(store, &error);
    json_set_string(object, "directory", bridge_get_profile(bridge));
    json_object_set_boolean_member(object, "exists", store != NULL);
    json_object_set_boolean_member(object, "has_password",
                                   store != NULL && key_store_has_password(store));
    json_object_set_boolean_member(object, "locked", store != NULL && key_store_is_locked(store));
    json_object_set_int_member(object, "keys", pairs == NULL ? 0 : pairs->len);
    json_set_string(object, "problem", error == NULL ? NULL : error->message);
    return object;
}

static JsonObject *
describe_capabilities(void)
{
    JsonObject *object = json_object_new();
    JsonArray *ops = json_array_new();
    JsonArray *ciphers = json_array_new();
    for (const OpRow *row = op_get_table(); row->name != NULL; row++)
        json_array_add_string_element(ops, row->name);
    json_array_add_string_element(ops, "cancel"); /* the dispatcher's own */
    for (CmsCipher cipher = CMS_CIPHER_AES_128_CBC; cipher <= CMS_CIPHER_AES_256_GCM; cipher++)
        json_array_add_string_element(ciphers, cms_cipher_to_string(cipher));
    json_object_set_array_member(object, "operations", ops);
    json_object_set_array_member(object, "ciphers", ciphers);
    json_object_set_boolean_member(object, "system_authorities", system_authorities_exist());
    return object;
}

gboolean
op_hello(const OpCall *call, OpReply *reply, G_GNUC_UNUSED GError **error)
{
    JsonObject *result = json_object_new();
    json_set_string(result, "name", "dane-smime");
    json_set_string(result, "version", HOST_VERSION);
    json_object_set_int_member(result, "protocol", HOST_PROTOCOL);
    json_set_string(result, "nss", cms_get_nss_version());
    json_object_set_boolean_member(result, "offline", bridge_is_offline(call->bridge));
    json_object_set_object_member(result, "capabilities", describe_capabilities());
    json_object_set_object_member(result, "key_store", describe_key_store(call->bridge));
    reply->result = result;
    return TRUE;
}

/* Whether "it works" depends on a check, or only some use of the program does. */
typedef enum { CHECK_NEEDED, CHECK_OPTIONAL } CheckKind;

/* One line of doctor's list. @remedy: what to do where it does not work. */
static void
add_check(JsonArray *checks, const gchar *name, CheckKind kind, gboolean works, const gchar *detail,
          const gchar *remedy)
{
    JsonObject *check = json_object_new();
    json_set_string(check, "check", name);
    json_object_set_boolean_member(check, "works", works);
    json_object_set_boolean_member(check, "needed", kind == CHECK_NEEDED);
    json_set_string(check, "detail", detail);
    json_set_string(check, "remedy", works ? NULL : remedy);
    json_array_add_object_element(checks, check);
}

static void
check_libraries(JsonArray *checks)
{
    g_autofree gchar *detail =
        g_strdup_printf("dane-smime %s, NSS %s, GLib %u.%u.%u", HOST_VERSION, cms_get_nss_version(),
                        glib_major_version, glib_minor_version, glib_micro_version);
    add_check(checks, "libraries", CHECK_NEEDED, TRUE, detail, NULL);
}

/* What some NSS has and this one lacks; what none has is no fault of the installation. */
static void
check_algorithms(JsonArray *checks)
{
    g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func(g_free);
    for (NssCapability i = 0; i < NSS_N_CAPABILITIES; i++)
        if (nss_capability_is_known(i) && !nss_capability_is_there(i))
            g_ptr_array_add(missing, nss_capability_explain(i));
    gboolean works = missing->len == 0;
    g_ptr_array_add(missing, NULL);
    g_autofree gchar *detail = g_strjoinv(". ", (gchar **)missing->pdata);
    add_check(checks, "algorithms", CHECK_OPTIONAL, works,
              works ? "NSS has all that S/MIME messages may ask for" : detail,
              "wanted for correspondents who use these alone: a newer NSS is enough, dane-smime "
              "need not be built again");
}

static JsonObject *
describe_algorithms(void)
{
    JsonObject *object = json_object_new();
    for (NssCapability i = 0; i < NSS_N_CAPABILITIES; i++)
        json_object_set_boolean_member(object, nss_capability_to_string(i),
                                       nss_capability_is_there(i));
    return object;
}

static void
check_trust_anchor(const OpCall *call, JsonArray *checks)
{
    const gchar *file = bridge_get_initial_resolver_config(call->bridge)->trust_anchor_file;
    if (file == NULL)
        file = TRUST_ANCHOR_DEFAULT_FILE;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) anchors = trust_anchor_load(file, &error);
    add_check(checks, "trust-anchor", CHECK_NEEDED, anchors != NULL,
              anchors != NULL ? file : error->message,
              "install the package dns-root-data, or name a file with --trust-anchor");
}

static void
check_resolver_program(JsonArray *checks)
{
    const gchar *program = bridge_get_resolver_program();
    add_check(checks, "resolver-program", CHECK_NEEDED,
              g_file_test(program, G_FILE_TEST_IS_EXECUTABLE), program,
              "install dane-smime-resolver beside dane-smime, or below its libexec folder");
}

/* How long the other engine is waited for, when the chosen one has failed. */
#define SECOND_PROBE_MS 4000u

/* The engine that was not chosen, if it gets the right answer here; NULL if not. */
static const gchar *
find_other_engine(const OpCall *call)
{
    g_autoptr(ResolverConfig) config = bridge_dup_resolver_config(call->bridge);
    config->engine =
        config->engine == RESOLVER_ENGINE_GETDNS ? RESOLVER_ENGINE_UNBOUND : RESOLVER_ENGINE_GETDNS;
    config->deadline_ms = MIN(config->deadline_ms, SECOND_PROBE_MS);
    g_autoptr(GError) error = NULL;
    g_autoptr(ResolverAnswer) answer =
        dns_probe(bridge_get_resolver_program(), config, RESOLVER_CONFIG_PROBE_NAME,
                  RESOLVER_CONFIG_PROBE_TYPE, call->cancellable, &error);
    return answer != NULL && answer->outcome == DNS_OUTCOME_SECURE_DENIAL
               ? resolver_engine_to_string(config->engine)
               : NULL;
}

static gchar *
make_remedy(const ResolverAnswer *answer, const gchar *other_engine)
{
    if (other_engine != NULL)
        return g_strdup_printf("choose it with --dns-engine %s", other_engine);
    return g_strdup(
        answer->outcome == DNS_OUTCOME_UNREACHABLE
            ? "the name server does not answer, or with errors alone: check the network, or "
              "name another with --dns-server"
            : "check the clock and the trust anchor; if both are right, the name "
              "server strips or breaks DNSSEC: name another with --dns-server, or try "
              "--dns-recursive");
}

static void
describe_probe(const OpCall *call, const ResolverAnswer *answer, JsonArray *checks)
{
    gboolean works = answer->outcome == DNS_OUTCOME_SECURE_DENIAL;
    const gchar *other_engine = works ? NULL : find_other_engine(call);
    g_autofree gchar *remedy = make_remedy(answer, other_engine);
    g_autoptr(GString) detail = g_string_new(NULL);
    g_string_printf(detail, "the answer for %s is %s", RESOLVER_CONFIG_PROBE_NAME,
                    dns_outcome_to_string(answer->outcome));
    if (answer->detail != NULL)
        g_string_append_printf(detail, ": %s", answer->detail);
    if (other_engine != NULL)
        g_string_append_printf(detail, "; the DNS engine %s gets the right one", other_engine);
    add_check(checks, "dnssec", CHECK_NEEDED, works, detail->str, remedy);
}

static gboolean
check_dnssec(const OpCall *call, JsonArray *checks, GError **error)
{
    if (bridge_is_offline(call->bridge)) {
        add_check(checks, "dnssec", CHECK_NEEDED, FALSE, "not looked at: lookups are off",
                  "leave out --offline");
        return TRUE;
    }
    g_autoptr(GArray) questions = g_array_new(FALSE, TRUE, sizeof(BridgeQuestion));
    BridgeQuestion question = {(gchar *)RESOLVER_CONFIG_PROBE_NAME, RESOLVER_CONFIG_PROBE_TYPE,
                               BRIDGE_MEMORY_NONE};
    g_array_append_val(questions, question);
    g_autoptr(GError) problem = NULL;
    g_autoptr(GPtrArray) answers =
        bridge_lookup(call->bridge, questions, call->cancellable, NULL, NULL, &problem);
    if (g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return FALSE;
    }
    if (answers == NULL)
        add_check(checks, "dnssec", CHECK_NEEDED, FALSE, problem->message, "see resolver-program");
    else
        describe_probe(call, g_ptr_array_index(answers, 0), checks);
    return TRUE;
}

static JsonObject *
describe_row(const DnsSurveyRow *row, GString *summary)
{
    JsonObject *object = json_object_new();
    const gchar *outcome =
        dns_outcome_to_string(row->answer == NULL ? DNS_OUTCOME_UNREACHABLE : row->answer->outcome);
    const gchar *detail = row->answer == NULL ? row->problem : row->answer->detail;
    gboolean works = row->answer != NULL && row->answer->outcome == DNS_OUTCOME_SECURE_DENIAL;
    json_set_string(object, "server", row->server);
    json_set_string(object, "transport", row->transport);
    json_object_set_boolean_member(object, "works", works);
    json_set_string(object, "dns", outcome);
    json_set_string(object, "detail", detail);
    json_object_set_int_member(object, "milliseconds", row->n_ms);
    g_string_append_printf(summary, "%s%s over %s %s", summary->len == 0 ? "" : "; ",
                           row->server == NULL ? "the root" : row->server, row->transport,
                           works ? "works" : outcome);
    if (works)
        g_string_append_printf(summary, " (%u ms)", row->n_ms);
    else if (detail != NULL)
        g_string_append_printf(summary, " (%s)", detail);
    return object;
}

/* Where lookups go, in their order, and what comes of each. Returns: the rows */
static JsonArray *
check_name_servers(const OpCall *call, JsonArray *checks)
{
    JsonArray *rows = json_array_new();
    g_autoptr(GString) summary = g_string_new(NULL);
    gboolean works = FALSE;
    if (bridge_is_offline(call->bridge)) {
        add_check(checks, "name-servers", CHECK_OPTIONAL, FALSE, "not looked at: lookups are off",
                  "leave out --offline");
        return rows;
    }
    g_autoptr(ResolverConfig) config = bridge_dup_resolver_config(call->bridge);
    g_autoptr(GPtrArray) found = dns_survey(bridge_get_resolver_program(), config);
    for (guint i = 0; i < found->len; i++) {
        JsonObject *row = describe_row(g_ptr_array_index(found, i), summary);
        works |= json_object_get_boolean_member(row, "works");
        json_array_add_object_element(rows, row);
    }
    add_check(checks, "name-servers", CHECK_OPTIONAL, works, summary->str, "see dnssec");
    return rows;
}

/* After the question of check_dnssec(): what the program says of itself once it has been started.
 */
static void
check_isolation(const OpCall *call, JsonArray *checks)
{
    if (bridge_is_offline(call->bridge)) {
        add_check(checks, "resolver-isolation", CHECK_OPTIONAL, FALSE,
                  "not looked at: lookups are off", "leave out --offline");
        return;
    }
    guint isolation = bridge_get_resolver_isolation(call->bridge);
    g_autofree gchar *detail = resolver_isolation_describe(isolation);
    add_check(
        checks, "resolver-isolation", CHECK_OPTIONAL,
        (isolation & RESOLVER_ISOLATION_ALL) == RESOLVER_ISOLATION_ALL, detail,
        isolation == 0
            ? "see resolver-program and dnssec"
            : "what is not in force needs a kernel that has it (seccomp: 3.17, Landlock: "
              "5.13) and lets this user have it, and a build without sanitizer; lookups "
              "work without it, but a name server that exploits an error there could do more");
}

/* After the question of check_dnssec(), whose answer makes the file. */
static void
check_answer_cache(const OpCall *call, JsonArray *checks)
{
    const gchar *file = bridge_get_cache_file(call->bridge);
    guint64 n_octets = 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) answers =
        resolver_store_list(file, resolver_moment_now(), &n_octets, &error);
    gboolean works = answers != NULL && (n_octets > 0 || bridge_is_offline(call->bridge));
    g_autofree gchar *detail = NULL;
    if (!bridge_is_caching(call->bridge))
        detail = g_strdup("answers are remembered in memory alone, as asked for");
    else if (answers == NULL)
        detail = g_strdup(error->message);
    else if (!works)
        detail = g_strdup_printf("%s can't be made", file);
    else
        detail = g_strdup_printf("%s: %u %s, %" G_GUINT64_FORMAT " octets", file, answers->len,
                                 answers->len == 1 ? "answer" : "answers", n_octets);
    add_check(
        checks, "answer-cache", CHECK_OPTIONAL, works || !bridge_is_caching(call->bridge), detail,
        "every start of the program asks the DNS anew: see that the folder is this user's and "
        "can be written to, or take the file away");
}

static void
check_key_store(const OpCall *call, JsonArray *checks)
{
    g_autoptr(JsonObject) store = describe_key_store(call->bridge);
    const gchar *problem = json_object_get_string_member_with_default(store, "problem", NULL);
    gint64 n_keys = json_object_get_int_member(store, "keys");
    gboolean locked = json_object_get_boolean_member(store, "locked");
    g_autofree gchar *detail =
        g_strdup_printf("%s: %" G_GINT64_FORMAT " %s%s", bridge_get_profile(call->bridge), n_keys,
                        n_keys == 1 ? "key" : "keys", locked ? ", locked" : "");
    add_check(checks, "key-store", CHECK_OPTIONAL, problem == NULL,
              problem == NULL ? detail : problem,
              "make a key with \"dane-smime keygen ADDRESS\" or import one");
}

static void
check_system_authorities(const OpCall *call, JsonArray *checks)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) authorities = bridge_get_system_authorities(call->bridge, &error);
    g_autofree gchar *detail =
        authorities == NULL
            ? g_strdup(error->message)
            : g_strdup_printf("%u of NSS's list may vouch for mail", authorities->len);
    add_check(checks, "system-authorities", CHECK_OPTIONAL, authorities != NULL, detail,
              "wanted by --system-authorities alone: install " SYSTEM_AUTHORITIES_LIBRARY
              " of NSS, on Debian with the package libnss3");
}

/* Where Thunderbird looks for it on Linux: the user's folder, then the system's. */
static void
check_manifest(JsonArray *checks)
{
    g_autofree gchar *own = g_build_filename(g_get_home_dir(), ".mozilla", "native-messaging-hosts",
                                             HOST_MANIFEST_NAME ".json", NULL);
    const gchar *const places[] = {
        own, "/usr/lib/mozilla/native-messaging-hosts/" HOST_MANIFEST_NAME ".json"};
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++)
        if (g_file_test(places[i], G_FILE_TEST_IS_REGULAR)) {
            add_check(checks, "native-manifest", CHECK_OPTIONAL, TRUE, places[i], NULL);
            return;
        }
    add_check(
        checks, "native-manifest", CHECK_OPTIONAL, FALSE,
        "Thunderbird finds no " HOST_MANIFEST_NAME ".json",
        "wanted by Thunderbird alone: install with \"meson install\" and prefix /usr, or link it "
        "there");
}

gboolean
op_doctor(const OpCall *call, OpReply *reply, GError **error)
{
    g_autoptr(JsonArray) checks = json_array_new();
    check_libraries(checks);
    check_algorithms(checks);
    check_trust_anchor(call, checks);
    check_resolver_program(checks);
    if (!check_dnssec(call, checks, error))
        return FALSE;
    g_autoptr(JsonArray) search = check_name_servers(call, checks);
    check_isolation(call, checks);
    check_answer_cache(call, checks);
    check_key_store(call, checks);
    check_system_authorities(call, checks);
    check_manifest(checks);
    reply->result = json_object_new();
    op_describe_resolver(call, reply->result);
    json_object_set_object_member(reply->result, "algorithms", describe_algorithms());
    json_object_set_array_member(reply->result, "dns_search", g_steal_pointer(&search));
    json_object_set_array_member(reply->result, "checks", g_steal_pointer(&checks));
    return TRUE;
}
