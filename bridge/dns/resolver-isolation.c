/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-isolation.h"

static const struct {
    ResolverIsolation flag;
    const gchar *text;
} isolation_rows[] = {
    {RESOLVER_ISOLATION_LIMITS, "limits of computing time and descriptors"},
    {RESOLVER_ISOLATION_MEMORY, "a limit of memory"},
    {RESOLVER_ISOLATION_CAPABILITIES, "no capabilities"},
    {RESOLVER_ISOLATION_FILES, "only needed files can be read (Landlock)"},
    {RESOLVER_ISOLATION_CALLS, "only needed system calls can be made (seccomp)"},
};

static gchar *
join_rows(guint isolation, gboolean in_force)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    for (gsize i = 0; i < G_N_ELEMENTS(isolation_rows); i++)
        if (((isolation & isolation_rows[i].flag) != 0) == in_force)
            g_ptr_array_add(texts, (gpointer)isolation_rows[i].text);
    g_ptr_array_add(texts, NULL);
    return g_strjoinv(", ", (gchar **)texts->pdata);
}

gchar *
resolver_isolation_describe(guint isolation)
{
    if (isolation == 0)
        return g_strdup("not known: the resolver program has not reported it");
    g_autofree gchar *there = join_rows(isolation, TRUE);
    g_autofree gchar *missing = join_rows(isolation, FALSE);
    return g_strconcat("in force: ", there, missing[0] == '\0' ? "" : "; not in force: ", missing,
                       (isolation & RESOLVER_ISOLATION_SANITIZER) == 0
                           ? ""
                           : "; built with a sanitizer, for which some calls are let through",
                       NULL);
}
