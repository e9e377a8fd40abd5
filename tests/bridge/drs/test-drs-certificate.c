/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-certificate.h"

#include <string.h>

#include "drs-error.h"
#include "drs-support.h"

static SupportFolder *folder;

typedef struct {
    const gchar *name;
    const gchar *extensions;
    DrsCertificateKind kind;
    guint lacks; /* DRS_LACKS_… */
} ExamineCase;

#define EVERYTHING                                                                                 \
    (DRS_LACKS_KEY_USAGE | DRS_LACKS_CLIENT_AUTH | DRS_LACKS_SERVER_AUTH | DRS_LACKS_GUID |        \
     DRS_LACKS_DNS_NAME | DRS_LACKS_KIND)
#define ALL_BUT_NAMES DRS_KEY_USAGE DRS_PURPOSES DRS_TEMPLATE
#define HOST          DRS_HOST("dc1.corp.example")
#define UPN           "otherName.1=1.3.6.1.4.1.311.20.2.3;UTF8:dc1@corp.example\n"
#define SECOND_GUID   "otherName.2=1.3.6.1.4.1.311.25.1;FORMAT:HEX,OCTETSTRING:" DRS_GUID_HEX "\n"
#define SHORT_GUID    "otherName.0=1.3.6.1.4.1.311.25.1;FORMAT:HEX,OCTETSTRING:ac4b29\n"
/* The otherName's value has NULL behind the OCTET STRING; then the dNSName. */
#define GUID_WITH_MORE                                                                             \
    "subjectAltName=DER:3035a02106092b0601040182371901a0140410" DRS_GUID_HEX "05008210"            \
    "6463312e636f72702e6578616d706c65"                                                             \
    "\n"
#define GUID_AS_TEXT "otherName.0=1.3.6.1.4.1.311.25.1;UTF8:0123456789abcdef\n"

static const ExamineCase examine_cases[] = {
    {"domain-controller", DRS_CONTROLLER("dc1.corp.example"), DRS_KIND_DOMAIN_CONTROLLER, 0},
    {"directory-email", DRS_EMAIL("dc1.corp.example"), DRS_KIND_DIRECTORY_EMAIL, 0},
    {"both-kinds", DRS_TEMPLATE DRS_EMAIL("dc1.corp.example"), DRS_KIND_DIRECTORY_EMAIL, 0},
    /* note 8 */
    {"template-as-noted",
     DRS_KEY_USAGE DRS_PURPOSES
     "1.3.6.1.4.1.311.21.6=ASN1:BMPSTRING:DomainController\n" DRS_NAMES DRS_GUID HOST,
     DRS_KIND_DOMAIN_CONTROLLER, 0},
    /* [MS-WCCE] §2.2.2.7.7.1 */
    {"template-in-sequence",
     DRS_KEY_USAGE DRS_PURPOSES
     "1.3.6.1.4.1.311.20.2=ASN1:SEQUENCE:template\n" DRS_NAMES DRS_GUID HOST
     "[template]\nname=UTF8:DomainController\n",
     DRS_KIND_DOMAIN_CONTROLLER, 0},
    {"template-other-type",
     DRS_KEY_USAGE DRS_PURPOSES
     "1.3.6.1.4.1.311.20.2=ASN1:UTF8:DomainController\n" DRS_NAMES DRS_GUID HOST,
     DRS_KIND_NONE, DRS_LACKS_KIND},
    {"template-other-name",
     DRS_KEY_USAGE DRS_PURPOSES
     "1.3.6.1.4.1.311.20.2=ASN1:BMPSTRING:DomainControlleR\n" DRS_NAMES DRS_GUID HOST,
     DRS_KIND_NONE, DRS_LACKS_KIND},
    {"template-longer-name",
     DRS_KEY_USAGE DRS_PURPOSES
     "1.3.6.1.4.1.311.20.2=ASN1:BMPSTRING:DomainControllers\n" DRS_NAMES DRS_GUID HOST,
     DRS_KIND_NONE, DRS_LACKS_KIND},
    {"no-template", DRS_KEY_USAGE DRS_PURPOSES DRS_NAMES DRS_GUID HOST, DRS_KIND_NONE,
     DRS_LACKS_KIND},
    {"no-key-usage", DRS_PURPOSES DRS_TEMPLATE DRS_NAMES DRS_GUID HOST, DRS_KIND_DOMAIN_CONTROLLER,
     DRS_LACKS_KEY_USAGE},
    {"signs-only", "keyUsage=digitalSignature\n" DRS_PURPOSES DRS_TEMPLATE DRS_NAMES DRS_GUID HOST,
     DRS_KIND_DOMAIN_CONTROLLER, DRS_LACKS_KEY_USAGE},
    {"enciphers-only",
     "keyUsage=keyEncipherment\n" DRS_PURPOSES DRS_TEMPLATE DRS_NAMES DRS_GUID HOST,
     DRS_KIND_DOMAIN_CONTROLLER, DRS_LACKS_KEY_USAGE},
    {"no-purposes", DRS_KEY_USAGE DRS_TEMPLATE DRS_NAMES DRS_GUID HOST, DRS_KIND_DOMAIN_CONTROLLER,
     DRS_LACKS_CLIENT_AUTH | DRS_LACKS_SERVER_AUTH},
    {"client-only",
     DRS_KEY_USAGE "extendedKeyUsage=clientAuth\n" DRS_TEMPLATE DRS_NAMES DRS_GUID HOST,
     DRS_KIND_DOMAIN_CONTROLLER, DRS_LACKS_SERVER_AUTH},
    {"email-purpose-only",
     DRS_KEY_USAGE "extendedKeyUsage=1.3.6.1.4.1.311.21.19\n" DRS_NAMES DRS_GUID HOST,
     DRS_KIND_DIRECTORY_EMAIL, DRS_LACKS_CLIENT_AUTH | DRS_LACKS_SERVER_AUTH},
    {"no-names", ALL_BUT_NAMES, DRS_KIND_DOMAIN_CONTROLLER, DRS_LACKS_GUID | DRS_LACKS_DNS_NAME},
    {"no-guid", ALL_BUT_NAMES DRS_NAMES HOST, DRS_KIND_DOMAIN_CONTROLLER, DRS_LACKS_GUID},
    {"no-host", ALL_BUT_NAMES DRS_NAMES DRS_GUID, DRS_KIND_DOMAIN_CONTROLLER, DRS_LACKS_DNS_NAME},
    {"odd-host", ALL_BUT_NAMES DRS_NAMES DRS_GUID "DNS.0=dc1 corp\n", DRS_KIND_DOMAIN_CONTROLLER,
     DRS_LACKS_DNS_NAME},
    {"short-guid", ALL_BUT_NAMES DRS_NAMES SHORT_GUID HOST, DRS_KIND_DOMAIN_CONTROLLER,
     DRS_LACKS_GUID},
    {"guid-as-text", ALL_BUT_NAMES DRS_NAMES GUID_AS_TEXT HOST, DRS_KIND_DOMAIN_CONTROLLER,
     DRS_LACKS_GUID},
    {"two-guids", ALL_BUT_NAMES DRS_NAMES DRS_GUID SECOND_GUID HOST, DRS_KIND_DOMAIN_CONTROLLER,
     DRS_LACKS_GUID},
    {"guid-with-more-behind", ALL_BUT_NAMES GUID_WITH_MORE, DRS_KIND_DOMAIN_CONTROLLER,
     DRS_LACKS_GUID},
    {"guid-and-user-name", ALL_BUT_NAMES DRS_NAMES DRS_GUID UPN HOST, DRS_KIND_DOMAIN_CONTROLLER,
     0},
    {"mail", EXTENSIONS_MAIL, DRS_KIND_NONE, EVERYTHING},
};

static void
make(const gchar *name, const gchar *issuer, guint days, const gchar *extensions)
{
    g_autofree gchar *subject = g_strconcat("/CN=", name, NULL);
    path_make_certificate(folder, &(CertificateSpec){.name = name,
                                                     .subject = subject,
                                                     .issuer = issuer,
                                                     .days = days,
                                                     .extensions = extensions});
}

static void
test_examine(gconstpointer data)
{
    const ExamineCase *test = data;
    make(test->name, NULL, 10, test->extensions);
    g_autoptr(Certificate) certificate = support_certificate(folder, test->name);
    g_autoptr(DrsCertificateFacts) facts = drs_certificate_examine(certificate);
    g_assert_cmpint(facts->kind, ==, test->kind);
    g_assert_cmphex(facts->lacks, ==, test->lacks);
    if ((test->lacks & DRS_LACKS_GUID) == 0)
        g_assert_cmpstr(facts->guid, ==, "06294bac-d6aa-4f5d-a99c-4cbcb06a65d9");
    else
        g_assert_null(facts->guid);
    g_assert_cmpuint(g_strv_length(facts->dns_names), ==,
                     (test->lacks & DRS_LACKS_DNS_NAME) == 0 ? 1 : 0);
    if (*facts->dns_names != NULL)
        g_assert_cmpstr(*facts->dns_names, ==, "dc1.corp.example");
}

typedef struct {
    const gchar *name;
    const gchar *certificate;
    const gchar *authority; /* names of certificates */
    const gchar *others;
    const gchar *crls;
    gint64 days_later;
    gint error; /* -1: none */
    const gchar *words;
} CheckCase;

static const CheckCase check_cases[] = {
    {"good", "dc1", "root", NULL, NULL, 0, -1, NULL},
    {"good-email", "dc2", "root", NULL, NULL, 0, -1, NULL},
    {"intermediate-in-message", "dc3", "root", "middle", NULL, 0, -1, NULL},
    {"intermediate-in-file", "dc3", "middle root", NULL, NULL, 0, -1, NULL},
    /* one certificate alone is the authority, whoever issued it */
    {"intermediate-is-authority", "dc3", "middle", NULL, NULL, 0, -1, NULL},
    {"intermediate-missing", "dc3", "root", NULL, NULL, 0, DRS_ERROR_UNTRUSTED, "common"},
    {"other-authority", "dc1", "other", NULL, NULL, 0, DRS_ERROR_UNTRUSTED, "common"},
    {"other-of-that-name", "dc1", "again", NULL, NULL, 0, DRS_ERROR_UNTRUSTED, "common"},
    {"expired", "dc1", "root", NULL, NULL, 30, DRS_ERROR_UNTRUSTED, "expired"},
    {"not-valid-yet", "dc1", "root", NULL, NULL, -2, DRS_ERROR_UNTRUSTED, "not valid yet"},
    {"revoked", "dc2", "root", NULL, "lists", 0, DRS_ERROR_UNTRUSTED, "revoked"},
    {"not-revoked", "dc1", "root", NULL, "lists", 0, -1, NULL},
    {"authority-for-hosts", "dc5", "hosts", NULL, NULL, 0, -1, NULL},
    {"authority-for-mail", "dc6", "mails", NULL, NULL, 0, DRS_ERROR_UNTRUSTED, "for hosts"},
    {"authority-itself", "self", "self", NULL, NULL, 0, DRS_ERROR_UNTRUSTED, "authority itself"},
    {"no-controller", "user", "root", NULL, NULL, 0, DRS_ERROR_NOT_CONTROLLER, "keyUsage"},
    {"no-controller-elsewhere", "user", "other", NULL, NULL, 0, DRS_ERROR_NOT_CONTROLLER,
     "extendedKeyUsage clientAuth"},
};

static void
make_all(void)
{
    make("root", NULL, 100, EXTENSIONS_AUTHORITY);
    make("other", NULL, 100, EXTENSIONS_AUTHORITY);
    path_make_certificate(folder, &(CertificateSpec){.name = "again",
                                                     .subject = "/CN=root",
                                                     .days = 100,
                                                     .extensions = EXTENSIONS_AUTHORITY});
    make("hosts", NULL, 100, EXTENSIONS_AUTHORITY DRS_PURPOSES);
    make("mails", NULL, 100, EXTENSIONS_AUTHORITY "extendedKeyUsage=emailProtection\n");
    make("dc5", "hosts", 10, DRS_CONTROLLER("dc5.corp.example"));
    make("dc6", "mails", 10, DRS_CONTROLLER("dc6.corp.example"));
    make("middle", "root", 100, EXTENSIONS_AUTHORITY);
    make("dc1", "root", 10, DRS_CONTROLLER("dc1.corp.example"));
    make("dc2", "root", 10, DRS_EMAIL("dc2.corp.example"));
    make("dc3", "middle", 10, DRS_CONTROLLER("dc3.corp.example"));
    make("self", NULL, 10, DRS_CONTROLLER("self.corp.example"));
    make("user", "root", 10, EXTENSIONS_MAIL);
    path_make_crl(folder,
                  &(CrlSpec){.name = "lists", .issuer = "root", .days = 5, .revoked = "dc2"});
}

static void
test_check(gconstpointer data)
{
    const CheckCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) certificates = path_load_certificates(folder, test->authority);
    g_autoptr(DrsAuthority) authority = drs_authority_new(certificates, &error);
    g_assert_no_error(error);
    g_autoptr(GPtrArray) others = path_load_certificates(folder, test->others);
    g_autoptr(GPtrArray) crls = test->crls == NULL ? NULL : path_load_crls(folder, test->crls);
    g_autoptr(Certificate) certificate = support_certificate(folder, test->certificate);
    gint64 now = g_get_real_time() / G_USEC_PER_SEC + test->days_later * 86400;
    gboolean good = drs_certificate_check(certificate, authority, others, crls, now, &error);
    if (test->error < 0) {
        g_assert_no_error(error);
        g_assert_true(good);
        return;
    }
    g_assert_error(error, DRS_ERROR, test->error);
    g_assert_nonnull(strstr(error->message, test->words));
}

typedef struct {
    const gchar *name;
    const gchar *certificates;
    const gchar *anchor; /* NULL: DRS_ERROR_AUTHORITY */
} AuthorityCase;

static const AuthorityCase authority_cases[] = {
    {"root", "root", "root"},
    {"root-last", "middle root", "root"},
    {"root-first", "root middle", "root"},
    {"middle-alone", "middle", "middle"},
    {"two-roots", "root other", NULL},
    {"no-root", "middle dc1", NULL},
};

static void
test_authority(gconstpointer data)
{
    const AuthorityCase *test = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) certificates = path_load_certificates(folder, test->certificates);
    g_autoptr(DrsAuthority) authority = drs_authority_new(certificates, &error);
    if (test->anchor == NULL) {
        g_assert_error(error, DRS_ERROR, DRS_ERROR_AUTHORITY);
        return;
    }
    g_assert_no_error(error);
    g_autoptr(Certificate) anchor = support_certificate(folder, test->anchor);
    g_assert_true(
        g_bytes_equal(certificate_get_der(authority->anchor), certificate_get_der(anchor)));
    g_assert_cmpuint(authority->intermediates->len, ==, certificates->len - 1);
}

static void
test_no_authority(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    g_assert_null(drs_authority_new(none, &error));
    g_assert_error(error, DRS_ERROR, DRS_ERROR_AUTHORITY);
}

#define ADD_CASES(prefix, cases, function)                                                         \
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {                                              \
        g_autofree gchar *path = g_strconcat("/drs-certificate/" prefix "/", cases[i].name, NULL); \
        g_test_add_data_func(path, &cases[i], function);                                           \
    }

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    folder = support_folder_new();
    make_all();
    ADD_CASES("examine", examine_cases, test_examine)
    ADD_CASES("check", check_cases, test_check)
    ADD_CASES("authority", authority_cases, test_authority)
    g_test_add_func("/drs-certificate/authority/none", test_no_authority);
    int status = g_test_run();
    support_folder_free(folder);
    support_shutdown();
    return status;
}
