/* SPDX-License-Identifier: MPL-2.0 */

#include "path-support.h"

static void
save_text(const SupportFolder *folder, const gchar *name, const gchar *suffix, const gchar *text)
{
    g_autofree gchar *file = g_strconcat(name, suffix, NULL);
    support_save_text(folder, file, text);
}

void
path_make_certificate(const SupportFolder *folder, const CertificateSpec *spec)
{
    g_autofree gchar *configuration =
        g_strconcat("[req]\ndistinguished_name=dn\n[dn]\n[ext]\n", spec->extensions, NULL);
    save_text(folder, spec->name, ".cnf", configuration);
    if (spec->key == NULL)
        peer_run(folder,
                 "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out %s.key.pem",
                 spec->name);
    g_autoptr(GString) options = g_string_new(NULL);
    if (spec->issuer != NULL)
        g_string_append_printf(options, " -CA %s.pem -CAkey %s.key.pem", spec->issuer,
                               spec->issuer);
    if (spec->serial != 0)
        g_string_append_printf(options, " -set_serial %u", spec->serial);
    if (spec->options != NULL)
        g_string_append_printf(options, " %s", spec->options);
    peer_run(folder,
             "openssl req -x509 -new -utf8 -config %s.cnf -extensions ext -key %s.key.pem -subj %s "
             "-days %u -out %s.pem%s",
             spec->name, spec->key != NULL ? spec->key : spec->name, spec->subject, spec->days,
             spec->name, options->str);
}

GPtrArray *
path_load_certificates(const SupportFolder *folder, const gchar *names)
{
    GPtrArray *certificates = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    g_auto(GStrv) each = g_strsplit(names == NULL ? "" : names, " ", -1);
    for (gsize i = 0; each[i] != NULL; i++)
        g_ptr_array_add(certificates, support_certificate(folder, each[i]));
    return certificates;
}

/* The data base of "openssl ca": state, expiry, revocation, serial number, file, subject. */
static void
write_index(const SupportFolder *folder, const CrlSpec *spec)
{
    g_autoptr(GString) index = g_string_new(NULL);
    g_auto(GStrv) revoked = g_strsplit(spec->revoked == NULL ? "" : spec->revoked, " ", -1);
    for (gsize i = 0; revoked[i] != NULL; i++) {
        g_autoptr(Certificate) certificate = support_certificate(folder, revoked[i]);
        g_autofree gchar *serial = certificate_dup_serial_hex(certificate);
        g_autofree gchar *upper = g_ascii_strup(serial, -1);
        g_string_append_printf(index, "R\t400101000000Z\t260101000000Z%s%s\t%s\tunknown\t/CN=%s\n",
                               spec->reason != NULL ? "," : "",
                               spec->reason != NULL ? spec->reason : "", upper, revoked[i]);
    }
    save_text(folder, spec->name, ".index", index->str);
}

void
path_make_crl(const SupportFolder *folder, const CrlSpec *spec)
{
    g_autofree gchar *number = g_strdup_printf("%02u\n", spec->number);
    g_autofree gchar *number_line = g_strdup_printf("crlnumber=%s.number\n", spec->name);
    g_autofree gchar *configuration = g_strdup_printf(
        "[ca]\ndefault_ca=own\n[own]\ndatabase=%s.index\ndefault_md=sha256\n%s[ext]\n%s",
        spec->name, spec->number != 0 ? number_line : "",
        spec->extensions != NULL ? spec->extensions : "authorityKeyIdentifier=keyid\n");
    save_text(folder, spec->name, ".cnf", configuration);
    save_text(folder, spec->name, ".number", number);
    write_index(folder, spec);
    peer_run(folder,
             "openssl ca -gencrl -config %s.cnf -crlexts ext -keyfile %s.key.pem -cert %s.pem "
             "-crldays %u -out %s.crl.pem",
             spec->name, spec->issuer, spec->issuer, spec->days, spec->name);
    peer_run(folder, "openssl crl -in %s.crl.pem -outform DER -out %s.crl", spec->name, spec->name);
}

GBytes *
path_load_crl(const SupportFolder *folder, const gchar *name)
{
    g_autofree gchar *file = g_strconcat(name, ".crl", NULL);
    return support_load(folder, file);
}

GPtrArray *
path_load_crls(const SupportFolder *folder, const gchar *names)
{
    GPtrArray *crls = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_auto(GStrv) each = g_strsplit(names == NULL ? "" : names, " ", -1);
    for (gsize i = 0; each[i] != NULL; i++)
        g_ptr_array_add(crls, path_load_crl(folder, each[i]));
    return crls;
}
