/* SPDX-License-Identifier: MPL-2.0 */

#include "bridge.h"

#include "cms-error.h"
#include "cms-init.h"
#include "host-config.h"
#include "lookup-thread.h"
#include "resolver-store-file.h"
#include "resolver-store.h"
#include "system-authorities.h"

struct _Bridge {
    BridgeSettings *settings;
    gchar *cache_file;
    gint learning; /* atomic; gboolean */
    GMutex lock;   /* of those below */
    gboolean caching;
    KeyStore *key_store;
    GPtrArray *system_authorities; /* NULL: not read yet */
    ResolverConfig *resolver;
    LookupThread *lookups; /* with @resolver; NULL: none was made yet */
};

BridgeSettings *
bridge_settings_new(void)
{
    BridgeSettings *settings = g_new0(BridgeSettings, 1);
    settings->resolver = resolver_config_new();
    settings->now = G_MININT64;
    return settings;
}

void
bridge_settings_free(BridgeSettings *settings)
{
    if (settings == NULL)
        return;
    g_free(settings->profile);
    if (settings->initial_password != NULL)
        explicit_bzero(settings->initial_password, strlen(settings->initial_password));
    g_free(settings->initial_password);
    g_clear_pointer(&settings->resolver, resolver_config_free);
    g_free(settings);
}

Bridge *
bridge_new(BridgeSettings *settings, GError **error)
{
    g_autoptr(BridgeSettings) owned = settings;
    if (!resolver_config_check(owned->resolver, error))
        return NULL;
    if (!cms_init(error))
        return NULL;
    if (owned->profile == NULL)
        owned->profile = g_build_filename(g_get_user_data_dir(), "dane-smime", NULL);
    Bridge *bridge = g_new0(Bridge, 1);
    g_mutex_init(&bridge->lock);
    bridge->settings = g_steal_pointer(&owned);
    bridge->cache_file = resolver_store_dup_default_file();
    bridge->learning = !bridge->settings->no_learning;
    bridge->caching = !bridge->settings->no_cache;
    bridge->resolver = resolver_config_copy(bridge->settings->resolver);
    return bridge;
}

void
bridge_free(Bridge *bridge)
{
    if (bridge == NULL)
        return;
    g_clear_pointer(&bridge->lookups, lookup_thread_unref);
    g_clear_pointer(&bridge->resolver, resolver_config_free);
    g_clear_pointer(&bridge->key_store, key_store_unref);
    g_clear_pointer(&bridge->system_authorities, g_ptr_array_unref);
    bridge_settings_free(bridge->settings);
    g_free(bridge->cache_file);
    g_mutex_clear(&bridge->lock);
    g_free(bridge);
}

const gchar *
bridge_get_profile(Bridge *bridge)
{
    return bridge->settings->profile;
}

gint64
bridge_get_now(Bridge *bridge)
{
    if (bridge->settings->now != G_MININT64)
        return bridge->settings->now;
    return g_get_real_time() / G_USEC_PER_SEC;
}

gboolean
bridge_is_offline(Bridge *bridge)
{
    return bridge->settings->offline;
}

gboolean
bridge_is_learning(Bridge *bridge)
{
    return g_atomic_int_get(&bridge->learning);
}

void
bridge_set_learning(Bridge *bridge, gboolean on)
{
    g_atomic_int_set(&bridge->learning, on);
}

gboolean
bridge_is_learning_initially(Bridge *bridge)
{
    return !bridge->settings->no_learning;
}

gboolean
bridge_is_caching(Bridge *bridge)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&bridge->lock);
    return bridge->caching;
}

void
bridge_set_caching(Bridge *bridge, gboolean on)
{
    g_autoptr(LookupThread) former = NULL;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&bridge->lock);
    if (bridge->caching == on)
        return;
    bridge->caching = on;
    former = g_steal_pointer(&bridge->lookups);
}

gboolean
bridge_is_caching_initially(Bridge *bridge)
{
    return !bridge->settings->no_cache;
}

const gchar *
bridge_get_cache_file(Bridge *bridge)
{
    return bridge->cache_file;
}

const ResolverConfig *
bridge_get_initial_resolver_config(Bridge *bridge)
{
    return bridge->settings->resolver;
}

ResolverConfig *
bridge_dup_resolver_config(Bridge *bridge)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&bridge->lock);
    return resolver_config_copy(bridge->resolver);
}

gboolean
bridge_set_resolver_config(Bridge *bridge, const ResolverConfig *config, GError **error)
{
    if (!resolver_config_check(config, error))
        return FALSE;
    /* Whoever waits for an answer has a reference of their own. Ended without the lock: to end a
     * thread takes a while. */
    g_autoptr(LookupThread) former = NULL;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&bridge->lock);
    resolver_config_free(bridge->resolver);
    bridge->resolver = resolver_config_copy(config);
    former = g_steal_pointer(&bridge->lookups);
    return TRUE;
}

/* Beside this program, or where it is installed. */
static gchar *
find_program(const gchar *name)
{
    g_autofree gchar *self = g_file_read_link("/proc/self/exe", NULL);
    if (self != NULL) {
        g_autofree gchar *folder = g_path_get_dirname(self);
        g_autofree gchar *beside = g_build_filename(folder, name, NULL);
        if (g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
            return g_steal_pointer(&beside);
    }
    return g_build_filename(HOST_LIBEXECDIR, name, NULL);
}

gchar *
bridge_dup_fetch_program(void)
{
    return find_program("dane-smime-fetch");
}

static gchar *
find_resolver_program(void)
{
    const gchar *named = g_getenv("DANE_SMIME_RESOLVER");
    return named != NULL && g_path_is_absolute(named) ? g_strdup(named)
                                                      : find_program("dane-smime-resolver");
}

const gchar *
bridge_get_resolver_program(void)
{
    static gchar *program;
    if (g_once_init_enter(&program))
        g_once_init_leave(&program, find_resolver_program());
    return program;
}

static KeyStore *
open_or_make_store(Bridge *bridge, gboolean create, GError **error)
{
    const BridgeSettings *settings = bridge->settings;
    g_autoptr(GError) problem = NULL;
    g_autoptr(KeyStore) store = key_store_open(settings->profile, FALSE, &problem);
    if (store != NULL)
        return g_steal_pointer(&store);
    if (!create || !g_error_matches(problem, CMS_ERROR, CMS_ERROR_STORE_MISSING)) {
        g_propagate_error(error, g_steal_pointer(&problem));
        return NULL;
    }
    store = key_store_open(settings->profile, TRUE, error);
    if (store == NULL)
        return NULL;
    if (settings->initial_password != NULL &&
        !key_store_set_password(store, settings->initial_password, error))
        return NULL;
    return g_steal_pointer(&store);
}

KeyStore *
bridge_get_key_store(Bridge *bridge, gboolean create, GError **error)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&bridge->lock);
    if (bridge->key_store == NULL)
        bridge->key_store = open_or_make_store(bridge, create, error);
    return bridge->key_store == NULL ? NULL : key_store_ref(bridge->key_store);
}

static gboolean
unlock_by_asking(Bridge *bridge, KeyStore *store, GError **error)
{
    const BridgeSettings *settings = bridge->settings;
    gboolean wrong = FALSE;
    for (guint i = 0; i < BRIDGE_PASSWORD_TRIES && settings->ask_password != NULL; i++) {
        gchar *password = settings->ask_password(i > 0, settings->ask_password_data);
        if (password == NULL)
            break;
        gboolean unlocked = key_store_unlock(store, password, NULL);
        explicit_bzero(password, strlen(password));
        g_free(password);
        if (unlocked)
            return TRUE;
        wrong = TRUE;
    }
    g_set_error_literal(error, CMS_ERROR, CMS_ERROR_KEY_LOCKED,
                        wrong ? "wrong password of the key store"
                              : "the key store is locked and its password was not given");
    return FALSE;
}

KeyStore *
bridge_get_unlocked_store(Bridge *bridge, gboolean create, GError **error)
{
    g_autoptr(KeyStore) store = bridge_get_key_store(bridge, create, error);
    if (store == NULL)
        return NULL;
    if (key_store_is_locked(store) && !unlock_by_asking(bridge, store, error))
        return NULL;
    return g_steal_pointer(&store);
}

GPtrArray *
bridge_get_system_authorities(Bridge *bridge, GError **error)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&bridge->lock);
    if (bridge->system_authorities == NULL)
        bridge->system_authorities = system_authorities_load(NULL, error);
    return bridge->system_authorities == NULL ? NULL : g_ptr_array_ref(bridge->system_authorities);
}

static LookupThread *
ref_lookups(Bridge *bridge)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&bridge->lock);
    if (bridge->lookups == NULL)
        bridge->lookups = lookup_thread_new(bridge_get_resolver_program(), bridge->resolver,
                                            bridge->caching ? bridge->cache_file : NULL);
    return lookup_thread_ref(bridge->lookups);
}

/* NULL if nothing was looked up yet. */
static LookupThread *
ref_lookups_at_hand(Bridge *bridge)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&bridge->lock);
    return bridge->lookups == NULL ? NULL : lookup_thread_ref(bridge->lookups);
}

GPtrArray *
bridge_lookup(Bridge *bridge, GArray *questions, GCancellable *cancellable,
              BridgeLookupProgress progress, gpointer user_data, GError **error)
{
    /* A thread, and GIO's eye on the network, which asks D-Bus, for nothing. */
    if (questions->len == 0)
        return g_ptr_array_new_with_free_func((GDestroyNotify)resolver_answer_free);
    g_autoptr(LookupThread) lookups = ref_lookups(bridge);
    return lookup_thread_ask(lookups, questions, cancellable, progress, user_data, error);
}

guint
bridge_get_resolver_isolation(Bridge *bridge)
{
    g_autoptr(LookupThread) lookups = ref_lookups(bridge);
    return lookup_thread_get_isolation(lookups);
}

gboolean
bridge_clear_cache(Bridge *bridge, guint *out_n_answers, GError **error)
{
    g_autoptr(LookupThread) lookups = ref_lookups_at_hand(bridge);
    if (lookups != NULL)
        lookup_thread_clear_cache(lookups);
    return store_file_remove(bridge->cache_file, out_n_answers, error);
}

GPtrArray *
bridge_list_memory(Bridge *bridge)
{
    g_autoptr(LookupThread) lookups = ref_lookups_at_hand(bridge);
    if (lookups != NULL)
        return lookup_thread_list_cache(lookups);
    return g_ptr_array_new_with_free_func((GDestroyNotify)resolver_answer_free);
}
