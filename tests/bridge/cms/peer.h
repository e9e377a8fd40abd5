/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "key-pair.h"

/* A folder of files and the programs that are run in it: openssl and gpgsm as the other side of
 * what is tested. */
typedef struct {
    gchar *path;
} PeerFolder;

PeerFolder *peer_folder_new(void);
/* Removes it with all files. */
void peer_folder_free(PeerFolder *folder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerFolder, peer_folder_free)

void peer_write(const PeerFolder *folder, const gchar *name, GBytes *octets);
GBytes *peer_read(const PeerFolder *folder, const gchar *name);

/* Runs @command, words between single spaces, in the folder; whether it ended with status 0. Its
 * output goes to the test log if it did not. */
gboolean peer_try(const PeerFolder *folder, const gchar *command);
/* And it must. */
void peer_run(const PeerFolder *folder, const gchar *format, ...) G_GNUC_PRINTF(2, 3);

/* Makes NAME.key.pem and NAME.pem, self-signed, with the key @algorithm as "openssl req -newkey"
 * has it after the options: "rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-256". Returns both. */
KeyPair *peer_make_key(const PeerFolder *folder, const gchar *name, const gchar *algorithm);

/* Reads NAME.key.pem and NAME.pem. */
KeyPair *peer_load_key(const PeerFolder *folder, const gchar *name);

/* (element-type Certificate): for one, its owner's certificate; borrowed elements with references
 * of their own. */
GPtrArray *peer_certificates(KeyPair *const *pairs, gsize n_pairs);
