/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>

#include "keystore.h"
#include "resolver-config.h"
#include "resolver.h"

/* What the operations of one process share: key store, resolver, and the user's choices. All
 * functions may be called from any thread once bridge_new() has returned; operations run on worker
 * threads and block there. */
typedef struct _Bridge Bridge;

/* Asks the user for the key store's password; NULL when there is nobody to ask or the user
 * declines. Called without locks, at most BRIDGE_PASSWORD_TRIES times. */
#define BRIDGE_PASSWORD_TRIES 3
typedef gchar *(*BridgePasswordFunc)(gboolean again, gpointer user_data);

typedef struct {
    gchar *profile; /* directory of the key store; NULL: $XDG_DATA_HOME/dane-smime */
    ResolverConfig *resolver;
    gboolean offline;     /* no lookups at all: their reason is "not-looked-up" */
    gboolean no_learning; /* see bridge_is_learning() */
    gboolean no_cache;    /* see bridge_is_caching() */
    gint64 now; /* seconds since 1970 at which certificates are judged; G_MININT64: the clock's */
    gchar *initial_password; /* of a store that is made; NULL: none. Wiped when freed */
    BridgePasswordFunc ask_password;
    gpointer ask_password_data;
} BridgeSettings;

BridgeSettings *bridge_settings_new(void);
void bridge_settings_free(BridgeSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BridgeSettings, bridge_settings_free)

/* Takes @settings. NSS is initialised (cms-init.h). CMS_ERROR_FAILED, DNS_ERROR. */
Bridge *bridge_new(BridgeSettings *settings, GError **error);
/* Ends the resolver and closes the key store. */
void bridge_free(Bridge *bridge);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Bridge, bridge_free)

const gchar *bridge_get_profile(Bridge *bridge);
gint64 bridge_get_now(Bridge *bridge);
gboolean bridge_is_offline(Bridge *bridge);
/* What was chosen when the program was started; it stays. */
const ResolverConfig *bridge_get_initial_resolver_config(Bridge *bridge);
/* What holds for lookups that begin now: that, or what replaced it. (transfer full) */
ResolverConfig *bridge_dup_resolver_config(Bridge *bridge);
/* Lookups that begin from now on are made with @config, and without what is remembered in memory;
 * those under way end as they would have. DNS_ERROR as of resolver_config_check(): nothing has
 * changed. */
gboolean bridge_set_resolver_config(Bridge *bridge, const ResolverConfig *config, GError **error);
/* Path of dane-smime-resolver: $DANE_SMIME_RESOLVER, else beside this program, else where it is
 * installed. */
const gchar *bridge_get_resolver_program(void);
/* The same for dane-smime-fetch: beside this program, else where it is installed. (transfer full)
 */
gchar *bridge_dup_fetch_program(void);

/* Whether what verified signatures tell of correspondents is recorded (peer-capabilities.h). What
 * is recorded already is used in any case. */
gboolean bridge_is_learning(Bridge *bridge);
void bridge_set_learning(Bridge *bridge, gboolean on);
/* As it was chosen when the program was started. */
gboolean bridge_is_learning_initially(Bridge *bridge);

/* Whether answers of the DNS are kept on disk, see resolver-store.h; else in memory alone. What is
 * on disk stays there. */
gboolean bridge_is_caching(Bridge *bridge);
void bridge_set_caching(Bridge *bridge, gboolean on);
/* As it was chosen when the program was started. */
gboolean bridge_is_caching_initially(Bridge *bridge);
/* Path of the file, whether it is used or not. */
const gchar *bridge_get_cache_file(Bridge *bridge);

/* The key store, opened with the first call. CMS_ERROR_STORE_MISSING unless @create. */
KeyStore *bridge_get_key_store(Bridge *bridge, gboolean create, GError **error);
/* The same, unlocked: asks for the password if need be. CMS_ERROR_KEY_LOCKED. */
KeyStore *bridge_get_unlocked_store(Bridge *bridge, gboolean create, GError **error);

/* The certificate authorities of the system that may vouch for mail, see system-authorities.h; read
 * with the first call. (element-type Certificate) (transfer full) CMS_ERROR_AUTHORITIES. */
GPtrArray *bridge_get_system_authorities(Bridge *bridge, GError **error);

/* What of what is remembered may answer a question. */
typedef enum {
    BRIDGE_MEMORY_ALL,
    BRIDGE_MEMORY_RECORDS, /* SECURE records; denials and failures are asked for anew */
    BRIDGE_MEMORY_NONE
} BridgeMemory;

/* A question of bridge_lookup(). */
typedef struct {
    gchar *owner_name;
    guint16 rr_type;
    BridgeMemory memory;
} BridgeQuestion;

/* Called from the resolver's thread, or the caller's. */
typedef void (*BridgeLookupProgress)(guint n_done, guint n_total, gpointer user_data);

/**
 * bridge_lookup:
 * @questions: (element-type BridgeQuestion)
 *
 * Asks for all of them at once and waits for the last answer.
 * Returns: (element-type ResolverAnswer) (transfer full): in the order of @questions; %NULL with
 * DNS_ERROR or G_IO_ERROR_CANCELLED
 */
GPtrArray *bridge_lookup(Bridge *bridge, GArray *questions, GCancellable *cancellable,
                         BridgeLookupProgress progress, gpointer user_data,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of ResolverIsolation: what holds back the resolver program that answered last; 0 if none has. */
guint bridge_get_resolver_isolation(Bridge *bridge);

/**
 * bridge_clear_cache:
 * @out_n_answers: how many there were
 * @error: DNS_ERROR_CACHE: the file is still there
 *
 * Forgets all answers, in memory and on disk, whether that is used or not; so do other processes.
 */
gboolean bridge_clear_cache(Bridge *bridge, guint *out_n_answers, GError **error);

/* (element-type ResolverAnswer) (transfer full): what this process has in memory */
GPtrArray *bridge_list_memory(Bridge *bridge);
