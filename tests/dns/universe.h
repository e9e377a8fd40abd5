/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

/* The signed DNS universe of this folder, for a test program: raised in a folder of its own below
 * the temporary folder, gone with universe_stop() or, whatever happens, with the process. README.md
 * tells what is in it. */
typedef struct _Universe Universe;

/* One row of the scenario table. */
typedef struct {
    const gchar *name;
    const gchar *address;    /* UTF-8; the domain may be in U-labels */
    guint16 rr_type;         /* to be asked for: 53, or the private 65444 */
    gboolean draft;          /* the owner name is the draft's (SHA-224) */
    const gchar *owner_name; /* without a dot at the end */
    const gchar *outcome;    /* a name of DnsOutcome */
    const gchar *recipient; /* the recipient outcome; NULL where the DNS alone does not decide it */
    guint n_records;        /* records of that type that the answer brings */
    const gchar *server;    /* whom to ask, ADDR@PORT */
} UniverseScenario;

/**
 * universe_start:
 * @source_dir: the folder of universe.py: UNIVERSE_SOURCE_DIR, which the build defines
 * @error: a GIO, file or JSON error, or G_IO_ERROR_FAILED when it can't be raised
 *
 * Returns when the name server answers.
 */
Universe *universe_start(const gchar *source_dir, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Waits until the servers have ended and the folder is gone. */
void universe_stop(Universe *universe);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Universe, universe_stop)

/* ADDR@PORT of the name server. */
const gchar *universe_get_server(const Universe *universe);
/* Another member of universe.json: "silent_server", "absent_server", "servfail_server",
 * "refusing_server", "trust_anchor_ds", "other_trust_anchor". NULL if there is none. */
const gchar *universe_get_member(const Universe *universe, const gchar *name);
/* Path of the root's DNSKEY in zone-file form. */
const gchar *universe_get_trust_anchor(const Universe *universe);
/* Process id of universe.py. */
gint64 universe_get_pid(const Universe *universe);

guint universe_get_n_scenarios(const Universe *universe);
/* The row lives as long as the universe. */
UniverseScenario universe_get_scenario(const Universe *universe, guint index);
/* FALSE if there is no such row. */
gboolean universe_find_scenario(const Universe *universe, const gchar *name,
                                UniverseScenario *out_scenario);

/**
 * universe_publish:
 * @line: one line of a zone file that begins with its full owner name, as "dane-smime record"
 * prints it
 *
 * Signs the zone again and returns when the name server has it. G_IO_ERROR_FAILED with the signer's
 * words for a line that does not go into a zone.
 */
gboolean universe_publish(Universe *universe, const gchar *line, GError **error);

/* Removes everything that is published at @owner_name. */
gboolean universe_withdraw(Universe *universe, const gchar *owner_name, GError **error);

/* Gives a zone, written with a dot at the end, another key, and the zone above another DS record.
 */
gboolean universe_roll(Universe *universe, const gchar *zone, GError **error);
