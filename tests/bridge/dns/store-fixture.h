/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-store.h"

/* A store in a folder of its own, for the tests of what is in it and of what is under it. */

#define S G_TIME_SPAN_SECOND

/* Two roots, of which one signed what is remembered. */
#define ANCHOR                                                                                     \
    ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n"
#define OTHER_ANCHOR                                                                               \
    ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8E\n"

/* What the store's clock says. */
extern ResolverMoment now;
ResolverMoment read_clock(void);

typedef struct {
    gchar *folder;
    gchar *file;
    gchar *anchor;
    ResolverConfig *config;
    ResolverStore *store;
} Fixture;

void set_up(Fixture *fixture, gconstpointer data);
void tear_down(Fixture *fixture, gconstpointer data);
/* Writes what waits; the next process. */
void reopen(Fixture *fixture);

/* Mode 0600; waits for no disk. */
void write_octets(const gchar *file, const gchar *octets, gsize n_octets);
void write_file(const gchar *file, const gchar *text);

/* For 100 seconds; with records, one of them empty, where there may be some. */
ResolverAnswer *make_answer(const gchar *owner_name, DnsOutcome outcome);
void put(Fixture *fixture, const gchar *owner_name, DnsOutcome outcome);
ResolverAnswer *get(Fixture *fixture, const gchar *owner_name);
gboolean has(Fixture *fixture, const gchar *owner_name);
void assert_same(const ResolverAnswer *a, const ResolverAnswer *b);

/* In the table of the file, whether they hold or not. */
gint64 count_rows(const gchar *file);
