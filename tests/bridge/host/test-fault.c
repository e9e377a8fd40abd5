/* SPDX-License-Identifier: MPL-2.0 */

#include "fault.h"

#include <gio/gio.h>
#include <string.h>

#include "addr-spec.h"
#include "cms-error.h"
#include "drs-error.h"
#include "frame.h"
#include "mail-error.h"
#include "op.h"
#include "owner-name.h"
#include "resolver.h"
#include "smimea.h"

typedef struct {
    const gchar *name;
    GQuark (*domain)(void);
    gint n_codes;
} DomainCase;

static const DomainCase domain_cases[] = {
    {"addr-spec", addr_spec_error_quark, ADDR_SPEC_N_ERRORS},
    {"owner-name", owner_name_error_quark, OWNER_NAME_N_ERRORS},
    {"smimea", smimea_error_quark, SMIMEA_N_ERRORS},
    {"frame", frame_error_quark, FRAME_N_ERRORS},
    {"octet", octet_error_quark, OCTET_N_ERRORS},
    {"mail", mail_error_quark, MAIL_N_ERRORS},
    {"dns", dns_error_quark, DNS_N_ERRORS},
    {"cms", cms_error_quark, CMS_N_ERRORS},
    {"drs", drs_error_quark, DRS_N_ERRORS},
    {"protocol", protocol_error_quark, PROTOCOL_N_ERRORS},
};

static const gchar *
name_of(GQuark domain, gint code)
{
    g_autoptr(GError) error = g_error_new_literal(domain, code, "text");
    return fault_find(error)->name;
}

/* Each error of each layer has a name of its own on the wire. */
static void
test_domain(gconstpointer data)
{
    const DomainCase *test = data;
    g_assert_cmpint(test->n_codes, >, 0);
    for (gint code = 0; code < test->n_codes; code++)
        g_assert_cmpstr(name_of(test->domain(), code), !=, "internal");
    g_assert_cmpstr(name_of(test->domain(), test->n_codes), ==, "internal");
}

static void
test_others(void)
{
    g_assert_cmpstr(name_of(G_IO_ERROR, G_IO_ERROR_CANCELLED), ==, "cancelled");
    g_assert_cmpstr(name_of(G_IO_ERROR, G_IO_ERROR_FAILED), ==, "internal");
    g_assert_cmpstr(name_of(g_quark_from_static_string("nobody's"), 0), ==, "internal");
}

/* No error has two rows, and all rows of one name agree on whether to try again. */
static void
test_table(void)
{
    for (const FaultRow *row = fault_get_table(); row->name != NULL; row++) {
        g_assert_cmpuint(strspn(row->name, "abcdefghijklmnopqrstuvwxyz-"), ==, strlen(row->name));
        for (const FaultRow *other = fault_get_table(); other < row; other++) {
            g_assert_false(other->domain == row->domain && other->code == row->code);
            if (g_str_equal(other->name, row->name))
                g_assert_cmpint(other->retry, ==, row->retry);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(domain_cases); i++) {
        g_autofree gchar *path = g_strconcat("/fault/domain/", domain_cases[i].name, NULL);
        g_test_add_data_func(path, &domain_cases[i], test_domain);
    }
    g_test_add_func("/fault/others", test_others);
    g_test_add_func("/fault/table", test_table);
    return g_test_run();
}
