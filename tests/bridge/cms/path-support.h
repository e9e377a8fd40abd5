/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "certificate.h"
#include "peer.h"

/* Certificates and CRLs that openssl makes for the tests of paths. */

/* One to be made. Files in the folder are NAME.pem and NAME.key.pem. */
typedef struct {
    const gchar *name;
    const gchar *subject;    /* "/CN=…" */
    const gchar *issuer;     /* name of another; NULL: self-signed */
    const gchar *key;        /* (nullable): whose key it gets, instead of a new one on P-256 */
    guint days;              /* of validity, from now on */
    guint serial;            /* 0: random */
    const gchar *extensions; /* lines of openssl's configuration */
    const gchar *options;    /* (nullable): further ones of "openssl req" */
} CertificateSpec;

/* Of the usual kinds. */
#define EXTENSIONS_AUTHORITY                                                                       \
    "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"                   \
    "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
#define EXTENSIONS_MAIL "subjectAltName=email:alice@example.org\nauthorityKeyIdentifier=keyid\n"

void path_make_certificate(const SupportFolder *folder, const CertificateSpec *spec);
/* (element-type Certificate): @names between single spaces; NULL: none. */
GPtrArray *path_load_certificates(const SupportFolder *folder, const gchar *names);

typedef struct {
    const gchar *name; /* of NAME.crl */
    const gchar *issuer;
    guint days;
    const gchar *revoked;    /* (nullable): names of certificates, between single spaces */
    const gchar *reason;     /* (nullable): as openssl has it, "keyCompromise" */
    const gchar *extensions; /* (nullable): lines of openssl's configuration */
    guint number;            /* below 10; 0: none */
} CrlSpec;

void path_make_crl(const SupportFolder *folder, const CrlSpec *spec);
GBytes *path_load_crl(const SupportFolder *folder, const gchar *name);
/* (element-type GBytes) */
GPtrArray *path_load_crls(const SupportFolder *folder, const gchar *names);
