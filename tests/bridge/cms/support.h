/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate.h"

/* What the tests of this layer share: a folder for each test, and openssl as the counterpart that
 * makes and reads certificates and key files. Keys made here are thrown away with the folder. */

/* A new folder; support_folder_free() deletes it with all that is in it. */
typedef struct {
    gchar *path;
} SupportFolder;
SupportFolder *support_folder_new(void);
void support_folder_free(SupportFolder *folder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SupportFolder, support_folder_free)

gchar *support_path(const SupportFolder *folder, const gchar *name);
GBytes *support_load(const SupportFolder *folder, const gchar *name);
void support_save(const SupportFolder *folder, const gchar *name, GBytes *octets);
void support_save_text(const SupportFolder *folder, const gchar *name, const gchar *text);

/* Runs openssl in the folder with the words of @command (as a shell splits them); returns what it
 * wrote to standard output and error. The test fails if it fails. */
gchar *support_openssl(const SupportFolder *folder, const gchar *command) G_GNUC_WARN_UNUSED_RESULT;
/* The same for a failure that is wanted: returns whether openssl succeeded. */
gboolean support_openssl_accepts(const SupportFolder *folder, const gchar *command);

/* A private key in NAME.key: "rsa:2048", "rsa-pss:2048", "ec:P-256", "ed25519", … */
void support_make_key(const SupportFolder *folder, const gchar *name, const gchar *algorithm);
/* A certificate NAME.pem for NAME.key, signed by itself. @extensions: lines of an openssl
 * configuration section, or "". */
void support_self_sign(const SupportFolder *folder, const gchar *name, const gchar *subject,
                       const gchar *extensions);
/* The same signed by ISSUER.key under ISSUER.pem. */
void support_issue(const SupportFolder *folder, const gchar *name, const gchar *issuer,
                   const gchar *subject, const gchar *extensions);
Certificate *support_certificate(const SupportFolder *folder, const gchar *name);

/* g_test_init() and cms_init(): the first call of main(). */
void support_init(int *argc, char ***argv);
/* cms_shutdown(), which must find no reference left. */
void support_shutdown(void);
/* The tests and support_shutdown(), where nothing is to be let go in between. */
int support_run(void);
