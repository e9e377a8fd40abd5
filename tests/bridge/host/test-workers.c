/* SPDX-License-Identifier: MPL-2.0 */

/* Many operations at once on one bridge, as the workers of a session do them: one key store, one
 * list of authorities, one NSS. A build with -Db_sanitize=thread says whether they get in each
 * other's way. */

#include <glib/gstdio.h>

#include "cms-init.h"
#include "json-facts.h"
#include "op.h"

#define N_THREADS 8
#define N_ROUNDS  6
#define N_PEOPLE  3

static const gchar *const algorithms[N_PEOPLE] = {"rsa-2048", "p-256", "p-384"};

typedef struct {
    gchar *profile;
    Bridge *bridge;
    GBytes *certificates[N_PEOPLE];
} Office;

static gboolean
run(Bridge *bridge, const gchar *name, JsonObject *params, GBytes *body, OpReply *out_reply)
{
    g_autoptr(JsonObject) owned = params;
    g_autoptr(GError) error = NULL;
    OpCall call = {.bridge = bridge, .params = owned, .body = body};
    gboolean done = op_run(op_find(name), &call, out_reply, &error);
    if (!done)
        g_test_message("%s: %s", name, error->message);
    return done;
}

static GBytes *
first_body(const OpReply *reply)
{
    g_autoptr(GError) error = NULL;
    GBytes *octets = octet_source_to_bytes(g_ptr_array_index(reply->bodies, 0), &error);
    g_assert_no_error(error);
    return octets;
}

static gchar *
address_of(guint person)
{
    return g_strdup_printf("person-%u@example.org", person);
}

static GBytes *
message_of(guint person, guint number)
{
    gchar *text = g_strdup_printf("From: person-%u@example.org\r\nTo: nobody@example.org\r\n"
                                  "Subject: %u\r\n\r\nmessage %u\r\n",
                                  person, number, number);
    return g_bytes_new_take(text, strlen(text));
}

static void
make_key(Office *office, guint person)
{
    g_autofree gchar *address = address_of(person);
    g_auto(OpReply) made = {0}, exported = {0};
    JsonObject *params = json_object_new();
    json_object_set_string_member(params, "address", address);
    json_object_set_string_member(params, "algorithm", algorithms[person]);
    g_assert_true(run(office->bridge, "keygen", params, NULL, &made));
    params = json_object_new();
    json_object_set_string_member(params, "address", address);
    json_object_set_boolean_member(params, "certificate_only", TRUE);
    g_assert_true(run(office->bridge, "export", params, NULL, &exported));
    office->certificates[person] = first_body(&exported);
}

static void
office_set_up(Office *office, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    BridgeSettings *settings = bridge_settings_new();
    office->profile = g_dir_make_tmp("test-workers-XXXXXX", &error);
    g_assert_no_error(error);
    settings->profile = g_strdup(office->profile);
    settings->offline = TRUE;
    office->bridge = bridge_new(settings, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < N_PEOPLE; i++)
        make_key(office, i);
}

/* With the folders in it: what "read" remembers has one. */
static void
remove_folder(const gchar *folder)
{
    g_autoptr(GDir) names = g_dir_open(folder, 0, NULL);
    for (const gchar *name = g_dir_read_name(names); name != NULL; name = g_dir_read_name(names)) {
        g_autofree gchar *path = g_build_filename(folder, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            remove_folder(path);
        else
            g_assert_cmpint(g_unlink(path), ==, 0);
    }
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void
office_tear_down(Office *office, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    bridge_free(office->bridge);
    for (guint i = 0; i < N_PEOPLE; i++)
        g_bytes_unref(office->certificates[i]);
    remove_folder(office->profile);
    g_free(office->profile);
    cms_shutdown(&error);
    g_assert_no_error(error);
}

static GBytes *
sign(Office *office, guint person, guint number)
{
    g_auto(OpReply) reply = {0};
    g_autoptr(GBytes) message = message_of(person, number);
    JsonObject *params = json_object_new();
    json_object_set_boolean_member(params, "opaque", number % 2 == 0);
    g_assert_true(run(office->bridge, "sign", params, message, &reply));
    return first_body(&reply);
}

static JsonObject *
pinned(const Office *office, guint person)
{
    JsonObject *params = json_object_new();
    g_autoptr(JsonArray) pins = json_array_new();
    gsize n_octets = 0;
    const guchar *octets = g_bytes_get_data(office->certificates[person], &n_octets);
    g_autofree gchar *text = g_base64_encode(octets, n_octets);
    json_array_add_string_element(pins, text);
    json_object_set_array_member(params, "pins", g_steal_pointer(&pins));
    json_object_set_boolean_member(params, "system_authorities", TRUE);
    return params;
}

static void
check_verified(Office *office, const gchar *op, guint person, GBytes *message)
{
    g_auto(OpReply) reply = {0};
    g_assert_true(run(office->bridge, op, pinned(office, person), message, &reply));
    g_assert_cmpstr(json_object_get_string_member(reply.result, "status"), ==, "verified");
}

static GBytes *
encrypt(Office *office, const gchar *op, guint person, guint number)
{
    g_auto(OpReply) reply = {0};
    g_autoptr(GBytes) message = message_of(person, number);
    JsonObject *params = json_object_new();
    json_object_set_boolean_member(params, "self_only", TRUE);
    json_object_set_string_member(params, "cipher",
                                  number % 2 == 0 ? "aes-256-cbc" : "aes-256-gcm");
    g_assert_true(run(office->bridge, op, params, message, &reply));
    return first_body(&reply);
}

static void
check_decrypts(Office *office, GBytes *message)
{
    g_auto(OpReply) reply = {0};
    g_assert_true(run(office->bridge, "decrypt", json_object_new(), message, &reply));
    g_autoptr(GBytes) plaintext = first_body(&reply);
    g_assert_cmpuint(g_bytes_get_size(plaintext), >, 0);
}

/* What is cut short fails, beside others that succeed. */
static void
check_refused(Office *office, GBytes *message)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(message, &n_octets);
    g_autoptr(GBytes) cut = g_bytes_new(octets, n_octets - n_octets / 4);
    g_auto(OpReply) reply = {0};
    g_assert_false(run(office->bridge, "decrypt", json_object_new(), cut, &reply));
}

static void
check_keys(Office *office, guint number)
{
    g_auto(OpReply) keys = {0}, doctor = {0};
    g_assert_true(run(office->bridge, "keys", json_object_new(), NULL, &keys));
    if (number % 4 == 0)
        g_assert_true(run(office->bridge, "doctor", json_object_new(), NULL, &doctor));
}

static void
work(gpointer data, gpointer user_data)
{
    Office *office = user_data;
    guint number = GPOINTER_TO_UINT(data);
    guint person = number % N_PEOPLE;
    g_autoptr(GBytes) is_signed = sign(office, person, number);
    check_verified(office, "verify", person, is_signed);
    g_autoptr(GBytes) encrypted = encrypt(office, "encrypt", person, number);
    check_decrypts(office, encrypted);
    check_refused(office, encrypted);
    check_keys(office, number);
    g_autoptr(GBytes) both = encrypt(office, "sign-encrypt", person, number);
    check_verified(office, "read", person, both);
}

static void
test_many_at_once(Office *office, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    GThreadPool *pool = g_thread_pool_new(work, office, N_THREADS, TRUE, &error);
    g_assert_no_error(error);
    for (guint i = 1; i <= N_THREADS * N_ROUNDS; i++)
        g_assert_true(g_thread_pool_push(pool, GUINT_TO_POINTER(i), NULL));
    g_thread_pool_free(pool, FALSE, TRUE);
}

/* The first to ask opens the store and reads the authorities; here all are the first. */
static void
open_first(G_GNUC_UNUSED gpointer data, gpointer user_data)
{
    Office *office = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) authorities = bridge_get_system_authorities(office->bridge, &error);
    g_assert_no_error(error);
    g_autoptr(KeyStore) store = bridge_get_unlocked_store(office->bridge, FALSE, &error);
    g_assert_no_error(error);
    g_autoptr(ResolverConfig) config = bridge_dup_resolver_config(office->bridge);
    g_assert_true(bridge_set_resolver_config(office->bridge, config, &error));
}

static void
test_first_at_once(Office *office, G_GNUC_UNUSED gconstpointer data)
{
    GThreadPool *pool = g_thread_pool_new(open_first, office, N_THREADS, TRUE, NULL);
    for (guint i = 1; i <= N_THREADS; i++)
        g_assert_true(g_thread_pool_push(pool, GUINT_TO_POINTER(i), NULL));
    g_thread_pool_free(pool, FALSE, TRUE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/workers/first-at-once", Office, NULL, office_set_up, test_first_at_once,
               office_tear_down);
    g_test_add("/workers/many-at-once", Office, NULL, office_set_up, test_many_at_once,
               office_tear_down);
    return g_test_run();
}
